//! The matrix of faults and rules: which rules a reference server with a fault trips, and which it should.
//!
//! `specproof faults` prints it and `tests/faults.rs` compares it; both read this file, so that they cannot disagree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use specproof::event::Event;
use specproof::reference::clock::SystemClock;
use specproof::reference::fault::Fault;
use specproof::reference::{self, Running};
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

/// The codes of the rules that a reference server with these faults trips, in one run of the API's suite with this seed number.
pub(crate) async fn tripped(
    api: &str,
    faults: Vec<&'static Fault>,
    token: Option<&str>,
    seed: u64,
) -> Result<BTreeSet<String>, String> {
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
        ..Common::default()
    };
    let job = job(&suite, &target, &common).map_err(|error| error.to_string())?;
    let (_interrupt, interrupted) = tokio::sync::watch::channel(false);
    let options = Options { jobs: 1, keep: true, exchanges: false, target: String::new(), interrupted };
    let codes = Mutex::new(BTreeSet::new());
    runner::run(vec![job], &options, &|event| {
        if let Event::CaseFinished(case) = event {
            let found = case.judgements.into_iter().filter(|j| !j.findings.is_empty()).map(|j| j.rule);
            codes.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
        }
    })
    .await;
    server.stop().await;
    Ok(codes.into_inner().unwrap_or_else(PoisonError::into_inner))
}
