//! TOK: lists that page by opaque tokens.

pub(super) mod changed_arguments_mixed;
pub(super) mod page_moves_with_size;
pub(super) mod previous_token_wrong;
pub(super) mod token_after_end;
pub(super) mod token_missing;
pub(super) mod token_not_replayable;
pub(super) mod token_not_url_safe;

use super::paging::lists::collection;
use crate::pagination::{Style, Token};
use crate::scenario::Case;
use crate::suite::Suite;

/// The style of a case's collection, if it pages by tokens.
fn style<'a>(suite: &'a Suite, case: &Case) -> Option<&'a Token> {
    match &collection(suite, case)?.style {
        Style::Token(style) => Some(style),
        _ => None,
    }
}
