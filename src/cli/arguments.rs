//! The commands and their flags, as clap reads them.

use std::path::PathBuf;

use clap::builder::{RangedU64ValueParser, StyledStr};
use clap::{Args, Parser, Subcommand, ValueEnum};

use specproof::coverage::DIMENSIONS;
use specproof::setup::Folders;
use specproof::suite::nearest;

use super::failure::Failure;
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
    /// Remove what earlier runs left in a target: whatever stands under a name that begins with `specproof-`
    Clean(Box<Clean>),
    /// Serve the bundled reference server until Ctrl-C
    Serve(Serve),
    /// List suites, operations, cases, rules or faults
    List(List),
    /// Judge a document by itself, without a server
    Audit(Audit),
    /// Explain a rule
    Explain(Explain),
    /// Render the recording of a run (a jsonl report) again; ends with the exit code of that run
    Report(Report),
    /// Run one case and print a shell script that shows what was found again
    Repro(Box<Repro>),
    /// Judge the exchanges of a recorded run again with the rules of this version; nothing is sent
    Judge(Judge),
    /// Compare two recorded runs: what is new, fixed, still failing, no longer judged; ends with 1 where something is new
    Compare(Compare),
    /// Keep a file of known failures
    #[command(subcommand)]
    KnownFailures(KnownFailures),
    /// Print the JSON Schema of a file that specproof reads or writes
    Schema(SchemaOf),
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
    #[command(flatten)]
    pub(super) files: Files,
}

/// Which files documents may be made of.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Files {
    /// Folder out of which documents may take further files by `$ref`, beside their own folders (repeatable)
    #[arg(long = "allow-file-refs", value_name = "DIR")]
    allowed: Vec<PathBuf>,
}

impl Files {
    /// The folders that may be read.
    pub(super) fn folders(&self) -> Result<Folders, Failure> {
        Folders::allowing(&self.allowed)
            .map_err(|error| Failure::usage(format!("--allow-file-refs: {error}")))
    }
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
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Check {
    /// Base URL of the target, or its name in specproof.toml; several are checked one after the other and then compared. Without
    /// one, the bundled reference server is started and checked
    #[arg(value_name = "URL|NAME", env = "SPECPROOF_TARGET")]
    pub(super) targets: Vec<String>,
    #[command(flatten)]
    pub(super) settings: Settings,
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
    /// Shares of the document that must be touched, in percent, such as operations=100,statuses=80: also parameters,
    /// request-media-types, response-media-types, properties and branches
    #[arg(long, value_name = "DIMENSION=PERCENT", value_delimiter = ',', value_parser = share)]
    pub(super) require_coverage: Vec<(String, u8)>,
    /// Compare what the target does with the snapshots in this folder, which are insta's; a difference ends with 1
    #[arg(long, value_name = "DIR", conflicts_with_all = ["only", "skip"])]
    pub(super) snapshot: Option<PathBuf>,
    /// Write the snapshots as the target is now
    #[arg(long, requires = "snapshot")]
    pub(super) snapshot_update: bool,
    /// Leave the created records in the target
    #[arg(long)]
    pub(super) keep: bool,
    /// Create nothing: judge what stands in the target already, as far as reading goes
    #[arg(long, conflicts_with = "keep")]
    pub(super) read_only: bool,
    /// Write to a target that is not on this machine
    #[arg(long)]
    pub(super) allow_remote: bool,
    /// Give the bundled reference server a defect (repeatable)
    #[arg(long = "fault", value_name = "NAME")]
    pub(super) faults: Vec<String>,
}

/// `specproof clean`.
#[derive(Debug, Args)]
pub(super) struct Clean {
    /// Base URL of the target
    #[arg(value_name = "URL", env = "SPECPROOF_TARGET")]
    pub(super) target: String,
    /// Suite that the runs were of: the name of a bundled one, or the path of a suite file (repeatable)
    #[arg(long = "suite", value_name = "NAME|PATH")]
    pub(super) suites: Vec<String>,
    #[command(flatten)]
    pub(super) files: Files,
    /// Say what is there, and remove nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Remove from a target that is not on this machine
    #[arg(long)]
    pub(super) allow_remote: bool,
    #[command(flatten)]
    pub(super) access: Access,
    #[command(flatten)]
    pub(super) pace: Pace,
}

/// `specproof repro`.
#[derive(Debug, Args)]
pub(super) struct Repro {
    /// Case to run: its id, or a pattern as for `check --only`
    #[arg(value_name = "CASE")]
    pub(super) case: String,
    /// Base URL of the target; without one, the bundled reference server is started
    #[arg(value_name = "URL", env = "SPECPROOF_TARGET")]
    pub(super) target: Option<String>,
    /// Suite of the case: the name of a bundled one, or the path of a suite file; else the one that the case's id begins with
    #[arg(long = "suite", value_name = "NAME|PATH")]
    pub(super) suites: Vec<String>,
    #[command(flatten)]
    pub(super) files: Files,
    #[command(flatten)]
    pub(super) access: Access,
    #[command(flatten)]
    pub(super) pace: Pace,
    /// Number that all values come from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// Do not look for a smaller seeding that shows it, too
    #[arg(long)]
    pub(super) whole: bool,
    /// Write to a target that is not on this machine
    #[arg(long)]
    pub(super) allow_remote: bool,
    /// Give the bundled reference server a defect (repeatable)
    #[arg(long = "fault", value_name = "NAME")]
    pub(super) faults: Vec<String>,
}

/// What the user has set down in files.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct Settings {
    /// Configuration with targets, suites, known failures and skips [default: specproof.toml, where there is one]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Further known failures and skips
    #[arg(long, value_name = "FILE")]
    pub(super) known_failures: Option<PathBuf>,
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
    #[command(flatten)]
    pub(super) files: Files,
    /// Run only what matches: a part of `suite::operation::case::RULE-name`, or all of it with `*` for any text (repeatable)
    #[arg(long, value_name = "PATTERN")]
    pub(super) only: Vec<String>,
    /// Leave out what matches (repeatable)
    #[arg(long, value_name = "PATTERN")]
    pub(super) skip: Vec<String>,
}

/// How the target is addressed.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Target")]
pub(super) struct Access {
    /// Header field for every request (repeatable)
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(super) headers: Vec<String>,
    /// Environment variable whose value is sent as `Authorization: Bearer`; it is never recorded
    #[arg(long, value_name = "VAR")]
    pub(super) bearer_env: Option<String>,
    /// Environment variable whose value is sent as each suite's credentials say: in a header field, the query or a cookie, or as `user:password` by
    /// the scheme Basic; it is never recorded
    #[arg(long, value_name = "VAR")]
    pub(super) token_env: Option<String>,
    /// Environment variable with the bearer token of another user, who may not see what this run creates; it is never recorded
    #[arg(long, value_name = "VAR", conflicts_with = "other_token_env")]
    pub(super) other_bearer_env: Option<String>,
    /// Environment variable with the credentials of another user, who may not see what this run creates, sent as each suite's credentials say; it is
    /// never recorded
    #[arg(long, value_name = "VAR")]
    pub(super) other_token_env: Option<String>,
    /// Environment variable with credentials whose time is over, sent as each suite's credentials say; it is never recorded
    #[arg(long, value_name = "VAR")]
    pub(super) expired_token_env: Option<String>,
    /// Header field whose value comes from an environment variable; it is never recorded (repeatable)
    #[arg(long = "header-env", value_name = "NAME=VAR")]
    pub(super) header_envs: Vec<String>,
    /// Value of a suite's variable (repeatable)
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) variables: Vec<String>,
}

/// How fast, and how much at most.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct Pace {
    /// Cases to run side by side [default: 4]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=256))]
    pub(super) jobs: Option<usize>,
    /// Longest time for one request
    #[arg(long, value_name = "SECONDS", value_parser = RangedU64ValueParser::<u64>::new().range(1..=86_400))]
    pub(super) timeout: Option<u64>,
    /// Longest time for the whole run, cleaning up included
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600, value_parser = RangedU64ValueParser::<u64>::new().range(1..=604_800))]
    pub(super) max_time: u64,
    /// Most requests a second; less than one is possible [default: as fast as the target answers]
    #[arg(long, value_name = "N")]
    pub(super) rate: Option<f64>,
    /// Most requests of one suite; those that clean up come on top
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub(super) max_requests: Option<usize>,
    /// Longest wait for something that the target does by itself, such as the end of a session
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = RangedU64ValueParser::<u64>::new().range(0..=86_400))]
    pub(super) max_wait: u64,
    /// Longest wait for a deletion that the target carries out later
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = RangedU64ValueParser::<u64>::new().range(0..=86_400))]
    pub(super) deletion_wait: u64,
}

/// Reads `statuses=80`.
fn share(text: &str) -> Result<(String, u8), String> {
    let (name, percent) = text.split_once('=').ok_or("write it as DIMENSION=PERCENT, such as statuses=80")?;
    if !DIMENSIONS.contains(&name) {
        return Err(match nearest(name, DIMENSIONS) {
            Some(near) => format!("there is no dimension `{name}`; did you mean `{near}`?"),
            None => format!("there is no dimension `{name}`: it must be one of {}", DIMENSIONS.join(", ")),
        });
    }
    match percent.trim_end_matches('%').parse() {
        Ok(percent @ 0..=100) => Ok((name.to_owned(), percent)),
        _ => Err(format!("`{percent}` is no share: write a whole number from 0 to 100")),
    }
}

impl Pace {
    /// How many cases are run side by side.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.unwrap_or(4)
    }
}

/// What is written, and where.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Report")]
pub(super) struct Look {
    /// Write a further report: jsonl, junit, html, markdown, har, sarif, badge, github, json or repro (scripts, into a directory); `-` is standard
    /// output (repeatable)
    #[arg(long = "report", value_name = "KIND=PATH", value_parser = Wanted::parse)]
    pub(super) reports: Vec<Wanted>,
    /// Write scripts that show the findings again into a directory; short for `--report repro=DIR`
    #[arg(long, value_name = "DIR")]
    pub(super) repro: Option<String>,
    /// Count a broken `should` as a broken `must`
    #[arg(long)]
    pub(super) strict: bool,
    /// Write defects and the summary only
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Write every exchange too
    #[arg(long, short, conflicts_with = "quiet")]
    pub(super) verbose: bool,
    /// How the report for people is written; json gives one document in its place
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub(super) format: ReportFormat,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
}

/// How the report for people is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// A line for each operation, three for each defect
    Compact,
    /// A block for each operation, defects with all that is needed to act on them
    Full,
    /// One JSON document
    Json,
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

/// `specproof audit`.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// The document: `OpenAPI` 3.0 or 3.1, YAML or JSON
    #[arg(value_name = "DOCUMENT")]
    pub(super) document: PathBuf,
    #[command(flatten)]
    pub(super) files: Files,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: Format,
    /// Count a broken `should` as a broken `must`
    #[arg(long)]
    pub(super) strict: bool,
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

/// `specproof judge`.
#[derive(Debug, Args)]
pub(super) struct Judge {
    /// What `specproof check --report jsonl=PATH` wrote; `-` is standard input
    #[arg(value_name = "RECORDING")]
    pub(super) recording: PathBuf,
    /// Suite of the run that is not a bundled one: the path of its file (repeatable)
    #[arg(long = "suite", value_name = "PATH")]
    pub(super) suites: Vec<String>,
    #[command(flatten)]
    pub(super) files: Files,
    /// Known failures
    #[arg(long, value_name = "FILE")]
    pub(super) known_failures: Option<PathBuf>,
    #[command(flatten)]
    pub(super) look: Look,
}

/// `specproof compare`.
#[derive(Debug, Args)]
pub(super) struct Compare {
    /// Recording of the earlier run
    #[arg(value_name = "BEFORE")]
    pub(super) before: PathBuf,
    /// Recording of the later run
    #[arg(value_name = "AFTER")]
    pub(super) after: PathBuf,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: Format,
    /// Count a new broken `should` too
    #[arg(long)]
    pub(super) strict: bool,
}

/// `specproof known-failures`.
#[derive(Debug, Subcommand)]
pub(super) enum KnownFailures {
    /// Take the failures of a recorded run into a file, and out of it what has passed or expired; comments stay
    Update(Update),
}

/// `specproof known-failures update`.
#[derive(Debug, Args)]
pub(super) struct Update {
    /// What `specproof check --report jsonl=PATH` wrote; `-` is standard input
    #[arg(value_name = "RECORDING")]
    pub(super) recording: PathBuf,
    /// File to change: specproof.toml, or one for --known-failures, which may not be there yet
    #[arg(long, value_name = "FILE", default_value = super::config::USUAL)]
    pub(super) file: PathBuf,
    /// Why the new failures are put up with
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// Where they are dealt with
    #[arg(long, value_name = "URL")]
    pub(super) link: Option<String>,
    /// Last day on which they are put up with, as 2027-01-31
    #[arg(long, value_name = "DATE")]
    pub(super) until: Option<String>,
    /// Target of the configuration that they are about
    #[arg(long, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// Take in broken `should` too
    #[arg(long)]
    pub(super) strict: bool,
}

/// `specproof schema`.
#[derive(Debug, Args)]
pub(super) struct SchemaOf {
    /// Which file
    pub(super) what: Described,
}

/// Files that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Described {
    /// specproof.toml
    Config,
    /// A file for --known-failures
    KnownFailures,
    /// A suite file
    Suite,
    /// A line of a jsonl report
    Events,
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
