//! PGN004: a page tells another size than the one in force.

use super::style;
use crate::rules::declare::rule;
use crate::rules::paging::size_echo;
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Where a page tells its size, it is the size that was asked for, or the documented default where none was.
    /// ## Why it matters
    /// Clients learn from it what size the server really uses, and compute the number of pages with it.
    /// ## Example
    /// `size=7` is answered with seven items and `"size": 50`.
    /// ## Source
    /// The meaning of such a field, which the suite names.
    /// ## False alarms and how they are avoided
    /// A size over the documented maximum may be cut down, and then the maximum is told. Without a size in the request and a documented default,
    /// and where the field is missing or `null`, nothing is demanded.
    SIZE_ECHO_WRONG {
        code: "PGN004", name: "size-echo-wrong", level: Must, basis: Invariant,
        source: "the meaning of the field that the suite names",
        summary: "A page tells the page size that is in force.",
        implies: [],
        scenarios: &[Kind::Walk, Kind::Pages, Kind::Filter],
        applies: |suite, case| style(suite, case).is_some_and(|style| style.size_echo.is_some()),
        check: |scene, sheet| {
            let pointer = style(scene.suite, scene.case).and_then(|style| style.size_echo.as_deref());
            size_echo::check(scene, sheet, pointer);
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::WalkKind;
    use crate::pagination::Start;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Pass};
    use serde_json::json;

    #[test]
    fn a_page_tells_its_size() {
        let world = World::new(8);
        let items = [0, 1, 2, 3, 4, 5, 6, 7];
        for (size, told, verdict) in [
            (Some(3), json!(3), Pass),
            (Some(3), json!(2), Fail),
            (Some(3), json!(5), Fail),
            (Some(3), json!(null), Pass),
            (None, json!(5), Pass),
            (None, json!(8), Fail),
            (Some(50), json!(20), Pass),
            (Some(50), json!(50), Pass),
            (Some(50), json!(5), Fail),
        ] {
            let page = world.lists("by_page").page(WalkKind::Page, Start::First, size, &items);
            let page = page.set(0, "/size", told.clone());
            let scenario = crate::scenario::Scenario::Pages { collection: "by_page".into() };
            assert_eq!(page.judge(&SIZE_ECHO_WRONG, scenario).verdict, verdict, "{size:?} {told}");
        }
    }
}
