//! Every fault of the reference server trips the rules that `fixtures/faults.toml` names, and no others; every rule is tripped by some fault
//! or is named there with the reason why no fault can trip it; and without faults nothing is found.
//!
//! One trial per fault: `cargo test --test faults -- page-overlap`. `SPECPROOF_MEASURE=1` prints the measured table instead of comparing it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;

use specproof::event::Event;
use specproof::reference::clock::SystemClock;
use specproof::reference::fault::{FAULTS, Fault};
use specproof::reference::{self, Running};
use specproof::rules::RULES;
use specproof::runner::{self, Options};
use specproof::setup::{BUNDLED, Bundled, Common, Target, job};

/// The table of faults and rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    /// The rules that each fault trips.
    faults: BTreeMap<String, BTreeSet<String>>,
    /// Rules that no fault of the reference server can trip, with the reason.
    untripped: BTreeMap<String, String>,
}

fn table() -> Table {
    toml::from_str(include_str!("../fixtures/faults.toml"))
        .expect("fixtures/faults.toml is a table of faults")
}

/// The codes of the rules that a server with these faults trips.
fn tripped(api: &str, faults: Vec<&'static Fault>, token: Option<&str>) -> BTreeSet<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut options = reference::Options::new(Arc::new(SystemClock));
        options.faults = faults;
        options.token = token.map(str::to_owned);
        let server = Running::start(options).await.expect("a free port");
        let suite = Arc::new(Bundled::named(api).expect("a bundled suite").load().expect("a sound suite"));
        let mut target = Target::new(server.base_url().parse().expect("a URL"));
        if let Some(token) = token {
            target = target.with_token(&suite, "SPECPROOF_TOKEN", token);
        }
        let common = Common { seed: 1, namespace: "specproof-faults".to_owned(), ..Common::default() };
        let job = job(&suite, &target, &common).expect("a client");
        let (_interrupt, interrupted) = tokio::sync::watch::channel(false);
        let options = Options { jobs: 4, keep: true, exchanges: false, target: String::new(), interrupted };
        let codes = Mutex::new(BTreeSet::new());
        runner::run(vec![job], &options, &|event| {
            let Event::CaseFinished(case) = event else { return };
            let mut codes = codes.lock().expect("no rule panics");
            codes.extend(case.judgements.into_iter().filter(|j| !j.findings.is_empty()).map(|j| j.rule));
        })
        .await;
        server.stop().await;
        codes.into_inner().expect("no rule panics")
    })
}

/// Whether a fault shows only on a server that asks for credentials.
fn token_for(fault: &Fault) -> Option<&'static str> {
    (fault.family == "auth").then_some("a-token-of-the-tests")
}

fn judge(fault: &'static Fault, named: &BTreeSet<String>) -> Result<(), Failed> {
    let measured = tripped(fault.api.name(), vec![fault], token_for(fault));
    if std::env::var_os("SPECPROOF_MEASURE").is_some() {
        let codes: Vec<String> = measured.iter().map(|code| format!("{code:?}")).collect();
        println!("{} = [{}]", fault.name, codes.join(", "));
        return Ok(());
    }
    let missed: Vec<&String> = named.difference(&measured).collect();
    let unnamed: Vec<&String> = measured.difference(named).collect();
    if measured.is_empty() || !missed.is_empty() || !unnamed.is_empty() {
        return Err(format!(
            "{}\nit does not trip {missed:?}\nit trips, and is not said to: {unnamed:?}",
            fault.summary
        )
        .into());
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let table = table();
    let mut trials = Vec::new();
    for bundled in &BUNDLED {
        for (name, token) in [("clean", None), ("clean-with-token", Some("a-token-of-the-tests"))] {
            trials.push(Trial::test(format!("{}::{name}", bundled.name), move || {
                let codes = tripped(bundled.name, Vec::new(), token);
                if codes.is_empty() {
                    Ok(())
                } else {
                    Err(format!("without faults it trips {codes:?}").into())
                }
            }));
        }
    }
    for fault in FAULTS {
        let named = table.faults.get(fault.name).cloned().unwrap_or_default();
        trials
            .push(Trial::test(format!("{}::{}", fault.api.name(), fault.name), move || judge(fault, &named)));
    }
    trials.push(Trial::test("table::every-fault-stands-in-the-table", move || {
        let known: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.name).collect();
        let named: BTreeSet<&str> = table.faults.keys().map(String::as_str).collect();
        if known == named { Ok(()) } else { Err(format!("{:?}", known.symmetric_difference(&named)).into()) }
    }));
    trials.push(Trial::test("table::every-rule-is-tripped-or-excused", || {
        let table = self::table();
        let mut tripped: BTreeSet<&str> = table.faults.values().flatten().map(String::as_str).collect();
        let twice: Vec<&&str> = tripped.iter().filter(|code| table.untripped.contains_key(**code)).collect();
        if !twice.is_empty() {
            return Err(format!("tripped, and yet excused: {twice:?}").into());
        }
        tripped.extend(table.untripped.keys().map(String::as_str));
        let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.code).collect();
        if rules == tripped {
            Ok(())
        } else {
            Err(format!("{:?}", rules.symmetric_difference(&tripped)).into())
        }
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}
