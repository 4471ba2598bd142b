//! The one registration of all rules, in the order of every listing and report.

use super::{Rule, cursor, filter, offset, order, page_number, paging};

/// Every rule.
#[rustfmt::skip]
pub static RULES: &[&Rule] = &[
    // PAG: any paging
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
    // PGN: page numbers
    &page_number::page_slice_wrong::PAGE_SLICE_WRONG,
    &page_number::pages_wrong::PAGES_WRONG,
    &page_number::page_echo_wrong::PAGE_ECHO_WRONG,
    &page_number::size_echo_wrong::SIZE_ECHO_WRONG,
    // OFF: offsets
    &offset::slice_wrong::SLICE_WRONG,
    &offset::limit_echo_wrong::LIMIT_ECHO_WRONG,
    &offset::next_page_wrong::NEXT_PAGE_WRONG,
    // CUR: timestamp cursors
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
    // ORD: order
    &order::out_of_order::OUT_OF_ORDER,
    &order::not_the_mirror::NOT_THE_MIRROR,
    &order::equal_keys_unstable::EQUAL_KEYS_UNSTABLE,
    // FLT: filters
    &filter::filter_lets_through::FILTER_LETS_THROUGH,
    &filter::filter_loses::FILTER_LOSES,
    &filter::total_ignores_filter::TOTAL_IGNORES_FILTER,
    &filter::impossible_filter_not_empty::IMPOSSIBLE_FILTER_NOT_EMPTY,
    &filter::pair_not_intersection::PAIR_NOT_INTERSECTION,
    &filter::filtered_order_differs::FILTERED_ORDER_DIFFERS,
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
