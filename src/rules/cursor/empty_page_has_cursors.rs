//! CUR006: an empty page has a cursor.

use super::bounds::style;
use crate::rules::declare::rule;
use crate::rules::paging::empty_list_wrong::has_empty_scope;
use crate::rules::paging::lists::{collection, convention, draft};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{EmptyCursors, Suite};

rule! {
    /// ## What it checks
    /// A page without items has no cursors, where the suite says so.
    /// ## Why it matters
    /// There is no item that the cursor could stand at. A client that follows it is sent somewhere by chance.
    /// ## Example
    /// A page without messages has `"before": 0`.
    /// ## Source
    /// The suite's setting on the cursors of empty pages.
    /// ## False alarms and how they are avoided
    /// `null`, a missing cursor and a missing object of cursors are all right.
    EMPTY_PAGE_HAS_CURSORS {
        code: "CUR006", name: "empty-page-has-cursors", level: Must, basis: Suite,
        source: "the suite's setting `empty-cursors`",
        summary: "A page without items has no cursors.",
        implies: [],
        scenarios: &[Kind::Walk, Kind::Bounds],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    collection(suite, case).is_some_and(|collection| {
        let absent =
            collection.conventions.empty_cursors.as_ref().is_some_and(|c| c.is == EmptyCursors::Absent);
        absent && (case.scenario.kind() == Kind::Bounds || has_empty_scope(suite, collection))
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let (Some(style), Some(stated)) = (style(scene), &scene.collection().conventions.empty_cursors) else {
        return;
    };
    for (walk, page) in scene.evidence.pages().filter(|(_, page)| page.is_empty()) {
        let (cursor, pointer) = match (&page.facts.before, &page.facts.after) {
            (Some(cursor), _) => (cursor, &style.before_cursor),
            (None, Some(cursor)) => (cursor, &style.after_cursor),
            (None, None) => {
                sheet.judged();
                continue;
            }
        };
        sheet.fail(Draft {
            pointer: Some(pointer.clone()),
            ..draft(
                &walk.label,
                "a page without items has a cursor",
                convention(scene, stated),
                "no cursor",
                cursor.clone(),
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
    fn an_empty_page_leads_nowhere() {
        let world = World::new(2);
        let empty = world.lists("by_cursor").scope(world.empty).walk(5, &[&[]]);
        for (cursors, verdict) in [
            (json!({}), Pass),
            (json!(null), Pass),
            (json!({"before": null, "after": null}), Pass),
            (json!({"before": 0}), Fail),
            (json!({"after": "2026-01-01T00:00:00Z"}), Fail),
        ] {
            empty.clone().set(0, "/cursors", cursors).expect(&EMPTY_PAGE_HAS_CURSORS, verdict);
        }
        world.lists("by_cursor").walk(5, &[&[1, 0]]).expect(&EMPTY_PAGE_HAS_CURSORS, Inconclusive);
    }
}
