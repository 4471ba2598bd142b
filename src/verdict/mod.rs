//! Verdicts and findings: what a rule says of a case.
//!
//! The lattice is TTCN-3's (ETSI ES 201 873-1, section 24): a verdict only ever gets worse. A finding is data that a rule
//! returns; it never travels as an `Err`.

mod claim;
mod finding;

pub use claim::{Claim, Fit, Item, Likeness, Must, Only, Pages, Place, Proof};
pub use finding::{
    Basis, Comparison, Finding, Further, Known, Level, Mark, Requirement, Strip, StripItem, StripPage,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of one rule on one case. The order is from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// The rule's code, such as `PAG003`.
    pub rule: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What the target did wrong; empty unless the verdict is `fail`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The further inputs that broke the rule, beyond those of the findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<Further>,
    /// Why the verdict is `inconclusive` or `error`; a lowercase fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What was measured where nothing may be demanded, such as a convention nobody stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The most findings that are kept of one rule on one case, and again of those that are known; of the rest, the inputs are.
const MOST_FINDINGS: usize = 3;

impl Judgement {
    /// Keeps the first findings, those that are not known before those that are, and only the inputs of all others.
    pub fn trim(&mut self) {
        let (unknown, known): (Vec<Finding>, Vec<Finding>) =
            std::mem::take(&mut self.findings).into_iter().partition(|finding| finding.known.is_none());
        for mut kept in [unknown, known] {
            let rest = kept.split_off(kept.len().min(MOST_FINDINGS));
            for finding in rest {
                let times = finding.repeats + 1;
                if let Some(last) = kept.last_mut() {
                    last.repeats += times;
                }
                self.further(finding, times, &kept);
            }
            self.findings.extend(kept);
        }
    }

    fn further(&mut self, finding: Finding, times: usize, kept: &[Finding]) {
        if kept.iter().any(|shown| shown.input == finding.input) {
            return;
        }
        match self.more.iter_mut().find(|more| more.input == finding.input) {
            Some(more) => more.times += times,
            None => self.more.push(Further {
                input: finding.input,
                level: finding.level,
                times,
                known: finding.known,
            }),
        }
    }

    /// The strongest level that was broken and that no entry puts up with.
    pub fn level(&self) -> Option<Level> {
        let shown =
            self.findings.iter().filter(|finding| finding.known.is_none()).map(|finding| finding.level);
        let more = self.more.iter().filter(|more| more.known.is_none()).map(|more| more.level);
        shown.chain(more).min()
    }

    /// Whether the rule is broken, and an entry puts up with every input that breaks it.
    pub fn is_known(&self) -> bool {
        self.verdict == Verdict::Fail
            && !self.findings.is_empty()
            && self.findings.iter().all(|finding| finding.known.is_some())
            && self.more.iter().all(|more| more.known.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Error, Fail, Inconclusive, Pass};
    use super::{Finding, Judgement, Known, Level, Requirement};

    #[test]
    fn of_many_findings_the_inputs_are_kept() {
        // Input, whether it is known, and how often it was met; then what is shown and what is only named.
        type Line<'a> = (&'a [(&'a str, bool, usize)], &'a [&'a str], &'a [(&'a str, usize)], bool);
        let table: &[Line<'_>] = &[
            (&[("a", false, 1)], &["a+0"], &[], false),
            (&[("a", true, 1)], &["a+0"], &[], true),
            (&[("k", true, 1), ("a", false, 2)], &["a+1", "k+0"], &[], false),
            (
                &[("a", false, 1), ("b", false, 1), ("c", false, 1), ("d", false, 3), ("a", false, 1)],
                &["a+0", "b+0", "c+4"],
                &[("d", 3)],
                false,
            ),
            (
                &[("a", true, 1), ("b", true, 1), ("c", true, 1), ("d", true, 1)],
                &["a+0", "b+0", "c+1"],
                &[("d", 1)],
                true,
            ),
        ];
        for (findings, shown, more, known) in table {
            let mut judgement = Judgement {
                rule: "PAG001".into(),
                verdict: Fail,
                findings: findings
                    .iter()
                    .map(|(input, known, times)| finding(input, *known, *times))
                    .collect(),
                more: Vec::new(),
                cause: None,
                notes: Vec::new(),
            };
            judgement.trim();
            let told: Vec<String> =
                judgement.findings.iter().map(|f| format!("{}+{}", f.input, f.repeats)).collect();
            assert_eq!(told, *shown);
            let named: Vec<(&str, usize)> =
                judgement.more.iter().map(|more| (more.input.as_str(), more.times)).collect();
            assert_eq!(named, *more);
            assert_eq!(judgement.is_known(), *known, "{findings:?}");
            assert_eq!(judgement.level().is_none(), *known, "{findings:?}");
        }
    }

    fn finding(input: &str, known: bool, times: usize) -> Finding {
        let known =
            known.then(|| Known { reason: "old".into(), link: None, until: None, place: "k.toml:1".into() });
        Finding {
            rule: "PAG001".into(),
            level: Level::Must,
            input: input.into(),
            summary: String::new(),
            requirement: Requirement { text: String::new(), source: String::new() },
            expected: String::new(),
            actual: String::new(),
            comparison: None,
            strip: None,
            pointer: None,
            exchanges: Vec::new(),
            repeats: times - 1,
            proof: None,
            known,
        }
    }

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
