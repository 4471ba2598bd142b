//! Known failures and skips at work: [`Register`] marks the findings that an entry excuses, and [`Account`] finds the entries that
//! excuse nothing any more.
//!
//! An entry is keyed by operation, rule and input, so that it hides nothing else. What it names is still run and judged; once it
//! passes, matches nothing or has expired, the run fails with the line to delete.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::config::{Exceptions, KnownFailure, Placed, Skip};
use crate::event::{CaseFinished, Stale};
use crate::rules::{RULES, find};
use crate::suite::nearest;
use crate::verdict::{Judgement, Known, Verdict};

/// What is known to be wrong with a target, and what is not run on it.
#[derive(Clone, Debug, Default)]
pub struct Register {
    failures: Vec<Placed<KnownFailure>>,
    skips: Vec<Placed<Skip>>,
    expired: Vec<(String, Stale)>,
    whole: bool,
}

/// The cases of a suite and the rules planned for each, as [`Account::settle`] needs to know them.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// The suite's name.
    pub suite: String,
    /// Its operations.
    pub operations: Vec<String>,
    /// For each case its operation's short name, its id and the codes of its rules, as if nothing were left out.
    pub all: Vec<(String, String, Vec<&'static str>)>,
    /// How many of those cases are run for each operation and rule.
    pub selected: BTreeMap<(String, &'static str), usize>,
}

impl Register {
    /// Takes in the entries that hold on a day; later ones put up with nothing any more. `whole` says that the run is about all
    /// suites of its target, so that an entry for another suite matches nothing.
    pub fn new(exceptions: Exceptions, today: Date, whole: bool) -> Self {
        let mut register = Self { whole, ..Self::default() };
        for failure in exceptions.failures {
            match failure.until.filter(|until| *until < today) {
                Some(until) => register.expired.push(expired(
                    &failure.place,
                    until,
                    &failure.entry.operation,
                    failure.entry.to_string(),
                )),
                None => register.failures.push(failure),
            }
        }
        for skip in exceptions.skips {
            match skip.until.filter(|until| *until < today) {
                Some(until) => register.expired.push(expired(
                    &skip.place,
                    until,
                    &skip.entry.operation,
                    skip.entry.to_string(),
                )),
                None => register.skips.push(skip),
            }
        }
        register
    }

    /// Marks the findings that an entry excuses.
    pub fn mark(&self, suite: &str, operation: &str, judgement: &mut Judgement) {
        let entries = self.failures.iter().filter(|known| {
            known.entry.rule == judgement.rule && is(&known.entry.operation, suite, operation)
        });
        for known in entries {
            for finding in judgement.findings.iter_mut().filter(|f| f.input == known.entry.input) {
                finding.known = Some(Known {
                    reason: known.entry.reason.clone(),
                    link: known.entry.link.clone(),
                    until: known.entry.until.clone(),
                    place: known.place.clone(),
                });
            }
        }
    }

    /// Why a case is not run, where an entry says so.
    pub fn skipped(&self, suite: &str, operation: &str, case: &str) -> Option<String> {
        let skip = self.skips.iter().find(|skip| covers(&skip.entry, suite, operation, case))?;
        let link = skip.entry.link.as_ref().map(|link| format!(", {link}")).unwrap_or_default();
        Some(format!("{} ({}{link})", skip.entry.reason, skip.place))
    }
}

/// What the entries met in a run.
#[derive(Debug, Default)]
pub struct Account {
    /// The inputs with which a rule was broken, by suite, operation and rule.
    broken: BTreeMap<(String, String, String), BTreeSet<String>>,
    /// Suite, operation and rule of what could not be judged.
    unsure: BTreeSet<(String, String, String)>,
}

impl Account {
    /// Takes in a case that was judged.
    pub fn add(&mut self, case: &CaseFinished) {
        for judgement in &case.judgements {
            let key = (case.suite.clone(), case.operation.clone(), judgement.rule.clone());
            if matches!(judgement.verdict, Verdict::Inconclusive | Verdict::Error) {
                self.unsure.insert(key.clone());
            }
            let inputs = judgement.findings.iter().map(|finding| &finding.input);
            let inputs = inputs.chain(judgement.more.iter().map(|more| &more.input));
            self.broken.entry(key).or_default().extend(inputs.cloned());
        }
    }

    /// The entries to delete, once a run is whole. Of an entry whose cases were not all run and judged nothing can be said.
    pub fn settle(&self, register: &Register, suites: &[Planned]) -> Vec<Stale> {
        let mut stale: Vec<Stale> = Vec::new();
        let concerned = |operation: &str| {
            let suite = operation.split("::").next().unwrap_or_default();
            suites.iter().any(|planned| planned.suite == suite)
        };
        stale.extend(
            register
                .expired
                .iter()
                .filter(|(operation, _)| register.whole || concerned(operation))
                .map(|(_, stale)| stale.clone()),
        );
        for known in &register.failures {
            if let Some(why) = self.useless(register, &known.entry, suites) {
                stale.push(Stale { place: known.place.clone(), entry: known.entry.to_string(), why });
            }
        }
        for skip in &register.skips {
            if let Some(why) = idle(register, &skip.entry, suites) {
                stale.push(Stale { place: skip.place.clone(), entry: skip.entry.to_string(), why });
            }
        }
        stale
    }

    fn useless(&self, register: &Register, known: &KnownFailure, suites: &[Planned]) -> Option<String> {
        let (planned, operation) = match placed(register, &known.operation, suites) {
            Ok(Some(found)) => found,
            Ok(None) => return None,
            Err(why) => return Some(why),
        };
        let Some(rule) = find(&known.rule).filter(|rule| rule.code == known.rule) else {
            return Some(missing("rule", &known.rule, RULES.iter().map(|rule| rule.code)));
        };
        let of_all = planned
            .all
            .iter()
            .filter(|(name, case, codes)| {
                // What the user never wants to be run, no run is the less whole for.
                let skipped = || register.skipped(&planned.suite, operation, case).is_some();
                name == operation && codes.contains(&rule.code) && !skipped()
            })
            .count();
        if of_all == 0 {
            return Some(format!("{} judges nothing on this operation", known.rule));
        }
        let key = (planned.suite.clone(), operation.to_owned(), known.rule.clone());
        let broken = self.broken.get(&key);
        if broken.is_some_and(|inputs| inputs.contains(&known.input)) {
            return None;
        }
        let selected = planned.selected.get(&(operation.to_owned(), rule.code)).copied().unwrap_or(0);
        if selected < of_all || self.unsure.contains(&key) {
            return None;
        }
        let inputs: Vec<&str> = broken.into_iter().flatten().map(String::as_str).collect();
        Some(match (nearest(&known.input, inputs.iter().copied()), inputs.is_empty()) {
            (_, true) => "it passes now".to_owned(),
            (Some(near), _) => format!("no finding has this input; one has `{near}`"),
            (None, _) => "no finding has this input".to_owned(),
        })
    }
}

/// Why a skip skips nothing.
fn idle(register: &Register, skip: &Skip, suites: &[Planned]) -> Option<String> {
    let (planned, operation) = match placed(register, &skip.operation, suites) {
        Ok(Some(found)) => found,
        Ok(None) => return None,
        Err(why) => return Some(why),
    };
    let mut cases = planned.all.iter().filter(|(name, ..)| name == operation);
    if cases.clone().any(|(_, case, _)| covers(skip, &planned.suite, operation, case)) {
        return None;
    }
    let wanted = skip.case.as_deref().unwrap_or_default();
    if cases.clone().next().is_none() {
        return Some("the operation has no case".to_owned());
    }
    Some(missing("case", wanted, cases.by_ref().map(|(_, case, _)| last(case))))
}

/// The suite and the operation that an entry names; nothing where the run is not about that suite; else what is wrong with the name.
fn placed<'a>(
    register: &Register,
    name: &'a str,
    suites: &'a [Planned],
) -> Result<Option<(&'a Planned, &'a str)>, String> {
    let (suite, operation) = name.split_once("::").unwrap_or((name, ""));
    let Some(planned) = suites.iter().find(|planned| planned.suite == suite) else {
        let names = suites.iter().map(|planned| planned.suite.as_str());
        return if register.whole { Err(missing("suite", suite, names)) } else { Ok(None) };
    };
    if planned.operations.iter().any(|known| known == operation) {
        Ok(Some((planned, operation)))
    } else {
        Err(missing("operation", operation, planned.operations.iter().map(String::as_str)))
    }
}

fn missing<'n>(what: &str, name: &str, valid: impl Iterator<Item = &'n str>) -> String {
    match nearest(name, valid) {
        Some(near) => format!("it matches nothing: there is no {what} `{name}`; did you mean `{near}`?"),
        None => format!("it matches nothing: there is no {what} `{name}`"),
    }
}

fn expired(place: &str, until: Date, operation: &str, entry: String) -> (String, Stale) {
    let why = format!("it expired on {until}");
    (operation.to_owned(), Stale { place: place.to_owned(), entry, why })
}

/// Whether `suite::operation` is this one.
fn is(name: &str, suite: &str, operation: &str) -> bool {
    name.split_once("::") == Some((suite, operation))
}

fn covers(skip: &Skip, suite: &str, operation: &str, case: &str) -> bool {
    is(&skip.operation, suite, operation) && skip.case.as_deref().is_none_or(|wanted| wanted == last(case))
}

/// The last part of a case's id.
fn last(case: &str) -> &str {
    case.splitn(3, "::").last().unwrap_or(case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{Finding, Level, Requirement};

    const FILE: &str = r#"
[[known-failures]]
operation = "s::list"
rule = "PAG003"
input = "main size=7"
reason = "known"
until = "2027-01-31"
"#;

    fn register(text: &str, today: &str) -> Register {
        Register::new(Exceptions::load("k.toml", text).unwrap(), today.parse().unwrap(), true)
    }

    fn finding(input: &str) -> Finding {
        Finding {
            rule: "PAG003".into(),
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
            repeats: 0,
            proof: None,
            known: None,
        }
    }

    fn judgement(verdict: Verdict, inputs: &[&str]) -> Judgement {
        let findings = inputs.iter().map(|input| finding(input)).collect();
        Judgement {
            rule: "PAG003".into(),
            verdict,
            findings,
            more: Vec::new(),
            cause: None,
            notes: Vec::new(),
        }
    }

    fn planned(selected: usize) -> Planned {
        Planned {
            suite: "s".into(),
            operations: vec!["list".into(), "get".into()],
            all: vec![
                ("list".into(), "s::list::walk".into(), vec!["PAG003"]),
                ("list".into(), "s::list::pages".into(), vec!["PAG003"]),
                ("get".into(), "s::get::fetch".into(), vec!["FID001"]),
            ],
            selected: BTreeMap::from([(("list".into(), "PAG003"), selected)]),
        }
    }

    #[test]
    fn an_entry_excuses_one_input_of_one_rule_on_one_operation() {
        for (operation, rule, input, expected) in [
            ("list", "PAG003", "main size=7", true),
            ("get", "PAG003", "main size=7", false),
            ("list", "PAG004", "main size=7", false),
            ("list", "PAG003", "main size=8", false),
        ] {
            let mut judged = judgement(Verdict::Fail, &[input]);
            judged.rule = rule.into();
            register(FILE, "2027-01-31").mark("s", operation, &mut judged);
            assert_eq!(judged.findings[0].known.is_some(), expected, "{operation} {rule} {input}");
        }
        let mut judged = judgement(Verdict::Fail, &["main size=7"]);
        register(FILE, "2027-02-01").mark("s", "list", &mut judged);
        assert!(judged.findings[0].known.is_none(), "an entry that expired excuses nothing");
    }

    #[test]
    fn an_entry_that_excuses_nothing_is_to_be_deleted() {
        use Verdict::{Fail, Inconclusive, Pass};
        // What stands in the file in place of what, the day, the verdict, the inputs, how many cases of two are run, and why.
        type Line<'a> = (&'a str, &'a str, &'a str, Verdict, &'a [&'a str], usize, Option<&'a str>);
        let table: &[Line<'_>] = &[
            ("", "", "2027-01-31", Fail, &["main size=7"], 2, None),
            ("", "", "2027-02-01", Fail, &["main size=7"], 2, Some("it expired on 2027-01-31")),
            ("", "", "2027-01-31", Pass, &[], 2, Some("it passes now")),
            ("", "", "2027-01-31", Pass, &[], 1, None),
            ("", "", "2027-01-31", Inconclusive, &[], 2, None),
            ("", "", "2027-01-31", Fail, &["main size=8"], 2, Some("one has `main size=8`")),
            (
                "PAG003",
                "PAG300",
                "2027-01-31",
                Fail,
                &["main size=7"],
                2,
                Some("no rule `PAG300`; did you mean"),
            ),
            ("PAG003", "FID001", "2027-01-31", Fail, &[], 2, Some("FID001 judges nothing on this operation")),
            (
                "s::list",
                "s::lits",
                "2027-01-31",
                Fail,
                &[],
                2,
                Some("no operation `lits`; did you mean `list`?"),
            ),
            ("s::list", "t::list", "2027-01-31", Fail, &[], 2, Some("no suite `t`")),
        ];
        for (right, wrong, today, verdict, inputs, selected, why) in table {
            let text = if right.is_empty() { FILE.to_owned() } else { FILE.replacen(right, wrong, 1) };
            let register = register(&text, today);
            let mut account = Account::default();
            account.add(&CaseFinished {
                suite: "s".into(),
                case: "s::list::walk".into(),
                operation: "list".into(),
                judgements: vec![judgement(*verdict, inputs)],
                requests: 1,
                unanswered: 0,
                elapsed_us: 0,
            });
            let stale = account.settle(&register, &[planned(*selected)]);
            let told: Vec<String> = stale.iter().map(|stale| stale.why.clone()).collect();
            match why {
                None => assert!(stale.is_empty(), "{wrong} {inputs:?}: {told:?}"),
                Some(why) => {
                    assert!(told.len() == 1 && told[0].contains(why), "{why}: {told:?}");
                    assert_eq!(stale[0].place, "k.toml:2");
                }
            }
        }
    }

    #[test]
    fn a_skip_names_cases_that_there_are() {
        for (line, skipped, why) in [
            ("case = \"walk\"", &["walk"] as &[&str], None),
            ("", &["walk", "pages"], None),
            ("case = \"wlak\"", &[], Some("there is no case `wlak`; did you mean `walk`?")),
        ] {
            let text = format!("[[skips]]\noperation = \"s::list\"\n{line}\nreason = \"not offered\"\n");
            let register = register(&text, "2027-01-01");
            for case in ["walk", "pages"] {
                let reason = register.skipped("s", "list", &format!("s::list::{case}"));
                assert_eq!(reason.is_some(), skipped.contains(&case), "{line} {case}");
                assert!(reason.is_none_or(|reason| reason == "not offered (k.toml:1)"));
            }
            let stale = Account::default().settle(&register, &[planned(2)]);
            assert_eq!(stale.is_empty(), why.is_none(), "{line}: {stale:?}");
            assert!(why.is_none_or(|why| stale[0].why.contains(why)), "{stale:?}");
        }
    }
}
