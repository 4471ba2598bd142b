//! PAG007: a page holds more items than were asked for.

use super::lists::{draft, items, size_parameter, sized, when};
use crate::evidence::Walk;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::OverLargest;

rule! {
    /// ## What it checks
    /// A page holds at most as many items as its request asked for; without a size in the request, at most the documented default, else the
    /// documented maximum.
    /// ## Why it matters
    /// A client asks for few items because it can take no more: memory, a screen, a budget. Clients that compute the next start from the size skip
    /// or repeat items.
    /// ## Example
    /// `limit=5` is answered with six items.
    /// ## Source
    /// The page size parameter in the OpenAPI document.
    /// ## False alarms and how they are avoided
    /// Where the request names no size and the document neither a default nor a maximum, nothing is demanded. A size over the documented
    /// maximum may be refused, cut down to it or taken for the default; no page holds more than the maximum.
    PAGE_OVER_SIZE {
        code: "PAG007", name: "page-over-size", level: Must, basis: Document,
        source: "the page size parameter of the operation",
        summary: "A page holds no more items than were asked for.",
        implies: ["PAG001", "PAG003", "PAG004", "PAG006", "PAG010", "PAG016", "PGN001", "OFF001", "CUR005", "LNK004"],
        scenarios: Kind::LISTS,
        applies: |suite, case| when(suite, case, sized),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in &scene.evidence.walks {
        let Some((most, why)) = most(scene, walk) else { continue };
        let mut pages =
            walk.pages.iter().enumerate().filter_map(|(i, page)| Some((i, page, page.len()?))).peekable();
        if pages.peek().is_none() {
            continue;
        }
        let Some((i, page, count)) =
            pages.find(|(_, _, count)| u64::try_from(*count).is_ok_and(|n| n > most))
        else {
            sheet.judged();
            continue;
        };
        sheet.fail(Draft {
            pointer: Some(page.items_at.clone()),
            ..draft(
                &walk.label,
                format!("page {} holds {} where {most} is the most", i + 1, items(count)),
                size_parameter(scene, "The parameter for the page size is the most items that a page holds."),
                format!("at most {most}: {why}"),
                items(count),
                vec![page.entry],
            )
        });
    }
}

/// The most items that a page of a walk may hold, and why.
fn most(scene: &Scene<'_>, walk: &Walk) -> Option<(u64, &'static str)> {
    let bounds = scene.size_bounds();
    match walk.query.size {
        Some(size) => {
            let largest = scene.collection().largest_size.as_ref();
            match largest.filter(|largest| largest.over == OverLargest::Lowered && size > largest.size) {
                Some(largest) => Some((largest.size, "the largest, to which larger ones are lowered")),
                None => match bounds.maximum.filter(|maximum| size > *maximum) {
                    Some(maximum) => Some((maximum, "the maximum")),
                    None => Some((size, "what was asked for")),
                },
            }
        }
        None => bounds.default.map(|n| (n, "the default")).or(bounds.maximum.map(|n| (n, "the maximum"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::WalkKind;
    use crate::pagination::Start;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};

    #[test]
    fn a_page_is_as_large_as_asked() {
        let world = World::new(8);
        for (size, count, verdict) in
            [(Some(3), 3, Pass), (Some(3), 2, Pass), (Some(3), 4, Fail), (None, 5, Pass), (None, 6, Fail)]
        {
            let numbers: Vec<usize> = (0..count).collect();
            let lists = world.lists("by_page").page(WalkKind::Defaults, Start::First, size, &numbers);
            lists.expect(&PAGE_OVER_SIZE, verdict);
        }
        // Over the maximum of 20, where that is answered at all, a page holds no more than it.
        let many = World::new(24);
        for (count, verdict) in [(20, Pass), (21, Fail)] {
            let numbers: Vec<usize> = (0..count).collect();
            let lists = many.lists("by_page").page(WalkKind::Defaults, Start::First, Some(30), &numbers);
            lists.expect(&PAGE_OVER_SIZE, verdict);
        }
        let silent = World::amended(
            &[0, 1, 2],
            &[(
                "{ name: size, in: query, schema: { type: integer, minimum: 1, maximum: 20, default: 5 } }",
                "{ name: size, in: query, schema: { type: integer } }",
            )],
        );
        let lists = silent.lists("by_page").page(WalkKind::Defaults, Start::First, None, &[0, 1, 2]);
        lists.expect(&PAGE_OVER_SIZE, Inconclusive);
    }
}
