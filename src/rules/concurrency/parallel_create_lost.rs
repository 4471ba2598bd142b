//! CON001: a record that was acknowledged while others were being created is lost, or is there twice.

use std::collections::BTreeMap;

use super::{created, has_room, walks, was_fetched};
use crate::evidence::{Page, RecordNumber, Walk, WalkKind};
use crate::rules::declare::{always, rule};
use crate::rules::fidelity::id_not_unique::is_same;
use crate::rules::fidelity::representations::{is_of, resource_by_number};
use crate::rules::paging::item_foreign::{holds_only, is_ours};
use crate::rules::proofs::claims::{at_once, lists_each};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::Collection;

rule! {
    /// ## What it checks
    /// Every record that the target acknowledged while several clients created at once has an id of its own,
    /// and is there afterwards, once: neither does its id stand there twice, nor does what it holds under an id that nobody was given.
    /// ## Why it matters
    /// The client was told that its record exists. Races of this kind never show in tests with one client, and
    /// always under load.
    /// ## Example
    /// Eight messages are created at once, eight ids come back, and the list holds seven.
    /// ## Source
    /// A success says that the record was created (RFC 9110, section 15.3); a list holds each of its records once.
    /// ## False alarms and how they are avoided
    /// Only acknowledged records are looked for, in any order, and on pages with room for all. A record that a
    /// list lacks was created all the same if it can be fetched, or if the list's total counts it, or if any other answer
    /// of the case shows it: then the list is to blame, and rules of its own judge that. Only where the list shows to the end all that was created alone, and
    /// none of the lists shows one that was created at once with others, does it not help that it can be fetched. It is there twice only if one page shows it twice.
    /// What it holds is there under another id only if one page shows both, the other id is no record's of this run, and nobody else can have
    /// written it: the list is ours alone, or the item shows what the suite tells ours from those of others by.
    /// Where creating what exists answers with what exists, records of one name are one record.
    PARALLEL_CREATE_LOST {
        code: "CON001", name: "parallel-create-lost", level: Must, basis: Invariant,
        source: "a record that was acknowledged stands in its list once",
        summary: "Records that are created at once each have an id, and stand in their list once.",
        implies: ["CON002", "CON003"],
        scenarios: &[Kind::Together],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let created = created(scene);
    unique(scene, sheet, &created);
    let lists: Vec<(&Walk, &Collection, &Page)> = [WalkKind::After, WalkKind::Later]
        .into_iter()
        .flat_map(|kind| walks(scene, kind))
        .filter_map(|(walk, list)| Some((walk, list, walk.pages.first().filter(|page| page.ids.is_some())?)))
        .collect();
    copies(scene, sheet, &created, &lists);
    let met: Vec<&str> = scene.evidence.walks.iter().flat_map(Walk::ids).collect();
    let keeps_others = |page: &Page, before: &[(RecordNumber, usize)]| {
        let mut alone = before.iter().filter(|(_, entry)| is_alone(&created, *entry)).peekable();
        alone.peek().is_some() && alone.all(|(number, _)| shows(scene, page, *number))
    };
    for (walk, _, page) in lists {
        // What is created later than the page was asked for need not be on it.
        let before: Vec<(RecordNumber, usize)> =
            created.iter().filter(|(_, e)| **e < page.entry).map(|(n, e)| (*n, *e)).collect();
        for (number, entry) in &before {
            let record = scene.oracle.record(*number);
            let times = page.known_ids().filter(|id| *id == record.id).count();
            let counted = page
                .facts
                .total
                .is_some_and(|total| usize::try_from(total).is_ok_and(|total| total >= before.len()));
            let listed = met.contains(&record.id.as_str());
            let fetched = was_fetched(scene, *number) == Some(true);
            // A list that keeps what was created alone and lacks for good what was not: the race is to blame.
            let raced =
                walk.kind == WalkKind::Later && !is_alone(&created, *entry) && keeps_others(page, &before);
            let elsewhere = listed || fetched && !raced;
            if times == 1 || times == 0 && (elsewhere || counted || !has_room(walk, page)) {
                sheet.judged();
                continue;
            }
            let requirement = sheet.own_requirement();
            let said = match (times, fetched) {
                (0, true) => "stands in no list".to_owned(),
                (0, false) => "is nowhere".to_owned(),
                _ => format!("is on one page {times} times"),
            };
            sheet.fail(Draft {
                // Which of them it befalls is a matter of chance, and an input is equal in every run.
                input: walk.label.clone(),
                summary: format!("{} was acknowledged and {said}", record.name()),
                requirement,
                expected: format!("{} once", record.name()),
                actual: format!("{times} times in {} items", page.len().unwrap_or_default()),
                comparison: None,
                claims: lists_each(
                    scene,
                    &[page],
                    &before.iter().map(|(number, _)| *number).collect::<Vec<_>>(),
                )
                .map(|holds| at_once(beside(&created, *entry), holds))
                .into_iter()
                .collect(),
                pointer: Some(page.items_at.clone()),
                entries: vec![*entry, page.entry],
            });
        }
    }
}

/// Whether a page shows a record under its id.
fn shows(scene: &Scene<'_>, page: &Page, number: RecordNumber) -> bool {
    page.known_ids().any(|id| id == scene.oracle.record(number).id)
}

/// Whether a record was created while no other was.
fn is_alone(created: &BTreeMap<RecordNumber, usize>, entry: usize) -> bool {
    beside(created, entry).len() == 1
}

/// The entries that created records side by side with one: those next to it, with nothing else between.
fn beside(created: &BTreeMap<RecordNumber, usize>, entry: usize) -> Vec<usize> {
    let makes = |entry: &usize| created.values().any(|other| other == entry);
    let mut run: Vec<usize> = (0..entry).rev().take_while(makes).collect();
    run.reverse();
    run.extend((entry..).take_while(makes));
    run
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

/// No list shows what a record holds once more, under an id that no answer gave.
fn copies(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    created: &BTreeMap<RecordNumber, usize>,
    lists: &[(&Walk, &Collection, &Page)],
) {
    for (walk, list, page) in lists {
        let items = page.ids.iter().flatten().zip(scene.evidence.items(page)).enumerate();
        let mut unknown =
            items.filter_map(|(at, (id, item))| Some((at, id.as_deref()?, item))).filter(|(_, id, item)| {
                scene.oracle.find(&list.resource, id, None).is_none() && is_ours(scene, list, item)
            });
        // Where it stands there under the copy's id alone, that is another fault.
        let copy = unknown.find_map(|(at, id, item)| {
            let mut originals = created.iter().filter(|(number, _)| shows(scene, page, **number));
            let original = originals.find(|(number, _)| is_of(scene, **number, item) == Some(true))?;
            Some((at, id, original))
        });
        let Some((at, id, (number, entry))) = copy else { continue };
        if scene.evidence.entries[*entry].exchange.lost_a_try() {
            sheet.unsure("the answer to a creation was lost, and it was sent again");
            continue;
        }
        let name = scene.oracle.record(*number).name();
        let before: Vec<RecordNumber> =
            created.iter().filter(|(_, entry)| **entry < page.entry).map(|(number, _)| *number).collect();
        let holds = holds_only(scene, list, page, &before);
        let requirement = sheet.own_requirement();
        sheet.fail(Draft {
            // Which of them it befalls is a matter of chance, and an input is equal in every run.
            input: walk.label.clone(),
            summary: format!(
                "{name} was created once and is there twice, the second time under an id that no answer gave"
            ),
            requirement,
            expected: format!("{name} once"),
            actual: format!("it and an item with the id {id:?} that holds the same"),
            comparison: None,
            claims: holds.map(|holds| at_once(beside(created, *entry), holds)).into_iter().collect(),
            pointer: Some(format!("{}/{at}", page.items_at)),
            entries: vec![*entry, page.entry],
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked, Exchange};
    use crate::pagination::Start;
    use crate::rules::testing::{EvidenceBuilder, STRANGER, World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    /// Every note was created, side by side with the others.
    fn created_at_once(world: &World) -> EvidenceBuilder<'_> {
        world.notes.iter().fold(world.lists("by_page"), |lists, note| {
            let ask = Ask::Create { records: vec![*note], ordered: true };
            lists.probe("create", ask, Asked::Good, answer(world, *note))
        })
    }

    /// The answer that created a note.
    fn answer(world: &World, note: RecordNumber) -> Exchange {
        let shown = world.oracle.record(note).acknowledged.as_ref().clone();
        exchange("create_note", "POST", "/boxes/main/notes", None, 201, &json!([shown]))
    }

    #[test]
    fn every_acknowledged_record_is_there_once() {
        let world = World::new(4);
        // The items of the list, its total, and what fetching note 2 is answered by.
        let cases: [(&[usize], i64, Option<u16>, Verdict); 8] = [
            (&[0, 1, 2, 3], 4, None, Pass),
            (&[3, 1, 0, 2], 4, None, Pass),
            (&[0, 1, STRANGER, 2, 3], 4, None, Pass),
            (&[0, 1, 3], 3, None, Fail),
            (&[0, 1, 3], 3, Some(404), Fail),
            (&[0, 1, 3], 3, Some(200), Pass),
            (&[0, 1, 3], 4, None, Pass),
            (&[0, 1, 2, 2, 3], 4, None, Fail),
        ];
        for (items, total, fetched, verdict) in cases {
            let mut lists = created_at_once(&world).page(WalkKind::After, Start::First, Some(9), items);
            lists = lists.set(0, "/total", json!(total));
            if let Some(status) = fetched {
                let exchange = exchange("get_note", "GET", "/boxes/main/notes/m2", None, status, &json!({}));
                lists = lists.probe("m2", Ask::Fetch { record: world.notes[2] }, Asked::Open, exchange);
            }
            let judgement =
                lists.judge(&PARALLEL_CREATE_LOST, Scenario::Together { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{items:?} {total} {fetched:?}");
        }
    }

    #[test]
    fn a_race_may_lose_no_more_than_the_place_in_the_list() {
        let world = World::new(4);
        let cases: [(&[usize], Verdict); 3] = [(&[0, 1, 3], Fail), (&[0, 1, 2, 3], Pass), (&[1, 3], Pass)];
        for (items, verdict) in cases {
            let mut lists = world.lists("by_page");
            for (n, note) in world.notes.iter().enumerate() {
                let ask = Ask::Create { records: vec![*note], ordered: true };
                lists = lists.probe("create", ask, Asked::Good, answer(&world, *note));
                // Notes 1 and 2 are created side by side, the others alone.
                if n != 1 {
                    lists = lists.page(WalkKind::Before, Start::First, Some(9), &[0]);
                }
            }
            let fetched = exchange("get_note", "GET", "/boxes/main/notes/m2", None, 200, &json!({}));
            lists = lists.probe("m2", Ask::Fetch { record: world.notes[2] }, Asked::Open, fetched);
            lists = lists.page(WalkKind::Later, Start::First, Some(9), items).set(0, "/total", json!(3));
            let judgement =
                lists.judge(&PARALLEL_CREATE_LOST, Scenario::Together { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{items:?}");
        }
    }

    #[test]
    fn nothing_is_there_twice_under_another_id() {
        let world = World::new(2);
        let cases: [(&[usize], Option<&str>, Verdict); 4] = [
            (&[0, 1, STRANGER], None, Pass),
            (&[0, 1, STRANGER], Some("wordm1"), Fail),
            (&[0, 1, STRANGER], Some("wordm7"), Pass),
            // The total counts two: the list is to blame, and not the race.
            (&[0, STRANGER], Some("wordm1"), Pass),
        ];
        for (items, text, verdict) in cases {
            let mut lists = created_at_once(&world).page(WalkKind::After, Start::First, Some(9), items);
            lists = lists.set(0, "/total", json!(2));
            let copy = world.oracle.record(world.notes[1]).acknowledged.as_ref().clone();
            lists = lists.content(0, |content| {
                if let Some(text) = text {
                    let mut copy = copy.clone();
                    copy["id"] = json!("m9");
                    let whole = copy["text"].as_str().unwrap().replace("wordm1", text);
                    copy["text"] = json!(whole);
                    content["items"][items.len() - 1] = copy;
                }
            });
            let judgement =
                lists.judge(&PARALLEL_CREATE_LOST, Scenario::Together { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{items:?} {text:?}");
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
