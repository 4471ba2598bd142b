//! Octets over a plain TCP connection of their own, for requests that no proper client sends, and just enough of HTTP/1.1
//! (RFC 9112) to read what comes back.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use super::assemble::Assembled;
use super::failure::{Failure, Phase, from_io, incomplete, malformed, too_large};
use super::message::RawResponse;
use super::redact::Redactor;
use crate::evidence::{Body, Request, TransportErrorKind};

/// The most octets of a header section, and of one line of the chunked coding.
const MAX_HEAD: usize = 64 << 10;

/// The most interim responses (RFC 9110, section 15.2) before the final one.
const MAX_INTERIM: usize = 8;

/// A request as octets, with a `Host` field, a length where there is content, and an end to the connection.
pub(super) fn octets(base: &Url, target: &str, request: &Assembled) -> Vec<u8> {
    let host = &base[url::Position::BeforeHost..url::Position::AfterPort];
    let mut octets = format!("{} {target} HTTP/1.1\r\nhost: {host}\r\n", request.method).into_bytes();
    for (name, value) in &request.wire_headers {
        octets.extend_from_slice(name.as_str().as_bytes());
        octets.extend_from_slice(b": ");
        octets.extend_from_slice(value.as_bytes());
        octets.extend_from_slice(b"\r\n");
    }
    let body = request.body.as_deref().unwrap_or_default();
    if request.body.is_some() && !request.wire_headers.contains_key(http::header::CONTENT_LENGTH) {
        octets.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    octets.extend_from_slice(b"connection: close\r\n\r\n");
    octets.extend_from_slice(body);
    octets
}

/// Reads octets as the request that they may mean, for the record. What is missing is left empty.
pub(super) fn read_request(octets: &[u8], base_path: &str, redactor: &Redactor) -> Request {
    let (head, body) = match octets.windows(4).position(|window| window == b"\r\n\r\n") {
        Some(end) => (&octets[..end], &octets[end + 4..]),
        None => (octets, &octets[octets.len()..]),
    };
    let head = redactor.octets(head);
    let head = String::from_utf8_lossy(&head);
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let method = words.next().unwrap_or_default().to_ascii_uppercase();
    let target = words.next().unwrap_or_default();
    let below = target.strip_prefix(base_path.trim_end_matches('/')).filter(|path| path.starts_with('/'));
    let path = below.unwrap_or(target);
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
        .filter(|(name, _)| name != "host")
        .map(|(name, value)| {
            let value = redactor.request_header(&name, value, false);
            (name, value)
        })
        .collect();
    let body = (!body.is_empty()).then(|| Body::new(redactor.octets(body)));
    Request { method, path, headers, body }
}

/// Connects, sends `octets`, and reads one response. Time is for the caller to limit, but for connecting.
pub(super) async fn exchange(
    base: &Url,
    octets: &[u8],
    connect_timeout: Duration,
    max_body: usize,
) -> Result<RawResponse, Failure> {
    if base.scheme() != "http" {
        return Err(Failure::new(TransportErrorKind::Other, "raw requests are sent to http targets only"));
    }
    let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = base.port_or_known_default().unwrap_or(80);
    let connecting = tokio::time::timeout(connect_timeout, TcpStream::connect((host, port))).await;
    let stream = match connecting {
        Err(_) => {
            return Err(Failure::new(TransportErrorKind::Timeout, "no connection within the time allowed"));
        }
        // An error that no system call gave comes from looking up the name.
        Ok(Err(e)) if e.raw_os_error().is_none() => {
            return Err(Failure::new(TransportErrorKind::Refused, "the host name does not resolve"));
        }
        Ok(connected) => connected.map_err(|e| from_io(e.kind(), Phase::Head, false))?,
    };
    let mut reader = Reader { stream, buffer: Vec::new() };
    // A target may answer and close before it has read all; the answer counts, so a failure to write is passed over.
    let _ = reader.stream.set_nodelay(true);
    let _ = reader.stream.write_all(octets).await;
    let head_only = octets.starts_with(b"HEAD ");
    reader.response(head_only, max_body).await
}

/// How long what follows the header section of an answer without content is waited for, where the target leaves the connection open.
const SURPLUS_WAIT: Duration = Duration::from_millis(200);

struct Reader {
    stream: TcpStream,
    /// Octets that were read and not yet used.
    buffer: Vec<u8>,
}

/// How the end of the content is told (RFC 9112, section 6.3).
enum Framing {
    None,
    Length(usize),
    Chunked,
    UntilClose,
}

impl Reader {
    async fn response(&mut self, head_only: bool, max_body: usize) -> Result<RawResponse, Failure> {
        for _ in 0..=MAX_INTERIM {
            let (status, headers) = self.head().await?;
            if (100..200).contains(&status) && status != 101 {
                continue;
            }
            let mut response = RawResponse { status, headers, body: Vec::new() };
            response.body = match framing(&response, head_only, max_body)? {
                Framing::None => self.surplus().await,
                Framing::Length(length) => self.take(length).await?,
                Framing::Chunked => self.chunks(max_body).await?,
                Framing::UntilClose => self.until_close(max_body).await?,
            };
            return Ok(response);
        }
        Err(malformed("too many interim responses"))
    }

    async fn head(&mut self) -> Result<(u16, Vec<(String, Vec<u8>)>), Failure> {
        let status_line = self.line(Phase::Head).await?;
        let status = status_code(&status_line)?;
        let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
        let mut size = 0;
        loop {
            let line = self.line(Phase::Content).await?;
            if line.is_empty() {
                return Ok((status, headers));
            }
            size += line.len();
            if size > MAX_HEAD {
                return Err(head_too_large());
            }
            let colon =
                line.iter().position(|o| *o == b':').ok_or_else(|| malformed("a header without a colon"))?;
            let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
            headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
        }
    }

    /// The next line without its end; a bare LF ends one too (RFC 9112, section 2.2).
    async fn line(&mut self, phase: Phase) -> Result<Vec<u8>, Failure> {
        let mut seen = 0;
        loop {
            if let Some(end) = self.buffer[seen..].iter().position(|octet| *octet == b'\n') {
                let mut line: Vec<u8> = self.buffer.drain(..=seen + end).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(line);
            }
            seen = self.buffer.len();
            if phase == Phase::Head {
                check_beginning(&self.buffer)?;
            }
            if seen > MAX_HEAD {
                return Err(head_too_large());
            }
            if !self.fill(phase).await? {
                return Err(if seen == 0 { incomplete(phase) } else { incomplete(Phase::Content) });
            }
        }
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>, Failure> {
        while self.buffer.len() < length {
            if !self.fill(Phase::Content).await? {
                return Err(incomplete(Phase::Content));
            }
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn chunks(&mut self, max_body: usize) -> Result<Vec<u8>, Failure> {
        let broken = || malformed("the chunked coding of the content is broken");
        let mut body = Vec::new();
        loop {
            let line = self.line(Phase::Content).await?;
            let size = line.split(|octet| *octet == b';').next().unwrap_or_default().trim_ascii();
            let size = std::str::from_utf8(size).ok().filter(|s| s.bytes().all(|b| b.is_ascii_hexdigit()));
            let size = usize::from_str_radix(size.ok_or_else(broken)?, 16).map_err(|_| broken())?;
            if size == 0 {
                // Trailer fields are of no use here; the empty line ends them.
                let mut trailers = 0;
                while trailers <= MAX_HEAD {
                    let line = self.line(Phase::Content).await?;
                    if line.is_empty() {
                        return Ok(body);
                    }
                    trailers += line.len();
                }
                return Err(head_too_large());
            }
            if size > max_body - body.len() {
                return Err(too_large(max_body));
            }
            body.extend(self.take(size).await?);
            if !self.line(Phase::Content).await?.is_empty() {
                return Err(broken());
            }
        }
    }

    async fn until_close(&mut self, max_body: usize) -> Result<Vec<u8>, Failure> {
        while self.fill(Phase::Content).await? {
            if self.buffer.len() > max_body {
                return Err(too_large(max_body));
            }
        }
        Ok(std::mem::take(&mut self.buffer))
    }

    /// What follows where no content belongs, until the target closes the connection as it was asked to, or for a moment: any of it is too much.
    async fn surplus(&mut self) -> Vec<u8> {
        let whole = async {
            while self.buffer.len() < MAX_HEAD && matches!(self.fill(Phase::Content).await, Ok(true)) {}
        };
        let _ = tokio::time::timeout(SURPLUS_WAIT, whole).await;
        std::mem::take(&mut self.buffer)
    }

    /// Reads some more; `false` at the end of the connection.
    async fn fill(&mut self, phase: Phase) -> Result<bool, Failure> {
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(count) => Ok(count > 0),
            Err(e) => Err(from_io(e.kind(), phase, false)),
        }
    }
}

fn framing(response: &RawResponse, head_only: bool, max_body: usize) -> Result<Framing, Failure> {
    if head_only || matches!(response.status, 101 | 204 | 304) {
        return Ok(Framing::None);
    }
    if let Some(coding) = response.header("transfer-encoding") {
        let chunked = coding.rsplit(',').next().is_some_and(|c| c.trim().eq_ignore_ascii_case("chunked"));
        return Ok(if chunked { Framing::Chunked } else { Framing::UntilClose });
    }
    let Some((_, length)) = response.headers.iter().find(|(name, _)| name == "content-length") else {
        return Ok(Framing::UntilClose);
    };
    let digits =
        std::str::from_utf8(length).ok().filter(|l| !l.is_empty() && l.bytes().all(|b| b.is_ascii_digit()));
    let digits = digits.ok_or_else(|| malformed("a content-length that is no number"))?;
    match digits.parse() {
        Ok(length) if length <= max_body => Ok(Framing::Length(length)),
        _ => Err(too_large(max_body)),
    }
}

/// Tells early that something else than HTTP speaks, since such a peer may wait for us and never end a line.
fn check_beginning(octets: &[u8]) -> Result<(), Failure> {
    // A TLS record of type alert or handshake begins so (RFC 8446, section 5.1).
    if matches!(octets, [0x15 | 0x16, 0x03, ..]) {
        return Err(Failure::new(TransportErrorKind::Tls, "the target speaks TLS on this port"));
    }
    let expected = b"HTTP/1.";
    if octets.iter().zip(expected).any(|(octet, expected)| octet != expected) {
        return Err(malformed("it does not begin with an HTTP version"));
    }
    Ok(())
}

/// The status code of a status line (RFC 9112, section 4).
fn status_code(line: &[u8]) -> Result<u16, Failure> {
    check_beginning(line)?;
    let mut words = line.splitn(3, |octet| *octet == b' ');
    let version = words.next().unwrap_or_default();
    let code = words.next().unwrap_or_default();
    let sound = version.len() == 8 && version[7].is_ascii_digit();
    match (sound, code) {
        (true, [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9']) => {
            Ok(code.iter().fold(0, |value, digit| value * 10 + u16::from(digit - b'0')))
        }
        _ => Err(malformed("the status line is broken")),
    }
}

fn head_too_large() -> Failure {
    Failure::new(TransportErrorKind::TooLarge, "the header section is larger than can be read")
}
