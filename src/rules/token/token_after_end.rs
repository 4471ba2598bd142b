//! TOK004: the last page gives a token.

use super::style;
use crate::rules::declare::rule;
use crate::rules::paging::chain::turns;
use crate::rules::paging::lists::{collection, convention, draft};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{End, Suite};

rule! {
    /// ## What it checks
    /// The last page with items gives no token, where the suite says that it tells the end: also where the items fill it to the brim.
    /// ## Why it matters
    /// Clients offer to show more, and there is nothing to show.
    /// ## Example
    /// Ten items in pages of five: the second page has a token, and the page that it leads to is empty.
    /// ## Source
    /// The suite's setting on the end of a list.
    /// ## False alarms and how they are avoided
    /// Guides allow an empty page at the end, so nothing is demanded unless the suite states it. A page that says by another field that no
    /// more comes may have a token.
    TOKEN_AFTER_END {
        code: "TOK004", name: "token-after-end", level: Must, basis: Suite,
        source: "the suite's setting `end`",
        summary: "The last page gives no token.",
        implies: ["PAG001", "PAG002"],
        scenarios: &[Kind::Walk, Kind::Filter, Kind::Tokens],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let exact = |stated: &crate::suite::Settled<End>| stated.is == End::Exact;
    style(suite, case).is_some()
        && collection(suite, case)
            .is_some_and(|collection| collection.conventions.end.as_ref().is_some_and(exact))
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let (Some(style), Some(stated)) = (style(scene.suite, scene.case), &scene.collection().conventions.end)
    else {
        return;
    };
    for turn in turns(scene) {
        let facts = &turn.page.facts;
        let Some(token) = facts.token.as_ref().filter(|_| facts.has_more != Some(false) && !turn.goes_on())
        else {
            sheet.judged();
            continue;
        };
        sheet.fail(Draft {
            pointer: style.next.clone(),
            ..draft(
                &turn.walk.label,
                format!("page {} is the last and gives a token", turn.number + 1),
                convention(scene, stated),
                "no token",
                token.clone(),
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
    fn the_last_page_has_no_token() {
        let world = World::new(4);
        let walk = world.lists("by_token").walk(2, &[&[0, 1], &[2, 3]]);
        walk.expect(&TOKEN_AFTER_END, Pass);
        walk.clone().set(1, "/next_page_token", json!("t4")).expect(&TOKEN_AFTER_END, Fail);
        walk.clone().set(1, "/next_page_token", json!("")).expect(&TOKEN_AFTER_END, Pass);
        let empty = world.lists("by_token").scope(world.empty).walk(2, &[&[]]);
        empty.expect(&TOKEN_AFTER_END, Pass);
        empty.set(0, "/next_page_token", json!("t0")).expect(&TOKEN_AFTER_END, Fail);
    }
}
