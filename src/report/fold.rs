//! Folding: from findings to defects.
//!
//! One defect trips many rules. A rule names what its violation usually breaks too; where both were broken on one operation, the
//! consequence is folded under the cause, so that a reader sees each defect once, by its most specific rule.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::RuleHead;
use crate::verdict::{Finding, Level};

/// How many rules of one defect are shown with their findings.
const SHOWN: usize = 3;

/// A finding and where it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The suite.
    pub suite: String,
    /// The operation's short name.
    pub operation: String,
    /// The case's id.
    pub case: String,
    /// The finding.
    pub finding: Finding,
}

/// All findings of one rule on one operation, of which one is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    /// The finding that is shown: of the strongest level, and the first of those.
    pub shown: Located,
    /// The cases in which the rule was broken.
    pub cases: BTreeSet<String>,
    /// The inputs that showed it.
    pub inputs: BTreeSet<String>,
    /// How many findings there are, repeats within a case included.
    pub count: usize,
}

impl Lead {
    /// The rule's code.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.shown.finding.rule
    }

    /// The strongest level that was broken.
    #[must_use]
    pub fn level(&self) -> Level {
        self.shown.finding.level
    }
}

/// What is probably one mistake in the target.
#[derive(Clone, Debug, PartialEq)]
pub struct Defect {
    /// One to three rules, the most specific first; those after the first are its consequences.
    pub lead: Vec<Lead>,
    /// What else was broken with it, in the order found.
    pub also: Vec<Also>,
}

/// A rule that was broken together with the lead of a defect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Also {
    /// The operation's short name.
    pub operation: String,
    /// The rule's code.
    pub rule: String,
    /// In how many cases it was broken.
    pub cases: usize,
}

impl Defect {
    /// The most specific rule.
    #[must_use]
    pub fn first(&self) -> &Lead {
        // A defect is only ever made around a lead.
        &self.lead[0]
    }

    /// The strongest level of what is shown.
    #[must_use]
    pub fn level(&self) -> Level {
        self.lead.iter().map(Lead::level).min().unwrap_or(Level::Must)
    }
}

/// Groups findings into defects; must before should before may, else in the order of the findings.
///
/// Within an operation consequences go under their cause. What is then led by one rule on several operations of a suite is one defect, since a
/// mistake in what operations share shows on all of them; so is what leads on one and is a consequence on another. The operations are named.
#[must_use]
pub fn fold(findings: &[Located], rules: &[RuleHead]) -> Vec<Defect> {
    let implied = closure(rules);
    let mut operations: Vec<((&str, &str), Vec<Lead>)> = Vec::new();
    for located in findings {
        let key = (located.suite.as_str(), located.operation.as_str());
        let at = operations.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            operations.push((key, Vec::new()));
            operations.len() - 1
        });
        collect(&mut operations[at].1, located);
    }
    let mut groups: Vec<Vec<Lead>> = Vec::new();
    for group in operations.into_iter().flat_map(|(_, leads)| fold_operation(&leads, &implied)) {
        // What leads on one operation may follow from something more specific on another.
        let follows = |known: &[Lead], group: &[Lead]| {
            known[0].level() <= group[0].level() && known.iter().any(|lead| same_defect(lead, &group[0]))
        };
        let led_alike = groups.iter().position(|known| same_defect(&known[0], &group[0]));
        let cause = || groups.iter().position(|known| follows(known, &group));
        let consequence = || groups.iter().position(|known| follows(&group, known));
        match led_alike.or_else(cause) {
            Some(at) if group[0].level() < groups[at][0].level() => {
                groups[at].splice(0..0, group);
            }
            Some(at) => groups[at].extend(group),
            None => match consequence() {
                Some(at) => {
                    groups[at].splice(0..0, group);
                }
                None => groups.push(group),
            },
        }
    }
    let mut defects: Vec<Defect> = groups.into_iter().map(defect).collect();
    defects.sort_by_key(Defect::level);
    defects
}

/// Whether two operations are led by the same violation.
fn same_defect(left: &Lead, right: &Lead) -> bool {
    left.shown.suite == right.shown.suite && left.rule() == right.rule()
}

fn defect(group: Vec<Lead>) -> Defect {
    let mut group = group.into_iter();
    Defect {
        lead: group.by_ref().take(SHOWN).collect(),
        also: group
            .map(|lead| Also {
                operation: lead.shown.operation.clone(),
                rule: lead.rule().to_owned(),
                cases: lead.cases.len(),
            })
            .collect(),
    }
}

fn collect(leads: &mut Vec<Lead>, located: &Located) {
    let count = located.finding.repeats.saturating_add(1);
    if let Some(lead) = leads.iter_mut().find(|lead| lead.rule() == located.finding.rule) {
        lead.count = lead.count.saturating_add(count);
        lead.cases.insert(located.case.clone());
        lead.inputs.insert(located.finding.input.clone());
        if located.finding.level < lead.level() {
            lead.shown = located.clone();
        }
    } else {
        leads.push(Lead {
            shown: located.clone(),
            cases: BTreeSet::from([located.case.clone()]),
            inputs: BTreeSet::from([located.finding.input.clone()]),
            count,
        });
    }
}

/// For each rule, everything it implies at any remove, with the number of steps; rules that imply each other are safe.
fn closure(rules: &[RuleHead]) -> BTreeMap<&str, BTreeMap<&str, usize>> {
    let direct: BTreeMap<&str, &[String]> =
        rules.iter().map(|rule| (rule.code.as_str(), rule.implies.as_slice())).collect();
    direct
        .keys()
        .map(|&start| {
            let mut reached = BTreeMap::new();
            let mut frontier = vec![start];
            let mut steps = 0;
            while !frontier.is_empty() {
                steps += 1;
                let next: BTreeSet<&str> = frontier
                    .iter()
                    .flat_map(|code| direct.get(code).copied().unwrap_or_default())
                    .map(String::as_str)
                    .filter(|code| *code != start && !reached.contains_key(code))
                    .collect();
                reached.extend(next.iter().map(|code| (*code, steps)));
                frontier = next.into_iter().collect();
            }
            (start, reached)
        })
        .collect()
}

/// Groups of leads of which the first is the cause. Of rules that imply each other the one that was found first is the cause.
fn fold_operation(leads: &[Lead], implied: &BTreeMap<&str, BTreeMap<&str, usize>>) -> Vec<Vec<Lead>> {
    let steps = |cause: &Lead, consequence: &Lead| -> Option<usize> {
        // What is only worth knowing explains nothing that is demanded, and must not stand before it.
        let explains = cause.level() < Level::May || consequence.level() == Level::May;
        implied.get(cause.rule())?.get(consequence.rule()).copied().filter(|_| explains)
    };
    let is_cause = |at: usize| {
        leads.iter().enumerate().all(|(other, lead)| {
            other == at
                || steps(lead, &leads[at]).is_none()
                || (at < other && steps(&leads[at], lead).is_some())
        })
    };
    let causes: Vec<usize> = (0..leads.len()).filter(|at| is_cause(*at)).collect();
    let mut members: BTreeMap<usize, Vec<(usize, Lead)>> = BTreeMap::new();
    for (at, lead) in leads.iter().enumerate() {
        let nearest = if causes.contains(&at) {
            Some((0, at))
        } else {
            causes.iter().filter_map(|&cause| Some((steps(&leads[cause], lead)?, cause))).min()
        };
        // Implying is transitive here, so every consequence has a cause; to stand for itself is the safe answer.
        let (distance, cause) = nearest.unwrap_or((0, at));
        members.entry(cause).or_default().push((distance, lead.clone()));
    }
    members
        .into_values()
        .map(|mut group| {
            group.sort_by_key(|(distance, lead)| (*distance > 0, lead.level(), *distance));
            group.into_iter().map(|(_, lead)| lead).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    /// Folds findings written as `operation rule level case` under rules written as `rule: implied …`; each defect comes out as
    /// `lead+lead+lead|also`.
    fn folded(rules: &[&str], findings: &[(&str, &str, Level, &str)]) -> Vec<String> {
        let rules: Vec<RuleHead> = rules
            .iter()
            .map(|line| {
                let (code, implied) = line.split_once(':').unwrap_or((line, ""));
                let implied: Vec<&str> = implied.split_whitespace().collect();
                samples::rule(code, "name", Level::Must, &implied)
            })
            .collect();
        let findings: Vec<Located> = findings
            .iter()
            .map(|(operation, rule, level, case)| Located {
                suite: "s".into(),
                operation: (*operation).into(),
                case: (*case).into(),
                finding: samples::finding(rule, *level),
            })
            .collect();
        fold(&findings, &rules)
            .iter()
            .map(|defect| {
                let lead: Vec<_> =
                    defect.lead.iter().map(|l| format!("{}x{}", l.rule(), l.cases.len())).collect();
                let also: Vec<_> = defect.also.iter().map(|a| format!("{}x{}", a.rule, a.cases)).collect();
                format!("{}|{}", lead.join("+"), also.join("+"))
            })
            .collect()
    }

    #[test]
    fn consequences_fold_under_their_cause() {
        use Level::{May, Must, Should};
        let chain = ["A: B", "B: C", "C: D", "D:", "X:"];
        for (findings, defects) in [
            (vec![], vec![]),
            (vec![("o", "A", Must, "1")], vec!["Ax1|"]),
            (vec![("o", "B", Must, "1"), ("o", "A", Must, "1")], vec!["Ax1+Bx1|"]),
            // A missing link does not break the chain.
            (vec![("o", "D", Must, "1"), ("o", "A", Must, "1")], vec!["Ax1+Dx1|"]),
            // More than three: the rest is only named.
            (
                vec![
                    ("o", "D", Must, "1"),
                    ("o", "C", Must, "1"),
                    ("o", "B", Must, "1"),
                    ("o", "A", Must, "1"),
                    ("o", "D", Must, "2"),
                ],
                vec!["Ax1+Bx1+Cx1|Dx2"],
            ),
            // Consequences never fold across operations.
            (vec![("o", "A", Must, "1"), ("p", "B", Must, "1")], vec!["Ax1|", "Bx1|"]),
            // The same lead on several operations is one defect, whatever follows from it on each.
            (
                vec![
                    ("o", "A", Must, "1"),
                    ("p", "A", Must, "2"),
                    ("p", "B", Must, "2"),
                    ("q", "A", Must, "3"),
                    ("q", "B", Must, "3"),
                ],
                vec!["Ax1+Ax1+Bx1|Ax1+Bx1"],
            ),
            // What leads on one operation and follows from something on another is one defect, whichever comes first.
            (vec![("o", "A", Must, "1"), ("o", "B", Must, "1"), ("p", "B", Must, "2")], vec!["Ax1+Bx1+Bx1|"]),
            (vec![("p", "B", Must, "2"), ("o", "A", Must, "1"), ("o", "B", Must, "1")], vec!["Ax1+Bx1+Bx1|"]),
            // What is demanded less explains nothing that is demanded more.
            (
                vec![("p", "B", Must, "2"), ("o", "A", Should, "1"), ("o", "B", Should, "1")],
                vec!["Bx1|", "Ax1+Bx1|"],
            ),
            // The same rule in many cases is one.
            (vec![("o", "A", Must, "1"), ("o", "A", Must, "2"), ("o", "A", Must, "2")], vec!["Ax2|"]),
            // Must before should before may.
            (
                vec![("o", "X", May, "1"), ("p", "A", Should, "1"), ("q", "B", Must, "1")],
                vec!["Bx1|", "Ax1|", "Xx1|"],
            ),
        ] {
            assert_eq!(folded(&chain, &findings), defects);
        }
    }

    #[test]
    fn rules_that_imply_each_other_still_yield_a_defect() {
        use Level::Must;
        let pair = [("o", "A", Must, "1"), ("o", "B", Must, "1")];
        assert_eq!(folded(&["A: B", "B: A"], &pair), ["Ax1+Bx1|"]);
        let three = [("o", "A", Must, "1"), ("o", "B", Must, "1"), ("o", "C", Must, "1")];
        assert_eq!(folded(&["A: B", "B: C", "C: A"], &three), ["Ax1+Bx1+Cx1|"]);
        assert_eq!(folded(&["A: A"], &pair[..1]), ["Ax1|"]);
    }

    #[test]
    fn a_rule_that_nobody_declared_stands_for_itself() {
        assert_eq!(folded(&[], &[("o", "Z", Level::May, "1")]), ["Zx1|"]);
    }

    #[test]
    fn defects_are_ordered_by_level_and_then_as_found() {
        use Level::{May, Must, Should};
        let defects = fold(
            &[("o", May, "W"), ("p", Should, "X"), ("q", Must, "Y"), ("r", Must, "Z")].map(
                |(operation, level, rule)| Located {
                    suite: "s".into(),
                    operation: operation.into(),
                    case: "c".into(),
                    finding: samples::finding(rule, level),
                },
            ),
            &[],
        );
        let operations: Vec<_> = defects.iter().map(|d| d.first().shown.operation.as_str()).collect();
        assert_eq!(operations, ["q", "r", "p", "o"]);
    }

    #[test]
    fn a_defect_on_several_operations_is_led_by_its_strongest_level() {
        use Level::{Must, Should};
        let located = [("o", Should), ("p", Must)].map(|(operation, level)| Located {
            suite: "s".into(),
            operation: operation.into(),
            case: "c".into(),
            finding: samples::finding("X", level),
        });
        let defects = fold(&located, &[]);
        assert_eq!(defects.len(), 1);
        assert_eq!(defects[0].first().shown.operation, "p");
    }
}
