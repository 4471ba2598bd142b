//! What a document says of the place that a JSON pointer names: [`follow`].
//!
//! JSON Schema lets members through that it does not name. So a member counts as missing only where a schema names the members of its object and leaves no
//! room for others (`additionalProperties`, `patternProperties`, a condition, a branch that says nothing). Everything else is open.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::pointer::child;
use crate::document::{Document, Operation, Schema, StatusKey};
use crate::pagination::label;

/// How deep a schema's parts are followed: documents may be circular.
const DEEPEST: usize = 12;

/// The schemas of an operation's successes; empty where nothing is said of one of them.
pub(super) fn answers(operation: &Operation) -> Vec<&Value> {
    let success = |status| matches!(status, StatusKey::Exact(200..=299) | StatusKey::Range(2));
    let responses = operation.responses.iter().filter(|response| success(response.status));
    let schemas: Option<Vec<_>> = responses
        .flat_map(|response| &response.content)
        .map(|media| media.schema.as_ref().map(Schema::value))
        .collect();
    schemas.unwrap_or_default()
}

/// Where a pointer leads.
pub(super) enum Place<'d> {
    /// To what these schemas describe, any of them.
    Known(Vec<&'d Value>),
    /// The document does not tell.
    Open,
    /// To nothing.
    Missing {
        /// The pointer to what is missing.
        pointer: String,
        /// Pointers that lead somewhere, in its place.
        instead: Vec<String>,
    },
}

/// Follows a pointer into what one of several schemas describes. `*` stands for any element of an array, as does `[relation=next]`.
pub(super) fn follow<'d>(document: &'d Document, schemas: Vec<&'d Value>, pointer: &str) -> Place<'d> {
    let mut current = schemas;
    let mut walked = String::new();
    for token in pointer.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        let mut next = Vec::new();
        let mut instead = BTreeSet::new();
        let mut open = current.is_empty();
        for schema in current {
            let mut shape = Shape::default();
            shape.look(document, schema, DEEPEST);
            let members = shape.members.get(name.as_str());
            let chosen = name == "*" || name.parse::<usize>().is_ok() || label(&name).is_some();
            let elements = Some(&shape.elements).filter(|_| chosen);
            next.extend(members.into_iter().chain(elements).flatten());
            open |= shape.open(elements.is_some());
            instead.extend(shape.members.keys().map(|name| child(&walked, name)));
        }
        walked = format!("{walked}/{token}");
        if next.is_empty() {
            if open {
                return Place::Open;
            }
            return Place::Missing { pointer: walked, instead: instead.into_iter().collect() };
        }
        current = next;
    }
    Place::Known(current)
}

/// What a schema and the parts that it is joined from say of a value's parts.
#[derive(Default)]
struct Shape<'d> {
    members: BTreeMap<&'d str, Vec<&'d Value>>,
    elements: Vec<&'d Value>,
    types: BTreeSet<&'d str>,
    /// Whether there may be members or elements that are not described.
    more: bool,
}

impl<'d> Shape<'d> {
    fn look(&mut self, document: &'d Document, schema: &'d Value, depth: usize) {
        let Some(keywords) = schema.as_object() else {
            self.more |= schema == &Value::Bool(true);
            return;
        };
        if depth == 0 {
            self.more = true;
            return;
        }
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            match document.reference(reference) {
                Some(target) => self.look(document, target, depth - 1),
                None => self.more = true,
            }
        }
        match keywords.get("type") {
            Some(Value::String(kind)) => _ = self.types.insert(kind),
            Some(Value::Array(kinds)) => self.types.extend(kinds.iter().filter_map(Value::as_str)),
            _ => {}
        }
        for (name, member) in keywords.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.members.entry(name).or_default().push(member);
        }
        self.elements.extend(keywords.get("items").filter(|items| items.is_object()));
        self.elements.extend(keywords.get("prefixItems").and_then(Value::as_array).into_iter().flatten());
        let forbids = |keyword: &str| keywords.get(keyword).is_none_or(|value| value == &Value::Bool(false));
        self.more |= !forbids("additionalProperties") || !forbids("unevaluatedProperties");
        self.more |= ["patternProperties", "if", "dependentSchemas", "$dynamicRef"]
            .iter()
            .any(|keyword| keywords.contains_key(*keyword));
        for part in keywords.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.look(document, part, depth - 1);
        }
        let beside = !self.members.is_empty();
        for keyword in ["anyOf", "oneOf"] {
            for branch in keywords.get(keyword).and_then(Value::as_array).into_iter().flatten() {
                let mut shape = Shape::default();
                shape.look(document, branch, depth - 1);
                // A branch that names nothing only adds a condition where the members are named beside it.
                self.more |= shape.more || (shape.open(false) && !beside);
                self.types.extend(shape.types);
                self.elements.extend(shape.elements);
                for (name, members) in shape.members {
                    self.members.entry(name).or_default().extend(members);
                }
            }
        }
    }

    /// Whether a value may have parts that are not described.
    fn open(&self, of_array: bool) -> bool {
        let (kind, own, other) = if of_array {
            ("array", self.elements.is_empty(), self.members.is_empty())
        } else {
            ("object", self.members.is_empty(), self.elements.is_empty())
        };
        // Without a type, what is described of a value says which it is.
        let may_be = self.types.contains(kind) || (self.types.is_empty() && other);
        self.more || (own && may_be)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Where a pointer leads in a schema: `known`, `open`, or the pointer to what is missing.
    fn led(schema: &Value, pointer: &str) -> String {
        let document = json!({
            "openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {},
            "components": {"schemas": {
                "Under": schema,
                "Tree": {"properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}},
            }},
        });
        let document = Document::from_text("t.json", &document.to_string()).unwrap();
        let schema = document.reference("#/components/schemas/Under").unwrap();
        match follow(&document, vec![schema], pointer) {
            Place::Known(_) => "known".to_owned(),
            Place::Open => "open".to_owned(),
            Place::Missing { pointer, .. } => pointer,
        }
    }

    #[test]
    fn a_member_is_missing_where_its_object_names_others_and_leaves_no_room() {
        let named = json!({"properties": {"a": {"type": "string"}, "x/y": {}}});
        for (schema, pointer, wanted) in [
            (named.clone(), "", "known"),
            (named.clone(), "/a", "known"),
            (named.clone(), "/x~1y", "known"),
            (named.clone(), "/x~1y/z", "open"),
            (named.clone(), "/b", "/b"),
            (named.clone(), "/a/b", "/a/b"),
            (named.clone(), "/0", "/0"),
            (json!({}), "/b", "open"),
            (json!({"type": "object"}), "/b", "open"),
            (json!({"type": ["string", "null"]}), "/b", "/b"),
            (json!({"properties": {"a": {}}, "additionalProperties": true}), "/b", "open"),
            (json!({"properties": {"a": {}}, "additionalProperties": {"type": "string"}}), "/b", "open"),
            (json!({"properties": {"a": {}}, "additionalProperties": false}), "/b", "/b"),
            (json!({"properties": {"a": {}}, "patternProperties": {"^b": {}}}), "/b", "open"),
            (json!({"properties": {"a": {}}, "unevaluatedProperties": false}), "/b", "/b"),
            (json!({"allOf": [named.clone(), {"properties": {"b": {}}}]}), "/b", "known"),
            (json!({"allOf": [named.clone(), {"required": ["a"]}]}), "/b", "/b"),
            (json!({"anyOf": [named.clone(), {"type": "null"}]}), "/b", "/b"),
            (json!({"anyOf": [named.clone(), {"type": "object"}]}), "/b", "open"),
            (json!({"properties": {"a": {}}, "anyOf": [{"required": ["a"]}]}), "/b", "/b"),
            (json!({"oneOf": [named.clone(), {"properties": {"b": {}}}]}), "/b", "known"),
            (json!({"type": "array", "items": named.clone()}), "/0/a", "known"),
            (json!({"type": "array", "items": named.clone()}), "/*/b", "/*/b"),
            (json!({"type": "array"}), "/0", "open"),
            (json!({"type": "array", "items": named}), "/a", "/a"),
            (json!({"$ref": "#/components/schemas/Tree"}), "/children/0/children/*/children", "known"),
            (json!({"$ref": "#/components/schemas/Tree"}), "/children/0/name", "/children/0/name"),
        ] {
            assert_eq!(led(&schema, pointer), wanted, "{pointer} in {schema}");
        }
    }
}
