//! The walk of a finding as a strip of pages, on which the missing, repeated or misplaced item is seen at a glance; the same in words under it.

use std::fmt::{self, Write as _};

use crate::report::text::{count, html, some, start};
use crate::verdict::{Comparison, Finding, Mark, Strip, StripItem};

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

/// An item of a strip as it is drawn.
#[derive(Clone, Copy)]
enum Tile<'a> {
    /// So many as expected.
    Same(usize),
    /// One that is not: the word for what is wrong, its glyph, and its name.
    Marked(&'static str, &'static str, &'a str),
}

/// A page of a strip as it is drawn: what was asked, and the items.
struct Drawn<'a>(&'a str, Vec<Tile<'a>>);

impl Drawn<'_> {
    fn is_wrong(&self) -> bool {
        self.1.iter().any(|tile| matches!(tile, Tile::Marked(..)))
    }
}

/// Draws the walk of a finding, or its lists where it has no walk. `of` names the walk where the words around do not.
pub(super) fn write(page: &mut String, finding: &Finding, of: Option<&str>) -> fmt::Result {
    match (&finding.strip, &finding.comparison) {
        (Some(strip), _) => draw(page, of, &of_walk(strip)),
        (None, Some(comparison)) => draw(page, of, &[of_lists(comparison)]),
        (None, None) => Ok(()),
    }
}

fn of_walk(strip: &Strip) -> Vec<Drawn<'_>> {
    let tile = |item| match item {
        &StripItem::Same(row) => Tile::Same(row),
        StripItem::Missing(name) => Tile::Marked("missing", "−", name),
        StripItem::Repeated(name) => Tile::Marked("repeated", "2×", name),
        StripItem::Foreign(name) => Tile::Marked("foreign", "+", name),
        StripItem::Misplaced(name) => Tile::Marked("misplaced", "↕", name),
    };
    strip.pages.iter().map(|page| Drawn(&page.asked, page.items.iter().map(tile).collect())).collect()
}

/// Two lists side by side as a strip of one page.
fn of_lists(comparison: &Comparison) -> Drawn<'_> {
    let mut tiles = Vec::new();
    for row in crate::report::compare::aligned(comparison) {
        match row {
            (_, Some((Mark::Same, _))) => match tiles.last_mut() {
                Some(Tile::Same(row)) => *row += 1,
                _ => tiles.push(Tile::Same(1)),
            },
            (_, Some((Mark::Misplaced, name))) => tiles.push(Tile::Marked("misplaced", "↕", name)),
            (_, Some((_, name))) => tiles.push(Tile::Marked("extra", "+", name)),
            (Some((Mark::Missing, name)), None) => tiles.push(Tile::Marked("missing", "−", name)),
            _ => {}
        }
    }
    Drawn("the answer", tiles)
}

fn draw(page: &mut String, of: Option<&str>, pages: &[Drawn<'_>]) -> fmt::Result {
    if !pages.iter().any(Drawn::is_wrong) {
        return Ok(());
    }
    let near = |at: usize| {
        pages[at.saturating_sub(AROUND)..(at + AROUND + 1).min(pages.len())].iter().any(Drawn::is_wrong)
    };
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
    write!(page, "</div>\n<figcaption>")?;
    if let Some(of) = of {
        write!(page, "<code>{}</code> ", html(start(of, NAME_OCTETS).0))?;
    }
    writeln!(page, "{}</figcaption>\n</figure>", words(pages))
}

fn skipped(page: &mut String, pages: usize) -> fmt::Result {
    match pages {
        0 => Ok(()),
        pages => writeln!(page, "<span class=\"gap\">… {} …</span>", count(pages, "page")),
    }
}

fn page(page: &mut String, Drawn(asked, tiles): &Drawn<'_>) -> fmt::Result {
    write!(page, "<span class=\"page\"><span class=\"items\">")?;
    let mut left = MARKED;
    for tile in tiles {
        match *tile {
            Tile::Same(row) if row > ROW => {
                write!(page, "<i></i><i></i><i class=\"row\">{}</i><i></i><i></i>", row - 4)?;
            }
            Tile::Same(row) => page.extend(std::iter::repeat_n("<i></i>", row)),
            Tile::Marked(word, glyph, name) if left > 0 => {
                left -= 1;
                let name = html(start(name, NAME_OCTETS).0);
                write!(page, "<i class=\"{word}\" title=\"{word}: {name}\">{glyph}</i>")?;
            }
            Tile::Marked(..) => {}
        }
    }
    if tiles.is_empty() {
        write!(page, "<span class=\"faint\">empty</span>")?;
    }
    writeln!(page, "</span><small>{}</small></span>", html(start(asked, NAME_OCTETS).0))
}

/// The strip in words, for those who do not see it, and with the names for those who do.
fn words(pages: &[Drawn<'_>]) -> String {
    let mut same = 0;
    let mut parts = Vec::new();
    for Drawn(asked, tiles) in pages {
        let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
        for tile in tiles {
            match *tile {
                Tile::Same(row) => same += row,
                Tile::Marked(word, _, name) => match kinds.iter_mut().find(|(kind, _)| *kind == word) {
                    Some((_, names)) => names.push(start(name, NAME_OCTETS).0),
                    None => kinds.push((word, vec![start(name, NAME_OCTETS).0])),
                },
            }
        }
        for (kind, names) in kinds {
            let asked = html(start(asked, NAME_OCTETS).0);
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
    use crate::verdict::StripPage;

    fn drawn(pages: &[&[StripItem]]) -> String {
        let pages: Vec<StripPage> = pages
            .iter()
            .enumerate()
            .map(|(at, items)| StripPage { asked: format!("page {}", at + 1), items: items.to_vec() })
            .collect();
        let mut page = String::new();
        draw(&mut page, Some("main size=3 <"), &of_walk(&Strip { pages })).unwrap();
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
            "<figcaption><code>main size=3 &lt;</code> page 4: <b class=\"missing\">missing</b> m[8]; page 5: <b class=\"repeated\">repeated</b> m[9]; ",
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
