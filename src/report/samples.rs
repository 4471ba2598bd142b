//! Literal events for the reporters' tests: [`run`] for tables, [`story`] for snapshots.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use super::Reporter;
use crate::event::{
    CaseExchange, CaseFinished, CaseSkipped, Convention, DocumentText, Ending, Event, FORMAT, OperationHead,
    Progress, RuleHead, RunFinished, RunStarted, Seeded, SeedingProblem, SuiteFinished, SuiteStarted,
};
use crate::evidence::{Body, Exchange, Request, Response, TransportError, TransportErrorKind};
use crate::verdict::{
    Basis, Comparison, Finding, Judgement, Level, Mark, Requirement, Strip, StripItem, StripPage, Verdict,
};

/// Text of a target that wants to do harm: in a terminal, in HTML, in XML, in Markdown, in SARIF and in workflow commands.
pub(crate) const HOSTILE: &str = include!("../../fixtures/hostile.in");

/// Whether a character would do harm in a terminal.
pub(crate) fn disturbing(character: char) -> bool {
    character != '\n' && character.is_control() || ('\u{202a}'..='\u{202e}').contains(&character)
}

/// What a reporter wrote.
#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Written {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a reporter writes of these events.
pub(crate) fn report<R: Reporter>(events: &[Event], reporter: impl FnOnce(Box<Written>) -> R) -> String {
    let written = Written::default();
    let mut reporter = reporter(Box::new(written.clone()));
    for event in events {
        reporter.handle(event).unwrap();
    }
    written.text()
}

/// A stand-in for the curl line of an exchange.
pub(crate) fn curl(exchange: &Exchange, base: &str) -> String {
    format!("curl -X {} '{base}{}'", exchange.request.method, exchange.request.path)
}

/// Compares with a file in the repository's folder of snapshots.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

pub(crate) fn rule(code: &str, name: &str, level: Level, implies: &[&str]) -> RuleHead {
    RuleHead {
        code: code.into(),
        name: name.into(),
        level,
        basis: Basis::Invariant,
        summary: format!("The summary of {code}."),
        source: String::new(),
        docs: format!("## What it checks\nWhat {code} checks, `<b>` and all.\n## Example\n`page=2`\n"),
        implies: implies.iter().map(|&code| code.into()).collect(),
    }
}

pub(crate) fn exchange(operation: &str, method: &str, path: &str, status: u16, body: &str) -> Exchange {
    Exchange {
        operation: operation.into(),
        purpose: "page 2 of a walk".into(),
        request: Request {
            method: method.into(),
            path: path.into(),
            headers: vec![("content-type".into(), "application/json".into())],
            body: (method == "POST").then(|| Body::new("{}")),
        },
        outcome: Ok(Response {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: Body::new(body),
            refused: false,
        }),
        earlier: Vec::new(),
        sent_us: 52_000,
        elapsed_us: 1_200,
    }
}

pub(crate) fn finding(rule: &str, level: Level) -> Finding {
    Finding {
        rule: rule.into(),
        level,
        input: "size=2".into(),
        summary: "something is wrong".into(),
        requirement: Requirement {
            text: "Everything is right.".into(),
            source: "openapi.yaml#/paths/~1messages~1list/post".into(),
        },
        expected: "right".into(),
        actual: "wrong".into(),
        comparison: None,
        strip: None,
        pointer: None,
        exchanges: vec![exchange(
            "get_messages",
            "POST",
            "/messages/list?page=2&size=2",
            200,
            "{\"items\":[]}",
        )],
        repeats: 0,
        proof: None,
        known: None,
    }
}

pub(crate) fn judgement(rule: &str, verdict: Verdict, findings: Vec<Finding>) -> Judgement {
    let cause =
        (verdict == Verdict::Inconclusive).then(|| "other writers changed the list meanwhile".to_owned());
    Judgement { rule: rule.into(), verdict, findings, more: Vec::new(), cause, notes: Vec::new() }
}

/// Puts hostile text wherever a target, or a recording that was tampered with, could put it.
pub(crate) fn spoil(events: &mut [Event]) {
    for event in events {
        match event {
            Event::CaseFinished(case) => {
                for judgement in &mut case.judgements {
                    judgement.cause = judgement.cause.as_ref().map(|_| HOSTILE.to_owned());
                    judgement.notes.push(HOSTILE.to_owned());
                    judgement.findings.iter_mut().for_each(spoil_finding);
                }
            }
            Event::Exchange(exchanged) => spoil_exchange(&mut exchanged.exchange),
            Event::CaseSkipped(case) => HOSTILE.clone_into(&mut case.reason),
            Event::SuiteFinished(foot) => foot.left_behind.push(HOSTILE.to_owned()),
            Event::RunFinished(foot) => foot.message = Some(HOSTILE.to_owned()),
            _ => {}
        }
    }
}

fn spoil_finding(finding: &mut Finding) {
    for text in [
        &mut finding.summary,
        &mut finding.input,
        &mut finding.expected,
        &mut finding.actual,
        &mut finding.requirement.text,
        &mut finding.requirement.source,
    ] {
        HOSTILE.clone_into(text);
    }
    finding.pointer = Some(format!("/{HOSTILE}"));
    finding.exchanges.iter_mut().for_each(spoil_exchange);
}

fn spoil_exchange(exchange: &mut Exchange) {
    HOSTILE.clone_into(&mut exchange.purpose);
    exchange.request.path.push_str(HOSTILE);
    exchange.request.headers.push((HOSTILE.to_owned(), HOSTILE.to_owned()));
    exchange.outcome = Ok(Response {
        status: 200,
        headers: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
        body: Body::new(serde_json::json!({ HOSTILE: HOSTILE }).to_string()),
        refused: false,
    });
}

fn head(rules: Vec<RuleHead>) -> Event {
    Event::RunStarted(RunStarted {
        format: FORMAT,
        version: "0.1.0".into(),
        seed: 7,
        namespace: "sp-7".into(),
        target: "http://127.0.0.1:8000".into(),
        started: Some("2026-01-02T03:04:05.678Z".into()),
        suites: vec!["honcho".into()],
        rules,
    })
}

fn case(operation: &str, scenario: &str, judgements: Vec<Judgement>) -> Event {
    Event::CaseFinished(CaseFinished {
        suite: "honcho".into(),
        case: format!("honcho::{operation}::{scenario}"),
        operation: operation.into(),
        judgements,
        requests: 12,
        unanswered: 0,
        elapsed_us: 15_000,
    })
}

fn foot(ending: Ending) -> Event {
    let message = (ending != Ending::Complete).then(|| "the target refused the connection".to_owned());
    Event::RunFinished(RunFinished {
        ending,
        message,
        requests: 91,
        elapsed_us: 2_310_000,
        stale: Vec::new(),
    })
}

fn operation(name: &str, method: &str, path: &str) -> OperationHead {
    let pointer = format!("/paths/{}/{}", path.replace('/', "~1"), method.to_lowercase());
    OperationHead { name: name.into(), method: method.into(), path: path.into(), pointer }
}

/// The document that the operations of the story stand in.
fn document() -> DocumentText {
    let text = "\
openapi: 3.1.0
info: {title: Honcho, version: 3.0.7}
paths:
  /messages/list:
    post:
      parameters:
        - {name: page, in: query, schema: {type: integer}}
      responses:
        '200': {description: a page}
  /messages/{message_id}:
    get:
      responses:
        '200': {description: <script>alert(1)</script>}
  /sessions:
    get:
      responses:
        '200': {description: all}
";
    DocumentText { file: "specs/openapi.yaml".into(), text: text.into() }
}

/// A small run with one finding of each level; without an ending it is cut off.
pub(crate) fn run(levels: &[Level], unseeded: bool, ending: Option<Ending>) -> Vec<Event> {
    let rules = vec![
        rule("PAG001", "first", Level::Must, &[]),
        rule("PAG002", "second", Level::Should, &[]),
        rule("PAG003", "third", Level::May, &[]),
    ];
    let mut judgements: Vec<Judgement> = levels
        .iter()
        .map(|level| {
            let code = &rules.iter().find(|rule| rule.level == *level).unwrap().code;
            judgement(code, Verdict::Fail, vec![finding(code, *level)])
        })
        .collect();
    if judgements.is_empty() {
        judgements.push(judgement("PAG001", Verdict::Pass, vec![]));
    }
    let problem = unseeded.then(|| SeedingProblem {
        message: "creating a session was answered with 500".into(),
        exchange: Some(Box::new(exchange("create_session", "POST", "/sessions", 500, HOSTILE))),
    });
    let mut events = vec![
        head(rules),
        Event::SuiteStarted(SuiteStarted {
            suite: "honcho".into(),
            title: "Honcho 3.0.7".into(),
            document: Some(document()),
            operations: vec![operation("get_messages", "POST", "/messages/list")],
            conventions: vec![],
            cases: 1,
            variables: BTreeMap::new(),
            will_create: vec![],
        }),
        Event::Seeded(Seeded {
            suite: "honcho".into(),
            records: BTreeMap::from([("message".into(), 5)]),
            requests: 3,
            notes: vec![],
            problem,
        }),
        case("get_messages", "walk", judgements),
        Event::SuiteFinished(SuiteFinished { suite: "honcho".into(), left_behind: vec![] }),
    ];
    events.extend(ending.map(foot));
    events
}

/// A run in which everything happens that a report has to show.
pub(crate) fn story() -> Vec<Event> {
    use Level::{Must, Should};
    use Verdict::{Fail, Inconclusive, Pass};
    let rules = vec![
        rule("HTTP004", "status-undocumented", Should, &[]),
        rule("SCH001", "response-invalid", Must, &[]),
        rule("PAG001", "item-missing", Must, &["PAG006", "PGN002"]),
        rule("PAG003", "item-repeated", Must, &[]),
        rule("PAG006", "walk-depends-on-size", Must, &["ORD001"]),
        rule("PGN002", "total-wrong", Must, &[]),
        rule("ORD001", "order-wrong", Must, &[]),
        rule("FID001", "field-changed", Must, &[]),
    ];
    let missing = Finding {
        summary: "2 of 5 messages are on no page".into(),
        requirement: Requirement {
            text: "A list holds exactly what was created in that session, each record once.".into(),
            source: "suite.toml, requirement `complete-list`".into(),
        },
        expected: "5 messages, each once".into(),
        actual: "3 messages; the second page starts two rows late".into(),
        comparison: Some(Comparison {
            expected: vec![
                (Mark::Same, "m1 \"hello\"".into()),
                (Mark::Same, "m2 \"漢字\"".into()),
                (Mark::Missing, "m3 \"third\"".into()),
                (Mark::Missing, "m4 \"fourth\"".into()),
                (Mark::Same, "m5 \"fifth\"".into()),
            ],
            actual: vec![
                (Mark::Same, "m1 \"hello\"".into()),
                (Mark::Same, "m2 \"漢字\"".into()),
                (Mark::Same, "m5 \"fifth\"".into()),
                (Mark::Extra, format!("x9 \"{HOSTILE}\"")),
            ],
        }),
        strip: Some(Strip {
            pages: vec![
                StripPage { asked: "page 1".into(), items: vec![StripItem::Same(2)] },
                StripPage {
                    asked: "page 2".into(),
                    items: vec![
                        StripItem::Missing("m3 \"third\"".into()),
                        StripItem::Missing("m4 \"fourth\"".into()),
                        StripItem::Same(1),
                        StripItem::Foreign(format!("x9 \"{HOSTILE}\"")),
                    ],
                },
            ],
        }),
        pointer: Some("/items".into()),
        ..finding("PAG001", Must)
    };
    let again = Finding { input: "size=7".into(), repeats: 2, ..missing.clone() };
    let changed = Finding {
        summary: "content came back changed".into(),
        input: "text=controls".into(),
        expected: "\"a\\u0000b\"".into(),
        actual: HOSTILE.into(),
        pointer: Some("/content".into()),
        exchanges: vec![exchange("get_message", "GET", "/messages/m1", 200, HOSTILE)],
        ..finding("FID001", Must)
    };
    let undocumented = Finding {
        summary: "404 is not documented".into(),
        input: "absent-id".into(),
        exchanges: vec![exchange("get_message", "GET", "/messages/none", 404, "{}")],
        ..finding("HTTP004", Should)
    };
    let unanswered = Exchange {
        outcome: Err(TransportError {
            kind: TransportErrorKind::Timeout,
            message: "no answer in 10 s".into(),
        }),
        ..exchange("get_sessions", "GET", "/sessions", 200, "")
    };
    let mut measured = judgement("PAG001", Pass, vec![]);
    measured.notes.push("a limit of 101 is answered with 100 items".into());
    vec![
        head(rules),
        Event::SuiteStarted(SuiteStarted {
            suite: "honcho".into(),
            title: "Honcho 3.0.7".into(),
            document: Some(document()),
            operations: vec![
                operation("get_messages", "POST", "/messages/list"),
                operation("get_message", "GET", "/messages/{message_id}"),
                operation("get_sessions", "GET", "/sessions"),
            ],
            conventions: vec![
                Convention {
                    operation: "get_messages".into(),
                    name: "past-end".into(),
                    setting: Some("empty".into()),
                    origin: "declared".into(),
                    reason: Some("the vendor's guide says so".into()),
                },
                Convention {
                    operation: "get_messages".into(),
                    name: "over-maximum".into(),
                    setting: None,
                    origin: "unknown".into(),
                    reason: None,
                },
            ],
            cases: 6,
            variables: BTreeMap::new(),
            will_create: vec!["1 workspace named sp-7 with 1 session and 5 messages".into()],
        }),
        Event::Seeded(Seeded {
            suite: "honcho".into(),
            records: BTreeMap::from([("message".into(), 5), ("session".into(), 1), ("workspace".into(), 1)]),
            requests: 7,
            notes: vec!["the target stamps created_at itself".into()],
            problem: None,
        }),
        Event::Progress(Progress {
            suite: "honcho".into(),
            doing: "honcho::get_messages::walk".into(),
            done: 0,
            of: 6,
        }),
        Event::Exchange(CaseExchange {
            case: "honcho::get_messages::walk".into(),
            exchange: exchange("get_messages", "POST", "/messages/list?page=1&size=2", 200, HOSTILE),
            created: Vec::new(),
        }),
        case(
            "get_messages",
            "walk",
            vec![
                judgement("SCH001", Pass, vec![]),
                judgement("PAG001", Fail, vec![missing]),
                judgement("PAG003", Pass, vec![]),
                judgement("PAG006", Fail, vec![finding("PAG006", Must)]),
                judgement("PGN002", Fail, vec![finding("PGN002", Must)]),
            ],
        ),
        case(
            "get_messages",
            "walk[size=7]",
            vec![
                judgement("PAG001", Fail, vec![again]),
                judgement("PGN002", Fail, vec![finding("PGN002", Must)]),
                judgement("ORD001", Fail, vec![finding("ORD001", Must)]),
            ],
        ),
        case(
            "get_message",
            "fetch",
            vec![judgement("SCH001", Pass, vec![]), judgement("FID001", Fail, vec![changed])],
        ),
        case("get_message", "absent", vec![judgement("HTTP004", Fail, vec![undocumented])]),
        Event::CaseSkipped(CaseSkipped {
            suite: "honcho".into(),
            case: "honcho::get_message::expiry".into(),
            operation: "get_message".into(),
            reason: "the target does not claim the feature `expiry`".into(),
        }),
        Event::Exchange(CaseExchange {
            case: "honcho::get_sessions::walk".into(),
            exchange: unanswered,
            created: Vec::new(),
        }),
        case("get_sessions", "walk", vec![measured, judgement("PAG003", Inconclusive, vec![])]),
        Event::SuiteFinished(SuiteFinished {
            suite: "honcho".into(),
            left_behind: vec![
                "workspace sp-7: the API offers no way to delete it before its sessions".into(),
            ],
        }),
        foot(Ending::Complete),
    ]
}
