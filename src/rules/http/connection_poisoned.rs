//! HTTP024: after a refused request, the next one on its connection is not understood.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A good request on a connection on which a request with content was refused is answered as it is on any other connection.
    /// ## Why it matters
    /// What was left of the refused request is read as the beginning of the next one: clients that keep connections open, and proxies that share them,
    /// see errors that have nothing to do with what they asked.
    /// ## Example
    /// `PATCH` with content is refused by 405 before the content is read, and the `GET` after it is answered `400 Bad Request`.
    /// ## Source
    /// RFC 9112, section 9.3: a server that does not close the connection after its response reads the whole of the request, since what remains would be
    /// taken for the next request.
    /// ## False alarms and how they are avoided
    /// A server may close the connection; the request then goes over a new one. Only requests that were a success before are judged. A connection that
    /// breaks is not: HTTP008 says so.
    CONNECTION_POISONED {
        code: "HTTP024", name: "connection-poisoned", level: Must, basis: Protocol,
        source: "RFC 9112, section 9.3: https://www.rfc-editor.org/rfc/rfc9112#section-9.3",
        summary: "A connection can be used after a refused request, or is closed.",
        implies: ["HTTP002"],
        scenarios: &[Kind::Http],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // Without a method that could be refused there is nothing to ask.
    sheet.judged();
    for (ask, answer) in probed(scene) {
        let Ask::AfterRefusal { usual } = ask else { continue };
        let before = &scene.evidence.entries[*usual].exchange;
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if answer.is_server_error() {
            // HTTP002 tells it, and it may come on any connection.
            sheet.unsure("the answer is a server error, which says nothing of the connection");
        } else if !before.is_success() || answer.response.is_success() {
            sheet.judged();
        } else {
            let draft = answer.draft(
                format!("after a refusal on its connection, a good request was answered {}", answer.status()),
                sheet.own_requirement(),
                "the usual answer",
                answer.status_and_content(),
            );
            sheet
                .fail(Draft { entries: vec![*usual, answer.entry.saturating_sub(1), answer.entry], ..draft });
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
    fn a_connection_survives_a_refusal() {
        let world = World::new(1);
        let cases: [(u16, u16, Verdict); 5] = [
            (200, 200, Pass),
            (200, 400, Fail),
            (200, 500, Inconclusive),
            (404, 404, Pass),
            (200, 429, Inconclusive),
        ];
        for (before, status, verdict) in cases {
            let get = |status| exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let fetch = Ask::Fetch { record: world.notes[0] };
            let probes = world.probes().probe("usual", fetch, Asked::Good, get(before));
            let patch = exchange("get_note", "PATCH", "/boxes/main/notes/x", None, 405, &json!({}));
            let probes = probes.probe("refused", Ask::Odd, Asked::Open, patch);
            let ask = Ask::AfterRefusal { usual: 0 };
            probes.probe("after", ask, Asked::Open, get(status)).expect(&CONNECTION_POISONED, verdict);
        }
    }
}
