//! Schemas judge values as the document means them, and say where.

use serde_json::{Value, json};

use super::{answer, answering, load};
use crate::document::Document;

/// The violations as (instance, keyword, pointer into the document).
fn found(document: &Document, value: &Value) -> Vec<(String, String, String)> {
    let violations = answer(document).violations(value);
    assert_eq!(violations.is_empty(), answer(document).is_valid(value), "{value}");
    violations.into_iter().map(|one| (one.instance, one.keyword, one.schema_pointer)).collect()
}

fn triple(parts: (&str, &str, &str)) -> (String, String, String) {
    (parts.0.to_owned(), parts.1.to_owned(), parts.2.to_owned())
}

const ROOT: &str = "/paths/~1a/get/responses/200/content/application~1json/schema";

#[test]
fn violations_point_into_the_document() {
    let components = json!({"schemas": {
        "Page": {"type": "object", "required": ["items", "total"], "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/a~1b%20{c}"}},
            "total": {"type": "integer", "minimum": 0}}},
        "a/b {c}": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    }});
    let document = load("3.1.0", answering(json!({"$ref": "#/components/schemas/Page"})), components);
    assert_eq!(answer(&document).pointer(), ROOT);
    assert_eq!(answer(&document).value(), &json!({"$ref": "#/components/schemas/Page"}));
    let items: Vec<Value> =
        (0..12).map(|id| if id == 2 || id == 10 { json!({"id": id}) } else { json!({"id": "a"}) }).collect();
    let value = json!({"items": items, "total": -1});
    let wanted = [
        ("/items/2/id", "type", "/components/schemas/a~1b {c}/properties/id/type"),
        ("/items/10/id", "type", "/components/schemas/a~1b {c}/properties/id/type"),
        ("/total", "minimum", "/components/schemas/Page/properties/total/minimum"),
    ];
    assert_eq!(found(&document, &value), wanted.map(triple));
    let wanted = [
        ("", "required", "/components/schemas/Page/required"),
        ("/items/0", "required", "/components/schemas/a~1b {c}/required"),
    ];
    assert_eq!(found(&document, &json!({"items": [{}]})), wanted.map(triple));
}

#[test]
fn references_reach_any_place_of_the_document() {
    let components = json!({
        "schemas": {"A": {"properties": {"b": {"type": "integer"}}}, "True": true},
        "responses": {"R": {"description": "", "content": {"application/json": {"schema": {"type": "boolean"}}}}}
    });
    let cases = [
        ("#/components/schemas/A/properties/b", json!(1), json!("x")),
        ("#/components/responses/R/content/application~1json/schema", json!(true), json!(1)),
        ("#/components/x-more/C", json!(null), json!(1)),
        ("#/paths/~1b~1%7Bid%7D/get/parameters/0/schema", json!("x"), json!(1)),
    ];
    for version in ["3.0.3", "3.1.0"] {
        for (reference, good, bad) in &cases {
            let mut paths = answering(json!({"$ref": reference}));
            paths["/b/{id}"] = json!({"get": {"responses": {}, "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]}});
            let mut components = components.clone();
            // 3.0 has neither the type null nor boolean schemas.
            let nothing = if version == "3.1.0" { json!({"type": "null"}) } else { json!({"enum": [null]}) };
            components["x-more"] = json!({"C": nothing});
            if version == "3.0.3" {
                components["schemas"]["True"] = json!({});
            }
            let document = load(version, paths, components);
            assert!(answer(&document).is_valid(good), "{version} {reference}");
            let pointer = found(&document, bad).remove(0).2;
            assert!(document.raw().pointer(&pointer).is_some(), "{version} {reference}: {pointer}");
        }
    }
}

#[test]
fn identifiers_and_anchors_in_components_work() {
    let components = json!({"schemas": {
        "Id": {"$id": "https://example.com/id.json", "type": "string", "$defs": {"n": {"type": "integer"}},
            "anyOf": [{"$ref": "#/$defs/s"}, {"$ref": "#/components/schemas/Tag"}]},
        "Rel": {"$id": "rel.json", "$anchor": "top", "type": "boolean"},
        "Tag": {"$anchor": "tag", "type": "string", "maxLength": 3},
        "Node": {"$dynamicAnchor": "node", "type": "object",
            "properties": {"next": {"$dynamicRef": "#node"}, "v": {"type": "integer"}}}
    }});
    let mut components = components;
    components["schemas"]["Id"]["$defs"]["s"] = json!({"minLength": 5});
    let cases = [
        ("https://example.com/id.json", json!("abc"), json!(1), "/components/schemas/Id/type"),
        ("https://example.com/id.json", json!("abcdef"), json!("abcd"), "/components/schemas/Id/anyOf"),
        ("https://example.com/id.json#/$defs/n", json!(1), json!("x"), "/components/schemas/Id/$defs/n/type"),
        ("rel.json", json!(true), json!(1), "/components/schemas/Rel/type"),
        ("rel.json#top", json!(true), json!(1), "/components/schemas/Rel/type"),
        ("#tag", json!("abc"), json!("abcd"), "/components/schemas/Tag/maxLength"),
        (
            "#/components/schemas/Node",
            json!({"next": {"v": 1}}),
            json!({"next": {"next": {"v": "x"}}}),
            "/components/schemas/Node/properties/v/type",
        ),
    ];
    for (reference, good, bad, pointer) in cases {
        let document = load("3.1.0", answering(json!({"$ref": reference})), components.clone());
        assert!(answer(&document).is_valid(&good), "{reference} {good}");
        assert_eq!(found(&document, &bad)[0].2, pointer, "{reference} {bad}");
        assert!(answer(&document).resolved().get("$ref").is_none(), "{reference}");
    }
}

#[test]
fn formats_are_asserted() {
    let cases = [
        ("string", "date-time", json!("2024-02-29T12:00:00Z"), json!("2023-02-29T12:00:00Z")),
        ("string", "date-time", json!("2024-02-29T12:00:00.123456+02:00"), json!("2024-02-29T12:00:00")),
        (
            "string",
            "uuid",
            json!("8f14e45f-ceea-467f-a34c-8c8b7d3d1f9a"),
            json!("8f14e45fceea467fa34c8c8b7d3d1f9a"),
        ),
        ("string", "date", json!("2024-02-29"), json!("2024-13-01")),
        ("string", "email", json!("a@example.com"), json!("a")),
        ("integer", "int32", json!(2_147_483_647), json!(2_147_483_648_i64)),
        ("integer", "int64", json!(i64::MIN), json!(9_223_372_036_854_775_808_u64)),
        ("integer", "int64", json!(i64::MAX), json!(-1e30)),
    ];
    for version in ["3.0.3", "3.1.0"] {
        for (kind, format, good, bad) in &cases {
            let document = load(version, answering(json!({"type": kind, "format": format})), json!({}));
            assert!(answer(&document).is_valid(good), "{version} {format} {good}");
            let pointer = format!("{ROOT}/format");
            assert_eq!(found(&document, bad), [triple(("", "format", &pointer))], "{version} {format} {bad}");
        }
        let unknown = load(version, answering(json!({"type": "string", "format": "color"})), json!({}));
        assert!(answer(&unknown).is_valid(&json!("x")));
    }
}

#[test]
fn branches_are_named() {
    let components = json!({"schemas": {
        "Filter": {"type": "object", "properties": {"filters": {"type": "object"}, "n": {"type": "integer"}}},
        "Cat": {"type": "object", "required": ["kind", "lives"], "properties": {"kind": {"const": "cat"}}},
        "Dog": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "dog"}, "age": {"type": "integer"}}}
    }});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let cases = [
        (
            json!({"anyOf": [reference("Filter"), {"type": "null"}]}),
            json!({"filters": 7}),
            r#"{"filters":7} is valid under none of the 2 branches of `anyOf`; closest is branch 0 (#/components/schemas/Filter): at /filters: 7 is not of type "object""#,
        ),
        (
            json!({"anyOf": [{"type": "null"}, reference("Filter")]}),
            json!({"filters": 7, "n": "x"}),
            r#"{"filters":7,"n":"x"} is valid under none of the 2 branches of `anyOf`; closest is branch 1 (#/components/schemas/Filter): at /filters: 7 is not of type "object" (and 1 more)"#,
        ),
        (
            json!({"oneOf": [reference("Cat"), reference("Dog")]}),
            json!({"kind": "dog", "age": "x"}),
            r#"{"age":"x","kind":"dog"} is valid under none of the 2 branches of `oneOf`; closest is branch 1 (#/components/schemas/Dog): at /age: "x" is not of type "integer""#,
        ),
        (
            json!({"oneOf": [{"type": "integer"}, {"type": "string"}, {"minimum": 3}]}),
            json!(5),
            "5 is valid under more than one branch of `oneOf`: branch 0, branch 2",
        ),
        (
            json!({"not": {"type": "string"}}),
            json!("a"),
            r#""a" is valid under the schema that `not` forbids"#,
        ),
        (json!({"properties": {"a": false}}), json!({"a": 1}), "1 is not allowed here"),
        (json!({"required": ["id"]}), json!({"other": 1}), r#""id" is a required property"#),
        (json!({"type": "integer"}), json!("7"), r#""7" is not of type "integer""#),
    ];
    for (schema, value, wanted) in cases {
        let document = load("3.1.0", answering(schema.clone()), components.clone());
        let messages: Vec<String> =
            answer(&document).violations(&value).into_iter().map(|one| one.message).collect();
        assert_eq!(messages, [wanted], "{schema}");
    }
}

#[test]
fn messages_are_short() {
    let long = "ä".repeat(10_000);
    let schemas = [
        json!({"type": "integer"}),
        json!({"anyOf": [{"type": "integer"}, {"maxLength": 3}]}),
        json!({"oneOf": [{}, {}]}),
        json!({"enum": [long]}),
        json!({"const": long}),
        json!({"not": {"const": long}}),
        json!({"additionalProperties": false, "not": {}}),
        json!({"propertyNames": {"maxLength": 2}, "type": "string"}),
    ];
    for schema in schemas {
        let document = load("3.1.0", answering(schema.clone()), json!({}));
        for value in [json!(format!("{long}x")), json!([long]), json!({ long.as_str(): long })] {
            for violation in answer(&document).violations(&value) {
                assert!(violation.message.chars().count() <= 401, "{schema}");
                assert!(!violation.message.contains(&"ä".repeat(401)), "{schema}");
            }
        }
    }
    let document = load("3.1.0", answering(json!({"type": "integer"})), json!({}));
    let message = answer(&document).violations(&json!(long)).remove(0).message;
    assert_eq!(message, format!("\"{}… is not of type \"integer\"", "ä".repeat(119)));
}

#[test]
fn read_only_and_write_only_properties_are_required_one_way_only() {
    let components = json!({"schemas": {
        "Base": {"type": "object", "properties": {"id": {"type": "string", "readOnly": true}}},
        "Stamp": {"type": "string", "readOnly": true},
        "User": {"allOf": [{"$ref": "#/components/schemas/Base"}], "type": "object",
            "required": ["id", "name", "password", "created"],
            "properties": {"name": {"type": "string"}, "password": {"type": "string", "writeOnly": true},
                "created": {"$ref": "#/components/schemas/Stamp"}}},
        "Users": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}
    }});
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Users"}}});
    let paths = json!({"/a": {"post": {"operationId": "get", "requestBody": {"content": content},
        "responses": {"200": {"description": "", "content": content}}}}});
    for version in ["3.0.3", "3.1.0"] {
        let document = load(version, paths.clone(), components.clone());
        let operation = document.operation("get").expect("the operation is there");
        let body = operation.request_body.as_ref().and_then(|body| body.content[0].schema.clone());
        let body = body.expect("the body has a schema");
        let required = |violations: Vec<crate::document::Violation>| -> Vec<String> {
            violations.into_iter().map(|one| one.message).collect()
        };
        let missing = |name: &str| format!("\"{name}\" is a required property");
        let empty = json!([{}]);
        assert_eq!(required(body.violations(&empty)), ["name", "password"].map(missing), "{version}");
        assert_eq!(
            required(answer(&document).violations(&empty)),
            ["created", "id", "name"].map(missing),
            "{version}"
        );
        assert_eq!(body.pointer(), "/paths/~1a/post/requestBody/content/application~1json/schema");
        let wanted = json!(["id", "name", "password", "created"]);
        assert_eq!(document.resolve(body.value())["items"]["$ref"], json!("#/components/schemas/User"));
        assert_eq!(document.resolve(&json!({"$ref": "#/components/schemas/User"}))["required"], wanted);
    }
}

#[test]
fn schemas_may_refer_to_themselves() {
    let components = json!({"schemas": {
        "Tree": {"type": "object", "required": ["value"], "properties": {
            "value": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}},
        "Loop": {"$ref": "#/components/schemas/Pool"},
        "Pool": {"$ref": "#/components/schemas/Loop"}
    }});
    for version in ["3.0.3", "3.1.0"] {
        let document =
            load(version, answering(json!({"$ref": "#/components/schemas/Tree"})), components.clone());
        assert!(answer(&document).is_valid(&json!({"value": 1, "children": [{"value": 2}]})));
        let deep = json!({"value": 1, "children": [{"value": 2, "children": [{"value": "x"}, {}]}]});
        let wanted = [
            ("/children/0/children/0/value", "type", "/components/schemas/Tree/properties/value/type"),
            ("/children/0/children/1", "required", "/components/schemas/Tree/required"),
        ];
        assert_eq!(found(&document, &deep), wanted.map(triple), "{version}");
        let schema = json!({"$ref": "#/components/schemas/Loop"});
        assert!(document.resolve(&schema).get("$ref").is_some());
        let nowhere = json!({"$ref": "#/components/schemas/None"});
        assert_eq!(document.resolve(&nowhere), &nowhere);
    }
}

/// Each schema reaches all the others; compiling each on its own at load would take minutes.
#[test]
fn closely_linked_schemas_load() {
    let count = 300;
    let link = |from: usize, step: usize| {
        let target = json!({"$ref": format!("#/components/schemas/S{}", (from * 7 + step * 13) % count)});
        (format!("p{step}"), target)
    };
    let schema = |number| json!({"required": ["p1"], "properties": Value::Object((1..6).map(|step| link(number, step)).collect())});
    let schemas: serde_json::Map<String, Value> =
        (0..count).map(|number| (format!("S{number}"), schema(number))).collect();
    let document =
        load("3.1.0", answering(json!({"$ref": "#/components/schemas/S0"})), json!({"schemas": schemas}));
    let wanted = [("/p1", "required", "/components/schemas/S13/required")];
    assert_eq!(found(&document, &json!({"p1": {}})), wanted.map(triple));
}

#[test]
fn a_discriminator_changes_no_verdict() {
    let pet = |discriminator: Value| json!({"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}], "discriminator": discriminator});
    let components = json!({"schemas": {
        "Cat": {"type": "object", "required": ["kind", "lives"], "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}},
        "Dog": {"type": "object", "required": ["kind", "tricks"], "properties": {"kind": {"type": "string"}, "tricks": {"type": "integer"}}}
    }});
    for version in ["3.0.3", "3.1.0"] {
        for discriminator in [
            json!({"propertyName": "kind"}),
            json!({"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "dog": "Dog"}}),
        ] {
            let document = load(version, answering(pet(discriminator)), components.clone());
            assert!(answer(&document).is_valid(&json!({"kind": "Cat", "lives": 9})), "{version}");
            assert!(answer(&document).is_valid(&json!({"kind": "no such animal", "tricks": 1})), "{version}");
            assert!(!answer(&document).is_valid(&json!({"kind": "Cat"})), "{version}");
        }
    }
}

#[test]
fn unevaluated_properties_are_those_that_no_part_names() {
    let schema = json!({"allOf": [{"properties": {"a": {"type": "integer"}}}], "properties": {"b": {}}, "unevaluatedProperties": false});
    let document = load("3.1.0", answering(schema.clone()), json!({}));
    assert!(answer(&document).is_valid(&json!({"a": 1, "b": 2})));
    let pointer = format!("{ROOT}/unevaluatedProperties");
    assert_eq!(found(&document, &json!({"a": 1, "c": 2})), [triple(("", "unevaluatedProperties", &pointer))]);
    // 3.0 does not have the keyword.
    assert!(answer(&load("3.0.3", answering(schema), json!({}))).is_valid(&json!({"c": 2})));
}
