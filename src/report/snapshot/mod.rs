//! What a target does, in a form that is equal in every run: [`Snapshots`], a fold over the events of a run with exchanges.
//!
//! For each suite there is the table of verdicts, and for each operation the first exchange of every status that it answered with.
//! Ids, times, tokens and the name of the run are replaced by stable names, so that a second run gives the same bytes, and a change
//! of behaviour that no rule forbids still shows. The files are insta's, so that `cargo insta review` shows what changed.

mod file;
mod normal;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

pub use file::{content, difference, written};
use normal::Names;

use crate::event::{CaseFinished, Event};
use crate::evidence::{Body, Exchange};
use crate::suite::Suite;
use crate::verdict::{Judgement, Verdict};

/// Header fields of an answer that a client builds on.
const HEADERS: [&str; 8] = [
    "allow",
    "cache-control",
    "content-language",
    "content-type",
    "link",
    "location",
    "www-authenticate",
    "x-total-count",
];

/// Takes in a run and gives its snapshots.
pub struct Snapshots {
    suites: Vec<Arc<Suite>>,
    seed: u64,
    namespace: String,
    runs: BTreeMap<String, Run>,
}

/// What is known of one suite so far.
#[derive(Default)]
struct Run {
    names: Names,
    /// The first exchange of each operation and status, and the case that it is of.
    exchanges: BTreeMap<(String, String), (String, Exchange)>,
    /// Operation and rule, with what was said of them.
    verdicts: BTreeMap<(String, String), Said>,
}

#[derive(Default)]
struct Said {
    verdict: Option<Verdict>,
    inputs: BTreeSet<String>,
    notes: BTreeSet<String>,
}

impl Snapshots {
    /// Of a run of these suites.
    pub fn new(suites: &[Arc<Suite>]) -> Self {
        Self { suites: suites.to_vec(), seed: 0, namespace: String::new(), runs: BTreeMap::new() }
    }

    /// Takes in one event.
    pub fn add(&mut self, event: &Event) {
        match event {
            Event::RunStarted(head) => {
                self.seed = head.seed;
                self.namespace.clone_from(&head.namespace);
            }
            Event::Exchange(one) => {
                let (suite, case) = one.case.split_once("::").unwrap_or((&one.case, ""));
                // Requests that are sent at once are carried out in any order.
                if !case.ends_with("::together") {
                    self.exchange(suite, case, &one.exchange);
                }
            }
            Event::CaseFinished(case) => self.case(case),
            _ => {}
        }
    }

    fn exchange(&mut self, name: &str, case: &str, exchange: &Exchange) {
        let Some(suite) = self.suites.iter().find(|suite| suite.name() == name) else { return };
        let run = self.runs.entry(name.to_owned()).or_default();
        run.names.learn(suite, exchange);
        let status = exchange.status().map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let key = (exchange.operation.clone(), status);
        run.exchanges.entry(key).or_insert_with(|| (case.to_owned(), exchange.clone()));
    }

    fn case(&mut self, case: &CaseFinished) {
        let run = self.runs.entry(case.suite.clone()).or_default();
        for judgement in &case.judgements {
            let said = run.verdicts.entry((case.operation.clone(), judgement.rule.clone())).or_default();
            said.add(judgement);
        }
    }

    /// The snapshots by the names of their files, without `.snap`.
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        for suite in &self.suites {
            let Some(run) = self.runs.get(suite.name()) else { continue };
            let mut verdicts = format!("seed {}\n", self.seed);
            let mut last = "";
            for ((operation, rule), said) in &run.verdicts {
                if operation != last {
                    // Writing to a string cannot fail.
                    let _ = writeln!(verdicts, "\n{operation}");
                    last = operation;
                }
                let _ = writeln!(verdicts, "  {rule} {}", said.line(&run.names, &self.namespace));
            }
            files.insert(format!("{}__verdicts", suite.name()), verdicts);
            let mut operations: BTreeMap<&str, String> = BTreeMap::new();
            for ((operation, _), (case, exchange)) in &run.exchanges {
                let text = operations.entry(operation).or_default();
                if !text.is_empty() {
                    text.push_str("\n\n");
                }
                text.push_str(&self.told(suite, run, case, exchange));
            }
            for (operation, text) in operations {
                files.insert(format!("{}__{operation}", suite.name()), text);
            }
        }
        files
    }

    /// An exchange, request before answer, with stable names in the place of what differs from run to run.
    fn told(&self, suite: &Suite, run: &Run, case: &str, exchange: &Exchange) -> String {
        let names = &run.names;
        let text = |text: &str| names.text(text, &self.namespace);
        let request = &exchange.request;
        let mut told =
            format!("# {case}: {}\n{} {}\n", text(&exchange.purpose), request.method, text(&request.path));
        if let Some(body) = request.body.as_ref().filter(|body| !body.is_empty()) {
            let _ = writeln!(told, "\n{}", self.body(names, body, false));
        }
        match &exchange.outcome {
            Err(error) => {
                let _ = write!(told, "\nno answer: {:?}", error.kind);
            }
            Ok(answer) => {
                let _ = writeln!(told, "\n{}", answer.status);
                for (name, value) in
                    answer.headers.iter().filter(|(name, _)| HEADERS.contains(&name.as_str()))
                {
                    let _ = writeln!(told, "{name}: {}", text(value));
                }
                if !answer.body.is_empty() {
                    let _ = write!(
                        told,
                        "\n{}",
                        self.body(names, &answer.body, is_open(suite, &exchange.operation))
                    );
                }
            }
        }
        told
    }

    /// Content; of one that others have a share in only the shape.
    fn body(&self, names: &Names, body: &Body, shape: bool) -> String {
        match body.json() {
            Ok(json) => {
                let told: Value =
                    if shape { normal::shape(json) } else { names.value(json, "", &self.namespace) };
                format!("{told:#}")
            }
            Err(_) => names.text(&body.text(), &self.namespace).chars().take(2_000).collect(),
        }
    }
}

impl Said {
    fn add(&mut self, judgement: &Judgement) {
        self.verdict = Some(self.verdict.map_or(judgement.verdict, |known| known.and(judgement.verdict)));
        self.inputs.extend(judgement.findings.iter().map(|finding| finding.input.clone()));
        self.inputs.extend(judgement.more.iter().map(|more| more.input.clone()));
        self.notes.extend(judgement.notes.iter().cloned());
    }

    fn line(&self, names: &Names, namespace: &str) -> String {
        let mut line = self.verdict.map_or_else(|| "skipped".to_owned(), |verdict| verdict.to_string());
        for (mark, texts) in [(" with ", &self.inputs), (", measured: ", &self.notes)] {
            if !texts.is_empty() {
                let texts: Vec<String> = texts.iter().map(|text| names.text(text, namespace)).collect();
                line.push_str(mark);
                line.push_str(&texts.join("; "));
            }
        }
        line
    }
}

/// Whether others have a share in what an operation answers: a list that belongs to nothing that the run made.
fn is_open(suite: &Suite, operation: &str) -> bool {
    let mut lists = suite.file().collections.values().filter(|collection| collection.operation == operation);
    let open = lists.any(|collection| collection.scope.is_none() || collection.others.is_some());
    let discovers = suite.file().variables.values().filter_map(|variable| variable.discover.as_ref());
    open || discovers.into_iter().any(|discover| discover.operation == operation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::event::CaseExchange;
    use crate::report::samples;

    fn honcho() -> Arc<Suite> {
        let text = include_str!("../../../specs/honcho/suite.toml");
        let document = include_str!("../../../specs/honcho/openapi.yaml");
        Arc::new(Suite::load("suite.toml", text, |name| Ok(Document::from_text(name, document)?)).unwrap())
    }

    #[test]
    fn two_runs_that_differ_in_ids_and_times_give_the_same_snapshots() {
        let suite = honcho();
        let run = |namespace: &str, id: &str, time: &str, content: &str| {
            let mut snapshots = Snapshots::new(std::slice::from_ref(&suite));
            let mut head = samples::run(&[], false, None).remove(0);
            if let Event::RunStarted(head) = &mut head {
                namespace.clone_into(&mut head.namespace);
            }
            snapshots.add(&head);
            let path = format!("/v3/workspaces/{namespace}-a/sessions/{namespace}-s/messages");
            let created = format!(
                r#"[{{"id":"{id}","content":"{content}","peer_id":"{namespace}-p","session_id":"{namespace}-s","workspace_id":"{namespace}-a","created_at":"{time}","token_count":3,"metadata":{{}}}}]"#
            );
            let mut exchange = samples::exchange("create_messages", "POST", &path, 201, &created);
            exchange.request.body = Some(Body::new(format!(r#"{{"messages":[{{"content":"{content}"}}]}}"#)));
            let fetched = samples::exchange(
                "get_message",
                "GET",
                &format!("{path}/{id}"),
                404,
                &format!(r#"{{"detail":"no message {id}"}}"#),
            );
            for (case, exchange) in [("honcho::seeding", exchange), ("honcho::get_message::fetch", fetched)] {
                snapshots.add(&Event::Exchange(CaseExchange {
                    case: case.into(),
                    exchange,
                    created: Vec::new(),
                }));
            }
            snapshots.files()
        };
        let one = run("specproof-1", "aB3dE5gH7jK9mN1pQ3sT5", "2026-01-01T00:00:00Z", "hello");
        let two = run("specproof-zz9", "zY8xW6vU4tS2rQ0pO8nM6", "2027-11-05T10:01:02.123456+02:00", "hello");
        assert_eq!(one, two);
        assert!(one["honcho__get_message"].contains("no message [message:1]"), "{one:#?}");
        assert!(one["honcho__create_messages"].contains("\"created_at\": \"[time]\""), "{one:#?}");
        assert_ne!(one, run("specproof-1", "aB3dE5gH7jK9mN1pQ3sT5", "2026-01-01T00:00:00Z", "other"));
    }
}
