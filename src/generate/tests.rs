//! Tests over many small schemas and seeds: what is called valid validates, what is called invalid does not.

use std::collections::BTreeSet;

use rand::{SeedableRng, rngs::ChaCha8Rng};
use serde_json::{Value, json};

use super::{BODY_SPECIMENS_MAX, Specimen, body_specimens, instance, wire_specimens};

const SEEDS: u64 = 25;

fn check(schema: &Value) -> jsonschema::Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .expect("a good schema")
}

/// Resolves references inside the schema itself.
fn local<'a>(schema: &'a Value, reference: &str) -> Option<&'a Value> {
    schema.pointer(reference.strip_prefix('#')?)
}

fn specimens(schema: &Value) -> Vec<Specimen> {
    let check = check(schema);
    let resolve = |reference: &str| local(schema, reference);
    let is_valid = |value: &Value| check.is_valid(value);
    let base = instance(schema, &resolve, &is_valid, &mut ChaCha8Rng::seed_from_u64(1)).expect("an instance");
    body_specimens(schema, &resolve, &is_valid, &base)
}

fn message_batch() -> Value {
    json!({
        "$ref": "#/$defs/Batch",
        "$defs": {
            "Batch": {
                "type": "object",
                "required": ["messages"],
                "properties": {
                    "messages": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"$ref": "#/$defs/Message"}}
                }
            },
            "Message": {
                "type": "object",
                "required": ["content", "peer_id"],
                "properties": {
                    "content": {"type": "string", "minLength": 0, "maxLength": 25000},
                    "peer_id": {"type": "string", "pattern": "^[a-zA-Z0-9_-]+$", "minLength": 1, "maxLength": 512},
                    "metadata": {"anyOf": [{"type": "object", "additionalProperties": true}, {"type": "null"}]},
                    "created_at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}
                }
            }
        }
    })
}

/// Schemas that have instances.
fn schemas() -> Vec<Value> {
    vec![
        json!(true),
        json!({}),
        json!({"title": "Input"}),
        json!({"type": "string"}),
        json!({"type": "string", "minLength": 3, "maxLength": 3}),
        json!({"type": "string", "minLength": 300}),
        json!({"type": "string", "pattern": "^[a-z]{2}-\\d{3}$"}),
        json!({"type": "string", "pattern": "b+"}),
        json!({"type": "string", "pattern": "^(?=.*x).+$", "examples": ["axe"]}),
        json!({"type": "string", "pattern": "^\\w+$", "minLength": 20, "maxLength": 20}),
        json!({"type": "string", "format": "uuid"}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "format": "email", "maxLength": 40}),
        json!({"type": "string", "format": "ipv6"}),
        json!({"type": "string", "format": "made-up"}),
        json!({"enum": ["asc", "desc"]}),
        json!({"enum": ["a", null, 3]}),
        json!({"const": {"a": 1}}),
        json!({"type": "integer"}),
        json!({"type": "integer", "minimum": 1, "maximum": 100}),
        json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 2}),
        json!({"type": "integer", "multipleOf": 7, "minimum": 10, "maximum": 30}),
        json!({"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX}),
        json!({"type": "number", "minimum": 0.5, "exclusiveMaximum": 0.75}),
        json!({"type": "number", "multipleOf": 0.01, "minimum": 0.1, "maximum": 0.3}),
        json!({"type": "number", "maximum": -3}),
        json!({"type": "boolean"}),
        json!({"type": "null"}),
        json!({"type": ["string", "null"], "maxLength": 5}),
        json!({"type": ["integer", "string"]}),
        json!({"anyOf": [{"type": "string", "maxLength": 4}, {"type": "null"}]}),
        json!({"oneOf": [{"type": "integer", "multipleOf": 3}, {"type": "integer", "multipleOf": 5}]}),
        json!({"oneOf": [
            {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "a"}, "x": {"type": "integer"}}},
            {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "b"}, "y": {"type": "string"}}}
        ]}),
        json!({"allOf": [{"type": "integer", "minimum": 2}, {"maximum": 4}]}),
        json!({"allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            {"required": ["b"], "properties": {"b": {"type": "boolean"}}}
        ]}),
        json!({"type": "integer", "not": {"multipleOf": 2}}),
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 4}),
        json!({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 3}, "uniqueItems": true, "minItems": 3}),
        json!({"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": true, "minItems": 2}),
        json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false, "minItems": 2}),
        json!({"type": "array", "items": {"type": ["integer", "string"]}, "contains": {"const": 5}}),
        json!({"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": false}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}, "required": ["x", "y"]}),
        json!({"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 2, "maxProperties": 3}),
        json!({"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": false, "minProperties": 1}),
        json!({"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}, "minProperties": 2}),
        json!({"type": "object", "propertyNames": {"enum": ["a", "b"]}, "minProperties": 2}),
        json!({"type": "object", "properties": {"a": true, "b": true}, "dependentRequired": {"a": ["b"]}, "minProperties": 1}),
        json!({"type": "object", "properties": {"a": true}, "required": ["a"], "dependentSchemas": {"a": {"required": ["c"]}}}),
        json!({"type": "object", "required": ["k"], "properties": {"k": {"enum": ["a", "b"]}},
            "if": {"properties": {"k": {"const": "a"}}},
            "then": {"required": ["n"], "properties": {"n": {"type": "integer"}}},
            "else": {"required": ["s"], "properties": {"s": {"type": "string"}}}}),
        json!({"type": "object", "properties": {"peerId": {"type": "string"}, "peer_id": {"type": "string"}}}),
        json!({"type": "object", "properties": {"a/b~c": {"type": "integer", "maximum": 3}}}),
        json!({"$ref": "#/$defs/Tree", "$defs": {"Tree": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}}}}}),
        json!({"$ref": "#/$defs/List", "$defs": {"List": {"type": "object", "required": ["next"], "properties": {
            "next": {"anyOf": [{"$ref": "#/$defs/List"}, {"type": "null"}]}}}}}),
        message_batch(),
    ]
}

#[test]
fn every_schema_has_valid_instances_and_the_same_seed_gives_the_same() {
    for schema in schemas() {
        let check = check(&schema);
        let resolve = |reference: &str| local(&schema, reference);
        let is_valid = |value: &Value| check.is_valid(value);
        for seed in 0..SEEDS {
            let make = || instance(&schema, &resolve, &is_valid, &mut ChaCha8Rng::seed_from_u64(seed));
            let value = make();
            assert!(value.as_ref().is_some_and(is_valid), "{schema}: seed {seed}");
            assert_eq!(make(), value, "{schema}");
        }
    }
}

#[test]
fn what_nothing_satisfies_has_no_instance() {
    for schema in [json!(false), json!({"type": "integer", "minimum": 3, "maximum": 2}), json!({"enum": []})] {
        let check = check(&schema);
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        assert_eq!(instance(&schema, &|_| None, &|value| check.is_valid(value), &mut rng), None, "{schema}");
    }
}

#[test]
fn specimens_are_what_they_say() {
    for schema in schemas() {
        let check = check(&schema);
        let resolve = |reference: &str| local(&schema, reference);
        let is_valid = |value: &Value| check.is_valid(value);
        for seed in 0..4 {
            let base = instance(&schema, &resolve, &is_valid, &mut ChaCha8Rng::seed_from_u64(seed)).expect("a base");
            let found = body_specimens(&schema, &resolve, &is_valid, &base);
            let labels: BTreeSet<_> = found.iter().map(|one| one.label.clone()).collect();
            assert_eq!(labels.len(), found.len(), "{schema}");
            assert!(found.len() <= BODY_SPECIMENS_MAX);
            for one in &found {
                assert_eq!(is_valid(&one.value), one.valid, "{schema}: {}", one.label);
                let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                assert!(one.label.chars().all(kebab), "{}", one.label);
                assert!(one.place.is_empty() || one.place.starts_with('/'));
            }
            assert_eq!(found, body_specimens(&schema, &resolve, &is_valid, &base), "{schema}");
            let wire = wire_specimens(&schema, &resolve, &is_valid);
            let labels: BTreeSet<_> = wire.iter().map(|one| &one.label).collect();
            assert_eq!(labels.len(), wire.len(), "{schema}");
            for one in wire.iter().filter(|one| !one.valid) {
                assert!(!is_valid(&json!(one.text)), "{schema}: {}", one.label);
            }
        }
    }
}

#[test]
fn each_keyword_gives_a_breach() {
    let silent = ["{}", "true", r#"{"title":"Input"}"#];
    for schema in schemas().iter().filter(|schema| !silent.contains(&schema.to_string().as_str())) {
        assert!(specimens(schema).iter().any(|one| !one.valid), "{schema}");
    }
    for (schema, keyword) in [
        (json!({"type": "string", "minLength": 2}), "minLength"),
        (json!({"type": "string", "maxLength": 2}), "maxLength"),
        (json!({"type": "string", "pattern": "^a+$"}), "pattern"),
        (json!({"type": "string", "format": "uuid"}), "format"),
        (json!({"type": "string", "enum": ["a"]}), "enum"),
        (json!({"const": "a"}), "const"),
        (json!({"type": "number", "minimum": 2}), "minimum"),
        (json!({"type": "number", "maximum": 2}), "maximum"),
        (json!({"type": "number", "exclusiveMinimum": 2}), "exclusiveMinimum"),
        (json!({"type": "number", "exclusiveMaximum": 2}), "exclusiveMaximum"),
        (json!({"type": "number", "multipleOf": 0.1}), "multipleOf"),
        (json!({"type": "array", "minItems": 1}), "minItems"),
        (json!({"type": "array", "maxItems": 2}), "maxItems"),
        (json!({"type": "array", "uniqueItems": true}), "uniqueItems"),
        (json!({"type": "array", "items": {"type": "string"}}), "items"),
        (json!({"type": "array", "contains": {"type": "string"}}), "contains"),
        (json!({"type": "object", "required": ["a"]}), "required"),
        (json!({"type": "object", "additionalProperties": false}), "additionalProperties"),
        (json!({"type": "object", "additionalProperties": {"type": "string"}}), "additionalProperties"),
        (json!({"type": "object", "unevaluatedProperties": false}), "unevaluatedProperties"),
        (json!({"type": "object", "propertyNames": {"pattern": "^a"}}), "propertyNames"),
        (json!({"type": "object", "minProperties": 1}), "minProperties"),
        (json!({"type": "object", "maxProperties": 1}), "maxProperties"),
        (json!({"type": "object", "dependentRequired": {"a": ["b"]}}), "dependentRequired"),
        (json!({"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 5}]}), "oneOf"),
        (json!({"type": "string", "not": {"const": "x"}}), "not"),
    ] {
        let found = specimens(&schema);
        assert!(found.iter().any(|one| one.keyword == keyword && !one.valid), "{schema} breaks no {keyword}");
    }
}

#[test]
fn a_nested_body_is_varied_everywhere() {
    let found = specimens(&message_batch());
    let one = |label: &str| found.iter().find(|one| one.label == label).expect(label);
    assert_eq!(one("messages-0-required-content").place, "/messages/0");
    assert_eq!(one("messages-0-peer-id-min-length-minus-1").value.pointer("/messages/0/peer_id"), Some(&json!("")));
    assert_eq!(one("messages-0-content-type-object").place, "/messages/0/content");
    assert_eq!(one("messages-max-items-plus-1").value["messages"].as_array().map(Vec::len), Some(101));
    let long = one("messages-0-content-max-length-exact-astral");
    assert!(long.valid);
    assert!(one("messages-0-created-at-type-null-allowed").valid);
    assert!(!one("messages-0-created-at-format-date-time-almost").valid);
    let places: BTreeSet<_> = found.iter().filter(|one| !one.valid).map(|one| one.place.as_str()).collect();
    for place in ["", "/messages", "/messages/0", "/messages/0/metadata", "/messages/0/created_at"] {
        assert!(places.contains(place), "{place}");
    }
}

#[test]
fn coercions_that_are_common_are_never_called_invalid() {
    for (schema, forgiven) in [
        (json!({"type": "integer"}), vec![json!("5"), json!(1.0), json!(true)]),
        (json!({"type": "string"}), vec![json!(5), json!(true)]),
        (json!({"type": "boolean"}), vec![json!(0), json!(1), json!("true")]),
    ] {
        let found = specimens(&schema);
        assert!(found.iter().all(|one| one.valid || !forgiven.contains(&one.value)), "{schema}");
    }
}

#[test]
fn no_member_starves() {
    let names: Vec<String> = (0..20).map(|index| format!("field{index}")).collect();
    let properties: serde_json::Map<String, Value> =
        names.iter().map(|name| (name.clone(), json!({"type": "integer", "minimum": 1, "maximum": 9}))).collect();
    let found = specimens(&json!({"type": "object", "properties": properties}));
    assert_eq!(found.len(), BODY_SPECIMENS_MAX);
    for name in names {
        assert!(found.iter().any(|one| one.place == format!("/{name}") && !one.valid), "{name}");
    }
}

#[test]
fn an_invalid_base_gives_no_specimens() {
    let schema = json!({"type": "integer"});
    let check = check(&schema);
    assert!(body_specimens(&schema, &|_| None, &|value| check.is_valid(value), &json!("x")).is_empty());
}
