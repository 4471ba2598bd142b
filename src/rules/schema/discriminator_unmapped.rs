//! SCH005: the member that tells alternatives apart names none of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::content::schema_of;
use super::places::visit;
use crate::rules::answers::{EVERY, answers};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Case;
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Where the document has a `discriminator`, the member that it names holds a value of its `mapping`, or the name of one of the alternatives.
    /// ## Why it matters
    /// Generated clients choose the type to decode by this member alone, and fail on a value that they do not know.
    /// ## Example
    /// `kind` tells cats from dogs, and an answer says `kind: bird`.
    /// ## Source
    /// The document's Discriminator Object (OpenAPI Specification): its `mapping`, and the names of the schemas that `oneOf` or `anyOf` refer to.
    /// ## False alarms and how they are avoided
    /// Both the keys of the mapping and the names of the schemas count, in any spelling that the document has. A member that lacks, or is no text, belongs to the
    /// schema's own rule, and so does whether the alternative that was chosen is valid.
    DISCRIMINATOR_UNMAPPED {
        code: "SCH005", name: "discriminator-unmapped", level: Must, basis: Document,
        source: "the document's Discriminator Object",
        summary: "The member that tells alternatives apart names one of them.",
        implies: [],
        scenarios: EVERY,
        applies: applies,
        check: check,
    }
}

/// Where the document has a discriminator anywhere: which schemas an answer refers to is found out there.
fn applies(suite: &Suite, case: &Case) -> bool {
    let responses = &suite.operation(&case.operation).responses;
    let described =
        responses.iter().flat_map(|response| &response.content).any(|media| media.schema.is_some());
    described && has_discriminator(suite.document().raw())
}

fn has_discriminator(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.get("discriminator").is_some_and(Value::is_object)
                || members.values().any(has_discriminator)
        }
        Value::Array(items) => items.iter().any(has_discriminator),
        _ => false,
    }
}

/// What a discriminator says of a value: the member, and the values that it may have. `None` where there is none, or nothing to choose from.
fn allowed(schema: &Value) -> Option<(&str, BTreeSet<&str>)> {
    let discriminator = schema.get("discriminator")?;
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let branches =
        ["oneOf", "anyOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array()).flatten();
    let references = branches.filter_map(|branch| branch.get("$ref")?.as_str());
    let names = references.filter_map(|reference| reference.rsplit('/').next());
    let values: BTreeSet<&str> =
        names.chain(mapping.into_iter().flat_map(|mapping| mapping.keys().map(String::as_str))).collect();
    (!values.is_empty()).then_some((discriminator.get("propertyName")?.as_str()?, values))
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    sheet.judged();
    for answer in answers(scene) {
        let content = answer.response.body.json().ok().filter(|_| !answer.is_bare());
        let (Some(content), Some(schema)) = (content, schema_of(&answer)) else { continue };
        let mut found: Option<(String, String, String)> = None;
        let mut seen = 0;
        visit(scene.suite.document(), (schema.value(), content), ("", 0), &mut |at, schema, value| {
            let Some((member, values)) = allowed(schema) else { return true };
            if let Some(text) = value.get(member).and_then(Value::as_str) {
                seen += 1;
                if !values.contains(text) && found.is_none() {
                    let wanted = values.into_iter().collect::<Vec<_>>().join(", ");
                    found = Some((format!("{at}/{member}"), text.to_owned(), wanted));
                }
            }
            true
        });
        let Some((place, text, wanted)) = found else {
            (0..seen).for_each(|_| sheet.judged());
            continue;
        };
        sheet.fail(Draft {
            pointer: Some(place.clone()),
            ..answer.draft(
                format!("{place} names none of the alternatives"),
                scene.in_document("the discriminator names one of the alternatives", schema.pointer()),
                format!("one of {wanted}"),
                text,
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
    fn the_member_names_an_alternative() {
        let plain = "        color: { type: string }\n        tags";
        let told = "        color: { type: string }\n        pet: { oneOf: [{ $ref: \"#/components/schemas/Cat\" }, { $ref: \"#/components/schemas/Dog\" }], discriminator: { propertyName: kind, mapping: { hound: \"#/components/schemas/Dog\" } } }\n        tags";
        let schemas = "    Search:\n";
        let more = "    Cat: { type: object, properties: { kind: { type: string } } }\n    Dog: { type: object, required: [bark], properties: { kind: { type: string } } }\n    Search:\n";
        let world = World::amended(&[0], &[(plain, told), (schemas, more)]);
        let cases: [(Value, Verdict); 5] = [
            (json!({"kind": "Cat"}), Pass),
            (json!({"kind": "hound", "bark": 1}), Pass),
            (json!({"kind": "bird"}), Fail),
            (json!({"kind": 7}), Pass),
            (json!({}), Pass),
        ];
        for (pet, verdict) in cases {
            let content = json!({"id": "m0", "at": instant(0), "pet": pet});
            let get = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &content);
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, Asked::Good, get).expect(&DISCRIMINATOR_UNMAPPED, verdict);
        }
    }
}
