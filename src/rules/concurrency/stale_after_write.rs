//! CON002: a list that is read right after a record was acknowledged is the one from before.

use super::{created, has_room, ids, is_listed, page_of, walks, was_fetched};
use crate::evidence::{Page, RecordNumber, Walk, WalkKind};
use crate::rules::declare::rule;
use crate::rules::paging::lists::{draft, items, total_is_exact};
use crate::rules::proofs::claims::lists_each;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::Collection;

rule! {
    /// ## What it checks
    /// A list that is read on a new connection right after a creation was acknowledged shows what was created, also where the
    /// same request was answered shortly before; and its total, where the suite says that it is exact, is no less than what the page shows.
    /// ## Why it matters
    /// A user who writes and then looks sees nothing of it, writes again, and has it twice.
    /// ## Example
    /// The list of a session is asked for, a message is sent, and the same request is answered from a cache without it.
    /// ## Source
    /// The suite's requirement that a list holds what was created in it.
    /// ## False alarms and how they are avoided
    /// A list that lacks a record is stale only if the same request shows it later, or if the answer is exactly the one from
    /// before the creation while the record can be fetched or stands on another page. Whatever else a list lacks is
    /// judged by other rules. Pages without room for more are not judged.
    STALE_AFTER_WRITE {
        code: "CON002", name: "stale-after-write", level: Must, basis: Suite,
        source: "the suite's requirement that a list is complete",
        summary: "What was acknowledged is in the list that is read right after.",
        implies: [],
        scenarios: &[Kind::Together],
        applies: is_listed,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let created = created(scene);
    for (walk, collection) in walks(scene, WalkKind::After) {
        let Some(page) = walk.pages.first().filter(|page| page.ids.is_some()) else { continue };
        let shown = ids(page);
        let before: Vec<RecordNumber> =
            created.iter().filter(|(_, entry)| **entry < page.entry).map(|(number, _)| *number).collect();
        outdated_total(scene, sheet, (walk, collection), (page, &before));
        let lacks = |number: &&RecordNumber| !shown.contains(scene.oracle.record(**number).id.as_str());
        let missing: Vec<RecordNumber> = before.iter().filter(lacks).copied().collect();
        let Some(record) = missing.first().copied() else {
            sheet.judged();
            continue;
        };
        let later = page_of(scene, WalkKind::Later, walk);
        let earlier = page_of(scene, WalkKind::Before, walk);
        let shown_later = missing
            .iter()
            .find(|n| later.is_some_and(|l| ids(l).contains(scene.oracle.record(**n).id.as_str())));
        // A list that lacked something before is no measure.
        let was_right = |earlier: &Page| {
            let mut then = created.iter().filter(|(_, entry)| **entry < earlier.entry);
            then.all(|(number, _)| ids(earlier).contains(scene.oracle.record(*number).id.as_str()))
        };
        let frozen = earlier
            .is_some_and(|earlier| !shown.is_empty() && was_right(earlier) && ids(earlier) == shown)
            && missing.iter().any(|number| is_there(scene, *number));
        let stale = shown_later.copied().or(frozen.then_some(record)).filter(|_| has_room(walk, page));
        let Some(record) = stale else {
            // Which of target and list is to blame cannot be told here, and other rules see it.
            sheet.judged();
            continue;
        };
        let name = scene.oracle.record(record).name();
        sheet.fail(Draft {
            input: walk.label.clone(),
            summary: format!("{name} was acknowledged, and the list that is read right after lacks it"),
            requirement: scene.requirement(&collection.complete.requirement),
            expected: format!("a list with {name}"),
            actual: match (shown_later, later) {
                (Some(_), Some(_)) => "a list without it, and with it when asked again later".to_owned(),
                _ => "the same list as before the creation".to_owned(),
            },
            comparison: None,
            claims: lists_each(scene, &[page], &before).into_iter().collect(),
            pointer: Some(page.items_at.clone()),
            entries: earlier
                .map(|earlier| earlier.entry)
                .into_iter()
                .chain([created[&record], page.entry])
                .chain(later.map(|later| later.entry))
                .collect(),
        });
    }
}

/// A list that shows what was created counts it, too: a total that is kept from before is less than what stands beside it.
fn outdated_total(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    (walk, collection): (&Walk, &Collection),
    (page, created): (&Page, &[RecordNumber]),
) {
    let earlier = page_of(scene, WalkKind::Before, walk);
    let Some(total) = page.facts.total.filter(|_| total_is_exact(collection)) else { return };
    let shown = ids(page);
    let count = created.iter().filter(|n| shown.contains(scene.oracle.record(**n).id.as_str())).count();
    let is_less = usize::try_from(total).is_ok_and(|total| total < count);
    // One that is always wrong is another rule's.
    let Some(earlier) = earlier.filter(|earlier| is_less && earlier.facts.total == Some(total)) else {
        return sheet.judged();
    };
    sheet.fail(draft(
        &walk.label,
        "the total of a list that is read right after is the one from before",
        scene.requirement(&collection.complete.requirement),
        format!("a total of {count} or more"),
        format!("a total of {total} beside {} that were created", items(count)),
        vec![earlier.entry, page.entry],
    ));
}

/// Whether any answer of the case shows that a record exists.
fn is_there(scene: &Scene<'_>, number: RecordNumber) -> bool {
    let id = &scene.oracle.record(number).id;
    was_fetched(scene, number) == Some(true)
        || scene.evidence.walks.iter().flat_map(Walk::ids).any(|met| met == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::pagination::Start;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn a_total_is_not_the_one_from_before() {
        let world = World::new(3);
        // The total before note 2 was created and right after, where all three are shown.
        for (before, after, verdict) in [(2, 3, Pass), (2, 2, Fail), (1, 2, Pass), (2, 9, Pass)] {
            let lists = world.lists("by_page").page(WalkKind::Before, Start::First, Some(9), &[0, 1]);
            let mut lists = lists.set(0, "/total", json!(before));
            for note in &world.notes {
                let exchange = exchange("create_note", "POST", "/boxes/main/notes", None, 201, &json!([]));
                let ask = Ask::Create { records: vec![*note], ordered: true };
                lists = lists.probe("create", ask, Asked::Good, exchange);
            }
            let lists = lists.page(WalkKind::After, Start::First, Some(9), &[0, 1, 2]);
            let lists = lists.set(0, "/total", json!(after));
            let judgement = lists.judge(&STALE_AFTER_WRITE, Scenario::Together { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{before} {after}");
        }
    }

    #[test]
    fn a_list_is_not_the_one_from_before() {
        type Row<'a> = (&'a [usize], &'a [usize], &'a [usize], bool, Verdict);
        let world = World::new(4);
        // The list before notes 2 and 3 were created, right after, and later; and whether note 2 can be fetched.
        let cases: [Row<'_>; 6] = [
            (&[0, 1], &[0, 1, 2, 3], &[0, 1, 2, 3], false, Pass),
            (&[0, 1], &[0, 1, 2], &[0, 1, 2, 3], false, Fail),
            (&[0, 1], &[0, 1], &[0, 1], true, Fail),
            // Lost for good, or hidden by the list: other rules say which.
            (&[0, 1], &[0, 1], &[0, 1], false, Pass),
            (&[0, 1], &[0, 1, 3], &[0, 1, 3], true, Pass),
            (&[], &[0, 1, 2, 3, 0, 1, 0, 1, 0], &[0, 1, 2, 3], false, Pass),
        ];
        for (before, after, later, fetched, verdict) in cases {
            let mut lists = world.lists("by_page").page(WalkKind::Before, Start::First, Some(9), before);
            for note in &world.notes[2..] {
                let exchange = exchange("create_note", "POST", "/boxes/main/notes", None, 201, &json!([]));
                let ask = Ask::Create { records: vec![*note], ordered: true };
                lists = lists.probe("create", ask, Asked::Good, exchange);
            }
            lists = lists.page(WalkKind::After, Start::First, Some(9), after);
            lists = lists.page(WalkKind::Later, Start::First, Some(9), later);
            if fetched {
                let exchange = exchange("get_note", "GET", "/boxes/main/notes/m2", None, 200, &json!({}));
                lists = lists.probe("m2", Ask::Fetch { record: world.notes[2] }, Asked::Open, exchange);
            }
            let judgement = lists.judge(&STALE_AFTER_WRITE, Scenario::Together { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{before:?} {after:?} {later:?}");
        }
    }
}
