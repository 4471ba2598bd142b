//! The `ElizaOS` operations over the loopback interface.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::reference::testing::{Answer, Server};

const SESSIONS: &str = "/api/messaging/sessions";
const USER: &str = "00000000-0000-4000-8000-000000000001";

async fn session(server: &Server, extra: Value) -> Answer {
    let agents = server.get("/api/agents").await;
    let mut body = json!({"agentId": agents.body["data"]["agents"][0]["id"], "userId": USER});
    if let (Some(body), Value::Object(extra)) = (body.as_object_mut(), extra) {
        body.extend(extra);
    }
    server.post(SESSIONS, body).await
}

/// A session with messages `m0`, `m1`, … at one second's distance, and the path of its messages.
async fn seeded(count: usize) -> (Server, String, Vec<i64>) {
    let server = Server::start().await;
    let created = session(&server, json!({})).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let path = format!("{SESSIONS}/{}/messages", created.body["sessionId"].as_str().unwrap_or_default());
    let mut stamps = Vec::new();
    for n in 0..count {
        server.clock.advance(SignedDuration::from_secs(1));
        let sent = server.post(&path, json!({"content": format!("m{n}"), "metadata": {"n": n}})).await;
        assert_eq!(sent.status, 201, "{}", sent.body);
        stamps.push(sent.body["userMessage"]["created_at"].as_i64().unwrap_or_default());
    }
    (server, path, stamps)
}

fn code(answer: &Answer, status: u16) -> &str {
    assert_eq!((answer.status, &answer.body["success"]), (status, &json!(false)), "{}", answer.body);
    assert!(answer.body["error"]["message"].is_string() && answer.body["error"]["details"].is_string());
    answer.body["error"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn cursors_walk_both_ways() {
    let (server, path, stamps) = seeded(7).await;
    let at = |n: usize| stamps[n];
    for (query, expected, more) in [
        (String::new(), vec!["m6", "m5", "m4", "m3", "m2", "m1", "m0"], false),
        ("limit=3".to_owned(), vec!["m6", "m5", "m4"], true),
        (format!("limit=3&before={}", at(4)), vec!["m3", "m2", "m1"], true),
        (format!("limit=3&before={}", at(3)), vec!["m2", "m1", "m0"], false),
        (format!("limit=3&before={}", at(0)), vec![], false),
        (format!("limit=3&after={}", at(0)), vec!["m3", "m2", "m1"], true),
        (format!("limit=3&after={}", at(3)), vec!["m6", "m5", "m4"], false),
        (format!("limit=3&after={}", at(6)), vec![], false),
        (format!("limit=2&after={}&before={}", at(0), at(5)), vec!["m4", "m3"], true),
        (format!("limit=9&after={}&before={}", at(0), at(3)), vec!["m2", "m1"], false),
        (format!("after={}&before={}", at(3), at(1)), vec![], false),
        ("before=9223372036854775807&limit=1".to_owned(), vec!["m6"], true),
        ("after=-9223372036854775808&limit=1".to_owned(), vec!["m0"], true),
        ("before=2026-01-02T03:04:07.678Z".to_owned(), vec!["m0"], false),
        ("before=2026-01-02T04:04:07.6780001%2B01:00".to_owned(), vec!["m1", "m0"], false),
        ("after=2026-01-02T03:04:11.678Z".to_owned(), vec!["m6"], false),
    ] {
        let page = server.get(&format!("{path}?{query}")).await;
        assert_eq!(page.each("messages", "content"), expected, "{query}");
        assert_eq!(page.body["hasMore"], more, "{query}");
        if expected.is_empty() {
            assert_eq!(page.body["cursors"], json!({}), "{query}");
        }
    }
    let page = server.get(&format!("{path}?limit=3&before={}", at(5))).await.body;
    assert_eq!(page["cursors"], json!({"before": at(2), "after": at(4)}));
    assert_eq!(page["messages"][0]["createdAt"], "2026-01-02T03:04:10.678Z");
    assert_eq!(
        (&page["messages"][0]["isAgent"], &page["messages"][0]["authorId"]),
        (&json!(false), &json!(USER))
    );
}

#[tokio::test]
async fn invalid_requests_are_refused() {
    let (server, path, _) = seeded(1).await;
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=1.5",
        "limit=",
        "limit=x",
        "before=x",
        "before=",
        "after=1.5",
        "after=9223372036854775808",
        "before=2026-01-02",
        "after=2026-01-02T03:04:05+01:00",
    ] {
        assert_eq!(code(&server.get(&format!("{path}?{query}")).await, 400), "INVALID_PAGINATION", "{query}");
    }
    for (body, expected) in [
        ("", "INVALID_JSON"),
        ("{", "INVALID_JSON"),
        ("\u{feff}{}", "INVALID_JSON"),
        ("[]", "INVALID_BODY"),
        ("{}", "INVALID_CONTENT"),
        (r#"{"content":""}"#, "INVALID_CONTENT"),
        (r#"{"content":1}"#, "INVALID_CONTENT"),
        (r#"{"content":"x","metadata":[]}"#, "INVALID_METADATA"),
    ] {
        assert_eq!(code(&server.send("POST", &path, &[], body).await, 400), expected, "{body}");
    }
    let long = "😀".repeat(4000);
    assert_eq!(server.post(&path, json!({"content": long})).await.status, 201);
    assert_eq!(
        code(&server.post(&path, json!({"content": format!("{long}x")})).await, 400),
        "INVALID_CONTENT"
    );
    assert_eq!(code(&server.send("POST", &path, &[], vec![b' '; 5 << 20]).await, 413), "PAYLOAD_TOO_LARGE");
    assert_eq!(code(&session(&server, json!({"userId": "me"})).await, 400), "INVALID_ID");
    assert_eq!(code(&session(&server, json!({"agentId": USER})).await, 404), "AGENT_NOT_FOUND");
    assert_eq!(
        code(&session(&server, json!({"timeoutConfig": {"timeoutMinutes": 0}})).await, 400),
        "INVALID_TIMEOUT_CONFIG"
    );
    assert_eq!(code(&server.get(&format!("{SESSIONS}/none/messages")).await, 404), "SESSION_NOT_FOUND");
    assert_eq!(code(&server.get("/api/messaging/none").await, 404), "NOT_FOUND");
    let wrong_method = server.send("PUT", &path, &[], "").await;
    assert_eq!(code(&wrong_method, 405), "METHOD_NOT_ALLOWED");
    assert_eq!(wrong_method.headers["allow"], "GET,HEAD,POST");
}

#[tokio::test]
async fn sessions_end_and_are_renewed() {
    let server = Server::start().await;
    let created = session(
        &server,
        json!({"timeoutConfig": {"timeoutMinutes": 0.5, "maxDurationMinutes": 1}, "metadata": {"k": 1}}),
    )
    .await;
    let path = format!("{SESSIONS}/{}", created.body["sessionId"].as_str().unwrap_or_default());
    assert_eq!(created.body["expiresAt"], "2026-01-02T03:04:35.678Z");
    assert_eq!(
        (&created.body["timeRemaining"], &created.body["metadata"]),
        (&json!(30_000), &json!({"k": 1}))
    );
    let messages = format!("{path}/messages");
    let send = || server.post(&messages, json!({"content": "x"}));
    for _ in 0..2 {
        server.clock.advance(SignedDuration::from_secs(25));
        assert_eq!(send().await.status, 201);
    }
    server.clock.advance(SignedDuration::from_secs(9));
    assert_eq!(server.get(&path).await.body["timeRemaining"], 1000);
    server.clock.advance(SignedDuration::from_secs(1));
    for answer in [server.get(&path).await, send().await, server.get(&format!("{path}/messages")).await] {
        assert_eq!(code(&answer, 410), "SESSION_EXPIRED");
    }
    assert_eq!(server.send("DELETE", &path, &[], "").await.body["success"], true);
    assert_eq!(code(&server.get(&path).await, 404), "SESSION_NOT_FOUND");

    let server = Server::with(|options| options.minimum_timeout_minutes = 5.0).await;
    let raised = session(&server, json!({"timeoutConfig": {"timeoutMinutes": 0.1}})).await;
    assert_eq!(raised.body["timeoutConfig"]["timeoutMinutes"], 5.0);
}

#[tokio::test]
async fn the_agent_answers_when_told_to() {
    let server = Server::with(|options| options.agent_replies = true).await;
    let created = session(&server, json!({})).await;
    let path = format!("{SESSIONS}/{}/messages", created.body["sessionId"].as_str().unwrap_or_default());
    server.post(&path, json!({"content": "one"})).await;
    server.post(&path, json!({"content": "two"})).await;
    let page = server.get(&path).await;
    assert_eq!(page.each("messages", "content"), ["Understood.", "two", "Understood.", "one"]);
    assert_eq!(page.body["messages"][0]["isAgent"], true);
    assert!(page.each("messages", "createdAt").iter().rev().is_sorted());
}

#[tokio::test]
async fn head_is_get_without_body() {
    let (server, path, _) = seeded(3).await;
    let get = server.get(&path).await;
    let head = server.send("HEAD", &path, &[], "").await;
    assert_eq!((head.status, &head.body), (200, &json!("")));
    assert_eq!(head.headers["content-length"], get.headers["content-length"]);
    assert_eq!(head.headers["content-type"], get.headers["content-type"]);
}
