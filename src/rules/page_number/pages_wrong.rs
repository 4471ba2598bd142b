//! PGN002: the number of pages does not follow from the total and the size.

use super::count;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{self, draft};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// The number of pages is the total divided by the page size, rounded up.
    /// ## Why it matters
    /// Clients draw their page selector from it and fetch that many pages.
    /// ## Example
    /// Twelve items with `size=5`: the page says that there are 2 pages.
    /// ## Source
    /// The meaning of such a field, which the suite names.
    /// ## False alarms and how they are avoided
    /// The number may follow from the total that the page tells, or from the items that are known to be there. For an empty list, 0 and 1
    /// are both right.
    PAGES_WRONG {
        code: "PGN002", name: "pages-wrong", level: Must, basis: Invariant,
        source: "the meaning of the field that the suite names",
        summary: "The number of pages is the total divided by the page size, rounded up.",
        implies: [],
        scenarios: &[Kind::Walk, Kind::Pages, Kind::Filter],
        applies: |suite, case| lists::when(suite, case, |collection| {
            collection.style.pages_pointer().is_some() || collection.style.pages_header().is_some()
        }),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in &scene.evidence.walks {
        let Some(size) =
            walk.effective_size.and_then(|size| i64::try_from(size).ok()).filter(|size| *size > 0)
        else {
            continue;
        };
        let known = count(scene, &walk.query);
        for (i, page) in walk.pages.iter().enumerate() {
            let Some(pages) = page.facts.pages else { continue };
            // A size over the maximum may have been cut down: then the page's own word on its size counts, too.
            let sizes = [Some(size), page.facts.size.filter(|told| (1..size).contains(told))];
            let totals: Vec<i64> =
                page.facts.total.into_iter().chain(known).filter(|total| *total >= 0).collect();
            if totals.is_empty() {
                continue;
            }
            let fill = |total: i64, size: i64| total / size + i64::from(total % size > 0);
            let right = |total: &i64| {
                sizes.iter().flatten().any(|size| pages == fill(*total, *size)) || (*total == 0 && pages == 1)
            };
            if totals.iter().any(right) {
                sheet.judged();
                continue;
            }
            sheet.fail(Draft {
                pointer: scene.collection().style.pages_pointer().map(str::to_owned),
                ..draft(
                    &walk.label,
                    format!(
                        "page {} says that there are {pages} pages of {size} in a total of {}",
                        i + 1,
                        totals[0]
                    ),
                    sheet.own_requirement(),
                    fill(totals[0], size).to_string(),
                    pages.to_string(),
                    vec![page.entry],
                )
            });
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Pass};
    use serde_json::json;

    #[test]
    fn pages_follow_from_the_total() {
        let world = World::new(5);
        let walk = world.lists("by_page").walk(2, &[&[0, 1], &[2, 3], &[4], &[]]);
        walk.expect(&PAGES_WRONG, Pass);
        for (pages, verdict) in [(json!(2), Fail), (json!(4), Fail), (json!(3), Pass), (json!(null), Pass)] {
            walk.clone().set(1, "/pages", pages).expect(&PAGES_WRONG, verdict);
        }
        // A wrong total is another rule's business, whichever total the number follows from.
        let wrong = walk.clone().set(1, "/total", json!(9));
        wrong.expect(&PAGES_WRONG, Pass);
        wrong.clone().set(1, "/pages", json!(5)).expect(&PAGES_WRONG, Pass);
        wrong.set(1, "/pages", json!(4)).expect(&PAGES_WRONG, Fail);
        // A wrong echo of the size is another rule's business, too.
        walk.clone().set(1, "/size", json!(1)).expect(&PAGES_WRONG, Pass);
        let empty = world.lists("by_page").scope(world.empty).walk(2, &[&[]]);
        for (pages, verdict) in [(0, Pass), (1, Pass), (2, Fail)] {
            empty.clone().set(0, "/pages", json!(pages)).expect(&PAGES_WRONG, verdict);
        }
    }
}
