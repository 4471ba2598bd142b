//! Every fault of the reference server trips the rules that `fixtures/faults.toml` names, and no others; every rule is tripped by some fault
//! or stands there with the reason why none can trip it; and without faults nothing is found. A report makes no more than three defects of
//! one fault.
//!
//! One trial per fault: `cargo test --test faults -- page-overlap`. With `SPECPROOF_MEASURE=1` the measured table is printed instead of
//! compared, in the form of the file.

#[path = "../src/cli/matrix.rs"]
mod matrix;
mod threads;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::ExitCode;

use libtest_mimic::{Failed, Trial};
use matrix::{Outcome, TOKEN, Table, token_for};
use specproof::reference::fault::{FAULTS, Fault};
use specproof::rules::RULES;
use specproof::setup::BUNDLED;

/// The most defects that a report may make of one fault.
const MOST_DEFECTS: usize = 3;

/// What a run says, measured on a runtime of its own.
fn measured(api: &str, faults: Vec<&'static Fault>, token: Option<&str>) -> Result<Outcome, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(matrix::run(api, faults, token, 1)).map_err(Failed::from)
}

fn judge(fault: &'static Fault, named: &BTreeSet<String>) -> Result<(), Failed> {
    let outcome = measured(fault.api.name(), vec![fault], token_for(fault))?;
    let measured = outcome.tripped;
    if std::env::var_os("SPECPROOF_MEASURE").is_some() {
        let codes: Vec<String> = measured.iter().map(|code| format!("{code:?}")).collect();
        let defects = outcome.defects.len();
        writeln!(std::io::stdout(), "{} = [{}] # defects: {defects}", fault.name, codes.join(", "))?;
        return Ok(());
    }
    let missed: Vec<&String> = named.difference(&measured).collect();
    let unnamed: Vec<&String> = measured.difference(named).collect();
    if measured.is_empty() || !missed.is_empty() || !unnamed.is_empty() {
        let summary = fault.summary;
        return Err(format!(
            "{summary}\nit does not trip {missed:?}\nit trips, and is not said to: {unnamed:?}"
        )
        .into());
    }
    if outcome.defects.len() > MOST_DEFECTS {
        let (defects, led) = (outcome.defects.len(), outcome.defects);
        return Err(format!(
            "a report shows it as {defects} defects, led by {led:?}: {MOST_DEFECTS} are enough"
        )
        .into());
    }
    Ok(())
}

/// Two sets of names must be one.
fn same(left: &BTreeSet<&str>, right: &BTreeSet<&str>) -> Result<(), Failed> {
    if left == right {
        return Ok(());
    }
    Err(format!("in one of the two only: {:?}", left.symmetric_difference(right)).into())
}

fn main() -> ExitCode {
    let arguments = threads::arguments();
    let table: &'static Table =
        Box::leak(Box::new(Table::load().expect("fixtures/faults.toml is a table of faults")));
    let mut trials = Vec::new();
    for bundled in &BUNDLED {
        for (name, token) in [("clean", None), ("clean-with-token", Some(TOKEN))] {
            trials.push(Trial::test(format!("{}::{name}", bundled.name), move || {
                let codes = measured(bundled.name, Vec::new(), token)?.tripped;
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
    trials.push(Trial::test("table::every-fault-stands-in-it", || {
        let known = FAULTS.iter().map(|fault| fault.name).collect();
        same(&known, &table.faults.keys().map(String::as_str).collect())
    }));
    trials.push(Trial::test("table::every-rule-is-tripped-or-excused", || {
        let mut named: BTreeSet<&str> = table.faults.values().flatten().map(String::as_str).collect();
        let twice: Vec<&&str> = named.iter().filter(|code| table.untripped.contains_key(**code)).collect();
        if !twice.is_empty() {
            return Err(format!("tripped, and yet excused: {twice:?}").into());
        }
        named.extend(table.untripped.keys().map(String::as_str));
        same(&RULES.iter().map(|rule| rule.code).collect(), &named)
    }));
    trials.push(Trial::test("table::the-page-is-current", || {
        let faults: Vec<&'static Fault> = FAULTS.iter().collect();
        if include_str!("../docs/faults.md") == matrix::page(&faults, &table.faults, &table.untripped) {
            return Ok(());
        }
        Err("docs/faults.md is another: run `cargo run -- faults --list > docs/faults.md`".into())
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}
