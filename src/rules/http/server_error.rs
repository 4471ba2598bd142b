//! HTTP002: any answer of the class 5xx.

use crate::evidence::Ask;
use crate::rules::answers::{EVERY, answers};
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// No request is answered by a 5xx status, whatever it asks and whether or not the document lists that status.
    /// ## Why it matters
    /// A server error says that the target met a condition that it did not expect: the request that led to it
    /// is neither carried out nor refused in a way that a client can act on.
    /// ## Example
    /// A page number of 999999999999 is answered `500 Internal Server Error`.
    /// ## Source
    /// RFC 9110, section 15.6: with 5xx the server says that it is aware of having erred.
    /// ## False alarms and how they are avoided
    /// 501 and 503 with `Retry-After` say that the target is out of service for a while; the verdict is then
    /// inconclusive. Where the request had content that RFC 8259 leaves to parsers, it is a `may`. 501 in answer to a method that the document does not have is a proper refusal.
    SERVER_ERROR {
        code: "HTTP002", name: "server-error", level: Must, basis: Protocol,
        source: "RFC 9110, section 15.6: https://www.rfc-editor.org/rfc/rfc9110#section-15.6",
        summary: "No request is answered by a server error.",
        implies: ["HTTP005", "HTTP006", "HTTP007", "SCH002", "SCH003"],
        scenarios: EVERY,
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for answer in answers(scene) {
        let status = answer.response.status;
        let of_method = matches!(answer.ask, Some(Ask::UndocumentedMethod { .. } | Ask::Head));
        let method_refused =
            status == 501 && (of_method || answer.request.method != answer.operation.method.as_str());
        if !answer.is_server_error() || method_refused {
            sheet.judged();
        } else if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else {
            let draft = answer.draft(
                format!("answered {}", answer.status()),
                sheet.own_requirement(),
                "a success, or a refusal by 4xx",
                answer.status_and_content(),
            );
            let level = if answer.is_open_content() { Level::May } else { sheet.level() };
            sheet.fail_at(level, draft);
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
    fn server_errors_count_whatever_was_asked() {
        let world = World::new(1);
        let method = || Ask::UndocumentedMethod { documented: vec![] };
        let cases: [(Ask, Asked, u16, Option<&str>, Verdict); 8] = [
            (Ask::UnknownItem, Asked::Unknown, 404, None, Pass),
            (Ask::UnknownItem, Asked::Unknown, 500, None, Fail),
            (Ask::UnknownItem, Asked::Good, 503, None, Fail),
            (Ask::UnknownItem, Asked::Good, 503, Some("3"), Inconclusive),
            (Ask::UnknownItem, Asked::Good, 501, None, Fail),
            (method(), Asked::Open, 501, None, Pass),
            (Ask::Odd, Asked::Open, 501, None, Pass),
            (method(), Asked::Open, 500, None, Fail),
        ];
        for (ask, asked, status, retry_after, verdict) in cases {
            // Odd content goes out by a method that the document does not have.
            let sent = if matches!(ask, Ask::Odd) { "PATCH" } else { "GET" };
            let mut exchange = exchange("get_note", sent, "/boxes/main/notes/x", None, status, &json!({}));
            let headers = &mut exchange.outcome.as_mut().unwrap().headers;
            headers.extend(retry_after.map(|value| ("retry-after".to_owned(), value.to_owned())));
            world.probes().probe("unknown", ask, asked, exchange).expect(&SERVER_ERROR, verdict);
        }
    }
}
