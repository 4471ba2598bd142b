//! What the small servers have in common: requests taken apart, answers put together, values checked. Nothing here knows a document, and nothing
//! is shared with specproof: a mistake made in both would cancel out.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The most octets of content that are read.
const MOST_CONTENT: usize = 4 << 20;

/// A request, taken apart.
pub(crate) struct Call {
    /// The method; GET for HEAD, whose answer lacks the content only.
    pub(crate) method: String,
    /// The path's segments, percent-decoded.
    pub(crate) segments: Vec<String>,
    /// The query's parameters, decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    headers: HeaderMap,
    content: Bytes,
}

impl Call {
    async fn read(request: Request) -> Self {
        let (head, body) = request.into_parts();
        let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        Self {
            method: if head.method == "HEAD" { "GET".to_owned() } else { head.method.to_string() },
            segments: head.uri.path().trim_start_matches('/').split('/').map(decode).collect(),
            query: url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect(),
            headers: head.headers,
            content: axum::body::to_bytes(body, MOST_CONTENT).await.unwrap_or_default(),
        }
    }

    /// The segments as they are matched.
    pub(crate) fn at(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// Whether there is content.
    pub(crate) fn has_content(&self) -> bool {
        !self.content.is_empty()
    }

    /// The names of all header fields.
    pub(crate) fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.keys().map(axum::http::HeaderName::as_str)
    }

    /// The first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter that is an integer within bounds.
    pub(crate) fn integer(&self, name: &str, usual: u64, bounds: (u64, u64)) -> Result<u64, String> {
        let Some(text) = self.query(name) else { return Ok(usual) };
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse::<u64>() {
            Ok(value) if digits && (bounds.0..=bounds.1).contains(&value) => Ok(value),
            _ => Err(format!("{name} must be an integer from {} to {}", bounds.0, bounds.1)),
        }
    }

    /// A header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let mut pairs = self.header("cookie")?.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The content as JSON.
    pub(crate) fn json(&self) -> Result<Value, String> {
        if self.header("content-type").is_some_and(|media_type| !media_type.contains("json")) {
            return Err("the content is not said to be JSON".to_owned());
        }
        self.json_of_any_type()
    }

    /// The content as JSON, whatever it is said to be.
    pub(crate) fn json_of_any_type(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.content).map_err(|_| "the content is no JSON".to_owned())
    }
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) content: Option<Value>,
    pub(crate) media_type: &'static str,
    /// A member that is to stand twice in the content.
    pub(crate) twice: Option<&'static str>,
}

impl Reply {
    /// JSON.
    pub(crate) fn json(status: u16, content: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content: Some(content),
            media_type: "application/json",
            twice: None,
        }
    }

    /// Nothing.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), content: None, media_type: "", twice: None }
    }

    /// The same with a header field more.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same as another media type.
    pub(crate) fn typed(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self
    }

    fn into_response(mut self, variation: Variation, count: usize) -> Response {
        variation.dress(&mut self, count);
        let mut response = Response::builder().status(StatusCode::from_u16(self.status).unwrap_or_default());
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        let Some(content) = self.content else { return response.body(Body::empty()).unwrap_or_default() };
        let (charset, text) = match variation {
            Variation::Pretty => {
                ("; charset=utf-8", serde_json::to_string_pretty(&content).unwrap_or_default() + "\n")
            }
            Variation::Escaped => ("", ascii(&content.to_string())),
            _ => ("", content.to_string()),
        };
        let text = match self.twice.and_then(|name| Some((name, content.get(name)?, text.strip_prefix('{')?)))
        {
            Some((name, value, rest)) => format!("{{\"{name}\":{value},{rest}"),
            None => text,
        };
        response = response.header("content-type", format!("{}{charset}", self.media_type));
        let content = if variation == Variation::Chunked {
            let octets = Bytes::from(text);
            let half = octets.len() / 2;
            let parts = [octets.slice(..half), octets.slice(half..)].map(Ok::<_, std::io::Error>);
            Body::from_stream(futures_util::stream::iter(parts))
        } else {
            Body::from(text)
        };
        response.body(content).unwrap_or_default()
    }
}

/// What a server may do otherwise without being wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variation {
    /// Nothing.
    Plain,
    /// JSON comes with blanks, a line end, and a charset that says nothing.
    Pretty,
    /// JSON has nothing but ASCII.
    Escaped,
    /// Content comes in chunks, and each connection is closed.
    Chunked,
    /// There are header fields that nobody knows, and one that is another in every answer.
    MoreFields,
    /// Objects have a member that the document does not know, where it does not forbid that.
    MoreMembers,
    /// Instants are written with an offset of five hours and in microseconds.
    OtherZone,
}

impl Variation {
    /// All that change something.
    pub(crate) const ALL: [Self; 6] =
        [Self::Pretty, Self::Escaped, Self::Chunked, Self::MoreFields, Self::MoreMembers, Self::OtherZone];

    fn dress(self, reply: &mut Reply, count: usize) {
        match self {
            Self::Chunked => reply.headers.push(("connection", "close".to_owned())),
            Self::MoreFields => {
                reply.headers.push(("x-request-id", format!("r-{count}")));
                reply.headers.push(("cache-control", "no-store".to_owned()));
                reply.headers.push(("vary", "accept".to_owned()));
                reply.headers.push(("set-cookie", format!("seen={count}; Path=/; HttpOnly")));
            }
            Self::MoreMembers => {
                for object in reply.content.iter_mut().flat_map(objects) {
                    object.insert("etc".to_owned(), serde_json::json!({ "kind": "new", "n": [1, null] }));
                }
            }
            Self::OtherZone => reply.content.iter_mut().for_each(|content| rewrite_instants("", content)),
            _ => {}
        }
    }
}

/// The objects at the top of some content that may have further members: it, or what is in it.
fn objects(content: &mut Value) -> Vec<&mut serde_json::Map<String, Value>> {
    match content {
        Value::Array(items) => items.iter_mut().filter_map(Value::as_object_mut).collect(),
        Value::Object(members) if !members.is_empty() => vec![members],
        _ => Vec::new(),
    }
}

/// Writes instants that a server made in another way.
fn rewrite_instants(name: &str, value: &mut Value) {
    let made = [
        "openedAt",
        "addedAt",
        "createTime",
        "created_at",
        "updated_at",
        "opened",
        "placed",
        "surveyed",
        "at",
    ];
    match value {
        Value::String(text) if made.contains(&name) => {
            if let Ok(at) = text.parse::<jiff::Timestamp>() {
                let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(5));
                *text = at.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S.%6f%:z").to_string();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite_instants(name, item)),
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, member)| rewrite_instants(name, member));
        }
        _ => {}
    }
}

/// JSON text with nothing but ASCII in it (RFC 8259, section 7).
fn ascii(text: &str) -> String {
    let mut units = [0; 2];
    text.chars().fold(String::with_capacity(text.len()), |mut ascii, c| {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            ascii.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
        ascii
    })
}

/// The fault that a server was told to have, if any.
#[derive(Clone, Copy)]
pub(crate) struct Fault(pub(crate) Option<&'static str>);

impl Fault {
    /// Whether it is this one.
    pub(crate) fn is(self, name: &'static str) -> bool {
        self.0 == Some(name)
    }
}

/// A server's store and what it answers.
pub(crate) trait Api: Send + 'static {
    /// Answers one request.
    fn answer(&mut self, call: &Call) -> Reply;
}

/// A small server, ready to be started.
pub(crate) struct Small {
    /// Its name: that of its folder under `fixtures/apis`.
    pub(crate) name: &'static str,
    /// What it asks for as credentials.
    pub(crate) token: Option<&'static str>,
    /// The credentials of another user, who sees nothing of what the first one has.
    pub(crate) other: Option<&'static str>,
    /// Its faults, with a sentence on each.
    pub(crate) faults: &'static [(&'static str, &'static str)],
    /// Makes an empty store with a fault; `origin` is where the server can be reached.
    pub(crate) make: fn(Fault, origin: String) -> Box<dyn Api>,
}

impl Api for Box<dyn Api> {
    fn answer(&mut self, call: &Call) -> Reply {
        self.as_mut().answer(call)
    }
}

/// A running server; it ends with its task.
pub(crate) struct Running {
    pub(crate) url: String,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(
        small: &Small,
        fault: Option<&'static str>,
        variation: Variation,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let api = Arc::new(Mutex::new(((small.make)(Fault(fault), url.clone()), 0)));
        let router = Router::new().fallback(move |request: Request| {
            let api = Arc::clone(&api);
            async move {
                let call = Call::read(request).await;
                let (reply, count) = {
                    let mut held = api.lock().unwrap_or_else(PoisonError::into_inner);
                    held.1 += 1;
                    (held.0.answer(&call), held.1)
                };
                reply.into_response(variation, count)
            }
        });
        let task = tokio::spawn(async move {
            // The listener fails only when the test is over.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, task })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a member of the content must be.
#[derive(Clone, Copy)]
pub(crate) enum Is {
    /// A text of so many code points.
    Text(usize, usize),
    /// An integer within bounds.
    Integer(i64, i64),
    /// `true` or `false`.
    Boolean,
    /// At least one digit, and at most so many.
    Digits(usize),
    /// An array of at most so many texts, each of at most so many code points.
    Texts(usize, usize),
    /// An instant (RFC 3339).
    Instant,
    /// A UUID.
    Uuid,
    /// An object.
    Object,
    /// An object of at most so many texts, each of at most so many code points.
    Map(usize, usize),
    /// One of these.
    OneOf(&'static [&'static str]),
}

impl Is {
    fn holds(self, value: &Value) -> bool {
        let length = |min: usize, max: usize| {
            value.as_str().is_some_and(|text| (min..=max).contains(&text.chars().count()))
        };
        match self {
            Self::Text(min, max) => length(min, max),
            Self::Boolean => value.is_boolean(),
            Self::Digits(most) => {
                length(1, most) && value.as_str().is_some_and(|text| text.bytes().all(|b| b.is_ascii_digit()))
            }
            Self::Texts(most, longest) => {
                let items = value.as_array();
                items.is_some_and(|items| {
                    items.len() <= most && items.iter().all(|item| Self::Text(0, longest).holds(item))
                })
            }
            Self::Instant => value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
            Self::Uuid => value.as_str().is_some_and(|text| uuid::Uuid::try_parse(text).is_ok()),
            Self::Object => value.is_object(),
            Self::Map(most, longest) => value.as_object().is_some_and(|members| {
                members.len() <= most && members.values().all(|value| Self::Text(0, longest).holds(value))
            }),
            Self::Integer(min, max) => integer(value).is_some_and(|n| (min..=max).contains(&n)),
            Self::OneOf(values) => value.as_str().is_some_and(|text| values.contains(&text)),
        }
    }
}

/// An integer, also where it is written as `5.0`, which JSON Schema calls one.
fn integer(value: &Value) -> Option<i64> {
    let whole = |float: f64| float.fract() == 0.0 && float.abs() < 9e15;
    #[expect(clippy::cast_possible_truncation, reason = "the bound keeps the value inside i64")]
    value.as_i64().or_else(|| value.as_f64().filter(|float| whole(*float)).map(|float| float as i64))
}

/// What is wrong with the content, by its members: name, whether it must be there, and what it is. Other members are let be.
pub(crate) fn wrong(content: &Value, members: &[(&str, bool, Is)]) -> Option<String> {
    let Some(object) = content.as_object() else { return Some("the content must be an object".to_owned()) };
    members.iter().find_map(|(name, needed, is)| match object.get(*name) {
        None => needed.then(|| format!("{name} is missing")),
        Some(value) => (!is.holds(value)).then(|| format!("{name} is not as described")),
    })
}

/// A clock that goes on by some milliseconds each time that it is read, from a fixed instant.
pub(crate) struct Clock(i64);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(1_750_000_000_000)
    }

    pub(crate) fn now(&mut self) -> jiff::Timestamp {
        self.0 += 7;
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default()
    }
}
