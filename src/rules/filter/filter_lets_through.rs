//! FLT001: a filtered list holds an item that does not match.

use super::{described, let_through, requirement};
use crate::rules::declare::{always, rule};
use crate::rules::paging::compare::side_by_side;
use crate::rules::paging::lists::{aligned, draft, items, names, own_of, shown};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Every item of a filtered list matches the filter, on the first page and on all that follow.
    /// ## Why it matters
    /// Clients act on what they asked for: they show one user's messages to another, or delete what they should not.
    /// ## Example
    /// `role=user&skip=5` holds messages of the assistant: from the second page on the filter is forgotten.
    /// ## Source
    /// The suite's requirement on the filter.
    /// ## False alarms and how they are avoided
    /// Only the run's own records are judged, by what the run sent and the target acknowledged. A record of which it is not known whether it
    /// matches is passed over.
    FILTER_LETS_THROUGH {
        code: "FLT001", name: "filter-lets-through", level: Must, basis: Suite,
        source: "the requirement that the suite gives for the filter",
        summary: "Every item of a filtered list matches the filter.",
        implies: ["FLT003", "FLT004", "FLT005", "FLT008", "PAG001", "PAG014", "PAG016", "PGN002", "OFF003"],
        scenarios: &[Kind::Filter],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in &scene.evidence.walks {
        let Some(requirement) = requirement(scene, &walk.query) else { continue };
        let expected = scene.expected(&walk.query);
        let Some((i, number)) = let_through(scene, walk, &expected) else {
            if walk.pages.iter().any(|page| page.ids.is_some()) {
                sheet.judged();
            }
            continue;
        };
        let (filter, name) = (described(&walk.query), scene.oracle.record(number).name());
        let met: Vec<String> = walk.pages.iter().flat_map(|page| shown(scene, &walk.query, page)).collect();
        let wanted = names(scene, &aligned(&expected, &own_of(scene, walk)));
        let page = &walk.pages[i];
        let place =
            shown(scene, &walk.query, page).iter().position(|other| *other == name).unwrap_or_default();
        let since = if i == 0 { "on page 1".to_owned() } else { format!("from page {} on", i + 1) };
        sheet.fail(Draft {
            comparison: walk.is_whole().then(|| side_by_side(&wanted, &met)),
            pointer: Some(format!("{}/{place}", page.items_at)),
            ..draft(
                &walk.label,
                format!("{since}, {name} comes though it does not match"),
                requirement,
                format!("only items that match {filter}"),
                format!("{name} on page {}, {} in all", i + 1, items(met.len())),
                vec![page.entry],
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{OTHER, STRANGER, World};
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn only_what_matches_comes() {
        let world = World::new(6);
        let red = world.lists("by_page").filter("color", json!("red"));
        red.clone().walk(2, &[&[0, 2], &[4]]).expect(&FILTER_LETS_THROUGH, Pass);
        red.clone().walk(2, &[&[0], &[]]).expect(&FILTER_LETS_THROUGH, Pass);
        red.clone().walk(2, &[&[0, STRANGER], &[OTHER + 1]]).expect(&FILTER_LETS_THROUGH, Pass);
        let late = red.clone().walk(2, &[&[0, 2], &[3, 4]]).expect(&FILTER_LETS_THROUGH, Fail);
        assert_eq!(late.findings[0].summary, "from page 2 on, main-notes[3] comes though it does not match");
        let early = red.clone().walk(2, &[&[0, 1], &[2, 4]]).expect(&FILTER_LETS_THROUGH, Fail);
        assert_eq!(early.findings[0].summary, "on page 1, main-notes[1] comes though it does not match");
        red.walk(2, &[&[]]).refuse(0, 422).expect(&FILTER_LETS_THROUGH, Inconclusive);
        // Of notes with odd numbers it is not known which grade they have; notes 0 and 4 have grade 0, note 2 has 2.
        let graded = world.lists("by_page").filter("grade", json!(0));
        graded.clone().walk(9, &[&[0, 1, 4, 5]]).expect(&FILTER_LETS_THROUGH, Pass);
        graded.walk(9, &[&[0, 2, 4]]).expect(&FILTER_LETS_THROUGH, Fail);
    }
}
