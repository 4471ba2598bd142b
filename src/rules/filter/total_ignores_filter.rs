//! FLT003: the total of a filtered list counts the unfiltered one.

use super::described;
use crate::evidence::Query;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{closed, convention, draft, total_is_exact, when};
use crate::rules::paging::total_wrong::total_pointer;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// The total of a filtered list is the number of items that match, and not the number of all items.
    /// ## Why it matters
    /// Clients show the wrong number of hits and ask for pages that are empty.
    /// ## Example
    /// Eight of twenty messages match, and the page says 20.
    /// ## Source
    /// The suite's setting on totals.
    /// ## False alarms and how they are avoided
    /// It is said only if the total is exactly that of the unfiltered list, both numbers are known to the last item, and they differ.
    TOTAL_IGNORES_FILTER {
        code: "FLT003", name: "total-ignores-filter", level: Must, basis: Suite,
        source: "the suite's setting `total`",
        summary: "The total of a filtered list counts what matches.",
        implies: ["PAG014", "PAG016", "PGN002", "OFF003"],
        scenarios: &[Kind::Filter],
        applies: |suite, case| when(suite, case, |collection| total_is_exact(collection) && closed(collection)),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(stated) = &scene.collection().conventions.total else { return };
    for walk in scene.evidence.walks.iter().filter(|walk| !walk.query.filters.is_empty()) {
        let expected = scene.expected(&walk.query);
        let all = scene.expected(&Query { filters: Vec::new(), ..walk.query.clone() });
        if !expected.closed || !all.exact() || expected.len() + expected.maybe.len() >= all.len() {
            continue;
        }
        let is_all = |total: i64| usize::try_from(total) == Ok(all.len());
        let mut told = walk.pages.iter().filter_map(|page| Some((page, page.facts.total?))).peekable();
        if told.peek().is_none() {
            continue;
        }
        let Some((page, total)) = told.find(|(_, total)| is_all(*total)) else {
            sheet.judged();
            continue;
        };
        let filter = described(&walk.query);
        sheet.fail(Draft {
            pointer: total_pointer(scene),
            ..draft(
                &walk.label,
                format!("the total of the list filtered by {filter} is that of the whole list"),
                convention(scene, stated),
                expected.len().to_string(),
                total.to_string(),
                vec![page.entry],
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn the_total_is_filtered() {
        let world = World::new(6);
        let red = world.lists("by_page").filter("color", json!("red")).walk(9, &[&[0, 2, 4]]);
        red.expect(&TOTAL_IGNORES_FILTER, Pass);
        red.clone().set(0, "/total", json!(6)).expect(&TOTAL_IGNORES_FILTER, Fail);
        // Any other wrong total is for PAG014.
        red.clone().set(0, "/total", json!(5)).expect(&TOTAL_IGNORES_FILTER, Pass);
        red.set(0, "/total", json!(null)).expect(&TOTAL_IGNORES_FILTER, Inconclusive);
        // All matches of a filter that everything passes are all items.
        let one = World::new(1);
        let all = one.lists("by_page").filter("color", json!("red")).walk(9, &[&[0]]);
        all.expect(&TOTAL_IGNORES_FILTER, Inconclusive);
    }
}
