//! FID009: two records of one parent have the same id.

use std::collections::BTreeMap;

use crate::evidence::{Ask, RecordNumber};
use crate::oracle::Record;
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::{Make, Resource};

rule! {
    /// ## What it checks
    /// Records of one resource in one parent that were created one by one have ids of their own.
    /// ## Why it matters
    /// One of two records with the same id can never be fetched, changed or deleted.
    /// ## Example
    /// Two messages that are created in the same millisecond get the same id.
    /// ## Source
    /// An id is what tells a record from others in its parent.
    /// ## False alarms and how they are avoided
    /// Equal ids in different parents are fine. Where creating what exists answers with what exists, records of
    /// one name are one record.
    ID_NOT_UNIQUE {
        code: "FID009", name: "id-not-unique", level: Must, basis: Invariant,
        source: "an id tells a record from all others of its resource in its parent",
        summary: "Records of one resource and parent have ids of their own.",
        implies: [
            "ISO003", "LIF001", "LIF005",
            "PAG003", "PAG004", "PAG006", "CON001", "PGN001", "OFF001", "FID001", "FID002", "FID003", "FID004", "FID005", "FID007",
        ],
        scenarios: &[Kind::Create],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
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
    use crate::rules::testing::World;
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{Fail, Pass};
    use serde_json::json;
    use std::sync::Arc;

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
