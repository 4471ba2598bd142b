//! Whether two answers are the same page.

use std::collections::BTreeSet;

use super::compare::side_by_side;
use super::lists::{closed, draft, own, ranks, shown, some};
use super::walk_depends_on_size::normal;
use crate::evidence::{Page, RecordNumber, Walk, WalkKind};
use crate::rules::{Draft, Scene, Sheet};
use crate::verdict::{Comparison, Requirement};

/// The only page of a walk, and the walk.
pub(in crate::rules) type Single<'a> = (&'a Walk, &'a Page);

/// Each walk of a kind with the walk before it that it repeats: the nearest one of another kind that asks for the same list.
fn pairs<'a>(scene: &Scene<'a>, kind: WalkKind) -> Vec<(Single<'a>, Single<'a>)> {
    let walks = &scene.evidence.walks;
    let single = |walk: &'a Walk| Some((walk, walk.pages.first()?));
    let repeated = walks.iter().enumerate().filter(|(_, walk)| walk.kind == kind);
    repeated
        .filter_map(|(i, walk)| {
            let second = single(walk)?;
            let fits = |first: &Single<'a>| {
                first.0.kind != kind && first.0.query == walk.query && first.1.start == second.1.start
            };
            let first = walks[..i].iter().rev().filter_map(single).find(fits)?;
            Some((first, second))
        })
        .collect()
}

/// Judges every walk of a kind, which must give the page that the walk before it gave.
pub(super) fn judge_repeats(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    kind: WalkKind,
    summary: &str,
    requirement: &Requirement,
) {
    for (first, second) in pairs(scene, kind) {
        match compare(scene, first, second) {
            Sameness::Unknown => {}
            Sameness::Same => sheet.judged(),
            Sameness::Different(comparison) => sheet.fail(Draft {
                comparison: Some(comparison),
                ..draft(
                    &second.0.label,
                    summary,
                    requirement.clone(),
                    format!("the same page: {}", some(&shown(scene, &first.0.query, first.1))),
                    some(&shown(scene, &second.0.query, second.1)),
                    vec![first.1.entry, second.1.entry],
                )
            }),
        }
    }
}

/// How two answers compare.
pub(in crate::rules) enum Sameness {
    /// They hold the same items in the same order, as far as the order is settled.
    Same,
    /// They do not.
    Different(Comparison),
    /// One of them is no page.
    Unknown,
}

/// Compares two answers. Items with equal keys may change places. In lists that others write into, the pages may differ where
/// foreign items came or went, and own items that stand on both must stand in the same order.
pub(in crate::rules) fn compare(scene: &Scene<'_>, first: Single<'_>, second: Single<'_>) -> Sameness {
    let (Some(first_ids), Some(second_ids)) = (&first.1.ids, &second.1.ids) else { return Sameness::Unknown };
    if first_ids == second_ids {
        return Sameness::Same;
    }
    let query = &first.0.query;
    let expected = scene.expected(query);
    let (mut a, mut b) = (own(scene, query, first.1), own(scene, query, second.1));
    let foreign = |page: &Page| {
        page.known_ids()
            .filter(|id| scene.record(query, id).is_none())
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    let same_foreign = foreign(first.1) == foreign(second.1);
    if !closed(scene.collection()) && !same_foreign {
        let common: BTreeSet<RecordNumber> = a.iter().filter(|number| b.contains(number)).copied().collect();
        a.retain(|number| common.contains(number));
        b.retain(|number| common.contains(number));
    }
    let alike = if expected.ordered {
        // At a border inside a run of equal keys, either page may hold either of them.
        let ranks = ranks(&expected);
        let by_rank = |list: &[RecordNumber]| list.iter().map(|n| ranks.get(n).copied()).collect::<Vec<_>>();
        let known = |list: &[RecordNumber]| list.iter().all(|number| ranks.contains_key(number));
        if known(&a) && known(&b) {
            by_rank(&a) == by_rank(&b)
        } else {
            normal(&a, &expected) == normal(&b, &expected)
        }
    } else {
        normal(&a, &expected) == normal(&b, &expected)
    };
    if alike && (same_foreign || !closed(scene.collection())) {
        Sameness::Same
    } else {
        Sameness::Different(side_by_side(&shown(scene, query, first.1), &shown(scene, query, second.1)))
    }
}
