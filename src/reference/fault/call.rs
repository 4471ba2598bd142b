//! Requests and answers as faults see them: [`Call`], [`Reply`], and [`Inner`], the undamaged server behind a fault.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version};
use serde_json::Value;

use crate::reference::BODY_LIMIT;

/// How long a race is open.
const MOMENT: Duration = Duration::from_millis(50);

/// A request, held so that it can be changed and sent more than once.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    query: Option<String>,
}

impl Call {
    /// Takes a request apart; HEAD becomes GET, and the flag says so. A request whose body is too large to hold or breaks
    /// off comes back, for the handlers to refuse.
    pub(crate) async fn read(request: Request) -> Result<(Self, bool), Request> {
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, BODY_LIMIT * 16).await else {
            let oversized = Body::from(vec![b' '; BODY_LIMIT + 1]);
            return Err(Request::from_parts(parts, oversized));
        };
        let head = parts.method == Method::HEAD;
        let call = Self {
            method: if head { Method::GET } else { parts.method },
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: parts.headers,
            body: body.to_vec(),
        };
        Ok((call, head))
    }

    fn to_request(&self) -> Request {
        let mut request = Request::new(Body::from(self.body.clone()));
        let target = match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        };
        // The parts come from a URI that was valid, or from our own encoding.
        *request.uri_mut() = target.parse().unwrap_or_else(|_| Uri::from_static("/"));
        *request.method_mut() = self.method.clone();
        *request.version_mut() = Version::HTTP_11;
        *request.headers_mut() = self.headers.clone();
        request
    }

    fn pairs(&self) -> Vec<(String, String)> {
        let query = self.query.as_deref().unwrap_or_default();
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// The value of a query parameter.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.pairs().into_iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// How often a query parameter is given.
    pub(crate) fn times(&self, name: &str) -> usize {
        self.pairs().iter().filter(|(key, _)| key == name).count()
    }

    /// The value of a query parameter as an integer, or the default.
    pub(crate) fn number(&self, name: &str, default: i64) -> i64 {
        self.get(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    }

    /// Whether a query parameter is an integer or absent.
    pub(crate) fn is_number_or_absent(&self, name: &str) -> bool {
        self.get(name).is_none_or(|text| text.parse::<i64>().is_ok())
    }

    /// Sets a query parameter.
    pub(crate) fn set(&mut self, name: &str, value: impl Display) {
        let mut pairs = self.pairs();
        pairs.retain(|(key, _)| key != name);
        pairs.push((name.to_owned(), value.to_string()));
        self.set_pairs(&pairs);
    }

    /// Removes a query parameter.
    pub(crate) fn remove(&mut self, name: &str) {
        let mut pairs = self.pairs();
        pairs.retain(|(key, _)| key != name);
        self.set_pairs(&pairs);
    }

    /// The same call with a query parameter set.
    pub(crate) fn with(&self, name: &str, value: impl Display) -> Self {
        let mut call = self.clone();
        call.set(name, value);
        call
    }

    /// The same call without a query parameter.
    pub(crate) fn without(&self, name: &str) -> Self {
        let mut call = self.clone();
        call.remove(name);
        call
    }

    fn set_pairs(&mut self, pairs: &[(String, String)]) {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        self.query = (!pairs.is_empty()).then(|| query.finish());
    }

    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Changes the body, when it is JSON.
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut json) = serde_json::from_slice(&self.body) {
            change(&mut json);
            self.set_json(&json);
        }
    }

    /// A member of the content, null where there is none.
    pub(crate) fn member(&self, name: &str) -> Value {
        self.json().get(name).cloned().unwrap_or_default()
    }

    /// Replaces the body. What the client says that it is stays as it was.
    pub(crate) fn set_json(&mut self, json: &Value) {
        self.body = json.to_string().into_bytes();
        self.headers.remove(CONTENT_LENGTH);
        if !self.headers.contains_key(CONTENT_TYPE) {
            self.set_header("content-type", "application/json");
        }
    }

    /// Sets a header.
    pub(crate) fn set_header(&mut self, name: &'static str, value: &'static str) {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }

    /// The path without its last segments.
    pub(crate) fn parent(&self, segments: usize) -> String {
        let mut parts: Vec<&str> = self.path.split('/').collect();
        parts.truncate(parts.len().saturating_sub(segments));
        parts.join("/")
    }

    /// A GET or POST without query and body, with this call's headers.
    pub(crate) fn sibling(&self, method: Method, path: String) -> Self {
        let mut headers = self.headers.clone();
        headers.remove(CONTENT_LENGTH);
        Self { method, path, headers, body: Vec::new(), query: None }
    }
}

/// An answer.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// What `Content-Length` of the answer to HEAD claims instead of the truth.
    pub(crate) head_length: Option<u64>,
    /// Whether the connection breaks in the middle of the content.
    pub(crate) breaks: bool,
}

impl Reply {
    /// A JSON answer.
    pub(crate) fn new(status: StatusCode, json: &Value) -> Self {
        let mut reply =
            Self { status, headers: HeaderMap::new(), body: Vec::new(), head_length: None, breaks: false };
        reply.set_json(json);
        reply.set_header("content-type", "application/json");
        reply
    }

    async fn read(response: Response) -> Self {
        let (mut parts, body) = response.into_parts();
        parts.headers.remove(CONTENT_LENGTH);
        // The handlers' answers lie in memory, so reading them does not fail.
        let body = to_bytes(body, usize::MAX).await.map(|bytes| bytes.to_vec()).unwrap_or_default();
        Self { status: parts.status, headers: parts.headers, body, head_length: None, breaks: false }
    }

    /// Puts the answer together, for HEAD with the length of the body it leaves out.
    pub(crate) fn into_response(self, head: bool) -> Response {
        let length = u64::try_from(self.body.len()).unwrap_or(u64::MAX);
        let body = match self.body {
            _ if head => Body::empty(),
            mut body if self.breaks => {
                body.truncate(body.len() / 2);
                let torn = Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted));
                Body::from_stream(futures_util::stream::iter([Ok(body), torn]))
            }
            body => Body::from(body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if head {
            let length = HeaderValue::from(self.head_length.unwrap_or(length));
            response.headers_mut().insert(CONTENT_LENGTH, length);
        }
        response
    }

    /// Whether the request succeeded.
    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Changes the body of a success.
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        if self.is_success() {
            let mut json = self.json();
            change(&mut json);
            self.set_json(&json);
        }
    }

    /// A member of the content, null where there is none.
    pub(crate) fn member(&self, name: &str) -> Value {
        self.json().get(name).cloned().unwrap_or_default()
    }

    /// Replaces the body.
    pub(crate) fn set_json(&mut self, json: &Value) {
        self.body = json.to_string().into_bytes();
    }

    /// Sets a header.
    pub(crate) fn set_header(&mut self, name: &'static str, value: &'static str) {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}

/// What a fault knows besides the request: the token of the server, and a number for each key.
pub(crate) struct Memory {
    token: Option<String>,
    counts: Mutex<BTreeMap<String, u64>>,
}

impl Memory {
    pub(crate) fn new(token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), counts: Mutex::default() }
    }

    /// How often this has been called with this key, this time included.
    pub(crate) fn count(&self, key: &str) -> u64 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key.to_owned()).or_default();
        *count += 1;
        *count
    }

    /// How often a key was counted.
    fn counted(&self, key: &str) -> u64 {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(key).copied().unwrap_or_default()
    }

    /// All keys that were counted, in their order.
    pub(crate) fn keys(&self) -> Vec<String> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.keys().cloned().collect()
    }
}

/// The server behind a fault.
pub(crate) struct Inner {
    next: Next,
    pub(crate) memory: Arc<Memory>,
}

impl Inner {
    pub(crate) fn new(next: Next, memory: Arc<Memory>) -> Self {
        Self { next, memory }
    }

    /// Asks the server.
    pub(crate) async fn send(&self, call: &Call) -> Reply {
        Reply::read(self.next.clone().run(call.to_request()).await).await
    }

    /// Waits a moment, as if something took time that nobody guards; gives the request's place among those with this key if another
    /// was under way at the same time.
    pub(crate) async fn raced(&self, key: &str) -> Option<u64> {
        let (arrived, left) = (format!("{key} arrived"), format!("{key} left"));
        let place = self.memory.count(&arrived);
        let busy = place > self.memory.counted(&left) + 1;
        tokio::time::sleep(MOMENT).await;
        let joined = self.memory.counted(&arrived) > place;
        self.memory.count(&left);
        (busy || joined).then_some(place)
    }

    /// Gives a request the credentials that the server asks for.
    pub(crate) fn admit(&self, call: &mut Call) {
        let Some(token) = &self.memory.token else {
            return;
        };
        if let (Ok(bearer), Ok(key)) = (format!("Bearer {token}").parse(), token.parse()) {
            call.headers.insert(AUTHORIZATION, bearer);
            call.headers.insert("x-api-key", key);
        }
    }

    /// Whether the right token stands somewhere in a request's credentials.
    pub(crate) fn is_held(&self, call: &Call) -> bool {
        let token = self.token().as_bytes();
        let sent = call.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        !token.is_empty() && sent.is_some_and(|sent| sent.ends_with(token))
    }

    /// The right token; empty where none is asked for.
    pub(crate) fn token(&self) -> &str {
        self.memory.token.as_deref().unwrap_or_default()
    }

    /// Whether the token of a request begins like the right one.
    pub(crate) fn is_prefixed(&self, call: &Call) -> bool {
        let Some(token) = &self.memory.token else {
            return false;
        };
        let bearer = call.headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().get(7..));
        let key = call.headers.get("x-api-key").map(HeaderValue::as_bytes);
        let beginning = token.as_bytes().get(..4).unwrap_or(token.as_bytes());
        [bearer, key].into_iter().flatten().any(|sent| sent.starts_with(beginning))
    }
}
