//! CON: several clients at once, and what is seen of a write right after it.

pub(super) mod one_name_split;
pub(super) mod parallel_create_lost;
pub(super) mod stale_after_write;
pub(super) mod update_blended;
pub(super) mod walk_disturbed;
pub(super) mod walk_shaken;

use std::collections::{BTreeMap, BTreeSet};

use super::Scene;
use super::lifecycle::walks::collections_of;
use crate::evidence::{Ask, Page, RecordNumber, Walk, WalkKind};
use crate::scenario::Case;
use crate::suite::{Collection, Suite};

/// The records that a case created, each with the entry that acknowledged it.
fn created(scene: &Scene<'_>) -> BTreeMap<RecordNumber, usize> {
    let mut created = BTreeMap::new();
    for probe in &scene.evidence.probes {
        if let Ask::Create { records, .. } = &probe.ask {
            created.extend(records.iter().map(|record| (*record, probe.entry)));
        }
    }
    created
}

/// Whether the resource of a case has a list in its parent.
fn is_listed(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| collections_of(suite, name).any(|list| list.scope.is_some()))
}

/// The walks of one kind, each with its collection.
pub(super) fn walks<'a>(
    scene: &Scene<'a>,
    kind: WalkKind,
) -> impl Iterator<Item = (&'a Walk, &'a Collection)> {
    let scene = *scene;
    scene.evidence.walks.iter().filter(move |walk| walk.kind == kind).filter_map(move |walk| {
        let asked = &scene.evidence.entries[walk.pages.first()?.entry].exchange.operation;
        let (resource, _) = scene.resource()?;
        let collection = collections_of(scene.suite, resource).find(|list| list.operation == *asked)?;
        Some((walk, collection))
    })
}

/// The only page of a walk of one kind over the same list as another walk.
fn page_of<'a>(scene: &Scene<'a>, kind: WalkKind, like: &Walk) -> Option<&'a Page> {
    let operation =
        |walk: &Walk| walk.pages.first().map(|page| &scene.evidence.entries[page.entry].exchange.operation);
    walks(scene, kind)
        .map(|(walk, _)| walk)
        .filter(|walk| walk.query.scope == like.query.scope && operation(walk) == operation(like))
        .last()
        .and_then(|walk| walk.pages.first())
        .filter(|page| page.ids.is_some())
}

/// The ids on a page.
fn ids(page: &Page) -> BTreeSet<&str> {
    page.known_ids().collect()
}

/// Whether a page has room for more than stands on it, so that what it lacks is not on the next one.
fn has_room(walk: &Walk, page: &Page) -> bool {
    let items = page.len().unwrap_or_default() as u64;
    walk.effective_size.is_some_and(|size| items < size)
}

/// Whether a record was fetched, where that was tried.
fn was_fetched(scene: &Scene<'_>, record: RecordNumber) -> Option<bool> {
    let probe = scene.evidence.probes.iter().rev().find(|probe| probe.ask == Ask::Fetch { record })?;
    Some(scene.evidence.entries[probe.entry].exchange.is_success())
}
