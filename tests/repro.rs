//! For every fault of the reference server, a script made of its findings shows it on a fresh faulty server and shows nothing on a clean one.
//!
//! One trial per fault: `cargo test --test repro -- page-overlap`. Needs `sh`, `curl` and `jq`; without them the scripts are
//! ignored, unless `CI` is set: then that is a failure. `fixtures/repro.toml` names for each fault the case and the rule, so that only they are
//! run; for a fault that it does not name everything is run, and some script must show it. With `SPECPROOF_MEASURE=1` everything is run, and the
//! line of the table for the smallest script that shows the fault is printed; with `SPECPROOF_MEASURE=all` every script that a report would name is
//! tried. With `SPECPROOF_KEEP=DIR` the scripts stay in that directory.

mod threads;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use serde::Deserialize;
use specproof::reference::clock::SystemClock;
use specproof::reference::fault::{FAULTS, Fault};
use specproof::reference::{self, Running};
use specproof::repro::{Script, Scripts};
use specproof::runner::{self, Options};
use specproof::setup::{Bundled, Common, Target, job};

/// What servers ask for whose fault shows only then.
const TOKEN: &str = "a-token-of-the-faults";

/// The programs that the scripts call.
const TOOLS: [&str; 2] = ["curl", "jq"];

/// How often a script is tried that sends requests at once.
const TRIES: usize = 5;

/// The part of `fixtures/repro.toml` that this test reads.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    /// The case and the rule whose script shows a fault.
    shown: BTreeMap<String, Shown>,
    /// Faults that no script can show, and why.
    unshown: BTreeMap<String, String>,
}

/// What shows a fault.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Shown {
    /// One case and rule: `suite::operation::case::RULE`.
    Alone(String),
    /// The same, and further cases, in which the requests are sent that it hangs on.
    With(Vec<String>),
}

impl Shown {
    /// The patterns of what is run, the one that shows it first.
    fn patterns(&self) -> &[String] {
        match self {
            Self::Alone(shown) => std::slice::from_ref(shown),
            Self::With(all) => all,
        }
    }
}

/// Whether everything is run, in place of what the table names.
fn measures() -> bool {
    std::env::var_os("SPECPROOF_MEASURE").is_some()
}

fn token_for(fault: &Fault) -> Option<&'static str> {
    (fault.family == "auth").then_some(TOKEN)
}

async fn server(faults: Vec<&'static Fault>, token: Option<&str>) -> Result<Running, Failed> {
    let mut options = reference::Options::new(Arc::new(SystemClock));
    options.faults = faults;
    options.token = token.map(str::to_owned);
    Ok(Running::start(options).await?)
}

/// The scripts for what a run of the cases that match finds on a server with this fault.
async fn scripts(fault: &'static Fault, only: &[String]) -> Result<Vec<Script>, Failed> {
    let token = token_for(fault);
    let running = server(vec![fault], token).await?;
    let suite = Arc::new(Bundled::named(fault.api.name()).ok_or("no such suite")?.load()?);
    let mut target = Target::new(running.base_url().parse()?);
    if let Some(token) = token {
        target = target.with_token(&suite, "SPECPROOF_TOKEN", token);
    }
    let common = Common {
        seed: 1,
        namespace: "specproof-repro".to_owned(),
        only: only
            .iter()
            .enumerate()
            .map(|(i, pattern)| if i == 0 { format!("{pattern}-*") } else { format!("{pattern}::*") })
            .collect(),
        // The reference server grants any life, so that a fault of what has expired shows after a second.
        max_wait: Duration::from_secs(5),
        ..Common::default()
    };
    let (_interrupt, interrupted) = tokio::sync::watch::channel(false);
    let options = Options {
        jobs: 1,
        keep: false,
        read_only: false,
        exchanges: true,
        target: running.base_url(),
        interrupted,
    };
    let scripts = Mutex::new(Scripts::default());
    runner::run(vec![job(&suite, &target, &common)?], &options, &|event| {
        scripts.lock().unwrap_or_else(PoisonError::into_inner).add(&event);
    })
    .await;
    running.stop().await;
    Ok(scripts.into_inner().unwrap_or_else(PoisonError::into_inner).written())
}

/// How a script ends on a fresh server, and what it says.
async fn run(
    script: &Path,
    faults: Vec<&'static Fault>,
    token: Option<&str>,
) -> Result<(Option<i32>, String), Failed> {
    let running = server(faults, token).await?;
    let mut command = Command::new("sh");
    command.arg(script).arg(running.base_url()).env_remove("BASE_URL").env_remove("RUN").stdin(Stdio::null());
    if let Some(token) = token {
        command.env("SPECPROOF_TOKEN", token);
    }
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    running.stop().await;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.code(), String::from_utf8_lossy(&said).into_owned()))
}

async fn judge(fault: &'static Fault, shown_by: Option<&Shown>, unshown: bool) -> Result<(), Failed> {
    let only = shown_by.filter(|_| !measures()).map_or(&[][..], Shown::patterns);
    let directory = match std::env::var_os("SPECPROOF_KEEP") {
        Some(directory) => PathBuf::from(directory).join(fault.name),
        None => std::env::temp_dir().join(format!("specproof-repro-{}-{}", std::process::id(), fault.name)),
    };
    std::fs::create_dir_all(&directory)?;
    let mut wrong = Vec::new();
    let mut shown = Vec::new();
    let mut scripts = scripts(fault, only).await?;
    if let Some(pattern) = only.first() {
        scripts.retain(|script| format!("{}::{}", script.case, script.rule) == *pattern);
    }
    // The smallest first: it is the one that the table names.
    scripts.sort_by_key(|script| script.text.as_ref().map_or(usize::MAX, String::len));
    for script in scripts {
        let text = match script.text {
            Ok(text) => text,
            Err(why) => {
                wrong.push(format!("{} {}: no script: {why}", script.case, script.rule));
                continue;
            }
        };
        let path = directory.join(&script.name);
        let together = text.contains("\nall_came ");
        std::fs::write(&path, text)?;
        let token = token_for(fault);
        let (mut faulty, mut said_faulty) = run(&path, vec![fault], token).await?;
        // Whether requests that are sent at once meet is a matter of chance.
        for _ in (1..TRIES).filter(|_| together) {
            if faulty == Some(0) {
                (faulty, said_faulty) = run(&path, vec![fault], token).await?;
            }
        }
        let (clean, said_clean) = run(&path, Vec::new(), token).await?;
        if faulty == Some(1) && clean == Some(0) {
            shown.push(format!("{}::{}", script.case, script.rule));
            if shown_by.is_none() || std::env::var("SPECPROOF_MEASURE").is_ok_and(|which| which != "all") {
                wrong.clear();
                break;
            }
            continue;
        }
        wrong.push(format!(
            "{}: ends with {faulty:?} on a faulty server (1 is right) and with {clean:?} on a clean one (0 is right)\n\
             --- faulty\n{said_faulty}\n--- clean\n{said_clean}",
            script.name
        ));
    }
    if std::env::var_os("SPECPROOF_KEEP").is_none() {
        std::fs::remove_dir_all(&directory)?;
    }
    if measures() {
        let line = shown.first().map_or_else(String::new, |case| format!("{} = \"{case}\"\n", fault.name));
        std::io::stdout().write_all(line.as_bytes())?;
    }
    match (wrong.is_empty(), shown.is_empty(), unshown) {
        (true, false, false) | (_, true, true) => Ok(()),
        (_, false, true) => Err("a script shows it, and yet it is said that none can".into()),
        (true, true, false) => Err("there is no script".into()),
        (false, _, false) => Err(wrong.join("\n").into()),
    }
}

/// Whether a program is there.
fn answers(tool: &str) -> bool {
    let status = Command::new(tool).arg("--version").stdout(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn main() -> ExitCode {
    let arguments = threads::arguments();
    let table: &'static Table = Box::leak(Box::new(
        toml::from_str(include_str!("../fixtures/repro.toml")).expect("fixtures/repro.toml is a table"),
    ));
    let missing: Vec<&str> = TOOLS.into_iter().filter(|tool| !answers(tool)).collect();
    if !missing.is_empty() {
        let names = missing.join(" and ");
        let title = format!("scripts (not on the PATH: {names})");
        let failed = format!("the scripts call {names}: apt-get install {}", missing.join(" "));
        let trial =
            Trial::test(title, || Err(failed.into())).with_ignored_flag(std::env::var_os("CI").is_none());
        return libtest_mimic::run(&arguments, vec![trial]).exit_code();
    }
    let mut trials: Vec<Trial> = FAULTS
        .iter()
        .map(|fault| {
            let unshown = table.unshown.contains_key(fault.name);
            Trial::test(format!("{}::{}", fault.api.name(), fault.name), move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(judge(fault, table.shown.get(fault.name), unshown))
            })
        })
        .collect();
    trials.push(Trial::test("table", || {
        let names = || table.shown.keys().chain(table.unshown.keys());
        let unknown: Vec<&String> = names().filter(|name| Fault::named(name).is_none()).collect();
        let twice: Vec<&String> =
            table.shown.keys().filter(|name| table.unshown.contains_key(*name)).collect();
        if unknown.is_empty() && twice.is_empty() {
            return Ok(());
        }
        Err(format!("no faults: {unknown:?}; named twice: {twice:?}").into())
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}
