//! What lies beyond one run: recordings judged again and compared, snapshots, coverage, several targets.

use std::fs;

use super::program::{correct, folder, serve, specproof, specproof_beside};

const FAULT: [&str; 2] = ["--fault", "elizaos-has-more-never"];

#[test]
fn a_recording_is_judged_again_and_compared() {
    let folder = folder("runs");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let to = |name: &str| format!("jsonl={}", path(name));
    let (right, wrong) = (to("right.jsonl"), to("wrong.jsonl"));
    specproof(&["check", "--suite", "elizaos", "--report", &right]).assert(0, &[]);
    specproof(&[&["check", "--suite", "elizaos", "--report", &wrong][..], &FAULT].concat()).assert(1, &[]);

    let (right, wrong) = (path("right.jsonl"), path("wrong.jsonl"));
    specproof(&["compare", &right, &right]).assert(0, &["new: 0", "fixed: 0", "still failing: 0"]);
    specproof(&["compare", &right, &wrong]).assert(1, &["must PAG004 elizaos::get_messages", "fixed: 0"]);
    specproof(&["compare", &wrong, &right])
        .assert(0, &["new: 0", "fixed: ", "must PAG004 elizaos::get_messages"]);
    let json = specproof(&["compare", &right, &wrong, "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(!told["new"].as_array().unwrap().is_empty(), "{told}");

    for (name, code) in [("right", 0), ("wrong", 1)] {
        let (before, again) = (path(&format!("{name}.jsonl")), path(&format!("{name}-again.jsonl")));
        specproof(&["judge", &before, "--report", &format!("jsonl={again}")]).assert(code, &[]);
        let same = specproof(&["compare", &before, &again]);
        same.assert(0, &["new: 0", "fixed: 0", "no longer judged: 0"]);
        // The exchanges are the same, and so is what they touch.
        let events = |path: &str, kind: &str| -> Vec<String> {
            let text = fs::read_to_string(path).unwrap();
            let start = format!("{{\"event\":\"{kind}\"");
            text.lines().filter(|line| line.starts_with(&start)).map(str::to_owned).collect()
        };
        for kind in ["exchange", "covered", "seeded"] {
            let (one, two) = (events(&before, kind), events(&again, kind));
            assert!(!one.is_empty() && one == two, "{kind} of {name}: {} and {}", one.len(), two.len());
        }
    }

    let recording = fs::read_to_string(&right).unwrap();
    let cut = recording.trim_end().rfind('\n').unwrap();
    fs::write(path("cut.jsonl"), &recording[..=cut]).unwrap();
    let newer = recording.replacen("\"format\":1", "\"format\":9", 1);
    fs::write(path("newer.jsonl"), newer).unwrap();
    let bare: Vec<&str> = recording.lines().filter(|line| !line.contains("\"event\":\"exchange\"")).collect();
    let bare = bare.join("\n");
    fs::write(path("bare.jsonl"), bare).unwrap();
    for (name, message) in
        [("cut.jsonl", "is cut off"), ("newer.jsonl", "has format 9"), ("bare.jsonl", "holds no exchanges")]
    {
        specproof(&["judge", &path(name)]).assert(2, &[message]);
    }
    specproof(&["compare", &right, &path("cut.jsonl")]).assert(2, &["is cut off"]);
}

#[test]
fn snapshots_show_what_changed_and_a_second_run_shows_nothing() {
    let folder = folder("snapshots");
    let folder = folder.to_str().unwrap();
    let check = ["check", "--suite", "elizaos", "--quiet", "--snapshot", folder];
    specproof(&check).assert(1, &["snapshot new", "elizaos__verdicts.snap", "--snapshot-update"]);
    let pending = fs::read_dir(folder)
        .unwrap()
        .filter(|e| e.as_ref().unwrap().path().to_string_lossy().ends_with(".snap.new"))
        .count();
    assert!(pending > 5, "{pending}");
    specproof(&[&check[..], &["--snapshot-update"]].concat()).assert(0, &["snapshots written"]);
    assert!(
        fs::read_dir(folder).unwrap().all(|entry| entry.unwrap().path().to_string_lossy().ends_with(".snap"))
    );
    // Other records, another port, another number of cases side by side.
    specproof(&[&check[..], &["--jobs", "1"]].concat()).assert(0, &["snapshots are as they were"]);
    specproof(&[&check[..], &["--fault", "elizaos-no-challenge"]].concat())
        .assert(1, &["snapshot changed", "get_messages.snap", "- www-authenticate: ApiKey"]);
    fs::write(format!("{folder}/elizaos__gone.snap"), "---\n---\n").unwrap();
    specproof(&check).assert(1, &["something that was not run", "elizaos__gone.snap"]);

    // They are insta's own.
    let name = "elizaos__verdicts";
    let text = fs::read_to_string(format!("{folder}/{name}.snap")).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, specproof::report::snapshot::content(&text).unwrap()));
}

#[test]
fn coverage_can_be_required() {
    let check = ["check", "--suite", "elizaos", "--quiet"];
    let required = |shares: &str| specproof(&[&check[..], &["--require-coverage", shares]].concat());
    required("operations=100,parameters=10").assert(0, &["conforms"]);
    required("operations=100,statuses=100").assert(
        1,
        &["coverage of the document", "statuses", "100 % required", "no answer was a server error"],
    );
    required("operatoins=100").assert(2, &["did you mean `operations`?"]);
    required("statuses=101").assert(2, &["a whole number from 0 to 100"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_targets_stand_beside_each_other() {
    let one = serve(correct()).await;
    let two = serve(correct()).await;
    let folder = folder("several");
    let report = format!("jsonl={}", folder.join("{target}.jsonl").display());
    let check =
        ["check", &one, &two, "--suite", "elizaos", "--only", "get_messages::walk", "--quiet", "--report"];
    let done = specproof_beside(&[&check[..], &[&report]].concat()).await;
    done.assert(0, &["targets and rules", "hold on every target"]);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    let same = format!("jsonl={}", folder.join("same.jsonl").display());
    specproof_beside(&[&check[..], &[&same]].concat()).await.assert(2, &["{target}"]);
}
