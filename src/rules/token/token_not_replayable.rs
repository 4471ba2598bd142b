//! TOK002: a token that is sent again gives another page.

use super::style;
use crate::evidence::WalkKind;
use crate::rules::declare::rule;
use crate::rules::paging::chain::walked;
use crate::rules::paging::lists::{draft, shown, some};
use crate::rules::paging::same_page::{Sameness, compare};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A token that was followed once leads to the same page when it is sent again, also after the whole list was read.
    /// ## Why it matters
    /// A client whose connection broke sends its request again. If the token stands for a place in the server's memory that has moved on, the page
    /// is lost.
    /// ## Example
    /// The token of page 1 gave items 3 and 4. Sent again, it gives items 5 and 6, or 410.
    /// ## Source
    /// True of every list that does not change: the same request gives the same page.
    /// ## False alarms and how they are avoided
    /// Tokens are sent again within seconds, so that none can have expired. Items with equal keys may change places, and what others wrote in between
    /// is passed over. Answers that put the request off say nothing.
    TOKEN_NOT_REPLAYABLE {
        code: "TOK002", name: "token-not-replayable", level: Must, basis: Invariant,
        source: "true of every list that does not change",
        summary: "A token leads to the same page whenever it is sent.",
        implies: ["HTTP003"],
        scenarios: &[Kind::Tokens],
        applies: |suite, case| style(suite, case).is_some(),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(there) = walked(scene) else { return };
    for again in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::Repeat) {
        let Some(second) = again.pages.first() else { continue };
        let Some(first) = there.pages.iter().find(|page| page.start == second.start) else { continue };
        let status = scene.evidence.entries[second.entry].exchange.status();
        let (comparison, actual) = match compare(scene, (there, first), (again, second)) {
            Sameness::Same => {
                sheet.judged();
                continue;
            }
            Sameness::Different(comparison) => (Some(comparison), some(&shown(scene, &again.query, second))),
            Sameness::Unknown => match status {
                Some(status @ 400..500) if first.ids.is_some() && status != 429 => {
                    (None, format!("status {status}"))
                }
                _ => continue,
            },
        };
        sheet.fail(Draft {
            comparison,
            ..draft(
                &again.label,
                "a token that was followed before leads somewhere else",
                sheet.own_requirement(),
                format!("the same page: {}", some(&shown(scene, &there.query, first))),
                actual,
                vec![first.entry, second.entry],
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
    fn a_token_leads_to_one_page() {
        let world = World::new(6);
        let walk = world.lists("by_token").walk(2, &[&[0, 1], &[2, 3], &[4, 5]]);
        let again =
            |items: &[usize]| walk.clone().page(WalkKind::Repeat, Start::Token("t2".into()), Some(2), items);
        again(&[2, 3]).expect(&TOKEN_NOT_REPLAYABLE, Pass);
        again(&[4, 5]).expect(&TOKEN_NOT_REPLAYABLE, Fail);
        again(&[]).refuse(0, 410).expect(&TOKEN_NOT_REPLAYABLE, Fail);
        again(&[]).refuse(0, 500).expect(&TOKEN_NOT_REPLAYABLE, Inconclusive);
        let other = walk.page(WalkKind::Repeat, Start::Token("t9".into()), Some(2), &[2]);
        other.expect(&TOKEN_NOT_REPLAYABLE, Inconclusive);
    }
}
