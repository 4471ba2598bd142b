//! Standard output and standard error: what they can show, and writing to them without falling over when nobody reads.

use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};

use super::arguments::Color;
use super::failure::Failure;

/// How many columns are written where there is no terminal to ask.
const COLUMNS: usize = 100;

/// One of the two streams, with what it can show.
#[derive(Clone, Debug)]
pub(super) struct Console {
    stream: Stream,
    /// Whether it is a terminal.
    pub(super) terminal: bool,
    /// Whether to use colours.
    pub(super) color: bool,
    /// Whether it can show more than ASCII.
    pub(super) unicode: bool,
    /// How many columns there are.
    pub(super) width: usize,
    /// Turns true when nobody reads it any more.
    pub(super) closed: Arc<AtomicBool>,
}

#[derive(Clone, Copy, Debug)]
enum Stream {
    Output,
    Error,
}

impl Console {
    /// Standard output.
    pub(super) fn output(color: Color) -> Self {
        let stream = io::stdout();
        let width = terminal_size::terminal_size_of(&stream);
        Self::new(Stream::Output, stream.is_terminal(), width, chosen(color, AutoStream::choice(&stream)))
    }

    /// Standard error, for what people read while standard output carries a report for programs.
    pub(super) fn error(color: Color) -> Self {
        let stream = io::stderr();
        let width = terminal_size::terminal_size_of(&stream);
        Self::new(Stream::Error, stream.is_terminal(), width, chosen(color, AutoStream::choice(&stream)))
    }

    fn new(
        stream: Stream,
        terminal: bool,
        size: Option<(terminal_size::Width, terminal_size::Height)>,
        color: bool,
    ) -> Self {
        let given = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|width| *width > 0);
        let width = size.map_or_else(|| given().unwrap_or(COLUMNS), |(width, _)| usize::from(width.0));
        Self {
            stream,
            terminal,
            color,
            unicode: locale_is_unicode() && !(terminal && is_dumb()),
            width,
            closed: Arc::default(),
        }
    }

    /// Whether a bar can be drawn while lines are written: both streams are terminals that can move their cursor.
    pub(super) fn moves(&self) -> bool {
        self.terminal && io::stderr().is_terminal() && !is_dumb()
    }

    /// A writer to the stream. Once nobody reads, it takes everything in and drops it.
    pub(super) fn writer(&self) -> Box<dyn Write + Send> {
        let stream: Box<dyn Write + Send> = match self.stream {
            Stream::Output => Box::new(io::stdout()),
            Stream::Error => Box::new(io::stderr()),
        };
        Box::new(Patient { stream, closed: Arc::clone(&self.closed) })
    }
}

fn chosen(color: Color, found: ColorChoice) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        // `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`, `TERM` and whether there is a terminal.
        Color::Auto => !matches!(found, ColorChoice::Never),
    }
}

/// Whether the terminal can do nothing but take characters (`TERM=dumb`).
fn is_dumb() -> bool {
    std::env::var("TERM").is_ok_and(|term| term == "dumb")
}

/// Whether the locale's characters are Unicode; a machine that names no locale is taken to be of today.
fn locale_is_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// A stream that does not mind when its reader goes away.
struct Patient {
    stream: Box<dyn Write + Send>,
    closed: Arc<AtomicBool>,
}

impl Patient {
    fn try_to<T>(
        &mut self,
        otherwise: T,
        act: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.closed.load(Ordering::Relaxed) {
            return Ok(otherwise);
        }
        match act(&mut *self.stream) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed.store(true, Ordering::Relaxed);
                Ok(otherwise)
            }
            result => result,
        }
    }
}

impl Write for Patient {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.try_to(octets.len(), |stream| stream.write(octets))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.try_to((), |stream| stream.flush())
    }
}

/// Writes a text to standard output as a whole.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut writer = Console::output(Color::Never).writer();
    writer
        .write_all(text.as_bytes())
        .and_then(|()| writer.flush())
        .map_err(|error| Failure::no_verdict(format!("cannot write to standard output: {error}")))
}

/// Writes a line to standard error. There is nowhere to say that this failed.
pub(super) fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Writes what went wrong to standard error.
pub(super) fn complain(message: &str) {
    let plain = |c: char| c == '\n' || !c.is_control();
    let shown: String = message
        .chars()
        .map(|c| if plain(c) { c.to_string() } else { c.escape_default().to_string() })
        .collect();
    note(&format!("error: {shown}"));
}
