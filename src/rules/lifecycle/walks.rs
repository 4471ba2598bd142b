//! Walks in cases that are about a resource: which list of it a walk looks into.

use crate::evidence::{RecordNumber, Walk, WalkKind};
use crate::rules::Scene;
use crate::suite::{Collection, Suite};

/// The collections that list a resource.
pub(in crate::rules) fn collections_of<'a>(
    suite: &'a Suite,
    resource: &str,
) -> impl Iterator<Item = &'a Collection> {
    suite.file().collections.values().filter(move |collection| collection.resource == resource)
}

/// The collection whose list a walk reads.
pub(in crate::rules) fn list_of<'a>(scene: &Scene<'a>, walk: &Walk) -> Option<&'a Collection> {
    let asked = &scene.evidence.entries[walk.pages.first()?.entry].exchange.operation;
    scene.suite.file().collections.values().find(|list| list.operation == *asked)
}

/// The walks of one list right before and right after a change, with the collection.
pub(in crate::rules) fn around_change<'a>(scene: &Scene<'a>) -> Vec<(&'a Collection, &'a Walk, &'a Walk)> {
    let of = |kind: WalkKind| scene.evidence.walks.iter().filter(move |walk| walk.kind == kind);
    let pair = |before: &'a Walk| {
        let list = list_of(scene, before)?;
        let same = |after: &&Walk| {
            list_of(scene, after).is_some_and(|other| other.operation == list.operation)
                && after.query == before.query
        };
        Some((list, before, of(WalkKind::After).find(same)?))
    };
    of(WalkKind::Before).filter_map(pair).collect()
}

/// Whether a walk looks into an unfiltered list in which a record stands as long as it exists, and in which its
/// id is no other record's.
pub(in crate::rules) fn would_hold(scene: &Scene<'_>, walk: &Walk, record: RecordNumber) -> bool {
    let number = record;
    let record = scene.oracle.record(number);
    walk.query.filters.is_empty()
        && list_of(scene, walk).is_some_and(|list| list.resource == record.resource)
        && (walk.query.scope == record.parent || walk.query.scope.is_none() && is_only(scene, number))
}

/// Whether no record in another parent has the same id.
fn is_only(scene: &Scene<'_>, number: RecordNumber) -> bool {
    let record = scene.oracle.record(number);
    scene.oracle.records().all(|(other, twin)| {
        other == number
            || twin.resource != record.resource
            || twin.id != record.id
            || twin.parent == record.parent
    })
}
