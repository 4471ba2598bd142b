//! A run as one JSON document, for scripts that want the outcome and not the events: [`Summary`].
//!
//! Members may be added; none is removed or changes its meaning while `format` stays the same.

use std::io;

use serde_json::{Value, json};

use super::text::json_text;
use super::{Curl, Defect, OperationTally, Output, Reporter, Tally};
use crate::event::Event;
use crate::verdict::{Level, Verdict};

/// The version of the document.
const FORMAT: u32 = 1;

/// Writes one JSON document at the end of a run.
pub struct Summary {
    out: Output,
    curl: Curl,
    strict: bool,
    tally: Tally,
}

impl Summary {
    /// A reporter that writes to `out`; under `strict` a broken `should` counts as a broken `must`.
    pub fn new(out: Output, curl: Curl, strict: bool) -> Self {
        Self { out, curl, strict, tally: Tally::default() }
    }

    fn document(&self) -> Value {
        let tally = &self.tally;
        let exit = tally.exit(self.strict);
        let head = tally.head.as_ref();
        let foot = tally.foot.as_ref();
        json!({
            "format": FORMAT,
            "version": head.map(|head| &head.version),
            "target": head.map(|head| &head.target),
            "seed": head.map(|head| head.seed),
            "outcome": exit.to_string(),
            "exit_code": exit.code(),
            "message": foot.and_then(|foot| foot.message.as_ref()),
            "requests": foot.map(|foot| foot.requests),
            "elapsed_us": foot.map(|foot| foot.elapsed_us),
            "findings": {
                "must": tally.found(Level::Must),
                "should": tally.found(Level::Should),
                "may": tally.found(Level::May),
            },
            "operations": tally
                .operations()
                .map(|(suite, operation)| self::operation(&suite.name, operation))
                .collect::<Vec<_>>(),
            "defects": tally.defects().iter().map(|defect| self.defect(defect)).collect::<Vec<_>>(),
            "not_judged": tally
                .unjudged()
                .iter()
                .map(|((verdict, cause), group)| {
                    json!({"verdict": verdict, "cause": cause, "rules": group.rules, "cases": group.cases})
                })
                .collect::<Vec<_>>(),
            "skipped": tally
                .skipped()
                .iter()
                .map(|(reason, group)| json!({"reason": reason, "cases": group.cases}))
                .collect::<Vec<_>>(),
            "left_behind": tally.suites.iter().flat_map(|suite| &suite.left_behind).collect::<Vec<_>>(),
        })
    }

    fn defect(&self, defect: &Defect) -> Value {
        let first = defect.first();
        let finding = &first.shown.finding;
        let base = self.tally.head.as_ref().map_or("", |head| &head.target);
        json!({
            "level": first.level(),
            "rule": first.rule(),
            "name": self.tally.rule_name(first.rule()),
            "suite": first.shown.suite,
            "operation": first.shown.operation,
            "case": first.shown.case,
            "input": finding.input,
            "summary": finding.summary,
            "requirement": finding.requirement,
            "expected": finding.expected,
            "actual": finding.actual,
            "pointer": finding.pointer,
            "times": first.count,
            "cases": first.cases,
            "inputs": first.inputs,
            "also_broke": defect.lead[1..]
                .iter()
                .map(|lead| lead.rule().to_owned())
                .chain(defect.also.iter().map(|also| also.rule.clone()))
                .collect::<Vec<_>>(),
            "repeat": finding.exchanges.last().map(|exchange| (self.curl)(exchange, base)),
            "rerun": format!("specproof check --only '{}::'", first.shown.case),
        })
    }
}

fn operation(suite: &str, operation: &OperationTally) -> Value {
    let families: serde_json::Map<String, Value> = operation
        .families()
        .into_iter()
        .map(|(family, counts)| {
            let numbers = json!({
                "pass": counts.of(Verdict::Pass),
                "inconclusive": counts.of(Verdict::Inconclusive),
                "fail": counts.of(Verdict::Fail),
                "error": counts.of(Verdict::Error),
            });
            (family.to_owned(), numbers)
        })
        .collect();
    json!({
        "suite": suite,
        "name": operation.name,
        "method": operation.head.as_ref().map(|head| &head.method),
        "path": operation.head.as_ref().map(|head| &head.path),
        "sign": operation.sign().class(),
        "cases": operation.cases.len(),
        "skipped": operation.skipped.len(),
        "families": families,
        "latency_us": {
            "requests": operation.latencies.len(),
            "median": operation.latencies.at(500),
            "p95": operation.latencies.at(950),
            "longest": operation.latencies.at(1000),
        },
    })
}

impl Reporter for Summary {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        if matches!(event, Event::RunFinished(_)) {
            writeln!(self.out, "{}", json_text(&self.document()))?;
            self.out.flush()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{HOSTILE, curl, disturbing, report, spoil, story};

    fn written(events: &[Event]) -> Value {
        let text = report(events, |out| Summary::new(out, curl, false));
        assert!(!text.trim_end().contains(disturbing), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_outcome_can_be_asked_for() {
        let summary = written(&story());
        for (pointer, value) in [
            ("/outcome", json!("does not conform")),
            ("/exit_code", json!(1)),
            ("/findings", json!({"must": 7, "should": 1, "may": 0})),
            ("/operations/0/families/PAG", json!({"pass": 1, "inconclusive": 0, "fail": 2, "error": 0})),
            ("/operations/0/latency_us/requests", json!(1)),
            ("/defects/0/rule", json!("PAG001")),
            ("/defects/0/also_broke", json!(["PAG006", "PGN002", "ORD001"])),
            ("/defects/2/level", json!("should")),
            ("/skipped/0/cases/0", json!("honcho::get_message::expiry")),
        ] {
            assert_eq!(summary.pointer(pointer), Some(&value), "{pointer}");
        }
    }

    #[test]
    fn hostile_text_is_kept_and_disturbs_nobody() {
        let mut events = story();
        spoil(&mut events);
        assert_eq!(written(&events)["message"], HOSTILE);
    }
}
