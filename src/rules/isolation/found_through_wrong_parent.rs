//! ISO002: a record is found through a parent that is not its own.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::evidence::{Ask, RecordNumber};
use crate::oracle::Record;
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::rule;
use crate::rules::fidelity::representations::{by_id, fetched, id_text, is_of};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::verdict::Claim;

rule! {
    /// ## What it checks
    /// A record that is asked for through a parent in which it does not lie, or that never existed, is not answered by a success, and what
    /// refuses it shows no record.
    /// ## Why it matters
    /// Whoever may look into one parent reads what lies in all others; the parent in the path protects nothing.
    /// ## Example
    /// A message of session A is fetched as `/sessions/B/messages/{id}`, and comes.
    /// ## Source
    /// The suite's requirement that a record is found only through its own parents.
    /// ## False alarms and how they are avoided
    /// It is judged only where the suite states the requirement. If the other parent has a record with the same
    /// id and that is what came, all is well. Any refusal is good enough. A refusal shows a record where it holds all of it that tells it from others, or a word
    /// that the run made up and that stands in it alone.
    FOUND_THROUGH_WRONG_PARENT {
        code: "ISO002", name: "found-through-wrong-parent", level: Must, basis: Suite,
        source: "the suite's requirement that a record is found only through its own parents",
        summary: "A record is not found through a parent that is not its own.",
        implies: [],
        scenarios: &[Kind::FetchElsewhere],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let fetch = case.scenario.resource().and_then(|name| suite.resource(name).fetch.as_ref());
    fetch.is_some_and(|fetch| fetch.only_through_parents.is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some((resource, declared)) = scene.resource() else { return };
    let promise = declared.fetch.as_ref().and_then(|fetch| fetch.only_through_parents.as_ref());
    let Some(promise) = promise else { return };
    let records = by_id(scene, resource);
    for (ask, answer) in probed(scene) {
        if !answer.response.is_success()
            && matches!(ask, Ask::WrongParent { .. } | Ask::UnknownItem)
            && let Some(number) = shown(scene, &answer, &records)
        {
            let record = scene.oracle.record(number);
            let untold = |text: &str| Claim::Untold { exchange: answer.entry, text: text.to_owned() };
            let texts = record.sent.values().filter_map(Value::as_str);
            sheet.fail(Draft {
                claims: record.marker.as_deref().into_iter().chain(texts).map(untold).collect(),
                ..answer.draft(
                    format!("the refusal shows {}", record.name()),
                    scene.requirement(&promise.requirement),
                    "a refusal that shows nothing of a record",
                    answer.status_and_content(),
                )
            });
            continue;
        }
        let Ask::WrongParent { record } = ask else { continue };
        if sheet.puts_off(&answer) {
            continue;
        }
        let wanted = scene.oracle.record(*record);
        let shown = fetched(scene, *record, answer.entry);
        let twins = records.get(wanted.id.as_str()).map_or(&[][..], Vec::as_slice);
        let is_twin = shown.is_some_and(|shown| {
            twins.iter().any(|n| n != record && is_of(scene, *n, shown.value) == Some(true))
        });
        if !answer.response.is_success() || is_twin {
            sheet.judged();
            continue;
        }
        sheet.fail(answer.draft(
            format!(
                "{} was asked for through a parent that is not its own and answered {}",
                wanted.name(),
                answer.status()
            ),
            scene.requirement(&promise.requirement),
            "a refusal by 4xx",
            answer.status_and_content(),
        ));
    }
}

/// A record that a refusal shows: as a whole, or by the word that stands in it alone.
fn shown(
    scene: &Scene<'_>,
    answer: &Answer<'_>,
    records: &BTreeMap<&str, Vec<RecordNumber>>,
) -> Option<RecordNumber> {
    let body = &answer.response.body;
    let mut ahead: Vec<&Value> = body.json().into_iter().collect();
    while let Some(value) = ahead.pop() {
        match value {
            Value::Array(items) => ahead.extend(items),
            Value::Object(members) => ahead.extend(members.values()),
            _ => continue,
        }
        let id = scene.resource().and_then(|(_, resource)| resource.id.find(value)).and_then(id_text);
        let twins = id.and_then(|id| records.get(id.as_str()));
        if let Some(number) = twins.into_iter().flatten().find(|n| is_of(scene, **n, value) == Some(true)) {
            return Some(*number);
        }
    }
    let text = body.text();
    let told = |record: &Record| record.marker.as_ref().is_some_and(|word| text.contains(word.as_str()));
    scene.oracle.records().find(|(_, record)| told(record)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn a_record_is_found_through_its_own_parent_only() {
        let mut world = World::new(2);
        let record = world.notes[0];
        let own = world.oracle.record(record).acknowledged.as_ref().clone();
        let mut twin = world.oracle.record(world.others[0]).clone();
        "m0".clone_into(&mut twin.id);
        let other = twin.acknowledged.as_ref().clone();
        world.oracle.add(twin);
        let cases: [(u16, &Value, Verdict); 6] = [
            (404, &json!({}), Pass),
            (403, &json!({}), Pass),
            (200, &own, Fail),
            (200, &json!(null), Fail),
            (200, &other, Pass),
            (429, &json!({}), Inconclusive),
        ];
        for (status, content, verdict) in cases {
            let exchange = exchange("get_note", "GET", "/boxes/other/notes/m0", None, status, content);
            let probes = world.probes().probe("wrong", Ask::WrongParent { record }, Asked::Unknown, exchange);
            probes.expect(&FOUND_THROUGH_WRONG_PARENT, verdict);
        }
    }

    #[test]
    fn a_refusal_shows_no_record() {
        let mut world = World::new(1);
        let mut marked = world.oracle.record(world.notes[0]).clone();
        marked.marker = Some("zqmarkerqz".to_owned());
        world.oracle.add(marked);
        let own = world.oracle.record(world.notes[0]).acknowledged.as_ref().clone();
        for (content, verdict) in [
            (json!({"detail": "no zqmarker here"}), Pass),
            (json!({"detail": "did you mean zqmarkerqz?"}), Fail),
            (json!({"detail": [{"found": own}]}), Fail),
            (json!({"detail": [{"found": {"id": "m0"}}]}), Pass),
        ] {
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/none", None, 404, &content);
            let ask = Ask::WrongParent { record: world.notes[0] };
            let probes = world.probes().probe("unknown", ask, Asked::Unknown, exchange);
            probes.expect(&FOUND_THROUGH_WRONG_PARENT, verdict);
        }
    }
}
