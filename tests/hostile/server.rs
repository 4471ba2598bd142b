//! A server in front of the reference server that answers chosen requests in hostile ways, octet by octet.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use specproof::reference::{Options, Running, clock::SystemClock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Something that happens in the background of a connection.
pub(crate) type Doing = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What is done with a connection once a request stands in it.
pub(crate) type Act = Arc<dyn Fn(TcpStream, Asked) -> Doing + Send + Sync>;

/// A request as far as a mode may want to know it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Method and target, such as `GET /api/messaging/sessions/s/messages?limit=7`.
    pub(crate) line: String,
    /// The octets of the whole request.
    pub(crate) octets: Vec<u8>,
    /// How many requests came before it.
    pub(crate) number: usize,
    /// Where the correct server listens.
    pub(crate) behind: SocketAddr,
}

/// The address of a server whose connections are handled by `act` where `chosen` says so, and by a correct server elsewhere.
pub(crate) struct Front {
    pub(crate) url: String,
    accepting: tokio::task::JoinHandle<()>,
    /// After how many requests nobody listens any more.
    last: Arc<AtomicUsize>,
}

impl Front {
    pub(crate) async fn start(chosen: fn(&Asked) -> bool, act: Act) -> Self {
        let correct =
            Running::start(Options::new(Arc::new(SystemClock))).await.expect("there is a free port");
        let behind = correct.address();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let last = Arc::new(AtomicUsize::new(usize::MAX));
        let until = Arc::clone(&last);
        let accepting = tokio::spawn(async move {
            // The correct server lives as long as the front does.
            let _correct = correct;
            let number = Arc::new(AtomicUsize::new(0));
            while let Ok((mut stream, _)) = listener.accept().await {
                if number.load(SeqCst) >= until.load(SeqCst) {
                    return;
                }
                let (act, number) = (Arc::clone(&act), Arc::clone(&number));
                tokio::spawn(async move {
                    let Some(octets) = read_request(&mut stream).await else { return };
                    let line = String::from_utf8_lossy(&octets).lines().next().unwrap_or_default().to_owned();
                    let line = line.trim_end_matches(" HTTP/1.1").to_owned();
                    let number = number.fetch_add(1, SeqCst);
                    let asked = Asked { line, octets, number, behind };
                    if chosen(&asked) {
                        act(stream, asked).await;
                    } else if let Some(answer) = forward(behind, &asked.octets).await {
                        // Whether the client still listens is its own business, here and below.
                        let _ = stream.write_all(&answer).await;
                    }
                });
            }
        });
        Self { url, accepting, last }
    }

    /// Stops listening after so many requests.
    pub(crate) fn die_after(&mut self, requests: usize) {
        self.last.store(requests, SeqCst);
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The answer of the correct server, on a connection of its own.
pub(crate) async fn forward(behind: SocketAddr, request: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(behind).await.ok()?;
    let end = request.windows(2).position(|window| window == b"\r\n")?;
    let asked = [&request[..end], b"\r\nconnection: close", &request[end..]].concat();
    stream.write_all(&asked).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    Some(answer)
}

/// One request with its content; nothing where the client goes away before.
async fn read_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    loop {
        if let Some(end) = octets.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&octets[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            if octets.len() >= end + 4 + length {
                return Some(octets);
            }
        } else if octets.len() > 1 << 20 || octets.starts_with(&[0x16]) {
            return Some(octets);
        }
        if stream.read_buf(&mut octets).await.ok()? == 0 {
            return None;
        }
    }
}

/// Every request.
pub(crate) fn all(_: &Asked) -> bool {
    true
}

/// Lists of messages.
pub(crate) fn lists(asked: &Asked) -> bool {
    asked.line.starts_with("GET ") && asked.line.contains("/messages")
}

/// Answers with these octets, and hangs up.
pub(crate) fn say(octets: impl Into<Vec<u8>>) -> Act {
    let octets: Arc<[u8]> = octets.into().into();
    Arc::new(move |mut stream, _| {
        let octets = Arc::clone(&octets);
        Box::pin(async move {
            let _ = stream.write_all(&octets).await;
            let _ = stream.shutdown().await;
            drain(&mut stream).await;
        })
    })
}

/// Answers with a beginning, and then with the same octets again and again, as long as somebody listens.
pub(crate) fn say_forever(first: &'static str, again: Vec<u8>) -> Act {
    let again: Arc<[u8]> = again.into();
    Arc::new(move |mut stream, _| {
        let again = Arc::clone(&again);
        Box::pin(async move {
            let _ = stream.write_all(first.as_bytes()).await;
            while stream.write_all(&again).await.is_ok() {}
        })
    })
}

/// Answers with these octets, one a second.
pub(crate) fn say_slowly(octets: &'static str) -> Act {
    Arc::new(move |mut stream, _| {
        Box::pin(async move {
            for octet in octets.as_bytes() {
                if stream.write_all(&[*octet]).await.is_err() {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        })
    })
}

/// Answers with these octets, and then holds the connection without a word until the client goes.
pub(crate) fn say_and_hold(octets: &'static [u8]) -> Act {
    Arc::new(move |mut stream, _| {
        Box::pin(async move {
            let _ = stream.write_all(octets).await;
            drain(&mut stream).await;
        })
    })
}

/// Answers with these octets, and resets the connection.
pub(crate) fn say_and_reset(octets: &'static [u8]) -> Act {
    Arc::new(move |mut stream, _| {
        Box::pin(async move {
            let _ = stream.write_all(octets).await;
            // With a linger of zero the end of a connection is a reset.
            let _ = stream.set_zero_linger();
        })
    })
}

/// The text with each octet percent-encoded that is not unreserved.
pub(crate) fn percent(text: &str) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~".contains(&octet);
    text.bytes()
        .map(|octet| if plain(octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") })
        .collect()
}

/// Reads until the other side hangs up.
async fn drain(stream: &mut TcpStream) {
    let mut octets = [0; 4096];
    while stream.read(&mut octets).await.is_ok_and(|count| count > 0) {}
}

/// Answers as the correct server does, but for what `change` makes of head and content.
pub(crate) fn changed(change: impl Fn(&Asked, Answer) -> Answer + Send + Sync + 'static) -> Act {
    let change = Arc::new(change);
    Arc::new(move |mut stream, asked| {
        let change = Arc::clone(&change);
        Box::pin(async move {
            let Some(octets) = forward(asked.behind, &asked.octets).await else { return };
            if asked.line.starts_with("HEAD ") {
                let _ = stream.write_all(&octets).await;
                return;
            }
            let end =
                octets.windows(4).position(|w| w == b"\r\n\r\n").expect("the correct server speaks HTTP");
            let head = String::from_utf8_lossy(&octets[..end]).into_owned();
            let answer = change(&asked, Answer { head, content: octets[end + 4..].to_vec() });
            let _ = stream.write_all(&answer.octets()).await;
            let _ = stream.shutdown().await;
            drain(&mut stream).await;
        })
    })
}

/// An answer taken apart.
pub(crate) struct Answer {
    /// Status line and header fields, without the empty line.
    pub(crate) head: String,
    pub(crate) content: Vec<u8>,
}

impl Answer {
    /// With the length that its content has now.
    fn octets(&self) -> Vec<u8> {
        let fields =
            self.head.split("\r\n").filter(|f| !f.to_ascii_lowercase().starts_with("content-length:"));
        let head = fields.collect::<Vec<_>>().join("\r\n");
        let length = format!("\r\ncontent-length: {}\r\n\r\n", self.content.len());
        [head.as_bytes(), length.as_bytes(), &self.content].concat()
    }

    /// Whether the content is JSON that tells of success.
    pub(crate) fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.content).ok()
    }
}

/// A client of our own, with a connection of its own.
pub(crate) fn client() -> reqwest::Client {
    // Without a provider of cryptography there is no client, though nothing here is encrypted; all tests share one.
    #[cfg(feature = "https")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("it can be made")
}
