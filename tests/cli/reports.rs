//! Reports in files, on standard output, and made again from a recording.

use std::fs;

use super::program::{Running, folder, specproof};

#[test]
fn a_recording_gives_the_reports_of_its_run() {
    let folder = folder("reports");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let to = |kind: &str, name: &str| format!("{kind}={}", path(name));
    let kinds = ["html", "junit", "markdown", "har", "sarif", "badge", "github", "json"];
    let flags = |side: &str| -> Vec<String> {
        kinds.iter().flat_map(|kind| ["--report".to_owned(), to(kind, &format!("{side}.{kind}"))]).collect()
    };
    let strings = |first: &[&str], more: &[String]| -> Vec<String> {
        first.iter().map(|s| (*s).to_owned()).chain(more.iter().cloned()).collect()
    };
    let run = |arguments: &[String]| specproof(&arguments.iter().map(String::as_str).collect::<Vec<_>>());

    let jsonl = to("jsonl", "run.jsonl");
    let live = run(&strings(&["check", "--suite", "elizaos", "--report", &jsonl], &flags("live")));
    live.assert(0, &["conforms"]);
    let again = run(&strings(&["report", &path("run.jsonl")], &flags("again")));
    again.assert(0, &[]);
    assert_eq!(again.stdout, "", "the report went into files");
    for kind in kinds {
        let read = |side: &str| fs::read_to_string(path(&format!("{side}.{kind}"))).unwrap();
        // A run in which everything holds has nothing to annotate.
        assert_eq!(read("live").is_empty(), kind == "github", "{kind}");
        assert_eq!(read("live"), read("again"), "{kind}");
    }

    let shown = specproof(&["report", &path("run.jsonl")]);
    shown.assert(0, &["conforms"]);
    let (_, report) = live.stdout.split_once('\n').unwrap();
    assert_eq!(shown.stdout, report, "but for the line that says what will be created");

    let recording = fs::read_to_string(path("run.jsonl")).unwrap();
    let cut = recording.trim_end().rfind('\n').unwrap();
    fs::write(path("cut.jsonl"), &recording[..=cut]).unwrap();
    specproof(&["report", &path("cut.jsonl")]).assert(2, &["cut.jsonl", "the recording is cut off"]);
    specproof(&["report", &path("run.jsonl"), "--report", &to("html", "run.jsonl")])
        .assert(2, &["would overwrite the recording"]);
    assert_eq!(fs::read_to_string(path("run.jsonl")).unwrap(), recording);
}

#[test]
fn the_html_report_of_a_default_run_is_small() {
    let path = folder("default").join("run.html");
    specproof(&["check", "--report", &format!("html={}", path.display())]).assert(0, &["conforms"]);
    let size = fs::metadata(path).unwrap().len();
    assert!(size < 2_000_000, "{size} octets");
}

#[test]
fn the_report_for_people_comes_in_three_formats() {
    let check = [
        "check",
        "--suite",
        "honcho",
        "--only",
        "honcho::get_messages::walk::",
        "--fault",
        "honcho-pages-overlap",
    ];
    let formatted = |format: &str| specproof(&[&check[..], &["--format", format]].concat());
    let (full, compact, json) = (formatted("full"), formatted("compact"), formatted("json"));
    full.assert(1, &["requires", "expected", "rerun", "slowest", "PAG003"]);
    compact.assert(1, &["rerun", "PAG003"]);
    assert!(compact.stdout.lines().count() < full.stdout.lines().count(), "{}", compact.stdout);
    json.assert(1, &[]);
    let outcome: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (&outcome["exit_code"], &outcome["defects"][0]["operation"]),
        (&1.into(), &"get_messages".into())
    );
    specproof(&["check", "--format", "json", "--report", "junit=-"])
        .assert(2, &["cannot both go to standard output"]);
}

#[test]
fn a_locale_without_unicode_gets_ascii() {
    let output =
        super::program::command(&["check", "--suite", "elizaos"]).env("LC_ALL", "C").output().unwrap();
    assert!(output.stdout.is_ascii() && output.stdout.windows(8).any(|part| part == b"conforms"));
    let output =
        super::program::command(&["check", "--suite", "elizaos"]).env("LC_ALL", "C.UTF-8").output().unwrap();
    assert!(!output.stdout.is_ascii());
}

#[test]
fn github_actions_get_annotations_and_a_summary() {
    let folder = folder("actions");
    let summary = folder.join("summary.md");
    fs::write(&summary, "# Before\n").unwrap();
    let output = super::program::command(&["check", "--suite", "honcho", "--fault", "honcho-pages-overlap"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let word = lines[0].strip_prefix("::stop-commands::").unwrap_or_else(|| panic!("{text}"));
    let resumed = lines.iter().position(|line| *line == format!("::{word}::")).unwrap();
    assert!(lines[resumed + 1].starts_with("::error file=specs/honcho/openapi.yaml,line="), "{text}");
    assert!(
        lines[1..resumed].iter().any(|line| line.contains("does not conform")),
        "the report stands before"
    );
    let summary = fs::read_to_string(summary).unwrap();
    assert!(summary.starts_with("# Before\n## specproof: does not conform"), "{summary}");
}

#[test]
fn a_report_on_standard_output_stands_there_alone() {
    let done = specproof(&["check", "--suite", "elizaos", "--report", "jsonl=-"]);
    done.assert(0, &[]);
    assert!(done.stdout.lines().all(|line| line.starts_with("{\"event\":")));
    assert!(done.stderr.contains("conforms"), "{}", done.stderr);
}

#[test]
fn reports_of_a_target_that_is_not_there_are_whole() {
    let folder = folder("unreachable");
    let path = folder.join("run.jsonl");
    let report = format!("jsonl={}", path.display());
    let url = format!("http://127.0.0.1:{}", super::program::dead_port());
    specproof(&["check", &url, "--suite", "honcho", "--report", &report]).assert(3, &["nothing listens"]);
    specproof(&["report", path.to_str().unwrap()]).assert(3, &["nothing listens"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_whole_is_no_success() {
    specproof(&["check", "--suite", "elizaos", "--report", "jsonl=/dev/full"])
        .assert(2, &["a report could not be written whole"]);
}

#[test]
fn nobody_reading_is_no_reason_to_complain() {
    for (arguments, code) in
        [(&["list", "cases"][..], 0), (&["check", "--suite", "honcho"], 3), (&["explain", "PAG004"], 0)]
    {
        let done = Running::start(arguments).hang_up();
        assert_eq!((done.code, done.stderr.as_str()), (Some(code), ""), "{arguments:?}");
    }
}
