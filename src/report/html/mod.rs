//! The report as one HTML file, written by [`Html`]: it loads nothing, needs no script to be read, and is safe to open.
//!
//! A Content-Security-Policy forbids all loading, so that even a fault in our escaping could not call home. The script that is in
//! the page filters and opens; style and script stand beside this file as `page.css` and `page.js`.

mod content;
mod defects;
mod document;
mod exchange;
mod finding;
mod help;
mod latency;
mod matrix;
mod operations;
mod rest;
mod strip;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io;

use super::sign::level_word;
use super::text::{count, duration, html};
use super::{Cell, Curl, Exit, Output, Reporter, Sign, Tally};
use crate::document::Lines;
use crate::event::Event;
use crate::verdict::Level;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The signs in the order of the filter, the worst first.
const SIGNS: [(Sign, &str); 6] = [
    (Sign::Error, "error"),
    (Sign::Fail, "fail (must)"),
    (Sign::Tolerated, "fail (should, may)"),
    (Sign::Inconclusive, "inconclusive"),
    (Sign::Known, "known"),
    (Sign::Pass, "pass"),
];

/// Writes one HTML file at the end of a run.
pub struct Html {
    out: Output,
    curl: Curl,
    strict: bool,
    tally: Tally,
}

/// What every part of the page is made from.
struct View<'a> {
    tally: &'a Tally,
    curl: Curl,
    /// The lines of each suite's document.
    lines: Vec<Lines>,
}

impl View<'_> {
    fn base(&self) -> &str {
        self.tally.head.as_ref().map_or("", |head| &head.target)
    }

    /// The suite of this name, by its place.
    fn suite(&self, name: &str) -> Option<usize> {
        self.tally.suites.iter().position(|suite| suite.name == name)
    }

    /// The id of a line of a suite's document.
    fn line(suite: usize, line: usize) -> String {
        format!("d{suite}-{line}")
    }

    /// The id of the line that a requirement's source, `file#/pointer`, points at, if it points into the suite's document.
    fn place(&self, suite: &str, source: &str) -> Option<String> {
        let at = self.suite(suite)?;
        let (file, pointer) = source.split_once('#')?;
        let document = self.tally.suites[at].document.as_ref()?;
        (document.file == file && (pointer.is_empty() || pointer.starts_with('/')))
            .then(|| Self::line(at, self.lines[at].line(pointer)))
    }

    /// The id of a cell: made of positions and the letters of the rule's code, so that nothing needs escaping.
    fn anchor(suite: usize, operation: usize, rule: &str) -> String {
        let rule: String = rule.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("s{suite}-o{operation}-{rule}")
    }

    /// The id of a cell by names.
    fn anchor_of(&self, suite: &str, operation: &str, rule: &str) -> String {
        let at = self.suite(suite).unwrap_or(0);
        let within = self.tally.suites.get(at);
        let within =
            within.and_then(|suite| suite.operations.iter().position(|known| known.name == operation));
        Self::anchor(at, within.unwrap_or(0), rule)
    }
}

impl Html {
    /// A reporter that writes to `out`; under `strict` a broken `should` counts as a broken `must`.
    pub fn new(out: Output, curl: Curl, strict: bool) -> Self {
        Self { out, curl, strict, tally: Tally::default() }
    }

    fn page(&self) -> Result<String, fmt::Error> {
        let exit = self.tally.exit(self.strict);
        let lines = self.tally.suites.iter();
        let lines = lines.map(|suite| suite.document.as_ref().map(|document| Lines::of(&document.text)));
        let lines = lines.map(Option::unwrap_or_default).collect();
        let view = View { tally: &self.tally, curl: self.curl, lines };
        let mut page = String::new();
        write!(
            page,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>specproof: {exit}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">skip to the findings</a>\n"
        )?;
        self.head(&mut page, exit)?;
        self.bar(&mut page)?;
        writeln!(page, "<main id=\"main\" tabindex=\"-1\">")?;
        defects::write(&mut page, &view)?;
        matrix::write(&mut page, &view)?;
        operations::write(&mut page, &view)?;
        latency::write(&mut page, &view)?;
        document::write(&mut page, &view)?;
        rest::write(&mut page, &view)?;
        help::write(&mut page, &view)?;
        write!(page, "</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n")?;
        Ok(page)
    }

    fn head(&self, page: &mut String, exit: Exit) -> fmt::Result {
        let tally = &self.tally;
        let sign = match exit {
            Exit::Conforms => Sign::Pass,
            Exit::Nonconforming | Exit::FallsShort => Sign::Fail,
            Exit::NoVerdict | Exit::NothingSelected => Sign::Error,
        };
        writeln!(
            page,
            "<header class=\"{}\">\n<p class=\"brand\">specproof</p>\n<h1><span aria-hidden=\"true\">{}</span> {exit}</h1>",
            sign.class(),
            sign.glyph(true)
        )?;
        if let Some(message) = tally.foot.as_ref().and_then(|foot| foot.message.as_ref()) {
            writeln!(page, "<p class=\"message\">{}</p>", html(message))?;
        }
        let levels = [Level::Must, Level::Should, Level::May]
            .map(|level| format!("{} {}", tally.found(level), level_word(level)));
        let found: usize =
            [Level::Must, Level::Should, Level::May].map(|level| tally.found(level)).iter().sum();
        let ran = tally.operations().filter(|(_, operation)| !operation.cases.is_empty()).count();
        let mut tiles = vec![
            (count(found, "finding"), levels.join(", ")),
            (count(tally.defects().len(), "defect"), "findings of one cause folded".to_owned()),
            (count(tally.rules_judged(), "rule"), "judged".to_owned()),
            (count(ran, "operation"), count(tally.cases(), "case")),
        ];
        if let Some(foot) = &tally.foot {
            tiles.push((count(foot.requests, "request"), format!("in {}", duration(foot.elapsed_us))));
        }
        writeln!(page, "<ul class=\"tiles\">")?;
        for (value, label) in tiles {
            let (number, noun) = value.split_once(' ').unwrap_or((&value, ""));
            writeln!(page, "<li><b>{number}</b> {noun}<span class=\"faint\">{}</span></li>", html(&label))?;
        }
        writeln!(page, "</ul>")?;
        if let Some(head) = &tally.head {
            let mut fields = vec![
                ("target", head.target.clone()),
                ("seed", head.seed.to_string()),
                ("records named", head.namespace.clone()),
                ("version", head.version.clone()),
            ];
            fields.extend(head.started.clone().map(|started| ("began", started)));
            definitions(page, &fields)?;
        }
        writeln!(page, "</header>")
    }

    /// Navigation and, for the script to show, the filter: without it nothing could be filtered.
    fn bar(&self, page: &mut String) -> fmt::Result {
        let mut signs: BTreeMap<Sign, usize> = BTreeMap::new();
        for (_, operation) in self.tally.operations() {
            for sign in operation.cells.values().map(Cell::sign) {
                *signs.entry(sign).or_default() += 1;
            }
        }
        write!(page, "<div id=\"bar\">\n<nav aria-label=\"parts of the report\">")?;
        for (id, title) in [
            ("defects", "Defects"),
            ("matrix", "Matrix"),
            ("operations", "Operations"),
            ("latency", "Latency"),
            ("document", "Document"),
            ("rest", "Not judged"),
            ("rules", "Rules"),
        ] {
            write!(page, "<a href=\"#{id}\">{title}</a> ")?;
        }
        write!(
            page,
            "</nav>\n<form id=\"filter\" role=\"search\" hidden>\
             <input type=\"search\" placeholder=\"search findings, rules, exchanges\" \
             aria-label=\"search findings, rules, operations and exchanges\" aria-keyshortcuts=\"/\">"
        )?;
        for (sign, label) in SIGNS {
            let number = signs.get(&sign).copied().unwrap_or(0);
            let off = if number == 0 { " disabled" } else { "" };
            write!(
                page,
                "<label class=\"{}\"><input type=\"checkbox\" value=\"{0}\" checked{off}> {} {label} \
                 <span class=\"faint\">{number}</span></label>",
                sign.class(),
                sign.glyph(true)
            )?;
        }
        writeln!(
            page,
            "<output role=\"status\"></output><button type=\"button\" id=\"shade\">light or dark</button></form>\n</div>"
        )
    }
}

impl Reporter for Html {
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        if matches!(event, Event::RunFinished(_)) {
            let page = self.page().map_err(io::Error::other)?;
            self.out.write_all(page.as_bytes())?;
            self.out.flush()?;
        }
        Ok(())
    }
}

/// Labelled values; the values are escaped here.
fn definitions(page: &mut String, fields: &[(&str, String)]) -> fmt::Result {
    writeln!(page, "<dl>")?;
    for (label, value) in fields {
        writeln!(page, "<dt>{label}</dt><dd>{}</dd>", html(value))?;
    }
    writeln!(page, "</dl>")
}

/// The start of a part of the page.
fn section(page: &mut String, id: &str, title: &str) -> fmt::Result {
    writeln!(page, "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{title}</h2>")
}
