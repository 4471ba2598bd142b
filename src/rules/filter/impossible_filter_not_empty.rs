//! FLT004: a filter that nothing matches does not give an empty page.

use super::{described, filter_of, requirement};
use crate::rules::declare::rule;
use crate::rules::paging::lists::{draft, items};
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// A filter with a value that no item has gives a page without items, and its total, if it tells one, is 0.
    /// ## Why it matters
    /// "Nothing found" is a usual answer. A server that answers it with an error, or with everything, breaks its clients when they least expect it.
    /// ## Example
    /// `role=nobody` is answered with all messages.
    /// ## Source
    /// The suite's requirement on the filter.
    /// ## False alarms and how they are avoided
    /// The value is allowed by the document and nothing in the list has it; of words, those of another list are asked for. A refusal other than 404 is left to the rules about
    /// statuses.
    IMPOSSIBLE_FILTER_NOT_EMPTY {
        code: "FLT004", name: "impossible-filter-not-empty", level: Must, basis: Suite,
        source: "the requirement that the suite gives for the filter",
        summary: "A filter that nothing matches gives a page without items.",
        implies: [],
        scenarios: &[Kind::Filter],
        applies: applies,
        check: check,
    }
}

/// Where there is a value that nothing seeded has.
fn applies(suite: &Suite, case: &Case) -> bool {
    let collection = case.scenario.collection().and_then(|name| suite.file().collections.get(name));
    let filter = filter_of(suite, case).map(|(filter, _)| filter);
    collection
        .zip(filter)
        .is_some_and(|(collection, filter)| suite.impossible_value(collection, filter).is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.label.contains("impossible")) {
        let (Some(requirement), Some(page)) = (requirement(scene, &walk.query), walk.pages.first()) else {
            continue;
        };
        let expected = scene.expected(&walk.query);
        if !expected.is_empty() || !expected.maybe.is_empty() {
            continue;
        }
        let status = scene.evidence.entries[page.entry].exchange.status();
        let wrong = match (page.len(), page.facts.total) {
            (Some(0), None | Some(0)) => {
                sheet.judged();
                continue;
            }
            (Some(0), Some(total)) => format!("a total of {total}"),
            (Some(count), _) => items(count),
            (None, _) if status == Some(404) => "status 404".to_owned(),
            (None, _) => continue,
        };
        sheet.fail(draft(
            &walk.label,
            format!("nothing matches {}, and the answer is {wrong}", described(&walk.query)),
            requirement,
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
    fn nothing_is_found() {
        let world = World::new(3);
        let green = |items: &[usize]| {
            let lists = world.lists("by_page").filter("color", json!("green")).walk(9, &[items]);
            lists.label("main color=impossible")
        };
        green(&[]).expect(&IMPOSSIBLE_FILTER_NOT_EMPTY, Pass);
        green(&[0, 1, 2]).expect(&IMPOSSIBLE_FILTER_NOT_EMPTY, Fail);
        green(&[STRANGER]).expect(&IMPOSSIBLE_FILTER_NOT_EMPTY, Fail);
        green(&[]).set(0, "/total", json!(3)).expect(&IMPOSSIBLE_FILTER_NOT_EMPTY, Fail);
        green(&[]).set(0, "/total", json!(null)).expect(&IMPOSSIBLE_FILTER_NOT_EMPTY, Pass);
        green(&[]).refuse(0, 404).expect(&IMPOSSIBLE_FILTER_NOT_EMPTY, Fail);
        green(&[]).refuse(0, 422).expect(&IMPOSSIBLE_FILTER_NOT_EMPTY, Inconclusive);
        green(&[0]).label("main color=2").expect(&IMPOSSIBLE_FILTER_NOT_EMPTY, Inconclusive);
    }
}
