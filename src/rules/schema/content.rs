//! Content against its documented schema, for successes and refusals alike.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::document::{Schema, Violation};
use crate::rules::answers::{Answer, answers, excerpt};
use crate::rules::{Draft, Scene, Sheet};
use crate::verdict::{Claim, Place};

/// The schema that the document gives for the JSON content of an answer.
pub(super) fn schema_of<'a>(answer: &Answer<'a>) -> Option<&'a Schema> {
    let essence = answer.response.essence()?;
    answer.documented()?.media_type(&essence)?.schema.as_ref()
}

/// Judges the content of the chosen answers; `idle` says whether an answer that was not chosen speaks for the
/// rule, too.
///
/// There is one finding for each keyword of the document that was broken: its first place, and a count of the others.
pub(super) fn judge(scene: &Scene<'_>, sheet: &mut Sheet<'_>, idle: bool, chosen: fn(&Answer<'_>) -> bool) {
    let mut broken: BTreeMap<(String, String), (Draft, usize)> = BTreeMap::new();
    let mut order = Vec::new();
    for answer in answers(scene) {
        let content = answer.response.body.json().ok().filter(|_| chosen(&answer) && !answer.is_bare());
        let (Some(content), Some(schema)) = (content, schema_of(&answer)) else {
            if idle {
                sheet.judged();
            }
            continue;
        };
        sheet.judged();
        if schema.is_valid(content) {
            continue;
        }
        for violation in schema.violations(content) {
            let key = (violation.schema_pointer.clone(), violation.keyword.clone());
            if let Some((_, further)) = broken.get_mut(&key) {
                *further += 1;
                continue;
            }
            let text = format!("the content of {} obeys `{}` here", answer.status(), violation.keyword);
            let at = if violation.instance.is_empty() { "the content" } else { &violation.instance };
            let actual = content.pointer(&violation.instance).map_or_else(String::new, excerpt);
            let draft = answer.draft(
                format!("{at} breaks `{}`: {}", violation.keyword, violation.message),
                scene.in_document(text, &violation.schema_pointer),
                wanted(scene, &violation.schema_pointer, &violation.keyword),
                actual,
            );
            order.push(key.clone());
            let claims = vec![Claim::Schema {
                place: Place { exchange: answer.entry, item: None, at: vec![violation.instance.clone()] },
                schema: broken_schema(scene, &violation),
            }];
            broken.insert(key, (Draft { pointer: Some(violation.instance), claims, ..draft }, 0));
        }
    }
    for key in order {
        if let Some((mut draft, further)) = broken.remove(&key) {
            if further > 0 {
                draft.summary = format!("{} (and in {further} further places)", draft.summary);
            }
            sheet.fail(draft);
        }
    }
}

/// What a keyword says, as it stands in the document.
fn wanted(scene: &Scene<'_>, pointer: &str, keyword: &str) -> String {
    match scene.suite.document().raw().pointer(pointer) {
        Some(value) => format!("{keyword}: {}", excerpt(value)),
        None => keyword.to_owned(),
    }
}

/// How deep a schema is written out.
const DEPTH: usize = 6;

/// The part of the document that a value breaks, as a schema of its own: the keyword alone, with what it refers to written out.
fn broken_schema(scene: &Scene<'_>, violation: &Violation) -> Value {
    let raw = scene.suite.document().raw();
    let Some(value) = raw.pointer(&violation.schema_pointer) else { return Value::Bool(true) };
    let (parent, keyword) = violation.schema_pointer.rsplit_once('/').unwrap_or_default();
    let schema = json!({ keyword: written_out(raw, value, DEPTH) });
    // OpenAPI 3.0 lets null in beside the type.
    let nullable = raw.pointer(parent).and_then(|parent| parent.get("nullable")) == Some(&Value::Bool(true));
    if nullable { json!({ "anyOf": [schema, { "type": "null" }] }) } else { schema }
}

/// A schema with its references written out; what lies deeper allows everything.
fn written_out(raw: &Value, schema: &Value, depth: usize) -> Value {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let target = reference.strip_prefix('#').and_then(|pointer| raw.pointer(pointer));
                return match target {
                    Some(target) if depth > 0 => written_out(raw, target, depth - 1),
                    _ => Value::Bool(true),
                };
            }
            let inner = members.iter().map(|(name, inner)| (name.clone(), written_out(raw, inner, depth)));
            Value::Object(inner.collect())
        }
        Value::Array(elements) => elements.iter().map(|element| written_out(raw, element, depth)).collect(),
        other => other.clone(),
    }
}
