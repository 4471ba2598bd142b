//! The operations of a document, as every other layer reads them: parameters merged, references followed, security
//! made effective, each part with the JSON pointer it stands at.

use std::collections::BTreeMap;
use std::fmt;

use http::Method;
use serde_json::Value;

use super::schema::Schema;

/// The version of the `OpenAPI` Specification that a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 3.0.x, with a schema dialect of its own.
    V3_0,
    /// 3.1.x, with JSON Schema 2020-12.
    V3_1,
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::V3_0 => "3.0",
            Self::V3_1 => "3.1",
        })
    }
}

/// One method on one path ("Operation Object").
#[derive(Debug, Clone)]
pub struct Operation {
    /// The `operationId`, else the method and the path template (`GET /users/{id}`).
    pub id: String,
    /// The method.
    pub method: Method,
    /// The path template, with its parameters in braces.
    pub path: String,
    /// JSON pointer to the operation in the document.
    pub pointer: String,
    /// The parameters of the path item, those of the operation in the place of those that they override, then the
    /// operation's other ones. Header parameters named `Accept`, `Content-Type` and `Authorization` are left out, as
    /// the specification says ("Parameter Object", field `in`).
    pub parameters: Vec<Parameter>,
    /// The request body, when one is described.
    pub request_body: Option<RequestBody>,
    /// The responses: exact statuses in ascending order, then ranges, then `default`.
    pub responses: Vec<Response>,
    /// The alternatives of which one must be satisfied, each a set of schemes with their scopes: the operation's own,
    /// else the document's. Empty means that the operation is public.
    pub security: Vec<BTreeMap<String, Vec<String>>>,
    /// The operation's `x-` members.
    pub extensions: BTreeMap<String, Value>,
    /// Whether the operation is marked as deprecated.
    pub deprecated: bool,
}

impl Operation {
    /// The first parameter of that name; the names of headers are compared without regard to case.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| match parameter.location {
            Location::Header => parameter.name.eq_ignore_ascii_case(name),
            _ => parameter.name == name,
        })
    }

    /// The response that documents `status`: the exact one, else its range, else `default`.
    pub fn response(&self, status: u16) -> Option<&Response> {
        // The list is sorted from the specific to the general, so the first match is the right one.
        self.responses.iter().find(|response| response.status.covers(status))
    }
}

/// Where a parameter is sent ("Parameter Object", field `in`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Location {
    /// In the path, in the place of its name in braces.
    Path,
    /// In the query string.
    Query,
    /// In a header field of its own.
    Header,
    /// In the `Cookie` header field.
    Cookie,
}

/// How a parameter's value is written ("Style Values").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ParameterStyle {
    /// `;color=blue`, in paths.
    Matrix,
    /// `.blue`, in paths.
    Label,
    /// `color=blue`, in queries and cookies.
    Form,
    /// `blue`, in paths and headers.
    Simple,
    /// Array elements with blanks between, in queries.
    SpaceDelimited,
    /// Array elements with `|` between, in queries.
    PipeDelimited,
    /// `color[R]=100`, in queries.
    DeepObject,
}

/// A parameter ("Parameter Object").
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name; case matters except in headers.
    pub name: String,
    /// Where it is sent.
    pub location: Location,
    /// Whether a request without it is wrong; always true in a path.
    pub required: bool,
    /// How its value is written.
    pub style: ParameterStyle,
    /// Whether each element of an array or member of an object is written as a parameter of its own.
    pub explode: bool,
    /// The media type in which the value is written, for parameters that are described by `content`.
    pub media_type: Option<String>,
    /// What the value must be.
    pub schema: Schema,
    /// JSON pointer to the parameter in the document, behind its `$ref`.
    pub pointer: String,
}

impl Parameter {
    /// The value that holds when the parameter is left out, if the schema gives one.
    pub fn default(&self) -> Option<&Value> {
        self.schema.keyword("default")
    }
}

/// What an operation takes as its body ("Request Body Object").
#[derive(Debug, Clone)]
pub struct RequestBody {
    /// Whether a request without a body is wrong.
    pub required: bool,
    /// The media types, in alphabetical order.
    pub content: Vec<MediaType>,
    /// JSON pointer to the request body in the document, behind its `$ref`.
    pub pointer: String,
}

impl RequestBody {
    /// The entry that fits a media type best: the exact type, else the narrowest range.
    pub fn media_type(&self, essence: &str) -> Option<&MediaType> {
        best(&self.content, essence)
    }

    /// Whether JSON is among the media types: `application/json` or a type of its syntax (RFC 6839, section 3.1).
    pub fn takes_json(&self) -> bool {
        self.content.iter().any(|entry| entry.matches("application/json") || entry.range.contains("+json"))
    }

    /// The entry for JSON: `application/json`, else a type of its syntax (RFC 6839, section 3.1), else the first.
    pub fn json(&self) -> Option<&MediaType> {
        let suffixed =
            || self.content.iter().find(|entry| entry.range.ends_with("+json") && !entry.range.contains('*'));
        self.media_type("application/json").or_else(suffixed).or(self.content.first())
    }
}

/// One response of an operation ("Response Object").
#[derive(Debug, Clone)]
pub struct Response {
    /// The statuses that it documents.
    pub status: StatusKey,
    /// The media types, in alphabetical order; empty when no body is documented.
    pub content: Vec<MediaType>,
    /// The documented header fields, in alphabetical order.
    pub headers: Vec<Header>,
    /// JSON pointer to the response in the document, behind its `$ref`.
    pub pointer: String,
}

impl Response {
    /// The entry that fits a media type best: the exact type, else the narrowest range.
    pub fn media_type(&self, essence: &str) -> Option<&MediaType> {
        best(&self.content, essence)
    }
}

/// The key of a response ("Responses Object"); sorts from the specific to the general.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatusKey {
    /// One status code, as in `200`.
    Exact(u16),
    /// All codes of a class, as in `2XX`; holds the first digit.
    Range(u8),
    /// All codes that no other key names.
    Default,
}

impl StatusKey {
    /// Whether the key stands for `status`, other keys left aside.
    pub fn covers(self, status: u16) -> bool {
        match self {
            Self::Exact(code) => code == status,
            Self::Range(class) => u16::from(class) == status / 100,
            Self::Default => true,
        }
    }

    /// Reads a key as it stands in a document; `None` when it is none.
    pub(crate) fn parse(key: &str) -> Option<Self> {
        if key == "default" {
            return Some(Self::Default);
        }
        if let Some(class) = key.strip_suffix("XX").or_else(|| key.strip_suffix("xx")) {
            let class = class.parse().ok()?;
            return (1..=5).contains(&class).then_some(Self::Range(class));
        }
        let code = key.parse().ok()?;
        (100..=599).contains(&code).then_some(Self::Exact(code))
    }
}

impl fmt::Display for StatusKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(code) => write!(formatter, "{code}"),
            Self::Range(class) => write!(formatter, "{class}XX"),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// One entry of a `content` map ("Media Type Object").
#[derive(Debug, Clone)]
pub struct MediaType {
    /// The media type or media type range, as written.
    pub range: String,
    /// What the body must be, when the document says so.
    pub schema: Option<Schema>,
    /// JSON pointer to the entry in the document.
    pub pointer: String,
}

impl MediaType {
    /// Whether the entry stands for `essence`, a media type such as `application/json; charset=utf-8`.
    ///
    /// Parameters and case are left aside on both sides. Ranges are `*/*`, `type/*` and, for structured syntax
    /// suffixes (RFC 6839), `type/*+json`.
    pub fn matches(&self, essence: &str) -> bool {
        self.specificity(essence).is_some()
    }

    /// How narrowly the entry fits `essence`; more is narrower.
    fn specificity(&self, essence: &str) -> Option<u8> {
        let (wanted_type, wanted_subtype) = split_media_type(&self.range)?;
        let (found_type, found_subtype) = split_media_type(essence)?;
        if wanted_type == "*" {
            return (wanted_subtype == "*").then_some(0);
        }
        if wanted_type != found_type {
            return None;
        }
        if wanted_subtype == found_subtype {
            return Some(3);
        }
        match wanted_subtype.strip_prefix('*') {
            Some("") => Some(1),
            Some(suffix) if suffix.starts_with('+') && found_subtype.ends_with(suffix) => Some(2),
            _ => None,
        }
    }
}

/// The type and the subtype in lower case, without parameters.
fn split_media_type(text: &str) -> Option<(String, String)> {
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (kind, subtype) = essence.split_once('/')?;
    (!kind.is_empty() && !subtype.is_empty()).then(|| (kind.to_owned(), subtype.to_owned()))
}

fn best<'c>(content: &'c [MediaType], essence: &str) -> Option<&'c MediaType> {
    content.iter().filter(|entry| entry.matches(essence)).max_by_key(|entry| entry.specificity(essence))
}

/// A header field of a response ("Header Object").
#[derive(Debug, Clone)]
pub struct Header {
    /// The name; case does not matter.
    pub name: String,
    /// Whether a response without it is wrong.
    pub required: bool,
    /// What the value must be.
    pub schema: Option<Schema>,
    /// JSON pointer to the header in the document, behind its `$ref`.
    pub pointer: String,
}

/// Where an API is served ("Server Object").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The URL with the defaults of its variables filled in; it may be relative.
    pub url: String,
    /// The URL as written.
    pub template: String,
    /// JSON pointer to the server in the document.
    pub pointer: String,
}

/// A way to authenticate ("Security Scheme Object").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecurityScheme {
    /// A key in a header, a query parameter or a cookie.
    ApiKey {
        /// Name of the header, parameter or cookie.
        name: String,
        /// Where the key is sent; never in the path.
        location: Location,
    },
    /// An HTTP authentication scheme (RFC 9110 section 11).
    Http {
        /// Name of the scheme in lower case, such as `bearer`.
        scheme: String,
    },
    /// OAuth 2.0; its access tokens are sent as bearer tokens.
    OAuth2,
    /// `OpenID` Connect Discovery; its tokens are sent as bearer tokens.
    OpenIdConnect {
        /// Where the provider describes itself.
        url: String,
    },
    /// A client certificate.
    MutualTls,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media_type(range: &str) -> MediaType {
        MediaType { range: range.to_owned(), schema: None, pointer: String::new() }
    }

    #[test]
    fn media_types_match() {
        let cases = [
            ("application/json", "application/json", true),
            ("application/json", "Application/JSON; charset=utf-8", true),
            ("application/json; charset=utf-8", "application/json", true),
            ("application/json", "application/problem+json", false),
            ("application/*+json", "application/problem+json", true),
            ("application/*+json", "application/json", false),
            ("application/*", "application/json", true),
            ("application/*", "text/plain", false),
            ("*/*", "text/plain", true),
            ("*/json", "application/json", false),
            ("application/json", "json", false),
            ("application/json", "", false),
        ];
        for (range, essence, wanted) in cases {
            assert_eq!(media_type(range).matches(essence), wanted, "{range} for {essence}");
        }
    }

    #[test]
    fn the_narrowest_media_type_wins() {
        let content =
            ["*/*", "application/*", "application/*+json", "application/problem+json"].map(media_type);
        let cases = [
            ("application/problem+json", Some("application/problem+json")),
            ("application/vnd.a+json", Some("application/*+json")),
            ("application/xml", Some("application/*")),
            ("text/plain", Some("*/*")),
            ("nonsense", None),
        ];
        for (essence, wanted) in cases {
            assert_eq!(best(&content, essence).map(|entry| entry.range.as_str()), wanted, "{essence}");
        }
    }

    #[test]
    fn status_keys_are_read_and_sorted() {
        let cases = [
            ("200", Some(StatusKey::Exact(200))),
            ("4XX", Some(StatusKey::Range(4))),
            ("5xx", Some(StatusKey::Range(5))),
            ("default", Some(StatusKey::Default)),
            ("9XX", None),
            ("99", None),
            ("700", None),
            ("ok", None),
        ];
        for (key, wanted) in cases {
            assert_eq!(StatusKey::parse(key), wanted, "{key}");
        }
        assert!(StatusKey::Exact(500) < StatusKey::Range(2) && StatusKey::Range(5) < StatusKey::Default);
    }
}
