//! The report for a pull-request comment: Markdown as GitHub and GitLab read it (GFM 0.29), written by [`Markdown`].
//!
//! What may come from a target stands in code spans and fenced blocks only, where nothing is a link, a mention or HTML.

use std::fmt::Write as _;
use std::io;

use super::plain::{diff, excerpt};
use super::sign::level_word;
use super::text::{count, duration, html, some, visible, visible_lines};
use super::{Curl, Defect, Lead, Output, Reporter, Sign, Tally};
use crate::event::Event;
use crate::verdict::Level;

/// GitHub refuses comments of more than 65,536 characters; defects after this many octets are only counted.
const ROOM: usize = 56_000;

/// How many cases of one cause are named.
const NAMED: usize = 5;

/// Writes Markdown at the end of a run.
pub struct Markdown {
    out: Output,
    curl: Curl,
    strict: bool,
    tally: Tally,
}

impl Markdown {
    /// A reporter that writes to `out`; under `strict` a broken `should` counts as a broken `must`.
    pub fn new(out: Output, curl: Curl, strict: bool) -> Self {
        Self { out, curl, strict, tally: Tally::default() }
    }

    fn page(&self) -> Result<String, std::fmt::Error> {
        let mut page = String::new();
        self.head(&mut page)?;
        self.table(&mut page)?;
        let defects = self.tally.defects();
        for (at, defect) in defects.iter().enumerate() {
            let mut text = String::new();
            self.defect(&mut text, defect)?;
            if page.len() + text.len() > ROOM {
                writeln!(
                    page,
                    "{} not shown here; the full report has them.\n",
                    count(defects.len() - at, "more defect")
                )?;
                break;
            }
            page.push_str(&text);
        }
        self.coverage(&mut page)?;
        let mut rest = String::new();
        self.not_judged(&mut rest)?;
        if page.len() + rest.len() > ROOM + 8_000 {
            "What was not judged does not fit here; the full report has it.\n".clone_into(&mut rest);
        }
        page.push_str(&rest);
        Ok(page)
    }

    fn head(&self, page: &mut String) -> std::fmt::Result {
        let exit = self.tally.exit(self.strict);
        writeln!(page, "## specproof: {exit}\n")?;
        if let Some(message) = self.tally.foot.as_ref().and_then(|foot| foot.message.as_ref()) {
            writeln!(page, "{}\n", code(message))?;
        }
        for stale in self.tally.stale() {
            writeln!(page, "Delete {}, {}: {}\n", code(&stale.place), code(&stale.entry), code(&stale.why))?;
        }
        let levels: Vec<String> = [Level::Must, Level::Should, Level::May]
            .into_iter()
            .map(|level| (level, self.tally.found(level)))
            .filter(|(_, found)| *found > 0)
            .map(|(level, found)| format!("**{found} {}**", level_word(level)))
            .collect();
        let found = if levels.is_empty() {
            "No findings".to_owned()
        } else {
            format!("Findings: {}", levels.join(", "))
        };
        let (requests, elapsed) =
            self.tally.foot.as_ref().map_or((0, 0), |foot| (foot.requests, foot.elapsed_us));
        write!(
            page,
            "{found}. {}, {}, {} in {}",
            count(self.tally.cases(), "case"),
            count(self.tally.rules_judged(), "rule"),
            count(requests, "request"),
            duration(elapsed)
        )?;
        if let Some(head) = &self.tally.head {
            write!(
                page,
                "; target {}, seed {}, version {}",
                code(&head.target),
                head.seed,
                code(&head.version)
            )?;
        }
        writeln!(page, ".\n")
    }

    fn table(&self, page: &mut String) -> std::fmt::Result {
        if self.tally.operations().next().is_none() {
            return Ok(());
        }
        writeln!(
            page,
            "| | operation | cases | rules | pass | fail (must) | fail (should, may) | inconclusive | skipped cases |"
        )?;
        writeln!(page, "|---|---|---:|---:|---:|---:|---:|---:|---:|")?;
        for (suite, operation) in self.tally.operations() {
            let of = |sign: Sign| operation.cells.values().filter(|cell| cell.sign() == sign).count();
            writeln!(
                page,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                operation.sign().glyph(true),
                cell(&format!("{} {}", suite.name, operation.name)),
                operation.cases.len(),
                operation.cells.len(),
                of(Sign::Pass),
                of(Sign::Fail),
                of(Sign::Tolerated),
                of(Sign::Inconclusive),
                operation.skipped.len()
            )?;
        }
        writeln!(page)
    }

    fn defect(&self, page: &mut String, defect: &Defect) -> std::fmt::Result {
        let first = defect.first();
        let finding = &first.shown.finding;
        // No blank line may stand between the tags, and the text is raw HTML up to the first one.
        writeln!(
            page,
            "<details><summary><b>{}</b> <code>{}</code> in <code>{}</code>: <code>{}</code></summary>\n",
            level_word(first.level()),
            html(&visible(&format!("{} {}", first.rule(), self.tally.rule_name(first.rule())))),
            html(&visible(&format!("{} {}", first.shown.suite, first.shown.operation))),
            html(&visible(&finding.summary)),
        )?;
        writeln!(page, "Requires: {}\n", code(&finding.requirement.text))?;
        writeln!(page, "Source: {}\n", code(&finding.requirement.source))?;
        writeln!(
            page,
            "Expected:\n{}\nActual:\n{}",
            block("text", &finding.expected),
            block("text", &finding.actual)
        )?;
        if let Some(comparison) = &finding.comparison {
            writeln!(page, "{}", block("diff", &diff(comparison)))?;
        }
        if let Some(pointer) = &finding.pointer {
            writeln!(page, "At: {}\n", code(pointer))?;
        }
        let mut commands = Vec::new();
        if let Some(exchange) = finding.exchanges.last() {
            let base = self.tally.head.as_ref().map_or("", |head| &head.target);
            commands.push(excerpt(&(self.curl)(exchange, base)));
        }
        commands.push(format!("specproof explain {}", first.rule()));
        commands.push(format!("specproof check --only '{}::'", first.shown.case));
        writeln!(page, "Repeat, explain, rerun:\n{}", block("sh", &commands.join("\n")))?;
        Self::extent(page, first)?;
        let elsewhere = |operation: &str| {
            if operation == first.shown.operation {
                String::new()
            } else {
                format!(" on {}", code(operation))
            }
        };
        for lead in &defect.lead[1..] {
            let name = format!("{} {}", lead.rule(), self.tally.rule_name(lead.rule()));
            let place = elsewhere(&lead.shown.operation);
            let cases = count(lead.cases.len(), "case");
            writeln!(
                page,
                "With it {}{place}: {} ({cases})\n",
                code(&name),
                code(&lead.shown.finding.summary)
            )?;
        }
        if !defect.also.is_empty() {
            let also = defect.also.iter().map(|also| {
                format!("{}{} ({})", code(&also.rule), elsewhere(&also.operation), count(also.cases, "case"))
            });
            writeln!(page, "Also broke {}\n", also.collect::<Vec<_>>().join(", "))?;
        }
        writeln!(page, "</details>\n")
    }

    fn extent(page: &mut String, lead: &Lead) -> std::fmt::Result {
        if lead.count < 2 {
            return Ok(());
        }
        let inputs = some(lead.inputs.iter().map(String::as_str), NAMED);
        writeln!(
            page,
            "Seen {} times in {}, with {}\n",
            lead.count,
            count(lead.cases.len(), "case"),
            code(&inputs)
        )
    }

    fn coverage(&self, page: &mut String) -> std::fmt::Result {
        if self.tally.dimensions().next().is_none() {
            return Ok(());
        }
        writeln!(
            page,
            "| coverage of the document | touched | of | % | required |\n|---|---:|---:|---:|---:|"
        )?;
        for (suite, dimension) in self.tally.dimensions() {
            let required = dimension.required.map_or(String::new(), |required| format!("{required} %"));
            let short = if dimension.falls_short() { " ✗" } else { "" };
            writeln!(
                page,
                "| {} | {} | {} | {} | {required}{short} |",
                cell(&format!("{} {}", suite.name, dimension.name)),
                dimension.covered,
                dimension.total,
                dimension.percent(),
            )?;
        }
        writeln!(page)
    }

    fn not_judged(&self, page: &mut String) -> std::fmt::Result {
        let mut lines = Vec::new();
        for ((verdict, cause), group) in self.tally.unjudged() {
            let rules = some(group.rules.iter().map(String::as_str), NAMED);
            let cases = some(group.cases.iter().map(String::as_str), NAMED);
            lines.push(format!("- {verdict}: {}, {} in {}", code(cause), code(&rules), code(&cases)));
        }
        for (reason, group) in self.tally.skipped() {
            let cases = some(group.cases.iter().map(String::as_str), NAMED);
            lines.push(format!("- skipped: {}, {}", code(reason), code(&cases)));
        }
        for excused in self.tally.excused() {
            lines.push(format!("- known: {}, {}", code(&excused.what()), code(&excused.why())));
        }
        for sentence in self.tally.suites.iter().flat_map(|suite| &suite.left_behind) {
            lines.push(format!("- left behind in the target: {}", code(sentence)));
        }
        if lines.is_empty() {
            return Ok(());
        }
        let title = format!("Not judged and left behind ({})", lines.len());
        writeln!(page, "<details><summary>{title}</summary>\n\n{}\n\n</details>", lines.join("\n"))
    }
}

impl Reporter for Markdown {
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

/// The longest run of backticks in a text.
fn backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Any text as a code span (GFM 0.29, section 6.3): the fence is longer than every run of backticks in it.
fn code(text: &str) -> String {
    let text = excerpt(text);
    let text = visible(&text);
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let fence = "`".repeat(backticks(&text) + 1);
    // One blank on either side is taken off again; it keeps backticks and blanks at the ends apart from the fence.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A code span within a table, where a bar would end the cell (GFM 0.29, section 4.10).
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// Any text as a fenced block (GFM 0.29, section 4.5).
fn block(language: &str, text: &str) -> String {
    let text = visible_lines(text);
    let fence = "`".repeat((backticks(&text) + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{HOSTILE, curl, report, run, snapshot, story};

    fn written(events: &[Event]) -> String {
        report(events, |out| Markdown::new(out, curl, false))
    }

    #[test]
    fn a_run_fits_a_comment() {
        snapshot("report_markdown", &written(&story()));
    }

    #[test]
    fn code_holds_any_text() {
        for (text, span) in [
            ("a", "`a`"),
            ("", "(empty)"),
            ("a`b", "``a`b``"),
            ("``", "``` `` ```"),
            (" a ", "`  a  `"),
            ("a\nb\x1b", "`a\\nb\\u{1b}`"),
        ] {
            assert_eq!(code(text), span);
        }
        assert_eq!(cell("a|b"), "`a\\|b`");
        assert_eq!(block("text", "```\nx"), "````text\n```\nx\n````\n");
    }

    /// What is left of a page when fenced blocks and code spans are taken out, as a reader of GFM would.
    fn outside_code(page: &str) -> String {
        let mut outside = String::new();
        let mut fence: Option<String> = None;
        for line in page.lines() {
            let ticks = "`".repeat(line.len() - line.trim_start_matches('`').len());
            match &fence {
                Some(open) if *open == line => fence = None,
                Some(_) => {}
                None if ticks.len() >= 3 && !line[ticks.len()..].contains('`') => fence = Some(ticks),
                None if line.starts_with("<details>") => {
                    outside.push_str(line);
                    outside.push('\n');
                }
                None => {
                    let mut rest = line;
                    while let Some(start) = rest.find('`') {
                        let ticks = rest.len() - start - rest[start..].trim_start_matches('`').len();
                        let fence = "`".repeat(ticks);
                        let within = &rest[start + ticks..];
                        let end = within.match_indices(&fence).find(|(at, _)| {
                            !within[..*at].ends_with('`') && !within[at + ticks..].starts_with('`')
                        });
                        outside.push_str(&rest[..start]);
                        rest = end.map_or("unclosed", |(at, _)| &within[at + ticks..]);
                    }
                    outside.push_str(rest);
                    outside.push('\n');
                }
            }
        }
        assert!(fence.is_none() && !outside.contains("unclosed"), "a fence is left open");
        outside
    }

    #[test]
    fn hostile_text_stays_within_code() {
        let mut events = story();
        for event in &mut events {
            if let Event::CaseFinished(case) = event {
                for judgement in &mut case.judgements {
                    judgement.cause = judgement.cause.as_ref().map(|_| HOSTILE.to_owned());
                    for finding in &mut judgement.findings {
                        for text in [
                            &mut finding.summary,
                            &mut finding.input,
                            &mut finding.expected,
                            &mut finding.requirement.text,
                            &mut finding.requirement.source,
                        ] {
                            HOSTILE.clone_into(text);
                        }
                        finding.pointer = Some(HOSTILE.to_owned());
                    }
                }
            }
        }
        let page = written(&events);
        let outside = outside_code(&page);
        assert!(!outside.contains("<script"), "{outside}");
        // Within the raw HTML of a summary it is escaped, and within <code> nobody is mentioned.
        for (at, _) in outside.match_indices('@') {
            let line = outside[..at].lines().last().unwrap_or_default();
            assert!(line.starts_with("<details>") && line.ends_with("# "), "{line}");
        }
        assert!(!page.contains('\x1b') && !page.contains('\u{202e}'));
    }

    #[test]
    fn a_long_report_is_cut_to_what_a_comment_may_hold() {
        let mut events = run(&[Level::Must], false, Some(crate::event::Ending::Complete));
        let case = events.iter().position(|event| matches!(event, Event::CaseFinished(_))).unwrap();
        for number in 0..400 {
            let mut more = events[case].clone();
            if let Event::CaseFinished(more) = &mut more {
                more.operation = format!("operation_{number}");
                more.judgements[0].findings[0].rule = format!("ZZZ{number:03}");
                more.judgements[0].findings[0].actual = "x".repeat(900);
            }
            events.insert(case, more);
        }
        let text = written(&events);
        assert!(text.len() < 65_536, "{}", text.len());
        assert!(text.contains("more defects not shown here"));
    }
}
