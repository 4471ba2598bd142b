//! For each operation its cells in full: what each rule says, with its findings.

use std::fmt::{self, Write as _};

use super::{View, finding, matrix, section};
use crate::report::sign::level_word;
use crate::report::text::{count, html, some};
use crate::report::{Cell, OperationTally, Sign, SuiteTally};

/// How many findings of one cell are written out.
const WRITTEN_OUT: usize = 10;

/// How many cases of a cell are named.
const NAMED: usize = 12;

pub(super) fn write(page: &mut String, view: &View<'_>) -> fmt::Result {
    section(page, "operations", "Operations")?;
    for (at, suite) in view.tally.suites.iter().enumerate() {
        for (column, operation) in suite.operations.iter().enumerate() {
            self::operation(page, view, (at, suite), (column, operation))?;
        }
    }
    writeln!(page, "</section>")
}

fn operation(
    page: &mut String,
    view: &View<'_>,
    (at, suite): (usize, &SuiteTally),
    (column, operation): (usize, &OperationTally),
) -> fmt::Result {
    let id = format!("s{at}-o{column}");
    let sign = operation.sign();
    writeln!(
        page,
        "<section class=\"operation\" id=\"{id}\" aria-labelledby=\"{id}-title\" data-words=\"{}\">\n\
         <h3 id=\"{id}-title\"><span class=\"{}\" aria-label=\"{}\">{}</span> {} <span class=\"faint\">{}</span></h3>",
        html(&format!("{} {}", suite.name, operation.name)),
        sign.class(),
        sign.word(),
        sign.glyph(true),
        html(&operation.name),
        html(&suite.name),
    )?;
    if let Some(head) = &operation.head {
        let place = format!("{} {}", head.method, head.path);
        let line = view.lines[at].line(&head.pointer);
        let source = match &suite.document {
            Some(document) => format!(
                "<a href=\"#{}\">{}:{line}</a>",
                View::line(at, line),
                html(document.file.rsplit('/').next().unwrap_or(&document.file))
            ),
            None => html(&head.pointer),
        };
        writeln!(page, "<p><code>{}</code> <span class=\"faint\">{source}</span></p>", html(&place))?;
    }
    for skipped in &operation.skipped {
        writeln!(
            page,
            "<p class=\"skipped\">skipped: <code>{}</code>: {}</p>",
            html(&skipped.case),
            html(&skipped.reason)
        )?;
    }
    for (rule, cell) in &operation.cells {
        self::cell(page, view, &View::anchor(at, column, rule), rule, cell)?;
    }
    writeln!(page, "</section>")
}

fn cell(page: &mut String, view: &View<'_>, id: &str, rule: &str, cell: &Cell) -> fmt::Result {
    let sign = cell.sign();
    let open = if matches!(sign, Sign::Fail | Sign::Error) { " open" } else { "" };
    let found = match cell.findings.len() {
        0 => String::new(),
        found => format!("{}, ", count(found, "finding")),
    };
    // The id stands within, so that a link opens the element even without the script.
    writeln!(
        page,
        "<details class=\"cell\"{open} data-signs=\"{}\">\n\
         <summary><span class=\"{0}\">{} {}</span> <code>{}</code> {} <span class=\"faint\">{found}{}</span></summary>\n\
         <div id=\"{id}\">",
        sign.class(),
        sign.glyph(true),
        sign.word(),
        html(rule),
        html(view.tally.rule_name(rule)),
        count(cell.cases.len(), "case"),
    )?;
    if let Some(head) = view.tally.rule(rule) {
        writeln!(
            page,
            "<p>{} <span class=\"faint\">{}</span> <a href=\"#rule-{}\">about the rule</a></p>",
            html(&head.summary),
            level_word(head.level),
            matrix::id(rule)
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
        finding::write(page, view, located)?;
    }
    if let Some(more @ 1..) = cell.findings.len().checked_sub(WRITTEN_OUT) {
        let inputs =
            some(cell.findings[WRITTEN_OUT..].iter().map(|located| located.finding.input.as_str()), 50);
        writeln!(page, "<p>and {}, with {}</p>", count(more, "more finding"), html(&inputs))?;
    }
    let scenarios: Vec<&str> =
        cell.cases.iter().map(|case| case.splitn(3, "::").last().unwrap_or(case)).collect();
    writeln!(page, "<p class=\"faint\">{}</p>\n</div>\n</details>", html(&some(scenarios, NAMED)))
}
