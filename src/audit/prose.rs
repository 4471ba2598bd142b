//! Prose that the schema beside it contradicts, where that can be told from numbers and a few words.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::{DocumentRule, Remarks};
use crate::document::Document;
use crate::verdict::Level;

pub(super) static PROSE_CONTRADICTS_SCHEMA: DocumentRule = DocumentRule {
    code: "DOC009",
    name: "prose-contradicts-schema",
    level: Level::Should,
    source: "OpenAPI Specification, `description` beside the keywords of JSON Schema 2020-12 Validation",
    summary: "A description that names a default or a bound names that of the schema beside it.",
    why: "Readers go by the prose, programs by the schema, and the server can obey only one of them.",
    check,
};

/// What a description says in numbers, and the keywords that say it.
static SAYINGS: LazyLock<Vec<(Regex, &str, &[&str])>> = LazyLock::new(|| {
    let number = r"\s*[:=]?\s*`?(-?\d+(?:\.\d+)?)`?";
    [
        (
            format!(r"(?i)\bdefaults?(?:\s+(?:to|is|value|of|value is))?{number}\b"),
            "default",
            &["default"][..],
        ),
        (
            format!(r"(?i)\b(?:maximum|max)(?:\s+(?:of|is|value|length|value is|length is))?{number}\b"),
            "maximum",
            &["maximum", "maxLength", "maxItems"][..],
        ),
        (
            format!(r"(?i)\b(?:minimum|min)(?:\s+(?:of|is|value|length|value is|length is))?{number}\b"),
            "minimum",
            &["minimum", "minLength", "minItems"][..],
        ),
        (
            r"(?i)\bbetween\s+`?(-?\d+(?:\.\d+)?)`?\s+and\s+`?-?\d".to_owned(),
            "minimum",
            &["minimum", "minLength", "minItems"][..],
        ),
        (
            r"(?i)\bbetween\s+`?-?\d+(?:\.\d+)?`?\s+and\s+`?(-?\d+(?:\.\d+)?)`?".to_owned(),
            "maximum",
            &["maximum", "maxLength", "maxItems"][..],
        ),
        (
            // A number of something else, such as decimal places, is no bound.
            r"(?i)\b(?:at most|no more than|up to|not exceed)\s+`?(\d+)`?(?:\s+(?:items|results|records|entries|elements|characters|per page)\b|\s*[.,;)]?\s*$)"
                .to_owned(),
            "maximum",
            &["maximum", "maxLength", "maxItems"][..],
        ),
    ]
    .into_iter()
    // The patterns are constants, and a unit test compiles them.
    .filter_map(|(pattern, what, keywords)| Some((Regex::new(&pattern).ok()?, what, keywords)))
    .collect()
});

/// A default that a description names in words.
static DEFAULT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)\bdefaults?(?:\s+(?:to|is|value is))?\s*[:=]?\s*[`"']([a-z_][\w.-]*)[`"']"#).ok()
});

fn check(document: &Document, remarks: &mut Remarks) {
    for part in document.parts() {
        let schema = part.value();
        if let Some(text) = schema.get("description").and_then(Value::as_str) {
            judge(remarks, &part.pointer(), text, schema);
        }
    }
    for operation in document.operations() {
        for parameter in &operation.parameters {
            let raw = document.raw().pointer(&parameter.pointer);
            if let Some(text) = raw.and_then(|raw| raw.get("description")).and_then(Value::as_str) {
                judge(remarks, &parameter.pointer, text, parameter.schema.resolved());
            }
        }
    }
}

fn judge(remarks: &mut Remarks, pointer: &str, text: &str, schema: &Value) {
    let said = DEFAULT.as_ref().and_then(|pattern| pattern.captures(text)?.get(1));
    let value = schema.get("default").and_then(|value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    });
    if let (Some(said), Some(value)) = (said, value)
        && said.as_str() != value
    {
        let said = said.as_str();
        remarks.add(
            pointer,
            format!("the description names a default of `{said}`, the schema's `default` is `{value}`"),
        );
    }
    for (pattern, what, keywords) in SAYINGS.iter() {
        let said = pattern.captures(text).and_then(|found| found.get(1)?.as_str().parse::<f64>().ok());
        let Some(said) = said else { continue };
        let Some((keyword, value)) =
            keywords.iter().find_map(|keyword| Some((keyword, schema.get(*keyword)?)))
        else {
            continue;
        };
        // The numbers are written by hand on both sides; nothing was computed that could be off by a rounding.
        if value.as_f64().is_some_and(|value| value.total_cmp(&said).is_ne()) {
            remarks.add(
                pointer,
                format!("the description names a {what} of {said}, the schema's `{keyword}` is {value}"),
            );
        }
    }
}
