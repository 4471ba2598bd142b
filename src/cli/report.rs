//! `specproof report`: renders a recorded run again, with the same bytes and the same exit code as the run itself.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::Path;

use specproof::event::Event;
use specproof::report::jsonl;

use super::arguments::Report;
use super::failure::Failure;
use super::outputs::{ForPeople, Outputs};

/// Runs the command.
pub(super) fn run(arguments: &Report) -> Result<u8, Failure> {
    let path = &arguments.recording;
    if path.as_os_str() == "-" {
        // What is piped can be read once only, and is not to be found cut off when half of the reports are written.
        return render(arguments, read(path)?.into_iter().map(Ok));
    }
    // The recording may be one of the paths to be written by mistake.
    let own = fs::canonicalize(path).ok();
    let overwrites = |other: &str| own.is_some() && fs::canonicalize(other).ok() == own;
    if let Some(wanted) = arguments.look.reports.iter().find(|wanted| overwrites(wanted.path())) {
        return Err(Failure::usage(format!("the report {} would overwrite the recording", wanted.path())));
    }
    // A long recording is never in memory as a whole.
    jsonl::check_ends(open(path)?).map_err(|error| damaged(path, &error))?;
    let events = jsonl::Reader::new(open(path)?);
    render(arguments, events.map(|event| event.map_err(|error| damaged(path, &error))))
}

/// The events of a recording; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Vec<Event>, Failure> {
    let events =
        if path.as_os_str() == "-" { jsonl::read(io::stdin().lock()) } else { jsonl::read(open(path)?) };
    events.map_err(|error| damaged(path, &error))
}

fn open(path: &Path) -> Result<BufReader<File>, Failure> {
    let file = File::open(path)
        .map_err(|error| Failure::usage(format!("cannot read the recording {}: {error}", path.display())))?;
    Ok(BufReader::with_capacity(1 << 16, file))
}

fn damaged(path: &Path, error: &jsonl::ReadError) -> Failure {
    Failure::usage(format!("{}: {error}", path.display()))
}

fn render(arguments: &Report, events: impl Iterator<Item = Result<Event, Failure>>) -> Result<u8, Failure> {
    let people = if arguments.look.reports.is_empty() { ForPeople::Plain } else { ForPeople::Nothing };
    let mut outputs = Outputs::open(&arguments.look, people)?;
    for event in events {
        outputs.take(&event?);
    }
    Ok(outputs.exit()?.code())
}
