//! Suites: an API's meaning as data. [`Suite`] is a suite file that was checked against its document.
//!
//! Loading is strict. Whatever a suite names (an operation, a parameter, a field, a requirement) exists once a [`Suite`] is
//! there, so that everything behind this module can look it up without doubt.

mod arguments;
mod check;
mod collection;
mod combination;
mod credentials;
mod envelope;
mod error;
mod impossible;
mod model;
mod pointers;
mod resource;
mod shape;
#[cfg(test)]
mod tests;

pub use collection::*;
pub use combination::{Combination, Logic};
pub use credentials::*;
pub use error::{SuiteError, nearest};
pub(crate) use error::{line_of, told};
pub use model::*;
pub use resource::*;

use std::sync::Arc;

use crate::document::{Document, Operation, RequestBody};

/// A suite file that was checked against its document.
#[derive(Debug)]
pub struct Suite {
    file: SuiteFile,
    document: Arc<Document>,
    questions: Vec<String>,
}

/// How a line begins that asks the reader of a suite file to decide something.
pub const QUESTION: &str = "# question: ";

impl Suite {
    /// Reads a suite file. `place` is the file's name for messages; `open` gives the document that the file names.
    ///
    /// # Errors
    /// Names the file, the place in it, and the nearest valid name.
    pub fn load(
        place: &str,
        text: &str,
        open: impl FnOnce(&str) -> Result<Document, SuiteError>,
    ) -> Result<Self, SuiteError> {
        let mut file = Self::read(place, text)?;
        let document = open(&file.document)?;
        check::check(place, text, &file, &document)?;
        envelope::open(&mut file);
        let questions = text.lines().filter_map(|line| line.trim().strip_prefix(QUESTION));
        Ok(Self { file, document: Arc::new(document), questions: questions.map(str::to_owned).collect() })
    }

    /// Apart, so that reading is compiled once, and not again for each way to open a document.
    fn read(place: &str, text: &str) -> Result<SuiteFile, SuiteError> {
        toml::from_str(text).map_err(|error| SuiteError::syntax(place, text, &error))
    }

    /// The lists of a resource that lie in what a record of it lies in, by name.
    pub fn lists_in_parents(&self, resource: &str) -> Vec<(&str, &Collection)> {
        let above = |name: &str| self.file.resources.get(name)?.parent.as_deref();
        let around: Vec<&str> = std::iter::successors(above(resource), |name| above(name)).collect();
        let within = |c: &Collection| c.scope.as_deref().is_some_and(|scope| around.contains(&scope));
        let lists = self.file.collections.iter().filter(|(_, c)| c.resource == resource && within(c));
        lists.map(|(name, collection)| (name.as_str(), collection)).collect()
    }

    /// The same suite with other numbers of records in its seed groups, by label; no number is less than 1.
    #[must_use]
    pub fn seeded_with(&self, counts: &std::collections::BTreeMap<String, usize>) -> Self {
        let mut file = self.file.clone();
        for group in &mut file.seed {
            if let Some(count) = counts.get(&group.label) {
                group.count = (*count).max(1);
            }
        }
        Self { file, document: Arc::clone(&self.document), questions: self.questions.clone() }
    }

    /// The suite's name.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// The file's content.
    pub fn file(&self) -> &SuiteFile {
        &self.file
    }

    /// The document that the suite is about.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The operation behind a short name that the suite file uses.
    pub fn operation(&self, short: &str) -> &Operation {
        let id = &self.file.operations[short];
        self.document.operation(id).expect("checked when the suite was loaded")
    }

    /// What the suite file leaves to its reader, as it asks: the lines that begin with [`QUESTION`].
    pub fn questions(&self) -> &[String] {
        &self.questions
    }

    /// What a path parameter of an operation (by short name) takes.
    pub fn bound(&self, short: &str, parameter: &str) -> Option<&Bound> {
        let bind = &self.file.bind;
        bind.get(&format!("{short}.{parameter}")).or_else(|| bind.get(parameter))
    }

    /// The short name of an operation, if the suite has one.
    pub fn short_name(&self, operation_id: &str) -> Option<&str> {
        self.file.operations.iter().find(|(_, id)| *id == operation_id).map(|(short, _)| short.as_str())
    }

    /// A stated requirement that the suite file refers to.
    pub fn requirement(&self, key: &str) -> &Stated {
        &self.file.requirements[key]
    }

    /// A resource that the suite file refers to.
    pub fn resource(&self, name: &str) -> &Resource {
        &self.file.resources[name]
    }

    /// The bounds that the document, or else the suite, sets on a collection's page size.
    pub fn size_bounds(&self, collection: &Collection) -> SizeBounds {
        let name = collection.style.size_parameter();
        let schema = name.and_then(|name| self.argument_schema(collection, name));
        let number = |key: &str| {
            schema.as_ref().and_then(|(schema, _)| arguments::keyword(self.document(), schema, key)?.as_u64())
        };
        let stated = collection.largest_size.as_ref().map(|largest| largest.size);
        SizeBounds {
            default: number("default"),
            minimum: number("minimum"),
            maximum: stated.or_else(|| number("maximum")),
        }
    }

    /// The first resource that lies in records of another and has a list there.
    pub fn child_of(&self, resource: &str) -> Option<&str> {
        let listed = |child: &str| {
            let mut lists = self.file.collections.values();
            lists.any(|list| list.resource == child && list.scope.as_deref() == Some(resource))
        };
        let mut resources = self.file.resources.iter();
        resources
            .find(|(name, child)| child.parent.as_deref() == Some(resource) && listed(name))
            .map(|(name, _)| name.as_str())
    }

    /// Content of an update that breaks the document by the type of the field's value, and where it does so. `None` where the document
    /// lets every type through.
    pub fn wrong_update(&self, resource: &Resource) -> Option<(String, serde_json::Value)> {
        let update = resource.update.as_ref()?;
        let pointer = resource.fields[&update.field].send.as_ref()?;
        // A member of the content itself, so that its object can be written down here.
        let name = pointer.strip_prefix('/').filter(|name| !name.contains(['/', '~']))?;
        let body = self.operation(&update.operation).request_body.as_ref()?;
        // In a form every value is text, and none breaks a type.
        let schema = body.json().filter(|_| body.takes_json())?.schema.as_ref()?;
        // In this order, since the first are the ones that no server converts.
        [serde_json::json!([1]), serde_json::json!("specproof"), serde_json::json!({ "specproof": 1 })]
            .into_iter()
            .map(|value| serde_json::json!({ name: value }))
            .find(|content| !schema.is_valid(content))
            .map(|content| (pointer.clone(), content))
    }

    /// Whether a success of an operation (by short name) may hold something at a place, as far as the document tells.
    pub fn may_show(&self, short: &str, pointer: &str) -> bool {
        let answers = shape::answers(self.operation(short));
        !matches!(shape::follow(self.document(), answers, pointer), shape::Place::Missing { .. })
    }

    /// Whether an update is a JSON merge patch (RFC 7396), by the media type that it takes.
    pub fn merges(&self, update: &Update) -> bool {
        let body = self.operation(&update.operation).request_body.as_ref();
        body.and_then(RequestBody::json).is_some_and(|media| media.range == "application/merge-patch+json")
    }

    /// Whether an operation is the seeding part of its document: there to make the others testable.
    pub fn is_seeding(&self, operation: &Operation) -> bool {
        operation.extensions.get("x-provenance").and_then(serde_json::Value::as_str) == Some("seeding")
    }

    /// The place of an operation among those that share the questions about credentials, and how many these are. What is there only to make the others
    /// testable is not among them.
    pub fn credential_turn(&self, short: &str) -> Option<(usize, usize)> {
        let asked = |short: &&String| {
            let operation = self.operation(short);
            let secured = !operation.security.is_empty() || !self.file().credentials.is_empty();
            secured && !self.is_seeding(operation)
        };
        let sharing: Vec<&String> = self.file().operations.keys().filter(asked).collect();
        Some((sharing.iter().position(|one| *one == short)?, sharing.len()))
    }
}

/// What the document says of a page size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeBounds {
    /// The size when none is given.
    pub default: Option<u64>,
    /// The smallest size.
    pub minimum: Option<u64>,
    /// The largest size.
    pub maximum: Option<u64>,
}
