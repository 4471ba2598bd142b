//! TOK003: a page gives no token though items follow.

use super::style;
use crate::rules::declare::rule;
use crate::rules::paging::chain::turns;
use crate::rules::paging::lists::draft;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A page behind which items follow gives a token for the next page.
    /// ## Why it matters
    /// The missing token is the end of the list for every client. What stands behind it is never read.
    /// ## Example
    /// Of twelve items, the second page of five has `"next_page_token": ""`.
    /// ## Source
    /// The meaning of such a field, which the suite names: no token, no further page.
    /// ## False alarms and how they are avoided
    /// Only records that the target acknowledged and that stand behind the page in a known order count. Records with keys equal to
    /// that of the page's last item count only if they stood on no earlier page.
    TOKEN_MISSING {
        code: "TOK003", name: "token-missing", level: Must, basis: Invariant,
        source: "the meaning of the field that the suite names",
        summary: "A page behind which items follow gives a token.",
        implies: ["PAG004", "PAG006", "PAG016", "FLT002", "FLT005"],
        scenarios: &[Kind::Walk, Kind::Filter, Kind::Tokens],
        applies: |suite, case| style(suite, case).is_some(),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(style) = style(scene.suite, scene.case) else { return };
    for turn in turns(scene) {
        if turn.page.facts.token.is_some() || !turn.goes_on() {
            sheet.judged();
            continue;
        }
        sheet.fail(Draft {
            pointer: style.next.clone(),
            ..draft(
                &turn.walk.label,
                format!(
                    "page {} gives no token though {} follows",
                    turn.number + 1,
                    turn.beyond.words(scene)
                ),
                sheet.own_requirement(),
                "a token",
                "none",
                vec![turn.page.entry],
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Pass};
    use serde_json::json;

    #[test]
    fn where_items_follow_there_is_a_token() {
        let world = World::new(5);
        let walk = world.lists("by_token").walk(2, &[&[0, 1], &[2, 3], &[4]]);
        walk.expect(&TOKEN_MISSING, Pass);
        for (page, token, verdict) in
            [(0, json!(null), Fail), (1, json!(""), Fail), (2, json!(null), Pass), (2, json!("t9"), Pass)]
        {
            walk.clone().set(page, "/next_page_token", token).expect(&TOKEN_MISSING, verdict);
        }
        world.lists("by_token").scope(world.empty).walk(2, &[&[]]).expect(&TOKEN_MISSING, Pass);
    }
}
