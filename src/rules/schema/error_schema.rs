//! SCH002: the content of a documented refusal or error does not obey its schema.

use super::content;
use crate::document::StatusKey;
use crate::rules::answers::{Answer, REFUSING};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::Case;
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// The JSON content of a 4xx or 5xx answer is valid under the schema that the document gives for its status
    /// and media type.
    /// ## Why it matters
    /// Clients show or log what the document says an error holds; content of another shape turns one error into two.
    /// ## Example
    /// The document describes `detail` of 422 as an array of objects; the target answers a single string.
    /// ## Source
    /// The document's schema of the response (OpenAPI Specification, Media Type Object).
    /// ## False alarms and how they are avoided
    /// Statuses that the document does not list, and content of media types that it does not list, are not
    /// judged here, nor is the refusal of content that is no JSON, which a framework writes.
    ERROR_SCHEMA {
        code: "SCH002", name: "error-schema-broken", level: Must, basis: Document,
        source: "the document's schema of the response",
        summary: "The content of a documented refusal obeys its schema.",
        implies: [],
        scenarios: REFUSING,
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    suite.operation(&case.operation).responses.iter().any(|response| {
        let refusal = match response.status {
            StatusKey::Exact(code) => code >= 400,
            StatusKey::Range(class) => class >= 4,
            StatusKey::Default => true,
        };
        refusal && response.content.iter().any(|media| media.schema.is_some())
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    content::judge(scene, sheet, true, |answer: &Answer<'_>| {
        answer.response.status >= 400 && !answer.is_refused_by_parser()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::{Value, json};

    #[test]
    fn a_documented_refusal_obeys_its_schema() {
        let world = World::new(1);
        let cases: [(u16, Value, Verdict); 5] = [
            (404, json!({"message": "no"}), Pass),
            (404, json!({"error": "no"}), Fail),
            (404, json!("no"), Fail),
            (410, json!("no"), Pass),
            (200, json!("no"), Pass),
        ];
        for (status, content, verdict) in cases {
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/x", None, status, &content);
            let probes = world.probes().probe("unknown", Ask::UnknownItem, Asked::Unknown, exchange);
            let judgement = probes.judge(&ERROR_SCHEMA, Scenario::FetchElsewhere { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{status} {content}");
        }
    }
}
