//! FLT006: a filtered list is in another order than the unfiltered one.

use super::filter_of;
use crate::rules::declare::rule;
use crate::rules::paging::sorted;
use crate::scenario::{Case, Kind};
use crate::suite::{Make, Suite, Test};

rule! {
    /// ## What it checks
    /// The items of a filtered list stand in the order of the unfiltered one.
    /// ## Why it matters
    /// Another index under a filter often means another order, and with it other borders between pages.
    /// ## Example
    /// The list runs from new to old, and with `role=user` from old to new.
    /// ## Source
    /// The suite's requirement on the order of the list.
    /// ## False alarms and how they are avoided
    /// Items with equal keys may stand in any order, and items without a key are passed over. Filters that match one item at most are not judged.
    FILTERED_ORDER_DIFFERS {
        code: "FLT006", name: "filtered-order-differs", level: Must, basis: Suite,
        source: "the requirement that the suite gives for the order",
        summary: "A filtered list stands in the order of the unfiltered one.",
        implies: [],
        scenarios: &[Kind::Filter],
        applies: applies,
        check: |scene, sheet| {
            for walk in scene.evidence.walks.iter().filter(|walk| !walk.query.filters.is_empty()) {
                sorted::check(scene, sheet, walk);
            }
        },
    }
}

/// Only where a value lets more than one item through: a word stands in one record or in none, and names are unique.
fn applies(suite: &Suite, case: &Case) -> bool {
    filter_of(suite, case).is_some_and(|(filter, field)| {
        !matches!(filter.test, Test::HasWord | Test::HasWordAnyCase)
            && !matches!(field.make, Some(Make::Name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn a_filter_keeps_the_order() {
        let world = World::new(6);
        let cases: [(&str, &[&[usize]], Verdict); 5] = [
            ("by_page", &[&[0, 2], &[4]], Pass),
            ("by_page", &[&[4, 2], &[0]], Fail),
            ("by_page", &[&[2, 4], &[0]], Fail),
            ("by_page", &[&[2]], Inconclusive),
            ("by_offset", &[&[4, 2], &[0]], Pass),
        ];
        for (collection, pages, verdict) in cases {
            let lists = world.lists(collection).filter("color", json!("red")).walk(2, pages);
            lists.expect(&FILTERED_ORDER_DIFFERS, verdict);
        }
    }
}
