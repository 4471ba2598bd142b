//! The text of a script.

use std::fmt::Write as _;

use super::claim;
use super::library::{CORE, PARTS};
use super::shell::{Escape, Piece, comment, is_invisible, marked, printf, printf_octets, quoted, word};
use super::steps::{Part, RUN, Step, Steps};
use super::values::{CONDITION, Form, decoded, values_of};
use crate::event::{CaseExchange, RuleHead, RunStarted};
use crate::evidence::Request;
use crate::pagination::CursorForm;
use crate::report::Located;
use crate::verdict::{Claim, Level};

/// The longest content on a command line, in octets: Linux passes arguments of up to 128 KiB.
const LONGEST_ARGUMENT: usize = 60_000;

/// The whole script.
pub(super) fn text(
    head: &RunStarted,
    rule: Option<&RuleHead>,
    located: &Located,
    steps: &Steps<'_>,
    cleanup: &[CaseExchange],
) -> Result<String, String> {
    let check = claim::call(steps, &steps.proof.claim)?;
    let mut secrets: Vec<String> = Vec::new();
    let mut body = String::new();
    let clean = cleaning(steps, cleanup, &mut secrets);
    if !clean.is_empty() {
        let _ = writeln!(
            body,
            "# What is created is deleted in the end, as far as the API can.\nclean() {{\n{clean}}}\n"
        );
    }
    let mut shows = false;
    let is_shown = |step: &Step<'_>| step.part == Part::Shows;
    for (i, step) in steps.list.iter().enumerate() {
        if is_shown(step) != shows || step.number == 1 {
            let what = if is_shown(step) { "What shows it" } else { "What it needs" };
            let _ = writeln!(body, "# --- {what} ---");
        }
        shows = is_shown(step);
        body.push_str(&request(steps, step, &mut secrets));
        if !step.at_once {
            body.push_str(&taking(step));
            body.push('\n');
        } else if steps.list.get(i + 1).is_none_or(|next| !next.at_once) {
            let from = steps.list[..i].iter().rposition(|other| !other.at_once).map_or(0, |at| at + 1);
            let group = &steps.list[from..=i];
            let numbers: Vec<String> = group.iter().map(|step| step.number.to_string()).collect();
            let _ = writeln!(body, "all_came {}", numbers.join(" "));
            for step in group {
                body.push_str(&taking(step));
            }
            body.push('\n');
        }
    }
    if ["expect_list", "expect_lacks", "expect_same_list"].iter().any(|call| check.contains(call)) {
        let _ = writeln!(
            body,
            "# Which items count: all, or those that say this.\nonly={}\n",
            claim::only(steps)
        );
    }
    if check.contains("expect_list") {
        let lines: Vec<String> = claim::names(steps).into_iter().map(|(line, _)| line).collect();
        let _ = writeln!(
            body,
            "# The names of the records: in which answer, and where in it, their ids stand.\nnames={}\n",
            quoted(&lines.join("\n"))
        );
    }
    // What tells a secret is not shown, and the script needs the secret to find it.
    let secret = match steps.proof.claim.core() {
        Claim::SecretUntold { variable, .. } => Some(variable),
        _ => None,
    };
    secrets.extend(secret.filter(|name| !secrets.contains(name)).cloned());
    for step in steps
        .list
        .iter()
        .filter(|step| is_shown(step) && secret.is_none())
        .rev()
        .take(2)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        let _ = writeln!(body, "show {}", step.number);
    }
    let _ = writeln!(body, "\n# What a right answer is.\nright() {{\n  {check}\n}}\n");
    body.push_str(
        "if right; then\n  echo \"the fault does not show\"\n  exit 0\nelse\n  echo \"the fault shows\"\n  exit 1\nfi\n",
    );

    let mut text = opening(head, rule, located, &secrets);
    text.push_str(&library(&body));
    text.push('\n');
    text.push_str(&body);
    Ok(text)
}

/// The comments at the top, the arguments, and what is checked before anything is sent.
fn opening(head: &RunStarted, rule: Option<&RuleHead>, located: &Located, secrets: &[String]) -> String {
    let finding = &located.finding;
    let level = match finding.level {
        Level::Must => "must",
        Level::Should => "should",
        Level::May => "may",
    };
    let mut text = String::from("#!/bin/sh\n");
    let mut line = |words: String| {
        let _ = writeln!(text, "# {}", comment(&words));
    };
    line(format!("{} {} ({level}) in {}", finding.rule, rule.map_or("", |rule| &rule.name), located.case));
    line(finding.summary.clone());
    line(String::new());
    line(format!("Input:       {}", finding.input));
    line(format!("Requirement: {}", finding.requirement.text));
    line(format!("             {}", finding.requirement.source));
    line(format!("Expected:    {}", finding.expected));
    line(format!("Seen:        {}", finding.actual));
    line(String::new());
    line(format!("Written by specproof {}; `specproof explain {}` tells more.", head.version, finding.rule));
    line("For a server that holds nothing yet. Needs a POSIX shell, curl, jq and awk.".to_owned());
    line("Usage: sh SCRIPT [BASE_URL]; without it the variable BASE_URL counts.".to_owned());
    if !secrets.is_empty() {
        line(format!("Credentials come from the environment: {}.", secrets.join(", ")));
    }
    line("Ends with 1 if the fault shows, 0 if it does not, 2 if it could not be tried.".to_owned());
    let base = word(&[Piece::text(head.target.clone())]);
    let _ = write!(
        text,
        "set -u\nbase=${{1:-${{BASE_URL:-}}}}\n[ -n \"$base\" ] || base={base}\nbase=${{base%/}}\n\
         # The records' names begin with this; another one keeps two runs on one server apart.\n\
         {RUN}=${{RUN:-{}}}\n\n",
        head.namespace
    );
    for secret in secrets {
        let _ = writeln!(
            text,
            "[ -n \"${{{secret}:-}}\" ] || {{ echo 'cannot be tried: set {secret}' >&2; exit 2; }}"
        );
    }
    text
}

/// The parts of the library that a text calls, and those that they call.
fn library(body: &str) -> String {
    let mut wanted: Vec<usize> = Vec::new();
    let mut calling = format!("{CORE}{body}");
    for (i, part) in PARTS.iter().enumerate().rev() {
        if has_word(&calling, part.name) {
            wanted.push(i);
            calling.push_str(part.text);
        }
    }
    wanted.sort_unstable();
    let parts = |is_jq: bool| wanted.iter().map(|i| &PARTS[*i]).filter(move |part| part.is_jq == is_jq);
    let mut text = format!("{CORE}\n");
    let definitions: Vec<&str> = parts(true).map(|part| part.text).collect();
    if parts(false).any(|part| part.text.contains("$lib")) {
        let _ = writeln!(text, "# Definitions for jq.\nlib='{}'\n", definitions.join("\n"));
    }
    for part in parts(false) {
        text.push_str(part.text);
        text.push('\n');
    }
    text
}

fn has_word(text: &str, word: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(inside) && !text[at + word.len()..].starts_with(inside))
}

/// One request.
fn request(steps: &Steps<'_>, step: &Step<'_>, secrets: &mut Vec<String>) -> String {
    let exchange = &step.sent.exchange;
    let index = steps.place(step.number);
    let n = step.number;
    let mut text = String::new();
    let _ = writeln!(text, "# {n}. {}: {}", comment(&exchange.operation), comment(&exchange.purpose));
    let mut content = String::new();
    if let Some(body) = &exchange.request.body {
        let pieces = std::str::from_utf8(body.bytes()).ok().map(|text| match body.json() {
            Ok(_) => steps.json(text, index),
            Err(_) => marked(text, steps.stream.namespace, RUN),
        });
        let visible = |piece: &Piece| !matches!(piece, Piece::Text(text) if text.chars().any(is_invisible));
        let word = pieces.as_deref().filter(|pieces| pieces.iter().all(visible)).map(word);
        if let Some(word) = word.filter(|word| word.len() < LONGEST_ARGUMENT) {
            let _ = write!(content, " \\\n  --data-raw {word}");
        } else {
            let written = pieces.as_deref().map_or_else(|| printf_octets(body.bytes()), printf);
            let _ = writeln!(text, "{written} >content.{n}");
            let _ = write!(content, " --data-binary @content.{n}");
        }
    }
    if step.seconds > 0 {
        let _ = writeln!(text, "sleep {}", step.seconds);
    }
    let _ = write!(
        text,
        "ask {n}{} {}",
        method(&exchange.request),
        url(&steps.path(index, &exchange.request.path))
    );
    let together = if step.at_once { " &" } else { "" };
    let _ = writeln!(text, "{}{content}{together}", headers(steps, index, &exchange.request, secrets));
    text
}

/// What must be true of an answer for the script to go on, and what is taken from it.
fn taking(step: &Step<'_>) -> String {
    let n = step.number;
    let mut text = match step.part {
        Part::Made => format!("made {n}\n"),
        Part::Refused => format!("was_refused {n}\n"),
        Part::Sent | Part::Shows => String::new(),
    };
    for (name, at, form) in &step.taken {
        let (function, later) = match form {
            Form::Same => ("take", 0),
            Form::Field => ("take_field", 0),
            Form::Instant(CursorForm::EpochMilliseconds, later) => ("take_milliseconds", *later),
            Form::Instant(CursorForm::DateTime, later) => ("take_date_time", *later),
        };
        let later = if later == 0 { String::new() } else { format!(" {later}") };
        let _ = writeln!(text, "{name}=$({function} {n} {}{later}) || exit 2", quoted(at));
    }
    text
}

fn method(request: &Request) -> String {
    match request.method.as_str() {
        "GET" if request.body.is_none() => String::new(),
        "HEAD" => " --head".to_owned(),
        method => format!(" -X {}", quoted(method)),
    }
}

fn url(path: &[Piece]) -> String {
    let mut pieces = vec![Piece::Variable("base".to_owned(), Escape::Not)];
    pieces.extend_from_slice(path);
    word(&pieces)
}

fn headers(steps: &Steps<'_>, index: usize, request: &Request, secrets: &mut Vec<String>) -> String {
    let mut text = String::new();
    for (name, value) in &request.headers {
        // Without a value curl would drop the field; a semicolon says that it is to be sent empty.
        let pieces = if value.is_empty() {
            vec![Piece::text(format!("{name};"))]
        } else {
            let mut pieces = vec![Piece::text(format!("{name}: "))];
            if name == CONDITION {
                pieces.extend(steps.value(value, index, &[], Escape::Not));
            } else {
                pieces.extend(credential(value, steps.stream.namespace, secrets));
            }
            pieces
        };
        let _ = write!(text, " -H {}", word(&pieces));
    }
    let has = |wanted: &str| request.headers.iter().any(|(name, _)| name == wanted);
    if request.body.is_some() && !has("content-type") {
        // Else curl says that it is a form.
        text.push_str(" -H 'content-type:'");
    }
    if request.body.is_none()
        && matches!(request.method.as_str(), "POST" | "PUT" | "PATCH")
        && !has("content-length")
    {
        text.push_str(" -H 'content-length: 0'");
    }
    text
}

/// The value of a header field; a secret is in it by the name of its variable.
fn credential(value: &str, namespace: &str, secrets: &mut Vec<String>) -> Vec<Piece> {
    let (scheme, token) = match value.split_once(' ') {
        Some((scheme, token)) if scheme.bytes().all(|b| b.is_ascii_alphabetic()) => {
            (format!("{scheme} "), token)
        }
        _ => (String::new(), value),
    };
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let cut = token.strip_prefix("${").and_then(|rest| rest.strip_suffix("%?}"));
    let (name, escape) = match (cut, token.strip_prefix('$')) {
        (Some(name), _) => (name, Escape::Cut),
        (None, Some(name)) => (name, Escape::Not),
        (None, None) => return marked(value, namespace, RUN),
    };
    if !is_name(name) {
        return marked(value, namespace, RUN);
    }
    if !secrets.iter().any(|known| known == name) {
        secrets.push(name.to_owned());
    }
    let scheme = (!scheme.is_empty()).then(|| Piece::text(scheme));
    scheme.into_iter().chain([Piece::Variable(name.to_owned(), escape)]).collect()
}

/// The requests that delete what the script creates.
fn cleaning(steps: &Steps<'_>, cleanup: &[CaseExchange], secrets: &mut Vec<String>) -> String {
    let mut text = String::new();
    let mut done: Vec<&str> = Vec::new();
    for sent in cleanup {
        let request = &sent.exchange.request;
        let values = values_of(request);
        let last = request.path.rsplit('/').next().map(decoded).unwrap_or_default();
        let records = steps.stream.records_with(&last, usize::MAX, &values);
        let ours = records.iter().any(|record| steps.number_at(record.index).is_some());
        if !ours || done.contains(&request.path.as_str()) {
            continue;
        }
        done.push(&request.path);
        let path = steps.path_beside(&request.path, usize::MAX, &values);
        let variables = path.iter().filter_map(|piece| match piece {
            Piece::Variable(name, _) if name != RUN => Some(name),
            _ => None,
        });
        let guards: Vec<String> = variables.map(|name| format!("[ -n \"${{{name}:-}}\" ] && ")).collect();
        let guard = guards.concat();
        let _ = writeln!(
            text,
            "  {guard}curl -sS -g --max-time 60 -o /dev/null{} {}{} 2>/dev/null",
            method(request),
            url(&path),
            headers(steps, usize::MAX, request, secrets)
        );
    }
    if !text.is_empty() {
        text.push_str("  :\n");
    }
    text
}
