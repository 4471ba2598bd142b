//! LNK: lists whose pages are reached by links.

pub(super) mod edge_link_wrong;
pub(super) mod link_leads_elsewhere;
pub(super) mod link_loses_query;
pub(super) mod link_malformed;
pub(super) mod next_link_after_end;
pub(super) mod next_link_missing;
pub(super) mod previous_link_wrong;
pub(super) mod self_link_wrong;

use super::paging::chain::{answered, walked};
use super::paging::lists::{collection, draft, shown, some};
use super::paging::same_page::{Sameness, compare};
use super::{Draft, Scene, Sheet};
use crate::evidence::{Page, Walk};
use crate::pagination::{Rel, Start, Style};
use crate::scenario::Case;
use crate::suite::Suite;

/// For `applies`: whether pages of a case's collection are reached by links.
fn linked(suite: &Suite, case: &Case) -> bool {
    collection(suite, case).is_some_and(|collection| collection.style.has_links())
}

/// For `applies`: whether pages of a case's collection may have one of these links.
fn may_have(suite: &Suite, case: &Case, wanted: &[Rel]) -> bool {
    collection(suite, case).is_some_and(|collection| match &collection.style {
        Style::LinkHeader(_) => true,
        style => wanted.iter().any(|rel| pointer(style, *rel).is_some()),
    })
}

/// Where a link stands in the content.
fn pointer(style: &Style, rel: Rel) -> Option<&str> {
    let Style::NextUrl(style) = style else { return None };
    match rel {
        Rel::Next => Some(&style.next),
        Rel::Previous => style.previous.as_deref(),
        Rel::First => style.first.as_deref(),
        Rel::Last => style.last.as_deref(),
        Rel::Own => style.own.as_deref(),
    }
}

/// Judges one link of a page of the walk: it must lead to this page.
fn check_target(scene: &Scene<'_>, sheet: &mut Sheet<'_>, at: (usize, &Page), rel: Rel, target: &Page) {
    let (number, page) = at;
    let Some(there) = walked(scene) else { return };
    let Some(Ok(path)) = page.facts.links.get(&rel).map(|link| &link.leads) else { return };
    let Some((walk, met)) = answered(scene, &Start::Link(path.clone())) else { return };
    let comparison = match compare(scene, (there, target), (walk, met)) {
        Sameness::Same => return sheet.judged(),
        Sameness::Unknown => return,
        Sameness::Different(comparison) => comparison,
    };
    let place = match rel {
        Rel::First => "to the first page",
        Rel::Last => "to the last page",
        Rel::Previous => "to the page before",
        Rel::Own => "to the page itself",
        Rel::Next => "to the next page",
    };
    sheet.fail(Draft {
        comparison: Some(comparison),
        pointer: pointer(&scene.collection().style, rel).map(str::to_owned),
        ..draft(
            &there.label,
            format!("the link `{}` of page {} does not lead {place}", rel.name(), number + 1),
            sheet.own_requirement(),
            some(&shown(scene, &there.query, target)),
            some(&shown(scene, &walk.query, met)),
            vec![target.entry, page.entry, met.entry],
        )
    });
}

/// The pages of a walk that have this link, with their numbers from 0.
fn pages_with(walk: &Walk, rel: Rel) -> Vec<(usize, &Page)> {
    walk.pages.iter().enumerate().filter(|(_, page)| page.facts.links.contains_key(&rel)).collect()
}
