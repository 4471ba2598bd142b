//! LNK003: a link leaves out, or changes, an argument of the request, and the page that it leads to shows it.

use percent_encoding::percent_decode_str;

use super::linked;
use crate::evidence::{Page, Walk, WalkKind};
use crate::pagination::Start;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{closed, draft, own, ranks, shown, some};
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Arguments, Suite};

rule! {
    /// ## What it checks
    /// The link to the next page keeps the page size, the filters, the order and the parent that were asked for.
    /// ## Why it matters
    /// The second page is one of another list: with items that the filter was to keep out, of another size, in another order. Clients that follow
    /// links have no way to notice.
    /// ## Example
    /// `/items?color=red&limit=2` links to `/items?page=2`: the next page holds blue items, and twenty of them.
    /// ## Source
    /// The link is one to the next page of the list that was asked for (RFC 8288, section 3.3; the relation type `next`).
    /// ## False alarms and how they are avoided
    /// A link may hold its arguments in any form, such as a token. So a missing parameter counts only if the page that the link leads to is not what
    /// follows: if it holds more than was asked for, or other records than come next. A walk of one page has no such link and passes.
    LINK_LOSES_QUERY {
        code: "LNK003", name: "link-loses-query", level: Must, basis: Protocol,
        source: "RFC 8288, section 3.3 (https://www.rfc-editor.org/rfc/rfc8288#section-3.3)",
        summary: "The link to the next page keeps what was asked for.",
        implies: [
            "PAG001", "PAG002", "PAG003", "PAG004", "PAG005", "PAG006", "PAG007", "PAG008", "PAG014", "PAG015", "PGN002", "ORD001",
            "FLT001", "FLT002", "FLT003", "FLT005", "FLT006", "ISO001", "LNK004", "LNK005", "LNK006", "LNK007",
        ],
        scenarios: &[Kind::Walk, Kind::Filter, Kind::Links],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let queried = |name: &str| suite.file().collections[name].arguments == Arguments::Query;
    linked(suite, case) && case.scenario.collection().is_some_and(queried)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::Full) {
        let Some(first) = walk.pages.first() else { continue };
        let asked = parameters(&scene.evidence.entries[first.entry].exchange.request.path);
        if walk.pages.len() == 1 && first.ids.is_some() {
            sheet.judged();
        }
        for (i, pair) in walk.pages.windows(2).enumerate() {
            let Start::Link(path) = &pair[1].start else { continue };
            if pair[1].ids.is_none() {
                continue;
            }
            let kept = parameters(path);
            let lost: Vec<String> = asked
                .iter()
                .filter(|(name, value)| !kept.iter().any(|(other, kept)| other == name && kept == value))
                .map(|(name, _)| format!("`{name}`"))
                .collect();
            if lost.is_empty() || follows(scene, walk, &pair[0], &pair[1]) {
                sheet.judged();
                continue;
            }
            let page = i + 2;
            sheet.fail(draft(
                &walk.label,
                format!(
                    "the link to page {page} does not keep {}, and the page is not what follows",
                    some(&lost)
                ),
                sheet.own_requirement(),
                format!("a link to what follows, with {}", some(&lost)),
                format!("{path}: {}", some(&shown(scene, &walk.query, &pair[1]))),
                vec![pair[0].entry, pair[1].entry],
            ));
            break;
        }
    }
}

/// The parameters of a query, decoded.
fn parameters(path: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

/// Whether a page can be what follows on another one: not too large, nothing that does not belong in the list, nothing that stands in front.
fn follows(scene: &Scene<'_>, walk: &Walk, page: &Page, next: &Page) -> bool {
    let too_large = walk.query.size.zip(next.len()).is_some_and(|(size, count)| count as u64 > size);
    let expected = scene.expected(&walk.query);
    let ranks = ranks(&expected);
    let (before, met) = (own(scene, &walk.query, page), own(scene, &walk.query, next));
    let belongs = |number: &usize| ranks.contains_key(number) || expected.maybe.contains(number);
    let strange = closed(scene.collection()) && met.len() < next.len().unwrap_or(0);
    if too_large || strange || !met.iter().all(belongs) {
        return false;
    }
    let Some(border) =
        before.iter().filter_map(|number| ranks.get(number)).max().filter(|_| expected.ordered)
    else {
        return true;
    };
    if met.iter().any(|number| ranks.get(number).is_some_and(|rank| rank < border)) {
        return false;
    }
    if !closed(scene.collection()) {
        return true;
    }
    // In a list of ours alone, the page begins with what is next, and is full or holds all that is left.
    let left = ranks.values().filter(|rank| *rank > border).count() as u64;
    let full = walk.query.size.is_none_or(|size| met.len() as u64 >= size.min(left));
    let begins = met.iter().filter_map(|number| ranks.get(number)).min();
    full && begins.is_none_or(|first| *first <= border + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{OTHER, World};
    use crate::verdict::Verdict::{self, Fail, Pass};

    #[test]
    fn what_was_asked_for_is_kept() {
        let world = World::new(6);
        let kept = "/by_link?page=2&per_page=2";
        let cases: [(&str, &[usize], Verdict); 7] = [
            (kept, &[2, 3], Pass),
            // What a link that keeps everything leads to is for other rules.
            (kept, &[4, 5], Pass),
            ("/by_link?cursor=abc", &[2, 3], Pass),
            ("/by_link?page=2", &[2, 3, 4], Fail),
            ("/by_link?page=2", &[5], Fail),
            ("/by_link?page=2&per_page=3", &[3, 4], Fail),
            ("/by_link?page=2", &[2, OTHER], Fail),
        ];
        for (path, page, verdict) in cases {
            let walk = world.lists("by_link").walk(2, &[&[0, 1], page]);
            let path = path.to_owned();
            walk.change(|walk| walk.pages[1].start = Start::Link(path)).expect(&LINK_LOSES_QUERY, verdict);
        }
    }
}
