//! LNK004: a page has no link to the next one though items follow.

use super::{linked, pointer};
use crate::pagination::Rel;
use crate::rules::declare::rule;
use crate::rules::paging::chain::turns;
use crate::rules::paging::lists::draft;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A page behind which items follow has a link to the next page.
    /// ## Why it matters
    /// The missing link is the end of the list for every client. What stands behind it is never read.
    /// ## Example
    /// Of twelve items, the second page of five has links to the first and the last page, and none to the next.
    /// ## Source
    /// The meaning of the relation type `next` (RFC 8288, section 2.1; IANA's registry of link relations).
    /// ## False alarms and how they are avoided
    /// Only records that the target acknowledged and that stand behind the page in a known order count. Records with keys equal to
    /// that of the page's last item count only if they stood on no earlier page.
    NEXT_LINK_MISSING {
        code: "LNK004", name: "next-link-missing", level: Must, basis: Invariant,
        source: "the meaning of the relation type `next`",
        summary: "A page behind which items follow links to the next page.",
        implies: ["PAG004", "PAG006", "PAG016", "FLT002", "FLT005"],
        scenarios: &[Kind::Walk, Kind::Filter, Kind::Links],
        applies: linked,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for turn in turns(scene) {
        if turn.page.facts.links.contains_key(&Rel::Next) || !turn.goes_on() {
            sheet.judged();
            continue;
        }
        let (page, rest) = (turn.number + 1, turn.beyond.words(scene));
        sheet.fail(Draft {
            pointer: pointer(&scene.collection().style, Rel::Next).map(str::to_owned),
            ..draft(
                &turn.walk.label,
                format!("page {page} has no link to the next though {rest} follows"),
                sheet.own_requirement(),
                "a link to the next page",
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
    fn where_items_follow_there_is_a_link() {
        let world = World::new(5);
        let walk = world.lists("by_url").walk(2, &[&[4, 3], &[2, 1], &[0]]);
        walk.expect(&NEXT_LINK_MISSING, Pass);
        for (page, link, verdict) in [
            (0, json!(null), Fail),
            (1, json!(""), Fail),
            (2, json!(null), Pass),
            (1, json!({"href": "?a"}), Pass),
        ] {
            walk.clone().set(page, "/links/next", link).expect(&NEXT_LINK_MISSING, verdict);
        }
        let header = world.lists("by_link").walk(2, &[&[0, 1], &[2, 3], &[4]]);
        header.expect(&NEXT_LINK_MISSING, Pass);
        header.clone().header(1, "link", "<?page=1>; rel=first").expect(&NEXT_LINK_MISSING, Fail);
        header.header(2, "link", "<?page=1>; rel=first").expect(&NEXT_LINK_MISSING, Pass);
    }
}
