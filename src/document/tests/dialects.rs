//! Schemas of 3.0 mean what 3.0 says, whichever way they are read.

use serde_json::{Value, json};

use super::{answer, answering, load};

/// Schemas that 2020-12 reads otherwise, with values that they take and values that they refuse.
fn cases() -> Vec<(Value, Vec<Value>, Vec<Value>)> {
    vec![
        (json!({"type": "string", "nullable": true}), vec![json!("a"), json!(null)], vec![json!(1)]),
        (
            json!({"type": "string", "nullable": true, "enum": ["a"]}),
            vec![json!("a"), json!(null)],
            vec![json!("b"), json!(1)],
        ),
        (json!({"type": "string"}), vec![json!("a")], vec![json!(null)]),
        (
            json!({"allOf": [{"$ref": "#/components/schemas/N"}], "nullable": true}),
            vec![json!(1), json!(null)],
            vec![json!("a"), json!(0)],
        ),
        (
            json!({"type": "number", "minimum": 1, "exclusiveMinimum": true, "maximum": 3, "exclusiveMaximum": false}),
            vec![json!(1.5), json!(3)],
            vec![json!(1), json!(3.5)],
        ),
        (json!({"type": "integer", "format": "int32"}), vec![json!(1)], vec![json!(1_i64 << 40)]),
        (
            json!({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer", "nullable": true}}},
                "additionalProperties": {"type": "string", "nullable": true}}),
            vec![json!({"a": [1, null], "b": null})],
            vec![json!({"a": null}), json!({"b": 1})],
        ),
        (
            json!({"oneOf": [{"type": "string", "nullable": true}, {"type": "integer"}]}),
            vec![json!(null), json!(1)],
            vec![json!(true)],
        ),
        (json!({"not": {"type": "string", "nullable": true}}), vec![json!(1)], vec![json!(null), json!("a")]),
        (
            json!({"type": "object", "properties": {"nullable": {"type": "boolean"}, "example": {"type": "string"}},
                "required": ["nullable"], "example": {"nullable": true}}),
            vec![json!({"nullable": true})],
            vec![json!({}), json!({"nullable": 1})],
        ),
        (
            json!({"$ref": "#/components/schemas/N", "nullable": true, "maximum": 0}),
            vec![json!(5)],
            vec![json!(null)],
        ),
    ]
}

fn components() -> Value {
    json!({"schemas": {"N": {"type": "integer", "minimum": 0, "exclusiveMinimum": true}}})
}

#[test]
fn schemas_of_3_0_judge_as_3_0_says() {
    for (schema, good, bad) in cases() {
        let document = load("3.0.3", answering(schema.clone()), components());
        for value in good {
            assert!(answer(&document).is_valid(&value), "{schema} refuses {value}");
        }
        for value in bad {
            let violations = answer(&document).violations(&value);
            assert!(!violations.is_empty(), "{schema} takes {value}");
            for violation in violations {
                let place = document.raw().pointer(&violation.schema_pointer);
                assert!(place.is_some(), "{schema} with {value}: {violation:?}");
            }
        }
    }
}

/// The raw way against the typed way: a schema that went through `openapiv3` judges alike.
#[test]
fn the_typed_model_agrees_with_the_raw_document() {
    for (schema, good, bad) in cases() {
        let typed: openapiv3::ReferenceOr<openapiv3::Schema> =
            serde_json::from_value(schema.clone()).unwrap_or_else(|error| panic!("{schema}: {error}"));
        let typed = serde_json::to_value(&typed).unwrap_or_else(|error| panic!("{schema}: {error}"));
        let raw = load("3.0.3", answering(schema.clone()), components());
        let typed = load("3.0.3", answering(typed), components());
        for value in good.iter().chain(&bad) {
            // The crate keeps bounds as floats, so the words may differ; the judgement may not.
            let verdicts = [&raw, &typed].map(|document| {
                let violations = answer(document).violations(value).into_iter();
                violations.map(|one| (one.instance, one.keyword, one.schema_pointer)).collect::<Vec<_>>()
            });
            assert_eq!(verdicts[0], verdicts[1], "{schema} with {value}");
        }
    }
}

#[test]
fn a_nullable_schema_without_a_type_is_judged_by_its_own_keywords() {
    let schema = json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/N"}]});
    let wrapped = json!({"schemas": {
        "N": {"type": "integer"}, "O": {"nullable": true, "properties": {"p": {"type": "string"}}},
        "P": {"$ref": "#/components/schemas/O/properties/p"}
    }});
    let document = load("3.0.3", answering(schema), wrapped);
    let violations = answer(&document).violations(&json!("x"));
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].schema_pointer, "/components/schemas/N/type");
    assert_eq!(violations[0].message, "\"x\" is not of type \"integer\"");
    // A pointer through the schema that the upgrade wrapped still finds its property.
    assert_eq!(document.resolve(&json!({"$ref": "#/components/schemas/P"})), &json!({"type": "string"}));
}

#[test]
fn keywords_of_2020_12_mean_nothing_in_3_0() {
    let schema = json!({"const": 1, "if": {}, "then": false, "patternProperties": {"a": false}});
    let older = load("3.0.3", answering(schema.clone()), json!({}));
    let newer = load("3.1.0", answering(schema), json!({}));
    assert!(answer(&older).is_valid(&json!({"a": 2})));
    assert!(!answer(&newer).is_valid(&json!({"a": 2})));
}

#[test]
fn keywords_of_3_0_mean_nothing_in_3_1() {
    let document = load("3.1.0", answering(json!({"type": "string", "nullable": true})), json!({}));
    assert!(!answer(&document).is_valid(&json!(null)));
    let both = load(
        "3.1.0",
        answering(json!({"type": ["string", "null"], "$ref": "#/components/schemas/N"})),
        json!({"schemas": {"N": {"maxLength": 1}}}),
    );
    assert!(answer(&both).is_valid(&json!(null)));
    assert!(!answer(&both).is_valid(&json!("ab")));
}
