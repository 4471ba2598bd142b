//! The operations of a suite: one block each, with how many rules of each family hold and how many do not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::ink::Ink;
use super::{Format, Options, Verbosity};
use crate::report::text::{columns, count, padded, visible};
use crate::report::{OperationTally, Sign, SuiteTally};
use crate::verdict::Verdict;

/// How wide the column of names may become.
const NAME: usize = 32;

/// Less of a method and path than this says nothing.
const PLACE: usize = 12;

/// Writes the blocks of a suite's operations; those that had no case and none left out are passed over.
pub(super) fn write(out: &mut dyn Write, ink: Ink, suite: &SuiteTally, options: &Options) -> io::Result<()> {
    let shown: Vec<&OperationTally> = suite
        .operations
        .iter()
        .filter(|operation| !operation.cases.is_empty() || !operation.skipped.is_empty())
        .collect();
    let column = shown.iter().map(|operation| columns(&operation.name)).max().unwrap_or(0).min(NAME);
    for operation in shown {
        if !operation.cases.is_empty() {
            match options.format {
                Format::Compact => compact(out, ink, operation, column)?,
                Format::Full => full(out, ink, operation, column, options.verbosity)?,
            }
        }
        skipped(out, ink, operation, column)?;
    }
    Ok(())
}

/// One line: how many rules hold, and the families of those that do not.
fn compact(out: &mut dyn Write, ink: Ink, operation: &OperationTally, column: usize) -> io::Result<()> {
    let name = padded(&visible(&operation.name), column);
    let rules = operation.cells.len();
    let holding = operation.cells.values().filter(|cell| cell.verdict == Verdict::Pass).count();
    let judged = if holding == rules {
        count(rules, "rule")
    } else {
        format!("{holding} of {}", count(rules, "rule"))
    };
    let broken: Vec<(usize, String)> =
        families(ink, operation, false).into_iter().filter(|(width, _)| *width > 0).collect();
    let broken = broken.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("  ");
    let line = format!("  {} {name}  {}  {broken}", ink.glyph(operation.sign()), padded(&judged, 16));
    writeln!(out, "{}", line.trim_end())
}

/// What was asked of the operation, and the families of rules under it.
fn full(
    out: &mut dyn Write,
    ink: Ink,
    operation: &OperationTally,
    column: usize,
    verbosity: Verbosity,
) -> io::Result<()> {
    let name = padded(&visible(&operation.name), column);
    let mut asked = count(operation.cases.len(), "case");
    let requests = format!("{asked}, {}", count(operation.requests(), "request"));
    // In a narrow terminal the operation's place goes first, then the number of requests.
    if column + columns(&requests) + 6 <= ink.width {
        asked = requests;
    }
    let mut shown = format!("  {} {}  ", ink.glyph(operation.sign()), ink.bold(&name));
    let room = ink.width.saturating_sub(column + columns(&asked) + 8);
    if let Some(head) = operation.head.as_ref().filter(|_| room >= PLACE) {
        let place = ink.line(&format!("{} {}", head.method, head.path), room);
        shown = format!("{shown}{}  ", ink.faint(&place));
    }
    writeln!(out, "{shown}{}", ink.faint(&asked))?;
    if verbosity == Verbosity::Verbose {
        let scenarios = scenarios(operation.cases.iter().map(|case| case.case.as_str()));
        for line in ink.excerpt(&scenarios, ink.width - 6) {
            writeln!(out, "      {}", ink.faint(&line))?;
        }
    }
    let mut line = String::new();
    let mut taken = 0;
    for (width, text) in families(ink, operation, true) {
        if taken > 0 && taken + 2 + width + 6 > ink.width {
            writeln!(out, "      {line}")?;
            line.clear();
            taken = 0;
        }
        if taken > 0 {
            line.push_str("  ");
            taken += 2;
        }
        line.push_str(&text);
        taken += width;
    }
    if taken > 0 { writeln!(out, "      {line}") } else { Ok(()) }
}

fn skipped(out: &mut dyn Write, ink: Ink, operation: &OperationTally, column: usize) -> io::Result<()> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for skipped in &operation.skipped {
        reasons.entry(&skipped.reason).or_default().push(&skipped.case);
    }
    for (reason, cases) in reasons {
        let name = padded(&visible(&operation.name), column);
        let scenarios = ink.line(&scenarios(cases), 40);
        let line =
            format!("{} {name}  {scenarios}  skipped: {}", ink.bare_glyph(Sign::Skipped), visible(reason));
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

/// Each family with its numbers, `PAG 8✓ 3✗`, and how many columns that takes; without `holding`, what holds is left out.
fn families(ink: Ink, operation: &OperationTally, holding: bool) -> Vec<(usize, String)> {
    let parts = operation.families().into_iter().map(|(name, family)| {
        let signs = [
            (Verdict::Pass, Sign::Pass),
            (Verdict::Fail, if family.sign == Sign::Tolerated { Sign::Tolerated } else { Sign::Fail }),
            (Verdict::Inconclusive, Sign::Inconclusive),
            (Verdict::Error, Sign::Error),
        ];
        let numbers: Vec<(String, Sign)> = signs
            .into_iter()
            .filter(|(verdict, _)| family.of(*verdict) > 0 && (holding || *verdict != Verdict::Pass))
            .map(|(verdict, sign)| (format!("{}{}", family.of(verdict), ink.bare_glyph(sign)), sign))
            .collect();
        if numbers.is_empty() {
            return (0, String::new());
        }
        let name = visible(name);
        let width = columns(&name) + numbers.iter().map(|(number, _)| 1 + columns(number)).sum::<usize>();
        let painted: Vec<String> = numbers.iter().map(|(number, sign)| ink.signed(*sign, number)).collect();
        (width, format!("{name} {}", painted.join(" ")))
    });
    parts.collect()
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
