//! The walk of a finding as a strip of pages, on which the missing, repeated or misplaced item is seen at a glance; the same in words under it.

use std::fmt::{self, Write as _};

use crate::report::text::{count, html, some, start};
use crate::verdict::{Comparison, Finding, Mark, Strip, StripItem, StripPage};

/// How many pages that are as expected are drawn on either side of one that is not.
const AROUND: usize = 2;

/// How many pages are drawn.
const PAGES: usize = 24;

/// How many items as expected in a row are drawn one by one.
const ROW: usize = 10;

/// How many items that are not as expected are drawn on one page.
const MARKED: usize = 40;

/// How many octets of a name are shown.
const NAME_OCTETS: usize = 120;

/// How many items are named in the words under a strip.
const NAMED: usize = 4;

/// What is wrong with an item: its class, its glyph, and the word for it.
fn marked(item: &StripItem) -> Option<(&'static str, &'static str, &str)> {
    match item {
        StripItem::Same(_) => None,
        StripItem::Missing(name) => Some(("missing", "−", name)),
        StripItem::Repeated(name) => Some(("repeated", "2×", name)),
        StripItem::Foreign(name) => Some(("foreign", "+", name)),
        StripItem::Misplaced(name) => Some(("misplaced", "↕", name)),
    }
}

/// Draws the walk of a finding, or its lists where it has no walk.
pub(super) fn write(page: &mut String, finding: &Finding) -> fmt::Result {
    match (&finding.strip, &finding.comparison) {
        (Some(strip), _) => draw(page, &strip.pages),
        (None, Some(comparison)) => draw(page, &of_lists(comparison).pages),
        (None, None) => Ok(()),
    }
}

/// Two lists side by side as a strip of one page.
fn of_lists(comparison: &Comparison) -> Strip {
    let mut items = Vec::new();
    for (expected, actual) in crate::report::compare::aligned(comparison) {
        match (expected, actual) {
            (_, Some((Mark::Same, _))) => match items.last_mut() {
                Some(StripItem::Same(row)) => *row += 1,
                _ => items.push(StripItem::Same(1)),
            },
            (_, Some((Mark::Misplaced, name))) => items.push(StripItem::Misplaced(name.clone())),
            (_, Some((_, name))) => items.push(StripItem::Foreign(name.clone())),
            (Some((Mark::Missing, name)), None) => items.push(StripItem::Missing(name.clone())),
            _ => {}
        }
    }
    Strip { pages: vec![StripPage { asked: "the answer".to_owned(), items }] }
}

fn draw(page: &mut String, pages: &[StripPage]) -> fmt::Result {
    let wrong = |page: &StripPage| page.items.iter().any(|item| marked(item).is_some());
    if !pages.iter().any(wrong) {
        return Ok(());
    }
    let near =
        |at: usize| pages[at.saturating_sub(AROUND)..(at + AROUND + 1).min(pages.len())].iter().any(wrong);
    writeln!(page, "<figure class=\"strip\">\n<div aria-hidden=\"true\">")?;
    let mut drawn = 0;
    let mut gap = 0;
    for (at, one) in pages.iter().enumerate() {
        if drawn == PAGES || !near(at) {
            gap += 1;
            continue;
        }
        skipped(page, std::mem::take(&mut gap))?;
        self::page(page, one)?;
        drawn += 1;
    }
    skipped(page, gap)?;
    writeln!(page, "</div>\n<figcaption>{}</figcaption>\n</figure>", words(pages))
}

fn skipped(page: &mut String, pages: usize) -> fmt::Result {
    match pages {
        0 => Ok(()),
        pages => writeln!(page, "<span class=\"gap\">… {} …</span>", count(pages, "page")),
    }
}

fn page(page: &mut String, one: &StripPage) -> fmt::Result {
    write!(page, "<span class=\"page\"><span class=\"items\">")?;
    let mut left = MARKED;
    for item in &one.items {
        match (item, marked(item)) {
            (StripItem::Same(row), _) if *row > ROW => {
                write!(page, "<i></i><i></i><i class=\"row\">{}</i><i></i><i></i>", row - 4)?;
            }
            (StripItem::Same(row), _) => page.extend(std::iter::repeat_n("<i></i>", *row)),
            (_, Some(_)) if left == 0 => {}
            (_, Some((class, glyph, name))) => {
                left -= 1;
                let name = html(start(name, NAME_OCTETS).0);
                write!(page, "<i class=\"{class}\" title=\"{class}: {name}\">{glyph}</i>")?;
            }
            (_, None) => {}
        }
    }
    if one.items.is_empty() {
        write!(page, "<span class=\"faint\">empty</span>")?;
    }
    writeln!(page, "</span><small>{}</small></span>", html(start(&one.asked, NAME_OCTETS).0))
}

/// The strip in words, for those who do not see it, and with the names for those who do.
fn words(pages: &[StripPage]) -> String {
    let mut same = 0;
    let mut parts = Vec::new();
    for one in pages {
        let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
        for item in &one.items {
            match (item, marked(item)) {
                (StripItem::Same(row), _) => same += row,
                (_, Some((class, _, name))) => match kinds.iter_mut().find(|(kind, _)| *kind == class) {
                    Some((_, names)) => names.push(start(name, NAME_OCTETS).0),
                    None => kinds.push((class, vec![start(name, NAME_OCTETS).0])),
                },
                (_, None) => {}
            }
        }
        for (kind, names) in kinds {
            let asked = html(start(&one.asked, NAME_OCTETS).0);
            parts.push(format!("{asked}: <b class=\"{kind}\">{kind}</b> {}", html(&some(names, NAMED))));
        }
    }
    let more = parts.len().saturating_sub(NAMED);
    parts.truncate(NAMED);
    if more > 0 {
        parts.push(format!("and so on {more} more times"));
    }
    parts.push(format!("{} as expected on {}", count(same, "item"), count(pages.len(), "page")));
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(pages: &[&[StripItem]]) -> String {
        let pages: Vec<StripPage> = pages
            .iter()
            .enumerate()
            .map(|(at, items)| StripPage { asked: format!("page {}", at + 1), items: items.to_vec() })
            .collect();
        let mut page = String::new();
        draw(&mut page, &pages).unwrap();
        page
    }

    #[test]
    fn what_is_wrong_stands_out_and_is_said() {
        use StripItem::{Foreign, Misplaced, Missing, Repeated, Same};
        let page = drawn(&[
            &[Same(3)],
            &[Same(3)],
            &[Same(3)],
            &[Same(2), Missing("m[8]".into()), Same(1)],
            &[Repeated("m[9]".into()), Misplaced("m[2]".into()), Foreign("<x>".into())],
            &[],
        ]);
        assert_eq!(page.matches("<i></i>").count(), 9, "{page}");
        for part in [
            "… 1 page …",
            "<i class=\"missing\" title=\"missing: m[8]\">−</i>",
            "title=\"foreign: &lt;x&gt;\"",
            "<figcaption>page 4: <b class=\"missing\">missing</b> m[8]; page 5: <b class=\"repeated\">repeated</b> m[9]; ",
            "12 items as expected on 6 pages</figcaption>",
            "empty",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert_eq!(drawn(&[&[Same(3)]]), "");
    }

    #[test]
    fn a_long_strip_is_cut() {
        let missing: Vec<StripItem> = (0..300).map(|at| StripItem::Missing(format!("m[{at}]"))).collect();
        let pages: Vec<&[StripItem]> = std::iter::repeat_n(missing.as_slice(), 50).collect();
        let page = drawn(&pages);
        assert_eq!(page.matches("class=\"page\"").count(), PAGES);
        assert!(page.contains("… 26 pages …") && page.len() < 100_000, "{}", page.len());
        assert!(
            drawn(&[&[StripItem::Same(100), StripItem::Missing("m".into())]])
                .contains("<i class=\"row\">96</i>")
        );
    }
}
