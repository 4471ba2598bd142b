//! The report for continuous integration: JUnit XML with one test case per operation and rule, written by [`Junit`].
//!
//! A test case keeps its name from run to run, `specproof.<suite>.<operation>` and `<CODE> <rule name>`, so that a history of it can
//! be kept. What kept a run from giving a verdict is a test case in error: an incomplete run never looks green.

use std::io;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::plain::describe;
use super::text::{count, some, visible};
use super::{Cell, Curl, Exit, OperationTally, Output, Reporter, Sign, SuiteTally, Tally};
use crate::event::Event;
use crate::verdict::{Level, Verdict};

/// How many findings of one test case are written out.
const WRITTEN_OUT: usize = 3;

/// Writes JUnit XML at the end of a run.
pub struct Junit {
    out: Output,
    curl: Curl,
    strict: bool,
    tally: Tally,
}

impl Junit {
    /// A reporter that writes to `out`. A broken `should` is a failure if `strict`, else it is noted in the output of a test case
    /// that passes, as the exit code of the run has it.
    pub fn new(out: Output, curl: Curl, strict: bool) -> Self {
        Self { out, curl, strict, tally: Tally::default() }
    }

    fn base(&self) -> &str {
        self.tally.head.as_ref().map_or("", |head| &head.target)
    }

    fn report(&self) -> Report {
        let mut report = Report::new("specproof");
        for suite in &self.tally.suites {
            report.add_test_suite(self.suite(suite));
        }
        let ended = self.tally.exit(self.strict);
        let complete = self.tally.foot.as_ref().is_some_and(|foot| foot.message.is_none());
        if !complete || matches!(ended, Exit::NoVerdict | Exit::NothingSelected) {
            let message = self.tally.foot.as_ref().and_then(|foot| foot.message.as_deref());
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(visible(message.unwrap_or("the run gave no verdict")));
            status.set_type(ended.to_string());
            let mut suite = TestSuite::new("specproof");
            suite.add_test_case(case("specproof", "run", status));
            report.add_test_suite(suite);
        }
        let mut coverage = TestSuite::new("specproof.coverage");
        for (suite, dimension) in
            self.tally.dimensions().filter(|(_, dimension)| dimension.required.is_some())
        {
            let mut status = TestCaseStatus::success();
            if dimension.falls_short() {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let (percent, required) = (dimension.percent(), dimension.required.unwrap_or(0));
                status.set_message(format!(
                    "{percent} % of the document's {} were touched, {required} % are required",
                    dimension.name
                ));
                status.set_type("coverage");
            }
            coverage.add_test_case(case(
                &format!("specproof.coverage.{}", visible(&suite.name)),
                &dimension.name,
                status,
            ));
        }
        if !coverage.test_cases.is_empty() {
            report.add_test_suite(coverage);
        }
        if !self.tally.stale().is_empty() {
            let mut suite = TestSuite::new("specproof");
            for stale in self.tally.stale() {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(visible(&format!("delete {}: {}", stale.place, stale.why)));
                status.set_type("stale");
                suite.add_test_case(case("specproof.known-failures", &stale.entry, status));
            }
            report.add_test_suite(suite);
        }
        report
    }

    fn suite(&self, suite: &SuiteTally) -> TestSuite {
        let class = format!("specproof.{}", visible(&suite.name));
        let mut written = TestSuite::new(&class);
        if let Some(head) = &self.tally.head {
            written.add_property(Property::new("version", visible(&head.version)));
            written.add_property(Property::new("target", visible(&head.target)));
            written.add_property(Property::new("seed", head.seed.to_string()));
        }
        if let Some(problem) = suite.seeded.as_ref().and_then(|seeded| seeded.problem.as_ref()) {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(visible(&problem.message)).set_type("seeding");
            if let Some(exchange) = &problem.exchange {
                let command = (self.curl)(exchange, self.base());
                status.set_description(super::text::visible_lines(&command));
            }
            written.add_test_case(case(&class, "seeding", status));
        }
        for operation in &suite.operations {
            self.operation(&class, operation, &mut written);
        }
        written
    }

    fn operation(&self, class: &str, operation: &OperationTally, written: &mut TestSuite) {
        let class = format!("{class}.{}", visible(&operation.name));
        for (rule, cell) in &operation.cells {
            let name = format!("{rule} {}", self.tally.rule_name(rule));
            let mut case = case(&class, name.trim_end(), self.status(rule, cell));
            let advice = matches!(case.status, TestCaseStatus::Success { .. }) && !cell.findings.is_empty();
            if advice {
                case.set_system_out(self.text(cell));
            }
            written.add_test_case(case);
        }
        for skipped in &operation.skipped {
            let mut status = TestCaseStatus::skipped();
            status.set_message(visible(&skipped.reason));
            written.add_test_case(case(&class, &skipped.case, status));
        }
    }

    fn status(&self, rule: &str, cell: &Cell) -> TestCaseStatus {
        let level = cell.findings.iter().map(|located| located.finding.level).min();
        let mut status = match cell.sign() {
            Sign::Skipped | Sign::Pass => return TestCaseStatus::success(),
            Sign::Tolerated if !(self.strict && level == Some(Level::Should)) => {
                return TestCaseStatus::success();
            }
            Sign::Known | Sign::Inconclusive => TestCaseStatus::skipped(),
            Sign::Tolerated | Sign::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
            Sign::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        };
        let cause = cell.causes.keys().rev().map(|(_, cause)| cause.as_str()).next();
        let known = cell.known.first().and_then(|located| located.finding.known.as_ref());
        let message = match (cell.verdict, cell.findings.first()) {
            (Verdict::Fail, None) if let Some(known) = known => {
                format!("known: {} ({})", known.reason, known.place)
            }
            (Verdict::Fail, Some(located)) => located.finding.summary.clone(),
            (Verdict::Inconclusive, _) => format!("inconclusive: {}", cause.unwrap_or_default()),
            (Verdict::Error, _) => cause.unwrap_or("the harness failed").to_owned(),
            _ => format!("{rule} is broken"),
        };
        status.set_message(visible(&message)).set_type(visible(rule));
        if !cell.findings.is_empty() {
            status.set_description(self.text(cell));
        }
        status
    }

    fn text(&self, cell: &Cell) -> String {
        let mut texts: Vec<String> = cell
            .findings
            .iter()
            .take(WRITTEN_OUT)
            .map(|located| {
                let level = super::sign::level_word(located.finding.level);
                format!("{level}: {}", describe(located, self.curl, self.base()))
            })
            .collect();
        if let Some(more @ 1..) = cell.findings.len().checked_sub(WRITTEN_OUT) {
            let inputs = some(cell.findings[WRITTEN_OUT..].iter().map(|l| l.finding.input.as_str()), 20);
            texts.push(format!("and {}, with {inputs}", count(more, "more finding")));
        }
        texts.join("\n\n")
    }
}

fn case(class: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(visible(name), status);
    case.set_classname(class);
    case
}

impl Reporter for Junit {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        if matches!(event, Event::RunFinished(_)) {
            let mut written = self.report().to_string().map_err(io::Error::other)?;
            // In the schema that Jenkins holds such files to, a suite has this attribute and the root has not. The root is the first element.
            if let Some(at) = written.find(" skipped=\"")
                && let Some(end) = written[at..].find("\" ")
            {
                written.replace_range(at..=at + end, "");
            }
            self.out.write_all(written.as_bytes())?;
            self.out.flush()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Ending;
    use crate::report::samples::{self, curl, report, snapshot, story};

    fn written(events: &[Event], strict: bool) -> String {
        report(events, |out| Junit::new(out, curl, strict))
    }

    #[test]
    fn each_operation_and_rule_is_a_test_case() {
        snapshot("report_junit", &written(&story(), false));
    }

    #[test]
    fn whatever_a_target_sends_the_file_is_well_formed() {
        for strict in [false, true] {
            for events in [story(), samples::run(&[], true, Some(Ending::NoVerdict))] {
                let text = written(&events, strict);
                let forbidden = |c: char| {
                    c.is_control() && !matches!(c, '\t' | '\n' | '\r') || matches!(c, '\u{fffe}' | '\u{ffff}')
                };
                assert!(!text.contains(forbidden), "{text}");
                Report::deserialize_from_str(&text).expect("well-formed JUnit");
            }
        }
    }

    #[test]
    fn failures_and_errors_follow_the_exit_code() {
        use Level::{May, Must, Should};
        // Level found, whether strict, the ending, and the numbers of failures, errors and skipped.
        for (level, strict, ending, failures, errors) in [
            (None, false, Ending::Complete, 0, 0),
            (Some(Must), false, Ending::Complete, 1, 0),
            (Some(Should), false, Ending::Complete, 0, 0),
            (Some(Should), true, Ending::Complete, 1, 0),
            (Some(May), true, Ending::Complete, 0, 0),
            (None, false, Ending::NothingSelected, 0, 1),
            (None, false, Ending::Interrupted, 0, 1),
            (Some(Must), false, Ending::Interrupted, 1, 1),
        ] {
            let levels: Vec<Level> = level.into_iter().collect();
            let text = written(&samples::run(&levels, false, Some(ending)), strict);
            let read = Report::deserialize_from_str(&text).unwrap();
            assert_eq!((read.failures, read.errors), (failures, errors), "{level:?} {strict} {ending:?}");
        }
    }

    #[test]
    fn an_unseeded_target_is_an_error() {
        let text = written(&samples::run(&[], true, Some(Ending::NoVerdict)), false);
        assert!(text.contains("name=\"seeding\""), "{text}");
        assert_eq!(Report::deserialize_from_str(&text).unwrap().errors, 2);
    }
}
