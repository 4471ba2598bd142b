//! The JSON Schemas: as they are checked in, and obeyed by what specproof reads and writes.

use std::fs;

use serde_json::Value;

use super::program::specproof;

fn schema(kind: &str) -> Value {
    let done = specproof(&["schema", kind]);
    done.assert(0, &[]);
    serde_json::from_str(&done.stdout).unwrap()
}

#[track_caller]
fn assert_obeys(schema: &Value, instance: &Value, place: &str) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{place}: {errors:#?}");
}

fn toml(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

#[test]
fn the_schemas_are_current() {
    for kind in ["config", "known-failures", "suite", "events"] {
        let path = format!("{}/docs/schema/{kind}.json", env!("CARGO_MANIFEST_DIR"));
        let printed = specproof(&["schema", kind]).stdout;
        let mend = format!("run `specproof schema {kind} > docs/schema/{kind}.json`");
        assert!(fs::read_to_string(path).unwrap_or_default() == printed, "{mend}");
    }
}

#[test]
fn the_bundled_suites_obey_their_schema() {
    let schema = schema("suite");
    for suite in specproof::setup::BUNDLED.iter().map(|bundled| bundled.name) {
        let path = format!("{}/specs/{suite}/suite.toml", env!("CARGO_MANIFEST_DIR"));
        let mut instance = toml(&fs::read_to_string(path).unwrap());
        assert_obeys(&schema, &instance, suite);
        instance["resorces"] = Value::Null;
        assert!(!jsonschema::is_valid(&schema, &instance), "a slip in a key is an error in {suite}");
    }
}

#[test]
fn the_example_of_a_configuration_obeys_its_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/specproof.toml");
    let text = fs::read_to_string(path).unwrap();
    specproof::config::Config::load("docs/specproof.toml", &text).unwrap();
    assert_obeys(&schema("config"), &toml(&text), path);
}

#[test]
fn every_line_of_a_recording_obeys_the_schema_of_events() {
    let done = specproof(&[
        "check",
        "--suite",
        "elizaos",
        "--fault",
        "elizaos-has-more-never",
        "--report",
        "jsonl=-",
    ]);
    let schema = schema("events");
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (number, line) in done.stdout.lines().enumerate() {
        let event: Value = serde_json::from_str(line).unwrap();
        if let Err(error) = validator.validate(&event) {
            panic!("line {}: {}: {error}", number + 1, error.instance_path());
        }
    }
    assert!(done.stdout.lines().count() > 100);
}
