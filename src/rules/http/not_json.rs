//! HTTP007: content that is documented, or labelled, as JSON is not one JSON text.

use crate::rules::answers::{Answer, EVERY, answers, cut, is_json};
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::verdict::Requirement;

rule! {
    /// ## What it checks
    /// Content that the document lists as JSON, or that calls itself JSON, is exactly one JSON text in UTF-8
    /// without a byte order mark.
    /// ## Why it matters
    /// A client cannot read the answer at all, or reads a part of it.
    /// ## Example
    /// A success ends in the middle of a string, or is empty, or holds `NaN`.
    /// ## Source
    /// RFC 8259, sections 2 and 8.1; the document's media type for the status.
    /// ## False alarms and how they are avoided
    /// Answers that have no content by their nature, and refusals without content and without a documented
    /// schema, are passed over, and so is what a framework answers to content that is no JSON, unless it is labelled as
    /// JSON. Half of a surrogate pair and numbers beyond all floats are within the grammar; nesting that is
    /// too deep to be read makes the verdict inconclusive.
    NOT_JSON {
        code: "HTTP007", name: "not-json", level: Must, basis: Protocol,
        source: "RFC 8259, section 2: https://www.rfc-editor.org/rfc/rfc8259#section-2",
        summary: "Content that is documented or labelled as JSON is one JSON text.",
        implies: ["SCH001", "SCH002", "FID005"],
        scenarios: EVERY,
        applies: always,
        check: check,
    }
}

/// Words of the parser about content that is within the grammar and beyond the parser.
const BEYOND: &str = "recursion limit";

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for answer in answers(scene) {
        let body = &answer.response.body;
        let Err(problem) = body.json() else {
            sheet.judged();
            continue;
        };
        if answer.is_bare() || !promises_json(&answer) {
            sheet.judged();
            continue;
        }
        if let Some(coding) = answer.response.header("content-encoding").filter(|c| *c != "identity") {
            sheet.unsure(format!("the content of an answer is encoded as {coding}, which was not asked for"));
            continue;
        }
        if problem.too_much || problem.message.contains(BEYOND) {
            sheet.unsure(format!("the content of an answer cannot be read: {}", problem.message));
            continue;
        }
        let (summary, text, section) = if problem.not_utf8 {
            ("is not UTF-8".to_owned(), "JSON between systems is encoded as UTF-8", "8.1")
        } else if body.bytes().starts_with(b"\xef\xbb\xbf") {
            ("begins with a byte order mark".to_owned(), "JSON between systems has no byte order mark", "8.1")
        } else if body.is_empty() {
            ("is empty".to_owned(), "a JSON text is a value", "2")
        } else {
            (
                format!("is no JSON: {}", problem.message),
                "a JSON text is one value, with nothing after it",
                "2",
            )
        };
        let requirement = Requirement {
            text: text.to_owned(),
            source: format!(
                "RFC 8259, section {section}: https://www.rfc-editor.org/rfc/rfc8259#section-{section}"
            ),
        };
        sheet.fail(Draft {
            pointer: Some(String::new()),
            ..answer.draft(
                format!("the content of {} {summary}", answer.status()),
                requirement,
                "one JSON text",
                if body.is_empty() { "no content".to_owned() } else { cut(&body.text()) },
            )
        });
    }
}

/// Whether the answer is to be JSON: by the document, or by its own word.
fn promises_json(answer: &Answer<'_>) -> bool {
    let body = &answer.response.body;
    let labelled = answer.response.essence().is_some_and(|essence| is_json(&essence));
    let documented = answer.documented().map_or(&[][..], |response| &response.content);
    let all_json = !documented.is_empty() && documented.iter().all(|media| is_json(&media.range));
    if body.is_empty() {
        return all_json
            && (answer.response.is_success() || documented.iter().any(|media| media.schema.is_some()));
    }
    labelled || all_json && !answer.is_refused_by_parser()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked, Body};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn content_is_one_json_text() {
        let world = World::new(1);
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        let cases: [(u16, &str, &[u8], Verdict); 14] = [
            (200, "application/json", b"{}", Pass),
            (200, "application/json", b"{", Fail),
            (200, "application/json", b"{} {}", Fail),
            (200, "application/json", b"", Fail),
            (200, "application/json", b"\"\xff\"", Fail),
            (200, "application/json", b"\xef\xbb\xbf{}", Fail),
            (200, "text/html", b"<html>", Fail),
            (200, "application/json", deep.as_bytes(), Inconclusive),
            (200, "application/json", b"1e400", Pass),
            (200, "application/json", b"\"\\ud800\"", Pass),
            (200, "application/json", b"\"\\ud8\"", Fail),
            (401, "application/json", b"no", Fail),
            (401, "text/plain", b"no", Pass),
            (401, "application/json", b"", Pass),
        ];
        for (status, media_type, content, verdict) in cases {
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let response = exchange.outcome.as_mut().unwrap();
            response.headers = vec![("content-type".into(), media_type.into())];
            response.body = Body::new(content);
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, Asked::Good, exchange).expect(&NOT_JSON, verdict);
        }
    }

    #[test]
    fn a_bare_value_may_be_refused_by_the_parser() {
        let world = World::new(1);
        for (sent, verdict) in
            [(json!("text"), Pass), (json!(null), Pass), (json!([]), Fail), (json!({"a": 1}), Fail)]
        {
            let mut exchange =
                exchange("list_by_cursor", "GET", "/boxes/main/by_cursor", Some(&sent), 400, &json!({}));
            let response = exchange.outcome.as_mut().unwrap();
            response.headers = vec![("content-type".into(), "text/html".into())];
            response.body = Body::new("<html>");
            let ask = Ask::InvalidEdge { keyword: "type".into(), place: String::new() };
            world.probes().probe("type", ask, Asked::Invalid, exchange).expect(&NOT_JSON, verdict);
        }
    }
}
