//! PAG012: a page past the end is not what a page past the end is to be.

use super::lists::{closed, convention, draft, items, positional, shown, some, when};
use crate::evidence::{Page, Walk, WalkKind};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::PastEnd;
use crate::verdict::Requirement;

rule! {
    /// ## What it checks
    /// A page past the end of a list is what the suite says: a page without items, or 404. Whatever the suite says, it holds no items.
    /// ## Why it matters
    /// Clients read on until a page is empty. A server that answers the last page again keeps them reading for ever.
    /// ## Example
    /// Twelve items with `size=5` fill three pages, and `page=99` answers items 11 and 12.
    /// ## Source
    /// The suite's setting on pages past the end.
    /// ## False alarms and how they are avoided
    /// In lists that others write into, a page counts as past the end only if the total that it tells says so. Where the suite states nothing,
    /// 404 and an empty page are both right, and the report says which it was; a number far behind the end may be refused as such, by 400 or 422. Server errors are left to the rules about statuses.
    PAST_END_NOT_EMPTY {
        code: "PAG012", name: "past-end-not-empty", level: Must, basis: Suite,
        source: "the suite's setting `past-end`",
        summary: "A page past the end of a list holds no items.",
        implies: ["PAG001", "PAG003", "PAG016"],
        scenarios: &[Kind::Pages],
        applies: |suite, case| when(suite, case, |c| positional(c) && c.scope.is_some()),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let stated = scene.collection().conventions.past_end.as_ref();
    let requirement = stated.map_or_else(|| sheet.own_requirement(), |stated| convention(scene, stated));
    let walks = scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::PastEnd);
    for (walk, page) in walks.filter_map(|walk| Some((walk, walk.pages.first()?))) {
        let Some(status) =
            scene.evidence.entries[page.entry].exchange.status().filter(|status| *status < 500)
        else {
            continue;
        };
        let wrong = |actual: String| wrong(walk, page, requirement.clone(), stated.map(|s| s.is), actual);
        match (page.len(), stated.map(|stated| stated.is)) {
            (Some(0), None | Some(PastEnd::Empty)) => sheet.judged(),
            (Some(0), Some(PastEnd::NotFound)) => sheet.fail(wrong("a page without items".to_owned())),
            (Some(count), _) if is_past_end(scene, walk, page) => {
                let names = shown(scene, &walk.query, page);
                sheet.fail(wrong(format!("{}: {}", items(count), some(&names))));
            }
            (Some(_), _) => {
                sheet.unsure("the list is longer than what was created in it, so that its end is not known");
            }
            // Far numbers may be refused as such; the next ones are as good as any.
            (None, None) if matches!(status, 400 | 422) && is_next(scene, walk, page) => {
                sheet.fail(wrong(format!("status {status}")));
            }
            (None, None) if (400..500).contains(&status) => sheet.judged(),
            (None, Some(PastEnd::NotFound)) if status == 404 => sheet.judged(),
            (None, Some(_)) if (400..500).contains(&status) => sheet.fail(wrong(format!("status {status}"))),
            (None, _) => {}
        }
        if stated.is_none() {
            let empty = page.ids.is_some();
            sheet.note(format!(
                "a page past the end answers {status}{}",
                if empty { " and a page" } else { "" }
            ));
        }
    }
}

/// Whether a page starts behind the last item.
fn is_past_end(scene: &Scene<'_>, walk: &Walk, page: &Page) -> bool {
    let Some(slice) = scene.collection().style.slice(&page.start, walk.effective_size.unwrap_or(1)) else {
        return false;
    };
    let expected = scene.expected(&walk.query);
    if closed(scene.collection()) {
        return slice.from >= expected.len() + expected.maybe.len();
    }
    page.facts.total.and_then(|total| usize::try_from(total).ok()).is_some_and(|total| slice.from >= total)
}

/// Whether a page starts no further behind the last item than the length of the list and one page more.
fn is_next(scene: &Scene<'_>, walk: &Walk, page: &Page) -> bool {
    let size = walk.effective_size.unwrap_or(1);
    let slice = scene.collection().style.slice(&page.start, size);
    let expected = scene.expected(&walk.query);
    let most =
        2 * (expected.len() + expected.maybe.len()) + usize::try_from(2 * size).unwrap_or(usize::MAX / 2);
    closed(scene.collection()) && slice.is_some_and(|slice| slice.from <= most)
}

fn wrong(
    walk: &Walk,
    page: &Page,
    requirement: Requirement,
    stated: Option<PastEnd>,
    actual: String,
) -> Draft {
    let expected = match stated {
        None => "a page without items, or 404",
        Some(PastEnd::Empty) => "a page without items",
        Some(PastEnd::NotFound) => "404",
    };
    let summary = format!("a page past the end is {actual}");
    draft(&walk.label, summary, requirement, expected, actual, vec![page.entry])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::Start;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    const EMPTY: &str = "conventions.past-end = { is = \"empty\", requirement = \"convention\" }\n";
    const NOT_FOUND: &str = "conventions.past-end = { is = \"not-found\", requirement = \"convention\" }\n";

    #[test]
    fn nothing_stands_past_the_end() {
        let keys: Vec<i64> = (0..5).collect();
        let stated = World::new(5);
        let not_found = World::amended(&keys, &[(EMPTY, NOT_FOUND)]);
        let silent = World::amended(&keys, &[(EMPTY, "")]);
        for (world, empty, refused, copy) in
            [(&stated, Pass, Fail, Fail), (&not_found, Fail, Pass, Fail), (&silent, Pass, Pass, Fail)]
        {
            let lists = world.lists("by_page");
            let page =
                |items: &[usize]| lists.clone().page(WalkKind::PastEnd, Start::Page(9), Some(2), items);
            page(&[]).expect(&PAST_END_NOT_EMPTY, empty);
            page(&[]).refuse(0, 404).expect(&PAST_END_NOT_EMPTY, refused);
            page(&[4]).expect(&PAST_END_NOT_EMPTY, copy);
            page(&[]).refuse(0, 503).expect(&PAST_END_NOT_EMPTY, Inconclusive);
        }
        // A number far behind the end may be refused as such, the next one may not.
        for (number, status, verdict) in [(4, 422, Fail), (4, 400, Fail), (4, 404, Pass), (99, 422, Pass)] {
            let lists = silent.lists("by_page");
            let lists = lists.page(WalkKind::PastEnd, Start::Page(number), Some(2), &[]).refuse(0, status);
            lists.expect(&PAST_END_NOT_EMPTY, verdict);
        }
    }

    #[test]
    fn in_lists_of_others_the_total_decides() {
        let world = World::new(5);
        let page =
            |skip| world.lists("everywhere").page(WalkKind::PastEnd, Start::Offset(skip), Some(2), &[0]);
        page(99).expect(&PAST_END_NOT_EMPTY, Fail);
        page(99).set(0, "/total", json!(500)).expect(&PAST_END_NOT_EMPTY, Inconclusive);
    }
}
