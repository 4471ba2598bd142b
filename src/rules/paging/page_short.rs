//! PAG008: a page holds fewer items than were asked for, though more follow.

use super::lists::{
    by_item, by_timestamp, closed, collection, convention, draft, items, positional, quiet, short_pages,
    sized, tries_a_form,
};
use crate::evidence::{Walk, WalkKind};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Collection, ShortPages, Suite};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// In a walk, every page before the last one that holds items is full.
    /// ## Why it matters
    /// Clients take a page that is not full for the last one and stop. Clients that compute positions from the size skip items.
    /// ## Example
    /// `page=1&size=5&role=user` holds three items, `page=2` holds two: the server cut the page first and filtered it afterwards.
    /// ## Source
    /// The suite's setting on short pages. Where it says nothing: if pages stand for positions, that each is full follows from it, and is said as
    /// `should`; if they start at an item or an instant, it is what clients are used to, and is said as `may`.
    /// ## False alarms and how they are avoided
    /// The last page may be short. Where the suite allows short pages, and for cursors that mean nothing to clients where it says nothing, nothing is
    /// demanded. Lists that others wrote into during the walk and sizes over the maximum are passed over.
    PAGE_SHORT {
        code: "PAG008", name: "page-short", level: Must, basis: Suite,
        source: "the suite's setting `short-pages`",
        summary: "Every page before the last is full.",
        implies: ["PAG004", "PAG006", "PAG016", "PGN001", "OFF001", "CUR002", "CUR005", "CUR008", "FLT002", "FLT005"],
        scenarios: &[Kind::Walk, Kind::Filter],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let sized =
        |collection: &&Collection| sized(collection) || suite.size_bounds(collection).default.is_some();
    collection(suite, case).filter(sized).is_some_and(|collection| match short_pages(collection) {
        Some(stated) => stated.is == ShortPages::Never,
        None => positional(collection) || by_timestamp(collection) || by_item(collection),
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let stated = short_pages(scene.collection());
    let (level, requirement) = match stated {
        Some(stated) => (Level::Must, convention(scene, stated)),
        None if positional(scene.collection()) => (Level::Should, sheet.own_requirement()),
        None => (Level::May, sheet.own_requirement()),
    };
    let walks = scene.evidence.walks.iter().filter(|walk| !tries_a_form(walk));
    for walk in walks.filter(|walk| matches!(walk.kind, WalkKind::Full | WalkKind::Backward)) {
        let Some(size) = walk.effective_size else { continue };
        if scene.size_bounds().maximum.is_some_and(|maximum| size > maximum) || !quiet(scene, walk) {
            continue;
        }
        let Some((i, count)) = short(scene, walk, size) else {
            if walk.pages.iter().any(|page| page.ids.is_some()) {
                sheet.judged();
            }
            continue;
        };
        let (page, next) = (&walk.pages[i], &walk.pages[i + 1]);
        sheet.fail_at(
            level,
            Draft {
                pointer: Some(page.items_at.clone()),
                ..draft(
                    &walk.label,
                    format!("page {} holds {} of {size} though more follow", i + 1, items(count)),
                    requirement.clone(),
                    items(usize::try_from(size).unwrap_or(usize::MAX)),
                    items(count),
                    vec![page.entry, next.entry],
                )
            },
        );
    }
}

/// The first page that is short though the next one holds items, and how many it holds.
fn short(scene: &Scene<'_>, walk: &Walk, size: u64) -> Option<(usize, usize)> {
    let mut met = std::collections::BTreeSet::new();
    for (i, pair) in walk.pages.windows(2).enumerate() {
        let count = pair[0].len()?;
        met.extend(pair[0].known_ids());
        // What follows must be new, and in lists of others our own: only that was there when the short page was made.
        let follows = pair[1].known_ids().any(|id| {
            !met.contains(id) && (closed(scene.collection()) || scene.record(&walk.query, id).is_some())
        });
        if u64::try_from(count).is_ok_and(|n| n < size) && follows {
            return Some((i, count));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{Pages, STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Pass};

    #[test]
    fn pages_are_full() {
        let world = World::new(5);
        let cases: [(&str, Pages, Verdict, Option<Level>); 8] = [
            ("by_page", &[&[0, 1], &[2, 3], &[4], &[]], Pass, None),
            ("by_page", &[&[0, 1], &[2], &[3, 4], &[]], Fail, Some(Level::Should)),
            // The last page once more is no page that follows.
            ("by_page", &[&[0, 1], &[2, 3], &[4], &[4]], Pass, None),
            ("by_cursor", &[&[4, 3], &[2], &[1, 0]], Fail, Some(Level::Must)),
            ("everywhere", &[&[4, 3], &[2], &[1, 0]], Fail, Some(Level::Should)),
            ("everywhere", &[&[4, 3], &[2], &[STRANGER]], Pass, None),
            ("shared", &[&[4, 3], &[2], &[1, 0]], Fail, Some(Level::May)),
            ("shared", &[&[4, 3], &[2], &[STRANGER]], Pass, None),
        ];
        for (collection, pages, verdict, level) in cases {
            let judgement = world.lists(collection).walk(2, pages).expect(&PAGE_SHORT, verdict);
            assert_eq!(judgement.findings.first().map(|finding| finding.level), level, "{collection}");
        }
    }

    #[test]
    fn tokens_may_give_short_pages_unless_it_is_stated() {
        let world = World::new(1);
        for (collection, judged) in
            [("by_page", true), ("by_cursor", true), ("shared", true), ("by_token", false)]
        {
            let scenario = crate::scenario::Scenario::Walk { collection: collection.to_owned(), order: 0 };
            let case = Case { id: String::new(), operation: String::new(), scenario };
            assert_eq!(applies(&world.suite, &case), judged, "{collection}");
        }
    }
}
