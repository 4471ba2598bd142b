//! PGN003: a page gives itself another number than the one that was asked for.

use super::style;
use crate::evidence::WalkKind;
use crate::pagination::Start;
use crate::rules::declare::rule;
use crate::rules::paging::lists::draft;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Where a page tells its number, it is the number that was asked for, or that of the first page where none was.
    /// ## Why it matters
    /// Clients that fetch pages side by side put them together by this number.
    /// ## Example
    /// `page=2&size=5` is answered with items 6 to 10 and `"page": 1`.
    /// ## Source
    /// The meaning of such a field, which the suite names.
    /// ## False alarms and how they are avoided
    /// Pages past the end are passed over, since nobody says which number they have. A missing number or `null` says nothing.
    PAGE_ECHO_WRONG {
        code: "PGN003", name: "page-echo-wrong", level: Must, basis: Invariant,
        source: "the meaning of the field that the suite names",
        summary: "A page tells the number that was asked for.",
        implies: [],
        scenarios: &[Kind::Walk, Kind::Pages, Kind::Filter],
        applies: |suite, case| style(suite, case).is_some_and(|style| style.page_echo.is_some()),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(style) = style(scene.suite, scene.case) else { return };
    for walk in scene.evidence.walks.iter().filter(|walk| walk.kind != WalkKind::PastEnd) {
        for (i, page) in walk.pages.iter().enumerate() {
            let asked = match page.start {
                Start::First => style.first,
                Start::Page(number) => number,
                _ => continue,
            };
            // The empty page behind the last one is past the end, too.
            let past_end = i > 0 && page.is_empty();
            let Some(told) = page.facts.page.filter(|_| !past_end) else { continue };
            if u64::try_from(told) == Ok(asked) {
                sheet.judged();
                continue;
            }
            sheet.fail(Draft {
                pointer: style.page_echo.clone(),
                ..draft(
                    &walk.label,
                    format!("page {asked} says that it is page {told}"),
                    sheet.own_requirement(),
                    asked.to_string(),
                    told.to_string(),
                    vec![page.entry],
                )
            });
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn a_page_tells_its_number() {
        let world = World::new(5);
        let walk = world.lists("by_page").walk(3, &[&[0, 1, 2], &[3, 4], &[]]);
        walk.expect(&PAGE_ECHO_WRONG, Pass);
        for (page, number, verdict) in [
            (0, json!(0), Fail),
            (1, json!(1), Fail),
            (1, json!(-1), Fail),
            (1, json!(null), Pass),
            (2, json!(2), Pass),
        ] {
            walk.clone().set(page, "/page", number).expect(&PAGE_ECHO_WRONG, verdict);
        }
        let past = world.lists("by_page").page(WalkKind::PastEnd, Start::Page(99), Some(3), &[]);
        past.set(0, "/page", json!(2))
            .judge(&PAGE_ECHO_WRONG, crate::scenario::Scenario::Pages { collection: "by_page".into() });
        let past = world.lists("by_page").page(WalkKind::PastEnd, Start::Page(99), Some(3), &[]);
        past.expect(&PAGE_ECHO_WRONG, Inconclusive);
    }
}
