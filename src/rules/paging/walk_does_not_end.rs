//! PAG001: a walk is still given pages when every item has long been met.

use std::collections::BTreeSet;

use super::lists::{draft, entries, items};
use crate::evidence::{Walk, WalkEnd, WalkKind};
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A walk that follows a list page by page comes to an end: to an empty page, or to a page that says that it is the last.
    /// ## Why it matters
    /// A client that reads the list to its end never stops, and asks the server for the same pages for ever.
    /// ## Example
    /// Twelve items with a size of 5 fill three pages. The server answers `page=4`, `page=5` and all that follow with items 11 and 12 once more.
    /// ## Source
    /// True of every list that does not grow.
    /// ## False alarms and how they are avoided
    /// A walk may take two pages more than the known items fill. It is only blamed if its last page brought no item that had not been met
    /// before: a list that holds more than is known is the business of other rules.
    WALK_DOES_NOT_END {
        code: "PAG001", name: "walk-does-not-end", level: Must, basis: Invariant,
        source: "true of every list that does not grow",
        summary: "A walk from page to page comes to an end.",
        implies: ["PAG003"],
        scenarios: &[Kind::Walk, Kind::Filter],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::Full) {
        match walk.end {
            WalkEnd::Exhausted => sheet.judged(),
            WalkEnd::Cap if brings_nothing_new(walk) => {
                let known = scene.expected(&walk.query).len();
                sheet.fail(draft(
                    &walk.label,
                    format!("no end after {} pages of a list of {}", walk.pages.len(), items(known)),
                    sheet.own_requirement(),
                    "an empty page, or one that says it is the last",
                    format!("{} pages, and more to come", walk.pages.len()),
                    entries(walk),
                ));
            }
            WalkEnd::Cap => {
                sheet.unsure("a list holds more than was created in it, so that its end is not known");
            }
            WalkEnd::Budget => sheet.unsure("a list is longer than the harness is willing to read"),
            WalkEnd::Loop | WalkEnd::Broken | WalkEnd::Astray | WalkEnd::Single => {}
        }
    }
}

/// Whether the last page holds only items that stood on earlier ones.
fn brings_nothing_new(walk: &Walk) -> bool {
    let Some((last, earlier)) = walk.pages.split_last() else { return false };
    let met: BTreeSet<&str> = earlier.iter().flat_map(crate::evidence::Page::known_ids).collect();
    last.known_ids().all(|id| met.contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};

    #[test]
    fn a_walk_ends() {
        let world = World::new(4);
        let cases: [(&[&[usize]], WalkEnd, Verdict); 5] = [
            (&[&[0, 1], &[2, 3], &[]], WalkEnd::Exhausted, Pass),
            (&[&[0, 1], &[2, 3], &[2, 3], &[2, 3]], WalkEnd::Cap, Fail),
            (&[&[0, 1], &[2, 3], &[], &[]], WalkEnd::Cap, Fail),
            (&[&[0, 1], &[2, 3], &[STRANGER], &[STRANGER + 1]], WalkEnd::Cap, Inconclusive),
            (&[&[0, 1]], WalkEnd::Broken, Inconclusive),
        ];
        for (pages, end, verdict) in cases {
            world.lists("by_page").walk(2, pages).end(end).expect(&WALK_DOES_NOT_END, verdict);
        }
    }
}
