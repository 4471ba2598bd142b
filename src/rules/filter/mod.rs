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
use super::paging::lists::{own_of, passed_over};
use crate::evidence::{Filtering, Query, RecordNumber, Walk};
use crate::oracle::Expected;
use crate::rules::Scene;
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

/// The records that certainly pass and that a whole walk does not meet.
fn lost(scene: &Scene<'_>, walk: &Walk, expected: &Expected) -> Vec<RecordNumber> {
    let mut met: BTreeSet<RecordNumber> = own_of(scene, walk).into_iter().collect();
    met.extend(passed_over(scene, walk, expected));
    expected.members().into_iter().filter(|number| !met.contains(number)).collect()
}
