//! NEG009: what breaks the document is refused by another status than the suite states.

use super::edges::{has_edges, level_of, place_name, sent_at};
use crate::evidence::{Ask, Asked};
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::proofs::claims::status_of;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// A parameter or a part of the content that breaks the document is refused by the status that the suite states for that.
    /// ## Why it matters
    /// A client reads the list of problems where the status says that there is one; by any other status it takes its
    /// own mistake for a missing record, a want of rights or a conflict.
    /// ## Example
    /// `limit=0` is answered `400 Bad Request`, where 422 stands for a request that does not fit the document.
    /// ## Source
    /// The suite's requirement about invalid requests.
    /// ## False alarms and how they are avoided
    /// It is judged where the suite states the status and the document lists it for the operation. Content that is no JSON, or a bare value, may be refused by 400, 413 or
    /// 415, since a framework does so before the operation is reached. Successes, server errors and rate limits have rules of their own, and it is a `should`
    /// where the operation is there to make the others testable.
    REFUSED_OTHERWISE {
        code: "NEG009", name: "refused-otherwise", level: Must, basis: Suite,
        source: "the suite's requirement about invalid requests",
        summary: "What breaks the document is refused by the status that the suite states.",
        implies: ["HTTP004"],
        scenarios: &[Kind::Parameters, Kind::Content, Kind::Update],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let listed = |status: &u16| {
        let mut responses = suite.operation(&case.operation).responses.iter();
        responses.any(|response| response.status.covers(*status))
    };
    let stated = suite.file().invalid.as_ref();
    has_edges(suite, case) && stated.is_some_and(|stated| stated.status.iter().any(listed))
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(stated) = &scene.suite.file().invalid else { return };
    for (ask, answer) in probed(scene).filter(|(_, answer)| answer.asked == Asked::Invalid) {
        let Ask::InvalidEdge { keyword, place } = ask else { continue };
        if sheet.puts_off(&answer) {
            continue;
        }
        let right = stated.status.contains(&answer.response.status);
        if right || !answer.is_refusal() || answer.is_refused_by_parser() {
            sheet.judged();
            continue;
        }
        let statuses: Vec<String> = stated.status.iter().map(u16::to_string).collect();
        let draft = Draft {
            claims: vec![status_of(answer.entry, &stated.status)],
            ..answer.draft(
                format!(
                    "{}, which breaks `{keyword}`, was refused by {}",
                    place_name(place),
                    answer.status()
                ),
                scene.requirement(&stated.requirement),
                statuses.join(" or "),
                format!("{} in answer to {}", answer.status(), sent_at(&answer, place)),
            )
        };
        sheet.fail_at(level_of(scene, answer.operation), draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn what_is_invalid_is_refused_as_stated() {
        let document = r#"document = "boxes.yaml""#;
        let stated = format!("{document}\ninvalid = {{ status = [422], requirement = \"fetch\" }}");
        let world = World::amended(&[0], &[(document, &stated)]);
        let text = json!({"notes": [{"text": 7}]});
        let bare = json!(7);
        let cases = [
            ("list_by_page", "size", &text, 422, Pass),
            ("list_by_page", "size", &text, 400, Fail),
            ("list_by_page", "size", &text, 401, Fail),
            ("list_by_page", "size", &text, 200, Pass),
            ("list_by_page", "size", &text, 500, Pass),
            ("list_by_page", "size", &text, 429, Inconclusive),
            ("create_note", "/notes/0/text", &text, 404, Fail),
            ("create_note", "", &bare, 400, Pass),
        ];
        for (operation, place, content, status, verdict) in cases {
            let verdict: Verdict = verdict;
            let ask = Ask::InvalidEdge { keyword: "maximum".into(), place: place.into() };
            let path = "/boxes/main/by_page?size=21";
            let exchange = exchange(operation, "GET", path, Some(content), status, &json!({}));
            let probes = world.probes().probe("edge", ask, Asked::Invalid, exchange);
            probes.expect(&REFUSED_OTHERWISE, verdict);
        }
    }

    #[test]
    fn it_needs_a_stated_status() {
        let world = World::new(1);
        let scenario = crate::scenario::Scenario::Parameters;
        let case = Case { id: String::new(), operation: "list_by_page".into(), scenario };
        assert!(!applies(&world.suite, &case));
    }
}
