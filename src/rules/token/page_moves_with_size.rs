//! TOK006: with another page size, a token leads to another place.

use super::style;
use crate::evidence::WalkKind;
use crate::pagination::Start;
use crate::rules::declare::rule;
use crate::rules::paging::chain::walked;
use crate::rules::paging::lists::{draft, own, ranks};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// A token that is sent with another page size than it was given for leads to a page that begins where the one before ended.
    /// ## Why it matters
    /// Clients ask for a small page first and for large ones after it. If the token holds a page number, items are lost or come again.
    /// ## Example
    /// The token of a first page of two, sent with `page_size=3`, begins with item 4: the server counted three items to a page.
    /// ## Source
    /// AIP-158 (<https://google.aip.dev/158>) lets clients change the page size on the way. No document says so as a rule, hence `should`.
    /// ## False alarms and how they are avoided
    /// A refusal is right as well. Of items with equal keys, any may come first. In lists of others, only the run's own records are compared.
    PAGE_MOVES_WITH_SIZE {
        code: "TOK006", name: "page-moves-with-size", level: Should, basis: Invariant,
        source: "AIP-158 (<https://google.aip.dev/158>)",
        summary: "A token leads to the same place with every page size.",
        implies: [],
        scenarios: &[Kind::Tokens],
        applies: |suite, case| style(suite, case).is_some_and(|style| style.size.is_some()),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(there) = walked(scene) else { return };
    let expected = scene.expected(&there.query);
    let ranks = ranks(&expected);
    for other in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::Page) {
        let Some(page) = other.pages.first().filter(|page| matches!(page.start, Start::Token(_))) else {
            continue;
        };
        let Some(first) = there.pages.iter().find(|walked| walked.start == page.start) else { continue };
        if page.ids.is_none() || first.ids.is_none() {
            let status = scene.evidence.entries[page.entry].exchange.status();
            if let Some(status @ 400..500) = status {
                sheet.judged();
                sheet.note(format!("a token with another page size is refused with {status}"));
            }
            continue;
        }
        let begins = |page, query| own(scene, query, page).first().copied();
        let (wanted, met) = (begins(first, &there.query), begins(page, &other.query));
        let rank = |number: Option<usize>| number.map(|number| ranks.get(&number).copied());
        if wanted == met || expected.ordered && rank(wanted) == rank(met) {
            sheet.judged();
            continue;
        }
        let name = |number: Option<usize>| {
            number.map_or_else(|| "none of our items".to_owned(), |number| scene.oracle.record(number).name())
        };
        sheet.fail(draft(
            &other.label,
            "with another page size a token leads to another place",
            sheet.own_requirement(),
            format!("a page that begins with {}", name(wanted)),
            format!("a page that begins with {}", name(met)),
            vec![first.entry, page.entry],
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::{Fail, Pass};

    #[test]
    fn a_token_stands_for_a_place() {
        let world = World::new(6);
        let walk = world.lists("by_token").walk(2, &[&[0, 1], &[2, 3], &[4, 5]]);
        let other =
            |items: &[usize]| walk.clone().page(WalkKind::Page, Start::Token("t2".into()), Some(3), items);
        other(&[2, 3, 4]).expect(&PAGE_MOVES_WITH_SIZE, Pass);
        other(&[2, 3]).expect(&PAGE_MOVES_WITH_SIZE, Pass);
        other(&[3, 4, 5]).expect(&PAGE_MOVES_WITH_SIZE, Fail);
        other(&[]).expect(&PAGE_MOVES_WITH_SIZE, Fail);
        other(&[]).refuse(0, 400).expect(&PAGE_MOVES_WITH_SIZE, Pass);
    }
}
