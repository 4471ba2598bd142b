//! SCH001: the content of a success does not obey its documented schema.

use super::content;
use crate::rules::answers::{Answer, EVERY};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// The JSON content of a 2xx answer is valid under the schema that the document gives for its status and
    /// media type, formats included.
    /// ## Why it matters
    /// Generated clients decode by the schema: a missing member or another type makes them fail, or silently
    /// lose the value.
    /// ## Example
    /// `created_at` is required and lacks in the third item of the list.
    /// ## Source
    /// The document's schema of the response (OpenAPI Specification, Media Type Object), compiled as JSON
    /// Schema 2020-12.
    /// ## False alarms and how they are avoided
    /// Members beyond the schema are fine unless it forbids them. Each broken keyword of the document is shown
    /// once, however often it is broken. `writeOnly` members may be absent.
    RESPONSE_SCHEMA {
        code: "SCH001", name: "response-schema-broken", level: Must, basis: Document,
        source: "the document's schema of the response",
        summary: "The content of a success obeys its documented schema.",
        implies: [],
        scenarios: EVERY,
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    suite.operation(&case.operation).responses.iter().any(|response| {
        (200..300).any(|status| response.status.covers(status))
            && response.content.iter().any(|media| media.schema.is_some())
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // In these cases a refusal may be all that comes, and is no reason for doubt.
    let idle = matches!(
        scene.case.scenario.kind(),
        Kind::UnknownParent
            | Kind::FetchElsewhere
            | Kind::Parameters
            | Kind::Content
            | Kind::Methods
            | Kind::Credentials
            | Kind::OtherUser
    );
    content::judge(scene, sheet, idle, |answer: &Answer<'_>| answer.response.is_success());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange, instant};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::{Value, json};

    #[test]
    fn a_success_obeys_its_schema() {
        let world = World::new(3);
        let at = instant(1);
        let cases: [(u16, Value, Verdict); 6] = [
            (200, json!({"id": "m0", "at": at}), Pass),
            (200, json!({"id": "m0", "at": at, "more": [1]}), Pass),
            (200, json!({"id": "m0"}), Fail),
            (200, json!({"id": 7, "at": at}), Fail),
            (200, json!({"id": "m0", "at": "yesterday"}), Fail),
            (404, json!({}), Inconclusive),
        ];
        for (status, content, verdict) in cases {
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &content);
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, Asked::Good, exchange).expect(&RESPONSE_SCHEMA, verdict);
        }
    }

    #[test]
    fn each_broken_keyword_is_shown_once() {
        let world = World::new(5);
        let lists = world
            .lists("by_page")
            .walk(2, &[&[0, 1], &[2, 3], &[4]])
            .set_all("/items/0/id", &json!(7))
            .set(1, "/total", json!("many"));
        let judgement = lists.judge(
            &RESPONSE_SCHEMA,
            crate::scenario::Scenario::Walk { collection: "by_page".into(), order: 0 },
        );
        assert_eq!(judgement.findings.len(), 2, "{judgement:#?}");
        let first = &judgement.findings[0];
        assert_eq!(first.input, "main size=2");
        assert_eq!(first.pointer.as_deref(), Some("/items/0/id"));
        assert_eq!(first.requirement.source, "boxes.yaml#/components/schemas/Note/properties/id/type");
        assert!(first.summary.ends_with("(and in 2 further places)"), "{}", first.summary);
    }
}
