//! `specproof report`: renders a recorded run again, with the same bytes and the same exit code as the run itself.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use specproof::event::Event;
use specproof::report::jsonl;

use super::arguments::Report;
use super::failure::Failure;
use super::outputs::{ForPeople, Outputs};

/// Runs the command.
pub(super) fn run(arguments: &Report) -> Result<u8, Failure> {
    // The recording is read whole before a report is opened: it may be one of the paths to be written by mistake.
    let events = read(&arguments.recording)?;
    let people = if arguments.look.reports.is_empty() { ForPeople::Plain } else { ForPeople::Nothing };
    let mut outputs = Outputs::open(&arguments.look, people)?;
    for event in &events {
        outputs.take(event);
    }
    Ok(outputs.exit()?.code())
}

/// The events of a recording; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Vec<Event>, Failure> {
    let events = if path.as_os_str() == "-" {
        jsonl::read(io::stdin().lock())
    } else {
        let file = File::open(path).map_err(|error| {
            Failure::usage(format!("cannot read the recording {}: {error}", path.display()))
        })?;
        jsonl::read(BufReader::new(file))
    };
    events.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}
