//! CUR: lists that page by cursors, which are instants or items; and what becomes of cursors and tokens that are not for a list.

pub(super) mod backward_walk_differs;
pub(super) mod bound_ignored;
pub(super) mod bounded_page_out_of_order;
pub(super) mod bounds;
pub(super) mod cursor_form_not_honoured;
pub(super) mod cursor_item_included;
pub(super) mod cursors_not_page_ends;
pub(super) mod deleted_cursor_answered;
pub(super) mod empty_page_has_cursors;
pub(super) mod equal_key_lost;
pub(super) mod foreign_cursor_answered;
mod forms;
pub(super) mod no_cursor_form_honoured;
pub(super) mod page_not_next_to_cursor;
pub(super) mod range_not_kept;
pub(super) mod unknown_cursor_answered;
