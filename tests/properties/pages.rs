//! The pages that the oracle expects against a naive model of a list.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use specproof::evidence::{Filtering, Query};
use specproof::oracle::{Oracle, Record, expected};
use specproof::pagination::{Link, PageFacts, Rel, Start, Style};
use specproof::setup::Bundled;
use specproof::suite::{Direction, Suite};

/// What the model knows of a record: its instant in milliseconds, and its role.
type Known = (i64, usize);

const ROLES: [&str; 3] = ["user", "assistant", "system"];

/// An instant, written in one of several zones.
fn written(milliseconds: i64, zone: usize) -> String {
    let minutes = [0, 330, -480][zone % 3];
    let local = jiff::Timestamp::from_millisecond(milliseconds + minutes * 60_000).expect("it is in range");
    let local = format!("{local:.3}");
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{}{sign}{:02}:{:02}", local.trim_end_matches('Z'), minutes.abs() / 60, minutes.abs() % 60)
}

fn record(resource: &str, parent: Option<usize>, index: usize, acknowledged: Value) -> Record {
    Record {
        resource: resource.to_owned(),
        label: resource.to_owned(),
        index,
        parent,
        id: format!("{resource}{index}"),
        sent: Arc::default(),
        acknowledged: Arc::new(acknowledged),
        marker: None,
        moment: index,
    }
}

fn mielto() -> &'static Suite {
    static SUITE: std::sync::OnceLock<Suite> = std::sync::OnceLock::new();
    SUITE.get_or_init(|| Bundled::named("mielto").expect("it is bundled").load().expect("it is sound"))
}

/// The oracle for one conversation with these messages, and one with a stranger.
fn oracle(known: &[Known]) -> (Oracle, usize, usize) {
    let mut oracle = Oracle::default();
    let conversation = oracle.add(record("conversation", None, 0, json!({})));
    let other = oracle.add(record("conversation", None, 1, json!({})));
    let first = oracle.records().count();
    for (index, (instant, role)) in known.iter().enumerate() {
        let mut message =
            record("message", Some(conversation), index, json!({"created_at": written(*instant, index)}));
        Arc::make_mut(&mut message.sent).insert("role".to_owned(), json!(ROLES[*role]));
        oracle.add(message);
    }
    oracle.add(record("message", Some(other), 9999, json!({"created_at": "2024-01-01T00:00:00Z"})));
    (oracle, conversation, first)
}

fn style(text: &str) -> Style {
    let mut read: BTreeMap<String, Style> = toml::from_str(text).expect("it is a style");
    read.remove("style").expect("it is there")
}

/// What a correct server says on a page that starts at `from` and holds `count` of `all` items.
type Says = fn(usize, usize, usize) -> PageFacts;

/// Every style of paging, with what a correct server says on a page that starts at `from` and holds `count` of `all` items.
fn styles() -> Vec<(Style, Says)> {
    fn nothing(_: usize, _: usize, _: usize) -> PageFacts {
        PageFacts::default()
    }
    fn token(from: usize, count: usize, all: usize) -> PageFacts {
        let token = (from + count < all).then(|| (from + count).to_string());
        PageFacts { token, ..PageFacts::default() }
    }
    fn link(from: usize, count: usize, all: usize) -> PageFacts {
        let mut facts = PageFacts::default();
        if from + count < all {
            let path = format!("/items?from={}", from + count);
            facts.links.insert(Rel::Next, Link { text: path.clone(), leads: Ok(path) });
        }
        facts
    }
    fn items(from: usize, count: usize, all: usize) -> PageFacts {
        let has_more = Some(from + count < all);
        let cursor = |at: usize| Some(at.to_string()).filter(|_| count > 0);
        PageFacts {
            has_more,
            first_item: cursor(from),
            last_item: cursor(from + count),
            ..PageFacts::default()
        }
    }
    fn instants(from: usize, count: usize, all: usize) -> PageFacts {
        let more = from + count < all;
        PageFacts {
            has_more: Some(more),
            before: more.then(|| (from + count).to_string()),
            ..PageFacts::default()
        }
    }
    vec![
        (style("[style.page-number]\npage = 'page'\nsize = 'size'\n"), nothing),
        (style("[style.offset-limit]\nskip = 'skip'\nlimit = 'limit'\n"), nothing),
        (style("[style.token]\ntoken = 't'\nnext = '/next'\n"), token),
        (style("[style.link-header]\n"), link),
        (style("[style.next-url]\nnext = '/next'\n"), link),
        (style("[style.item-cursor]\nafter = 'after'\nlimit = 'limit'\nhas-more = '/more'\n"), items),
        (
            style(
                "[style.timestamp-cursor]\nbefore = 'b'\nafter = 'a'\nlimit = 'l'\nforms = ['epoch-milliseconds']\nhas-more = '/m'\n\
                 before-cursor = '/b'\nafter-cursor = '/a'\n",
            ),
            instants,
        ),
    ]
}

/// Where the naive server starts a page.
fn position(style: &Style, start: &Start, size: usize) -> usize {
    match start {
        Start::First | Start::Between { .. } => 0,
        Start::Page(page) => {
            let first = if let Style::PageNumber(style) = style { style.first } else { 1 };
            usize::try_from(page - first).expect("it is small") * size
        }
        Start::Offset(skip) => usize::try_from(*skip).expect("it is small"),
        Start::Before(text) | Start::After(text) | Start::Token(text) => {
            text.parse().expect("the server made it")
        }
        Start::Link(path) => {
            path.rsplit('=').next().and_then(|from| from.parse().ok()).expect("the server made it")
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_list_is_expected_as_a_naive_sort_has_it(
        known in prop::collection::vec((1_700_000_000_000_i64..1_700_000_000_020, 0_usize..3), 0..30),
        role in prop::option::of(0_usize..3),
    ) {
        let (oracle, conversation, first) = oracle(&known);
        let collection = &mielto().file().collections["messages"];
        for (order, spec) in collection.orders.iter().enumerate() {
            let filters = role.map(|role| Filtering { filter: "role".to_owned(), value: json!(ROLES[role]) });
            let query = Query { scope: Some(conversation), order, filters: filters.into_iter().collect(), size: None };
            let list = expected(mielto(), &oracle, collection, &query);
            // The naive model: pick, then sort; what was created first stands first among equals.
            let mut naive: Vec<(i64, usize)> = known
                .iter()
                .enumerate()
                .filter(|(_, (_, own))| role.is_none_or(|wanted| wanted == *own))
                .map(|(index, (instant, _))| (*instant, first + index))
                .collect();
            match spec.direction {
                Direction::Ascending => naive.sort_by_key(|(instant, _)| *instant),
                Direction::Descending => naive.sort_by_key(|(instant, _)| std::cmp::Reverse(*instant)),
            }
            let naive: Vec<usize> = naive.into_iter().map(|(_, number)| number).collect();
            prop_assert_eq!(list.members(), naive, "order {}", spec.name);
            prop_assert!(list.exact() && list.ordered);
        }
    }

    #[test]
    fn walking_a_naive_server_meets_every_item_once_and_in_order(all in 0_usize..60, size in 1_usize..20) {
        let list: Vec<usize> = (0..all).collect();
        for (style, facts) in styles() {
            let mut start = Start::First;
            let mut met: Vec<usize> = Vec::new();
            for page in 0.. {
                prop_assert!(page <= all + 2, "{}: it does not end", style.name());
                let from = position(&style, &start, size);
                let items = list.get(from..).unwrap_or_default().iter().take(size).copied().collect::<Vec<_>>();
                if let Some(slice) = style.slice(&start, size as u64) {
                    prop_assert_eq!(slice.of(&list), &items, "{} {:?}", style.name(), &start);
                }
                met.extend(&items);
                match style.next(&start, size as u64, items.len(), &facts(from, items.len(), all)) {
                    Some(next) => start = next,
                    None => break,
                }
            }
            prop_assert_eq!(&met, &list, "{}", style.name());
        }
    }
}
