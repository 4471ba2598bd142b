//! ORD003: items with equal keys change places from one walk to the next.

use std::collections::BTreeMap;

use super::not_the_mirror::{common, mirrored};
use crate::evidence::{RecordNumber, Walk};
use crate::oracle::Expected;
use crate::rules::declare::rule;
use crate::rules::paging::compare::side_by_side;
use crate::rules::paging::lists::{draft, entries, names, own_of, positional, ranks, some};
use crate::rules::proofs::claims::pages_with;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind, Scenario};
use crate::suite::{OrderKey, Suite};
use crate::verdict::Claim;

rule! {
    /// ## What it checks
    /// Items with equal keys stand in one order among themselves, whatever it is, in every walk and with every page size; and the other way round
    /// where one order is stated to be the mirror of another.
    /// ## Why it matters
    /// If their order is left to chance, a border between pages that falls among them loses some and repeats others, though not every time.
    /// ## Example
    /// Sessions 4 and 5 have one timestamp. With `limit=50` 4 stands before 5, with `limit=7` after it.
    /// ## Source
    /// True of every list whose order is complete; `should`, since nobody states how equal keys are ordered.
    /// ## False alarms and how they are avoided
    /// Which of them comes first is not judged, only that it stays so. If no two records of a list have equal keys, that is
    /// noted.
    EQUAL_KEYS_UNSTABLE {
        code: "ORD003", name: "equal-keys-unstable", level: Should, basis: Invariant,
        source: "true of every list whose order is complete",
        summary: "Items with equal keys keep one order among themselves.",
        implies: [],
        scenarios: &[Kind::Walk],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    match &case.scenario {
        Scenario::Walk { collection, order } => {
            let orders = &suite.file().collections[collection].orders;
            orders
                .get(*order)
                .is_some_and(|order| !matches!(order.by, OrderKey::Creation | OrderKey::FirstSeen))
        }
        _ => false,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let walks: Vec<&Walk> = scene.evidence.walks.iter().filter(|walk| walk.is_whole()).collect();
    let same = |a: &Walk, b: &Walk| {
        a.query.scope == b.query.scope && a.query.order == b.query.order && a.query.filters == b.query.filters
    };
    // Each with the items met in common, and whether one order mirrors the other.
    let mut pairs: Vec<(&Walk, &Walk, [Vec<RecordNumber>; 2], bool)> = Vec::new();
    for (i, walk) in walks.iter().enumerate() {
        if let Some(first) = walks[..i].iter().find(|other| same(other, walk)) {
            let (met, mut before) = common(scene, walk, first);
            before.reverse();
            pairs.push((walk, first, [met, before], false));
        }
    }
    for (walk, other) in mirrored(scene) {
        let (met, before) = common(scene, walk, other);
        pairs.push((walk, other, [met, before], true));
    }
    let mut equal_keys =
        walks.iter().any(|walk| !groups(&own_of(scene, walk), &scene.expected(&walk.query)).is_empty());
    for (walk, other, [met, before], is_mirror) in pairs {
        let expected = scene.expected(&walk.query);
        let (now, earlier) = (groups(&met, &expected), groups(&before, &expected));
        if now.is_empty() {
            continue;
        }
        equal_keys = true;
        let Some((rank, _)) = now.iter().find(|(rank, group)| earlier.get(*rank) != Some(*group)) else {
            sheet.judged();
            continue;
        };
        let (wanted, met) = (names(scene, &earlier[rank]), names(scene, &now[rank]));
        let mut all = entries(other);
        all.extend(entries(walk));
        sheet.fail(Draft {
            claims: (!is_mirror)
                .then(|| alike(scene, walk, other, now[rank][0]))
                .flatten()
                .into_iter()
                .collect(),
            comparison: Some(side_by_side(&wanted, &met)),
            ..draft(
                &walk.label,
                format!("items with equal keys stand in another order than in the walk {}", other.label),
                sheet.own_requirement(),
                some(&wanted),
                some(&met),
                all,
            )
        });
    }
    if !equal_keys {
        // Walks that agree item by item agree on whatever equal keys there were; only nothing was put to the test.
        sheet.judged();
        sheet.note("no two records of one list have equal keys");
    }
}

/// That two walks in one order meet the same items. Only where the requests of a walk do not hang on what the answers before them told.
fn alike(scene: &Scene<'_>, walk: &Walk, other: &Walk, member: RecordNumber) -> Option<Claim> {
    let list = |walk: &Walk| pages_with(scene, &walk.pages.iter().collect::<Vec<_>>(), member);
    positional(scene.collection()).then_some(Claim::SameList { one: list(other)?, other: list(walk)? })
}

/// The items with equal keys in the order met, by rank; only where there are two or more.
fn groups(met: &[RecordNumber], expected: &Expected) -> BTreeMap<usize, Vec<RecordNumber>> {
    let mut groups: BTreeMap<usize, Vec<RecordNumber>> = BTreeMap::new();
    if expected.ordered {
        let ranks = ranks(expected);
        for number in met {
            if let Some(rank) = ranks.get(number) {
                groups.entry(*rank).or_default().push(*number);
            }
        }
    }
    groups.retain(|_, group| group.len() > 1);
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{Pages, World};
    use crate::verdict::Verdict::{self, Fail, Pass};

    #[test]
    fn equal_keys_keep_their_order() {
        let world = World::keyed(&[0, 1, 1, 2]);
        let cases: [(Pages, Pages, Verdict); 4] = [
            (&[&[3, 2, 1, 0]], &[&[3, 2], &[1, 0]], Pass),
            (&[&[3, 1, 2, 0]], &[&[3, 1], &[2, 0]], Pass),
            (&[&[3, 1, 2, 0]], &[&[3, 2], &[1, 0]], Fail),
            // Other changes are for other rules.
            (&[&[3, 2, 1, 0]], &[&[0, 2], &[1, 3]], Pass),
        ];
        for (one, two, verdict) in cases {
            world.lists("by_offset").walk(4, one).walk(2, two).expect(&EQUAL_KEYS_UNSTABLE, verdict);
        }
        let unique = World::new(4);
        unique
            .lists("by_offset")
            .walk(4, &[&[3, 2, 1, 0]])
            .walk(2, &[&[3, 2], &[1, 0]])
            .expect(&EQUAL_KEYS_UNSTABLE, Pass);
    }

    #[test]
    fn a_mirror_turns_equal_keys_round() {
        let world = World::keyed(&[0, 1, 1, 2]);
        for (mirror, verdict) in [([0, 1, 2, 3], Pass), ([0, 2, 1, 3], Fail)] {
            let lists = world.lists("by_offset").walk(4, &[&[3, 2, 1, 0]]).order(1).walk(4, &[&mirror]);
            lists.expect(&EQUAL_KEYS_UNSTABLE, verdict);
        }
    }
}
