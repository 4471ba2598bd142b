//! CUR005: a page between two cursors holds items from beyond them, or lacks some from between them.

use std::collections::BTreeSet;

use super::bound_ignored::beyond;
use super::bounds::{Side, bounded};
use crate::rules::declare::rule;
use crate::rules::paging::compare::side_by_side;
use crate::rules::paging::lists::{aligned, convention, draft, items, names, own, shown, some, when};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::BothBounds;

rule! {
    /// ## What it checks
    /// A page between two cursors holds the items that are newer than the one and older than the other, up to the page size, and no others.
    /// ## Why it matters
    /// Clients fill gaps with such requests. A server that obeys only one of two bounds gives them what they have already, or too little.
    /// ## Example
    /// `after=1700&before=1900` is answered with messages up to 2100.
    /// ## Source
    /// The suite's setting on requests with both bounds.
    /// ## False alarms and how they are avoided
    /// Records within a millisecond of a bound may be in or out. What a page lacks is only counted if it is not full and does not say that
    /// more comes. Items of others may stand in between.
    RANGE_NOT_KEPT {
        code: "CUR005", name: "range-not-kept", level: Must, basis: Suite,
        source: "the suite's setting `both-bounds`",
        summary: "A page between two cursors holds what lies between them.",
        implies: [],
        scenarios: &[Kind::Bounds],
        applies: |suite, case| when(suite, case, |collection| {
            collection.conventions.both_bounds.as_ref().is_some_and(|stated| stated.is == BothBounds::Range)
        }),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(stated) = &scene.collection().conventions.both_bounds else { return };
    for bounded in bounded(scene).into_iter().filter(super::bounds::Bounded::is_range) {
        let query = &bounded.walk.query;
        let met = own(scene, query, bounded.page);
        let on_page: BTreeSet<_> = met.iter().copied().collect();
        let members = aligned(&scene.expected(query), &met).into_iter();
        let inside: Vec<_> =
            members.filter(|number| bounded.side_of(scene, *number) == Some(Side::Inside)).collect();
        let lacking = names(scene, inside.iter().filter(|number| !on_page.contains(number)));
        let summary = match beyond(scene, &bounded) {
            Some((_, name)) => format!("{name} stands on the page and not between its cursors"),
            None if !lacking.is_empty() && bounded.must_be_all(scene) => {
                format!(
                    "the page lacks {} that stands between its cursors: {}",
                    items(lacking.len()),
                    some(&lacking)
                )
            }
            None => {
                sheet.judged();
                continue;
            }
        };
        let (wanted, met) = (names(scene, &inside), shown(scene, query, bounded.page));
        sheet.fail(Draft {
            comparison: Some(side_by_side(&wanted, &met)),
            pointer: Some(bounded.page.items_at.clone()),
            ..draft(
                &bounded.walk.label,
                summary,
                convention(scene, stated),
                format!("{}: {}", items(wanted.len()), some(&wanted)),
                format!("{}: {}", items(met.len()), some(&met)),
                vec![bounded.page.entry],
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};

    #[test]
    fn a_range_has_two_ends() {
        let world = World::new(8);
        let cases: [(u64, &[usize], Verdict); 8] = [
            (9, &[4, 3, 2], Pass),
            (9, &[5, 4, 3, 2, 1], Pass),
            (9, &[6, 5, 4, 3, 2], Fail),
            (9, &[4, 3, 2, 1, 0], Fail),
            (9, &[4, 2], Fail),
            (9, &[], Fail),
            (2, &[4, 3], Pass),
            (2, &[3, 2], Pass),
        ];
        for (size, page, verdict) in cases {
            world.lists("by_cursor").between(1, 5, size, page).expect(&RANGE_NOT_KEPT, verdict);
        }
        world.lists("shared").between(1, 5, 9, &[4, STRANGER, 3, 2]).expect(&RANGE_NOT_KEPT, Pass);
        world.lists("by_cursor").before(5, 9, &[7]).expect(&RANGE_NOT_KEPT, Inconclusive);
    }
}
