//! PAG004: a walk from the start to the end lacks an item that the target had acknowledged.

use std::collections::BTreeSet;

use super::compare::side_by_side;
use super::lists::{
    NOT_QUIET, aligned, draft, entries, items, names, own_of, passed_over, quiet, shown, some, whereabouts,
};
use crate::evidence::{RecordNumber, Walk};
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A walk that follows the list from its start to what the target says is its end holds every record that the target
    /// acknowledged and that belongs into it.
    /// ## Why it matters
    /// A client that pages through the list never sees the missing records, and has no way to notice.
    /// ## Example
    /// Twelve messages were created. `page=1&size=7` holds messages 1 to 7, `page=2&size=7` holds messages 9 to 12: message 8 stands on no page.
    /// ## Source
    /// The suite's requirement that a list is complete.
    /// ## False alarms and how they are avoided
    /// Only records that the target acknowledged to this run are looked for. Walks that were cut off are not judged, nor walks by position through
    /// lists that others wrote into. Records that a cursor cannot tell from the item it stands at are left to CUR009.
    ITEM_MISSING {
        code: "PAG004", name: "item-missing", level: Must, basis: Suite,
        source: "the suite's requirement that a list is complete",
        summary: "A walk from the start of a list to its end holds every item that belongs into it.",
        implies: ["PAG006", "PAG014", "FLT002", "FLT008"],
        scenarios: &[Kind::Walk],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.is_whole() && walk.query.filters.is_empty()) {
        let expected = scene.expected(&walk.query);
        let met = own_of(scene, walk);
        let mut lacking: BTreeSet<_> = expected.members().into_iter().collect();
        for number in met.iter().chain(&passed_over(scene, walk, &expected)) {
            lacking.remove(number);
        }
        if lacking.is_empty() {
            sheet.judged();
            continue;
        }
        if !quiet(scene, walk) {
            sheet.unsure(NOT_QUIET);
            continue;
        }
        let wanted = aligned(&expected, &met);
        let missing = names(scene, wanted.iter().filter(|number| lacking.contains(number)));
        let listed: Vec<String> =
            walk.pages.iter().flat_map(|page| shown(scene, &walk.query, page)).collect();
        sheet.fail(Draft {
            comparison: Some(side_by_side(&names(scene, &wanted), &listed)),
            ..draft(
                &walk.label,
                format!("{} of {} on no page: {}", missing.len(), items(expected.len()), some(&missing)),
                scene.requirement(&scene.collection().complete.requirement),
                format!("{}, each on one page", items(expected.len())),
                format!(
                    "{} on {} pages{}",
                    items(listed.len()),
                    walk.pages.len(),
                    gap(scene, walk, &wanted, &lacking)
                ),
                entries(walk),
            )
        });
    }
}

/// Between which items, and on which pages, the first missing one would stand.
fn gap(scene: &Scene<'_>, walk: &Walk, wanted: &[RecordNumber], lacking: &BTreeSet<RecordNumber>) -> String {
    let pages = whereabouts(scene, walk);
    let Some(at) = wanted.iter().position(|number| lacking.contains(number)) else { return String::new() };
    let place = |number: &RecordNumber| {
        let page = pages.get(number)?.first()?;
        Some(format!("{} (page {page})", scene.oracle.record(*number).name()))
    };
    let before = wanted[..at].last().and_then(place);
    let after = wanted[at..].iter().find(|number| !lacking.contains(number)).and_then(place);
    match (before, after) {
        (Some(before), Some(after)) => format!("; {before} is followed by {after}"),
        (Some(before), None) => format!("; {before} is the last"),
        (None, Some(after)) => format!("; {after} is the first"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn every_item_is_met() {
        let world = World::new(4);
        let cases: [(&str, &[&[usize]], Verdict); 6] = [
            ("by_page", &[&[0, 1], &[2, 3], &[]], Pass),
            ("by_page", &[&[0, 1], &[3], &[]], Fail),
            ("by_page", &[&[0, 1], &[STRANGER, 3], &[]], Fail),
            ("shared", &[&[3, STRANGER, 2], &[1, 0]], Pass),
            ("shared", &[&[3, STRANGER, 2], &[0]], Fail),
            ("by_page", &[], Fail),
        ];
        for (collection, pages, verdict) in cases {
            world.lists(collection).walk(2, pages).expect(&ITEM_MISSING, verdict);
        }
        let everywhere = world.lists("everywhere").walk(20, &[&[3, 2, 1, 0], &[2003, 2002, 2001]]);
        everywhere.clone().expect(&ITEM_MISSING, Fail);
        everywhere.set(1, "/total", json!(9)).expect(&ITEM_MISSING, Inconclusive);
        let filtered = world.lists("by_page").filter("color", json!("red")).walk(2, &[&[0], &[]]);
        filtered.expect(&ITEM_MISSING, Inconclusive);
    }

    #[test]
    fn the_finding_names_the_gap() {
        let world = World::new(4);
        for (pages, actual) in [
            (
                &[&[0, 1][..], &[3]],
                "3 items on 2 pages; main-notes[1] (page 1) is followed by main-notes[3] (page 2)",
            ),
            (&[&[1, 2], &[3]], "3 items on 2 pages; main-notes[1] (page 1) is the first"),
            (&[&[0, 1], &[2]], "3 items on 2 pages; main-notes[2] (page 2) is the last"),
        ] {
            let judgement = world.lists("by_page").walk(2, pages).expect(&ITEM_MISSING, Fail);
            assert_eq!(judgement.findings[0].actual, actual);
        }
    }

    #[test]
    fn what_a_cursor_cannot_tell_apart_is_passed_over() {
        let world = World::keyed(&[0, 1, 1, 2]);
        // Notes 1 and 2 have the same key: the cursor at note 2 passes over note 1.
        world.lists("by_cursor").walk(2, &[&[3, 2], &[0]]).expect(&ITEM_MISSING, Pass);
        world.lists("by_cursor").walk(2, &[&[3], &[0]]).expect(&ITEM_MISSING, Fail);
        world.lists("by_page").walk(2, &[&[0, 1], &[3]]).expect(&ITEM_MISSING, Fail);
    }
}
