//! The runner: seeds, runs the cases of a plan side by side, judges them, cleans up, and emits events in the order of the plan.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures_util::StreamExt;
use tokio::sync::watch;

use crate::coverage::Coverage;
use crate::driver::{self, Driver, Seeding};
use crate::event::{
    CaseExchange, CaseFinished, CaseSkipped, Convention, DocumentText, Ending, Event, OperationHead,
    Progress, RunFinished, RunStarted, Seeded, Stale, SuiteFinished, SuiteStarted,
};
use crate::evidence::{Entry, Evidence, TransportErrorKind};
use crate::known::{self, Account, Register};
use crate::plan::{Plan, Planned, Terms, plan};
use crate::rules::{self, RULES, Scene};
use crate::scenario::Scenario;
use crate::suite::{Suite, SuiteFile};

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
    /// Whether exchanges are emitted as events.
    pub exchanges: bool,
    /// The base URL, without credentials, for the head of the run.
    pub target: String,
    /// Turns true when the user interrupts the run.
    pub interrupted: watch::Receiver<bool>,
}

/// Runs all jobs, one suite after the other.
pub async fn run(jobs: Vec<Job>, options: &Options, sink: Sink<'_>) -> Ending {
    let begin = Instant::now();
    sink(Event::RunStarted(started(&jobs, options)));
    let mut ending = Ending::Complete;
    let mut message = None;
    let mut account = Account::default();
    if jobs.iter().all(|job| job.plan.cases.is_empty()) {
        ending = Ending::NothingSelected;
        message = Some("the selection matches no case: `specproof list cases` names them all".to_owned());
    }
    for job in &jobs {
        if ending == Ending::NothingSelected || *options.interrupted.borrow() {
            break;
        }
        if let Some(problem) = run_suite(job, options, &mut account, sink).await {
            ending = Ending::NoVerdict;
            message.get_or_insert(problem);
        }
    }
    let spent = |job: &&Job| job.max_requests.is_some_and(|most| job.driver.client.requests() >= most);
    if ending == Ending::Complete
        && let Some(job) = jobs.iter().find(spent)
    {
        ending = Ending::Interrupted;
        let most = job.max_requests.unwrap_or_default();
        message = Some(format!("the budget of {most} requests for {} is used up", job.driver.suite.name()));
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
        stale: if ending == Ending::Complete { stale(&jobs, &account) } else { Vec::new() },
    }));
    ending
}

/// The entries about the target that are to be deleted.
fn stale(jobs: &[Job], account: &Account) -> Vec<Stale> {
    let Some(first) = jobs.first() else { return Vec::new() };
    let planned = jobs.iter().map(|job| {
        let suite = &job.driver.suite;
        let terms = Terms { authenticated: job.driver.authenticated, ..Terms::default() };
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

/// Seeds, runs, judges and cleans up one suite; gives the seeding's problem.
async fn run_suite(job: &Job, options: &Options, account: &mut Account, sink: Sink<'_>) -> Option<String> {
    let suite = &job.driver.suite;
    sink(Event::SuiteStarted(head(suite, &job.plan, job.driver.given().clone())));
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
    let mut interrupted = options.interrupted.clone();
    let seeding = tokio::select! {
        seeding = driver::seed(&job.driver) => seeding,
        _ = interrupted.wait_for(|stop| *stop) => Seeding::interrupted(),
    };
    let emit_exchanges = |case: &str, entries: &[Entry]| {
        if options.exchanges {
            for entry in entries {
                sink(Event::Exchange(CaseExchange {
                    case: case.to_owned(),
                    exchange: entry.exchange.clone(),
                }));
            }
        }
    };
    let skipped = job.plan.skipped.iter().map(|left| (left.case.operation.clone(), left.reason.clone()));
    let mut coverage = Coverage::new(suite, job.driver.authenticated, skipped.collect());
    for evidence in seeding.evidence.values() {
        for entry in &evidence.entries {
            coverage.add(entry);
        }
        emit_exchanges(&format!("{}::seeding", suite.name()), &evidence.entries);
    }
    let mut records: BTreeMap<String, usize> = BTreeMap::new();
    for (_, record) in seeding.oracle.records() {
        *records.entry(record.resource.clone()).or_default() += 1;
    }
    sink(Event::Seeded(Seeded {
        suite: suite.name().to_owned(),
        records,
        requests: seeding.evidence.values().map(|e| e.entries.len()).sum(),
        notes: seeding
            .notes
            .iter()
            .cloned()
            .chain(suite.questions().iter().map(|q| format!("open: {q}")))
            .collect(),
        problem: seeding.problem.clone(),
    }));

    let done = AtomicUsize::new(0);
    let seeding_ref = &seeding;
    let (reading, writing): (Vec<&Planned>, Vec<&Planned>) =
        job.plan.cases.iter().partition(|planned| !planned.case.scenario.writes());
    for (cases, jobs) in [(reading, options.jobs.max(1)), (writing, 1)] {
        let mut finished = futures_util::stream::iter(cases.into_iter().map(|planned| {
            let mut interrupted = options.interrupted.clone();
            let done = &done;
            async move {
                progress(&planned.case.id, done.load(Ordering::Relaxed));
                let result = tokio::select! {
                    result = run_case(job, seeding_ref, planned) => result,
                    _ = interrupted.wait_for(|stop| *stop) => not_run(suite, planned, "the run was interrupted"),
                };
                progress(&planned.case.id, done.fetch_add(1, Ordering::Relaxed) + 1);
                let (event, mut evidence) = result;
                // The evidence of a creation begins with that of seeding, which was told already.
                let told = match &planned.case.scenario {
                    Scenario::Create { resource } => seeding_ref.evidence.get(resource).map_or(0, |e| e.entries.len()),
                    _ => 0,
                };
                evidence.entries.drain(..told.min(evidence.entries.len()));
                (event, evidence.entries)
            }
        }))
        .buffered(jobs);
        while let Some((event, evidence)) = finished.next().await {
            for entry in &evidence {
                coverage.add(entry);
            }
            emit_exchanges(&event.case, &evidence);
            account.add(&event);
            sink(Event::CaseFinished(event));
        }
    }

    let mut left_behind = Vec::new();
    if options.keep {
        left_behind.push("everything, as asked for".to_owned());
    } else {
        progress("cleaning up", job.plan.cases.len());
        let (evidence, left) = driver::clean(&job.driver).await;
        for entry in &evidence.entries {
            coverage.add(entry);
        }
        emit_exchanges(&format!("{}::cleanup", suite.name()), &evidence.entries);
        left_behind = left;
    }
    sink(Event::Covered(coverage.report(&job.required)));
    sink(Event::SuiteFinished(SuiteFinished { suite: suite.name().to_owned(), left_behind }));
    seeding.problem.map(|problem| format!("{} could not be seeded: {}", suite.name(), problem.message))
}

/// Runs and judges one case.
pub async fn run_case(job: &Job, seeding: &Seeding, planned: &Planned) -> (CaseFinished, Evidence) {
    let suite = &job.driver.suite;
    if let Some(problem) = &seeding.problem {
        return not_run(suite, planned, &format!("the target could not be seeded: {}", problem.message));
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
    let scene = Scene { suite, case: &planned.case, oracle: &oracle, evidence: &evidence };
    let judged = planned.rules.iter().map(|rule| {
        let mut judgement = rules::judge(rule, &scene);
        job.known.mark(suite.name(), &planned.case.operation, &mut judgement);
        judgement.trim();
        judgement
    });
    let judgements = judged.collect();
    let event = CaseFinished {
        suite: suite.name().to_owned(),
        case: planned.case.id.clone(),
        operation: planned.case.operation.clone(),
        judgements,
        requests: evidence.entries.len(),
        elapsed_us: microseconds(started),
    };
    (event, evidence)
}

/// A case without evidence: every rule is inconclusive.
fn not_run(suite: &Suite, planned: &Planned, cause: &str) -> (CaseFinished, Evidence) {
    let event = CaseFinished {
        suite: suite.name().to_owned(),
        case: planned.case.id.clone(),
        operation: planned.case.operation.clone(),
        judgements: planned.rules.iter().map(|rule| rules::inconclusive(rule, cause)).collect(),
        requests: 0,
        elapsed_us: 0,
    };
    (event, Evidence::default())
}

/// The head of a suite.
fn head(suite: &Suite, plan: &Plan, variables: BTreeMap<String, String>) -> SuiteStarted {
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
        cases: plan.cases.len(),
        will_create: will_create(file),
        variables,
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
    /// What stands in for a seeding that the user interrupted.
    fn interrupted() -> Self {
        Self {
            problem: Some(crate::event::SeedingProblem {
                message: "the run was interrupted".to_owned(),
                exchange: None,
            }),
            ..Self::default()
        }
    }
}

/// The suite that a job is about, for those who hold jobs only.
impl Job {
    /// The suite.
    pub fn suite(&self) -> &Arc<Suite> {
        &self.driver.suite
    }
}
