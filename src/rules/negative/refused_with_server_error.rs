//! NEG005: what the document does not allow is answered by a server error.

use super::edges::{has_edges, sent_at};
use crate::evidence::Ask;
use crate::rules::answers::{cut, probed};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// A request that the document does not allow, or whose content is at the edge of what parsers read, is not
    /// answered by 5xx.
    /// ## Why it matters
    /// Input that was never checked reached code that did not expect it; this is where crashes and injections
    /// come from.
    /// ## Example
    /// `limit=99999999999999999999` is answered `500 Internal Server Error`.
    /// ## Source
    /// RFC 9110, section 15.5: a client's error is answered by 4xx, section 15.6: 5xx is the server's own.
    /// ## False alarms and how they are avoided
    /// For content that RFC 8259 leaves to parsers it is a `may`: the same document says of a lone surrogate that it
    /// may be fatal to its reader. Content without anything in it is no such case. 501 and 503 with `Retry-After` are inconclusive. Whether the request should have been refused is another
    /// rule's question.
    REFUSED_WITH_SERVER_ERROR {
        code: "NEG005", name: "refused-with-server-error", level: Must, basis: Protocol,
        source: "RFC 9110, section 15.6: https://www.rfc-editor.org/rfc/rfc9110#section-15.6",
        summary: "A request that the document does not allow is not answered by a server error.",
        implies: ["HTTP002"],
        scenarios: &[Kind::Parameters, Kind::Content, Kind::Update],
        applies: has_edges,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let sent = match ask {
            Ask::InvalidEdge { place, .. } => sent_at(&answer, place),
            Ask::InvalidContent { .. } => {
                answer.request.body.as_ref().map_or_else(|| "no content".to_owned(), |body| cut(&body.text()))
            }
            Ask::MalformedCursor => cut(&answer.request.path),
            _ => continue,
        };
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if answer.is_server_error() {
            let draft = answer.draft(
                format!("an invalid request was answered {}", answer.status()),
                sheet.own_requirement(),
                "a refusal by 4xx",
                format!("{} in answer to {sent}", answer.status()),
            );
            // Of nothing at all no parser is left a choice.
            let blank = answer.request.body.as_ref().is_none_or(|body| body.text().trim().is_empty());
            let level = if answer.is_open_content() && !blank { Level::May } else { sheet.level() };
            sheet.fail_at(level, draft);
        } else {
            sheet.judged();
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
    fn invalid_requests_are_no_server_errors() {
        let world = World::new(1);
        let edge = Ask::InvalidEdge { keyword: "maximum".into(), place: "size".into() };
        let valid = Ask::ValidEdge { keyword: "maximum".into(), place: "size".into() };
        let cases: [(&Ask, u16, Verdict); 7] = [
            (&edge, 422, Pass),
            (&edge, 200, Pass),
            (&edge, 500, Fail),
            (&edge, 429, Inconclusive),
            (&Ask::InvalidContent { refuse: false }, 500, Fail),
            (&Ask::MalformedCursor, 500, Fail),
            (&valid, 500, Inconclusive),
        ];
        for (ask, status, verdict) in cases {
            let path = "/boxes/main/by_page?size=999";
            let exchange = exchange("list_by_page", "GET", path, None, status, &json!({}));
            let probes = world.probes().probe("edge", ask.clone(), Asked::Invalid, exchange);
            probes.expect(&REFUSED_WITH_SERVER_ERROR, verdict);
        }
    }

    #[test]
    fn what_is_left_to_parsers_may_break_them() {
        let world = World::new(1);
        for (content, level) in [(r#"{"text": "\ud800"}"#, Level::May), (" \r\n", Level::Must)] {
            let mut exchange =
                exchange("create_note", "POST", "/boxes/main/notes", None, 500, &json!({"detail": "none"}));
            exchange.request.body = Some(crate::evidence::Body::new(content));
            let ask = Ask::InvalidContent { refuse: false };
            let probes = world.probes().probe("content", ask, Asked::Invalid, exchange);
            let judgement = probes.expect(&REFUSED_WITH_SERVER_ERROR, Fail);
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{content:?}");
        }
    }
}
