//! PAG018: the list of a parent that has no children is not an empty page.

use super::lists::{collection, draft, items};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind, Scenario};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// The list of a parent that exists and has nothing in it is a page without items, and its total, if it tells one, is 0.
    /// ## Why it matters
    /// Every list starts empty. A client that gets an error there fails for each new user.
    /// ## Example
    /// A session that was just created answers 404 when its messages are listed.
    /// ## Source
    /// The suite's requirement that a list holds exactly what was created in it.
    /// ## False alarms and how they are avoided
    /// Only parents that the target acknowledged and that nothing was put into are asked. Lists that others write into are not judged. Server
    /// errors are left to the rules about statuses.
    EMPTY_LIST_WRONG {
        code: "PAG018", name: "empty-list-wrong", level: Must, basis: Suite,
        source: "the suite's requirement that a list is complete",
        summary: "The list of a parent without children is a page without items.",
        implies: [],
        scenarios: &[Kind::Walk],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    matches!(case.scenario, Scenario::Walk { order: 0, .. })
        && collection(suite, case)
            .is_some_and(|collection| super::lists::closed(collection) && has_empty_scope(suite, collection))
}

/// Whether the seed has a scope of the collection in which nothing is created.
pub(in crate::rules) fn has_empty_scope(suite: &Suite, collection: &crate::suite::Collection) -> bool {
    let seed = &suite.file().seed;
    let filled = |label: &str| {
        seed.iter()
            .any(|group| group.resource == collection.resource && group.under.as_deref() == Some(label))
    };
    seed.iter().any(|group| collection.scope.as_ref() == Some(&group.resource) && !filled(&group.label))
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.query.filters.is_empty()) {
        let expected = scene.expected(&walk.query);
        let Some(page) = walk.pages.first().filter(|_| expected.is_empty() && expected.exact()) else {
            continue;
        };
        let Some(status) =
            scene.evidence.entries[page.entry].exchange.status().filter(|status| *status < 500)
        else {
            continue;
        };
        let wrong = match (page.len(), page.facts.total) {
            (Some(0), None | Some(0)) => {
                sheet.judged();
                continue;
            }
            (Some(0), Some(total)) => format!("a total of {total}"),
            (Some(count), _) => items(count),
            (None, _) if (400..500).contains(&status) => format!("status {status}"),
            (None, _) => continue,
        };
        sheet.fail(draft(
            &walk.label,
            format!("the list of a parent without children is answered with {wrong}"),
            scene.requirement(&scene.collection().complete.requirement),
            "a page without items",
            wrong,
            vec![page.entry],
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn an_empty_list_is_an_empty_page() {
        let world = World::new(2);
        let empty = world.lists("by_page").scope(world.empty).walk(5, &[&[]]);
        empty.expect(&EMPTY_LIST_WRONG, Pass);
        empty.clone().set(0, "/total", json!(null)).expect(&EMPTY_LIST_WRONG, Pass);
        empty.clone().set(0, "/total", json!(1)).expect(&EMPTY_LIST_WRONG, Fail);
        empty.clone().refuse(0, 404).expect(&EMPTY_LIST_WRONG, Fail);
        empty.refuse(0, 500).expect(&EMPTY_LIST_WRONG, Inconclusive);
        world.lists("by_page").scope(world.empty).walk(5, &[&[STRANGER]]).expect(&EMPTY_LIST_WRONG, Fail);
        world.lists("by_page").walk(5, &[&[]]).expect(&EMPTY_LIST_WRONG, Inconclusive);
    }

    #[test]
    fn it_is_planned_where_there_is_an_empty_parent() {
        let world = World::new(1);
        let filled = World::amended(&[0], &[("[[seed]]\nlabel = \"empty\"\nresource = \"box\"\n", "")]);
        for (world, collection, planned) in [
            (&world, "by_page", true),
            (&world, "shared", false),
            (&world, "everywhere", false),
            (&filled, "by_page", false),
        ] {
            let scenario = Scenario::Walk { collection: collection.to_owned(), order: 0 };
            let case = Case { id: String::new(), operation: String::new(), scenario };
            assert_eq!(applies(&world.suite, &case), planned, "{collection}");
        }
    }
}
