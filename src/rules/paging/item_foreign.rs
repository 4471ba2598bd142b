//! PAG005: a list that is the harness's own holds an item that the harness never created.

use serde_json::Value;

use super::compare::side_by_side;
use super::lists::{aligned, closed, draft, items, names, own, own_of, shown, when};
use crate::evidence::{Page, RecordNumber, Walk};
use crate::rules::declare::rule;
use crate::rules::proofs::claims::pages_with;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::{Collection, Pointers};
use crate::verdict::{Claim, Fit, Only, Pages};

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
    /// Collections without a scope are not judged, and of collections into which others may write only the items that show our own mark, where the suite names the field
    /// by which ours are told from theirs. An item that this run created elsewhere is the
    /// business of the rules about isolation.
    ITEM_FOREIGN {
        code: "PAG005", name: "item-foreign", level: Must, basis: Suite,
        source: "the suite's requirement that a list is complete",
        summary: "A list that only this run writes into holds nothing that this run did not create.",
        implies: ["PAG001", "PAG006", "PAG012", "PAG014", "PAG016", "PAG018", "PGN001", "PGN002", "OFF001"],
        scenarios: &[Kind::Walk, Kind::Pages, Kind::Bounds],
        applies: |suite, case| when(suite, case, |list| closed(list) || mark(list).is_some()),
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
            claims: only_ours(scene, walk, page).into_iter().collect(),
            pointer: Some(format!("{}/{place}", page.items_at)),
            ..draft(
                &walk.label,
                format!("page {} holds an item that was never created here", i + 1),
                scene.requirement(&scene.collection().complete.requirement),
                format!("only what was created: {}", items(scene.expected(&walk.query).len())),
                format!("an item with the id {id:?}"),
                vec![page.entry],
            )
        });
    }
}

/// The field by which our records are told from those of others, where others write.
fn mark(list: &Collection) -> Option<&str> {
    list.others.as_ref().filter(|_| list.scope.is_some())?.told_apart_by.as_deref()
}

/// The first item of a page that is no record at all; in a list that others write into, the first such with our own mark.
fn foreign<'a>(scene: &Scene<'_>, page: &'a Page) -> Option<&'a str> {
    let resource = &scene.collection().resource;
    let ids = page.ids.iter().flatten().zip(scene.evidence.items(page));
    let mut unknown = ids.filter_map(|(id, item)| Some((id.as_deref()?, item)));
    unknown
        .find(|(id, item)| {
            scene.oracle.find(resource, id, None).is_none() && is_ours(scene, scene.collection(), item)
        })
        .map(|(id, _)| id)
}

/// Whether this run must have made an item of a list: nobody else writes there, or it shows what all of our records show and nobody else's.
pub(in crate::rules) fn is_ours(scene: &Scene<'_>, list: &Collection, item: &Value) -> bool {
    closed(list) || own_mark(scene, list).is_some_and(|(read, own)| read.find(item) == Some(own))
}

/// Where our records show what nobody else's do, and what that is.
fn own_mark<'a>(scene: &Scene<'a>, list: &Collection) -> Option<(&'a Pointers, &'a Value)> {
    let name = mark(list)?;
    let mut ours = scene.oracle.records().filter(|(_, record)| record.resource == list.resource);
    let own = ours.find_map(|(_, record)| record.sent.get(name))?;
    Some((scene.suite.resource(&list.resource).fields.get(name)?.read.as_ref()?, own))
}

/// Of the items with our mark a page holds only those that were created. In a list of our own alone, what it must hold is known without that.
fn only_ours(scene: &Scene<'_>, walk: &Walk, page: &Page) -> Option<Claim> {
    let expected = scene.expected(&walk.query);
    let numbers: Vec<RecordNumber> = expected.members().into_iter().chain(expected.maybe).collect();
    holds_only(scene, scene.collection(), page, &numbers).filter(|_| !closed(scene.collection()))
}

/// A page of a list holds of our own items none but these.
pub(in crate::rules) fn holds_only(
    scene: &Scene<'_>,
    list: &Collection,
    page: &Page,
    numbers: &[RecordNumber],
) -> Option<Claim> {
    let only = own_mark(scene, list).map(|(read, own)| Only { at: read.all().to_vec(), is: own.clone() });
    if only.is_none() && !closed(list) {
        return None;
    }
    Some(Claim::List {
        pages: Pages { only, ..pages_with(scene, &[page], *numbers.first()?)? },
        groups: Vec::new(),
        part: (0, 0),
        maybe: numbers.iter().map(|number| scene.oracle.record(*number).id.clone()).collect(),
        open: false,
        fit: Fit::Whole,
    })
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
    use std::sync::Arc;

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
    fn what_shows_our_mark_is_ours() {
        let others = "others = { because = \"somebody answers\" }";
        let marked = "others = { because = \"somebody answers\", told-apart-by = \"color\" }";
        for (color, verdict) in [("red", Fail), ("green", Pass)] {
            let mut world = World::amended(&[0, 1], &[(others, marked)]);
            for note in world.notes.clone() {
                // All of ours are red.
                let mut record = world.oracle.record(note).clone();
                Arc::make_mut(&mut record.sent).insert("color".to_owned(), Value::from("red"));
                record.id = format!("{}-red", record.id);
                world.oracle.add(record);
            }
            let lists = world.lists("shared").walk(5, &[&[1, STRANGER, 0]]);
            let lists = lists.content(0, |content| content["items"][1]["color"] = color.into());
            lists.expect(&ITEM_FOREIGN, verdict);
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
