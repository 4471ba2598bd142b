//! A compiled schema of a document, and what it finds wrong with a value.

use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, Registry, Resource, ValidationError, Validator};
use serde_json::{Value, json};

use super::error::DocumentError;
use super::pointer::to_fragment;
use super::references::{BASE, References, root_uri};
use super::view::View;
use super::violation::{Violation, build_message, describe};

/// The most errors that are looked at in one value; a list of a million wrong items would otherwise give a million of them.
const MOST_ERRORS: usize = 1000;

/// A schema of a document, checked at load. Cloning it copies a pointer.
#[derive(Clone)]
pub struct Schema {
    inner: Arc<Compiled>,
}

struct Compiled {
    references: Arc<References>,
    view: Arc<ViewSchemas>,
    number: usize,
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
        self.validator().is_ok_and(|validator| validator.is_valid(value))
    }

    /// Everything that is wrong with `value`, ordered by place in the value and then in the document; empty when the
    /// value is valid.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        match self.validator() {
            Ok(validator) => {
                let errors: Vec<ValidationError<'_>> =
                    validator.iter_errors(value).take(MOST_ERRORS).collect();
                describe(&self.inner.references, &errors)
            }
            Err(message) => vec![Violation {
                instance: String::new(),
                keyword: "$ref".to_owned(),
                schema_pointer: self.pointer().to_owned(),
                message: format!("the schema cannot be used: {message}"),
            }],
        }
    }

    pub(crate) fn references(&self) -> &References {
        &self.inner.references
    }

    /// The number of the outermost schema that this one is.
    pub(crate) fn number(&self) -> usize {
        self.inner.number
    }

    /// Compiles a schema that may refer to those of the document.
    pub(crate) fn compile(&self, schema: &Value) -> Result<Validator, ValidationError<'static>> {
        self.inner.view.build(schema)
    }

    fn validator(&self) -> Result<&Validator, &str> {
        let Some(cell) = self.inner.view.validators.get(self.inner.number) else {
            return Err("it is unknown");
        };
        cell.get_or_init(|| {
            self.inner.view.build(&root_reference(self.inner.number)).map_err(|error| error.to_string())
        })
        .as_ref()
        .map_err(String::as_str)
    }
}

/// All schemas of a document, for each view.
pub(crate) struct Schemas {
    references: Arc<References>,
    request: Arc<ViewSchemas>,
    response: Arc<ViewSchemas>,
}

/// The schemas of one view.
///
/// All of them are compiled together once, as a check. A validator of its own each gets at its first use: it holds
/// everything that its schema reaches, so to build them all would cost the square of a document whose schemas are
/// closely linked.
struct ViewSchemas {
    registry: Registry<'static>,
    validators: Vec<OnceLock<Result<Validator, String>>>,
}

impl Schemas {
    /// Compiles every schema of a document.
    pub(crate) fn compile(file: &str, references: Arc<References>) -> Result<Self, DocumentError> {
        let request = references.resource(|references, schema| View::Request.adapt(references, schema))?;
        let response = references.resource(|references, schema| View::Response.adapt(references, schema))?;
        // Most documents have neither `readOnly` nor `writeOnly`, and then one set of validators serves both views.
        let shared = request == response;
        let request = Arc::new(ViewSchemas::new(file, &references, request)?);
        let response = if shared {
            Arc::clone(&request)
        } else {
            Arc::new(ViewSchemas::new(file, &references, response)?)
        };
        Ok(Self { references, request, response })
    }

    /// Every schema that stands inside no other, as responses are read.
    pub(crate) fn outermost(&self) -> Vec<Schema> {
        (0..self.references.roots().len())
            .map(|number| {
                let compiled = Compiled {
                    references: Arc::clone(&self.references),
                    view: Arc::clone(&self.response),
                    number,
                };
                Schema { inner: Arc::new(compiled) }
            })
            .collect()
    }

    /// The schema at a pointer into the document.
    pub(crate) fn get(&self, pointer: &str, view: View) -> Option<Schema> {
        let number = self.references.number(pointer)?;
        let view = match view {
            View::Request => &self.request,
            View::Response => &self.response,
        };
        let compiled = Compiled { references: Arc::clone(&self.references), view: Arc::clone(view), number };
        Some(Schema { inner: Arc::new(compiled) })
    }
}

impl ViewSchemas {
    fn new(file: &str, references: &References, resource: Value) -> Result<Self, DocumentError> {
        let refuse = |pointer: String, message: String| DocumentError::Schema {
            file: file.to_owned(),
            pointer,
            message,
        };
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(BASE, Resource::from_contents(resource))
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(|error| refuse(String::new(), error.to_string()))?;
        let count = references.roots().len();
        let view = Self { registry, validators: (0..count).map(|_| OnceLock::new()).collect() };
        if count > 0 {
            let all: Vec<Value> = (0..count).map(root_reference).collect();
            view.build(&json!({ "anyOf": all })).map_err(|error| {
                // A schema is at fault as an instance of its meta-schema, so its place is the instance's.
                let uri = format!("{BASE}#{}", to_fragment(error.instance_path().as_str()));
                let place = references.document_location(&uri).unwrap_or_default();
                let message = build_message(references, &place, &error);
                refuse(place, message)
            })?;
        }
        Ok(view)
    }

    fn build(&self, schema: &Value) -> Result<Validator, ValidationError<'static>> {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .offline()
            .with_registry(&self.registry)
            .build(schema)
    }
}

fn root_reference(number: usize) -> Value {
    json!({ "$ref": root_uri(number) })
}
