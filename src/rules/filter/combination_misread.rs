//! FLT008: a combination of filters does not give what satisfies it.

use super::{Words, judge_together};
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A list with filters that are joined by "all", "any" and "none", nested ones too, holds the items that satisfy the whole.
    /// ## Why it matters
    /// Servers read one word for another, keep the last branch only, or lose what stands beside a word; each branch alone works well.
    /// ## Example
    /// `{"OR": [{"peer_id": "alice"}, {"content": {"contains": "rain"}}]}` gives only what is both.
    /// ## Source
    /// The suite's requirement on how filters are joined.
    /// ## False alarms and how they are avoided
    /// Only the run's own records are judged. Whether a negation holds of a record that has no value in the field is not known, and such records are passed
    /// over. What is lacking is only counted after a whole walk through a list that nobody else was seen to write into.
    COMBINATION_MISREAD {
        code: "FLT008", name: "combination-misread", level: Must, basis: Suite,
        source: "the requirement that the suite gives for joined filters",
        summary: "Filters that are joined give what satisfies them as a whole.",
        implies: ["PAG014"],
        scenarios: &[Kind::Combination],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    judge_together(scene, sheet, &WORDS);
}

/// How the rule speaks.
const WORDS: Words = Words {
    satisfies: "satisfies the filters",
    satisfy: "satisfy",
    does_not: "does not satisfy the filters",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Combined, Filtering};
    use crate::rules::testing::{Pages, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::{Value, json};

    #[test]
    fn the_whole_is_satisfied() {
        let logic = "filters.grade =";
        let world = World::amended(
            &[0, 1, 2, 3, 4, 5],
            &[
                (
                    "[collections.by_page]\n",
                    "[collections.by_page]\nlogic = { at = \"/filters\", all = \"AND\", any = \"OR\", none = \"NOT\", requirement = \"filter\" }\n\
                 combinations.joined = { any = [{ filter = \"word\" }] }\n\
                 filters.word = { field = \"text\", at = { body = \"/filters/text\" }, test = \"has-word\", requirement = \"filter\" }\n",
                ),
                (logic, logic),
            ],
        );
        let leaf =
            |filter: &str, value: Value| Combined::Filter(Filtering { filter: filter.to_owned(), value });
        // Red: 0, 2, 4. Tagged b: 2, 5. Of the grades, those of 1, 3 and 5 are not known.
        let (red, tagged) = (leaf("color", json!("red")), leaf("tag", json!("b")));
        let any = Combined::Any(vec![red.clone(), tagged.clone()]);
        let none = Combined::None(vec![red.clone(), tagged.clone()]);
        let nested = Combined::All(vec![any.clone(), Combined::None(vec![tagged])]);
        let ungraded = Combined::All(vec![red, Combined::None(vec![leaf("grade", json!(2))])]);
        let cases: [(&Combined, Pages, Verdict); 10] = [
            (&any, &[&[0, 2], &[4, 5]], Pass),
            (&any, &[&[2], &[]], Fail),
            (&any, &[&[0, 2], &[4]], Fail),
            (&none, &[&[1, 3]], Pass),
            (&none, &[&[0, 1], &[2, 3]], Fail),
            (&none, &[&[]], Fail),
            (&nested, &[&[0, 4]], Pass),
            (&nested, &[&[0, 2], &[4]], Fail),
            (&ungraded, &[&[0, 4]], Pass),
            (&ungraded, &[&[0, 2], &[4]], Fail),
        ];
        for (combined, pages, verdict) in cases {
            let lists = world.lists("by_page").filter("joined", combined.value());
            lists.walk(2, pages).expect(&COMBINATION_MISREAD, verdict);
        }
        // What has no value may pass a negation, and may not.
        let open = Combined::None(vec![leaf("grade", json!(0))]);
        for pages in [[2].as_slice(), &[1, 2, 3, 5]] {
            let lists = world.lists("by_page").filter("joined", open.value());
            lists.walk(9, &[pages]).expect(&COMBINATION_MISREAD, Pass);
        }
        let lists = world.lists("by_page").filter("joined", any.value());
        lists.walk(2, &[&[]]).refuse(0, 422).expect(&COMBINATION_MISREAD, Inconclusive);
    }
}
