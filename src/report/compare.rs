//! Expected and actual lists side by side: which elements share a row, and which rows are worth showing.

use crate::verdict::{Comparison, Mark};

/// How many rows of a comparison are shown.
const ROWS: usize = 30;

/// How many rows that are as expected are shown on either side of one that is not.
const AROUND: usize = 2;

/// What stands on the left and on the right of a row.
pub(super) type Row<'a> = (Option<&'a (Mark, String)>, Option<&'a (Mark, String)>);

/// Puts what is the same on one row; what is missing or extra has a row of its own.
pub(super) fn aligned(comparison: &Comparison) -> Vec<Row<'_>> {
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

/// A row, or a sign that rows are left out.
pub(super) enum Shown<'a> {
    Row(Option<&'a (Mark, String)>, Option<&'a (Mark, String)>),
    /// So many rows as expected are left out.
    Gap(usize),
    /// So many rows of any kind are left out at the end.
    Rest(usize),
}

/// Leaves out what is as expected and far from what is not, and everything after [`ROWS`] rows.
pub(super) fn elided<'a>(rows: &[Row<'a>]) -> Vec<Shown<'a>> {
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
