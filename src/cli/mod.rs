//! The command line: the only reader of arguments, environment, terminal, clock and chance.
//!
//! One file per command. A command gives an exit code, or a [`Failure`] that is printed to standard error in one place.

mod arguments;
mod audit;
mod check;
mod clean;
mod compare;
mod config;
mod console;
mod explain;
mod failure;
mod faults;
mod init;
mod judge;
mod known;
mod list;
mod matrix;
mod outputs;
mod report;
mod repro;
mod schema;
mod serve;
mod signals;
mod snapshots;
mod suites;
mod target;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};

/// Runs the command that the arguments name.
pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and version come this way too, on standard output and with 0. Nobody may be reading it.
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::USAGE));
        }
    };
    failure::guarded(|| match arguments.command {
        Command::Check(arguments) => check::run(*arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Clean(arguments) => clean::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Repro(arguments) => repro::run(&arguments),
        Command::Judge(arguments) => judge::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::KnownFailures(arguments) => known::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Faults(arguments) => faults::run(&arguments),
    })
}
