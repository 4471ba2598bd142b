//! The one list of rules. Its order is the order of every listing and report.

use super::{Rule, concurrency, credentials, fidelity, http, isolation, lifecycle, negative, paging, schema};

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
    // SCH: content and header fields against their schemas.
    &schema::response_schema::RESPONSE_SCHEMA,
    &schema::error_schema::ERROR_SCHEMA,
    &schema::header_invalid::HEADER_INVALID,
    // FID: what goes in comes out.
    &fidelity::string_changed::STRING_CHANGED,
    &fidelity::number_changed::NUMBER_CHANGED,
    &fidelity::instant_changed::INSTANT_CHANGED,
    &fidelity::structure_changed::STRUCTURE_CHANGED,
    &fidelity::field_missing::FIELD_MISSING,
    &fidelity::parent_wrong::PARENT_WRONG,
    &fidelity::list_item_differs::LIST_ITEM_DIFFERS,
    &fidelity::batch_order::BATCH_ORDER,
    &fidelity::id_not_unique::ID_NOT_UNIQUE,
    &fidelity::fetch_unstable::FETCH_UNSTABLE,
    // ISO: what lies in one parent is not seen from another.
    &isolation::item_of_another_parent::ITEM_OF_ANOTHER_PARENT,
    &isolation::found_through_wrong_parent::FOUND_THROUGH_WRONG_PARENT,
    // NEG: what breaks the document is refused, what is barely valid is not.
    &negative::invalid_accepted::INVALID_ACCEPTED,
    &negative::valid_edge_refused::VALID_EDGE_REFUSED,
    &negative::invalid_content_accepted::INVALID_CONTENT_ACCEPTED,
    &negative::malformed_cursor_accepted::MALFORMED_CURSOR_ACCEPTED,
    &negative::refused_with_server_error::REFUSED_WITH_SERVER_ERROR,
    // AUT: without credentials, or with wrong ones.
    &credentials::accepted_without_credentials::ACCEPTED_WITHOUT_CREDENTIALS,
    &credentials::challenge_missing::CHALLENGE_MISSING,
    &credentials::wrong_status_without_credentials::WRONG_STATUS_WITHOUT_CREDENTIALS,
    // LIF: created again, changed, deleted.
    &lifecycle::deleted_still_found::DELETED_STILL_FOUND,
    &lifecycle::update_not_kept::UPDATE_NOT_KEPT,
    &lifecycle::created_twice::CREATED_TWICE,
    &lifecycle::deleted_still_listed::DELETED_STILL_LISTED,
    // CON: several clients at once.
    &concurrency::parallel_create_lost::PARALLEL_CREATE_LOST,
    // PAG: what holds for every paged list.
    &paging::item_missing::ITEM_MISSING,
];

/// The rule with this code, in any case of letters.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code))
}
