//! HTTP025: content comes in a coding that the request excludes.

use crate::rules::answers::{EVERY, answers};
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::verdict::{Claim, Level, Must};

rule! {
    /// ## What it checks
    /// Content comes as it is, with no `Content-Encoding`, since every request says `Accept-Encoding: identity`.
    /// ## Why it matters
    /// A client that cannot undo the coding reads nothing of the answer; one that is told of a coding which is not there fails as well.
    /// ## Example
    /// A list is answered with `Content-Encoding: gzip`, asked for or not.
    /// ## Source
    /// RFC 9110, section 12.5.3: where no coding that is listed as acceptable is at hand, the server should send the content without one; that
    /// is a `should`. Content that is said to be in `gzip` and is not breaks section 8.4, which has the field list the codings that were applied.
    /// ## False alarms and how they are avoided
    /// The coding `identity` is none. Where the run was given an `Accept-Encoding` of its own, nothing is judged.
    CODING_NOT_WANTED {
        code: "HTTP025", name: "coding-not-wanted", level: Must, basis: Protocol,
        source: "RFC 9110, section 12.5.3: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3",
        summary: "Content comes in no coding that the request excludes.",
        implies: [],
        scenarios: EVERY,
        applies: always,
        check: check,
    }
}

/// The octets that content in the coding `gzip` begins with (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for answer in answers(scene) {
        let asked =
            answer.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept-encoding"));
        let coding = answer.response.header("content-encoding").map(str::trim);
        let coding = coding.filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"));
        match coding {
            Some(coding) if !asked && !answer.response.body.is_empty() => {
                let untrue =
                    coding.eq_ignore_ascii_case("gzip") && !answer.response.body.bytes().starts_with(&GZIP);
                let level = if untrue { sheet.level() } else { Level::Should };
                let also = if untrue { " and is not there" } else { "" };
                let draft = Draft {
                    claims: vec![Claim::Header {
                        exchange: answer.entry,
                        name: "content-encoding".to_owned(),
                        must: Must::BeIdentity,
                    }],
                    ..answer.draft(
                        format!(
                            "the content is said to be in the coding {coding}, which was not asked for{also}"
                        ),
                        sheet.own_requirement(),
                        "content without a coding",
                        format!("Content-Encoding: {coding}"),
                    )
                };
                sheet.fail_at(level, draft);
            }
            _ => sheet.judged(),
        }
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
    fn a_coding_is_to_be_asked_for() {
        let world = World::new(1);
        let cases: [(Option<&str>, Option<&str>, Verdict); 5] = [
            (None, None, Pass),
            (None, Some("gzip"), Fail),
            (None, Some("identity"), Pass),
            (None, Some(""), Pass),
            (Some("gzip"), Some("gzip"), Pass),
        ];
        for (asked, coding, verdict) in cases {
            let mut exchange =
                exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &json!({"id": "m0"}));
            exchange.request.headers.extend(asked.map(|value| ("accept-encoding".into(), value.into())));
            let headers = &mut exchange.outcome.as_mut().unwrap().headers;
            headers.extend(coding.map(|value| ("content-encoding".into(), value.into())));
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, Asked::Good, exchange).expect(&CODING_NOT_WANTED, verdict);
        }
    }

    #[test]
    fn a_coding_that_is_not_there_weighs_more() {
        let world = World::new(1);
        let gzip = crate::evidence::Body::new([0x1f, 0x8b, 8, 0]);
        let plain = crate::evidence::Body::new("{}");
        for (body, coding, level) in [
            (gzip, "gzip", Level::Should),
            (plain.clone(), "gzip", Level::Must),
            (plain, "br", Level::Should),
        ] {
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &json!({}));
            let response = exchange.outcome.as_mut().unwrap();
            response.headers.push(("content-encoding".into(), coding.into()));
            response.body = body;
            let ask = Ask::Fetch { record: world.notes[0] };
            let probes = world.probes().probe("fetch", ask, Asked::Good, exchange);
            let judgement = probes.expect(&CODING_NOT_WANTED, Fail);
            assert_eq!(judgement.findings[0].level, level, "{coding}");
        }
    }
}
