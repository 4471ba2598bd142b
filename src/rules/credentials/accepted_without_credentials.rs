//! AUT001: a request without proper credentials is carried out.

use crate::document::Operation;
use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// A request without credentials, or with wrong ones, to an operation that needs some is not answered by a
    /// success.
    /// ## Why it matters
    /// Everybody who finds the target reads and changes what belongs to others.
    /// ## Example
    /// A list that needs a bearer token is answered 200 with the token `wrong`.
    /// ## Source
    /// The document's `security` of the operation (OpenAPI Specification, Security Requirement Object).
    /// ## False alarms and how they are avoided
    /// It is a `must` only where every alternative that the document gives for the operation needs credentials, or the suite
    /// promises it.
    /// Where the document is silent, and the run was given credentials all the same, it is a `should`.
    ACCEPTED_WITHOUT_CREDENTIALS {
        code: "AUT001", name: "accepted-without-credentials", level: Must, basis: Document,
        source: "the document's `security` of the operation",
        summary: "An operation that needs credentials is not carried out without them.",
        implies: ["AUT007"],
        scenarios: &[Kind::Credentials],
        applies: always,
        check: check,
    }
}

/// Whether the document says that the operation needs credentials.
fn needs_credentials(operation: &Operation) -> bool {
    !operation.security.is_empty() && !operation.security.iter().any(std::collections::BTreeMap::is_empty)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let Ask::Credentials { what } = ask else { continue };
        if sheet.puts_off(&answer) {
            continue;
        }
        if !answer.response.is_success() {
            sheet.judged();
            continue;
        }
        let (level, requirement) = if needs_credentials(answer.operation) {
            // Security is stated on the operation or on the document as a whole.
            let own = format!("{}/security", answer.operation.pointer);
            let stated = scene.suite.document().raw().pointer(&own).is_some();
            let pointer = if stated { own.as_str() } else { "/security" };
            (Level::Must, scene.in_document("the operation needs one of these", pointer))
        } else if let Some(promise) = &scene.suite.file().authentication {
            (Level::Must, scene.requirement(&promise.requirement))
        } else {
            (Level::Should, sheet.own_requirement())
        };
        sheet.fail_at(
            level,
            answer.draft(format!("accepted: {what}"), requirement, "401 or 403", answer.status()),
        );
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
    fn credentials_are_needed() {
        let closed = World::new(1);
        let open = World::amended(&[0], &[("security: [{ token: [] }]", "security: [{ token: [] }, {}]")]);
        let cases: [(&World, u16, Verdict, Level); 6] = [
            (&closed, 401, Pass, Level::Must),
            (&closed, 403, Pass, Level::Must),
            (&closed, 404, Pass, Level::Must),
            (&closed, 200, Fail, Level::Must),
            (&open, 200, Fail, Level::Should),
            (&open, 429, Inconclusive, Level::Must),
        ];
        for (world, status, verdict, level) in cases {
            let ask = Ask::Credentials { what: "no credentials".into() };
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let probes = world.probes().probe("none", ask, Asked::Unauthenticated, exchange);
            let judgement = probes.expect(&ACCEPTED_WITHOUT_CREDENTIALS, verdict);
            for finding in &judgement.findings {
                assert_eq!(finding.level, level);
                assert!(level == Level::Should || finding.requirement.source == "boxes.yaml#/security");
            }
        }
    }
}
