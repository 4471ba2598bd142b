//! One entry of an HTTP Archive: [`Entry`]. It borrows what it can, since a long run has many.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::evidence::{Exchange, Request};

/// The entry for an exchange; below are its parts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'a> {
    pageref: String,
    started_date_time: &'a str,
    time: f64,
    request: Sent<'a>,
    response: Received<'a>,
    cache: Nothing,
    timings: Timings,
    comment: &'a str,
}

/// An object without members.
#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Timings {
    send: u8,
    wait: f64,
    receive: u8,
    comment: &'static str,
}

#[derive(Serialize)]
struct Pair<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
    method: &'a str,
    url: String,
    http_version: &'static str,
    cookies: [(); 0],
    headers: Vec<Pair<'a>>,
    query_string: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData<'a>>,
    headers_size: i8,
    body_size: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData<'a> {
    mime_type: &'a str,
    params: [(); 0],
    text: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Received<'a> {
    status: u16,
    status_text: &'static str,
    http_version: &'static str,
    cookies: [(); 0],
    headers: Vec<Pair<'a>>,
    content: Content<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: &'a str,
    headers_size: i8,
    body_size: usize,
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    size: usize,
    mime_type: &'a str,
    text: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
}

impl<'a> Entry<'a> {
    /// The entry of an exchange with this target that began at `moment`, on a page of the archive.
    pub(super) fn new(exchange: &'a Exchange, target: &str, pageref: String, moment: &'a str) -> Self {
        let whole = milliseconds(exchange.elapsed_us);
        Self {
            pageref,
            started_date_time: moment,
            time: whole,
            request: request(&exchange.request, target),
            response: response(exchange),
            cache: Nothing {},
            timings: Timings {
                send: 0,
                wait: whole,
                receive: 0,
                comment: "only the whole time was measured",
            },
            comment: &exchange.purpose,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a time that is too long to be exact is no time of a request")]
fn milliseconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1_000.0
}

/// An array of names and values, as the archive has header fields.
fn pairs(pairs: &[(String, String)]) -> Vec<Pair<'_>> {
    pairs.iter().map(|(name, value)| Pair { name: name.into(), value: value.into() }).collect()
}

fn request<'a>(request: &'a Request, target: &str) -> Sent<'a> {
    let query = request.path.split_once('?').map_or("", |(_, query)| query);
    let query = url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| Pair { name, value });
    let post_data = request.body.as_ref().map(|body| PostData {
        mime_type: header(&request.headers, "content-type").unwrap_or_default(),
        params: [],
        text: body.text(),
        comment: std::str::from_utf8(body.bytes())
            .is_err()
            .then_some("not UTF-8: octets that are none are replaced"),
    });
    Sent {
        method: &request.method,
        url: format!("{target}{}", request.path),
        http_version: "HTTP/1.1",
        cookies: [],
        headers: pairs(&request.headers),
        query_string: query.collect(),
        post_data,
        headers_size: -1,
        body_size: request.body.as_ref().map_or(0, |body| body.bytes().len()),
    }
}

/// The response; where none came, one with status 0, as browsers write it.
fn response(exchange: &Exchange) -> Received<'_> {
    let came = exchange.response();
    let headers = came.map_or(&[][..], |response| &response.headers);
    let octets = came.map_or(&[][..], |response| response.body.bytes());
    let status = came.map_or(0, |response| response.status);
    let (text, encoding) = match std::str::from_utf8(octets) {
        Ok(text) => (text.into(), None),
        Err(_) => (STANDARD.encode(octets).into(), Some("base64")),
    };
    let error = exchange.outcome.as_ref().err().map(|error| error.message.as_str());
    Received {
        status,
        status_text: http::StatusCode::from_u16(status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or_default(),
        http_version: "HTTP/1.1",
        cookies: [],
        headers: pairs(headers),
        content: Content {
            size: octets.len(),
            mime_type: header(headers, "content-type").unwrap_or("x-unknown"),
            text,
            encoding,
        },
        redirect_url: header(headers, "location").unwrap_or_default(),
        headers_size: -1,
        body_size: octets.len(),
        error,
        comment: error,
    }
}

fn header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
