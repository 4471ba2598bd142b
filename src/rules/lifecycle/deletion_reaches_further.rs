//! LIF005: with a record that was deleted, another one is gone.

use std::collections::BTreeSet;

use super::walks::{collections_of, list_of};
use crate::evidence::{Ask, RecordNumber, Walk, WalkKind};
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::paging::lists::some;
use crate::rules::proofs::claims::{after, lists_each, status_within};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// After a record was deleted, all others are there: the one beside it, the one of the same name in another parent, what lies in
    /// those, and what lies beside them and is of another kind.
    /// ## Why it matters
    /// One tenant's clean-up deletes another tenant's data.
    /// ## Example
    /// Session `main` of workspace A is deleted by its name alone, and session `main` of workspace B has lost its messages.
    /// ## Source
    /// The suite's description of the resource: a request deletes the record that its path names.
    /// ## False alarms and how they are avoided
    /// A list is compared with what it held before the deletion; one that is not found any more has lost all of it. Records are fetched only
    /// where that is possible, and 404 and 410 tell that one is gone.
    DELETION_REACHES_FURTHER {
        code: "LIF005", name: "deletion-reaches-further", level: Must, basis: Suite,
        source: "the suite's description of the resource",
        summary: "A deletion touches no record but the one that it names.",
        implies: [],
        scenarios: &[Kind::Delete],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| {
        suite.resource(name).fetch.is_some()
            || suite.child_of(name).is_some()
            || collections_of(suite, name).any(|list| list.scope.is_some())
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let deletion = probed(scene).find_map(|(ask, answer)| match ask {
        Ask::Delete { record } if answer.response.is_success() => Some((*record, answer.entry)),
        _ => None,
    });
    let Some((deleted, deletion)) = deletion else { return };
    let name = scene.oracle.record(deleted).name();
    let requirement = sheet.own_requirement();
    for (ask, answer) in probed(scene) {
        let Ask::FetchKept { record } = ask else { continue };
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if answer.response.is_success() {
            sheet.judged();
        } else if !matches!(answer.response.status, 404 | 410) {
            sheet.unsure("a record that nobody deleted could not be fetched");
        } else {
            let kept = scene.oracle.record(*record).name();
            sheet.fail(Draft {
                claims: vec![after(vec![deletion], status_within(answer.entry, &[(200, 399)]))],
                ..answer.draft(
                    format!("{name} was deleted, and {kept} is gone"),
                    requirement.clone(),
                    format!("{kept}, which nobody deleted"),
                    answer.status_and_content(),
                )
            });
        }
    }
    for walk in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::After) {
        let Some(page) = walk.pages.last().filter(|page| page.entry > deletion) else { continue };
        let status = scene.evidence.entries[page.entry].exchange.status();
        if page.ids.is_none() && !matches!(status, Some(404 | 410)) {
            continue;
        }
        let there: BTreeSet<&str> = walk.ids().collect();
        let mut kept = wanted(scene, walk);
        kept.retain(|number| *number != deleted);
        let gone: Vec<String> = kept
            .iter()
            .filter(|number| !there.contains(scene.oracle.record(**number).id.as_str()))
            .map(|number| scene.oracle.record(*number).name())
            .collect();
        if gone.is_empty() {
            sheet.judged();
            continue;
        }
        sheet.fail(Draft {
            input: walk.label.clone(),
            summary: format!("{name} was deleted, and {} is gone from its list", some(&gone)),
            requirement: requirement.clone(),
            expected: "every record that nobody deleted".to_owned(),
            actual: format!("a list without {}", some(&gone)),
            comparison: None,
            claims: lists_each(scene, &walk.pages.iter().collect::<Vec<_>>(), &kept)
                .into_iter()
                .chain([status_within(page.entry, &[(200, 399)])])
                .collect(),
            pointer: Some(page.items_at.clone()),
            entries: vec![deletion, page.entry],
        });
    }
}

/// What a list must hold after the deletion: what it held before.
fn wanted(scene: &Scene<'_>, after: &Walk) -> Vec<RecordNumber> {
    let Some((resource, operation)) = listed(scene, after) else { return Vec::new() };
    let of = |id: &str| scene.oracle.find(resource, id, after.query.scope);
    let before = scene.evidence.walks.iter().find(|walk| {
        walk.kind == WalkKind::Before
            && walk.query.scope == after.query.scope
            && listed(scene, walk).is_some_and(|(_, other)| other == operation)
    });
    before.into_iter().flat_map(Walk::ids).filter_map(of).collect()
}

/// The resource that a walk lists, and the operation that lists it.
fn listed<'a>(scene: &Scene<'a>, walk: &Walk) -> Option<(&'a str, &'a str)> {
    let list = list_of(scene, walk)?;
    Some((&list.resource, &list.operation))
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
    fn a_deletion_touches_nothing_else() {
        type Row<'a> = (u16, u16, &'a [usize], &'a [usize], Verdict);
        let world = World::new(4);
        // How the deletion of note 1 and the fetch of note 0 were answered, and the list before and after.
        let cases: [Row<'_>; 7] = [
            (204, 200, &[0, 1, 2, 3], &[0, 2, 3], Pass),
            (204, 200, &[0, 1, 2, 3], &[0, 1, 2, 3], Pass),
            (204, 200, &[0, 1, 2, 3], &[0, 3], Fail),
            (204, 200, &[0, 1, 3], &[0, 3], Pass),
            (204, 404, &[0, 1, 2, 3], &[0, 2, 3], Fail),
            (204, 429, &[0, 1, 2, 3], &[0, 2, 3], Inconclusive),
            (409, 404, &[0, 1, 2, 3], &[0, 3], Inconclusive),
        ];
        for (deleted, fetched, before, after, verdict) in cases {
            let delete =
                exchange("delete_note", "DELETE", "/boxes/main/notes/m1", None, deleted, &json!(null));
            let fetch = exchange("get_note", "GET", "/boxes/main/notes/m0", None, fetched, &json!({}));
            let lists = world.lists("by_page").walk(9, &[before]).change(|walk| walk.kind = WalkKind::Before);
            let lists = lists
                .probe("delete", Ask::Delete { record: world.notes[1] }, Asked::Good, delete)
                .probe("kept", Ask::FetchKept { record: world.notes[0] }, Asked::Good, fetch)
                .walk(9, &[after])
                .change(|walk| walk.kind = WalkKind::After);
            let scenario = Scenario::Delete { resource: "note".into() };
            let judgement = lists.judge(&DELETION_REACHES_FURTHER, scenario);
            assert_eq!(judgement.verdict, verdict, "{deleted} {fetched} {before:?} {after:?}");
        }
    }
}
