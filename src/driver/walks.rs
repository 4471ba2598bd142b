//! Whole walks with many page sizes, in one order, over every seeded scope; and walks that something happens to on the way.

use std::collections::BTreeSet;

use super::Driver;
use super::list::{Ask, may_be_absent, pages_for};
use crate::evidence::{Asked, Evidence, Page, RecordNumber, WalkEnd, WalkKind};
use crate::oracle::{Oracle, expected};
use crate::pagination::Style;
use crate::suite::{Collection, SizeBounds};

/// The most pages that a walk with a small page size may take.
const MOST_PAGES: usize = 17;
/// How many empty lists of parents that were created alike are looked into.
const FEW_EMPTY: usize = 1;
/// The most that it may take in an order beside the usual one.
const FEW_PAGES: usize = 3;

/// A walk through a list that something happens to on the way, page by page.
pub(super) struct Stepping<'a> {
    label: &'static str,
    ask: Ask<'a>,
    step: u64,
    most: usize,
    /// The pages until now.
    pub(super) pages: Vec<Page>,
    /// How it ended, if it did.
    pub(super) end: Option<WalkEnd>,
}

impl<'a> Stepping<'a> {
    /// A walk that starts with this request. `step` is how many items a page has, `most` how many pages there may be.
    pub(super) fn new(label: &'static str, ask: Ask<'a>, step: u64, most: usize) -> Self {
        Self { label, ask, step, most, pages: Vec::new(), end: None }
    }
}

impl Driver {
    /// Asks for the next page of a walk.
    pub(super) async fn step(&self, oracle: &Oracle, evidence: &mut Evidence, walk: &mut Stepping<'_>) {
        if walk.pages.len() >= walk.most {
            walk.end = Some(WalkEnd::Cap);
            return;
        }
        let (name, collection) = (walk.ask.name, walk.ask.collection);
        let positional = matches!(collection.style, Style::PageNumber(_) | Style::OffsetLimit(_));
        let page = self.page(oracle, evidence, walk.label, &walk.ask).await;
        // Where the list changes, nobody knows beforehand where it ends.
        let status = evidence.entries[page.entry].exchange.status();
        if status == Some(404) && !walk.pages.is_empty() && positional && may_be_absent(collection) {
            evidence.entries[page.entry].asked = Asked::Open;
            walk.end = Some(WalkEnd::Exhausted);
            return;
        }
        let items = page.len();
        let next = items.and_then(|items| {
            let passed = collection.passed_over(Some(walk.step), items);
            collection.style.next(&walk.ask.start, passed, items, &page.facts)
        });
        walk.pages.push(page);
        match (items, next) {
            (None, _) => walk.end = Some(WalkEnd::Broken),
            (Some(count), Some(next))
                if !positional || collection.may_be_short() || count as u64 >= walk.step =>
            {
                walk.ask.start = self.in_form(name, collection, next);
            }
            _ => walk.end = Some(WalkEnd::Exhausted),
        }
    }

    /// Walks every scope in one order with every page size that tells something; for an order that mirrors another, that one too.
    pub(super) async fn walks(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        order: usize,
    ) {
        let bounds = self.suite.size_bounds(collection);
        let mirrored = collection.orders[order].mirror_of.as_ref();
        let mirrored = mirrored.and_then(|other| collection.orders.iter().position(|o| o.name == *other));
        let telling = self.telling_scopes(oracle, collection, order);
        for scope in Self::scopes(oracle, collection) {
            let label = Self::scope_label(oracle, scope);
            let known = expected(&self.suite, oracle, collection, &Self::query(scope, order, None));
            // Parents that were made for the length of their own list have nothing in them, one like the other.
            let one_of_many = scope.is_some_and(|scope| oracle.record(scope).index >= FEW_EMPTY);
            if one_of_many && known.is_empty() && !telling.contains(&scope) {
                continue;
            }
            let largest = bounds.maximum.or(bounds.default);
            let mut sizes: Vec<Option<u64>> =
                if collection.scope.is_none() && collection.style.size_parameter().is_some() {
                    // Nobody knows how long a list is that everybody writes into.
                    vec![largest]
                } else if collection.style.size_parameter().is_none() {
                    Vec::new()
                } else if !telling.contains(&scope) {
                    // Of further empty lists nothing depends on the size.
                    if order == 0 && !known.is_empty() { vec![largest] } else { Vec::new() }
                } else if order == 0 {
                    sizes(known.len(), bounds).into_iter().map(Some).collect()
                } else {
                    // The usual order gets every size; the others only enough to see that paging goes with them, by the default where a list is long.
                    let small = (pages_for(known.len(), 5) <= FEW_PAGES).then_some(5);
                    vec![small, largest]
                };
            let sizeless = collection.style.size_parameter().is_none();
            // A further list that one page holds looks the same at the default size.
            let told = !telling.contains(&scope) && !sizes.is_empty();
            let has_default = bounds.default.is_some() || sizes.is_empty();
            if order == 0 && collection.scope.is_some() && has_default && !told || sizeless {
                sizes.push(None);
            }
            sizes.dedup();
            let mut ahead = std::collections::VecDeque::from(sizes);
            let mut done: BTreeSet<Option<u64>> = BTreeSet::new();
            while let Some(size) = ahead.pop_front() {
                let again = !done.insert(size);
                let text = size.map_or_else(|| "default size".to_owned(), |size| format!("size={size}"));
                let text = if again { format!("{text} again") } else { text };
                // The mirror needs to be seen once; what either order is at other sizes is compared with itself.
                let mirrored = mirrored.filter(|_| size == largest || sizeless);
                for order in mirrored.into_iter().chain([order]) {
                    let order_name = if order == 0 {
                        String::new()
                    } else {
                        format!("{} ", collection.orders[order].name)
                    };
                    let ask = Ask::first(name, collection, Self::query(scope, order, size));
                    let label = format!("{label} {order_name}{text}");
                    self.walk(oracle, evidence, &label, WalkKind::Full, ask).await;
                }
                // Now it is known how long a list is that everybody writes into.
                let first = size == largest && !sizeless && !again;
                if let (None, Some(walk), true) = (scope, evidence.walks.last(), first) {
                    let count = walk.ids().count();
                    let small = [2, 7].into_iter().find(|small| pages_for(count, *small) <= MOST_PAGES);
                    let small = small.and_then(|small| self.size(collection, small));
                    let small = small.filter(|small| walk.is_whole() && Some(*small) != largest);
                    // Two walks alike around another show that the list stood still, where nothing else tells it.
                    let last = small.filter(|_| self.suite.file().inferred && order == 0).map(|_| size);
                    ahead.extend(small.map(Some).into_iter().chain(last));
                }
            }
        }
    }
}

impl Driver {
    /// The lists that get every page size: an empty one, one of a single item, one with a handful, and the longest. For orders beside the usual
    /// one, only the latter two.
    fn telling_scopes(
        &self,
        oracle: &Oracle,
        collection: &Collection,
        order: usize,
    ) -> BTreeSet<Option<RecordNumber>> {
        let mut counted: Vec<(usize, Option<RecordNumber>)> = Self::scopes(oracle, collection)
            .into_iter()
            .map(|scope| {
                (expected(&self.suite, oracle, collection, &Self::query(scope, order, None)).len(), scope)
            })
            .collect();
        counted.sort_unstable();
        let handful = counted.iter().find(|(count, _)| *count >= 5);
        let mut telling: BTreeSet<_> =
            handful.into_iter().chain(counted.last()).map(|(_, scope)| *scope).collect();
        if order == 0 {
            telling.extend(
                [0, 1]
                    .iter()
                    .filter_map(|n| counted.iter().find(|(count, _)| count == n))
                    .map(|(_, scope)| *scope),
            );
        }
        telling
    }
}

/// The page sizes that tell something about a list of `count` items: one, two, a prime, the maximum, and the
/// count with its neighbours; without those that would take too many pages.
pub(super) fn sizes(count: usize, bounds: SizeBounds) -> Vec<u64> {
    let n = count as u64;
    let largest = bounds.maximum.unwrap_or(u64::MAX);
    let smallest = bounds.minimum.unwrap_or(1).max(1);
    let mut wanted: BTreeSet<u64> = [1, 2, 7, n.saturating_sub(1), n, n + 1].into();
    // The default is asked for by leaving the parameter out.
    // Nor is there anything new in a prime beyond the count and its neighbour.
    wanted.retain(|size| *size <= n + 1);
    wanted.extend(bounds.maximum);
    wanted.retain(|size| (smallest..=largest).contains(size) && pages_for(count, *size) <= MOST_PAGES);
    if count <= 1 {
        // An empty list and a list of one look the same at every size but the smallest.
        wanted.retain(|size| *size == smallest);
    }
    wanted.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_tell_something_and_do_not_cost_too_much() {
        let bounds = SizeBounds { default: Some(50), minimum: Some(1), maximum: Some(100) };
        for (count, expected) in
            [(0, vec![1]), (1, vec![1]), (12, vec![1, 2, 7, 11, 12, 13, 100]), (101, vec![7, 100])]
        {
            assert_eq!(sizes(count, bounds), expected, "{count}");
        }
        let unbounded = SizeBounds { default: None, minimum: None, maximum: None };
        assert_eq!(sizes(12, unbounded), vec![1, 2, 7, 11, 12, 13]);
    }
}
