//! NEG: what breaks the document is refused, what is barely valid is not.

mod edges;
pub(super) mod invalid_accepted;
pub(super) mod invalid_content_accepted;
pub(super) mod malformed_cursor_accepted;
pub(super) mod read_only_taken;
mod refused_and_done;
pub(super) mod refused_left_trace;
pub(super) mod refused_otherwise;
pub(super) mod refused_with_server_error;
pub(super) mod valid_edge_refused;
pub(super) mod wrong_media_type_accepted;
