//! The two views of a schema: what a client sends and what a server sends.
//!
//! A `readOnly` property should not be sent in a request, a `writeOnly` one not in a response; when such a property
//! is listed under `required`, the list holds for the other direction only (`OpenAPI` 3.0.3 "Schema Object"; in 3.1 the
//! keywords are annotations, and this is their use in practice).

use serde_json::Value;

use super::pointer::child;
use super::references::References;
use super::walk::subschemas;

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum View {
    /// From the client to the server: parameters and request bodies.
    Request,
    /// From the server to the client: response bodies and headers.
    Response,
}

impl View {
    fn hidden_by(self) -> &'static str {
        match self {
            Self::Request => "readOnly",
            Self::Response => "writeOnly",
        }
    }

    /// Takes the properties that this view does not show out of every `required` list in a schema.
    pub(crate) fn adapt(self, references: &References, schema: &mut Value) {
        for place in subschemas(schema) {
            if let Some(inner) = schema.pointer_mut(&place) {
                self.adapt(references, inner);
            }
        }
        let Some(Value::Array(required)) = schema.get("required") else { return };
        let kept: Vec<Value> = required
            .iter()
            .filter(|name| !name.as_str().is_some_and(|name| self.hides(references, schema, name, 0)))
            .cloned()
            .collect();
        if kept.len() != required.len() {
            schema["required"] = Value::Array(kept);
        }
    }

    /// Whether `schema` declares the property `name`, itself or through `allOf` and `$ref`, and hides it in this view.
    fn hides(self, references: &References, schema: &Value, name: &str, depth: usize) -> bool {
        // Schemas may refer to each other in circles; no sane declaration lies this deep.
        if depth > 16 {
            return false;
        }
        let declared = schema.pointer(&child("/properties", name));
        if declared.is_some_and(|property| self.is_hidden(references, property, depth + 1)) {
            return true;
        }
        let target = references.resolve(schema);
        if !std::ptr::eq(target, schema) && self.hides(references, target, name, depth + 1) {
            return true;
        }
        let parts = schema.get("allOf").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        parts.iter().any(|part| self.hides(references, part, name, depth + 1))
    }

    /// Whether a property's schema carries the mark, itself or through `allOf`, `anyOf` of the upgrade, and `$ref`.
    fn is_hidden(self, references: &References, property: &Value, depth: usize) -> bool {
        if depth > 16 {
            return false;
        }
        if property.get(self.hidden_by()) == Some(&Value::Bool(true)) {
            return true;
        }
        let target = references.resolve(property);
        if !std::ptr::eq(target, property) && self.is_hidden(references, target, depth + 1) {
            return true;
        }
        let parts = property.get("allOf").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        parts.iter().any(|part| self.is_hidden(references, part, depth + 1))
    }
}
