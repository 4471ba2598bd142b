//! Findings for code scanning: SARIF 2.1.0, pointing into the documents, written by [`Sarif`].
//!
//! Each rule that was broken on an operation is one result at the line of that operation. It keeps its fingerprint from run to run, so that
//! a platform knows it again.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::document_place::Places;
use super::plain::excerpt;
use super::text::{count, json_text, some, start};
use super::{Cell, Curl, Exit, Located, OperationTally, Output, Reporter, SuiteTally, Tally};
use crate::event::{Event, RuleHead};
use crate::evidence::Exchange;
use crate::verdict::{Level, Verdict};

/// What stays as it is in the path of a URI.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'@');

/// How many octets of content are shown of an exchange.
const CONTENT_OCTETS: usize = 4096;

/// How many inputs of a result are named.
const NAMED: usize = 20;

/// Writes SARIF at the end of a run.
pub struct Sarif {
    out: Output,
    curl: Curl,
    strict: bool,
    tally: Tally,
}

impl Sarif {
    /// A reporter that writes to `out`; under `strict` a broken `should` counts as a broken `must`.
    pub fn new(out: Output, curl: Curl, strict: bool) -> Self {
        Self { out, curl, strict, tally: Tally::default() }
    }

    fn log(&self) -> Value {
        let exit = self.tally.exit(self.strict);
        let rules: BTreeSet<&str> = self
            .tally
            .operations()
            .flat_map(|(_, operation)| operation.cells.keys().map(String::as_str))
            .collect();
        let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(at, rule)| (*rule, at)).collect();
        let head = self.tally.head.as_ref();
        let mut invocation = json!({
            "executionSuccessful": !matches!(exit, Exit::NoVerdict | Exit::NothingSelected),
            "exitCode": exit.code(),
            "exitCodeDescription": exit.to_string(),
            "toolExecutionNotifications": self.notifications(),
        });
        if let Some(started) = head.and_then(|head| head.started.as_ref()) {
            invocation["startTimeUtc"] = started.clone().into();
        }
        let places = Places::of(&self.tally);
        let mut results = Vec::new();
        for (suite, operation) in self.tally.operations() {
            for (rule, cell) in operation.cells.iter().filter(|(_, cell)| !cell.findings.is_empty()) {
                results.push(self.result(&places, (suite, operation), (rule, index[rule.as_str()]), cell));
            }
        }
        let files: BTreeSet<&str> = self
            .tally
            .suites
            .iter()
            .filter_map(|suite| Some(suite.document.as_ref()?.file.as_str()))
            .collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "specproof",
                    "semanticVersion": head.map_or("", |head| &head.version),
                    "rules": rules.iter().map(|code| self.rule(code)).collect::<Vec<_>>(),
                }},
                "invocations": [invocation],
                "artifacts": files
                    .iter()
                    .map(|file| json!({"location": {"uri": uri(file)}}))
                    .collect::<Vec<_>>(),
                "results": results,
                "columnKind": "unicodeCodePoints",
            }],
        })
    }

    fn rule(&self, code: &str) -> Value {
        let Some(head) = self.tally.rule(code) else { return json!({"id": code}) };
        let RuleHead { name, summary, docs, source, basis, .. } = head;
        let mut rule = json!({
            "id": code,
            "name": pascal(name),
            "shortDescription": {"text": message(&format!("{name}: {summary}"))},
            "fullDescription": {"text": message(summary)},
            "defaultConfiguration": {"level": self.level(head.level)},
            "properties": {"tags": [basis, "http", "openapi"], "source": source},
        });
        if !docs.is_empty() {
            rule["help"] = json!({"text": message(docs), "markdown": docs});
        }
        rule
    }

    /// SARIF's word for a level.
    fn level(&self, level: Level) -> &'static str {
        match level {
            Level::Must => "error",
            Level::Should if self.strict => "error",
            Level::Should => "warning",
            Level::May => "note",
        }
    }

    fn result(
        &self,
        places: &Places<'_>,
        (suite, operation): (&SuiteTally, &OperationTally),
        (rule, index): (&str, usize),
        cell: &Cell,
    ) -> Value {
        let strongest = cell.findings.iter().min_by_key(|located| located.finding.level);
        let shown = strongest.unwrap_or(&cell.findings[0]);
        let finding = &shown.finding;
        let base = self.tally.head.as_ref().map_or("", |head| &head.target);
        let mut text = vec![
            finding.summary.clone(),
            format!("requires: {} ({})", finding.requirement.text, finding.requirement.source),
            format!("expected: {}", finding.expected),
            format!("actual: {}", finding.actual),
        ];
        if let Some(exchange) = finding.exchanges.last() {
            text.push(format!("repeat: {}", (self.curl)(exchange, base)));
        }
        let inputs: BTreeSet<&str> =
            cell.findings.iter().map(|located| located.finding.input.as_str()).collect();
        if inputs.len() > 1 {
            text.push(format!("seen with {}", some(inputs.iter().copied(), NAMED)));
        }
        let name = format!("{}::{}", suite.name, operation.name);
        let mut location = json!({
            "logicalLocations": [{"name": operation.name, "fullyQualifiedName": name, "kind": "function"}],
        });
        if let Some((file, line)) = places.of_operation(&suite.name, &operation.name) {
            location["physicalLocation"] = physical(file, line);
        }
        let mut result = json!({
            "ruleId": rule,
            "ruleIndex": index,
            "kind": "fail",
            "level": self.level(finding.level),
            "message": {"text": message(&text.iter().map(|part| excerpt(part)).collect::<Vec<_>>().join("\n"))},
            "locations": [location],
            "partialFingerprints": {"operationAndRule/v1": format!("{name}::{rule}")},
            "occurrenceCount": occurrences(&cell.findings),
            "properties": {"case": shown.case, "inputs": inputs},
        });
        if let Some((file, line)) = places.of_source(&suite.name, &finding.requirement.source) {
            result["relatedLocations"] = json!([{
                "id": 1,
                "message": {"text": message(&finding.requirement.text)},
                "physicalLocation": physical(file, line),
            }]);
        }
        if let Some(exchange) = finding.exchanges.last() {
            result["webRequest"] = web_request(exchange);
            result["webResponse"] = web_response(exchange);
        }
        result
    }

    /// What kept rules, cases or the run from a verdict.
    fn notifications(&self) -> Vec<Value> {
        let mut notifications = Vec::new();
        let mut note = |level: &str, text: String| {
            notifications.push(json!({"level": level, "message": {"text": message(&excerpt(&text))}}));
        };
        if let Some(text) = self.tally.foot.as_ref().and_then(|foot| foot.message.as_ref()) {
            note("error", text.clone());
        }
        for ((verdict, cause), group) in self.tally.unjudged() {
            let level = if verdict == Verdict::Error { "error" } else { "note" };
            let rules = some(group.rules.iter().map(String::as_str), NAMED);
            note(level, format!("{verdict}: {cause} ({rules} in {})", count(group.cases.len(), "case")));
        }
        for (reason, group) in self.tally.skipped() {
            note("note", format!("skipped: {reason} ({})", count(group.cases.len(), "case")));
        }
        notifications
    }
}

/// How often a rule was broken, repeats within a case included.
fn occurrences(findings: &[Located]) -> usize {
    findings
        .iter()
        .fold(0_usize, |sum, located| sum.saturating_add(located.finding.repeats).saturating_add(1))
        .max(1)
}

fn physical(file: &str, line: usize) -> Value {
    json!({"artifactLocation": {"uri": uri(file)}, "region": {"startLine": line}})
}

/// A file's name as a URI reference (RFC 3986); a relative one stays relative.
fn uri(file: &str) -> String {
    let path = utf8_percent_encode(&file.replace('\\', "/"), PATH).to_string();
    if path.starts_with('/') { format!("file://{path}") } else { path }
}

/// `item-missing` as `ItemMissing`, the form that SARIF recommends (section 3.49.7).
fn pascal(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    name.split('-').map(capital).collect()
}

/// Text as a message (SARIF 2.1.0, section 3.11): brackets would make links, braces placeholders.
fn message(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\\' | '[' | ']' => escaped.extend(['\\', character]),
            '{' | '}' => escaped.extend([character, character]),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Header fields as an object; a field that comes again is joined (RFC 9110, section 5.3).
fn headers(fields: &[(String, String)]) -> BTreeMap<&str, String> {
    let mut joined: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in fields {
        joined.entry(name).and_modify(|known| known.extend([", ", value])).or_insert_with(|| value.clone());
    }
    joined
}

fn web_request(exchange: &Exchange) -> Value {
    let request = &exchange.request;
    let mut written = json!({
        "protocol": "HTTP",
        "version": "1.1",
        "method": request.method,
        "target": request.path,
        "headers": headers(&request.headers),
    });
    if let Some(body) = &request.body {
        written["body"] = json!({"text": start(&body.text(), CONTENT_OCTETS).0});
    }
    written
}

fn web_response(exchange: &Exchange) -> Value {
    match &exchange.outcome {
        Ok(response) => json!({
            "protocol": "HTTP",
            "version": "1.1",
            "statusCode": response.status,
            "headers": headers(&response.headers),
            "body": {"text": start(&response.body.text(), CONTENT_OCTETS).0},
        }),
        Err(error) => json!({"noResponseReceived": true, "properties": {"error": error.message}}),
    }
}

impl Reporter for Sarif {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        if matches!(event, Event::RunFinished(_)) {
            writeln!(self.out, "{}", json_text(&self.log()))?;
            self.out.flush()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Ending;
    use crate::report::samples::{curl, disturbing, report, run, spoil, story};

    /// Programs that know the format read it in `.ci/consumers`.
    fn read(events: &[Event], strict: bool) -> Value {
        let text = report(events, |out| Sarif::new(out, curl, strict));
        assert!(!text.trim_end().contains(disturbing), "{text}");
        let log: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(log["version"], "2.1.0");
        log["runs"][0].clone()
    }

    fn results(run: &Value) -> &[Value] {
        run["results"].as_array().unwrap()
    }

    #[test]
    fn results_stand_at_the_line_of_their_operation() {
        let run = read(&story(), false);
        assert_eq!(results(&run).len(), 6);
        let result = results(&run).iter().find(|result| result["ruleId"] == "PAG001").unwrap();
        for (pointer, value) in [
            ("/locations/0/physicalLocation/artifactLocation/uri", json!("specs/openapi.yaml")),
            ("/locations/0/physicalLocation/region/startLine", json!(5)),
            ("/locations/0/logicalLocations/0/fullyQualifiedName", json!("honcho::get_messages")),
            ("/occurrenceCount", json!(4)),
            ("/level", json!("error")),
            ("/webResponse/statusCode", json!(200)),
        ] {
            assert_eq!(result.pointer(pointer), Some(&value), "{pointer}");
        }
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for result in results(&run) {
            let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[at]["id"], result["ruleId"]);
        }
        assert!(rules.iter().all(|rule| rule["help"]["markdown"].is_string()));
    }

    #[test]
    fn fingerprints_tell_results_apart() {
        let run = read(&story(), false);
        let prints: BTreeSet<String> =
            results(&run).iter().map(|result| result["partialFingerprints"].to_string()).collect();
        assert_eq!(prints.len(), 6);
    }

    #[test]
    fn a_run_without_a_verdict_was_not_successful() {
        for (ending, successful) in
            [(Ending::Complete, true), (Ending::Interrupted, false), (Ending::NothingSelected, false)]
        {
            let run = read(&run(&[Level::Must], false, Some(ending)), false);
            assert_eq!(run["invocations"][0]["executionSuccessful"], successful);
        }
    }

    #[test]
    fn messages_hold_no_links_and_no_placeholders() {
        assert_eq!(message(r"[x](http://a) {0} \"), r"\[x\](http://a) {{0}} \\");
        let mut events = story();
        spoil(&mut events);
        let run = read(&events, true);
        for result in results(&run) {
            let text = result["message"]["text"].as_str().unwrap();
            let bare = text
                .replace("\\\\", "")
                .replace("\\[", "")
                .replace("\\]", "")
                .replace("{{", "")
                .replace("}}", "");
            assert!(!bare.contains(['[', ']', '{', '}']), "{bare}");
        }
    }

    #[test]
    fn files_become_uris() {
        for (file, written) in [
            ("specs/a/openapi.yaml", "specs/a/openapi.yaml"),
            (r"specs\a b.yaml", "specs/a%20b.yaml"),
            ("/specs/a:b.yaml", "file:///specs/a%3Ab.yaml"),
        ] {
            assert_eq!(uri(file), written);
        }
    }
}
