//! A finding as plain text, for the reports that hold it in an element of their own.

use super::text::{visible, visible_lines};
use super::{Curl, Located};
use crate::verdict::{Comparison, Mark};

/// How many octets of expected and actual are kept each.
pub(super) const EXCERPT_OCTETS: usize = 4096;

/// The start of an excerpt, with a word on what was left out.
pub(super) fn excerpt(text: &str) -> String {
    match super::text::start(text, EXCERPT_OCTETS) {
        (all, 0) => visible_lines(all).into_owned(),
        (start, left) => format!("{}… ({left} octets more)", visible_lines(start)),
    }
}

/// A comparison as a diff: `-` before what is missing, `+` before what is extra, `~` before what is misplaced.
pub(super) fn diff(comparison: &Comparison) -> String {
    use super::compare::{Shown, aligned, elided};
    let line = |(mark, text): &(Mark, String)| {
        let mark = match mark {
            Mark::Same => ' ',
            Mark::Missing => '-',
            Mark::Extra => '+',
            Mark::Misplaced => '~',
        };
        format!("{mark} {}\n", visible(super::text::start(text, EXCERPT_OCTETS).0))
    };
    let mut diff = String::new();
    for row in elided(&aligned(comparison)) {
        match row {
            Shown::Row(Some((Mark::Same, _)), Some(actual @ (Mark::Same, _))) => diff.push_str(&line(actual)),
            Shown::Row(expected, actual) => {
                for cell in [expected, actual].into_iter().flatten() {
                    diff.push_str(&line(cell));
                }
            }
            Shown::Gap(rows) => diff.extend(["… ", &rows.to_string(), " as expected\n"]),
            Shown::Rest(rows) => diff.extend(["… ", &rows.to_string(), " more\n"]),
        }
    }
    diff
}

/// Requirement, expected, actual, and how to see it again.
pub(super) fn describe(located: &Located, curl: Curl, base: &str) -> String {
    let finding = &located.finding;
    let mut lines = vec![
        visible(&finding.summary).into_owned(),
        format!("requires: {}", visible(&finding.requirement.text)),
        format!("          {}", visible(&finding.requirement.source)),
        format!("expected: {}", excerpt(&finding.expected)),
        format!("actual:   {}", excerpt(&finding.actual)),
    ];
    if let Some(comparison) = &finding.comparison {
        lines.push(diff(comparison).trim_end().to_owned());
    }
    if let Some(pointer) = &finding.pointer {
        lines.push(format!("at:       {}", visible(pointer)));
    }
    if let Some(exchange) = finding.exchanges.last() {
        lines.push(format!("repeat:   {}", visible_lines(&curl(exchange, base))));
    }
    lines.push(format!("explain:  specproof explain {}", visible(&finding.rule)));
    lines.push(format!("rerun:    specproof check --only '{}::'", visible(&located.case)));
    lines.join("\n")
}
