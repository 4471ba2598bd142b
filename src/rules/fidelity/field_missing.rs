//! FID005: something that was sent is shown nowhere.

use std::collections::BTreeMap;

use serde_json::Value;

use super::compare::{is_ancestor, says_nothing};
use super::representations::{representations, resource_of, sent_fields};
use crate::rules::answers::excerpt;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Keep, Suite};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// A field that was sent, and that the suite says representations show, is shown by at least one
    /// representation of the record in the case.
    /// ## Why it matters
    /// The target took the value and threw it away, or keeps it where no client finds it.
    /// ## Example
    /// `metadata` is sent when a session is created, and no answer has it.
    /// ## Source
    /// The suite's description of the resource: where the field stands in a representation.
    /// ## False alarms and how they are avoided
    /// One place where the value is shown is enough, at any of the places that the suite gives. Fields that are
    /// not judged, and values that were null or empty containers, are passed over, and so are answers in which the document
    /// has no place for the field: a list may show less of a record than a fetch does. What an operation that is there to make the others testable leaves out is
    /// a `should`.
    FIELD_MISSING {
        code: "FID005", name: "field-missing", level: Must, basis: Suite,
        source: "the suite's description of the resource",
        summary: "What was sent is shown by the record's representations.",
        implies: ["LIF003"],
        scenarios: &[Kind::Create, Kind::Fetch, Kind::Walk],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    resource_of(suite, case).is_some_and(|resource| {
        resource.fields.values().any(|field| {
            field.read.is_some()
                && field.is_sent()
                && field.make.is_some()
                && field.keep != Keep::Unjudged
                && !is_ancestor(field)
        })
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let mut missing: BTreeMap<(usize, &str), Option<(Level, Draft)>> = BTreeMap::new();
    for representation in representations(scene) {
        for (name, field, read, sent) in sent_fields(scene, representation.record) {
            // What is only known to be so was not taken and thrown away.
            if !field.is_sent() {
                continue;
            }
            let key = (representation.record, name);
            let back = read.find(representation.value);
            if says_nothing(sent) || back.is_some_and(|back| !back.is_null()) {
                missing.insert(key, None);
                continue;
            }
            // Some formats leave out what is a type's default value (Protocol Buffers in JSON), and nobody said that this one does not.
            if back.is_none() && scene.suite.file().inferred && is_usual(sent) {
                continue;
            }
            let operation = &scene.evidence.entries[representation.entry].exchange.operation;
            let has_place =
                |read: &String| scene.suite.may_show(operation, &format!("{}{read}", representation.pointer));
            if back.is_none() && !read.all().iter().any(has_place) {
                continue;
            }
            missing.entry(key).or_insert_with(|| {
                let record = scene.oracle.record(representation.record).name();
                let requirement = match &field.requirement {
                    Some(key) => scene.requirement(key),
                    None => sheet.own_requirement(),
                };
                // Nothing but the suite's naming of the place says that an operation which makes the others testable shows it. Where the document does,
                // the schema is broken.
                let seeding = scene.suite.is_seeding(scene.suite.operation(operation));
                let level = if seeding { Level::Should } else { sheet.level() };
                let draft = Draft {
                    input: format!("{record} {name}"),
                    summary: format!("{name} of {record} is in no answer of this case"),
                    requirement,
                    expected: format!("{} at {}", excerpt(sent), read.all().join(" or ")),
                    actual: "nothing there".to_owned(),
                    comparison: None,
                    claims: vec![representation.keeps(scene, read, field.keep, sent)],
                    pointer: Some(representation.pointer.clone()),
                    entries: vec![representation.entry],
                };
                Some((level, draft))
            });
        }
    }
    for draft in missing.into_values() {
        match draft {
            Some((level, draft)) => sheet.fail_at(level, draft),
            None => sheet.judged(),
        }
    }
}

/// Whether a value is the one that a variable of its type has before it is given one.
fn is_usual(value: &Value) -> bool {
    match value {
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn what_was_sent_is_shown_somewhere() {
        let world = World::new(3);
        let drop = |field: &'static str| {
            move |content: &mut Value| {
                content["items"][1].as_object_mut().unwrap().remove(field);
            }
        };
        // The field `at` was not sent, and `grade` is not shown.
        let cases: [(&'static str, bool, Verdict); 5] = [
            ("text", true, Fail),
            ("text", false, Pass),
            ("tags", true, Fail),
            ("at", true, Pass),
            ("grade", true, Pass),
        ];
        for (field, always, verdict) in cases {
            let mut lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).content(0, drop(field));
            lists = lists.walk(4, &[&[0, 1, 2]]);
            if always {
                lists = lists.content(0, drop(field));
            }
            let judgement =
                lists.judge(&FIELD_MISSING, Scenario::Walk { collection: "by_page".into(), order: 0 });
            assert_eq!(judgement.verdict, verdict, "{field}");
        }
        // What no client sends may be left out, though it is known what it would be.
        let world = World::amended(&[0, 1, 2], &[("color = { send = \"/color\", read", "color = { read")]);
        let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).content(0, drop("color"));
        let judgement =
            lists.judge(&FIELD_MISSING, Scenario::Walk { collection: "by_page".into(), order: 0 });
        assert_eq!(judgement.verdict, Pass);
        let world = World::new(3);
        let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).set(0, "/items/0/text", json!(null));
        let judgement =
            lists.judge(&FIELD_MISSING, Scenario::Walk { collection: "by_page".into(), order: 0 });
        assert_eq!(judgement.verdict, Fail);
    }

    #[test]
    fn the_value_that_stands_for_none_is_told_apart() {
        for (value, usual) in [
            (json!(false), true),
            (json!(0), true),
            (json!(0.0), true),
            (json!(""), true),
            (json!(true), false),
            (json!("0"), false),
            (json!(null), false),
        ] {
            assert_eq!(is_usual(&value), usual, "{value}");
        }
    }

    #[test]
    fn a_list_need_not_show_what_the_document_has_no_place_for() {
        let whole = "items: { type: array, items: { $ref: \"#/components/schemas/Note\" } }\n        total";
        let brief = "items: { type: array, items: { properties: { id: { type: string }, color: { type: string } } } }\n        total";
        for (field, verdict) in [("text", Pass), ("color", Fail)] {
            let world = World::amended(&[0, 1, 2], &[(whole, brief)]);
            let drop = |content: &mut Value| {
                content["items"][1].as_object_mut().unwrap().remove(field);
            };
            let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).content(0, drop);
            let judgement =
                lists.judge(&FIELD_MISSING, Scenario::Walk { collection: "by_page".into(), order: 0 });
            assert_eq!(judgement.verdict, verdict, "{field}");
        }
    }
}
