//! HTTP030: problem details that contradict the answer they stand in.

use serde_json::Value;

use crate::rules::answers::{EVERY, answers, excerpt};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Case;
use crate::suite::Suite;
use crate::verdict::Level;

/// The media type of problem details in JSON (RFC 9457, section 6.1).
const PROBLEM: &str = "application/problem+json";

rule! {
    /// ## What it checks
    /// In content of the type `application/problem+json`, the member `status` is the status of the answer, and `type`, `title`, `detail` and
    /// `instance` are texts, as far as they are there.
    /// ## Why it matters
    /// Clients that read the content alone, from a queue or a log, act on another error than the one that happened.
    /// ## Example
    /// `404 Not Found` with `{"type": "about:blank", "title": "Bad Request", "status": 400}`.
    /// ## Source
    /// RFC 9457, sections 3.1 and 3.1.2: a generator must use the status of the answer in `status`.
    /// ## False alarms and how they are avoided
    /// All members may be absent, and there may be others. Members of another type, which readers are to pass over, are a `should`. Content of
    /// any other media type is not looked at.
    PROBLEM_WRONG {
        code: "HTTP030", name: "problem-wrong", level: Must, basis: Protocol,
        source: "RFC 9457, section 3.1.2: https://www.rfc-editor.org/rfc/rfc9457#section-3.1.2",
        summary: "Problem details agree with the answer that they stand in.",
        implies: [],
        scenarios: EVERY,
        applies: applies,
        check: check,
    }
}

/// Where the document describes problem details.
fn applies(suite: &Suite, case: &Case) -> bool {
    let mut responses = suite.operation(&case.operation).responses.iter();
    responses.any(|response| response.content.iter().any(|media| media.range == PROBLEM))
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for answer in answers(scene) {
        let problem = answer.response.body.json().ok().and_then(Value::as_object);
        let Some(problem) = problem.filter(|_| answer.response.essence().as_deref() == Some(PROBLEM)) else {
            sheet.judged();
            continue;
        };
        let texts = ["type", "title", "detail", "instance"].map(|name| (name, "a text"));
        let odd = texts.into_iter().chain([("status", "a number")]).find(|(name, kind)| {
            problem
                .get(*name)
                .is_some_and(|value| if *kind == "a text" { !value.is_string() } else { !value.is_number() })
        });
        let stated = problem.get("status").filter(|value| value.is_number());
        let (level, name, expected) = match (stated, odd) {
            (Some(value), _) if value.as_f64() != Some(answer.response.status.into()) => {
                (Level::Must, "status", answer.response.status.to_string())
            }
            (_, Some((name, kind))) => (Level::Should, name, kind.to_owned()),
            _ => {
                sheet.judged();
                continue;
            }
        };
        let requirement = sheet.own_requirement();
        let draft = Draft {
            pointer: Some(format!("/{name}")),
            ..answer.draft(
                format!("`{name}` of the problem is not that of {}", answer.status()),
                requirement,
                expected,
                excerpt(&problem[name]),
            )
        };
        sheet.fail_at(level, draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked, Body};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn a_problem_agrees_with_its_answer() {
        let world = World::new(1);
        let cases: [(&str, Value, Verdict, Level); 8] = [
            (PROBLEM, json!({"type": "about:blank", "title": "Not Found", "status": 404}), Pass, Level::Must),
            (PROBLEM, json!({"detail": "no"}), Pass, Level::Must),
            (PROBLEM, json!({"status": 404.0, "more": {}}), Pass, Level::Must),
            (PROBLEM, json!({"status": 400}), Fail, Level::Must),
            (PROBLEM, json!({"status": "404"}), Fail, Level::Should),
            (PROBLEM, json!({"status": 404, "title": null}), Fail, Level::Should),
            (PROBLEM, json!([]), Pass, Level::Must),
            ("application/json", json!({"status": 400}), Pass, Level::Must),
        ];
        for (media_type, content, verdict, level) in cases {
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/x", None, 404, &json!({}));
            let response = exchange.outcome.as_mut().unwrap();
            response.headers = vec![("content-type".into(), media_type.into())];
            response.body = Body::new(content.to_string());
            let probes = world.probes().probe("unknown", Ask::UnknownItem, Asked::Unknown, exchange);
            let judgement = probes.expect(&PROBLEM_WRONG, verdict);
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{judgement:#?}");
        }
    }
}
