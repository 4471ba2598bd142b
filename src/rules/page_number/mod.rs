//! PGN: lists that page by number.

pub(super) mod page_echo_wrong;
pub(super) mod page_slice_wrong;
pub(super) mod pages_wrong;
pub(super) mod size_echo_wrong;

use super::paging::lists::{closed, collection};
use crate::pagination::{PageNumber, Position, Style};
use crate::rules::Scene;
use crate::scenario::Case;
use crate::suite::Suite;

/// The style of a case's collection, if it pages by number.
fn style<'a>(suite: &'a Suite, case: &Case) -> Option<&'a PageNumber> {
    match &collection(suite, case)?.style {
        Style::PageNumber(style) => Some(style),
        _ => None,
    }
}

/// Whether clients may choose pages of a case's collection by number and size.
fn pages(suite: &Suite, case: &Case) -> bool {
    collection(suite, case).is_some_and(|collection| {
        let style = &collection.style;
        matches!(style.position(), Some(Position::Page { .. })) && style.size_parameter().is_some()
    })
}

/// How many items a query's list holds, where that is known to the last one.
fn count(scene: &Scene<'_>, query: &crate::evidence::Query) -> Option<i64> {
    let expected = scene.expected(query);
    (closed(scene.collection()) && expected.exact()).then(|| i64::try_from(expected.len()).ok())?
}
