//! TOK007: the tokens for the page before do not lead back.

use super::style;
use crate::rules::declare::rule;
use crate::rules::paging::chain::{check_way_back, walked};
use crate::rules::paging::lists::draft;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// The first page gives no token for a page before it, and the tokens that later pages give lead back to the start, over the same items in the
    /// same order.
    /// ## Why it matters
    /// "Back" shows a page that the reader has not seen, or goes forward.
    /// ## Example
    /// The page before the third one holds items 5 and 6, which stand on the third page themselves.
    /// ## Source
    /// The meaning of such a field, which the suite names.
    /// ## False alarms and how they are avoided
    /// The pages on the way back may be cut in other places. Only the run's own records are compared, and servers that give no such token at all are
    /// passed over.
    PREVIOUS_TOKEN_WRONG {
        code: "TOK007", name: "previous-token-wrong", level: Must, basis: Invariant,
        source: "the meaning of the field that the suite names",
        summary: "The tokens for the page before lead back the way that led there.",
        implies: ["PAG003"],
        scenarios: &[Kind::Tokens],
        applies: |suite, case| style(suite, case).is_some_and(|style| style.previous.is_some()),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let (Some(style), Some(there)) = (style(scene.suite, scene.case), walked(scene)) else { return };
    if let Some(page) = there.pages.first().filter(|page| page.ids.is_some()) {
        match &page.facts.previous_token {
            None => sheet.judged(),
            Some(token) => sheet.fail(Draft {
                pointer: style.previous.clone(),
                ..draft(
                    &there.label,
                    "the first page gives a token for a page before it",
                    sheet.own_requirement(),
                    "no token",
                    token.clone(),
                    vec![page.entry],
                )
            }),
        }
    }
    check_way_back(scene, sheet, |page| page.facts.previous_token.is_some(), "tokens");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::WalkKind;
    use crate::pagination::Start;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn the_way_back_is_the_way_there() {
        let world = World::new(5);
        let there = || world.lists("by_token").walk(2, &[&[0, 1], &[2, 3], &[4]]);
        there().expect(&PREVIOUS_TOKEN_WRONG, Pass);
        there().set(0, "/previous_page_token", json!("p0")).expect(&PREVIOUS_TOKEN_WRONG, Fail);
        let cases: [(&[&[usize]], Verdict); 4] = [
            (&[&[2, 3], &[0, 1]], Pass),
            (&[&[1, 2, 3], &[0]], Pass),
            (&[&[2, 3]], Fail),
            (&[&[0, 1], &[2, 3]], Fail),
        ];
        for (pages, verdict) in cases {
            let start = Start::Token("p4".into());
            there()
                .walk_from(WalkKind::Backward, start, Some(2), pages)
                .expect(&PREVIOUS_TOKEN_WRONG, verdict);
        }
    }
}
