//! Pages that are bounded by cursors, and on which side of the bounds records and items stand.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::evidence::{Page, RecordNumber, Walk, WalkKind};
use crate::pagination::{Start, Style, TimestampCursor};
use crate::rules::Scene;
use crate::rules::paging::lists::{
    by_item, cursor_instant, instant_of_record, newest_first, ranks, short_pages, touch, tries_a_form,
};
use crate::suite::ShortPages;

/// A cursor in a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// Where it stands: the instant that it names, in nanoseconds, or the rank of its item.
    pub(super) at: i128,
    /// The record that it stands at.
    pub(super) anchor: Option<RecordNumber>,
}

/// A page between bounds, of which one may be missing. Where cursors are instants, it is bounded in time; where they are items, in the order of the list.
#[derive(Clone, Debug)]
pub(super) struct Bounded<'a> {
    /// The walk that the page is all of.
    pub(super) walk: &'a Walk,
    /// The page.
    pub(super) page: &'a Page,
    /// Items must be newer than this, or stand behind it.
    pub(super) lower: Option<Bound>,
    /// Items must be older than this, or stand in front of it.
    pub(super) upper: Option<Bound>,
    /// The ranks of the records, where cursors are items.
    ranks: Option<Rc<BTreeMap<RecordNumber, usize>>>,
}

/// Where an instant stands to the bounds of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Between the bounds, or on the right side of the only one.
    Inside,
    /// So near to a bound that a cursor cannot tell.
    At,
    /// Beyond a bound.
    Outside,
}

impl<'a> Bounded<'a> {
    /// The bounds of a page by its start; `None` where it has none, or where nobody knows where they stand.
    pub(super) fn of(scene: &Scene<'_>, walk: &'a Walk, page: &'a Page) -> Option<Self> {
        let ranks = if by_item(scene.collection()) {
            let expected = scene.expected(&walk.query);
            Some(Rc::new(expected.ordered.then(|| ranks(&expected))?))
        } else {
            None
        };
        let bound = |cursor: &str, anchor: Option<RecordNumber>| {
            let at = match &ranks {
                Some(ranks) => *ranks.get(&anchor?)? as i128,
                None => cursor_instant(cursor)?,
            };
            Some(Bound { at, anchor })
        };
        let (lower, upper) = match &page.start {
            Start::Before(cursor) => (None, Some(bound(cursor, page.anchor)?)),
            Start::After(cursor) => (Some(bound(cursor, page.anchor)?), None),
            Start::Between { after, before } => {
                (Some(bound(after, page.anchor)?), Some(bound(before, page.upper_anchor)?))
            }
            _ => return None,
        };
        Some(Self { walk, page, lower, upper, ranks })
    }

    /// Whether what the list begins with lies at the upper end: in time, where it runs from new to old; in its own order, never.
    pub(super) fn descends(&self, scene: &Scene<'_>) -> bool {
        self.ranks.is_none() && newest_first(scene, &self.walk.query)
    }

    /// Where a record stands, by what bounds the page; `None` where that is not known.
    pub(super) fn place_of(&self, scene: &Scene<'_>, number: RecordNumber) -> Option<i128> {
        match &self.ranks {
            Some(ranks) => ranks.get(&number).map(|rank| *rank as i128),
            None => instant_of_record(scene, &self.walk.query, number),
        }
    }

    /// Whether cursors are items.
    pub(super) fn by_item(&self) -> bool {
        self.ranks.is_some()
    }

    /// Whether there are two bounds.
    pub(super) fn is_range(&self) -> bool {
        self.lower.is_some() && self.upper.is_some()
    }

    /// Where an instant or a rank stands.
    pub(super) fn side(&self, place: i128) -> Side {
        let touch = |bound: i128| if self.by_item() { place == bound } else { touch(place, bound) };
        let beyond = |bound: Option<Bound>, wrong: Ordering| match bound {
            Some(bound) if touch(bound.at) => Side::At,
            Some(bound) if place.cmp(&bound.at) == wrong => Side::Outside,
            _ => Side::Inside,
        };
        match (beyond(self.lower, Ordering::Less), beyond(self.upper, Ordering::Greater)) {
            (Side::Outside, _) | (_, Side::Outside) => Side::Outside,
            (Side::At, _) | (_, Side::At) => Side::At,
            _ => Side::Inside,
        }
    }

    /// Where a record stands; `None` where its key is not known.
    pub(super) fn side_of(&self, scene: &Scene<'_>, number: RecordNumber) -> Option<Side> {
        Some(self.side(self.place_of(scene, number)?))
    }

    /// Whether the page must hold all that stands inside: it is not full, and does not say that more comes where that is allowed.
    pub(super) fn must_be_all(&self, scene: &Scene<'_>) -> bool {
        let never_short =
            short_pages(scene.collection()).is_some_and(|stated| stated.is == ShortPages::Never);
        let room = self.page.len().zip(self.walk.effective_size);
        let room = room.is_some_and(|(count, size)| u64::try_from(count).is_ok_and(|count| count < size));
        room && (never_short || self.page.facts.has_more != Some(true))
    }
}

/// The single pages that are bounded by a cursor in the usual form.
pub(super) fn bounded<'a>(scene: &Scene<'a>) -> Vec<Bounded<'a>> {
    let single = |walk: &&Walk| walk.kind == WalkKind::Page && !tries_a_form(walk);
    let pages =
        scene.evidence.walks.iter().filter(single).flat_map(|walk| walk.pages.iter().map(move |p| (walk, p)));
    pages
        .filter(|(_, page)| page.ids.is_some())
        .filter_map(|(walk, page)| Bounded::of(scene, walk, page))
        .collect()
}

/// The style of the case's collection, if it pages by timestamp cursors.
pub(super) fn style<'a>(scene: &Scene<'a>) -> Option<&'a TimestampCursor> {
    match &scene.collection().style {
        Style::TimestampCursor(style) => Some(style),
        _ => None,
    }
}
