//! The one registration of all rules, in the order of every listing and report.

use super::{
    Rule, concurrency, credentials, cursor, fidelity, filter, http, isolation, lifecycle, link, negative,
    offset, order, page_number, paging, schema, token,
};

/// Every rule.
#[rustfmt::skip]
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
    &http::etag_ignored::ETAG_IGNORED,
    &http::location_wrong::LOCATION_WRONG,
    &http::member_repeated::MEMBER_REPEATED,
    &http::date_wrong::DATE_WRONG,
    &http::accept_mishandled::ACCEPT_MISHANDLED,
    &http::allow_disagrees::ALLOW_DISAGREES,
    &http::unknown_field_refused::UNKNOWN_FIELD_REFUSED,
    &http::connection_poisoned::CONNECTION_POISONED,
    &http::problem_wrong::PROBLEM_WRONG,
    // SCH: content and header fields against their schemas.
    &schema::response_schema::RESPONSE_SCHEMA,
    &schema::error_schema::ERROR_SCHEMA,
    &schema::header_invalid::HEADER_INVALID,
    &schema::write_only_shown::WRITE_ONLY_SHOWN,
    &schema::discriminator_unmapped::DISCRIMINATOR_UNMAPPED,
    // PAG: any paging.
    &paging::walk_does_not_end::WALK_DOES_NOT_END,
    &paging::walk_loops::WALK_LOOPS,
    &paging::item_repeated::ITEM_REPEATED,
    &paging::item_missing::ITEM_MISSING,
    &paging::item_foreign::ITEM_FOREIGN,
    &paging::walk_depends_on_size::WALK_DEPENDS_ON_SIZE,
    &paging::page_over_size::PAGE_OVER_SIZE,
    &paging::page_short::PAGE_SHORT,
    &paging::page_not_repeatable::PAGE_NOT_REPEATABLE,
    &paging::default_not_applied::DEFAULT_NOT_APPLIED,
    &paging::parameter_order_matters::PARAMETER_ORDER_MATTERS,
    &paging::past_end_not_empty::PAST_END_NOT_EMPTY,
    &paging::item_without_id::ITEM_WITHOUT_ID,
    &paging::total_wrong::TOTAL_WRONG,
    &paging::total_changes::TOTAL_CHANGES,
    &paging::has_more_wrong::HAS_MORE_WRONG,
    &paging::empty_list_wrong::EMPTY_LIST_WRONG,
    &paging::size_not_lowered::SIZE_NOT_LOWERED,
    &paging::totals_disagree::TOTALS_DISAGREE,
    // PGN: paging by number.
    &page_number::page_slice_wrong::PAGE_SLICE_WRONG,
    &page_number::pages_wrong::PAGES_WRONG,
    &page_number::page_echo_wrong::PAGE_ECHO_WRONG,
    &page_number::size_echo_wrong::SIZE_ECHO_WRONG,
    // OFF: paging by offset.
    &offset::slice_wrong::SLICE_WRONG,
    &offset::limit_echo_wrong::LIMIT_ECHO_WRONG,
    &offset::next_page_wrong::NEXT_PAGE_WRONG,
    // CUR: paging by cursors.
    &cursor::cursor_item_included::CURSOR_ITEM_INCLUDED,
    &cursor::page_not_next_to_cursor::PAGE_NOT_NEXT_TO_CURSOR,
    &cursor::bound_ignored::BOUND_IGNORED,
    &cursor::cursors_not_page_ends::CURSORS_NOT_PAGE_ENDS,
    &cursor::range_not_kept::RANGE_NOT_KEPT,
    &cursor::empty_page_has_cursors::EMPTY_PAGE_HAS_CURSORS,
    &cursor::bounded_page_out_of_order::BOUNDED_PAGE_OUT_OF_ORDER,
    &cursor::backward_walk_differs::BACKWARD_WALK_DIFFERS,
    &cursor::equal_key_lost::EQUAL_KEY_LOST,
    &cursor::no_cursor_form_honoured::NO_CURSOR_FORM_HONOURED,
    &cursor::cursor_form_not_honoured::CURSOR_FORM_NOT_HONOURED,
    &cursor::unknown_cursor_answered::UNKNOWN_CURSOR_ANSWERED,
    &cursor::foreign_cursor_answered::FOREIGN_CURSOR_ANSWERED,
    &cursor::deleted_cursor_answered::DELETED_CURSOR_ANSWERED,
    // TOK: paging by opaque tokens.
    &token::token_not_url_safe::TOKEN_NOT_URL_SAFE,
    &token::token_not_replayable::TOKEN_NOT_REPLAYABLE,
    &token::token_missing::TOKEN_MISSING,
    &token::token_after_end::TOKEN_AFTER_END,
    &token::changed_arguments_mixed::CHANGED_ARGUMENTS_MIXED,
    &token::page_moves_with_size::PAGE_MOVES_WITH_SIZE,
    &token::previous_token_wrong::PREVIOUS_TOKEN_WRONG,
    // LNK: paging by links.
    &link::link_malformed::LINK_MALFORMED,
    &link::link_leads_elsewhere::LINK_LEADS_ELSEWHERE,
    &link::link_loses_query::LINK_LOSES_QUERY,
    &link::next_link_missing::NEXT_LINK_MISSING,
    &link::next_link_after_end::NEXT_LINK_AFTER_END,
    &link::previous_link_wrong::PREVIOUS_LINK_WRONG,
    &link::edge_link_wrong::EDGE_LINK_WRONG,
    &link::self_link_wrong::SELF_LINK_WRONG,
    // ORD: orders.
    &order::out_of_order::OUT_OF_ORDER,
    &order::not_the_mirror::NOT_THE_MIRROR,
    &order::equal_keys_unstable::EQUAL_KEYS_UNSTABLE,
    &order::moved_by_update::MOVED_BY_UPDATE,
    // FLT: filters and search.
    &filter::filter_lets_through::FILTER_LETS_THROUGH,
    &filter::filter_loses::FILTER_LOSES,
    &filter::total_ignores_filter::TOTAL_IGNORES_FILTER,
    &filter::impossible_filter_not_empty::IMPOSSIBLE_FILTER_NOT_EMPTY,
    &filter::pair_not_intersection::PAIR_NOT_INTERSECTION,
    &filter::filtered_order_differs::FILTERED_ORDER_DIFFERS,
    &filter::value_not_literal::VALUE_NOT_LITERAL,
    &filter::combination_misread::COMBINATION_MISREAD,
    &filter::unknown_argument_answered::UNKNOWN_ARGUMENT_ANSWERED,
    // FID: what went in comes out.
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
    &fidelity::default_not_taken::DEFAULT_NOT_TAKEN,
    &fidelity::batch_answer_short::BATCH_ANSWER_SHORT,
    // ISO: between parents.
    &isolation::item_of_another_parent::ITEM_OF_ANOTHER_PARENT,
    &isolation::found_through_wrong_parent::FOUND_THROUGH_WRONG_PARENT,
    &isolation::changed_through_wrong_parent::CHANGED_THROUGH_WRONG_PARENT,
    &isolation::tenant_leak::TENANT_LEAK,
    // NEG: what breaks the document is refused, what is barely valid is not.
    &negative::invalid_accepted::INVALID_ACCEPTED,
    &negative::valid_edge_refused::VALID_EDGE_REFUSED,
    &negative::invalid_content_accepted::INVALID_CONTENT_ACCEPTED,
    &negative::malformed_cursor_accepted::MALFORMED_CURSOR_ACCEPTED,
    &negative::refused_with_server_error::REFUSED_WITH_SERVER_ERROR,
    &negative::refused_left_trace::REFUSED_LEFT_TRACE,
    &negative::wrong_media_type_accepted::WRONG_MEDIA_TYPE_ACCEPTED,
    &negative::read_only_taken::READ_ONLY_TAKEN,
    // AUT: without credentials, or with wrong ones.
    &credentials::accepted_without_credentials::ACCEPTED_WITHOUT_CREDENTIALS,
    &credentials::challenge_missing::CHALLENGE_MISSING,
    &credentials::wrong_status_without_credentials::WRONG_STATUS_WITHOUT_CREDENTIALS,
    &credentials::refusal_tells::REFUSAL_TELLS,
    &credentials::shown_to_another_user::SHOWN_TO_ANOTHER_USER,
    &credentials::other_user_told::OTHER_USER_TOLD,
    // LIF: change and delete.
    &lifecycle::deleted_still_found::DELETED_STILL_FOUND,
    &lifecycle::update_not_kept::UPDATE_NOT_KEPT,
    &lifecycle::created_twice::CREATED_TWICE,
    &lifecycle::deleted_still_listed::DELETED_STILL_LISTED,
    &lifecycle::deletion_reaches_further::DELETION_REACHES_FURTHER,
    &lifecycle::children_outlive_parent::CHILDREN_OUTLIVE_PARENT,
    &lifecycle::deleted_with_children::DELETED_WITH_CHILDREN,
    &lifecycle::outlives_its_end::OUTLIVES_ITS_END,
    &lifecycle::deletion_not_carried_out::DELETION_NOT_CARRIED_OUT,
    &lifecycle::name_not_free::NAME_NOT_FREE,
    &lifecycle::idempotency_key_ignored::IDEMPOTENCY_KEY_IGNORED,
    &lifecycle::change_time_wrong::CHANGE_TIME_WRONG,
    &lifecycle::precondition_ignored::PRECONDITION_IGNORED,
    &lifecycle::update_reaches_further::UPDATE_REACHES_FURTHER,
    // CON: many at once.
    &concurrency::parallel_create_lost::PARALLEL_CREATE_LOST,
    &concurrency::stale_after_write::STALE_AFTER_WRITE,
    &concurrency::walk_disturbed::WALK_DISTURBED,
    &concurrency::one_name_split::ONE_NAME_SPLIT,
    &concurrency::update_blended::UPDATE_BLENDED,
    &concurrency::walk_shaken::WALK_SHAKEN,
];

/// The rule with this code, in any case of letters.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::rules::declare::HEADINGS;

    #[test]
    fn codes_and_names_are_unique_and_in_form() {
        let (mut codes, mut names) = (BTreeSet::new(), BTreeSet::new());
        for rule in RULES {
            assert!(codes.insert(rule.code), "{} stands twice", rule.code);
            assert!(names.insert(rule.name), "{} stands twice", rule.name);
            let digits = &rule.code[rule.family().len()..];
            assert!(
                digits.len() == 3 && rule.family().chars().all(|c| c.is_ascii_uppercase()),
                "{}",
                rule.code
            );
            let kebab = rule
                .name
                .split('-')
                .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase()));
            assert!(kebab, "{}", rule.name);
            assert!(!rule.scenarios.is_empty(), "{} judges nothing", rule.code);
        }
    }

    #[test]
    fn rules_stand_in_the_order_of_their_codes_by_family() {
        for pair in RULES.windows(2).filter(|pair| pair[0].family() == pair[1].family()) {
            assert!(pair[0].code < pair[1].code, "{} stands before {}", pair[0].code, pair[1].code);
        }
        let mut families: Vec<&str> = RULES.iter().map(|rule| rule.family()).collect();
        families.dedup();
        assert_eq!(
            families.len(),
            families.iter().collect::<BTreeSet<_>>().len(),
            "a family stands in two places"
        );
    }

    #[test]
    fn documentation_stands_under_the_headings() {
        for rule in RULES {
            let found: Vec<&str> =
                rule.docs.lines().filter_map(|line| line.trim().strip_prefix("## ")).collect();
            assert_eq!(found, HEADINGS, "{}", rule.code);
            for part in rule.docs.split("## ").skip(1) {
                let text = part.split_once('\n').map_or("", |(_, text)| text.trim());
                assert!(text.len() > 20 && text.ends_with(['.', '?']), "{}: {part}", rule.code);
            }
            assert!(rule.summary.ends_with('.'), "{}", rule.code);
        }
    }

    #[test]
    fn implied_rules_exist_and_lead_nowhere_back() {
        let implied: BTreeMap<&str, &[&str]> = RULES.iter().map(|rule| (rule.code, rule.implies)).collect();
        for rule in RULES {
            let mut reached = BTreeSet::new();
            let mut ahead: Vec<&str> = rule.implies.to_vec();
            while let Some(code) = ahead.pop() {
                assert_ne!(code, rule.code, "{} implies itself in the end", rule.code);
                let next = implied
                    .get(code)
                    .unwrap_or_else(|| panic!("{} implies {code}, which is none", rule.code));
                if reached.insert(code) {
                    ahead.extend(*next);
                }
            }
        }
    }

    #[test]
    fn a_rule_is_found_by_its_code() {
        assert_eq!(find("pag004").map(|rule| rule.name), Some("item-missing"));
        assert!(find("PAG999").is_none());
    }
}
