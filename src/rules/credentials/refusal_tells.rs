//! AUT004: a refusal for want of credentials shows what it should protect.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::verdict::Claim;

/// Ids that are shorter stand in any text by chance.
const TELLING: usize = 8;

rule! {
    /// ## What it checks
    /// The content of an answer that refuses a request for want of credentials holds no record: no id and no text of one, but for what the
    /// request itself named.
    /// ## Why it matters
    /// The status says `no`, and the data went out all the same.
    /// ## Example
    /// `401 Unauthorized`, and in the content the list that was asked for.
    /// ## Source
    /// The document's `security` of the operation; RFC 9110, section 15.5.2.
    /// ## False alarms and how they are avoided
    /// Only words and ids of this run's own records count, ids of at least eight characters, and none that stands in the request, which a server may repeat.
    REFUSAL_TELLS {
        code: "AUT004", name: "refusal-tells", level: Must, basis: Protocol,
        source: "RFC 9110, section 15.5.2: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2",
        summary: "A refusal for want of credentials shows nothing of what it protects.",
        implies: [],
        scenarios: &[Kind::Credentials],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        if !matches!(ask, Ask::Credentials { .. }) {
            continue;
        }
        let text = answer.response.body.text();
        if answer.response.is_success() || text.is_empty() {
            // A success is another rule's.
            sheet.judged();
            continue;
        }
        let named = |word: &str| {
            let content = answer.request.body.as_ref().map(|body| body.text().contains(word));
            answer.request.path.contains(word) || content == Some(true)
        };
        let told = |word: &str| word.len() >= TELLING && text.contains(word) && !named(word);
        let shown = scene.oracle.records().find_map(|(_, record)| {
            // Of what was sent, only what is too long to be a name of a kind.
            let texts = record
                .sent
                .values()
                .filter_map(|value| value.as_str())
                .filter(|text| text.len() >= 2 * TELLING);
            let words = record.marker.as_deref().into_iter().chain([record.id.as_str()]).chain(texts);
            Some((record, words.into_iter().find(|word| told(word))?))
        });
        let Some((record, word)) = shown else {
            sheet.judged();
            continue;
        };
        let requirement = sheet.own_requirement();
        sheet.fail(Draft {
            claims: vec![Claim::Untold { exchange: answer.entry, text: word.to_owned() }],
            ..answer.draft(
                format!("the refusal shows {}", record.name()),
                requirement,
                "a refusal that says nothing of what it protects",
                answer.status_and_content(),
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn a_refusal_shows_no_record() {
        let mut world = World::new(2);
        let mut long = world.oracle.record(world.notes[0]).clone();
        "a-long-id-of-a-note".clone_into(&mut long.id);
        long.marker = Some("zqmarkerqz".to_owned());
        world.oracle.add(long);
        let cases: [(&str, u16, &str, Verdict); 6] = [
            ("/boxes/main", 401, "no", Pass),
            ("/boxes/main", 401, "text of zqmarkerqz", Fail),
            ("/boxes/main", 401, "a-long-id-of-a-note", Fail),
            // What the request named may be repeated, and short ids stand anywhere.
            ("/boxes/main/a-long-id-of-a-note", 401, "not allowed: a-long-id-of-a-note", Pass),
            ("/boxes/main", 401, "m0", Pass),
            ("/boxes/main", 200, "zqmarkerqz", Pass),
        ];
        for (path, status, text, verdict) in cases {
            let exchange = exchange("get_note", "GET", path, None, status, &json!({"detail": text}));
            let ask = Ask::Credentials { what: "no credentials".into() };
            let probes = world.probes().probe("none", ask, Asked::Unauthenticated, exchange);
            probes.expect(&REFUSAL_TELLS, verdict);
        }
    }
}
