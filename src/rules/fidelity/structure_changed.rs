//! FID004: members, elements or nulls are lost, added or turned into something else.

use super::changes::{self, shown};
use super::compare::Aspect;
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Arrays and objects that were sent come back with the same elements and members, empty ones and nulls
    /// among them, however deep; and a truth value stays one.
    /// ## Why it matters
    /// A client that stores its own data in an API must find in it what it put in, no less and no more.
    /// ## Example
    /// `{"a": null, "b": {}}` comes back as `{"b": null}`.
    /// ## Source
    /// The suite's requirement about the field; where it has none, that a field named in the suite as shown
    /// holds what was sent.
    /// ## False alarms and how they are avoided
    /// The order of members makes no difference. Where the suite says that the target may add members, only
    /// what was sent is looked for.
    STRUCTURE_CHANGED {
        code: "FID004", name: "structure-changed", level: Must, basis: Suite,
        source: "the suite's requirement about the field",
        summary: "Arrays and objects come back with the elements and members that were sent.",
        implies: ["FID007", "LIF003"],
        scenarios: &[Kind::Create, Kind::Fetch, Kind::Walk, Kind::Together],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    changes::applies(suite, case, Aspect::Structure)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    changes::judge(scene, sheet, Aspect::Structure, |sent, back| (shown(sent), shown(back)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::{Value, json};

    #[test]
    fn structures_stay_whole() {
        let world = World::new(3);
        let cases: [(&str, Value, Verdict); 6] = [
            ("/items/2/tags", json!(["a", "b"]), Pass),
            ("/items/2/tags", json!(["a"]), Fail),
            ("/items/2/tags", json!(["a", "b", "c"]), Fail),
            ("/items/2/tags", json!({"0": "a"}), Fail),
            ("/items/2/tags", json!(["a", "B"]), Pass),
            ("/items/2/text", json!(true), Fail),
        ];
        for (pointer, value, verdict) in cases {
            let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).set(0, pointer, value.clone());
            let judgement =
                lists.judge(&STRUCTURE_CHANGED, Scenario::Walk { collection: "by_page".into(), order: 0 });
            assert_eq!(judgement.verdict, verdict, "{pointer} {value}");
        }
    }
}
