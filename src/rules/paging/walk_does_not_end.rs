//! PAG001: a walk is still given pages when every item has long been met.

use std::collections::BTreeSet;

use super::lists::{draft, entries, items};
use crate::evidence::{Walk, WalkEnd, WalkKind};
use crate::pagination::Style;
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A walk that follows a list page by page comes to an end: to an empty page, or to a page that says that it is the last. Where pages give tokens or
    /// links, only a page without one is the end.
    /// ## Why it matters
    /// A client that reads the list to its end never stops, and asks the server for the same pages for ever.
    /// ## Example
    /// Twelve items with a size of 5 fill three pages. The server answers `page=4`, `page=5` and all that follow with items 11 and 12 once more.
    /// ## Source
    /// True of every list that does not grow.
    /// ## False alarms and how they are avoided
    /// A walk may take two pages more than the known items fill. It is only blamed if its last page brought no item that had not been met
    /// before: a list that holds more than is known is the business of other rules. Where pages give tokens, AIP-158 lets a page be empty though more follow, so
    /// that empty pages with fresh tokens are only blamed once they are more than twice as many as the known items and 25; where the suite says that pages
    /// are never short, at once.
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
                let empty = walk.pages.iter().rev().take_while(|page| page.is_empty()).count();
                if empty > 0 && empty <= scene.collection().empty_pages(known) {
                    sheet.unsure("the last pages are empty and give tokens, so that more may follow");
                    continue;
                }
                sheet.fail(draft(
                    &walk.label,
                    format!("no end after {} pages of a list of {}", walk.pages.len(), items(known)),
                    sheet.own_requirement(),
                    end(&scene.collection().style),
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

/// What ends a list of a style.
fn end(style: &Style) -> &'static str {
    match style {
        Style::Token(_) => "a page that gives no token",
        Style::LinkHeader(_) | Style::NextUrl(_) => "a page that links to no next one",
        _ => "an empty page, or one that says it is the last",
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

    #[test]
    fn a_token_may_lead_over_empty_pages() {
        let told = |world: &World, empty: usize, pages: &[&[usize]], end, verdict| {
            let pages: Vec<&[usize]> =
                pages.iter().copied().chain(std::iter::repeat_n(&[][..], empty)).collect();
            world.lists("by_token").walk(2, &pages).end(end).expect(&WALK_DOES_NOT_END, verdict);
        };
        let open = World::new(4);
        let there = "conventions.changed-arguments = { is = \"refused\", requirement = \"convention\" }";
        let never = "conventions.short-pages = { is = \"never\", requirement = \"convention\" }";
        let full = World::amended(&[0, 1, 2, 3], &[(there, never)]);
        let all: &[&[usize]] = &[&[0, 1], &[2, 3]];
        for (empty, pages, end, in_open, in_full) in [
            (3, all, WalkEnd::Exhausted, Pass, Pass),
            (3, all, WalkEnd::Cap, Inconclusive, Fail),
            (33, all, WalkEnd::Cap, Inconclusive, Fail),
            (34, all, WalkEnd::Cap, Fail, Fail),
            (0, &[&[0, 1], &[2, 3], &[2, 3]], WalkEnd::Cap, Fail, Fail),
        ] {
            told(&open, empty, pages, end, in_open);
            told(&full, empty, pages, end, in_full);
        }
    }
}
