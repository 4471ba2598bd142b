//! Pages that are bounded by cursors, and on which side of the bounds records and items stand.

use std::cmp::Ordering;

use crate::evidence::{Page, RecordNumber, Walk, WalkKind};
use crate::pagination::{Start, Style, TimestampCursor};
use crate::rules::Scene;
use crate::rules::paging::lists::{cursor_instant, instant_of_record, short_pages, touch, tries_a_form};
use crate::suite::ShortPages;

/// A cursor in a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// The instant that it names, in nanoseconds.
    pub(super) instant: i128,
    /// The record that it stands at.
    pub(super) anchor: Option<RecordNumber>,
}

/// A page between bounds, of which one may be missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounded<'a> {
    /// The walk that the page is all of.
    pub(super) walk: &'a Walk,
    /// The page.
    pub(super) page: &'a Page,
    /// Items must be newer than this.
    pub(super) lower: Option<Bound>,
    /// Items must be older than this.
    pub(super) upper: Option<Bound>,
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
    /// The bounds of a page by its start; `None` where it has none.
    pub(super) fn of(walk: &'a Walk, page: &'a Page) -> Option<Self> {
        let bound = |cursor: &str, anchor| Some(Bound { instant: cursor_instant(cursor)?, anchor });
        let (lower, upper) = match &page.start {
            Start::Before(cursor) => (None, Some(bound(cursor, page.anchor)?)),
            Start::After(cursor) => (Some(bound(cursor, page.anchor)?), None),
            Start::Between { after, before } => {
                (Some(bound(after, page.anchor)?), Some(bound(before, page.upper_anchor)?))
            }
            _ => return None,
        };
        Some(Self { walk, page, lower, upper })
    }

    /// Whether there are two bounds.
    pub(super) fn is_range(&self) -> bool {
        self.lower.is_some() && self.upper.is_some()
    }

    /// Where an instant stands.
    pub(super) fn side(&self, instant: i128) -> Side {
        let beyond = |bound: Option<Bound>, wrong: Ordering| match bound {
            Some(bound) if touch(instant, bound.instant) => Side::At,
            Some(bound) if instant.cmp(&bound.instant) == wrong => Side::Outside,
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
        Some(self.side(instant_of_record(scene, &self.walk.query, number)?))
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
    pages.filter(|(_, page)| page.ids.is_some()).filter_map(|(walk, page)| Bounded::of(walk, page)).collect()
}

/// The style of the case's collection, if it pages by timestamp cursors.
pub(super) fn style<'a>(scene: &Scene<'a>) -> Option<&'a TimestampCursor> {
    match &scene.collection().style {
        Style::TimestampCursor(style) => Some(style),
        _ => None,
    }
}
