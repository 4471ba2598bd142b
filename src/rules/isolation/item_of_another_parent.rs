//! ISO001: a list holds a record that lies in another parent.

use crate::evidence::RecordNumber;
use crate::rules::declare::rule;
use crate::rules::fidelity::representations::{by_id, is_of};
use crate::rules::proofs::claims::pages_with;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::verdict::{Claim, Comparison, Mark};

rule! {
    /// ## What it checks
    /// No page of one parent's list holds a record that this run created in another parent.
    /// ## Why it matters
    /// One user reads what another one wrote.
    /// ## Example
    /// The messages of session A are listed, and message 3 of session B is among them.
    /// ## Source
    /// The suite's requirement that a list holds what was created in its parent, and nothing else.
    /// ## False alarms and how they are avoided
    /// Ids need not be unique across parents: an item counts as another parent's only when it shows that
    /// parent's id, or all that was sent for that record, and does not fit a record of its own parent. Items of
    /// other writers are passed over.
    ITEM_OF_ANOTHER_PARENT {
        code: "ISO001", name: "item-of-another-parent", level: Must, basis: Suite,
        source: "the suite's requirement that a list holds what was created in its parent",
        summary: "A list holds no record of another parent.",
        implies: [
            "PAG001", "LNK005", "TOK004", "PAG003", "PAG006", "PAG007", "PAG012", "PAG014", "PAG016", "PAG018", "ORD001", "CUR003", "CUR004", "FID001", "FID002", "FID003", "FID004", "FID006", "FID007",
        ],
        scenarios: Kind::LISTS,
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.collection().is_some_and(|name| suite.file().collections[name].scope.is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let records = by_id(scene, &scene.collection().resource);
    for walk in &scene.evidence.walks {
        let Some(scope) = walk.query.scope else { continue };
        let parent = |number: &&RecordNumber| scene.oracle.record(**number).parent;
        let mut strangers = Vec::new();
        for page in &walk.pages {
            let ids = page.ids.iter().flatten();
            for (i, (id, item)) in ids.zip(scene.evidence.items(page)).enumerate() {
                let twins =
                    id.as_ref().and_then(|id| records.get(id.as_str())).map_or(&[][..], Vec::as_slice);
                let own = twins.iter().find(|n| parent(n) == Some(scope));
                if own.is_some_and(|number| is_of(scene, *number, item) != Some(false)) {
                    continue;
                }
                let stranger =
                    twins.iter().find(|n| parent(n) != Some(scope) && is_of(scene, **n, item) == Some(true));
                strangers
                    .extend(stranger.map(|number| (*number, page.entry, format!("{}/{i}", page.items_at))));
            }
        }
        if walk.pages.iter().any(|page| page.ids.is_some()) {
            sheet.judged();
        }
        let Some((number, entry, pointer)) = strangers.first() else { continue };
        let name = |number: RecordNumber| scene.oracle.record(number).name();
        let here = name(scope);
        let home = scene.oracle.record(*number).parent.map_or_else(|| "no parent".to_owned(), name);
        // Where a record of this list has the same id, it is not the id that tells them apart.
        let id = &scene.oracle.record(*number).id;
        let alone = records.get(id.as_str()).is_some_and(|twins| twins.len() == 1);
        let page = walk.pages.iter().find(|page| page.entry == *entry).filter(|_| alone);
        let pages = page.and_then(|page| pages_with(scene, &[page], *number));
        let lacks = pages.map(|pages| Claim::Lacks { pages, id: id.clone() });
        sheet.fail(Draft {
            input: walk.label.clone(),
            summary: format!("{} of {home} stands in the list of {here}", name(*number)),
            requirement: scene.requirement(&scene.collection().complete.requirement),
            expected: format!("records of {here} only"),
            actual: format!("{} of {home}, and {} further ones", name(*number), strangers.len() - 1),
            comparison: Some(Comparison {
                expected: Vec::new(),
                actual: strangers.iter().map(|(number, _, _)| (Mark::Extra, name(*number))).collect(),
            }),
            claims: lacks.into_iter().collect(),
            pointer: Some(pointer.clone()),
            entries: vec![*entry],
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{OTHER, STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn a_list_holds_its_own_parents_records() {
        let world = World::new(3);
        let cases: [(&[usize], Verdict); 4] =
            [(&[0, 1, 2], Pass), (&[0, 1, 2, STRANGER], Pass), (&[0, 1, OTHER + 1], Fail), (&[], Pass)];
        for (items, verdict) in cases {
            world.lists("by_page").walk(5, &[items]).expect(&ITEM_OF_ANOTHER_PARENT, verdict);
        }
    }

    #[test]
    fn equal_ids_are_told_apart_by_what_they_show() {
        let mut world = World::new(3);
        // The other box has a note with the id of one in the main box.
        let mut twin = world.oracle.record(world.others[0]).clone();
        "m1".clone_into(&mut twin.id);
        Arc::make_mut(&mut twin.sent).insert("text".to_owned(), json!("quite another text"));
        world.oracle.add(twin);
        for (text, color, verdict) in [
            ("wordm1 and more", "blue", Pass),
            ("wordm1 and mor", "blue", Pass),
            ("quite another text", "red", Fail),
        ] {
            let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]);
            let lists = lists.content(0, |content| {
                let item = &mut content["items"][1];
                item["text"] = json!(text);
                item["color"] = json!(color);
                item["name"] = if color == "red" { json!("note-0") } else { json!("note-1") };
            });
            lists.expect(&ITEM_OF_ANOTHER_PARENT, verdict);
        }
    }

    #[test]
    fn an_id_alone_says_nothing() {
        let world = World::new(3);
        let lists = world.lists("by_page").walk(5, &[&[0, OTHER + 1]]);
        let lists =
            lists.content(0, |content| content["items"][1] = json!({"id": "o1", "text": "by somebody"}));
        lists.expect(&ITEM_OF_ANOTHER_PARENT, Pass);
    }
}
