//! The report for a terminal, or for a pipe: [`Terminal`].
//!
//! While a run goes on it writes plain lines; a live bar is the business of [`super::live`]. At the end come the defects, what was
//! not judged, and the sum. Only the summary holds a duration, so that two runs of one seed differ in one line.

mod defect;
mod foot;
mod ink;
mod lines;

use std::io;

use self::ink::Ink;
use super::{Curl, OperationTally, Output, Reporter, Tally};
use crate::event::{CaseExchange, Event, RunStarted, SuiteStarted};

/// How much is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Defects and the summary.
    Quiet,
    /// Also a line per operation and what was not judged.
    #[default]
    Normal,
    /// Also every exchange, every case without a verdict and every convention.
    Verbose,
}

/// How the report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether to use colours.
    pub color: bool,
    /// Whether the terminal can show more than ASCII; this is for the report's own marks, not for what a target sent.
    pub unicode: bool,
    /// How many columns there are; taken as 40 at least and 200 at most.
    pub width: usize,
    /// How much is written.
    pub verbosity: Verbosity,
    /// Whether a broken `should` counts as a broken `must`.
    pub strict: bool,
}

impl Default for Options {
    /// As for a pipe: no colours, 100 columns.
    fn default() -> Self {
        Self { color: false, unicode: true, width: 100, verbosity: Verbosity::Normal, strict: false }
    }
}

/// Writes a run for people to read.
pub struct Terminal {
    out: Output,
    options: Options,
    curl: Curl,
    tally: Tally,
    /// The operation whose cases are arriving: its suite, and what is known since the last line.
    open: Option<(String, OperationTally)>,
    /// The width of the longest operation name.
    column: usize,
    /// The case whose exchanges are being written.
    case: String,
}

impl Terminal {
    /// A reporter that writes to `out`; `curl` writes the command that repeats an exchange.
    pub fn new(out: Output, options: Options, curl: Curl) -> Self {
        let tally = Tally::default();
        Self { out, options, curl, tally, open: None, column: 0, case: String::new() }
    }

    fn talks(&self) -> bool {
        self.options.verbosity >= Verbosity::Normal
    }

    fn started(&mut self, head: &RunStarted) -> io::Result<()> {
        let line = format!("specproof {}  target {}  seed {}", head.version, head.target, head.seed);
        writeln!(self.out, "{}", super::text::visible(&line))
    }

    fn suite(&mut self, suite: &SuiteStarted) -> io::Result<()> {
        let names = suite.operations.iter().map(|operation| super::text::columns(&operation.name));
        self.column = names.max().unwrap_or(0).min(32);
        writeln!(self.out)?;
        lines::suite_started(&mut self.out, Ink::new(&self.options), suite)
    }

    /// The open operation of this name; another one's line is written first.
    fn opened(&mut self, suite: &str, operation: &str) -> io::Result<&mut OperationTally> {
        if self.open.as_ref().is_some_and(|(of, open)| of != suite || open.name != operation) {
            self.close()?;
        }
        let fresh = || (suite.to_owned(), OperationTally::new(operation));
        Ok(&mut self.open.get_or_insert_with(fresh).1)
    }

    fn close(&mut self) -> io::Result<()> {
        let Some((_, operation)) = self.open.take() else { return Ok(()) };
        if self.talks() {
            lines::operation(&mut self.out, Ink::new(&self.options), &operation, self.column)?;
        }
        Ok(())
    }

    /// Writes an exchange, under its case's id and after the line of an operation that is over.
    fn exchange(&mut self, exchanged: &CaseExchange) -> io::Result<()> {
        let ink = Ink::new(&self.options);
        let within = |(suite, operation): &(String, OperationTally)| {
            exchanged.case.starts_with(&format!("{suite}::{}::", operation.name))
        };
        if !self.open.as_ref().is_some_and(within) {
            self.close()?;
        }
        if self.case != exchanged.case {
            self.case.clone_from(&exchanged.case);
            writeln!(self.out, "  {}", ink.bold(&super::text::visible(&self.case)))?;
        }
        lines::exchange(&mut self.out, ink, &exchanged.exchange)
    }

    fn finish(&mut self) -> io::Result<()> {
        let ink = Ink::new(&self.options);
        let verbosity = self.options.verbosity;
        let defects = self.tally.defects();
        if self.talks() {
            writeln!(self.out)?;
        }
        let context = defect::Context { ink, tally: &self.tally, curl: self.curl };
        for (at, defect) in defects.iter().enumerate() {
            context.write(&mut self.out, defect, at + 1, defects.len())?;
        }
        if self.talks() {
            foot::not_judged(&mut self.out, ink, &self.tally, verbosity)?;
            foot::known(&mut self.out, ink, &self.tally)?;
            foot::measured(&mut self.out, ink, &self.tally)?;
            foot::conventions(&mut self.out, ink, &self.tally, verbosity)?;
        }
        foot::coverage(&mut self.out, ink, &self.tally, verbosity)?;
        foot::stale(&mut self.out, ink, &self.tally)?;
        foot::left_behind(&mut self.out, ink, &self.tally)?;
        foot::summary(&mut self.out, ink, &self.tally, &self.options, defects.len())
    }
}

impl Reporter for Terminal {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        match event {
            Event::RunStarted(head) if self.talks() => self.started(head)?,
            Event::SuiteStarted(suite) if self.talks() => self.suite(suite)?,
            // What keeps a suite from being judged is said however quiet the report is to be.
            Event::Seeded(seeded) if self.talks() || seeded.problem.is_some() => {
                let base = self.tally.head.as_ref().map_or("", |head| &head.target);
                lines::seeded(&mut self.out, Ink::new(&self.options), seeded, self.curl, base)?;
            }
            Event::Exchange(exchanged) if self.options.verbosity == Verbosity::Verbose => {
                self.exchange(exchanged)?;
            }
            Event::CaseFinished(case) => self.opened(&case.suite, &case.operation)?.add(case),
            Event::CaseSkipped(case) => {
                self.opened(&case.suite, &case.operation)?.skipped.push(case.clone());
            }
            Event::SuiteFinished(_) => self.close()?,
            Event::RunFinished(_) => {
                self.close()?;
                self.finish()?;
            }
            _ => return Ok(()),
        }
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Ending;
    use crate::report::samples::{self, curl, report, snapshot, story};

    fn written(events: &[Event], options: Options) -> String {
        report(events, |out| Terminal::new(out, options, curl))
    }

    #[test]
    fn a_run_reads_well() {
        snapshot("report_terminal", &written(&story(), Options::default()));
    }

    #[test]
    fn a_run_reads_well_in_colour() {
        snapshot("report_terminal_colour", &written(&story(), Options { color: true, ..Options::default() }));
    }

    #[test]
    fn a_run_reads_well_in_ascii_and_little_room() {
        let options = Options { unicode: false, width: 60, ..Options::default() };
        snapshot("report_terminal_ascii", &written(&story(), options));
    }

    #[test]
    fn verbose_shows_exchanges_and_quiet_only_the_outcome() {
        let verbose = Options { verbosity: Verbosity::Verbose, ..Options::default() };
        snapshot("report_terminal_verbose", &written(&story(), verbose));
        let quiet = Options { verbosity: Verbosity::Quiet, ..Options::default() };
        snapshot("report_terminal_quiet", &written(&story(), quiet));
        let conforms = written(&samples::run(&[], false, Some(Ending::Complete)), quiet);
        assert_eq!(conforms.lines().count(), 3, "{conforms}");
    }

    #[test]
    fn a_target_that_cannot_be_seeded_is_named() {
        let events = samples::run(&[], true, Some(Ending::NoVerdict));
        snapshot("report_terminal_unseeded", &written(&events, Options::default()));
    }

    #[test]
    fn nothing_hostile_reaches_the_terminal() {
        for unicode in [true, false] {
            for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
                let options = Options { unicode, verbosity, ..Options::default() };
                for events in [story(), samples::run(&[], true, Some(Ending::NoVerdict))] {
                    let text = written(&events, options);
                    let hostile: Vec<char> = text
                        .chars()
                        .filter(|&c| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)))
                        .collect();
                    assert!(hostile.is_empty(), "{hostile:?}");
                }
            }
        }
    }

    #[test]
    fn only_one_line_holds_a_duration() {
        let other: Vec<Event> = story()
            .into_iter()
            .map(|mut event| {
                match &mut event {
                    Event::CaseFinished(case) => case.elapsed_us += 1_000_000,
                    Event::Exchange(exchanged) => exchanged.exchange.elapsed_us += 1_000_000,
                    Event::RunFinished(foot) => foot.elapsed_us += 1_000_000,
                    _ => {}
                }
                event
            })
            .collect();
        let options = Options { verbosity: Verbosity::Verbose, ..Options::default() };
        let (one, two) = (written(&story(), options), written(&other, options));
        assert_eq!(one.lines().zip(two.lines()).filter(|(a, b)| a != b).count(), 1);
    }
}
