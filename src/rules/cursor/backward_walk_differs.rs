//! CUR008: reading towards newer items does not meet each of them once.

use std::collections::BTreeSet;

use super::bounds::{Bounded, Side};
use crate::evidence::{RecordNumber, WalkEnd, WalkKind};
use crate::pagination::Style;
use crate::rules::declare::rule;
use crate::rules::paging::compare::side_by_side;
use crate::rules::paging::lists::{
    aligned, by_item, draft, entries, items, names, own_of, passed_over, some, when,
};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A walk from a cursor near the old end, page by page towards newer items, meets every newer item once and then ends.
    /// ## Why it matters
    /// This is how clients catch up after they were away. What such a walk passes over they never see.
    /// ## Example
    /// After message 1 there are 19 newer ones; the walk with `limit=5` meets 2 to 6, then 16 to 20, and says that it is at the end.
    /// ## Source
    /// The suite's requirement that a list is complete.
    /// ## False alarms and how they are avoided
    /// Only the run's own records count. Those that a cursor cannot tell from the item it stands at may be lacking or come again, and walks that
    /// were cut off by an answer that is no page are passed over.
    BACKWARD_WALK_DIFFERS {
        code: "CUR008", name: "backward-walk-differs", level: Must, basis: Suite,
        source: "the suite's requirement that a list is complete",
        summary: "A walk towards newer items meets each of them once.",
        implies: [],
        scenarios: &[Kind::Bounds],
        applies: |suite, case| when(suite, case, |collection| match &collection.style {
            Style::TimestampCursor(_) => true,
            Style::ItemCursor(style) => style.before.is_some(),
            _ => false,
        }),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::Backward) {
        let Some(bounded) = walk.pages.first().and_then(|page| Bounded::of(scene, walk, page)) else {
            continue;
        };
        let side = if bounded.by_item() { "in front of" } else { "newer than" };
        let expected = scene.expected(&walk.query);
        let met = own_of(scene, walk);
        let inside = |number: &RecordNumber| bounded.side_of(scene, *number) == Some(Side::Inside);
        let passed_over = passed_over(scene, walk, &expected);
        let wanted: Vec<RecordNumber> = aligned(&expected, &met)
            .into_iter()
            .filter(|number| inside(number) && !passed_over.contains(number))
            .collect();
        let once: BTreeSet<_> = met.iter().copied().collect();
        let lacking = names(scene, wanted.iter().filter(|number| !once.contains(number)));
        let beyond = met.iter().find(|number| bounded.side_of(scene, **number) == Some(Side::Outside));
        let mut seen = BTreeSet::new();
        let again = met.iter().find(|number| !seen.insert(**number));
        let summary = match (walk.end, again, beyond) {
            (WalkEnd::Broken | WalkEnd::Astray | WalkEnd::Budget | WalkEnd::Single, ..) => continue,
            (WalkEnd::Loop, ..) => "the walk comes back to a cursor that it had already".to_owned(),
            (_, Some(number), _) => format!("{} comes twice", scene.oracle.record(*number).name()),
            (_, _, Some(number)) => {
                format!("{} is not {side} the cursor", scene.oracle.record(*number).name())
            }
            (WalkEnd::Cap, ..) => format!("no end after {} pages", walk.pages.len()),
            _ if !lacking.is_empty() => format!("{} on no page: {}", items(lacking.len()), some(&lacking)),
            _ => {
                sheet.judged();
                continue;
            }
        };
        sheet.fail(Draft {
            comparison: Some(side_by_side(
                &names(scene, &wanted),
                &names(scene, &in_list_order(scene, walk)),
            )),
            ..draft(
                &walk.label,
                summary,
                scene.requirement(&scene.collection().complete.requirement),
                format!("{} {side} the cursor, each once", items(wanted.len())),
                format!("{} on {} pages", items(met.len()), walk.pages.len()),
                entries(walk),
            )
        });
    }
}

/// The own items of a walk in the order of the list: the pages were met from the other end.
fn in_list_order(scene: &Scene<'_>, walk: &crate::evidence::Walk) -> Vec<RecordNumber> {
    let pages: Vec<_> =
        walk.pages.iter().map(|page| crate::rules::paging::lists::own(scene, &walk.query, page)).collect();
    if by_item(scene.collection()) || crate::rules::paging::lists::newest_first(scene, &walk.query) {
        pages.into_iter().rev().flatten().collect()
    } else {
        pages.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};

    #[test]
    fn a_backward_walk_meets_everything_newer() {
        let world = World::new(6);
        let cases: [(&str, &[&[usize]], WalkEnd, Verdict); 8] = [
            ("by_cursor", &[&[2, 1], &[4, 3], &[5]], WalkEnd::Exhausted, Pass),
            ("by_cursor", &[&[2, 1], &[5, 4]], WalkEnd::Exhausted, Fail),
            ("by_cursor", &[&[2, 1], &[3, 2], &[5, 4]], WalkEnd::Exhausted, Fail),
            ("by_cursor", &[&[2, 1], &[4, 3], &[5]], WalkEnd::Loop, Fail),
            ("by_cursor", &[&[2, 1], &[4, 3], &[5], &[]], WalkEnd::Cap, Fail),
            ("by_cursor", &[&[2, 1]], WalkEnd::Broken, Inconclusive),
            ("shared", &[&[2, STRANGER, 1], &[STRANGER, 4, 3], &[5]], WalkEnd::Exhausted, Pass),
            // The note at the cursor is for CUR001.
            ("by_cursor", &[&[2, 1, 0], &[4, 3], &[5]], WalkEnd::Exhausted, Pass),
        ];
        for (collection, pages, end, verdict) in cases {
            world.lists(collection).backward(2, 0, pages).end(end).expect(&BACKWARD_WALK_DIFFERS, verdict);
        }
    }

    #[test]
    fn a_backward_walk_by_items_meets_everything_in_front() {
        let world = World::new(6);
        let cases: [(&[&[usize]], Verdict); 4] = [
            (&[&[2, 1], &[4, 3], &[5]], Pass),
            (&[&[2, 1], &[5, 4]], Fail),
            (&[&[2, 1], &[3, 2], &[5, 4]], Fail),
            (&[&[5, 4]], Fail),
        ];
        for (pages, verdict) in cases {
            world.lists("by_item").backward(2, 0, pages).expect(&BACKWARD_WALK_DIFFERS, verdict);
        }
    }

    #[test]
    fn equal_keys_at_a_border_may_be_lacking() {
        let world = World::keyed(&[0, 1, 1, 2]);
        world.lists("by_cursor").backward(1, 0, &[&[1], &[3]]).expect(&BACKWARD_WALK_DIFFERS, Pass);
        world.lists("by_cursor").backward(1, 0, &[&[1]]).expect(&BACKWARD_WALK_DIFFERS, Fail);
    }
}
