//! Whether a target can be reached at all, asked once before a run, so that a wrong port is one clear sentence and not a
//! thousand failed cases.

use futures_util::future::BoxFuture;

use super::options::{Credentials, Outgoing};
use super::send::Client;
use crate::evidence::{Exchange, Response, TransportErrorKind};

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

/// Asks for the base path with GET, and once more in TLS where plain HTTP is not understood.
pub fn probe(client: &Client) -> BoxFuture<'_, Reachability> {
    // Boxed as `runner::run` is.
    Box::pin(ask(client))
}

async fn ask(client: &Client) -> Reachability {
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
        lacks: None,
    };
    let exchange = client.send(outgoing).await;
    let error = match &exchange.outcome {
        Ok(response) if wants_tls(response) => return Reachability::SpeaksTls { authority },
        Ok(_) => return Reachability::Answers(Box::new(exchange)),
        Err(error) => error,
    };
    let (kind, message) = (error.kind, error.message.clone());
    match kind {
        // The content is too long for us, and yet it is an answer.
        TransportErrorKind::TooLarge => Reachability::Answers(Box::new(exchange)),
        TransportErrorKind::Refused => Reachability::Refused { authority, message },
        TransportErrorKind::Tls => Reachability::NoTls { authority, message },
        TransportErrorKind::Malformed | TransportErrorKind::Incomplete | TransportErrorKind::Other => {
            let hello = client.send_raw("", "probe", &client_hello()).await.outcome.err();
            match hello.map(|error| error.kind) {
                Some(TransportErrorKind::Tls) => Reachability::SpeaksTls { authority },
                _ if kind == TransportErrorKind::Malformed => Reachability::NotHttp { authority, message },
                _ => Reachability::Unclear { authority, message },
            }
        }
        TransportErrorKind::Timeout | TransportErrorKind::Budget | TransportErrorKind::NotRecorded => {
            Reachability::Unclear { authority, message }
        }
    }
}

/// The shortest TLS `ClientHello` (RFC 5246, section 7.4.1.2): a TLS server answers it with a handshake or an alert. The empty
/// line at its end is for HTTP servers, which would wait for one.
fn client_hello() -> Vec<u8> {
    let random = [0; 32];
    let record_and_version = [0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3];
    // No session, one cipher suite (ECDHE-RSA with AES-128-GCM), no compression.
    let offer = [0, 0, 2, 0xc0, 0x2f, 1, 0];
    [&record_and_version[..], &random, &offer, b"\r\n\r\n"].concat()
}

/// Some TLS servers answer plain HTTP in plain HTTP: nginx, Go and Apache with 400 and one of these sentences.
fn wants_tls(response: &Response) -> bool {
    let text = response.body.text();
    response.status == 400
        && ["sent to HTTPS port", "HTTP request to an HTTPS server", "plain HTTP to an SSL-enabled server"]
            .iter()
            .any(|sentence| text.contains(sentence))
}
