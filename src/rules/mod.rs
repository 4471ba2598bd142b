//! Rules: one property each, judged on the evidence of a case.
//!
//! A rule is a declaration ([`Rule`], made by the `rule!` macro) and a pure function from a [`Scene`] to what it writes on a
//! [`Sheet`]. It never sends anything. [`RULES`] is the only registration; listings, `explain`, the rule pages, "did you mean" and the tests
//! of completeness all come from it.

mod answers;
mod concurrency;
mod credentials;
mod cursor;
mod declare;
mod fidelity;
mod filter;
mod http;
mod isolation;
mod lifecycle;
mod link;
mod negative;
mod offset;
mod order;
mod page_number;
mod paging;
mod proofs;
mod registry;
mod scene;
mod schema;
mod sheet;
#[cfg(test)]
mod testing;
mod token;

pub use declare::{HEADINGS, Rule};
pub use registry::{RULES, find};
pub use scene::Scene;
pub use sheet::{Draft, Sheet};

use crate::scenario::Case;
use crate::suite::Suite;
use crate::verdict::{Judgement, Verdict};

/// The rules that a case's evidence is judged by, in the order of [`RULES`].
pub fn for_case(suite: &Suite, case: &Case) -> Vec<&'static Rule> {
    RULES
        .iter()
        .copied()
        .filter(|rule| rule.scenarios.contains(&case.scenario.kind()) && (rule.applies)(suite, case))
        .collect()
}

/// Judges one case by one rule. The findings are not trimmed yet: [`Judgement::trim`] does that once the known ones are marked.
pub fn judge(rule: &'static Rule, scene: &Scene<'_>) -> Judgement {
    let mut sheet = Sheet::new(rule, scene);
    (rule.check)(scene, &mut sheet);
    sheet.into_judgement()
}

/// A judgement for evidence that could not be had.
pub fn inconclusive(rule: &Rule, cause: &str) -> Judgement {
    Judgement {
        rule: rule.code.to_owned(),
        verdict: Verdict::Inconclusive,
        findings: Vec::new(),
        more: Vec::new(),
        cause: Some(cause.to_owned()),
        notes: Vec::new(),
    }
}
