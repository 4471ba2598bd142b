//! The bundled suites as tests: one for each rule on each case, named `honcho::get_messages::walk::PAG003-item-repeated`.
//!
//! The target is the reference server, or the one that `SPECPROOF_TARGET` names, with the token in `SPECPROOF_TOKEN` if there
//! is one; where it is not on this machine, `SPECPROOF_ALLOW_REMOTE=1` must be set too. `--list` sends and starts nothing. The first test that needs a
//! suite seeds it, runs the cases of all selected tests of that suite and cleans up; the other tests wait and share what came of it.
//! A runner that starts one process per test therefore runs just one case in each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use specproof::client::{Reachability, probe};
use specproof::event::{Event, SeedingProblem};
use specproof::evidence::curl;
use specproof::plan::{Terms, plan, trial_id};
use specproof::reference::{self, Running, clock::SystemClock};
use specproof::runner::{self, Options};
use specproof::setup::{self, BUNDLED, Common, Target};
use specproof::suite::Suite;
use specproof::verdict::{Judgement, Level, Verdict};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// How many tests wait side by side, and how many cases are run side by side.
const THREADS: usize = 16;

/// The token of the reference server.
const TOKEN: &str = "token-of-the-reference-server";

fn main() -> ExitCode {
    let (filters, rest) = split(std::env::args());
    let mut arguments = Arguments::from_iter(rest);
    arguments.test_threads.get_or_insert(THREADS);
    match trials(&arguments, &filters) {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(message) => {
            // There is nowhere to say that standard error is closed.
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::from(2)
        }
    }
}

/// Takes the filters out of the arguments. As with the standard harness there may be several, and a test runs that any of them selects;
/// libtest-mimic reads only one.
fn split(arguments: impl Iterator<Item = String>) -> (Vec<String>, Vec<String>) {
    const WITH_VALUE: [&str; 5] = ["--test-threads", "--format", "--skip", "--logfile", "--color"];
    let (mut filters, mut rest) = (Vec::new(), Vec::new());
    let mut value_follows = true;
    for argument in arguments {
        if !value_follows && !argument.starts_with('-') {
            filters.push(argument);
            continue;
        }
        // The first argument is the program's name, and no filter either.
        value_follows = WITH_VALUE.contains(&argument.as_str());
        rest.push(argument);
    }
    (filters, rest)
}

/// All tests that the filters select; the suites are told which of them will run.
fn trials(arguments: &Arguments, filters: &[String]) -> Result<Vec<Trial>, String> {
    let place = Arc::new(Place::from_environment()?);
    let mut trials = Vec::new();
    let mut shared = Vec::new();
    for bundled in &BUNDLED {
        let suite = Arc::new(bundled.load().map_err(|error| error.to_string())?);
        let authenticated = place.token().is_some() && !suite.file().credentials.is_empty();
        let plan = plan(&suite, &Terms { authenticated, ..Terms::default() });
        let run = Arc::new(Shared {
            suite,
            place: Arc::clone(&place),
            selected: OnceLock::new(),
            outcome: OnceLock::new(),
        });
        for planned in plan.cases {
            for rule in planned.rules {
                let (run, case) = (Arc::clone(&run), planned.case.id.clone());
                let name = trial_id(&planned.case, rule);
                trials.push(Trial::ignorable_test(name, move || run.verdict(&case, rule.code)));
            }
        }
        for skipped in plan.skipped {
            let reason = skipped.reason;
            trials.push(Trial::ignorable_test(skipped.case.id, move || Ok(Completion::ignored_with(reason))));
        }
        shared.push(run);
    }
    let wanted = |name: &str, filter: &String| {
        if arguments.exact { name == filter } else { name.contains(filter.as_str()) }
    };
    trials.retain(|trial| filters.is_empty() || filters.iter().any(|filter| wanted(trial.name(), filter)));
    let selected: BTreeSet<String> = trials
        .iter()
        .filter(|trial| !arguments.is_filtered_out(trial) && !arguments.is_ignored(trial))
        .map(|trial| trial.name().to_owned())
        .collect();
    for run in shared {
        run.selected.get_or_init(|| selected.clone());
    }
    Ok(trials)
}

/// Where the target is.
struct Place {
    /// The target, or nothing for the reference server.
    target: Option<Target>,
    /// The token that is shown to the target.
    given: Option<String>,
}

impl Place {
    fn from_environment() -> Result<Self, String> {
        let read = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let Some(url) = read("SPECPROOF_TARGET") else { return Ok(Self { target: None, given: None }) };
        let target = Target::new(
            url.parse().map_err(|error| format!("SPECPROOF_TARGET `{url}` is not a URL: {error}"))?,
        );
        if !target.is_loopback() && read("SPECPROOF_ALLOW_REMOTE").as_deref() != Some("1") {
            return Err(format!(
                "{url} is not on this machine, and the tests write to it: set SPECPROOF_ALLOW_REMOTE=1 if that is meant"
            ));
        }
        Ok(Self { target: Some(target), given: read("SPECPROOF_TOKEN") })
    }

    fn token(&self) -> Option<&str> {
        if self.target.is_some() { self.given.as_deref() } else { Some(TOKEN) }
    }
}

/// One suite's run, shared by its tests.
struct Shared {
    suite: Arc<Suite>,
    place: Arc<Place>,
    selected: OnceLock<BTreeSet<String>>,
    outcome: OnceLock<Result<Outcome, String>>,
}

/// What came of a run.
#[derive(Default)]
struct Outcome {
    target: String,
    /// By case and rule.
    judgements: BTreeMap<(String, String), Judgement>,
}

impl Shared {
    /// What a rule says of a case.
    fn verdict(&self, case: &str, rule: &str) -> Result<Completion, Failed> {
        let outcome = self.outcome.get_or_init(|| self.run()).as_ref().map_err(Failed::from)?;
        let judgement = outcome
            .judgements
            .get(&(case.to_owned(), rule.to_owned()))
            .ok_or("the run ended before this was judged")?;
        let why = judgement.cause.as_deref().unwrap_or("no cause given");
        let tolerated = judgement.findings.iter().all(|finding| finding.level != Level::Must);
        match judgement.verdict {
            Verdict::Pass => Ok(Completion::Completed),
            // The reference server is right in all respects, and all of it can be judged.
            Verdict::Inconclusive if self.place.target.is_some() => {
                Ok(Completion::ignored_with(harmless(why)))
            }
            Verdict::Inconclusive => Err(format!("inconclusive: {}", harmless(why)).into()),
            Verdict::Fail if self.place.target.is_some() && tolerated => {
                let summaries: Vec<&str> =
                    judgement.findings.iter().map(|finding| finding.summary.as_str()).collect();
                Ok(Completion::ignored_with(harmless(&format!("should: {}", summaries.join("; ")))))
            }
            Verdict::Fail => Err(described(judgement, &outcome.target).into()),
            Verdict::Error => Err(format!("this is a bug in specproof: {}", harmless(why)).into()),
        }
    }

    fn run(&self) -> Result<Outcome, String> {
        static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
        let runtime = RUNTIME.get_or_init(|| Runtime::new().map_err(|error| error.to_string()));
        runtime.as_ref().map_err(String::clone)?.block_on(async {
            if let Some(target) = &self.place.target {
                return self.run_on(target).await;
            }
            let mut options = reference::Options::new(Arc::new(SystemClock));
            options.token = (!self.suite.file().credentials.is_empty()).then(|| TOKEN.to_owned());
            let server = Running::start(options).await.map_err(|error| error.to_string())?;
            let url = server.base_url().parse().map_err(|error| format!("{error}"))?;
            let outcome = self.run_on(&Target::new(url)).await;
            server.stop().await;
            outcome
        })
    }

    /// Seeds, runs the cases of the selected tests, cleans up.
    async fn run_on(&self, target: &Target) -> Result<Outcome, String> {
        let target = match self.place.token() {
            Some(token) => target.with_token(&self.suite, "SPECPROOF_TOKEN", token),
            None => target.clone(),
        };
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let unix_ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        let common =
            Common { seed: 1, namespace: setup::namespace(unix_ms, rand::random()), ..Common::default() };
        let mut job = setup::job(&self.suite, &target, &common).map_err(|error| error.to_string())?;
        let none = BTreeSet::new();
        let selected = self.selected.get().unwrap_or(&none);
        for planned in &mut job.plan.cases {
            let case = &planned.case;
            planned.rules.retain(|rule| selected.contains(&trial_id(case, rule)));
        }
        job.plan.cases.retain(|planned| !planned.rules.is_empty());
        match probe(&job.driver.client).await {
            Reachability::Answers(_) => {}
            other => return Err(other.to_string()),
        }
        let (_keep, interrupted) = watch::channel(false);
        let base = target.base_url.to_string();
        let options = Options {
            jobs: THREADS,
            keep: false,
            read_only: false,
            exchanges: false,
            target: base.clone(),
            interrupted,
        };
        let seen = Mutex::new((Outcome { target: base, ..Outcome::default() }, None));
        let sink = |event: Event| {
            let mut seen = seen.lock().expect("no holder of this lock panics");
            match event {
                Event::Seeded(seeded) => {
                    seen.1 = seeded.problem.map(|problem| told(&problem, &options.target));
                }
                Event::CaseFinished(finished) => {
                    for judgement in finished.judgements {
                        seen.0.judgements.insert((finished.case.clone(), judgement.rule.clone()), judgement);
                    }
                }
                _ => {}
            }
        };
        runner::run(vec![job], &options, &sink).await;
        match seen.into_inner().expect("no holder of this lock panics") {
            (_, Some(problem)) => Err(problem),
            (outcome, None) => Ok(outcome),
        }
    }
}

/// Why a target could not be seeded, with what it answered and the request that repeats it.
fn told(problem: &SeedingProblem, base: &str) -> String {
    let mut text = format!("the target could not be seeded: {}", harmless(&problem.message));
    if let Some(exchange) = &problem.exchange {
        let answer = match &exchange.outcome {
            Ok(response) => format!("{} {}", response.status, response.body.text()),
            Err(error) => error.message.clone(),
        };
        // Writing to a string cannot fail.
        let _ =
            write!(text, "\nactual    {}\nrepeat    {}", harmless(&answer), harmless(&curl(exchange, base)));
    }
    text
}

/// Every finding with what was demanded, what should have been, what was, and the request that repeats it.
fn described(judgement: &Judgement, base: &str) -> String {
    let mut text = String::new();
    for finding in &judgement.findings {
        let repeat = finding.exchanges.last().map(|exchange| curl(exchange, base)).unwrap_or_default();
        let requirement = format!("{} ({})", finding.requirement.text, finding.requirement.source);
        for (label, value) in [
            ("", &finding.summary),
            ("input     ", &finding.input),
            ("demanded  ", &requirement),
            ("expected  ", &finding.expected),
            ("actual    ", &finding.actual),
            ("repeat    ", &repeat),
        ] {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{label}{}", harmless(value));
        }
    }
    let _ = write!(text, "explain   specproof explain {}", judgement.rule);
    text
}

/// What a target sent may hold control characters and marks that turn the direction of writing.
fn harmless(text: &str) -> String {
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    text.chars().map(|c| if hostile(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}
