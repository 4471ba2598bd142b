//! Generated values against a validator.

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use serde_json::{Value, json};
use specproof::generate::{body_specimens, instance, wire_specimens};

/// Schemas that can be satisfied.
fn schema() -> impl Strategy<Value = Value> {
    let bounds = |most: u64| (0..most).prop_flat_map(move |low| (Just(low), low..=low + most));
    let leaf = prop_oneof![
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "null"})),
        Just(json!({"type": "string", "format": "date-time"})),
        Just(json!({"type": "string", "format": "uuid"})),
        Just(json!({"type": "string", "pattern": "^[a-z]{2,5}-[0-9]+$"})),
        bounds(20).prop_map(|(low, high)| json!({"type": "string", "minLength": low, "maxLength": high})),
        bounds(1000).prop_map(|(low, high)| json!({"type": "integer", "minimum": low, "maximum": high})),
        (-50_i64..50, 1_i64..50).prop_map(
            |(low, span)| json!({"type": "number", "exclusiveMinimum": low, "maximum": low + span})
        ),
        (1_u64..9).prop_map(|step| json!({"type": "integer", "multipleOf": step})),
        prop::collection::btree_set("[a-z]{1,6}", 1..5).prop_map(|words| json!({"enum": words})),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let members = prop::collection::btree_map("[a-z]{1,4}", (inner.clone(), any::<bool>()), 0..4);
        let object = (members, any::<bool>()).prop_map(|(members, open)| {
            let required: Vec<&String> = members.iter().filter(|(_, (_, needed))| *needed).map(|(name, _)| name).collect();
            let properties: serde_json::Map<String, Value> =
                members.iter().map(|(name, (schema, _))| (name.clone(), schema.clone())).collect();
            json!({"type": "object", "properties": properties, "required": required, "additionalProperties": open})
        });
        let array = (inner.clone(), 0_u64..3, 0_u64..4).prop_map(|(items, least, span)| {
            json!({"type": "array", "items": items, "minItems": least, "maxItems": least + span})
        });
        let either = (inner.clone(), inner).prop_map(|(a, b)| json!({"anyOf": [a, b]}));
        prop_oneof![object, array, either]
    })
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .expect("the schemas of this test are sound")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_instance_obeys_its_schema(schema in schema(), seed: u64) {
        let validator = validator(&schema);
        let made = instance(&schema, &|_| None, &|value| validator.is_valid(value), &mut ChaCha8Rng::seed_from_u64(seed));
        let made = made.expect("a schema that can be satisfied has an instance");
        prop_assert!(validator.is_valid(&made), "{made} does not obey {schema}");
    }

    #[test]
    fn a_specimen_is_what_it_is_said_to_be_and_differs_in_one_place(schema in schema(), seed: u64) {
        let validator = validator(&schema);
        let is_valid = |value: &Value| validator.is_valid(value);
        let base = instance(&schema, &|_| None, &is_valid, &mut ChaCha8Rng::seed_from_u64(seed)).expect("there is one");
        for specimen in body_specimens(&schema, &|_| None, &is_valid, &base) {
            prop_assert_eq!(specimen.valid, validator.is_valid(&specimen.value), "{} of {}", specimen.label, schema);
            // With the base's own value put back in its place, all is as it was.
            let mut mended = specimen.value.clone();
            if let (Some(place), Some(usual)) = (mended.pointer_mut(&specimen.place), base.pointer(&specimen.place)) {
                usual.clone_into(place);
                prop_assert!(validator.is_valid(&mended), "{}: more than {} differs", specimen.label, specimen.place);
            }
        }
    }

    #[test]
    fn a_text_for_a_parameter_is_valid_in_some_reading_or_in_none(schema in schema()) {
        let validator = validator(&schema);
        let is_valid = |value: &Value| validator.is_valid(value);
        for specimen in wire_specimens(&schema, &|_| None, &is_valid) {
            let as_json: Option<Value> = serde_json::from_str(&specimen.text).ok();
            let as_text = Value::from(specimen.text.as_str());
            let some_reading = validator.is_valid(&as_text) || as_json.is_some_and(|value| validator.is_valid(&value));
            if !specimen.valid && !specimen.lenient {
                prop_assert!(!some_reading, "{:?} is valid for {schema}", specimen.text);
            }
        }
    }
}
