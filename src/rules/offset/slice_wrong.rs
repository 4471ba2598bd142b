//! OFF001: a page asked for by its offset is another part of the list.

use crate::rules::declare::rule;
use crate::rules::paging::{lists, slice};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A page with the offset s and the limit l holds the l items that follow the first s ones, in the order of the list.
    /// ## Why it matters
    /// The offset is all that a client knows of where it stands. If it counts anything but items, each page lies or overlaps.
    /// ## Example
    /// Of twelve items, `skip=5&limit=5` holds items 7 to 11 instead of 6 to 10.
    /// ## Source
    /// The meaning of an offset.
    /// ## False alarms and how they are avoided
    /// Only lists that nobody else writes into and whose order is known are judged. Of items with equal keys, any may stand on the page.
    /// Where the suite allows short pages, the first of the items are enough.
    SLICE_WRONG {
        code: "OFF001", name: "slice-wrong", level: Must, basis: Invariant,
        source: "the meaning of an offset",
        summary: "A page asked for by its offset holds that part of the list.",
        implies: ["PAG003", "PAG004", "PAG006"],
        scenarios: &[Kind::Pages],
        applies: |suite, case| super::pages(suite, case) && lists::when(suite, case, lists::closed),
        check: slice::check,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::WalkKind;
    use crate::pagination::Start;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};

    #[test]
    fn an_offset_counts_items() {
        let world = World::keyed(&[0, 1, 2, 3, 3, 3]);
        // Newest first: 3, 4 and 5 in any order, then 2, 1, 0.
        let cases: [(u64, &[usize], Verdict); 7] = [
            (0, &[5, 3], Pass),
            (1, &[4, 3], Pass),
            (2, &[4, 2], Pass),
            (2, &[2, 1], Fail),
            (2, &[2, 4], Fail),
            (4, &[1, 0], Pass),
            (6, &[0], Fail),
        ];
        for (skip, items, verdict) in cases {
            let lists = world.lists("by_offset").page(WalkKind::Page, Start::Offset(skip), Some(2), items);
            lists.expect(&SLICE_WRONG, verdict);
        }
        let (there, allowed) = (
            "filters.tag = { field = \"tags\", at = { query = \"tag\" }, test = \"has-member\", requirement = \"filter\" }\nconventions.past-end",
            "conventions.short-pages = { is = \"allowed\", requirement = \"convention\" }\nconventions.past-end",
        );
        let short = World::amended(&[0, 1, 2, 3, 3, 3], &[(there, allowed)]);
        let cases: [(u64, &[usize], Verdict); 6] = [
            (2, &[4, 2], Pass),
            (2, &[4], Pass),
            (4, &[1], Pass),
            (2, &[2], Fail),
            (2, &[], Fail),
            (2, &[4, 2, 1], Fail),
        ];
        for (skip, items, verdict) in cases {
            let lists = short.lists("by_offset").page(WalkKind::Page, Start::Offset(skip), Some(2), items);
            lists.expect(&SLICE_WRONG, verdict);
        }
        let everywhere = world.lists("everywhere").page(WalkKind::Page, Start::Offset(0), Some(2), &[0, 1]);
        everywhere.expect(&SLICE_WRONG, Inconclusive);
    }
}
