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

/// Whether a walk looks into an unfiltered list in which a record stands as long as it exists.
pub(in crate::rules) fn would_hold(scene: &Scene<'_>, walk: &Walk, record: RecordNumber) -> bool {
    let Some(first) = walk.pages.first() else { return false };
    let asked = &scene.evidence.entries[first.entry].exchange.operation;
    let record = scene.oracle.record(record);
    let mut collections = collections_of(scene.suite, &record.resource);
    walk.query.filters.is_empty()
        && collections.any(|collection| collection.operation == *asked)
        && (walk.query.scope.is_none() || walk.query.scope == record.parent)
}
