//! Values and the schemas that hold for them, side by side: what a rule needs that asks of a keyword which no validator looks at.

use serde_json::Value;

use crate::document::{Document, pointer};

/// How deep schemas and values are followed.
const DEEPEST: usize = 24;

/// Calls `see` with every place of a value (a JSON pointer), a schema that holds there, and the value. Members, elements and `allOf` are followed, and
/// references; alternatives are not, since only one of them may hold. Where `see` says `false`, nothing below is looked at.
pub(super) fn visit<'a>(
    document: &'a Document,
    (schema, value): (&'a Value, &'a Value),
    (at, depth): (&str, usize),
    see: &mut dyn FnMut(&str, &'a Value, &'a Value) -> bool,
) {
    if depth > DEEPEST || !see(at, schema, value) {
        return;
    }
    let resolved = document.resolve(schema);
    if !std::ptr::eq(resolved, schema) && !see(at, resolved, value) {
        return;
    }
    for part in resolved.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        visit(document, (part, value), (at, depth + 1), see);
    }
    match value {
        Value::Object(members) => {
            let schemas = resolved.get("properties").and_then(Value::as_object);
            for (name, next) in schemas.into_iter().flatten() {
                if let Some(value) = members.get(name) {
                    let at = pointer::child(at, name);
                    visit(document, (next, value), (&at, depth + 1), see);
                }
            }
        }
        Value::Array(items) => {
            if let Some(next) = resolved.get("items") {
                for (index, value) in items.iter().enumerate() {
                    visit(document, (next, value), (&format!("{at}/{index}"), depth + 1), see);
                }
            }
        }
        _ => {}
    }
}
