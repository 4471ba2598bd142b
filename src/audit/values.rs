//! Values that the document itself gives: examples and defaults must obey the schemas they illustrate.

use serde_json::Value;

use super::{DocumentRule, Remarks};
use crate::document::pointer::child;
use crate::document::{Document, MediaType, Violation};
use crate::verdict::Level;

pub(super) static EXAMPLE_BREAKS_SCHEMA: DocumentRule = DocumentRule {
    code: "DOC002",
    name: "example-breaks-schema",
    level: Level::Should,
    source: "OpenAPI Specification, Media Type Object and Schema Object, `example` and `examples`",
    summary: "Every example obeys the schema that it stands beside.",
    why: "Readers copy examples, and mock servers answer with them: what they show and what the schema says cannot both be right.",
    check: examples,
};

pub(super) static DEFAULT_BREAKS_SCHEMA: DocumentRule = DocumentRule {
    code: "DOC003",
    name: "default-breaks-schema",
    level: Level::Must,
    source: "OpenAPI Specification 3.0.3, Schema Object, `default`; JSON Schema 2020-12 Validation, section 9.2",
    summary: "Every default obeys its own schema.",
    why: "A client that writes the default out is refused, while one that leaves it out is served.",
    check: |document, remarks| {
        for part in document.parts() {
            if let Some(value) = part.value().get("default") {
                judge(
                    remarks,
                    &format!("{}/default", part.pointer()),
                    "the default",
                    &part.violations(value),
                );
            }
        }
    },
};

fn examples(document: &Document, remarks: &mut Remarks) {
    for part in document.parts() {
        let schema = part.value();
        if let Some(value) = schema.get("example") {
            judge(remarks, &format!("{}/example", part.pointer()), "the example", &part.violations(value));
        }
        for (index, value) in
            schema.get("examples").and_then(Value::as_array).into_iter().flatten().enumerate()
        {
            let mut place = format!("{}/examples/{index}", part.pointer());
            // Documents of 3.0 have one example.
            let own = format!("{}/example", part.pointer());
            if document.raw().pointer(&place).is_none() && document.raw().pointer(&own).is_some() {
                place = own;
            }
            judge(remarks, &place, "the example", &part.violations(value));
        }
    }
    for operation in document.operations() {
        let content = operation.request_body.iter().flat_map(|body| &body.content);
        let answers = operation.responses.iter().flat_map(|response| &response.content);
        for media_type in content.chain(answers) {
            of_media_type(document, remarks, media_type);
        }
        for parameter in &operation.parameters {
            for (place, value) in beside(document, &parameter.pointer) {
                judge(remarks, &place, "the example", &parameter.schema.violations(value));
            }
        }
    }
}

fn of_media_type(document: &Document, remarks: &mut Remarks, media_type: &MediaType) {
    let json = media_type.matches("application/json") || media_type.range.contains("+json");
    let Some(schema) = media_type.schema.as_ref().filter(|_| json) else { return };
    for (place, value) in beside(document, &media_type.pointer) {
        judge(remarks, &place, "the example", &schema.violations(value));
    }
}

/// The examples that stand beside a schema, with their places; those in other files are left out.
fn beside<'d>(document: &'d Document, pointer: &str) -> Vec<(String, &'d Value)> {
    let Some(object) = document.raw().pointer(pointer) else { return Vec::new() };
    let one = object.get("example").map(|value| (format!("{pointer}/example"), value));
    let several = object.get("examples").and_then(Value::as_object).into_iter().flatten();
    let named = several.filter_map(|(name, example)| {
        let (place, example) = match example.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let target = reference.strip_prefix('#')?;
                (target.to_owned(), document.raw().pointer(target)?)
            }
            None => (child(&format!("{pointer}/examples"), name), example),
        };
        Some((format!("{place}/value"), example.get("value")?))
    });
    one.into_iter().chain(named).collect()
}

fn judge(remarks: &mut Remarks, place: &str, what: &str, violations: &[Violation]) {
    if let Some(first) = violations.first() {
        let at = if first.instance.is_empty() { String::new() } else { format!(" at {}", first.instance) };
        remarks.add(place, format!("{what} breaks its schema{at}: {}", first.message));
    }
}
