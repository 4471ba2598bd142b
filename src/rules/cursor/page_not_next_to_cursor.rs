//! CUR002: a page bounded on one side is not the part of the list that the suite says it is.

use super::bounds::{Bounded, Side, bounded};
use crate::evidence::RecordNumber;
use crate::rules::declare::rule;
use crate::rules::paging::compare::side_by_side;
use crate::rules::paging::lists::{
    aligned, by_item, convention, draft, items, names, own, ranks, some, when,
};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::Adjacency;

rule! {
    /// ## What it checks
    /// A page of the items before (or after) a cursor holds those that the suite says: as a rule the ones next to the cursor, without a gap.
    /// ## Why it matters
    /// A gap between the cursor and the page is never read: the next cursor leads away from it.
    /// ## Example
    /// Of 20 messages, `after=` the timestamp of message 3 with `limit=5` holds messages 16 to 20 instead of 4 to 8.
    /// ## Source
    /// The suite's setting on which items a bounded page holds. Where cursors are items and the suite states nothing, the meaning of "after" and "before".
    /// ## False alarms and how they are avoided
    /// Items of others may stand in between and fill the page. Records that a cursor cannot tell from the one it stands at may be in or out.
    /// A page that is not full is blamed for what it lacks only if it does not say that more comes.
    PAGE_NOT_NEXT_TO_CURSOR {
        code: "CUR002", name: "page-not-next-to-cursor", level: Must, basis: Suite,
        source: "the suite's setting `adjacency`",
        summary: "A page bounded on one side holds the items next to its cursor.",
        implies: ["PAG002", "PAG003", "PAG004", "PAG016", "CUR005", "CUR008"],
        scenarios: &[Kind::Bounds],
        applies: |suite, case| when(suite, case, |c| c.conventions.adjacency.is_some() || by_item(c)),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let stated = scene.collection().conventions.adjacency.as_ref();
    let requirement = stated.map_or_else(|| sheet.own_requirement(), |stated| convention(scene, stated));
    let adjacency = stated.map_or(Adjacency::Next, |stated| stated.is);
    for bounded in bounded(scene).into_iter().filter(|bounded| !bounded.is_range()) {
        let query = &bounded.walk.query;
        let expected = scene.expected(query);
        if !expected.ordered {
            sheet.unsure("the order of the list is not known");
            continue;
        }
        let met = own(scene, query, bounded.page);
        let inside = |number: &RecordNumber| bounded.side_of(scene, *number) == Some(Side::Inside);
        let side: Vec<RecordNumber> = aligned(&expected, &met).into_iter().filter(inside).collect();
        let took: Vec<RecordNumber> = met.iter().copied().filter(inside).collect();
        let count = if bounded.must_be_all(scene) { side.len() } else { took.len().min(side.len()) };
        let wanted = part(scene, &bounded, &side, count, adjacency);
        let ranks = ranks(&expected);
        let sorted = |list: &[RecordNumber]| {
            let mut list: Vec<_> = list.iter().map(|number| ranks.get(number)).collect();
            list.sort_unstable();
            list
        };
        if sorted(wanted) == sorted(&took) {
            sheet.judged();
            continue;
        }
        let (wanted, took) = (names(scene, wanted), names(scene, &took));
        sheet.fail(Draft {
            comparison: Some(side_by_side(&wanted, &took)),
            pointer: Some(bounded.page.items_at.clone()),
            ..draft(
                &bounded.walk.label,
                "the page does not hold the items that it should, counted from its cursor",
                requirement.clone(),
                format!("{}: {}", items(wanted.len()), some(&wanted)),
                format!("{}: {}", items(took.len()), some(&took)),
                vec![bounded.page.entry],
            )
        });
    }
}

/// So many of the records on the right side of the cursor: those next to it, or those at the start of the list.
fn part<'s>(
    scene: &Scene<'_>,
    bounded: &Bounded<'_>,
    side: &'s [RecordNumber],
    count: usize,
    adjacency: Adjacency,
) -> &'s [RecordNumber] {
    // Older items stand behind the cursor in a list that starts with the newest one, and before it in one that ends with it.
    let behind = bounded.upper.is_some() == bounded.descends(scene);
    if behind || adjacency == Adjacency::Start { &side[..count] } else { &side[side.len() - count..] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn a_bounded_page_stands_next_to_its_cursor() {
        let world = World::keyed(&[0, 1, 2, 3, 4, 5, 5, 6]);
        // Whether it is the page after the cursor, the cursor's note, and the page.
        let cases: [(bool, usize, &[usize], Verdict); 12] = [
            (false, 4, &[3, 2], Pass),
            (false, 4, &[1, 0], Fail),
            (false, 4, &[3, 1], Fail),
            (false, 1, &[0], Pass),
            (false, 4, &[3], Fail),
            (false, 4, &[], Fail),
            (true, 0, &[2, 1], Pass),
            (true, 0, &[1, 2], Pass),
            (true, 0, &[7, 6], Fail),
            (true, 4, &[5, 6], Pass),
            // Note 6 has the key of note 5: it may be in or out.
            (true, 5, &[7], Pass),
            (true, 5, &[7, 6], Pass),
        ];
        for (after, anchor, page, verdict) in cases {
            let lists = world.lists("by_cursor");
            let lists = if after { lists.after(anchor, 2, page) } else { lists.before(anchor, 2, page) };
            lists.expect(&PAGE_NOT_NEXT_TO_CURSOR, verdict);
        }
    }

    #[test]
    fn a_page_stands_next_to_its_item() {
        let world = World::keyed(&[0, 1, 2, 3, 4, 5, 5, 6]);
        // Newest first: 7, then 5 and 6 in any order, then 4 to 0. The page after an item stands behind it.
        let cases: [(bool, usize, &[usize], Verdict); 9] = [
            (true, 4, &[3, 2], Pass),
            (true, 4, &[2, 1], Fail),
            (true, 4, &[3], Fail),
            (true, 0, &[], Pass),
            (true, 5, &[4, 3], Pass),
            (true, 5, &[6, 4], Pass),
            (false, 2, &[4, 3], Pass),
            (false, 2, &[7, 6], Fail),
            (false, 7, &[], Pass),
        ];
        for (after, anchor, page, verdict) in cases {
            let lists = world.lists("by_item");
            let lists = if after { lists.after(anchor, 2, page) } else { lists.before(anchor, 2, page) };
            lists.expect(&PAGE_NOT_NEXT_TO_CURSOR, verdict);
        }
    }

    #[test]
    fn others_may_stand_in_between() {
        let world = World::new(6);
        let lists = world.lists("shared");
        lists.clone().before(4, 2, &[STRANGER, STRANGER + 1]).expect(&PAGE_NOT_NEXT_TO_CURSOR, Pass);
        lists.clone().before(4, 2, &[STRANGER, 3]).expect(&PAGE_NOT_NEXT_TO_CURSOR, Pass);
        lists.clone().before(4, 2, &[STRANGER, 2]).expect(&PAGE_NOT_NEXT_TO_CURSOR, Fail);
        // A short page may say that more comes, where short pages are not ruled out.
        let short = lists.before(4, 3, &[3, 2]);
        short.clone().set(0, "/has_more", json!(false)).expect(&PAGE_NOT_NEXT_TO_CURSOR, Fail);
        short.set(0, "/has_more", json!(true)).expect(&PAGE_NOT_NEXT_TO_CURSOR, Pass);
    }

    #[test]
    fn pages_from_the_start_are_right_where_that_is_stated() {
        let world = World::amended(&[0, 1, 2, 3], &[("next-to-the-cursor", "from-the-start")]);
        world.lists("by_cursor").after(0, 2, &[3, 2]).expect(&PAGE_NOT_NEXT_TO_CURSOR, Pass);
        world.lists("by_cursor").after(0, 2, &[2, 1]).expect(&PAGE_NOT_NEXT_TO_CURSOR, Fail);
        world.lists("by_cursor").before(3, 2, &[2, 1]).expect(&PAGE_NOT_NEXT_TO_CURSOR, Pass);
    }
}
