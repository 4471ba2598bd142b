//! What a client is told once ([`ClientOptions`]) and what it is told for each request ([`Outgoing`]).

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::recording::Recording;

/// A value that must not be recorded, and the variable that stands for it.
#[derive(Clone)]
pub struct Secret {
    /// The variable's name, such as `SPECPROOF_TOKEN`; recordings show `$SPECPROOF_TOKEN`.
    pub name: String,
    /// The value.
    pub value: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret(${})", self.name)
    }
}

/// How a client behaves. It has no `Debug`, since its header fields may hold credentials.
#[derive(Clone)]
pub struct ClientOptions {
    /// The target: `http` or `https`, host, port and an optional path prefix.
    pub base_url: Url,
    /// Header fields for every request. Those that carry credentials are told apart, see [`Credentials`].
    pub headers: Vec<(String, String)>,
    /// Query parameters for every request, which all carry credentials; not percent-encoded.
    pub query: Vec<(String, String)>,
    /// Values that are replaced wherever they would be recorded.
    pub secrets: Vec<Secret>,
    /// The longest a request may take, from connecting to the last octet of the content.
    pub timeout: Duration,
    /// The longest that connecting may take.
    pub connect_timeout: Duration,
    /// The most octets that a response's content may have.
    pub max_body: usize,
    /// The most octets that all answers together may take which are kept at one time. Once they take more, nothing is sent.
    pub max_held: usize,
    /// The most requests that may be sent, every try counted.
    pub max_requests: Option<usize>,
    /// When the time for cases is used up.
    pub deadline: Option<Instant>,
    /// When the time for cleaning up is used up, which comes after the cases; the same as `deadline` where it is not given.
    pub cleanup_deadline: Option<Instant>,
    /// The most requests per second.
    pub rate: Option<f64>,
    /// The longest wait that is granted to a target which asks for one. Where it asks for more, its answer is taken as it is.
    pub max_retry_after: Duration,
    /// The most requests in flight.
    pub concurrency: usize,
    /// A recording that answers in the place of the target. Nothing is sent then.
    pub recording: Option<Arc<Recording>>,
}

impl ClientOptions {
    /// The defaults for a target: 10 s a request, 5 s to connect, 8 MiB of content, 96 MiB
    /// of answers, no budgets, no rate, waits of at most
    /// 30 s, 16 requests in flight.
    pub fn new(base_url: Url) -> Self {
        Self {
            base_url,
            headers: Vec::new(),
            query: Vec::new(),
            secrets: Vec::new(),
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            max_body: 8 << 20,
            max_held: 96 << 20,
            max_requests: None,
            deadline: None,
            cleanup_deadline: None,
            rate: None,
            max_retry_after: Duration::from_secs(30),
            concurrency: 16,
            recording: None,
        }
    }
}

/// Something that shows who sends a request. It has no `Debug`, since it holds a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Where it goes.
    pub place: Place,
    /// The name of the header field, in lower case, or of the query parameter.
    pub name: String,
    /// The value, not percent-encoded.
    pub value: String,
}

/// Where a credential goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a header field.
    Header,
    /// In the query.
    Query,
}

/// Which credentials a request carries. `Debug` says which kind, and no secret.
#[derive(Clone, Default)]
pub enum Credentials {
    /// Those of the target: the fixed header fields that hold a secret or are credentials by their name, and the fixed query parameters.
    #[default]
    Usual,
    /// None at all.
    None,
    /// These in place of the usual ones.
    Other(Vec<Credential>),
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Usual => "Usual",
            Self::None => "None",
            Self::Other(_) => "Other",
        })
    }
}

/// A request to be sent. It has no `Debug`, since it may hold credentials.
#[derive(Clone)]
pub struct Outgoing {
    /// The operation's short name in the suite.
    pub operation: String,
    /// What the request is for, in a few words; equal in every run.
    pub purpose: String,
    /// The method.
    pub method: http::Method,
    /// Path and query relative to the base URL, percent-encoded already; starts with `/`.
    pub path: String,
    /// Header fields of this request; one that is also fixed or a usual credential takes its place.
    pub headers: Vec<(String, String)>,
    /// The content, if any.
    pub body: Option<Vec<u8>>,
    /// The credentials.
    pub credentials: Credentials,
    /// A path parameter that nothing is known for. Without it the path names something else, so such a request is recorded and not sent.
    pub lacks: Option<String>,
}

/// Why a client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The base URL has a scheme that is not HTTP.
    #[error("base URL `{0}` must start with http:// or https://")]
    Scheme(String),
    /// The base URL is `https`, and this build has no TLS.
    #[error("base URL `{0}` needs TLS, which this build leaves out: build with the feature `https`")]
    HttpsNotBuilt(String),
    /// The base URL holds credentials, which would be recorded with it.
    #[error("base URL for `{0}` holds a user name or password: pass an Authorization header instead")]
    Userinfo(String),
    /// The base URL ends in a query or fragment.
    #[error("base URL `{0}` must end with its path: leave out what follows `?` or `#`")]
    QueryOrFragment(String),
    /// A fixed header field cannot be sent.
    #[error("header `{0}` has a name or value that HTTP does not allow")]
    Header(String),
    /// A variable's name would not be one in a shell.
    #[error("`{0}` cannot stand for a secret: use letters, digits and `_`, and no digit first")]
    SecretName(String),
    /// The rate is not a positive number.
    #[error("a rate of {0} requests per second is not possible: give a number above 0")]
    Rate(f64),
    /// The HTTP library could not be set up, for example for want of trusted root certificates.
    #[error("the HTTP client could not be set up: {0}")]
    Setup(String),
}
