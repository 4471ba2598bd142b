//! What changed from one run to another: [`compare`].
//!
//! A failure is known again by suite, operation, rule and input, all of which are equal in every run of a version.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::event::Event;
use crate::verdict::{Level, Verdict};

/// A failure in one of two runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// The suite.
    pub suite: String,
    /// The operation's short name.
    pub operation: String,
    /// The rule's code.
    pub rule: String,
    /// The input that shows it; empty for a rule that is no longer judged at all.
    pub input: String,
    /// The level that is broken; that of the later run where both have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
}

/// What changed from one run to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Difference {
    /// Failures of the later run only, of rules that the earlier one judged.
    pub new: Vec<Change>,
    /// Failures of the later run only, of rules that the earlier one did not judge.
    pub newly_judged: Vec<Change>,
    /// Failures of the earlier run only, where the later one judged the rule whole.
    pub fixed: Vec<Change>,
    /// Failures of both.
    pub still_failing: Vec<Change>,
    /// Rules that the earlier run judged on an operation and the later one did not, or not whole.
    pub no_longer_judged: Vec<Change>,
}

impl Difference {
    /// Whether the later run fails where the earlier one did not.
    #[must_use]
    pub fn is_worse(&self, strict: bool) -> bool {
        let weakest = if strict { Level::Should } else { Level::Must };
        self.new
            .iter()
            .chain(&self.newly_judged)
            .any(|change| change.level.is_some_and(|level| level <= weakest))
    }
}

type Place = (String, String, String);

/// One run, by operation and rule.
#[derive(Default)]
struct Run {
    failures: BTreeMap<(Place, String), Level>,
    judged: BTreeSet<Place>,
    unsure: BTreeSet<Place>,
}

impl Run {
    fn of(events: &[Event]) -> Self {
        let mut run = Self::default();
        for event in events {
            let Event::CaseFinished(case) = event else { continue };
            for judgement in &case.judgements {
                let place = (case.suite.clone(), case.operation.clone(), judgement.rule.clone());
                match judgement.verdict {
                    Verdict::Pass | Verdict::Fail => run.judged.insert(place.clone()),
                    Verdict::Inconclusive | Verdict::Error => run.unsure.insert(place.clone()),
                };
                let shown = judgement.findings.iter().map(|finding| (&finding.input, finding.level));
                let more = judgement.more.iter().map(|more| (&more.input, more.level));
                for (input, level) in shown.chain(more) {
                    let known = run.failures.entry((place.clone(), input.clone())).or_insert(level);
                    *known = level.min(*known);
                }
            }
        }
        run
    }

    fn whole(&self, place: &Place) -> bool {
        self.judged.contains(place) && !self.unsure.contains(place)
    }
}

/// What changed from one run to another.
#[must_use]
pub fn compare(before: &[Event], after: &[Event]) -> Difference {
    let (before, after) = (Run::of(before), Run::of(after));
    let change = |(suite, operation, rule): &Place, input: &str, level: Option<Level>| Change {
        suite: suite.clone(),
        operation: operation.clone(),
        rule: rule.clone(),
        input: input.to_owned(),
        level,
    };
    let mut difference = Difference::default();
    for ((place, input), level) in &after.failures {
        let change = change(place, input, Some(*level));
        if before.failures.contains_key(&(place.clone(), input.clone())) {
            difference.still_failing.push(change);
        } else if before.judged.contains(place) {
            difference.new.push(change);
        } else {
            difference.newly_judged.push(change);
        }
    }
    for ((place, input), level) in &before.failures {
        if after.whole(place) && !after.failures.contains_key(&(place.clone(), input.clone())) {
            difference.fixed.push(change(place, input, Some(*level)));
        }
    }
    for place in before.judged.iter().filter(|place| before.whole(place) && !after.whole(place)) {
        difference.no_longer_judged.push(change(place, "", None));
    }
    difference
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::CaseFinished;
    use crate::report::samples;

    /// A run from lines such as `list PAG003 fail size=7 size=8`.
    fn run(lines: &[&str]) -> Vec<Event> {
        let case = |line: &&str| {
            let words: Vec<&str> = line.split(' ').collect();
            let verdict = match words[2] {
                "pass" => Verdict::Pass,
                "fail" => Verdict::Fail,
                _ => Verdict::Inconclusive,
            };
            let findings = words[3..].iter().map(|input| {
                let mut finding = samples::finding(words[1], Level::Must);
                (*input).clone_into(&mut finding.input);
                finding
            });
            Event::CaseFinished(CaseFinished {
                suite: "s".into(),
                case: format!("s::{}::c", words[0]),
                operation: words[0].into(),
                judgements: vec![samples::judgement(words[1], verdict, findings.collect())],
                requests: 0,
                unanswered: 0,
                elapsed_us: 0,
            })
        };
        lines.iter().map(case).collect()
    }

    #[test]
    fn every_failure_is_told_once() {
        // Before, after, and what is new, newly judged, fixed, still failing and no longer judged.
        type Line<'a> = (&'a [&'a str], &'a [&'a str], [&'a [&'a str]; 5]);
        let table: &[Line<'_>] = &[
            (&["l A pass"], &["l A pass"], [&[], &[], &[], &[], &[]]),
            (&["l A pass"], &["l A fail x"], [&["A x"], &[], &[], &[], &[]]),
            (&[], &["l A fail x"], [&[], &["A x"], &[], &[], &[]]),
            (&["l A fail x"], &["l A pass"], [&[], &[], &["A x"], &[], &[]]),
            (&["l A fail x"], &["l A fail y"], [&["A y"], &[], &["A x"], &[], &[]]),
            (&["l A fail x"], &["l A fail x"], [&[], &[], &[], &["A x"], &[]]),
            (&["l A fail x"], &["l A unsure"], [&[], &[], &[], &[], &["A "]]),
            (&["l A fail x"], &[], [&[], &[], &[], &[], &["A "]]),
            (&["l A pass"], &["l A pass", "l A unsure"], [&[], &[], &[], &[], &["A "]]),
            (&["l A unsure"], &["l A unsure"], [&[], &[], &[], &[], &[]]),
        ];
        for (before, after, expected) in table {
            let found = compare(&run(before), &run(after));
            let told = |changes: &[Change]| -> Vec<String> {
                changes.iter().map(|change| format!("{} {}", change.rule, change.input)).collect()
            };
            let lists = [
                &found.new,
                &found.newly_judged,
                &found.fixed,
                &found.still_failing,
                &found.no_longer_judged,
            ];
            for (list, expected) in lists.into_iter().zip(expected) {
                assert_eq!(told(list), *expected, "{before:?} {after:?}: {found:?}");
            }
            assert_eq!(found.is_worse(false), !expected[0].is_empty() || !expected[1].is_empty());
        }
    }
}
