//! The matrix of rules and operations, and under it what each of its cells stands for.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use super::finding;
use crate::report::sign::level_word;
use crate::report::text::{count, html, some};
use crate::report::{Cell, Curl, OperationTally, Sign, SuiteTally, Tally};

/// How many findings of one cell are written out.
const WRITTEN_OUT: usize = 10;

/// The id of a cell: made of positions and the letters of the rule's code, so that nothing needs escaping.
fn anchor(suite: usize, operation: usize, rule: &str) -> String {
    let rule: String = rule.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("s{suite}-o{operation}-{rule}")
}

/// The id of a cell by names.
pub(super) fn anchor_of(tally: &Tally, suite: &str, operation: &str, rule: &str) -> String {
    let at = tally.suites.iter().position(|known| known.name == suite).unwrap_or(0);
    let within = tally
        .suites
        .get(at)
        .and_then(|suite| suite.operations.iter().position(|known| known.name == operation));
    anchor(at, within.unwrap_or(0), rule)
}

/// One table: a line for each rule that was judged, a column for each operation.
pub(super) fn write(page: &mut String, tally: &Tally, suite: &SuiteTally, at: usize) -> fmt::Result {
    let rules: BTreeSet<&String> =
        suite.operations.iter().flat_map(|operation| operation.cells.keys()).collect();
    if rules.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "<h2>{} <span class=\"faint\">{}</span></h2>\n<div class=\"matrix\">\n<table>\n<thead><tr><th>rule</th>",
        html(&suite.name),
        html(&suite.title)
    )?;
    for operation in &suite.operations {
        writeln!(page, "<th>{}</th>", html(&operation.name))?;
    }
    writeln!(page, "</tr></thead>\n<tbody>")?;
    for rule in rules {
        let cells: Vec<Option<&Cell>> =
            suite.operations.iter().map(|operation| operation.cells.get(rule)).collect();
        let signs: BTreeSet<&str> = cells.iter().flatten().map(|cell| cell.sign().class()).collect();
        writeln!(
            page,
            "<tr data-signs=\"{}\" data-words=\"{}\"><th><code>{}</code> {}</th>",
            signs.into_iter().collect::<Vec<_>>().join(" "),
            html(&format!("{rule} {}", tally.rule_name(rule))),
            html(rule),
            html(tally.rule_name(rule))
        )?;
        for (column, cell) in cells.iter().enumerate() {
            match cell.map(Cell::sign) {
                None => writeln!(page, "<td></td>")?,
                Some(sign) => writeln!(
                    page,
                    "<td><a class=\"{}\" href=\"#{}\" title=\"{}\">{}</a></td>",
                    sign.class(),
                    anchor(at, column, rule),
                    sign.word(),
                    sign.glyph(true)
                )?,
            }
        }
        writeln!(page, "</tr>")?;
    }
    writeln!(page, "</tbody>\n</table>\n</div>")
}

/// For each operation its cells in full.
pub(super) fn operations(
    page: &mut String,
    tally: &Tally,
    curl: Curl,
    suite: &SuiteTally,
    at: usize,
) -> fmt::Result {
    for (column, operation) in suite.operations.iter().enumerate() {
        head(page, suite, operation)?;
        for (rule, cell) in &operation.cells {
            let sign = cell.sign();
            let open = if matches!(sign, Sign::Fail | Sign::Error) { " open" } else { "" };
            writeln!(
                page,
                "<details id=\"{}\"{open} data-signs=\"{}\" data-words=\"{}\">\n\
                 <summary><span class=\"{1}\">{} {}</span> <code>{}</code> {} <span class=\"faint\">{}</span></summary>",
                anchor(at, column, rule),
                sign.class(),
                html(&format!("{rule} {} {}", tally.rule_name(rule), operation.name)),
                sign.glyph(true),
                sign.word(),
                html(rule),
                html(tally.rule_name(rule)),
                count(cell.cases.len(), "case"),
            )?;
            body(page, tally, curl, rule, cell)?;
            writeln!(page, "</details>")?;
        }
    }
    Ok(())
}

fn head(page: &mut String, suite: &SuiteTally, operation: &OperationTally) -> fmt::Result {
    writeln!(page, "<h2>{} {}</h2>", html(&suite.name), html(&operation.name))?;
    if let Some(head) = &operation.head {
        let place = format!("{} {}", head.method, head.path);
        writeln!(
            page,
            "<p><code>{}</code> <span class=\"faint\">{}</span></p>",
            html(&place),
            html(&head.pointer)
        )?;
    }
    for skipped in &operation.skipped {
        writeln!(
            page,
            "<p class=\"skipped\">skipped: <code>{}</code>: {}</p>",
            html(&skipped.case),
            html(&skipped.reason)
        )?;
    }
    Ok(())
}

fn body(page: &mut String, tally: &Tally, curl: Curl, rule: &str, cell: &Cell) -> fmt::Result {
    if let Some(head) = tally.rule(rule) {
        writeln!(
            page,
            "<p>{} <span class=\"faint\">({})</span></p>",
            html(&head.summary),
            level_word(head.level)
        )?;
    }
    for ((verdict, cause), cases) in &cell.causes {
        let cases = some(cases.iter().map(String::as_str), usize::MAX);
        writeln!(page, "<p>{verdict}: {} <span class=\"faint\">({})</span></p>", html(cause), html(&cases))?;
    }
    for note in &cell.notes {
        writeln!(page, "<p>measured: {}</p>", html(note))?;
    }
    for located in cell.findings.iter().take(WRITTEN_OUT) {
        finding::write(page, tally, curl, located)?;
    }
    if let Some(more @ 1..) = cell.findings.len().checked_sub(WRITTEN_OUT) {
        let inputs =
            some(cell.findings[WRITTEN_OUT..].iter().map(|located| located.finding.input.as_str()), 50);
        writeln!(page, "<p>and {}, with {}</p>", count(more, "more finding"), html(&inputs))?;
    }
    let cases = some(cell.cases.iter().map(String::as_str), usize::MAX);
    writeln!(page, "<p class=\"faint\">{}</p>", html(&cases))
}
