//! PAG003: an item stands twice on one page, or on two pages of one walk.

use std::collections::BTreeMap;

use super::compare::side_by_side;
use super::lists::{NOT_QUIET, aligned, closed, draft, names, own_of, quiet, shown, steady};
use crate::evidence::{Walk, WalkKind};
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Within one walk, each item comes once: neither twice on a page nor on two pages.
    /// ## Why it matters
    /// A client shows or counts the item twice. Behind it there is often a border between pages that is drawn anew for every request, so that
    /// elsewhere an item is lost.
    /// ## Example
    /// `page=1&size=5` ends with message 5, and `page=2&size=5` begins with message 5.
    /// ## Source
    /// The suite's requirement that a list holds each item once.
    /// ## False alarms and how they are avoided
    /// Where others write, items move from page to page: such walks are judged only if every page told the same total, and then only by the
    /// run's own records; by all items where a walk before and one after it were alike to the last item. In lists over many parents, where an id may exist twice, items must be equal as a whole.
    ITEM_REPEATED {
        code: "PAG003", name: "item-repeated", level: Must, basis: Suite,
        source: "the suite's requirement that a list is complete",
        summary: "A walk meets each item once.",
        implies: ["PAG006"],
        scenarios: Kind::LISTS,
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in &scene.evidence.walks {
        if walk.pages.iter().all(|page| page.ids.is_none()) {
            continue;
        }
        let Some(twice) = twice(scene, walk) else {
            sheet.judged();
            continue;
        };
        if twice.first != twice.second && !quiet(scene, walk) {
            sheet.unsure(NOT_QUIET);
            continue;
        }
        let name = scene.name(&walk.query, twice.id);
        let (summary, actual) = if twice.first == twice.second {
            (format!("{name} stands twice on one page"), format!("twice on page {}", twice.first + 1))
        } else {
            let (first, second) = (twice.first + 1, twice.second + 1);
            (
                format!("{name} stands on page {first} and again on page {second}"),
                format!("on pages {first} and {second}"),
            )
        };
        let met: Vec<String> = walk.pages.iter().flat_map(|page| shown(scene, &walk.query, page)).collect();
        let wanted = if walk.kind == WalkKind::Full {
            names(scene, &aligned(&scene.expected(&walk.query), &own_of(scene, walk)))
        } else {
            once(&met)
        };
        let mut entries = vec![walk.pages[twice.first].entry, walk.pages[twice.second].entry];
        entries.dedup();
        sheet.fail(Draft {
            comparison: Some(side_by_side(&wanted, &met)),
            ..draft(
                &walk.label,
                summary,
                scene.requirement(&scene.collection().complete.requirement),
                format!("{name} once"),
                actual,
                entries,
            )
        });
    }
}

/// A list without what came before in it.
fn once(list: &[String]) -> Vec<String> {
    list.iter()
        .enumerate()
        .filter(|(i, name)| !list[..*i].contains(name))
        .map(|(_, name)| name.clone())
        .collect()
}

/// An item that came twice, and the pages on which it did.
struct Twice<'a> {
    id: &'a str,
    first: usize,
    second: usize,
}

fn twice<'a>(scene: &Scene<'a>, walk: &'a Walk) -> Option<Twice<'a>> {
    let collection = scene.collection();
    // Only where one list goes over many parents may two items have one id.
    let ambiguous = collection.scope.is_none() && scene.suite.resource(&collection.resource).parent.is_some();
    let known = closed(collection) || steady(scene, walk);
    let mut met: BTreeMap<&str, (usize, Option<&serde_json::Value>)> = BTreeMap::new();
    for (second, page) in walk.pages.iter().enumerate() {
        let items = scene.evidence.items(page);
        for (i, id) in page.ids.iter().flatten().enumerate() {
            let Some(id) = id.as_deref() else { continue };
            // What others write may come and go, unless the list was seen to stand still; our own records stay.
            if !known && scene.record(&walk.query, id).is_none() {
                continue;
            }
            match met.get(id) {
                Some((first, item)) if !ambiguous || *item == items.get(i) => {
                    return Some(Twice { id, first: *first, second });
                }
                _ => met.insert(id, (second, items.get(i))),
            };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn each_item_comes_once() {
        let world = World::new(4);
        let cases: [(&str, &[&[usize]], Verdict); 7] = [
            ("by_page", &[&[0, 1], &[2, 3], &[]], Pass),
            ("by_page", &[&[0, 1], &[1, 2], &[]], Fail),
            ("by_page", &[&[0, 0], &[1, 2], &[]], Fail),
            ("by_page", &[&[0, 1], &[STRANGER], &[STRANGER]], Fail),
            ("shared", &[&[3, STRANGER], &[STRANGER, 2]], Pass),
            ("shared", &[&[3, STRANGER], &[3, 2]], Fail),
            ("everywhere", &[&[3, 2], &[2, 1]], Fail),
        ];
        for (collection, pages, verdict) in cases {
            world.lists(collection).walk(2, pages).expect(&ITEM_REPEATED, verdict);
        }
        let moved = world.lists("everywhere").walk(2, &[&[3, 2], &[2, 1]]).set(1, "/total", json!(5));
        moved.expect(&ITEM_REPEATED, Inconclusive);
    }

    #[test]
    fn the_finding_names_the_pages() {
        let world = World::new(4);
        let judgement =
            world.lists("by_page").walk(2, &[&[0, 1], &[1, 2], &[3]]).expect(&ITEM_REPEATED, Fail);
        assert_eq!(judgement.findings[0].summary, "main-notes[1] stands on page 1 and again on page 2");
        assert_eq!(judgement.findings[0].exchanges.len(), 2);
    }
}
