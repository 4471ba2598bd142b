//! NEG008: a member that is only read was taken from a client.

use crate::document::RequestBody;
use crate::evidence::Ask;
use crate::oracle::same_value;
use crate::rules::answers::{excerpt, probed};
use crate::rules::declare::rule;
use crate::rules::fidelity::representations::elements;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// A `readOnly` member that a client sends when it creates a record is refused or passed over: the record does not hold what was sent.
    /// ## Why it matters
    /// Clients set what is the target's own to set: the owner of a record, whether it is paid, when it was made.
    /// ## Example
    /// `created_at` is `readOnly`; a record that is created with `created_at: 2001-01-01` shows that date.
    /// ## Source
    /// JSON Schema 2020-12, validation, section 9.4: attempts to change such a value are expected to be ignored or rejected.
    /// ## False alarms and how they are avoided
    /// One member is sent at a time, with a value that its schema allows and that nothing has otherwise. Where the answer does not show the member, nothing is
    /// said. A boolean, or a member with few possible values, may well be what the target chose itself, and is not judged.
    READ_ONLY_TAKEN {
        code: "NEG008", name: "read-only-taken", level: Must, basis: Document,
        source: "the `readOnly` of the member in the document",
        summary: "A member that is only read is not taken from a client.",
        implies: [],
        scenarios: &[Kind::Content],
        applies: applies,
        check: check,
    }
}

/// Where the schema of the content has the mark somewhere in its own text or in what it refers to.
fn applies(suite: &Suite, case: &Case) -> bool {
    let operation = suite.operation(&case.operation);
    let created = suite.file().resources.values().any(|r| r.created_by() == Some(&case.operation));
    let media_type = operation.request_body.as_ref().and_then(RequestBody::json);
    let Some(schema) = media_type.and_then(|media_type| media_type.schema.as_ref()) else { return false };
    created && schema.resolved().to_string().contains("\"readOnly\":true")
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    sheet.judged();
    let mut resources = scene.suite.file().resources.values();
    let Some(resource) = resources.find(|r| r.created_by() == Some(&scene.case.operation)) else { return };
    for (ask, answer) in probed(scene) {
        let Ask::ReadOnly { place, value } = ask else { continue };
        if sheet.puts_off(&answer) {
            continue;
        }
        let own = place.rfind('/').map_or("", |at| &place[at..]);
        let shown = elements(scene, resource, answer.entry).into_iter().next();
        let shown = shown.and_then(|(_, shown)| shown.pointer(own)).filter(|_| answer.response.is_success());
        let telling = value.is_number() || value.as_str().is_some_and(|text| !text.is_empty());
        if !telling || !shown.is_some_and(|shown| same_value(value, shown)) {
            sheet.judged();
            continue;
        }
        let body = answer.operation.request_body.as_ref().map_or("", |body| body.pointer.as_str());
        sheet.fail(Draft {
            pointer: Some(own.to_owned()),
            ..answer.draft(
                format!("{own} is only read, and was taken from the client"),
                scene.in_document(format!("{own} is readOnly"), body),
                format!("a refusal, or another {own} than {}", excerpt(value)),
                answer.status_and_content(),
            )
        });
    }
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
    fn what_is_only_read_is_not_taken() {
        let world = World::new(1);
        let cases: [(Value, u16, Value, Verdict); 6] = [
            (json!("k1"), 201, json!({"id": "m7"}), Pass),
            (json!("k1"), 201, json!({"id": "k1"}), Fail),
            (json!("k1"), 422, json!({"id": "k1"}), Pass),
            (json!("k1"), 429, json!({}), Inconclusive),
            (json!(true), 201, json!({"id": true}), Pass),
            (json!("k1"), 201, json!({}), Pass),
        ];
        for (value, status, shown, verdict) in cases {
            let post = exchange("create_note", "POST", "/boxes/main/notes", None, status, &json!([shown]));
            let ask = Ask::ReadOnly { place: "/notes/0/id".into(), value };
            let evidence = world.probes().probe("read only", ask, Asked::Open, post).done();
            let scenario = Scenario::Content;
            let case = Case { id: String::new(), operation: "create_note".into(), scenario };
            let scene =
                Scene { suite: &world.suite, case: &case, oracle: &world.oracle, evidence: &evidence };
            assert_eq!(crate::rules::judge(&READ_ONLY_TAKEN, &scene).verdict, verdict, "{status} {shown}");
        }
    }
}
