//! LIF004: a deleted record still stands in its list.

use super::walks::{collections_of, list_of, would_hold};
use crate::evidence::{Ask, RecordNumber, Walk, WalkEnd};
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::fidelity::representations::resource_by_number;
use crate::rules::paging::lists::draft;
use crate::rules::proofs::claims::after;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Suite, Total};
use crate::verdict::{Claim, Likeness, Pages, Place};

rule! {
    /// ## What it checks
    /// A list that is read after a deletion was confirmed does not hold the deleted record, nor does its total count it. Nor does the list hold it where a
    /// filter asks for it.
    /// ## Why it matters
    /// Users see again what they deleted, and clients offer to open what cannot be opened.
    /// ## Example
    /// `DELETE` of a session is answered 202, and the next page of sessions still holds it.
    /// ## Source
    /// The suite's requirement that a deleted record leaves its list at once.
    /// ## False alarms and how they are avoided
    /// It is judged only where the suite states the requirement, only after a deletion that was answered by a
    /// success, and only on lists without a filter or with one that the record passed. The total is looked at where the suite calls it exact, nobody else writes into the list, and it was
    /// right before the deletion.
    DELETED_STILL_LISTED {
        code: "LIF004", name: "deleted-still-listed", level: Must, basis: Suite,
        source: "the suite's requirement that a deleted record leaves its list",
        summary: "A record whose deletion was confirmed does not stand in its list.",
        implies: [],
        scenarios: &[Kind::Delete],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| {
        let delete = suite.resource(name).delete.as_ref();
        delete.is_some_and(|delete| delete.leaves_list.is_some())
            && collections_of(suite, name).next().is_some()
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let promise = scene.resource().and_then(|(_, resource)| resource.delete.as_ref()?.leaves_list.as_ref());
    let Some(promise) = promise else { return };
    for (ask, answer) in probed(scene) {
        let Ask::Delete { record: number } = ask else { continue };
        if !answer.response.is_success() {
            continue;
        }
        let record = scene.oracle.record(*number);
        for walk in &scene.evidence.walks {
            let pages = walk.pages.iter().filter(|page| page.ids.is_some() && page.entry > answer.entry);
            if pages.clone().next().is_none() || !would_hold(scene, walk, *number) {
                continue;
            }
            let found = pages.clone().find_map(|page| {
                let mut ids = page.ids.iter().flatten();
                ids.position(|id| id.as_deref() == Some(record.id.as_str())).map(|i| (page, i))
            });
            let Some((page, i)) = found else {
                match still_counted(scene, walk, *number, answer.entry) {
                    None => sheet.judged(),
                    Some(draft) => sheet.fail(draft),
                }
                continue;
            };
            sheet.fail(Draft {
                input: walk.label.clone(),
                summary: format!("{} was deleted, and still stands in its list", record.name()),
                requirement: scene.requirement(&promise.requirement),
                expected: format!("a list without {}", record.name()),
                actual: format!("{} as item {i} of a page", record.name()),
                comparison: None,
                claims: vec![Claim::Lacks {
                    pages: Pages {
                        exchanges: vec![page.entry],
                        items: page.items_at.clone(),
                        id: resource_by_number(scene, *number).id.all().to_vec(),
                        only: None,
                    },
                    id: record.id.clone(),
                }],
                pointer: Some(format!("{}/{i}", page.items_at)),
                entries: vec![answer.entry, page.entry],
            });
        }
    }
}

/// What is wrong with the total of a list that was read whole, where it counts more than there are and did not so before the deletion.
fn still_counted(scene: &Scene<'_>, walk: &Walk, deleted: RecordNumber, deletion: usize) -> Option<Draft> {
    let list = list_of(scene, walk)?;
    let stated = list.conventions.total.as_ref().filter(|stated| stated.is == Total::Exact)?;
    let told = |walk: &Walk| {
        let total = walk.pages.last()?.facts.total?;
        (walk.end == WalkEnd::Exhausted)
            .then(|| (total, i64::try_from(walk.ids().count()).unwrap_or(i64::MAX)))
    };
    let of = |walk: &Walk| list_of(scene, walk).map(|list| &list.operation);
    let earlier = |other: &&Walk| other.pages.iter().all(|page| page.entry < deletion);
    let mut before = scene.evidence.walks.iter().filter(earlier);
    let before = before.find(|other| of(other) == of(walk) && other.query == walk.query)?;
    let (counted, held) = told(before)?;
    let (total, there) = told(walk)?;
    if list.others.is_some() || counted != held || total <= there {
        return None;
    }
    let end = walk.pages.last()?.entry;
    let place = |at: &str| Place { exchange: end, item: None, at: vec![at.to_owned()] };
    let is_total = |at: &str| {
        after(vec![deletion], Claim::Value { place: place(at), is: there.into(), by: Likeness::Exact })
    };
    let name = scene.oracle.record(deleted).name();
    Some(Draft {
        claims: list.style.total_pointer().map(is_total).into_iter().collect(),
        ..draft(
            &walk.label,
            format!("{name} was deleted, and the total of its list still counts it"),
            scene.requirement(&stated.requirement),
            there.to_string(),
            total.to_string(),
            vec![deletion, end],
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn what_was_deleted_leaves_its_list() {
        let world = World::new(3);
        let cases: [(u16, bool, &[usize], Verdict); 5] = [
            (204, true, &[0, 2], Pass),
            (204, true, &[0, 1, 2], Fail),
            (204, true, &[], Pass),
            (404, true, &[0, 1, 2], Inconclusive),
            (204, false, &[0, 1, 2], Inconclusive),
        ];
        for (status, after, items, verdict) in cases {
            let delete =
                exchange("delete_note", "DELETE", "/boxes/main/notes/m1", None, status, &json!(null));
            let ask = Ask::Delete { record: world.notes[1] };
            let lists = world.lists("by_page");
            let lists = if after {
                lists.probe("delete", ask, Asked::Good, delete).walk(5, &[items])
            } else {
                lists.walk(5, &[items]).probe("delete", ask, Asked::Good, delete)
            };
            let judgement = lists.judge(&DELETED_STILL_LISTED, Scenario::Delete { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{status} {after} {items:?}");
        }
        // The same id in the list of another box is another record.
        let delete = exchange("delete_note", "DELETE", "/boxes/main/notes/m1", None, 204, &json!(null));
        let lists = world.lists("by_page").probe(
            "delete",
            Ask::Delete { record: world.notes[1] },
            Asked::Good,
            delete,
        );
        let lists = lists.walk(5, &[&[0, 2]]).scope(world.other).walk(5, &[&[1]]);
        let judgement = lists.judge(&DELETED_STILL_LISTED, Scenario::Delete { resource: "note".into() });
        assert_eq!(judgement.verdict, Pass);
    }

    #[test]
    fn what_was_deleted_is_not_counted() {
        let world = World::new(3);
        for (before, after, verdict) in [(3, 2, Pass), (3, 3, Fail), (4, 3, Pass)] {
            let delete = exchange("delete_note", "DELETE", "/boxes/main/notes/m1", None, 204, &json!(null));
            let ask = Ask::Delete { record: world.notes[1] };
            let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).set(0, "/total", json!(before));
            let lists = lists.probe("delete", ask, Asked::Good, delete);
            let lists = lists.walk(5, &[&[0, 2]]).set(0, "/total", json!(after));
            let judgement = lists.judge(&DELETED_STILL_LISTED, Scenario::Delete { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{before} {after}");
        }
    }
}
