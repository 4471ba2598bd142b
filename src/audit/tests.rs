//! Each rule on documents: one document that trips it, and one that comes close and must not.

use super::{DOCUMENT_RULES, audit};
use crate::document::Document;

/// The codes that a document trips. `get` is put into a GET of a list, `schemas` into the components.
fn codes(get: &str, schemas: &str) -> Vec<&'static str> {
    let text = format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "T", "version": "1"}},
            "paths": {{"/things": {{"get": {{"operationId": "list", {get}}}}}}},
            "components": {{"schemas": {{{schemas}}}}}}}"#
    );
    let document = Document::from_text("t.json", &text).expect("the document can be read");
    let mut codes: Vec<_> = audit(&document).into_iter().map(|remark| remark.rule).collect();
    codes.dedup();
    codes
}

const ANSWER: &str = r#""responses": {"200": {"description": "", "content": {"application/json": {"schema": {"type": "array"}}}},
    "400": {"description": ""}}"#;

fn with_schema(schema: &str) -> Vec<&'static str> {
    codes(ANSWER, &format!(r#""S": {schema}"#))
}

fn with_parameter(parameter: &str) -> Vec<&'static str> {
    codes(&format!(r#""parameters": [{parameter}], {ANSWER}"#), "")
}

fn with_answer(answer: &str) -> Vec<&'static str> {
    codes(&format!(r#""responses": {answer}"#), "")
}

#[test]
fn schemas_are_judged() {
    let nothing: [&str; 0] = [];
    let cases: [(&str, &[&str]); 37] = [
        (r#"{"type": "string", "examples": [1]}"#, &["DOC002"]),
        (r#"{"type": "string", "example": 1}"#, &["DOC002"]),
        (r#"{"type": "string", "examples": ["1"], "example": "x"}"#, &nothing),
        (r#"{"properties": {"a": {"type": "integer", "default": "one"}}}"#, &["DOC003"]),
        (r#"{"properties": {"a": {"type": ["integer", "null"], "default": null}}}"#, &nothing),
        (r#"{"type": "string", "minLength": 5, "maxLength": 4}"#, &["DOC004"]),
        (r#"{"type": "string", "minLength": 4, "maxLength": 4}"#, &nothing),
        (r#"{"type": "number", "exclusiveMinimum": 4, "maximum": 4}"#, &["DOC004"]),
        (r#"{"type": "integer", "enum": ["a", "b"]}"#, &["DOC004"]),
        (r#"{"type": "integer", "enum": ["a", 1]}"#, &nothing),
        (r#"{"type": "string", "const": 1}"#, &["DOC004"]),
        (r#"{"required": ["a"], "properties": {"b": {}}, "additionalProperties": false}"#, &["DOC004"]),
        (r#"{"required": ["a"], "properties": {"a": {}}, "additionalProperties": false}"#, &nothing),
        (r#"{"type": "string", "pattern": "[open"}"#, &["DOC016"]),
        (r#"{"type": "string", "pattern": "^(?!x)[a-z]+$"}"#, &nothing),
        (r#"{"required": ["a"], "properties": {"a": false}}"#, &["DOC004"]),
        (r#"{"properties": {"a": false}}"#, &nothing),
        (r#"{"allOf": [{"type": "integer"}, {"type": "string"}]}"#, &["DOC004"]),
        (r#"{"allOf": [{"type": "integer"}, {"type": ["number", "null"]}]}"#, &nothing),
        (
            r#"{"allOf": [{"properties": {"a": {}}, "additionalProperties": false}, {"required": ["b"]}]}"#,
            &["DOC004"],
        ),
        (
            r#"{"allOf": [{"properties": {"a": {}}, "additionalProperties": false}, {"required": ["a"]}]}"#,
            &nothing,
        ),
        (r##"{"required": ["a"], "properties": {"a": {"$ref": "#/components/schemas/S"}}}"##, &["DOC004"]),
        (r##"{"properties": {"a": {"$ref": "#/components/schemas/S"}}}"##, &nothing),
        (r##"{"$ref": "#/components/schemas/S"}"##, &["DOC013"]),
        (r##"{"items": {"$ref": "#/components/schemas/S"}}"##, &nothing),
        (
            r##"{"discriminator": {"propertyName": "k", "mapping": {"a": "#/components/schemas/T"}}}"##,
            &["DOC015"],
        ),
        (
            r##"{"discriminator": {"propertyName": "k", "mapping": {"a": "#/components/schemas/S"}}}"##,
            &nothing,
        ),
        (
            r#"{"type": "integer", "description": "Between 1 and 100.", "minimum": 1, "maximum": 50}"#,
            &["DOC009"],
        ),
        (r#"{"type": "string", "description": "Up to 20 characters.", "maxLength": 10}"#, &["DOC009"]),
        (r#"{"type": "number", "description": "Up to 2 decimal places.", "maximum": 10}"#, &nothing),
        (r#"{"type": "string", "description": "Defaults to `closed`.", "default": "open"}"#, &["DOC009"]),
        (r#"{"type": "string", "description": "Defaults to `open`.", "default": "open"}"#, &nothing),
        (r#"{"type": "integer", "description": "Maximum: 100", "maximum": 50}"#, &["DOC009"]),
        (r#"{"type": "integer", "description": "at most, max 100", "maximum": 100}"#, &nothing),
        (r#"{"type": "integer", "description": "defaults to 10.", "default": 20}"#, &["DOC009"]),
        (
            r#"{"type": "integer", "description": "Default 20; a minimum of 1.", "default": 20, "minimum": 1}"#,
            &nothing,
        ),
        (r#"{"type": "integer", "description": "the default of 3 services", "maximum": 20}"#, &nothing),
    ];
    for (schema, wanted) in cases {
        assert_eq!(with_schema(schema), wanted, "{schema}");
    }
}

#[test]
fn parameters_are_judged() {
    let nothing: [&str; 0] = [];
    let cases: [(&str, &[&str]); 8] = [
        (r#"{"name": "id", "in": "path", "schema": {"type": "string"}}"#, &["DOC011", "DOC014"]),
        (r#"{"name": "limit", "in": "query", "schema": {"type": "integer"}}"#, &["DOC007"]),
        (r#"{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}}"#, &nothing),
        (
            r#"{"name": "page[size]", "in": "query", "schema": {"anyOf": [{"type": "integer", "maximum": 9}, {"type": "null"}]}}"#,
            &nothing,
        ),
        (r#"{"name": "first", "in": "query", "schema": {"type": "string"}}"#, &nothing),
        (r#"{"name": "q", "in": "query", "schema": {"type": "string"}, "example": 5}"#, &["DOC002"]),
        (
            r#"{"name": "q", "in": "query", "schema": {"type": "string"}, "examples": {"a": {"value": 5}}}"#,
            &["DOC002"],
        ),
        (r#"{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}"#, &["DOC011"]),
    ];
    for (parameter, wanted) in cases {
        assert_eq!(with_parameter(parameter), wanted, "{parameter}");
    }
}

#[test]
fn answers_are_judged() {
    let nothing: [&str; 0] = [];
    let object = |schema: &str| {
        format!(
            r#"{{"200": {{"description": "", "content": {{"application/json": {{"schema": {schema}}}}}}}}}"#
        )
    };
    let cases: [(String, &[&str]); 7] = [
        (r#"{"200": {"description": ""}}"#.to_owned(), &["DOC005"]),
        (r#"{"204": {"description": ""}}"#.to_owned(), &nothing),
        (r#"{"202": {"description": ""}}"#.to_owned(), &nothing),
        (r#"{"200": {"description": "", "content": {"application/json": {}}}}"#.to_owned(), &["DOC005"]),
        (object(r#"{"properties": {"a": {}}}"#), &["DOC006"]),
        (object(r#"{"properties": {"a": {}}, "required": ["a"]}"#), &nothing),
        (r#"{"400": {"description": ""}}"#.to_owned(), &["DOC012"]),
    ];
    for (answer, wanted) in cases {
        assert_eq!(with_answer(&answer), wanted, "{answer}");
    }
}

#[test]
fn cursors_are_compared_with_the_parameters_they_go_back_into() {
    let nothing: [&str; 0] = [];
    let cases: [(&str, &str, &[&str]); 4] = [
        ("string", r#"{"cursors": {"properties": {"before": {"type": "integer"}}}}"#, &["DOC008"]),
        ("integer", r#"{"cursors": {"properties": {"before": {"type": ["integer", "null"]}}}}"#, &nothing),
        ("string", r#"{"next_before": {"type": "integer"}}"#, &["DOC008"]),
        // An item's own member is no cursor.
        (
            "string",
            r#"{"items": {"type": "array", "items": {"properties": {"before": {"type": "integer"}}}}}"#,
            &nothing,
        ),
    ];
    for (kind, properties, wanted) in cases {
        let get = format!(
            r#""parameters": [{{"name": "before", "in": "query", "schema": {{"type": "{kind}"}}}}],
            "responses": {{"200": {{"description": "", "content": {{"application/json": {{"schema":
            {{"properties": {properties}, "minProperties": 1}}}}}}}}}}"#
        );
        assert_eq!(codes(&get, ""), wanted, "{properties}");
    }
}

#[test]
fn operations_that_can_be_asked_wrongly_document_it() {
    let answer =
        r#""responses": {"200": {"description": "", "content": {"application/json": {"schema": {}}}}}"#;
    for (schema, wanted) in
        [(r#"{"type": "integer", "minimum": 1}"#, vec!["DOC010"]), (r#"{"type": "string"}"#, vec![])]
    {
        let get = format!(r#""parameters": [{{"name": "q", "in": "query", "schema": {schema}}}], {answer}"#);
        assert_eq!(codes(&get, ""), wanted, "{schema}");
    }
}

#[test]
fn every_rule_has_a_code_of_its_own_in_order() {
    let codes: Vec<_> = DOCUMENT_RULES.iter().map(|rule| rule.code).collect();
    let wanted: Vec<String> = (1..=codes.len()).map(|number| format!("DOC{number:03}")).collect();
    assert_eq!(codes, wanted);
}
