//! A defect in full: requirement, expected, actual, and how to see it again, in this order.

use std::io::{self, Write};

use super::ink::Ink;
use crate::report::text::{count, padded, some, visible};
use crate::report::{Curl, Defect, Lead, Sign, Tally};
use crate::verdict::{Comparison, Mark};

/// How wide the words before the colon-less columns are.
const LABEL: usize = 10;

/// How many rows of a comparison are shown.
const ROWS: usize = 30;

/// How many rows that are as expected are shown on either side of one that is not.
const AROUND: usize = 2;

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
        self.verbatim(out, "rerun", &format!("specproof check --only '{}'", first.shown.case))?;
        self.extent(out, first)?;
        for lead in &defect.lead[1..] {
            let name = self.tally.rule_name(lead.rule());
            let line = format!(
                "{} {name}: {} ({})",
                lead.rule(),
                lead.shown.finding.summary,
                count(lead.cases.len(), "case")
            );
            self.text(out, "with it", &line)?;
        }
        if !defect.also.is_empty() {
            let also: Vec<String> = defect
                .also
                .iter()
                .map(|(rule, cases)| format!("{rule} ({})", count(*cases, "case")))
                .collect();
            self.text(out, "also broke", &also.join(", "))?;
        }
        writeln!(out)
    }

    fn heading(self, out: &mut dyn Write, lead: &Lead, number: usize, of: usize) -> io::Result<()> {
        let level = super::super::sign::level_word(lead.level()).to_uppercase();
        let name = self.tally.rule_name(lead.rule());
        let place = format!("{} {}", lead.shown.suite, lead.shown.operation);
        let plain = format!("{level} {} {name}  {place}  {number}/{of} ", lead.rule());
        let rest = self.ink.width.saturating_sub(plain.chars().count());
        writeln!(
            out,
            "{} {} {}  {}  {} {}",
            self.ink.levelled(lead.level(), &level),
            self.ink.bold(&visible(lead.rule())),
            visible(name),
            self.ink.bold(&visible(&place)),
            self.ink.faint(&format!("{number}/{of}")),
            self.ink.faint(&self.ink.rule().repeat(rest)),
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
            Mark::Misplaced => ('~', Some(Sign::Advice)),
        };
        let text = format!("{glyph} {}", self.ink.line(text, column - 2));
        let text = if fill { padded(&text, column) } else { text };
        sign.map_or(text.clone(), |sign| self.ink.signed(sign, &text))
    }
}

type Row<'a> = (Option<&'a (Mark, String)>, Option<&'a (Mark, String)>);

/// Puts what is the same on one row; what is missing or extra has a row of its own.
fn aligned(comparison: &Comparison) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut expected = comparison.expected.iter().peekable();
    let mut actual = comparison.actual.iter().peekable();
    loop {
        let row = match (expected.peek().map(|cell| cell.0), actual.peek().map(|cell| cell.0)) {
            (None, None) => return rows,
            (Some(Mark::Missing | Mark::Extra), _)
            | (Some(_), None)
            | (Some(Mark::Misplaced), Some(Mark::Same)) => (expected.next(), None),
            (_, Some(Mark::Missing | Mark::Extra))
            | (None, Some(_))
            | (Some(Mark::Same), Some(Mark::Misplaced)) => (None, actual.next()),
            (Some(_), Some(_)) => (expected.next(), actual.next()),
        };
        rows.push(row);
    }
}

enum Shown<'a> {
    Row(Option<&'a (Mark, String)>, Option<&'a (Mark, String)>),
    /// So many rows as expected are left out.
    Gap(usize),
    /// So many rows of any kind are left out at the end.
    Rest(usize),
}

/// Leaves out what is as expected and far from what is not, and everything after [`ROWS`] rows.
fn elided<'a>(rows: &[Row<'a>]) -> Vec<Shown<'a>> {
    let same = |row: &Row<'_>| [row.0, row.1].iter().flatten().all(|(mark, _)| *mark == Mark::Same);
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        let to = (at + AROUND + 1).min(rows.len());
        rows[from..to].iter().any(|row| !same(row))
    };
    let mut shown = Vec::new();
    let mut gap = 0;
    for (at, row) in rows.iter().enumerate() {
        if shown.len() >= ROWS {
            shown.push(Shown::Rest(rows.len() - at + gap));
            return shown;
        }
        if near(at) {
            if gap > 0 {
                shown.push(Shown::Gap(std::mem::take(&mut gap)));
            }
            shown.push(Shown::Row(row.0, row.1));
        } else {
            gap += 1;
        }
    }
    if gap > 0 {
        shown.push(Shown::Gap(gap));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes rows as `e|a`, gaps as a number and the rest as `+` and a number.
    fn drawn(expected: &str, actual: &str) -> String {
        let cells = |text: &str| -> Vec<(Mark, String)> {
            text.chars()
                .map(|c| {
                    let mark = match c {
                        '-' => Mark::Missing,
                        '+' => Mark::Extra,
                        '~' => Mark::Misplaced,
                        _ => Mark::Same,
                    };
                    (mark, c.to_string())
                })
                .collect()
        };
        let comparison = Comparison { expected: cells(expected), actual: cells(actual) };
        let side = |cell: Option<&(Mark, String)>| cell.map_or(String::from("."), |(_, text)| text.clone());
        elided(&aligned(&comparison))
            .iter()
            .map(|shown| match shown {
                Shown::Row(expected, actual) => format!("{}|{}", side(*expected), side(*actual)),
                Shown::Gap(rows) => rows.to_string(),
                Shown::Rest(rows) => format!("+{rows}"),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn rows_are_aligned_by_what_is_the_same() {
        for (expected, actual, rows) in [
            ("", "", ""),
            ("a-b", "ab", "a|a -|. b|b"),
            ("ab", "a+b", "a|a .|+ b|b"),
            ("a-b", "a+b", "a|a -|. .|+ b|b"),
            ("~a~", "~a~", "~|~ a|a ~|~"),
            ("~a", "a~", "~|. a|a .|~"),
            ("--", "", "-|. -|."),
            ("", "++", ".|+ .|+"),
        ] {
            assert_eq!(drawn(expected, actual), rows);
        }
    }

    #[test]
    fn long_comparisons_are_cut() {
        assert_eq!(drawn("abcdefgh-ij", "abcdefghij"), "6 g|g h|h -|. i|i j|j");
        assert_eq!(drawn("abcdef", "abcdef"), "6");
        assert!(drawn(&"-".repeat(100), "").ends_with("+70"));
    }
}
