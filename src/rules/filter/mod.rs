//! FLT: filters.

pub(super) mod combination_misread;
pub(super) mod filter_lets_through;
pub(super) mod filter_loses;
pub(super) mod filtered_order_differs;
pub(super) mod impossible_filter_not_empty;
pub(super) mod pair_not_intersection;
pub(super) mod total_ignores_filter;
pub(super) mod unknown_argument_answered;
pub(super) mod value_not_literal;

use std::collections::BTreeSet;

use super::fidelity::representations::is_of;
use super::paging::compare::side_by_side;
use super::paging::lists::{
    NOT_QUIET, aligned, draft, entries, items, names, own_of, passed_over, quiet, shown, some,
};
use crate::evidence::{Filtering, Query, RecordNumber, Walk};
use crate::oracle::Expected;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Scenario};
use crate::suite::{Field, Filter, Suite};
use crate::verdict::Requirement;

/// The filter that a case is about, and the field that it looks at.
fn filter_of<'a>(suite: &'a Suite, case: &Case) -> Option<(&'a Filter, &'a Field)> {
    let Scenario::Filter { collection, filter } = &case.scenario else { return None };
    let collection = suite.file().collections.get(collection)?;
    let filter = collection.filters.get(filter)?;
    Some((filter, suite.resource(&collection.resource).fields.get(&filter.field)?))
}

/// A filter with its value, as it is named in findings: `role=user`, several joined by `and`.
fn described(query: &Query) -> String {
    query.filters.iter().map(Filtering::told).collect::<Vec<_>>().join(" and ")
}

/// The requirement of the first filter of a query, or of what joins filters where that is a combination.
fn requirement(scene: &Scene<'_>, query: &Query) -> Option<Requirement> {
    let (collection, name) = (scene.collection(), &query.filters.first()?.filter);
    let stated = match collection.filters.get(name) {
        Some(filter) => &filter.requirement,
        None => &collection.logic.as_ref()?.requirement,
    };
    Some(scene.requirement(stated))
}

/// The first own item that certainly does not pass, and the page that it stands on, counted from 0.
fn let_through(scene: &Scene<'_>, walk: &Walk, expected: &Expected) -> Option<(usize, RecordNumber)> {
    let members: BTreeSet<RecordNumber> = expected.members().into_iter().collect();
    let wrong = |number: &RecordNumber| !members.contains(number) && !expected.maybe.contains(number);
    walk.pages.iter().enumerate().find_map(|(i, page)| {
        let mut known = page.ids.iter().flatten().zip(scene.evidence.items(page)).filter_map(|(id, item)| {
            // An item of another parent may have the id of one of this parent: then it is a leak, and no filter's fault.
            let number = scene.record(&walk.query, id.as_ref()?)?;
            (is_of(scene, number, item) != Some(false)).then_some(number)
        });
        Some((i, known.find(wrong)?))
    })
}

/// What a rule on several filters at once says of an item: that it satisfies them, and that it does not.
struct Words {
    satisfies: &'static str,
    satisfy: &'static str,
    does_not: &'static str,
}

/// Judges every list with filters as a whole: what comes satisfies them all, and what satisfies them comes.
fn judge_together(scene: &Scene<'_>, sheet: &mut Sheet<'_>, words: &Words) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.pages.iter().any(|page| page.ids.is_some())) {
        let Some(requirement) = requirement(scene, &walk.query) else { continue };
        let expected = scene.expected(&walk.query);
        let lost = if walk.is_whole() { lost(scene, walk, &expected) } else { Vec::new() };
        let summary = if let Some((i, number)) = let_through(scene, walk, &expected) {
            let name = scene.oracle.record(number).name();
            format!("{name} comes on page {} though it {}", i + 1, words.does_not)
        } else if lost.is_empty() {
            sheet.judged();
            continue;
        } else if quiet(scene, walk) {
            let lacking = some(&names(scene, &lost));
            format!("{} that {} on no page: {lacking}", items(lost.len()), words.satisfies)
        } else {
            sheet.unsure(NOT_QUIET);
            continue;
        };
        let wanted = names(scene, &aligned(&expected, &own_of(scene, walk)));
        let met: Vec<String> = walk.pages.iter().flat_map(|page| shown(scene, &walk.query, page)).collect();
        sheet.fail(Draft {
            comparison: Some(side_by_side(&wanted, &met)),
            ..draft(
                &walk.label,
                summary,
                requirement,
                format!("{} that {} {}", items(wanted.len()), words.satisfy, described(&walk.query)),
                format!("{}: {}", items(met.len()), some(&met)),
                entries(walk),
            )
        });
    }
}

/// The records that certainly pass and that a whole walk does not meet.
fn lost(scene: &Scene<'_>, walk: &Walk, expected: &Expected) -> Vec<RecordNumber> {
    let mut met: BTreeSet<RecordNumber> = own_of(scene, walk).into_iter().collect();
    met.extend(passed_over(scene, walk, expected));
    expected.members().into_iter().filter(|number| !met.contains(number)).collect()
}
