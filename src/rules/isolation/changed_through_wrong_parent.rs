//! ISO003: a record is changed or deleted through a parent that is not its own.

use crate::evidence::{Ask, RecordNumber, WalkKind};
use crate::rules::answers::{Answer, excerpt, probed};
use crate::rules::declare::rule;
use crate::rules::fidelity::compare::{change_beyond_rounding, distinguishes};
use crate::rules::fidelity::representations::{fetched, resource_by_number};
use crate::rules::proofs::claims::lists_each;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Bound, Field, Keep, Suite};
use crate::verdict::Claim;

/// The least code points of a text that is not the same by chance.
const TELLING: usize = 8;

rule! {
    /// ## What it checks
    /// An update or a deletion of a record through a parent in which it does not lie is without effect on it, and the answer to an update does not show it.
    /// ## Why it matters
    /// Whoever may write into one parent changes and deletes what lies in all others.
    /// ## Example
    /// The metadata of a message of session A are set by `PUT /sessions/B/messages/{id}`.
    /// ## Source
    /// The path names the parent: the request is about a record of that parent, and there is none.
    /// ## False alarms and how they are avoided
    /// The status is not judged, but the effect is: what the record holds when it is fetched through its own parent, or whether its own list still
    /// has it. An answer of success shows the record where it holds, of the fields that are not changed, a text of some length that stands nowhere in the
    /// request. It is judged only where the path of the operation names the parent.
    CHANGED_THROUGH_WRONG_PARENT {
        code: "ISO003", name: "changed-through-wrong-parent", level: Must, basis: Invariant,
        source: "the path of a request names the parent whose record it is about",
        summary: "A record is neither changed nor deleted through a parent that is not its own.",
        implies: ["LIF005"],
        scenarios: &[Kind::Update, Kind::Delete],
        applies: applies,
        check: check,
    }
}

/// Whether the operation's path names the resource's parent, and what came of a request can be seen.
fn applies(suite: &Suite, case: &Case) -> bool {
    let Some(resource) = case.scenario.resource().map(|name| suite.resource(name)) else { return false };
    let Some(parent) = &resource.parent else { return false };
    let operation = suite.operation(&case.operation);
    let bound = |name: &str| matches!(suite.bound(&case.operation, name), Some(Bound::Resource(resource)) if resource == parent);
    let names_parent = operation.parameters.iter().any(|parameter| bound(&parameter.name));
    let shows = match case.scenario.kind() {
        Kind::Update => resource.fetch.is_some(),
        _ => resource.delete.as_ref().is_some_and(|delete| delete.leaves_list.is_some()),
    };
    names_parent && shows
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        match ask {
            Ask::UpdateElsewhere { record, .. } if answer.response.is_success() => {
                shown_elsewhere(scene, sheet, *record, &answer);
            }
            Ask::FetchAfterRefusals { record, field: name, .. } if answer.response.is_success() => {
                let resource = resource_by_number(scene, *record);
                let Some(field) = resource.fields.get(name) else { continue };
                let shown = fetched(scene, *record, answer.entry);
                let back = shown.as_ref().and_then(|shown| field.read.as_ref()?.find(shown.value));
                for (other, attempt) in probed(scene) {
                    let Ask::UpdateElsewhere { value, .. } = other else { continue };
                    if back.is_none_or(|back| change_beyond_rounding(field.keep, value, back).is_some()) {
                        sheet.judged();
                        continue;
                    }
                    let requirement = sheet.own_requirement();
                    let mut draft = attempt.draft(
                        format!("{name} of {} was {}", scene.oracle.record(*record).name(), attempt.label),
                        requirement,
                        "a refusal, and the value from before",
                        back.map_or_else(String::new, excerpt),
                    );
                    draft.entries.push(answer.entry);
                    sheet.fail(draft);
                }
            }
            Ask::DeleteElsewhere { record } => {
                let wanted = scene.oracle.record(*record);
                let lists = |kind: WalkKind| {
                    scene.evidence.walks.iter().filter(move |walk| {
                        walk.kind == kind && walk.query.scope == wanted.parent && walk.is_read()
                    })
                };
                let was_there = lists(WalkKind::Before).any(|walk| walk.ids().any(|id| id == wanted.id));
                for walk in lists(WalkKind::After).filter(|_| was_there) {
                    if walk.ids().any(|id| id == wanted.id) {
                        sheet.judged();
                        continue;
                    }
                    let requirement = sheet.own_requirement();
                    sheet.fail(Draft {
                        entries: vec![answer.entry, walk.last_entry()],
                        claims: lists_each(scene, &walk.pages.iter().collect::<Vec<_>>(), &[*record])
                            .into_iter()
                            .collect(),
                        ..answer.draft(
                            format!("{} was deleted through a parent that is not its own", wanted.name()),
                            requirement,
                            format!("{} in its own list", wanted.name()),
                            "a list without it",
                        )
                    });
                }
            }
            _ => {}
        }
    }
}

/// An answer to an update through another parent shows nothing of the record.
fn shown_elsewhere(scene: &Scene<'_>, sheet: &mut Sheet<'_>, record: RecordNumber, answer: &Answer<'_>) {
    let resource = resource_by_number(scene, record);
    let held = &scene.oracle.record(record).acknowledged;
    let Some(update) = &resource.update else { return };
    let Some(shown) = answer.response.body.json().ok().and_then(|content| update.answer.find(content)) else {
        return;
    };
    let sent = answer.request.body.as_ref().map(|body| body.text()).unwrap_or_default();
    let is_told = |text: &str| {
        text.chars().count() < TELLING || answer.request.path.contains(text) || sent.contains(text)
    };
    // What another record would have as well tells nothing.
    let own = |field: &Field| distinguishes(field) || field.make.is_none() && field.keep == Keep::Instant;
    let fields = resource.fields.iter().filter(|(name, field)| **name != update.field && own(field));
    let told = fields.into_iter().find_map(|(name, field)| {
        let read = field.read.as_ref()?;
        let text = read.find(held)?.as_str().filter(|text| !is_told(text))?;
        (read.find(shown)?.as_str()? == text).then_some((name, text))
    });
    let Some((name, text)) = told else { return };
    let requirement = sheet.own_requirement();
    sheet.fail(Draft {
        claims: vec![Claim::Untold { exchange: answer.entry, text: text.to_owned() }],
        ..answer.draft(
            format!("{name} of {} is shown, which was {}", scene.oracle.record(record).name(), answer.label),
            requirement,
            "a refusal, or an answer that shows nothing of the record",
            answer.status_and_content(),
        )
    });
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
    fn a_change_through_another_parent_is_without_effect() {
        let world = World::new(1);
        let record = world.notes[0];
        let cases: [(&str, u16, u16, Verdict); 4] = [
            ("old", 404, 200, Pass),
            // An answer of success alone does no harm.
            ("old", 200, 200, Pass),
            ("new", 404, 200, Fail),
            ("new", 200, 404, Inconclusive),
        ];
        for (text, changed, fetched, verdict) in cases {
            let path = "/boxes/other/notes/m0";
            let update = exchange("update_note", "PUT", path, None, changed, &json!({}));
            let ask = Ask::UpdateElsewhere { record, field: "text".into(), value: json!("new") };
            let probes = world.probes().probe("changed through other[0]", ask, Asked::Unknown, update);
            let shown = json!({"id": "m0", "text": text});
            let fetch = exchange("get_note", "GET", "/boxes/main/notes/m0", None, fetched, &shown);
            let ask = Ask::FetchAfterRefusals { record, field: "text".into(), value: json!("old") };
            let probes = probes.probe("fetched", ask, Asked::Good, fetch);
            let judgement =
                probes.judge(&CHANGED_THROUGH_WRONG_PARENT, Scenario::Update { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{text} {changed} {fetched}");
        }
    }

    #[test]
    fn an_answer_through_another_parent_does_not_show_the_record() {
        let world = World::new(1);
        let record = world.notes[0];
        let held = world.oracle.record(record).acknowledged.as_ref().clone();
        let mut of_others = held.clone();
        of_others["at"] = json!("2001-02-03T04:05:06Z");
        let cases = [
            (200, &held, Fail),
            (404, &held, Inconclusive),
            // The id stands in the request, and what is sent is no secret.
            (200, &json!({"id": "m0", "text": "new"}), Inconclusive),
            (200, &of_others, Inconclusive),
        ];
        for (status, shown, verdict) in cases {
            let update = exchange("update_note", "PUT", "/boxes/other/notes/m0", None, status, shown);
            let ask = Ask::UpdateElsewhere { record, field: "text".into(), value: json!("new") };
            let probes = world.probes().probe("changed through other[0]", ask, Asked::Unknown, update);
            let judgement =
                probes.judge(&CHANGED_THROUGH_WRONG_PARENT, Scenario::Update { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{status} {shown}");
        }
    }

    #[test]
    fn a_deletion_through_another_parent_is_without_effect() {
        let world = World::new(3);
        let cases: [(&[usize], &[usize], Verdict); 3] = [
            (&[0, 1, 2], &[0, 1, 2], Pass),
            (&[0, 1, 2], &[0, 2], Fail),
            // A list that never showed it says nothing.
            (&[0, 2], &[0, 2], Inconclusive),
        ];
        for (before, after, verdict) in cases {
            let lists = world.lists("by_page").walk(9, &[before]).change(|walk| walk.kind = WalkKind::Before);
            let delete = exchange("delete_note", "DELETE", "/boxes/other/notes/m1", None, 204, &json!(null));
            let ask = Ask::DeleteElsewhere { record: world.notes[1] };
            let lists = lists.probe("delete", ask, Asked::Open, delete);
            let lists = lists.walk(9, &[after]).change(|walk| walk.kind = WalkKind::After);
            let scenario = Scenario::Delete { resource: "note".into() };
            let judgement = lists.judge(&CHANGED_THROUGH_WRONG_PARENT, scenario);
            assert_eq!(judgement.verdict, verdict, "{before:?} {after:?}");
        }
    }
}
