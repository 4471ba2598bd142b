//! The report as one HTML file, written by [`Html`]: it loads nothing, needs no script to be read, and is safe to open.
//!
//! A Content-Security-Policy forbids all loading, so that even a fault in our escaping could not call home. The script that is in
//! the page filters and opens; style and script stand beside this file as `page.css` and `page.js`.

mod finding;
mod matrix;

use std::fmt::{self, Write as _};
use std::io;

use super::sign::level_word;
use super::text::{count, duration, html, some};
use super::{Curl, Defect, Exit, Output, Reporter, Sign, Tally};
use crate::event::Event;
use crate::verdict::Level;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes one HTML file at the end of a run.
pub struct Html {
    out: Output,
    curl: Curl,
    strict: bool,
    tally: Tally,
}

impl Html {
    /// A reporter that writes to `out`; under `strict` a broken `should` counts as a broken `must`.
    pub fn new(out: Output, curl: Curl, strict: bool) -> Self {
        Self { out, curl, strict, tally: Tally::default() }
    }

    fn page(&self) -> Result<String, fmt::Error> {
        let exit = self.tally.exit(self.strict);
        let mut page = String::new();
        write!(
            page,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>specproof: {exit}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n"
        )?;
        self.head(&mut page, exit)?;
        self.defects(&mut page)?;
        page.push_str(FILTER);
        for (at, suite) in self.tally.suites.iter().enumerate() {
            matrix::write(&mut page, &self.tally, suite, at)?;
        }
        for (at, suite) in self.tally.suites.iter().enumerate() {
            matrix::operations(&mut page, &self.tally, self.curl, suite, at)?;
        }
        self.foot(&mut page)?;
        write!(page, "<script>\n{SCRIPT}</script>\n</body>\n</html>\n")?;
        Ok(page)
    }

    fn head(&self, page: &mut String, exit: Exit) -> fmt::Result {
        let sign = match exit {
            Exit::Conforms => Sign::Pass,
            Exit::Nonconforming => Sign::Fail,
            Exit::NoVerdict | Exit::NothingSelected => Sign::Error,
        };
        writeln!(page, "<header>\n<h1>specproof: <span class=\"{}\">{exit}</span></h1>", sign.class())?;
        if let Some(message) = self.tally.foot.as_ref().and_then(|foot| foot.message.as_ref()) {
            writeln!(page, "<p>{}</p>", html(message))?;
        }
        let levels = [Level::Must, Level::Should, Level::May]
            .map(|level| format!("{} {}", self.tally.found(level), level_word(level)));
        let mut fields = vec![
            ("findings", levels.join(", ")),
            (
                "judged",
                format!(
                    "{}, {}",
                    count(self.tally.cases(), "case"),
                    count(self.tally.rules_judged(), "rule")
                ),
            ),
        ];
        if let Some(foot) = &self.tally.foot {
            fields.push((
                "took",
                format!("{}, {}", count(foot.requests, "request"), duration(foot.elapsed_us)),
            ));
        }
        if let Some(head) = &self.tally.head {
            fields.push(("target", head.target.clone()));
            fields.push(("seed", head.seed.to_string()));
            fields.push(("namespace", head.namespace.clone()));
            fields.push(("version", head.version.clone()));
        }
        definitions(page, &fields)?;
        writeln!(page, "</header>")
    }

    fn defects(&self, page: &mut String) -> fmt::Result {
        let defects = self.tally.defects();
        if defects.is_empty() {
            return Ok(());
        }
        writeln!(page, "<h2>Defects</h2>\n<ol>")?;
        for defect in &defects {
            self.defect(page, defect)?;
        }
        writeln!(page, "</ol>")
    }

    fn defect(&self, page: &mut String, defect: &Defect) -> fmt::Result {
        let first = defect.first();
        let place = &first.shown;
        let link = |rule: &str| matrix::anchor_of(&self.tally, &place.suite, &place.operation, rule);
        let class = if first.level() == Level::Must { Sign::Fail } else { Sign::Tolerated }.class();
        write!(
            page,
            "<li><strong class=\"{class}\">{}</strong> <a href=\"#{}\"><code>{} {}</code></a> in <code>{} {}</code>: {}",
            level_word(first.level()),
            link(first.rule()),
            html(first.rule()),
            html(self.tally.rule_name(first.rule())),
            html(&place.suite),
            html(&place.operation),
            html(&place.finding.summary),
        )?;
        let with = defect.lead[1..].iter().map(|lead| (lead.rule(), lead.cases.len()));
        let also = defect.also.iter().map(|(rule, cases)| (rule.as_str(), *cases));
        let consequences: Vec<String> = with
            .chain(also)
            .map(|(rule, cases)| {
                format!(
                    "<a href=\"#{}\"><code>{}</code></a> ({})",
                    link(rule),
                    html(rule),
                    count(cases, "case")
                )
            })
            .collect();
        if !consequences.is_empty() {
            write!(page, "<br><span class=\"faint\">also broke {}</span>", consequences.join(", "))?;
        }
        writeln!(page, "</li>")
    }

    fn coverage(&self, page: &mut String) -> fmt::Result {
        if self.tally.dimensions().next().is_none() {
            return Ok(());
        }
        writeln!(page, "<h2>Coverage of the document</h2>")?;
        for (suite, dimension) in self.tally.dimensions() {
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
                let why = item.why.as_ref().map_or_else(|| format!("{} times", item.seen), |why| html(why));
                let class = if item.seen == 0 { "inconclusive" } else { "faint" };
                let (operation, what) = (html(&item.operation), html(&item.what));
                writeln!(
                    page,
                    "<li><code>{operation} {what}</code> <span class=\"{class}\">{why}</span></li>"
                )?;
            }
            writeln!(page, "</ul></details>")?;
        }
        Ok(())
    }

    fn foot(&self, page: &mut String) -> fmt::Result {
        let (unjudged, skipped) = (self.tally.unjudged(), self.tally.skipped());
        if !unjudged.is_empty() || !skipped.is_empty() {
            writeln!(page, "<h2>Not judged</h2>\n<ul>")?;
            for ((verdict, cause), group) in unjudged {
                let rules = some(group.rules.iter().map(String::as_str), usize::MAX);
                let cases = some(group.cases.iter().map(String::as_str), usize::MAX);
                writeln!(
                    page,
                    "<li>{verdict}: {} <span class=\"faint\">({} in {})</span></li>",
                    html(cause),
                    html(&rules),
                    html(&cases)
                )?;
            }
            for (reason, group) in skipped {
                let cases = some(group.cases.iter().map(String::as_str), usize::MAX);
                writeln!(
                    page,
                    "<li>skipped: {} <span class=\"faint\">({})</span></li>",
                    html(reason),
                    html(&cases)
                )?;
            }
            writeln!(page, "</ul>")?;
        }
        self.coverage(page)?;
        let excused = self.tally.excused();
        if !excused.is_empty() {
            writeln!(page, "<h2>Known failures</h2>\n<ul>")?;
            for one in excused {
                writeln!(page, "<li><code>{}</code>: {}</li>", html(&one.what()), html(&one.why()))?;
            }
            writeln!(page, "</ul>")?;
        }
        if !self.tally.stale().is_empty() {
            writeln!(page, "<h2>Entries to delete</h2>\n<ul>")?;
            for stale in self.tally.stale() {
                let (place, entry, why) = (html(&stale.place), html(&stale.entry), html(&stale.why));
                writeln!(page, "<li><code>{place}</code> {entry}: {why}</li>")?;
            }
            writeln!(page, "</ul>")?;
        }
        if self.tally.suites.iter().any(|suite| !suite.conventions.is_empty()) {
            writeln!(page, "<h2>Conventions</h2>\n<table>")?;
            for suite in &self.tally.suites {
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
            writeln!(page, "</table>")?;
        }
        let left: Vec<_> = self.tally.suites.iter().flat_map(|suite| &suite.left_behind).collect();
        if !left.is_empty() {
            writeln!(page, "<h2>Left behind in the target</h2>\n<ul>")?;
            for sentence in left {
                writeln!(page, "<li>{}</li>", html(sentence))?;
            }
            writeln!(page, "</ul>")?;
        }
        Ok(())
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

/// Shown by the script only, since without it nothing could be filtered.
const FILTER: &str = "<form id=\"filter\" hidden onsubmit=\"return false\">\
<input type=\"search\" placeholder=\"rule, operation or word\" aria-label=\"filter\">\
 <label><input type=\"checkbox\" value=\"fail\" checked> fail (must)</label>\
 <label><input type=\"checkbox\" value=\"error\" checked> error</label>\
 <label><input type=\"checkbox\" value=\"tolerated\" checked> fail (should, may)</label>\
 <label><input type=\"checkbox\" value=\"inconclusive\" checked> inconclusive</label>\
 <label><input type=\"checkbox\" value=\"pass\" checked> pass</label>\
</form>\n";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::event::Ending;
    use crate::report::samples::{self, HOSTILE, curl, report, snapshot, story};

    fn written(events: &[Event]) -> String {
        report(events, |out| Html::new(out, curl, false))
    }

    fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
        page.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
    }

    #[test]
    fn the_page_holds_the_run() {
        let page = written(&story());
        let body = page.replace(STYLE, "").replace(SCRIPT, "");
        snapshot("report_html", &body);
    }

    #[test]
    fn every_link_leads_somewhere_in_the_page_and_nothing_is_loaded() {
        let page = written(&story());
        let ids = attributes(&page, "id");
        let distinct: BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), distinct.len(), "ids are unique");
        let links = attributes(&page, "href");
        assert!(!links.is_empty());
        for link in links {
            assert!(link.strip_prefix('#').is_some_and(|id| ids.contains(&id)), "{link}");
        }
        for loading in [" src=", "<link", "@import", "url(", "fetch(", "XMLHttpRequest"] {
            assert!(!page.contains(loading), "{loading}");
        }
    }

    #[test]
    fn hostile_text_is_only_text() {
        let mut events = story();
        events.extend(samples::run(&[], true, Some(Ending::NoVerdict)));
        for event in &mut events {
            match event {
                Event::CaseFinished(case) => {
                    case.operation.push_str("\"><script>");
                    for finding in case.judgements.iter_mut().flat_map(|judgement| &mut judgement.findings) {
                        for text in [&mut finding.summary, &mut finding.rule, &mut finding.requirement.source]
                        {
                            text.push_str(HOSTILE);
                        }
                    }
                }
                Event::RunFinished(foot) => foot.message = Some(HOSTILE.to_owned()),
                _ => {}
            }
        }
        let page = written(&events);
        assert_eq!(page.matches("<script").count(), page.matches("<script>\n\"use strict\"").count());
        assert!(!page.contains(|c: char| c != '\n' && c.is_control()) && !page.contains('\u{202e}'));
    }

    #[test]
    fn tags_are_balanced() {
        let page = written(&story()).replace(STYLE, "").replace(SCRIPT, "");
        for tag in [
            "details", "summary", "table", "tr", "td", "th", "pre", "code", "dl", "dt", "dd", "ul", "ol",
            "li", "div",
        ] {
            let opened =
                page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}
