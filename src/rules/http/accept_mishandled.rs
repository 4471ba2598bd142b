//! HTTP021: an `Accept` of nothing that there is leads to a refusal that is not 406.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A good request whose `Accept` names no media type that the operation answers with is answered 406, or as if the field were not there.
    /// ## Why it matters
    /// A client that asks for what it cannot have is to learn just that, and not that its request was wrong in another way.
    /// ## Example
    /// `Accept: text/x-specproof` is answered `400 Bad Request`, and the same request with `Accept: application/json` 200.
    /// ## Source
    /// RFC 9110, sections 12.4.1 and 15.5.7: the server answers 406, or disregards the field.
    /// ## False alarms and how they are avoided
    /// Both answers are right. 401, 403 and rate limits are passed over, and a server error has a rule of its own. That `*/*` and weights are
    /// understood is judged as for any good request.
    ACCEPT_MISHANDLED {
        code: "HTTP021", name: "accept-mishandled", level: Should, basis: Protocol,
        source: "RFC 9110, section 12.4.1: https://www.rfc-editor.org/rfc/rfc9110#section-12.4.1",
        summary: "An Accept that cannot be met is answered 406 or disregarded.",
        implies: [],
        scenarios: &[Kind::Http],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // The same request with an Accept that can be met says whether it is answered at all.
    let is_refused = probed(scene).any(|(ask, answer)| {
        matches!(ask, Ask::Accept { acceptable: true }) && !answer.response.is_success()
    });
    for (ask, answer) in probed(scene) {
        let Ask::Accept { acceptable: false } = ask else { continue };
        let status = answer.response.status;
        if is_refused {
            sheet.unsure("the request is refused as it is");
        } else if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if answer.response.is_success()
            || answer.is_server_error()
            || [401, 403, 406].contains(&status)
        {
            sheet.judged();
        } else {
            sheet.fail(answer.draft(
                format!("an Accept that cannot be met was answered {}", answer.status()),
                sheet.own_requirement(),
                "406, or the usual answer",
                answer.status_and_content(),
            ));
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
    fn accept_is_met_or_disregarded() {
        let world = World::new(1);
        let cases: [(bool, u16, Verdict); 7] = [
            (false, 200, Pass),
            (false, 406, Pass),
            (false, 400, Fail),
            (false, 302, Fail),
            (false, 500, Pass),
            (false, 429, Inconclusive),
            (true, 400, Inconclusive),
        ];
        let asked = |acceptable: bool, status: u16| {
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            world.probes().probe("Accept", Ask::Accept { acceptable }, Asked::Open, exchange)
        };
        // What is not answered whatever is accepted says nothing of Accept.
        let missing = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 404, &json!({}));
        let ask = Ask::Accept { acceptable: false };
        asked(true, 404).probe("Accept", ask, Asked::Open, missing).expect(&ACCEPT_MISHANDLED, Inconclusive);
        for (acceptable, status, verdict) in cases {
            asked(acceptable, status).expect(&ACCEPT_MISHANDLED, verdict);
        }
    }
}
