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
use crate::evidence::{Asked, Entry};
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
    /// Whether a request broke the document.
    invalid: bool,
    /// Whether a request named what does not exist.
    unknown: bool,
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
    pub fn add(&mut self, entry: &Entry) {
        let exchange = &entry.exchange;
        let Some(id) = self.suite.file().operations.get(&exchange.operation) else { return };
        let all = self.suite.document().operations();
        let Some(at) = all.iter().position(|operation| operation.id == *id) else { return };
        if exchange.request.method != all[at].method.as_str() {
            return;
        }
        self.operations[at].add(&all[at], entry);
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
                StatusKey::Exact(400 | 422) if !touched.invalid => "no request of it broke the document",
                StatusKey::Exact(400 | 422) => "requests that broke the document were answered otherwise",
                StatusKey::Exact(404 | 410) if !touched.unknown => {
                    "no request of it named what does not exist"
                }
                StatusKey::Exact(404 | 410) => {
                    "requests that named what does not exist were answered otherwise"
                }
                StatusKey::Exact(409) => "no scenario brings about a conflict",
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
    fn add(&mut self, operation: &Operation, entry: &Entry) {
        let exchange = &entry.exchange;
        self.calls += 1;
        self.invalid |= entry.asked == Asked::Invalid;
        self.unknown |= entry.asked == Asked::Unknown;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::evidence::{Body, Exchange, Request, Response};

    const PATH: &str = "/v3/workspaces/w/sessions/s/messages/m";

    fn entry(method: &str, asked: Asked, status: u16, content: &str) -> Entry {
        let request = Request { method: method.into(), path: PATH.into(), headers: Vec::new(), body: None };
        let headers = vec![("content-type".into(), "application/json".into())];
        let exchange = Exchange {
            operation: "get_message".into(),
            purpose: "fetch".into(),
            request,
            outcome: Ok(Response { status, headers, body: Body::new(content), refused: false }),
            earlier: Vec::new(),
            sent_us: 0,
            elapsed_us: 0,
        };
        Entry { exchange, asked }
    }

    /// Why something of `get_message` was not touched, or how often it was.
    fn told(entries: &[Entry], dimension: &str, what: &str) -> String {
        let text = include_str!("../../specs/honcho/suite.toml");
        let document = include_str!("../../specs/honcho/openapi.yaml");
        let suite = Suite::load("suite.toml", text, |name| Ok(Document::from_text(name, document)?)).unwrap();
        let mut coverage = Coverage::new(&Arc::new(suite), true, BTreeMap::new());
        for entry in entries {
            coverage.add(entry);
        }
        let covered = coverage.report(&BTreeMap::from([("statuses".to_owned(), 100)]));
        let dimension = covered.dimensions.iter().find(|one| one.name == dimension).unwrap();
        assert_eq!(dimension.falls_short(), dimension.name == "statuses");
        let of = |item: &&CoveredItem| item.operation == "get_message" && item.what == what;
        let item = dimension.items.iter().find(of).unwrap_or_else(|| panic!("no {what}: {dimension:#?}"));
        item.why.clone().unwrap_or_else(|| item.seen.to_string())
    }

    #[test]
    fn what_was_touched_is_counted_and_what_was_not_says_why() {
        let operation = "GET /v3/workspaces/{workspace_id}/sessions/{session_id}/messages/{message_id}";
        let good = || entry("GET", Asked::Good, 200, r#"{"id": "m", "metadata": {}}"#);
        let unknown = || entry("GET", Asked::Unknown, 404, "{}");
        let other = || entry("DELETE", Asked::Open, 405, "{}");
        for (entries, dimension, what, expected) in [
            (vec![], "operations", operation, "no case of it was run"),
            (vec![other()], "operations", operation, "no case of it was run"),
            (vec![good(), good()], "operations", operation, "2"),
            (vec![good()], "parameters", "message_id a text", "1"),
            (vec![good()], "statuses", "200", "1"),
            (vec![good()], "statuses", "422", "no request of it broke the document"),
            (vec![unknown()], "response-media-types", "200 application/json", "no answer had the status"),
            (vec![good()], "properties", "200 application/json /id", "1"),
            (vec![good()], "properties", "200 application/json /content", "no answer had it"),
            (vec![unknown()], "properties", "200 application/json /id", "no answer had the status"),
        ] {
            assert_eq!(told(&entries, dimension, what), expected, "{dimension} {what} {}", entries.len());
        }
    }
}
