//! `specproof explain`: what a rule demands, why, and how it avoids false alarms.

use std::fmt::Write as _;

use specproof::audit::{DOCUMENT_RULES, DocumentRule};
use specproof::rules::{RULES, Rule, find};
use specproof::suite::nearest;

use super::arguments::Explain;
use super::console;
use super::failure::Failure;

/// Runs the command.
pub(super) fn run(arguments: &Explain) -> Result<u8, Failure> {
    let wanted = arguments.rule.trim();
    let named = |rule: &&&'static Rule| {
        rule.name.eq_ignore_ascii_case(wanted) || rule.id().eq_ignore_ascii_case(wanted)
    };
    let of_document = |rule: &&&'static DocumentRule| {
        rule.code.eq_ignore_ascii_case(wanted) || rule.name.eq_ignore_ascii_case(wanted)
    };
    if let Some(rule) = DOCUMENT_RULES.iter().find(of_document) {
        console::print(&of_documents(rule))?;
        return Ok(0);
    }
    let Some(rule) = find(wanted).or_else(|| RULES.iter().find(named).copied()) else {
        let on_documents = DOCUMENT_RULES.iter().flat_map(|rule| [rule.code, rule.name]);
        let valid = RULES.iter().flat_map(|rule| [rule.code, rule.name]).chain(on_documents);
        return Err(Failure::usage(match nearest(wanted, valid) {
            Some(near) => format!("there is no rule `{wanted}`; did you mean `{near}`?"),
            None => format!("there is no rule `{wanted}`: `specproof list rules` names them all"),
        }));
    };
    console::print(&text(rule))?;
    Ok(0)
}

/// A value that is written as one word in the event stream.
fn word(value: impl serde::Serialize) -> String {
    serde_json::json!(value).as_str().unwrap_or_default().to_owned()
}

fn of_documents(rule: &DocumentRule) -> String {
    format!(
        "{} {}\n\n{}\n\nlevel       {}\nbasis       document\nsource      {}\n\n## Why it matters\n{}\n",
        rule.code,
        rule.name,
        rule.summary,
        word(rule.level),
        rule.source,
        rule.why
    )
}

fn text(rule: &Rule) -> String {
    let head = rule.head();
    let mut text = format!("{} {}\n\n{}\n\n", rule.code, rule.name, rule.summary);
    let implied_by: Vec<&str> =
        RULES.iter().filter(|other| other.implies.contains(&rule.code)).map(|other| other.code).collect();
    let kinds: Vec<String> = rule.scenarios.iter().map(|kind| kebab(&format!("{kind:?}"))).collect();
    for (label, value) in [
        ("level", word(head.level)),
        ("basis", word(head.basis)),
        ("source", rule.source.to_owned()),
        ("since", rule.since.to_owned()),
        ("scenarios", kinds.join(", ")),
        ("implies", rule.implies.join(", ")),
        ("implied by", implied_by.join(", ")),
    ] {
        if !value.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{label:<11} {value}");
        }
    }
    text.push('\n');
    for line in rule.docs.lines() {
        // A doc comment has a blank after its slashes.
        text.push_str(line.strip_prefix(' ').unwrap_or(line));
        text.push('\n');
    }
    text
}

/// `FetchElsewhere` becomes `fetch-elsewhere`, as in the ids of cases.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for (at, character) in name.chars().enumerate() {
        if character.is_ascii_uppercase() && at > 0 {
            kebab.push('-');
        }
        kebab.push(character.to_ascii_lowercase());
    }
    kebab
}
