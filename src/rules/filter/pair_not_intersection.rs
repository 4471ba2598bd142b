//! FLT005: two filters together do not give what passes both.

use super::{Words, judge_together};
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A list with two filters holds the items that pass both.
    /// ## Why it matters
    /// The second filter is where servers forget the first, or join them by "or".
    /// ## Example
    /// `role=user&sender_id=7` holds all messages of sender 7, also the assistant's.
    /// ## Source
    /// The suite's requirement on the filters.
    /// ## False alarms and how they are avoided
    /// Only the run's own records are judged; one of which it is not known whether it passes either filter is passed over. What is lacking is
    /// only counted after a whole walk through a list that nobody else was seen to write into.
    PAIR_NOT_INTERSECTION {
        code: "FLT005", name: "pair-not-intersection", level: Must, basis: Suite,
        source: "the requirements that the suite gives for the filters",
        summary: "Two filters together give what passes both.",
        implies: [],
        scenarios: &[Kind::FilterPair],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    judge_together(scene, sheet, &WORDS);
}

/// How the rule speaks.
const WORDS: Words = Words { satisfies: "passes both", satisfy: "pass", does_not: "does not pass both" };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn both_filters_hold() {
        let world = World::new(8);
        // Red: 0, 2, 4, 6. Tagged b: 2, 5. Both: 2.
        let cases: [(&[&[usize]], Verdict); 4] =
            [(&[&[2], &[]], Pass), (&[&[2, 5], &[]], Fail), (&[&[0, 2], &[4, 6]], Fail), (&[&[]], Fail)];
        for (pages, verdict) in cases {
            let lists = world.lists("by_page").filter("color", json!("red")).filter("tag", json!("b"));
            lists.walk(2, pages).expect(&PAIR_NOT_INTERSECTION, verdict);
        }
        let lists = world.lists("by_page").filter("color", json!("red")).filter("tag", json!("b"));
        lists.walk(2, &[&[]]).refuse(0, 422).expect(&PAIR_NOT_INTERSECTION, Inconclusive);
    }
}
