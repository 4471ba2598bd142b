//! What HTTP asks of any server, whatever the API: content negotiation, OPTIONS, parts of a request that nobody knows, odd paths, large requests,
//! and a connection on which something was refused. One operation stands for all.

use serde_json::json;

use super::Driver;
use super::request::Parts;
use crate::client::Outgoing;
use crate::document::Location;
use crate::evidence::{Ask, Asked, Evidence, Probe};
use crate::oracle::Oracle;
use crate::scenario::Case;

/// A media type that nothing is of.
const NO_MEDIA_TYPE: &str = "text/x-specproof";
/// The octets of a request target that is longer than common servers take (8 to 64 KiB), and yet what any client can send.
const LONG_TARGET: usize = 40_000;
/// The octets of a header field that is longer than common servers take.
const LONG_FIELD: usize = 20_000;
/// The octets of content that is refused for its method, and that a server may well leave unread.
const UNREAD: usize = 8_000;
/// What stands for a path parameter until the text takes its place that no encoding gives.
const MARK: &str = "specproof-odd-place";

impl Driver {
    /// Everything that is asked of the server itself.
    pub(super) async fn http(&self, oracle: &Oracle, evidence: &mut Evidence, case: &Case) {
        let short = case.operation.as_str();
        let parts = self.usual_parts(oracle, short);
        let get = |purpose: &str| self.outgoing(short, purpose, &parts);
        // As most clients ask that care for nothing.
        let mut usual = get("usual");
        for (name, value) in &mut usual.headers {
            if name == "accept" {
                "*/*".clone_into(value);
            }
        }
        let usual = self.send(evidence, usual, Asked::Good).await;
        self.negotiated(evidence, get("Accept")).await;
        self.unknown_parts(evidence, get("unknown part"), usual).await;
        let refused = self.other_methods(oracle, evidence, case, &parts).await;
        if let Some(refused) = refused {
            self.after_refusal(evidence, refused, get("after a refusal"), usual).await;
        }
        self.odd_paths(evidence, short, &parts).await;
        self.large_heads(evidence, get("large")).await;
    }

    /// The same GET with an `Accept` that takes anything, with a weight, and one that takes nothing of what there is.
    async fn negotiated(&self, evidence: &mut Evidence, get: Outgoing) {
        let anything = format!("{NO_MEDIA_TYPE}, */*;q=0.1");
        for (label, accept, acceptable) in [
            ("Accept of anything", anything.as_str(), true),
            ("Accept of nothing that there is", NO_MEDIA_TYPE, false),
        ] {
            let mut outgoing = get.clone();
            outgoing.headers.retain(|(name, _)| name != "accept");
            outgoing.headers.push(("accept".to_owned(), accept.to_owned()));
            let asked = if acceptable { Asked::Good } else { Asked::Open };
            self.probe(evidence, label, outgoing, asked, Ask::Accept { acceptable }).await;
        }
    }

    /// The same GET with a header field and with a query parameter that nobody knows.
    async fn unknown_parts(&self, evidence: &mut Evidence, get: Outgoing, usual: usize) {
        let mut with_field = get.clone();
        with_field.headers.push(("x-specproof-unknown".to_owned(), "1".to_owned()));
        let ask = Ask::UnknownPart { usual, field: true };
        self.probe(evidence, "unknown header field", with_field, Asked::Open, ask).await;
        let mut with_parameter = get;
        append_query(&mut with_parameter.path, "specproof_unknown=1");
        let ask = Ask::UnknownPart { usual, field: false };
        self.probe(evidence, "unknown query parameter", with_parameter, Asked::Open, ask).await;
    }

    /// OPTIONS, and a method that the document does not have on the path, both where no record is. Gives the second one with content, to be sent again.
    async fn other_methods(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        case: &Case,
        usual: &Parts,
    ) -> Option<Outgoing> {
        let short = case.operation.as_str();
        let mut nowhere = usual.clone();
        self.lead_nowhere(oracle, short, &mut nowhere);
        nowhere.content = None;
        let mut options = self.outgoing(short, "OPTIONS", &nowhere);
        options.method = http::Method::OPTIONS;
        self.probe(evidence, "OPTIONS", options, Asked::Open, Ask::Options).await;
        let (documented, others) = self.methods_on(short, &nowhere, &["PATCH", "PUT", "POST"]);
        let mut refused = self.outgoing(short, "method beside OPTIONS", &nowhere);
        refused.method = http::Method::from_bytes(others.first()?.as_bytes()).ok()?;
        let ask = Ask::UndocumentedMethod { documented };
        self.probe(evidence, "method beside OPTIONS", refused.clone(), Asked::Open, ask).await;
        Some(refused)
    }

    /// Content that is refused for its method, and a good request on the same connection.
    async fn after_refusal(&self, evidence: &mut Evidence, refused: Outgoing, get: Outgoing, usual: usize) {
        let mut first = refused;
        "content that is refused".clone_into(&mut first.purpose);
        first.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        first.body = Some(json!({ "specproof": "x".repeat(UNREAD) }).to_string().into_bytes());
        for (outgoing, ask) in [(first, Ask::Odd), (get, Ask::AfterRefusal { usual })] {
            let label = outgoing.purpose.clone();
            let exchange = self.read(self.client.send_on_kept_connection(outgoing).await);
            evidence.entries.push(crate::evidence::Entry { exchange, asked: Asked::Open });
            let entry = evidence.entries.len() - 1;
            evidence.probes.push(Probe { label, ask, entry });
        }
    }

    /// The last path parameter as texts that routers read differently.
    async fn odd_paths(&self, evidence: &mut Evidence, short: &str, usual: &Parts) {
        let operation = self.suite.operation(short);
        let Some(parameter) =
            operation.parameters.iter().filter(|p| p.location == Location::Path).max_by_key(|parameter| {
                operation.path.find(&format!("{{{}}}", parameter.name)).unwrap_or_default()
            })
        else {
            return;
        };
        let mut parts = usual.clone();
        parts.path.insert(parameter.name.clone(), MARK.to_owned());
        let long = "x".repeat(LONG_TARGET / 10);
        for (label, text) in [
            ("an encoded slash in the path", "a%2Fb"),
            ("two dots in the path", ".."),
            ("an encoded NUL in the path", "a%00b"),
            ("no UTF-8 in the path", "a%FFb"),
            ("a very long path parameter", long.as_str()),
        ] {
            let mut outgoing = self.outgoing(short, label, &parts);
            outgoing.path = outgoing.path.replace(MARK, text);
            self.probe(evidence, label, outgoing, Asked::Open, Ask::Odd).await;
        }
    }

    /// A request target and a header field that are longer than common servers take.
    async fn large_heads(&self, evidence: &mut Evidence, get: Outgoing) {
        let mut target = get.clone();
        append_query(&mut target.path, &format!("specproof_long={}", "x".repeat(LONG_TARGET)));
        self.probe(evidence, "a very long target", target, Asked::Open, Ask::Odd).await;
        let mut field = get;
        field.headers.push(("x-specproof-long".to_owned(), "x".repeat(LONG_FIELD)));
        self.probe(evidence, "a very long header field", field, Asked::Open, Ask::Odd).await;
    }

    /// Sends a request that stands alone under a label.
    pub(super) async fn probe(
        &self,
        evidence: &mut Evidence,
        label: &str,
        mut outgoing: Outgoing,
        asked: Asked,
        ask: Ask,
    ) -> usize {
        label.clone_into(&mut outgoing.purpose);
        let entry = self.send(evidence, outgoing, asked).await;
        evidence.probes.push(Probe { label: label.to_owned(), ask, entry });
        entry
    }
}

/// Adds a parameter to a path with or without a query.
fn append_query(path: &mut String, pair: &str) {
    path.push(if path.contains('?') { '&' } else { '?' });
    path.push_str(pair);
}
