//! What stands beyond a page in the direction of reading, as far as anybody can tell.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use super::lists::{
    by_item, by_timestamp, chained, closed, cursor_instant, instant_of, instant_of_record, items, names,
    newest_first, own, positional, ranks, some, touch,
};
use crate::evidence::{Page, RecordNumber, Walk, WalkEnd, WalkKind};
use crate::oracle::Expected;
use crate::pagination::{Start, Style};
use crate::rules::Scene;
use crate::suite::{Adjacency, BothBounds, CursorItem};

/// Whether nothing stands beyond a page as far as anybody saw: the page after it is empty, and no walk of the same list met an
/// item that this one did not, unless it stands on the other side of the cursor that this one began at. (Such an item may share its instant with the
/// page's last one, and be passed over.)
pub(in crate::rules) fn ends_after(scene: &Scene<'_>, walk: &Walk, page: usize) -> bool {
    let met: BTreeSet<&str> = walk.ids().collect();
    let same =
        |other: &&Walk| other.query.scope == walk.query.scope && other.query.filters == walk.query.filters;
    let start = walk.pages.first().map(|page| &page.start);
    let bound = match start.filter(|_| by_timestamp(scene.collection())) {
        Some(Start::After(cursor)) => cursor_instant(cursor).map(|at| (at, Ordering::Greater)),
        Some(Start::Before(cursor)) => cursor_instant(cursor).map(|at| (at, Ordering::Less)),
        _ => None,
    };
    let behind = |item: &Value| {
        let key = instant_of(scene, &walk.query, item);
        bound.zip(key).is_some_and(|((at, ahead), key)| key.cmp(&at) != ahead)
    };
    let seen = |page: &Page| {
        let ids = page.ids.iter().flatten();
        ids.zip(scene.evidence.items(page))
            .all(|(id, item)| id.as_deref().is_none_or(|id| met.contains(id)) || behind(item))
    };
    matches!(walk.kind, WalkKind::Full | WalkKind::Backward)
        && walk.end == WalkEnd::Exhausted
        && walk.pages.get(page + 1).is_some_and(Page::is_empty)
        && scene.evidence.walks.iter().filter(same).all(|other| other.pages.iter().all(&seen))
}

/// What stands beyond a page.
pub(in crate::rules) enum Beyond {
    /// These own records, at least.
    Records(Vec<RecordNumber>),
    /// So many items.
    Count(usize),
    /// Nothing.
    Nothing,
    /// None of our records; whether any others, is not known.
    Unseen,
}

impl Beyond {
    /// In words.
    pub(in crate::rules) fn words(&self, scene: &Scene<'_>) -> String {
        match self {
            Self::Records(left) => some(&names(scene, left)),
            Self::Count(count) => items(*count),
            Self::Nothing | Self::Unseen => "nothing".to_owned(),
        }
    }
}

/// What stands beyond a page in the direction of reading; `None` where that is not settled.
pub(in crate::rules) fn beyond(
    scene: &Scene<'_>,
    walk: &Walk,
    page: &Page,
    expected: &Expected,
) -> Option<Beyond> {
    let collection = scene.collection();
    // What a link leads to hangs on what the page before held, not on where it would stand by its size.
    let by_place = !collection.style.has_links() || matches!(page.start, Start::Page(_) | Start::Offset(_));
    let size = walk.effective_size.filter(|_| by_place);
    let slice = size.and_then(|size| collection.style.slice(&page.start, size));
    if let Some(slice) = slice.filter(|_| closed(collection)) {
        let least = expected.len().saturating_sub(slice.to);
        let most = (expected.len() + expected.maybe.len()).saturating_sub(slice.to);
        return match (least, most) {
            (0, 0) => Some(Beyond::Nothing),
            (0, _) => None,
            (least, _) => Some(Beyond::Count(least)),
        };
    }
    if !expected.ordered
        || walk.kind == WalkKind::PastEnd
        || positional(collection) && !collection.style.has_links() && closed(collection)
    {
        return None;
    }
    let (left, doubtful) = left(scene, walk, page, expected)?;
    if !left.is_empty() {
        return Some(Beyond::Records(left));
    }
    if !closed(collection) {
        return Some(Beyond::Unseen);
    }
    (!doubtful && expected.maybe.is_empty()).then_some(Beyond::Nothing)
}

/// The own records that stand beyond a page, and whether there are others of which that cannot be told.
fn left(
    scene: &Scene<'_>,
    walk: &Walk,
    page: &Page,
    expected: &Expected,
) -> Option<(Vec<RecordNumber>, bool)> {
    let query = &walk.query;
    let conventions = &scene.collection().conventions;
    let met = own(scene, query, page);
    let on_page: BTreeSet<RecordNumber> = met.iter().copied().collect();
    let ranks = ranks(expected);
    let met_ranks = || met.iter().filter_map(|number| ranks.get(number).copied());
    let absent = expected.members().into_iter().filter(|number| !on_page.contains(number));
    let by_item = by_item(scene.collection());
    // Where cursors are items, keys are ranks; where they are instants, instants.
    let key = |number: &RecordNumber| match ranks.get(number) {
        Some(rank) if by_item => Some(*rank as i128),
        _ => instant_of_record(scene, query, *number),
    };
    let bound = |cursor: &str, anchor: Option<RecordNumber>| match anchor {
        Some(anchor) if by_item => key(&anchor),
        _ => cursor_instant(cursor).filter(|_| !by_item),
    };
    let touch = |a: i128, b: i128| if by_item { a == b } else { touch(a, b) };
    // What stands exactly at a bound is beyond doubt only where it is stated to be left out; of equal ranks, one is the cursor's own.
    let excluded = conventions.cursor_item.as_ref().is_some_and(|stated| stated.is == CursorItem::Excluded);
    let at = |key: i128, bound: i128| excluded && key == bound && !by_item;
    let backward = match &page.start {
        Start::Between { after, before } => {
            if conventions.both_bounds.as_ref()?.is != BothBounds::Range {
                return None;
            }
            let (lower, upper) = (bound(after, page.anchor)?, bound(before, page.upper_anchor)?);
            let near = |key: i128| [lower, upper].iter().any(|bound| touch(key, *bound) && !at(key, *bound));
            let inside = |key: i128| key > lower && key < upper;
            let anchors = [page.anchor, page.upper_anchor];
            let (near, inside): (Vec<_>, Vec<_>) = absent
                .filter(|number| !by_item || !anchors.contains(&Some(*number)))
                .filter(|number| key(number).is_some_and(|key| near(key) || inside(key)))
                .partition(|number| key(number).is_some_and(near));
            return Some((inside, !near.is_empty()));
        }
        _ if matches!(scene.collection().style, Style::Token(_)) || scene.collection().style.has_links() => {
            walk.kind == WalkKind::Backward
        }
        Start::After(_) | Start::Before(_)
            if by_item
                && conventions.adjacency.as_ref().is_some_and(|stated| stated.is != Adjacency::Next) =>
        {
            return None;
        }
        Start::After(_) if by_item => false,
        Start::Before(_) if by_item => true,
        Start::After(_)
            if conventions.adjacency.as_ref().is_none_or(|stated| stated.is != Adjacency::Next) =>
        {
            return None;
        }
        Start::After(_) => newest_first(scene, query),
        Start::Before(_) => !newest_first(scene, query),
        // The first page of a cursor list that starts with the oldest item is read towards newer ones, or not at all.
        _ if by_timestamp(scene.collection()) && !newest_first(scene, query) => return None,
        _ => false,
    };
    // The border is the last own item in the direction of reading, else the cursor.
    let border = if backward { met_ranks().min() } else { met_ranks().max() };
    let cursor = match &page.start {
        // In a walk by items only the first page stands at a known record.
        Start::Before(_) | Start::After(_) if by_item && page.anchor.is_none() => None,
        Start::Before(cursor) | Start::After(cursor) => Some(bound(cursor, page.anchor)?),
        _ => None,
    };
    let (mut left, mut doubtful) = (Vec::new(), false);
    let sequential =
        walk.kind == WalkKind::Full && chained(scene.collection()) && !by_timestamp(scene.collection());
    let read = walk.pages.iter().take_while(|earlier| earlier.entry <= page.entry);
    let so_far: BTreeSet<RecordNumber> = read.flat_map(|page| own(scene, query, page)).collect();
    let anchor = page.anchor.filter(|_| by_item);
    for number in absent.filter(|number| Some(*number) != anchor) {
        let rank = ranks[&number];
        let ahead = match (border, cursor) {
            (Some(border), _) if backward => rank.cmp(&border).reverse(),
            (Some(border), _) => rank.cmp(&border),
            (None, Some(cursor)) => {
                let key = key(&number)?;
                let older = key < cursor;
                if at(key, cursor) {
                    Ordering::Less
                } else if touch(key, cursor) {
                    Ordering::Equal
                } else if older == matches!(page.start, Start::Before(_)) {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            // A page of foreign items only does not show how far it goes.
            (None, None) if page.is_empty() && page.start == Start::First => Ordering::Greater,
            (None, None) => return None,
        };
        match ahead {
            Ordering::Greater => left.push(number),
            Ordering::Equal if sequential => {
                // Of equal keys, those that were not met so far are still to come.
                if !so_far.contains(&number) {
                    left.push(number);
                }
            }
            Ordering::Equal => doubtful = true,
            Ordering::Less => {}
        }
    }
    // Foreign items may fill a page that holds none of ours, and then ours stand beyond it all the same.
    Some((left, doubtful))
}
