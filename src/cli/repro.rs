//! `specproof repro` and `--repro`: scripts that show findings again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use specproof::event::{Ending, Event};
use specproof::report::{Output, Reporter};
use specproof::repro::{Script, Scripts};
use specproof::runner;
use specproof::setup::{self, Common, Target};
use specproof::suite::Suite;
use tokio::runtime::Runtime;

use super::arguments::Repro;
use super::failure::Failure;
use super::{check, console, serve, signals, suites, target};

/// Where nothing was found that a script could show.
const NOTHING_TO_SHOW: u8 = 4;

/// Writes the scripts of a run into a directory.
pub(super) struct Directory {
    scripts: Scripts,
    path: PathBuf,
    out: Output,
}

impl Directory {
    /// Makes the directory, so that one that cannot be written is found out before anything is sent.
    pub(super) fn open(path: PathBuf, out: Output) -> Result<Self, Failure> {
        fs::create_dir_all(&path).map_err(|error| {
            Failure::usage(format!("cannot make the directory {}: {error}", path.display()))
        })?;
        Ok(Self { scripts: Scripts::default(), path, out })
    }
}

impl Reporter for Directory {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        self.scripts.add(event);
        if !matches!(event, Event::RunFinished(_)) {
            return Ok(());
        }
        let mut written = 0;
        for Script { case, rule, name, text } in self.scripts.written() {
            match text {
                Ok(text) => {
                    fs::write(self.path.join(name), text)?;
                    written += 1;
                }
                Err(why) => writeln!(self.out, "no script for {rule} in {case}: {why}")?,
            }
        }
        let scripts = if written == 1 { "script" } else { "scripts" };
        writeln!(self.out, "{written} {scripts} in {}", self.path.display())?;
        self.out.flush()
    }
}

/// Runs the command: runs the case, prints the script for what is found. The seeding is made smaller for as long as the same rule is broken.
pub(super) fn run(arguments: &Repro) -> Result<u8, Failure> {
    let suites = suites::load(&suite_of(arguments), &[], &arguments.files)?;
    let runtime = Runtime::new().map_err(|error| Failure::no_verdict(format!("cannot start: {error}")))?;
    let faults = serve::faults(&arguments.faults)?;
    runtime.block_on(async {
        if let Some(base_url) = &arguments.target {
            if !arguments.faults.is_empty() {
                return Err(Failure::usage("--fault is for the bundled reference server: leave the URL out"));
            }
            return found(arguments, &suites, base_url, None).await;
        }
        let (server, token) = check::bundled(&suites, faults).await?;
        let result = found(arguments, &suites, &server.base_url(), token).await;
        server.stop().await;
        result
    })
}

/// The suite that the case's id begins with, where none is named.
fn suite_of(arguments: &Repro) -> Vec<String> {
    if !arguments.suites.is_empty() {
        return arguments.suites.clone();
    }
    arguments.case.split_once("::").map(|(suite, _)| suite.to_owned()).into_iter().collect()
}

async fn found(
    arguments: &Repro,
    suites: &[Arc<Suite>],
    base_url: &str,
    token: Option<&str>,
) -> Result<u8, Failure> {
    let target = target::target(base_url, &arguments.access, &arguments.pace, suites)?;
    check::writable(&target, arguments.allow_remote)?;
    let interrupted = signals::watch("interrupted: cleaning up; once more ends at once")
        .map_err(|error| Failure::no_verdict(format!("cannot watch for signals: {error}")))?;
    for suite in suites {
        let first = attempt(arguments, suite, &target, token, interrupted.subscribe()).await?;
        let Some(mut best) = first.into_iter().find(|script| script.text.is_ok()) else { continue };
        let mut counts: BTreeMap<String, usize> =
            suite.file().seed.iter().map(|group| (group.label.clone(), group.count)).collect();
        let labels: Vec<String> = counts.keys().cloned().collect();
        for label in labels.into_iter().filter(|_| !arguments.whole) {
            while counts[&label] > 1 && mentions(&best, &label) {
                let mut fewer = counts.clone();
                fewer.insert(label.clone(), counts[&label] / 2);
                let smaller = Arc::new(suite.seeded_with(&fewer));
                let scripts = attempt(arguments, &smaller, &target, token, interrupted.subscribe()).await?;
                let same = |script: &Script| script.rule == best.rule && script.case == best.case;
                match scripts.into_iter().find(|script| same(script) && script.text.is_ok()) {
                    Some(script) => (best, counts) = (script, fewer),
                    None => break,
                }
            }
        }
        if let Ok(text) = best.text {
            console::print(&text)?;
            return Ok(0);
        }
    }
    console::note("nothing was found that a script could show");
    Ok(NOTHING_TO_SHOW)
}

/// Whether a script creates more than one record of a seed group.
fn mentions(script: &Script, label: &str) -> bool {
    script.text.as_ref().is_ok_and(|text| text.contains(&format!(": create {label}\n")))
}

/// The scripts for what one run of the case finds, in a namespace of its own.
async fn attempt(
    arguments: &Repro,
    suite: &Arc<Suite>,
    target: &Target,
    token: Option<&str>,
    interrupted: tokio::sync::watch::Receiver<bool>,
) -> Result<Vec<Script>, Failure> {
    let target =
        token.map_or_else(|| target.clone(), |token| target.with_token(suite, "SPECPROOF_TOKEN", token));
    let common = Common {
        seed: arguments.seed,
        namespace: check::namespace(),
        only: vec![arguments.case.clone()],
        max_wait: Duration::from_secs(arguments.pace.max_wait),
        deletion_wait: Duration::from_secs(arguments.pace.deletion_wait),
        ..Common::default()
    };
    let job = setup::job(suite, &target, &common).map_err(|error| Failure::usage(error.to_string()))?;
    let options = runner::Options {
        jobs: arguments.pace.jobs(),
        keep: false,
        read_only: false,
        exchanges: true,
        target: target.base_url.as_str().trim_end_matches('/').to_owned(),
        interrupted,
    };
    let scripts = Mutex::new(Scripts::default());
    let ending = runner::run(vec![job], &options, &|event| {
        scripts.lock().unwrap_or_else(PoisonError::into_inner).add(&event);
    })
    .await;
    match ending {
        Ending::NoVerdict | Ending::Interrupted => {
            Err(Failure::no_verdict("the target could not be seeded, or the run did not end"))
        }
        Ending::NothingSelected => Err(Failure::usage(format!(
            "no case matches `{}`: `specproof list cases` names them all",
            arguments.case
        ))),
        Ending::Complete => Ok(scripts.into_inner().unwrap_or_else(PoisonError::into_inner).written()),
    }
}
