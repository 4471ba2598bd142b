//! `specproof judge`: the rules of this version on the exchanges of a recorded run.
//!
//! The driver runs as ever, on a client that answers from the recording. So evidence and oracle come about as in the run, and only
//! what judges them is of today. Where today's driver asks what the recording does not hold, the case has no verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use specproof::client::{Recording, Secret};
use specproof::event::{Event, RunStarted};
use specproof::evidence::Exchange;
use specproof::known::Register;
use specproof::plan::Skipped;
use specproof::runner::{self, Job};
use specproof::setup::{self, Bundled, Common, Folders, Target};
use specproof::suite::Suite;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::arguments::Judge;
use super::failure::Failure;
use super::outputs::{ForPeople, Outputs};
use super::{check, config, report, suites};

/// What a recording holds of one suite.
#[derive(Default)]
struct Recorded {
    exchanges: Vec<Exchange>,
    cases: BTreeSet<String>,
    variables: BTreeMap<String, String>,
}

/// Runs the command.
pub(super) fn run(arguments: &Judge) -> Result<u8, Failure> {
    let events = report::read(&arguments.recording)?;
    let Some(Event::RunStarted(head)) = events.first().cloned() else {
        return Err(Failure::usage("the recording has no head"));
    };
    let mut recorded = sorted(events);
    if recorded.values().all(|one| one.exchanges.is_empty()) {
        return Err(Failure::usage("the recording holds no exchanges, so there is nothing to judge"));
    }
    let known = arguments.known_failures.as_deref().map(config::exceptions).transpose()?.unwrap_or_default();
    let common = Common {
        seed: head.seed,
        namespace: head.namespace.clone(),
        known: Arc::new(Register::new(known, check::today(), false)),
        ..Common::default()
    };
    let folders = arguments.files.folders()?;
    let mut jobs = Vec::new();
    for name in &head.suites {
        let suite = suite_of(name, &arguments.suites, &folders)?;
        jobs.push(job(&head, &suite, recorded.remove(name).unwrap_or_default(), &common)?);
    }
    let (_keep, interrupted) = watch::channel(false);
    let options = runner::Options {
        // One after the other, so that equal requests of several cases meet their own answers.
        jobs: 1,
        keep: false,
        read_only: false,
        exchanges: true,
        target: head.target.clone(),
        interrupted,
    };
    let outputs = Mutex::new(Outputs::open(&arguments.look, ForPeople::Plain)?);
    let sink = |event: Event| outputs.lock().unwrap_or_else(PoisonError::into_inner).take(&event);
    let runtime = Runtime::new().map_err(|error| Failure::no_verdict(format!("cannot start: {error}")))?;
    runtime.block_on(runner::run(jobs, &options, &sink));
    let outputs = outputs.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(outputs.exit()?.code())
}

/// What the recording holds, suite by suite.
fn sorted(events: Vec<Event>) -> BTreeMap<String, Recorded> {
    let mut recorded: BTreeMap<String, Recorded> = BTreeMap::new();
    for event in events {
        match event {
            Event::SuiteStarted(suite) => {
                recorded.entry(suite.suite).or_default().variables = suite.variables;
            }
            Event::Exchange(one) => {
                let suite = one.case.split("::").next().unwrap_or_default();
                recorded.entry(suite.to_owned()).or_default().exchanges.push(one.exchange);
            }
            Event::CaseFinished(case) => {
                recorded.entry(case.suite).or_default().cases.insert(case.case);
            }
            _ => {}
        }
    }
    recorded
}

/// The suite of this name: one of those that the user names, else the bundled one.
fn suite_of(name: &str, paths: &[String], folders: &Folders) -> Result<Arc<Suite>, Failure> {
    for path in paths {
        let suite = folders.suite(Path::new(path)).map_err(|error| Failure::usage(error.to_string()))?;
        if suite.name() == name {
            return Ok(Arc::new(suite));
        }
    }
    match Bundled::named(name) {
        Some(bundled) => bundled.load().map(Arc::new).map_err(|error| Failure::usage(error.to_string())),
        None => Err(Failure::usage(format!(
            "the run was of suite `{name}`, which is none of {}: give the path of its file with --suite",
            suites::names()
        ))),
    }
}

/// The suite on the recording, with the cases that were run.
fn job(head: &RunStarted, suite: &Arc<Suite>, recorded: Recorded, common: &Common) -> Result<Job, Failure> {
    let base = head.target.parse().map_err(|error| {
        Failure::usage(format!("the target of the recording, `{}`, is not a URL: {error}", head.target))
    })?;
    let mut target = Target::new(base);
    let (headers, secrets) = credentials(&recorded.exchanges);
    target.headers = headers;
    target.secrets = secrets;
    target.variables = recorded.variables;
    target.recording = Some(Arc::new(Recording::new(recorded.exchanges)));
    let mut job = setup::job(suite, &target, common).map_err(|error| Failure::usage(error.to_string()))?;
    job.max_requests = None;
    let (run, other): (Vec<_>, Vec<_>) = std::mem::take(&mut job.plan.cases)
        .into_iter()
        .partition(|planned| recorded.cases.contains(&planned.case.id));
    job.plan.cases = run;
    job.plan.skipped.extend(other.into_iter().map(|planned| Skipped {
        case: planned.case,
        reason: "the recording does not hold this case".to_owned(),
    }));
    Ok(job)
}

/// Header fields that stand for the credentials of the run. What was sent is not known, only that something was, under which name.
fn credentials(exchanges: &[Exchange]) -> (Vec<(String, String)>, Vec<Secret>) {
    let (mut headers, mut secrets) = (Vec::new(), Vec::new());
    for (field, value) in exchanges.first().into_iter().flat_map(|exchange| &exchange.request.headers) {
        let Some((before, name)) = value.split_once('$') else { continue };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            continue;
        }
        let stand_in = format!("not-recorded-{name}");
        headers.push((field.clone(), format!("{before}{stand_in}")));
        secrets.push(Secret { name: name.to_owned(), value: stand_in });
    }
    (headers, secrets)
}
