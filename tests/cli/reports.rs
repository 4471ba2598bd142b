//! Reports in files, on standard output, and made again from a recording.

use std::fs;

use super::program::{Running, folder, specproof};

#[test]
fn a_recording_gives_the_reports_of_its_run() {
    let folder = folder("reports");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let to = |kind: &str, name: &str| format!("{kind}={}", path(name));
    let kinds = ["html", "junit", "markdown"];
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
        assert!(!read("live").is_empty());
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
