//! CUR007: a bounded page is not in the order of the list.

use super::bounds::bounded;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{by_item, by_timestamp, when};
use crate::rules::paging::sorted;
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A page bounded by cursors shows its items in the order of the list, whichever side of the cursor it stands on.
    /// ## Why it matters
    /// Clients put pages together as they come. A page that runs the other way scrambles what they show.
    /// ## Example
    /// The list runs from new to old; the page after a cursor runs from old to new.
    /// ## Source
    /// The suite's requirement on the order of the list.
    /// ## False alarms and how they are avoided
    /// Items with equal keys may stand in any order, and items that do not show a key are passed over.
    BOUNDED_PAGE_OUT_OF_ORDER {
        code: "CUR007", name: "bounded-page-out-of-order", level: Must, basis: Suite,
        source: "the requirement that the suite gives for the order",
        summary: "A bounded page shows its items in the order of the list.",
        implies: [],
        scenarios: &[Kind::Bounds],
        applies: |suite, case| when(suite, case, |collection| by_timestamp(collection) || by_item(collection)),
        check: |scene, sheet| {
            for bounded in bounded(scene) {
                sorted::check(scene, sheet, bounded.walk);
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};

    #[test]
    fn a_bounded_page_runs_as_the_list_does() {
        let world = World::keyed(&[0, 1, 2, 2, 3]);
        let lists = world.lists("by_cursor");
        lists.clone().after(0, 4, &[4, 3, 2, 1]).expect(&BOUNDED_PAGE_OUT_OF_ORDER, Pass);
        lists.clone().after(0, 4, &[4, 2, 3, 1]).expect(&BOUNDED_PAGE_OUT_OF_ORDER, Pass);
        lists.clone().after(0, 4, &[1, 2, 3, 4]).expect(&BOUNDED_PAGE_OUT_OF_ORDER, Fail);
        lists.clone().before(4, 4, &[3, 1, 2]).expect(&BOUNDED_PAGE_OUT_OF_ORDER, Fail);
        let items = world.lists("by_item");
        items.clone().before(0, 4, &[4, 3, 2, 1]).expect(&BOUNDED_PAGE_OUT_OF_ORDER, Pass);
        items.before(0, 4, &[1, 2, 3, 4]).expect(&BOUNDED_PAGE_OUT_OF_ORDER, Fail);
        lists.before(1, 4, &[0]).expect(&BOUNDED_PAGE_OUT_OF_ORDER, Inconclusive);
    }
}
