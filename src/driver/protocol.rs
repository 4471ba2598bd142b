//! What HTTP itself demands: methods that a path does not have, HEAD, and credentials.

use super::Driver;
use super::request::Parts;
use crate::client::Credentials;
use crate::evidence::{Ask, Asked, Evidence, Probe};
use crate::oracle::Oracle;
use crate::scenario::Case;

impl Driver {
    /// HEAD beside GET, and every method that no operation of the document has on this path. The methods that would change something are
    /// sent to a path whose records do not exist.
    pub(super) async fn methods(&self, oracle: &Oracle, evidence: &mut Evidence, case: &Case) {
        let operation = self.suite.operation(&case.operation);
        let usual = self.usual_parts(oracle, &case.operation);
        if operation.method == http::Method::GET {
            let get = self.outgoing(&case.operation, "GET beside HEAD", &usual);
            let mut head = get.clone();
            head.method = http::Method::HEAD;
            "HEAD".clone_into(&mut head.purpose);
            self.send(evidence, get, Asked::Good).await;
            let entry = self.send(evidence, head, Asked::Open).await;
            evidence.probes.push(Probe { label: "HEAD".to_owned(), ask: Ask::Head, entry });
        }
        let on_path = self.suite.document().operations().iter().filter(|o| o.path == operation.path);
        let documented: Vec<String> = on_path.map(|o| o.method.to_string()).collect();
        let mut nowhere = usual;
        self.lead_nowhere(oracle, &case.operation, &mut nowhere);
        nowhere.content = None;
        for method in ["GET", "PUT", "POST", "PATCH", "DELETE"] {
            if documented.iter().any(|m| m == method) {
                continue;
            }
            let mut outgoing =
                self.outgoing(&case.operation, &format!("undocumented method {method}"), &nowhere);
            outgoing.method = http::Method::from_bytes(method.as_bytes()).unwrap_or_default();
            let entry = self.send(evidence, outgoing, Asked::Open).await;
            let ask = Ask::UndocumentedMethod { documented: documented.clone() };
            evidence.probes.push(Probe { label: format!("method {method}"), ask, entry });
        }
    }

    /// Puts ids that name nothing in the place of a request's path parameters.
    fn lead_nowhere(&self, oracle: &Oracle, short: &str, parts: &mut Parts) {
        for (parameter, value) in &mut parts.path {
            let like = oracle.records().find(|(_, record)| record.id == *value).map(|(number, _)| number);
            *value = self.unknown_id(oracle, short, parameter, like);
        }
    }

    /// A good request without credentials, and with wrong ones; then one that would also be refused for other reasons.
    pub(super) async fn credentials(&self, oracle: &mut Oracle, evidence: &mut Evidence, case: &Case) {
        let mut usual = self.usual_parts(oracle, &case.operation);
        // Should the target delete without credentials, it is to be no record that another case looks at.
        let suite = std::sync::Arc::clone(&self.suite);
        let mut resources = suite.file().resources.iter();
        let deleted =
            resources.find(|(_, r)| r.delete.as_ref().is_some_and(|d| d.operation == case.operation));
        if let Some((resource, _)) = deleted
            && let Some(record) = self.scratch_record(oracle, evidence, resource, "credentials").await
        {
            usual.path = self.path_of(&case.operation, oracle, Some(record));
        }
        let mut nowhere = usual.clone();
        self.lead_nowhere(oracle, &case.operation, &mut nowhere);
        let wrong = |prefix: &str| -> Credentials {
            Credentials::Other(
                self.suite
                    .file()
                    .credentials
                    .iter()
                    .take(1)
                    .map(|form| {
                        let prefix = if prefix.is_empty() { form.prefix.as_str() } else { prefix };
                        (form.header.to_lowercase(), format!("{prefix}specproof-not-a-credential"))
                    })
                    .collect(),
            )
        };
        let cut: Vec<(String, String)> = self
            .client
            .usual_credentials()
            .iter()
            .map(|(name, value)| {
                let mut characters = value.chars();
                characters.next_back();
                (name.clone(), characters.as_str().to_owned())
            })
            .collect();
        let cases = [
            ("credentials without their last character", &usual, Credentials::Other(cut)),
            ("no credentials", &usual, Credentials::None),
            ("unknown credentials", &usual, wrong("")),
            ("wrong scheme", &usual, wrong("Basic ")),
            ("no credentials, nothing there", &nowhere, Credentials::None),
        ];
        for (what, parts, credentials) in cases {
            let mut outgoing = self.outgoing(&case.operation, what, parts);
            outgoing.credentials = credentials;
            let entry = self.send(evidence, outgoing, Asked::Unauthenticated).await;
            let ask = Ask::Credentials { what: what.to_owned() };
            evidence.probes.push(Probe { label: what.to_owned(), ask, entry });
        }
    }
}
