//! `specproof known-failures update`: takes the failures of a recorded run into a file, and out of it what has passed or expired.

use std::collections::BTreeSet;
use std::path::Path;

use specproof::config::{Config, Exceptions, KnownFailure, Removal, edited};
use specproof::event::{CaseFinished, Event};
use specproof::verdict::Level;

use super::arguments::{KnownFailures, Update};
use super::failure::Failure;
use super::{config, console, report};

/// Runs the command.
pub(super) fn run(arguments: &KnownFailures) -> Result<u8, Failure> {
    let KnownFailures::Update(arguments) = arguments;
    update(arguments)
}

fn update(arguments: &Update) -> Result<u8, Failure> {
    let path = &arguments.file;
    let place = path.display().to_string();
    let text = if path.exists() { config::read(path)? } else { String::new() };
    let known = parsed(path, &place, &text)?;
    let events = report::read(&arguments.recording)?;
    let mut found = Vec::new();
    let mut remove = Removal::default();
    for event in &events {
        match event {
            Event::CaseFinished(case) => found.extend(failures(case, arguments)),
            Event::RunFinished(foot) => {
                for stale in &foot.stale {
                    // Where the file has changed since the run, its lines are others.
                    let is = |place: &str, entry: String| place == stale.place && entry == stale.entry;
                    let failures =
                        known.failures.iter().position(|one| is(&one.place, one.entry.to_string()));
                    let skips = known.skips.iter().position(|one| is(&one.place, one.entry.to_string()));
                    remove.failures.extend(failures);
                    remove.skips.extend(skips);
                }
            }
            _ => {}
        }
    }
    let mut seen: BTreeSet<String> = known.failures.iter().map(|known| known.entry.to_string()).collect();
    found.retain(|failure| seen.insert(failure.to_string()));
    if !found.is_empty() && arguments.reason.as_deref().unwrap_or_default().trim().is_empty() {
        return Err(Failure::usage(format!(
            "{} failures are new: say with --reason why they are put up with",
            found.len()
        )));
    }
    let written =
        edited(&place, &text, &remove, &found).map_err(|error| Failure::usage(error.to_string()))?;
    if written != text {
        std::fs::write(path, written)
            .map_err(|error| Failure::usage(format!("cannot write {place}: {error}")))?;
    }
    let removed = remove.failures.len() + remove.skips.len();
    console::print(&format!("{place}: {} added, {removed} removed\n", found.len()))?;
    Ok(0)
}

/// The entries of a configuration, or of a file that holds nothing else.
fn parsed(path: &Path, place: &str, text: &str) -> Result<Exceptions, Failure> {
    let usual = path.file_name().is_some_and(|name| name == config::USUAL);
    let read = if usual {
        Config::load(place, text).map(|config| config.exceptions().clone())
    } else {
        Exceptions::load(place, text)
    };
    read.map_err(|error| Failure::usage(error.to_string()))
}

/// What a case broke and nobody knows yet.
fn failures(case: &CaseFinished, arguments: &Update) -> Vec<KnownFailure> {
    let weakest = if arguments.strict { Level::Should } else { Level::Must };
    let mut failures = Vec::new();
    for judgement in &case.judgements {
        let shown = judgement.findings.iter().map(|one| (&one.input, one.level, one.known.is_some()));
        let more = judgement.more.iter().map(|one| (&one.input, one.level, one.known.is_some()));
        for (input, level, known) in shown.chain(more) {
            if !known && level <= weakest {
                failures.push(KnownFailure {
                    operation: format!("{}::{}", case.suite, case.operation),
                    rule: judgement.rule.clone(),
                    input: input.clone(),
                    reason: arguments.reason.clone().unwrap_or_default(),
                    link: arguments.link.clone(),
                    until: arguments.until.clone(),
                    target: arguments.target.clone(),
                });
            }
        }
    }
    failures
}
