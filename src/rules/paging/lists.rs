//! What the rules about lists have in common: own items, ranks, cursors as instants, and when a list was quiet.
//!
//! An item is *own* when it is a record of the oracle in the scope of the query. Its *rank* is its place in the expected order, where
//! records with equal keys share one rank.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};

use crate::evidence::{Page, Query, RecordNumber, Walk};
use crate::oracle::{Expected, instant_nanoseconds};
use crate::pagination::{Start, Style};
use crate::rules::{Draft, Scene};
use crate::scenario::Case;
use crate::suite::{Collection, Direction, OrderKey, Settled, ShortPages, Suite, Total};
use crate::verdict::Requirement;

/// Cursors are written in milliseconds: a record whose key is nearer to a cursor than that cannot be told from it.
pub(in crate::rules) const CURSOR_STEP: i128 = 1_000_000;

/// The collection that a case is about.
pub(in crate::rules) fn collection<'a>(suite: &'a Suite, case: &Case) -> Option<&'a Collection> {
    suite.file().collections.get(case.scenario.collection()?)
}

/// For `applies`: whether the case's collection is such a one.
pub(in crate::rules) fn when(suite: &Suite, case: &Case, condition: fn(&Collection) -> bool) -> bool {
    collection(suite, case).is_some_and(condition)
}

/// Whether nobody but the harness writes into the lists of a collection.
pub(in crate::rules) fn closed(collection: &Collection) -> bool {
    collection.others.is_none() && collection.scope.is_some()
}

/// The list that shows what an operation created, if others' records in it can be told from ours.
pub(in crate::rules) fn list_of_created<'a>(suite: &'a Suite, case: &Case) -> Option<&'a Collection> {
    let creates = |name: &str| suite.resource(name).created_by() == Some(case.operation.as_str());
    suite.file().collections.values().find(|list| {
        let told_apart = list.others.as_ref().is_some_and(|others| others.told_apart_by.is_some());
        creates(&list.resource) && list.scope.is_some() && (closed(list) || told_apart)
    })
}

/// Whether the pages of a collection stand for slices by position.
pub(in crate::rules) fn positional(collection: &Collection) -> bool {
    collection.style.position().is_some()
}

/// Whether a collection pages by timestamp cursors.
pub(in crate::rules) fn by_timestamp(collection: &Collection) -> bool {
    matches!(collection.style, Style::TimestampCursor(_))
}

/// Whether a collection pages by the items themselves.
pub(in crate::rules) fn by_item(collection: &Collection) -> bool {
    matches!(collection.style, Style::ItemCursor(_))
}

/// Whether the pages of a collection are read one after the other, each from where the one before says.
pub(in crate::rules) fn chained(collection: &Collection) -> bool {
    !matches!(collection.style, Style::PageNumber(_) | Style::OffsetLimit(_))
}

/// Whether clients may choose the page size of a collection.
pub(in crate::rules) fn sized(collection: &Collection) -> bool {
    collection.style.size_parameter().is_some()
}

/// Whether answers have a place for a total.
pub(in crate::rules) fn has_total(collection: &Collection) -> bool {
    collection.style.total_pointer().is_some() || collection.style.total_header().is_some()
}

/// Whether a total is stated to be exact.
pub(in crate::rules) fn total_is_exact(collection: &Collection) -> bool {
    has_total(collection) && collection.conventions.total.as_ref().is_some_and(|c| c.is == Total::Exact)
}

/// Whether a page may be short before the end, if that is stated.
pub(in crate::rules) fn short_pages(collection: &Collection) -> Option<&Settled<ShortPages>> {
    collection.conventions.short_pages.as_ref()
}

/// Whether a walk asks in a form of a cursor that the target may not honour: only the rules about forms judge it.
pub(in crate::rules) fn tries_a_form(walk: &Walk) -> bool {
    walk.label.starts_with("form ")
}

/// The own items of a page, in the order met.
pub(in crate::rules) fn own(scene: &Scene<'_>, query: &Query, page: &Page) -> Vec<RecordNumber> {
    page.known_ids().filter_map(|id| scene.record(query, id)).collect()
}

/// The own items of a walk, in the order met.
pub(in crate::rules) fn own_of(scene: &Scene<'_>, walk: &Walk) -> Vec<RecordNumber> {
    walk.ids().filter_map(|id| scene.record(&walk.query, id)).collect()
}

/// The names of records.
pub(in crate::rules) fn names<'n>(
    scene: &Scene<'_>,
    numbers: impl IntoIterator<Item = &'n RecordNumber>,
) -> Vec<String> {
    numbers.into_iter().map(|number| scene.oracle.record(*number).name()).collect()
}

/// The items of a page by name; raw ids only where they are nobody's.
pub(in crate::rules) fn shown(scene: &Scene<'_>, query: &Query, page: &Page) -> Vec<String> {
    let name = |id: &Option<String>| {
        id.as_deref().map_or_else(|| "an item without an id".to_owned(), |id| scene.name(query, id))
    };
    page.ids.iter().flatten().map(name).collect()
}

/// On which pages of a walk each own item stands, counted from 1.
pub(in crate::rules) fn whereabouts(scene: &Scene<'_>, walk: &Walk) -> BTreeMap<RecordNumber, Vec<usize>> {
    let mut found: BTreeMap<RecordNumber, Vec<usize>> = BTreeMap::new();
    for (i, page) in walk.pages.iter().enumerate() {
        for number in own(scene, &walk.query, page) {
            found.entry(number).or_default().push(i + 1);
        }
    }
    found
}

/// The entries of a walk's pages.
pub(in crate::rules) fn entries(walk: &Walk) -> Vec<usize> {
    walk.pages.iter().map(|page| page.entry).collect()
}

/// The rank of each record that must be in a list.
pub(in crate::rules) fn ranks(expected: &Expected) -> BTreeMap<RecordNumber, usize> {
    let groups = expected.groups.iter().enumerate();
    groups.flat_map(|(rank, group)| group.iter().map(move |number| (*number, rank))).collect()
}

/// The expected order, with equal keys in the order in which they were met, so that only real differences show.
pub(in crate::rules) fn aligned(expected: &Expected, met: &[RecordNumber]) -> Vec<RecordNumber> {
    let mut place: BTreeMap<RecordNumber, usize> = BTreeMap::new();
    for (i, number) in met.iter().enumerate() {
        place.entry(*number).or_insert(i);
    }
    let mut members = Vec::with_capacity(expected.len());
    for group in &expected.groups {
        let mut group = group.clone();
        group.sort_by_key(|number| place.get(number).copied().unwrap_or(usize::MAX));
        members.extend(group);
    }
    members
}

/// Whether nothing was written into a list while it was walked by position, as far as that can be told: nobody else writes, or
/// every page told the same total; where none is told, another walk met the same foreign items. Lists that page by timestamps or by items do not move
/// under what is written at their new end.
pub(in crate::rules) fn quiet(scene: &Scene<'_>, walk: &Walk) -> bool {
    let collection = scene.collection();
    if closed(collection) || by_timestamp(collection) || by_item(collection) || steady(scene, walk) {
        return true;
    }
    if !has_total(collection) {
        let met = foreign(scene, walk);
        let same = |other: &&Walk| {
            other.label != walk.label
                && other.is_whole()
                && other.query.scope == walk.query.scope
                && other.query.filters == walk.query.filters
        };
        return walk.is_whole()
            && scene.evidence.walks.iter().filter(same).any(|other| foreign(scene, other) == met);
    }
    let mut totals = walk.pages.iter().filter(|page| page.ids.is_some()).map(|page| page.facts.total);
    let first = totals.next().flatten();
    first.is_some() && totals.all(|total| total == first)
}

/// Whether a list that others may write into stood still while it was walked: a walk before (or this one) and another after it (or this one) asked
/// for the same and met the same items in the same order.
pub(in crate::rules) fn steady(scene: &Scene<'_>, walk: &Walk) -> bool {
    let walks = &scene.evidence.walks;
    let Some(at) = walks.iter().position(|other| std::ptr::eq(other, walk)) else { return false };
    let of_list = |other: &&Walk| {
        let (a, b) = (&other.query, &walk.query);
        other.is_whole() && a.scope == b.scope && a.order == b.order && a.filters == b.filters
    };
    walks[..=at].iter().filter(of_list).any(|before| {
        let mut after = walks[at..].iter().filter(of_list);
        after.any(|after| {
            !std::ptr::eq(before, after)
                && before.query.size == after.query.size
                && before.ids().eq(after.ids())
        })
    })
}

/// The ids of the items of a walk that are nobody's known records.
fn foreign<'w>(scene: &Scene<'_>, walk: &'w Walk) -> BTreeSet<&'w str> {
    walk.ids().filter(|id| scene.record(&walk.query, id).is_none()).collect()
}

/// Whether a page says nothing where it may tell something of itself: `null`, or no such member.
pub(in crate::rules) fn says_nothing(scene: &Scene<'_>, page: &Page, pointer: Option<&str>) -> bool {
    let shown = scene.evidence.json(page.entry).zip(pointer).and_then(|(json, at)| json.pointer(at));
    shown.is_none_or(Value::is_null)
}

/// Why a list that others write into was not judged.
pub(in crate::rules) const NOT_QUIET: &str = "others may have written into the list while it was walked";

/// The instant that a cursor names, in nanoseconds since the epoch. Numbers count milliseconds; those too large for a date of this age count the microseconds or
/// nanoseconds of a finer clock.
pub(in crate::rules) fn cursor_instant(cursor: &str) -> Option<i128> {
    match cursor.strip_suffix(".0").unwrap_or(cursor).parse::<i64>() {
        Err(_) => instant_nanoseconds(&Value::from(cursor)),
        Ok(finer) if finer >= NANOSECONDS => Some(finer.into()),
        Ok(finer) if finer >= MICROSECONDS => Some(i128::from(finer) * 1_000),
        Ok(milliseconds) => instant_nanoseconds(&Value::Number(Number::from(milliseconds))),
    }
}

/// From here on a number is read as microseconds: as milliseconds it would lie in the year 5138.
const MICROSECONDS: i64 = 100_000_000_000_000;
/// From here on a number is read as nanoseconds: as microseconds it would lie in the year 5138.
const NANOSECONDS: i64 = 100_000_000_000_000_000;

/// The instant in an item that a list is ordered by.
pub(in crate::rules) fn instant_of(scene: &Scene<'_>, query: &Query, item: &Value) -> Option<i128> {
    match &scene.order(query).by {
        OrderKey::Instant(pointers) => instant_nanoseconds(pointers.find(item)?),
        OrderKey::Creation | OrderKey::FirstSeen | OrderKey::Text(_) => None,
    }
}

/// The instant of a record that a list is ordered by.
pub(in crate::rules) fn instant_of_record(
    scene: &Scene<'_>,
    query: &Query,
    number: RecordNumber,
) -> Option<i128> {
    instant_of(scene, query, &scene.oracle.record(number).acknowledged)
}

/// Whether two instants are too near to each other for a cursor to tell them apart.
pub(in crate::rules) fn touch(a: i128, b: i128) -> bool {
    (a - b).abs() < CURSOR_STEP
}

/// The records that a walk by timestamp lacks and that its cursors could not tell from what was met already.
pub(in crate::rules) fn passed_over(
    scene: &Scene<'_>,
    walk: &Walk,
    expected: &Expected,
) -> BTreeSet<RecordNumber> {
    if !by_timestamp(scene.collection()) {
        return BTreeSet::new();
    }
    let mut cursors = BTreeSet::new();
    for pair in walk.pages.windows(2) {
        if let Start::Before(cursor) | Start::After(cursor) = &pair[1].start {
            cursors.extend(cursor_instant(cursor));
        }
        let border = if matches!(pair[1].start, Start::After(_)) == newest_first(scene, &walk.query) {
            own(scene, &walk.query, &pair[0]).first().copied()
        } else {
            own(scene, &walk.query, &pair[0]).last().copied()
        };
        cursors.extend(border.and_then(|number| instant_of_record(scene, &walk.query, number)));
    }
    let met: BTreeSet<_> = own_of(scene, walk).into_iter().collect();
    let near = |number: &RecordNumber| {
        instant_of_record(scene, &walk.query, *number)
            .is_some_and(|key| cursors.range(key - CURSOR_STEP + 1..key + CURSOR_STEP).next().is_some())
    };
    expected.members().into_iter().filter(|number| !met.contains(number) && near(number)).collect()
}

/// Whether a list starts with its newest item.
pub(in crate::rules) fn newest_first(scene: &Scene<'_>, query: &Query) -> bool {
    scene.order(query).direction == Direction::Descending
}

/// The requirement that a convention's setting cites.
pub(in crate::rules) fn convention<T>(scene: &Scene<'_>, settled: &Settled<T>) -> Requirement {
    scene.requirement(&settled.requirement)
}

/// The parameter for the page size, as a finding cites it.
pub(in crate::rules) fn size_parameter(scene: &Scene<'_>, text: &str) -> Requirement {
    let collection = scene.collection();
    let name = collection.style.size_parameter();
    let place = name.and_then(|name| scene.suite.argument_schema(collection, name));
    scene.in_document(text, place.as_ref().map_or(&scene.operation().pointer, |(_, pointer)| pointer))
}

/// A finding without lists side by side.
pub(in crate::rules) fn draft(
    input: &str,
    summary: impl Into<String>,
    requirement: Requirement,
    expected: impl Into<String>,
    actual: impl Into<String>,
    entries: Vec<usize>,
) -> Draft {
    Draft {
        input: input.to_owned(),
        summary: summary.into(),
        requirement,
        expected: expected.into(),
        actual: actual.into(),
        comparison: None,
        claims: Vec::new(),
        pointer: None,
        entries,
    }
}

/// The ids of the items in an answer that was not read as a page, in their order.
pub(in crate::rules) fn ids_of(scene: &Scene<'_>, entry: usize) -> Vec<String> {
    let collection = scene.collection();
    let id = &scene.suite.resource(&collection.resource).id;
    let items = scene.evidence.json(entry).and_then(|json| collection.items.find(json)?.as_array());
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    items.into_iter().flatten().filter_map(|item| text(id.find(item)?)).collect()
}

/// A few names, the rest counted.
pub(in crate::rules) fn some(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        [a] => a.clone(),
        [a, b] => format!("{a} and {b}"),
        [a, b, rest @ ..] => format!("{a}, {b} and {} more", rest.len()),
    }
}

/// `1 item`, `2 items`.
pub(in crate::rules) fn items(count: usize) -> String {
    if count == 1 { "1 item".to_owned() } else { format!("{count} items") }
}
