//! ORD004: a record moves in its list, or leaves it, because a field was changed that the order does not go by.

use crate::evidence::{Ask, Page, RecordNumber, Walk};
use crate::oracle::{Expected, expected, key_of};
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::fidelity::representations::{by_id, listed};
use crate::rules::lifecycle::walks::{around_change, collections_of};
use crate::rules::paging::compare::side_by_side;
use crate::rules::paging::lists::{draft, items, names, ranks};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Collection, OrderKey, Resource, Suite};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// After a field of a record was changed, the list holds the same records in the same order, unless the order goes by that field.
    /// ## Why it matters
    /// A list that follows the last change by accident moves items across the borders of pages that a client is reading.
    /// ## Example
    /// The metadata of the second of three messages is replaced, and the message stands at the end of the list.
    /// ## Source
    /// The suite's requirement on the order, which names what it goes by.
    /// ## False alarms and how they are avoided
    /// Only where the suite states what the order goes by, and where that is not the field that was changed. If the record shows another key after the
    /// change, it may move. Only the run's own records are compared. Where records with equal keys alone change places, that is `should`, since nobody
    /// states how those are ordered.
    MOVED_BY_UPDATE {
        code: "ORD004", name: "moved-by-update", level: Must, basis: Suite,
        source: "the requirement that the suite gives for the order",
        summary: "A change of a field that the order does not go by moves nothing in the list.",
        implies: [],
        scenarios: &[Kind::Update],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let Some(name) = case.scenario.resource() else { return false };
    let resource = suite.resource(name);
    collections_of(suite, name).any(|list| list.scope.is_some() && stays(list, resource))
}

/// Whether a list's order is stated and does not go by the field that an update replaces.
fn stays(list: &Collection, resource: &Resource) -> bool {
    let Some(update) = &resource.update else { return false };
    let shown = resource.fields.get(&update.field).and_then(|field| field.read.as_ref());
    match &list.orders[0].by {
        OrderKey::FirstSeen => false,
        OrderKey::Creation => true,
        OrderKey::Instant(key) | OrderKey::Text(key) => {
            let inside = |at: &String| {
                shown.is_some_and(|shown| shown.all().iter().any(|place| at.starts_with(place)))
            };
            !key.all().iter().any(inside)
        }
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some((name, resource)) = scene.resource() else { return };
    let records = by_id(scene, name);
    let changed = probed(scene).find_map(|(ask, answer)| match ask {
        Ask::Update { record, .. } if answer.response.is_success() => Some(*record),
        _ => None,
    });
    let Some(record) = changed else { return };
    let own = |walk: &Walk| -> Vec<RecordNumber> {
        listed(scene, &records, walk).iter().map(|shown| shown.record).collect()
    };
    for (list, walk, after) in around_change(scene) {
        let (Some(before), Some(now)) = (read(walk), read(after)) else { continue };
        if !stays(list, resource) {
            continue;
        }
        let (then, met) = (own(walk), own(after));
        let key = |page: &Page| {
            let at = page.known_ids().position(|id| id == scene.oracle.record(record).id)?;
            key_of(&list.orders[0].by, scene.evidence.items(page).get(at)?)
        };
        let gone = !met.contains(&record);
        // A page that is full may have the record behind it.
        let unsure = gone && now.len().map(|count| count as u64) >= after.effective_size;
        if !then.contains(&record) || unsure || !gone && key(before) != key(now) {
            sheet.unsure("the list did not show the record, or shows another key of it");
            continue;
        }
        if then == met {
            sheet.judged();
            continue;
        }
        let expected = expected(scene.suite, scene.oracle, list, &walk.query);
        let level =
            if in_ranks(&then, &expected) == in_ranks(&met, &expected) { Level::Should } else { Level::Must };
        let name = scene.oracle.record(record).name();
        let what = if gone { "leaves its list" } else { "moves in its list" };
        let (wanted, shown) = (names(scene, &then), names(scene, &met));
        sheet.fail_at(
            level,
            Draft {
                comparison: Some(side_by_side(&wanted, &shown)),
                ..draft(
                    &after.label,
                    format!("{name} {what} because a field of it was changed"),
                    scene.requirement(&list.orders[0].requirement),
                    format!("{} as before the change", items(then.len())),
                    format!("{} otherwise", items(met.len())),
                    vec![before.entry, now.entry],
                )
            },
        );
    }
}

/// The only page of a walk, if the answer is one.
fn read(walk: &Walk) -> Option<&Page> {
    walk.pages.first().filter(|page| page.ids.is_some())
}

/// Records by the rank of their keys.
fn in_ranks(records: &[RecordNumber], expected: &Expected) -> Vec<Option<usize>> {
    let ranks = ranks(expected);
    records.iter().map(|number| ranks.get(number).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Asked, WalkKind};
    use crate::pagination::Start;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    /// The collection, what the list held before and after, what comes of it and at which level.
    type Case = (&'static str, &'static [usize], &'static [usize], Verdict, Level);

    #[test]
    fn a_change_moves_nothing() {
        // The last two have equal keys.
        let world = World::keyed(&[0, 1, 2, 2]);
        let cases: [Case; 7] = [
            ("by_page", &[0, 1, 2], &[0, 1, 2], Pass, Level::Must),
            ("by_page", &[0, 1, 2], &[0, 2, 1], Fail, Level::Must),
            ("by_page", &[0, 1, 2], &[0, 2], Fail, Level::Must),
            ("by_page", &[0, 2], &[0, 2, 1], Inconclusive, Level::Must),
            ("by_item", &[3, 2, 1, 0], &[3, 2, 1, 0], Pass, Level::Must),
            ("by_item", &[3, 2, 1, 0], &[1, 3, 2, 0], Fail, Level::Must),
            ("by_item", &[3, 2, 1, 0], &[2, 3, 1, 0], Fail, Level::Should),
        ];
        for (collection, then, met, verdict, level) in cases {
            let lists = world.lists(collection).page(WalkKind::Before, Start::First, Some(20), then);
            let ask = Ask::Update { record: world.notes[1], field: "text".to_owned(), value: json!("new") };
            let answer =
                exchange("update_note", "PUT", "/boxes/main/notes/m1", None, 200, &json!({"id": "m1"}));
            let lists = lists.probe("replaced", ask, Asked::Good, answer);
            let lists = lists.page(WalkKind::After, Start::First, Some(20), met);
            let judgement = lists.judge(&MOVED_BY_UPDATE, Scenario::Update { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{collection} {met:?}: {judgement:#?}");
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{collection} {met:?}");
        }
    }
}
