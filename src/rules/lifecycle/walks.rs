//! Walks in cases that are about a resource: which list of it a walk looks into.

use crate::evidence::{RecordNumber, Walk};
use crate::rules::Scene;
use crate::suite::{Collection, Suite};

/// The collections that list a resource.
pub(in crate::rules) fn collections_of<'a>(
    suite: &'a Suite,
    resource: &str,
) -> impl Iterator<Item = &'a Collection> {
    suite.file().collections.values().filter(move |collection| collection.resource == resource)
}

/// Whether a walk looks into an unfiltered list in which a record stands as long as it exists, and in which its
/// id is no other record's.
pub(in crate::rules) fn would_hold(scene: &Scene<'_>, walk: &Walk, record: RecordNumber) -> bool {
    let Some(first) = walk.pages.first() else { return false };
    let asked = &scene.evidence.entries[first.entry].exchange.operation;
    let number = record;
    let record = scene.oracle.record(number);
    let mut collections = collections_of(scene.suite, &record.resource);
    walk.query.filters.is_empty()
        && collections.any(|collection| collection.operation == *asked)
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
