//! PAG002: the cursor of a page leads back to a page that was asked for before.

use super::lists::{chained, draft, entries, when};
use crate::evidence::{Page, Walk, WalkEnd, WalkKind};
use crate::pagination::Start;
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// No cursor, token or link comes up twice in one walk.
    /// ## Why it matters
    /// A client that follows the cursors reads the same pages for ever and never gets to what lies behind them.
    /// ## Example
    /// The page before cursor 1700 names 1700 as its own cursor for older items: the next request is the same one again.
    /// ## Source
    /// True of every list that is read in one direction.
    /// ## False alarms and how they are avoided
    /// Only a cursor that is equal to an earlier one of the same walk counts. New items cannot bring this about, since cursors lead away from them. A token
    /// that stays the same while the pages go on, as it stands for the reading and not for a place, is no circle.
    WALK_LOOPS {
        code: "PAG002", name: "walk-loops", level: Must, basis: Invariant,
        source: "true of every list that is read in one direction",
        summary: "No cursor, token or link comes up twice in one walk.",
        implies: ["PAG001", "PAG003", "PAG004"],
        scenarios: &[Kind::Walk, Kind::Filter],
        applies: |suite, case| when(suite, case, chained),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::Full) {
        if walk.end != WalkEnd::Loop && !start_repeated(walk) {
            sheet.judged();
            continue;
        }
        sheet.fail(draft(
            &walk.label,
            format!("after {} pages a cursor came up for the second time", walk.pages.len()),
            sheet.own_requirement(),
            "a cursor that leads on, or none",
            "a cursor that leads to a page that was read already",
            entries(walk),
        ));
    }
}

fn start_repeated(walk: &Walk) -> bool {
    let pages = &walk.pages;
    let same = |page: &Page, earlier: &Page| {
        earlier.start == page.start && (!matches!(page.start, Start::Token(_)) || earlier.ids == page.ids)
    };
    pages.iter().enumerate().any(|(i, page)| pages[..i].iter().any(|earlier| same(page, earlier)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Pass};

    #[test]
    fn cursors_lead_on() {
        let world = World::new(6);
        let lists = world.lists("by_cursor");
        lists.clone().walk(2, &[&[5, 4], &[3, 2], &[1, 0]]).expect(&WALK_LOOPS, Pass);
        lists.clone().walk(2, &[&[5, 4], &[3, 2]]).end(WalkEnd::Loop).expect(&WALK_LOOPS, Fail);
        lists.walk(2, &[&[5, 4], &[3, 2], &[3, 2], &[1, 0]]).expect(&WALK_LOOPS, Fail);
    }
}
