//! What a run leaves in a target: nothing, when it is stopped by a budget; and what was left, `specproof clean` removes.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use specproof::reference::{Options, Running, clock::SystemClock};
use specproof::rules::Rule;
use specproof::runner;
use specproof::setup::{self, Bundled, Common, Target};
use specproof::verdict::{Basis, Level};

use super::trial;

async fn reference() -> Running {
    Running::start(Options::new(Arc::new(SystemClock))).await.expect("there is a free port")
}

/// The ids of all workspaces that the target holds.
async fn workspaces(target: &Running) -> Vec<String> {
    let mut ids = Vec::new();
    for page in 1.. {
        let url = format!("{}/v3/workspaces/list?size=100&page={page}", target.base_url());
        let answer =
            super::server::client().post(url).send().await.expect("it answers").json::<Value>().await;
        let answer = answer.expect("it is JSON");
        let items = answer["items"].as_array().expect("it is a page");
        ids.extend(items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)));
        if items.is_empty() {
            break;
        }
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn cleaning_up_has_requests_and_time_of_its_own() {
    for (name, budget) in [("requests", ["--max-requests", "60"]), ("time", ["--max-time", "15"])] {
        let target = reference().await;
        let url = target.base_url();
        let arguments = ["check", &url, "--suite", "honcho", "--rate", "50"];
        let outcome =
            trial::run(&format!("budget of {name}"), &[&arguments[..], &budget].concat(), &[]).await;
        assert_eq!(outcome.code, Some(3), "{}", outcome.stdout);
        let last = outcome.events.last().expect("there is an end");
        assert_eq!(last["ending"], "interrupted", "{last}");
        assert_eq!(workspaces(&target).await, Vec::<String>::new(), "{name}");
    }
}

/// A rule that is broken itself.
static BROKEN: Rule = Rule {
    code: "ZZZ001",
    name: "breaks",
    level: Level::Must,
    basis: Basis::Invariant,
    source: "",
    since: "",
    summary: "",
    implies: &[],
    scenarios: &[],
    applies: |_, _| true,
    docs: "",
    check: |_, _| panic!("as this test wants it"),
};

/// A panic of ours takes one verdict with it, and neither the run nor the cleaning up.
#[tokio::test(flavor = "multi_thread")]
async fn a_bug_of_ours_leaves_nothing_behind() {
    let target = reference().await;
    let suite = Arc::new(Bundled::named("honcho").expect("it is bundled").load().expect("it is sound"));
    let common = Common {
        seed: 1,
        namespace: "specproof-broken".to_owned(),
        only: vec!["honcho::get_workspaces::walk::*".to_owned()],
        ..Common::default()
    };
    let url = Target::new(target.base_url().parse().expect("it is a URL"));
    let mut job = setup::job(&suite, &url, &common).expect("it can be made");
    job.plan.cases[0].rules.push(&BROKEN);
    let (_keep, interrupted) = tokio::sync::watch::channel(false);
    let options = runner::Options {
        jobs: 1,
        keep: false,
        read_only: false,
        exchanges: true,
        target: target.base_url(),
        interrupted,
    };
    let events = Mutex::new(Vec::new());
    let ending = runner::run(vec![job], &options, &|event| {
        events.lock().expect("nobody panics with it").push(serde_json::to_value(event).expect("it is JSON"));
    })
    .await;
    let events = events.into_inner().expect("nobody panics with it");
    let text = Value::from(events).to_string();
    assert!(text.contains("a bug of its own") && text.contains("honcho::cleanup"), "{ending:?}: {text}");
    assert!(text.contains("\"verdict\":\"error\""), "{ending:?}: {text}");
    assert_eq!(workspaces(&target).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_behind_is_removed_later_and_nothing_else() {
    let target = reference().await;
    let url = target.base_url();
    let other = super::server::client()
        .post(format!("{url}/v3/workspaces"))
        .json(&serde_json::json!({"id": "somebody-elses"}));
    assert!(other.send().await.expect("it answers").status().is_success());
    let keep = ["check", &url, "--suite", "honcho", "--only", "honcho::get_workspaces::*", "--keep"];
    trial::run("kept", &keep, &[]).await;
    let before = workspaces(&target).await.len();
    assert!(before > 1);
    let clean = |more: &'static str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_specproof"));
        command.args(["clean", &url, "--suite", "honcho"]).args(Some(more).filter(|flag| !flag.is_empty()));
        tokio::task::spawn_blocking(move || command.output().expect("the program starts"))
    };
    let dry = clean("--dry-run").await.expect("nothing panics there");
    assert!(String::from_utf8_lossy(&dry.stdout).contains("× workspace"), "{dry:?}");
    assert_eq!(workspaces(&target).await.len(), before);
    let done = clean("").await.expect("nothing panics there");
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(workspaces(&target).await, ["somebody-elses"]);
    let again = clean("").await.expect("nothing panics there");
    assert!(String::from_utf8_lossy(&again.stdout).contains("earlier runs left nothing"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_only_reads_judges_and_changes_nothing() {
    let target = reference().await;
    let url = target.base_url();
    let read = ["check", &url, "--suite", "honcho", "--read-only"];
    let empty = trial::run("read only, nothing there", &read, &[]).await;
    assert_eq!(empty.code, Some(3), "{}", empty.stdout);
    let keep = ["check", &url, "--suite", "honcho", "--only", "honcho::get_workspaces::*", "--keep"];
    trial::run("kept to be read", &keep, &[]).await;
    let before = workspaces(&target).await;
    let outcome = trial::run("read only", &read, &[]).await;
    assert_eq!((outcome.code, outcome.failed().len()), (Some(0), 0), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("creates nothing"));
    assert_eq!(workspaces(&target).await, before);
    let judged = outcome.events.iter().filter(|event| event["event"] == "case-finished").count();
    assert!(judged > 20, "{judged} cases were judged");
    for event in outcome.events.iter().filter(|event| event["event"] == "exchange") {
        let request = &event["exchange"]["request"];
        let method = request["method"].as_str().unwrap_or_default();
        let path = request["path"].as_str().unwrap_or_default().split('?').next().unwrap_or_default();
        assert!(method == "GET" || method == "POST" && path.ends_with("/list"), "{method} {path}");
    }
    // A target with a defect is found out by reading alone.
    let fault =
        specproof::reference::fault::Fault::named("honcho-pages-overlap").expect("there is such a fault");
    let mut options = Options::new(Arc::new(SystemClock));
    options.faults = vec![fault];
    let faulty = Running::start(options).await.expect("there is a free port");
    let url = faulty.base_url();
    trial::run(
        "faulty, kept",
        &["check", &url, "--suite", "honcho", "--only", "get_workspaces", "--keep"],
        &[],
    )
    .await;
    let outcome =
        trial::run("faulty, read only", &["check", &url, "--suite", "honcho", "--read-only"], &[]).await;
    assert_eq!(outcome.code, Some(1), "{}", outcome.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_a_run_from_starting_is_named_with_its_mend() {
    let mut options = Options::new(Arc::new(SystemClock));
    options.token = Some("open-sesame".to_owned());
    let guarded = Running::start(options).await.expect("there is a free port");
    let astray = reference().await;
    for (suite, url, words) in [
        ("elizaos", guarded.base_url(), ["list_agents: it answered 401", "--header-env"]),
        ("honcho", guarded.base_url(), ["create_workspace: it answered 401", "--bearer-env"]),
        ("elizaos", format!("{}/v9", astray.base_url()), ["it answered 404", "base URL"]),
    ] {
        let outcome =
            trial::run(&format!("unstarted {suite}"), &["check", &url, "--suite", suite], &[]).await;
        assert_eq!(outcome.code, Some(3));
        for word in words {
            assert!(outcome.stdout.contains(word), "{suite}: {word} is missing in {}", outcome.stdout);
        }
    }
}
