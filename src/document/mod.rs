//! An `OpenAPI` document, ready to be asked: its operations, and schemas that judge values.
//!
//! The main type is [`Document`]. Versions 3.0 and 3.1 meet in one model: a list of [`Operation`]s with references
//! followed and parameters merged, and [`Schema`]s compiled as JSON Schema 2020-12 from the raw text, since no typed
//! model keeps a schema whole. Everything is checked at load, so that a broken document is named with its place before
//! the first request is sent; and every part knows its JSON pointer, so that a finding can say where its basis stands.

mod error;
mod extent;
mod files;
mod lines;
mod model;
mod part;
pub(crate) mod pointer;
mod reader;
mod references;
mod schema;
mod shape;
#[cfg(test)]
mod tests;
mod text;
mod upgrade;
mod version;
mod view;
mod violation;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

pub use error::DocumentError;
pub use lines::Lines;
pub use model::{
    Header, Location, MediaType, Operation, Parameter, ParameterStyle, RequestBody, Response, SecurityScheme,
    Server, StatusKey, Version,
};
pub use part::Part;
pub use schema::Schema;
pub use violation::Violation;

use reader::Reader;
use references::References;
use schema::Schemas;

/// An `OpenAPI` document, read and checked. Share it behind an `Arc`; its operations and schemas are immutable.
#[derive(Debug)]
pub struct Document {
    name: String,
    text: Arc<str>,
    version: Version,
    title: String,
    api_version: String,
    operations: Vec<Operation>,
    /// The place of each operation by its id.
    by_id: BTreeMap<String, usize>,
    servers: Vec<Server>,
    security_schemes: BTreeMap<String, SecurityScheme>,
    references: Arc<References>,
    outermost: Vec<Schema>,
}

impl Document {
    /// Reads a document from its text.
    ///
    /// `name` is the file name: messages begin with it, and its extension tells JSON (`.json`) from YAML (`.yaml`,
    /// `.yml`); without either, a text that starts with a brace is JSON.
    pub fn from_text(name: &str, text: &str) -> Result<Self, DocumentError> {
        let text::Text { raw, order } = text::read(name, text)?;
        Self::from_raw(name, text, raw, &order)
    }

    /// Reads a document that may lie in several files, which relative `$ref`s join.
    ///
    /// `read` gives the text of a file by its path relative to the folder of the document, or the reason why it cannot; a path that leaves the
    /// folder begins with `..`. What such a file holds stands below `/x-specproof-files` in the document's pointers.
    pub fn from_files(
        name: &str,
        text: &str,
        mut read: impl FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, DocumentError> {
        let text::Text { raw, order } = text::read(name, text)?;
        let raw = files::join(name, raw, &mut read)?;
        Self::from_raw(name, text, raw, &order)
    }

    fn from_raw(
        name: &str,
        text: &str,
        raw: Value,
        order: &[(String, Vec<String>)],
    ) -> Result<Self, DocumentError> {
        let source = Arc::from(text);
        let version = version::check(name, &raw)?;
        let references = Arc::new(References::new(name, version, raw)?);
        extent::check(name, &references)?;
        let schemas = Schemas::compile(name, Arc::clone(&references))?;
        let reader = Reader { file: name, version, raw: references.raw(), schemas: &schemas };
        let info = version::info(&reader)?;
        let operations = reader.operations(order)?;
        let by_id = operations.iter().enumerate().map(|(at, operation)| (operation.id.clone(), at)).collect();
        Ok(Self {
            name: name.to_owned(),
            text: source,
            version,
            title: info.title,
            api_version: info.api_version,
            security_schemes: reader.security_schemes()?,
            operations,
            by_id,
            servers: reader.servers()?,
            references: Arc::clone(&references),
            outermost: schemas.outermost(),
        })
    }

    /// The file name, as given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text, as given.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The version of the `OpenAPI` Specification.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The API's name (`info.title`).
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The API's version (`info.version`).
    pub fn api_version(&self) -> &str {
        &self.api_version
    }

    /// The document as given.
    pub fn raw(&self) -> &Value {
        self.references.raw()
    }

    /// All operations, in the order of the text.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation with that [`Operation::id`].
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.by_id.get(id).map(|at| &self.operations[*at])
    }

    /// Every schema of the document, also those inside others, as responses are read; in a fixed order.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        self.outermost.iter().flat_map(Part::all_of)
    }

    /// Where the API is served, in the order of the text.
    pub fn servers(&self) -> &[Server] {
        &self.servers
    }

    /// The declared ways to authenticate.
    pub fn security_schemes(&self) -> &BTreeMap<String, SecurityScheme> {
        &self.security_schemes
    }

    /// What the API sends by itself, so that nothing can be asked of it: webhooks, and callbacks with the operation that leads to them.
    pub fn sent_by_itself(&self) -> Vec<String> {
        let names = |pointer: &str| {
            let members = self.raw().pointer(pointer).and_then(Value::as_object);
            let names = members.into_iter().flat_map(|members| members.keys());
            names.filter(|name| !name.starts_with("x-")).cloned().collect::<Vec<_>>()
        };
        let mut sent: Vec<String> =
            names("/webhooks").into_iter().map(|name| format!("the webhook `{name}`")).collect();
        for operation in &self.operations {
            let callbacks = names(&pointer::child(&operation.pointer, "callbacks"));
            sent.extend(
                callbacks.into_iter().map(|name| format!("the callback `{name}` of `{}`", operation.id)),
            );
        }
        sent
    }

    /// Follows the `$ref`s of a schema from [`Schema::value`] and gives the last schema that can be reached.
    ///
    /// Members beside a `$ref` are left behind. A reference that leads in a circle or is relative to an `$id` around
    /// it ends the way.
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        self.references.resolve(schema)
    }

    /// The schema that the text of a `$ref` names; `None` where it leads nowhere.
    pub fn reference(&self, reference: &str) -> Option<&Value> {
        self.references.target(reference)
    }
}
