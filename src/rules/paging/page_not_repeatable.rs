//! PAG009: the same request, sent twice, gives two different pages.

use super::same_page::judge_repeats;
use crate::evidence::WalkKind;
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// The same request, sent again while nobody writes, gives the same items in the same order.
    /// ## Why it matters
    /// If a list changes by being looked at, no walk through it can be complete.
    /// ## Example
    /// `page=2&size=5` gives messages 6 to 10, and the next moment 7, 6, 9, 8, 10.
    /// ## Source
    /// True of every list that does not change.
    /// ## False alarms and how they are avoided
    /// Items with equal keys may change places. Where others write, only the order of the run's own records that stand on both pages is
    /// compared, unless the foreign items are the same.
    PAGE_NOT_REPEATABLE {
        code: "PAG009", name: "page-not-repeatable", level: Must, basis: Invariant,
        source: "true of every list that does not change",
        summary: "The same request gives the same page again.",
        implies: ["PAG003", "PAG004", "PAG006", "PAG010", "PAG011", "ORD001", "PGN001", "OFF001"],
        scenarios: &[Kind::Pages],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let requirement = sheet.own_requirement();
    judge_repeats(scene, sheet, WalkKind::Repeat, "the same request gave another page", &requirement);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::Start;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};

    #[test]
    fn a_page_can_be_had_again() {
        let world = World::keyed(&[0, 1, 1, 2]);
        let cases: [(&str, &[usize], &[usize], Verdict); 8] = [
            ("by_page", &[0, 1, 2], &[0, 1, 2], Pass),
            ("by_page", &[0, 1, 2], &[1, 0, 2], Fail),
            ("by_page", &[0, 1, 2], &[0, 1], Fail),
            ("by_offset", &[3, 2, 1], &[3, 1, 2], Pass),
            ("by_offset", &[3, 2], &[3, 1], Pass),
            ("by_offset", &[3, 2], &[STRANGER, 3], Fail),
            ("shared", &[3, 2], &[STRANGER, 3], Pass),
            ("shared", &[3, 1, 0], &[0, 1, 3], Fail),
        ];
        for (collection, first, second, verdict) in cases {
            let lists = world.lists(collection).page(WalkKind::Page, Start::First, Some(3), first);
            let lists = lists.page(WalkKind::Repeat, Start::First, Some(3), second);
            lists.expect(&PAGE_NOT_REPEATABLE, verdict);
            lists.refuse(0, 500).expect(&PAGE_NOT_REPEATABLE, Inconclusive);
        }
    }
}
