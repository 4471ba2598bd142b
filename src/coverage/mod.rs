//! How much of a document a run has touched: [`Coverage`], a fold over the exchanges of one suite.
//!
//! It counts what a reader of the document would ask for: operations, parameters with the classes of their values, media types,
//! documented statuses, and for each documented answer its properties and the branches of its schema. What was not reached says why.
//! It judges nothing.

mod parameter;
mod shape;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::{Operation, StatusKey};
use crate::event::{Covered, CoveredItem, Dimension};
use crate::evidence::Exchange;
use crate::suite::Suite;

use parameter::Values;
use shape::{Part, Shape};

/// The dimensions of coverage, in the order of reports.
pub const DIMENSIONS: [&str; 7] = [
    "operations",
    "parameters",
    "request-media-types",
    "response-media-types",
    "statuses",
    "properties",
    "branches",
];

/// How much of a document the exchanges so far have touched.
#[derive(Debug)]
pub struct Coverage {
    suite: Arc<Suite>,
    authenticated: bool,
    /// Why the plan left cases of an operation out, by the operation's short name.
    skipped: BTreeMap<String, String>,
    /// One for each operation of the document, in its order.
    operations: Vec<Touched>,
}

/// What was touched of one operation.
#[derive(Debug, Default)]
struct Touched {
    calls: usize,
    answers: usize,
    parameters: Vec<Values>,
    request_types: Vec<usize>,
    statuses: BTreeMap<StatusKey, usize>,
    /// By status and by place among the response's media types.
    shapes: BTreeMap<(StatusKey, usize), (usize, Option<Shape>)>,
}

impl Coverage {
    /// Of a suite of which nothing was sent yet. `skipped` are the operations of which the plan left cases out, with the reason.
    pub fn new(suite: &Arc<Suite>, authenticated: bool, skipped: BTreeMap<String, String>) -> Self {
        let document = suite.document();
        let touched = |operation: &Operation| Touched {
            parameters: operation.parameters.iter().map(|p| Values::new(document, p)).collect(),
            request_types: vec![0; operation.request_body.as_ref().map_or(0, |body| body.content.len())],
            statuses: operation.responses.iter().map(|response| (response.status, 0)).collect(),
            shapes: operation
                .responses
                .iter()
                .flat_map(|response| {
                    response.content.iter().enumerate().map(move |(at, media)| (response, at, media))
                })
                .map(|(response, at, media)| {
                    let shape = media.schema.as_ref().map(|schema| Shape::new(document, schema.value()));
                    ((response.status, at), (0, shape))
                })
                .collect(),
            ..Touched::default()
        };
        let operations = document.operations().iter().map(touched).collect();
        Self { suite: Arc::clone(suite), authenticated, skipped, operations }
    }

    /// Takes in an exchange. One whose method is not that of its operation is no call of it.
    pub fn add(&mut self, exchange: &Exchange) {
        let Some(id) = self.suite.file().operations.get(&exchange.operation) else { return };
        let all = self.suite.document().operations();
        let Some(at) = all.iter().position(|operation| operation.id == *id) else { return };
        if exchange.request.method != all[at].method.as_str() {
            return;
        }
        self.operations[at].add(&all[at], exchange);
    }

    /// What was covered, with the shares in percent that were asked for.
    pub fn report(&self, required: &BTreeMap<String, u8>) -> Covered {
        let mut items: BTreeMap<&str, Vec<CoveredItem>> = BTreeMap::new();
        for (operation, touched) in self.suite.document().operations().iter().zip(&self.operations) {
            self.items(operation, touched, &mut items);
        }
        let dimensions = DIMENSIONS
            .iter()
            .map(|name| {
                let items = items.remove(name).unwrap_or_default();
                Dimension {
                    name: (*name).to_owned(),
                    covered: items.iter().filter(|item| item.seen > 0).count(),
                    total: items.len(),
                    required: required.get(*name).copied(),
                    items,
                }
            })
            .collect();
        Covered { suite: self.suite.name().to_owned(), dimensions }
    }

    fn items(
        &self,
        operation: &Operation,
        touched: &Touched,
        items: &mut BTreeMap<&'static str, Vec<CoveredItem>>,
    ) {
        let short = self.suite.short_name(&operation.id);
        let name = short.unwrap_or(&operation.id).to_owned();
        // What keeps the whole operation from being touched keeps every part of it.
        let silent = if short.is_none() {
            Some("the suite names no such operation".to_owned())
        } else if touched.calls == 0 {
            let reason = short.and_then(|short| self.skipped.get(short));
            Some(reason.map_or("no case of it was run".to_owned(), |reason| format!("skipped: {reason}")))
        } else {
            None
        };
        let mut add = |dimension: &'static str, what: String, pointer: &str, seen: usize, why: &str| {
            let why = (seen == 0).then(|| silent.clone().unwrap_or_else(|| why.to_owned()));
            let pointer = pointer.to_owned();
            let item = CoveredItem { operation: name.clone(), what, pointer, seen, why };
            items.entry(dimension).or_default().push(item);
        };
        let what = format!("{} {}", operation.method, operation.path);
        add("operations", what, &operation.pointer, touched.answers, "no answer came");
        for (parameter, values) in operation.parameters.iter().zip(&touched.parameters) {
            for (class, seen) in values.classes() {
                let why = if class == parameter::LEFT_OUT {
                    "every request gave it"
                } else if values.given() == 0 {
                    "no request gave it"
                } else {
                    "no request gave it such a value"
                };
                add("parameters", format!("{} {class}", parameter.name), &parameter.pointer, seen, why);
            }
        }
        let body = operation.request_body.iter().flat_map(|body| &body.content);
        for (media, seen) in body.zip(&touched.request_types) {
            let why = if media.range.contains("json") || media.range.contains('*') {
                "no request had such content"
            } else {
                "the harness sends JSON only"
            };
            add("request-media-types", media.range.clone(), &media.pointer, *seen, why);
        }
        for response in &operation.responses {
            let seen = touched.statuses.get(&response.status).copied().unwrap_or(0);
            let why = match response.status {
                StatusKey::Exact(401 | 403) if !self.authenticated => "the target was given no credentials",
                StatusKey::Exact(500..) | StatusKey::Range(5..) => "no answer was a server error",
                _ => "no answer had it",
            };
            add("statuses", response.status.to_string(), &response.pointer, seen, why);
            for (at, media) in response.content.iter().enumerate() {
                let Some((answers, shape)) = touched.shapes.get(&(response.status, at)) else { continue };
                let what = format!("{} {}", response.status, media.range);
                let why = if seen == 0 { "no answer had the status" } else { "no answer had the type" };
                add("response-media-types", what.clone(), &media.pointer, *answers, why);
                let why = if *answers == 0 { why } else { "no answer had it" };
                for part in shape.iter().flat_map(Shape::parts) {
                    let dimension = match part.kind {
                        Part::Property => "properties",
                        Part::Branch => "branches",
                    };
                    add(dimension, format!("{what} {}", part.at), &media.pointer, part.seen, why);
                }
            }
        }
    }
}

impl Touched {
    fn add(&mut self, operation: &Operation, exchange: &Exchange) {
        self.calls += 1;
        for (parameter, values) in operation.parameters.iter().zip(&mut self.parameters) {
            values.add(&parameter::found(operation, parameter, &exchange.request));
        }
        let header = |name: &str| exchange.request.headers.iter().find(|(key, _)| key == name);
        if let (Some(body), Some((_, essence))) = (&operation.request_body, header("content-type"))
            && let Some(media) = body.media_type(essence)
            && let Some(at) = body.content.iter().position(|other| other.pointer == media.pointer)
        {
            self.request_types[at] += 1;
        }
        let Some(answer) = exchange.response() else { return };
        self.answers += 1;
        let Some(response) = operation.response(answer.status) else { return };
        *self.statuses.entry(response.status).or_default() += 1;
        let Some(media) = answer.essence().and_then(|essence| response.media_type(&essence)) else { return };
        let at = response.content.iter().position(|other| other.pointer == media.pointer);
        let Some((answers, shape)) = at.and_then(|at| self.shapes.get_mut(&(response.status, at))) else {
            return;
        };
        *answers += 1;
        if let (Some(shape), Some(json)) = (shape, exchange.json()) {
            shape.add(json);
        }
    }
}
