//! `specproof clean`: removes what earlier runs left in a target, because they were interrupted or were told to keep it.

use std::sync::Arc;

use specproof::client::{Reachability, probe};
use specproof::driver;
use specproof::setup::{self, Common};
use specproof::suite::Suite;
use tokio::runtime::Runtime;

use super::arguments::Clean;
use super::failure::{Failure, NO_VERDICT};
use super::{check, console, suites, target};

/// Runs the command. Ends with 0 when nothing is left that can be found, with 3 otherwise.
pub(super) fn run(arguments: &Clean) -> Result<u8, Failure> {
    if arguments.suites.is_empty() {
        let message =
            format!("say with --suite what the target is: {}, or the path of a suite file", suites::names());
        return Err(Failure::usage(message));
    }
    let suites = suites::load(&arguments.suites, &[], &arguments.files)?;
    let runtime = Runtime::new().map_err(|error| Failure::no_verdict(format!("cannot start: {error}")))?;
    runtime.block_on(cleaned(arguments, &suites))
}

async fn cleaned(arguments: &Clean, suites: &[Arc<Suite>]) -> Result<u8, Failure> {
    let target = target::target(&arguments.target, &arguments.access, &arguments.pace, suites)?;
    check::writable(&target, arguments.allow_remote)?;
    let mut left = false;
    for suite in suites {
        let job = setup::job(suite, &target, &Common::default())
            .map_err(|error| Failure::usage(error.to_string()))?;
        match probe(&job.driver.client).await {
            Reachability::Answers(_) => {}
            other => return Err(Failure::no_verdict(other.to_string())),
        }
        let (found, mut sentences) = driver::leftovers(&job.driver).await;
        let counts: Vec<String> =
            found.iter().map(|(resource, count)| format!("{count} × {resource}")).collect();
        let counts = if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") };
        console::print(&format!("{}: earlier runs left {counts}\n", suite.name()))?;
        if !arguments.dry_run {
            job.driver.client.begin_cleanup();
            let (_, more) = driver::remove(&job.driver).await;
            left |= !more.is_empty();
            sentences.extend(more);
            if !found.is_empty() && !left {
                console::print("  removed\n")?;
            }
        }
        for sentence in sentences {
            console::print(&format!("  {sentence}\n"))?;
        }
    }
    Ok(if left { NO_VERDICT } else { 0 })
}
