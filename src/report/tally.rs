//! [`Tally`]: what all reporters need to know of a run, as one pure fold over its events.
//!
//! The reports differ in form only. What they count, in what order they show it and with which exit code a run ends is decided
//! here, once, so that no two reports of one run can disagree.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::{Defect, Located, fold};
use super::latency::Latencies;
use super::sign::Sign;
use crate::event::{
    CaseExchange, CaseFinished, CaseSkipped, Convention, Covered, Dimension, DocumentText, Ending, Event,
    OperationHead, RuleHead, RunFinished, RunStarted, Seeded, Stale,
};
use crate::verdict::{Judgement, Level, Verdict};

/// How a run ends for whoever started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing that was judged is wrong.
    Conforms,
    /// The target broke a `must`, or a `should` where the run is strict.
    Nonconforming,
    /// The target could not be judged: unreachable, not seeded, interrupted, or the harness failed.
    NoVerdict,
    /// The selection matched no case.
    NothingSelected,
}

impl Exit {
    /// The exit code of the process. 2 is left to bad usage, files and documents, which end a run before its first event.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Conforms => 0,
            Self::Nonconforming => 1,
            Self::NoVerdict => 3,
            Self::NothingSelected => 4,
        }
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Conforms => "conforms",
            Self::Nonconforming => "does not conform",
            Self::NoVerdict => "no verdict",
            Self::NothingSelected => "nothing selected",
        })
    }
}

/// One rule on one operation, over all its cases.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The worst verdict of all cases.
    pub verdict: Verdict,
    /// The cases in which the rule was judged, in order.
    pub cases: Vec<String>,
    /// What the target did wrong and no entry puts up with.
    pub findings: Vec<Located>,
    /// What the target did wrong and an entry of the user's puts up with.
    pub known: Vec<Located>,
    /// Why it could not be judged: verdict (`inconclusive` or `error`) and cause, with the cases.
    pub causes: BTreeMap<(Verdict, String), Vec<String>>,
    /// What was measured without being demanded.
    pub notes: BTreeSet<String>,
}

impl Cell {
    /// How the cell is shown.
    #[must_use]
    pub fn sign(&self) -> Sign {
        let level = self.findings.iter().map(|located| located.finding.level).min();
        if self.verdict == Verdict::Fail && level.is_none() && !self.known.is_empty() {
            Sign::Known
        } else {
            Sign::of(self.verdict, level)
        }
    }
}

/// How many rules of one family have which verdict on one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Family {
    counts: [usize; 4],
    /// How the family is shown: as its worst rule.
    pub sign: Sign,
}

impl Family {
    /// How many rules have this verdict.
    #[must_use]
    pub fn of(&self, verdict: Verdict) -> usize {
        self.counts[verdict as usize]
    }
}

/// A case that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseTally {
    /// The case's id.
    pub case: String,
    /// How many requests it took.
    pub requests: usize,
    /// Whether there were requests and none of them got a response.
    pub unanswered: bool,
    /// How it is shown.
    pub sign: Sign,
}

/// One operation over all its cases.
#[derive(Clone, Debug, Default)]
pub struct OperationTally {
    /// The short name.
    pub name: String,
    /// Method, path and place, where the suite's head named the operation.
    pub head: Option<OperationHead>,
    /// The cases that were run, in order.
    pub cases: Vec<CaseTally>,
    /// The cases that the plan left out, in order.
    pub skipped: Vec<CaseSkipped>,
    /// What each rule says, by code.
    pub cells: BTreeMap<String, Cell>,
    /// How long its requests took, whichever case sent them.
    pub latencies: Latencies,
}

impl OperationTally {
    /// An operation of which nothing is known yet.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Adds a case that was run.
    pub fn add(&mut self, finished: &CaseFinished) {
        let mut worst = Sign::Skipped;
        for judgement in &finished.judgements {
            worst = worst.max(Sign::of_judgement(judgement));
            self.judge(finished, judgement);
        }
        self.cases.push(CaseTally {
            case: finished.case.clone(),
            requests: finished.requests,
            unanswered: finished.requests > 0 && finished.unanswered == finished.requests,
            sign: worst,
        });
    }

    fn judge(&mut self, case: &CaseFinished, judgement: &Judgement) {
        let cell = self.cells.entry(judgement.rule.clone()).or_insert_with(|| Cell {
            verdict: judgement.verdict,
            cases: Vec::new(),
            findings: Vec::new(),
            known: Vec::new(),
            causes: BTreeMap::new(),
            notes: BTreeSet::new(),
        });
        cell.verdict = cell.verdict.and(judgement.verdict);
        cell.cases.push(case.case.clone());
        cell.notes.extend(judgement.notes.iter().cloned());
        for finding in &judgement.findings {
            let located = Located {
                suite: case.suite.clone(),
                operation: case.operation.clone(),
                case: case.case.clone(),
                finding: finding.clone(),
            };
            if finding.known.is_none() { &mut cell.findings } else { &mut cell.known }.push(located);
        }
        if matches!(judgement.verdict, Verdict::Inconclusive | Verdict::Error) {
            let why = judgement.cause.clone().unwrap_or_else(|| "no cause given".to_owned());
            cell.causes.entry((judgement.verdict, why)).or_default().push(case.case.clone());
        }
    }

    /// The worst of all that was judged.
    #[must_use]
    pub fn sign(&self) -> Sign {
        self.cells.values().map(Cell::sign).max().unwrap_or_default()
    }

    /// The rules' verdicts by family: the letters of their codes.
    #[must_use]
    pub fn families(&self) -> BTreeMap<&str, Family> {
        let mut families: BTreeMap<&str, Family> = BTreeMap::new();
        for (rule, cell) in &self.cells {
            let family = families.entry(rule.trim_end_matches(|c: char| c.is_ascii_digit())).or_default();
            family.counts[cell.verdict as usize] += 1;
            family.sign = family.sign.max(cell.sign());
        }
        families
    }

    /// The requests of all cases.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.cases.iter().map(|case| case.requests).sum()
    }
}

/// One suite.
#[derive(Clone, Debug, Default)]
pub struct SuiteTally {
    /// The suite's name.
    pub name: String,
    /// The document's title and version.
    pub title: String,
    /// The document.
    pub document: Option<DocumentText>,
    /// How the guides' disagreements are settled.
    pub conventions: Vec<Convention>,
    /// The operations in the order of the suite; those that only cases name come last.
    pub operations: Vec<OperationTally>,
    /// What came of seeding.
    pub seeded: Option<Seeded>,
    /// How much of the document was touched.
    pub covered: Option<Covered>,
    /// What could not be removed from the target.
    pub left_behind: Vec<String>,
}

impl SuiteTally {
    fn operation(&mut self, name: &str) -> &mut OperationTally {
        let found = self.operations.iter().position(|operation| operation.name == name);
        let at = found.unwrap_or_else(|| {
            self.operations.push(OperationTally::new(name));
            self.operations.len() - 1
        });
        &mut self.operations[at]
    }
}

/// Cases that share a reason for having no verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unjudged {
    /// The rules that could not be judged; empty where the whole case was skipped.
    pub rules: BTreeSet<String>,
    /// The cases, in order of their ids.
    pub cases: BTreeSet<String>,
}

/// A whole run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// The head, once it was seen.
    pub head: Option<RunStarted>,
    /// The suites in the order they ran.
    pub suites: Vec<SuiteTally>,
    /// The foot, once it was seen.
    pub foot: Option<RunFinished>,
}

impl Tally {
    /// Takes in one event.
    pub fn add(&mut self, event: &Event) {
        match event {
            Event::RunStarted(head) => self.head = Some(head.clone()),
            Event::SuiteStarted(head) => {
                let suite = self.suite(&head.suite);
                suite.title.clone_from(&head.title);
                suite.document.clone_from(&head.document);
                suite.conventions.clone_from(&head.conventions);
                for operation in &head.operations {
                    suite.operation(&operation.name).head = Some(operation.clone());
                }
            }
            Event::Seeded(seeded) => self.suite(&seeded.suite).seeded = Some(seeded.clone()),
            Event::CaseSkipped(case) => {
                self.suite(&case.suite).operation(&case.operation).skipped.push(case.clone());
            }
            Event::CaseFinished(case) => self.suite(&case.suite).operation(&case.operation).add(case),
            Event::Covered(covered) => self.suite(&covered.suite).covered = Some(covered.clone()),
            Event::SuiteFinished(foot) => {
                self.suite(&foot.suite).left_behind.extend(foot.left_behind.iter().cloned());
            }
            Event::RunFinished(foot) => self.foot = Some(foot.clone()),
            Event::Exchange(exchanged) => self.exchange(exchanged),
            Event::Progress(_) => {}
        }
    }

    /// Times an exchange. One that no suite's operation answered for is nobody's.
    fn exchange(&mut self, exchanged: &CaseExchange) {
        let suite = exchanged.case.split("::").next().unwrap_or_default();
        let suite = self.suites.iter_mut().find(|known| known.name == suite);
        let operations = suite.into_iter().flat_map(|suite| &mut suite.operations);
        let mut own = operations.filter(|operation| operation.name == exchanged.exchange.operation);
        if let Some(operation) = own.next() {
            operation.latencies.add(exchanged.exchange.elapsed_us);
        }
    }

    fn suite(&mut self, name: &str) -> &mut SuiteTally {
        let found = self.suites.iter().position(|suite| suite.name == name);
        let at = found.unwrap_or_else(|| {
            self.suites.push(SuiteTally { name: name.to_owned(), ..SuiteTally::default() });
            self.suites.len() - 1
        });
        &mut self.suites[at]
    }

    /// The rules that the run knows.
    #[must_use]
    pub fn rules(&self) -> &[RuleHead] {
        self.head.as_ref().map_or(&[], |head| &head.rules)
    }

    /// The head of one rule.
    #[must_use]
    pub fn rule(&self, code: &str) -> Option<&RuleHead> {
        self.rules().iter().find(|rule| rule.code == code)
    }

    /// The kebab-case name of a rule, or nothing where the run does not know it.
    #[must_use]
    pub fn rule_name(&self, code: &str) -> &str {
        self.rule(code).map_or("", |rule| &rule.name)
    }

    /// All operations, with their suite.
    pub fn operations(&self) -> impl Iterator<Item = (&SuiteTally, &OperationTally)> {
        self.suites.iter().flat_map(|suite| suite.operations.iter().map(move |operation| (suite, operation)))
    }

    fn cells(&self) -> impl Iterator<Item = (&str, &Cell)> {
        self.operations()
            .flat_map(|(_, operation)| operation.cells.iter().map(|(rule, cell)| (rule.as_str(), cell)))
    }

    /// All findings that an entry of the user's puts up with, in the order of suites, operations and rules.
    pub fn known(&self) -> impl Iterator<Item = &Located> {
        self.cells().flat_map(|(_, cell)| &cell.known)
    }

    /// The dimensions of coverage of which less was touched than the user asks for, with their suites.
    pub fn shortfalls(&self) -> impl Iterator<Item = (&SuiteTally, &Dimension)> {
        self.dimensions().filter(|(_, dimension)| dimension.falls_short())
    }

    /// All dimensions of coverage, with their suites.
    pub fn dimensions(&self) -> impl Iterator<Item = (&SuiteTally, &Dimension)> {
        self.suites.iter().flat_map(|suite| {
            suite
                .covered
                .iter()
                .flat_map(|covered| &covered.dimensions)
                .map(move |dimension| (suite, dimension))
        })
    }

    /// The entries of the user's that are to be deleted.
    #[must_use]
    pub fn stale(&self) -> &[Stale] {
        self.foot.as_ref().map_or(&[], |foot| &foot.stale)
    }

    /// All findings that no entry puts up with, in the order of suites, operations and rules.
    pub fn findings(&self) -> impl Iterator<Item = &Located> {
        self.cells().flat_map(|(_, cell)| &cell.findings)
    }

    /// The findings, folded: must before should before may.
    #[must_use]
    pub fn defects(&self) -> Vec<Defect> {
        let findings: Vec<Located> = self.findings().cloned().collect();
        fold(&findings, self.rules())
    }

    /// How many findings there are of a level.
    #[must_use]
    pub fn found(&self, level: Level) -> usize {
        self.findings().filter(|located| located.finding.level == level).count()
    }

    /// How many cases were run.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.operations().map(|(_, operation)| operation.cases.len()).sum()
    }

    /// How many different rules were judged.
    #[must_use]
    pub fn rules_judged(&self) -> usize {
        self.cells().map(|(rule, _)| rule).collect::<BTreeSet<_>>().len()
    }

    /// How many (operation, rule) pairs have each verdict, by the level of the rule.
    #[must_use]
    pub fn verdicts(&self) -> BTreeMap<(Level, Verdict), usize> {
        let mut counts = BTreeMap::new();
        for (rule, cell) in self.cells() {
            *counts.entry((self.level(rule, cell), cell.verdict)).or_default() += 1;
        }
        counts
    }

    /// The level that was broken, else the rule's own, else the strictest.
    fn level(&self, rule: &str, cell: &Cell) -> Level {
        let broken = cell.findings.iter().map(|located| located.finding.level).min();
        broken.or_else(|| self.rule(rule).map(|rule| rule.level)).unwrap_or(Level::Must)
    }

    /// The cases that the plan left out, by reason.
    #[must_use]
    pub fn skipped(&self) -> BTreeMap<&str, Unjudged> {
        let mut reasons: BTreeMap<&str, Unjudged> = BTreeMap::new();
        for skipped in self.operations().flat_map(|(_, operation)| &operation.skipped) {
            reasons.entry(&skipped.reason).or_default().cases.insert(skipped.case.clone());
        }
        reasons
    }

    /// What is `inconclusive` or `error`, by verdict and cause.
    #[must_use]
    pub fn unjudged(&self) -> BTreeMap<(Verdict, &str), Unjudged> {
        let mut causes: BTreeMap<(Verdict, &str), Unjudged> = BTreeMap::new();
        for (rule, cell) in self.cells() {
            for ((verdict, cause), cases) in &cell.causes {
                let group = causes.entry((*verdict, cause)).or_default();
                group.rules.insert(rule.to_owned());
                group.cases.extend(cases.iter().cloned());
            }
        }
        causes
    }

    /// How many (operation, rule) pairs have this as their worst verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.cells().filter(|(_, cell)| cell.verdict == verdict).count()
    }

    /// Whether some case got no answer to any of its requests.
    fn is_unanswered(&self) -> bool {
        self.operations().any(|(_, operation)| operation.cases.iter().any(|case| case.unanswered))
    }

    /// How the run ends. Under `strict` a broken `should` counts as a broken `must`.
    ///
    /// A run that was interrupted or has no end gives no verdict, whatever was found until then, and one that was not seeded gives none but that
    /// what the target acknowledged is wrong; one in which nothing was judged, or in which a case got no answer at all, is never taken for success.
    #[must_use]
    pub fn exit(&self, strict: bool) -> Exit {
        let weakest = if strict { Level::Should } else { Level::Must };
        let unseeded: Vec<&SuiteTally> = self
            .suites
            .iter()
            .filter(|suite| suite.seeded.as_ref().is_some_and(|s| s.problem.is_some()))
            .collect();
        let seeded = unseeded.is_empty();
        let broken_before = |suite: &&SuiteTally| {
            let cells = suite.operations.iter().flat_map(|operation| operation.cells.values());
            cells.flat_map(|cell| &cell.findings).any(|located| located.finding.level <= weakest)
        };
        match self.foot.as_ref().map(|foot| foot.ending) {
            Some(Ending::NothingSelected) => return Exit::NothingSelected,
            Some(Ending::Complete) if seeded => {}
            Some(Ending::NoVerdict) if !seeded && unseeded.iter().all(broken_before) => {
                return Exit::Nonconforming;
            }
            _ => return Exit::NoVerdict,
        }
        let judged = self.cells().any(|(_, cell)| matches!(cell.verdict, Verdict::Pass | Verdict::Fail));
        let broken = self
            .cells()
            .filter(|(_, cell)| cell.sign() != Sign::Known)
            .any(|(rule, cell)| cell.verdict == Verdict::Fail && self.level(rule, cell) <= weakest);
        if broken
            || !self.stale().is_empty()
            || self.shortfalls().next().is_some()
            || self.findings().any(|located| located.finding.level <= weakest)
        {
            Exit::Nonconforming
        } else if judged && self.count(Verdict::Error) == 0 && !self.is_unanswered() {
            Exit::Conforms
        } else {
            Exit::NoVerdict
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn the_exit_code_follows_from_the_ending_first_and_findings_second() {
        use Ending::{Complete, Interrupted, NoVerdict as Unseeded, NothingSelected as Nothing};
        use Level::{May, Must, Should};
        // Levels found, whether seeding failed, the ending (none: cut off), exit code, exit code under strict.
        type Line<'a> = (&'a [Level], bool, Option<Ending>, u8, u8);
        let table: &[Line<'_>] = &[
            (&[], false, Some(Complete), 0, 0),
            (&[May], false, Some(Complete), 0, 0),
            (&[Should], false, Some(Complete), 0, 1),
            (&[Must], false, Some(Complete), 1, 1),
            (&[Should, Must], false, Some(Complete), 1, 1),
            (&[], true, Some(Complete), 3, 3),
            (&[Must], true, Some(Unseeded), 1, 1),
            (&[Should], true, Some(Unseeded), 3, 1),
            (&[], false, Some(Unseeded), 3, 3),
            (&[], false, Some(Interrupted), 3, 3),
            (&[Must], false, Some(Interrupted), 3, 3),
            (&[], false, Some(Nothing), 4, 4),
            (&[], false, None, 3, 3),
            (&[Must], false, None, 3, 3),
        ];
        for (levels, unseeded, ending, exit, strict) in table {
            let mut tally = Tally::default();
            for event in samples::run(levels, *unseeded, *ending) {
                tally.add(&event);
            }
            assert_eq!(tally.exit(false).code(), *exit, "{levels:?} {unseeded} {ending:?}");
            assert_eq!(tally.exit(true).code(), *strict, "{levels:?} {unseeded} {ending:?} strict");
        }
    }

    #[test]
    fn a_single_verdict_decides_unless_it_is_none() {
        for (verdict, exit) in
            [(Verdict::Pass, 0), (Verdict::Inconclusive, 3), (Verdict::Error, 3), (Verdict::Fail, 1)]
        {
            let mut tally = Tally::default();
            for mut event in samples::run(&[], false, Some(Ending::Complete)) {
                if let Event::CaseFinished(case) = &mut event {
                    case.judgements[0].verdict = verdict;
                    case.judgements[0].cause = Some("because".into());
                }
                tally.add(&event);
            }
            assert_eq!(tally.exit(false).code(), exit, "{verdict}");
        }
    }

    #[test]
    fn a_case_without_any_answer_is_no_success() {
        for (unanswered, exit) in [(0, 0), (1, 0), (7, 3)] {
            let mut tally = Tally::default();
            for mut event in samples::run(&[], false, Some(Ending::Complete)) {
                if let Event::CaseFinished(case) = &mut event {
                    (case.requests, case.unanswered) = (7, unanswered);
                }
                tally.add(&event);
            }
            assert_eq!(tally.exit(false).code(), exit, "{unanswered}");
        }
    }

    #[test]
    fn a_run_in_which_nothing_was_judged_does_not_conform() {
        let mut tally = Tally::default();
        for event in samples::run(&[], false, Some(Ending::Complete)) {
            if !matches!(event, Event::CaseFinished(_)) {
                tally.add(&event);
            }
        }
        assert_eq!(tally.exit(false), Exit::NoVerdict);
    }

    #[test]
    fn the_sample_is_counted() {
        let mut tally = Tally::default();
        for event in samples::story() {
            tally.add(&event);
        }
        assert_eq!(tally.cases(), 5);
        assert_eq!(tally.rules_judged(), 8);
        assert_eq!(tally.found(Level::Must), 7);
        assert_eq!(tally.found(Level::Should), 1);
        assert_eq!(tally.skipped().len(), 1);
        assert_eq!(tally.unjudged().len(), 1);
        assert_eq!(tally.verdicts().values().sum::<usize>(), tally.cells().count());
    }
}
