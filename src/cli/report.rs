//! `specproof report`: renders a recorded run again, with the same bytes and the same exit code as the run itself.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};

use specproof::report::jsonl;

use super::arguments::Report;
use super::failure::Failure;
use super::outputs::{ForPeople, Outputs};

/// Runs the command.
pub(super) fn run(arguments: &Report) -> Result<u8, Failure> {
    let path = &arguments.recording;
    let damaged = |error| Failure::usage(format!("{}: {error}", path.display()));
    if path.as_os_str() == "-" {
        // What is piped can be read once only, and is not to be found cut off when half of the reports are written.
        let events = jsonl::read(io::stdin().lock()).map_err(damaged)?;
        return render(arguments, events.into_iter().map(Ok));
    }
    // The recording may be one of the paths to be written by mistake.
    let own = fs::canonicalize(path).ok();
    if let Some(wanted) = arguments
        .look
        .reports
        .iter()
        .find(|wanted| own.is_some() && fs::canonicalize(wanted.path()).ok() == own)
    {
        return Err(Failure::usage(format!("the report {} would overwrite the recording", wanted.path())));
    }
    let open = || -> Result<BufReader<File>, Failure> {
        let file = File::open(path);
        let file = file.map_err(|error| {
            Failure::usage(format!("cannot read the recording {}: {error}", path.display()))
        })?;
        Ok(BufReader::with_capacity(1 << 16, file))
    };
    jsonl::check_ends(open()?).map_err(damaged)?;
    render(arguments, events(open()?).map(|event| event.map_err(damaged)))
}

/// The events of a recording, one by one: a long one is never in memory as a whole.
fn events(input: impl BufRead) -> impl Iterator<Item = Result<specproof::event::Event, jsonl::ReadError>> {
    jsonl::Reader::new(input)
}

fn render(
    arguments: &Report,
    events: impl Iterator<Item = Result<specproof::event::Event, Failure>>,
) -> Result<u8, Failure> {
    let people = if arguments.look.reports.is_empty() { ForPeople::Plain } else { ForPeople::Nothing };
    let mut outputs = Outputs::open(&arguments.look, people)?;
    for event in events {
        outputs.take(&event?);
    }
    Ok(outputs.exit()?.code())
}
