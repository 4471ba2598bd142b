//! FID008: the answer to a batch lists its records in another order than they were sent.

use super::representations::{elements, id_text, is_of, likeness, resource_by_number, sent_fields};
use crate::evidence::{Ask, RecordNumber};
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::verdict::{Claim, Comparison, Mark, Place};

rule! {
    /// ## What it checks
    /// The answer that creates several records lists them in the order in which they were sent.
    /// ## Why it matters
    /// The place is how a client learns which id belongs to which of its records.
    /// ## Example
    /// Messages A, B, C are sent in one request; the answer lists C, B, A.
    /// ## Source
    /// The suite's requirement about the order of a batch.
    /// ## False alarms and how they are avoided
    /// A record counts as out of place only when the answer shows another record of the same batch there: by
    /// its id, or by all that was sent for it. What was merely changed is another rule's.
    BATCH_ORDER {
        code: "FID008", name: "batch-order-changed", level: Must, basis: Suite,
        source: "the suite's requirement about the order of a batch",
        summary: "The answer to a batch lists its records in the order sent.",
        implies: ["FID001", "FID002", "FID003", "FID004", "FID005", "FID007"],
        scenarios: &[Kind::Create],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| suite.resource(name).batch_order().is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let Ask::Create { records, ordered: true } = ask else { continue };
        let Some(first) = records.first().filter(|_| answer.response.is_success()) else { continue };
        let resource = resource_by_number(scene, *first);
        let elements = elements(scene, resource, answer.entry);
        if elements.len() != records.len() {
            continue;
        }
        let name = |number: RecordNumber| scene.oracle.record(number).name();
        let met: Vec<RecordNumber> = (elements.iter().zip(records))
            .map(|((_, value), record)| {
                let id = resource.id.find(value).and_then(id_text);
                let has_id = |n: &&RecordNumber| id.as_deref() == Some(scene.oracle.record(**n).id.as_str());
                let by_id = records
                    .iter()
                    .find(has_id)
                    .filter(|n| scene.oracle.record(**n).id != scene.oracle.record(*record).id);
                let changed = is_of(scene, *record, value) == Some(false);
                let by_content =
                    || records.iter().find(|n| changed && is_of(scene, **n, value) == Some(true));
                by_id.or_else(by_content).copied().unwrap_or(*record)
            })
            .collect();
        let Some(at) = met.iter().zip(records).position(|(met, sent)| met != sent) else {
            sheet.judged();
            continue;
        };
        let requirement = match resource.batch_order() {
            Some(promise) => scene.requirement(&promise.requirement),
            None => sheet.own_requirement(),
        };
        let mark = |i: usize| if met[i] == records[i] { Mark::Same } else { Mark::Misplaced };
        sheet.fail(Draft {
            comparison: Some(Comparison {
                expected: records.iter().enumerate().map(|(i, n)| (mark(i), name(*n))).collect(),
                actual: met.iter().enumerate().map(|(i, n)| (mark(i), name(*n))).collect(),
            }),
            pointer: Some(elements[at].0.clone()),
            claims: values(scene, records[at], (answer.entry, &elements[at].0)),
            ..answer.draft(
                format!("element {at} of the answer is {}, not {}", name(met[at]), name(records[at])),
                requirement,
                format!("{} as element {at}", name(records[at])),
                name(met[at]),
            )
        });
    }
}

/// That an element of the answer holds what was sent for a record.
fn values(scene: &Scene<'_>, record: RecordNumber, (exchange, pointer): (usize, &str)) -> Vec<Claim> {
    sent_fields(scene, record)
        .map(|(_, field, read, sent)| {
            let at = read.all().iter().map(|inner| format!("{pointer}{inner}")).collect();
            let place = Place { exchange, item: None, at };
            Claim::Value { place, is: sent.clone(), by: likeness(field.keep) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::{Value, json};

    #[test]
    fn a_batch_comes_back_in_the_order_sent() {
        let world = World::new(3);
        let shown = |n: usize| world.oracle.record(world.notes[n]).acknowledged.as_ref().clone();
        // The content of one note under the id of another: what a driver sees that goes by places.
        let under = |id: usize, content: usize| {
            let mut value = shown(content);
            value["id"] = shown(id)["id"].clone();
            value
        };
        let mut changed = shown(1);
        changed["text"] = json!("other");
        let cases: [(Value, bool, Verdict); 7] = [
            (json!([shown(0), shown(1), shown(2)]), true, Pass),
            (json!([shown(2), shown(1), shown(0)]), true, Fail),
            (json!([under(0, 2), under(1, 1), under(2, 0)]), true, Fail),
            (json!([shown(0), changed, shown(2)]), true, Pass),
            (json!([shown(2), shown(1), shown(0)]), false, Inconclusive),
            (json!([shown(1)]), true, Inconclusive),
            (json!({}), true, Inconclusive),
        ];
        for (content, ordered, verdict) in cases {
            let exchange = exchange("create_note", "POST", "/boxes/main/notes", None, 201, &content);
            let ask = Ask::Create { records: world.notes.clone(), ordered };
            world.probes().probe("create", ask, Asked::Good, exchange).expect(&BATCH_ORDER, verdict);
        }
    }
}
