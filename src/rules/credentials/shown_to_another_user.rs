//! AUT005: another user sees what is ours.

use crate::evidence::Ask;
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A record of this run, and a list of such records, is not shown to another user.
    /// ## Why it matters
    /// Whoever has an account reads what belongs to everybody else.
    /// ## Example
    /// A message is fetched with the token of another user, and answered 200 with its text.
    /// ## Source
    /// The user's word: `--other-token-env` gives the credentials of somebody who may not see what the run creates.
    /// ## False alarms and how they are avoided
    /// It is judged only where a run is given such credentials. An answer counts only if one of our ids or words stands in it; an empty list, a list of
    /// other things and any refusal are right.
    SHOWN_TO_ANOTHER_USER {
        code: "AUT005", name: "shown-to-another-user", level: Must, basis: Invariant,
        source: "the user's word that these credentials are those of somebody who may not see it",
        summary: "What is ours is not shown to another user.",
        implies: ["AUT006"],
        scenarios: &[Kind::OtherUser],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        if !matches!(ask, Ask::ListByOtherUser | Ask::FetchByOtherUser { .. }) {
            continue;
        }
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if let Some(name) = shown(scene, &answer).filter(|_| answer.response.is_success()) {
            sheet.fail(answer.draft(
                format!("another user sees {name}"),
                sheet.own_requirement(),
                "a refusal by 4xx, or nothing of ours",
                answer.status_and_content(),
            ));
        } else {
            sheet.judged();
        }
    }
}

/// The first of our records that an answer shows: by its word, or by its id as a whole JSON string or number.
fn shown(scene: &Scene<'_>, answer: &Answer<'_>) -> Option<String> {
    let content = answer.response.body.json().ok()?;
    let resource = &scene.collection().resource;
    let mut all = Vec::new();
    gather(content, &mut all);
    let mut ours = scene.oracle.records().filter(|(_, record)| record.resource == *resource);
    let found = ours.find(|(_, record)| {
        let by_word = record.marker.as_ref().is_some_and(|word| all.iter().any(|one| one.contains(word)));
        by_word || record.id.len() > 5 && all.contains(&record.id)
    });
    found.map(|(_, record)| record.name())
}

/// Every string and number in a value.
fn gather(value: &serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => texts.push(text.clone()),
        serde_json::Value::Number(number) => texts.push(number.to_string()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        serde_json::Value::Object(members) => members.values().for_each(|member| gather(member, texts)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::{Value, json};

    #[test]
    fn another_user_sees_nothing_of_ours() {
        let world = World::new(3);
        let marker = world.oracle.record(world.notes[0]).marker.clone().unwrap_or_default();
        assert!(!marker.is_empty(), "the notes of the world have words of their own");
        let cases: [(Ask, u16, Value, Verdict); 6] = [
            (Ask::ListByOtherUser, 200, json!({"items": []}), Pass),
            (
                Ask::ListByOtherUser,
                200,
                json!({"items": [{"id": "m0", "text": format!("a {marker} b")}]}),
                Fail,
            ),
            (Ask::ListByOtherUser, 404, json!({}), Pass),
            (Ask::FetchByOtherUser { record: Some(0) }, 200, json!({"text": marker}), Fail),
            (Ask::FetchByOtherUser { record: Some(0) }, 403, json!({"text": marker}), Pass),
            (Ask::FetchByOtherUser { record: None }, 429, json!({}), Inconclusive),
        ];
        for (ask, status, content, verdict) in cases {
            let get = exchange("list_by_page", "GET", "/boxes/main/by_page", None, status, &content);
            let probes = world.lists("by_page").probe("other user", ask, Asked::Open, get);
            let scenario = crate::scenario::Scenario::OtherUser { collection: "by_page".into() };
            assert_eq!(probes.judge(&SHOWN_TO_ANOTHER_USER, scenario).verdict, verdict, "{status} {content}");
        }
    }
}
