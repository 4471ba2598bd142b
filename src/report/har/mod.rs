//! The exchanges of a run as an HTTP Archive (HAR 1.2), which browsers' developer tools open: [`Har`].
//!
//! Exchanges are written as they arrive, so that a long run needs no memory for them; the archive is whole once the run has ended. Each case
//! is a page of the archive.

mod entry;

use std::io;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use self::entry::Entry;
use super::text::{json_text, write_json};
use super::{Output, Reporter};
use crate::event::{CaseExchange, Event, RunStarted};

/// Writes an HTTP Archive during a run.
pub struct Har {
    out: Output,
    target: String,
    began: Timestamp,
    /// The cases that were met, with the moment of their first exchange.
    pages: Vec<(String, String)>,
    entries: usize,
    /// The entry that is being written; kept, so that its memory is used again.
    line: Vec<u8>,
}

impl Har {
    /// A reporter that writes to `out`.
    pub fn new(out: Output) -> Self {
        Self {
            out,
            target: String::new(),
            began: Timestamp::UNIX_EPOCH,
            pages: Vec::new(),
            entries: 0,
            line: Vec::new(),
        }
    }

    fn start(&mut self, head: &RunStarted) -> io::Result<()> {
        head.target.trim_end_matches('/').clone_into(&mut self.target);
        // A recording that says nothing of its beginning is dated from the epoch on: the distances are right all the same.
        let began = head.started.as_deref().and_then(|started| started.parse().ok());
        self.began = began.unwrap_or(Timestamp::UNIX_EPOCH);
        let creator = json!({"name": "specproof", "version": head.version});
        let comment = format!("{}, seed {}", self.target, head.seed);
        write!(
            self.out,
            "{{\"log\":{{\"version\":\"1.2\",\"creator\":{},\"comment\":{},\"entries\":[",
            json_text(&creator),
            json_text(&Value::from(comment))
        )
    }

    fn entry(&mut self, exchanged: &CaseExchange) -> io::Result<()> {
        let exchange = &exchanged.exchange;
        let sent = SignedDuration::from_micros(i64::try_from(exchange.sent_us).unwrap_or(i64::MAX));
        let moment = self.began.checked_add(sent).unwrap_or(self.began);
        let moment = moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        if self.pages.last().is_none_or(|(case, _)| *case != exchanged.case) {
            self.pages.push((exchanged.case.clone(), moment.clone()));
        }
        let entry = Entry::new(exchange, &self.target, page(self.pages.len()), &moment);
        self.entries += 1;
        self.line.clear();
        if self.entries > 1 {
            self.line.push(b',');
        }
        write_json(&mut self.line, &entry)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    fn finish(&mut self) -> io::Result<()> {
        let pages: Vec<Value> = std::mem::take(&mut self.pages)
            .into_iter()
            .enumerate()
            .map(|(at, (case, moment))| {
                json!({"id": page(at + 1), "title": case, "startedDateTime": moment, "pageTimings": {}})
            })
            .collect();
        writeln!(self.out, "\n],\"pages\":{}}}}}", json_text(&Value::from(pages)))?;
        self.out.flush()
    }
}

fn page(number: usize) -> String {
    format!("case-{number}")
}

impl Reporter for Har {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::RunStarted(head) => self.start(head),
            Event::Exchange(exchanged) => self.entry(exchanged),
            Event::RunFinished(_) => self.finish(),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::evidence::Body;
    use crate::report::samples::{HOSTILE, disturbing, exchange, report, spoil, story};

    fn written(events: &[Event]) -> String {
        report(events, |out| Har::new(out))
    }

    /// What the format has (HAR 1.2), and nothing besides. Programs that read archives read it in `.ci/consumers`.
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Archive {
        log: Log,
    }

    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Log {
        version: String,
        creator: BTreeMap<String, String>,
        #[serde(rename = "comment")]
        _comment: String,
        entries: Vec<Entry>,
        pages: Vec<Page>,
    }

    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Page {
        id: String,
        #[serde(rename = "title")]
        _title: String,
        started_date_time: String,
        #[serde(rename = "pageTimings")]
        timings: BTreeMap<String, u64>,
    }

    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Entry {
        pageref: String,
        started_date_time: String,
        time: f64,
        request: Value,
        response: Value,
        cache: BTreeMap<String, Value>,
        timings: Timings,
        comment: String,
    }

    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Timings {
        send: f64,
        wait: f64,
        receive: f64,
        #[serde(rename = "comment")]
        _comment: String,
    }

    fn read(text: &str) -> Log {
        let log = serde_json::from_str::<Archive>(text).unwrap().log;
        assert_eq!(log.version, "1.2");
        let pages: Vec<&str> = log.pages.iter().map(|page| page.id.as_str()).collect();
        for page in &log.pages {
            assert!(page.timings.is_empty() && page.started_date_time.parse::<Timestamp>().is_ok());
        }
        for entry in &log.entries {
            assert!(pages.contains(&entry.pageref.as_str()) && entry.cache.is_empty());
            let sum = entry.timings.send + entry.timings.wait + entry.timings.receive;
            assert!((entry.time - sum).abs() < 0.001, "the parts make up the whole");
            for (message, members) in [
                (
                    &entry.request,
                    &[
                        "method",
                        "url",
                        "httpVersion",
                        "cookies",
                        "headers",
                        "queryString",
                        "headersSize",
                        "bodySize",
                    ][..],
                ),
                (
                    &entry.response,
                    &[
                        "status",
                        "statusText",
                        "httpVersion",
                        "cookies",
                        "headers",
                        "content",
                        "redirectURL",
                        "headersSize",
                        "bodySize",
                    ],
                ),
            ] {
                for member in members {
                    assert!(message.get(member).is_some(), "{member} is missing in {message}");
                }
            }
        }
        log
    }

    #[test]
    fn a_reader_of_archives_finds_the_exchanges() {
        let log = read(&written(&story()));
        assert_eq!(log.creator["name"], "specproof");
        assert_eq!((log.entries.len(), log.pages.len()), (2, 2));
        let first = &log.entries[0];
        assert_eq!(first.started_date_time, "2026-01-02T03:04:05.730Z");
        for (message, pointer, value) in [
            (&first.request, "/url", json!("http://127.0.0.1:8000/messages/list?page=1&size=2")),
            (&first.request, "/queryString/1", json!({"name": "size", "value": "2"})),
            (&first.request, "/postData/text", json!("{}")),
            (&first.response, "/content/text", json!(HOSTILE)),
            (&first.response, "/statusText", json!("OK")),
            (&log.entries[1].response, "/status", json!(0)),
            (&log.entries[1].response, "/_error", json!("no answer in 10 s")),
        ] {
            assert_eq!(message.pointer(pointer), Some(&value), "{pointer}");
        }
    }

    #[test]
    fn octets_that_are_no_text_are_kept() {
        let mut events = story();
        let octets = Body::new(vec![0xff, 0x00, 0x1b]);
        for event in &mut events {
            if let Event::Exchange(exchanged) = event {
                exchanged.exchange = exchange("get_messages", "POST", "/a", 200, "");
                exchanged.exchange.request.body = Some(octets.clone());
                if let Ok(response) = &mut exchanged.exchange.outcome {
                    response.body = octets.clone();
                }
            }
        }
        let content = read(&written(&events)).entries[0].response["content"].clone();
        assert_eq!(content["encoding"], "base64");
        assert_eq!(STANDARD.decode(content["text"].as_str().unwrap()).unwrap(), octets.bytes());
    }

    #[test]
    fn hostile_text_is_kept_and_disturbs_nobody() {
        let mut events = story();
        spoil(&mut events);
        let text = written(&events);
        assert!(!text.contains(disturbing), "{text}");
        assert_eq!(read(&text).entries[0].comment, HOSTILE);
    }
}
