//! Where items first stand in another order than the list is to have.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use super::compare::side_by_side;
use super::lists::draft;
use crate::evidence::{Query, Walk};
use crate::oracle::key_of;
use crate::rules::{Draft, Scene, Sheet};
use crate::suite::{Direction, OrderKey};

/// An item and where it stands.
struct Place<'a> {
    id: Option<&'a str>,
    item: &'a Value,
    page: usize,
    index: usize,
}

/// Judges the order of a walk's items, also across the borders of pages. Only items whose keys are known are compared.
pub(in crate::rules) fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>, walk: &Walk) {
    let mut last: Option<Place<'_>> = None;
    let mut met = BTreeSet::new();
    let mut compared = false;
    for (page_number, page) in walk.pages.iter().enumerate() {
        let ids = page.ids.iter().flatten();
        for (i, (id, item)) in ids.zip(scene.evidence.items(page)).enumerate() {
            let here = Place { id: id.as_deref(), item, page: page_number, index: i };
            // An item that comes again stands wrong because it comes again, which is another rule's matter.
            let again = here.id.is_some_and(|id| !met.insert(id));
            if again || !has_key(scene, &walk.query, &here) {
                continue;
            }
            if let Some(before) = &last
                && let Some(order) = compare(scene, &walk.query, before, &here)
            {
                compared = true;
                if order == Ordering::Greater {
                    sheet.fail(disorder(scene, walk, before, &here));
                    return;
                }
            }
            last = Some(here);
        }
    }
    if compared {
        sheet.judged();
    }
}

fn has_key(scene: &Scene<'_>, query: &Query, at: &Place<'_>) -> bool {
    match &scene.order(query).by {
        OrderKey::Creation => at.id.is_some_and(|id| scene.record(query, id).is_some()),
        OrderKey::FirstSeen => first_seen(scene, query, at).is_some(),
        by => key_of(by, at.item).is_some(),
    }
}

/// The place of an own item in the list as it was first seen.
fn first_seen(scene: &Scene<'_>, query: &Query, at: &Place<'_>) -> Option<usize> {
    let number = scene.record(query, at.id?)?;
    scene.oracle.seen_at(&scene.collection().operation, query.order, query.scope, number)
}

/// How two items stand to each other in the order of the list; `None` where that is not known.
fn compare(scene: &Scene<'_>, query: &Query, a: &Place<'_>, b: &Place<'_>) -> Option<Ordering> {
    let order = scene.order(query);
    let upwards = match &order.by {
        OrderKey::Creation => {
            let moment = |at: &Place<'_>| Some(scene.oracle.record(scene.record(query, at.id?)?).moment);
            moment(a)?.cmp(&moment(b)?)
        }
        // It was seen in the direction that it has.
        OrderKey::FirstSeen => return Some(first_seen(scene, query, a)?.cmp(&first_seen(scene, query, b)?)),
        by => key_of(by, a.item)?.cmp(&key_of(by, b.item)?),
    };
    Some(match order.direction {
        Direction::Ascending => upwards,
        Direction::Descending => upwards.reverse(),
    })
}

fn disorder(scene: &Scene<'_>, walk: &Walk, before: &Place<'_>, here: &Place<'_>) -> Draft {
    let name = |at: &Place<'_>| at.id.map_or_else(|| "an item".to_owned(), |id| scene.name(&walk.query, id));
    let (first, second) = (name(before), name(here));
    let page = &walk.pages[here.page];
    let mut entries = vec![walk.pages[before.page].entry, page.entry];
    entries.dedup();
    let place = if before.page == here.page {
        format!("on page {}", here.page + 1)
    } else {
        format!("from page {} to page {}", before.page + 1, here.page + 1)
    };
    let order = scene.order(&walk.query);
    Draft {
        comparison: Some(side_by_side(&[name(here), name(before)], &[name(before), name(here)])),
        pointer: Some(format!("{}/{}", page.items_at, here.index)),
        ..draft(
            &walk.label,
            format!("{place}, {first} stands before {second}, against the order {}", order.name),
            scene.requirement(&order.requirement),
            format!("{second} before {first}"),
            format!("{first} before {second}"),
            entries,
        )
    }
}
