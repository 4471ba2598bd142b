//! The Honcho operations over the loopback interface.

use serde_json::{Value, json};

use crate::reference::testing::{Answer, Server};

const MESSAGES: &str = "/v3/workspaces/w/sessions/s/messages";
const LIST: &str = "/v3/workspaces/w/sessions/s/messages/list";

/// A workspace `w` with a session `s` of messages `m0`, `m1`, …, spoken by `even` and `odd`.
async fn seeded(count: usize) -> Server {
    let server = Server::start().await;
    assert_eq!(server.post("/v3/workspaces", json!({"id": "w"})).await.status, 201);
    assert_eq!(server.post("/v3/workspaces/w/sessions", json!({"id": "s"})).await.status, 201);
    let messages: Vec<Value> = (0..count)
        .map(|n| {
            let peer = if n % 2 == 0 { "even" } else { "odd" };
            json!({"content": format!("m{n}"), "peer_id": peer, "metadata": {"n": n, "deep": {"list": [n, "x"]}}})
        })
        .collect();
    for batch in messages.chunks(100) {
        assert_eq!(server.post(MESSAGES, json!({"messages": batch})).await.status, 201);
    }
    server
}

async fn contents(server: &Server, query: &str, filters: Value) -> Vec<String> {
    let answer = server.post(&format!("{LIST}?{query}"), json!({"filters": filters})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.each("items", "content")
}

fn first_problem(answer: &Answer) -> &Value {
    assert_eq!(answer.status, 422, "{}", answer.body);
    &answer.body["detail"][0]
}

#[tokio::test]
async fn creating_gets_what_is_already_there() {
    let server = Server::start().await;
    for (path, body) in [
        ("/v3/workspaces", json!({"id": "w", "metadata": {"a": 1}, "configuration": {"b": null}})),
        ("/v3/workspaces/w/peers", json!({"id": "p", "metadata": {"a": 1}})),
        (
            "/v3/workspaces/w/sessions",
            json!({"id": "s", "metadata": {"a": 1}, "peers": {"q": {"observe_me": true}}}),
        ),
    ] {
        let new = server.post(path, body.clone()).await;
        assert_eq!((new.status, &new.body["metadata"]), (201, &json!({"a": 1})), "{path}");
        let again = server.post(path, json!({"id": body["id"], "metadata": {"other": 2}})).await;
        assert_eq!((again.status, again.body), (200, new.body), "{path}");
    }
    let peers = server.post("/v3/workspaces/w/peers/list", Value::Null).await;
    assert_eq!(peers.each("items", "id"), ["p", "q"]);
    assert_eq!(server.post("/v3/workspaces/none/sessions", json!({"id": "s"})).await.status, 404);
    assert_eq!(
        server
            .post(
                "/v3/workspaces/w/sessions/none/messages",
                json!({"messages": [{"content": "", "peer_id": "p"}]})
            )
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn pages_tile_the_collection() {
    let server = seeded(7).await;
    for (query, expected, total_pages) in [
        ("", vec!["m0", "m1", "m2", "m3", "m4", "m5", "m6"], 1),
        ("size=3", vec!["m0", "m1", "m2"], 3),
        ("size=3&page=3", vec!["m6"], 3),
        ("size=3&page=4", vec![], 3),
        ("size=3&page=9223372036854775807", vec![], 3),
        ("size=3&page=2&reverse=true", vec!["m3", "m2", "m1"], 3),
        ("size=3&page=3&reverse=YES", vec!["m0"], 3),
        ("size=7&reverse=0", vec!["m0", "m1", "m2", "m3", "m4", "m5", "m6"], 1),
    ] {
        let page = server.send("POST", &format!("{LIST}?{query}"), &[], "").await;
        assert_eq!(page.each("items", "content"), expected, "{query}");
        assert_eq!((&page.body["total"], &page.body["pages"]), (&json!(7), &json!(total_pages)), "{query}");
    }
    let page = server.post(&format!("{LIST}?size=2&page=2"), json!({})).await.body;
    assert_eq!((&page["page"], &page["size"]), (&json!(2), &json!(2)));
    let empty = server.post("/v3/workspaces/w/sessions/none/messages/list", Value::Null).await;
    assert_eq!(empty.body, json!({"items": [], "total": 0, "page": 1, "size": 50, "pages": 0}));
}

#[tokio::test]
async fn filters_select() {
    let server = seeded(6).await;
    for (filters, expected) in [
        (json!({}), vec!["m0", "m1", "m2", "m3", "m4", "m5"]),
        (Value::Null, vec!["m0", "m1", "m2", "m3", "m4", "m5"]),
        (json!({"peer_id": "even"}), vec!["m0", "m2", "m4"]),
        (json!({"peer_id": "even", "content": {"in": ["m1", "m2"]}}), vec!["m2"]),
        (json!({"peer_id": {"ne": "even"}}), vec!["m1", "m3", "m5"]),
        (json!({"content": {"gt": "m1", "lte": "m3"}}), vec!["m2", "m3"]),
        (json!({"content": {"contains": "M"}}), vec![]),
        (json!({"content": {"icontains": "M5"}}), vec!["m5"]),
        (json!({"metadata": {"n": 3}}), vec!["m3"]),
        (json!({"metadata": {"n": 3.0}}), vec!["m3"]),
        (json!({"metadata": {"n": {"gte": 4}}}), vec!["m4", "m5"]),
        (json!({"metadata": {"deep": {"list": ["x", 2]}}}), vec!["m2"]),
        (json!({"metadata": {"deep": {}}}), vec!["m0", "m1", "m2", "m3", "m4", "m5"]),
        (json!({"metadata": {"none": 1}}), vec![]),
        (json!({"session_id": "other"}), vec![]),
        (json!({"token_count": {"lt": 1}}), vec![]),
        (
            json!({"created_at": {"gte": "2026-01-02T04:04:05+01:00"}}),
            vec!["m0", "m1", "m2", "m3", "m4", "m5"],
        ),
        (json!({"OR": [{"content": "m5"}, {"content": "m0"}]}), vec!["m0", "m5"]),
        (json!({"AND": [{"peer_id": "odd"}, {"NOT": [{"content": "m1"}, {"content": "m3"}]}]}), vec!["m5"]),
    ] {
        assert_eq!(contents(&server, "", filters.clone()).await, expected, "{filters}");
    }
    assert_eq!(contents(&server, "size=2&page=2&reverse=true", json!({"peer_id": "odd"})).await, ["m1"]);
    for filters in [
        json!({"unknown": 1}),
        json!({"peer_id": 1}),
        json!({"peer_id": {"like": "x"}}),
        json!({"created_at": "yesterday"}),
        json!({"AND": {}}),
        json!({"OR": [1]}),
        json!({"metadata": 1}),
        json!({"content": {"in": "m1"}}),
        json!([]),
    ] {
        let answer = server.post(LIST, json!({"filters": filters})).await;
        assert_eq!(first_problem(&answer)["loc"][1], "filters", "{filters}");
    }
}

#[tokio::test]
async fn messages_come_back_as_they_went_in() {
    let server = seeded(0).await;
    let content = " \u{feff}e\u{301}é\r\n\t😀\u{10ffff}\0<b>&amp;</b>\" ";
    let metadata =
        json!({"A": 1, "a": {"": [], "n": null}, "big": 9_007_199_254_740_993_u64, "f": 0.1, "{}": {}});
    let sent = json!({"content": content, "peer_id": "p", "metadata": metadata, "created_at": "2020-01-01T01:00:00.1234567+01:00"});
    let answer = server.post(MESSAGES, json!({"messages": [sent], "ignored": true})).await;
    assert_eq!(answer.status, 201);
    let created = &answer.body[0];
    assert_eq!((&created["content"], &created["metadata"]), (&json!(content), &metadata));
    assert_eq!(created["created_at"], "2020-01-01T00:00:00.123456Z");
    let path = format!("{MESSAGES}/{}", created["id"].as_str().unwrap_or_default());
    assert_eq!(server.get(&path).await.body, *created);
    assert_eq!(server.post(LIST, json!(null)).await.body["items"][0], *created);

    let put = server.send("PUT", &path, &[], r#"{"metadata":{"new":1}}"#).await;
    assert_eq!(
        (put.status, &put.body["metadata"], &put.body["content"]),
        (200, &json!({"new": 1}), &json!(content))
    );
    assert_eq!(server.get(&path).await.body, put.body);
    for foreign in [
        path.replace("/w/", "/v/"),
        path.replace("/s/", "/t/"),
        format!("{MESSAGES}/none"),
        format!("{MESSAGES}/%FF"),
    ] {
        assert_eq!(server.get(&foreign).await.status, 404, "{foreign}");
    }
}

#[tokio::test]
async fn numbers_come_back_to_the_last_bit() {
    let server = seeded(0).await;
    let mut bits = 1_u64;
    let floats: Vec<f64> = std::iter::from_fn(|| {
        bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(f64::from_bits(bits))
    })
    .filter(|float| float.is_finite())
    .take(1000)
    .collect();
    let metadata = json!({"floats": floats, "integers": [i64::MIN, i64::MAX, u64::MAX, -0.0, 1e300, 5e-324]});
    let body = json!({"messages": [{"content": "", "peer_id": "p", "metadata": metadata}]});
    assert_eq!(server.post(MESSAGES, body).await.body[0]["metadata"].to_string(), metadata.to_string());
}

#[tokio::test]
async fn invalid_requests_are_refused_with_their_place() {
    let server = seeded(1).await;
    for (query, field) in [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=1.5", "page"),
        ("page=", "page"),
        ("page=9223372036854775808", "page"),
        ("size=0", "size"),
        ("size=101", "size"),
        ("size=abc", "size"),
        ("reverse=null", "reverse"),
        ("reverse=2", "reverse"),
    ] {
        let answer = server.post(&format!("{LIST}?{query}"), Value::Null).await;
        assert_eq!(first_problem(&answer)["loc"], json!(["query", field]), "{query}");
    }
    let long = "é".repeat(25_000);
    let message = |content: &str| json!({"content": content, "peer_id": "p"});
    assert_eq!(server.post(MESSAGES, json!({"messages": [message(&long)]})).await.status, 201);
    for (body, place) in [
        (json!({}), json!(["body", "messages"])),
        (json!({"messages": []}), json!(["body", "messages"])),
        (json!({"messages": vec![message("x"); 101]}), json!(["body", "messages"])),
        (json!({"messages": [message(&format!("{long}x"))]}), json!(["body", "messages", 0, "content"])),
        (
            json!({"messages": [message("x"), {"content": 1, "peer_id": "p"}]}),
            json!(["body", "messages", 1, "content"]),
        ),
        (json!({"messages": [{"content": "x"}]}), json!(["body", "messages", 0, "peer_id"])),
        (
            json!({"messages": [{"content": "x", "peer_id": "a b"}]}),
            json!(["body", "messages", 0, "peer_id"]),
        ),
        (
            json!({"messages": [{"content": "x", "peer_id": "p", "created_at": "2020-01-01"}]}),
            json!(["body", "messages", 0, "created_at"]),
        ),
        (json!([]), json!(["body"])),
    ] {
        assert_eq!(first_problem(&server.post(MESSAGES, body).await)["loc"], place);
    }
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let marked = "\u{feff}{}";
    for body in ["{", "nul", deep.as_str(), marked, "{\"filters\": \"\\ud800\"}", "1e999", "[]", "\"text\""] {
        assert_eq!(server.send("POST", LIST, &[], body.to_owned()).await.status, 422, "{body:.20}");
    }
    let invalid_utf8 = server.send("POST", LIST, &[], vec![b'"', 0xff, b'"']).await;
    assert_eq!(first_problem(&invalid_utf8)["type"], "json_invalid");
    let text = server.send("POST", LIST, &[("content-type", "text/plain")], "{}").await;
    assert_eq!(first_problem(&text)["loc"], json!(["body"]));
    let large = server.send("POST", LIST, &[], vec![b' '; 5 * 1024 * 1024]).await;
    assert_eq!((large.status, large.body["detail"].is_string()), (413, true));
    for id in ["", "a b", "é", &"x".repeat(513)] {
        assert_eq!(
            first_problem(&server.post("/v3/workspaces", json!({"id": id})).await)["loc"],
            json!(["body", "id"])
        );
    }
}

#[tokio::test]
async fn deleting_takes_a_session_out_at_once() {
    let server = seeded(2).await;
    assert_eq!(server.send("DELETE", "/v3/workspaces/w", &[], "").await.status, 409);
    assert_eq!(server.send("DELETE", "/v3/workspaces/w/sessions/s", &[], "").await.status, 202);
    assert_eq!(server.send("DELETE", "/v3/workspaces/w/sessions/s", &[], "").await.status, 404);
    assert_eq!(server.post("/v3/workspaces/w/sessions/list", Value::Null).await.body["total"], 0);
    assert_eq!(server.post(LIST, Value::Null).await.body["total"], 0);
    assert_eq!(server.send("DELETE", "/v3/workspaces/w", &[], "").await.status, 202);
    assert_eq!(server.post("/v3/workspaces/list", Value::Null).await.body["total"], 0);
}

#[tokio::test]
async fn equal_names_in_two_workspaces_are_two_sessions() {
    let server = seeded(3).await;
    server.post("/v3/workspaces", json!({"id": "v"})).await;
    server.post("/v3/workspaces/v/sessions", json!({"id": "s"})).await;
    assert_eq!(server.post(&LIST.replace("/w/", "/v/"), Value::Null).await.body["total"], 0);
    let sessions = server.post("/v3/workspaces/v/sessions/list", Value::Null).await.body;
    assert_eq!((&sessions["total"], &sessions["items"][0]["workspace_id"]), (&json!(1), &json!("v")));
}
