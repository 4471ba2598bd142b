//! The lines that are written while a run goes on: one per step of a suite, one per operation, and in verbose mode each exchange.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::ink::Ink;
use crate::event::{Seeded, SuiteStarted};
use crate::evidence::{Body, Exchange};
use crate::report::text::{count, padded, visible};
use crate::report::{Curl, OperationTally, Sign};
use crate::verdict::Verdict;

/// How many octets of content the verbose mode shows.
const CONTENT_OCTETS: usize = 2048;

/// How wide the names of an operation's scenarios may become together.
const SCENARIO_COLUMNS: usize = 36;

pub(super) fn suite_started(out: &mut dyn Write, ink: Ink, suite: &SuiteStarted) -> io::Result<()> {
    let what = format!(
        "{}, {}, {}",
        suite.title,
        count(suite.operations.len(), "operation"),
        count(suite.cases, "case")
    );
    writeln!(out, "{}  {}", ink.bold(&visible(&suite.suite)), visible(&what))?;
    for creation in &suite.will_create {
        writeln!(out, "  will create {}", visible(creation))?;
    }
    Ok(())
}

pub(super) fn seeded(
    out: &mut dyn Write,
    ink: Ink,
    seeded: &Seeded,
    curl: Curl,
    base: &str,
) -> io::Result<()> {
    let records = seeded.records.values().sum();
    let name = ink.bold(&visible(&seeded.suite));
    let requests = count(seeded.requests, "request");
    match &seeded.problem {
        None => writeln!(out, "{name}  seeded {} in {requests}", count(records, "record"))?,
        Some(problem) => {
            let glyph = ink.glyph(Sign::Error);
            writeln!(out, "{name}  {glyph} could not be seeded: {}", visible(&problem.message))?;
            writeln!(out, "  {} acknowledged in {requests}", count(records, "record"))?;
            if let Some(failed) = &problem.exchange {
                exchange(out, ink, failed)?;
                writeln!(out, "  repeat  {}", visible(&curl(failed, base)))?;
            }
        }
    }
    for note in &seeded.notes {
        writeln!(out, "  {}", ink.faint(&visible(note)))?;
    }
    Ok(())
}

/// One operation, or as much of it as ran without another in between. `column` is the width of the longest name.
pub(super) fn operation(
    out: &mut dyn Write,
    ink: Ink,
    operation: &OperationTally,
    column: usize,
) -> io::Result<()> {
    let name = padded(&visible(&operation.name), column);
    if !operation.cases.is_empty() {
        let scenarios = scenarios(operation.cases.iter().map(|case| case.case.as_str()));
        let requests = count(operation.requests(), "request");
        let families = families(ink, operation);
        let room = (ink.width / 3).min(SCENARIO_COLUMNS);
        writeln!(
            out,
            "  {} {name}   {}   {families}  {}",
            ink.glyph(operation.sign()),
            padded(&ink.line(&scenarios, room), room),
            ink.faint(&requests)
        )?;
    }
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for skipped in &operation.skipped {
        reasons.entry(&skipped.reason).or_default().push(&skipped.case);
    }
    for (reason, cases) in reasons {
        let scenarios = ink.line(&scenarios(cases), 40);
        let line =
            format!("{} {name}   {scenarios}   skipped: {}", ink.bare_glyph(Sign::Skipped), visible(reason));
        writeln!(out, "  {}", ink.faint(&line))?;
    }
    Ok(())
}

/// The scenarios of some cases, each once: what a case's id says after suite and operation, without its variant.
fn scenarios<'a>(cases: impl IntoIterator<Item = &'a str>) -> String {
    let mut seen = BTreeSet::new();
    let mut names = Vec::new();
    for case in cases {
        let scenario = case.splitn(3, "::").last().unwrap_or(case);
        let end = scenario.find(['[', ':', '/', '=']).filter(|end| *end > 0).unwrap_or(scenario.len());
        if seen.insert(&scenario[..end]) {
            names.push(&scenario[..end]);
        }
    }
    names.join(" ")
}

/// For each family of rules how many hold, `PAG 12`, or `PAG 10/12✗` where some of those judged do not.
fn families(ink: Ink, operation: &OperationTally) -> String {
    #[derive(Default)]
    struct Family {
        judged: usize,
        passed: usize,
        sign: Sign,
    }
    let mut families: BTreeMap<&str, Family> = BTreeMap::new();
    for (rule, cell) in &operation.cells {
        let family = families.entry(rule.trim_end_matches(|c: char| c.is_ascii_digit())).or_default();
        family.judged += 1;
        family.passed += usize::from(cell.verdict == Verdict::Pass);
        family.sign = family.sign.max(cell.sign());
    }
    let painted = families.into_iter().map(|(name, family)| {
        let numbers = if family.passed == family.judged {
            family.passed.to_string()
        } else {
            format!("{}/{}{}", family.passed, family.judged, ink.bare_glyph(family.sign))
        };
        format!("{} {}", visible(name), ink.signed(family.sign, &numbers))
    });
    painted.collect::<Vec<_>>().join(" ")
}

/// One exchange with the start of both contents.
pub(super) fn exchange(out: &mut dyn Write, ink: Ink, exchange: &Exchange) -> io::Result<()> {
    let request = format!("{} {}", visible(&exchange.request.method), visible(&exchange.request.path));
    let came = match &exchange.outcome {
        Ok(response) => format!("{}  {}", response.status, count(response.body.bytes().len(), "octet")),
        Err(error) => ink.signed(Sign::Error, &visible(&error.message)),
    };
    writeln!(out, "    {request} {} {came}  {}", ink.arrow(), ink.faint(&visible(&exchange.purpose)))?;
    if let Some(body) = &exchange.request.body {
        content(out, ink, ">", body)?;
    }
    if let Ok(response) = &exchange.outcome {
        content(out, ink, "<", &response.body)?;
    }
    Ok(())
}

fn content(out: &mut dyn Write, ink: Ink, direction: &str, body: &Body) -> io::Result<()> {
    if body.is_empty() {
        return Ok(());
    }
    let text = body.text();
    let (start, left) = crate::report::text::start(&text, CONTENT_OCTETS);
    let more = if left > 0 { format!("{} {left} octets more", ink.ellipsis()) } else { String::new() };
    writeln!(out, "      {} {}{}", ink.faint(direction), visible(start), ink.faint(&more))
}

#[cfg(test)]
mod tests {
    use super::scenarios;

    #[test]
    fn scenarios_are_named_once_and_without_their_variant() {
        for (cases, names) in [
            (vec![], ""),
            (vec!["honcho::get_messages::walk"], "walk"),
            (vec!["h::o::walk", "h::o::walk[size=7]", "h::o::past-end::x", "h::o::walk"], "walk past-end"),
            (vec!["odd"], "odd"),
        ] {
            assert_eq!(scenarios(cases), names);
        }
    }
}
