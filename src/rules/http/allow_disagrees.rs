//! HTTP022: OPTIONS and a 405 name other methods for one path.

use std::collections::BTreeSet;

use crate::evidence::Ask;
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// The `Allow` of the answer to OPTIONS and that of a 405 on the same path name the same methods, and the former those that the document has.
    /// ## Why it matters
    /// A client that asks what it may do gets two answers, and at least one of them is wrong.
    /// ## Example
    /// `OPTIONS` is answered with `Allow: GET, POST`, and `PATCH` of the same path with `405` and `Allow: GET`.
    /// ## Source
    /// RFC 9110, sections 9.3.7 and 10.2.1: `Allow` lists the methods that the target resource supports.
    /// ## False alarms and how they are avoided
    /// OPTIONS need not be supported, and its answer need not have the field. HEAD and OPTIONS themselves are left aside, since frameworks add them in
    /// one place only. A documented method that lacks is a `may`, as in a 405: some routers know of one method only.
    ALLOW_DISAGREES {
        code: "HTTP022", name: "allow-disagrees", level: Should, basis: Protocol,
        source: "RFC 9110, section 10.2.1: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.1",
        summary: "OPTIONS and a 405 name the same methods.",
        implies: [],
        scenarios: &[Kind::Http],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let mut told: Option<(Answer<'_>, BTreeSet<String>)> = None;
    for (ask, answer) in probed(scene) {
        match ask {
            Ask::Options => {
                sheet.judged();
                told = allowed(&answer).map(|methods| (answer, methods));
            }
            Ask::UndocumentedMethod { documented } if answer.response.status == 405 => {
                let (Some((options, told)), Some(here)) = (&told, allowed(&answer)) else { continue };
                let show =
                    |methods: &BTreeSet<String>| methods.iter().cloned().collect::<Vec<_>>().join(", ");
                let lacking = documented.iter().filter(|m| !told.contains(*m) && *m != "HEAD").count();
                if *told != here {
                    let draft = options.draft(
                        "OPTIONS and 405 name other methods",
                        sheet.own_requirement(),
                        format!("Allow with {}, as in the 405", show(&here)),
                        format!("Allow with {}", show(told)),
                    );
                    sheet.fail(Draft { entries: vec![answer.entry, options.entry], ..draft });
                } else if lacking > 0 && options.response.is_success() {
                    let draft = options.draft(
                        "OPTIONS does not name every method that the document has",
                        sheet.own_requirement(),
                        format!("Allow with {}", documented.join(", ")),
                        format!("Allow with {}", show(told)),
                    );
                    sheet.fail_at(Level::May, draft);
                }
            }
            _ => {}
        }
    }
}

/// The methods that `Allow` names, but for those that frameworks add by themselves. `None` without the field.
fn allowed(answer: &Answer<'_>) -> Option<BTreeSet<String>> {
    let fields: Vec<&str> =
        answer.response.headers.iter().filter(|(name, _)| name == "allow").map(|(_, v)| v.as_str()).collect();
    let methods = fields.iter().flat_map(|value| value.split(',')).map(str::trim);
    let methods = methods.filter(|method| !["", "HEAD", "OPTIONS"].contains(method));
    (!fields.is_empty()).then(|| methods.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    /// Status and `Allow` of OPTIONS, the same of the other method, the verdict, and the level of findings.
    type Row<'a> = (u16, Option<&'a str>, u16, Option<&'a str>, Verdict, Level);

    #[test]
    fn both_name_the_same_methods() {
        let world = World::new(1);
        let cases: [Row<'_>; 8] = [
            (204, Some("GET, PUT, HEAD, OPTIONS"), 405, Some("GET,PUT"), Pass, Level::Should),
            (405, Some("GET, PUT"), 405, Some("PUT, GET, HEAD"), Pass, Level::Should),
            (200, Some("GET"), 405, Some("GET, PUT"), Fail, Level::Should),
            (200, Some("GET"), 405, Some("GET"), Fail, Level::May),
            (405, Some("GET"), 405, Some("GET"), Pass, Level::May),
            (200, None, 405, Some("GET"), Pass, Level::Should),
            (200, Some("GET"), 404, None, Pass, Level::Should),
            (404, None, 404, None, Pass, Level::Should),
        ];
        for (status, told, refused, allow, verdict, level) in cases {
            let answered = |method: &str, status: u16, allow: Option<&str>| {
                let mut exchange =
                    exchange("get_note", method, "/boxes/main/notes/x", None, status, &json!({}));
                let headers = &mut exchange.outcome.as_mut().unwrap().headers;
                headers.extend(allow.map(|allow| ("allow".to_owned(), allow.to_owned())));
                exchange
            };
            let probes = world.probes();
            let probes =
                probes.probe("OPTIONS", Ask::Options, Asked::Open, answered("OPTIONS", status, told));
            let ask = Ask::UndocumentedMethod { documented: vec!["GET".into(), "PUT".into()] };
            let probes = probes.probe("PATCH", ask, Asked::Open, answered("PATCH", refused, allow));
            let judgement = probes.expect(&ALLOW_DISAGREES, verdict);
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{judgement:#?}");
        }
    }
}
