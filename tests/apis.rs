//! Small APIs that are unlike the bundled ones, each a document, a suite and a server with faults: the clean server is found nothing wrong with,
//! and every fault trips the rules that `fixtures/apis/faults.toml` names, and no others.
//!
//! One trial per fault: `cargo test --test apis -- library::size-ignored`. With `SPECPROOF_MEASURE=1` the measured table is printed instead of
//! compared, in the form of the file.

#![expect(
    clippy::cast_possible_truncation,
    clippy::similar_names,
    reason = "the servers are small and so are their numbers; a shelf is called `shelf`"
)]

#[path = "apis/atlas.rs"]
mod atlas;
#[path = "apis/drive.rs"]
mod drive;
#[path = "apis/ledger.rs"]
mod ledger;
#[path = "apis/library.rs"]
mod library;
#[path = "apis/serve.rs"]
mod serve;
#[path = "apis/telemetry.rs"]
mod telemetry;
mod threads;
#[path = "apis/tracker.rs"]
mod tracker;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use serve::{Running, Small, Variation};
use specproof::client::Secret;
use specproof::event::{Event, RuleHead};
use specproof::report::{Located, fold};
use specproof::rules::RULES;
use specproof::runner::{self, Options};
use specproof::setup::{Common, Folders, Shown, Target, job};
use specproof::suite::Suite;
use specproof::verdict::Verdict;

/// Every API.
const APIS: &[&Small] =
    &[&library::SMALL, &ledger::SMALL, &drive::SMALL, &tracker::SMALL, &atlas::SMALL, &telemetry::SMALL];

/// The most kinds of findings that one fault may be shown with.
const MOST_SHOWN: usize = 4;

type Table = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/apis")
}

/// What a run brought to light.
#[derive(Default)]
struct Seen {
    codes: BTreeSet<String>,
    findings: Vec<Located>,
    inconclusive: Vec<String>,
    problem: Option<String>,
    requests: usize,
}

impl Seen {
    /// How many kinds of findings a reader is shown after folding: one that many operations have counts once, and what another one implies on
    /// another operation not at all.
    fn shown(&self) -> usize {
        let heads: Vec<RuleHead> = RULES.iter().map(|rule| rule.head()).collect();
        let defects = fold(&self.findings, &heads);
        let rules: BTreeSet<&str> = defects.iter().map(|defect| defect.first().rule()).collect();
        let implied: BTreeSet<&str> = RULES
            .iter()
            .filter(|rule| rules.contains(rule.code))
            .flat_map(|rule| rule.implies)
            .copied()
            .collect();
        rules.difference(&implied).count()
    }

    fn told(&self) -> String {
        let mut text = String::new();
        for located in &self.findings {
            let finding = &located.finding;
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{} {} [{}] {}: expected {}, actual {}",
                located.case, finding.rule, finding.input, finding.summary, finding.expected, finding.actual
            );
        }
        text
    }
}

/// One run of a suite against a server with a fault.
async fn run(
    small: &Small,
    suite: Suite,
    fault: Option<&'static str>,
    variation: Variation,
) -> Result<Seen, String> {
    let suite = Arc::new(suite);
    let server = Running::start(small, fault, variation).await.map_err(|error| error.to_string())?;
    let base = format!("{}{}", server.url, base_path(&suite));
    let mut target = Target::new(base.parse().map_err(|error| format!("{base}: {error}"))?);
    if let Some(token) = small.token {
        target = target.with_token(&suite, "TOKEN", token);
    }
    let secret = |value: &str| Secret { name: "OTHER".to_owned(), value: value.to_owned() };
    target.other_user = small.other.map(|other| Shown::Usual(secret(other)));
    let common = Common {
        seed: 1,
        namespace: "specproof-apis".to_owned(),
        deletion_wait: Duration::from_secs(1),
        ..Common::default()
    };
    let job = job(&suite, &target, &common).map_err(|error| error.to_string())?;
    let (_interrupt, interrupted) = tokio::sync::watch::channel(false);
    let options =
        Options { jobs: 1, keep: false, read_only: false, exchanges: false, target: base, interrupted };
    let seen = Mutex::new(Seen::default());
    runner::run(vec![job], &options, &|event| {
        note(&mut seen.lock().unwrap_or_else(PoisonError::into_inner), event);
    })
    .await;
    Ok(seen.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn note(seen: &mut Seen, event: Event) {
    match event {
        Event::Seeded(seeded) => seen.problem = seeded.problem.map(|problem| problem.message),
        Event::CaseFinished(case) => {
            seen.requests += case.requests;
            for judgement in case.judgements {
                if judgement.verdict == Verdict::Inconclusive || judgement.verdict == Verdict::Error {
                    let why = judgement.cause.unwrap_or_default();
                    seen.inconclusive.push(format!("{}::{}: {why}", case.case, judgement.rule));
                }
                for finding in judgement.findings {
                    seen.codes.insert(finding.rule.clone());
                    seen.findings.push(Located {
                        suite: case.suite.clone(),
                        operation: case.operation.clone(),
                        case: case.case.clone(),
                        finding,
                    });
                }
            }
        }
        _ => {}
    }
}

/// The path of the document's first server, which stands before every path.
fn base_path(suite: &Suite) -> String {
    let url = suite.document().servers().first().map(|server| server.url.clone()).unwrap_or_default();
    url::Url::parse(&url).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default()
}

fn measured(small: &Small, fault: Option<&'static str>, variation: Variation) -> Result<Seen, Failed> {
    let suite = Folders::default().suite(&folder().join(small.name).join("suite.toml"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seen = runtime.block_on(run(small, suite, fault, variation))?;
    Ok(seen)
}

fn clean(small: &Small, variation: Variation) -> Result<(), Failed> {
    let seen = measured(small, None, variation)?;
    if let Some(problem) = seen.problem {
        return Err(problem.into());
    }
    if seen.findings.is_empty() && seen.inconclusive.is_empty() {
        return Ok(());
    }
    Err(format!("{}inconclusive: {:#?}", seen.told(), seen.inconclusive).into())
}

fn faulty(small: &Small, fault: &'static str, named: &BTreeSet<String>) -> Result<(), Failed> {
    let seen = measured(small, Some(fault), Variation::Plain)?;
    if std::env::var_os("SPECPROOF_MEASURE").is_some() {
        let codes: Vec<String> = seen.codes.iter().map(|code| format!("{code:?}")).collect();
        writeln!(
            std::io::stdout(),
            "{}::{fault} = [{}] # shown {}",
            small.name,
            codes.join(", "),
            seen.shown()
        )?;
        return Ok(());
    }
    let missed: Vec<&String> = named.difference(&seen.codes).collect();
    let unnamed: Vec<&String> = seen.codes.difference(named).collect();
    if seen.codes.is_empty() || !missed.is_empty() || !unnamed.is_empty() {
        return Err(format!(
            "it does not trip {missed:?}\nit trips, and is not said to: {unnamed:?}\n{}",
            seen.told()
        )
        .into());
    }
    if seen.shown() > MOST_SHOWN {
        return Err(
            format!("{} kinds of findings are shown for one fault\n{}", seen.shown(), seen.told()).into()
        );
    }
    Ok(())
}

/// The suite that is inferred from the document alone finds nothing wrong with the clean server, and finds most of the faults: those that only a
/// promise beyond the document forbids are left to the suite. With `SPECPROOF_MEASURE=1` the ones that it does not find are printed.
fn inferred(small: &Small) -> Result<(), Failed> {
    let document = folder().join(small.name).join("openapi.yaml");
    let seen = |fault| -> Result<Seen, Failed> {
        let suite = Folders::default().inferred(&document)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(run(small, suite, fault, Variation::Plain))?)
    };
    let clean = seen(None)?;
    if let Some(problem) = clean.problem {
        return Err(problem.into());
    }
    if !clean.findings.is_empty() {
        return Err(clean.told().into());
    }
    let mut passed_over = Vec::new();
    for (fault, _) in small.faults {
        if seen(Some(*fault))?.findings.is_empty() {
            passed_over.push(*fault);
        }
    }
    let (missed, all) = (passed_over.len(), small.faults.len());
    if std::env::var_os("SPECPROOF_MEASURE").is_some() {
        writeln!(std::io::stdout(), "{}: {missed} of {all} faults not found: {passed_over:?}", small.name)?;
    }
    if missed * 2 <= all {
        Ok(())
    } else {
        Err(format!("{missed} of {all} faults not found: {passed_over:?}").into())
    }
}

fn main() -> ExitCode {
    let arguments = threads::arguments();
    let text = std::fs::read_to_string(folder().join("faults.toml")).unwrap_or_default();
    let table: Table = toml::from_str(&text).expect("fixtures/apis/faults.toml is a table of faults by API");
    let mut trials = Vec::new();
    for small in APIS {
        trials.push(Trial::test(format!("{}::clean", small.name), || clean(small, Variation::Plain)));
        trials.push(Trial::test(format!("{}::inferred", small.name), || inferred(small)));
        for variation in Variation::ALL {
            // Its document forbids members that it does not name.
            if variation == Variation::MoreMembers && small.name == "atlas" {
                continue;
            }
            let name = format!("{}::clean-{variation:?}", small.name).to_lowercase();
            trials.push(Trial::test(name, move || clean(small, variation)));
        }
        let of_api = table.get(small.name).cloned().unwrap_or_default();
        for (fault, _) in small.faults {
            let named = of_api.get(*fault).cloned().unwrap_or_default();
            trials
                .push(Trial::test(format!("{}::{fault}", small.name), move || faulty(small, fault, &named)));
        }
        trials.push(Trial::test(format!("{}::every-fault-stands-in-the-table", small.name), move || {
            let known: BTreeSet<&str> = small.faults.iter().map(|(name, _)| *name).collect();
            let listed: BTreeSet<&str> = of_api.keys().map(String::as_str).collect();
            let odd: Vec<_> = known.symmetric_difference(&listed).collect();
            if odd.is_empty() { Ok(()) } else { Err(format!("in one of the two only: {odd:?}").into()) }
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
