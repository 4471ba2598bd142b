//! `specproof check`: runs suites against a target, or against the bundled reference server.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use specproof::client::{Reachability, probe};
use specproof::event::{Ending, Event, RunFinished};
use specproof::reference;
use specproof::reference::fault::Fault;
use specproof::runner::{self, Job};
use specproof::setup::{self, Common, Target};
use specproof::suite::Suite;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::arguments::Check;
use super::failure::Failure;
use super::outputs::{ForPeople, Outputs};
use super::{serve, signals, suites, target};

/// What the bundled server asks for, so that the rules about credentials have something to judge.
const BUNDLED_TOKEN: &str = "token-of-the-reference-server";

/// Runs the command.
pub(super) fn run(mut arguments: Check) -> Result<u8, Failure> {
    arguments.target = arguments.target.filter(|target| !target.trim().is_empty());
    if arguments.target.is_some() {
        if arguments.selection.suites.is_empty() && arguments.selection.documents.is_empty() {
            let message = format!(
                "say with --suite what the target is: {}, or the path of a suite file; or give its OpenAPI document with --document",
                suites::names()
            );
            return Err(Failure::usage(message));
        }
        if !arguments.faults.is_empty() {
            return Err(Failure::usage("--fault is for the bundled reference server: leave the URL out"));
        }
    }
    let suites = suites::load(&arguments.selection)?;
    let faults = serve::faults(&arguments.faults)?;
    let runtime = Runtime::new().map_err(|error| Failure::no_verdict(format!("cannot start: {error}")))?;
    runtime.block_on(checked(&arguments, &suites, faults))
}

/// Starts the bundled server where there is no other target, and runs.
async fn checked(
    arguments: &Check,
    suites: &[Arc<Suite>],
    faults: Vec<&'static Fault>,
) -> Result<u8, Failure> {
    let Some(base_url) = &arguments.target else {
        let mut options = reference::Options::new(Arc::new(reference::clock::SystemClock));
        options.faults = faults;
        let guarded = suites.iter().all(|suite| !suite.file().credentials.is_empty());
        options.token = guarded.then(|| BUNDLED_TOKEN.to_owned());
        let server = reference::Running::start(options)
            .await
            .map_err(|error| Failure::no_verdict(format!("the reference server cannot start: {error}")))?;
        let result = run_on(arguments, suites, &server.base_url(), guarded.then_some(BUNDLED_TOKEN)).await;
        server.stop().await;
        return result;
    };
    run_on(arguments, suites, base_url, None).await
}

async fn run_on(
    arguments: &Check,
    suites: &[Arc<Suite>],
    base_url: &str,
    token: Option<&str>,
) -> Result<u8, Failure> {
    let target = target::target(base_url, &arguments.access, &arguments.pace, suites)?;
    if !target.is_loopback() && !arguments.allow_remote {
        return Err(Failure::usage(format!(
            "{} is not on this machine, and a run writes to its target: say --allow-remote if that is meant",
            target.base_url
        )));
    }
    let common = Common {
        seed: arguments.seed,
        namespace: namespace(),
        only: arguments.selection.only.clone(),
        skip: arguments.selection.skip.clone(),
    };
    let jobs = jobs(suites, &target, token, &common)?;
    let interrupted = signals::watch("interrupted: cleaning up; once more ends at once")
        .map_err(|error| Failure::no_verdict(format!("cannot watch for signals: {error}")))?;
    let options = runner::Options {
        jobs: arguments.pace.jobs,
        keep: arguments.keep,
        exchanges: true,
        target: target.base_url.as_str().trim_end_matches('/').to_owned(),
        interrupted: interrupted.subscribe(),
    };
    let outputs = Outputs::open(&arguments.look, ForPeople::Live)?;
    if !arguments.look.quiet && jobs.iter().any(|job| !job.plan.cases.is_empty()) {
        outputs.say(&banner(&target, &common, arguments.keep));
    }
    let outputs = Mutex::new(outputs);
    let sink = |mut event: Event| {
        if let Event::RunStarted(head) = &mut event {
            head.started = Some(jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
        }
        let mut outputs = outputs.lock().unwrap_or_else(PoisonError::into_inner);
        outputs.take(&event);
        if outputs.abandoned() {
            interrupted.send_if_modified(|stop| !std::mem::replace(stop, true));
        }
    };
    match unreachable(&jobs, options.interrupted.clone()).await {
        Some(message) => {
            sink(Event::RunStarted(runner::started(&jobs, &options)));
            let requests = jobs.iter().map(|job| job.driver.client.requests()).sum();
            sink(Event::RunFinished(RunFinished {
                ending: Ending::NoVerdict,
                message: Some(message),
                requests,
                elapsed_us: 0,
            }));
        }
        None => {
            runner::run(jobs, &options, &sink).await;
        }
    }
    let outputs = outputs.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(outputs.exit()?.code())
}

/// One job for each suite.
fn jobs(
    suites: &[Arc<Suite>],
    target: &Target,
    token: Option<&str>,
    common: &Common,
) -> Result<Vec<Job>, Failure> {
    suites
        .iter()
        .map(|suite| {
            let target = match token {
                Some(token) => target.with_token(suite, "SPECPROOF_TOKEN", token),
                None => target.clone(),
            };
            setup::job(suite, &target, common).map_err(|error| Failure::usage(error.to_string()))
        })
        .collect()
}

/// Asks the target once whether it is there; gives the sentence where it is not. Nothing is asked where nothing would be run.
async fn unreachable(jobs: &[Job], mut interrupted: watch::Receiver<bool>) -> Option<String> {
    let job = jobs.iter().find(|job| !job.plan.cases.is_empty())?;
    tokio::select! {
        found = probe(&job.driver.client) => match found {
            Reachability::Answers(_) => None,
            other => Some(other.to_string()),
        },
        // The run itself then says that it was interrupted.
        _ = interrupted.wait_for(|stop| *stop) => None,
    }
}

/// What the run is about to do, in one line; the report then says for each suite how much.
fn banner(target: &Target, common: &Common, keep: bool) -> String {
    let after = if keep { "leaves them there" } else { "removes what the API can remove" };
    format!("creates records in {} under the name {}, then {after}", target.base_url, common.namespace)
}

/// A name that no other run has.
fn namespace() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    setup::namespace(u64::try_from(since.as_millis()).unwrap_or(u64::MAX), rand::random())
}
