//! Whether a target can be reached at all, asked once before a run, so that a wrong port is one clear sentence and not a
//! thousand failed cases.

use super::options::{Credentials, Outgoing};
use super::send::Client;
use crate::evidence::{Exchange, TransportErrorKind};

/// What a target does on a first request. `Display` gives a lowercase sentence fragment with the mend.
#[derive(Clone, Debug, PartialEq)]
pub enum Reachability {
    /// It answers HTTP; the status does not matter.
    Answers(Box<Exchange>),
    /// Nothing accepts connections at `host:port`, or the host is unknown.
    Refused {
        /// `host:port`.
        authority: String,
        /// Why.
        message: String,
    },
    /// The base URL says `http`, and the port speaks TLS.
    SpeaksTls {
        /// `host:port`.
        authority: String,
    },
    /// The base URL says `https`, and the port does not speak TLS, or its certificate is not trusted.
    NoTls {
        /// `host:port`.
        authority: String,
        /// Why.
        message: String,
    },
    /// Something listens that does not speak HTTP.
    NotHttp {
        /// `host:port`.
        authority: String,
        /// What it did instead.
        message: String,
    },
    /// There is no saying: no answer in time, an answer that breaks off, a budget that is used up.
    Unclear {
        /// `host:port`.
        authority: String,
        /// What happened.
        message: String,
    },
}

impl std::fmt::Display for Reachability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Answers(exchange) => match exchange.status() {
                Some(status) => write!(f, "the target answers with status {status}"),
                None => f.write_str("the target answers"),
            },
            Self::Refused { authority, message } => {
                write!(f, "nothing listens on {authority} ({message}): start the target or mend the base URL")
            }
            Self::SpeaksTls { authority } => {
                write!(f, "{authority} speaks TLS: write the base URL with https://")
            }
            Self::NoTls { authority, message } => write!(
                f,
                "no TLS with {authority} ({message}): write the base URL with http:// or mend the certificate"
            ),
            Self::NotHttp { authority, message } => {
                write!(f, "what listens on {authority} is no HTTP server ({message}): mend the base URL")
            }
            Self::Unclear { authority, message } => write!(f, "{authority} gives no answer: {message}"),
        }
    }
}

/// Asks for the base path with GET, and once more in the raw where the answer is not understood.
pub async fn probe(client: &Client) -> Reachability {
    let base = client.base_url();
    let host = base.host_str().unwrap_or_default();
    let authority = match base.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let outgoing = Outgoing {
        operation: String::new(),
        purpose: "probe".into(),
        method: http::Method::GET,
        path: "/".into(),
        headers: Vec::new(),
        body: None,
        credentials: Credentials::Usual,
    };
    let octets = client.octets(&outgoing).filter(|_| base.scheme() == "http");
    let exchange = client.send(outgoing).await;
    let Err(error) = &exchange.outcome else { return Reachability::Answers(Box::new(exchange)) };
    let (kind, message) = (error.kind, error.message.clone());
    match kind {
        // The content is too long for us, and yet it is an answer.
        TransportErrorKind::TooLarge => Reachability::Answers(Box::new(exchange)),
        TransportErrorKind::Refused => Reachability::Refused { authority, message },
        TransportErrorKind::Tls => Reachability::NoTls { authority, message },
        TransportErrorKind::Malformed | TransportErrorKind::Incomplete | TransportErrorKind::Other => {
            let raw = match octets {
                Some(octets) => client.send_raw("", "probe", &octets).await.outcome.err(),
                None => None,
            };
            match raw.map(|error| error.kind) {
                Some(TransportErrorKind::Tls) => Reachability::SpeaksTls { authority },
                _ if kind == TransportErrorKind::Malformed => Reachability::NotHttp { authority, message },
                _ => Reachability::Unclear { authority, message },
            }
        }
        TransportErrorKind::Timeout | TransportErrorKind::Budget => {
            Reachability::Unclear { authority, message }
        }
    }
}
