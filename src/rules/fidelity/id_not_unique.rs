//! FID009: two records of one parent have the same id.

use std::collections::BTreeMap;

use super::representations::{elements, id_text};
use crate::evidence::{Ask, RecordNumber};
use crate::oracle::Record;
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Field, Make, Resource, Suite};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// Records of one resource in one parent that were created one by one have ids of their own; also those that are equal but for one member.
    /// ## Why it matters
    /// One of two records with the same id can never be fetched, changed or deleted.
    /// ## Example
    /// Two messages that are created in the same millisecond get the same id.
    /// ## Source
    /// An id is what tells a record from others in its parent.
    /// ## False alarms and how they are avoided
    /// Equal ids in different parents are fine. Where creating what exists answers with what exists, records of
    /// one name are one record. Of what was created only to vary its content, ids are compared where clients choose neither id nor name;
    /// it is a `should` where no 201 says that something was created.
    ID_NOT_UNIQUE {
        code: "FID009", name: "id-not-unique", level: Must, basis: Invariant,
        source: "an id tells a record from all others of its resource in its parent",
        summary: "Records of one resource and parent have ids of their own.",
        implies: [
            "ISO003", "LIF001", "LIF005",
            "PAG003", "PAG004", "PAG006", "CON001", "PGN001", "OFF001", "FID001", "FID002", "FID003", "FID004", "FID005", "FID007",
        ],
        scenarios: &[Kind::Create, Kind::Content],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.kind() == Kind::Create || created_unnamed(suite, case).is_some()
}

/// The resource that an operation creates, where nothing that a client sends tells its records apart: no name, no id, no part of the path.
fn created_unnamed<'a>(suite: &'a Suite, case: &Case) -> Option<&'a Resource> {
    let mut resources = suite.file().resources.values();
    let created = resources.find(|resource| resource.created_by() == Some(case.operation.as_str()))?;
    let names = |field: &Field| {
        let of_id = |at: &String| created.id.all().contains(at);
        let sends_id = field.make.is_some() && field.read.iter().any(|read| read.all().iter().any(of_id));
        let named = matches!(field.make, Some(Make::Name | Make::Uuid | Make::Email | Make::Schema));
        named || sends_id || field.path.is_some()
    };
    (created.created_again().is_none() && !created.fields.values().any(names)).then_some(created)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    if scene.case.scenario.kind() == Kind::Content {
        in_answers(scene, sheet);
        return;
    }
    let Some((name, resource)) = scene.resource() else { return };
    let mut by_id: BTreeMap<(Option<RecordNumber>, &str), Vec<RecordNumber>> = BTreeMap::new();
    for (number, record) in scene.oracle.records().filter(|(_, record)| record.resource == name) {
        by_id.entry((record.parent, &record.id)).or_default().push(number);
    }
    for twins in by_id.values() {
        sheet.judged();
        let first = scene.oracle.record(twins[0]);
        let other = twins[1..].iter().map(|n| scene.oracle.record(*n)).find(|n| !is_same(resource, first, n));
        let Some(other) = other else { continue };
        let requirement = sheet.own_requirement();
        sheet.fail(Draft {
            input: format!("{} {}", first.name(), other.name()),
            summary: format!("{} and {} have the same id", first.name(), other.name()),
            requirement,
            expected: "two ids".to_owned(),
            actual: "one id".to_owned(),
            comparison: None,
            claims: Vec::new(),
            pointer: None,
            entries: entries(scene, twins),
        });
    }
}

/// No two answers to good content show the same id.
fn in_answers(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(resource) = created_unnamed(scene.suite, scene.case) else { return };
    let mut met: BTreeMap<String, Answer<'_>> = BTreeMap::new();
    for (ask, answer) in probed(scene) {
        if !matches!(ask, Ask::ValidEdge { .. }) || !answer.response.is_success() {
            continue;
        }
        for (pointer, value) in elements(scene, resource, answer.entry) {
            let Some(id) = resource.id.find(value).and_then(id_text) else { continue };
            let earlier = *met.entry(id).or_insert(answer);
            if earlier.entry == answer.entry {
                sheet.judged();
                continue;
            }
            let summary = format!("{} and {} created one record", earlier.label, answer.label);
            let mut draft = answer.draft(
                summary,
                sheet.own_requirement(),
                "an id of its own",
                "the id of a record that was created before",
            );
            draft.entries.insert(0, earlier.entry);
            draft.pointer = Some(pointer);
            // Only 201 says that something was created (RFC 9110, section 15.3.2).
            let level = if answer.response.status == 201 { sheet.level() } else { Level::Should };
            sheet.fail_at(level, draft);
        }
    }
}

/// Whether two records were created by the same name, where that makes them one.
pub(in crate::rules) fn is_same(resource: &Resource, one: &Record, other: &Record) -> bool {
    let mut names = resource.fields.iter().filter(|(_, field)| matches!(field.make, Some(Make::Name)));
    (resource.created_again().is_some()) && names.all(|(name, _)| one.sent.get(name) == other.sent.get(name))
}

/// The exchanges that created some records.
fn entries(scene: &Scene<'_>, twins: &[RecordNumber]) -> Vec<usize> {
    let creates = scene.evidence.probes.iter().filter(|probe| match &probe.ask {
        Ask::Create { records, .. } => records.iter().any(|record| twins.contains(record)),
        _ => false,
    });
    creates.map(|probe| probe.entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn equal_contents_make_records_of_their_own() {
        let named = r#"name = { send = "/name", read = "/name", make = "name", requirement = "create" }"#;
        let unnamed = World::amended(&[0], &[(named, "")]);
        // Whether clients choose names, so that two answers may well tell of one record; the statuses and the ids of two answers.
        let cases = [
            (false, [(201, "m1"), (201, "m2")], Pass),
            (false, [(201, "m1"), (201, "m1")], Fail),
            (false, [(201, "m1"), (409, "m1")], Pass),
            (false, [(422, ""), (422, "")], Inconclusive),
            (true, [(201, "m1"), (201, "m1")], Inconclusive),
        ];
        for (is_named, answers, verdict) in cases {
            let world = if is_named { &World::new(1) } else { &unnamed };
            let mut probes = world.probes();
            for (status, id) in answers {
                let ask = Ask::ValidEdge { keyword: "type".into(), place: "/notes/0".into() };
                let shown = json!([{ "id": id }]);
                let post = exchange("create_note", "POST", "/boxes/main/notes", None, status, &shown);
                probes = probes.probe("usual", ask, Asked::Good, post);
            }
            let judgement = probes.judge(&ID_NOT_UNIQUE, Scenario::Content);
            assert_eq!(judgement.verdict, verdict, "{is_named} {answers:?}");
        }
    }

    #[test]
    fn an_id_belongs_to_one_record() {
        // What is added: the resource, its parent, its id, its name; what is said of it.
        for (resource, in_other, id, name, verdict) in [
            ("note", false, "m9", "note-9", Pass),
            ("note", false, "m0", "note-0", Fail),
            ("note", true, "m0", "note-0", Pass),
            ("box", false, "main", "main", Pass),
            ("box", false, "main", "fourth", Fail),
        ] {
            let mut world = World::new(2);
            let mut record = world.oracle.record(world.notes[0]).clone();
            record.index = 7;
            record.resource = resource.to_owned();
            record.parent = (resource == "note").then_some(if in_other { world.other } else { world.main });
            record.id = id.to_owned();
            record.sent = Arc::new(BTreeMap::from([("name".to_owned(), json!(name))]));
            world.oracle.add(record);
            let scenario = Scenario::Create { resource: resource.to_owned() };
            let judgement = world.judge(&ID_NOT_UNIQUE, &world.probes().done(), scenario);
            assert_eq!(judgement.verdict, verdict, "{resource} {id} {name}");
        }
    }
}
