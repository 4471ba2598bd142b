//! Targets of every kind: correct, wrong, absent, and not what they were taken for.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::program::{Running, answering, command, correct, dead_port, serve, specproof, specproof_beside};

#[test]
fn the_reference_server_conforms() {
    let done = specproof(&["check", "--suite", "elizaos"]);
    done.assert(
        0,
        &["elizaos", "seeded", "get_messages", "conforms", "creates records in http://127.0.0.1:"],
    );
    assert_eq!(done.stderr, "");
    assert!(!done.stdout.contains('\u{1b}'), "a pipe gets no colours");
    let quiet = specproof(&["check", "--suite", "elizaos", "--quiet"]);
    quiet.assert(0, &["conforms"]);
    assert!(!quiet.stdout.contains("creates records"), "{quiet:#?}");
}

#[test]
fn colours_can_be_had_in_a_pipe() {
    let done = specproof(&["check", "--suite", "elizaos", "--quiet", "--color", "always"]);
    done.assert(0, &["\u{1b}["]);
}

/// Leaves the last message out of every list of them.
async fn without_the_last_message(request: Request, next: Next) -> Response {
    let list = request.method() == Method::GET && request.uri().path().ends_with("/messages");
    let response = next.run(request).await;
    if !list || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let mut page: Value = serde_json::from_slice(&to_bytes(body, usize::MAX).await.unwrap()).unwrap();
    page["messages"].as_array_mut().unwrap().pop();
    parts.headers.remove("content-length");
    Response::from_parts(parts, Body::from(page.to_string()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_target_is_1() {
    let url = serve(correct().layer(from_fn(without_the_last_message))).await;
    let only = ["check", &url, "--suite", "elizaos", "--only", "PAG004"];
    let done = specproof_beside(&only).await;
    done.assert(
        1,
        &[
            "does not conform",
            "PAG004",
            "item-missing",
            "expected",
            "actual",
            "curl",
            "specproof explain PAG004",
        ],
    );
}

#[test]
fn a_fault_of_the_bundled_server_is_1() {
    let fault = "elizaos-first-message-never-shown";
    specproof(&["list", "faults"]).assert(0, &[fault]);
    let only = "elizaos::get_messages::walk";
    specproof(&["check", "--suite", "elizaos", "--only", only, "--fault", fault])
        .assert(1, &["does not conform"]);
}

#[test]
fn records_stay_where_that_is_asked_for() {
    let done = specproof(&["check", "--suite", "elizaos", "--only", "PAG004", "--keep"]);
    done.assert(0, &["leaves them there", "everything, as asked for"]);
}

#[test]
fn a_dead_port_is_3() {
    let port = dead_port();
    let done = specproof(&["check", &format!("http://127.0.0.1:{port}"), "--suite", "honcho"]);
    done.assert(3, &["no verdict", &format!("nothing listens on 127.0.0.1:{port}")]);
}

#[test]
fn what_is_no_http_server_is_3() {
    let address = answering(b"220 mail.example.org ESMTP\r\n");
    let done = specproof(&["check", &format!("http://{address}"), "--suite", "honcho"]);
    done.assert(3, &[&format!("what listens on {address} is no HTTP server")]);
}

#[test]
fn a_tls_server_is_3() {
    // A TLS alert: handshake failure.
    let address = answering(&[0x15, 3, 1, 0, 2, 2, 40]);
    let done = specproof(&["check", &format!("http://{address}"), "--suite", "honcho"]);
    done.assert(3, &["speaks TLS", "https://"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_is_3_and_its_answer_is_shown() {
    let other = Router::new().fallback(|| async { (StatusCode::NOT_FOUND, "who are you looking for?") });
    let url = serve(other).await;
    for suite in ["honcho", "elizaos", "mielto"] {
        let done = specproof_beside(&["check", &url, "--suite", suite]).await;
        done.assert(3, &["no verdict", "could not be seeded", "404", "who are you looking for?", "curl"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_answers_no_more_is_no_success() {
    // It is seeded, and breaks down at the first list.
    let broken = from_fn(async |request: Request, next: Next| {
        let list = request.method() == Method::GET && request.uri().path().ends_with("/messages");
        if list { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { next.run(request).await }
    });
    let url = serve(correct().layer(broken)).await;
    let done = specproof_beside(&["check", &url, "--suite", "elizaos", "--only", "PAG004"]).await;
    done.assert(3, &["no verdict", "not judged"]);
}

#[test]
fn a_budget_that_runs_out_is_no_success() {
    let done = specproof(&["check", "--suite", "elizaos", "--max-requests", "3"]);
    done.assert(3, &["no verdict", "the request budget of the run is used up"]);
    // Seeding takes fewer, all of the run more.
    let done = specproof(&["check", "--suite", "honcho", "--max-requests", "100"]);
    done.assert(3, &["no verdict: the budget of 100 requests for honcho is used up"]);
}

#[test]
fn the_server_can_be_started_apart() {
    let mut server = Running::start(&["serve", "--listen", "127.0.0.1:0"]);
    let url = address(&server.line());
    specproof(&["check", &url, "--suite", "elizaos"]).assert(0, &["conforms"]);
    server.signal("TERM");
    server.end().assert(0, &["stopping"]);
}

#[test]
fn a_token_is_shown_to_the_target_and_to_nobody_else() {
    let mut server = Running::start(&["serve", "--listen", "127.0.0.1:0", "--token", "open-sesame"]);
    let url = address(&server.line());
    let run = |arguments: &[&str]| -> super::program::Done {
        let recording = ["check", &url, "--report", "jsonl=-", "--verbose"];
        command(&[&recording, arguments].concat()).env("THE_TOKEN", "open-sesame").output().unwrap().into()
    };
    run(&["--suite", "elizaos"]).assert(3, &["401"]);
    for (suite, flags, kept) in [
        ("elizaos", ["--header-env", "X-API-KEY=THE_TOKEN"], "$THE_TOKEN"),
        ("mielto", ["--bearer-env", "THE_TOKEN"], "Bearer $THE_TOKEN"),
        ("elizaos", ["--header", "X-API-KEY: open-sesame"], "$X_API_KEY"),
    ] {
        let only = if suite == "mielto" { "walk-ascending" } else { "walk" };
        let done = run(&["--suite", suite, "--only", only, flags[0], flags[1]]);
        done.assert(0, &[kept]);
        assert!(!done.stdout.contains("open-sesame") && !done.stderr.contains("open-sesame"));
    }
}

/// The URL in the line that a server writes first.
fn address(line: &str) -> String {
    let start = line.find("http://").expect("the line names the address");
    line[start..].split([';', ' ']).next().unwrap_or_default().to_owned()
}
