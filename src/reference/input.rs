//! [`Input`]: a request as the handlers read it, with every way to be unreadable answered in the API's own error shape.

use std::collections::BTreeMap;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::response::Response;
use futures_util::StreamExt;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use super::BODY_LIMIT;
use super::api::failure;

/// What of an oversized body is read and thrown away, so that the client has sent it all and reads the 413.
const DRAIN_LIMIT: usize = 16 * BODY_LIMIT;

/// The parts of a request.
pub(crate) struct Input {
    params: BTreeMap<String, String>,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Input {
    /// A path parameter, percent-decoded; empty when the route has no such parameter.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// Whether the body says to be JSON, or says nothing.
    pub(crate) fn claims_json(&self) -> bool {
        let Some(value) = self.headers.get(CONTENT_TYPE) else {
            return true;
        };
        let essence = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let essence = essence.to_ascii_lowercase();
        essence == b"application/json"
            || (essence.starts_with(b"application/") && essence.ends_with(b"+json"))
    }
}

impl<S: Send + Sync> FromRequest<S> for Input {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        let params = match RawPathParams::from_request_parts(&mut parts, state).await {
            Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            // Routes without parameters have none to offer.
            Err(RawPathParamsRejection::MissingPathParams(_)) => BTreeMap::new(),
            // A name that is not UTF-8 names nothing.
            Err(_) => return Err(failure(&path, StatusCode::NOT_FOUND, "Not Found")),
        };
        let stated =
            parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if stated.is_some_and(|stated| stated > DRAIN_LIMIT as u64) {
            return Err(too_large(&path));
        }
        let mut bytes = Vec::new();
        let mut length = 0_usize;
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let Ok(chunk) = chunk else {
                return Err(failure(&path, StatusCode::BAD_REQUEST, "The body broke off"));
            };
            length = length.saturating_add(chunk.len());
            if length <= BODY_LIMIT {
                bytes.extend_from_slice(&chunk);
            } else if length > DRAIN_LIMIT {
                break;
            }
        }
        if length > BODY_LIMIT {
            return Err(too_large(&path));
        }
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        Ok(Self { params, query, headers: parts.headers, body: bytes })
    }
}

fn too_large(path: &str) -> Response {
    failure(path, StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 4 MiB")
}

/// The parameters of a query string.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    fn parse(text: &str) -> Self {
        Self(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter; of a repeated one the last.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a decimal integer strictly: an optional minus and digits, within 64 bits.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let strict = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if strict { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_strictly() {
        for (text, expected) in [
            ("0", Some(0)),
            ("007", Some(7)),
            ("-3", Some(-3)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("", None),
            ("-", None),
            ("+1", None),
            (" 1", None),
            ("1.0", None),
            ("1e3", None),
            ("0x1", None),
            ("١", None),
        ] {
            assert_eq!(integer(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_last_of_a_repeated_parameter_holds() {
        let query = Query::parse("a=1&a=2&b=%20x+y&c");
        assert_eq!(
            (query.get("a"), query.get("b"), query.get("c"), query.get("d")),
            (Some("2"), Some(" x y"), Some(""), None)
        );
    }
}
