//! Reports: each one is a fold over events, so that a recorded run gives the same report as a live one.
//!
//! [`Tally`] counts and folds for all of them; a [`Reporter`] only decides how that looks. Reporters write to what they are given
//! and never look at the environment, the terminal or the clock. What a target sent is hostile text: `text` shows it
//! harmlessly, and each reporter then escapes for its own format.

pub mod annotations;
mod audit;
pub mod badge;
mod compare;
mod difference;
mod document_place;
mod excused;
mod fold;
pub mod har;
pub mod html;
pub mod jsonl;
pub mod junit;
mod latency;
pub mod live;
pub mod markdown;
mod plain;
#[cfg(test)]
mod samples;
pub mod sarif;
mod side_by_side;
mod sign;
pub mod snapshot;
pub mod summary;
mod tally;
pub mod terminal;
mod text;

use std::io;

pub use audit::audited;
pub use difference::{Change, Difference, compare};
pub use excused::Excused;
pub use fold::{Defect, Lead, Located, fold};
pub use latency::Latencies;
pub use side_by_side::{Beside, side_by_side};
pub use sign::Sign;
pub use tally::{CaseTally, Cell, Exit, Family, OperationTally, SuiteTally, Tally, Unjudged};

use crate::event::Event;
use crate::evidence::Exchange;

/// Writes the command that repeats an exchange against a base URL.
pub type Curl = fn(&Exchange, &str) -> String;

/// Where a report goes.
pub type Output = Box<dyn io::Write + Send>;

/// Makes a report from the events of a run.
pub trait Reporter: Send {
    /// Takes in one event. The report is whole, and flushed, once [`Event::RunFinished`] was handled.
    fn handle(&mut self, event: &Event) -> io::Result<()>;
}

/// Many reporters as one.
#[derive(Default)]
pub struct Fanout {
    reporters: Vec<Box<dyn Reporter>>,
}

impl Fanout {
    /// Adds a reporter; each event goes to the reporters in the order in which they were added.
    pub fn push(&mut self, reporter: Box<dyn Reporter>) {
        self.reporters.push(reporter);
    }
}

impl Reporter for Fanout {
    /// Every reporter gets the event, even after one of them failed; the first failure is returned.
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        let mut result = Ok(());
        for reporter in &mut self.reporters {
            let handled = reporter.handle(event);
            result = result.and(handled);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Counter(Arc<AtomicUsize>, bool);

    impl Reporter for Counter {
        fn handle(&mut self, _: &Event) -> io::Result<()> {
            self.0.fetch_add(1, Ordering::Relaxed);
            if self.1 { Err(io::Error::other("disk full")) } else { Ok(()) }
        }
    }

    #[test]
    fn one_failing_reporter_does_not_silence_the_others() {
        let seen = Arc::new(AtomicUsize::new(0));
        let mut fanout = Fanout::default();
        for fails in [false, true, false] {
            fanout.push(Box::new(Counter(Arc::clone(&seen), fails)));
        }
        let events = samples::story();
        assert_eq!(fanout.handle(&events[0]).unwrap_err().to_string(), "disk full");
        assert_eq!(seen.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn a_recording_gives_the_same_bytes_as_the_run() {
        type Make = fn(Output) -> Box<dyn Reporter>;

        let live = samples::story();
        let recording = samples::report(&live, |out| jsonl::JsonLines::new(out));
        let recorded = jsonl::read(recording.as_bytes()).unwrap();
        let makers: [Make; 10] = [
            |out| Box::new(terminal::Terminal::new(out, terminal::Options::default(), samples::curl)),
            |out| Box::new(jsonl::JsonLines::new(out)),
            |out| Box::new(junit::Junit::new(out, samples::curl, true)),
            |out| Box::new(markdown::Markdown::new(out, samples::curl, true)),
            |out| Box::new(html::Html::new(out, samples::curl, true)),
            |out| Box::new(har::Har::new(out)),
            |out| Box::new(sarif::Sarif::new(out, samples::curl, true)),
            |out| Box::new(badge::Badge::new(out, true)),
            |out| Box::new(annotations::Annotations::new(out, true, None)),
            |out| Box::new(summary::Summary::new(out, samples::curl, true)),
        ];
        for make in makers {
            let text = |events: &[Event]| {
                let written = samples::Written::default();
                let mut reporter = make(Box::new(written.clone()));
                for event in events {
                    reporter.handle(event).unwrap();
                }
                written.text()
            };
            let of_run = text(&live);
            assert!(!of_run.is_empty());
            assert_eq!(of_run, text(&recorded));
        }
    }
}
