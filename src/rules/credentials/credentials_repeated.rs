//! AUT007: a refusal repeats the secret that the target knows its clients by.

use std::collections::BTreeSet;

use crate::evidence::Exchange;
use crate::rules::answers::{EVERY, answers};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::Case;
use crate::suite::{CredentialPlace, Suite};

rule! {
    /// ## What it checks
    /// The content of no refusal and no server error holds the credentials of the run.
    /// ## Why it matters
    /// Errors are logged, shown on screens and pasted into tickets; whoever reads them has the key.
    /// ## Example
    /// `404 Not Found`, and in the content the header fields of the request, `Authorization` among them.
    /// ## Source
    /// RFC 9110, section 17.16.1: credentials are confidential; OWASP API Security, API8: errors show nothing that is sensitive.
    /// ## False alarms and how they are avoided
    /// The client replaces secrets by their names when an answer arrives, and such a name beside a sign that no message has by chance is what is looked
    /// for. Answers of success, which may well hand out keys, are passed over.
    CREDENTIALS_REPEATED {
        code: "AUT007", name: "credentials-repeated", level: Should, basis: Protocol,
        source: "RFC 9110, section 17.16.1: https://www.rfc-editor.org/rfc/rfc9110#section-17.16.1",
        summary: "No refusal repeats the credentials.",
        implies: [],
        scenarios: EVERY,
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, _: &Case) -> bool {
    suite.file().credentials.iter().any(|form| matches!(form.place(), CredentialPlace::Header(_)))
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // Without credentials there is nothing that could be repeated.
    sheet.judged();
    let names: BTreeSet<&str> =
        scene.evidence.entries.iter().flat_map(|entry| secrets(scene.suite, &entry.exchange)).collect();
    for answer in answers(scene).filter(|answer| answer.response.status >= 400) {
        let text = answer.response.body.text();
        match names.iter().find(|name| text.contains(**name)) {
            None => sheet.judged(),
            Some(name) => sheet.fail(answer.draft(
                "the refusal repeats the credentials",
                sheet.own_requirement(),
                "a refusal without them",
                format!("{}, in which {name} stands for the secret", answer.status_and_content()),
            )),
        }
    }
}

/// The names that stand in a recorded request for the secrets which it carried.
fn secrets<'a>(suite: &'a Suite, exchange: &'a Exchange) -> impl Iterator<Item = &'a str> {
    suite.file().credentials.iter().filter_map(|form| {
        let CredentialPlace::Header(name) = form.place() else { return None };
        let mut headers = exchange.request.headers.iter();
        let (_, value) = headers.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        let name = value.strip_prefix(form.prefix.as_str()).unwrap_or(value).trim();
        (name.len() > 2 && name.starts_with('$')).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn a_refusal_keeps_the_secret() {
        let world = World::new(1);
        let cases: [(&str, u16, &str, Verdict); 5] = [
            ("Bearer $TOKEN", 404, "not found", Pass),
            ("Bearer $TOKEN", 404, "the token was $TOKEN", Fail),
            ("Bearer $TOKEN", 500, "$TOKEN", Fail),
            ("Bearer $TOKEN", 200, "$TOKEN", Pass),
            ("Bearer other", 404, "the token was other", Pass),
        ];
        for (sent, status, text, verdict) in cases {
            let content = json!({ "detail": text });
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &content);
            exchange.request.headers.push(("authorization".into(), sent.into()));
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, Asked::Good, exchange).expect(&CREDENTIALS_REPEATED, verdict);
        }
    }
}
