//! LIF001: a deleted record can still be fetched.

use serde_json::Value;

use crate::evidence::{Ask, RecordNumber};
use crate::oracle::same_value;
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::rule;
use crate::rules::proofs::claims::status_within;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Suite, Tombstone};
use crate::verdict::{Claim, Likeness, Place};

rule! {
    /// ## What it checks
    /// A record whose deletion was confirmed, and is not carried out later, is not answered by a success any more.
    /// ## Why it matters
    /// Data that a user deleted is still there for everybody who knows its id.
    /// ## Example
    /// `DELETE` is answered 204, and `GET` of the same path still answers 200.
    /// ## Source
    /// The suite's description of the resource: it is deleted, and not eventually.
    /// ## False alarms and how they are avoided
    /// Where the suite says that a trace is left, the answer must be that trace; in an inferred suite, where the document alone says it, a refusal that the document
    /// names for the operation is as good. Where it says that deletion is carried out later, the answer is noted and not judged. Any refusal
    /// is good enough, and rate limits are inconclusive.
    DELETED_STILL_FOUND {
        code: "LIF001", name: "deleted-still-found", level: Must, basis: Suite,
        source: "the suite's description of the resource",
        summary: "A record whose deletion was confirmed cannot be fetched.",
        implies: ["LIF004", "LIF006"],
        scenarios: &[Kind::Delete],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().map(|name| suite.resource(name)).is_some_and(|resource| {
        resource.fetch.is_some() && resource.delete.as_ref().is_some_and(|delete| !delete.eventual)
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let Ask::FetchDeleted { record, promised } = ask else { continue };
        let name = scene.oracle.record(*record).name();
        let delete = scene.resource().and_then(|(_, resource)| resource.delete.as_ref());
        let tombstone = delete.and_then(|delete| delete.tombstone.as_ref());
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if let Some(tombstone) = tombstone {
            judge_tombstone(scene, sheet, &answer, tombstone, &name);
        } else if !answer.response.is_success() {
            sheet.judged();
        } else if !was_confirmed(scene, *record) {
            sheet.unsure("the deletion was not confirmed");
        } else if *promised {
            let requirement = sheet.own_requirement();
            sheet.fail(answer.draft(
                format!("{name} was deleted, and still comes"),
                requirement,
                "a refusal by 4xx",
                answer.status_and_content(),
            ));
        } else {
            sheet.note(format!("{name} was deleted, and still came right after"));
            sheet.unsure("the target does not promise that a deleted record is gone at once");
        }
    }
}

/// Whether no answer to the deletion of a record said anything but that it was carried out.
fn was_confirmed(scene: &Scene<'_>, record: RecordNumber) -> bool {
    let deletions = scene.evidence.probes.iter().filter(|probe| probe.ask == Ask::Delete { record });
    deletions.into_iter().all(|probe| scene.evidence.entries[probe.entry].exchange.is_success())
}

/// A record of which the suite says that it is still told of must say that it is deleted.
fn judge_tombstone(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    answer: &Answer<'_>,
    tombstone: &Tombstone,
    name: &str,
) {
    if answer.is_server_error() {
        return;
    }
    let shown = answer.response.body.json().ok().and_then(|content| content.pointer(&tombstone.at));
    let says_so = match (&tombstone.value, shown) {
        (_, None) => false,
        (Some(value), Some(shown)) => {
            serde_json::to_value(value).is_ok_and(|value| same_value(&value, shown))
        }
        (None, Some(shown)) => !matches!(shown, Value::Null | Value::Bool(false)),
    };
    let success = answer.response.is_success();
    // A document that allows both answers promises neither.
    let named = || answer.operation.responses.iter().any(|one| one.status.covers(answer.response.status));
    if success && says_so || !success && scene.suite.file().inferred && named() {
        sheet.judged();
        return;
    }
    let wanted = tombstone.value.as_ref().map_or_else(|| "a value".to_owned(), ToString::to_string);
    let said = tombstone.value.as_ref().and_then(|value| serde_json::to_value(value).ok());
    let place = Place { exchange: answer.entry, item: None, at: vec![tombstone.at.clone()] };
    let claim = said.map(|is| Claim::Value { place, is, by: Likeness::Exact });
    sheet.fail(Draft {
        claims: [status_within(answer.entry, &[(200, 399)])].into_iter().chain(claim).collect(),
        ..answer.draft(
            format!("{name} was deleted, and the answer does not say so"),
            scene.requirement(&tombstone.requirement),
            format!("a success with {wanted} at {}", tombstone.at),
            answer.status_and_content(),
        )
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn what_was_deleted_is_gone() {
        let world = World::new(1);
        let record = world.notes[0];
        let cases: [(bool, u16, Verdict); 6] = [
            (true, 404, Pass),
            (true, 410, Pass),
            (true, 200, Fail),
            (true, 429, Inconclusive),
            (false, 200, Inconclusive),
            (false, 404, Pass),
        ];
        for (promised, status, verdict) in cases {
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let ask = Ask::FetchDeleted { record, promised };
            let probes = world.probes().probe("deleted", ask, Asked::Unknown, exchange);
            probes.expect(&DELETED_STILL_FOUND, verdict);
        }
    }

    #[test]
    fn a_trace_is_left_or_the_record_is_refused() {
        let plain = "delete = { operation = \"delete_note\",";
        let stated = "delete = { operation = \"delete_note\", tombstone = { at = \"/gone\", value = true, requirement = \"change\" },";
        let (boxes, guessed) = ("name = \"boxes\"", "name = \"boxes\"\ninferred = true");
        let suite = World::amended(&[0], &[(plain, stated)]);
        let inferred = World::amended(&[0], &[(plain, stated), (boxes, guessed)]);
        // What is answered, and what that is in a suite of somebody's and in an inferred one.
        let cases: [(u16, serde_json::Value, Verdict, Verdict); 5] = [
            (200, json!({"gone": true}), Pass, Pass),
            (200, json!({"gone": false}), Fail, Fail),
            (200, json!({}), Fail, Fail),
            (404, json!({}), Fail, Pass),
            (410, json!({}), Fail, Fail),
        ];
        for (status, content, stated, guessed) in cases {
            for (world, verdict) in [(&suite, stated), (&inferred, guessed)] {
                let ask = Ask::FetchDeleted { record: world.notes[0], promised: true };
                let fetch = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &content);
                world
                    .probes()
                    .probe("deleted", ask, Asked::Open, fetch)
                    .expect(&DELETED_STILL_FOUND, verdict);
            }
        }
    }
}
