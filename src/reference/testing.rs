//! What the tests of the three APIs share: [`Server`], a running server and a client for it.

use std::sync::Arc;

use http::{HeaderMap, Method};
use jiff::Timestamp;
use serde_json::Value;

use super::clock::ManualClock;
use super::{Options, Running};

/// A running server whose clock stands still until it is moved.
pub(crate) struct Server {
    running: Running,
    client: reqwest::Client,
    pub(crate) clock: Arc<ManualClock>,
}

/// An answer, with its body as JSON, or as text when it is none.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        Self::behind(client(), change).await
    }

    /// A server for a client that lives longer than it; making a client costs more than making a server.
    pub(crate) async fn behind(client: reqwest::Client, change: impl FnOnce(&mut Options)) -> Self {
        let start: Timestamp = "2026-01-02T03:04:05.678901Z".parse().expect("an instant");
        let clock = Arc::new(ManualClock::new(start));
        let mut options = Options::new(clock.clone());
        change(&mut options);
        let running = Running::start(options).await.expect("a free port");
        Self { running, client, clock }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], String::new()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string()).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.client.request(method, format!("{}{path}", self.running.base_url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body(body).send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, headers, body }
    }
}

pub(crate) fn client() -> reqwest::Client {
    // The client is built with TLS without a provider of its own; a second installation changes nothing.
    #[cfg(feature = "https")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

impl Answer {
    /// One member of each item of a list.
    pub(crate) fn each(&self, list: &str, member: &str) -> Vec<String> {
        let items = self.body[list].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item[member].as_str().unwrap_or_default().to_owned()).collect()
    }
}
