//! A server for the client's tests: plain tokio, so that it can break HTTP where a server library would not.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What to do about a request.
pub(super) enum Reply {
    /// Write and keep the connection.
    Keep(Vec<u8>),
    /// Write and close the connection.
    Close(Vec<u8>),
    /// Write nothing and keep the connection.
    Silence,
    /// Write these octets again and again.
    Endless(Vec<u8>, Vec<u8>),
}

/// A request as it came.
#[derive(Clone)]
pub(super) struct Received {
    /// The number of its connection, from 0.
    pub(super) connection: usize,
    /// Head and content.
    pub(super) text: String,
}

/// Listens until it is dropped.
pub(super) struct TestServer {
    pub(super) url: url::Url,
    received: Arc<Mutex<Vec<Received>>>,
    task: tokio::task::JoinHandle<()>,
}

impl TestServer {
    /// Starts a server that answers with `reply`, which is given all requests so far, the last one being the one to answer.
    pub(super) async fn start(reply: impl Fn(&[Received]) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        let reply = Arc::new(reply);
        let task = tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, connection, Arc::clone(&log), Arc::clone(&reply)));
            }
        });
        Self { url, received, task }
    }

    /// Starts a server that answers each request with the same octets and keeps the connection.
    pub(super) async fn answering(octets: impl Into<Vec<u8>>) -> Self {
        let octets = octets.into();
        Self::start(move |_| Reply::Keep(octets.clone())).await
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    connection: usize,
    log: Arc<Mutex<Vec<Received>>>,
    reply: Arc<impl Fn(&[Received]) -> Reply>,
) {
    while let Some(text) = read_request(&mut stream).await {
        let reply = {
            let mut log = log.lock().unwrap();
            log.push(Received { connection, text });
            reply(&log)
        };
        // A client that has seen enough may be gone; that is for the client's side to judge.
        let written = match reply {
            Reply::Keep(octets) => stream.write_all(&octets).await,
            Reply::Close(octets) => {
                let _ = stream.write_all(&octets).await;
                return;
            }
            Reply::Silence => Ok(()),
            Reply::Endless(head, again) => {
                let _ = stream.write_all(&head).await;
                while stream.write_all(&again).await.is_ok() {}
                return;
            }
        };
        if written.is_err() {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut octets = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&octets).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut octets).await.ok()? == 0 {
            return None;
        }
    }
}

/// A response with a status line such as `200 OK`, header lines and content.
pub(super) fn response(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for line in headers {
        head.push_str(line);
        head.push_str("\r\n");
    }
    format!("{head}\r\n{body}").into_bytes()
}
