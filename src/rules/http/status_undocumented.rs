//! HTTP001: a request that obeys the document is answered by a success or a redirect that the document does not have.

use crate::evidence::{Ask, Asked};
use crate::rules::answers::{EVERY, answers};
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};

rule! {
    /// ## What it checks
    /// A 1xx (as the final one), 2xx or 3xx status in answer to a request that obeys the document is one that the document lists for
    /// the operation, by itself, by its class (`2XX`) or as `default`.
    /// ## Why it matters
    /// Clients generated from the document treat a status that it does not list as a failure, or decode the
    /// content as something else.
    /// ## Example
    /// The document lists 201 for creating a note; the target creates it and answers 200.
    /// ## Source
    /// The document's `responses` of the operation (OpenAPI Specification, Responses Object).
    /// ## False alarms and how they are avoided
    /// Refusals (4xx) and server errors have rules of their own, and so have successes in answer to requests
    /// that should be refused. A method that the document does not describe is not judged by another method's
    /// responses.
    STATUS_UNDOCUMENTED {
        code: "HTTP001", name: "status-undocumented", level: Must, basis: Document,
        source: "the document's `responses` of the operation",
        summary: "A request that obeys the document is answered by a status that the document lists.",
        implies: [],
        scenarios: EVERY,
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for answer in answers(scene) {
        let status = answer.response.status;
        let in_question = matches!(answer.asked, Asked::Good | Asked::Open)
            && answer.described()
            && (100..400).contains(&status)
            // HTTP itself gives this answer to a request that is conditional (RFC 9110, section 13.1.2), whatever the operation.
            && !(status == 304 && matches!(answer.ask, Some(Ask::Conditional { .. })));
        if !in_question || answer.documented().is_some() {
            sheet.judged();
            continue;
        }
        let listed: Vec<String> = answer.operation.responses.iter().map(|r| r.status.to_string()).collect();
        let pointer = format!("{}/responses", answer.operation.pointer);
        sheet.fail(answer.draft(
            format!("answered {status}, which the document does not list"),
            scene.in_document("the operation answers with a status that is listed here", &pointer),
            format!("one of {}", listed.join(", ")),
            answer.status(),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn only_undocumented_successes_of_good_requests_count() {
        let world = World::new(3);
        let ask = Ask::Conditional { tag: "\"1\"".into(), matches: true };
        let get = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 304, &json!(null));
        world.probes().probe("tag", ask, Asked::Open, get).expect(&STATUS_UNDOCUMENTED, Pass);
        let cases: [(Asked, &str, u16, Verdict); 9] = [
            (Asked::Good, "GET", 101, Fail),
            (Asked::Good, "GET", 200, Pass),
            (Asked::Good, "GET", 203, Fail),
            (Asked::Open, "GET", 302, Fail),
            (Asked::Good, "GET", 404, Pass),
            (Asked::Good, "GET", 418, Pass),
            (Asked::Good, "GET", 500, Pass),
            (Asked::Invalid, "GET", 203, Pass),
            (Asked::Open, "PATCH", 204, Pass),
        ];
        for (asked, method, status, verdict) in cases {
            let exchange = exchange("get_note", method, "/boxes/main/notes/m0", None, status, &json!({}));
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, asked, exchange).expect(&STATUS_UNDOCUMENTED, verdict);
        }
    }
}
