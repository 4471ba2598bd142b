//! CON003: a walk loses or repeats items that were there all along, because something was created meanwhile.

use std::collections::BTreeMap;

use super::{created, is_listed, walks};
use crate::evidence::{RecordNumber, Walk, WalkEnd, WalkKind};
use crate::oracle::instant_nanoseconds;
use crate::pagination::{Start, Style};
use crate::rules::declare::rule;
use crate::rules::paging::lists::{cursor_instant, some, touch};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::{Collection, Direction, OrderKey};

rule! {
    /// ## What it checks
    /// While a list is walked, a record is created in it. The walk still meets each record that was there at its start, once.
    /// ## Why it matters
    /// Lists are walked while people write. A cursor that is an offset in disguise repeats one item for each that came
    /// in, and a server that counts its pages from the other end loses one.
    /// ## Example
    /// A message is sent after the first page, and the page before the cursor begins with the message that the first page ended with.
    /// ## Source
    /// A cursor stands at an item, and a list that grows at its end leaves the places of the others alone.
    /// ## False alarms and how they are avoided
    /// Of the record that is created meanwhile nothing is demanded. Lists that page otherwise than from an item on are judged only where new records
    /// stand at the end; where they stand at the head, the walk must shift, and how far it did is noted. What a
    /// walk over the same list loses or repeats while nothing happens is judged elsewhere, and not here.
    WALK_DISTURBED {
        code: "CON003", name: "walk-disturbed", level: Must, basis: Invariant,
        source: "a cursor stands at an item, and a list that grows at its end leaves the places of the others alone",
        summary: "A walk meets each record that was there at its start once, whatever is created meanwhile.",
        implies: [],
        scenarios: &[Kind::Together],
        applies: is_listed,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let created = created(scene);
    for (walk, collection) in walks(scene, WalkKind::Growing) {
        let start = walk.pages.first().map_or(0, |page| page.entry);
        if walk.end != WalkEnd::Exhausted {
            // That a walk breaks off or does not end is seen where lists are walked.
            sheet.judged();
            continue;
        }
        let grew = created.values().any(|entry| *entry > start);
        let there: Vec<RecordNumber> =
            created.iter().filter(|(_, entry)| **entry < start).map(|(number, _)| *number).collect();
        let (lost, repeated) = damage(scene, walk, collection, &there);
        let by_item = goes_by_item(collection);
        if !by_item && collection.orders[0].direction == Direction::Descending {
            sheet.judged();
            if grew && !(lost.is_empty() && repeated.is_empty()) {
                sheet.note(format!(
                    "when one item came in at the head of the list, a walk by position met {} twice and {} not at all",
                    repeated.len(),
                    lost.len()
                ));
            }
            continue;
        }
        let undisturbed = scene.evidence.walks.iter().find(|other| {
            other.kind == WalkKind::Full && other.query == walk.query && other.end == WalkEnd::Exhausted
        });
        let sound = undisturbed.is_some_and(|other| {
            let (lost, repeated) = damage(scene, other, collection, &there);
            let end = other.ids().last();
            // Where new records come in otherwise than the suite says, that is a question of order.
            let at_the_end = there.iter().all(|number| end != Some(scene.oracle.record(*number).id.as_str()));
            lost.is_empty() && repeated.is_empty() && (at_the_end || by_item)
        });
        if lost.is_empty() && repeated.is_empty() || !sound || !grew {
            sheet.judged();
            continue;
        }
        let names = |numbers: &[RecordNumber]| {
            some(&numbers.iter().map(|number| scene.oracle.record(*number).name()).collect::<Vec<_>>())
        };
        let requirement = sheet.own_requirement();
        sheet.fail(Draft {
            input: walk.label.clone(),
            summary: "a record that was created during a walk made it lose or repeat others".to_owned(),
            requirement,
            expected: format!("each of {} records once", there.len()),
            actual: format!("lost: {}; repeated: {}", names(&lost), names(&repeated)),
            comparison: None,
            claims: Vec::new(),
            pointer: None,
            entries: walk.pages.iter().map(|page| page.entry).collect(),
        });
    }
}

/// Whether a page starts at an item, wherever that stands by now. What a token or a link holds is not known.
fn goes_by_item(collection: &Collection) -> bool {
    matches!(collection.style, Style::TimestampCursor(_) | Style::ItemCursor(_))
}

/// The records that a walk does not meet, and those that it meets more than once.
pub(super) fn damage(
    scene: &Scene<'_>,
    walk: &Walk,
    collection: &Collection,
    there: &[RecordNumber],
) -> (Vec<RecordNumber>, Vec<RecordNumber>) {
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for id in walk.ids() {
        *met.entry(id).or_default() += 1;
    }
    let times =
        |number: &RecordNumber| met.get(scene.oracle.record(*number).id.as_str()).copied().unwrap_or(0);
    let lost = there.iter().copied();
    let lost = lost.filter(|n| times(n) == 0 && !shares_cursor(scene, walk, collection, *n)).collect();
    (lost, there.iter().copied().filter(|n| times(n) > 1).collect())
}

/// Whether a timestamp cursor of a walk cannot tell a record from what stood on the page before.
fn shares_cursor(scene: &Scene<'_>, walk: &Walk, collection: &Collection, number: RecordNumber) -> bool {
    let (Style::TimestampCursor(_), OrderKey::Instant(pointers)) =
        (&collection.style, &collection.orders[0].by)
    else {
        return false;
    };
    let key = pointers.find(&scene.oracle.record(number).acknowledged).and_then(instant_nanoseconds);
    let mut cursors = walk.pages.iter().filter_map(|page| match &page.start {
        Start::Before(cursor) | Start::After(cursor) => cursor_instant(cursor),
        _ => None,
    });
    key.is_some_and(|key| cursors.any(|cursor| touch(key, cursor)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{EvidenceBuilder, World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Judgement;
    use crate::verdict::Verdict::{Fail, Pass};
    use serde_json::json;

    fn create(lists: EvidenceBuilder<'_>, note: RecordNumber) -> EvidenceBuilder<'_> {
        let exchange = exchange("create_note", "POST", "/boxes/main/notes", None, 201, &json!([]));
        lists.probe("create", Ask::Create { records: vec![note], ordered: true }, Asked::Good, exchange)
    }

    /// Notes are created, the list is walked while another is, and once more afterwards.
    fn judged(world: &World, list: &str, growing: &[&[usize]], still: Option<&[&[usize]]>) -> Judgement {
        let (newcomer, there) = world.notes.split_last().unwrap();
        let mut lists = world.lists(list);
        for note in there {
            lists = create(lists, *note);
        }
        lists = lists.walk(2, growing).change(|walk| walk.kind = WalkKind::Growing);
        lists = create(lists, *newcomer);
        if let Some(still) = still {
            lists = lists.walk(2, still);
        }
        lists.judge(&WALK_DISTURBED, Scenario::Together { resource: "note".into() })
    }

    #[test]
    fn a_walk_is_not_disturbed() {
        let world = World::new(5);
        let still: &[&[usize]] = &[&[4, 3], &[2, 1], &[0]];
        let by_cursor = |growing: &[&[usize]]| judged(&world, "by_cursor", growing, Some(still)).verdict;
        assert_eq!(by_cursor(&[&[3, 2], &[1, 0]]), Pass);
        assert_eq!(by_cursor(&[&[3, 2], &[2, 1], &[0]]), Fail);
        assert_eq!(by_cursor(&[&[3, 2], &[0]]), Fail);
        // What the list repeats while nothing happens is not the newcomer's doing.
        let broken: &[&[usize]] = &[&[4, 3], &[3, 2], &[1, 0]];
        assert_eq!(judged(&world, "by_cursor", &[&[3, 2], &[2, 1], &[0]], Some(broken)).verdict, Pass);
        assert_eq!(judged(&world, "by_cursor", &[&[3, 2], &[2, 1], &[0]], None).verdict, Pass);
    }

    #[test]
    fn growth_at_the_head_moves_what_pages_by_position() {
        let world = World::new(5);
        let judgement = judged(&world, "by_offset", &[&[3, 2], &[2, 1], &[0]], None);
        assert_eq!((judgement.verdict, judgement.notes.len()), (Pass, 1), "{judgement:#?}");
        // At the end it moves nothing.
        let still: &[&[usize]] = &[&[0, 1], &[2, 3], &[4]];
        assert_eq!(judged(&world, "by_page", &[&[0, 1], &[2, 3], &[4]], Some(still)).verdict, Pass);
        assert_eq!(judged(&world, "by_page", &[&[0, 1], &[3, 4]], Some(still)).verdict, Fail);
    }
}
