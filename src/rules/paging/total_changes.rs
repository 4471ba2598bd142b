//! PAG015: pages of one list tell different totals.

use super::lists::{closed, draft, has_total, total_is_exact, when};
use super::total_wrong::total_pointer;
use crate::evidence::{Page, Walk};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::{Collection, Total};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// All pages of one list, whatever their number, size and order, tell the same total while nobody writes.
    /// ## Why it matters
    /// A total that depends on the page is no total: it is the number of items on the page, or of those that are left.
    /// ## Example
    /// With `size=5` the pages of a list of twelve say 5, 5 and 2.
    /// ## Source
    /// True of every list that does not change. Where the suite does not state that totals are exact, it is said as `should`.
    /// ## False alarms and how they are avoided
    /// Lists that others write into and totals that are stated to be estimates are not judged; nor are pages that tell none.
    TOTAL_CHANGES {
        code: "PAG015", name: "total-changes", level: Must, basis: Invariant,
        source: "true of every list that does not change",
        summary: "All pages of one list tell the same total.",
        implies: [],
        scenarios: &[Kind::Walk, Kind::Pages, Kind::Filter],
        applies: |suite, case| when(suite, case, applies),
        check: check,
    }
}

fn applies(collection: &Collection) -> bool {
    let estimate = collection.conventions.total.as_ref().is_some_and(|stated| stated.is == Total::Estimate);
    closed(collection) && has_total(collection) && !estimate
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let level = if total_is_exact(scene.collection()) { Level::Must } else { Level::Should };
    // The first page of each list is what the others are measured by.
    let mut lists: Vec<(&Walk, &Page, i64)> = Vec::new();
    let mut told: Vec<&Walk> = Vec::new();
    for (walk, page) in scene.evidence.pages() {
        let Some(total) = page.facts.total else { continue };
        let same =
            |other: &Walk| other.query.scope == walk.query.scope && other.query.filters == walk.query.filters;
        let Some((_, first, wanted)) = lists.iter().find(|(other, _, _)| same(other)) else {
            lists.push((walk, page, total));
            continue;
        };
        if total == *wanted {
            sheet.judged();
            continue;
        }
        // One list is blamed once.
        if told.iter().any(|other| same(other)) {
            continue;
        }
        told.push(walk);
        sheet.fail_at(
            level,
            Draft {
                pointer: total_pointer(scene),
                ..draft(
                    &walk.label,
                    format!("one page of the list tells a total of {wanted}, another {total}"),
                    sheet.own_requirement(),
                    wanted.to_string(),
                    total.to_string(),
                    vec![first.entry, page.entry],
                )
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn one_list_has_one_total() {
        let world = World::new(5);
        let walk = world.lists("by_page").walk(3, &[&[0, 1, 2], &[3, 4]]);
        walk.expect(&TOTAL_CHANGES, Pass);
        walk.clone().set_all("/total", &json!(9)).expect(&TOTAL_CHANGES, Pass);
        walk.clone().set(1, "/total", json!(2)).expect(&TOTAL_CHANGES, Fail);
        walk.clone().walk(5, &[&[0, 1, 2, 3, 4]]).set(0, "/total", json!(4)).expect(&TOTAL_CHANGES, Fail);
        // Another box and another filter make another list.
        walk.clone().scope(world.empty).walk(3, &[&[]]).expect(&TOTAL_CHANGES, Pass);
        walk.filter("color", json!("red")).walk(3, &[&[0, 2, 4]]).expect(&TOTAL_CHANGES, Pass);
        world.lists("by_page").walk(5, &[&[0, 1, 2, 3, 4]]).expect(&TOTAL_CHANGES, Inconclusive);
    }

    #[test]
    fn an_undeclared_total_is_said_more_softly() {
        let convention = "conventions.total = { is = \"exact\", requirement = \"convention\" }\n";
        let world = World::amended(&[0, 1, 2], &[(convention, "")]);
        let walk = world.lists("by_page").walk(2, &[&[0, 1], &[2]]).set(1, "/total", json!(1));
        assert_eq!(walk.expect(&TOTAL_CHANGES, Fail).findings[0].level, Level::Should);
    }
}
