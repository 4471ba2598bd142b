//! AUT003: a request without proper credentials is refused by a status that says something else.

use crate::document::{SecurityScheme, StatusKey};
use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::{always, rule};
use crate::rules::proofs::claims::status_of;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::verdict::Level;

/// What is asked with credentials of which only the form is there.
const NO_SECRET: &str = "credentials that are empty";

rule! {
    /// ## What it checks
    /// A request that would be good with credentials is refused without them by 401 or 403.
    /// ## Why it matters
    /// A client acts on the status: on 401 it asks for credentials, on 422 it gives up and reports a mistake
    /// that nobody made.
    /// ## Example
    /// A list is answered `422 Unprocessable Content` when the token lacks.
    /// ## Source
    /// RFC 9110, sections 15.5.2 and 15.5.4.
    /// ## False alarms and how they are avoided
    /// 404 is a `should` where nothing else in the case is answered 401 or 403, since HTTP lets a server hide
    /// what it forbids; so are 400, which the bearer scheme (RFC 6750) has for damaged credentials, and a
    /// redirect to where one signs in. Where the suite states 401 for a request without any credentials, 400, 403 and 404 are a `must` for
    /// such a one; 403 is a `should` where the document states 401, or its scheme is that of bearer tokens, which has 401 for such a request (RFC 6750, section 3); there it is a `should` too in answer to a token that is none
    /// (section 3.1).
    /// 400 and 422 are a `should` in answer to content that breaks the document too: nobody says which is looked at first.
    /// Successes and server errors have rules of their own, and rate limits are
    /// inconclusive.
    WRONG_STATUS_WITHOUT_CREDENTIALS {
        code: "AUT003", name: "wrong-status-without-credentials", level: Must, basis: Protocol,
        source: "RFC 9110, section 15.5.2: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2",
        summary: "A request without proper credentials is refused by 401 or 403.",
        implies: [],
        scenarios: &[Kind::Credentials],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // A target that tells apart what exists from what does not, before it asks for credentials, hides nothing.
    let asks = probed(scene).any(|(_, answer)| matches!(answer.response.status, 401 | 403));
    for (ask, answer) in probed(scene) {
        let Ask::Credentials { what } = ask else { continue };
        let level = match answer.response.status {
            // Where it is stated that 401 asks for credentials, 403 tells a client that asking its user is of no use.
            403 if what.starts_with("no credentials") && stated(scene) == Some(401) => Level::Must,
            403 if what.starts_with("no credentials") && wants_401(scene) => Level::Should,
            // A token that is none, or too old, is `invalid_token` (RFC 6750, section 3.1).
            403 if !what.starts_with("no credentials") && is_bearer(scene) => Level::Should,
            // A field without its secret is no proper field (RFC 6750, section 3.1).
            400 if what == NO_SECRET => {
                sheet.judged();
                continue;
            }
            // A success or a server error is another rule's.
            200..300 | 401 | 403 | 500.. => {
                sheet.judged();
                continue;
            }
            429 => {
                sheet.unsure(answer.put_off().unwrap_or_default());
                continue;
            }
            // The request has content that breaks the document, and nobody says which of the two is looked at first.
            400 | 422 if what.ends_with("nothing there") && answer.request.body.is_some() => Level::Should,
            404 if asks => Level::Must,
            400 | 404 if what.starts_with("no credentials") && stated(scene) == Some(401) => Level::Must,
            300..=400 | 404 => Level::Should,
            _ => Level::Must,
        };
        let requirement = sheet.own_requirement();
        let (right, words): (&[u16], _) =
            if answer.response.status == 403 { (&[401], "401") } else { (&[401, 403], "401 or 403") };
        sheet.fail_at(
            level,
            Draft {
                claims: vec![status_of(answer.entry, right)],
                ..answer.draft(
                    format!("{what}: answered {}", answer.status()),
                    requirement,
                    words,
                    answer.status_and_content(),
                )
            },
        );
    }
}

/// The status that the suite states for a request without credentials.
fn stated(scene: &Scene<'_>) -> Option<u16> {
    scene.suite.file().authentication.as_ref()?.status
}

/// Whether the suite or the document states 401, by name or by the scheme, and not 403, for a request without credentials.
fn wants_401(scene: &Scene<'_>) -> bool {
    let operation = scene.operation();
    let documents =
        |status| operation.responses.iter().any(|response| response.status == StatusKey::Exact(status));
    stated(scene) == Some(401) || (is_bearer(scene) || documents(401)) && !documents(403)
}

/// Whether the document has bearer tokens for the operation.
fn is_bearer(scene: &Scene<'_>) -> bool {
    let schemes = scene.suite.document().security_schemes();
    let mut names = scene.operation().security.iter().flat_map(std::collections::BTreeMap::keys);
    names.any(|name| matches!(schemes.get(name), Some(SecurityScheme::Http { scheme }) if scheme == "bearer"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn lack_of_credentials_is_401_or_403() {
        let world = World::new(1);
        let cases: [(u16, Verdict, Level); 9] = [
            (401, Pass, Level::Must),
            // The document's scheme is that of bearer tokens.
            (403, Fail, Level::Should),
            (200, Pass, Level::Must),
            (500, Pass, Level::Must),
            (422, Fail, Level::Must),
            (404, Fail, Level::Should),
            (400, Fail, Level::Should),
            (302, Fail, Level::Should),
            (429, Inconclusive, Level::Must),
        ];
        for (status, verdict, level) in cases {
            let ask = Ask::Credentials { what: "no credentials".into() };
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let probes = world.probes().probe("none", ask, Asked::Unauthenticated, exchange);
            let judgement = probes.expect(&WRONG_STATUS_WITHOUT_CREDENTIALS, verdict);
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{judgement:#?}");
        }
    }

    #[test]
    fn a_token_that_is_none_is_401() {
        let world = World::new(1);
        for (status, verdict) in [(401, Pass), (403, Fail)] {
            let ask = Ask::Credentials { what: "unknown credentials".into() };
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let probes = world.probes().probe("unknown", ask, Asked::Unauthenticated, exchange);
            let judgement = probes.expect(&WRONG_STATUS_WITHOUT_CREDENTIALS, verdict);
            assert!(judgement.findings.iter().all(|finding| finding.level == Level::Should));
        }
    }

    #[test]
    fn a_secret_that_is_missing_may_be_malformed() {
        let world = World::new(1);
        for (what, verdict) in [(NO_SECRET, Pass), ("no credentials", Fail)] {
            let ask = Ask::Credentials { what: what.into() };
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 400, &json!({}));
            let probes = world.probes().probe("none", ask, Asked::Unauthenticated, exchange);
            probes.expect(&WRONG_STATUS_WITHOUT_CREDENTIALS, verdict);
        }
    }

    #[test]
    fn a_stated_status_is_demanded() {
        let document = r#"document = "boxes.yaml""#;
        let stated = format!("{document}\nauthentication = {{ status = 401, requirement = \"fetch\" }}");
        let world = World::amended(&[0], &[(document, &stated)]);
        for (what, status, level) in [
            ("no credentials", 400, Level::Must),
            ("no credentials", 404, Level::Must),
            ("no credentials", 403, Level::Must),
            ("unknown credentials", 400, Level::Should),
        ] {
            let ask = Ask::Credentials { what: what.into() };
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let probes = world.probes().probe("none", ask, Asked::Unauthenticated, exchange);
            let judgement = probes.expect(&WRONG_STATUS_WITHOUT_CREDENTIALS, Fail);
            assert_eq!(judgement.findings[0].level, level, "{what} {status}");
        }
    }

    #[test]
    fn what_exists_is_not_told_without_credentials() {
        let world = World::new(1);
        let probes = [("m0", 401), ("none", 404)].iter().fold(world.probes(), |probes, (id, status)| {
            let path = format!("/boxes/main/notes/{id}");
            let exchange = exchange("get_note", "GET", &path, None, *status, &json!({}));
            let ask = Ask::Credentials { what: "no credentials".into() };
            probes.probe(id, ask, Asked::Unauthenticated, exchange)
        });
        let judgement = probes.expect(&WRONG_STATUS_WITHOUT_CREDENTIALS, Fail);
        assert_eq!(judgement.findings[0].level, Level::Must);
    }
}
