//! Answers from a recorded run in the place of a target: [`Recording`].
//!
//! A request is known again by its operation, its purpose, its method, its path and its content. Equal seeds and names give equal
//! requests, so a run of the same plan finds each of its answers; equal requests are answered in the order in which they were
//! recorded.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::evidence::{Exchange, Request, Response, TransportError, TransportErrorKind, Try};

/// What tells requests apart. Header fields do not: those with secrets are not recorded as they were sent.
type Key = (String, String, String, String, Vec<u8>);

/// What came of a request, and when.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) outcome: Result<Response, TransportError>,
    /// What came of it before it was sent again.
    pub(super) earlier: Vec<Try>,
    /// When it was sent, in microseconds since its run began.
    pub(super) sent_us: u64,
    /// How long it took, in microseconds.
    pub(super) elapsed_us: u64,
}

/// The exchanges of a run, to be had again.
#[derive(Debug, Default)]
pub struct Recording(Mutex<BTreeMap<Key, VecDeque<Answer>>>);

impl Recording {
    /// Takes in exchanges in the order in which they were recorded.
    pub fn new(exchanges: impl IntoIterator<Item = Exchange>) -> Self {
        let mut answers: BTreeMap<Key, VecDeque<Answer>> = BTreeMap::new();
        for exchange in exchanges {
            let key = key(&exchange.operation, &exchange.purpose, &exchange.request);
            answers.entry(key).or_default().push_back(Answer {
                outcome: exchange.outcome,
                earlier: exchange.earlier,
                sent_us: exchange.sent_us,
                elapsed_us: exchange.elapsed_us,
            });
        }
        Self(Mutex::new(answers))
    }

    /// The next answer to a request.
    pub(super) fn answer(&self, operation: &str, purpose: &str, request: &Request) -> Answer {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = answers.get_mut(&key(operation, purpose, request)).and_then(VecDeque::pop_front);
        next.unwrap_or_else(|| {
            let message = "the recording has no answer to this request".to_owned();
            let outcome = Err(TransportError { kind: TransportErrorKind::NotRecorded, message });
            Answer { outcome, earlier: Vec::new(), sent_us: 0, elapsed_us: 0 }
        })
    }
}

fn key(operation: &str, purpose: &str, request: &Request) -> Key {
    let body = request.body.as_ref().map(|body| body.bytes().to_vec()).unwrap_or_default();
    (operation.to_owned(), purpose.to_owned(), request.method.clone(), request.path.clone(), body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Body;

    fn exchange(purpose: &str, content: &str, status: u16) -> Exchange {
        Exchange {
            operation: "list".into(),
            purpose: purpose.into(),
            request: Request {
                method: "POST".into(),
                path: "/a?b=1".into(),
                headers: vec![("authorization".into(), "Bearer $TOKEN".into())],
                body: Some(Body::new(content)),
            },
            outcome: Ok(Response { status, headers: vec![], body: Body::new(""), refused: false }),
            earlier: Vec::new(),
            sent_us: 0,
            elapsed_us: 7,
        }
    }

    #[test]
    fn equal_requests_are_answered_in_order_and_others_not_at_all() {
        let recording =
            Recording::new([exchange("a", "1", 200), exchange("a", "2", 201), exchange("a", "1", 202)]);
        for (purpose, content, status) in [
            ("a", "1", Some(200)),
            ("a", "1", Some(202)),
            ("a", "1", None),
            ("b", "2", None),
            ("a", "2", Some(201)),
        ] {
            let mut asked = exchange(purpose, content, 0).request;
            asked.headers.clear();
            let Answer { outcome, .. } = recording.answer("list", purpose, &asked);
            assert_eq!(outcome.ok().map(|response| response.status), status, "{purpose} {content}");
        }
    }
}
