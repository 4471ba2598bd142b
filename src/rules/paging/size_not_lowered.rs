//! PAG030: a page size above the largest is not taken for the largest.

use super::lists::{closed, draft, items};
use crate::evidence::{Walk, WalkKind};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Collection, LargestSize, OverLargest, ShortPages, Suite};

rule! {
    /// ## What it checks
    /// A page of a size above the largest holds as many items as one of the largest size.
    /// ## Why it matters
    /// A client that asks for too much and is given a page of the usual size believes to have seen the whole list.
    /// ## Example
    /// The largest size is 50; with `size=51` comes a page of 20.
    /// ## Source
    /// The suite's requirement that larger page sizes are lowered to the largest.
    /// ## False alarms and how they are avoided
    /// It is judged only where the suite says that larger sizes are lowered, that only the last page is short, and that nobody else writes. A
    /// refusal, and a page that holds more than the largest, are other rules'.
    SIZE_NOT_LOWERED {
        code: "PAG030", name: "size-not-lowered", level: Must, basis: Suite,
        source: "the suite's requirement about page sizes above the largest",
        summary: "A page size above the largest is taken for the largest.",
        implies: [],
        scenarios: &[Kind::Pages],
        applies: applies,
        check: check,
    }
}

fn lowered(collection: &Collection) -> Option<&LargestSize> {
    collection.largest_size.as_ref().filter(|largest| largest.over == OverLargest::Lowered)
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let collection = case.scenario.collection().and_then(|name| suite.file().collections.get(name));
    collection.is_some_and(|collection| {
        let full = collection.conventions.short_pages.as_ref().is_some_and(|s| s.is == ShortPages::Never);
        lowered(collection).is_some() && full && closed(collection)
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(largest) = lowered(scene.collection()) else { return };
    let above =
        |walk: &&Walk| walk.kind == WalkKind::Page && walk.query.size.is_some_and(|n| n > largest.size);
    for walk in scene.evidence.walks.iter().filter(above) {
        let Some((page, count)) = walk.pages.first().and_then(|page| Some((page, page.len()?))) else {
            continue;
        };
        let expected = scene.expected(&walk.query);
        let wanted = usize::try_from(largest.size).unwrap_or(usize::MAX).min(expected.len());
        if count >= wanted || !expected.exact() {
            sheet.judged();
            continue;
        }
        sheet.fail(Draft {
            pointer: Some(page.items_at.clone()),
            ..draft(
                &walk.label,
                format!("a page size above the largest gives {}", items(count)),
                scene.requirement(&largest.requirement),
                items(wanted),
                items(count),
                vec![page.entry],
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::Start;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};

    #[test]
    fn larger_sizes_are_the_largest() {
        const EMPTY: &str = "conventions.past-end = { is = \"empty\", requirement = \"convention\" }\n";
        let largest = "largest-size = { size = 4, over = \"lowered\", requirement = \"convention\" }\n";
        let keys: Vec<i64> = (0..6).collect();
        let world = World::amended(&keys, &[(EMPTY, &format!("{largest}{EMPTY}"))]);
        for (size, count, verdict) in
            [(5, 4, Pass), (400, 4, Pass), (5, 5, Pass), (5, 3, Fail), (400, 0, Fail), (4, 2, Inconclusive)]
        {
            let numbers: Vec<usize> = (0..count).collect();
            let lists = world.lists("by_page").page(WalkKind::Page, Start::First, Some(size), &numbers);
            lists.expect(&SIZE_NOT_LOWERED, verdict);
        }
    }
}
