//! One run of the program against one target: how long, how much memory, which exit code, and what it says.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use serde_json::Value;

use super::server::Front;

/// The most memory that a run may take, in KiB.
const MOST_MEMORY: u64 = 300 << 10;

/// How much longer than its `--max-time` a run may take before a test gives it up. It is much, since other tests run at the same time; that
/// `--max-time` is kept is the program's own affair and shown by its ending.
const GUARD: Duration = Duration::from_secs(90);

/// What a run left.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The events of the recording.
    pub(crate) events: Vec<Value>,
    /// Every report by its kind.
    pub(crate) folder: PathBuf,
    /// The most memory, in KiB.
    pub(crate) memory: u64,
    pub(crate) time: Duration,
}

/// Where a run leaves what it writes.
pub(crate) fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hostile").join(name.replace([' ', '/'], "-"))
}

/// Runs the program with these arguments, and with every kind of report.
pub(crate) async fn run(name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let folder = folder(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("it can be made");
    let mut command = Command::new(env!("CARGO_BIN_EXE_specproof"));
    let (stdout, stderr) = (folder.join("stdout"), folder.join("stderr"));
    let open = |path: &Path| File::create(path).expect("it can be made");
    command.args(arguments).stdin(Stdio::null()).stdout(open(&stdout)).stderr(open(&stderr));
    for kind in kinds() {
        command.arg("--report").arg(format!("{kind}={}", folder.join(kind).display()));
    }
    for name in ["SPECPROOF_TARGET", "SPECPROOF_TOKEN", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.envs(environment.iter().copied());
    let began = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let mut memory = 0;
    let code = loop {
        memory = memory.max(memory_of(child.id()));
        match child.try_wait().expect("it is ours") {
            Some(status) => break status.code(),
            None if began.elapsed() > GUARD => {
                let _ = child.kill();
                let _ = child.wait();
                panic!("{name}: the program does not end");
            }
            None => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    };
    let text = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
    Outcome {
        code,
        stdout: text(&stdout),
        stderr: text(&stderr),
        events: text(&folder.join("jsonl"))
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect(),
        folder,
        memory,
        time: began.elapsed(),
    }
}

/// The kinds of reports that a run can write, as the program itself names them: a new one is tried here without a word.
pub(crate) fn kinds() -> &'static [String] {
    static KINDS: OnceLock<Vec<String>> = OnceLock::new();
    KINDS.get_or_init(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_specproof"));
        let output = command.args(["check", "--report", "="]).output().expect("the program starts");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let (_, rest) = text.split_once("KIND is one of ").expect("the message names the kinds");
        let list = rest.split(['\n', ';']).next().unwrap_or_default();
        let kinds: Vec<String> = list
            .split([',', ' '])
            .map(|kind| kind.trim_matches('.').to_owned())
            .filter(|kind| !kind.is_empty())
            .collect();
        assert!(kinds.len() >= 4 && kinds[0] == "jsonl", "{kinds:?}");
        kinds
    })
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The most resident memory that a process ever had, in KiB; 0 where the system does not tell.
fn memory_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    // Between its birth and its first step, a process is a copy of the one that started it.
    let started =
        status.lines().any(|line| line.strip_prefix("Name:").is_some_and(|name| name.trim() == "specproof"));
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).filter(|_| started);
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

impl Outcome {
    /// The codes of the rules that failed.
    pub(crate) fn failed(&self) -> BTreeSet<String> {
        self.judgements()
            .filter(|judgement| judgement["verdict"] == "fail")
            .filter_map(|judgement| judgement["rule"].as_str().map(str::to_owned))
            .collect()
    }

    /// Why rules could not be judged.
    pub(crate) fn causes(&self) -> BTreeSet<String> {
        self.judgements().filter_map(|judgement| judgement["cause"].as_str().map(str::to_owned)).collect()
    }

    fn judgements(&self) -> impl Iterator<Item = &Value> {
        self.events.iter().filter_map(|event| event["judgements"].as_array()).flatten()
    }

    /// What holds of every run, whatever the target does.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut want = |holds: bool, what: String| {
            if !holds {
                problems.push(what);
            }
        };
        want(self.memory < MOST_MEMORY, format!("it took {} MiB", self.memory >> 10));
        for word in ["panicked", "bug in specproof", "bug of its own"] {
            want(!self.stderr.contains(word) && !self.stdout.contains(word), format!("it says `{word}`"));
        }
        let last = self.events.last().map(|event| event["event"].clone());
        want(last == Some("run-finished".into()), format!("its recording ends with {last:?}"));
        for kind in kinds() {
            let report = written(&self.folder.join(kind));
            // Annotations and scripts are of findings alone, and there may be none.
            let needed = !["github", "repro"].contains(&kind.as_str());
            want(!report.is_empty() || !needed, format!("the report {kind} is empty"));
            let raw = report.iter().any(|octet| *octet < b' ' && !b"\n\t\r".contains(octet));
            want(!raw, format!("the report {kind} holds control characters"));
        }
        let raw = self.stdout.bytes().any(|octet| octet < b' ' && !b"\n\t\r".contains(&octet));
        want(!raw, "the terminal got control characters".to_owned());
        problems
    }
}

/// What a mode must come to.
pub(crate) struct Wanted {
    pub(crate) code: i32,
    /// Words that stand in the output or among the causes.
    pub(crate) words: &'static [&'static str],
    /// The only rules that may fail, or the beginnings of their codes.
    pub(crate) may_fail: &'static [&'static str],
    /// Rules that must fail.
    pub(crate) must_fail: &'static [&'static str],
}

impl Wanted {
    /// What is not as wanted.
    pub(crate) fn compare(&self, outcome: &Outcome) -> Vec<String> {
        let mut problems = outcome.problems();
        if outcome.code != Some(self.code) {
            problems.push(format!("exit code {:?} and not {}", outcome.code, self.code));
        }
        let causes = outcome.causes();
        for word in self.words {
            let said = outcome.stdout.contains(word)
                || outcome.stderr.contains(word)
                || causes.iter().any(|cause| cause.contains(word));
            if !said {
                problems.push(format!("it does not say `{word}`"));
            }
        }
        let failed = outcome.failed();
        for rule in &failed {
            if !self.may_fail.iter().chain(self.must_fail).any(|allowed| rule.starts_with(allowed)) {
                problems.push(format!("{rule} fails"));
            }
        }
        for rule in self.must_fail {
            if !failed.contains(*rule) {
                problems.push(format!("{rule} does not fail"));
            }
        }
        if !problems.is_empty() {
            problems.push(format!(
                "failed: {failed:?}\ncauses: {causes:?}\nsee {}\n{}\n({:?}, {} MiB)",
                outcome.folder.display(),
                outcome.stderr,
                outcome.time,
                outcome.memory >> 10
            ));
        }
        problems
    }
}

/// Tries a target with a case or two of the suite for `ElizaOS`, and compares; gives what is not as wanted.
pub(crate) async fn tried(name: &str, front: &Front, more: &[&str], wanted: &Wanted) -> Option<String> {
    let arguments = ["check", &front.url, "--suite", "elizaos", "--max-time", "60"];
    let outcome = run(name, &[&arguments[..], more].concat(), &[]).await;
    let problems = wanted.compare(&outcome);
    (!problems.is_empty()).then(|| format!("== {name}\n{}", problems.join("\n")))
}

/// Awaits all of them, four at a time, and fails with everything that is not as wanted.
pub(crate) async fn assert_all(trials: impl IntoIterator<Item = impl Future<Output = Option<String>>>) {
    let trials = futures_util::stream::iter(trials).buffer_unordered(4);
    let problems: Vec<String> = trials.filter_map(async |problem| problem).collect().await;
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

/// What a report wrote: a file, or all files of a folder.
fn written(path: &Path) -> Vec<u8> {
    let Ok(entries) = std::fs::read_dir(path) else { return std::fs::read(path).unwrap_or_default() };
    entries.flatten().flat_map(|entry| std::fs::read(entry.path()).unwrap_or_default()).collect()
}
