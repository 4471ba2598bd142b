//! ORD001: items stand in another order than the list is to have.

use crate::rules::declare::rule;
use crate::rules::paging::lists::{closed, collection, tries_a_form};
use crate::rules::paging::sorted;
use crate::scenario::{Case, Kind};
use crate::suite::{OrderKey, Suite};

rule! {
    /// ## What it checks
    /// Neighbours stand in the order that the suite states, on each page and across the borders of pages: by the instant or text that the items
    /// show, or by the order in which the records were created.
    /// ## Why it matters
    /// Readers see a conversation in the wrong order, and clients that stop at a known item stop too early.
    /// ## Example
    /// The list runs from old to new; page 1 is in order, and page 2 runs from new to old.
    /// ## Source
    /// The suite's requirement on the order of the list.
    /// ## False alarms and how they are avoided
    /// Items with equal keys may stand in any order, and items that come a second time are passed over. Items without a key, texts on which collations disagree, and records that were created
    /// at the same time are passed over.
    OUT_OF_ORDER {
        code: "ORD001", name: "out-of-order", level: Must, basis: Suite,
        source: "the requirement that the suite gives for the order",
        summary: "Items stand in the order of the list.",
        implies: [
            "ORD002", "PGN001", "OFF001", "CUR002", "CUR003", "CUR007", "CUR008", "FLT006", "TOK003", "TOK004", "LNK004", "LNK005",
        ],
        scenarios: &[Kind::Walk, Kind::Pages],
        applies: applies,
        check: |scene, sheet| {
            let unfiltered = scene.evidence.walks.iter().filter(|walk| walk.query.filters.is_empty());
            for walk in unfiltered.filter(|walk| !tries_a_form(walk)) {
                sorted::check(scene, sheet, walk);
            }
        },
    }
}

/// On single pages of lists that are not the run's own, none of its records may stand, and only they show when they were created.
fn applies(suite: &Suite, case: &Case) -> bool {
    collection(suite, case).is_some_and(|collection| {
        let by_creation = collection
            .orders
            .iter()
            .any(|order| matches!(order.by, OrderKey::Creation | OrderKey::FirstSeen));
        case.scenario.kind() == Kind::Walk || closed(collection) || !by_creation
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn neighbours_stand_in_order() {
        let world = World::keyed(&[0, 2, 2, 4]);
        let cases: [(&str, usize, &[&[usize]], Verdict); 12] = [
            ("by_page", 0, &[&[0, 1], &[2, 3]], Pass),
            ("by_page", 0, &[&[1, 0], &[2, 3]], Fail),
            ("by_page", 0, &[&[2, 3], &[0, 1]], Fail),
            // An item that comes again is not judged here.
            ("by_page", 0, &[&[0, 1], &[0, 1], &[2, 3]], Pass),
            // Created one after the other: that their instants are equal does not count here.
            ("by_page", 0, &[&[0, 2], &[1, 3]], Fail),
            ("by_page", 1, &[&[3, 2], &[1, 0]], Pass),
            ("by_page", 1, &[&[0, 1], &[2, 3]], Fail),
            ("by_offset", 0, &[&[3, 1], &[2, 0]], Pass),
            ("by_offset", 0, &[&[3, 0], &[2, 1]], Fail),
            ("by_offset", 1, &[&[0, 2], &[1, 3]], Pass),
            // The stranger shows an instant between notes 2 and 3.
            ("shared", 0, &[&[3, STRANGER], &[2, 1, 0]], Pass),
            ("shared", 0, &[&[STRANGER, 3], &[2, 1, 0]], Fail),
        ];
        for (collection, order, pages, verdict) in cases {
            world.lists(collection).order(order).walk(2, pages).expect(&OUT_OF_ORDER, verdict);
        }
        let filtered = world.lists("by_page").filter("color", json!("red")).walk(2, &[&[2, 0]]);
        filtered.expect(&OUT_OF_ORDER, Inconclusive);
        world.lists("by_page").walk(2, &[&[STRANGER, 0]]).expect(&OUT_OF_ORDER, Inconclusive);
    }

    #[test]
    fn the_finding_names_the_border() {
        let world = World::new(4);
        let judgement = world.lists("by_page").walk(2, &[&[0, 2], &[1, 3]]).expect(&OUT_OF_ORDER, Fail);
        let finding = &judgement.findings[0];
        assert_eq!(
            finding.summary,
            "from page 1 to page 2, main-notes[2] stands before main-notes[1], against the order default"
        );
        assert_eq!(finding.exchanges.len(), 2);
    }
}
