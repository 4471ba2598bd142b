//! The runner: seeds, runs the cases of a plan side by side, judges them, cleans up, and emits events in the order of the plan.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::watch;

use crate::coverage::Coverage;
use crate::driver::{self, Driver, Seeding};
use crate::event::{
    CaseExchange, CaseFinished, CaseSkipped, Convention, Created, DocumentText, Ending, Event, OperationHead,
    Progress, RunFinished, RunStarted, Seeded, Stale, SuiteFinished, SuiteStarted,
};
use crate::evidence::{Entry, Evidence, RecordNumber, TransportErrorKind};
use crate::known::{self, Account, Register};
use crate::oracle::{Oracle, created};
use crate::plan::{Plan, Planned, Terms, plan};
use crate::rules::{self, RULES, Scene};
use crate::scenario::Scenario;
use crate::suite::{Suite, SuiteFile};
use crate::verdict::{Judgement, Verdict};

/// How long requests that are under way may go on once the user interrupts the run: what they create is then known, and can be removed.
const WIND_DOWN: Duration = Duration::from_secs(2);

/// Takes in events, in order. Progress comes between the others, from whichever case moves.
pub type Sink<'a> = &'a (dyn Fn(Event) + Sync);

/// One suite on one target, ready to go.
#[derive(Debug)]
pub struct Job {
    /// What sends.
    pub driver: Driver,
    /// What is to be run.
    pub plan: Plan,
    /// The most requests that the driver's client sends; a run that sent so many is not whole.
    pub max_requests: Option<usize>,
    /// What is known to be wrong with the target.
    pub known: Arc<Register>,
    /// The shares of the document that must be touched, in percent, by dimension of coverage.
    pub required: BTreeMap<String, u8>,
}

/// How a run goes about.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many cases are run side by side.
    pub jobs: usize,
    /// Whether the seeded records stay.
    pub keep: bool,
    /// Whether nothing is created: what stands in the target is judged.
    pub read_only: bool,
    /// Whether exchanges are emitted as events.
    pub exchanges: bool,
    /// The base URL, without credentials, for the head of the run.
    pub target: String,
    /// Turns true when the user interrupts the run.
    pub interrupted: watch::Receiver<bool>,
}

/// Runs all jobs, one suite after the other.
///
/// The future is boxed here so that it is compiled once, and not again in each program that awaits it.
pub fn run<'a>(jobs: Vec<Job>, options: &'a Options, sink: Sink<'a>) -> LocalBoxFuture<'a, Ending> {
    Box::pin(run_all(jobs, options, sink))
}

async fn run_all(jobs: Vec<Job>, options: &Options, sink: Sink<'_>) -> Ending {
    let begin = Instant::now();
    sink(Event::RunStarted(started(&jobs, options)));
    let mut ending = Ending::Complete;
    let mut message = None;
    let mut whole = true;
    let mut account = Account::default();
    if jobs.iter().all(|job| job.plan.cases.is_empty()) {
        ending = Ending::NothingSelected;
        message = Some("the selection matches no case: `specproof list cases` names them all".to_owned());
    }
    for job in &jobs {
        if ending == Ending::NothingSelected || *options.interrupted.borrow() {
            break;
        }
        if let Some((how, why)) = Box::pin(run_suite(job, options, &mut account, sink)).await {
            whole = false;
            // What went wrong first usually explains what comes after it.
            if message.is_none() || ending == Ending::Complete {
                (ending, message) = (how, Some(why));
            }
        }
    }
    if *options.interrupted.borrow() {
        ending = Ending::Interrupted;
        message = Some("the run was interrupted".to_owned());
    }
    sink(Event::RunFinished(RunFinished {
        ending,
        message,
        requests: jobs.iter().map(|job| job.driver.client.requests()).sum(),
        elapsed_us: microseconds(begin),
        // Of a run that is not whole nobody can say what would have failed in the rest of it.
        stale: if ending == Ending::Complete && whole { stale(&jobs, &account) } else { Vec::new() },
    }));
    ending
}

/// The entries about the target that are to be deleted.
fn stale(jobs: &[Job], account: &Account) -> Vec<Stale> {
    let Some(first) = jobs.first() else { return Vec::new() };
    let planned = jobs.iter().map(|job| {
        let suite = &job.driver.suite;
        let driver = &job.driver;
        let other_user = driver.other_user.is_some();
        let terms = Terms { authenticated: driver.authenticated, other_user, ..Terms::default() };
        let Plan { cases, skipped } = plan(suite, &terms);
        let run = cases.into_iter().map(|planned| {
            let codes = planned.rules.iter().map(|rule| rule.code).collect();
            (planned.case.operation, planned.case.id, codes)
        });
        let left_out = skipped.into_iter().map(|left| (left.case.operation, left.case.id, Vec::new()));
        let mut selected = BTreeMap::new();
        for planned in &job.plan.cases {
            for rule in &planned.rules {
                *selected.entry((planned.case.operation.clone(), rule.code)).or_default() += 1;
            }
        }
        known::Planned {
            suite: suite.name().to_owned(),
            operations: suite.file().operations.keys().cloned().collect(),
            all: run.chain(left_out).collect(),
            selected,
        }
    });
    account.settle(&first.known, &planned.collect::<Vec<_>>())
}

/// The head of a run.
pub fn started(jobs: &[Job], options: &Options) -> RunStarted {
    RunStarted {
        format: crate::event::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: jobs.first().map_or(0, |job| job.driver.seed),
        namespace: jobs.first().map_or_else(String::new, |job| job.driver.namespace.clone()),
        target: options.target.clone(),
        started: None,
        suites: jobs.iter().map(|job| job.driver.suite.name().to_owned()).collect(),
        rules: RULES.iter().map(|rule| rule.head()).collect(),
    }
}

/// Seeds, runs, judges and cleans up one suite; says how it ended where it did not end well.
async fn run_suite(
    job: &Job,
    options: &Options,
    account: &mut Account,
    sink: Sink<'_>,
) -> Option<(Ending, String)> {
    let suite = &job.driver.suite;
    sink(Event::SuiteStarted(head(suite, job, options)));
    for skipped in &job.plan.skipped {
        sink(Event::CaseSkipped(CaseSkipped {
            suite: suite.name().to_owned(),
            case: skipped.case.id.clone(),
            operation: skipped.case.operation.clone(),
            reason: skipped.reason.clone(),
        }));
    }
    for (operation, reason) in &suite.file().left_out {
        sink(Event::CaseSkipped(CaseSkipped {
            suite: suite.name().to_owned(),
            case: format!("{}::{operation}", suite.name()),
            operation: operation.clone(),
            reason: reason.clone(),
        }));
    }
    if job.plan.cases.is_empty() {
        sink(Event::SuiteFinished(SuiteFinished { suite: suite.name().to_owned(), left_behind: Vec::new() }));
        return None;
    }
    let progress = |doing: &str, done: usize| {
        sink(Event::Progress(Progress {
            suite: suite.name().to_owned(),
            doing: doing.to_owned(),
            done,
            of: job.plan.cases.len(),
        }));
    };
    progress("seeding", 0);
    let before = job.driver.client.requests();
    let seeding = guarded(until_interrupted(job, options, async {
        if options.read_only {
            Box::pin(driver::adopt(&job.driver)).await
        } else {
            Box::pin(driver::seed(&job.driver)).await
        }
    }))
    .await;
    let seeding = match seeding {
        Ok(Some(seeding)) if !*options.interrupted.borrow() => seeding,
        Ok(seeding) => seeding.unwrap_or_default().stopped("the run was interrupted"),
        Err(Panicked) => Seeding::default().stopped(OUR_BUG),
    };
    let emit_exchanges = |case: &str, entries: &[Entry], created: Vec<Vec<Created>>| {
        if options.exchanges {
            for (entry, created) in entries.iter().zip(created) {
                sink(Event::Exchange(CaseExchange {
                    case: case.to_owned(),
                    exchange: entry.exchange.clone(),
                    created,
                }));
            }
        }
    };
    let skipped = job.plan.skipped.iter().map(|left| (left.case.operation.clone(), left.reason.clone()));
    let mut coverage = Coverage::new(suite, job.driver.authenticated, skipped.collect());
    let created: BTreeMap<&String, Vec<Vec<Created>>> =
        seeding.evidence.iter().map(|(name, e)| (name, acknowledged(suite, &seeding.oracle, e))).collect();
    for (resource, range) in &seeding.order {
        let (Some(evidence), Some(created)) = (seeding.evidence.get(resource), created.get(resource)) else {
            continue;
        };
        for entry in &evidence.entries[range.clone()] {
            coverage.add(entry);
        }
        let case = format!("{}::seeding", suite.name());
        emit_exchanges(&case, &evidence.entries[range.clone()], created[range.clone()].to_vec());
    }
    let mut records: BTreeMap<String, usize> = BTreeMap::new();
    for (_, record) in seeding.oracle.records() {
        *records.entry(record.resource.clone()).or_default() += 1;
    }
    let unasked = suite.document().sent_by_itself();
    sink(Event::Seeded(Seeded {
        suite: suite.name().to_owned(),
        records,
        // Every try counts. A run that is judged again sends nothing, and counts what was recorded.
        requests: (job.driver.client.requests() - before)
            .max(seeding.evidence.values().map(|e| e.entries.len()).sum()),
        notes: seeding
            .notes
            .iter()
            .cloned()
            .chain(suite.questions().iter().map(|q| format!("open: {q}")))
            .chain(unasked.iter().map(|what| format!("not judged: {what}, which the API sends by itself")))
            .collect(),
        problem: seeding.problem.clone(),
    }));

    let mut unanswered: Vec<String> = Vec::new();
    let mut found = false;
    let done = AtomicUsize::new(0);
    let seeding_ref = &seeding;
    let (reading, writing): (Vec<&Planned>, Vec<&Planned>) =
        job.plan.cases.iter().partition(|planned| !planned.case.scenario.writes());
    for (cases, jobs) in [(reading, options.jobs.max(1)), (writing, 1)] {
        let mut finished = futures_util::stream::iter(cases.into_iter().map(|planned| {
            let done = &done;
            async move {
                progress(&planned.case.id, done.load(Ordering::Relaxed));
                let result = if *options.interrupted.borrow() {
                    not_run(suite, planned, "the run was interrupted")
                } else if let Some((_, why)) = over(job).filter(|_| seeding_ref.problem.is_none()) {
                    not_run(suite, planned, &why)
                } else {
                    let case = until_interrupted(job, options, run_case(job, seeding_ref, planned));
                    match Box::pin(guarded(case)).await {
                        Ok(Some(result)) if !*options.interrupted.borrow() => result,
                        Ok(_) => not_run(suite, planned, "the run was interrupted"),
                        Err(Panicked) => broken(suite, planned),
                    }
                };
                progress(&planned.case.id, done.fetch_add(1, Ordering::Relaxed) + 1);
                let (event, mut evidence, oracle) = result;
                let mut created = acknowledged(suite, &oracle, &evidence);
                // The evidence of a creation begins with that of seeding, which was told already.
                let told = match &planned.case.scenario {
                    Scenario::Create { resource } => {
                        seeding_ref.evidence.get(resource).map_or(0, |e| e.entries.len())
                    }
                    _ => 0,
                };
                let told = told.min(evidence.entries.len());
                evidence.entries.drain(..told);
                created.drain(..told);
                (event, evidence.entries, created)
            }
        }))
        .buffered(jobs);
        while let Some((event, evidence, created)) = finished.next().await {
            for entry in &evidence {
                coverage.add(entry);
            }
            if event.requests > 0 && event.unanswered == event.requests {
                unanswered.push(event.case.clone());
            }
            emit_exchanges(&event.case, &evidence, created);
            account.add(&event);
            found |= event.judgements.iter().any(|judgement| judgement.verdict == Verdict::Fail);
            sink(Event::CaseFinished(event));
        }
    }

    let over = over(job);
    let mut left_behind = Vec::new();
    if options.read_only {
        // Nothing was created.
    } else if options.keep {
        left_behind.push("everything, as asked for".to_owned());
    } else {
        progress("cleaning up", job.plan.cases.len());
        job.driver.client.begin_cleanup();
        match Box::pin(guarded(driver::clean(&job.driver))).await {
            Ok((evidence, left)) => {
                for entry in &evidence.entries {
                    coverage.add(entry);
                }
                let nothing = vec![Vec::new(); evidence.entries.len()];
                emit_exchanges(&format!("{}::cleanup", suite.name()), &evidence.entries, nothing);
                left_behind = left;
            }
            Err(Panicked) => left_behind.push(format!("what was not removed when {OUR_BUG}")),
        }
    }
    sink(Event::Covered(coverage.report(&job.required)));
    sink(Event::SuiteFinished(SuiteFinished { suite: suite.name().to_owned(), left_behind }));
    let unseeded =
        seeding.problem.map(|problem| format!("{} could not be seeded: {}", suite.name(), problem.message));
    let silent = unanswered.first().map(|first| match unanswered.len() {
        1 => format!("{first} got no answer to any of its requests"),
        more => format!("{more} cases, such as {first}, got no answer to any of their requests"),
    });
    let silent = silent.map(|why| (Ending::Complete, why));
    // What stood in the way of seeding is the verdict where it breaks a rule.
    let how = if found { Ending::Complete } else { Ending::NoVerdict };
    over.or(unseeded.map(|why| (how, why))).or(silent)
}

/// Why nothing more can be sent for a suite's cases, where that is so, and how the run then ends.
fn over(job: &Job) -> Option<(Ending, String)> {
    let client = &job.driver.client;
    if let Some(why) = client.gone() {
        return Some((Ending::NoVerdict, format!("{why}; the run was stopped")));
    }
    if client.is_late() {
        return Some((
            Ending::Interrupted,
            "the time of the run is used up: give it more with --max-time".to_owned(),
        ));
    }
    let most = job.max_requests.filter(|most| client.requests() >= *most)?;
    let name = job.driver.suite.name();
    Some((Ending::Interrupted, format!("the budget of {most} requests for {name} is used up")))
}

/// What is said where a panic of ours took a verdict with it.
const OUR_BUG: &str = "specproof met a bug of its own";

/// A panic, whose message the hook has printed.
struct Panicked;

/// Keeps a panic from taking the run with it: what was created is then still removed.
async fn guarded<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_| Panicked)
}

/// The work's result, or nothing where the user interrupted it. Once that happens nothing more is sent, and what is under way has a moment to
/// come to its end.
async fn until_interrupted<T>(job: &Job, options: &Options, work: impl Future<Output = T>) -> Option<T> {
    let mut interrupted = options.interrupted.clone();
    let mut work = std::pin::pin!(work);
    tokio::select! {
        done = &mut work => Some(done),
        _ = interrupted.wait_for(|stop| *stop) => {
            job.driver.client.stop();
            tokio::time::timeout(WIND_DOWN, work).await.ok()
        }
    }
}

/// Runs and judges one case.
pub async fn run_case(
    job: &Job,
    seeding: &Seeding,
    planned: &Planned,
) -> (CaseFinished, Evidence, Arc<Oracle>) {
    let suite = &job.driver.suite;
    if let Some(problem) = &seeding.problem {
        let cause = format!("the target could not be seeded: {}", problem.message);
        return judged_by_seeding(job, seeding, planned, &cause);
    }
    if let Some(cause) = seeding.missing(&job.driver, &planned.case) {
        return not_run(suite, planned, &cause);
    }
    let started = Instant::now();
    let (evidence, oracle) = driver::perform(&job.driver, seeding, &planned.case).await;
    let recorded = |entry: &Entry| !matches!(&entry.exchange.outcome, Err(error) if error.kind == TransportErrorKind::NotRecorded);
    if !evidence.entries.iter().all(recorded) {
        let cause = "the recording does not hold every request of this case: it is of another version, or of another suite";
        return not_run(suite, planned, cause);
    }
    let judgements = judged(job, planned, &oracle, &evidence);
    let event = CaseFinished {
        suite: suite.name().to_owned(),
        case: planned.case.id.clone(),
        operation: planned.case.operation.clone(),
        judgements,
        requests: evidence.entries.len(),
        unanswered: evidence.entries.iter().filter(|entry| entry.exchange.outcome.is_err()).count(),
        elapsed_us: microseconds(started),
    };
    (event, evidence, oracle)
}

/// What the rules of a case say of its evidence.
fn judged(job: &Job, planned: &Planned, oracle: &Oracle, evidence: &Evidence) -> Vec<Judgement> {
    let suite = &job.driver.suite;
    let scene = Scene { suite, case: &planned.case, oracle, evidence };
    let judged = planned.rules.iter().map(|rule| {
        let mut judgement = rules::judge(rule, &scene);
        job.known.mark(suite.name(), &planned.case.operation, &mut judgement);
        judgement.trim();
        judgement
    });
    judged.collect()
}

/// A case of a target that could not be seeded. The answers that stood in the way may themselves be wrong: those to creations are judged, and what
/// they break is found; all else is inconclusive.
fn judged_by_seeding(
    job: &Job,
    seeding: &Seeding,
    planned: &Planned,
    cause: &str,
) -> (CaseFinished, Evidence, Arc<Oracle>) {
    let (mut event, evidence, oracle) = not_run(&job.driver.suite, planned, cause);
    let Some(sent) = seeding.of_creation(&planned.case) else { return (event, evidence, oracle) };
    for (inconclusive, judgement) in
        event.judgements.iter_mut().zip(judged(job, planned, &seeding.oracle, sent))
    {
        if judgement.verdict == Verdict::Fail {
            *inconclusive = judgement;
        }
    }
    event.requests = sent.entries.len();
    (event, sent.clone(), Arc::clone(&seeding.oracle))
}

/// A case without evidence: every rule is inconclusive.
fn not_run(suite: &Suite, planned: &Planned, cause: &str) -> (CaseFinished, Evidence, Arc<Oracle>) {
    let event = CaseFinished {
        suite: suite.name().to_owned(),
        case: planned.case.id.clone(),
        operation: planned.case.operation.clone(),
        judgements: planned.rules.iter().map(|rule| rules::inconclusive(rule, cause)).collect(),
        requests: 0,
        unanswered: 0,
        elapsed_us: 0,
    };
    (event, Evidence::default(), Arc::default())
}

/// For each entry, the records that its answer acknowledged, as events tell of them.
fn acknowledged(suite: &Suite, oracle: &Oracle, evidence: &Evidence) -> Vec<Vec<Created>> {
    let told = |(number, at): (RecordNumber, String)| {
        let record = oracle.record(number);
        let parent = record.parent.map(|parent| oracle.record(parent).name());
        Created { record: record.name(), id: record.id.clone(), at, parent }
    };
    created(suite, oracle, evidence).into_iter().map(|entry| entry.into_iter().map(told).collect()).collect()
}

/// A case in which the harness failed.
fn broken(suite: &Suite, planned: &Planned) -> (CaseFinished, Evidence, Arc<Oracle>) {
    let (mut event, evidence, oracle) = not_run(suite, planned, OUR_BUG);
    for judgement in &mut event.judgements {
        judgement.verdict = Verdict::Error;
    }
    (event, evidence, oracle)
}

/// The head of a suite.
fn head(suite: &Suite, job: &Job, options: &Options) -> SuiteStarted {
    let document = suite.document();
    let file = suite.file();
    SuiteStarted {
        suite: suite.name().to_owned(),
        title: format!(
            "{} {}{}",
            document.title(),
            document.api_version(),
            if file.inferred { ", inferred from its document" } else { "" }
        ),
        document: Some(DocumentText { file: document.name().to_owned(), text: Arc::clone(document.text()) }),
        operations: file
            .operations
            .keys()
            .map(|short| {
                let operation = suite.operation(short);
                OperationHead {
                    name: short.clone(),
                    method: operation.method.to_string(),
                    path: operation.path.clone(),
                    pointer: operation.pointer.clone(),
                }
            })
            .collect(),
        conventions: conventions(suite),
        cases: job.plan.cases.len(),
        will_create: if options.read_only { Vec::new() } else { will_create(file) },
        variables: job.driver.given().clone(),
    }
}

/// What seeding is about to create, as one sentence; nothing where it creates nothing.
fn will_create(file: &SuiteFile) -> Vec<String> {
    let mut resources: Vec<&str> = Vec::new();
    for group in &file.seed {
        if !resources.contains(&group.resource.as_str()) {
            resources.push(&group.resource);
        }
    }
    let count =
        |resource: &str| file.seed.iter().filter(|g| g.resource == resource).map(|g| g.count).sum::<usize>();
    let counted: Vec<String> =
        resources.iter().map(|resource| format!("{} × {resource}", count(resource))).collect();
    if counted.is_empty() { Vec::new() } else { vec![counted.join(", ")] }
}

/// How the guides' disagreements are settled for each collection.
fn conventions(suite: &Suite) -> Vec<Convention> {
    let mut all = Vec::new();
    for collection in suite.file().collections.values() {
        let meaningful = collection.style.conventions();
        for (name, settled) in
            collection.conventions.all().into_iter().filter(|(name, _)| meaningful.contains(name))
        {
            let (setting, requirement) = settled.unzip();
            all.push(Convention {
                operation: collection.operation.clone(),
                name: name.to_owned(),
                origin: if setting.is_some() { "declared" } else { "unknown" }.to_owned(),
                setting,
                reason: requirement.map(|key| suite.requirement(&key).text.clone()),
            });
        }
        let operation = suite.operation(&collection.operation);
        let bounds = suite.size_bounds(collection);
        let refuses =
            operation.responses.iter().any(|r| [400, 422].iter().any(|status| r.status.covers(*status)));
        let over = match (bounds.maximum, refuses) {
            (Some(maximum), true) => (
                Some("refused".to_owned()),
                "inferred",
                Some(format!("the document has a maximum of {maximum} and a refusal")),
            ),
            _ => (None, "unknown", None),
        };
        all.push(Convention {
            operation: collection.operation.clone(),
            name: "over-maximum".to_owned(),
            setting: over.0,
            origin: over.1.to_owned(),
            reason: over.2,
        });
    }
    all
}

fn microseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

impl Seeding {
    /// What is left of a seeding that did not come to its end.
    fn stopped(self, why: &str) -> Self {
        let problem = crate::event::SeedingProblem { message: why.to_owned(), exchange: None };
        Self { problem: Some(problem), ..self }
    }
}

/// The suite that a job is about, for those who hold jobs only.
impl Job {
    /// The suite.
    pub fn suite(&self) -> &Arc<Suite> {
        &self.driver.suite
    }
}
