//! Requests from operations: path parameters filled in, queries encoded, content written.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::content::JSON_TYPE;
use super::{Driver, form};
use crate::client::{Credentials, Outgoing};
use crate::document::{Location, Operation, Parameter, RequestBody};
use crate::evidence::{Asked, Entry, Evidence, Exchange, RecordNumber};
use crate::oracle::Oracle;
use crate::suite::Bound;

/// All but the unreserved characters (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes one path segment or query part.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// What a request is made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// Path parameters, not yet encoded.
    pub path: BTreeMap<String, String>,
    /// The query, not yet encoded, in order.
    pub query: Vec<(String, String)>,
    /// Header parameters.
    pub headers: Vec<(String, String)>,
    /// The content.
    pub content: Option<Content>,
    /// Path and query that a link gave, in place of those above.
    pub target: Option<String>,
}

/// The content of a request.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Data in the media type that the operation takes: a JSON text, or a form.
    Json(Value),
    /// Octets with a media type, which may be none.
    Raw(Vec<u8>, Option<&'static str>),
}

/// The media type in which an operation takes data: JSON, or a form where it takes nothing else.
fn media_type(operation: &Operation) -> String {
    let body = operation.request_body.as_ref();
    let form = body
        .filter(|body| !body.takes_json())
        .is_some_and(|body| body.media_type(form::MEDIA_TYPE).is_some());
    if form { form::MEDIA_TYPE.to_owned() } else { json_type(operation) }
}

impl Driver {
    /// A request for an operation, by short name. Where `parts` lack a path parameter, the client records the request and does not send it.
    pub(super) fn outgoing(&self, short: &str, purpose: &str, parts: &Parts) -> Outgoing {
        let operation = self.suite.operation(short);
        let mut path = operation.path.clone();
        let mut query: Vec<String> =
            parts.query.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        for parameter in operation.parameters.iter().filter(|p| self.takes_id(short, p)) {
            let value = parts.path.get(&parameter.name).map(String::as_str).unwrap_or_default();
            let value = match self.suite.bound(short, &parameter.name) {
                Some(Bound::Resource(resource)) => self.suite.resource(resource).in_path.of(value),
                _ => value,
            };
            if parameter.location == Location::Path {
                path = path.replace(&format!("{{{}}}", parameter.name), &encode(value));
            } else if parts.path.contains_key(&parameter.name)
                && !parts.query.iter().any(|(name, _)| *name == parameter.name)
            {
                query.push(format!("{}={}", encode(&parameter.name), encode(value)));
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        if let Some(target) = &parts.target {
            path.clone_from(target);
        }
        let mut headers = vec![("accept".to_owned(), accepted(operation))];
        for (name, variable) in &self.suite.file().variables {
            if let (Some(header), Some(value)) = (&variable.header, self.variable(name)) {
                headers.push((header.to_lowercase(), value));
            }
        }
        headers.extend(self.condition(operation, &path));
        let given = |name: &str| parts.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        headers.retain(|(name, _)| !given(name));
        headers.extend(parts.headers.iter().map(|(k, v)| (k.to_lowercase(), v.clone())));
        let body = match &parts.content {
            None => None,
            Some(Content::Json(value)) => {
                let media_type = media_type(operation);
                let form = media_type == form::MEDIA_TYPE;
                headers.push(("content-type".to_owned(), media_type));
                Some(if form { form::encoded(value) } else { value.to_string() }.into_bytes())
            }
            Some(Content::Raw(octets, media_type)) => {
                // What is no JSON is said to be in the JSON type that the operation takes, so that its content is what is refused.
                let told =
                    media_type.map(|m| if m == JSON_TYPE { json_type(operation) } else { m.to_owned() });
                headers.extend(told.map(|told| ("content-type".to_owned(), told)));
                Some(octets.clone())
            }
        };
        Outgoing {
            operation: short.to_owned(),
            purpose: purpose.to_owned(),
            method: operation.method.clone(),
            path,
            headers,
            body,
            credentials: Credentials::Usual,
            lacks: self.lacking(short, parts).first().map(|name| (*name).to_owned()),
        }
    }

    /// The path parameters of an operation that have no value in these parts, or an empty one.
    pub(super) fn lacking(&self, short: &str, parts: &Parts) -> Vec<&str> {
        // What a link leads to is whole.
        if parts.target.is_some() {
            return Vec::new();
        }
        let parameters = self.suite.operation(short).parameters.iter();
        let named = parameters.filter(|p| p.location == Location::Path).map(|p| p.name.as_str());
        named.filter(|name| parts.path.get(*name).is_none_or(String::is_empty)).collect()
    }

    /// Sends a request and adds the exchange to the evidence; gives its index.
    pub(super) async fn send(&self, evidence: &mut Evidence, outgoing: Outgoing, asked: Asked) -> usize {
        let exchange = self.read(self.client.send(outgoing).await);
        evidence.entries.push(Entry { exchange, asked });
        evidence.entries.len() - 1
    }

    /// The same on a connection of its own.
    pub(super) async fn send_on_new_connection(
        &self,
        evidence: &mut Evidence,
        outgoing: Outgoing,
        asked: Asked,
    ) -> usize {
        let exchange = self.read(self.client.send_on_new_connection(outgoing).await);
        evidence.entries.push(Entry { exchange, asked });
        evidence.entries.len() - 1
    }

    /// An exchange, with what the suite knows of its content.
    pub(super) fn read(&self, mut exchange: Exchange) -> Exchange {
        self.note_tag(&exchange);
        let by = self.suite.file().refused_by.as_ref();
        let refused = by.zip(exchange.json()).is_some_and(|(by, content)| by.says(content));
        if let Ok(response) = &mut exchange.outcome {
            response.refused = refused && response.is_success();
        }
        exchange
    }

    /// Whether a parameter of an operation takes what names a record: it stands in the path, or the document requires it in the query and the suite
    /// says what it takes.
    fn takes_id(&self, short: &str, parameter: &Parameter) -> bool {
        let asked = parameter.location == Location::Query && parameter.required;
        parameter.location == Location::Path || (asked && self.suite.bound(short, &parameter.name).is_some())
    }

    /// The path parameters of an operation (and what of its query takes ids), as far as a record and its ancestors give them.
    pub(super) fn path_of(
        &self,
        short: &str,
        oracle: &Oracle,
        record: Option<RecordNumber>,
    ) -> BTreeMap<String, String> {
        let operation = self.suite.operation(short);
        let mut path = BTreeMap::new();
        for parameter in operation.parameters.iter().filter(|p| self.takes_id(short, p)) {
            let value = match self.suite.bound(short, &parameter.name) {
                Some(Bound::Resource(resource)) => record
                    .and_then(|record| oracle.ancestor(record, resource))
                    .map(|number| oracle.record(number).id.clone()),
                Some(Bound::Variable { variable }) => self.variable(variable),
                Some(Bound::Member { resource, at }) => {
                    let number = record.and_then(|record| oracle.ancestor(record, resource));
                    number.and_then(|number| member(&oracle.record(number).acknowledged, at))
                }
                None => None,
            };
            if let Some(value) = value {
                path.insert(parameter.name.clone(), value);
            }
        }
        path
    }

    /// What an operation's path takes of a record that only its representation tells of: its id, and members of it.
    pub(super) fn path_from(
        &self,
        short: &str,
        resource: &str,
        id: &str,
        shown: &Value,
    ) -> BTreeMap<String, String> {
        let parameters = self.suite.operation(short).parameters.iter().filter(|p| self.takes_id(short, p));
        let own = parameters.filter_map(|p| {
            let value = match self.suite.bound(short, &p.name)? {
                Bound::Resource(of) if of == resource => id.to_owned(),
                Bound::Member { resource: of, at } if of == resource => member(shown, at)?,
                _ => return None,
            };
            Some((p.name.clone(), value))
        });
        own.collect()
    }

    /// The path parameter of an operation that takes the id of this resource.
    pub(super) fn parameter_for(&self, short: &str, resource: &str) -> Option<String> {
        let operation = self.suite.operation(short);
        operation
            .parameters
            .iter()
            .filter(|p| self.takes_id(short, p))
            .find(|p| matches!(self.suite.bound(short, &p.name), Some(Bound::Resource(r)) if r == resource))
            .map(|p| p.name.clone())
    }
}

/// The text of a member of a representation, where it has one there.
fn member(shown: &Value, at: &str) -> Option<String> {
    match shown.pointer(at)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The media types that answers to an operation may have: JSON, and what of its syntax (RFC 6839, section 3.1) the document names.
fn accepted(operation: &Operation) -> String {
    let ranges =
        operation.responses.iter().flat_map(|response| &response.content).map(|media| media.range.as_str());
    let others: BTreeSet<&str> =
        ranges.filter(|range| range.ends_with("+json") && !range.contains('*')).collect();
    std::iter::once("application/json").chain(others).collect::<Vec<_>>().join(", ")
}

/// The media type of an operation's JSON content.
fn json_type(operation: &Operation) -> String {
    let entry = operation.request_body.as_ref().and_then(RequestBody::json);
    let range = entry
        .map(|entry| entry.range.as_str())
        .filter(|range| range.ends_with("+json") && !range.contains('*'));
    range.unwrap_or("application/json").to_owned()
}

/// Sets a value at a JSON pointer, making the objects and (for numbers) the arrays on the way.
pub(super) fn set_at(target: &mut Value, pointer: &str, value: Value) {
    let Some(rest) = pointer.strip_prefix('/') else {
        *target = value;
        return;
    };
    let (token, tail) =
        rest.split_once('/').map_or((rest, String::new()), |(token, tail)| (token, format!("/{tail}")));
    let token = token.replace("~1", "/").replace("~0", "~");
    if let Ok(index) = token.parse::<usize>() {
        if !target.is_array() {
            *target = Value::Array(Vec::new());
        }
        if let Value::Array(items) = target {
            while items.len() <= index {
                items.push(Value::Null);
            }
            set_at(&mut items[index], &tail, value);
        }
        return;
    }
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(members) = target {
        set_at(members.entry(token).or_insert(Value::Null), &tail, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pointer_makes_what_lies_on_its_way() {
        let mut value = Value::Null;
        for (pointer, set) in
            [("/filters/AND/0/peer_id", json!("a")), ("/filters/AND/1/x", json!(1)), ("/q~1r", json!(null))]
        {
            set_at(&mut value, pointer, set);
        }
        assert_eq!(value, json!({"filters": {"AND": [{"peer_id": "a"}, {"x": 1}]}, "q/r": null}));
    }

    #[test]
    fn reserved_characters_are_encoded() {
        assert_eq!(encode("a b/c?d=é&~"), "a%20b%2Fc%3Fd%3D%C3%A9%26~");
    }
}
