//! One request and its response, or the transport error that stood in its place. HAR 1.2 calls this an entry.
//!
//! Secrets are not in here: the client replaces them before it makes an [`Exchange`].

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::held::{Held, Ledger, MOST_WEIGHT, weight};
use super::lenient::within_reach;

/// Content that is longer than this, in octets, is cut where an exchange is kept to be shown.
const LONG: usize = 256 << 10;

/// What is left of it.
const SHOWN: usize = 16 << 10;

/// The octets of a message's content (RFC 9110, section 6.4). Cheap to clone; parsed as JSON at most once.
#[derive(Clone)]
pub struct Body(Arc<Inner>);

struct Inner {
    bytes: Vec<u8>,
    json: OnceLock<Result<Value, JsonProblem>>,
    /// Its share of the memory that a run may use, where somebody counts.
    _held: Option<Held>,
}

/// Why content is not one JSON text (RFC 8259).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonProblem {
    /// What the parser met, with line and column.
    pub message: String,
    /// Whether the content is not even UTF-8 (RFC 8259, section 8.1).
    pub not_utf8: bool,
    /// Whether it was not read because of a limit of ours, so that it may well be JSON.
    pub too_much: bool,
}

impl Body {
    /// Wraps octets as they went over the wire, after removal of the transfer coding.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Arc::new(Inner { bytes: bytes.into(), json: OnceLock::new(), _held: None }))
    }

    /// The same, counted in a ledger for as long as it is kept.
    pub fn counted(bytes: Vec<u8>, ledger: &Ledger) -> Self {
        let held = Some(ledger.hold(&bytes));
        Self(Arc::new(Inner { bytes, json: OnceLock::new(), _held: held }))
    }

    /// The octets.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Whether there is no content.
    pub fn is_empty(&self) -> bool {
        self.0.bytes.is_empty()
    }

    /// The content as text; what is not UTF-8 is replaced by U+FFFD.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.0.bytes)
    }

    /// The content read as one JSON text, or why it is none. What the grammar allows and no value of ours can hold is read as what is
    /// closest to it: half of a surrogate pair as U+FFFD, a number beyond all floats as the largest.
    pub fn json(&self) -> Result<&Value, &JsonProblem> {
        self.0
            .json
            .get_or_init(|| {
                if weight(&self.0.bytes) > MOST_WEIGHT {
                    let message = format!("read, it would take more than {} MiB", MOST_WEIGHT >> 20);
                    return Err(JsonProblem { message, not_utf8: false, too_much: true });
                }
                serde_json::from_slice(&self.0.bytes)
                    .or_else(|error| {
                        let whole = within_reach(&self.0.bytes).ok_or(error)?;
                        serde_json::from_slice(&whole)
                    })
                    .map_err(|error| JsonProblem {
                        message: error.to_string(),
                        not_utf8: std::str::from_utf8(&self.0.bytes).is_err(),
                        too_much: false,
                    })
            })
            .as_ref()
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({} octets)", self.0.bytes.len())
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.0.bytes == other.0.bytes
    }
}

/// Content is written as text where it is UTF-8, else as a list of octets, so that nothing is lost.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Recorded<'a> {
    /// Content that is UTF-8.
    Text(std::borrow::Cow<'a, str>),
    /// Any other content, octet by octet.
    Octets(Vec<u8>),
}

impl JsonSchema for Body {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Body".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Recorded::json_schema(generator)
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0.bytes) {
            Ok(text) => Recorded::Text(text.into()),
            Err(_) => Recorded::Octets(self.0.bytes.clone()),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Recorded::deserialize(deserializer)? {
            Recorded::Text(text) => Body::new(text.into_owned()),
            Recorded::Octets(octets) => Body::new(octets),
        })
    }
}

/// A request as it was sent, without the target's base URL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// The method (RFC 9110, section 9), in upper case.
    pub method: String,
    /// Path and query, percent-encoded as sent, relative to the target's base URL; starts with `/`.
    pub path: String,
    /// Header fields that the harness set, names in lower case; secrets are replaced by a variable.
    pub headers: Vec<(String, String)>,
    /// The content, if there was any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

/// A response as it was received.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Response {
    /// The status code (RFC 9110, section 15).
    pub status: u16,
    /// Header fields in the order received, names in lower case; octets above 0x7f are replaced by U+FFFD.
    pub headers: Vec<(String, String)>,
    /// The content; empty where there was none.
    pub body: Body,
    /// Whether the content says that the request was refused, as the suite knows the API to do under a status 2xx.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
}

impl Response {
    /// The first value of a header field; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the status code is 2xx (RFC 9110, section 15.3), and the content does not say otherwise.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status) && !self.refused
    }

    /// The length of the content in octets, as the response tells it (RFC 9110, section 8.6), else as the content came; none where that came in a
    /// coding.
    pub fn told_length(&self) -> Option<Cow<'_, str>> {
        match self.header("content-length") {
            Some(length) => Some(length.trim().into()),
            None => {
                self.header("content-encoding").is_none().then(|| self.body.bytes().len().to_string().into())
            }
        }
    }

    /// Where this response to HEAD announces another length than the content of one to GET has: that of GET, and its own (RFC 9110, section 8.6).
    pub fn other_length<'a>(&'a self, get: &'a Self) -> Option<(Cow<'a, str>, &'a str)> {
        let announced = self.header("content-length")?.trim();
        get.told_length().filter(|length| length != announced).map(|length| (length, announced))
    }

    /// The media type of the content without parameters, in lower case (RFC 9110, section 8.3.1).
    pub fn essence(&self) -> Option<String> {
        self.header("content-type")
            .map(|v| v.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }
}

/// What kind of trouble kept a response from arriving whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TransportErrorKind {
    /// Nothing accepts connections at that address.
    Refused,
    /// The deadline of the request passed.
    Timeout,
    /// The connection ended before the response did.
    Incomplete,
    /// The content went over the limit that the harness sets.
    TooLarge,
    /// What came back is not HTTP.
    Malformed,
    /// TLS could not be agreed on.
    Tls,
    /// The request was not sent, since a budget of the run is used up.
    Budget,
    /// A recording was asked in the place of the target, and holds no answer.
    NotRecorded,
    /// Anything else; the message says what.
    Other,
}

/// The reason why there is no response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TransportError {
    /// The kind of trouble.
    pub kind: TransportErrorKind,
    /// What the transport said; a lowercase fragment.
    pub message: String,
}

/// One request and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// The operation that was asked: its short name in the suite.
    pub operation: String,
    /// What this exchange was for, in a few words; equal in every run.
    pub purpose: String,
    /// The request.
    pub request: Request,
    /// The response, or why there is none.
    #[serde(with = "outcome")]
    #[schemars(with = "outcome::Owned")]
    pub outcome: Result<Response, TransportError>,
    /// What came of the same request before it was sent again: answers that asked to wait, and connections that ended before an answer began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Try>,
    /// When it was sent, in microseconds since the run began.
    #[serde(default)]
    pub sent_us: u64,
    /// Time from the first octet sent to the last octet read, in microseconds.
    pub elapsed_us: u64,
}

/// One of several tries of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Try(
    #[serde(with = "outcome")]
    #[schemars(with = "outcome::Owned")]
    pub Result<Response, TransportError>,
);

impl Exchange {
    /// Whether a try that may have reached the target has no answer that could be read: then the target may have carried out more than it said
    /// (RFC 9110, section 9.2.2).
    pub fn lost_a_try(&self) -> bool {
        use TransportErrorKind::{Budget, NotRecorded, Refused, Tls};
        let lost = |error: &TransportError| !matches!(error.kind, Refused | Tls | Budget | NotRecorded);
        let earlier = self.earlier.iter().map(|tried| tried.0.as_ref());
        earlier.chain([self.outcome.as_ref()]).any(|tried| tried.is_err_and(lost))
    }

    /// The response, if one arrived.
    pub fn response(&self) -> Option<&Response> {
        self.outcome.as_ref().ok()
    }

    /// The status code, if a response arrived.
    pub fn status(&self) -> Option<u16> {
        self.response().map(|r| r.status)
    }

    /// Whether a 2xx response arrived.
    pub fn is_success(&self) -> bool {
        self.response().is_some_and(Response::is_success)
    }

    /// The same exchange to be kept and shown: of very long content only the beginning.
    #[must_use]
    pub fn brief(&self) -> Self {
        let mut brief = self.clone();
        if let Ok(response) = &mut brief.outcome {
            let octets = response.body.bytes();
            if octets.len() > LONG {
                let shown = String::from_utf8_lossy(&octets[..SHOWN]);
                let cut = format!("{shown}… ({} octets in all)", octets.len());
                response.body = Body::new(cut);
            }
        }
        brief
    }

    /// The response content as JSON, if a response arrived and it is JSON.
    pub fn json(&self) -> Option<&Value> {
        self.response().and_then(|r| r.body.json().ok())
    }
}

/// `Result` as an externally tagged pair, so that recordings read `{"response": …}` or `{"error": …}`.
mod outcome {
    use super::{Deserialize, Deserializer, JsonSchema, Response, Serialize, Serializer, TransportError};

    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    enum Borrowed<'a> {
        Response(&'a Response),
        Error(&'a TransportError),
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    #[schemars(rename = "Outcome")]
    pub(super) enum Owned {
        /// What the target answered.
        Response(Response),
        /// Why there is no answer.
        Error(TransportError),
    }

    pub(super) fn serialize<S: Serializer>(
        outcome: &Result<Response, TransportError>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match outcome {
            Ok(response) => Borrowed::Response(response),
            Err(error) => Borrowed::Error(error),
        }
        .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Result<Response, TransportError>, D::Error> {
        Ok(match Owned::deserialize(deserializer)? {
            Owned::Response(response) => Ok(response),
            Owned::Error(error) => Err(error),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_survives_being_written_and_read() {
        for body in [Body::new("{\"a\":1}"), Body::new(vec![0xff, 0x00]), Body::new("")] {
            let exchange = Exchange {
                operation: "get_message".into(),
                purpose: "fetch".into(),
                request: Request { method: "GET".into(), path: "/a".into(), headers: vec![], body: None },
                outcome: Ok(Response {
                    status: 200,
                    headers: vec![("a".into(), "b".into())],
                    body,
                    refused: false,
                }),
                earlier: vec![Try(Err(TransportError {
                    kind: TransportErrorKind::Incomplete,
                    message: "closed".into(),
                }))],
                sent_us: 3,
                elapsed_us: 7,
            };
            let text = serde_json::to_string(&exchange).unwrap();
            assert_eq!(serde_json::from_str::<Exchange>(&text).unwrap(), exchange);
        }
    }

    #[test]
    fn content_that_is_not_json_says_why() {
        assert!(Body::new(vec![b'"', 0xff, b'"']).json().unwrap_err().not_utf8);
        assert!(!Body::new("{").json().unwrap_err().not_utf8);
        assert_eq!(Body::new("[1]").json().unwrap(), &serde_json::json!([1]));
        let many = format!("[0{}]", ",0".repeat(MOST_WEIGHT / 64));
        assert!(Body::new(many).json().unwrap_err().too_much);
    }
}
