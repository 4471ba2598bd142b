//! FID002: a number comes back as another number, or as text.

use super::changes::{self, shown};
use super::compare::Aspect;
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Every number that was sent comes back with the same value, and as a number.
    /// ## Why it matters
    /// Ids, amounts and times beyond 2^53 that pass through a binary float come back as their neighbours, and
    /// nobody notices.
    /// ## Example
    /// `9007199254740993` comes back as `9007199254740992`.
    /// ## Source
    /// The suite's requirement about the field; where it has none, that a field named in the suite as shown
    /// holds what was sent.
    /// ## False alarms and how they are avoided
    /// Numbers are compared by value, so that `1.0` for `1` is fine, and only such numbers are sent as a 64-bit
    /// integer or float holds. An integer beyond 2^53 that came back as the nearest 64-bit float is a `may`
    /// where the suite requires nothing of the field, and a `should` where the field takes any JSON: RFC 8259, section 6, lets an implementation limit
    /// its numbers to doubles. A field that is a number by itself is kept to the digit.
    NUMBER_CHANGED {
        code: "FID002", name: "number-changed", level: Must, basis: Suite,
        source: "the suite's requirement about the field",
        summary: "Numbers come back with the value that was sent.",
        implies: ["FID007", "LIF003"],
        scenarios: &[Kind::Create, Kind::Fetch, Kind::Walk, Kind::Together],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    changes::applies(suite, case, Aspect::Number)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    changes::judge(scene, sheet, Aspect::Number, |sent, back| (shown(sent), shown(back)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::{Value, json};

    #[test]
    fn numbers_keep_their_value() {
        let grade = "grade = { send = \"/grade\", make = { constant = 1 }, every = 2 }";
        let world = World::amended(
            &[0, 1, 2],
            &[(grade, "grade = { send = \"/grade\", read = \"/grade\", make = { constant = 1 } }")],
        );
        let cases: [(Value, Verdict); 6] = [
            (json!(2), Pass),
            (json!(2.0), Pass),
            (json!(2.5), Fail),
            (json!("2"), Fail),
            (json!(null), Pass),
            (json!([2]), Pass),
        ];
        for (value, verdict) in cases {
            let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).set(0, "/items/2/grade", value.clone());
            let lists = lists.set(0, "/items/0/grade", json!(0));
            let judgement =
                lists.judge(&NUMBER_CHANGED, Scenario::Walk { collection: "by_page".into(), order: 0 });
            assert_eq!(judgement.verdict, verdict, "{value}");
        }
    }
}
