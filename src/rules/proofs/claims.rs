//! Claims that rules name themselves.

use crate::evidence::{Page, RecordNumber};
use crate::rules::Scene;
use crate::rules::fidelity::representations::resource_by_number;
use crate::suite::Pointers;
use crate::verdict::{Claim, Fit, Pages};

/// The status lies in one of these ranges.
pub(in crate::rules) fn status_within(exchange: usize, allowed: &[(u16, u16)]) -> Claim {
    Claim::Status { exchange, allowed: allowed.to_vec() }
}

/// The status is one of these.
pub(in crate::rules) fn status_of(exchange: usize, allowed: &[u16]) -> Claim {
    Claim::Status { exchange, allowed: allowed.iter().map(|status| (*status, *status)).collect() }
}

/// Where the ids of records stand on these pages of one list of theirs.
pub(in crate::rules) fn pages_with(
    scene: &Scene<'_>,
    pages: &[&Page],
    record: RecordNumber,
) -> Option<Pages> {
    pages_by(pages, &resource_by_number(scene, record).id)
}

/// Where the ids stand on these pages of one list, whose items have them at these places.
pub(in crate::rules) fn pages_by(pages: &[&Page], id: &Pointers) -> Option<Pages> {
    Some(Pages {
        exchanges: pages.iter().map(|page| page.entry).collect(),
        items: pages.first()?.items_at.clone(),
        id: id.all().to_vec(),
        only: None,
    })
}

/// These pages of one list hold each of these records once; others may stand between them, in any order.
pub(in crate::rules) fn lists_each(
    scene: &Scene<'_>,
    pages: &[&Page],
    records: &[RecordNumber],
) -> Option<Claim> {
    let ids: Vec<String> = records.iter().map(|number| scene.oracle.record(*number).id.clone()).collect();
    Some(Claim::List {
        pages: pages_with(scene, pages, *records.first()?)?,
        part: (0, ids.len()),
        groups: vec![ids],
        maybe: Vec::new(),
        open: true,
        fit: Fit::Whole,
    })
}

/// The entry whose answer acknowledged a record; none where that is not of this case.
pub(in crate::rules) fn created_by(scene: &Scene<'_>, record: RecordNumber) -> Option<usize> {
    let created = crate::oracle::created(scene.suite, scene.oracle, scene.evidence);
    created.iter().position(|records| records.iter().any(|(number, _)| *number == record))
}

/// A claim that holds after these requests, too.
pub(in crate::rules) fn after(requests: Vec<usize>, holds: Claim) -> Claim {
    Claim::After { requests, at_once: false, seconds: 0, holds: Box::new(holds) }
}

/// A claim that holds however these requests come together.
pub(in crate::rules) fn at_once(requests: Vec<usize>, holds: Claim) -> Claim {
    Claim::After { requests, at_once: true, seconds: 0, holds: Box::new(holds) }
}
