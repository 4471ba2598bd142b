//! The report for a terminal, or for a pipe: [`Terminal`].
//!
//! While a run goes on it writes plain lines; a live bar is the business of [`super::live`]. After each suite come its operations, at the end
//! the defects, what was not judged, and the sum. Durations stand in two lines only, the slowest operations and the sum, so that two runs
//! of one seed differ in nothing else.

mod ascii;
mod defect;
mod foot;
mod ink;
mod lines;
mod operations;

use std::io;

use self::ink::Ink;
use super::{Curl, Output, Reporter, Tally};
use crate::event::{CaseExchange, Event, RunStarted};

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

/// How widely the report is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A line for each operation, three for each defect.
    Compact,
    /// A block for each operation, defects with all that is needed to act on them.
    #[default]
    Full,
}

/// How the report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether to use colours.
    pub color: bool,
    /// Whether the terminal can show more than ASCII. Where it cannot, what a target sent is shown as escapes.
    pub unicode: bool,
    /// How many columns there are; taken as 40 at least and 200 at most.
    pub width: usize,
    /// How much is written.
    pub verbosity: Verbosity,
    /// How widely it is set.
    pub format: Format,
    /// Whether a broken `should` counts as a broken `must`.
    pub strict: bool,
}

impl Default for Options {
    /// As for a pipe: no colours, 100 columns.
    fn default() -> Self {
        Self {
            color: false,
            unicode: true,
            width: 100,
            verbosity: Verbosity::Normal,
            format: Format::Full,
            strict: false,
        }
    }
}

/// Writes a run for people to read.
pub struct Terminal {
    out: Output,
    options: Options,
    curl: Curl,
    tally: Tally,
    /// The case whose exchanges are being written.
    case: String,
}

impl Terminal {
    /// A reporter that writes to `out`; `curl` writes the command that repeats an exchange.
    pub fn new(out: Output, options: Options, curl: Curl) -> Self {
        let out = if options.unicode { out } else { Box::new(ascii::Ascii(out)) };
        Self { out, options, curl, tally: Tally::default(), case: String::new() }
    }

    fn talks(&self) -> bool {
        self.options.verbosity >= Verbosity::Normal
    }

    fn started(&mut self, head: &RunStarted) -> io::Result<()> {
        let line = format!("specproof {}  target {}  seed {}", head.version, head.target, head.seed);
        writeln!(self.out, "{}", super::text::visible(&line))
    }

    /// The operations of a suite that is done.
    fn operations(&mut self, suite: &str) -> io::Result<()> {
        let done = self.tally.suites.iter().find(|done| done.name == suite);
        done.map_or(Ok(()), |done| {
            operations::write(&mut self.out, Ink::new(&self.options), done, &self.options)
        })
    }

    /// Writes an exchange, under its case's id.
    fn exchange(&mut self, exchanged: &CaseExchange) -> io::Result<()> {
        let ink = Ink::new(&self.options);
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
        let compact = self.options.format == Format::Compact;
        for (at, defect) in defects.iter().enumerate() {
            if compact {
                context.brief(&mut self.out, defect, at + 1, defects.len())?;
            } else {
                context.write(&mut self.out, defect, at + 1, defects.len())?;
            }
        }
        if self.talks() && compact {
            foot::not_judged(&mut self.out, ink, &self.tally, 0)?;
            foot::known(&mut self.out, ink, &self.tally)?;
        } else if self.talks() {
            foot::slowest(&mut self.out, ink, &self.tally)?;
            let named = if verbosity == Verbosity::Verbose { usize::MAX } else { foot::NAMED };
            foot::not_judged(&mut self.out, ink, &self.tally, named)?;
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
            Event::SuiteStarted(suite) if self.talks() => {
                writeln!(self.out)?;
                lines::suite_started(&mut self.out, Ink::new(&self.options), suite)?;
            }
            // What keeps a suite from being judged is said however quiet the report is to be.
            Event::Seeded(seeded) if self.talks() || seeded.problem.is_some() => {
                let base = self.tally.head.as_ref().map_or("", |head| &head.target);
                lines::seeded(&mut self.out, Ink::new(&self.options), seeded, self.curl, base)?;
            }
            Event::Exchange(exchanged) if self.options.verbosity == Verbosity::Verbose => {
                self.exchange(exchanged)?;
            }
            Event::SuiteFinished(foot) if self.talks() => self.operations(&foot.suite)?,
            Event::RunFinished(_) => self.finish()?,
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
    fn a_run_reads_well_in_few_lines() {
        let options = Options { format: Format::Compact, ..Options::default() };
        snapshot("report_terminal_compact", &written(&story(), options));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_but_for_what_is_to_be_copied() {
        for width in [40, 60, 80, 120] {
            for format in [Format::Compact, Format::Full] {
                let options = Options { width, format, ..Options::default() };
                let text = written(&story(), options);
                let copied = [
                    "repeat",
                    "rerun",
                    "explain",
                    "at  ",
                    "specs/",
                    "openapi.yaml",
                    "http:",
                    "skipped",
                    "inconclusive",
                    "honcho ",
                ];
                let wide: Vec<&str> = text
                    .lines()
                    .filter(|line| {
                        crate::report::text::columns(line) > width
                            && !copied.iter().any(|word| line.contains(word))
                    })
                    .filter(|line| !line.starts_with("  ") || line.contains('│'))
                    .collect();
                assert!(wide.is_empty(), "{width}: {wide:#?}");
            }
        }
    }

    #[test]
    fn without_unicode_everything_is_ascii() {
        for format in [Format::Compact, Format::Full] {
            let options =
                Options { unicode: false, format, verbosity: Verbosity::Verbose, ..Options::default() };
            assert!(written(&story(), options).is_ascii());
        }
    }

    #[test]
    fn nothing_hostile_reaches_the_terminal() {
        for unicode in [true, false] {
            for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
                let options = Options { unicode, verbosity, ..Options::default() };
                for mut events in [story(), samples::run(&[], true, Some(Ending::NoVerdict))] {
                    samples::spoil(&mut events);
                    assert!(!written(&events, options).contains(samples::disturbing));
                }
            }
        }
    }

    #[test]
    fn only_two_lines_hold_a_duration() {
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
        assert_eq!(one.lines().zip(two.lines()).filter(|(a, b)| a != b).count(), 2);
    }
}
