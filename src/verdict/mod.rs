//! Verdicts and findings: what a rule says of a case.
//!
//! The lattice is TTCN-3's (ETSI ES 201 873-1, section 24): a verdict only ever gets worse. A finding is data that a rule
//! returns; it never travels as an `Err`.

mod finding;

pub use finding::{Basis, Comparison, Finding, Level, Mark, Requirement, Strip, StripItem, StripPage};

use serde::{Deserialize, Serialize};

/// What is known of one rule on one case. The order is from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The rule was judged and holds.
    Pass,
    /// The rule could not be judged; a cause says why.
    Inconclusive,
    /// The target broke the rule.
    Fail,
    /// The harness failed.
    Error,
}

impl Verdict {
    /// The worse of two verdicts.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
            Self::Error => "error",
        })
    }
}

/// One rule's verdict on one case, with what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The rule's code, such as `PAG003`.
    pub rule: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What the target did wrong; empty unless the verdict is `fail`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Why the verdict is `inconclusive` or `error`; a lowercase fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What was measured where nothing may be demanded, such as a convention nobody stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Error, Fail, Inconclusive, Pass};

    #[test]
    fn a_verdict_only_gets_worse() {
        let from_best_to_worst = [Pass, Inconclusive, Fail, Error];
        for (i, a) in from_best_to_worst.iter().enumerate() {
            for (j, b) in from_best_to_worst.iter().enumerate() {
                assert_eq!(a.and(*b), from_best_to_worst[i.max(j)]);
            }
        }
    }
}
