//! FID012: the answer to a batch shows fewer records than were sent.

use super::edges::created;
use super::representations::{elements, found};
use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Resource, Suite};

rule! {
    /// ## What it checks
    /// A success in answer to several records shows each of them; also where they are equal, and where the answer shows none.
    /// ## Why it matters
    /// A client that was told of a success takes all of its records for kept. Those that the answer leaves out are lost, or their ids are never learnt.
    /// ## Example
    /// Ten messages are sent in one request; the answer is 201 and lists nine.
    /// ## Source
    /// The suite: where the answer to a batch shows the array of its records.
    /// ## False alarms and how they are avoided
    /// An answer that has nothing where the suite says that the records stand is another rule's, and so are refusals. More
    /// records than were sent are not judged here. Equal records are only sent where none of their fields is a name.
    BATCH_ANSWER_SHORT {
        code: "FID012", name: "batch-answer-short", level: Must, basis: Suite,
        source: "the place of a batch's records in the answer, as the suite names it",
        summary: "The answer to a batch shows every record that was sent.",
        implies: [],
        scenarios: &[Kind::Create, Kind::Content],
        applies: applies,
        check: check,
    }
}

/// The resource that a case creates, where it is created in batches.
fn batched<'a>(suite: &'a Suite, case: &Case) -> Option<&'a Resource> {
    let named = case.scenario.resource().map(|name| suite.resource(name));
    named.or_else(|| created(suite, case)).filter(|resource| resource.batch().is_some())
}

fn applies(suite: &Suite, case: &Case) -> bool {
    batched(suite, case).is_some()
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(resource) = batched(scene.suite, scene.case) else { return };
    let (Some(create), Some(batch)) = (&resource.create, resource.batch()) else { return };
    for (ask, answer) in probed(scene) {
        if !matches!(ask, Ask::Create { .. } | Ask::ValidEdge { .. }) || !answer.response.is_success() {
            continue;
        }
        let sent = answer.request.body.as_ref().and_then(|body| body.json().ok());
        let sent = sent.and_then(|content| content.pointer(&batch.at)?.as_array()).map(Vec::len);
        // What is no array shows no batch.
        let array = scene.evidence.json(answer.entry).and_then(|content| found(&create.answer, content));
        let array = array.filter(|(_, value)| value.is_array()).map(|(pointer, _)| pointer);
        let (Some(sent), Some(array)) = (sent, array) else { continue };
        let shown = elements(scene, resource, answer.entry).len();
        if shown >= sent {
            sheet.judged();
            continue;
        }
        sheet.fail(Draft {
            pointer: Some(array),
            ..answer.draft(
                format!("the answer shows {shown} of {sent} records"),
                sheet.own_requirement(),
                format!("{sent} records"),
                format!("{shown} records"),
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn every_record_of_a_batch_is_shown() {
        let world = World::new(3);
        let shown = |n: usize| world.oracle.record(world.notes[n]).acknowledged.as_ref().clone();
        let sent = json!({"notes": [{"text": "a"}, {"text": "b"}]});
        for (status, content, verdict) in [
            (201, json!([shown(0), shown(1)]), Pass),
            (201, json!([shown(0)]), Fail),
            (201, json!([]), Fail),
            (201, json!([shown(0), shown(1), shown(2)]), Pass),
            (201, json!({}), Inconclusive),
            (422, json!([shown(0)]), Inconclusive),
        ] {
            let exchange =
                exchange("create_note", "POST", "/boxes/main/notes", Some(&sent), status, &content);
            let ask = Ask::Create { records: world.notes.clone(), ordered: false };
            let probes = world.probes().probe("create", ask, Asked::Good, exchange);
            probes.expect(&BATCH_ANSWER_SHORT, verdict);
        }
    }
}
