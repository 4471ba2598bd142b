//! A compiled schema of a document, and what it finds wrong with a value.

use std::sync::Arc;

use jsonschema::{Draft, Registry, Resource, ValidationError, Validator};
use serde_json::{Value, json};

use super::error::DocumentError;
use super::references::{References, root_uri};
use super::view::View;
use super::violation::{Violation, describe};

/// A schema of a document, compiled. Cloning it copies a pointer.
#[derive(Clone)]
pub struct Schema {
    inner: Arc<Compiled>,
}

struct Compiled {
    references: Arc<References>,
    number: usize,
    validator: Arc<Validator>,
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Schema").field(&self.pointer()).finish()
    }
}

impl Schema {
    /// JSON pointer to the schema in the document.
    pub fn pointer(&self) -> &str {
        self.inner.references.roots().get(self.inner.number).map_or("", String::as_str)
    }

    /// The schema as JSON Schema 2020-12, with its `$ref`s in place; see [`Document::resolve`](super::Document::resolve).
    pub fn value(&self) -> &Value {
        self.inner.references.root(self.inner.number).unwrap_or(&Value::Bool(true))
    }

    /// The schema behind its `$ref`s.
    pub fn resolved(&self) -> &Value {
        self.inner.references.resolve(self.value())
    }

    /// The value of a keyword: the schema's own, else that of the schema behind its `$ref`.
    pub fn keyword(&self, keyword: &str) -> Option<&Value> {
        self.value().get(keyword).or_else(|| self.resolved().get(keyword))
    }

    /// Whether `value` is valid.
    pub fn is_valid(&self, value: &Value) -> bool {
        self.inner.validator.is_valid(value)
    }

    /// Everything that is wrong with `value`, ordered by place in the value and then in the document; empty when the
    /// value is valid.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        let errors: Vec<ValidationError<'_>> = self.inner.validator.iter_errors(value).collect();
        describe(&self.inner.references, &errors)
    }
}

/// All schemas of a document, compiled, for each view.
pub(crate) struct Schemas {
    references: Arc<References>,
    request: Vec<Arc<Validator>>,
    response: Vec<Arc<Validator>>,
}

impl Schemas {
    /// Compiles every schema of a document.
    pub(crate) fn compile(file: &str, references: Arc<References>) -> Result<Self, DocumentError> {
        let request = references.resource(|references, schema| View::Request.adapt(references, schema))?;
        let response = references.resource(|references, schema| View::Response.adapt(references, schema))?;
        // Most documents have neither `readOnly` nor `writeOnly`, and then one set of validators serves both views.
        let shared = request == response;
        let request = validators(file, &references, request)?;
        let response = if shared { request.clone() } else { validators(file, &references, response)? };
        Ok(Self { references, request, response })
    }

    /// The schema at a pointer into the document.
    pub(crate) fn get(&self, pointer: &str, view: View) -> Option<Schema> {
        let number = self.references.number(pointer)?;
        let validators = match view {
            View::Request => &self.request,
            View::Response => &self.response,
        };
        let validator = Arc::clone(validators.get(number)?);
        Some(Schema {
            inner: Arc::new(Compiled { references: Arc::clone(&self.references), number, validator }),
        })
    }
}

fn validators(
    file: &str,
    references: &References,
    resource: Value,
) -> Result<Vec<Arc<Validator>>, DocumentError> {
    let refuse =
        |pointer: String, message: String| DocumentError::Schema { file: file.to_owned(), pointer, message };
    let registry = Registry::new()
        .draft(Draft::Draft202012)
        .add(super::references::BASE, Resource::from_contents(resource))
        .and_then(|builder| builder.prepare())
        .map_err(|error| refuse(String::new(), error.to_string()))?;
    let mut validators = Vec::with_capacity(references.roots().len());
    for (number, pointer) in references.roots().iter().enumerate() {
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .offline()
            .with_registry(&registry)
            .build(&json!({ "$ref": root_uri(number) }))
            .map_err(|error| {
                let place = error
                    .absolute_keyword_location()
                    .and_then(|uri| references.document_location(uri.as_str()));
                refuse(
                    place.unwrap_or_else(|| pointer.clone()),
                    super::violation::summary(references, &error),
                )
            })?;
        validators.push(Arc::new(validator));
    }
    Ok(validators)
}
