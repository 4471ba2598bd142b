//! PAG005: a list that is the harness's own holds an item that the harness never created.

use super::compare::side_by_side;
use super::lists::{aligned, closed, draft, items, names, own, own_of, shown, when};
use crate::evidence::{Page, Walk};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A list in a scope that this run created holds nothing that this run did not create.
    /// ## Why it matters
    /// The item was made up, or it belongs to somebody else, who did not mean to show it.
    /// ## Example
    /// A new session with three messages lists four: the fourth has an id that no answer to a creation ever gave.
    /// ## Source
    /// The suite's requirement that a list holds exactly what was created in it.
    /// ## False alarms and how they are avoided
    /// Collections into which others may write, and collections without a scope, are not judged. An item that this run created elsewhere is the
    /// business of the rules about isolation.
    ITEM_FOREIGN {
        code: "PAG005", name: "item-foreign", level: Must, basis: Suite,
        source: "the suite's requirement that a list is complete",
        summary: "A list that only this run writes into holds nothing that this run did not create.",
        implies: ["PAG001", "PAG006", "PAG014", "PAG016", "PAG018", "PGN001", "PGN002", "OFF001"],
        scenarios: &[Kind::Walk, Kind::Pages, Kind::Bounds],
        applies: |suite, case| when(suite, case, closed),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.query.filters.is_empty()) {
        let foreign =
            walk.pages.iter().enumerate().find_map(|(i, page)| Some((i, page, foreign(scene, page)?)));
        let Some((i, page, id)) = foreign else {
            if walk.pages.iter().any(|page| page.ids.is_some()) {
                sheet.judged();
            }
            continue;
        };
        let place =
            page.ids.iter().flatten().position(|other| other.as_deref() == Some(id)).unwrap_or_default();
        sheet.fail(Draft {
            comparison: Some(comparison(scene, walk, page)),
            pointer: Some(format!("{}/{place}", page.items_at)),
            ..draft(
                &walk.label,
                format!("page {} holds an item that was never created here", i + 1),
                scene.requirement(&scene.collection().complete.requirement),
                format!("only the {} that were created", items(scene.expected(&walk.query).len())),
                format!("an item with the id {id:?}"),
                vec![page.entry],
            )
        });
    }
}

/// The first item of a page that is no record at all.
fn foreign<'a>(scene: &Scene<'_>, page: &'a Page) -> Option<&'a str> {
    let resource = &scene.collection().resource;
    page.known_ids().find(|id| scene.oracle.find(resource, id, None).is_none())
}

fn comparison(scene: &Scene<'_>, walk: &Walk, page: &Page) -> crate::verdict::Comparison {
    if walk.is_whole() {
        let wanted = aligned(&scene.expected(&walk.query), &own_of(scene, walk));
        let met: Vec<String> = walk.pages.iter().flat_map(|page| shown(scene, &walk.query, page)).collect();
        return side_by_side(&names(scene, &wanted), &met);
    }
    side_by_side(&names(scene, &own(scene, &walk.query, page)), &shown(scene, &walk.query, page))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{OTHER, STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Pass};

    #[test]
    fn nobody_else_writes() {
        let world = World::new(4);
        let cases: [(&[&[usize]], Verdict); 3] = [
            (&[&[0, 1], &[2, 3], &[]], Pass),
            (&[&[0, 1], &[STRANGER, 2], &[3]], Fail),
            // What lies in another box is for the rules about isolation.
            (&[&[0, 1], &[OTHER, 2], &[3]], Pass),
        ];
        for (pages, verdict) in cases {
            world.lists("by_page").walk(2, pages).expect(&ITEM_FOREIGN, verdict);
        }
    }

    #[test]
    fn lists_of_others_are_not_judged() {
        let world = World::new(1);
        for (collection, judged) in
            [("by_page", true), ("by_cursor", true), ("shared", false), ("everywhere", false)]
        {
            assert_eq!(closed(world.collection(collection)), judged, "{collection}");
        }
    }
}
