//! The [`Client`]: what happens around a try, from the gate to the recorded exchange.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::assemble::{Assembled, Fixed};
use super::breaker::Sign;
use super::failure::Failure;
use super::gate::Gate;
use super::message::{RawResponse, header_text};
use super::options::{ClientError, ClientOptions, Credential, Outgoing};
use super::rate_limit::{pause_after, retry_wait};
use super::raw;
use super::recording::{Answer, Recording};
use super::redact::Redactor;
use super::transport::{Connection, Transport};
use crate::evidence::{Body, Exchange, Request, Response, TransportError, TransportErrorKind, Try};

/// How often a request is sent at most while the target asks to wait.
const MAX_TRIES: u32 = 5;

/// Sends requests to one target. Cheap to clone; clones share connections, budgets and pauses.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Transport,
    gate: Gate,
    redactor: Redactor,
    fixed: Fixed,
    timeout: Duration,
    max_retry_after: Duration,
    /// When the client was made, which is when its run begins.
    made: Instant,
    recording: Option<Arc<Recording>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({})", self.base_url())
    }
}

/// What goes over the wire in each try.
enum Wire<'a> {
    Request(&'a Assembled, Connection),
    Octets(&'a [u8]),
}

impl Client {
    /// Makes a client; nothing is sent yet.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        let fixed = Fixed::new(&options)?;
        Ok(Self(Arc::new(Inner {
            gate: Gate::new(&options)?,
            redactor: Redactor::new(&options.secrets, fixed.credentials())?,
            fixed,
            timeout: options.timeout,
            max_retry_after: options.max_retry_after,
            made: Instant::now(),
            recording: options.recording.clone(),
            transport: Transport::new(options)?,
        })))
    }

    /// Sends a request, on an open connection if there is one, and records what came of it.
    ///
    /// While the target answers 429, or 503 with `Retry-After`, the request is sent again, at most five times in all; the
    /// exchange is the last one. Where a connection ends before a response begins, the request is sent once more on a new
    /// one, whatever its method, since the target may have been closing a connection that was idle; a target that had carried it out already has then done so twice. A path that the URL type would rewrite (`..` segments, say) and HEAD go over a raw connection.
    pub async fn send(&self, outgoing: Outgoing) -> Exchange {
        self.send_over(outgoing, Connection::Any).await
    }

    /// Like [`Client::send`], on a connection of its own.
    pub async fn send_on_new_connection(&self, outgoing: Outgoing) -> Exchange {
        self.send_over(outgoing, Connection::New).await
    }

    /// Like [`Client::send`], on the connection that the last request sent in this way left open, if it did.
    pub async fn send_on_kept_connection(&self, outgoing: Outgoing) -> Exchange {
        self.send_over(outgoing, Connection::Kept).await
    }

    /// Sends octets as they are over a plain connection of their own, and reads what comes back as HTTP/1.1. For what a
    /// proper client cannot send; [`Client::octets`] gives something to start from. Only for `http` targets.
    pub async fn send_raw(&self, operation: &str, purpose: &str, octets: &[u8]) -> Exchange {
        let base_path = self.0.transport.base().path();
        let request = raw::read_request(octets, base_path, &self.0.redactor);
        self.0.run(operation.to_owned(), purpose.to_owned(), request, Wire::Octets(octets)).await
    }

    /// The octets of a request (RFC 9112), credentials included, to be changed and given to [`Client::send_raw`]. `None`
    /// where a header field cannot be written.
    pub fn octets(&self, outgoing: &Outgoing) -> Option<Vec<u8>> {
        let (assembled, _) = self.0.fixed.assemble(outgoing, &self.0.redactor);
        let assembled = assembled.ok()?;
        let transport = &self.0.transport;
        Some(raw::octets(transport.base(), &transport.target(&assembled.path), &assembled))
    }

    /// How many requests went out, every try counted.
    pub fn requests(&self) -> usize {
        self.0.gate.sent()
    }

    /// What [`Credentials::Usual`](super::Credentials::Usual) stands for, secrets and all.
    pub fn usual_credentials(&self) -> &[Credential] {
        self.0.fixed.credentials()
    }

    /// The base URL, which holds no credentials.
    pub fn base_url(&self) -> &url::Url {
        self.0.transport.base()
    }

    /// Why the target counts as gone, once it does: nothing more is sent then, but for cleaning up.
    pub fn gone(&self) -> Option<String> {
        self.0.gate.gone().map(|failure| failure.error.message)
    }

    /// Whether the time for what is under way is used up.
    pub fn is_late(&self) -> bool {
        self.0.gate.is_late()
    }

    /// Lets out what cleaning up needs, after a stop and past the budgets for cases; see
    /// [`ClientOptions::cleanup_deadline`](super::ClientOptions::cleanup_deadline).
    pub fn begin_cleanup(&self) {
        self.0.gate.begin_cleanup();
    }

    /// Sends nothing more: waiting and later requests end at once with [`TransportErrorKind::Budget`]. Requests in flight
    /// are finished.
    pub fn stop(&self) {
        self.0.gate.stop();
    }

    async fn send_over(&self, outgoing: Outgoing, connection: Connection) -> Exchange {
        let inner = &*self.0;
        let (assembled, request) = inner.fixed.assemble(&outgoing, &inner.redactor);
        let Outgoing { operation, purpose, .. } = outgoing;
        match assembled {
            Err(failure) => {
                let sent_us = microseconds(inner.made.elapsed());
                let outcome = Err(failure.error);
                Exchange { operation, purpose, request, outcome, earlier: Vec::new(), sent_us, elapsed_us: 0 }
            }
            Ok(assembled) => {
                let rewritten = inner.transport.url(&assembled.path).is_none();
                let plain = inner.transport.base().scheme() == "http";
                // A proper client does not see what follows the header section of an answer to HEAD.
                let raw = plain && (rewritten || assembled.method == http::Method::HEAD);
                let connection = if raw { Connection::Raw } else { connection };
                inner.run(operation, purpose, request, Wire::Request(&assembled, connection)).await
            }
        }
    }
}

/// What a request that got no response says of the target's health. A response that breaks off is a sign of life.
fn sign_of(kind: TransportErrorKind) -> Sign {
    match kind {
        TransportErrorKind::Refused => Sign::Refused,
        TransportErrorKind::Timeout => Sign::Silent,
        TransportErrorKind::Budget | TransportErrorKind::NotRecorded | TransportErrorKind::Other => {
            Sign::Nothing
        }
        TransportErrorKind::Incomplete
        | TransportErrorKind::TooLarge
        | TransportErrorKind::Malformed
        | TransportErrorKind::Tls => Sign::Alive,
    }
}

fn microseconds(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

impl Inner {
    async fn run(&self, operation: String, purpose: String, request: Request, wire: Wire<'_>) -> Exchange {
        if let Some(recording) = &self.recording {
            let Answer { outcome, earlier, sent_us, elapsed_us } =
                recording.answer(&operation, &purpose, &request);
            return Exchange { operation, purpose, request, outcome, earlier, sent_us, elapsed_us };
        }
        let mut earlier = Vec::new();
        let (outcome, elapsed) = self.tries(&operation, wire, &mut earlier).await;
        Exchange {
            sent_us: microseconds(self.made.elapsed().saturating_sub(elapsed)),
            operation,
            purpose,
            request,
            outcome: self.recorded(outcome),
            earlier,
            elapsed_us: microseconds(elapsed),
        }
    }

    /// Sends until there is an answer to keep; returns the last one, and how long its try took. What came before it goes into `earlier`.
    async fn tries(
        &self,
        operation: &str,
        wire: Wire<'_>,
        earlier: &mut Vec<Try>,
    ) -> (Result<RawResponse, Failure>, Duration) {
        let _permit = match self.gate.enter(operation).await {
            Ok(permit) => permit,
            Err(failure) => return (Err(failure), Duration::ZERO),
        };
        let mut tries = 0;
        let mut reconnected = false;
        let mut last: Option<(Result<RawResponse, Failure>, Duration)> = None;
        loop {
            if let Err(failure) = self.gate.start(operation).await {
                // What the target did say is worth more than why it was not asked again.
                return last.unwrap_or((Err(failure), Duration::ZERO));
            }
            earlier.extend(last.take().map(|(outcome, _)| Try(self.recorded(outcome))));
            let began = Instant::now();
            let outcome = self.attempt(&wire, reconnected).await;
            let elapsed = began.elapsed();
            match &outcome {
                Err(failure) => {
                    self.gate.note(operation, sign_of(failure.error.kind));
                    if failure.closed_before_response && !reconnected {
                        // Not the last answer: where it is not sent again, nobody knows what the target would have said.
                        reconnected = true;
                        earlier.push(Try(self.recorded(outcome)));
                        continue;
                    }
                }
                Ok(response) => {
                    tries += 1;
                    if self.wait_for_target(response, tries) {
                        last = Some((outcome, elapsed));
                        continue;
                    }
                    let put_off = retry_wait(response, tries).is_some();
                    let sign = if put_off { Sign::PutOff(response.status) } else { Sign::Alive };
                    self.gate.note(operation, sign);
                }
            }
            return (outcome, elapsed);
        }
    }

    /// Pauses the client as the response asks; returns whether the request is to be sent again.
    fn wait_for_target(&self, response: &RawResponse, tries: u32) -> bool {
        let grant = |wait: &Duration| *wait <= self.max_retry_after;
        let again = retry_wait(response, tries);
        match again.or_else(|| pause_after(response)).filter(grant) {
            Some(wait) => self.gate.pause(wait) && again.is_some() && tries < MAX_TRIES,
            None => false,
        }
    }

    async fn attempt(&self, wire: &Wire<'_>, reconnect: bool) -> Result<RawResponse, Failure> {
        let (time, late) = self.gate.allowance(self.timeout);
        let attempt = async {
            match wire {
                Wire::Request(request, Connection::Any) if reconnect => {
                    self.transport.attempt(request, Connection::New).await
                }
                Wire::Request(request, connection) => self.transport.attempt(request, *connection).await,
                Wire::Octets(octets) => self.transport.attempt_raw(octets).await,
            }
        };
        tokio::time::timeout(time, attempt).await.unwrap_or(Err(late))
    }

    /// What came of a try, without secrets.
    fn recorded(&self, outcome: Result<RawResponse, Failure>) -> Result<Response, TransportError> {
        match outcome {
            Ok(response) => Ok(self.record(response)),
            Err(failure) => Err(failure.error),
        }
    }

    /// The response without secrets.
    fn record(&self, response: RawResponse) -> Response {
        let redactor = &self.redactor;
        Response {
            status: response.status,
            headers: response
                .headers
                .iter()
                .map(|(name, value)| {
                    let value = header_text(&redactor.octets(value));
                    (redactor.text(name).into_owned(), redactor.response_header(name, &value))
                })
                .collect(),
            body: Body::counted(redactor.octets_owned(response.body), self.gate.ledger()),
            refused: false,
        }
    }
}
