//! Lists that are read from page to page by what each page says of the next: whether it says so where something follows, and whether the way back
//! is the way there.

use super::beyond::{Beyond, beyond, ends_after};
use super::compare::side_by_side;
use super::lists::{draft, entries, names, own, own_of};
use crate::evidence::{Page, RecordNumber, Walk, WalkEnd, WalkKind};
use crate::pagination::Start;
use crate::rules::{Draft, Scene, Sheet};

/// A page of a whole walk, by its number from 0, and what stands beyond it.
pub(in crate::rules) struct Turn<'a> {
    /// The walk.
    pub(in crate::rules) walk: &'a Walk,
    /// The page's number, from 0.
    pub(in crate::rules) number: usize,
    /// The page.
    pub(in crate::rules) page: &'a Page,
    /// Whether something stands beyond it; with nothing but strangers there, only if the next page shows that nothing does.
    pub(in crate::rules) beyond: Beyond,
}

/// The pages of walks from the start, as far as it is known what stands beyond them.
pub(in crate::rules) fn turns<'a>(scene: &Scene<'a>) -> Vec<Turn<'a>> {
    let mut turns = Vec::new();
    for walk in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::Full) {
        let expected = scene.expected(&walk.query);
        for (number, page) in walk.pages.iter().enumerate().filter(|(_, page)| page.ids.is_some()) {
            let beyond = match beyond(scene, walk, page, &expected) {
                Some(Beyond::Unseen) if ends_after(scene, walk, number) => Beyond::Nothing,
                Some(Beyond::Unseen) | None => continue,
                Some(beyond) => beyond,
            };
            turns.push(Turn { walk, number, page, beyond });
        }
    }
    turns
}

impl Turn<'_> {
    /// Whether something stands beyond the page.
    pub(in crate::rules) fn goes_on(&self) -> bool {
        matches!(self.beyond, Beyond::Records(_) | Beyond::Count(_))
    }
}

/// The page of a walk from the start that a single page can be compared with.
pub(in crate::rules) fn walked<'a>(scene: &Scene<'a>) -> Option<&'a Walk> {
    scene.evidence.walks.iter().find(|walk| walk.kind == WalkKind::Full && walk.query.filters.is_empty())
}

/// The answer to a request that starts as this one does, with its walk.
pub(in crate::rules) fn answered<'a>(scene: &Scene<'a>, start: &Start) -> Option<(&'a Walk, &'a Page)> {
    let mut pages = scene.evidence.pages();
    pages.find(|(_, page)| page.start == *start && page.ids.is_some())
}

/// Judges a walk back to the start: it must meet what the walk there met in front of the page from which it began, in the same order. `leads_back`
/// says of a page whether a way back begins there.
pub(in crate::rules) fn check_way_back(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    leads_back: impl Fn(&Page) -> bool,
    by: &str,
) {
    let Some(there) = walked(scene) else { return };
    let Some(from) = there.pages.iter().rposition(leads_back) else { return };
    for back in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::Backward) {
        if matches!(back.end, WalkEnd::Broken | WalkEnd::Budget | WalkEnd::Astray) {
            continue;
        }
        let wanted: Vec<RecordNumber> =
            there.pages[..from].iter().flat_map(|page| own(scene, &there.query, page)).collect();
        let met: Vec<RecordNumber> =
            back.pages.iter().rev().flat_map(|page| own(scene, &back.query, page)).collect();
        // In front of the list, an empty page may lead to itself until something is written.
        let circle = back.end == WalkEnd::Loop && !back.pages.last().is_some_and(Page::is_empty);
        if met == wanted && !circle {
            sheet.judged();
            continue;
        }
        let summary = if circle {
            format!("the {by} back lead in a circle")
        } else {
            format!("the {by} back do not lead the way that led there")
        };
        sheet.fail(Draft {
            comparison: Some(side_by_side(&names(scene, &wanted), &names(scene, &met))),
            ..draft(
                &back.label,
                summary,
                sheet.own_requirement(),
                format!("the {} items in front of page {}", wanted.len(), from + 1),
                format!("{} items on {} pages", own_of(scene, back).len(), back.pages.len()),
                entries(back),
            )
        });
    }
}
