//! AUT002: a 401 that does not say how to authenticate.

use crate::rules::answers::answers;
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::CredentialForm;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// A 401 has a `WWW-Authenticate` field with at least one challenge.
    /// ## Why it matters
    /// The challenge is how a client that was not made for this API learns which credentials to ask its user for.
    /// ## Example
    /// `401 Unauthorized` with a JSON message and no `WWW-Authenticate`.
    /// ## Source
    /// RFC 9110, sections 11.6.1 and 15.5.2: a server that generates a 401 must send the field.
    /// ## False alarms and how they are avoided
    /// Any scheme is good enough. It is a `should`, and a `may` where the secret goes in a field of the API's own, for
    /// which no scheme is registered. A target that answers 403 owes no challenge.
    CHALLENGE_MISSING {
        code: "AUT002", name: "challenge-missing", level: Should, basis: Protocol,
        source: "RFC 9110, section 11.6.1: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1",
        summary: "A 401 says in `WWW-Authenticate` how to authenticate.",
        implies: [],
        scenarios: &[Kind::Credentials],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // A secret in a field of the API's own belongs to no scheme that a challenge could name.
    let by_scheme = scene.suite.file().credentials.iter().any(CredentialForm::is_scheme);
    let level = if by_scheme { sheet.level() } else { Level::May };
    for answer in answers(scene) {
        let challenge = answer.response.header("www-authenticate").unwrap_or_default();
        if answer.response.status != 401 || !challenge.trim().is_empty() {
            sheet.judged();
            continue;
        }
        let draft = answer.draft(
            "401 came without a challenge",
            sheet.own_requirement(),
            "WWW-Authenticate with a challenge",
            "no WWW-Authenticate field",
        );
        sheet.fail_at(level, draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn a_401_has_a_challenge() {
        let world = World::new(1);
        let cases: [(u16, Option<&str>, Verdict); 5] = [
            (401, Some("Bearer"), Pass),
            (401, Some("ApiKey realm=\"x\""), Pass),
            (401, Some(""), Fail),
            (401, None, Fail),
            (403, None, Pass),
        ];
        for (status, challenge, verdict) in cases {
            let ask = Ask::Credentials { what: "no credentials".into() };
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let headers = &mut exchange.outcome.as_mut().unwrap().headers;
            headers.extend(challenge.map(|value| ("www-authenticate".to_owned(), value.to_owned())));
            let probes = world.probes().probe("none", ask, Asked::Unauthenticated, exchange);
            probes.expect(&CHALLENGE_MISSING, verdict);
        }
    }
}
