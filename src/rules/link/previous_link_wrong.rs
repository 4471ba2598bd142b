//! LNK006: the links to the page before do not lead back.

use super::{check_target, may_have, pages_with, pointer};
use crate::evidence::Page;
use crate::pagination::{Link, Rel, Start, Style};
use crate::rules::declare::rule;
use crate::rules::paging::chain::{answered, check_way_back, walked};
use crate::rules::paging::lists::{draft, own, shown, some};
use crate::rules::paging::same_page::Single;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A link from the first page to a page before it leads to no item of the list. Where later pages have such links, each leads to the page before, and all of
    /// them together back to the start.
    /// ## Why it matters
    /// "Back" shows a page that the reader has not seen, or goes forward.
    /// ## Example
    /// The link `prev` of page 3 leads to page 3 itself.
    /// ## Source
    /// The meaning of the relation type `prev` (RFC 8288, section 2.1; IANA's registry of link relations).
    /// ## False alarms and how they are avoided
    /// Some servers link from the first page to what will be written later, for clients to ask again: such a link leads to an empty page, or to items of others, and
    /// is right. A server that never links back is not judged, unless the suite names the place of the link. Items with equal keys may change places, and what others
    /// wrote in between is passed over.
    PREVIOUS_LINK_WRONG {
        code: "LNK006", name: "previous-link-wrong", level: Must, basis: Invariant,
        source: "the meaning of the relation type `prev`",
        summary: "Links to the page before lead back the way that led there.",
        implies: ["PAG003"],
        scenarios: &[Kind::Links],
        applies: |suite, case| may_have(suite, case, &[Rel::Previous]),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(there) = walked(scene) else { return };
    let style = &scene.collection().style;
    let with = pages_with(there, Rel::Previous);
    // Some servers say it of no page at all; one that says it of some pages must say it of all.
    let must_have = matches!(style, Style::NextUrl(_)) || with.len() > 1;
    let requirement = sheet.own_requirement();
    let told = &|page: &Page, summary: String, expected: &str, actual: &str| Draft {
        pointer: pointer(style, Rel::Previous).map(str::to_owned),
        ..draft(&there.label, summary, requirement.clone(), expected, actual, vec![page.entry])
    };
    for (i, page) in there.pages.iter().enumerate().filter(|(_, page)| page.ids.is_some()) {
        match (i, page.facts.links.get(&Rel::Previous)) {
            (0, Some(link)) => before_the_first(scene, sheet, (there, page), link, told),
            // An empty page behind the last one may link back or not.
            (1.., None) if must_have && !page.is_empty() => {
                let summary = format!("page {} does not link to the page before", i + 1);
                sheet.fail(told(page, summary, "a link to the page before", "none"));
            }
            _ => sheet.judged(),
        }
    }
    for (i, page) in with.into_iter().filter(|(i, _)| *i > 0) {
        check_target(scene, sheet, (i, page), Rel::Previous, &there.pages[i - 1]);
    }
    check_way_back(scene, sheet, |page| page.facts.links.contains_key(&Rel::Previous), "links");
}

/// Judges the link of the first page by what it leads to: nothing of the list stands before that page.
fn before_the_first(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    (there, first): Single<'_>,
    link: &Link,
    told: &dyn Fn(&Page, String, &str, &str) -> Draft,
) {
    let start = link.leads.as_ref().ok().map(|path| Start::Link(path.clone()));
    let Some((walk, met)) = start.and_then(|start| answered(scene, &start)) else {
        sheet.unsure("the first page links to a page before it, and nothing is known of that page");
        return;
    };
    if own(scene, &there.query, met).is_empty() {
        return sheet.judged();
    }
    let summary = "the first page links to items of the list as what comes before it".to_owned();
    let draft =
        told(first, summary, "no link, or one to an empty page", &some(&shown(scene, &walk.query, met)));
    sheet.fail(Draft { entries: vec![first.entry, met.entry], ..draft });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::WalkKind;
    use crate::pagination::Start;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn links_lead_back() {
        let world = World::new(5);
        let walk = world.lists("by_url").walk(2, &[&[4, 3], &[2, 1], &[0]]);
        walk.expect(&PREVIOUS_LINK_WRONG, Pass);
        // What stands before the first page: something of the list, nothing, somebody else's, or what nobody read.
        for (before, verdict) in [
            (Some(&[2, 1][..]), Fail),
            (Some(&[4, 3]), Fail),
            (Some(&[]), Pass),
            (Some(&[STRANGER]), Pass),
            (None, Inconclusive),
        ] {
            let lists = walk.clone().set(0, "/links/prev", json!("?from=9"));
            let start = Start::Link("/by_url?from=9".to_owned());
            let lists = match before {
                Some(items) => lists.page(WalkKind::Page, start, Some(2), items),
                None => lists,
            };
            lists.expect(&PREVIOUS_LINK_WRONG, verdict);
        }
        walk.clone().set(1, "/links/prev", json!(null)).expect(&PREVIOUS_LINK_WRONG, Fail);
        let followed = |from: u64, items: &[usize]| {
            let start = Start::Link(format!("/by_url?from={from}"));
            walk.clone().page(WalkKind::Page, start, Some(2), items)
        };
        followed(0, &[4, 3]).expect(&PREVIOUS_LINK_WRONG, Pass);
        followed(0, &[2, 1]).expect(&PREVIOUS_LINK_WRONG, Fail);
    }

    #[test]
    fn headers_need_not_link_back() {
        let world = World::new(5);
        let walk = world.lists("by_link").walk(2, &[&[0, 1], &[2, 3], &[4]]);
        walk.expect(&PREVIOUS_LINK_WRONG, Pass);
        let first = "<?page=1>; rel=first";
        let none = walk.clone().header(1, "link", first).header(2, "link", first);
        none.expect(&PREVIOUS_LINK_WRONG, Pass);
        let before = walk.header(0, "link", "<?page=9>; rel=prev");
        let start = Start::Link("/by_link?page=9".to_owned());
        before
            .clone()
            .page(WalkKind::Page, start.clone(), Some(2), &[2, 3])
            .expect(&PREVIOUS_LINK_WRONG, Fail);
        before.page(WalkKind::Page, start, Some(2), &[]).expect(&PREVIOUS_LINK_WRONG, Pass);
    }
}
