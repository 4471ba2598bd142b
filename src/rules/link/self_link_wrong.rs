//! LNK008: the link of a page to itself leads elsewhere.

use super::{check_target, may_have, pages_with};
use crate::pagination::Rel;
use crate::rules::declare::rule;
use crate::rules::paging::chain::walked;
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Where a page links to itself, the link leads to the same page.
    /// ## Why it matters
    /// Clients keep that link to come back to the page, or to show it to somebody else.
    /// ## Example
    /// The link `self` of page 2 leaves out the page and leads to the first one.
    /// ## Source
    /// The meaning of the relation type `self` (RFC 4287, section 4.2.7.2; IANA's registry of link relations).
    /// ## False alarms and how they are avoided
    /// Pages without such a link are passed over. Items with equal keys may change places, and what others wrote in between is passed over.
    SELF_LINK_WRONG {
        code: "LNK008", name: "self-link-wrong", level: Must, basis: Invariant,
        source: "the meaning of the relation type `self`",
        summary: "The link of a page to itself leads to it.",
        implies: [],
        scenarios: &[Kind::Links],
        applies: |suite, case| may_have(suite, case, &[Rel::Own]),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(there) = walked(scene) else { return };
    let with = pages_with(there, Rel::Own);
    if with.is_empty() {
        sheet.judged();
        sheet.note("no page links to itself");
    }
    for (i, page) in with {
        check_target(scene, sheet, (i, page), Rel::Own, page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::WalkKind;
    use crate::pagination::Start;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Pass};

    #[test]
    fn a_page_links_to_itself() {
        let world = World::new(4);
        let walk = world.lists("by_url").walk(2, &[&[3, 2], &[1, 0]]);
        let start = || Start::Link("/by_url?from=0".into());
        let followed = |items: &[usize]| walk.clone().page(WalkKind::Page, start(), Some(2), items);
        followed(&[3, 2]).expect(&SELF_LINK_WRONG, Pass);
        followed(&[1, 0]).expect(&SELF_LINK_WRONG, Fail);
    }
}
