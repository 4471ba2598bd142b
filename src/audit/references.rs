//! References that lead in a circle or nowhere, and path parameters that might be left out.

use serde_json::Value;

use super::DocumentRule;
use crate::document::{Document, Location};
use crate::verdict::Level;

pub(super) static REFERENCE_CIRCULAR: DocumentRule = DocumentRule {
    code: "DOC013",
    name: "reference-circular",
    level: Level::Must,
    source: "JSON Schema 2020-12 Core, section 9.4.1: a schema must not be run into an infinite loop",
    summary: "A schema does not come down to itself by references alone.",
    why: "Nothing says what the value must be, and a program that reads the schema never comes to an end.",
    check: |document, remarks| {
        for part in document.parts() {
            if comes_back(document, part.value(), part.value(), &applied, &mut Vec::new()) {
                remarks.add(
                    part.pointer(),
                    "its references lead back to itself, and nothing else is said of the value",
                );
            }
        }
    },
};

pub(super) static PATH_PARAMETER_OPTIONAL: DocumentRule = DocumentRule {
    code: "DOC014",
    name: "path-parameter-optional",
    level: Level::Must,
    source: "OpenAPI Specification, Parameter Object, `required`: for a parameter in the path it is required, and its value must be true",
    summary: "Every path parameter is `required`.",
    why: "A path without one of its parts is another path, and some programs refuse the whole document.",
    check: |document, remarks| {
        for operation in document.operations() {
            for parameter in operation.parameters.iter().filter(|it| it.location == Location::Path) {
                let raw = document.raw().pointer(&parameter.pointer);
                if raw.is_some_and(|raw| raw.get("required") != Some(&Value::Bool(true))) {
                    remarks.add(
                        &parameter.pointer,
                        format!("`{}` does not say `required: true`", parameter.name),
                    );
                }
            }
        }
    },
};

pub(super) static MAPPING_BROKEN: DocumentRule = DocumentRule {
    code: "DOC015",
    name: "discriminator-mapping-broken",
    level: Level::Must,
    source: "OpenAPI Specification, Discriminator Object, `mapping`",
    summary: "What a discriminator maps a value to is there.",
    why: "A value that is mapped to nothing cannot be read by those who go by the discriminator.",
    check: |document, remarks| {
        for part in document.parts() {
            let mapping = part.value().pointer("/discriminator/mapping").and_then(Value::as_object);
            for (value, target) in mapping.into_iter().flatten() {
                let inside = target.as_str().filter(|target| target.starts_with('#'));
                if let Some(target) = inside.filter(|target| document.reference(target).is_none()) {
                    let place = format!("{}/discriminator/mapping", part.pointer());
                    remarks.add(place, format!("`{value}` is mapped to `{target}`, which leads nowhere"));
                }
            }
        }
    },
};

pub(super) static PATTERN_UNREADABLE: DocumentRule = DocumentRule {
    code: "DOC016",
    name: "pattern-unreadable",
    level: Level::Should,
    source: "JSON Schema 2020-12 Validation, section 6.3.3: `pattern` should be a regular expression of ECMA-262",
    summary: "Every `pattern` is a regular expression of the dialect that JSON Schema names.",
    why: "What programs cannot read they refuse or pass over, so the pattern demands nothing.",
    check: |document, remarks| {
        for part in document.parts().filter(|part| part.value().get("pattern").is_none()) {
            let raw = document.raw().pointer(&part.pointer()).and_then(|raw| raw.get("pattern")?.as_str());
            if let Some(pattern) = raw {
                let place = format!("{}/pattern", part.pointer());
                remarks.add(place, format!("`{pattern}` is no regular expression that can be read"));
            }
        }
    },
};

/// Whether every value of a schema holds a smaller value of the same schema, so that none comes to an end.
pub(super) fn endless(document: &Document, schema: &Value) -> bool {
    comes_back(document, schema, schema, &within, &mut Vec::new())
        && !comes_back(document, schema, schema, &applied, &mut Vec::new())
}

/// Whether one gets from a schema to another by steps that are all taken.
fn comes_back<'a>(
    document: &'a Document,
    from: &'a Value,
    to: &'a Value,
    steps: &dyn Fn(&'a Document, &'a Value) -> Vec<&'a Value>,
    seen: &mut Vec<&'a Value>,
) -> bool {
    steps(document, from).into_iter().any(|next| {
        if std::ptr::eq(next, to) {
            return true;
        }
        if seen.iter().any(|known| std::ptr::eq(*known, next)) {
            return false;
        }
        seen.push(next);
        comes_back(document, next, to, steps, seen)
    })
}

/// What holds for the same value: what a schema refers to, and its parts.
fn applied<'a>(document: &'a Document, schema: &'a Value) -> Vec<&'a Value> {
    let target =
        schema.get("$ref").and_then(Value::as_str).and_then(|reference| document.reference(reference));
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    target.into_iter().chain(parts).collect()
}

/// What holds for the same value, and for what every value of a schema holds.
fn within<'a>(document: &'a Document, schema: &'a Value) -> Vec<&'a Value> {
    applied(document, schema).into_iter().chain(held(schema)).collect()
}

/// What every value of a schema holds: the members that an object requires.
fn held(schema: &Value) -> Vec<&Value> {
    if schema.get("type").is_some_and(|kind| kind != "object") {
        return Vec::new();
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    required.filter_map(|name| schema.get("properties")?.get(name.as_str()?)).collect()
}
