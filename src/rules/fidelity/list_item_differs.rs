//! FID007: two representations of one record say different things.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::compare::{agree, is_ancestor};
use super::representations::{representations, resource_by_number, resource_of};
use crate::evidence::RecordNumber;
use crate::rules::answers::excerpt;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Keep, Suite};
use crate::verdict::{Claim, Likeness};

rule! {
    /// ## What it checks
    /// What the target itself set in a record is the same in the list, when fetched, and in the answer that
    /// created it.
    /// ## Why it matters
    /// A client that keeps what it was answered, and one that reads the list, work on two different records.
    /// ## Example
    /// The answer that creates a message says `token_count: 7`, the list says `token_count: 0`.
    /// ## Source
    /// The suite's description of the resource: a field has one value, wherever it is shown.
    /// ## False alarms and how they are avoided
    /// Only members are compared that the suite declares, does not leave unjudged, and both representations
    /// have; null is no statement. Instants are compared as instants, in the coarser of the two precisions.
    /// What the answer to the creation does not show is compared with its first representation, unless the suite was inferred: a guessed field may be one
    /// that reading changes. What was sent is judged against what was sent, by rules of its own.
    LIST_ITEM_DIFFERS {
        code: "FID007", name: "list-item-differs", level: Must, basis: Suite,
        source: "the suite's description of the resource",
        summary: "All representations of a record agree on what the target set in it.",
        // A record that is said to be of another time stands at another place.
        implies: ["PGN001"],
        scenarios: &[Kind::Fetch, Kind::Walk],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    resource_of(suite, case).is_some_and(|resource| {
        resource
            .fields
            .values()
            .any(|field| field.make.is_none() && field.read.is_some() && field.keep != Keep::Unjudged)
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let mut seen = BTreeSet::new();
    // What the answer to the creation does not show is compared with where it was shown first.
    let mut first: BTreeMap<(RecordNumber, &str), &Value> = BTreeMap::new();
    for representation in representations(scene) {
        let record = scene.oracle.record(representation.record);
        for (name, field) in &resource_by_number(scene, representation.record).fields {
            if is_ancestor(field) || field.keep == Keep::Unjudged || record.sent.contains_key(name) {
                continue;
            }
            let Some(read) = &field.read else { continue };
            let Some(at) = read.found_at(representation.value) else { continue };
            let Some(now) = representation.value.pointer(at) else { continue };
            let created = read.find(&record.acknowledged);
            let before = match created {
                Some(created) => created,
                // A guessed field may well be one that reading changes.
                None if scene.suite.file().inferred => continue,
                None => *first.entry((representation.record, name.as_str())).or_insert(now),
            };
            if agree(field.keep, before, now) {
                sheet.judged();
                continue;
            }
            if !seen.insert((representation.record, name)) {
                continue;
            }
            let requirement = sheet.own_requirement();
            sheet.fail(Draft {
                input: format!("{} {name}", record.name()),
                summary: format!(
                    "{name} of {} is another {} than {}",
                    record.name(),
                    representation.shown,
                    if created.is_some() { "when it was created" } else { "before" }
                ),
                requirement,
                expected: excerpt(before),
                actual: excerpt(now),
                comparison: None,
                claims: vec![Claim::Value {
                    place: representation.place(scene, read.all().to_vec()),
                    is: before.clone(),
                    by: Likeness::Loose,
                }],
                pointer: Some(format!("{}{at}", representation.pointer)),
                entries: vec![representation.entry],
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{World, instant};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn representations_agree() {
        let world = World::new(3);
        let cases: [(&str, Value, Verdict); 6] = [
            ("/items/1/at", json!(instant(1)), Pass),
            ("/items/1/at", json!("2026-01-01T00:00:01.000+00:00"), Pass),
            ("/items/1/at", json!(null), Pass),
            ("/items/1/at", json!(instant(9)), Fail),
            ("/items/1/text", json!("changed"), Pass),
            ("/items/0/tags", json!(["new"]), Fail),
        ];
        for (pointer, value, verdict) in cases {
            let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).set(0, pointer, value.clone());
            let judgement =
                lists.judge(&LIST_ITEM_DIFFERS, Scenario::Walk { collection: "by_page".into(), order: 0 });
            assert_eq!(judgement.verdict, verdict, "{pointer} {value}");
        }
    }

    #[test]
    fn what_the_creation_does_not_show_is_the_same_everywhere() {
        let world = World::amended(
            &[0, 1, 2],
            &[("grade = { send = \"/grade\",", "mine = { read = \"/mine\" }\ngrade = { send = \"/grade\",")],
        );
        for (one, two, verdict) in [
            (json!(true), json!(true), Pass),
            (json!(true), json!(null), Pass),
            (json!(true), json!(false), Fail),
        ] {
            let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).set(0, "/items/1/mine", one);
            let lists = lists.walk(3, &[&[0, 1, 2]]).set(0, "/items/1/mine", two.clone());
            let judgement =
                lists.judge(&LIST_ITEM_DIFFERS, Scenario::Walk { collection: "by_page".into(), order: 0 });
            assert_eq!(judgement.verdict, verdict, "{two}");
        }
    }
}
