//! Scripts from runs that are made up.

use serde_json::{Value, json};

use super::Scripts;
use crate::event::{CaseExchange, CaseFinished, Created, Event, RunStarted};
use crate::evidence::{Body, Exchange, Request, Response};
use crate::verdict::{Claim, Finding, Judgement, Level, Proof, Requirement, Verdict};

fn exchange(method: &str, path: &str, sent: Option<Value>, status: u16, answer: &Value) -> Exchange {
    Exchange {
        operation: "operation".into(),
        purpose: "purpose".into(),
        request: Request {
            method: method.into(),
            path: path.into(),
            headers: vec![("authorization".into(), "Bearer $SPECPROOF_TOKEN".into())],
            body: sent.map(|sent| Body::new(sent.to_string())),
        },
        outcome: Ok(Response {
            status,
            headers: Vec::new(),
            body: Body::new(answer.to_string()),
            refused: false,
        }),
        earlier: Vec::new(),
        sent_us: 0,
        elapsed_us: 0,
    }
}

fn sent(case: &str, exchange: Exchange, created: &[(&str, &str, Option<&str>)]) -> Event {
    let created = created.iter().map(|(record, id, parent)| Created {
        record: (*record).to_owned(),
        id: (*id).to_owned(),
        at: "/id".to_owned(),
        parent: parent.map(str::to_owned),
    });
    Event::Exchange(CaseExchange { case: case.to_owned(), exchange, created: created.collect() })
}

/// A run that creates a box with a note, and another box, and asks for the notes before the instant of the first.
fn script(claim: Claim) -> Result<String, String> {
    let box_a = ("boxes[0]", "b0x-12345", None);
    let shown =
        exchange("GET", "/boxes/b0x-12345/notes?before=1767323045678", None, 500, &json!("it's wrong"));
    let finding = Finding {
        rule: "HTTP002".into(),
        level: Level::Must,
        input: "input".into(),
        summary: "answered 500\nrm -rf /".into(),
        requirement: Requirement { text: "text".into(), source: "source".into() },
        expected: "a success".into(),
        actual: "500".into(),
        comparison: None,
        strip: None,
        pointer: None,
        exchanges: vec![shown.clone()],
        repeats: 0,
        known: None,
        proof: Some(Box::new(Proof { claim, further: Vec::new(), records: Vec::new() })),
    };
    let judgement = Judgement {
        rule: "HTTP002".into(),
        verdict: Verdict::Fail,
        findings: vec![finding],
        cause: None,
        notes: Vec::new(),
        more: Vec::new(),
    };
    let mut scripts = Scripts::default();
    let head: RunStarted = serde_json::from_value(json!({
        "format": 1, "version": "0.0.0", "seed": 1, "namespace": "run-1", "target": "http://127.0.0.1:1",
        "suites": ["s"], "rules": [],
    }))
    .unwrap();
    let note = json!({"id": "n0te-9876", "at": "2026-01-02T03:04:05.678Z"});
    for event in [
        Event::RunStarted(head),
        sent(
            "s::seeding",
            exchange("POST", "/boxes", Some(json!({"name": "run-1-a"})), 201, &json!({"id": "b0x-12345"})),
            &[box_a],
        ),
        sent(
            "s::seeding",
            exchange("POST", "/boxes", Some(json!({"name": "unneeded"})), 201, &json!({"id": "b0x-67890"})),
            &[("boxes[1]", "b0x-67890", None)],
        ),
        sent(
            "s::seeding",
            exchange("POST", "/boxes/b0x-12345/notes", Some(json!({"text": "it's"})), 201, &note),
            &[("notes[0]", "n0te-9876", Some("boxes[0]"))],
        ),
        sent("s::o::case", shown, &[]),
        Event::CaseFinished(CaseFinished {
            suite: "s".into(),
            case: "s::o::case".into(),
            operation: "o".into(),
            judgements: vec![judgement],
            requests: 1,
            unanswered: 0,
            elapsed_us: 0,
        }),
    ] {
        scripts.add(&event);
    }
    let mut written = scripts.written();
    assert_eq!(written.len(), 1);
    written.remove(0).text
}

#[test]
fn a_script_creates_what_it_needs_and_nothing_else() {
    let text = script(Claim::Status { exchange: 0, allowed: vec![(100, 499)] }).unwrap();
    for wanted in [
        "--data-raw '{\"name\":\"'\"${run}\"'-a\"}'",
        "boxes_0=$(take 1 /id) || exit 2",
        "ask 2 -X POST \"${base}/boxes/${boxes_0}/notes\"",
        "--data-raw '{\"text\":\"it'\\''s\"}'",
        "at_2=$(take_milliseconds 2 /at) || exit 2",
        "ask 3 \"${base}/boxes/${boxes_0}/notes?before=${at_2}\" -H \"authorization: Bearer ${SPECPROOF_TOKEN}\"",
        "expect_status 3 100-499",
        "[ -n \"${SPECPROOF_TOKEN:-}\" ] || ",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in\n{text}");
    }
    for unwanted in ["unneeded", "b0x-", "17673230", "\nrm -rf", "expect_list"] {
        assert!(!text.contains(unwanted), "{unwanted} is in\n{text}");
    }
    match std::process::Command::new("/bin/sh").args(["-n", "-c", &text]).status() {
        Ok(status) => assert!(status.success(), "{text}"),
        // There is no POSIX shell on this system; the comparisons above hold nonetheless.
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
    }
}

#[test]
fn a_claim_about_records_that_nobody_created_gives_no_script() {
    let pages = crate::verdict::Pages {
        exchanges: vec![0],
        items: "/items".into(),
        id: vec!["/id".into()],
        only: None,
    };
    let claim = Claim::List {
        pages,
        groups: vec![vec!["nobody".into()]],
        part: (0, 1),
        maybe: Vec::new(),
        open: false,
        fit: crate::verdict::Fit::Whole,
    };
    assert!(script(claim).unwrap_err().contains("which answer created"));
}
