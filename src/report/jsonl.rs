//! The event stream as JSON Lines, written by [`JsonLines`] and read back by [`Reader`].
//!
//! The stream ends with a mandatory last event, so that a recording that was cut off is never taken for a whole one.

use std::io::{self, BufRead, Write as _};

use serde::Deserialize;

use super::{Output, Reporter};
use crate::event::{Event, FORMAT};

/// Writes one event per line.
pub struct JsonLines {
    out: Output,
    /// The line that is being written; kept, so that its memory is used again.
    line: Vec<u8>,
}

impl JsonLines {
    /// A reporter that writes to `out`, one `write` per event.
    pub fn new(out: Output) -> Self {
        Self { out, line: Vec::new() }
    }
}

impl Reporter for JsonLines {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        if matches!(event, Event::Progress(_)) {
            return Ok(());
        }
        self.line.clear();
        serde_json::to_writer(&mut self.line, event)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)?;
        if matches!(event, Event::RunFinished(_)) { self.out.flush() } else { Ok(()) }
    }
}

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be read.
    #[error("the recording cannot be read: {0}")]
    Io(#[from] io::Error),
    /// There is nothing in it.
    #[error("the recording is empty; did the run that wrote it start?")]
    Empty,
    /// A line is no event.
    #[error("line {line} is not an event: {source}; is this a file that `--report jsonl=…` wrote?")]
    NotAnEvent {
        /// The line, counted from 1.
        line: usize,
        /// What the parser met.
        source: serde_json::Error,
    },
    /// The first event is not the head of a run.
    #[error("the recording does not begin with a `run-started` event; its first lines are missing")]
    NoHead,
    /// A newer version wrote it.
    #[error(
        "the recording has format {found}, this version reads up to {FORMAT}; use the version that wrote it"
    )]
    NewerFormat {
        /// The format it has.
        found: u32,
    },
    /// It has no end.
    #[error(
        "the recording is cut off: it does not end with a `run-finished` event, so the run has no result"
    )]
    CutOff,
    /// It goes on after its end.
    #[error("line {line} comes after the end of the run; were two recordings joined?")]
    AfterTheEnd {
        /// The line, counted from 1.
        line: usize,
    },
}

/// As much of the head of a run as every format has.
#[derive(Deserialize)]
struct Head {
    event: String,
    format: u32,
}

/// The kind of an event.
#[derive(Deserialize)]
struct Tag<'a> {
    #[serde(borrow)]
    event: std::borrow::Cow<'a, str>,
}

/// How the writer begins an exchange. Most of a recording is exchanges.
const EXCHANGE: &[u8] = b"{\"event\":\"exchange\",";

/// Reads one event. Its kind is looked for first, since reading the event itself and its kind in one go takes a copy of everything.
fn event(octets: &[u8]) -> serde_json::Result<Event> {
    if octets.starts_with(EXCHANGE) {
        return serde_json::from_slice(octets).map(Event::Exchange);
    }
    let tag: Tag<'_> = serde_json::from_slice(octets)?;
    match tag.event.as_ref() {
        "exchange" => serde_json::from_slice(octets).map(Event::Exchange),
        "case-finished" => serde_json::from_slice(octets).map(Event::CaseFinished),
        _ => serde_json::from_slice(octets),
    }
}

/// Looks at the first and the last event of a recording only: whether it is one, and whether it is whole.
pub fn check_ends(mut input: impl BufRead) -> Result<(), ReadError> {
    let mut first = Vec::new();
    input.read_until(b'\n', &mut first)?;
    let mut reader = Reader::new(first.as_slice());
    match reader.next() {
        None => return Err(ReadError::Empty),
        Some(Err(error)) => return Err(error),
        Some(Ok(_)) => {}
    }
    let (mut last, mut line) = (Vec::new(), Vec::new());
    while input.read_until(b'\n', &mut line)? > 0 {
        std::mem::swap(&mut last, &mut line);
        line.clear();
    }
    match event(&last) {
        Ok(Event::RunFinished(_)) => Ok(()),
        _ => Err(ReadError::CutOff),
    }
}

/// Reads a recording event by event; after an error it ends.
pub struct Reader<R> {
    input: R,
    line: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    Within,
    Ended,
    Failed,
}

impl<R: BufRead> Reader<R> {
    /// A reader of what [`JsonLines`] wrote.
    pub fn new(input: R) -> Self {
        Self { input, line: 0, state: State::Before }
    }

    fn step(&mut self) -> Result<Option<Event>, ReadError> {
        let mut octets = Vec::new();
        let read = self.input.read_until(b'\n', &mut octets)?;
        self.line += 1;
        match (read, self.state) {
            (_, State::Failed) | (0, State::Ended) => return Ok(None),
            (0, State::Before) => return Err(ReadError::Empty),
            (0, State::Within) => return Err(ReadError::CutOff),
            (_, State::Ended) => return Err(ReadError::AfterTheEnd { line: self.line }),
            _ => {}
        }
        if self.state == State::Before
            && let Ok(head) = serde_json::from_slice::<Head>(&octets)
            && head.event == "run-started"
            && head.format > FORMAT
        {
            return Err(ReadError::NewerFormat { found: head.format });
        }
        let event = match event(&octets) {
            Ok(event) => event,
            // The writer ends every line; half a line is the mark of a run that was killed.
            Err(_) if octets.last() != Some(&b'\n') && self.state == State::Within => {
                return Err(ReadError::CutOff);
            }
            Err(source) => return Err(ReadError::NotAnEvent { line: self.line, source }),
        };
        self.state = match (&event, self.state) {
            (Event::RunStarted(_), State::Before) | (_, State::Within) => State::Within,
            _ => return Err(ReadError::NoHead),
        };
        if matches!(event, Event::RunFinished(_)) {
            self.state = State::Ended;
        }
        Ok(Some(event))
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Failed {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.state = State::Failed;
        }
        step.transpose()
    }
}

/// Reads a whole recording.
pub fn read(input: impl BufRead) -> Result<Vec<Event>, ReadError> {
    Reader::new(input).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    fn recorded() -> String {
        samples::report(&samples::story(), |out| JsonLines::new(out))
    }

    #[test]
    fn what_is_written_reads_back_but_for_progress() {
        let kept: Vec<Event> =
            samples::story().into_iter().filter(|event| !matches!(event, Event::Progress(_))).collect();
        assert_eq!(recorded().lines().count(), kept.len());
        assert_eq!(read(recorded().as_bytes()).unwrap(), kept);
        // The last line feed may be missing.
        assert_eq!(read(recorded().trim_end().as_bytes()).unwrap(), kept);
    }

    #[test]
    fn a_damaged_recording_says_how() {
        let whole = recorded();
        let lines: Vec<&str> = whole.lines().collect();
        let joined = |lines: &[&str]| lines.join("\n") + "\n";
        let newer = lines[0].replacen("\"format\":1", "\"format\":2,\"more\":{}", 1);
        for (recording, message) in [
            (String::new(), "the recording is empty"),
            ("\n".into(), "line 1 is not an event"),
            ("{}\n".into(), "line 1 is not an event"),
            (format!("{}\nno\n", lines[0]), "line 2 is not an event"),
            (format!("{}\n\n", lines[0]), "line 2 is not an event"),
            (newer, "the recording has format 2, this version reads up to 1"),
            (joined(&lines[1..]), "does not begin with a `run-started` event"),
            (joined(&lines[lines.len() - 1..]), "does not begin with a `run-started` event"),
            (joined(&lines[..lines.len() - 1]), "is cut off"),
            (whole[..whole.len() - 9].to_owned(), "is cut off"),
            (lines[0].into(), "is cut off"),
            (lines[0][..40].into(), "line 1 is not an event"),
            (whole.repeat(2), &format!("line {} comes after the end", lines.len() + 1)),
        ] {
            let error = read(recording.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(message), "{error:?} should say {message:?}");
        }
    }

    #[test]
    fn no_cut_reads_as_a_whole_run() {
        let whole = recorded();
        let ends_of_lines = whole.match_indices('\n').map(|(at, _)| at + 1);
        let last = whole.trim_end().rfind('\n').unwrap();
        for end in ends_of_lines.chain(last..whole.len() - 1).filter(|end| *end < whole.len()) {
            assert!(read(&whole.as_bytes()[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn the_ends_tell_whether_a_recording_is_whole() {
        let whole = recorded();
        assert!(check_ends(whole.as_bytes()).is_ok() && check_ends(whole.trim_end().as_bytes()).is_ok());
        let lines: Vec<&str> = whole.lines().collect();
        for (recording, message) in [
            (String::new(), "the recording is empty"),
            ("no\n".into(), "line 1 is not an event"),
            (lines[0].replacen("\"format\":1", "\"format\":2", 1), "has format 2"),
            (lines[1..].join("\n"), "does not begin with a `run-started` event"),
            (lines[..lines.len() - 1].join("\n"), "is cut off"),
            (whole[..whole.len() - 9].to_owned(), "is cut off"),
            (lines[0].into(), "is cut off"),
        ] {
            let error = check_ends(recording.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(message), "{error:?} should say {message:?}");
        }
    }

    #[test]
    fn a_reader_ends_after_an_error() {
        let mut reader = Reader::new(&b"no\nno\n"[..]);
        assert!(reader.next().unwrap().is_err());
        assert!(reader.next().is_none());
    }
}
