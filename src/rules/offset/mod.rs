//! OFF: lists that page by how many items to pass over.

pub(super) mod limit_echo_wrong;
pub(super) mod next_page_wrong;
pub(super) mod slice_wrong;

use super::paging::lists::collection;
use crate::pagination::{OffsetLimit, Style};
use crate::scenario::Case;
use crate::suite::Suite;

/// The style of a case's collection, if it pages by offset.
fn style<'a>(suite: &'a Suite, case: &Case) -> Option<&'a OffsetLimit> {
    match &collection(suite, case)?.style {
        Style::OffsetLimit(style) => Some(style),
        _ => None,
    }
}
