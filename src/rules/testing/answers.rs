//! Honest answers of lists, in every style, and how they are read.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{EvidenceBuilder, World};
use crate::evidence::{Query, RecordNumber};
use crate::oracle::{expected, instant_nanoseconds};
use crate::pagination::{Answer, PageFacts, Place, Position, Start, Style};
use crate::suite::Collection;

/// The base URL of the target that answers.
pub(crate) const BASE: &str = "http://boxes.test/v1";

/// Header fields.
pub(super) type Headers = Vec<(String, String)>;

/// Reads an answer as the driver does.
pub(super) fn read(
    world: &World,
    collection: &Collection,
    path: &str,
    content: &Value,
    headers: &Headers,
) -> PageFacts {
    let base = url::Url::parse(BASE).unwrap();
    collection.style.facts(&Answer {
        content,
        headers,
        items: content["items"].as_array().map_or(&[], Vec::as_slice),
        id: world.suite.resource("note").id.all(),
        place: Place { base: &base, path, servers: &[] },
    })
}

/// What an honest answer is made from.
struct Ground<'a> {
    world: &'a World,
    start: &'a Start,
    size: u64,
    items: &'a [usize],
    members: Vec<RecordNumber>,
}

impl Ground<'_> {
    fn total(&self) -> u64 {
        self.members.len() as u64
    }

    fn place(&self, item: usize) -> Option<usize> {
        self.members.iter().position(|member| Some(*member) == self.world.number(item))
    }

    /// How many members stand in front of the page, and in front of what follows on it.
    fn reach(&self) -> (u64, u64) {
        let known = || self.items.iter().filter_map(|item| self.place(*item));
        let first = known().next().map_or(0, |place| place as u64);
        (first, known().next_back().map_or(0, |place| place as u64 + 1))
    }

    fn more(&self) -> bool {
        let (before, after) = self.reach();
        match self.start {
            Start::Before(_) => before > 0,
            Start::Between { .. } => false,
            _ => !self.items.is_empty() && after < self.total(),
        }
    }
}

impl EvidenceBuilder<'_> {
    /// The path of a request, with the parameters of its style.
    pub(super) fn path(&self, collection: &Collection, start: &Start, size: Option<u64>) -> String {
        if let Start::Link(path) = start {
            return path.clone();
        }
        let mut path = format!("/{}", self.collection);
        for (n, (name, value)) in collection.style.query(start, size).iter().enumerate() {
            write!(path, "{}{name}={value}", if n == 0 { '?' } else { '&' }).unwrap();
        }
        path
    }

    /// An honest answer.
    pub(super) fn answer(
        &self,
        collection: &Collection,
        query: &Query,
        start: &Start,
        size: u64,
        items: &[usize],
    ) -> (Value, Headers) {
        let world = self.world;
        let members = expected(&world.suite, &world.oracle, collection, query).members();
        let ground = Ground { world, start, size, items, members };
        let mut content = json!({"items": items.iter().map(|item| world.item(*item)).collect::<Vec<_>>()});
        let mut headers = Headers::new();
        match &collection.style {
            Style::PageNumber(style) => by_page(&ground, style.first, &mut content),
            Style::OffsetLimit(_) => by_offset(&ground, &mut content),
            Style::TimestampCursor(_) => by_timestamp(&ground, &mut content),
            Style::ItemCursor(_) => {
                content["has_more"] = json!(ground.more());
                content["total"] = json!(ground.total());
                content["first_id"] =
                    items.first().map_or(Value::Null, |item| world.item(*item)["id"].clone());
                content["last_id"] = items.last().map_or(Value::Null, |item| world.item(*item)["id"].clone());
            }
            Style::Token(_) => {
                let (before, after) = ground.reach();
                content["next_page_token"] =
                    if ground.more() { json!(format!("t{after}")) } else { json!(null) };
                content["previous_page_token"] =
                    if before > 0 { json!(format!("p{before}")) } else { json!("") };
            }
            Style::LinkHeader(_) => headers = by_link(&ground, collection, &self.collection),
            Style::NextUrl(_) => by_url(&ground, &self.collection, &mut content),
        }
        (content, headers)
    }
}

fn by_page(ground: &Ground<'_>, first: u64, content: &mut Value) {
    content["total"] = json!(ground.total());
    content["pages"] = json!(ground.total().div_ceil(ground.size));
    content["page"] = json!(match ground.start {
        Start::Page(page) => *page,
        _ => first,
    });
    content["size"] = json!(ground.size);
}

fn by_offset(ground: &Ground<'_>, content: &mut Value) {
    let from = match ground.start {
        Start::Offset(skip) => *skip,
        _ => 0,
    };
    let more = from.saturating_add(ground.size) < ground.total();
    content["total"] = json!(ground.total());
    content["has_more"] = json!(more);
    content["limit"] = json!(ground.size);
    content["next_page"] = if more { json!(from / ground.size + 2) } else { Value::Null };
}

fn by_timestamp(ground: &Ground<'_>, content: &mut Value) {
    let items = ground.items;
    // The list is newest first: older items stand behind, newer ones in front.
    let more = match ground.start {
        Start::After(_) => items.first().and_then(|item| ground.place(*item)).is_some_and(|place| place > 0),
        Start::Between { .. } => false,
        _ => items
            .last()
            .and_then(|item| ground.place(*item))
            .is_some_and(|place| place + 1 < ground.members.len()),
    };
    let cursor = |item: Option<&usize>| {
        let at = instant_nanoseconds(&ground.world.item(*item?)["at"])?;
        i64::try_from(at / 1_000_000).ok()
    };
    content["has_more"] = json!(more);
    content["cursors"] = json!({});
    if !items.is_empty() {
        content["cursors"] = json!({"before": cursor(items.last()), "after": cursor(items.first())});
    }
}

fn by_link(ground: &Ground<'_>, collection: &Collection, name: &str) -> Headers {
    let Some(Position::Page { parameter, first }) = collection.style.position() else {
        return Headers::new();
    };
    let size = collection.style.size_parameter().unwrap_or_default();
    let pages = ground.total().div_ceil(ground.size).max(1);
    let number = match ground.start {
        Start::Page(page) => *page,
        Start::Link(path) => {
            let query = path.split_once('?').map_or("", |(_, query)| query);
            let found = query
                .split('&')
                .find_map(|pair| pair.strip_prefix(parameter)?.strip_prefix('=')?.parse().ok());
            found.unwrap_or(first)
        }
        _ => first,
    };
    let link = |rel: &str, page: u64| {
        format!("<{BASE}/{name}?{parameter}={page}&{size}={}>; rel=\"{rel}\"", ground.size)
    };
    let last = first + pages - 1;
    let mut links = vec![link("first", first), link("last", last)];
    if number > first {
        links.push(link("prev", number - 1));
    }
    if number < last {
        links.push(link("next", number + 1));
    }
    vec![
        ("link".to_owned(), links.join(", ")),
        ("x-total-count".to_owned(), ground.total().to_string()),
        ("x-total-pages".to_owned(), ground.total().div_ceil(ground.size).to_string()),
    ]
}

fn by_url(ground: &Ground<'_>, name: &str, content: &mut Value) {
    let (before, after) = ground.reach();
    let link = |from: u64| json!(format!("/v1/{name}?from={from}"));
    let last = (ground.total().saturating_sub(1) / ground.size) * ground.size;
    content["total"] = json!(ground.total());
    content["links"] = json!({
        "self": link(before),
        "first": link(0),
        "last": link(last),
        "next": if ground.more() { link(after) } else { Value::Null },
        "prev": if before > 0 { link(before.saturating_sub(ground.size)) } else { Value::Null },
    });
}
