//! Which operations list, and where the items stand in their answers.

use http::Method;
use serde_json::Value;

use super::schema::{Shapes, singular, snake};
use crate::document::pointer::escape;
use crate::document::{Location, Operation, Response};

/// A list operation.
#[derive(Clone, Debug)]
pub(super) struct Listing<'a> {
    pub(super) operation: &'a Operation,
    pub(super) response: &'a Response,
    /// What an answer is.
    pub(super) answer: &'a Value,
    /// Where the items stand in it.
    pub(super) items: String,
    /// Where the record stands in an item, where an item is an envelope; else empty.
    pub(super) record: String,
    /// What a record is.
    pub(super) item: &'a Value,
    /// Where else they might stand.
    pub(super) or: Vec<String>,
}

/// Members that hold items, by what they are called; the first counts most.
const HOLDERS: [&str; 17] = [
    "items",
    "data",
    "results",
    "value",
    "values",
    "records",
    "entries",
    "entry",
    "content",
    "elements",
    "list",
    "rows",
    "objects",
    "nodes",
    "hits",
    "result",
    "collection",
];
/// Members that hold something else.
const ASIDE: [&str; 9] =
    ["links", "link", "errors", "warnings", "included", "facets", "aggregations", "meta", "messages_log"];

/// What holds the record in an item that is an envelope around one: `{"fullUrl": …, "resource": {…}}`, `{"cursor": …, "node": {…}}`.
const ENVELOPES: [&str; 5] = ["resource", "node", "record", "document", "entity"];

/// An array of objects in an answer.
struct Candidate<'a> {
    pointer: String,
    name: String,
    depth: usize,
    record: String,
    item: &'a Value,
}

/// Where the record stands in an item, and what it is.
fn unwrapped<'a>(shapes: Shapes<'a>, item: &'a Value) -> (String, &'a Value) {
    let members = shapes.properties(item);
    let has_id = |schema| ["id", "_id", "uuid"].iter().any(|name| shapes.property(schema, name).is_some());
    let held = |name: &str| members.iter().find(|member| member.name == name && has_id(member.schema));
    match ENVELOPES.iter().find_map(|name| held(name)) {
        Some(member) if !has_id(item) => (format!("/{}", escape(member.name)), member.schema),
        _ => (String::new(), item),
    }
}

/// Reads an operation as a list; `None` where it is none.
pub(super) fn listing<'a>(shapes: Shapes<'a>, operation: &'a Operation) -> Option<Listing<'a>> {
    if !matches!(operation.method, Method::GET | Method::POST) {
        return None;
    }
    let (response, schema) = Shapes::success(operation)?;
    let answer = schema?.value();
    let of = |items: String, (record, item): (String, &'a Value), or: Vec<String>| Listing {
        operation,
        response,
        answer,
        items,
        record,
        item,
        or,
    };
    if let Some(item) = shapes.items(answer) {
        return is_object(shapes, item).then(|| of(String::new(), unwrapped(shapes, item), Vec::new()));
    }
    let mut found = Vec::new();
    candidates(shapes, answer, "", 0, &mut found);
    // What has an id of its own is one thing that holds others, unless it is asked for in pages.
    let enveloped = found.iter().any(|candidate| !candidate.record.is_empty());
    if shapes.property(answer, "id").is_some() && !pages(operation) && !enveloped {
        return None;
    }
    let last = operation.path.rsplit('/').find(|part| !part.starts_with('{')).unwrap_or_default();
    let rank = |candidate: &Candidate<'a>| {
        let named = snake(&candidate.name) == snake(last) || singular(&candidate.name) == singular(last);
        let place = HOLDERS.iter().position(|holder| *holder == snake(&candidate.name));
        (
            usize::from(!named && place.is_none()),
            candidate.depth,
            if named { 0 } else { 1 + place.unwrap_or(HOLDERS.len()) },
        )
    };
    found.sort_by_key(rank);
    let first = found.first()?;
    // An array by some other name is the list only where nothing else in the answer is one.
    let known = rank(first).0 == 0;
    if !known && (found.len() > 1 || !pages(operation)) {
        return None;
    }
    let or = found[1..]
        .iter()
        .filter(|other| rank(other).0 == 0 && rank(other).1 == rank(first).1)
        .map(|other| other.pointer.clone())
        .collect();
    Some(of(first.pointer.clone(), (first.record.clone(), first.item), or))
}

fn candidates<'a>(
    shapes: Shapes<'a>,
    schema: &'a Value,
    at: &str,
    depth: usize,
    found: &mut Vec<Candidate<'a>>,
) {
    for property in shapes.properties(schema) {
        let pointer = format!("{at}/{}", escape(property.name));
        if ASIDE.contains(&snake(property.name).as_str()) {
            continue;
        }
        if let Some(item) = shapes.items(property.schema) {
            if is_object(shapes, item) {
                let (record, item) = unwrapped(shapes, item);
                found.push(Candidate { pointer, name: property.name.to_owned(), depth, record, item });
            }
        } else if depth < 1 && shapes.kind(property.schema) == Some("object") {
            candidates(shapes, property.schema, &pointer, depth + 1, found);
        }
    }
}

fn is_object(shapes: Shapes<'_>, schema: &Value) -> bool {
    // The borrow of the schema is as long as that of the document.
    shapes.document.resolve(schema).get("properties").is_some()
        || ["allOf", "oneOf", "anyOf"].iter().any(|k| shapes.document.resolve(schema).get(*k).is_some())
}

/// Whether an operation has a parameter that asks for a page.
fn pages(operation: &Operation) -> bool {
    operation
        .parameters
        .iter()
        .filter(|p| p.location == Location::Query)
        .any(|p| super::style::is_paging(&snake(&p.name)))
}
