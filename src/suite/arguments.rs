//! Where the document describes the arguments of a list operation: its parameters, or the members of its JSON content.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Suite;
use super::collection::{Arguments, Collection};
use crate::document::{Document, Operation, Schema};

/// How deep a schema's parts are followed: documents may be circular.
const DEEPEST: usize = 8;

/// The schema of an operation's JSON content, if it takes any.
pub(super) fn content_schema(operation: &Operation) -> Option<&Schema> {
    let body = operation.request_body.as_ref()?;
    body.media_type("application/json").or(body.content.first())?.schema.as_ref()
}

/// The names of the members that a schema speaks of.
pub(super) fn members(document: &Document, schema: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    gather(document, schema, DEEPEST, &mut |properties| names.extend(properties.keys().cloned()));
    names
}

/// The schema of a member, without regard to which of a schema's parts speaks of it.
fn member<'a>(document: &'a Document, schema: &'a Value, name: &str) -> Option<&'a Value> {
    let mut found = None;
    gather(document, schema, DEEPEST, &mut |properties| found = found.or(properties.get(name)));
    found
}

/// Every `properties` of a schema and of the parts that it is joined from.
fn gather<'a>(
    document: &'a Document,
    schema: &'a Value,
    depth: usize,
    visit: &mut impl FnMut(&'a serde_json::Map<String, Value>),
) {
    let schema = document.resolve(schema);
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        visit(properties);
    }
    if depth == 0 {
        return;
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        for part in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
            gather(document, part, depth - 1, visit);
        }
    }
}

/// A keyword of a schema, or of the first of its parts that has it: an optional number is often one of a number and null.
pub(super) fn keyword<'a>(document: &'a Document, schema: &'a Value, name: &str) -> Option<&'a Value> {
    let parts =
        ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    schema.get(name).or_else(|| parts.map(|part| document.resolve(part)).find_map(|part| part.get(name)))
}

impl Suite {
    /// A keyword of a schema, or of the first of its parts that has it.
    pub fn keyword<'a>(&'a self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        keyword(self.document(), schema, name)
    }

    /// The schema of a place in the content of a list operation; none where the document does not speak of it.
    pub(super) fn content_member(&self, collection: &Collection, pointer: &str) -> Option<&Value> {
        let document = self.document();
        let mut at = content_schema(self.operation(&collection.operation))?.value();
        for token in pointer.split('/').skip(1) {
            at = member(document, at, token)?;
        }
        Some(document.resolve(at))
    }

    /// What the document demands of an argument of a collection, and where it says so. The schema's references are followed.
    pub fn argument_schema(&self, collection: &Collection, name: &str) -> Option<(&Value, String)> {
        let operation = self.operation(&collection.operation);
        let document = self.document();
        if collection.arguments == Arguments::Query {
            let parameter = operation.parameter(name)?;
            return Some((document.resolve(parameter.schema.value()), parameter.pointer.clone()));
        }
        let schema = content_schema(operation)?;
        let mut at = schema.value();
        for token in name.strip_prefix('/').unwrap_or(name).split('/') {
            at = member(document, at, token)?;
        }
        Some((document.resolve(at), schema.pointer().to_owned()))
    }
}
