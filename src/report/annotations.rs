//! Workflow commands, by which GitHub Actions shows defects at the lines of the document: [`Annotations`].
//!
//! While the report for people is written, commands are stopped, since a target could send a line that is one.

use std::collections::BTreeMap;
use std::io;

use super::document_place::Places;
use super::text::{count, visible};
use super::{Defect, Exit, Output, Reporter, Tally};
use crate::event::Event;
use crate::verdict::Level;

/// How many annotations of one level are written; GitHub shows no more of one step.
const SHOWN: usize = 10;

/// The title of what is said of the whole run.
const TITLE: &str = "specproof";

/// Writes workflow commands at the end of a run.
pub struct Annotations {
    out: Output,
    strict: bool,
    /// The word by which commands were stopped.
    stopped: Option<String>,
    tally: Tally,
}

impl Annotations {
    /// A reporter that writes to `out`. `stopped` is the word by which [`stop`] stopped commands, so that they go on; under `strict` a
    /// broken `should` counts as a broken `must`.
    pub fn new(out: Output, strict: bool, stopped: Option<String>) -> Self {
        Self { out, strict, stopped, tally: Tally::default() }
    }

    fn write(&mut self) -> io::Result<()> {
        if let Some(word) = &self.stopped {
            writeln!(self.out, "::{word}::")?;
        }
        let places = Places::of(&self.tally);
        let mut written: BTreeMap<&str, usize> = BTreeMap::new();
        for defect in self.tally.defects() {
            let kind = match defect.level() {
                Level::Must => "error",
                Level::Should if self.strict => "error",
                Level::Should => "warning",
                Level::May => "notice",
            };
            let number = written.entry(kind).or_default();
            *number += 1;
            if *number <= SHOWN {
                let command = self.command(kind, &defect, &places);
                writeln!(self.out, "{command}")?;
            }
        }
        let more: usize = written.values().map(|number| number.saturating_sub(SHOWN)).sum();
        if more > 0 {
            writeln!(self.out, "::notice title={TITLE}::{} in the report", count(more, "more defect"))?;
        }
        let exit = self.tally.exit(self.strict);
        if matches!(exit, Exit::NoVerdict | Exit::NothingSelected) {
            let message = self.tally.foot.as_ref().and_then(|foot| foot.message.as_deref());
            let message = data(&format!("{exit}: {}", message.unwrap_or("the run gave no verdict")));
            writeln!(self.out, "::error title={TITLE}::{message}")?;
        }
        self.out.flush()
    }

    fn command(&self, kind: &str, defect: &Defect, places: &Places) -> String {
        let first = defect.first();
        let title = format!("{} {}", first.rule(), self.tally.rule_name(first.rule()));
        let mut properties = Vec::new();
        if let Some((file, line)) = places.of_operation(&first.shown.suite, &first.shown.operation) {
            properties.push(format!("file={}", property(file)));
            properties.push(format!("line={line}"));
        }
        properties.push(format!("title={}", property(&title)));
        let finding = &first.shown.finding;
        let message = [
            format!("{}: {}", first.shown.operation, finding.summary),
            format!("requires: {} ({})", finding.requirement.text, finding.requirement.source),
            format!("rerun: specproof check --only '{}::'", first.shown.case),
        ];
        // The lines are ours, what stands in them is not.
        let message = message.iter().map(|line| data(line)).collect::<Vec<_>>().join("%0A");
        format!("::{kind} {}::{message}", properties.join(","))
    }
}

/// The line after which GitHub Actions takes no command until the word comes again.
pub fn stop(word: &str) -> String {
    format!("::stop-commands::{word}")
}

/// Text as the data of a workflow command.
fn data(text: &str) -> String {
    visible(super::text::start(text, super::plain::EXCERPT_OCTETS).0).replace('%', "%25")
}

/// Text as a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

impl Reporter for Annotations {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        if matches!(event, Event::RunFinished(_)) { self.write() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Ending;
    use crate::report::samples::{disturbing, report, run, spoil, story};

    fn written(events: &[Event], strict: bool) -> String {
        report(events, |out| Annotations::new(out, strict, Some("word".into())))
    }

    #[test]
    fn defects_stand_at_their_operation() {
        let text = written(&story(), false);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "::word::");
        assert!(
            lines[1].starts_with(
                "::error file=specs/openapi.yaml,line=5,title=PAG001 item-missing::get_messages: 2 of 5 messages are on no page%0Arequires: "
            ),
            "{text}"
        );
        assert!(lines[3].starts_with("::warning file=specs/openapi.yaml,line=11,title=HTTP004"), "{text}");
        assert!(written(&story(), true).lines().nth(3).unwrap().starts_with("::error "));
    }

    #[test]
    fn a_run_without_a_verdict_is_an_error() {
        let text = written(&run(&[], false, Some(Ending::Interrupted)), false);
        assert_eq!(
            text,
            format!("::word::\n::error title={TITLE}::no verdict: the target refused the connection\n")
        );
    }

    #[test]
    fn a_target_gives_no_commands() {
        let mut events = story();
        spoil(&mut events);
        for event in &mut events {
            if let Event::CaseFinished(case) = event {
                case.operation.push_str("\n::warning file=a,line=1::x");
            }
        }
        let text = written(&events, false);
        assert_eq!(text.lines().count(), 4, "{text}");
        for line in text.lines().skip(1) {
            assert!(line.starts_with("::error ") || line.starts_with("::warning "), "{line}");
            let (properties, _) = line.trim_start_matches(':').split_once("::").unwrap();
            assert!(properties.split(',').all(|property| property.contains('=')), "{line}");
        }
        assert!(!text.replace('\n', "").contains(disturbing), "{text}");
    }

    #[test]
    fn only_so_many_are_written_as_are_shown() {
        let mut events = story();
        let case = events.iter().position(|event| matches!(event, Event::CaseFinished(_))).unwrap();
        for number in 0..30 {
            let mut more = events[case].clone();
            if let Event::CaseFinished(more) = &mut more {
                more.suite = format!("suite_{number}");
            }
            events.insert(case, more);
        }
        let text = written(&events, false);
        assert_eq!(text.matches("::error ").count(), SHOWN);
        assert!(text.contains("::notice title=specproof::22 more defects in the report"), "{text}");
    }
}
