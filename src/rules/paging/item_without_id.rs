//! PAG013: an item of a list does not show its id.

use super::lists::draft;
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Every item of a list shows an id, at the place where the suite says that it stands.
    /// ## Why it matters
    /// An item without an id can be neither fetched nor told from another.
    /// ## Example
    /// The second item of a page is `{"content": "hello"}`, with no `id`.
    /// ## Source
    /// The suite's statement of where a resource's id stands.
    /// ## False alarms and how they are avoided
    /// Texts and numbers both count as ids, whatever they look like.
    ITEM_WITHOUT_ID {
        code: "PAG013", name: "item-without-id", level: Must, basis: Suite,
        source: "the suite's statement of where a resource's id stands",
        summary: "Every item of a list shows its id.",
        implies: ["PAG004", "PAG006", "PGN001", "OFF001", "CUR002", "CUR005", "CUR008", "FLT002", "FLT005"],
        scenarios: &[Kind::Walk, Kind::Pages, Kind::Bounds, Kind::Filter],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let resource = scene.suite.resource(&scene.collection().resource);
    for walk in &scene.evidence.walks {
        let nameless = walk
            .pages
            .iter()
            .enumerate()
            .find_map(|(i, page)| Some((i, page, page.ids.as_ref()?.iter().position(Option::is_none)?)));
        let Some((i, page, place)) = nameless else {
            if walk.ids().next().is_some() {
                sheet.judged();
            }
            continue;
        };
        let pointers = resource.id.all().join(" or ");
        let item = scene.evidence.items(page).get(place).map(ToString::to_string).unwrap_or_default();
        sheet.fail(Draft {
            pointer: Some(format!("{}/{place}{}", page.items_at, resource.id.all()[0])),
            ..draft(
                &walk.label,
                format!("item {} of page {} has no id", place + 1, i + 1),
                sheet.own_requirement(),
                format!("an id at {pointers}"),
                item.chars().take(120).collect::<String>(),
                vec![page.entry],
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{NAMELESS, World};
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};

    #[test]
    fn items_have_ids() {
        let world = World::new(3);
        world.lists("by_page").walk(2, &[&[0, 1], &[2]]).expect(&ITEM_WITHOUT_ID, Pass);
        let judgement =
            world.lists("by_page").walk(2, &[&[0, 1], &[2, NAMELESS]]).expect(&ITEM_WITHOUT_ID, Fail);
        assert_eq!(judgement.findings[0].pointer.as_deref(), Some("/items/1/id"));
        world.lists("by_page").walk(2, &[&[]]).expect(&ITEM_WITHOUT_ID, Inconclusive);
    }
}
