//! CON006: a walk loses or repeats items that are there all along, because another one was deleted meanwhile.

use super::{is_listed, walks};
use crate::evidence::{Ask, RecordNumber, Walk, WalkEnd, WalkKind};
use crate::oracle::expected;
use crate::pagination::Style;
use crate::rules::answers::probed;
use crate::rules::concurrency::walk_disturbed::damage;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{draft, names, some};
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Collection, Suite};

rule! {
    /// ## What it checks
    /// While a list is walked from item to item, one that was met already is deleted. The walk still meets each other one, once.
    /// ## Why it matters
    /// A cursor that is an offset in disguise passes over one item for each that went away, and no client will ever miss it.
    /// ## Example
    /// The second of the three entries on page one is deleted, and the page behind the third begins with the fifth.
    /// ## Source
    /// A cursor stands at an item, whatever becomes of those before it.
    /// ## False alarms and how they are avoided
    /// The item that the cursor stands at is not deleted. Lists that page by position must lose one: how many they lost is noted, and not judged; so it is
    /// with tokens and links, of which nobody knows what they hold. What a walk over the same list loses or repeats while nothing happens is judged
    /// elsewhere. A deletion that was refused tells nothing.
    WALK_SHAKEN {
        code: "CON006", name: "walk-shaken", level: Must, basis: Invariant,
        source: "a cursor stands at an item, whatever becomes of those before it",
        summary: "A walk from item to item meets each record that stays once, whatever is deleted meanwhile.",
        implies: [],
        scenarios: &[Kind::Together],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    is_listed(suite, case)
        && case.scenario.resource().is_some_and(|name| suite.resource(name).delete.is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (walk, collection) in walks(scene, WalkKind::Shrinking) {
        let Some(record) = deleted(scene, walk) else {
            sheet.unsure("nothing could be deleted during the walk");
            continue;
        };
        if walk.end != WalkEnd::Exhausted {
            // That a walk breaks off or does not end is seen where lists are walked.
            sheet.judged();
            continue;
        }
        let members = expected(scene.suite, scene.oracle, collection, &walk.query).members();
        let there: Vec<RecordNumber> = members.into_iter().filter(|number| *number != record).collect();
        let (lost, repeated) = damage(scene, walk, collection, &there);
        if !goes_by_item(collection) {
            sheet.judged();
            sheet.note(format!(
                "when one item of the first page was deleted, a walk met {} of the others twice and {} not at all",
                repeated.len(),
                lost.len()
            ));
            continue;
        }
        let undisturbed = scene.evidence.walks.iter().rev().find(|other| {
            other.kind == WalkKind::Full && other.query == walk.query && other.end == WalkEnd::Exhausted
        });
        let sound = undisturbed.is_some_and(|other| {
            let (lost, repeated) = damage(scene, other, collection, &there);
            lost.is_empty() && repeated.is_empty()
        });
        if lost.is_empty() && repeated.is_empty() || !sound {
            sheet.judged();
            continue;
        }
        let told = |numbers: &[RecordNumber]| some(&names(scene, numbers));
        let requirement = sheet.own_requirement();
        sheet.fail(draft(
            &walk.label,
            "a record that was deleted during a walk made it lose or repeat others",
            requirement,
            format!("each of {} records once", there.len()),
            format!("lost: {}; repeated: {}", told(&lost), told(&repeated)),
            walk.pages.iter().map(|page| page.entry).collect(),
        ));
    }
}

/// Whether a page starts at an item, wherever that stands by now.
fn goes_by_item(collection: &Collection) -> bool {
    matches!(collection.style, Style::TimestampCursor(_) | Style::ItemCursor(_))
}

/// The record whose deletion was acknowledged between the pages of a walk.
pub(in crate::rules) fn deleted(scene: &Scene<'_>, walk: &Walk) -> Option<RecordNumber> {
    let (first, last) = (walk.pages.first()?.entry, walk.pages.last()?.entry);
    probed(scene).find_map(|(ask, answer)| match ask {
        // A walk of one page ends with the deletion.
        Ask::Delete { record } if answer.entry > first && (answer.entry < last || first == last) => {
            answer.response.is_success().then_some(*record)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::pagination::Start;
    use crate::rules::testing::{Pages, World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Judgement;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    /// Of six notes one is deleted after the first page; then the list is walked once more.
    fn judged(
        world: &World,
        list: &str,
        status: u16,
        (first, rest): (&[usize], Pages),
        still: Pages,
    ) -> Judgement {
        let exchange = exchange("delete_note", "DELETE", "/boxes/main/notes/m4", None, status, &json!({}));
        let lists = world.lists(list).walk_from(WalkKind::Shrinking, Start::First, Some(3), &[first]);
        let ask = Ask::Delete { record: world.notes[4] };
        let lists = lists.probe("delete during a walk", ask, Asked::Good, exchange);
        let mut all = lists.walk_from(WalkKind::Shrinking, Start::First, Some(3), rest).walk(3, still).done();
        // The rest of the pages belongs to the walk that was interrupted.
        let later = all.walks.remove(1);
        all.walks[0].pages.extend(later.pages);
        all.walks[0].end = WalkEnd::Exhausted;
        let scenario = Scenario::Together { resource: "note".into() };
        world.judge(&WALK_SHAKEN, &all, scenario)
    }

    #[test]
    fn a_walk_from_item_to_item_is_not_shaken() {
        let world = World::new(6);
        let still: Pages = &[&[5, 3, 2], &[1, 0]];
        let judge = |status, rest: Pages, still: Pages| {
            judged(&world, "by_item", status, (&[5, 4, 3], rest), still).verdict
        };
        assert_eq!(judge(204, &[&[2, 1, 0]], still), Pass);
        assert_eq!(judge(204, &[&[1, 0]], still), Fail);
        assert_eq!(judge(204, &[&[3, 2, 1], &[0]], still), Fail);
        // What the list lacks while nothing happens is not the deletion's doing.
        assert_eq!(judge(204, &[&[1, 0]], &[&[5, 3], &[1, 0]]), Pass);
        assert_eq!(judge(409, &[&[1, 0]], still), Inconclusive);
    }

    #[test]
    fn what_a_walk_by_position_loses_is_noted() {
        let world = World::new(6);
        let judgement = judged(&world, "by_page", 204, (&[0, 4, 1], &[&[3, 5]]), &[]);
        assert_eq!((judgement.verdict, judgement.notes.len()), (Pass, 1), "{judgement:#?}");
        assert!(judgement.notes[0].ends_with("0 of the others twice and 1 not at all"), "{judgement:#?}");
    }
}
