//! SCH004: a member that is only written comes back.

use std::collections::BTreeSet;

use serde_json::Value;

use super::content::schema_of;
use super::places::visit;
use crate::document::Document;
use crate::rules::answers::{EVERY, answers};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Case;
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// No answer has a member that its documented schema marks as `writeOnly`.
    /// ## Why it matters
    /// Members are marked so because they are secrets: passwords, keys, numbers of cards.
    /// ## Example
    /// `password` is `writeOnly`, and stands in the answer to the creation of a user.
    /// ## Source
    /// JSON Schema 2020-12, validation, section 9.4, and the OpenAPI Specification, Schema Object: such a member is sent, and is not part of answers.
    /// ## False alarms and how they are avoided
    /// Members are followed by name through `properties`, `items` and `allOf` only, so that a mark in one of several alternatives says nothing of the others. A
    /// member that is null or empty tells nothing.
    WRITE_ONLY_SHOWN {
        code: "SCH004", name: "write-only-shown", level: Must, basis: Document,
        source: "the document's schema of the response",
        summary: "A member that is only written is not part of an answer.",
        implies: [],
        scenarios: EVERY,
        applies: applies,
        check: check,
    }
}

/// Where a schema of the operation's answers has the mark.
fn applies(suite: &Suite, case: &Case) -> bool {
    let responses = &suite.operation(&case.operation).responses;
    let mut schemas =
        responses.iter().flat_map(|response| &response.content).filter_map(|m| m.schema.as_ref());
    schemas.any(|schema| has_mark(suite.document(), schema.value(), &mut BTreeSet::new()))
}

/// Whether the mark stands anywhere in what a schema refers to by name.
fn has_mark<'a>(document: &'a Document, schema: &'a Value, seen: &mut BTreeSet<*const Value>) -> bool {
    let schema = document.resolve(schema);
    if !seen.insert(std::ptr::from_ref(schema)) {
        return false;
    }
    marked(schema) || inner(schema).any(|next| marked(next) || has_mark(document, next, seen))
}

fn marked(schema: &Value) -> bool {
    schema.get("writeOnly") == Some(&Value::Bool(true))
}

/// The schemas of a schema's members and elements, and those that hold for the value itself.
fn inner(schema: &Value) -> impl Iterator<Item = &Value> {
    let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let all = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    members.map(|(_, schema)| schema).chain(schema.get("items")).chain(all)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    sheet.judged();
    for answer in answers(scene) {
        let content = answer.response.body.json().ok().filter(|_| !answer.is_bare());
        let (Some(content), Some(schema)) = (content, schema_of(&answer)) else { continue };
        let mut found = None;
        visit(scene.suite.document(), (schema.value(), content), ("", 0), &mut |at, schema, value| {
            let says_nothing = value.is_null() || value.as_str() == Some("");
            if marked(schema) && !says_nothing && found.is_none() {
                found = Some(at.to_owned());
            }
            found.is_none()
        });
        let Some(place) = found else {
            sheet.judged();
            continue;
        };
        let text = "a member that is marked as writeOnly is not part of answers";
        sheet.fail(Draft {
            pointer: Some(place.clone()),
            ..answer.draft(
                format!("{place} is only written, and stands in the content of {}", answer.status()),
                scene.in_document(text, schema.pointer()),
                format!("no {place}"),
                answer.status_and_content(),
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange, instant};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn what_is_only_written_does_not_come_back() {
        let plain = "        color: { type: string }\n        tags";
        let marked =
            "        color: { type: string }\n        pin: { type: string, writeOnly: true }\n        tags";
        let world = World::amended(&[0], &[(plain, marked)]);
        let cases: [(Value, Verdict); 5] = [
            (json!({}), Pass),
            (json!({"pin": "1234"}), Fail),
            (json!({"pin": null}), Pass),
            (json!({"pin": ""}), Pass),
            (json!({"other": {"pin": "1234"}}), Pass),
        ];
        for (members, verdict) in cases {
            let mut content = json!({"id": "m0", "at": instant(0)});
            content.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            let get = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &content);
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, Asked::Good, get).expect(&WRITE_ONLY_SHOWN, verdict);
            let create = exchange("create_note", "POST", "/boxes/main/notes", None, 201, &json!([content]));
            let ask = Ask::Create { records: vec![world.notes[0]], ordered: true };
            world.probes().probe("create", ask, Asked::Good, create).expect(&WRITE_ONLY_SHOWN, verdict);
        }
    }
}
