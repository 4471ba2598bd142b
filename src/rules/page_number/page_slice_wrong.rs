//! PGN001: a page asked for by its number is another part of the list.

use crate::rules::declare::rule;
use crate::rules::paging::{lists, slice};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Page n of size s, asked for on its own, holds the items from (n - first) times s on, in the order of the list.
    /// ## Why it matters
    /// Readers jump to pages, and pages are fetched side by side. Both only work if a page's number alone says what stands on it.
    /// ## Example
    /// Of twelve items, `page=2&size=5` holds items 5 to 9 instead of 6 to 10.
    /// ## Source
    /// The meaning of a page's number.
    /// ## False alarms and how they are avoided
    /// Only lists that nobody else writes into and whose order is known are judged. Of items with equal keys, any may stand on the page.
    /// Where the suite allows short pages, the first of the items are enough.
    PAGE_SLICE_WRONG {
        code: "PGN001", name: "page-slice-wrong", level: Must, basis: Invariant,
        source: "the meaning of a page number",
        summary: "A page asked for by its number holds that part of the list.",
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
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};

    #[test]
    fn a_page_is_its_part_of_the_list() {
        let world = World::new(7);
        let cases: [(u64, &[usize], Verdict); 7] = [
            (1, &[0, 1, 2], Pass),
            (2, &[3, 4, 5], Pass),
            (3, &[6], Pass),
            (2, &[2, 3, 4], Fail),
            (2, &[3, 5, 4], Fail),
            (2, &[3, 4], Fail),
            (2, &[3, STRANGER, 5], Fail),
        ];
        for (page, items, verdict) in cases {
            let lists = world.lists("by_page").page(WalkKind::Page, Start::Page(page), Some(3), items);
            lists.expect(&PAGE_SLICE_WRONG, verdict);
            lists.refuse(0, 500).expect(&PAGE_SLICE_WRONG, Inconclusive);
        }
        let reverse =
            world.lists("by_page").order(1).page(WalkKind::Page, Start::Page(2), Some(3), &[3, 2, 1]);
        reverse.expect(&PAGE_SLICE_WRONG, Pass);
    }
}
