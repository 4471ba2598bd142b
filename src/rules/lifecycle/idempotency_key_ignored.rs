//! LIF011: what was sent twice with one `Idempotency-Key` was carried out twice.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::fidelity::representations::{elements, id_text};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Where the document has a header parameter `Idempotency-Key` for an operation that creates, the same request with the same key tells of the same record.
    /// ## Why it matters
    /// The key is there so that a client which got no answer can ask again: without effect it pays twice.
    /// ## Example
    /// A payment is sent twice with the key `a1`, and answered with the ids 7 and 8.
    /// ## Source
    /// The document's parameter `Idempotency-Key` of the operation.
    /// ## False alarms and how they are avoided
    /// It is judged only where the document names the parameter, for two requests that are equal octet by octet, and only where both are a success that shows an
    /// id. A second answer that is a refusal, such as 409, does not create anything.
    IDEMPOTENCY_KEY_IGNORED {
        code: "LIF011", name: "idempotency-key-ignored", level: Should, basis: Document,
        source: "the document's parameter `Idempotency-Key` of the operation",
        summary: "Two equal requests with one Idempotency-Key create one record.",
        implies: [],
        scenarios: &[Kind::Content],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let operation = suite.operation(&case.operation);
    let creates = suite.file().resources.values().any(|r| r.created_by() == Some(&case.operation));
    let header =
        |parameter: &crate::document::Parameter| parameter.location == crate::document::Location::Header;
    creates && operation.parameter("Idempotency-Key").is_some_and(header)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let mut resources = scene.suite.file().resources.values();
    let Some(resource) = resources.find(|r| r.created_by() == Some(&scene.case.operation)) else { return };
    for (ask, answer) in probed(scene) {
        let Ask::CreateKeyed { first } = ask else { continue };
        let id = |entry: usize| {
            let shown = elements(scene, resource, entry).into_iter().next()?.1;
            resource.id.find(shown).and_then(id_text)
        };
        if sheet.puts_off(&answer) {
            continue;
        }
        let before = scene.evidence.entries[*first].exchange.is_success().then(|| id(*first)).flatten();
        let after = answer.response.is_success().then(|| id(answer.entry)).flatten();
        match (before, after) {
            (Some(before), Some(after)) if before != after => {
                let pointer =
                    answer.operation.parameter("Idempotency-Key").map_or("", |p| p.pointer.as_str());
                let draft = answer.draft(
                    "two equal requests with one key created two records",
                    scene.in_document("the key keeps a request from being carried out twice", pointer),
                    "the record of the first request",
                    "another record",
                );
                sheet.fail(Draft { entries: vec![*first, answer.entry], ..draft });
            }
            _ => sheet.judged(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn one_key_creates_one_record() {
        let world = World::new(1);
        let cases: [(&str, u16, Verdict); 5] = [
            ("k1", 201, Pass),
            ("k2", 201, Fail),
            ("k2", 409, Pass),
            ("k1", 429, Inconclusive),
            ("k2", 500, Pass),
        ];
        for (id, status, verdict) in cases {
            let post = |id: &str, status| {
                exchange("create_note", "POST", "/boxes/main/notes", None, status, &json!([{ "id": id }]))
            };
            let fetch = Ask::Fetch { record: world.notes[0] };
            let probes = world.probes().probe("first", fetch, Asked::Good, post("k1", 201));
            let probes = probes.probe("second", Ask::CreateKeyed { first: 0 }, Asked::Open, post(id, status));
            let scenario = crate::scenario::Scenario::Content;
            let case = crate::scenario::Case { id: String::new(), operation: "create_note".into(), scenario };
            let evidence = probes.done();
            let scene =
                Scene { suite: &world.suite, case: &case, oracle: &world.oracle, evidence: &evidence };
            assert_eq!(
                crate::rules::judge(&IDEMPOTENCY_KEY_IGNORED, &scene).verdict,
                verdict,
                "{id} {status}"
            );
        }
    }
}
