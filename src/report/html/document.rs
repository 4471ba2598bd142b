//! Each suite's document, with the verdicts at the lines that they are about.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::{View, section};
use crate::report::text::{count, html, start};
use crate::report::{Sign, SuiteTally};

/// How many octets of one line are shown.
const LINE_OCTETS: usize = 400;

/// How many lines of one document are shown; a page of many megabytes helps nobody.
const LINES: usize = 12_000;

/// How many notes stand at one line.
const NOTES: usize = 6;

/// A verdict at a line: how it looks, the link's target, and its words.
type Note = (Sign, String, String);

pub(super) fn write(page: &mut String, view: &View<'_>) -> fmt::Result {
    section(page, "document", "Document")?;
    let mut any = false;
    for (at, suite) in view.tally.suites.iter().enumerate() {
        if suite.document.is_some() {
            any = true;
            annotated(page, view, suite, at)?;
        }
    }
    if !any {
        writeln!(page, "<p>The recording does not hold it.</p>")?;
    }
    writeln!(page, "</section>")
}

/// The verdicts by line: of each operation at its own line, of each finding where its requirement stands.
fn notes(view: &View<'_>, suite: &SuiteTally, at: usize) -> BTreeMap<usize, Vec<Note>> {
    let mut notes: BTreeMap<usize, Vec<Note>> = BTreeMap::new();
    for (column, operation) in suite.operations.iter().enumerate() {
        if let Some(head) = &operation.head
            && !operation.cells.is_empty()
        {
            let holding = operation.cells.values().filter(|cell| cell.sign() == Sign::Pass).count();
            let words =
                format!("{} {holding} of {} hold", operation.name, count(operation.cells.len(), "rule"));
            let line = view.lines[at].line(&head.pointer);
            notes.entry(line).or_default().push((operation.sign(), format!("s{at}-o{column}"), words));
        }
        for (rule, cell) in &operation.cells {
            for located in &cell.findings {
                let source = &located.finding.requirement.source;
                let prefix = format!("d{at}-");
                let line = view.place(&suite.name, source);
                let Some(line) = line.and_then(|id| id.strip_prefix(&prefix)?.parse().ok()) else { continue };
                let note: Note =
                    (cell.sign(), View::anchor(at, column, rule), format!("{rule} {}", operation.name));
                let there = notes.entry(line).or_default();
                if !there.contains(&note) {
                    there.push(note);
                }
            }
        }
    }
    notes
}

fn annotated(page: &mut String, view: &View<'_>, suite: &SuiteTally, at: usize) -> fmt::Result {
    let Some(document) = &suite.document else { return Ok(()) };
    let notes = notes(view, suite, at);
    writeln!(
        page,
        "<details class=\"document\">\n<summary>{} <span class=\"faint\">{}, {} with verdicts</span></summary>\n<pre>",
        html(&suite.name),
        html(&document.file),
        count(notes.len(), "line")
    )?;
    for (number, line) in document.text.lines().enumerate().take(LINES).map(|(at, line)| (at + 1, line)) {
        let text = html(start(line, LINE_OCTETS).0);
        match notes.get(&number) {
            None => writeln!(page, "<span>{text}</span>")?,
            Some(notes) => {
                let worst = notes.iter().map(|(sign, ..)| *sign).max().unwrap_or_default();
                write!(page, "<span id=\"{}\" class=\"{}\">{text}", View::line(at, number), worst.class())?;
                for (sign, target, words) in notes.iter().take(NOTES) {
                    write!(
                        page,
                        " <a class=\"{}\" href=\"#{target}\">{} {}</a>",
                        sign.class(),
                        sign.glyph(true),
                        html(words)
                    )?;
                }
                if let Some(more @ 1..) = notes.len().checked_sub(NOTES) {
                    write!(page, " <b>and {more} more</b>")?;
                }
                writeln!(page, "</span>")?;
            }
        }
    }
    if let Some(more @ 1..) = document.text.lines().count().checked_sub(LINES) {
        writeln!(page, "… {}", count(more, "more line"))?;
    }
    writeln!(page, "</pre>\n</details>")
}
