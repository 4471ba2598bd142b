//! HTTP008: a response began and did not arrive whole.

use crate::evidence::{Ask, Asked, TransportErrorKind};
use crate::rules::answers::{EVERY, labels};
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::verdict::{Level, Requirement};

rule! {
    /// ## What it checks
    /// Every request is answered by a whole HTTP response of a size that a client can hold, whose length is told in one way.
    /// ## Why it matters
    /// A client cannot tell an interrupted answer from a failing network, and tries again what may have been
    /// carried out.
    /// ## Example
    /// The target announces `Content-Length: 512` and closes the connection after 300 octets.
    /// ## Source
    /// RFC 9112, section 8: a message that ends early is incomplete; section 6.2: one with `Transfer-Encoding` has no `Content-Length`.
    /// ## False alarms and how they are avoided
    /// A connection that is refused, a deadline that passes and a used-up budget are inconclusive, since the
    /// network or the run may be the reason, and so is a connection that is closed on a request which many servers do not take. For a request that breaks the document it is only a `should`,
    /// since a server may close the connection on what it cannot read.
    RESPONSE_BROKEN {
        code: "HTTP008", name: "response-broken", level: Must, basis: Protocol,
        source: "RFC 9112, section 8: https://www.rfc-editor.org/rfc/rfc9112#section-8",
        summary: "Every request is answered by a whole response.",
        implies: [],
        scenarios: EVERY,
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let labels = labels(scene);
    for (i, entry) in scene.evidence.entries.iter().enumerate() {
        let error = match &entry.exchange.outcome {
            Err(error) => error,
            Ok(response) => {
                let length = response.header("content-length");
                match length.filter(|_| response.header("transfer-encoding").is_some()) {
                    None => sheet.judged(),
                    Some(length) => told_twice(sheet, labels[i], i, length),
                }
                continue;
            }
        };
        let odd = scene.evidence.probes.iter().any(|probe| probe.entry == i && probe.ask == Ask::Odd);
        let summary = match error.kind {
            TransportErrorKind::Incomplete if odd => {
                sheet.unsure(format!("the connection was closed on {}", labels[i]));
                continue;
            }
            TransportErrorKind::Incomplete => "the response ended early",
            TransportErrorKind::Malformed => "the response is not HTTP",
            TransportErrorKind::TooLarge => "the response is larger than the limit",
            TransportErrorKind::Timeout => {
                sheet.unsure("no answer in time");
                continue;
            }
            TransportErrorKind::Refused
            | TransportErrorKind::Tls
            | TransportErrorKind::Budget
            | TransportErrorKind::NotRecorded
            | TransportErrorKind::Other => {
                sheet.unsure(error.message.clone());
                continue;
            }
        };
        let level = if entry.asked == Asked::Invalid { Level::Should } else { Level::Must };
        let requirement = sheet.own_requirement();
        sheet.fail_at(
            level,
            Draft {
                input: labels[i].to_owned(),
                summary: summary.to_owned(),
                requirement,
                expected: "a whole response".to_owned(),
                actual: error.message.clone(),
                comparison: None,
                claims: Vec::new(),
                pointer: None,
                entries: vec![i],
            },
        );
    }
}

/// The response tells its length by both fields, of which readers heed one or the other.
fn told_twice(sheet: &mut Sheet<'_>, label: &str, entry: usize, length: &str) {
    sheet.fail(Draft {
        input: label.to_owned(),
        summary: "the response has both Content-Length and Transfer-Encoding".to_owned(),
        requirement: Requirement {
            text: "A message with Transfer-Encoding has no Content-Length.".to_owned(),
            source: "RFC 9112, section 6.2: https://www.rfc-editor.org/rfc/rfc9112#section-6.2".to_owned(),
        },
        expected: "one of the two".to_owned(),
        actual: format!("Content-Length: {length} beside Transfer-Encoding"),
        comparison: None,
        claims: Vec::new(),
        pointer: None,
        entries: vec![entry],
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::TransportError;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive};
    use serde_json::json;

    #[test]
    fn broken_responses_count_and_silence_does_not() {
        use TransportErrorKind::{Budget, Incomplete, Malformed, Other, Refused, Timeout, TooLarge};
        let world = World::new(1);
        let cases: [(TransportErrorKind, Asked, Verdict, Level); 8] = [
            (Incomplete, Asked::Good, Fail, Level::Must),
            (Malformed, Asked::Unknown, Fail, Level::Must),
            (TooLarge, Asked::Open, Fail, Level::Must),
            (Incomplete, Asked::Invalid, Fail, Level::Should),
            (Timeout, Asked::Good, Inconclusive, Level::Must),
            (Refused, Asked::Good, Inconclusive, Level::Must),
            (Budget, Asked::Good, Inconclusive, Level::Must),
            (Other, Asked::Good, Inconclusive, Level::Must),
        ];
        for (kind, asked, verdict, level) in cases {
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &json!({}));
            exchange.outcome = Err(TransportError { kind, message: "it broke".into() });
            let ask = Ask::Fetch { record: world.notes[0] };
            let judgement =
                world.probes().probe("fetch", ask, asked, exchange).expect(&RESPONSE_BROKEN, verdict);
            assert!(
                judgement.findings.iter().all(|finding| finding.level == level && finding.input == "fetch")
            );
        }
    }

    #[test]
    fn a_length_is_told_once() {
        let world = World::new(1);
        for (name, verdict) in [("transfer-encoding", Fail), ("content-encoding", Verdict::Pass)] {
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &json!({}));
            let headers = &mut exchange.outcome.as_mut().unwrap().headers;
            headers.extend([("content-length".into(), "2".into()), (name.into(), "x".into())]);
            let ask = Ask::Fetch { record: world.notes[0] };
            world.probes().probe("fetch", ask, Asked::Good, exchange).expect(&RESPONSE_BROKEN, verdict);
        }
    }
}
