//! `specproof check`: runs suites against a target, or against the bundled reference server.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use specproof::client::{Reachability, probe};
use specproof::config::Exceptions;
use specproof::event::{Ending, Event, RunFinished};
use specproof::known::Register;
use specproof::reference;
use specproof::reference::fault::Fault;
use specproof::report::snapshot::Snapshots;
use specproof::report::{Beside, Exit, Tally, side_by_side};
use specproof::runner::{self, Job};
use specproof::setup::{self, Common, Target};
use specproof::suite::Suite;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::arguments::{Access, Check, Look, Pace};
use super::config::Configured;
use super::console::{self, Console};
use super::failure::{Failure, NO_VERDICT};
use super::outputs::{ForPeople, Outputs, Wanted, file_name};
use super::{config, serve, signals, snapshots, suites, target};

/// How much longer than its time a run may take before it is cut off: enough to judge what came last and to write reports.
const OVERTIME: Duration = Duration::from_mins(1);

/// What the bundled server asks for, so that the rules about credentials have something to judge.
const BUNDLED_TOKEN: &str = "token-of-the-reference-server";

/// One target, with everything that is known of it before anything is sent.
struct Prepared {
    /// What reports call it, where there are several.
    name: String,
    /// The base URL; nothing for the bundled server.
    url: Option<String>,
    suites: Vec<Arc<Suite>>,
    access: Access,
    pace: Pace,
    allow_remote: bool,
    common: Common,
    look: Look,
}

/// Runs the command.
pub(super) fn run(mut arguments: Check) -> Result<u8, Failure> {
    arguments.targets.retain(|target| !target.trim().is_empty());
    let configured = config::find(arguments.settings.config.as_deref())?;
    if arguments.targets.is_empty() {
        arguments.targets.extend(configured.config.default_target().map(str::to_owned));
    }
    let mut prepared = Vec::new();
    for word in &arguments.targets {
        let mut one = prepare(&arguments, &configured, Some(word))?;
        if arguments.targets.len() > 1 {
            let of = |wanted: &Wanted| wanted.of(word);
            one.look.reports = one.look.reports.iter().map(of).collect::<Result<_, _>>()?;
        }
        prepared.push(one);
    }
    if prepared.is_empty() {
        prepared.push(prepare(&arguments, &configured, None)?);
    }
    let faults = serve::faults(&arguments.faults)?;
    let runtime = Runtime::new().map_err(|error| Failure::no_verdict(format!("cannot start: {error}")))?;
    runtime.block_on(all(&arguments, &prepared, &faults))
}

/// What the command line and the configuration say of one target.
fn prepare(arguments: &Check, configured: &Configured, word: Option<&str>) -> Result<Prepared, Failure> {
    let site = word.map(|word| configured.site(word)).transpose()?;
    let documents = &arguments.selection.documents;
    let narrowed = !arguments.selection.suites.is_empty() || !documents.is_empty();
    let mut named = arguments.selection.suites.clone();
    if let (false, Some(site)) = (narrowed, &site) {
        named = configured.suites(site.entry.map(|(_, entry)| entry));
        if named.is_empty() {
            let message = format!(
                "say with --suite what the target is: {}, or the path of a suite file; or give its OpenAPI document with --document",
                suites::names()
            );
            return Err(Failure::usage(message));
        }
    }
    if site.is_some() && !arguments.faults.is_empty() {
        return Err(Failure::usage("--fault is for the bundled reference server: leave the URL out"));
    }
    let suites = suites::load(&named, documents, &arguments.selection.files)?;
    // What is known of the user's targets is not known of the bundled server.
    let mut exceptions = site.as_ref().map_or_else(Exceptions::default, |site| {
        configured.config.exceptions().of(site.entry.map(|(name, _)| name))
    });
    if let Some(path) = &arguments.settings.known_failures {
        exceptions.add(config::exceptions(path)?);
    }
    let common = Common {
        seed: arguments.seed,
        namespace: namespace(),
        only: arguments.selection.only.clone(),
        skip: arguments.selection.skip.clone(),
        read_only: arguments.read_only,
        max_wait: Duration::from_secs(arguments.pace.max_wait),
        deletion_wait: Duration::from_secs(arguments.pace.deletion_wait),
        known: Arc::new(Register::new(exceptions, today(), !narrowed)),
        required: arguments.require_coverage.iter().cloned().collect(),
    };
    let (mut access, mut pace) = (arguments.access.clone(), arguments.pace.clone());
    let mut allow_remote = arguments.allow_remote;
    if let Some(site) = &site {
        let variables: Vec<&str> =
            suites.iter().flat_map(|suite| suite.file().variables.keys().map(String::as_str)).collect();
        access = configured.access(site, &access, &variables, narrowed)?;
        pace = Configured::pace(site, &pace);
        allow_remote |= site.entry.is_some_and(|(_, entry)| entry.allow_remote);
    }
    let name = word.unwrap_or_default().to_owned();
    let url = site.map(|site| site.url);
    let look = arguments.look.clone();
    Ok(Prepared { name, url, suites, access, pace, allow_remote, common, look })
}

/// Runs one target after the other, and shows several beside each other.
async fn all(arguments: &Check, prepared: &[Prepared], faults: &[&'static Fault]) -> Result<u8, Failure> {
    let each = Duration::from_secs(arguments.pace.max_time);
    last_resort(each * u32::try_from(prepared.len()).unwrap_or(u32::MAX));
    let interrupted = signals::watch("interrupted: cleaning up; once more ends at once")
        .map_err(|error| Failure::no_verdict(format!("cannot watch for signals: {error}")))?;
    let mut ended: Vec<(&str, Exit, Tally)> = Vec::new();
    for one in prepared {
        if !ended.is_empty() && *interrupted.borrow() {
            break;
        }
        let (exit, tally) = checked(arguments, one, faults, &interrupted).await?;
        ended.push((&one.name, exit, tally));
    }
    if prepared.len() > 1 {
        let beside: Vec<Beside<'_>> = ended.iter().map(|(name, _, tally)| (*name, tally)).collect();
        let mut out = Vec::new();
        // Writing into memory cannot fail.
        let _ = side_by_side(&mut out, Console::output(arguments.look.color).unicode, &beside);
        console::print(&format!("\n{}", String::from_utf8_lossy(&out)))?;
    }
    // A target that does not conform is worth more than one of which nothing is known.
    let worst = [Exit::Nonconforming, Exit::FallsShort, Exit::NoVerdict, Exit::NothingSelected];
    let found = worst.into_iter().find(|exit| ended.iter().any(|(_, ended, _)| ended == exit));
    let stopped = ended.len() < prepared.len();
    Ok(found.unwrap_or(if stopped { Exit::NoVerdict } else { Exit::Conforms }).code())
}

/// Ends the process should the runs not end in their time by themselves, for whatever reason: what waits for them must not hang.
fn last_resort(max_time: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(max_time + OVERTIME);
        console::complain(
            "the run did not end in its time and is cut off: please report it as a bug in specproof",
        );
        std::process::exit(NO_VERDICT.into());
    });
}

/// Starts the bundled server where there is no other target, and runs.
async fn checked(
    arguments: &Check,
    prepared: &Prepared,
    faults: &[&'static Fault],
    interrupted: &watch::Sender<bool>,
) -> Result<(Exit, Tally), Failure> {
    let Some(base_url) = &prepared.url else {
        let (server, token) = bundled(&prepared.suites, faults.to_vec()).await?;
        let result = run_on(arguments, prepared, &server.base_url(), token, interrupted).await;
        server.stop().await;
        return result;
    };
    run_on(arguments, prepared, base_url, None, interrupted).await
}

/// The bundled server, and the token that it asks for where all suites know how to show one.
pub(super) async fn bundled(
    suites: &[Arc<Suite>],
    faults: Vec<&'static Fault>,
) -> Result<(reference::Running, Option<&'static str>), Failure> {
    let mut options = reference::Options::new(Arc::new(reference::clock::SystemClock));
    options.faults = faults;
    let guarded = suites.iter().all(|suite| !suite.file().credentials.is_empty());
    options.token = guarded.then(|| BUNDLED_TOKEN.to_owned());
    let server = reference::Running::start(options)
        .await
        .map_err(|error| Failure::no_verdict(format!("the reference server cannot start: {error}")))?;
    Ok((server, guarded.then_some(BUNDLED_TOKEN)))
}

/// A target that is not on this machine is only written to where the user says so.
pub(super) fn writable(target: &Target, allow_remote: bool) -> Result<(), Failure> {
    if target.is_loopback() || allow_remote {
        return Ok(());
    }
    // Of a URL as it was given, anything behind the host may hold a secret.
    Err(Failure::usage(format!(
        "{} is not on this machine, and a run writes to its target: say --allow-remote if that is meant",
        target.base_url.host_str().unwrap_or_default()
    )))
}

async fn run_on(
    arguments: &Check,
    prepared: &Prepared,
    base_url: &str,
    token: Option<&str>,
    interrupted: &watch::Sender<bool>,
) -> Result<(Exit, Tally), Failure> {
    let Prepared { suites, access, pace, common, look, .. } = prepared;
    let target = target::target(base_url, access, pace, suites)?;
    if !arguments.read_only {
        writable(&target, prepared.allow_remote)?;
    }
    let jobs = jobs(suites, &target, token, common)?;
    let options = runner::Options {
        jobs: pace.jobs(),
        keep: arguments.keep,
        read_only: arguments.read_only,
        exchanges: true,
        target: target.base_url.as_str().trim_end_matches('/').to_owned(),
        interrupted: interrupted.subscribe(),
    };
    let outputs = Outputs::open(look, ForPeople::Live)?;
    if !look.quiet && jobs.iter().any(|job| !job.plan.cases.is_empty()) {
        outputs.say(&banner(&target, common, arguments));
    }
    let snapshots = arguments.snapshot.is_some().then(|| Snapshots::new(suites));
    let outputs = Mutex::new((outputs, snapshots));
    let sink = |mut event: Event| {
        if let Event::RunStarted(head) = &mut event {
            head.started = Some(jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
        }
        let mut guard = outputs.lock().unwrap_or_else(PoisonError::into_inner);
        let (outputs, snapshots) = &mut *guard;
        if let Some(snapshots) = snapshots {
            snapshots.add(&event);
        }
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
                stale: Vec::new(),
            }));
        }
        None => {
            runner::run(jobs, &options, &sink).await;
        }
    }
    let (outputs, snapshots) = outputs.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut same = true;
    if let (Some(folder), Some(snapshots)) = (&arguments.snapshot, snapshots) {
        // Several targets have a folder each.
        let folder =
            if arguments.targets.len() > 1 { &folder.join(file_name(&prepared.name)) } else { folder };
        // What a run did that is not whole says nothing of what it would have done.
        if matches!(outputs.ends(), Exit::Conforms | Exit::Nonconforming | Exit::FallsShort) {
            same = snapshots::settle(folder, &snapshots.files(), arguments.snapshot_update, &outputs)?;
        } else {
            outputs.say("the run has no verdict, so its snapshots are not compared");
        }
    }
    let (exit, tally) = outputs.end()?;
    Ok((if same { exit } else { Exit::Nonconforming }, tally))
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
fn banner(target: &Target, common: &Common, arguments: &Check) -> String {
    if arguments.read_only {
        return format!("reads what stands in {} and creates nothing", target.base_url);
    }
    let after = if arguments.keep { "leaves them there" } else { "removes what the API can remove" };
    format!("creates records in {} under the name {}, then {after}", target.base_url, common.namespace)
}

/// The day, by UTC, so that a run gives the same result wherever it is started.
pub(super) fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// A name that no other run has.
pub(super) fn namespace() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    setup::namespace(u64::try_from(since.as_millis()).unwrap_or(u64::MAX), rand::random())
}
