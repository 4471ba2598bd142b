//! LNK007: the links to the first and the last page lead elsewhere.

use super::{check_target, may_have, pages_with};
use crate::pagination::Rel;
use crate::rules::declare::rule;
use crate::rules::paging::chain::walked;
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Where pages link to the first and the last page, these links lead there: to what the walk met first, and to the last page that held items.
    /// ## Why it matters
    /// Readers jump to the end of a list and see an error, an empty page or the one before the last.
    /// ## Example
    /// Ten items in pages of five: the link `last` leads to page 3, which is empty.
    /// ## Source
    /// The meaning of the relation types `first` and `last` (RFC 8288, section 2.1; IANA's registry of link relations).
    /// ## False alarms and how they are avoided
    /// Pages without such links are passed over. Items with equal keys may change places, and what others wrote in between is passed over. The last page of an
    /// empty list is not judged.
    EDGE_LINK_WRONG {
        code: "LNK007", name: "edge-link-wrong", level: Must, basis: Invariant,
        source: "the meaning of the relation types `first` and `last`",
        summary: "Links to the first and the last page lead there.",
        implies: [],
        scenarios: &[Kind::Links],
        applies: |suite, case| may_have(suite, case, &[Rel::First, Rel::Last]),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(there) = walked(scene).filter(|walk| walk.is_whole()) else { return };
    let last = there.pages.iter().rfind(|page| !page.is_empty() && page.ids.is_some());
    let mut found = false;
    for (rel, target) in [(Rel::First, there.pages.first()), (Rel::Last, last)] {
        for (i, page) in pages_with(there, rel) {
            found = true;
            if let Some(target) = target {
                check_target(scene, sheet, (i, page), rel, target);
            }
        }
    }
    if !found {
        sheet.judged();
        sheet.note("no page links to the first or the last one");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::WalkKind;
    use crate::pagination::Start;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{self, Fail, Pass};

    #[test]
    fn links_lead_to_the_ends() {
        let world = World::new(5);
        let walk = world.lists("by_url").walk(2, &[&[4, 3], &[2, 1], &[0]]);
        let cases: [(&str, &[usize], Verdict); 5] = [
            ("/by_url?from=0", &[4, 3], Pass),
            ("/by_url?from=0", &[4, 3, 2], Fail),
            ("/by_url?from=4", &[0], Pass),
            ("/by_url?from=4", &[], Fail),
            ("/by_url?from=4", &[2, 1], Fail),
        ];
        for (path, items, verdict) in cases {
            // What the walk itself met on its way to the last page is the page that the link is measured by.
            let lists =
                walk.clone().change(|walk| walk.pages[2].start = Start::Link("/by_url?from=4&x".into()));
            let start = Start::Link(path.to_owned());
            lists.page(WalkKind::Page, start, Some(2), items).expect(&EDGE_LINK_WRONG, verdict);
        }
    }
}
