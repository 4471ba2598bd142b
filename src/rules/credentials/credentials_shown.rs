//! AUT008: an answer shows the credentials of the run.

use std::collections::BTreeSet;

use crate::rules::answers::{EVERY, answers, excerpt};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Case;
use crate::suite::Suite;
use crate::verdict::{Claim, Level};

rule! {
    /// ## What it checks
    /// No answer holds the credentials that the run was given, in its content or in a header field.
    /// ## Why it matters
    /// Answers end in logs, caches and reports of errors, and whoever reads them there can act in the client's name.
    /// ## Example
    /// A refusal says `expected Bearer` and the token, or an error repeats all header fields of the request.
    /// ## Source
    /// RFC 6750, section 5.2: a token must not be disclosed; RFC 9110, section 17.9.
    /// ## False alarms and how they are avoided
    /// Recorded exchanges hold the name of a variable where a secret stood; an answer is found by the name that a request's credentials have. It is a `must`
    /// where the request had no credentials, since the target then tells a stranger. What repeats them to the client itself is a `should`, and only in a refusal
    /// or a server error, which ends in logs and tickets: a success may hand out keys.
    CREDENTIALS_SHOWN {
        code: "AUT008", name: "credentials-shown", level: Must, basis: Protocol,
        source: "RFC 6750, section 5.2: https://www.rfc-editor.org/rfc/rfc6750#section-5.2",
        summary: "No answer shows the credentials of a client.",
        implies: [],
        scenarios: EVERY,
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, _: &Case) -> bool {
    !suite.file().credentials.is_empty()
}

/// The variables that stand in a value of a header field, such as `$TOKEN` in `Bearer $TOKEN` or in `${TOKEN%?}`.
fn variables(value: &str) -> impl Iterator<Item = String> {
    value.split_whitespace().filter_map(|word| {
        let name = word.strip_prefix('$')?.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        (!name.is_empty()).then(|| format!("${name}"))
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let sent = |entry: &crate::evidence::Entry| -> BTreeSet<String> {
        entry.exchange.request.headers.iter().flat_map(|(_, value)| variables(value)).collect()
    };
    let names: BTreeSet<String> = scene.evidence.entries.iter().flat_map(sent).collect();
    if names.is_empty() {
        // There is nothing that could be shown.
        sheet.judged();
    }
    let mut told: BTreeSet<Level> = BTreeSet::new();
    for answer in answers(scene) {
        let body = answer.response.body.text();
        let shown = |name: &&String| {
            body.contains(name.as_str())
                || answer.response.headers.iter().any(|(_, value)| value.contains(name.as_str()))
        };
        let Some(name) = names.iter().find(shown) else {
            sheet.judged();
            continue;
        };
        let own = sent(&scene.evidence.entries[answer.entry]);
        let level = if own.contains(name) { Level::Should } else { Level::Must };
        if level == Level::Should && answer.response.is_success() {
            sheet.judged();
            continue;
        }
        if !told.insert(level) {
            continue;
        }
        let requirement = sheet.own_requirement();
        let actual = excerpt(&serde_json::Value::from(body.as_ref()));
        let variable = name.trim_start_matches('$').to_owned();
        let draft = Draft {
            claims: vec![Claim::SecretUntold { exchange: answer.entry, variable }],
            ..answer.draft(
                format!("{} shows the credentials ({name})", answer.status()),
                requirement,
                "an answer without them",
                actual,
            )
        };
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
    fn credentials_stay_with_the_client() {
        let world = World::new(1);
        // The credentials of the request that is answered, what the answer says, and how that is judged.
        let cases: [(Option<&str>, &str, Verdict, Level); 4] = [
            (Some("Bearer $TOKEN"), "not found", Pass, Level::Must),
            (Some("Bearer $TOKEN"), "no such token: $TOKEN", Fail, Level::Should),
            (Some("Bearer ${TOKEN%?}"), "no such token: $TOKEN", Fail, Level::Should),
            (None, "expected $TOKEN", Fail, Level::Must),
        ];
        for (credentials, text, verdict, level) in cases {
            let path = "/boxes/main/notes/m0";
            let ask = || Ask::Credentials { what: "none".into() };
            let mut good = exchange("get_note", "GET", path, None, 200, &json!({}));
            good.request.headers.push(("authorization".into(), "Bearer $TOKEN".into()));
            let mut asked = exchange("get_note", "GET", path, None, 401, &json!({ "detail": text }));
            let own = credentials.map(|value| ("authorization".into(), value.into()));
            asked.request.headers.extend(own);
            let probes = world.probes().probe("good", Ask::Odd, Asked::Good, good);
            let judgement =
                probes.probe("bad", ask(), Asked::Unauthenticated, asked).expect(&CREDENTIALS_SHOWN, verdict);
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{text}");
        }
    }
}
