//! FID006: a representation names another parent than the record's.

use std::collections::BTreeSet;

use serde_json::Value;

use super::compare::is_ancestor;
use super::representations::{ancestor_fields, id_text, representations, resource_of};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Keep, Suite};

rule! {
    /// ## What it checks
    /// A member that holds the id of the record that another lies in holds the id of the right one.
    /// ## Why it matters
    /// Clients follow these ids to the parent, and sort by them what they got from several lists.
    /// ## Example
    /// A message that was created in session A says that its session is B.
    /// ## Source
    /// The suite's description of the resource: the field is made from an ancestor's id.
    /// ## False alarms and how they are avoided
    /// Ids are compared as text, with what the target itself gave or confirmed when the parent was created. A
    /// member that is absent or null is passed over.
    PARENT_WRONG {
        code: "FID006", name: "parent-wrong", level: Must, basis: Suite,
        source: "the suite's description of the resource",
        summary: "A representation names the parent that the record lies in.",
        implies: ["FID001", "FID002", "FID003", "FID004", "FID007", "LIF002"],
        scenarios: &[Kind::Create, Kind::Fetch, Kind::Walk, Kind::Together],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    resource_of(suite, case).is_some_and(|resource| {
        resource
            .fields
            .values()
            .any(|field| is_ancestor(field) && field.read.is_some() && field.keep != Keep::Unjudged)
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let mut seen = BTreeSet::new();
    for representation in representations(scene) {
        for (name, read, ancestor) in ancestor_fields(scene, representation.record) {
            let Some(id) = read.find(representation.value).and_then(id_text) else { continue };
            let (record, parent) =
                (scene.oracle.record(representation.record), scene.oracle.record(ancestor));
            if id == parent.id {
                sheet.judged();
                continue;
            }
            if !seen.insert((representation.record, name)) {
                continue;
            }
            let place = read.found_at(representation.value).unwrap_or_default();
            let requirement = sheet.own_requirement();
            sheet.fail(Draft {
                input: format!("{} {name}", record.name()),
                summary: format!("{} names another {name} than its own", record.name()),
                requirement,
                expected: format!("the id of {}", parent.name()),
                actual: match scene.oracle.find(&parent.resource, &id, None) {
                    Some(other) => format!("the id of {}", scene.oracle.record(other).name()),
                    None => format!("{id:?}"),
                },
                comparison: None,
                claims: vec![representation.keeps(scene, read, Keep::Exact, &Value::from(parent.id.clone()))],
                pointer: Some(format!("{}{place}", representation.pointer)),
                entries: vec![representation.entry],
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::{Value, json};

    #[test]
    fn a_record_names_its_own_parent() {
        let field = "at = { read = \"/at\", keep = \"instant\" }";
        let world = World::amended(
            &[0, 1, 2],
            &[(field, "box = { read = \"/box\", make = { ancestor = \"box\" } }")],
        );
        let cases: [(Value, Verdict, &str); 4] = [
            (json!("main"), Pass, ""),
            (json!("other"), Fail, "the id of other[0]"),
            (json!("x"), Fail, "\"x\""),
            (json!(null), Inconclusive, ""),
        ];
        for (value, verdict, actual) in cases {
            let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).set(0, "/items/1/box", value.clone());
            let judgement =
                lists.judge(&PARENT_WRONG, Scenario::Walk { collection: "by_page".into(), order: 0 });
            assert_eq!(judgement.verdict, verdict, "{value}");
            assert!(judgement.findings.iter().all(|finding| finding.actual == actual), "{judgement:#?}");
        }
    }
}
