//! FID012: the answer to a batch shows fewer records than were sent.

use super::representations::elements;
use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// A success in answer to several records shows each of them.
    /// ## Why it matters
    /// A client that was told of a success takes all of its records for kept. Those that the answer leaves out are lost, or their ids are never learnt.
    /// ## Example
    /// Ten messages are sent in one request; the answer is 201 and lists nine.
    /// ## Source
    /// The suite: where the answer to a batch shows the array of its records.
    /// ## False alarms and how they are avoided
    /// An answer that shows no records where the suite says that they stand is another rule's, and so are refusals. More
    /// records than were sent are not judged here.
    BATCH_ANSWER_SHORT {
        code: "FID012", name: "batch-answer-short", level: Must, basis: Suite,
        source: "the place of a batch's records in the answer, as the suite names it",
        summary: "The answer to a batch shows every record that was sent.",
        implies: [],
        scenarios: &[Kind::Create],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| suite.resource(name).batch().is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(resource) = scene.case.scenario.resource().map(|name| scene.suite.resource(name)) else {
        return;
    };
    let Some(batch) = resource.batch() else { return };
    for (ask, answer) in probed(scene) {
        if !matches!(ask, Ask::Create { .. }) || !answer.response.is_success() {
            continue;
        }
        let sent = answer.request.body.as_ref().and_then(|body| body.json().ok());
        let sent = sent.and_then(|content| content.pointer(&batch.at)?.as_array()).map(Vec::len);
        let shown = elements(scene, resource, answer.entry);
        // What is no array shows no batch.
        let first = shown.first().and_then(|(pointer, _)| pointer.strip_suffix("/0"));
        let (Some(sent), Some(array)) = (sent, first) else { continue };
        if shown.len() >= sent {
            sheet.judged();
            continue;
        }
        sheet.fail(Draft {
            pointer: Some(array.to_owned()),
            ..answer.draft(
                format!("the answer shows {} of {sent} records", shown.len()),
                sheet.own_requirement(),
                format!("{sent} records"),
                format!("{} records", shown.len()),
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
