//! OFF: lists that page by how many items to pass over.

pub(super) mod limit_echo_wrong;
pub(super) mod next_page_wrong;
pub(super) mod slice_wrong;

use super::paging::lists::collection;
use crate::pagination::{OffsetLimit, Position, Style};
use crate::scenario::Case;
use crate::suite::Suite;

/// Whether clients may choose pages of a case's collection by offset and size.
fn pages(suite: &Suite, case: &Case) -> bool {
    collection(suite, case).is_some_and(|collection| {
        let style = &collection.style;
        matches!(style.position(), Some(Position::Offset { .. })) && style.size_parameter().is_some()
    })
}

/// The style of a case's collection, if it pages by offset.
fn style<'a>(suite: &'a Suite, case: &Case) -> Option<&'a OffsetLimit> {
    match &collection(suite, case)?.style {
        Style::OffsetLimit(style) => Some(style),
        _ => None,
    }
}
