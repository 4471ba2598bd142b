//! CUR014: a cursor at a record that was deleted does not lead on from where the record stood.

use std::collections::BTreeMap;

use crate::evidence::{Page, RecordNumber, WalkKind};
use crate::oracle::{expected, instant_nanoseconds};
use crate::pagination::Style;
use crate::rules::concurrency::walk_shaken::deleted;
use crate::rules::concurrency::walks;
use crate::rules::declare::rule;
use crate::rules::lifecycle::walks::collections_of;
use crate::rules::paging::lists::{draft, names, ranks, some, touch};
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Collection, OrderKey, Suite, UnknownCursor};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// A page from a cursor at a record that was deleted holds what stood behind that record, from the next on; or it is refused.
    /// ## Why it matters
    /// A client reads on from the last item that it has. If that is gone and the answer is the first page, the client reads in circles, and if it is
    /// empty, the client believes to be done.
    /// ## Example
    /// An entry is deleted, and `starting_after` it gives the newest entries again.
    /// ## Source
    /// A page behind a cursor holds what stands behind it. Guides differ on whether a cursor outlives its item: a refusal is right as well.
    /// ## False alarms and how they are avoided
    /// Any refusal by 4xx is good enough. Where the suite says that unknown cursors give an empty page, or start over, so may this one; an empty page is
    /// otherwise said as `should`. Only the run's own records are looked at, and only in a known order. What stands too near to the record for its
    /// instant to tell them apart is passed over.
    DELETED_CURSOR_ANSWERED {
        code: "CUR014", name: "deleted-cursor-answered", level: Must, basis: Invariant,
        source: "a page behind a cursor holds what stands behind it, or the cursor is refused",
        summary: "A cursor at a deleted record leads on from where the record stood, or is refused.",
        implies: [],
        scenarios: &[Kind::Together],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let Some(name) = case.scenario.resource() else { return false };
    let by_item = |list: &Collection| matches!(list.style, Style::TimestampCursor(_) | Style::ItemCursor(_));
    suite.resource(name).delete.is_some()
        && collections_of(suite, name).any(|list| list.scope.is_some() && by_item(list))
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (walk, collection) in walks(scene, WalkKind::BehindDeleted) {
        let shrinking = walks(scene, WalkKind::Shrinking).find(|(other, _)| other.query == walk.query);
        let Some((page, record)) =
            walk.pages.first().zip(shrinking.and_then(|(other, _)| deleted(scene, other)))
        else {
            sheet.unsure("nothing could be deleted during the walk");
            continue;
        };
        let Some(count) = page.len() else {
            // Whether it is a refusal or a failure is for the rules about statuses.
            sheet.judged();
            continue;
        };
        let expected = expected(scene.suite, scene.oracle, collection, &walk.query);
        let ranks = ranks(&expected);
        let (true, Some(place)) = (expected.ordered, ranks.get(&record).copied()) else {
            sheet.unsure("the order of the list is not known");
            continue;
        };
        let met = own(scene, collection, walk.query.scope, page);
        let stated = collection.conventions.unknown_cursor.as_ref().map(|stated| stated.is);
        let apart = |number: &RecordNumber| !near(scene, collection, *number, record);
        let is_before = |number: &RecordNumber| rank(&ranks, *number).is_some_and(|rank| rank < place);
        let before: Vec<RecordNumber> = met.iter().copied().filter(is_before).filter(apart).collect();
        let behind = expected.members().into_iter().filter(|number| rank(&ranks, *number) > Some(place));
        let behind: Vec<RecordNumber> = behind.filter(apart).collect();
        let starts_over = !before.is_empty() && stated != Some(UnknownCursor::Start);
        let ends = count == 0 && !behind.is_empty() && stated != Some(UnknownCursor::Empty);
        // Cursors that are instants may pass over what bears nearly the same one.
        let exact = matches!(collection.style, Style::ItemCursor(_));
        let farthest = met.iter().filter_map(|number| rank(&ranks, *number)).max();
        let passed: Vec<RecordNumber> =
            behind.iter().copied().filter(|n| rank(&ranks, *n) < farthest && !met.contains(n)).collect();
        let gap = exact && before.is_empty() && !passed.is_empty();
        if !starts_over && !ends && !gap {
            sheet.judged();
            continue;
        }
        let (level, summary) = if starts_over {
            (Level::Must, "a cursor at a deleted record leads to what stood before it")
        } else if gap {
            (Level::Must, "a cursor at a deleted record passes over what stood behind it")
        } else {
            (Level::Should, "a cursor at a deleted record gives an empty page")
        };
        let name = scene.oracle.record(record).name();
        let requirement = sheet.own_requirement();
        sheet.fail_at(
            level,
            draft(
                &walk.label,
                summary,
                requirement,
                format!("what stood behind {name}: {}, or a refusal", some(&names(scene, &behind))),
                some(&names(scene, &met)),
                vec![page.entry],
            ),
        );
    }
}

fn rank(ranks: &BTreeMap<RecordNumber, usize>, number: RecordNumber) -> Option<usize> {
    ranks.get(&number).copied()
}

/// Whether a cursor that is an instant cannot tell two records apart.
fn near(scene: &Scene<'_>, collection: &Collection, a: RecordNumber, b: RecordNumber) -> bool {
    let (Style::TimestampCursor(_), OrderKey::Instant(key)) = (&collection.style, &collection.orders[0].by)
    else {
        return false;
    };
    let instant = |number| instant_nanoseconds(key.find(&scene.oracle.record(number).acknowledged)?);
    instant(a).zip(instant(b)).is_some_and(|(a, b)| touch(a, b))
}

/// The own records on a page, in the order met.
fn own(
    scene: &Scene<'_>,
    collection: &Collection,
    scope: Option<RecordNumber>,
    page: &Page,
) -> Vec<RecordNumber> {
    let found = page.known_ids().filter_map(|id| scene.oracle.find(&collection.resource, id, scope));
    found.filter(|number| scene.oracle.record(*number).parent == scope).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::pagination::Start;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    /// The setting, the status of the deletion, the items of the page behind the deleted fourth note (or a refusal), and what comes of it.
    type Case<'a> = (&'a str, u16, Option<&'a [usize]>, Verdict, Level);

    #[test]
    fn a_cursor_outlives_its_record_or_is_refused() {
        let stated = "conventions.unknown-cursor = { is = \"refused\", requirement = \"convention\" }\n\n[collections.by_token]";
        let says = |setting: &str| stated.replace("refused", setting);
        let cases: [Case<'_>; 11] = [
            ("refused", 204, Some(&[3, 2, 1]), Pass, Level::Must),
            ("refused", 204, None, Pass, Level::Must),
            ("refused", 204, Some(&[5, 3, 2]), Fail, Level::Must),
            ("refused", 204, Some(&[2, 1, 0]), Fail, Level::Must),
            ("refused", 204, Some(&[]), Fail, Level::Should),
            ("refused", 409, Some(&[5, 4, 3]), Inconclusive, Level::Must),
            ("empty", 204, Some(&[]), Pass, Level::Must),
            ("empty", 204, Some(&[5, 3, 2]), Fail, Level::Must),
            ("from-the-start", 204, Some(&[5, 3, 2]), Pass, Level::Must),
            ("from-the-start", 204, Some(&[3, 2, 1]), Pass, Level::Must),
            ("from-the-start", 204, Some(&[2, 1, 0]), Fail, Level::Must),
        ];
        for (setting, status, items, verdict, level) in cases {
            let world = World::amended(&[0, 1, 2, 3, 4, 5], &[(stated, &says(setting))]);
            let deletion =
                exchange("delete_note", "DELETE", "/boxes/main/notes/m4", None, status, &json!({}));
            let ask = Ask::Delete { record: world.notes[4] };
            let lists = world.lists("by_item").page(WalkKind::Shrinking, Start::First, Some(3), &[5, 4, 3]);
            let lists = lists.probe("delete during a walk", ask, Asked::Good, deletion);
            let start = Start::After("m4".to_owned());
            let mut lists = lists.page(WalkKind::BehindDeleted, start, Some(3), items.unwrap_or_default());
            if items.is_none() {
                lists = lists.refuse(0, 400);
            }
            let scenario = Scenario::Together { resource: "note".into() };
            let judgement = lists.judge(&DELETED_CURSOR_ANSWERED, scenario);
            assert_eq!(judgement.verdict, verdict, "{setting} {items:?}: {judgement:#?}");
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{setting} {items:?}");
        }
    }
}
