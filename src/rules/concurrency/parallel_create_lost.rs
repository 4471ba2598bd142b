//! CON001: a record that was acknowledged while others were being created is lost, or is there twice.

use std::collections::BTreeMap;

use crate::evidence::{Ask, RecordNumber, Walk};
use crate::oracle::instant_nanoseconds;
use crate::pagination::{Start, Style};
use crate::rules::declare::{always, rule};
use crate::rules::fidelity::id_not_unique::is_same;
use crate::rules::fidelity::representations::resource_by_number;
use crate::rules::lifecycle::walks::collections_of;
use crate::rules::lifecycle::walks::would_hold;
use crate::rules::paging::lists::{cursor_instant, touch};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::OrderKey;

rule! {
    /// ## What it checks
    /// Every record that the target acknowledged while several clients created at once has an id of its own,
    /// and stands exactly once in the list that is read afterwards.
    /// ## Why it matters
    /// The client was told that its record exists. Races of this kind never show in tests with one client, and
    /// always under load.
    /// ## Example
    /// Eight messages are created at once, eight ids come back, and the list holds seven.
    /// ## Source
    /// A success says that the record was created (RFC 9110, section 15.3); a list holds each of its records once.
    /// ## False alarms and how they are avoided
    /// Only acknowledged records are looked for, in any order, and only in walks that went to the end. A
    /// record that shares the instant of a timestamp cursor with others may be passed over by it. Where
    /// creating what exists answers with what exists, records of one name are one record.
    PARALLEL_CREATE_LOST {
        code: "CON001", name: "parallel-create-lost", level: Must, basis: Invariant,
        source: "a record that was acknowledged stands in its list once",
        summary: "Records that are created at once each have an id, and stand in their list once.",
        implies: [],
        scenarios: &[Kind::Together],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let mut created: BTreeMap<RecordNumber, usize> = BTreeMap::new();
    for probe in &scene.evidence.probes {
        if let Ask::Create { records, .. } = &probe.ask {
            created.extend(records.iter().map(|record| (*record, probe.entry)));
        }
    }
    unique(scene, sheet, &created);
    listed(scene, sheet, &created);
}

/// Every record has an id of its own in its parent.
fn unique(scene: &Scene<'_>, sheet: &mut Sheet<'_>, created: &BTreeMap<RecordNumber, usize>) {
    let mut first: BTreeMap<(Option<RecordNumber>, &str, &str), RecordNumber> = BTreeMap::new();
    for (number, entry) in created {
        let record = scene.oracle.record(*number);
        let twin = *first.entry((record.parent, &record.resource, &record.id)).or_insert(*number);
        let other = scene.oracle.record(twin);
        if twin == *number || is_same(resource_by_number(scene, twin), other, record) {
            sheet.judged();
            continue;
        }
        let requirement = sheet.own_requirement();
        sheet.fail(Draft {
            // Which of them it befalls is a matter of chance, and an input is equal in every run.
            input: record.resource.clone(),
            summary: format!("{} and {} were given the same id", other.name(), record.name()),
            requirement,
            expected: "two ids".to_owned(),
            actual: "one id".to_owned(),
            comparison: None,
            claims: Vec::new(),
            pointer: None,
            entries: vec![created[&twin], *entry],
        });
    }
}

/// Every record stands once in each whole walk of its list.
fn listed(scene: &Scene<'_>, sheet: &mut Sheet<'_>, created: &BTreeMap<RecordNumber, usize>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.is_whole()) {
        for (number, entry) in created.iter().filter(|(number, _)| would_hold(scene, walk, **number)) {
            // A walk that began before the record was acknowledged need not hold it.
            if walk.pages.first().is_none_or(|page| page.entry < *entry) {
                continue;
            }
            let record = scene.oracle.record(*number);
            let times = walk.ids().filter(|id| *id == record.id).count();
            if times == 0 && shares_cursor(scene, walk, *number) {
                // A page that holds them all tells whether it was created.
                sheet.note("a record with the instant of a page's last item is passed over by the cursor");
                continue;
            }
            if times == 0 && by_cursor(walk) && is_met_elsewhere(scene, walk, &record.id) {
                // It was created, and lost on the way from page to page: that is judged where lists are walked.
                continue;
            }
            if times == 1 {
                sheet.judged();
                continue;
            }
            let requirement = sheet.own_requirement();
            let said = if times == 0 {
                "is not in the list".to_owned()
            } else {
                format!("is in the list {times} times")
            };
            sheet.fail(Draft {
                input: walk.label.clone(),
                summary: format!("{} was acknowledged and {said}", record.name()),
                requirement,
                expected: format!("{} once", record.name()),
                actual: format!("{times} times in {} items", walk.ids().count()),
                comparison: None,
                claims: Vec::new(),
                pointer: None,
                entries: std::iter::once(*entry).chain(walk.pages.iter().map(|page| page.entry)).collect(),
            });
        }
    }
}

/// Whether a walk went on by cursors.
fn by_cursor(walk: &Walk) -> bool {
    walk.pages.iter().any(|page| matches!(page.start, Start::Before(_) | Start::After(_)))
}

/// Whether another whole walk of the same list met an item.
fn is_met_elsewhere(scene: &Scene<'_>, walk: &Walk, id: &str) -> bool {
    let others = scene.evidence.walks.iter().filter(|other| other.is_whole() && other.label != walk.label);
    others.filter(|other| other.query.scope == walk.query.scope).any(|other| other.ids().any(|met| met == id))
}

/// Whether a timestamp cursor of a walk cannot tell a record from what stood on the page before.
fn shares_cursor(scene: &Scene<'_>, walk: &Walk, number: RecordNumber) -> bool {
    let record = scene.oracle.record(number);
    let mut keys = collections_of(scene.suite, &record.resource).filter_map(|collection| {
        match (&collection.style, &collection.orders.get(walk.query.order)?.by) {
            (Style::TimestampCursor(_), OrderKey::Instant(pointers)) => {
                instant_nanoseconds(pointers.find(&record.acknowledged)?)
            }
            _ => None,
        }
    });
    let mut cursors = walk.pages.iter().filter_map(|page| match &page.start {
        Start::Before(cursor) | Start::After(cursor) => cursor_instant(cursor),
        _ => None,
    });
    keys.any(|key| cursors.any(|cursor| touch(key, cursor)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Asked, WalkEnd};
    use crate::rules::testing::{STRANGER, World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn every_acknowledged_record_is_listed_once() {
        let world = World::new(4);
        let cases: [(&[usize], WalkEnd, Verdict); 6] = [
            (&[0, 1, 2, 3], WalkEnd::Exhausted, Pass),
            (&[3, 1, 0, 2], WalkEnd::Exhausted, Pass),
            (&[0, 1, STRANGER, 2, 3], WalkEnd::Exhausted, Pass),
            (&[0, 1, 3], WalkEnd::Exhausted, Fail),
            (&[0, 1, 2, 2, 3], WalkEnd::Exhausted, Fail),
            (&[0, 1, 3], WalkEnd::Cap, Pass),
        ];
        for (items, end, verdict) in cases {
            let mut lists = world.lists("by_page");
            for note in &world.notes {
                let shown = world.oracle.record(*note).acknowledged.as_ref().clone();
                let exchange =
                    exchange("create_note", "POST", "/boxes/main/notes", None, 201, &json!([shown]));
                let ask = Ask::Create { records: vec![*note], ordered: true };
                lists = lists.probe("create", ask, Asked::Good, exchange);
            }
            let lists = lists.walk(9, &[items]).end(end);
            let judgement =
                lists.judge(&PARALLEL_CREATE_LOST, Scenario::Together { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{items:?}");
        }
    }

    #[test]
    fn ids_are_given_once() {
        let mut world = World::new(2);
        let mut twin = world.oracle.record(world.notes[0]).clone();
        twin.index = 5;
        let twin = world.oracle.add(twin);
        for (records, verdict) in
            [(vec![world.notes[0], world.notes[1]], Pass), (vec![world.notes[0], twin], Fail)]
        {
            let exchange = exchange("create_note", "POST", "/boxes/main/notes", None, 201, &json!([]));
            let ask = Ask::Create { records, ordered: false };
            let probes = world.probes().probe("create", ask, Asked::Good, exchange);
            let judgement =
                probes.judge(&PARALLEL_CREATE_LOST, Scenario::Together { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict);
        }
    }
}
