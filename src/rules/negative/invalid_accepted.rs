//! NEG001: a value that the document does not allow is accepted.

use super::edges::{has_edges, level_at, names_refusal, place_name, pointer_of, sent_at};
use crate::evidence::{Ask, Asked};
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// A request that breaks one keyword of the document in one place, and nothing else, is refused.
    /// ## Why it matters
    /// What the document forbids and the target lets in ends up in data that other clients, who trust the
    /// document, cannot read.
    /// ## Example
    /// `limit` has a maximum of 100; `limit=101` is answered 200 with 100 items.
    /// ## Source
    /// The keyword in the document; a documented constraint says what the operation takes.
    /// ## False alarms and how they are avoided
    /// A parameter's text counts as invalid only when no reading of it is valid. Any refusal is good enough, by
    /// whatever 4xx. Rate limits are inconclusive. It is a `should` where the operation is there to make the others
    /// testable, since its part of the document is second-hand.
    INVALID_ACCEPTED {
        code: "NEG001", name: "invalid-accepted", level: Must, basis: Document,
        source: "the keyword in the document",
        summary: "A value that the document does not allow is refused.",
        implies: [],
        scenarios: &[Kind::Parameters, Kind::Content, Kind::Update],
        applies: applies,
        check: check,
    }
}

/// Only where the document names a refusal: where it does not, nobody says whether what breaks it is refused or
/// taken for something else.
fn applies(suite: &Suite, case: &Case) -> bool {
    has_edges(suite, case) && names_refusal(suite, case)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene).filter(|(_, answer)| answer.asked == Asked::Invalid) {
        let Ask::InvalidEdge { keyword, place } = ask else { continue };
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if !answer.response.is_success() {
            sheet.judged();
        } else {
            let text = format!("{} obeys `{keyword}`", place_name(place));
            let level = level_at(scene, answer.operation, keyword, place);
            let draft = answer.draft(
                format!("{} was accepted although it breaks `{keyword}`", place_name(place)),
                scene.in_document(text, &pointer_of(&answer, keyword, place)),
                "a refusal by 4xx",
                format!("{} in answer to {}", answer.status(), sent_at(&answer, place)),
            );
            sheet.fail_at(level, draft);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::{Case, Scenario};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn invalid_values_are_refused() {
        let world = World::new(1);
        let query = "/boxes/main/by_page?size=21";
        let content = json!({"notes": [{"text": 7}]});
        let size = "/paths/~1boxes~1{box_id}~1by_page/get/parameters/2/schema/maximum";
        let text = "/components/schemas/NewNote/properties/text/type";
        let cases: [(&str, &str, &str, u16, Verdict, &str); 6] = [
            ("list_by_page", "maximum", "size", 422, Pass, ""),
            ("list_by_page", "maximum", "size", 400, Pass, ""),
            ("list_by_page", "maximum", "size", 200, Fail, size),
            ("list_by_page", "maximum", "size", 429, Inconclusive, ""),
            ("create_note", "type", "/notes/0/text", 201, Fail, text),
            ("create_note", "type", "/notes/0/text", 422, Pass, ""),
        ];
        for (operation, keyword, place, status, verdict, pointer) in cases {
            let ask = Ask::InvalidEdge { keyword: keyword.into(), place: place.into() };
            let exchange = exchange(operation, "GET", query, Some(&content), status, &json!({}));
            let judgement = world
                .probes()
                .probe("edge", ask, Asked::Invalid, exchange)
                .expect(&INVALID_ACCEPTED, verdict);
            for finding in &judgement.findings {
                assert_eq!(finding.requirement.source, format!("boxes.yaml#{pointer}"));
            }
        }
    }

    #[test]
    fn it_applies_where_a_parameter_is_bounded() {
        let world = World::new(1);
        for (operation, applies) in [("list_by_page", true), ("get_note", false), ("delete_note", false)] {
            let case =
                Case { id: String::new(), operation: operation.into(), scenario: Scenario::Parameters };
            assert_eq!(has_edges(&world.suite, &case), applies, "{operation}");
        }
    }
}
