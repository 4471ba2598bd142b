//! The Mielto operations over the loopback interface, and what all three APIs do about credentials.

use serde_json::{Value, json};

use crate::reference::testing::Server;

const MESSAGES: &str = "/api/v1/messages";

async fn conversation(server: &Server) -> String {
    let created = server.post("/api/v1/conversations", json!({"title": "t"})).await;
    assert_eq!((created.status, &created.body["workspace_id"]), (201, &json!("default")));
    created.body["id"].as_str().unwrap_or_default().to_owned()
}

/// Messages `m0`, `m1`, … in one conversation, in one batch.
async fn seeded(count: usize) -> (Server, String) {
    let server = Server::start().await;
    let id = conversation(&server).await;
    let content: Vec<Value> = (0..count)
        .map(|n| {
            let role = if n % 3 == 0 { "assistant" } else { "user" };
            json!({"content": format!("m{n} Straße"), "role": role, "tags": [format!("t{}", n % 4), "all"],
                   "created_at": format!("2020-01-01T00:00:0{}Z", 9 - n)})
        })
        .collect();
    let created = server.post(MESSAGES, json!({"conversation_id": id, "content": content})).await;
    assert_eq!((created.status, created.body.as_array().map(Vec::len)), (201, Some(count)));
    (server, id)
}

#[tokio::test]
async fn lists_page_filter_and_order() {
    let (server, id) = seeded(7).await;
    let other = conversation(&server).await;
    server.post(MESSAGES, json!({"conversation_id": other, "content": {"content": "x", "role": "user", "sender_id": "bob"}})).await;
    for (query, expected, total) in [
        (format!("conversation_id={id}"), "6543210", 7),
        (format!("conversation_id={id}&order_direction=asc"), "0123456", 7),
        (format!("conversation_id={id}&limit=3&skip=2"), "432", 7),
        (format!("conversation_id={id}&limit=3&skip=6"), "0", 7),
        (format!("conversation_id={id}&skip=9223372036854775807"), "", 7),
        (format!("conversation_id={id}&order_by=sent_at&order_direction=asc"), "6543210", 7),
        (format!("conversation_id={id}&order_by=content&order_direction=asc"), "0123456", 7),
        (format!("conversation_id={id}&order_by=role"), "5421630", 7),
        (format!("conversation_id={id}&order_by=role&order_direction=asc"), "0361245", 7),
        ("role=assistant".to_owned(), "630", 3),
        ("role=assistant&skip=1&limit=1".to_owned(), "3", 3),
        ("role=user&tags=t1,t2".to_owned(), "521", 3),
        ("tags=t3".to_owned(), "3", 1),
        ("search=M5%20stra%C3%9Fe".to_owned(), "5", 1),
        ("search=nothing".to_owned(), "", 0),
        ("sender_id=bob".to_owned(), "x", 1),
        ("message_type=text&limit=2".to_owned(), "x6", 8),
        ("conversation_id=none".to_owned(), "", 0),
        ("conversation_id=".to_owned(), "", 0),
    ] {
        let page = server.get(&format!("{MESSAGES}?{query}")).await;
        let shown: String = page
            .each("data", "content")
            .iter()
            .map(|text| text.trim_start_matches('m').chars().next().unwrap_or(' '))
            .collect();
        assert_eq!((shown.as_str(), &page.body["total_count"]), (expected, &json!(total)), "{query}");
    }
    let page = server.get(&format!("{MESSAGES}?limit=3&skip=3")).await.body;
    let rest = ["page", "limit", "has_more", "next_page", "next_cursor"].map(|name| page[name].clone());
    assert_eq!(rest, [json!(2), json!(3), json!(true), json!(3), Value::Null]);
    let last = server.get(&format!("{MESSAGES}?limit=4&skip=4")).await.body;
    assert_eq!((&last["has_more"], &last["next_page"]), (&json!(false), &Value::Null));
}

#[tokio::test]
async fn messages_come_back_as_they_went_in() {
    let server = Server::start().await;
    let id = conversation(&server).await;
    let sent = json!({
        "content": "a\r\n\0😀 ", "role": "tool", "message_type": "event", "sender_id": "s", "tags": ["a", ""],
        "meta_data": {"A": null, "a": [], "n": 18_446_744_073_709_551_615_u64}, "tool_calls": [{"x": 1}],
        "attachments": [], "parent_message_id": "p", "checksum": "c", "owner_id": "o",
    });
    let created =
        server.post(MESSAGES, json!({"conversation_id": id, "content": sent})).await.body[0].clone();
    for (name, value) in sent.as_object().into_iter().flatten() {
        assert_eq!(created[name], *value, "{name}");
    }
    assert_eq!((&created["conversation_id"], &created["workspace_id"]), (&json!(id), &json!("default")));
    let path = format!("{MESSAGES}/{}", created["id"].as_str().unwrap_or_default());
    assert_eq!(server.get(&path).await.body, created);
    assert_eq!(server.get(MESSAGES).await.body["data"][0], created);
    let foreign = [("x-workspace-id", "other")];
    assert_eq!(server.send("GET", &path, &foreign, "").await.status, 404);
    assert_eq!(server.send("GET", MESSAGES, &foreign, "").await.body["total_count"], 0);
    let body = json!({"conversation_id": id, "content": {"content": "x", "role": "user"}}).to_string();
    assert_eq!(server.send("POST", MESSAGES, &foreign, body).await.status, 404);
}

#[tokio::test]
async fn invalid_requests_are_refused_with_their_place() {
    let (server, id) = seeded(1).await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("skip=-1", "skip"),
        ("skip=1.0", "skip"),
        ("skip=", "skip"),
        ("order_by=secret", "order_by"),
        ("order_direction=ASC", "order_direction"),
    ] {
        let answer = server.get(&format!("{MESSAGES}?{query}")).await;
        assert_eq!(
            (answer.status, &answer.body["detail"][0]["loc"]),
            (422, &json!(["query", field])),
            "{query}"
        );
    }
    for (content, place) in [
        (json!({"role": "user"}), json!(["body", "content", "content"])),
        (json!([{"content": "x", "role": null}]), json!(["body", "content", 0, "role"])),
        (json!([]), json!(["body", "content"])),
        (json!("x"), json!(["body", "content"])),
        (json!({"content": "x", "role": "user", "tags": [1]}), json!(["body", "content", "tags"])),
    ] {
        let answer = server.post(MESSAGES, json!({"conversation_id": id, "content": content})).await;
        assert_eq!((answer.status, &answer.body["detail"][0]["loc"]), (422, &place), "{content}");
    }
    assert_eq!(server.get("/api/v1/none").await.body, json!({"detail": "Not Found"}));
    assert_eq!(server.get("/").await.status, 404);
    let wrong_method = server.send("DELETE", MESSAGES, &[], "").await;
    assert_eq!(
        (wrong_method.status, &wrong_method.headers["allow"]),
        (405, &"GET,HEAD,POST".parse().expect("a value"))
    );
}

#[tokio::test]
async fn a_token_is_asked_for_before_all_else() {
    let server = Server::with(|options| options.token = Some("secret".to_owned())).await;
    let honcho = ("POST", "/v3/workspaces/list?page=0");
    let elizaos = ("GET", "/api/agents");
    let mielto = ("GET", MESSAGES);
    for ((method, path), headers, status) in [
        (honcho, vec![], 401),
        (honcho, vec![("authorization", "Bearer wrong")], 401),
        (honcho, vec![("authorization", "Basic secret")], 401),
        (honcho, vec![("x-api-key", "secret")], 401),
        (honcho, vec![("authorization", "bearer secret")], 422),
        (("GET", "/v3/none"), vec![], 401),
        (elizaos, vec![], 401),
        (elizaos, vec![("authorization", "Bearer secret")], 401),
        (elizaos, vec![("x-api-key", "secret")], 200),
        (mielto, vec![("x-api-key", "Secret")], 401),
        (mielto, vec![("x-api-key", "secret")], 200),
        (mielto, vec![("authorization", "Bearer secret")], 200),
    ] {
        let answer = server.send(method, path, &headers, "").await;
        assert_eq!(answer.status, status, "{method} {path} {headers:?}");
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401, "{path}");
    }
    assert_eq!(server.get("/none").await.status, 404);
}
