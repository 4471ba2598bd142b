//! LIF014: with a record that was changed, another one has changed.

use crate::evidence::{Ask, Page, RecordNumber, Walk, WalkKind};
use crate::rules::answers::{excerpt, probed};
use crate::rules::declare::rule;
use crate::rules::fidelity::compare::agree;
use crate::rules::lifecycle::walks::collections_of;
use crate::rules::paging::lists::draft;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use serde_json::Value;

rule! {
    /// ## What it checks
    /// After a field of a record was changed, the records beside it hold in that field what they held before.
    /// ## Why it matters
    /// An update without its condition overwrites what others wrote, and no answer says so.
    /// ## Example
    /// The title of the second of three tasks is replaced, and all three have the new title.
    /// ## Source
    /// The suite's description of the resource: a request changes the record that its path names.
    /// ## False alarms and how they are avoided
    /// Only the run's own records are compared, in a list that was read right before the first change and right after the last one, or by a fetch with
    /// what the target acknowledged. Nobody else knows them. A field that is not shown says nothing.
    UPDATE_REACHES_FURTHER {
        code: "LIF014", name: "update-reaches-further", level: Must, basis: Suite,
        source: "the suite's description of the resource",
        summary: "A change touches no record but the one that it names.",
        implies: [],
        scenarios: &[Kind::Update],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let Some(name) = case.scenario.resource() else { return false };
    let resource = suite.resource(name);
    let shown = resource.update.as_ref().and_then(|update| resource.fields.get(&update.field)?.read.as_ref());
    let seen = resource.fetch.is_some() || collections_of(suite, name).any(|list| list.scope.is_some());
    shown.is_some() && seen
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let changed = probed(scene).find_map(|(ask, answer)| match ask {
        Ask::Update { record, .. } if answer.response.is_success() => Some((*record, answer.entry)),
        _ => None,
    });
    let Some((changed, first)) = changed else { return };
    for (ask, answer) in probed(scene) {
        let Ask::FetchKept { record } = ask else { continue };
        let Some((_, resource)) = scene.resource() else { continue };
        let at = resource.fetch.as_ref().map(|fetch| &fetch.answer);
        let content = scene.evidence.json(answer.entry).filter(|_| answer.response.is_success());
        let Some(shown) = at.zip(content).and_then(|(at, content)| at.find(content)) else { continue };
        let before = scene.oracle.record(*record).acknowledged.as_ref();
        judge(scene, sheet, (changed, *record), (before, shown), vec![first, answer.entry]);
    }
    let pages = |kind: WalkKind| scene.evidence.walks.iter().filter(move |walk| walk.kind == kind);
    for walk in pages(WalkKind::Before) {
        let of = |walk: &Walk| Some(&scene.evidence.entries[walk.pages.first()?.entry].exchange.operation);
        let same = |other: &&Walk| of(other) == of(walk) && other.query == walk.query;
        let Some(after) = pages(WalkKind::After).find(same) else { continue };
        let (Some(then), Some(now)) = (walk.pages.first(), after.pages.first()) else { continue };
        for (number, before) in own(scene, walk, then) {
            if number == changed {
                continue;
            }
            let shown = own(scene, after, now).into_iter().find(|(other, _)| *other == number);
            let Some((_, shown)) = shown else { continue };
            judge(scene, sheet, (changed, number), (before, shown), vec![then.entry, first, now.entry]);
        }
    }
}

/// Judges one record beside the changed one by what it showed before and after.
fn judge(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    (changed, beside): (RecordNumber, RecordNumber),
    (before, after): (&Value, &Value),
    entries: Vec<usize>,
) {
    let Some((_, resource)) = scene.resource() else { return };
    let Some(field) = resource.update.as_ref().and_then(|update| resource.fields.get(&update.field)) else {
        return;
    };
    let Some(read) = &field.read else { return };
    let (Some(then), Some(now)) = (read.find(before), read.find(after)) else { return };
    if agree(field.keep, then, now) {
        return sheet.judged();
    }
    let named = |number: RecordNumber| scene.oracle.record(number).name();
    sheet.fail(Draft {
        entries,
        ..draft(
            "beside",
            format!("{} was changed, and {} with it", named(changed), named(beside)),
            sheet.own_requirement(),
            excerpt(then),
            excerpt(now),
            Vec::new(),
        )
    });
}

/// The own records on a page, with what it shows of them.
fn own<'a>(scene: &Scene<'a>, walk: &Walk, page: &'a Page) -> Vec<(RecordNumber, &'a Value)> {
    let Some((resource, _)) = scene.resource() else { return Vec::new() };
    let ids = page.ids.iter().flatten().zip(scene.evidence.items(page));
    ids.filter_map(|(id, item)| Some((scene.oracle.find(resource, id.as_deref()?, walk.query.scope)?, item)))
        .collect()
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
    fn what_lies_beside_stays_as_it_was() {
        let world = World::new(3);
        let kept = world.oracle.record(world.notes[0]).acknowledged["text"].clone();
        let cases: [(Value, u16, Verdict); 4] = [
            (json!({"id": "m0", "text": kept}), 200, Pass),
            (json!({"id": "m0", "text": "new"}), 200, Fail),
            (json!({"id": "m0"}), 200, Inconclusive),
            (json!({"message": "later"}), 429, Inconclusive),
        ];
        for (shown, status, verdict) in cases {
            let ask = Ask::Update { record: world.notes[1], field: "text".to_owned(), value: json!("new") };
            let change = json!({"id": "m1", "text": "new"});
            let change = exchange("update_note", "PUT", "/boxes/main/notes/m1", None, 200, &change);
            let fetch = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &shown);
            let kept = Ask::FetchKept { record: world.notes[0] };
            let lists = world.probes().probe("replaced", ask, Asked::Good, change);
            let lists = lists.probe("beside", kept, Asked::Good, fetch);
            let judgement =
                lists.judge(&UPDATE_REACHES_FURTHER, Scenario::Update { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{shown}: {judgement:#?}");
        }
    }
}
