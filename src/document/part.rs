//! [`Part`]: any schema of a document, also one inside another, with the values that the document itself gives for it.

use serde_json::{Value, json};

use super::pointer::to_fragment;
use super::references::root_uri;
use super::schema::Schema;
use super::violation::{Violation, describe};
use super::walk::subschemas;

/// A schema of a document, also one that stands inside another.
#[derive(Clone, Debug)]
pub struct Part {
    /// The outermost schema around it.
    root: Schema,
    /// JSON pointer from the outermost schema, as 2020-12.
    path: String,
}

impl Part {
    /// A schema and all that stand inside it, from the outside in.
    pub(crate) fn all_of(root: &Schema) -> Vec<Self> {
        let mut parts = vec![Self { root: root.clone(), path: String::new() }];
        let mut at = 0;
        while at < parts.len() {
            let inner: Vec<String> = subschemas(parts[at].value());
            for place in inner {
                let path = format!("{}{place}", parts[at].path);
                parts.push(Self { root: root.clone(), path });
            }
            at += 1;
        }
        parts
    }

    /// The schema as JSON Schema 2020-12, with its `$ref`s in place.
    pub fn value(&self) -> &Value {
        self.root.value().pointer(&self.path).unwrap_or(&Value::Null)
    }

    /// JSON pointer to the schema in the document.
    pub fn pointer(&self) -> String {
        self.root.references().document_pointer(self.root.number(), &self.path)
    }

    /// Everything that is wrong with a value; empty also where the schema cannot be compiled on its own.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        let reference = format!("{}{}", root_uri(self.root.number()), to_fragment(&self.path));
        let Ok(validator) = self.root.compile(&json!({ "$ref": reference })) else { return Vec::new() };
        let errors: Vec<_> = validator.iter_errors(value).collect();
        describe(self.root.references(), &errors)
    }
}
