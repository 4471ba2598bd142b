//! The reports of a run and where they go: the one for people, and those that `--report KIND=PATH` asks for.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use indicatif::ProgressDrawTarget;
use specproof::event::Event;
use specproof::evidence::curl;
use specproof::report::terminal::{self, Terminal, Verbosity};
use specproof::report::{
    Exit, Fanout, Output, Reporter, Tally, annotations, badge, har, html, jsonl, junit, live, markdown,
    sarif, summary,
};
use specproof::suite::nearest;

use super::arguments::{Look, ReportFormat};
use super::console::Console;
use super::failure::Failure;
use super::repro::Directory;

/// The kinds of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    JsonLines,
    Junit,
    Html,
    Markdown,
    Har,
    Sarif,
    Badge,
    Github,
    Json,
    /// A directory of scripts.
    Repro,
}

const KINDS: [(&str, Kind); 10] = [
    ("jsonl", Kind::JsonLines),
    ("junit", Kind::Junit),
    ("html", Kind::Html),
    ("markdown", Kind::Markdown),
    ("har", Kind::Har),
    ("sarif", Kind::Sarif),
    ("badge", Kind::Badge),
    ("github", Kind::Github),
    ("json", Kind::Json),
    ("repro", Kind::Repro),
];

/// What stands for the name of a target in the path of a report.
const TARGET: &str = "{target}";

/// A report that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    kind: Kind,
    /// `-` is standard output.
    path: String,
}

/// The name or URL of a target as a part of a file's name.
pub(super) fn file_name(target: &str) -> String {
    let plain = target.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    plain.collect::<String>().trim_matches('-').to_owned()
}

impl Wanted {
    /// Reads `KIND=PATH`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let names = KINDS.map(|(name, _)| name);
        let (name, path) = match text.split_once('=') {
            Some((name, path)) if !path.is_empty() && (name, path) != ("repro", "-") => (name, path),
            _ => return Err(format!("write it as KIND=PATH, where KIND is one of {}", names.join(", "))),
        };
        match KINDS.iter().find(|(known, _)| *known == name) {
            Some((_, kind)) => Ok(Self { kind: *kind, path: path.to_owned() }),
            None => Err(match nearest(name, names) {
                Some(near) => format!("there is no report `{name}`; did you mean `{near}`?"),
                None => format!("there is no report `{name}`: it must be one of {}", names.join(", ")),
            }),
        }
    }

    /// Where it goes.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The report of one of several targets: `{target}` in the path stands for its name.
    pub(super) fn of(&self, target: &str) -> Result<Self, Failure> {
        if !self.path.contains(TARGET) {
            let message = format!(
                "the reports of several targets need several paths: write {TARGET} in `{}`",
                self.path
            );
            return Err(Failure::usage(message));
        }
        Ok(Self { kind: self.kind, path: self.path.replace(TARGET, &file_name(target)) })
    }

    fn is_output(&self) -> bool {
        self.path == "-"
    }
}

/// All reports of a run, open.
pub(super) struct Outputs {
    fanout: Fanout,
    tally: Tally,
    strict: bool,
    /// Where the report for people goes.
    pub(super) console: Console,
    /// Whether a JSON document stands in the place of the report for people.
    json: bool,
    /// Whether anything but the console takes the run in.
    files: bool,
    /// Why a report could not be written, once that happened.
    trouble: Option<io::Error>,
}

/// Which reports there are beside those asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ForPeople {
    /// One, with a bar while the run goes on.
    Live,
    /// One.
    Plain,
    /// None.
    Nothing,
}

impl Outputs {
    /// Opens every report, so that a path that cannot be written is found out before anything is sent.
    pub(super) fn open(look: &Look, people: ForPeople) -> Result<Self, Failure> {
        for (at, wanted) in look.reports.iter().enumerate() {
            if look.reports[..at].iter().any(|other| other.path == wanted.path) {
                return Err(Failure::usage(format!("two reports cannot both go to `{}`", wanted.path)));
            }
        }
        let json = people != ForPeople::Nothing && look.format == ReportFormat::Json;
        let taken = look.reports.iter().any(Wanted::is_output);
        if json && taken {
            return Err(Failure::usage(
                "--format json and a report to `-` cannot both go to standard output",
            ));
        }
        let console = if taken { Console::error(look.color) } else { Console::output(look.color) };
        let mut fanout = Fanout::default();
        let actions = Actions::find(people);
        let commands = if json { Console::error(look.color) } else { console.clone() };
        if let Some(word) = &actions.stopped {
            // What a target sent must not be taken for a command.
            say(&commands, &annotations::stop(word));
        }
        if people != ForPeople::Nothing {
            let mut out: Output = console.writer();
            if people == ForPeople::Live && !look.quiet && console.moves() {
                let live = live::Live::new(ProgressDrawTarget::stderr(), console.unicode);
                out = live.above(out);
                fanout.push(Box::new(live));
            }
            let format = match look.format {
                ReportFormat::Compact => terminal::Format::Compact,
                ReportFormat::Full | ReportFormat::Json => terminal::Format::Full,
            };
            let options = terminal::Options {
                color: console.color,
                unicode: console.unicode,
                width: console.width,
                verbosity: verbosity(look),
                format,
                strict: look.strict,
            };
            fanout.push(if json {
                Box::new(summary::Summary::new(out, curl, look.strict))
            } else {
                Box::new(Terminal::new(out, options, curl))
            });
        }
        let shorthand = look.repro.iter().map(|path| Wanted { kind: Kind::Repro, path: path.clone() });
        for wanted in look.reports.iter().cloned().chain(shorthand) {
            let path = PathBuf::from(&wanted.path);
            let out = || -> Result<Output, Failure> {
                if wanted.is_output() {
                    return Ok(Console::output(look.color).writer());
                }
                let file = File::create(&path).map_err(|error| {
                    Failure::usage(format!("cannot write the report {}: {error}", path.display()))
                })?;
                Ok(Box::new(BufWriter::new(file)))
            };
            fanout.push(match wanted.kind {
                Kind::JsonLines => Box::new(jsonl::JsonLines::new(out()?)),
                Kind::Junit => Box::new(junit::Junit::new(out()?, curl, look.strict)),
                Kind::Html => Box::new(html::Html::new(out()?, curl, look.strict)),
                Kind::Markdown => Box::new(markdown::Markdown::new(out()?, curl, look.strict)),
                Kind::Har => Box::new(har::Har::new(out()?)),
                Kind::Sarif => Box::new(sarif::Sarif::new(out()?, curl, look.strict)),
                Kind::Badge => Box::new(badge::Badge::new(out()?, look.strict)),
                Kind::Github => Box::new(annotations::Annotations::new(out()?, look.strict, None)),
                Kind::Json => Box::new(summary::Summary::new(out()?, curl, look.strict)),
                Kind::Repro => Box::new(Directory::open(path, console.writer())?),
            });
        }
        if actions.stopped.is_some() {
            fanout.push(Box::new(annotations::Annotations::new(
                commands.writer(),
                look.strict,
                actions.stopped,
            )));
        }
        if let Some(path) = actions.summary {
            let file = File::options().append(true).create(true).open(&path).map_err(|error| {
                Failure::usage(format!("cannot write the job summary {}: {error}", path.display()))
            })?;
            fanout.push(Box::new(markdown::Markdown::new(Box::new(BufWriter::new(file)), curl, look.strict)));
        }
        let files = look.reports.iter().any(|wanted| !wanted.is_output());
        Ok(Self { fanout, tally: Tally::default(), strict: look.strict, console, json, files, trouble: None })
    }

    /// Writes a line for people before the reports begin.
    pub(super) fn say(&self, line: &str) {
        if !self.json {
            say(&self.console, line);
        }
    }

    /// Gives an event to every report.
    pub(super) fn take(&mut self, event: &Event) {
        self.tally.add(event);
        if let Err(error) = self.fanout.handle(event) {
            self.trouble.get_or_insert(error);
        }
    }

    /// Whether nobody takes in the rest of the run.
    pub(super) fn abandoned(&self) -> bool {
        !self.files && self.console.closed.load(Ordering::Relaxed)
    }

    /// How the run ended so far.
    pub(super) fn ends(&self) -> Exit {
        self.tally.exit(self.strict)
    }

    /// How the run ended, once all events were taken.
    pub(super) fn exit(self) -> Result<Exit, Failure> {
        self.end().map(|(exit, _)| exit)
    }

    /// How the run ended, and what was counted.
    pub(super) fn end(self) -> Result<(Exit, Tally), Failure> {
        match self.trouble {
            Some(error) => Err(Failure::usage(format!("a report could not be written whole: {error}"))),
            None => Ok((self.tally.exit(self.strict), self.tally)),
        }
    }
}

/// Writes a line for people.
fn say(console: &Console, line: &str) {
    let mut writer = console.writer();
    // Where this fails, the report itself will say so.
    let _ = writeln!(writer, "{line}").and_then(|()| writer.flush());
}

/// What GitHub Actions takes besides: annotations in the log, and the summary of the job.
#[derive(Debug, Default)]
struct Actions {
    /// The word by which workflow commands are stopped while the report is written; nothing outside GitHub Actions.
    stopped: Option<String>,
    /// Where the job's summary goes.
    summary: Option<PathBuf>,
}

impl Actions {
    /// Only a run is annotated, not a report that is made again from a recording.
    fn find(people: ForPeople) -> Self {
        if people != ForPeople::Live || std::env::var("GITHUB_ACTIONS").as_deref() != Ok("true") {
            return Self::default();
        }
        let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
        Self {
            stopped: Some(format!("specproof-{:032x}", rand::random::<u128>())),
            summary: summary.map(PathBuf::from),
        }
    }
}

fn verbosity(look: &Look) -> Verbosity {
    match (look.quiet, look.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_kind_and_a_path() {
        let wanted = |kind, path: &str| Ok(Wanted { kind, path: path.to_owned() });
        for (text, expected) in [
            ("jsonl=-", wanted(Kind::JsonLines, "-")),
            ("html=a=b.html", wanted(Kind::Html, "a=b.html")),
            ("junit", Err("write it as KIND=PATH")),
            ("junit=", Err("write it as KIND=PATH")),
            ("junitt=x", Err("did you mean `junit`?")),
            ("sarif=x", wanted(Kind::Sarif, "x")),
            (
                "pdf=x",
                Err("it must be one of jsonl, junit, html, markdown, har, sarif, badge, github, json, repro"),
            ),
        ] {
            match (Wanted::parse(text), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}
