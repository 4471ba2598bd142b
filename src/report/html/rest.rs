//! What was not judged and why, what was measured, the conventions, and what is left behind in the target.

use std::fmt::{self, Write as _};

use super::{View, section};
use crate::report::Sign;
use crate::report::text::{count, html, some};

/// How many cases of one cause are named.
const NAMED: usize = 40;

pub(super) fn write(page: &mut String, view: &View<'_>) -> fmt::Result {
    section(page, "rest", "Not judged")?;
    not_judged(page, view)?;
    coverage(page, view)?;
    known(page, view)?;
    measured(page, view)?;
    conventions(page, view)?;
    left_behind(page, view)?;
    writeln!(page, "</section>")
}

fn not_judged(page: &mut String, view: &View<'_>) -> fmt::Result {
    let (unjudged, skipped) = (view.tally.unjudged(), view.tally.skipped());
    if unjudged.is_empty() && skipped.is_empty() {
        return writeln!(page, "<p>All that was planned was judged.</p>");
    }
    writeln!(page, "<ul>")?;
    for ((verdict, cause), group) in unjudged {
        let sign = Sign::of(verdict, None);
        writeln!(
            page,
            "<li><b class=\"{}\">{} {verdict}</b>: {} <span class=\"faint\">({} in {}: {})</span></li>",
            sign.class(),
            sign.glyph(true),
            html(cause),
            html(&some(group.rules.iter().map(String::as_str), NAMED)),
            count(group.cases.len(), "case"),
            html(&some(group.cases.iter().map(String::as_str), NAMED))
        )?;
    }
    for (reason, group) in skipped {
        writeln!(
            page,
            "<li><b class=\"skipped\">- skipped</b>: {} <span class=\"faint\">({}: {})</span></li>",
            html(reason),
            count(group.cases.len(), "case"),
            html(&some(group.cases.iter().map(String::as_str), NAMED))
        )?;
    }
    writeln!(page, "</ul>")
}

/// How much of each document was touched; each part with how often, or why not.
fn coverage(page: &mut String, view: &View<'_>) -> fmt::Result {
    if view.tally.dimensions().next().is_none() {
        return Ok(());
    }
    writeln!(page, "<h3>Coverage of the document</h3>")?;
    for (suite, dimension) in view.tally.dimensions() {
        let short = if dimension.falls_short() { " class=\"fail\"" } else { "" };
        let required = dimension.required.map_or(String::new(), |share| format!(", {share} % required"));
        writeln!(
            page,
            "<details><summary{short}>{} {}: {} of {}, {} %{required}</summary>\n<ul>",
            html(&suite.name),
            html(&dimension.name),
            dimension.covered,
            dimension.total,
            dimension.percent(),
        )?;
        for item in &dimension.items {
            let why = item.why.as_ref().map_or_else(|| count(item.seen, "time"), |why| html(why));
            let class = if item.seen == 0 { "inconclusive" } else { "faint" };
            let (operation, what) = (html(&item.operation), html(&item.what));
            writeln!(page, "<li><code>{operation} {what}</code> <span class=\"{class}\">{why}</span></li>")?;
        }
        writeln!(page, "</ul></details>")?;
    }
    Ok(())
}

/// The failures that entries of the user's put up with, and the entries that put up with nothing any more.
fn known(page: &mut String, view: &View<'_>) -> fmt::Result {
    let excused = view.tally.excused();
    if !excused.is_empty() {
        writeln!(page, "<h3>Known failures</h3>\n<ul>")?;
        for one in excused {
            writeln!(page, "<li><code>{}</code>: {}</li>", html(&one.what()), html(&one.why()))?;
        }
        writeln!(page, "</ul>")?;
    }
    if !view.tally.stale().is_empty() {
        writeln!(page, "<h3 class=\"fail\">Entries to delete</h3>\n<ul>")?;
        for stale in view.tally.stale() {
            let (place, entry, why) = (html(&stale.place), html(&stale.entry), html(&stale.why));
            writeln!(page, "<li><code>{place}</code> {entry}: {why}</li>")?;
        }
        writeln!(page, "</ul>")?;
    }
    Ok(())
}

fn measured(page: &mut String, view: &View<'_>) -> fmt::Result {
    let mut any = false;
    for (suite, operation) in view.tally.operations() {
        for (rule, cell) in &operation.cells {
            for note in &cell.notes {
                if !any {
                    writeln!(page, "<h3>Measured, not judged</h3>\n<ul>")?;
                    any = true;
                }
                let place = format!("{} {} {rule}", suite.name, operation.name);
                writeln!(page, "<li><code>{}</code> {}</li>", html(&place), html(note))?;
            }
        }
    }
    if any { writeln!(page, "</ul>") } else { Ok(()) }
}

fn conventions(page: &mut String, view: &View<'_>) -> fmt::Result {
    if view.tally.suites.iter().all(|suite| suite.conventions.is_empty()) {
        return Ok(());
    }
    writeln!(
        page,
        "<h3>Conventions</h3>\n<div class=\"scroll\">\n<table>\n<thead><tr><th scope=\"col\">operation</th><th scope=\"col\">convention</th>\
         <th scope=\"col\">setting</th><th scope=\"col\">origin</th><th scope=\"col\">reason</th></tr></thead>\n<tbody>"
    )?;
    for suite in &view.tally.suites {
        for convention in &suite.conventions {
            writeln!(
                page,
                "<tr><td>{} {}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                html(&suite.name),
                html(&convention.operation),
                html(&convention.name),
                html(convention.setting.as_deref().unwrap_or("")),
                html(&convention.origin),
                html(convention.reason.as_deref().unwrap_or("")),
            )?;
        }
    }
    writeln!(page, "</tbody>\n</table>\n</div>")
}

fn left_behind(page: &mut String, view: &View<'_>) -> fmt::Result {
    let left: Vec<_> = view.tally.suites.iter().flat_map(|suite| &suite.left_behind).collect();
    if left.is_empty() {
        return Ok(());
    }
    writeln!(page, "<h3>Left behind in the target</h3>\n<ul>")?;
    for sentence in left {
        writeln!(page, "<li>{}</li>", html(sentence))?;
    }
    writeln!(page, "</ul>")
}
