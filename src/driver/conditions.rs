//! Changes on condition: APIs that keep clients from overwriting each other want the tag of what is changed in `If-Match` (RFC 9110, section 13.1.1).
//!
//! Whatever a target tells a tag of is remembered by its path, and an operation whose document has the parameter gets the last one.

use http::Method;
use serde_json::json;

use super::Driver;
use super::request::Parts;
use crate::document::{Location, Operation};
use crate::evidence::{Ask, Asked, Entry, Evidence, Exchange, RecordNumber};
use crate::oracle::Oracle;
use crate::suite::{Resource, Update};

/// The header field's name, in lower case.
pub(super) const IF_MATCH: &str = "if-match";

/// Refusals that speak of the state of the target and not of the request: payment, rights, conflicts, locks, a condition that it wants.
const OF_STATE: [u16; 5] = [402, 403, 409, 423, 428];

/// Whether a document says that an operation takes `If-Match`.
fn is_conditional(operation: &Operation) -> bool {
    let named = |name: &str| name.eq_ignore_ascii_case(IF_MATCH);
    operation.parameters.iter().any(|p| p.location == Location::Header && named(&p.name))
}

/// A target without its query.
fn bare(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

impl Driver {
    /// Remembers the tag of what an answer shows.
    pub(super) fn note_tag(&self, exchange: &Exchange) {
        let shows = matches!(exchange.request.method.as_str(), "GET" | "PUT" | "PATCH");
        let answer = exchange.response().filter(|answer| shows && answer.is_success());
        if let Some(tag) = answer.and_then(|answer| answer.header("etag")) {
            let mut tags = self.tags.lock().expect("no holder of this lock panics");
            tags.insert(bare(&exchange.request.path).to_owned(), tag.to_owned());
        }
    }

    /// The header field that a change must have by the document: the last tag, or whatever there is where none is known.
    pub(super) fn condition(&self, operation: &Operation, path: &str) -> Option<(String, String)> {
        if operation.method == Method::GET || !is_conditional(operation) {
            return None;
        }
        let known = self.tags.lock().expect("no holder of this lock panics").get(bare(path)).cloned();
        Some((IF_MATCH.to_owned(), known.unwrap_or_else(|| "*".to_owned())))
    }

    /// A record is fetched for its tag, where an operation on it wants one.
    pub(super) async fn learn_tag(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        short: &str,
        record: RecordNumber,
    ) {
        let Some(fetch) = &self.suite.resource(&oracle.record(record).resource).fetch else { return };
        if is_conditional(self.suite.operation(short)) {
            let parts =
                Parts { path: self.path_of(&fetch.operation, oracle, Some(record)), ..Parts::default() };
            let outgoing = self.outgoing(&fetch.operation, "fetch the tag", &parts);
            self.send(evidence, outgoing, Asked::Good).await;
        }
    }

    /// Changes on the condition that the record has a tag which nothing has, or one that it had before it was changed, where the target gives
    /// strong tags (RFC 9110, section 13.1.1).
    pub(super) async fn precondition(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (resource, update): (&Resource, &Update),
        record: RecordNumber,
    ) {
        let Some(fetch) = &resource.fetch else { return };
        let parts = Parts { path: self.path_of(&fetch.operation, oracle, Some(record)), ..Parts::default() };
        let target = self.outgoing(&fetch.operation, "", &parts).path;
        let shown = evidence.entries.iter().filter(|entry| entry.exchange.request.path == target);
        let tags = shown.filter_map(|entry| entry.exchange.response()?.header("etag"));
        let mut tags: Vec<String> = tags.filter(|tag| tag.starts_with('"')).map(str::to_owned).collect();
        let Some(current) = tags.pop() else { return };
        let earlier = tags.into_iter().find(|tag| *tag != current);
        let stale = earlier.map(|tag| (tag, "changed on the condition of an earlier tag"));
        let none = ("\"specproof-none\"".to_owned(), "changed on a condition that does not hold");
        for (turn, (tag, label)) in [none].into_iter().chain(stale).enumerate() {
            let value = json!({ "conditional": turn });
            let value = self.other_value(oracle, (resource, update), record, 5 + turn, value);
            let mut outgoing = self.changing(oracle, (resource, update), record, record, label, &value);
            outgoing.headers.retain(|(name, _)| name != IF_MATCH);
            outgoing.headers.push((IF_MATCH.to_owned(), tag));
            self.probe(evidence, label, outgoing, Asked::Open, Ask::Precondition { record }).await;
        }
    }

    /// Behind an inferred suite nobody knows what else an API asks of a request than that it obeys the document.
    pub(super) fn excuse(&self, entry: &mut Entry) {
        let of_state = entry.exchange.status().is_some_and(|status| OF_STATE.contains(&status));
        if self.suite.file().inferred && of_state {
            entry.asked = Asked::Open;
        }
    }
}
