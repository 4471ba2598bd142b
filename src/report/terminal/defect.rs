//! A defect in full: requirement, expected, actual, and how to see it again, in this order.

use std::io::{self, Write};

use super::ink::Ink;
use crate::report::compare::{Shown, aligned, elided};
use crate::report::text::{columns, count, padded, some, visible};
use crate::report::{Curl, Defect, Lead, Sign, Tally};
use crate::verdict::{Comparison, Mark};

/// How wide the column of labels is.
const LABEL: usize = 12;

/// Everything that a defect's text needs besides the defect.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) ink: Ink,
    pub(super) tally: &'a Tally,
    pub(super) curl: Curl,
}

impl Context<'_> {
    fn field(self, out: &mut dyn Write, label: &str, lines: &[String]) -> io::Result<()> {
        let mut label = label;
        for line in lines {
            writeln!(out, "  {}{line}", self.ink.faint(&padded(label, LABEL)))?;
            label = "";
        }
        Ok(())
    }

    fn text(self, out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
        self.field(out, label, &self.ink.excerpt(text, self.ink.width - LABEL - 2))
    }

    /// One line that is never broken or cut, so that it can be copied.
    fn verbatim(self, out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
        self.field(out, label, &[visible(text).into_owned()])
    }

    /// Writes one defect; `number` counts from 1.
    pub(super) fn write(
        self,
        out: &mut dyn Write,
        defect: &Defect,
        number: usize,
        of: usize,
    ) -> io::Result<()> {
        let first = defect.first();
        let finding = &first.shown.finding;
        self.heading(out, first, number, of)?;
        for line in self.ink.excerpt(&finding.summary, self.ink.width - 2) {
            writeln!(out, "  {}", self.ink.bold(&line))?;
        }
        writeln!(out)?;
        self.text(out, "requires", &finding.requirement.text)?;
        self.verbatim(out, "", &finding.requirement.source)?;
        self.text(out, "expected", &finding.expected)?;
        self.text(out, "actual", &finding.actual)?;
        if let Some(comparison) = &finding.comparison {
            self.comparison(out, comparison)?;
        }
        if let Some(pointer) = &finding.pointer {
            self.verbatim(out, "at", if pointer.is_empty() { "the whole content" } else { pointer })?;
        }
        if let Some(exchange) = finding.exchanges.last() {
            let base = self.tally.head.as_ref().map_or("", |head| &head.target);
            let command = (self.curl)(exchange, base);
            let lines: Vec<String> = command.lines().map(|line| visible(line).into_owned()).collect();
            self.field(out, "repeat", &lines)?;
        }
        self.verbatim(out, "explain", &format!("specproof explain {}", first.rule()))?;
        self.verbatim(out, "rerun", &format!("specproof check --only '{}::'", first.shown.case))?;
        self.extent(out, first)?;
        let elsewhere = |operation: &str| {
            if operation == first.shown.operation { String::new() } else { format!(" on {operation}") }
        };
        for lead in &defect.lead[1..] {
            let name = self.tally.rule_name(lead.rule());
            let line = format!(
                "{} {name}{}: {} ({})",
                lead.rule(),
                elsewhere(&lead.shown.operation),
                lead.shown.finding.summary,
                count(lead.cases.len(), "case")
            );
            self.text(out, "with it", &line)?;
        }
        if !defect.also.is_empty() {
            let also: Vec<String> = defect
                .also
                .iter()
                .map(|also| {
                    format!("{}{} ({})", also.rule, elsewhere(&also.operation), count(also.cases, "case"))
                })
                .collect();
            self.text(out, "also broke", &also.join(", "))?;
        }
        writeln!(out)
    }

    /// Writes one defect in three lines.
    pub(super) fn brief(
        self,
        out: &mut dyn Write,
        defect: &Defect,
        number: usize,
        of: usize,
    ) -> io::Result<()> {
        let first = defect.first();
        self.heading(out, first, number, of)?;
        let more = defect.lead.len() - 1 + defect.also.len();
        let more = if more > 0 { format!(" (and {} with it)", count(more, "rule")) } else { String::new() };
        writeln!(
            out,
            "  {}{}",
            self.ink.line(&first.shown.finding.summary, self.ink.width.saturating_sub(more.len() + 2)),
            self.ink.faint(&more)
        )?;
        self.verbatim(out, "rerun", &format!("specproof check --only '{}::'", first.shown.case))?;
        writeln!(out)
    }

    fn heading(self, out: &mut dyn Write, lead: &Lead, number: usize, of: usize) -> io::Result<()> {
        let level = crate::report::sign::level_word(lead.level()).to_uppercase();
        let name = self.tally.rule_name(lead.rule());
        let place = format!("{} {}", lead.shown.suite, lead.shown.operation);
        let plain = format!("{level} {} {name}  {place}  {number}/{of} ", lead.rule());
        let rest = self.ink.width.saturating_sub(columns(&plain));
        let rule = format!("{number}/{of} {}", self.ink.rule().repeat(rest));
        writeln!(
            out,
            "{} {} {}  {}  {}",
            self.ink.levelled(lead.level(), &level),
            self.ink.bold(&visible(lead.rule())),
            visible(name),
            self.ink.bold(&visible(&place)),
            self.ink.faint(rule.trim_end()),
        )
    }

    /// In how many cases and with which inputs the rule was broken, where that is more than one.
    fn extent(self, out: &mut dyn Write, lead: &Lead) -> io::Result<()> {
        if lead.count < 2 {
            return Ok(());
        }
        let inputs = some(lead.inputs.iter().map(String::as_str), 6);
        let line = format!("{} times in {}, with {inputs}", lead.count, count(lead.cases.len(), "case"));
        self.text(out, "seen", &line)
    }

    fn comparison(self, out: &mut dyn Write, comparison: &Comparison) -> io::Result<()> {
        let column = (self.ink.width - LABEL - 2 - 3) / 2;
        for row in elided(&aligned(comparison)) {
            let line = match row {
                Shown::Gap(rows) => {
                    self.ink.faint(&format!("{} {} as expected", self.ink.ellipsis(), count(rows, "row")))
                }
                Shown::Rest(rows) => {
                    self.ink.faint(&format!("{} {} more", self.ink.ellipsis(), count(rows, "row")))
                }
                Shown::Row(expected, actual) => format!(
                    "{} {} {}",
                    self.side(expected, column, true),
                    self.ink.faint(self.ink.bar()),
                    self.side(actual, column, false)
                ),
            };
            self.field(out, "", &[line.trim_end().to_owned()])?;
        }
        Ok(())
    }

    fn side(self, cell: Option<&(Mark, String)>, column: usize, fill: bool) -> String {
        let Some((mark, text)) = cell else { return padded("", column) };
        let (glyph, sign) = match mark {
            Mark::Same => (' ', None),
            Mark::Missing => ('-', Some(Sign::Fail)),
            Mark::Extra => ('+', Some(Sign::Fail)),
            Mark::Misplaced => ('~', Some(Sign::Tolerated)),
        };
        let text = format!("{glyph} {}", self.ink.line(text, column - 2));
        let text = if fill { padded(&text, column) } else { text };
        sign.map_or(text.clone(), |sign| self.ink.signed(sign, &text))
    }
}
