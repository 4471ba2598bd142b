//! PAG004: a walk from the start to the end lacks an item that the target had acknowledged.

use std::collections::BTreeSet;

use super::compare::side_by_side;
use super::lists::{
    NOT_QUIET, aligned, draft, entries, items, list_of_created, names, own_of, passed_over, quiet, shown,
    some, whereabouts,
};
use crate::evidence::{Asked, RecordNumber, Walk, WalkEnd, WalkKind};
use crate::rules::declare::rule;
use crate::rules::fidelity::representations::acknowledged;
use crate::rules::proofs::claims::{after, pages_by};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::Collection;
use crate::verdict::{Claim, Fit};

rule! {
    /// ## What it checks
    /// A walk that follows the list from its start to what the target says is its end holds every record that the target
    /// acknowledged and that belongs into it.
    /// ## Why it matters
    /// A client that pages through the list never sees the missing records, and has no way to notice.
    /// ## Example
    /// Twelve messages were created. `page=1&size=7` holds messages 1 to 7, `page=2&size=7` holds messages 9 to 12: message 8 stands on no page.
    /// ## Source
    /// The suite's requirement that a list is complete. The same holds of the list of a parent of its own in which a case has tried what content the
    /// target takes.
    /// ## False alarms and how they are avoided
    /// Only records that the target acknowledged to this run are looked for. Walks that were cut off are not judged, nor walks by position through
    /// lists that others wrote into. Records that a cursor cannot tell from the item it stands at are left to CUR009.
    ITEM_MISSING {
        code: "PAG004", name: "item-missing", level: Must, basis: Suite,
        source: "the suite's requirement that a list is complete",
        summary: "A walk from the start of a list to its end holds every item that belongs into it.",
        implies: ["PAG006", "PAG014", "FLT002", "FLT008"],
        scenarios: &[Kind::Walk, Kind::Content],
        applies: |suite, case| case.scenario.kind() == Kind::Walk || list_of_created(suite, case).is_some(),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    match list_of_created(scene.suite, scene.case).filter(|_| scene.case.scenario.kind() == Kind::Content) {
        Some(list) => after_content(scene, sheet, list),
        None => walks(scene, sheet),
    }
}

/// What was created with content of every kind that the document allows is in the list.
fn after_content(scene: &Scene<'_>, sheet: &mut Sheet<'_>, list: &Collection) {
    let resource = scene.suite.resource(&list.resource);
    let acknowledged = acknowledged(scene, resource, |entry| entry.asked == Asked::Good);
    let read = |walk: &&Walk| walk.kind == WalkKind::Later && walk.end == WalkEnd::Exhausted;
    for walk in scene.evidence.walks.iter().filter(read) {
        let met: BTreeSet<&str> = walk.ids().collect();
        // What is created later than the list was asked for need not be on it.
        let asked = walk.pages.first().map_or(0, |page| page.entry);
        let before = acknowledged.iter().filter(|(_, entry)| **entry < asked);
        let lacking: Vec<_> = before.filter(|(id, _)| !met.contains(id.as_str())).collect();
        let Some((id, entry)) = lacking.first().copied() else {
            sheet.judged();
            continue;
        };
        let purpose = &scene.evidence.entries[*entry].exchange.purpose;
        let pages = pages_by(&walk.pages.iter().collect::<Vec<_>>(), &resource.id);
        let holds = pages.map(|pages| Claim::List {
            pages,
            part: (0, 1),
            groups: vec![vec![id.clone()]],
            maybe: Vec::new(),
            open: true,
            fit: Fit::Whole,
        });
        sheet.fail(Draft {
            claims: holds.map(|holds| after(vec![*entry], holds)).into_iter().collect(),
            ..draft(
                &walk.label,
                format!("{} acknowledged to \"{purpose}\" is on no page", items(lacking.len())),
                scene.requirement(&list.complete.requirement),
                format!("the {} that were acknowledged", items(acknowledged.len())),
                format!("a list without the id {id:?}"),
                [*entry].into_iter().chain(entries(walk)).collect(),
            )
        });
    }
}

/// Every walk from the start to the end meets every record.
fn walks(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
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
    use crate::evidence::Ask;
    use crate::rules::testing::{STRANGER, World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn what_was_taken_is_in_the_list() {
        let world = World::new(2);
        // The items of the list, whether the content obeys the document, whether the walk was cut off, and the verdict.
        let cases: [(&[usize], bool, bool, Verdict); 5] = [
            (&[0, 1], true, false, Pass),
            (&[1], true, false, Fail),
            (&[1], true, true, Inconclusive),
            // Content that should have been refused need not be in a list.
            (&[1], false, false, Pass),
            (&[0, 1, STRANGER], true, false, Pass),
        ];
        for (listed, good, cut, verdict) in cases {
            let post =
                exchange("create_note", "POST", "/boxes/main/notes", None, 201, &json!([{"id": "m0"}]));
            let asked = if good { Asked::Good } else { Asked::Invalid };
            let ask = Ask::ValidEdge { keyword: "maxLength".into(), place: "/text".into() };
            let later = |walk: &mut Walk| {
                walk.kind = WalkKind::Later;
                if cut {
                    walk.end = WalkEnd::Cap;
                }
            };
            let lists = world.lists("by_page").probe("exact", ask.clone(), asked, post.clone());
            let lists = lists.walk(9, &[listed]).change(later);
            assert_eq!(
                lists.judge(&ITEM_MISSING, Scenario::Content).verdict,
                verdict,
                "{listed:?} {good} {cut}"
            );
            // What comes behind the list need not be on it.
            let lists =
                world.lists("by_page").walk(9, &[listed]).change(later).probe("exact", ask, asked, post);
            let verdict = if cut { Inconclusive } else { Pass };
            assert_eq!(
                lists.judge(&ITEM_MISSING, Scenario::Content).verdict,
                verdict,
                "{listed:?} {good} {cut}"
            );
        }
    }

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
