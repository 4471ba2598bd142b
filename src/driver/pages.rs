//! Single pages: past the end, the defaults, random access, and the same question asked twice or in other words.

use std::collections::BTreeSet;

use super::Driver;
use super::list::{Ask, may_be_absent, pages_for};
use crate::document::{Location, Parameter};
use crate::evidence::{Asked, Evidence, RecordNumber, WalkKind};
use crate::oracle::{Oracle, expected};
use crate::pagination::{Position, Start, Style};
use crate::suite::{Collection, OverLargest};

/// The largest page number or offset that every common integer type holds.
const FAR: u64 = 2_147_483_647;
/// One that 32 bits do not hold, and the largest that a signed 64-bit integer holds: a float does not hold it, and no integer its product with a size.
const HUGE: [u64; 2] = [4_294_967_297, 9_223_372_036_854_775_807];

impl Driver {
    /// Single pages of one collection.
    pub(super) async fn pages(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
    ) {
        let scopes = Self::scopes(oracle, collection);
        let mut counted: Vec<(Option<RecordNumber>, usize)> = scopes
            .into_iter()
            .map(|scope| {
                (scope, expected(&self.suite, oracle, collection, &Self::query(scope, 0, None)).len())
            })
            .collect();
        counted.sort_by_key(|(scope, count)| (*count, *scope));
        // The largest list shows the defaults; the first with a handful of items shows the rest.
        if let Some((scope, _)) = counted.last() {
            self.same_page(oracle, evidence, name, collection, *scope).await;
        }
        let handful = counted.iter().find(|(_, count)| *count >= 5).or(counted.last()).copied();
        if let Some((scope, count)) = handful {
            self.in_other_words(oracle, evidence, name, collection, (scope, count)).await;
        }
        // An empty list has no positions to ask for.
        let handful = handful.filter(|(_, count)| *count > 0);
        if let (Some((scope, count)), true) = (handful, collection.scope.is_some()) {
            self.past_end(oracle, evidence, name, collection, scope, count).await;
            self.random_access(oracle, evidence, name, collection, scope, count).await;
        }
    }

    /// The first page without parameters, with the defaults written out, and with sizes over the largest.
    async fn same_page(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        scope: Option<RecordNumber>,
    ) {
        let label = Self::scope_label(oracle, scope);
        let plain = Ask::first(name, collection, Self::query(scope, 0, None));
        let defaults = WalkKind::Defaults;
        self.single(oracle, evidence, &format!("{label} defaults"), defaults, plain.clone()).await;
        for (spelling, unfiltered) in self.unfiltered_spellings(collection) {
            let ask = Ask { unfiltered, ..plain.clone() };
            self.single(oracle, evidence, &format!("{label} {spelling}"), WalkKind::Permuted, ask).await;
        }
        let bounds = self.suite.size_bounds(collection);
        let mut explicit = Ask::first(name, collection, Self::query(scope, 0, bounds.default));
        explicit.start = first_written_out(&collection.style);
        if bounds.default.is_some() && collection.style.size_parameter().is_some() {
            let ask = Ask { beside: self.switches_off(collection), ..explicit.clone() };
            self.single(
                oracle,
                evidence,
                &format!("{label} explicit defaults"),
                WalkKind::ExplicitDefaults,
                ask,
            )
            .await;
        }
        let lowered = collection.largest_size.as_ref().filter(|largest| largest.over == OverLargest::Lowered);
        for size in lowered.iter().flat_map(|largest| [largest.size + 1, largest.size * 100]) {
            let ask = Ask::first(name, collection, Self::query(scope, 0, Some(size)));
            self.single(oracle, evidence, &format!("{label} size={size}"), WalkKind::Page, ask).await;
        }
        // Where nobody says that a size over the maximum is refused, it may be; but no page holds more.
        let open = self.asked_of_invalid(&collection.operation) == Asked::Open && !self.suite.file().inferred;
        if let Some(size) = bounds.maximum.filter(|_| open && lowered.is_none()).map(|maximum| maximum + 1) {
            let mut ask = Ask::first(name, collection, Self::query(scope, 0, Some(size)));
            ask.asked = Asked::Open;
            self.single(oracle, evidence, &format!("{label} size={size}"), WalkKind::Page, ask).await;
        }
    }

    /// One page, again, with arguments that there are not, and in another order of its parameters. The second page where one can be asked for: what loses
    /// sight of a parameter gives the first.
    async fn in_other_words(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        (scope, count): (Option<RecordNumber>, usize),
    ) {
        let mut ask = Ask::first(name, collection, Self::query(scope, 0, self.size(collection, 2)));
        ask.start = first_written_out(&collection.style);
        if let Some(size) = ask.query.size.filter(|size| *size < count as u64) {
            match &mut ask.start {
                Start::Page(page) => *page += 1,
                Start::Offset(offset) => *offset += size,
                _ => {}
            }
        }
        let label = format!("{}{}", Self::scope_label(oracle, scope), size_label(ask.query.size));
        self.single(oracle, evidence, &label, WalkKind::Page, ask.clone()).await;
        self.single(oracle, evidence, &format!("{label} again"), WalkKind::Repeat, ask.clone()).await;
        self.unknown_arguments(oracle, evidence, &ask).await;
        ask.backwards = true;
        let label = format!("{label} parameters in another order");
        self.single(oracle, evidence, &label, WalkKind::Permuted, ask).await;
    }

    /// The switches among the query parameters of a list, each with its documented default: many servers take any text for a switch that is on.
    fn switches_off(&self, collection: &Collection) -> Vec<(String, String)> {
        let parameters = self.suite.operation(&collection.operation).parameters.iter();
        let default = |parameter: &Parameter| parameter.schema.keyword("default")?.as_bool();
        parameters
            .filter(|parameter| parameter.location == Location::Query)
            .filter(|parameter| !collection.orders[0].query.contains_key(&parameter.name))
            .filter_map(|parameter| Some((parameter.name.clone(), default(parameter)?.to_string())))
            .collect()
    }

    /// Pages past the end: the next one, and far ones.
    async fn past_end(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        scope: Option<RecordNumber>,
        count: usize,
    ) {
        let label = Self::scope_label(oracle, scope);
        let n = count as u64;
        let size = self.size(collection, 5);
        let Some(position) = collection.style.position() else { return };
        let starts: [Start; 3] = match position {
            Position::Page { first, .. } => {
                let last = first + pages_for(count, size.unwrap_or(1)) as u64 - 1;
                [last + 1, last + 2, FAR].map(Start::Page)
            }
            Position::Offset { .. } => [n, n + 1, FAR].map(Start::Offset),
        };
        for start in starts {
            let label = format!("{label} past-end {}{}", start_label(&start), size_label(size));
            let mut ask = Ask::first(name, collection, Self::query(scope, 0, size)).at(start);
            if may_be_absent(collection) {
                ask.asked = Asked::Open;
            }
            self.single(oracle, evidence, &label, WalkKind::PastEnd, ask).await;
        }
        // Whether such numbers are refused or lie past the end is the target's own affair; that it survives them is not.
        for huge in HUGE {
            let start = match position {
                Position::Page { .. } => Start::Page(huge),
                Position::Offset { .. } => Start::Offset(huge),
            };
            let label = format!("{label} {}{}", start_label(&start), size_label(size));
            let mut ask = Ask::first(name, collection, Self::query(scope, 0, size)).at(start);
            ask.asked = Asked::Open;
            self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
        }
    }

    /// Pages by position, not in order.
    async fn random_access(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        scope: Option<RecordNumber>,
        count: usize,
    ) {
        let label = Self::scope_label(oracle, scope);
        let n = count as u64;
        let asks: Vec<(Start, u64)> = match collection.style.position() {
            Some(Position::Page { first, .. }) => {
                let page = |k: u64| Start::Page(first + k);
                vec![
                    (page(2), 3),
                    (page(0), 3),
                    (page(3), 3),
                    (page(1), 3),
                    (page(1), 6),
                    (page(0), 6),
                    (page(n - 1), 1),
                    (page(4), 1),
                ]
            }
            Some(Position::Offset { .. }) => vec![
                (Start::Offset(n - 1), 3),
                (Start::Offset(0), 3),
                (Start::Offset(4), 3),
                (Start::Offset(1), 3),
                (Start::Offset(2), 3),
                (Start::Offset(3), 1),
                (Start::Offset(n.saturating_sub(2)), 2),
                (Start::Offset(1), n),
                (Start::Offset(0), n),
                (Start::Offset(5), 4),
            ],
            None => Vec::new(),
        };
        if matches!(collection.style, Style::OffsetLimit(_))
            && self.suite.size_bounds(collection).default.is_some()
        {
            let start = Start::Offset(3);
            let label = format!("{label} {} alone", start_label(&start));
            let ask = Ask::first(name, collection, Self::query(scope, 0, None)).at(start);
            self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
        }
        let beyond = |start: &Start, size: u64| {
            collection.style.slice(start, size).is_some_and(|slice| slice.from >= count)
        };
        let mut asks: Vec<(Start, u64)> =
            asks.into_iter().filter(|(_, size)| self.size(collection, *size) == Some(*size)).collect();
        let mut seen = BTreeSet::new();
        asks.retain(|ask| seen.insert(ask.clone()));
        // One page past the end is enough here: others are asked for by themselves.
        let mut past = false;
        asks.retain(|(start, size)| !beyond(start, *size) || !std::mem::replace(&mut past, true));
        for order in 0..collection.orders.len() {
            for (start, size) in asks.iter().take(if order == 0 { asks.len() } else { 3 }) {
                let order_name =
                    if order == 0 { String::new() } else { format!("{} ", collection.orders[order].name) };
                let label = format!("{label} {order_name}{} size={size}", start_label(start));
                let mut ask =
                    Ask::first(name, collection, Self::query(scope, order, Some(*size))).at(start.clone());
                if beyond(start, *size) && may_be_absent(collection) {
                    ask.asked = Asked::Open;
                }
                self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
            }
        }
    }
}

/// The first page, said in so many words.
fn first_written_out(style: &Style) -> Start {
    match style.position() {
        Some(Position::Page { first, .. }) => Start::Page(first),
        Some(Position::Offset { .. }) => Start::Offset(0),
        None => Start::First,
    }
}

/// How a size is called in labels.
pub(super) fn size_label(size: Option<u64>) -> String {
    size.map_or_else(String::new, |size| format!(" size={size}"))
}

/// How a start is called in labels.
fn start_label(start: &Start) -> String {
    match start {
        Start::First => "first".to_owned(),
        Start::Page(page) => format!("page={page}"),
        Start::Offset(skip) => format!("offset={skip}"),
        Start::Before(_) => "before".to_owned(),
        Start::After(_) => "after".to_owned(),
        Start::Between { .. } => "between".to_owned(),
        Start::Token(_) => "token".to_owned(),
        Start::Link(_) => "link".to_owned(),
    }
}
