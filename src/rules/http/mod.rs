//! HTTP: statuses, methods, content types and headers, whatever the content says.

pub(super) mod accept_mishandled;
pub(super) mod allow_disagrees;
pub(super) mod allow_missing;
pub(super) mod charset_wrong;
pub(super) mod coding_not_wanted;
pub(super) mod connection_poisoned;
pub(super) mod content_not_allowed;
pub(super) mod content_type_wrong;
pub(super) mod date_wrong;
pub(super) mod etag_ignored;
pub(super) mod head_differs;
pub(super) mod location_wrong;
pub(super) mod member_repeated;
pub(super) mod method_not_refused;
pub(super) mod not_json;
pub(super) mod problem_wrong;
pub(super) mod refusal_undocumented;
pub(super) mod response_broken;
pub(super) mod retry_after_malformed;
pub(super) mod server_error;
pub(super) mod status_undocumented;
pub(super) mod unknown_field_refused;
pub(super) mod unknown_item_answered;
pub(super) mod unknown_parent_answered;
pub(super) mod valid_request_refused;
