//! The one list of rules. Its order is the order of every listing and report.

use super::{Rule, paging};

/// Every rule.
pub static RULES: &[&Rule] = &[&paging::item_missing::ITEM_MISSING];

/// The rule with this code, in any case of letters.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code))
}
