//! A whole walk as a strip of pages, on which a reader sees where an item is missing, comes again or stands in the wrong place.

use std::collections::BTreeSet;

use super::compare::in_place;
use super::lists::{aligned, closed, names, own_of, passed_over, shown};
use crate::evidence::WalkKind;
use crate::pagination::Start;
use crate::rules::Scene;
use crate::verdict::{Strip, StripItem, StripPage};

/// The strip of the walk with this label, if it went through the list from its start and differs from what was expected.
pub(in crate::rules) fn of_walk(scene: &Scene<'_>, label: &str) -> Option<Strip> {
    scene.case.scenario.collection()?;
    let mut walks = scene.evidence.walks.iter();
    let walk = walks.find(|walk| walk.kind == WalkKind::Full && walk.label == label)?;
    let expected = scene.expected(&walk.query);
    let excused = passed_over(scene, walk, &expected);
    let met = own_of(scene, walk);
    let mut wanted = aligned(&expected, &met);
    wanted.retain(|number| !excused.contains(number));
    if !expected.ordered {
        // Nobody knows where an item belongs, so each belongs where it was met first.
        wanted.sort_by_key(|number| met.iter().position(|other| other == number).unwrap_or(usize::MAX));
    }
    // What others wrote, and what may or may not be a member, is nothing to wonder at.
    let known: BTreeSet<_> = wanted.iter().copied().collect();
    let open = !closed(scene.collection());
    let indifferent = |id: &Option<String>| {
        let number = id.as_deref().and_then(|id| scene.record(&walk.query, id));
        number.map_or(open, |number| !known.contains(&number) && expected.maybe.contains(&number))
    };
    let pages: Vec<Page> = walk
        .pages
        .iter()
        .map(|page| Page {
            asked: asked(&page.start),
            items: shown(scene, &walk.query, page)
                .into_iter()
                .zip(page.ids.iter().flatten().map(indifferent))
                .map(|(name, indifferent)| (name, !indifferent))
                .collect(),
        })
        .collect();
    drawn(&names(scene, &wanted), pages)
}

/// A page as it came: the names of its items, and whether each one matters.
struct Page {
    asked: String,
    items: Vec<(String, bool)>,
}

/// What the start of a page asks for, in a few words.
fn asked(start: &Start) -> String {
    match start {
        Start::First => "first page".to_owned(),
        Start::Page(page) => format!("page {page}"),
        Start::Offset(offset) => format!("offset {offset}"),
        Start::Before(cursor) => format!("before {cursor}"),
        Start::After(cursor) => format!("after {cursor}"),
        Start::Token(token) => format!("token {token}"),
        Start::Link(address) => format!("link {address}"),
        Start::Between { after, before } => format!("{after} to {before}"),
    }
}

/// The strip; nothing where all is as expected.
fn drawn(wanted: &[String], pages: Vec<Page>) -> Option<Strip> {
    let met: Vec<String> = pages
        .iter()
        .flat_map(|page| &page.items)
        .filter(|(_, own)| *own)
        .map(|(name, _)| name.clone())
        .collect();
    let (kept_wanted, kept_met) = in_place(wanted, &met);
    let mut lacking = wanted.iter().zip(&kept_wanted).peekable();
    let mut seen = BTreeSet::new();
    let mut kept = kept_met.iter();
    let mut strip = Strip::default();
    for page in pages {
        let mut items = Vec::new();
        for (name, own) in page.items {
            if !own {
                push(&mut items, StripItem::Same(1));
                continue;
            }
            let again = !seen.insert(name.clone());
            let item = match kept.next() {
                Some(Some(true)) => {
                    // What should have come before it and never came stands in front of it.
                    for (wanted, kept) in lacking.by_ref() {
                        if kept.is_none() {
                            items.push(StripItem::Missing(wanted.clone()));
                        }
                        if *wanted == name {
                            break;
                        }
                    }
                    StripItem::Same(1)
                }
                Some(Some(false)) => StripItem::Misplaced(name),
                _ if again => StripItem::Repeated(name),
                _ => StripItem::Foreign(name),
            };
            push(&mut items, item);
        }
        strip.pages.push(StripPage { asked: page.asked, items });
    }
    let rest = lacking.filter(|(_, kept)| kept.is_none()).map(|(name, _)| StripItem::Missing(name.clone()));
    match strip.pages.last_mut() {
        Some(last) => last.items.extend(rest),
        None => return None,
    }
    let wrong =
        strip.pages.iter().flat_map(|page| &page.items).any(|item| !matches!(item, StripItem::Same(_)));
    wrong.then_some(strip)
}

/// Adds an item; what is as expected is only counted.
fn push(items: &mut Vec<StripItem>, item: StripItem) {
    match (items.last_mut(), item) {
        (Some(StripItem::Same(row)), StripItem::Same(more)) => *row += more,
        (_, item) => items.push(item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::paging::item_missing::ITEM_MISSING;
    use crate::rules::paging::item_repeated::ITEM_REPEATED;
    use crate::rules::testing::World;
    use crate::verdict::Verdict::Fail;

    /// Pages are divided by `|`; the strip comes out with `-` before what is missing, `2` before what comes again, `?` before what is
    /// foreign and `~` before what is misplaced.
    fn strip(wanted: &str, pages: &str) -> String {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let pages = pages
            .split('|')
            .map(|page| Page {
                asked: String::new(),
                items: words(page)
                    .into_iter()
                    .map(|name| {
                        let own = name != "x";
                        (name, own)
                    })
                    .collect(),
            })
            .collect();
        let Some(strip) = drawn(&words(wanted), pages) else { return "nothing".to_owned() };
        let item = |item: &StripItem| match item {
            StripItem::Same(row) => row.to_string(),
            StripItem::Missing(name) => format!("-{name}"),
            StripItem::Repeated(name) => format!("2{name}"),
            StripItem::Foreign(name) => format!("?{name}"),
            StripItem::Misplaced(name) => format!("~{name}"),
        };
        let page = |page: &StripPage| page.items.iter().map(item).collect::<Vec<_>>().join(" ");
        strip.pages.iter().map(page).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn what_is_wrong_stands_in_its_place() {
        for (wanted, pages, drawn) in [
            ("a b c d", "a b | c d | ", "nothing"),
            ("a b c d", "a b | d", "2 | -c 1"),
            ("a b c d", "a | c", "1 | -b 1 -d"),
            ("a b c", "a b | b c | ", "2 | 2b 1 | "),
            ("a b c", "a z b | c x", "1 ?z 1 | 2"),
            ("a b c d", "a d | b c", "1 ~d | 2"),
            ("a b", "", "-a -b"),
        ] {
            assert_eq!(strip(wanted, pages), drawn, "{wanted} / {pages}");
        }
    }

    #[test]
    fn findings_about_whole_walks_have_a_strip() {
        let world = World::new(4);
        let judgement = world.lists("by_page").walk(2, &[&[0, 1], &[3]]).expect(&ITEM_MISSING, Fail);
        let strip = judgement.findings[0].strip.as_ref().unwrap();
        assert_eq!(strip.pages[1].asked, "page 2");
        assert_eq!(
            strip.pages[1].items,
            [StripItem::Missing("main-notes[2]".to_owned()), StripItem::Same(1)]
        );
        // Others write here: what is not ours is not marked.
        let judgement = world.lists("shared").walk(2, &[&[3, crate::rules::testing::STRANGER], &[3, 2]]);
        let strip = judgement.expect(&ITEM_REPEATED, Fail).findings[0].strip.clone().unwrap();
        assert_eq!(strip.pages[0].items, [StripItem::Same(2)]);
        assert!(matches!(&strip.pages[1].items[0], StripItem::Repeated(name) if name == "main-notes[3]"));
    }
}
