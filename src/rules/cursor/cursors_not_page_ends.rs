//! CUR004: the cursors of a page are not the instants of its oldest and its newest item.

use super::bounds::style;
use crate::evidence::{Page, Walk};
use crate::pagination::{ItemCursor, Style};
use crate::rules::declare::rule;
use crate::rules::paging::lists::{cursor_instant, draft, instant_of, touch, when};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Where cursors are items, they are those of the page's first and last one. Where they are instants, a page's cursor for older items is the instant of its oldest item, and its cursor for newer items that of its newest one.
    /// ## Why it matters
    /// With a cursor from inside the page, its items come again; with one from beyond it, the items in between are lost.
    /// ## Example
    /// A page holds messages from 1700 to 1900, and its cursor for older ones is 1900.
    /// ## Source
    /// The suite's statement of where the cursors stand and what they are for.
    /// ## False alarms and how they are avoided
    /// Instants are compared to the millisecond, whether they are written as numbers or as dates, and whether numbers count milliseconds or parts of them. A missing cursor says nothing, and neither
    /// does a page on which some item shows no instant.
    CURSORS_NOT_PAGE_ENDS {
        code: "CUR004", name: "cursors-not-page-ends", level: Must, basis: Suite,
        source: "the suite's statement of where the cursors stand",
        summary: "A page's cursors stand at its first and its last item.",
        implies: ["PAG001", "PAG002", "PAG003", "PAG004", "PAG008", "CUR006", "CUR008", "CUR009"],
        scenarios: &[Kind::Walk, Kind::Bounds],
        applies: |suite, case| when(suite, case, |collection| match &collection.style {
            Style::TimestampCursor(_) => true,
            Style::ItemCursor(style) => style.first.is_some() || style.last.is_some(),
            _ => false,
        }),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    if let Style::ItemCursor(style) = &scene.collection().style {
        by_item(scene, sheet, style);
    }
    let Some(style) = style(scene) else { return };
    for walk in &scene.evidence.walks {
        'pages: for (i, page) in walk.pages.iter().enumerate() {
            let Some((oldest, newest)) = ends(scene, walk, page) else { continue };
            let cursors = [
                (&page.facts.before, oldest, "older", "oldest", &style.before_cursor),
                (&page.facts.after, newest, "newer", "newest", &style.after_cursor),
            ];
            for (cursor, end, direction, which, pointer) in cursors {
                let Some(cursor) = cursor else { continue };
                if cursor_instant(cursor).is_some_and(|instant| touch(instant, end)) {
                    sheet.judged();
                    continue;
                }
                sheet.fail(Draft {
                    pointer: Some(pointer.clone()),
                    ..draft(
                        &walk.label,
                        format!("the cursor of page {} for {direction} items is not the instant of its {which} item", i + 1),
                        sheet.own_requirement(),
                        named(scene, walk, page, end).unwrap_or_else(|| "the instant of an item".to_owned()),
                        cursor_instant(cursor)
                            .and_then(|instant| named(scene, walk, page, instant))
                            .unwrap_or_else(|| cursor.clone()),
                        vec![page.entry],
                    )
                });
                break 'pages;
            }
        }
    }
}

/// Where cursors are items, they are those of the first and the last one of the page.
fn by_item(scene: &Scene<'_>, sheet: &mut Sheet<'_>, style: &ItemCursor) {
    for walk in &scene.evidence.walks {
        for (i, page) in walk.pages.iter().enumerate() {
            let facts = &page.facts;
            let ends = [
                (&facts.before, &facts.first_item, "first", &style.first),
                (&facts.after, &facts.last_item, "last", &style.last),
            ];
            let wrong = ends.into_iter().find(|(told, item, ..)| {
                told.as_ref().zip(item.as_ref()).is_some_and(|(told, item)| told != item)
            });
            let Some((told, item, which, pointer)) = wrong else {
                if facts.before.is_some() || facts.after.is_some() {
                    sheet.judged();
                }
                continue;
            };
            let name =
                |id: &Option<String>| id.as_ref().map_or_else(String::new, |id| scene.name(&walk.query, id));
            sheet.fail(Draft {
                pointer: pointer.clone(),
                ..draft(
                    &walk.label,
                    format!("the cursor of page {} for its {which} item stands at another one", i + 1),
                    sheet.own_requirement(),
                    name(item),
                    name(told),
                    vec![page.entry],
                )
            });
            break;
        }
    }
}

/// The instants of a page's oldest and newest item, if every item shows one.
fn ends(scene: &Scene<'_>, walk: &Walk, page: &Page) -> Option<(i128, i128)> {
    let instants: Option<Vec<i128>> =
        scene.evidence.items(page).iter().map(|item| instant_of(scene, &walk.query, item)).collect();
    let instants = instants?;
    Some((*instants.iter().min()?, *instants.iter().max()?))
}

/// An instant, by the first item of a page that has it.
fn named(scene: &Scene<'_>, walk: &Walk, page: &Page, instant: i128) -> Option<String> {
    let mut items = page.ids.iter().flatten().zip(scene.evidence.items(page));
    let has = |item| instant_of(scene, &walk.query, item).is_some_and(|other| touch(other, instant));
    let id = items.find(|(_, item)| has(item))?.0.as_deref()?;
    Some(format!("the instant of {}", scene.name(&walk.query, id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn items_at_the_ends_are_told() {
        let world = World::new(4);
        let walk = world.lists("by_item").walk(2, &[&[3, 2], &[1, 0]]);
        walk.expect(&CURSORS_NOT_PAGE_ENDS, Pass);
        for (pointer, value, verdict) in [
            ("/first_id", json!("m2"), Fail),
            ("/last_id", json!("m3"), Fail),
            ("/last_id", json!(null), Pass),
            ("/last_id", json!("m2"), Pass),
        ] {
            walk.clone().set(0, pointer, value).expect(&CURSORS_NOT_PAGE_ENDS, verdict);
        }
    }

    #[test]
    fn cursors_are_the_ends_of_the_page() {
        let world = World::new(4);
        let walk = world.lists("by_cursor").walk(2, &[&[3, 2], &[1, 0]]);
        walk.expect(&CURSORS_NOT_PAGE_ENDS, Pass);
        let number = |note: usize| world.cursor(note).parse::<i64>().unwrap();
        for (member, value, verdict) in [
            ("before", json!(number(3)), Fail),
            ("before", json!(number(1)), Fail),
            ("before", json!("next"), Fail),
            ("before", json!("2026-01-01T01:00:02+01:00"), Pass),
            ("before", json!(world.cursor(2)), Pass),
            ("before", json!(number(2) * 1_000), Pass),
            ("before", json!(number(2) * 1_000_000), Pass),
            ("before", json!(number(1) * 1_000), Fail),
            ("before", json!(null), Pass),
            ("after", json!(number(2)), Fail),
        ] {
            walk.clone().set(0, &format!("/cursors/{member}"), value).expect(&CURSORS_NOT_PAGE_ENDS, verdict);
        }
        let swapped =
            walk.clone().set(0, "/cursors/before", json!(number(3))).expect(&CURSORS_NOT_PAGE_ENDS, Fail);
        assert_eq!(swapped.findings[0].actual, "the instant of main-notes[3]");
        let silent = world.lists("by_cursor").walk(2, &[&[3, 2]]).set(0, "/items/0/at", json!("?"));
        silent.expect(&CURSORS_NOT_PAGE_ENDS, Inconclusive);
    }
}
