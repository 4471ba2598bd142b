//! PAG014: a page tells another total than the list has items.

use super::lists::{closed, convention, draft, steady, total_is_exact, when};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// On every page, first, last, empty, filtered, the total is the number of items in the whole list that was asked for.
    /// ## Why it matters
    /// Clients show it, and compute from it how many pages there are to fetch.
    /// ## Example
    /// A session holds twelve messages. `page=1&size=5` says 12, `page=3&size=5` says 2.
    /// ## Source
    /// The suite's setting on totals.
    /// ## False alarms and how they are avoided
    /// Only totals that are stated to be exact, of lists that nobody else writes into, are judged; in inferred suites also those of lists that two
    /// walks alike showed to stand still. Records of which it is not known
    /// whether they pass a filter may be counted or not.
    TOTAL_WRONG {
        code: "PAG014", name: "total-wrong", level: Must, basis: Suite,
        source: "the suite's setting `total`",
        summary: "The total is the number of items in the whole list that was asked for.",
        implies: ["PAG015", "PAG018", "PGN002", "OFF003"],
        scenarios: Kind::LISTS,
        applies: |suite, case| {
            when(suite, case, |collection| total_is_exact(collection) && closed(collection))
                || when(suite, case, total_is_exact) && suite.file().inferred && case.scenario.kind() == Kind::Walk
        },
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(stated) = &scene.collection().conventions.total else { return };
    for walk in &scene.evidence.walks {
        let expected = scene.expected(&walk.query);
        let still = !expected.closed && walk.is_whole() && steady(scene, walk);
        let (least, most) = if still {
            let met = walk.ids().collect::<std::collections::BTreeSet<_>>().len();
            (met, met)
        } else {
            (expected.len(), expected.len() + expected.maybe.len())
        };
        let right = |total: i64| usize::try_from(total).is_ok_and(|total| (least..=most).contains(&total));
        let mut told = walk
            .pages
            .iter()
            .enumerate()
            .filter_map(|(i, page)| Some((i, page, page.facts.total?)))
            .peekable();
        if !(expected.closed || still) || told.peek().is_none() {
            continue;
        }
        let Some((i, page, total)) = told.find(|(_, _, total)| !right(*total)) else {
            sheet.judged();
            continue;
        };
        let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
        sheet.fail(Draft {
            pointer: total_pointer(scene),
            ..draft(
                &walk.label,
                format!("page {} tells a total of {total} where there are {wanted}", i + 1),
                convention(scene, stated),
                wanted,
                total.to_string(),
                vec![page.entry],
            )
        });
    }
}

/// Where the total stands.
pub(in crate::rules) fn total_pointer(scene: &Scene<'_>) -> Option<String> {
    scene.collection().style.total_pointer().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn the_total_counts_the_whole_list() {
        let world = World::new(5);
        let walk = world.lists("by_page").walk(2, &[&[0, 1], &[2, 3], &[4], &[]]);
        walk.expect(&TOTAL_WRONG, Pass);
        for (page, total, verdict) in [
            (0, json!(2), Fail),
            (3, json!(0), Fail),
            (2, json!(6), Fail),
            (2, json!(-1), Fail),
            (2, json!(null), Pass),
            (1, json!(5), Pass),
        ] {
            let judgement = walk.clone().set(page, "/total", total).expect(&TOTAL_WRONG, verdict);
            assert!(judgement.findings.iter().all(|f| f.pointer.as_deref() == Some("/total")));
        }
        walk.set_all("/total", &json!(null)).expect(&TOTAL_WRONG, Inconclusive);
    }

    #[test]
    fn a_filtered_total_counts_what_passes() {
        let world = World::new(5);
        let red = world.lists("by_page").filter("color", json!("red")).walk(9, &[&[0, 2, 4]]);
        red.expect(&TOTAL_WRONG, Pass);
        red.set(0, "/total", json!(5)).expect(&TOTAL_WRONG, Fail);
        // Of notes 1 and 3 it is not known whether they have that grade.
        let graded = world.lists("by_page").filter("grade", json!(0)).walk(9, &[&[0, 4]]);
        for (total, verdict) in [(1, Fail), (2, Pass), (4, Pass), (5, Fail)] {
            graded.clone().set(0, "/total", json!(total)).expect(&TOTAL_WRONG, verdict);
        }
    }
}
