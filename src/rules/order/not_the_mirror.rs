//! ORD002: an order that is to mirror another does not.

use std::collections::BTreeSet;

use crate::evidence::{RecordNumber, Walk};
use crate::rules::declare::rule;
use crate::rules::paging::compare::side_by_side;
use crate::rules::paging::lists::{draft, entries, items, names, own_of};
use crate::rules::paging::walk_depends_on_size::normal;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind, Scenario};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Where one order is stated to be the mirror of another, whole walks in both meet the same items the other way round.
    /// ## Why it matters
    /// Clients read the newest items by turning the list round, instead of asking for its last page.
    /// ## Example
    /// `reverse=true` turns round the items of each page, but leaves the pages where they are.
    /// ## Source
    /// The suite's requirement on the order.
    /// ## False alarms and how they are avoided
    /// Only the run's own records that both walks met are compared. If nothing but items with equal keys changed places, ORD003 says so.
    NOT_THE_MIRROR {
        code: "ORD002", name: "not-the-mirror", level: Must, basis: Suite,
        source: "the requirement that the suite gives for the order",
        summary: "An order that mirrors another meets the same items the other way round.",
        implies: [],
        scenarios: &[Kind::Walk],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    match &case.scenario {
        Scenario::Walk { collection, order } => suite.file().collections[collection]
            .orders
            .get(*order)
            .is_some_and(|order| order.mirror_of.is_some()),
        _ => false,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (walk, other) in mirrored(scene) {
        let expected = scene.expected(&walk.query);
        if !expected.ordered {
            sheet.unsure("the order of the list is not known");
            continue;
        }
        let (met, mirrored) = common(scene, walk, other);
        if normal(&met, &expected) == normal(&mirrored, &expected) {
            sheet.judged();
            continue;
        }
        let order = scene.order(&walk.query);
        let mut all = entries(other);
        all.extend(entries(walk));
        sheet.fail(Draft {
            comparison: Some(side_by_side(&names(scene, &mirrored), &names(scene, &met))),
            ..draft(
                &walk.label,
                format!("the order {} is not the mirror of {}", order.name, scene.order(&other.query).name),
                scene.requirement(&order.requirement),
                format!("the {} of the walk {}, the other way round", items(mirrored.len()), other.label),
                format!("{} in another order", items(met.len())),
                all,
            )
        });
    }
}

/// Whole walks in an order that mirrors another, each with a walk of the same list in that one: one of its own size, else any.
pub(super) fn mirrored<'a>(scene: &Scene<'a>) -> Vec<(&'a Walk, &'a Walk)> {
    let orders = &scene.collection().orders;
    let whole = || scene.evidence.walks.iter().filter(|walk| walk.is_whole());
    whole()
        .filter_map(|walk| {
            let name = orders[walk.query.order].mirror_of.as_ref()?;
            let same = |other: &&Walk| {
                orders[other.query.order].name == *name
                    && other.query.scope == walk.query.scope
                    && other.query.filters == walk.query.filters
            };
            let of_size = whole().filter(same).find(|other| other.query.size == walk.query.size);
            Some((walk, of_size.or_else(|| whole().find(same))?))
        })
        .collect()
}

/// The own items that both walks met, each once: of the first as met, of the other the other way round.
pub(super) fn common(scene: &Scene<'_>, walk: &Walk, other: &Walk) -> (Vec<RecordNumber>, Vec<RecordNumber>) {
    let (a, b) = (own_of(scene, walk), own_of(scene, other));
    let both: BTreeSet<_> = a.iter().filter(|number| b.contains(number)).copied().collect();
    let once = |list: Vec<RecordNumber>| {
        let mut met = BTreeSet::new();
        list.into_iter().filter(|number| both.contains(number) && met.insert(*number)).collect::<Vec<_>>()
    };
    let (a, mut b) = (once(a), once(b));
    b.reverse();
    (a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{Pages, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};

    #[test]
    fn a_mirror_turns_the_whole_list_round() {
        let world = World::keyed(&[0, 1, 1, 2]);
        let cases: [(&str, Pages, Pages, Verdict); 7] = [
            ("by_page", &[&[0, 1], &[2, 3]], &[&[3, 2], &[1, 0]], Pass),
            ("by_page", &[&[0, 1], &[2, 3]], &[&[1, 0], &[3, 2]], Fail),
            ("by_page", &[&[0, 1], &[2, 3]], &[&[0, 1], &[2, 3]], Fail),
            // What one of them lacks is for PAG004.
            ("by_page", &[&[0, 1], &[2, 3]], &[&[3, 1], &[0]], Pass),
            ("by_page", &[&[0, 1], &[2, 3]], &[&[3, 1], &[2, 0]], Fail),
            ("by_offset", &[&[3, 2], &[1, 0]], &[&[0, 2], &[1, 3]], Pass),
            ("by_offset", &[&[3, 2], &[1, 0]], &[&[1, 0], &[2, 3]], Fail),
        ];
        for (collection, usual, mirror, verdict) in cases {
            let lists = world.lists(collection).walk(2, usual).order(1).walk(2, mirror);
            lists.expect(&NOT_THE_MIRROR, verdict);
        }
        world.lists("by_page").order(1).walk(2, &[&[3, 2], &[1, 0]]).expect(&NOT_THE_MIRROR, Inconclusive);
    }
}
