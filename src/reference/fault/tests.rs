//! The table of faults is sound, and each fault shows in the answers to a fixed script of requests.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::reference::testing::{Server, client};

#[test]
fn faults_are_named_once_and_name_operations_that_exist() {
    let names: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), FAULTS.len());
    for fault in FAULTS {
        let kebab =
            fault.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(kebab && fault.name.starts_with(fault.api.name()), "{fault:?}");
        assert!(operation::exists(fault.api, fault.operation), "{fault:?}");
        assert!(fault.summary.ends_with('.'), "{fault:?}");
        assert!(std::ptr::eq(Fault::named(fault.name).unwrap_or(&FAULTS[0]), fault), "{fault:?}");
    }
}

#[tokio::test]
async fn every_honcho_fault_shows() {
    every_fault_shows(Api::Honcho).await;
}

#[tokio::test]
async fn every_elizaos_fault_shows() {
    every_fault_shows(Api::Elizaos).await;
}

#[tokio::test]
async fn every_mielto_fault_shows() {
    every_fault_shows(Api::Mielto).await;
}

async fn every_fault_shows(api: Api) {
    let client = client();
    let right = Script::played(&client, api, Vec::new(), None).await.said;
    let again = Script::played(&client, api, Vec::new(), Some(&right)).await;
    assert!(!again.differs, "the script is not deterministic");
    let mut hidden = Vec::new();
    for fault in FAULTS.iter().filter(|fault| fault.api == api) {
        if !Script::played(&client, api, vec![fault], Some(&right)).await.differs {
            hidden.push(fault.name);
        }
    }
    assert_eq!(hidden, Vec::<&str>::new());
}

const KEY: [(&str, &str); 2] = [("authorization", "Bearer secret"), ("x-api-key", "secret")];

/// A conversation with a server, and what it said. It falls silent as soon as the server says something unexpected.
struct Script<'a> {
    server: Server,
    said: Vec<String>,
    expected: Option<&'a [String]>,
    differs: bool,
}

impl<'a> Script<'a> {
    async fn played(
        client: &reqwest::Client,
        api: Api,
        faults: Vec<&'static Fault>,
        expected: Option<&'a [String]>,
    ) -> Self {
        let server = Server::behind(client.clone(), |options| {
            options.token = Some("secret".to_owned());
            options.faults = faults;
        })
        .await;
        let mut script = Self { server, said: Vec::new(), expected, differs: false };
        match api {
            Api::Honcho => script.play_honcho().await,
            Api::Elizaos => script.play_elizaos().await,
            Api::Mielto => script.play_mielto().await,
        }
        script
    }

    async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Value {
        if self.differs {
            return Value::Null;
        }
        let answer = self.server.send(method, path, headers, body.to_owned()).await;
        let shown = ["content-type", "content-length", "allow", "www-authenticate"].map(|name| {
            let counts = name != "content-length" || method == "HEAD";
            answer.headers.get(name).filter(|_| counts).cloned()
        });
        let at = self.said.len();
        self.said.push(format!("{method} {path} {} {shown:?} {}", answer.status, answer.body));
        self.differs = self.expected.is_some_and(|expected| expected.get(at) != self.said.get(at));
        answer.body
    }

    async fn get(&mut self, path: &str) -> Value {
        self.send("GET", path, &KEY, "").await
    }

    async fn post(&mut self, path: &str, body: Value) -> Value {
        self.send("POST", path, &KEY, &body.to_string()).await
    }

    /// Methods that are not allowed, HEAD, and requests with no, a wrong and half a token.
    async fn knock(&mut self, method: &str, list: &str, item: &str) {
        self.send("PATCH", list, &KEY, "").await;
        self.send("HEAD", item, &KEY, "").await;
        for headers in [vec![], vec![("authorization", "Bearer secrx"), ("x-api-key", "secrx")]] {
            self.send(method, list, &headers, "").await;
            self.send(method, &format!("{list}?limit=0&page=0"), &headers, "").await;
            self.send("GET", item, &headers, "").await;
        }
    }

    async fn play_honcho(&mut self) {
        for path in ["/v3/workspaces", "/v3/workspaces/w/sessions", "/v3/workspaces/w/sessions"] {
            let id = ["w", "s", "t"][self.said.len().min(2)];
            self.post(path, json!({"id": id, "metadata": {"a": 1, "b": 2}})).await;
        }
        self.post("/v3/workspaces", json!({"id": "v"})).await;
        self.post("/v3/workspaces/v/sessions", json!({"id": "s", "metadata": {"a": 1}})).await;
        self.post("/v3/workspaces/w/sessions", json!({"id": "s", "metadata": {"c": 1}})).await;
        let list = "/v3/workspaces/w/sessions/s/messages/list";
        self.post(list, Value::Null).await;
        let messages = "/v3/workspaces/w/sessions/s/messages";
        let rich = json!({
            "content": format!(" e\u{301}<\r\n\u{200b}😀{}\0x ", "y".repeat(1100)), "peer_id": "p",
            "created_at": "2020-01-01T00:00:00.5+01:00",
            "metadata": {"A": null, "b": [], "c": {"d": 9_007_199_254_740_993_u64}, "f": 0.123},
        });
        let created = self.post(messages, json!({"messages": [rich]})).await;
        self.post(list, Value::Null).await;
        let batch: Vec<Value> =
            (0..100).map(|n| json!({"content": format!("n{n}"), "peer_id": format!("p{}", n % 2)})).collect();
        self.post(messages, json!({"messages": batch})).await;
        self.post("/v3/workspaces/w/sessions/t/messages", json!({"messages": batch[..2]})).await;
        self.post("/v3/workspaces/v/sessions/s/messages", json!({"messages": batch[..2]})).await;
        let long = "é".repeat(25_000);
        for content in [json!(""), json!(long), json!(format!("{long}x")), json!(5), Value::Null] {
            let mut message = json!({"content": content, "peer_id": "p"});
            json::remove(&mut message, if content.is_null() { "content" } else { "none" });
            self.post(messages, json!({"messages": [message]})).await;
        }
        self.post(messages, json!({"messages": []})).await;
        let fetched = format!("{messages}/{}", created[0]["id"].as_str().unwrap_or_default());
        for path in [&fetched, &fetched.replace("/s/", "/t/"), &fetched.replace("/w/", "/v/")] {
            self.get(path).await;
        }
        let update = json!({"metadata": {"new": 1}}).to_string();
        self.send("PUT", &fetched, &KEY, &update).await;
        self.send("PUT", &fetched, &KEY, r#"{"metadata":{}}"#).await;
        self.get(&fetched).await;
        for number in 0..12 {
            self.post(
                "/v3/workspaces/w/sessions",
                json!({"id": format!("x{number}"), "metadata": {"a": 1, "b": number}}),
            )
            .await;
        }
        let sessions = "/v3/workspaces/w/sessions/list";
        for path in [list, sessions, "/v3/workspaces/w/peers/list", "/v3/workspaces/none/sessions/list"] {
            for query in [
                "",
                "size=5&page=1",
                "size=5&page=2",
                "size=5&page=3",
                "size=1&page=2",
                "size=100",
                "size=50&page=2",
                "size=100&page=2",
                "size=50&page=3",
                "size=5&page=99",
                "page=3000000000",
                "reverse=true&size=5",
                "reverse=true&size=5&page=2",
                "reverse=maybe",
                "size=0",
                "size=101",
                "size=x",
                "page=0",
                "page=-1",
            ] {
                self.post(&format!("{path}?{query}"), Value::Null).await;
            }
            for body in ["", "{", r#"{"filters":{}}"#] {
                self.send("POST", path, &KEY, body).await;
            }
        }
        for filters in [
            json!({"peer_id": "p0"}),
            json!({"OR": [{"peer_id": "p0"}, {"peer_id": "p"}]}),
            json!({"unknown": 1}),
            json!({"NOT": [{"peer_id": "p0"}]}),
            json!({"content": {"in": ["n1", "n2"]}}),
            json!({"content": {"gte": "n98"}}),
            json!({"content": {"ne": "n1"}}),
            json!({"content": {"icontains": "N99"}}),
            json!({"content": "n1", "peer_id": "p1"}),
        ] {
            self.post(&format!("{list}?size=5&page=2"), json!({"filters": filters})).await;
            self.post(list, json!({"filters": filters})).await;
        }
        self.post(sessions, json!({"filters": {"metadata": {"a": 1, "b": 2}}})).await;
        self.post(&list.replace("/s/", "/none/"), Value::Null).await;
        self.post(sessions, Value::Null).await;
        self.knock("POST", list, &fetched).await;
        self.knock("POST", sessions, &fetched).await;
        self.send("DELETE", "/v3/workspaces/w", &KEY, "").await;
        self.send("DELETE", "/v3/workspaces/w/sessions/s", &KEY, "").await;
        self.post(sessions, Value::Null).await;
    }

    async fn play_elizaos(&mut self) {
        let agents = self.get("/api/agents").await;
        let mut paths = Vec::new();
        for minutes in [30.0, 30.0, 0.001] {
            let body = json!({"agentId": agents["data"]["agents"][0]["id"], "userId": "00000000-0000-4000-8000-000000000001",
                              "timeoutConfig": {"timeoutMinutes": minutes}});
            let session = self.post("/api/messaging/sessions", body).await;
            paths.push(format!(
                "/api/messaging/sessions/{}/messages",
                session["sessionId"].as_str().unwrap_or_default()
            ));
        }
        self.post(&paths[1], json!({"content": "other"})).await;
        self.get(&paths[1]).await;
        self.get(&paths[0]).await;
        let rich =
            json!({"content": format!(" e\u{301}<\r\n😀{} ", "y".repeat(1100)), "metadata": {"A": null}});
        self.post(&paths[0], rich).await;
        let mut stamps = Vec::new();
        for number in 0..100 {
            self.server.clock.advance(jiff::SignedDuration::from_millis(1500));
            let sent = self.post(&paths[0], json!({"content": format!("n{number}")})).await;
            stamps.push(sent["userMessage"]["created_at"].as_i64().unwrap_or_default());
        }
        for body in ["{", r#"{"content":5}"#, r#"{"content":""}"#] {
            self.send("POST", &paths[0], &KEY, body).await;
        }
        for content in ["é".repeat(4000), "x".repeat(4001)] {
            self.post(&paths[0], json!({"content": content})).await;
        }
        let (low, high) = (stamps[10], stamps[90]);
        for query in [
            String::new(),
            "limit=100".to_owned(),
            "limit=5".to_owned(),
            "limit=0".to_owned(),
            "limit=-1".to_owned(),
            "limit=101".to_owned(),
            "limit=x".to_owned(),
            format!("limit=5&before={low}"),
            format!("limit=5&after={low}"),
            format!("limit=100&before={low}"),
            format!("limit=5&after={low}&before={high}"),
            format!("after={low}&before={}", stamps[20]),
            format!("before={}", i64::MIN),
            "before=x".to_owned(),
            "before=2026-01-02T04:05:05.6789%2B01:00&limit=5".to_owned(),
        ] {
            self.get(&format!("{}?{query}", paths[0])).await;
        }
        self.get(&paths[0].replace('-', "a")).await;
        self.get(&paths[2]).await;
        self.knock("GET", &paths[0], &paths[0]).await;
        self.send("GET", "/api/messaging/sessions/none/messages", &[], "").await;
        let session = paths[0].trim_end_matches("/messages").to_owned();
        self.send("DELETE", &session, &KEY, "").await;
        self.get(&paths[0]).await;
    }

    async fn play_mielto(&mut self) {
        let mut ids = Vec::new();
        for _ in 0..2 {
            let conversation = self.post("/api/v1/conversations", json!({"title": "t"})).await;
            ids.push(conversation["id"].as_str().unwrap_or_default().to_owned());
        }
        let (list, id) = ("/api/v1/messages", ids[0].clone());
        self.get(list).await;
        let batch: Vec<Value> = (0..1000)
            .map(|n| {
                let (role, kind) = (["user", "assistant", "User"][n % 3], ["text", "text_long"][n % 2]);
                json!({"content": format!("n{n} 50_"), "role": role, "message_type": kind, "tags": [format!("t{}", n % 20), "a"]})
            })
            .collect();
        self.post(list, json!({"conversation_id": id, "content": batch[..40]})).await;
        let rich = json!({"content": format!(" e\u{301} Ñ{} ", "y".repeat(300)), "role": "user", "sender_id": "bob",
                          "tags": ["z", "a"], "meta_data": {"e": []}});
        let created = self.post(list, json!({"conversation_id": id, "content": rich})).await;
        self.get(&format!("{list}?conversation_id={id}&limit=5")).await;
        for content in [json!({"role": "user"}), json!({"content": "x", "role": "user", "tags": []})] {
            self.post(list, json!({"conversation_id": ids[1], "content": content})).await;
        }
        for query in [
            "",
            "limit=5",
            "limit=5&skip=1",
            "limit=5&skip=7",
            "limit=1&skip=3",
            "limit=1000",
            "limit=5&skip=39",
            "limit=42",
            "skip=5000",
            "skip=3000000000",
            "limit=0",
            "limit=1001",
            "limit=x",
            "skip=-1",
            "order_by=none",
            "order_by=role",
            "order_by=role&limit=5&skip=5",
            "order_by=content&order_direction=asc",
            "order_direction=asc",
            "sender_id=bob",
            "role=user&skip=5",
            "message_type=text",
            "role=assistant&sender_id=bob",
            "tags=t1,t2",
            "tags=t1",
            "search=bob",
            "search=50_",
            "search=n1_50",
            "search=%C3%B1",
            "search=n39",
            "search=9%20",
            "search=none",
            "limit=2&conversation_id=none",
        ] {
            self.get(&format!("{list}?{query}")).await;
        }
        self.get(&format!("{list}?conversation_id={}", ids[1])).await;
        let fetched = format!("{list}/{}", created[0]["id"].as_str().unwrap_or_default());
        self.get(&fetched).await;
        self.get(&format!("{fetched}x")).await;
        let mut foreign = KEY.to_vec();
        foreign.push(("x-workspace-id", "other"));
        self.send("GET", &fetched, &foreign, "").await;
        self.send("GET", list, &foreign, "").await;
        self.send("POST", list, &KEY, "{").await;
        self.knock("GET", list, &fetched).await;
        self.post(list, json!({"conversation_id": id, "content": batch})).await;
        self.get(&format!("{list}?limit=1000")).await;
    }
}
