//! AUT007: credentials are taken in a form that is none, or not in one that is.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::proofs::claims::status_within;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// The right credentials are taken whatever the case of their scheme's letters, and in each form that the suite names; they are not taken by another scheme, or
    /// without one.
    /// ## Why it matters
    /// A target that cuts the text at some place instead of reading it turns proper clients away, and lets through what nobody has looked at.
    /// ## Example
    /// `Authorization: bearer …` is answered 401, or `Authorization: Basic …` with the bearer token is answered 200.
    /// ## Source
    /// RFC 9110, section 11.1: the scheme is a token that is compared without regard to case; section 11.6.2: credentials begin with their scheme.
    /// The suite's list of credentials.
    /// ## False alarms and how they are avoided
    /// It is a `should`: many a target is lenient on purpose, and the value that is right in one form need not be one in another. It is judged where the
    /// run was given a bearer token or the suite names several forms. A refusal other than 401 and 403 is another rule's.
    FORM_MISREAD {
        code: "AUT007", name: "credential-form-misread", level: Should, basis: Protocol,
        source: "RFC 9110, section 11.1: https://www.rfc-editor.org/rfc/rfc9110#section-11.1",
        summary: "Credentials are taken in their right forms, and in no other.",
        implies: [],
        scenarios: &[Kind::Credentials],
        applies: applies,
        check: check,
    }
}

/// Where some form is asked for: the operations share them, after the credentials that are nobody's.
fn applies(suite: &Suite, case: &Case) -> bool {
    let forms = &suite.file().credentials;
    let bearer =
        forms.first().is_some_and(|form| form.is_scheme() && form.prefix.eq_ignore_ascii_case("bearer "));
    let others = forms.iter().skip(1).filter(|form| !form.basic && form.cookie.is_none()).count();
    let asked = others + if bearer { 3 } else { 0 };
    suite
        .credential_turn(&case.operation)
        .is_some_and(|(turn, sharing)| (1..=asked).any(|i| i % sharing == turn))
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let Ask::CredentialForm { what, good } = ask else { continue };
        if sheet.puts_off(&answer) {
            continue;
        }
        let refused = matches!(answer.response.status, 401 | 403);
        let (wrong, said, expected, allowed) = if *good {
            (
                refused,
                "refused",
                "a success, as with the usual form",
                &[(100, 400), (402, 402), (404, 599)][..],
            )
        } else {
            (answer.response.is_success(), "accepted", "401 or 403", &[(300, 599)][..])
        };
        if wrong {
            sheet.fail(Draft {
                claims: vec![status_within(answer.entry, allowed)],
                ..answer.draft(format!("{said}: {what}"), sheet.own_requirement(), expected, answer.status())
            });
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
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn operations_share_the_forms() {
        let world = World::new(1);
        // Three forms of the bearer token come after the credentials that are nobody's, one for each of the operations that follow the first.
        let asked = world.suite.file().operations.keys().filter(|operation| {
            let (id, operation) = ("boxes::test".to_owned(), (*operation).clone());
            applies(&world.suite, &Case { id, operation, scenario: Scenario::Credentials })
        });
        assert_eq!(asked.count(), 3);
    }

    #[test]
    fn a_form_is_right_or_wrong() {
        let world = World::new(1);
        let cases: [(bool, u16, Verdict); 7] = [
            (true, 200, Pass),
            (true, 401, Fail),
            (true, 404, Pass),
            (true, 429, Inconclusive),
            (false, 401, Pass),
            (false, 400, Pass),
            (false, 200, Fail),
        ];
        for (good, status, verdict) in cases {
            let ask = Ask::CredentialForm { what: "the scheme in lower case".into(), good };
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let probes = world.probes().probe("form", ask, Asked::Open, exchange);
            probes.expect(&FORM_MISREAD, verdict);
        }
    }
}
