//! The HTML report in a real browser: headless Chromium opens it, and a script in the page clicks through it.
//!
//! The steps stand in `tests/browser/steps.js`; each is a trial. Without Chromium they are ignored, unless `CI` is set: then that is a failure.
//! With `SPECPROOF_MEASURE=1` a report of 500 findings is opened and filtered, and the times are printed (`.ci/measure` does that).

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

/// The same hostile text that the reporters' own tests use.
const HOSTILE: &str = include!("../fixtures/hostile.in");

/// Where browsers are looked for.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// What is put into the page before anything else: it hears of whatever goes wrong.
const LISTEN: &str = "<script>window.trouble = [];\
    addEventListener('error', (event) => trouble.push('error: ' + event.message));\
    addEventListener('securitypolicyviolation', (event) => trouble.push('policy: ' + event.violatedDirective + ' ' + event.blockedURI));\
    console.error = console.warn = (...words) => trouble.push('console: ' + words.join(' '));\
    window.alert = () => trouble.push('alert: hostile text was run');</script>";

/// What the script in the page wrote: for each step its name, and what was wrong, or nothing.
type Steps = Vec<(String, Option<String>)>;

fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&path).flat_map(|folder| BROWSERS.map(|name| folder.join(name)));
    places.find(|place| place.is_file())
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&folder).expect("the folder for tests can be made");
    folder
}

fn specproof<S: AsRef<OsStr>>(arguments: &[S]) {
    let status = Command::new(env!("CARGO_BIN_EXE_specproof"))
        .args(arguments)
        .env_remove("GITHUB_ACTIONS")
        .stdout(Stdio::null())
        .status()
        .expect("the program starts");
    assert!(matches!(status.code(), Some(0 | 1)), "{status}");
}

/// Opens a page and gives what the script in it wrote.
fn opened(browser: &Path, page: &str, script: &str, virtual_time: bool, width: u32) -> Result<Value, Failed> {
    let folder = folder();
    let unique = format!("{}-{width}-{virtual_time}", page.len());
    let place = folder.join(format!("{unique}.html"));
    let page = page
        .replacen("<meta charset=\"utf-8\">", &format!("<meta charset=\"utf-8\">{LISTEN}"), 1)
        .replacen("</body>", &format!("<script>{script}</script></body>"), 1);
    fs::write(&place, page)?;
    let profile = folder.join(format!("profile-{unique}-{}", std::process::id()));
    let mut command = Command::new(browser);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--dump-dom",
    ]);
    command.arg(format!("--user-data-dir={}", profile.display())).arg(format!("--window-size={width},900"));
    if virtual_time {
        command.arg("--virtual-time-budget=20000");
    }
    let output = command.arg(format!("file://{}", place.display())).stdin(Stdio::null()).output()?;
    let _ = fs::remove_dir_all(&profile);
    let dumped = String::from_utf8_lossy(&output.stdout);
    let outcome = dumped.split_once("<pre id=\"outcome\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let Some((outcome, _)) = outcome else {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(
            format!("the script in the page did not come to its end; the browser says: {said}").into()
        );
    };
    Ok(serde_json::from_slice(&STANDARD.decode(outcome.trim())?)?)
}

/// A recording with hostile text in all that a target can send.
fn spoiled(recording: &str) -> String {
    let spoil = |line: &str| -> Option<String> {
        let mut event: Value = serde_json::from_str(line).ok()?;
        if event["event"] == "case-finished" {
            for judgement in event["judgements"].as_array_mut()? {
                for finding in
                    judgement.get_mut("findings").and_then(Value::as_array_mut).into_iter().flatten()
                {
                    // A proof is a claim in the words of the event format; what it quotes of a target is the business of the scripts' own tests.
                    spoil_texts(finding, &["level", "rule", "kind", "status", "repeats", "pointer", "proof"]);
                }
            }
        }
        Some(event.to_string())
    };
    recording.lines().filter_map(|line| spoil(line).map(|line| line + "\n")).collect()
}

/// Adds hostile text to every text but those of these members.
fn spoil_texts(value: &mut Value, but: &[&str]) {
    match value {
        // Content that is JSON stays JSON, with hostile text in it.
        Value::String(text) if !["same", "missing", "extra", "misplaced"].contains(&text.as_str()) => {
            match serde_json::from_str::<Value>(text) {
                Ok(mut json) if json.is_object() => {
                    spoil_texts(&mut json, but);
                    *text = json.to_string();
                }
                _ => text.push_str(HOSTILE),
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| spoil_texts(item, but)),
        Value::Object(members) => {
            members
                .iter_mut()
                .filter(|(key, _)| !but.contains(&key.as_str()))
                .for_each(|(_, value)| spoil_texts(value, but));
        }
        _ => {}
    }
}

/// The report of a run against a server that repeats items, and the same with hostile text.
fn pages() -> (String, String) {
    let folder = folder();
    let path = |name: &str| folder.join(name).display().to_string();
    specproof(&[
        "check",
        "--suite",
        "honcho",
        "--fault",
        "honcho-pages-overlap",
        "--fault",
        "honcho-token-count-is-text",
        "--report",
        &format!("jsonl={}", path("run.jsonl")),
        "--report",
        &format!("html={}", path("run.html")),
    ]);
    let read = |name: &str| fs::read_to_string(path(name)).expect("the report was written");
    fs::write(path("hostile.jsonl"), spoiled(&read("run.jsonl"))).expect("the folder can be written");
    specproof(&["report", &path("hostile.jsonl"), "--report", &format!("html={}", path("hostile.html"))]);
    (read("run.html"), read("hostile.html"))
}

fn steps(browser: &Path, page: &str, width: u32) -> Result<Steps, Failed> {
    let outcome = opened(browser, page, include_str!("browser/steps.js"), true, width)?;
    Ok(serde_json::from_value(outcome)?)
}

/// A recording with so many findings, each shown: ten in each cell.
fn many(recording: &str, findings: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in recording.lines() {
        let event: Value = serde_json::from_str(line).expect("a recording is JSON Lines");
        if event["event"] != "case-finished" {
            lines.push(line.to_owned());
        } else if event["operation"] == "get_messages"
            && lines.iter().all(|line| !line.contains("operation_0"))
        {
            let judgements = event["judgements"].as_array().expect("a case has judgements").clone();
            let Some(failed) = judgements.iter().find(|judgement| judgement["verdict"] == "fail") else {
                continue;
            };
            for cell in 0..findings / 10 {
                let mut event = event.clone();
                let mut failed = failed.clone();
                let finding = failed["findings"][0].clone();
                failed["findings"] = Value::Array(vec![finding; 10]);
                event["operation"] = format!("operation_{cell}").into();
                event["judgements"] = Value::Array(vec![failed]);
                lines.push(event.to_string());
            }
        }
    }
    lines.join("\n") + "\n"
}

/// The most that a step may take in a browser, in milliseconds, where it is measured.
const PATIENCE: u64 = 1_000;

/// Opens and filters a report of 500 findings in real time, and prints how long that took. The time that the browser needs to start is not in it:
/// the page's clock begins when the browser goes to the page.
fn measure(browser: &Path) -> Result<(), Failed> {
    pages();
    let folder = folder();
    let path = |name: &str| folder.join(name).display().to_string();
    fs::write(path("many.jsonl"), many(&fs::read_to_string(path("run.jsonl"))?, 500))?;
    specproof(&["report", &path("many.jsonl"), "--report", &format!("html={}", path("many.html"))]);
    let page = fs::read_to_string(path("many.html"))?;
    let times = opened(browser, &page, include_str!("browser/measure.js"), false, 1280)?;
    writeln!(std::io::stdout(), "html of 500 findings: {} KiB, in ms: {times}", page.len() / 1024)?;
    let steps = times.as_object().into_iter().flatten().filter(|(name, _)| *name != "findings");
    let slow: Vec<&str> = steps
        .filter(|(_, time)| time.as_u64().is_none_or(|time| time >= PATIENCE))
        .map(|(name, _)| name.as_str())
        .collect();
    if slow.is_empty() { Ok(()) } else { Err(format!("too slow: {}", slow.join(", ")).into()) }
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let Some(browser) = browser() else {
        let missing = || Err(Failed::from("there is no Chromium on the PATH: apt-get install chromium"));
        let ci = std::env::var_os("CI").is_some();
        let trial = Trial::test("browser (no chromium on the PATH)", missing).with_ignored_flag(!ci);
        return libtest_mimic::run(&arguments, vec![trial]).exit_code();
    };
    if std::env::var_os("SPECPROOF_MEASURE").is_some() {
        let trial = Trial::test("measure", move || measure(&browser));
        return libtest_mimic::run(&arguments, vec![trial]).exit_code();
    }
    if arguments.list {
        return libtest_mimic::run(&arguments, Vec::new()).exit_code();
    }
    let (plain, hostile) = pages();
    let mut trials = Vec::new();
    for (name, page, width) in [("plain", &plain, 1280), ("hostile", &hostile, 1280), ("narrow", &plain, 500)]
    {
        match steps(&browser, page, width) {
            Ok(steps) => trials.extend(steps.into_iter().map(|(step, wrong)| {
                Trial::test(format!("{name}::{step}"), move || {
                    wrong.map_or(Ok(()), |wrong| Err(wrong.into()))
                })
            })),
            Err(failed) => trials.push(Trial::test(format!("{name}::opens"), move || Err(failed))),
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
