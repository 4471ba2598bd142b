//! One try of one request: over reqwest's pool, over a connection of its own, or as raw octets. Limits on time and octets hold
//! here; budgets, retries and redaction are for the layers around.

use std::time::Duration;

use http::{HeaderMap, Method};
use url::Url;

use super::assemble::Assembled;
use super::failure::{self, Failure, Phase};
use super::message::RawResponse;
use super::options::{ClientError, ClientOptions};
use super::raw;
use crate::evidence::TransportErrorKind;

/// Idle connections are dropped before common servers drop them (gunicorn after 2 s, Node.js and uvicorn after 5 s), so that
/// few requests meet a connection which is being closed.
const IDLE: Duration = Duration::from_millis(1500);

/// Over which connection a request goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    /// One that is open already, or else a new one.
    Any,
    /// A new one, which is closed after the response.
    New,
    /// The one that the last request of this kind left open, or else a new one. No other request goes over it.
    Kept,
    /// A new one that takes the request's octets as they are.
    Raw,
}

pub(super) struct Transport {
    base: Url,
    pooled: reqwest::Client,
    unpooled: reqwest::Client,
    kept: reqwest::Client,
    connect_timeout: Duration,
    max_body: usize,
}

impl Transport {
    pub(super) fn new(options: ClientOptions) -> Result<Self, ClientError> {
        check_base(&options.base_url)?;
        let pooled =
            builder(&options).pool_idle_timeout(IDLE).pool_max_idle_per_host(options.concurrency.max(1));
        let unpooled = builder(&options).pool_max_idle_per_host(0);
        let kept = builder(&options).pool_idle_timeout(IDLE).pool_max_idle_per_host(1);
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|e| ClientError::Setup(setup_problem(&e)))
        };
        Ok(Self {
            base: options.base_url,
            pooled: build(pooled)?,
            unpooled: build(unpooled)?,
            kept: build(kept)?,
            connect_timeout: options.connect_timeout,
            max_body: options.max_body,
        })
    }

    /// The base URL.
    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// The request target on the wire (RFC 9112, section 3.2.1) of a path relative to the base URL.
    pub(super) fn target(&self, path: &str) -> String {
        format!("{}{path}", self.base.path().trim_end_matches('/'))
    }

    /// The URL of a path relative to the base URL, unless the URL type would rewrite it or cannot hold it.
    pub(super) fn url(&self, path: &str) -> Option<Url> {
        /// What `http::Uri` can hold is 65,534 octets; scheme and host take their share of the URL.
        const MAX_TARGET: usize = 65_000;
        let target = self.target(path);
        if target.len() > MAX_TARGET || target.contains('#') {
            return None;
        }
        let url = Url::parse(&format!("{}{target}", &self.base[..url::Position::BeforePath])).ok()?;
        (url[url::Position::BeforePath..] == *target).then_some(url)
    }

    /// Sends `request` once and reads the response.
    pub(super) async fn attempt(
        &self,
        request: &Assembled,
        connection: Connection,
    ) -> Result<RawResponse, Failure> {
        match connection {
            // Whether the pool gave an open connection or a new one cannot be told for certain: while a new one is opened, another may become free
            // and be taken. So each early end may be that of a connection which the target was just closing.
            Connection::Any => self.attempt_with(&self.pooled, request).await,
            Connection::Kept => self.attempt_with(&self.kept, request).await,
            Connection::New => not_idle(self.attempt_with(&self.unpooled, request).await),
            Connection::Raw => {
                let octets = raw::octets(&self.base, &self.target(&request.path), request);
                self.attempt_raw(&octets).await
            }
        }
    }

    /// Sends octets as they are and reads the response.
    pub(super) async fn attempt_raw(&self, octets: &[u8]) -> Result<RawResponse, Failure> {
        not_idle(raw::exchange(&self.base, octets, self.connect_timeout, self.max_body).await)
    }

    async fn attempt_with(
        &self,
        client: &reqwest::Client,
        request: &Assembled,
    ) -> Result<RawResponse, Failure> {
        let url = self.url(&request.path).ok_or_else(|| {
            Failure::new(TransportErrorKind::Other, "the path cannot be sent as it is over https")
        })?;
        let mut outgoing = reqwest::Request::new(request.method.clone(), url);
        *outgoing.headers_mut() = request.wire_headers.clone();
        *outgoing.body_mut() = request.body.clone().map(reqwest::Body::from);
        let mut response =
            client.execute(outgoing).await.map_err(|e| failure::from_reqwest(&e, Phase::Head))?;
        let status = response.status().as_u16();
        let headers = header_list(response.headers());
        // A HEAD response states a length and has no content (RFC 9110, section 9.3.2).
        let stated = response.content_length().filter(|_| request.method != Method::HEAD);
        if stated.is_some_and(|stated| usize::try_from(stated).map_or(true, |s| s > self.max_body)) {
            return Err(failure::too_large(self.max_body));
        }
        let mut body = Vec::with_capacity(stated.and_then(|s| usize::try_from(s).ok()).unwrap_or(0));
        while let Some(chunk) =
            response.chunk().await.map_err(|e| failure::from_reqwest(&e, Phase::Content))?
        {
            if body.len() + chunk.len() > self.max_body {
                return Err(failure::too_large(self.max_body));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(RawResponse { status, headers, body })
    }
}

/// A new connection was not idle: its early end says something about the target, and is no reason to try again.
fn not_idle(outcome: Result<RawResponse, Failure>) -> Result<RawResponse, Failure> {
    outcome.map_err(|failure| Failure { closed_before_response: false, ..failure })
}

/// Whether requests can be sent to a base URL at all: it is `http` or, where that is built in, `https`, and holds neither credentials nor a query.
pub fn check_base(base: &Url) -> Result<(), ClientError> {
    if !base.username().is_empty() || base.password().is_some() {
        return Err(ClientError::Userinfo(base.host_str().unwrap_or_default().to_owned()));
    }
    // A query may hold a secret, so it is not repeated.
    let mut shown = base.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    let shown = shown.to_string();
    if !matches!(base.scheme(), "http" | "https") {
        return Err(ClientError::Scheme(shown));
    }
    if base.scheme() == "https" && !cfg!(feature = "https") {
        return Err(ClientError::HttpsNotBuilt(shown));
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err(ClientError::QueryOrFragment(shown));
    }
    Ok(())
}

fn builder(options: &ClientOptions) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .tcp_nodelay(true)
        .connect_timeout(options.connect_timeout);
    with_tls(builder, options.base_url.scheme() == "https")
}

/// Without a provider rustls panics, for `http` targets too. The provider is one per process; where one is installed
/// already, that one serves as well.
#[cfg(feature = "https")]
fn with_tls(builder: reqwest::ClientBuilder, needed: bool) -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Reading the platform's root certificates takes time, and fails where there are none.
    if needed { builder } else { builder.tls_certs_only([]) }
}

#[cfg(not(feature = "https"))]
fn with_tls(builder: reqwest::ClientBuilder, _needed: bool) -> reqwest::ClientBuilder {
    builder
}

fn setup_problem(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn header_list(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect()
}
