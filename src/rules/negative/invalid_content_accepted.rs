//! NEG003: content that is no JSON is accepted.

use super::edges::{changes_wrongly, names_refusal};
use crate::evidence::{Ask, Asked};
use crate::rules::answers::{cut, probed};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// A request whose content is not the one JSON text that the document asks for is refused.
    /// ## Why it matters
    /// A target that reads broken content reads something into it, and two readers rarely read the same.
    /// ## Example
    /// `{"text": "a"} {"text": "b"}` is answered 201.
    /// ## Source
    /// The document's request body is JSON; RFC 8259, section 2, says what that is.
    /// ## False alarms and how they are avoided
    /// Only content that RFC 8259 rules out is sent for this; what it leaves to parsers, such as repeated
    /// names, is judged only when it leads to a server error.
    INVALID_CONTENT_ACCEPTED {
        code: "NEG003", name: "invalid-content-accepted", level: Must, basis: Protocol,
        source: "RFC 8259, section 2: https://www.rfc-editor.org/rfc/rfc8259#section-2",
        summary: "Content that is no JSON text is refused where JSON is asked for.",
        implies: [],
        scenarios: &[Kind::Content, Kind::Update],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    names_refusal(suite, case) && (case.scenario.kind() == Kind::Content || changes_wrongly(suite, case))
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    if scene.case.scenario.kind() == Kind::Update {
        // Such content is sent where a good change could be written down by the document alone.
        sheet.judged();
    }
    for (ask, answer) in probed(scene).filter(|(_, answer)| answer.asked == Asked::Invalid) {
        if !matches!(ask, Ask::InvalidContent { refuse: true }) {
            continue;
        }
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if answer.response.is_success() {
            let sent = answer
                .request
                .body
                .as_ref()
                .map_or_else(|| "no content".to_owned(), |body| cut(&body.text()));
            let requirement = sheet.own_requirement();
            sheet.fail(answer.draft(
                "content that is no JSON text was accepted",
                requirement,
                "a refusal by 4xx",
                format!("{} in answer to {sent}", answer.status()),
            ));
        } else {
            sheet.judged();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Body;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn broken_content_is_refused() {
        let world = World::new(1);
        let cases: [(bool, u16, Verdict); 5] = [
            (true, 400, Pass),
            (true, 422, Pass),
            (true, 201, Fail),
            (true, 429, Inconclusive),
            (false, 201, Inconclusive),
        ];
        for (refuse, status, verdict) in cases {
            let mut exchange = exchange("create_note", "POST", "/boxes/main/notes", None, status, &json!([]));
            exchange.request.body = Some(Body::new("{"));
            let ask = Ask::InvalidContent { refuse };
            world
                .probes()
                .probe("broken", ask, Asked::Invalid, exchange)
                .expect(&INVALID_CONTENT_ACCEPTED, verdict);
        }
    }
}
