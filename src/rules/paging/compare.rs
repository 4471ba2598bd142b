//! Lists side by side, cut down to where they first differ.

use std::collections::BTreeMap;

use crate::verdict::{Comparison, Mark};

/// How many elements before the first difference are shown.
const BEFORE: usize = 2;
/// How many elements of each list are shown.
const SHOWN: usize = 9;

/// Two lists of names around their first difference. Elements that only one list has are missing or extra; of those that both have, the
/// fewest that must be moved are misplaced.
pub(in crate::rules) fn side_by_side(expected: &[String], actual: &[String]) -> Comparison {
    let alike = expected.iter().zip(actual).take_while(|(a, b)| a == b).count();
    let (kept_expected, kept_actual) = in_place(expected, actual);
    let marks = |kept: Vec<Option<bool>>, absent: Mark| {
        kept.into_iter().map(move |kept| match kept {
            Some(true) => Mark::Same,
            Some(false) => Mark::Misplaced,
            None => absent,
        })
    };
    let from = alike.saturating_sub(BEFORE);
    let window = |marks: &mut dyn Iterator<Item = Mark>, names: &[String]| -> Vec<(Mark, String)> {
        let mut shown: Vec<(Mark, String)> =
            marks.zip(names).skip(from).take(SHOWN).map(|(mark, name)| (mark, name.clone())).collect();
        if from > 0 && !shown.is_empty() {
            shown.insert(0, (Mark::Same, "…".to_owned()));
        }
        if names.len() > from + SHOWN {
            shown.push((Mark::Same, "…".to_owned()));
        }
        shown
    };
    Comparison {
        expected: window(&mut marks(kept_expected, Mark::Missing), expected),
        actual: window(&mut marks(kept_actual, Mark::Extra), actual),
    }
}

/// For each element of both lists: `None` where the other list lacks it, else whether it keeps its place among the longest run of
/// elements that both lists have in the same order.
pub(super) fn in_place(expected: &[String], actual: &[String]) -> (Vec<Option<bool>>, Vec<Option<bool>>) {
    let places: BTreeMap<&String, usize> = expected.iter().enumerate().map(|(i, name)| (name, i)).collect();
    let mut of_expected = vec![None; expected.len()];
    let mut of_actual = vec![None; actual.len()];
    // What stands in both, by place in the actual list; a name that comes again is an extra one.
    let mut both: Vec<(usize, usize)> = Vec::new();
    for (i, name) in actual.iter().enumerate() {
        if let Some(place) = places.get(name)
            && of_expected[*place].is_none()
        {
            of_expected[*place] = Some(false);
            of_actual[i] = Some(false);
            both.push((i, *place));
        }
    }
    for index in longest_increasing(&both.iter().map(|(_, place)| *place).collect::<Vec<_>>()) {
        let (i, place) = both[index];
        of_actual[i] = Some(true);
        of_expected[place] = Some(true);
    }
    (of_expected, of_actual)
}

/// The indices of a longest strictly increasing subsequence, found by patience sorting.
fn longest_increasing(values: &[usize]) -> Vec<usize> {
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; values.len()];
    for (i, value) in values.iter().enumerate() {
        let pile = tops.partition_point(|top| values[*top] < *value);
        before[i] = pile.checked_sub(1).map(|pile| tops[pile]);
        if pile == tops.len() {
            tops.push(i);
        } else {
            tops[pile] = i;
        }
    }
    let mut run = Vec::with_capacity(tops.len());
    let mut at = tops.last().copied();
    while let Some(i) = at {
        run.push(i);
        at = before[i];
    }
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expected: &str, actual: &str) -> (String, String) {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let text = |side: Vec<(Mark, String)>| {
            let sign = |mark| match mark {
                Mark::Same => "",
                Mark::Missing => "-",
                Mark::Extra => "+",
                Mark::Misplaced => "~",
            };
            side.iter().map(|(mark, name)| format!("{}{name}", sign(*mark))).collect::<Vec<_>>().join(" ")
        };
        let comparison = side_by_side(&words(expected), &words(actual));
        (text(comparison.expected), text(comparison.actual))
    }

    #[test]
    fn lists_are_shown_where_they_differ() {
        for (expected, actual, left, right) in [
            ("a b c", "a b c", "… b c", "… b c"),
            ("a b c", "a c", "a -b c", "a c"),
            ("a b c", "a b b c", "a b c", "a b +b c"),
            ("a b c d", "a d b c", "a b c ~d", "a ~d b c"),
            ("a b", "x a b", "a b", "+x a b"),
            ("a b", "", "-a -b", ""),
            ("", "a", "", "+a"),
            (
                "a b c d e f g h i j k l m n",
                "a b c d f g h i j k l m n",
                "… c d -e f g h i j k …",
                "… c d f g h i j k l …",
            ),
        ] {
            assert_eq!(shown(expected, actual), (left.to_owned(), right.to_owned()), "{expected} | {actual}");
        }
    }
}
