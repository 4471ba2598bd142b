//! Where schemas stand: inside a schema, by keyword, and inside a document, by the shape of its objects.
//!
//! Both walks keep to positions that the specifications name, so that a `$ref` or a `nullable` inside an example, an
//! `enum` or an `x-` member is left alone.

use std::collections::BTreeSet;

use serde_json::Value;

use super::pointer::{child, element, from_fragment};

/// Keywords whose value is one schema (JSON Schema 2020-12 sections 10 and 11, and `additionalItems` of its elders).
const ONE: [&str; 12] = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords whose value is a list of schemas.
const LIST: [&str; 5] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];

/// Keywords whose value is an object of schemas.
const NAMED: [&str; 5] = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/// The methods a path item may have, in the order of the specification ("Path Item Object").
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Pointers to the schemas directly below `schema`, relative to it.
pub(crate) fn subschemas(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let Value::Object(keywords) = schema else { return found };
    for (keyword, value) in keywords {
        let name = keyword.as_str();
        let place = child("", name);
        match value {
            Value::Array(items) if LIST.contains(&name) => {
                found.extend((0..items.len()).map(|index| element(&place, index)));
            }
            Value::Object(members) if NAMED.contains(&name) => {
                found.extend(members.keys().map(|member| child(&place, member)));
            }
            Value::Object(_) | Value::Bool(_) if ONE.contains(&name) => found.push(place),
            _ => {}
        }
    }
    found
}

/// Pointers to all schemas of a document that do not stand inside another one.
pub(crate) fn schema_positions(raw: &Value) -> BTreeSet<String> {
    let mut walk = Walk { raw, found: BTreeSet::new(), seen: BTreeSet::new() };
    walk.members("/components/schemas", Kind::Schema);
    walk.members("/components/parameters", Kind::Parameter);
    walk.members("/components/headers", Kind::Parameter);
    walk.members("/components/requestBodies", Kind::RequestBody);
    walk.members("/components/responses", Kind::Response);
    walk.members("/components/pathItems", Kind::PathItem);
    walk.members("/components/callbacks", Kind::Callback);
    walk.members("/webhooks", Kind::PathItem);
    walk.members("/paths", Kind::PathItem);
    walk.found
}

/// What stands at a pointer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Schema,
    /// Or a header, which has the same members.
    Parameter,
    RequestBody,
    Response,
    MediaType,
    Callback,
    PathItem,
    Operation,
}

struct Walk<'r> {
    raw: &'r Value,
    found: BTreeSet<String>,
    seen: BTreeSet<(Kind, String)>,
}

impl Walk<'_> {
    fn members(&mut self, pointer: &str, kind: Kind) {
        if let Some(Value::Object(members)) = self.raw.pointer(pointer) {
            for key in members.keys().filter(|key| kind == Kind::Schema || !key.starts_with("x-")) {
                self.visit(&child(pointer, key), kind);
            }
        }
    }

    fn elements(&mut self, pointer: &str, kind: Kind) {
        if let Some(Value::Array(items)) = self.raw.pointer(pointer) {
            for index in 0..items.len() {
                self.visit(&element(pointer, index), kind);
            }
        }
    }

    fn visit(&mut self, pointer: &str, kind: Kind) {
        let Some(value) = self.raw.pointer(pointer) else { return };
        if !self.seen.insert((kind, pointer.to_owned())) {
            return;
        }
        if kind == Kind::Schema {
            self.found.insert(pointer.to_owned());
            return;
        }
        // The object behind a reference may stand where the walk would not come by.
        let target = value.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
        if let Some(target) = target.and_then(from_fragment) {
            self.visit(&target, kind);
        }
        let below = |name| child(pointer, name);
        match kind {
            Kind::Schema => {}
            Kind::MediaType => self.visit(&below("schema"), Kind::Schema),
            Kind::Parameter => {
                self.visit(&below("schema"), Kind::Schema);
                self.members(&below("content"), Kind::MediaType);
            }
            Kind::RequestBody => self.members(&below("content"), Kind::MediaType),
            Kind::Response => {
                self.members(&below("content"), Kind::MediaType);
                self.members(&below("headers"), Kind::Parameter);
            }
            Kind::Callback => self.members(pointer, Kind::PathItem),
            Kind::PathItem => {
                self.elements(&below("parameters"), Kind::Parameter);
                for method in METHODS {
                    self.visit(&below(method), Kind::Operation);
                }
            }
            Kind::Operation => {
                self.elements(&below("parameters"), Kind::Parameter);
                self.visit(&below("requestBody"), Kind::RequestBody);
                self.members(&below("responses"), Kind::Response);
                self.members(&below("callbacks"), Kind::Callback);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn subschemas_are_found_by_keyword_only() {
        let schema = json!({
            "properties": {"$ref": {"type": "string"}, "a/b": true},
            "items": {}, "allOf": [{}, {}], "additionalProperties": false,
            "enum": [{"type": "x"}], "example": {"items": {}}, "const": {"not": {}}, "x-a": {"items": {}}
        });
        let found = subschemas(&schema);
        let wanted = [
            "/additionalProperties",
            "/allOf/0",
            "/allOf/1",
            "/items",
            "/properties/$ref",
            "/properties/a~1b",
        ];
        assert_eq!(found, wanted);
        assert!(subschemas(&json!(true)).is_empty());
    }

    #[test]
    fn positions_reach_through_references() {
        let raw = json!({
            "paths": {"/a": {
                "parameters": [{"$ref": "#/x-shared/id"}],
                "get": {"responses": {"200": {"headers": {"X-N": {"schema": {}}},
                    "content": {"application/json": {"schema": {}, "example": {"schema": {}}}}}}},
                "post": {"requestBody": {"content": {"text/plain": {"schema": {}}}},
                    "callbacks": {"done": {"{$request.body#/url}": {"post": {"parameters": [{"schema": {}}]}}}}}
            }},
            "components": {"schemas": {"A": {"properties": {"b": {}}}, "x-b": {}}},
            "x-shared": {"id": {"schema": {}}}
        });
        let found: Vec<String> = schema_positions(&raw).into_iter().collect();
        let wanted = [
            "/components/schemas/A",
            "/components/schemas/x-b",
            "/paths/~1a/get/responses/200/content/application~1json/schema",
            "/paths/~1a/get/responses/200/headers/X-N/schema",
            "/paths/~1a/post/callbacks/done/{$request.body#~1url}/post/parameters/0/schema",
            "/paths/~1a/post/requestBody/content/text~1plain/schema",
            "/x-shared/id/schema",
        ];
        assert_eq!(found, wanted);
    }
}
