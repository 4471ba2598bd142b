//! Answers: the exchanges of a case to which a response came, each with what it was for.
//!
//! The main type is [`Answer`]. Rules about statuses, content and headers look at every answer alike, whether
//! it is a page of a walk or a probe that stands alone; here both are brought into one form, with the label
//! that a finding names as its input.

use super::{Draft, Scene};
use crate::document::Operation;
use crate::evidence::{Ask, Asked, Request, Response, WalkKind};
use crate::scenario::Kind;
use crate::verdict::Requirement;

/// Every kind of scenario, for rules that look at each answer whatever it was for.
pub(super) const EVERY: &[Kind] = Kind::ALL;

/// Kinds of scenarios of which at least one request is to be refused.
pub(super) const REFUSING: &[Kind] = &[
    Kind::UnknownParent,
    Kind::FetchElsewhere,
    Kind::Delete,
    Kind::Parameters,
    Kind::Content,
    Kind::Credentials,
    Kind::Expire,
];

/// The most code points of a value or a content that a finding shows.
const EXCERPT: usize = 120;

/// An exchange to which a response came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer<'a> {
    /// The exchange: an index into the evidence's entries.
    pub(super) entry: usize,
    /// What it asked, seen from the document.
    pub(super) asked: Asked,
    /// What it was for, where it stands alone.
    pub(super) ask: Option<&'a Ask>,
    /// Whether it is a page past the end of a list.
    pub(super) past_end: bool,
    /// The label of its probe or its walk, else its purpose: the input of findings.
    pub(super) label: &'a str,
    /// The operation that it asked.
    pub(super) operation: &'a Operation,
    /// The request.
    pub(super) request: &'a Request,
    /// The response.
    pub(super) response: &'a Response,
}

/// The label of each entry, and what is known of its part in the case.
fn parts<'a>(scene: &Scene<'a>) -> Vec<(&'a str, Option<&'a Ask>, bool)> {
    let evidence = scene.evidence;
    let mut parts: Vec<(&str, Option<&Ask>, bool)> =
        evidence.entries.iter().map(|entry| (entry.exchange.purpose.as_str(), None, false)).collect();
    for (walk, page) in evidence.pages() {
        if let Some(part) = parts.get_mut(page.entry) {
            *part = (&walk.label, part.1, walk.kind == WalkKind::PastEnd);
        }
    }
    for probe in &evidence.probes {
        if let Some(part) = parts.get_mut(probe.entry) {
            *part = (&probe.label, Some(&probe.ask), part.2);
        }
    }
    parts
}

/// The label of every entry, also of those without a response.
pub(super) fn labels<'a>(scene: &Scene<'a>) -> Vec<&'a str> {
    parts(scene).into_iter().map(|(label, _, _)| label).collect()
}

/// Every answer of the case, in the order sent.
pub(super) fn answers<'a>(scene: &Scene<'a>) -> impl Iterator<Item = Answer<'a>> {
    let scene = *scene;
    let evidence = scene.evidence;
    parts(&scene).into_iter().zip(&evidence.entries).enumerate().filter_map(
        move |(i, ((label, ask, past_end), entry))| {
            Some(Answer {
                entry: i,
                asked: entry.asked,
                ask,
                past_end,
                label,
                operation: scene.operation_of(i),
                request: &entry.exchange.request,
                response: entry.exchange.response()?,
            })
        },
    )
}

/// Every answer to a request that stands alone, with what that was for.
pub(super) fn probed<'a>(scene: &Scene<'a>) -> impl Iterator<Item = (&'a Ask, Answer<'a>)> {
    answers(scene).filter_map(|answer| Some((answer.ask?, answer)))
}

impl<'a> Answer<'a> {
    /// Whether the document speaks of this exchange: it does not when the method is another than the operation's, and not of how a server
    /// refuses what it cannot take or does not have.
    pub(super) fn described(&self) -> bool {
        let servers_own = match self.ask {
            Some(Ask::Odd) => true,
            Some(Ask::Accept { acceptable: false }) => !self.response.is_success(),
            _ => false,
        };
        self.operation.method.as_str() == self.request.method && !servers_own
    }

    /// The response object of the document that the status falls under, if the document speaks of the exchange.
    pub(super) fn documented(&self) -> Option<&'a crate::document::Response> {
        if self.described() { self.operation.response(self.response.status) } else { None }
    }

    /// Whether a response like this one has no content by its nature (RFC 9110, sections 9.3.2, 15.3.5, 15.3.6,
    /// 15.4.5).
    pub(super) fn is_bare(&self) -> bool {
        self.request.method == "HEAD" || matches!(self.response.status, 204 | 205 | 304)
    }

    /// Why the status says nothing of the request, where it does not: the target put the request off.
    pub(super) fn put_off(&self) -> Option<&'static str> {
        match self.response.status {
            429 => Some("the target limited the rate of requests (429)"),
            501 | 503 if self.response.header("retry-after").is_some() => {
                Some("the target was out of service for a while, as it says by `Retry-After`")
            }
            _ => None,
        }
    }

    /// Whether the request had content of which RFC 8259 does not say, or not without leaving parsers free, what
    /// becomes of it.
    pub(super) fn is_open_content(&self) -> bool {
        matches!(self.ask, Some(Ask::InvalidContent { refuse: false }))
    }

    /// Whether content that is no JSON, or a bare value where parsers in wide use take objects and arrays alone, was refused in the way that HTTP
    /// has for it (RFC 9110, sections 15.5.1, 15.5.14 and 15.5.16). A framework does so before the operation is reached, and what the document
    /// says of the operation's own refusals need not hold.
    pub(super) fn is_refused_by_parser(&self) -> bool {
        let unread = match self.ask {
            Some(Ask::InvalidContent { .. } | Ask::WrongMediaType) => true,
            Some(Ask::InvalidEdge { .. }) => {
                let content = self.request.body.as_ref().and_then(|body| body.json().ok());
                content.is_some_and(|value| !value.is_object() && !value.is_array())
            }
            _ => false,
        };
        unread && matches!(self.response.status, 400 | 413 | 415)
    }

    /// Whether the status is 4xx (RFC 9110, section 15.5), or the content says so.
    pub(super) fn is_refusal(&self) -> bool {
        (400..500).contains(&self.response.status) || self.response.refused
    }

    /// Whether the status is 5xx (RFC 9110, section 15.6).
    pub(super) fn is_server_error(&self) -> bool {
        self.response.status >= 500
    }

    /// The status with its name: `404 Not Found`.
    pub(super) fn status(&self) -> String {
        status_text(self.response.status)
    }

    /// The status with its name, and the beginning of the content.
    pub(super) fn status_and_content(&self) -> String {
        if self.response.body.is_empty() {
            return self.status();
        }
        format!("{}, {}", self.status(), cut(&self.response.body.text()))
    }

    /// A finding that this answer alone shows.
    pub(super) fn draft(
        &self,
        summary: impl Into<String>,
        requirement: Requirement,
        expected: impl Into<String>,
        actual: impl Into<String>,
    ) -> Draft {
        Draft {
            input: self.label.to_owned(),
            summary: summary.into(),
            requirement,
            expected: expected.into(),
            actual: actual.into(),
            comparison: None,
            claims: Vec::new(),
            pointer: None,
            entries: vec![self.entry],
        }
    }
}

/// A status code with the name that RFC 9110 gives it.
pub(super) fn status_text(status: u16) -> String {
    match http::StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason()) {
        Some(reason) => format!("{status} {reason}"),
        None => status.to_string(),
    }
}

/// Status codes in a row: `404 or 410`.
pub(super) fn status_list(statuses: &[u16]) -> String {
    statuses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

/// Whether a media type, without parameters and in lower case, is JSON (RFC 8259, section 11; RFC 6839, section 3.1).
pub(super) fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence.ends_with("+json")
}

/// The beginning of a text.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The beginning of a value's JSON text.
pub(super) fn excerpt(value: &serde_json::Value) -> String {
    cut(&value.to_string())
}

/// Where the path item of an operation stands in the document.
pub(super) fn path_item(operation: &Operation) -> &str {
    operation.pointer.rsplit_once('/').map_or("", |(path, _)| path)
}
