//! HTTP023: a header field that nobody knows makes a request fail.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A good request with a header field more that nobody knows is answered as it is without. What becomes of a query parameter that nobody knows is
    /// measured and noted.
    /// ## Why it matters
    /// Proxies, tracing and later versions of clients add fields; a target that refuses them fails behind any of these.
    /// ## Example
    /// A request with `X-Specproof-Unknown: 1` is answered `400 Bad Request`.
    /// ## Source
    /// RFC 9110, section 5.1: recipients should ignore header fields that they do not recognise.
    /// ## False alarms and how they are avoided
    /// Only a refusal counts, and only where the same request was a success without the field. Rate limits are inconclusive, server errors have a rule of
    /// their own. Of query parameters nobody says whether they are passed over or refused.
    UNKNOWN_FIELD_REFUSED {
        code: "HTTP023", name: "unknown-field-refused", level: Should, basis: Protocol,
        source: "RFC 9110, section 5.1: https://www.rfc-editor.org/rfc/rfc9110#section-5.1",
        summary: "A header field that nobody knows is passed over.",
        implies: [],
        scenarios: &[Kind::Http],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let Ask::UnknownPart { usual, field } = ask else { continue };
        let before = &scene.evidence.entries[*usual].exchange;
        if !before.is_success() {
            sheet.unsure("the request is refused as it is");
        } else if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if !field {
            sheet.note(match answer.response.status {
                _ if answer.response.is_success() => {
                    "a query parameter that nobody knows is passed over".to_owned()
                }
                status => format!("a query parameter that nobody knows is answered {status}"),
            });
        } else if answer.response.is_success() || answer.is_server_error() {
            sheet.judged();
        } else {
            let draft = answer.draft(
                format!("a header field that nobody knows was answered {}", answer.status()),
                sheet.own_requirement(),
                "the answer without the field",
                answer.status_and_content(),
            );
            sheet.fail(Draft { entries: vec![*usual, answer.entry], ..draft });
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
    fn unknown_fields_are_passed_over() {
        let world = World::new(1);
        let cases: [(u16, u16, bool, Verdict, usize); 7] = [
            (200, 200, true, Pass, 0),
            (200, 400, true, Fail, 0),
            (200, 500, true, Pass, 0),
            (200, 429, true, Inconclusive, 0),
            (404, 404, true, Inconclusive, 0),
            (200, 422, false, Inconclusive, 1),
            (200, 200, false, Inconclusive, 1),
        ];
        for (before, status, field, verdict, notes) in cases {
            let get = |status| exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let probes = world.probes();
            let fetch = Ask::Fetch { record: world.notes[0] };
            let probes = probes.probe("usual", fetch, Asked::Good, get(before));
            let ask = Ask::UnknownPart { usual: 0, field };
            let judgement = probes
                .probe("unknown", ask, Asked::Open, get(status))
                .expect(&UNKNOWN_FIELD_REFUSED, verdict);
            assert_eq!(judgement.notes.len(), notes);
        }
    }
}
