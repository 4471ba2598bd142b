//! FID003: an instant comes back as another instant, or as none.

use super::changes::{self, shown};
use super::compare::Aspect;
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Every instant that was sent comes back as the same instant to the microsecond.
    /// ## Why it matters
    /// An offset that is dropped moves an event by hours, and a list ordered by it puts it in the wrong place.
    /// ## Example
    /// `2026-01-02T03:04:05+02:00` comes back as `2026-01-02T03:04:05Z`.
    /// ## Source
    /// The suite's requirement about the field; RFC 3339, section 4, says which instant a text with an offset names.
    /// ## False alarms and how they are avoided
    /// Any zone, any precision of a microsecond or finer, and milliseconds since the epoch are fine, as long as
    /// they name the same instant.
    INSTANT_CHANGED {
        code: "FID003", name: "instant-changed", level: Must, basis: Suite,
        source: "the suite's requirement about the field",
        summary: "Instants come back as the instants that were sent.",
        implies: ["FID007", "LIF003"],
        scenarios: &[Kind::Create, Kind::Fetch, Kind::Walk, Kind::Together],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    changes::applies(suite, case, Aspect::Instant)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    changes::judge(scene, sheet, Aspect::Instant, |sent, back| (shown(sent), shown(back)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::{Value, json};
    use std::sync::Arc;

    #[test]
    fn instants_stay_where_they_are() {
        let at = "at = { read = \"/at\", keep = \"instant\" }";
        let mut world = World::amended(
            &[0, 1, 2],
            &[(at, "at = { send = \"/at\", read = \"/at\", make = \"instant\", keep = \"instant\" }")],
        );
        let mut oracle = crate::oracle::Oracle::default();
        for (number, record) in world.oracle.records() {
            let mut record = record.clone();
            if number == world.notes[1] {
                Arc::make_mut(&mut record.sent)
                    .insert("at".into(), json!("2026-01-02T03:04:05.678901+02:00"));
            }
            oracle.add(record);
        }
        world.oracle = oracle;
        let cases: [(Value, Verdict); 6] = [
            (json!("2026-01-02T03:04:05.678901+02:00"), Pass),
            (json!("2026-01-02T01:04:05.678901Z"), Pass),
            (json!("2026-01-02T01:04:05.678901000Z"), Pass),
            (json!("2026-01-02T03:04:05.678901Z"), Fail),
            (json!("2026-01-02T01:04:05.679Z"), Fail),
            (json!("yesterday"), Fail),
        ];
        for (value, verdict) in cases {
            let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).set(0, "/items/1/at", value.clone());
            let judgement =
                lists.judge(&INSTANT_CHANGED, Scenario::Walk { collection: "by_page".into(), order: 0 });
            assert_eq!(judgement.verdict, verdict, "{value}");
        }
    }
}
