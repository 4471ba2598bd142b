//! HTTP009: a method that the document does not have on a path is carried out.

use crate::evidence::Ask;
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// A request with a method that the document does not have on the path is answered 404, 405 or 501.
    /// ## Why it matters
    /// What is reachable and not described is not tested, not guarded and not meant to be used; and a client's
    /// mistake is carried out instead of refused.
    /// ## Example
    /// `DELETE` on a path with only `GET` is answered `200`.
    /// ## Source
    /// The document's Path Item Object; RFC 9110, sections 15.5.5, 15.5.6 and 15.6.2.
    /// ## False alarms and how they are avoided
    /// Where the suite says that the document is an extract, nothing is judged. Only a success is a `must`;
    /// another refusal or a redirect is a `should`. 401 and 403 are let through, since access may be checked
    /// before the method, and OPTIONS and HEAD are never undocumented. Server errors have a rule of their own.
    METHOD_NOT_REFUSED {
        code: "HTTP009", name: "method-not-refused", level: Must, basis: Document,
        source: "the document's Path Item Object",
        summary: "A method that the document does not have on a path is refused.",
        implies: [],
        scenarios: &[Kind::Methods],
        applies: applies,
        check: check,
    }
}

/// A document that is an extract says nothing of the methods that it leaves out.
fn applies(suite: &Suite, _: &Case) -> bool {
    !suite.file().partial
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let Ask::UndocumentedMethod { documented } = ask else { continue };
        if sheet.puts_off(&answer) {
            continue;
        }
        let level = if answer.response.is_success() { Level::Must } else { Level::Should };
        if is_fine(&answer) {
            sheet.judged();
            continue;
        }
        let method = &answer.request.method;
        let path = crate::rules::answers::path_item(answer.operation);
        let text = format!("the path has {} and no other method", documented.join(", "));
        sheet.fail_at(
            level,
            answer.draft(
                format!("{method} was answered {}", answer.status()),
                scene.in_document(text, path),
                "405, 404 or 501",
                answer.status(),
            ),
        );
    }
}

fn is_fine(answer: &Answer<'_>) -> bool {
    matches!(answer.response.status, 401 | 403 | 404 | 405)
        || answer.is_server_error()
        || matches!(answer.request.method.as_str(), "OPTIONS" | "HEAD")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn an_undocumented_method_is_refused() {
        let world = World::new(1);
        let cases: [(&str, u16, Verdict, Level); 8] = [
            ("PATCH", 405, Pass, Level::Must),
            ("PATCH", 404, Pass, Level::Must),
            ("PATCH", 501, Pass, Level::Must),
            ("PATCH", 200, Fail, Level::Must),
            ("PATCH", 302, Fail, Level::Should),
            ("PATCH", 422, Fail, Level::Should),
            ("PATCH", 429, Inconclusive, Level::Must),
            ("OPTIONS", 204, Pass, Level::Must),
        ];
        for (method, status, verdict, level) in cases {
            let ask = Ask::UndocumentedMethod { documented: vec!["GET".into()] };
            let exchange = exchange("get_note", method, "/boxes/main/notes/m0", None, status, &json!({}));
            let judgement = world
                .probes()
                .probe("method", ask, Asked::Open, exchange)
                .expect(&METHOD_NOT_REFUSED, verdict);
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{judgement:#?}");
        }
    }
}
