//! PAG011: a request that means the same, spelt in another way, gives another page.

use super::same_page::judge_repeats;
use crate::evidence::WalkKind;
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Query parameters in another order, or another of the documented spellings of "no filter", give the same page.
    /// ## Why it matters
    /// Client libraries and proxies order parameters as they like. A server that reads them by place, or caches by the text, serves somebody
    /// else's page.
    /// ## Example
    /// `page=2&size=5` gives messages 6 to 10, `size=5&page=2` gives messages 1 to 5.
    /// ## Source
    /// The parameters are told apart by name in the OpenAPI document, not by place.
    /// ## False alarms and how they are avoided
    /// Only spellings that the document allows are sent. Items with equal keys may change places, and what others wrote in between is passed over.
    PARAMETER_ORDER_MATTERS {
        code: "PAG011", name: "parameter-order-matters", level: Must, basis: Document,
        source: "parameters are told apart by name (OpenAPI 3.1, section 4.8.12)",
        summary: "Requests that mean the same give the same page, however they are spelt.",
        implies: [],
        scenarios: &[Kind::Pages],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let requirement = scene.in_document("Parameters are told apart by name.", &scene.operation().pointer);
    judge_repeats(
        scene,
        sheet,
        WalkKind::Permuted,
        "the same question, spelt in another way, gave another page",
        &requirement,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::Start;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{self, Fail, Pass};

    #[test]
    fn the_spelling_does_not_matter() {
        let world = World::new(8);
        let cases: [(&[usize], &[usize], Verdict); 3] =
            [(&[3, 4, 5], &[3, 4, 5], Pass), (&[0, 1, 2], &[3, 4, 5], Fail), (&[3, 4, 5], &[], Fail)];
        for (second, third, verdict) in cases {
            let lists = world.lists("by_page").page(WalkKind::Page, Start::Page(2), Some(3), &[3, 4, 5]);
            let lists = lists.page(WalkKind::Permuted, Start::Page(2), Some(3), second);
            lists
                .page(WalkKind::Permuted, Start::Page(2), Some(3), third)
                .expect(&PARAMETER_ORDER_MATTERS, verdict);
        }
    }
}
