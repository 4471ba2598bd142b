//! CUR001: a bounded page holds the item that its cursor stands at.

use super::bounds::bounded;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{by_item, convention, draft, own, shown, when};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::CursorItem;

rule! {
    /// ## What it checks
    /// A page of the items before (or after) a cursor does not hold the item that the cursor stands at.
    /// ## Why it matters
    /// Clients that follow cursors get this item twice; with a page size of 1 they get nothing else for ever.
    /// ## Example
    /// The newest message has the timestamp 1700. `before=1700` is answered with a page that begins with it.
    /// ## Source
    /// The suite's setting on the item that a cursor names. Where cursors are items and the suite states nothing, the meaning of "after" and "before".
    /// ## False alarms and how they are avoided
    /// Cursors are made from the key that the target itself acknowledged. If that key is finer than a cursor can say, so that it truly lies
    /// beyond the cursor, the item may be there.
    CURSOR_ITEM_INCLUDED {
        code: "CUR001", name: "cursor-item-included", level: Must, basis: Suite,
        source: "the suite's setting `cursor-item`",
        summary: "A bounded page does not hold the item that its cursor stands at.",
        implies: ["PAG001", "PAG002", "PAG003", "CUR008"],
        scenarios: &[Kind::Bounds],
        applies: |suite, case| when(suite, case, |collection| match &collection.conventions.cursor_item {
            Some(stated) => stated.is == CursorItem::Excluded,
            None => by_item(collection),
        }),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let stated = scene.collection().conventions.cursor_item.as_ref();
    let requirement = stated.map_or_else(|| sheet.own_requirement(), |stated| convention(scene, stated));
    for bounded in bounded(scene) {
        let met = own(scene, &bounded.walk.query, bounded.page);
        for (bound, is_lower) in [(bounded.lower, true), (bounded.upper, false)] {
            let Some(bound) = bound else { continue };
            let Some(anchor) = bound.anchor else { continue };
            let Some(key) = bounded.place_of(scene, anchor) else { continue };
            let beyond = if is_lower { key > bound.at } else { key < bound.at };
            let Some(place) = met.iter().position(|number| *number == anchor).filter(|_| !beyond) else {
                sheet.judged();
                continue;
            };
            let name = scene.oracle.record(anchor).name();
            let on_page = shown(scene, &bounded.walk.query, bounded.page);
            let place = on_page.iter().position(|other| *other == name).unwrap_or(place);
            sheet.fail(Draft {
                pointer: Some(format!("{}/{place}", bounded.page.items_at)),
                ..draft(
                    &bounded.walk.label,
                    format!("the page holds {name}, at which its cursor stands"),
                    requirement.clone(),
                    format!("a page without {name}"),
                    format!("{name} is item {}", place + 1),
                    vec![bounded.page.entry],
                )
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};

    #[test]
    fn the_cursor_is_exclusive() {
        let world = World::new(6);
        let lists = world.lists("by_cursor");
        lists.clone().before(3, 3, &[2, 1, 0]).expect(&CURSOR_ITEM_INCLUDED, Pass);
        lists.clone().before(3, 3, &[3, 2, 1]).expect(&CURSOR_ITEM_INCLUDED, Fail);
        lists.clone().after(3, 3, &[5, 4]).expect(&CURSOR_ITEM_INCLUDED, Pass);
        lists.clone().after(3, 3, &[5, 4, 3]).expect(&CURSOR_ITEM_INCLUDED, Fail);
        lists.clone().between(1, 4, 9, &[3, 2]).expect(&CURSOR_ITEM_INCLUDED, Pass);
        lists.clone().between(1, 4, 9, &[4, 3, 2]).expect(&CURSOR_ITEM_INCLUDED, Fail);
        lists.clone().between(1, 4, 9, &[3, 2, 1]).expect(&CURSOR_ITEM_INCLUDED, Fail);
        lists.before(3, 3, &[3]).label("form date-time").expect(&CURSOR_ITEM_INCLUDED, Inconclusive);
    }

    #[test]
    fn an_item_does_not_stand_behind_itself() {
        let world = World::keyed(&[0, 1, 1, 2, 3]);
        let lists = world.lists("by_item");
        lists.clone().after(3, 2, &[1, 2]).expect(&CURSOR_ITEM_INCLUDED, Pass);
        lists.clone().after(3, 2, &[3, 2]).expect(&CURSOR_ITEM_INCLUDED, Fail);
        lists.clone().before(1, 3, &[4, 3]).expect(&CURSOR_ITEM_INCLUDED, Pass);
        lists.before(1, 3, &[3, 2, 1]).expect(&CURSOR_ITEM_INCLUDED, Fail);
    }

    #[test]
    fn a_key_finer_than_the_cursor_lies_beyond_it() {
        let world = World::new(3);
        let page = world.lists("by_cursor").after(1, 3, &[2, 1]);
        page.expect(&CURSOR_ITEM_INCLUDED, Fail);
        let earlier = (world.cursor(1).parse::<i64>().unwrap() - 1).to_string();
        page.change(|walk| walk.pages[0].start = crate::pagination::Start::After(earlier))
            .expect(&CURSOR_ITEM_INCLUDED, Pass);
    }
}
