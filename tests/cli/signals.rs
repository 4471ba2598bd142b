//! Ctrl-C and SIGTERM: the first stops the cases and tidies up, the second stops at once.
#![cfg(unix)]

use std::fs;
use std::path::Path;

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::program::{Done, Running, correct, folder, serve};

/// A server that never answers some requests, and tells when one of them arrives.
async fn hanging(hangs: fn(&Method, &str) -> bool) -> (String, UnboundedReceiver<Method>) {
    let (sender, arrived) = unbounded_channel();
    let layer = from_fn(move |request: Request, next: Next| {
        let sender = sender.clone();
        async move {
            if hangs(request.method(), request.uri().path()) {
                // A test that is over does not listen any more.
                let _ = sender.send(request.method().clone());
                std::future::pending::<()>().await;
            }
            next.run(request).await
        }
    });
    (serve(correct().layer(layer)).await, arrived)
}

fn is_list(method: &Method, path: &str) -> bool {
    method == Method::POST && path.ends_with("/messages/list")
}

/// Starts a run that is recorded in a file; a pipe that nobody reads would hold it up.
fn start(url: &str, recording: &Path) -> Running {
    let report = format!("jsonl={}", recording.display());
    Running::start(&["check", url, "--suite", "honcho", "--report", &report])
}

async fn end(running: Running) -> Done {
    tokio::task::spawn_blocking(move || running.end()).await.expect("nothing panics there")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_signal_stops_the_cases_and_tidies_up() {
    for signal in ["INT", "TERM"] {
        let (url, mut arrived) = hanging(is_list).await;
        let recording = folder("first-signal").join(signal);
        let running = start(&url, &recording);
        arrived.recv().await.expect("a list is asked for");
        running.signal(signal);
        let done = end(running).await;
        done.assert(3, &["interrupted: cleaning up", "the run was interrupted"]);
        let recording = fs::read_to_string(recording).expect("it is there");
        for part in ["\"event\":\"run-finished\",\"ending\":\"interrupted\"", "\"case\":\"honcho::cleanup\""]
        {
            assert!(recording.contains(part), "{part} is missing beside {done:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_signal_stops_at_once() {
    let (url, mut arrived) = hanging(|method, path| is_list(method, path) || method == Method::DELETE).await;
    let recording = folder("second-signal").join("recording");
    let running = start(&url, &recording);
    arrived.recv().await.expect("a list is asked for");
    running.signal("INT");
    while arrived.recv().await.expect("something is deleted") != Method::DELETE {}
    running.signal("INT");
    let done = end(running).await;
    done.assert(3, &["interrupted: cleaning up"]);
    assert!(!fs::read_to_string(recording).expect("it is there").contains("run-finished"));
}
