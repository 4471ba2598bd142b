//! The matrix of faults and rules: which rules a reference server with a fault trips, and which it should.
//!
//! `specproof faults` prints it and `tests/faults.rs` compares it; both read this file, so that they cannot disagree.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use specproof::reference::clock::SystemClock;
use specproof::reference::fault::Fault;
use specproof::reference::{self, Running};
use specproof::report::Tally;
use specproof::runner::{self, Options};
use specproof::setup::{Bundled, Common, Target, job};

/// The token that a server asks for which is tried with credentials.
pub(crate) const TOKEN: &str = "a-token-of-the-faults";

/// `fixtures/faults.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Table {
    /// The rules that each fault trips, and no others.
    pub(crate) faults: BTreeMap<String, BTreeSet<String>>,
    /// Rules that no fault of the reference server can trip, with the reason.
    pub(crate) untripped: BTreeMap<String, String>,
}

impl Table {
    /// Reads the table that is part of the program.
    pub(crate) fn load() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../fixtures/faults.toml"))
    }
}

/// Whether a fault shows only on a server that asks for credentials.
pub(crate) fn token_for(fault: &Fault) -> Option<&'static str> {
    (fault.family == "auth").then_some(TOKEN)
}

/// What a run said of a server.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The codes of the rules that were tripped.
    pub(crate) tripped: BTreeSet<String>,
    /// The codes of the rules that lead the defects which a report shows, one for each defect.
    pub(crate) defects: Vec<String>,
}

/// What one run of the API's suite with this seed number says of a reference server with these faults.
pub(crate) async fn run(
    api: &str,
    faults: Vec<&'static Fault>,
    token: Option<&str>,
    seed: u64,
) -> Result<Outcome, String> {
    let mut options = reference::Options::new(Arc::new(SystemClock));
    options.faults = faults;
    options.token = token.map(str::to_owned);
    let server = Running::start(options).await.map_err(|error| error.to_string())?;
    let suite = Bundled::named(api).ok_or("no such suite")?.load().map_err(|error| error.to_string())?;
    let suite = Arc::new(suite);
    let url = server.base_url().parse().map_err(|_| "the server has no URL".to_owned())?;
    let mut target = Target::new(url);
    if let Some(token) = token {
        target = target.with_token(&suite, "SPECPROOF_TOKEN", token);
    }
    let common = Common {
        seed,
        namespace: "specproof-faults".to_owned(),
        // The reference server grants any life, so that a fault of what has expired shows after a second.
        max_wait: Duration::from_secs(5),
        deletion_wait: Duration::from_secs(1),
        ..Common::default()
    };
    let job = job(&suite, &target, &common).map_err(|error| error.to_string())?;
    let (_interrupt, interrupted) = tokio::sync::watch::channel(false);
    let options = Options {
        jobs: 1,
        keep: true,
        read_only: false,
        exchanges: false,
        target: String::new(),
        interrupted,
    };
    let tally = Mutex::new(Tally::default());
    runner::run(vec![job], &options, &|event| {
        tally.lock().unwrap_or_else(PoisonError::into_inner).add(&event);
    })
    .await;
    server.stop().await;
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Outcome {
        tripped: tally.findings().map(|located| located.finding.rule.clone()).collect(),
        defects: tally.defects().iter().map(|defect| defect.first().rule().to_owned()).collect(),
    })
}

/// Names with blanks between.
pub(crate) fn join<'a>(codes: impl IntoIterator<Item = &'a String>) -> String {
    codes.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The page of faults, in Markdown: each with the rules that it trips, and the rules that none can trip.
pub(crate) fn page(
    faults: &[&'static Fault],
    rules: &BTreeMap<String, BTreeSet<String>>,
    untripped: &BTreeMap<String, String>,
) -> String {
    let mut text = String::from(
        "# Faults of the reference server\n\n\
         `specproof serve --fault NAME` serves one, `specproof faults NAME` tries it, and `specproof faults --list` writes this page. The tests \
         run every fault: it trips exactly the rules named here.\n\n\
         | fault | operation | what goes wrong | rules that it trips |\n|---|---|---|---|\n",
    );
    for fault in faults {
        let rules = rules.get(fault.name).map(join).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} {} | {} | {rules} |",
            fault.name, fault.api, fault.operation, fault.summary
        );
    }
    text.push_str("\nRules that none of them can trip, and why:\n\n");
    for (code, reason) in untripped {
        let _ = writeln!(text, "- {code}: {reason}");
    }
    text
}
