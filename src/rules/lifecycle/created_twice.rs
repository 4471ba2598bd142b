//! LIF003: creating what exists already does not answer with what exists.

use crate::evidence::Ask;
use crate::rules::answers::{excerpt, probed};
use crate::rules::declare::rule;
use crate::rules::fidelity::compare::{agree, change_beyond_rounding};
use crate::rules::fidelity::representations::{elements, id_text, likeness, resource_by_number, sent_fields};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Field, Keep, Pointers, Suite};
use crate::verdict::{Claim, Likeness, Place};

rule! {
    /// ## What it checks
    /// Creating a record that exists already answers with that record: the same id, and the values that it has. Its list holds it once.
    /// ## Why it matters
    /// Clients call get-or-create each time they start; a second record, or one that was emptied, loses what
    /// stands in the first.
    /// ## Example
    /// A session is created again by its name, and its metadata is `{}` from then on.
    /// ## Source
    /// The suite's requirement that creating what exists answers with what exists.
    /// ## False alarms and how they are avoided
    /// It is judged only where the suite states the requirement. A refusal is another rule's, and fields that
    /// the answer does not show are passed over.
    CREATED_TWICE {
        code: "LIF003", name: "created-twice", level: Must, basis: Suite,
        source: "the suite's requirement that creating what exists answers with what exists",
        summary: "Creating what exists already answers with what exists.",
        implies: [],
        scenarios: &[Kind::Create],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| suite.resource(name).created_again().is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let Ask::CreateAgain { record: number } = ask else { continue };
        let (record, resource) = (scene.oracle.record(*number), resource_by_number(scene, *number));
        let Some(promise) = resource.created_again() else { continue };
        if !answer.response.is_success() {
            continue;
        }
        let Some((pointer, shown)) = elements(scene, resource, answer.entry).into_iter().next() else {
            continue;
        };
        sheet.judged();
        let requirement = || scene.requirement(&promise.requirement);
        let id = resource.id.find(shown).and_then(id_text);
        if id.as_ref().is_some_and(|id| *id != record.id) {
            sheet.fail(Draft {
                pointer: Some(format!("{pointer}{}", resource.id.found_at(shown).unwrap_or_default())),
                claims: vec![Claim::Value {
                    place: shown_at(answer.entry, &pointer, &resource.id),
                    is: record.id.clone().into(),
                    by: Likeness::Exact,
                }],
                ..answer.draft(
                    format!("{} has another id when it is created again", record.name()),
                    requirement(),
                    format!("the id of {}", record.name()),
                    "another id",
                )
            });
            continue;
        }
        // What the target set itself when the record was created does not change either.
        let set = |field: &Field| field.make.is_none() && field.keep != Keep::Unjudged;
        for (name, field) in resource.fields.iter().filter(|(_, field)| set(field)) {
            let Some(read) = &field.read else { continue };
            let (Some(before), Some(now)) = (read.find(&record.acknowledged), read.find(shown)) else {
                continue;
            };
            if agree(field.keep, before, now) {
                continue;
            }
            sheet.fail(Draft {
                pointer: Some(format!("{pointer}{}", read.found_at(shown).unwrap_or_default())),
                claims: vec![Claim::Value {
                    place: shown_at(answer.entry, &pointer, read),
                    is: before.clone(),
                    by: Likeness::Loose,
                }],
                ..answer.draft(
                    format!("{name} of {} is another when it is created again", record.name()),
                    requirement(),
                    excerpt(before),
                    excerpt(now),
                )
            });
        }
        for (name, field, read, sent) in sent_fields(scene, *number) {
            let Some(back) = read.find(shown) else { continue };
            let Some(change) = change_beyond_rounding(field.keep, sent, back) else { continue };
            let part = |value: &serde_json::Value| {
                value.pointer(&change.at).map_or_else(|| "nothing".to_owned(), excerpt)
            };
            sheet.fail(Draft {
                pointer: Some(format!("{pointer}{}{}", read.found_at(shown).unwrap_or_default(), change.at)),
                claims: vec![Claim::Value {
                    place: shown_at(answer.entry, &pointer, read),
                    is: sent.clone(),
                    by: likeness(field.keep),
                }],
                ..answer.draft(
                    format!("{name} of {} is another when it is created again", record.name()),
                    requirement(),
                    part(sent),
                    part(back),
                )
            });
        }
    }
    judge_lists(scene, sheet);
}

/// The list, read after that, holds the record once.
fn judge_lists(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let again: Vec<usize> = probed(scene)
        .filter_map(|(ask, answer)| match ask {
            Ask::CreateAgain { record } if answer.response.is_success() => Some(*record),
            _ => None,
        })
        .collect();
    for (walk, page) in scene.evidence.pages() {
        let held = |number: &&usize| {
            let record = scene.oracle.record(**number);
            page.known_ids().filter(|id| *id == record.id).count() > 1
        };
        let Some(number) = again.iter().find(held) else { continue };
        let (record, resource) = (scene.oracle.record(*number), resource_by_number(scene, *number));
        let Some(promise) = resource.created_again() else { continue };
        sheet.fail(Draft {
            input: walk.label.clone(),
            summary: format!("{} stands twice in its list after it was created again", record.name()),
            requirement: scene.requirement(&promise.requirement),
            expected: format!("{} once", record.name()),
            actual: "twice on one page".to_owned(),
            comparison: None,
            claims: Vec::new(),
            pointer: Some(page.items_at.clone()),
            entries: vec![page.entry],
        });
    }
}

/// A field in the representation that stands at a place in an answer.
fn shown_at(exchange: usize, pointer: &str, read: &Pointers) -> Place {
    let at = read.all().iter().map(|inner| format!("{pointer}{inner}")).collect();
    Place { exchange, item: None, at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::{Value, json};

    #[test]
    fn what_exists_comes_back() {
        let world = World::new(1);
        let cases: [(u16, Value, Verdict); 6] = [
            (200, json!({"id": "main", "name": "main"}), Pass),
            (201, json!({"id": "main", "name": "main", "more": 1}), Pass),
            (200, json!({"id": "main"}), Pass),
            (200, json!({"id": "new", "name": "main"}), Fail),
            (200, json!({"id": "main", "name": ""}), Fail),
            (409, json!({}), Inconclusive),
        ];
        for (status, content, verdict) in cases {
            let exchange = exchange("create_box", "POST", "/boxes", None, status, &content);
            let ask = Ask::CreateAgain { record: world.main };
            let probes = world.probes().probe("again", ask, Asked::Good, exchange);
            let judgement = probes.judge(&CREATED_TWICE, Scenario::Create { resource: "box".into() });
            assert_eq!(judgement.verdict, verdict, "{status} {content}");
        }
    }
}
