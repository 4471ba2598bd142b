//! The one list of rules. Its order is the order of every listing and report.

use super::{Rule, http, paging};

/// Every rule.
pub static RULES: &[&Rule] = &[
    // HTTP: statuses, methods, content types and headers.
    &http::status_undocumented::STATUS_UNDOCUMENTED,
    &http::server_error::SERVER_ERROR,
    &http::valid_request_refused::VALID_REQUEST_REFUSED,
    &http::refusal_undocumented::REFUSAL_UNDOCUMENTED,
    &http::content_type_wrong::CONTENT_TYPE_WRONG,
    &http::charset_wrong::CHARSET_WRONG,
    &http::not_json::NOT_JSON,
    &http::response_broken::RESPONSE_BROKEN,
    &http::method_not_refused::METHOD_NOT_REFUSED,
    &http::allow_missing::ALLOW_MISSING,
    &http::head_differs::HEAD_DIFFERS,
    &http::content_not_allowed::CONTENT_NOT_ALLOWED,
    &http::retry_after_malformed::RETRY_AFTER_MALFORMED,
    &http::unknown_item_answered::UNKNOWN_ITEM_ANSWERED,
    &http::unknown_parent_answered::UNKNOWN_PARENT_ANSWERED,
    // PAG: what holds for every paged list.
    &paging::item_missing::ITEM_MISSING,
];

/// The rule with this code, in any case of letters.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code))
}
