//! OFF003: a page names a next page where nothing follows, or none where something does.

use crate::evidence::{Page, Walk};
use crate::oracle::Expected;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{closed, draft, when};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A page that names a next page has items behind it. A server that names next pages at all names one wherever items follow.
    /// ## Why it matters
    /// Clients read on while there is a next page and stop when there is none.
    /// ## Example
    /// Ten items with `limit=5`: the second page holds the last five and names a page 3.
    /// ## Source
    /// The meaning of such a field, which the suite names.
    /// ## False alarms and how they are avoided
    /// Which number the next page has is not judged, nor is a server that only ever says `null`. In lists that others write into, the total
    /// that the page itself tells decides.
    NEXT_PAGE_WRONG {
        code: "OFF003", name: "next-page-wrong", level: Must, basis: Invariant,
        source: "the meaning of the field that the suite names",
        summary: "A page names a next page exactly if items follow.",
        implies: [],
        scenarios: &[Kind::Walk, Kind::Pages, Kind::Filter],
        applies: |suite, case| when(suite, case, |collection| collection.style.next_page_pointer().is_some()),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let ever = scene.evidence.pages().any(|(_, page)| matches!(page.facts.next_page, Some(Some(_))));
    for walk in &scene.evidence.walks {
        let expected = scene.expected(&walk.query);
        for (i, page) in walk.pages.iter().enumerate() {
            let (Some(next), Some(follows)) = (page.facts.next_page, follows(scene, walk, page, &expected))
            else {
                continue;
            };
            let (expected, actual) = match (next, follows) {
                (Some(number), false) => ("null", number.to_string()),
                (None, true) if ever => ("the number of the next page", "null".to_owned()),
                (None, true) => continue,
                _ => {
                    sheet.judged();
                    continue;
                }
            };
            let behind = if follows { "items follow" } else { "nothing follows" };
            sheet.fail(Draft {
                pointer: scene.collection().style.next_page_pointer().map(str::to_owned),
                ..draft(
                    &walk.label,
                    format!("the next page of page {} is {actual} though {behind}", i + 1),
                    sheet.own_requirement(),
                    expected,
                    actual,
                    vec![page.entry],
                )
            });
            break;
        }
    }
}

/// Whether items stand behind a page; `None` where that is not known.
fn follows(scene: &Scene<'_>, walk: &Walk, page: &Page, expected: &Expected) -> Option<bool> {
    page.ids.as_ref()?;
    let slice = scene.collection().style.slice(&page.start, walk.effective_size?)?;
    if !closed(scene.collection()) {
        return Some(usize::try_from(page.facts.total?).ok()? > slice.to);
    }
    match (expected.len() > slice.to, expected.len() + expected.maybe.len() > slice.to) {
        (least, most) if least == most => Some(least),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Pass};
    use serde_json::json;

    #[test]
    fn a_next_page_is_named_where_there_is_one() {
        let world = World::new(4);
        let walk = world.lists("by_offset").walk(2, &[&[3, 2], &[1, 0], &[]]);
        walk.expect(&NEXT_PAGE_WRONG, Pass);
        walk.clone().set(1, "/next_page", json!(3)).expect(&NEXT_PAGE_WRONG, Fail);
        // A server that never names one is not judged.
        walk.clone().set_all("/next_page", &json!(null)).expect(&NEXT_PAGE_WRONG, Pass);
        // One that names some must name all; the number itself is its own affair.
        let other = walk.walk(1, &[&[3], &[2], &[1], &[0], &[]]).set(0, "/next_page", json!(17));
        other.expect(&NEXT_PAGE_WRONG, Pass);
        other.set(1, "/next_page", json!(null)).expect(&NEXT_PAGE_WRONG, Fail);
    }
}
