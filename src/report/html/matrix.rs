//! The matrix of rules and operations; each cell leads to what it stands for.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use super::{View, section};
use crate::report::text::html;
use crate::report::{Cell, SuiteTally};

pub(super) fn write(page: &mut String, view: &View<'_>) -> fmt::Result {
    section(page, "matrix", "Matrix")?;
    for (at, suite) in view.tally.suites.iter().enumerate() {
        table(page, view, suite, at)?;
    }
    writeln!(page, "</section>")
}

/// One table: a line for each rule that was judged, a column for each operation.
fn table(page: &mut String, view: &View<'_>, suite: &SuiteTally, at: usize) -> fmt::Result {
    let rules: BTreeSet<&String> =
        suite.operations.iter().flat_map(|operation| operation.cells.keys()).collect();
    if rules.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "<div class=\"matrix\" role=\"region\" tabindex=\"0\" aria-label=\"matrix of {}\">\n<table>\n\
         <caption>{0} <span class=\"faint\">{}</span></caption>\n<thead><tr><th scope=\"col\">rule</th>",
        html(&suite.name),
        html(&suite.title)
    )?;
    for (column, operation) in suite.operations.iter().enumerate() {
        writeln!(
            page,
            "<th scope=\"col\"><a href=\"#s{at}-o{column}\"><span>{}</span></a></th>",
            html(&operation.name)
        )?;
    }
    writeln!(page, "</tr></thead>\n<tbody>")?;
    let mut family = "";
    for rule in rules {
        let own = rule.trim_end_matches(|c: char| c.is_ascii_digit());
        let first = if own == family { "" } else { " class=\"first\"" };
        family = own;
        let name = view.tally.rule_name(rule);
        writeln!(
            page,
            "<tr{first}><th scope=\"row\"><a href=\"#rule-{}\"><code>{}</code> {}</a></th>",
            id(rule),
            html(rule),
            html(name)
        )?;
        for (column, operation) in suite.operations.iter().enumerate() {
            match operation.cells.get(rule).map(Cell::sign) {
                None => write!(page, "<td></td>")?,
                Some(sign) => write!(
                    page,
                    "<td><a class=\"{}\" href=\"#{}\" aria-label=\"{} on {}: {}\">{}</a></td>",
                    sign.class(),
                    View::anchor(at, column, rule),
                    html(rule),
                    html(&operation.name),
                    sign.word(),
                    sign.glyph(true)
                )?,
            }
        }
        writeln!(page, "</tr>")?;
    }
    writeln!(page, "</tbody>\n</table>\n</div>")
}

/// What of a rule's code may stand in an id.
pub(super) fn id(rule: &str) -> String {
    rule.chars().filter(char::is_ascii_alphanumeric).collect()
}
