//! PAG002: the cursor of a page leads back to a page that was asked for before.

use super::lists::{by_timestamp, draft, entries, when};
use crate::evidence::{Walk, WalkEnd, WalkKind};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// No cursor comes up twice in one walk.
    /// ## Why it matters
    /// A client that follows the cursors reads the same pages for ever and never gets to what lies behind them.
    /// ## Example
    /// The page before cursor 1700 names 1700 as its own cursor for older items: the next request is the same one again.
    /// ## Source
    /// True of every list that is read in one direction.
    /// ## False alarms and how they are avoided
    /// Only a cursor that is equal to an earlier one of the same walk counts. New items cannot bring this about, since cursors lead away from them.
    WALK_LOOPS {
        code: "PAG002", name: "walk-loops", level: Must, basis: Invariant,
        source: "true of every list that is read in one direction",
        summary: "No cursor comes up twice in one walk.",
        implies: ["PAG001", "PAG003", "PAG004"],
        scenarios: &[Kind::Walk, Kind::Filter],
        applies: |suite, case| when(suite, case, by_timestamp),
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
    let starts = || walk.pages.iter().map(|page| &page.start);
    starts().enumerate().any(|(i, start)| starts().take(i).any(|earlier| earlier == start))
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
