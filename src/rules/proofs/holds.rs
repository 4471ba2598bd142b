//! Whether a claim holds of recorded answers.
//!
//! A script decides the same with `jq`; that both agree is tested by running the scripts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::evidence::Response;
use crate::oracle::instant_nanoseconds;
use crate::rules::Scene;
use crate::rules::fidelity::compare::{agree, change};
use crate::rules::http::retry_after_malformed::is_readable;
use crate::suite::{Keep, Pointers};
use crate::verdict::{Claim, Fit, Likeness, Must, Only, Pages, Place};

/// Whether a claim holds; `None` where that cannot be told.
pub(super) fn holds(scene: &Scene<'_>, claim: &Claim) -> Option<bool> {
    let response = |exchange: usize| scene.evidence.entries.get(exchange)?.exchange.response();
    match claim {
        Claim::Arrives { exchange } => Some(response(*exchange).is_some()),
        Claim::Status { exchange, allowed } => {
            let status = response(*exchange)?.status;
            Some(allowed.iter().any(|(from, to)| (*from..=*to).contains(&status)))
        }
        Claim::Header { exchange, name, must } => Some(obeys(response(*exchange)?, name, must)),
        Claim::Json { exchange } => Some(response(*exchange)?.body.json().is_ok()),
        Claim::LikeGet { get, head } => Some(like_get(response(*get)?, response(*head)?)),
        Claim::Value { place, is, by } => {
            content(scene, place.exchange)?;
            Some(find(scene, place).is_some_and(|value| same(is, value, *by)))
        }
        Claim::Nothing { place } => {
            content(scene, place.exchange)?;
            Some(find(scene, place).is_none_or(Value::is_null))
        }
        Claim::Same { one, other, by } => Some(same(find(scene, one)?, find(scene, other)?, *by)),
        Claim::Schema { place, schema } => {
            let validator = jsonschema::options().should_validate_formats(true).build(schema).ok()?;
            Some(find(scene, place).is_none_or(|value| validator.is_valid(value)))
        }
        Claim::List { pages, groups, part, maybe, open, fit } => {
            fits(&ids(scene, pages)?, groups, *part, (maybe, *open), *fit)
        }
        Claim::Lacks { pages, id } => Some(!ids(scene, pages)?.iter().flatten().any(|other| other == id)),
        Claim::SameList { one, other } => Some(ids(scene, one)? == ids(scene, other)?),
        Claim::CursorAtEnd { cursor, items, key, newest } => {
            let key = Pointers::Any(key.clone());
            let found = find(scene, cursor)?;
            let number = found.as_str().and_then(|text| text.parse::<i64>().ok()).map(Value::from);
            let instant = milliseconds(number.as_ref().unwrap_or(found));
            let items = content(scene, cursor.exchange)?.pointer(items)?.as_array()?;
            let instants: Option<Vec<i128>> =
                items.iter().map(|item| milliseconds(key.find(item)?)).collect();
            let instants = instants?;
            let end = if *newest { instants.iter().max() } else { instants.iter().min() };
            Some(instant.as_ref() == Some(end?))
        }
        Claim::Untold { exchange, text } => Some(!response(*exchange)?.body.text().contains(text.as_str())),
        Claim::SecretUntold { exchange, variable } => {
            let answer = response(*exchange)?;
            let told = |text: &str| text.contains(&format!("${variable}"));
            Some(!told(&answer.body.text()) && !answer.headers.iter().any(|(_, value)| told(value)))
        }
        Claim::Revalidated { first, again } => {
            let tag = response(*first)?.header("etag")?;
            let answer = response(*again)?;
            Some(answer.status == 304 || answer.header("etag") != Some(tag))
        }
        Claim::After { holds: claim, .. } => holds(scene, claim),
        Claim::Either(claims) => {
            let each: Option<Vec<bool>> = claims
                .iter()
                // An answer that is no list at all is none of the kind that is wanted.
                .map(|claim| Some(holds(scene, claim).unwrap_or(false)))
                .collect();
            each.map(|each| each.contains(&true))
        }
    }
}

fn milliseconds(value: &Value) -> Option<i128> {
    instant_nanoseconds(value).map(|nanoseconds| nanoseconds.div_euclid(1_000_000))
}

/// The content of a success.
fn content<'a>(scene: &Scene<'a>, exchange: usize) -> Option<&'a Value> {
    let exchange = &scene.evidence.entries.get(exchange)?.exchange;
    if exchange.is_success() { exchange.json() } else { None }
}

fn find<'a>(scene: &Scene<'a>, place: &Place) -> Option<&'a Value> {
    let content = scene.evidence.entries.get(place.exchange)?.exchange.json()?;
    let at = Pointers::Any(place.at.clone());
    match &place.item {
        None => at.find(content),
        Some(item) => {
            let id = Pointers::Any(item.id.clone());
            let items = content.pointer(&item.items)?.as_array()?;
            at.find(items.iter().find(|other| id.find(other).and_then(text).as_deref() == Some(&item.is))?)
        }
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn same(expected: &Value, actual: &Value, by: Likeness) -> bool {
    match by {
        Likeness::Exact => change(Keep::Exact, expected, actual).is_none(),
        Likeness::Instant => change(Keep::Instant, expected, actual).is_none(),
        Likeness::AtLeast => change(Keep::AtLeast, expected, actual).is_none(),
        Likeness::Loose => agree(Keep::Exact, expected, actual),
    }
}

/// The ids of all items of a list; `None` for an item without one. Nothing where a page is no list.
fn ids(scene: &Scene<'_>, pages: &Pages) -> Option<Vec<Option<String>>> {
    let id = Pointers::Any(pages.id.clone());
    let mut ids = Vec::new();
    for exchange in &pages.exchanges {
        let items = content(scene, *exchange)?.pointer(&pages.items)?.as_array()?;
        let counts = |item: &&Value| {
            let said = |mark: &Only| Pointers::Any(mark.at.clone()).find(item) == Some(&mark.is);
            pages.only.as_ref().is_none_or(said)
        };
        ids.extend(items.iter().filter(counts).map(|item| id.find(item).and_then(text)));
    }
    Some(ids)
}

fn fits(
    met: &[Option<String>],
    groups: &[Vec<String>],
    part: (usize, usize),
    (maybe, open): (&[String], bool),
    fit: Fit,
) -> Option<bool> {
    let mut ranks: BTreeMap<&str, usize> = BTreeMap::new();
    let mut order = Vec::new();
    for (rank, group) in groups.iter().enumerate() {
        for id in group {
            ranks.insert(id, rank);
            order.push(rank);
        }
    }
    let wanted = order.get(part.0..part.1)?;
    let mut seen = BTreeSet::new();
    let mut came = Vec::new();
    for id in met {
        match id.as_deref() {
            Some(id) if maybe.iter().any(|other| other == id) => {}
            Some(id) => match ranks.get(id) {
                Some(_) if !seen.insert(id) => return Some(false),
                Some(rank) => came.push(*rank),
                None if open => {}
                None => return Some(false),
            },
            None => return Some(false),
        }
    }
    let full = |size: u64| met.len() as u64 >= size;
    Some(match fit {
        Fit::Whole => came == wanted,
        Fit::First(size) | Fit::Last(size) if met.len() as u64 > size => false,
        Fit::First(size) => wanted.starts_with(&came) && (full(size) || came.len() == wanted.len()),
        Fit::Last(size) => wanted.ends_with(&came) && (full(size) || came.len() == wanted.len()),
    })
}

fn obeys(response: &Response, name: &str, must: &Must) -> bool {
    let value = response.header(name).map(str::trim);
    match must {
        Must::Exist => value.is_some_and(|value| !value.is_empty()),
        Must::BeOneOf(ranges) => {
            let essence = value.unwrap_or_default().split(';').next().unwrap_or_default().trim();
            let essence = essence.to_ascii_lowercase();
            ranges.iter().any(|range| match range.to_ascii_lowercase().split_once('*') {
                Some((start, _)) => essence.starts_with(start),
                None => essence == range.to_ascii_lowercase(),
            })
        }
        Must::SayUtf8 => {
            let value = value.unwrap_or_default().to_ascii_lowercase();
            match value.split_once("charset=") {
                Some((_, charset)) => {
                    let charset = charset.split(';').next().unwrap_or_default();
                    ["utf-8", "utf8"].contains(&charset.trim().trim_matches('"'))
                }
                None => true,
            }
        }
        Must::BeRetryAfter => value.is_none_or(is_readable),
        Must::BeIdentity => {
            value.is_none_or(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"))
        }
    }
}

fn like_get(get: &Response, head: &Response) -> bool {
    let length =
        get.header("content-length").map_or_else(|| get.body.bytes().len().to_string(), str::to_owned);
    get.status == head.status
        && head.body.is_empty()
        && get.essence() == head.essence()
        && head.header("content-length").is_none_or(|announced| announced.trim() == length.trim())
}
