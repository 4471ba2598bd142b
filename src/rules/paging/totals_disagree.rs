//! PAG031: an answer tells its total in two places, and they are two totals.

use super::lists::{collection, draft};
use super::total_wrong::total_pointer;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Where the content and a header field both tell how many items there are, they tell the same.
    /// ## Why it matters
    /// One of the two is wrong, and which of them a client reads is up to its library.
    /// ## Example
    /// The content says `"total": 12`, and `X-Total-Count` says 20: the header field counts without the filter.
    /// ## Source
    /// Both are said to be the total of one list at one time.
    /// ## False alarms and how they are avoided
    /// Only for lists of which the suite names both places, and only answers that have both. What either of them should say is another question.
    TOTALS_DISAGREE {
        code: "PAG031", name: "totals-disagree", level: Must, basis: Invariant,
        source: "two totals of one list in one answer are one number",
        summary: "The total in the content is the total in the header field.",
        implies: [],
        scenarios: Kind::LISTS,
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    collection(suite, case).is_some_and(|collection| {
        collection.style.total_pointer().is_some() && collection.style.total_header().is_some()
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(pointer) = total_pointer(scene) else { return };
    let name = scene.collection().style.total_header().unwrap_or_default();
    for (walk, page) in scene.evidence.pages() {
        let content = scene.evidence.json(page.entry).and_then(|content| content.pointer(&pointer)?.as_i64());
        let (Some(told), Some(in_header)) = (content, page.facts.total_in_header) else { continue };
        if told == in_header {
            sheet.judged();
            continue;
        }
        let requirement = sheet.own_requirement();
        sheet.fail(Draft {
            pointer: Some(pointer.clone()),
            ..draft(
                &walk.label,
                format!("the content tells another total than the header field {name}"),
                requirement,
                format!("{told} in both places"),
                format!("{told} in the content, {in_header} in {name}"),
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

    #[test]
    fn two_totals_are_one() {
        let both =
            ("total = \"/total\", pages", "total = \"/total\", total-header = \"X-Total-Count\", pages");
        let world = World::amended(&[0, 1, 2], &[both]);
        let walk = || world.lists("by_page").walk(2, &[&[0, 1], &[2]]);
        for (told, verdict) in [("3", Pass), ("4", Fail), ("many", Inconclusive)] {
            walk().header(0, "x-total-count", told).expect(&TOTALS_DISAGREE, verdict);
        }
        walk().expect(&TOTALS_DISAGREE, Inconclusive);
        walk().header(0, "x-total-count", "3").header(1, "x-total-count", "2").expect(&TOTALS_DISAGREE, Fail);
    }
}
