//! FLT002: a filtered list lacks an item that matches.

use serde_json::json;

use super::{described, lost, requirement};
use crate::evidence::Walk;
use crate::oracle::Expected;
use crate::rules::declare::{always, rule};
use crate::rules::paging::compare::side_by_side;
use crate::rules::paging::lists::{
    NOT_QUIET, aligned, draft, entries, items, names, own_of, positional, quiet, shown, some,
};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::verdict::{Claim, Place};

rule! {
    /// ## What it checks
    /// A whole walk through a filtered list meets every record that matches.
    /// ## Why it matters
    /// What a search does not find, its user believes not to exist.
    /// ## Example
    /// Eight of twenty messages are the user's. `role=user` finds those five that stand among the first ten.
    /// ## Source
    /// The suite's requirement on the filter.
    /// ## False alarms and how they are avoided
    /// Only acknowledged records that certainly match are looked for, and only by walks that came to their end. Walks by position through lists
    /// that others wrote into are passed over.
    FILTER_LOSES {
        code: "FLT002", name: "filter-loses", level: Must, basis: Suite,
        source: "the requirement that the suite gives for the filter",
        summary: "A walk through a filtered list meets every item that matches.",
        implies: ["FLT005", "FLT008", "PAG014"],
        scenarios: &[Kind::Filter],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.is_whole()) {
        let Some(requirement) = requirement(scene, &walk.query) else { continue };
        let expected = scene.expected(&walk.query);
        let lost = lost(scene, walk, &expected);
        if lost.is_empty() {
            sheet.judged();
            continue;
        }
        if !quiet(scene, walk) {
            sheet.unsure(NOT_QUIET);
            continue;
        }
        let lacking = names(scene, &lost);
        let wanted = names(scene, &aligned(&expected, &own_of(scene, walk)));
        let met: Vec<String> = walk.pages.iter().flat_map(|page| shown(scene, &walk.query, page)).collect();
        sheet.fail(Draft {
            claims: full_enough(scene, walk, &expected).into_iter().collect(),
            comparison: Some(side_by_side(&wanted, &met)),
            ..draft(
                &walk.label,
                format!(
                    "{} of {} that match on no page: {}",
                    lacking.len(),
                    items(expected.len()),
                    some(&lacking)
                ),
                requirement,
                format!("{} that match {}", items(expected.len()), described(&walk.query)),
                format!("{} on {} pages", items(met.len()), walk.pages.len()),
                entries(walk),
            )
        });
    }
}

/// That a page which is short holds as many items as must match behind its beginning, where others may match too: of lists that are known to the last item
/// more is claimed whatever the rule. Only of requests that do not hang on answers.
fn full_enough(scene: &Scene<'_>, walk: &Walk, expected: &Expected) -> Option<Claim> {
    let style = &scene.collection().style;
    let size = walk.effective_size?;
    if expected.exact() || !positional(scene.collection()) {
        return None;
    }
    walk.pages.iter().find_map(|page| {
        let behind = expected.len().saturating_sub(style.slice(&page.start, size)?.from);
        let least = behind.min(usize::try_from(size).ok()?);
        let place = Place { exchange: page.entry, item: None, at: vec![page.items_at.clone()] };
        (page.len()? < least)
            .then(|| Claim::Schema { place, schema: json!({"type": "array", "minItems": least}) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::WalkEnd;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};

    #[test]
    fn everything_that_matches_comes() {
        let world = World::new(6);
        let red = world.lists("by_page").filter("color", json!("red"));
        red.clone().walk(2, &[&[0, 2], &[4], &[]]).expect(&FILTER_LOSES, Pass);
        red.clone().walk(2, &[&[0, 2], &[]]).expect(&FILTER_LOSES, Fail);
        red.clone().walk(2, &[&[0, 1, 2, 3, 4, 5]]).expect(&FILTER_LOSES, Pass);
        red.walk(2, &[&[0, 2]]).end(WalkEnd::Broken).expect(&FILTER_LOSES, Inconclusive);
        world.lists("by_page").filter("grade", json!(0)).walk(9, &[&[0, 4]]).expect(&FILTER_LOSES, Pass);
        world.lists("by_page").filter("grade", json!(0)).walk(9, &[&[0, 1]]).expect(&FILTER_LOSES, Fail);
        let everywhere = world.lists("everywhere").filter("color", json!("red"));
        everywhere.clone().walk(2, &[&[4, 2], &[0]]).expect(&FILTER_LOSES, Fail);
        everywhere.walk(2, &[&[4, 2], &[0]]).set(1, "/total", json!(7)).expect(&FILTER_LOSES, Inconclusive);
    }

    #[test]
    fn what_stands_at_an_open_bound_may_come_or_not() {
        // Of these notes 0 and 4 have the grade 0, and 2 the grade 2.
        let keys = [0, 1, 2, 3, 4, 5];
        let cases: [(&str, i64, &[usize], Verdict); 5] = [
            ("over", 0, &[2], Pass),
            ("over", 0, &[0, 2, 4], Pass),
            ("over", 0, &[0, 4], Fail),
            ("under", 2, &[0, 4], Pass),
            ("under", 2, &[0, 2], Fail),
        ];
        for (test, bound, items, verdict) in cases {
            let filter = |test: &str| format!("at = {{ query = \"grade\" }}, test = \"{test}\"");
            let world = World::amended(&keys, &[(&filter("equals"), &filter(test))]);
            let lists = world.lists("by_page").filter("grade", json!(bound));
            lists.walk(9, &[items]).expect(&FILTER_LOSES, verdict);
        }
    }
}
