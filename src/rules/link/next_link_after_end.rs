//! LNK005: the last page links to a next one.

use super::{linked, pointer};
use crate::pagination::Rel;
use crate::rules::declare::rule;
use crate::rules::paging::chain::turns;
use crate::rules::paging::lists::{collection, convention, draft};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{End, Settled, Suite};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// The last page with items has no link to a next page: also where the items fill it to the brim.
    /// ## Why it matters
    /// Clients offer to show more, and there is nothing to show.
    /// ## Example
    /// Ten items in pages of five: the second page links to a third one, which is empty.
    /// ## Source
    /// The meaning of the relation type `next`. A `must` where the suite says that the last page tells the end, or where the page itself tells a
    /// total that shows it; else `should`.
    /// ## False alarms and how they are avoided
    /// Where the suite says that an empty page may follow, nothing is demanded. In lists that others write into, the page counts as the last only
    /// if the one that the link leads to is empty.
    NEXT_LINK_AFTER_END {
        code: "LNK005", name: "next-link-after-end", level: Must, basis: Invariant,
        source: "the meaning of the relation type `next`",
        summary: "The last page has no link to a next one.",
        implies: ["PAG001", "PAG002"],
        scenarios: &[Kind::Walk, Kind::Filter, Kind::Links],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let empty = |stated: &Settled<End>| stated.is == End::EmptyPage;
    let stated = |case| collection(suite, case).and_then(|collection| collection.conventions.end.as_ref());
    linked(suite, case) && !stated(case).is_some_and(empty)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let stated = scene.collection().conventions.end.as_ref();
    for turn in turns(scene) {
        let facts = &turn.page.facts;
        let Some(link) = facts.links.get(&Rel::Next).filter(|_| !turn.goes_on()) else {
            sheet.judged();
            continue;
        };
        let level = if stated.is_some() || facts.total.is_some() { Level::Must } else { Level::Should };
        let requirement = stated.map_or_else(|| sheet.own_requirement(), |stated| convention(scene, stated));
        let draft = Draft {
            pointer: pointer(&scene.collection().style, Rel::Next).map(str::to_owned),
            ..draft(
                &turn.walk.label,
                format!("page {} is the last and links to a next one", turn.number + 1),
                requirement,
                "no link to a next page",
                link.text.clone(),
                vec![turn.page.entry],
            )
        };
        sheet.fail_at(level, draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Pass};
    use serde_json::json;

    #[test]
    fn the_last_page_has_no_next_one() {
        let world = World::new(4);
        let walk = world.lists("by_url").walk(2, &[&[3, 2], &[1, 0]]);
        walk.expect(&NEXT_LINK_AFTER_END, Pass);
        let wrong = walk.set(1, "/links/next", json!("?from=4"));
        assert_eq!(wrong.expect(&NEXT_LINK_AFTER_END, Fail).findings[0].level, Level::Must);
        let silent = wrong.set(1, "/total", json!(null));
        assert_eq!(silent.expect(&NEXT_LINK_AFTER_END, Fail).findings[0].level, Level::Should);
        let empty = world.lists("by_url").scope(world.empty).walk(2, &[&[]]);
        empty.expect(&NEXT_LINK_AFTER_END, Pass);
        empty.set(0, "/links/next", json!("?from=0")).expect(&NEXT_LINK_AFTER_END, Fail);
    }
}
