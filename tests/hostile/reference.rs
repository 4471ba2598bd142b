//! The reference server under load and nonsense: it stays up, loses no write, and does not grow at rest.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A server in a process of its own, so that its memory can be told from the test's.
struct Server {
    child: std::process::Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_specproof"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("it is piped");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).expect("it says where");
        let (_, rest) = line.split_once("http://").expect("it names its address");
        let address = rest.split([';', ' ']).next().unwrap_or_default().to_owned();
        Self { child, address }
    }

    /// Resident memory in KiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.expect("it accepts connections")
    }

    /// What comes back for these octets, until the other side closes or falls silent.
    async fn say(&self, octets: &[u8]) -> String {
        let mut stream = self.connect().await;
        // It may have closed already, having heard enough.
        let _ = stream.write_all(octets).await;
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn is_sound(&self) -> bool {
        let answer = self.say(b"GET /api/agents HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        answer.starts_with("HTTP/1.1 200 ")
    }

    /// Ends it; gives what it said on standard error.
    fn end(mut self) -> String {
        let _ = self.child.kill();
        let mut said = String::new();
        if let Some(mut errors) = self.child.stderr.take() {
            let _ = std::io::Read::read_to_string(&mut errors, &mut said);
        }
        let _ = self.child.wait();
        said
    }
}

async fn post(client: &reqwest::Client, url: String, content: Value) -> Value {
    let response = client.post(url).json(&content).send().await.expect("it answers");
    assert!(response.status().is_success(), "{}", response.status());
    response.json().await.expect("it is JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_write_is_lost_among_256_connections() {
    let server = Server::start();
    let base = format!("http://{}/v3/workspaces", server.address);
    let setup = super::server::client();
    post(&setup, base.clone(), json!({"id": "w"})).await;
    post(&setup, format!("{base}/w/peers"), json!({"id": "p"})).await;
    post(&setup, format!("{base}/w/sessions"), json!({"id": "s"})).await;
    let writers = (0..256).map(|writer| {
        let url = format!("{base}/w/sessions/s/messages");
        tokio::spawn(async move {
            // A client of its own has a connection of its own.
            let client = super::server::client();
            for turn in 0..4 {
                let message = json!({"content": format!("{writer}-{turn}"), "peer_id": "p"});
                post(&client, url.clone(), json!({"messages": [message]})).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("every write is answered");
    }
    let mut seen = std::collections::BTreeSet::new();
    for page in 1..=12 {
        let list = format!("{base}/w/sessions/s/messages/list?size=100&page={page}");
        let answer = post(&setup, list, json!({})).await;
        assert_eq!(answer["total"], 1024);
        let items = answer["items"].as_array().expect("it is a page");
        seen.extend(items.iter().filter_map(|item| item["content"].as_str().map(str::to_owned)));
    }
    assert_eq!(seen.len(), 1024);
    assert_eq!(server.end(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_refused_and_the_next_request_is_served() {
    let server = Server::start();
    let mut slow = Vec::new();
    for part in
        ["P", "POST /api/messaging/sessions HT", "POST /v3/workspaces HTTP/1.1\r\ncontent-length: 9\r\n\r\n{"]
    {
        for _ in 0..80 {
            let mut stream = server.connect().await;
            stream.write_all(part.as_bytes()).await.expect("it listens");
            slow.push(stream);
        }
    }
    let long = "a".repeat(200_000);
    let many: String = (0..5000).fold(String::new(), |text, n| text + &format!("x-{n}: y\r\n"));
    let head = "POST /v3/workspaces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let nonsense: Vec<Vec<u8>> = vec![
        b"\0\0\0\0\r\n\r\n".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0].to_vec(),
        format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n").into_bytes(),
        format!("{head}content-length: -1\r\n\r\n{{}}").into_bytes(),
        format!("{head}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}").into_bytes(),
        format!("{head}transfer-encoding: chunked\r\n\r\nZZ\r\n").into_bytes(),
        b"GET /v3/%ff%fe/%00 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_vec(),
        b"GET /api/v1/messages?skip=%zz&limit=99999999999999999999 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_vec(),
    ];
    for octets in nonsense {
        let answer = server.say(&octets).await;
        let shown: String = String::from_utf8_lossy(&octets).chars().take(60).collect();
        let refused =
            answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 505");
        assert!(refused, "{shown:?}: {answer}");
        assert!(server.is_sound().await, "after {shown:?}");
    }
    drop(slow);
    assert!(server.is_sound().await);
    assert_eq!(server.end(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn large_content_is_refused_with_413() {
    let server = Server::start();
    let content = vec![b' '; specproof::reference::BODY_LIMIT + 1];
    for path in ["/v3/workspaces", "/api/messaging/sessions", "/api/v1/messages"] {
        let client = super::server::client();
        let request = client.post(format!("http://{}{path}", server.address)).body(content.clone());
        let status =
            request.header("content-type", "application/json").send().await.map(|r| r.status().as_u16());
        // A server that refuses early may close before all is sent, and then the client cannot always read why.
        assert!(status.as_ref().map_or(true, |status| *status == 413), "{path}: {status:?}");
    }
    let stated = "POST /v3/workspaces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 99999999999\r\n\r\n";
    assert!(server.say(stated.as_bytes()).await.starts_with("HTTP/1.1 413"));
    assert!(server.is_sound().await);
    assert_eq!(server.end(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_in_one_packet_are_answered_in_order() {
    let server = Server::start();
    let one = "GET /api/agents HTTP/1.1\r\nhost: x\r\n\r\n";
    let other = "GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n";
    let last = "GET /api/agents HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = server.say(format!("{one}{other}{one}{last}").as_bytes()).await;
    let statuses: Vec<&str> =
        answer.match_indices("HTTP/1.1 ").map(|(at, _)| &answer[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["200", "404", "200", "200"]);
    assert_eq!(server.end(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_does_not_make_it_grow() {
    let server = Server::start();
    let client = super::server::client();
    let url = format!("http://{}/api/agents", server.address);
    let read = |count: usize| {
        let (client, url) = (client.clone(), url.clone());
        async move {
            for _ in 0..count {
                let response = client.get(&url).send().await.expect("it answers");
                response.bytes().await.expect("it answers whole");
            }
        }
    };
    read(500).await;
    let before = server.memory();
    read(5000).await;
    let after = server.memory();
    assert!(after < before + (8 << 10), "from {before} to {after} KiB");
    assert_eq!(server.end(), "");
}
