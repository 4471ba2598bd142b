//! The commands and their flags, as clap reads them.

use std::path::PathBuf;

use clap::builder::{RangedU64ValueParser, StyledStr};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::outputs::Wanted;

/// What stands under the help: the exit codes.
const EXIT_CODES: &str = "Exit codes:
  0  the target conforms
  1  it does not (a broken `must`; with --strict also a broken `should`)
  2  bad usage, file or document
  3  no verdict: target unreachable or not seeded, run interrupted, or a bug in specproof
  4  nothing selected";

/// A conformance harness for HTTP APIs that are described by OpenAPI documents.
#[derive(Debug, Parser)]
#[command(name = "specproof", version, after_help = StyledStr::from(EXIT_CODES), max_term_width = 110)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run suites against a target and report what does not conform
    Check(Box<Check>),
    /// Infer a suite from an `OpenAPI` document: a first suite file, with the reason for each guess and a question where the document does not tell
    Init(Init),
    /// Serve the bundled reference server until Ctrl-C
    Serve(Serve),
    /// List suites, operations, cases, rules or faults
    List(List),
    /// Explain a rule
    Explain(Explain),
    /// Render the recording of a run (a jsonl report) again; ends with the exit code of that run
    Report(Report),
    /// Try the faults of the reference server: each must trip the rules that are named for it, and no others
    Faults(Faults),
}

/// `specproof faults`.
#[derive(Debug, Args)]
pub(super) struct Faults {
    /// Only faults whose names hold one of these texts
    #[arg(value_name = "NAME")]
    pub(super) names: Vec<String>,
    /// Print the page of faults and the rules named for them, in Markdown, and try nothing
    #[arg(long)]
    pub(super) list: bool,
    /// How to write what was tried
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: TableFormat,
    /// Number that all values come from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
}

/// `specproof init`.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The document: `OpenAPI` 3.0 or 3.1, YAML or JSON
    #[arg(long, value_name = "PATH")]
    pub(super) document: PathBuf,
    /// File to write; standard output without it
    #[arg(long, value_name = "PATH")]
    pub(super) out: Option<PathBuf>,
}

/// How the matrix of faults is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    /// A line for each fault, as it is tried
    Text,
    /// A page, once all were tried
    Markdown,
}

/// `specproof check`.
#[derive(Debug, Args)]
#[command(after_help = StyledStr::from(EXIT_CODES))]
pub(super) struct Check {
    /// Base URL of the target; without one, the bundled reference server is started and checked
    #[arg(value_name = "URL", env = "SPECPROOF_TARGET")]
    pub(super) target: Option<String>,
    #[command(flatten)]
    pub(super) selection: Selection,
    #[command(flatten)]
    pub(super) access: Access,
    #[command(flatten)]
    pub(super) pace: Pace,
    #[command(flatten)]
    pub(super) look: Look,
    /// Number that all values come from; equal seeds send equal requests
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// Leave the created records in the target
    #[arg(long)]
    pub(super) keep: bool,
    /// Write to a target that is not on this machine
    #[arg(long)]
    pub(super) allow_remote: bool,
    /// Give the bundled reference server a defect (repeatable)
    #[arg(long = "fault", value_name = "NAME")]
    pub(super) faults: Vec<String>,
}

/// Which cases are run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct Selection {
    /// Suite to run: the name of a bundled one, or the path of a suite file (repeatable)
    #[arg(long = "suite", value_name = "NAME|PATH")]
    pub(super) suites: Vec<String>,
    /// `OpenAPI` document of the target, from which a suite is inferred (repeatable)
    #[arg(long = "document", value_name = "PATH")]
    pub(super) documents: Vec<PathBuf>,
    /// Run only what matches: a part of `suite::operation::case::RULE-name`, or all of it with `*` for any text (repeatable)
    #[arg(long, value_name = "PATTERN")]
    pub(super) only: Vec<String>,
    /// Leave out what matches (repeatable)
    #[arg(long, value_name = "PATTERN")]
    pub(super) skip: Vec<String>,
}

/// How the target is addressed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Target")]
pub(super) struct Access {
    /// Header field for every request (repeatable)
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(super) headers: Vec<String>,
    /// Environment variable whose value is sent as `Authorization: Bearer`; it is never recorded
    #[arg(long, value_name = "VAR")]
    pub(super) bearer_env: Option<String>,
    /// Header field whose value comes from an environment variable; it is never recorded (repeatable)
    #[arg(long = "header-env", value_name = "NAME=VAR")]
    pub(super) header_envs: Vec<String>,
    /// Value of a suite's variable (repeatable)
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) variables: Vec<String>,
}

/// How fast, and how much at most.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct Pace {
    /// Cases to run side by side
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = RangedU64ValueParser::<usize>::new().range(1..=256))]
    pub(super) jobs: usize,
    /// Longest time for one request
    #[arg(long, value_name = "SECONDS", value_parser = RangedU64ValueParser::<u64>::new().range(1..=86_400))]
    pub(super) timeout: Option<u64>,
    /// Most requests of one suite
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub(super) max_requests: Option<usize>,
}

/// What is written, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Report")]
pub(super) struct Look {
    /// Write a further report: jsonl, junit, html or markdown; `-` is standard output (repeatable)
    #[arg(long = "report", value_name = "KIND=PATH", value_parser = Wanted::parse)]
    pub(super) reports: Vec<Wanted>,
    /// Count a broken `should` as a broken `must`
    #[arg(long)]
    pub(super) strict: bool,
    /// Write defects and the summary only
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Write every exchange too
    #[arg(long, short, conflicts_with = "quiet")]
    pub(super) verbose: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `specproof serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address to listen on; port 0 is any free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8000")]
    pub(super) listen: String,
    /// Ask every client for this token
    #[arg(long)]
    pub(super) token: Option<String>,
    /// Let the ElizaOS agent answer each message with one of its own
    #[arg(long)]
    pub(super) agent_replies: bool,
    /// Have a defect (repeatable)
    #[arg(long = "fault", value_name = "NAME")]
    pub(super) faults: Vec<String>,
}

/// `specproof list`.
#[derive(Debug, Args)]
pub(super) struct List {
    /// What to list
    pub(super) what: Listed,
    #[command(flatten)]
    pub(super) selection: Selection,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: Format,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Listed {
    /// The bundled suites, or those that --suite names
    Suites,
    /// Their operations
    Operations,
    /// Their cases
    Cases,
    /// The rules
    Rules,
    /// The defects that the reference server can be given
    Faults,
}

/// How a listing is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Columns
    Table,
    /// An array of objects
    Json,
}

/// `specproof explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Code or name of the rule, such as PAG003
    #[arg(value_name = "RULE")]
    pub(super) rule: String,
}

/// `specproof report`.
#[derive(Debug, Args)]
pub(super) struct Report {
    /// What `specproof check --report jsonl=PATH` wrote; `-` is standard input
    #[arg(value_name = "RECORDING")]
    pub(super) recording: PathBuf,
    #[command(flatten)]
    pub(super) look: Look,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn the_flags_contradict_each_other_nowhere() {
        Arguments::command().debug_assert();
    }
}
