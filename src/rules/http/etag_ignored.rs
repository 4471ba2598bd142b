//! HTTP017: a target that sends entity tags does not heed them.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::proofs::claims::status_within;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::verdict::Claim;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// Where an answer to GET has an `ETag`, the same request with that tag in `If-None-Match` is answered 304 while nothing has changed, and with a
    /// tag that nothing has it is not. The tag stands in quotation marks (section 8.8.3).
    /// ## Why it matters
    /// A cache that is told "not modified" about what it never had shows its users something old, for good.
    /// ## Example
    /// `If-None-Match: "no-such-tag"` is answered `304 Not Modified`.
    /// ## Source
    /// RFC 9110, sections 13.1.2 and 15.4.5.
    /// ## False alarms and how they are avoided
    /// It is asked only where the target sends a tag. That a matching tag is not heeded costs bandwidth only, so it is a `should`, as is 412, which is for other methods; and it is not judged where
    /// the second answer has another tag, since the representation has changed then.
    ETAG_IGNORED {
        code: "HTTP017", name: "etag-ignored", level: Must, basis: Protocol,
        source: "RFC 9110, section 13.1.2: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2",
        summary: "304 is answered to a tag that matches, and to no other.",
        implies: [],
        scenarios: &[Kind::Methods],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    suite.operation(&case.operation).method == http::Method::GET
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // Without a tag there is nothing that could be ignored.
    sheet.judged();
    for (ask, answer) in probed(scene) {
        let Ask::Conditional { tag, matches } = ask else { continue };
        let status = answer.response.status;
        let same = answer.response.header("etag") == Some(tag.as_str());
        let requirement = sheet.own_requirement();
        if *matches && !is_entity_tag(tag) {
            let summary = "an `ETag` is no entity tag";
            let expected = "an opaque text in quotation marks, W/ before it or nothing";
            let actual = format!("ETag: {tag}");
            sheet.fail_at(Level::Should, answer.draft(summary, requirement, expected, actual));
        } else if *matches && status == 412 {
            let summary = "a matching `If-None-Match` of a GET is answered 412";
            let claims = vec![status_within(answer.entry, &[(200, 299), (304, 304)])];
            let draft = answer.draft(summary, requirement, "304 Not Modified", answer.status());
            sheet.fail_at(Level::Should, Draft { claims, ..draft });
        } else if *matches && answer.response.is_success() && same {
            let summary = "a matching `If-None-Match` is not heeded";
            let gave = |entry: &usize| {
                let exchange = &scene.evidence.entries[*entry].exchange;
                exchange.response().is_some_and(|response| response.header("etag") == Some(tag.as_str()))
            };
            let first = (0..answer.entry).find(gave);
            sheet.fail_at(
                Level::Should,
                Draft {
                    claims: first
                        .map(|first| Claim::Revalidated { first, again: answer.entry })
                        .into_iter()
                        .collect(),
                    ..answer.draft(summary, requirement, "304 Not Modified", answer.status())
                },
            );
        } else if !*matches && status == 304 {
            let summary = "304 is answered to a tag that nothing has";
            sheet.fail(Draft {
                claims: vec![status_within(answer.entry, &[(100, 303), (305, 499)])],
                ..answer.draft(summary, requirement, "200 with the representation", answer.status())
            });
        } else {
            sheet.judged();
        }
    }
}

/// Whether a text is an entity tag (RFC 9110, section 8.8.3).
fn is_entity_tag(text: &str) -> bool {
    let opaque = text.strip_prefix("W/").unwrap_or(text);
    let inner = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| !inner.contains(|c: char| c == '"' || c == ' ' || c.is_ascii_control()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn a_tag_is_an_opaque_text_in_quotation_marks() {
        for (text, right) in [
            ("\"1\"", true),
            ("W/\"a-b\"", true),
            ("\"\"", true),
            ("abc", false),
            ("w/\"1\"", false),
            ("\"a\"b\"", false),
            ("\"", false),
        ] {
            assert_eq!(is_entity_tag(text), right, "{text}");
        }
    }

    #[test]
    fn tags_are_heeded() {
        let world = World::new(1);
        let cases: [(bool, u16, &str, Verdict, Level); 6] = [
            (true, 304, "\"1\"", Pass, Level::Must),
            (true, 200, "\"1\"", Fail, Level::Should),
            (true, 200, "\"2\"", Pass, Level::Must),
            (false, 200, "\"1\"", Pass, Level::Must),
            (false, 304, "\"1\"", Fail, Level::Must),
            (true, 412, "\"1\"", Fail, Level::Should),
        ];
        for (matches, status, tag, verdict, level) in cases {
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            exchange.outcome.as_mut().unwrap().headers.push(("etag".to_owned(), tag.to_owned()));
            let ask = Ask::Conditional { tag: "\"1\"".into(), matches };
            let judgement = world
                .probes()
                .probe("conditional", ask, Asked::Open, exchange)
                .expect(&ETAG_IGNORED, verdict);
            assert!(judgement.findings.iter().all(|finding| finding.level == level));
        }
    }
}
