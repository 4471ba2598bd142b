//! Schemas that allow nothing, and answers of which nothing is said.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{DocumentRule, Remarks};
use crate::document::{Document, StatusKey};
use crate::verdict::Level;

pub(super) static UNSATISFIABLE: DocumentRule = DocumentRule {
    code: "DOC004",
    name: "schema-unsatisfiable",
    level: Level::Must,
    source: "JSON Schema 2020-12 Validation, section 6",
    summary: "Every schema allows some value.",
    why: "No answer and no request can obey a schema that allows nothing.",
    check: unsatisfiable,
};

pub(super) static RESPONSE_WITHOUT_SCHEMA: DocumentRule = DocumentRule {
    code: "DOC005",
    name: "response-without-schema",
    level: Level::Should,
    source: "OpenAPI Specification, Response Object, `content`",
    summary: "A success that may carry content says what the content is.",
    why: "Whatever the server answers conforms, so that nobody can build on it and no harness can judge it.",
    check: without_schema,
};

pub(super) static NOTHING_REQUIRED: DocumentRule = DocumentRule {
    code: "DOC006",
    name: "nothing-required",
    level: Level::Should,
    source: "JSON Schema 2020-12 Validation, section 6.5.3 (`required`)",
    summary: "An object in the answer to a good request requires some of its members.",
    why: "An empty object conforms: a server that leaves everything out is right by the document.",
    check: nothing_required,
};

/// A lower bound, the upper bound of the same thing, and whether equal bounds exclude everything.
const BOUNDS: [(&str, &str, bool); 6] = [
    ("minLength", "maxLength", false),
    ("minItems", "maxItems", false),
    ("minProperties", "maxProperties", false),
    ("minimum", "maximum", false),
    ("exclusiveMinimum", "maximum", true),
    ("minimum", "exclusiveMaximum", true),
];

fn unsatisfiable(document: &Document, remarks: &mut Remarks) {
    for part in document.parts() {
        let schema = part.value();
        for (low, high, equal) in BOUNDS {
            let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
            if let (Some(least), Some(most)) = (bound(low), bound(high))
                && (least > most || (equal && least >= most))
            {
                remarks.add(part.pointer(), format!("`{low}` {least} leaves nothing below `{high}` {most}"));
            }
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array)
            && values.iter().all(|value| !part.violations(value).is_empty())
        {
            remarks.add(part.pointer(), "no value of the `enum` obeys the rest of the schema");
        }
        if let Some(value) = schema.get("const")
            && !part.violations(value).is_empty()
        {
            remarks.add(part.pointer(), "the `const` breaks the rest of the schema");
        }
        if let Some(contradiction) = contradiction(document, schema) {
            remarks.add(part.pointer(), contradiction);
        }
        // What only refers to such a schema is not told of again.
        if schema.get("$ref").is_none() && super::references::endless(document, schema) {
            remarks.add(part.pointer(), "it requires a value of its own kind within each value, without end");
        }
        if schema.get("additionalProperties") == Some(&Value::Bool(false))
            && schema.get("patternProperties").is_none()
        {
            let members: BTreeSet<&String> = schema
                .get("properties")
                .and_then(Value::as_object)
                .map(|m| m.keys().collect())
                .unwrap_or_default();
            for name in required(schema) {
                if !members.iter().any(|member| *member == name) {
                    let message =
                        format!("`{name}` is required, and yet no member that `additionalProperties` allows");
                    remarks.add(part.pointer(), message);
                }
            }
        }
    }
}

/// What the parts of a schema say that no value can obey together.
fn contradiction(document: &Document, schema: &Value) -> Option<String> {
    let properties = schema.get("properties");
    if let Some(name) =
        required(schema).find(|name| properties.and_then(|p| p.get(name)) == Some(&Value::Bool(false)))
    {
        return Some(format!("`{name}` is required, and its schema is `false`"));
    }
    let parts = schema.get("allOf")?.as_array()?.iter().map(|part| document.resolve(part));
    let parts: Vec<&Value> = parts.chain([schema]).collect();
    let mut kinds: Option<BTreeSet<&str>> = None;
    for own in parts.iter().filter_map(|part| types(part)) {
        kinds = Some(match kinds {
            None => own,
            Some(known) => known.intersection(&own).copied().collect(),
        });
    }
    if kinds.is_some_and(|kinds| kinds.is_empty()) {
        return Some("the parts of `allOf` have no type in common".to_owned());
    }
    let closed = |part: &&&Value| {
        part.get("additionalProperties") == Some(&Value::Bool(false))
            && part.get("patternProperties").is_none()
    };
    parts.iter().filter(closed).find_map(|shut| {
        let allows =
            |name: &&str| shut.get("properties").and_then(|p| p.get(name)).is_some();
        let name = parts.iter().flat_map(|part| required(part)).find(|name| !allows(name))?;
        Some(format!("`{name}` is required by one part of `allOf`, and `additionalProperties: false` of another has no room for it"))
    })
}

/// The types that a schema names; what is a number may be an integer.
fn types(schema: &Value) -> Option<BTreeSet<&str>> {
    let mut named: BTreeSet<&str> = match schema.get("type")? {
        Value::String(one) => [one.as_str()].into(),
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    if named.contains("number") {
        named.insert("integer");
    }
    Some(named)
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn without_schema(document: &Document, remarks: &mut Remarks) {
    for operation in document.operations() {
        for response in &operation.responses {
            // RFC 9110 sections 15.3.3, 15.3.5 and 15.3.6: 202 need not carry content, 204 and 205 carry none.
            let silent = matches!(response.status, StatusKey::Exact(202 | 204 | 205))
                || operation.method == http::Method::HEAD;
            let success = matches!(response.status, StatusKey::Exact(200..=299) | StatusKey::Range(2));
            if !success || silent {
                continue;
            }
            let of = format!("{} of {}", response.status, operation.id);
            if response.content.is_empty() {
                remarks.add(
                    &response.pointer,
                    format!("the answer {of} has no content described; if it has none, 204 says so"),
                );
            }
            for media_type in response.content.iter().filter(|entry| entry.schema.is_none()) {
                remarks.add(
                    &media_type.pointer,
                    format!("{} in the answer {of} has no schema", media_type.range),
                );
            }
        }
    }
}

fn nothing_required(document: &Document, remarks: &mut Remarks) {
    for operation in document.operations() {
        for response in &operation.responses {
            if !matches!(response.status, StatusKey::Exact(200..=299) | StatusKey::Range(2)) {
                continue;
            }
            for schema in response.content.iter().filter_map(|entry| entry.schema.as_ref()) {
                let resolved = document.resolve(schema.value());
                let described =
                    resolved.get("properties").and_then(Value::as_object).is_some_and(|m| !m.is_empty());
                if described && required(resolved).next().is_none() && resolved.get("minProperties").is_none()
                {
                    let place =
                        schema.value().get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
                    let what =
                        format!("the answer {} of {} requires no member", response.status, operation.id);
                    remarks.add(place.unwrap_or(schema.pointer()), what);
                }
            }
        }
    }
}
