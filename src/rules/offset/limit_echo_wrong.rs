//! OFF002: a page tells another limit than the one in force.

use super::style;
use crate::rules::declare::rule;
use crate::rules::paging::size_echo;
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Where a page tells its limit, it is the limit that was asked for, or the documented default where none was.
    /// ## Why it matters
    /// Clients learn from it what limit the server really uses, and compute the next offset with it.
    /// ## Example
    /// `limit=7` is answered with seven items and `"limit": 100`.
    /// ## Source
    /// The meaning of such a field, which the suite names.
    /// ## False alarms and how they are avoided
    /// `null` and a missing field say nothing. A limit over the documented maximum may be cut down, and then the maximum is told.
    LIMIT_ECHO_WRONG {
        code: "OFF002", name: "limit-echo-wrong", level: Must, basis: Invariant,
        source: "the meaning of the field that the suite names",
        summary: "A page tells the limit that is in force.",
        implies: [],
        scenarios: &[Kind::Walk, Kind::Pages, Kind::Filter],
        applies: |suite, case| style(suite, case).is_some_and(|style| style.limit_echo.is_some()),
        check: |scene, sheet| {
            let pointer = style(scene.suite, scene.case).and_then(|style| style.limit_echo.as_deref());
            size_echo::check(scene, sheet, pointer);
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn a_page_tells_its_limit() {
        let world = World::new(3);
        let walk = world.lists("by_offset").walk(2, &[&[2, 1], &[0], &[]]);
        walk.expect(&LIMIT_ECHO_WRONG, Pass);
        walk.clone().set(1, "/limit", json!(null)).expect(&LIMIT_ECHO_WRONG, Pass);
        // What was asked for counts, not how many items there are.
        walk.clone().set(1, "/limit", json!(1)).expect(&LIMIT_ECHO_WRONG, Fail);
        walk.clone().set_all("/limit", &json!(null)).expect(&LIMIT_ECHO_WRONG, Pass);
        walk.set_all("/limit", &json!("2")).expect(&LIMIT_ECHO_WRONG, Inconclusive);
    }
}
