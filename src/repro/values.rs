//! Where the values in requests come from: answers that were there before.
//!
//! A value that the target chose (an id, a cursor, an instant) is another on another server. It is found again by looking for it in earlier
//! answers, so nothing need be known of the API.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::document::pointer;
use crate::event::CaseExchange;
use crate::evidence::Request;
use crate::oracle::instant_nanoseconds;
use crate::pagination::CursorForm;

/// The fewest characters of a text that is taken for one that the target chose; shorter ones are met by chance.
const SHORTEST: usize = 8;
/// The fewest digits of such a number.
const FEWEST_DIGITS: usize = 6;
/// How far from an instant of an answer a cursor may stand that was made from it, in milliseconds.
const ASIDE: std::ops::RangeInclusive<i64> = -1..=1;

/// In what form a value of an answer was sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// As it came.
    Same,
    /// As it came in a header field.
    Field,
    /// An instant in the form of a cursor, and so many milliseconds later.
    Instant(CursorForm, i64),
}

/// A place in an answer that a value was taken from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    /// The exchange's place in the stream.
    pub(super) index: usize,
    /// The JSON pointer, or the name of the header field.
    pub(super) at: String,
    /// In what form it was sent back.
    pub(super) form: Form,
}

/// A record that an answer acknowledged.
#[derive(Clone, Debug)]
pub(super) struct Record<'a> {
    /// How reports name it.
    pub(super) name: &'a str,
    /// Its id.
    pub(super) id: &'a str,
    /// The exchange that created it.
    pub(super) index: usize,
    /// Where its id stands in the answer.
    pub(super) at: &'a str,
    /// The record it lies in.
    pub(super) parent: Option<&'a str>,
    /// Whether the target chose the id.
    pub(super) minted: bool,
}

/// The exchanges before and during a case, in the order sent, and what is known of their answers.
pub(super) struct Stream<'a> {
    /// The exchanges.
    pub(super) exchanges: Vec<&'a CaseExchange>,
    /// The name under which the run's records stand.
    pub(super) namespace: &'a str,
    /// The records.
    pub(super) records: Vec<Record<'a>>,
    /// Values that the target chose.
    minted: BTreeMap<String, Vec<Source>>,
}

impl<'a> Stream<'a> {
    /// `earlier` are requests of other cases that are to be known, too, and `claimed` values that are spoken of besides those that are sent.
    pub(super) fn new(
        seeding: &'a [CaseExchange],
        earlier: &[&'a CaseExchange],
        case: &'a [CaseExchange],
        namespace: &'a str,
        claimed: &[String],
    ) -> Self {
        let is_new =
            |sent: &&&CaseExchange| !seeding.iter().chain(case).any(|other| std::ptr::eq(other, **sent));
        let earlier = earlier.iter().filter(is_new).copied();
        let exchanges: Vec<&CaseExchange> = seeding.iter().chain(earlier).chain(case).collect();
        let sent_values: Vec<Vec<String>> =
            exchanges.iter().map(|sent| values_of(&sent.exchange.request)).collect();
        // Nobody asks where the many others in the answers come from.
        let wanted: HashSet<&str> = sent_values.iter().flatten().chain(claimed).map(String::as_str).collect();
        let wanted_instants: HashSet<i64> = wanted.iter().filter_map(|text| milliseconds_of(text)).collect();
        let mut records = Vec::new();
        let mut minted: BTreeMap<String, Vec<Source>> = BTreeMap::new();
        // What the client said before, it chose itself.
        let mut said: HashSet<&str> = HashSet::new();
        for (index, sent) in exchanges.iter().enumerate() {
            let own = &sent_values[index];
            said.extend(own.iter().map(String::as_str));
            for created in &sent.created {
                records.push(Record {
                    name: &created.record,
                    id: &created.id,
                    index,
                    at: &created.at,
                    parent: created.parent.as_deref(),
                    minted: !own.contains(&created.id),
                });
            }
            if let Some(tag) = sent.exchange.response().and_then(|answer| answer.header("etag")) {
                let source = Source { index, at: "etag".to_owned(), form: Form::Field };
                minted.entry(tag.to_owned()).or_default().push(source);
            }
            let Some(content) = sent.exchange.json() else { continue };
            leaves(content, &mut String::new(), &mut |at, value| {
                let mut add = |text: Cow<'_, str>, form: Form| {
                    if wanted.contains(text.as_ref()) && !said.contains(text.as_ref()) {
                        minted.entry(text.into_owned()).or_default().push(Source {
                            index,
                            at: at.to_owned(),
                            form,
                        });
                    }
                };
                let text = text_of(value);
                if is_telling(&text) {
                    add(text, Form::Same);
                }
                // Numbers are everywhere; a text that reads as an instant is one.
                let instant = value.as_str().and_then(|_| instant_nanoseconds(value));
                if let Some(milliseconds) = instant.and_then(to_milliseconds) {
                    let asked = |later: &i64| wanted_instants.contains(&(milliseconds + later));
                    for later in ASIDE.filter(asked) {
                        for form in [CursorForm::EpochMilliseconds, CursorForm::DateTime] {
                            add(form.write(milliseconds + later).into(), Form::Instant(form, later));
                        }
                    }
                }
            });
        }
        Self { exchanges, namespace, records, minted }
    }

    /// The records that a value in a request, or in an answer, is the id of. `beside` are the values that stand with it: of records with
    /// equal ids those are meant whose parents stand there, too.
    pub(super) fn records_with(&self, id: &str, before: usize, beside: &[String]) -> Vec<&Record<'a>> {
        let all: Vec<&Record<'a>> =
            self.records.iter().filter(|record| record.id == id && record.index < before).collect();
        let fits = |record: &&&Record<'a>| {
            let mut at = record.parent;
            while let Some(parent) = at.and_then(|name| self.named(name)) {
                if !beside.iter().any(|value| value == parent.id) {
                    return false;
                }
                at = parent.parent;
            }
            true
        };
        let consistent: Vec<&Record<'a>> = all.iter().filter(fits).copied().collect();
        if consistent.is_empty() { all } else { consistent }
    }

    /// The record of this name; of several the last, which is the case's own.
    pub(super) fn named(&self, name: &str) -> Option<&Record<'a>> {
        self.records.iter().rev().find(|record| record.name == name)
    }

    /// Where a value was taken from, if the target chose it: an answer that created something, else one that is shown in any case, else the
    /// nearest before. Where cursors are `followed`, the shown ones come first.
    pub(super) fn source(
        &self,
        value: &str,
        before: usize,
        shown: &[usize],
        followed: bool,
    ) -> Option<&Source> {
        let any = || self.minted.get(value).into_iter().flatten().filter(|source| source.index < before);
        let aside = |source: &&Source| matches!(source.form, Form::Instant(_, later) if later != 0);
        let all_aside = any().all(|source| aside(&source));
        let all = || any().filter(|source| all_aside || !aside(source));
        let same = |source: &&Source| source.form == Form::Same;
        let creates = |source: &&Source| !self.exchanges[source.index].created.is_empty();
        let on_shown = || all().filter(same).rfind(|source| shown.contains(&source.index));
        on_shown()
            .filter(|_| followed)
            .or_else(|| all().find(creates))
            .or_else(on_shown)
            .or_else(|| all().rfind(same))
            .or_else(|| all().next())
    }
}

fn to_milliseconds(nanoseconds: i128) -> Option<i64> {
    i64::try_from(nanoseconds.div_euclid(1_000_000)).ok()
}

/// The instant that a text may stand for as a cursor, in milliseconds since the epoch.
fn milliseconds_of(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| to_milliseconds(instant_nanoseconds(&Value::from(text))?))
}

/// Whether a text is such as a target makes up, and hardly met by chance.
fn is_telling(text: &str) -> bool {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        text.len() >= FEWEST_DIGITS
    } else {
        text.len() >= SHORTEST && text.len() < 400
    }
}

/// Whether a value may be taken for an id where nothing says that it is one.
pub(super) fn may_be_id(text: &str) -> bool {
    !text.is_empty() && (text.len() >= FEWEST_DIGITS || !text.bytes().all(|b| b.is_ascii_digit()))
}

fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => text.into(),
        Value::Number(number) => number.to_string().into(),
        _ => Cow::default(),
    }
}

/// Every string and number in a value with its pointer.
pub(super) fn leaves(value: &Value, at: &mut String, found: &mut dyn FnMut(&str, &Value)) {
    let length = at.len();
    match value {
        Value::Array(elements) => {
            for (i, element) in elements.iter().enumerate() {
                let _ = write!(at, "/{i}");
                leaves(element, at, found);
                at.truncate(length);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                at.push('/');
                at.push_str(&pointer::escape(name));
                leaves(member, at, found);
                at.truncate(length);
            }
        }
        Value::String(_) | Value::Number(_) => found(at, value),
        Value::Null | Value::Bool(_) => {}
    }
}

/// The header field that holds the tag of an earlier answer (RFC 9110, section 13.1.2).
pub(super) const CONDITION: &str = "if-none-match";

/// The values of a request: the segments of its path, the values of its query, the texts and numbers of its content, a tag that it names.
pub(super) fn values_of(request: &Request) -> Vec<String> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let mut values: Vec<String> = path.split('/').map(decoded).collect();
    values.extend(query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| decoded(value)));
    if let Some(content) = request.body.as_ref().and_then(|body| body.json().ok()) {
        leaves(content, &mut String::new(), &mut |_, value| values.push(text_of(value).into_owned()));
    }
    values.extend(request.headers.iter().filter(|(name, _)| name == CONDITION).map(|(_, tag)| tag.clone()));
    values.retain(|value| !value.is_empty());
    values
}

/// The text behind a percent-encoded one.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
