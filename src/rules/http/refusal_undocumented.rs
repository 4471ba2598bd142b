//! HTTP004: a proper refusal by a status that the document does not have.

use std::collections::BTreeSet;

use crate::evidence::Asked;
use crate::rules::answers::{REFUSING, answers};
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// The 4xx status by which a request is refused that breaks the document, names what does not exist or
    /// lacks credentials is one that the document lists for the operation. It is shown once per operation and
    /// status.
    /// ## Why it matters
    /// The refusal is right, but the document has a gap: clients generated from it do not know how to read this
    /// answer.
    /// ## Example
    /// An unknown note is answered `404`, and the document lists only `200` and `422`.
    /// ## Source
    /// The document's `responses` of the operation (OpenAPI Specification, Responses Object: expected to cover
    /// known errors).
    /// ## False alarms and how they are avoided
    /// It is only a `should`, and a `may` where the operation is there to make the others testable. 401 and 403 follow from the document's `security` or from the suite's promise, and the
    /// suite's own statuses are promises made elsewhere. 400, 413 and 415 in answer to content that is no
    /// JSON follow from HTTP. 405 and 429 belong to the server as a whole and are never
    /// asked for, and neither is a method that the document does not have.
    REFUSAL_UNDOCUMENTED {
        code: "HTTP004", name: "refusal-undocumented", level: Should, basis: Document,
        source: "the document's `responses` of the operation",
        summary: "A refusal has a status that the document lists.",
        implies: [],
        scenarios: REFUSING,
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let mut shown = BTreeSet::new();
    for answer in answers(scene) {
        if !matches!(answer.asked, Asked::Invalid | Asked::Unknown | Asked::Unauthenticated) {
            if !answer.is_refusal() {
                sheet.judged();
            }
            continue;
        }
        let status = answer.response.status;
        let in_question = answer.described() && answer.is_refusal() && !matches!(status, 405 | 429);
        // Where the document says that credentials are needed, HTTP says how their lack is answered.
        let secured = !answer.operation.security.is_empty() || scene.suite.file().authentication.is_some();
        let by_security = matches!(status, 401 | 403) && secured;
        if !in_question
            || by_security
            || answer.is_refused_by_parser()
            || answer.documented().is_some()
            || is_stated(scene, status)
        {
            sheet.judged();
            continue;
        }
        if !shown.insert((answer.operation.pointer.as_str(), status)) {
            continue;
        }
        let listed: Vec<String> = answer.operation.responses.iter().map(|r| r.status.to_string()).collect();
        let pointer = format!("{}/responses", answer.operation.pointer);
        // Of an operation that is there to make the others testable the document lists what is usual.
        let level = if scene.suite.is_seeding(answer.operation) { Level::May } else { sheet.level() };
        let draft = Draft {
            input: format!("status={status}"),
            ..answer.draft(
                format!("refused by {}, which the document does not list", answer.status()),
                scene.in_document("the refusals of the operation are listed here", &pointer),
                format!("one of {}", listed.join(", ")),
                format!("{} in answer to {}", answer.status(), answer.label),
            )
        };
        sheet.fail_at(level, draft);
    }
}

/// Whether the suite states the status for what the case asks for: then it is no gap, but a promise made elsewhere.
fn is_stated(scene: &Scene<'_>, status: u16) -> bool {
    let file = scene.suite.file();
    let unknown =
        scene.case.scenario.resource().and_then(|name| file.resources[name].fetch.as_ref()?.unknown.as_ref());
    let parent =
        scene.case.scenario.collection().and_then(|name| file.collections[name].unknown_parent.as_ref());
    unknown.is_some_and(|stated| stated.status.contains(&status))
        || parent.is_some_and(|stated| stated.status.contains(&status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Ask;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn undocumented_refusals_are_gaps_of_the_document() {
        let world = World::new(1);
        let cases: [(Asked, u16, Verdict); 9] = [
            (Asked::Unknown, 404, Pass),
            (Asked::Unknown, 410, Fail),
            (Asked::Unauthenticated, 401, Pass),
            (Asked::Unauthenticated, 400, Fail),
            (Asked::Invalid, 422, Fail),
            (Asked::Invalid, 405, Pass),
            (Asked::Invalid, 429, Pass),
            (Asked::Invalid, 200, Pass),
            (Asked::Good, 422, Inconclusive),
        ];
        for (asked, status, verdict) in cases {
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/x", None, status, &json!({}));
            let twice = world.probes().probe("one", Ask::UnknownItem, asked, exchange.clone()).probe(
                "two",
                Ask::UnknownItem,
                asked,
                exchange,
            );
            let scenario = crate::scenario::Scenario::FetchElsewhere { resource: "note".into() };
            let judgement = twice.judge(&REFUSAL_UNDOCUMENTED, scenario);
            assert_eq!(judgement.verdict, verdict, "{asked:?} {status}");
            assert_eq!(judgement.findings.len(), usize::from(verdict == Fail), "{asked:?} {status}");
        }
    }
}
