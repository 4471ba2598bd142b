//! PAG016: a page says that more items come when none do, or that none come when some do.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::lists::{
    by_timestamp, closed, cursor_instant, draft, instant_of_record, items, names, newest_first, own,
    positional, ranks, some, touch, tries_a_form, when,
};
use crate::evidence::{Page, RecordNumber, Walk, WalkKind};
use crate::oracle::Expected;
use crate::pagination::Start;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::{Adjacency, BothBounds, CursorItem};

rule! {
    /// ## What it checks
    /// Where a page says whether more items come, it says so exactly if items stand beyond it in the direction of reading: also where the items
    /// fill the last page to the brim, and on an empty page.
    /// ## Why it matters
    /// Clients stop reading at its word. Said too early, they lose items; said too late, they ask for a page that holds nothing.
    /// ## Example
    /// Ten items with `limit=5`: the second page holds the last five and says that more come.
    /// ## Source
    /// The meaning of such a field, which the suite names.
    /// ## False alarms and how they are avoided
    /// `null` and a missing field say nothing. Where others write, "no more" is judged while own records remain, and
    /// "more" where the page after it is empty and no walk of the list met anything further. Records with keys
    /// equal to a page's last one may be counted or not, and pages in a direction that the suite leaves open are passed over.
    HAS_MORE_WRONG {
        code: "PAG016", name: "has-more-wrong", level: Must, basis: Invariant,
        source: "the meaning of the field that the suite names",
        summary: "A page says that more items come exactly if some stand beyond it.",
        implies: ["PAG002", "PAG004", "PAG006", "OFF003", "CUR008", "FLT002", "FLT005"],
        scenarios: &[Kind::Walk, Kind::Pages, Kind::Bounds, Kind::Filter],
        applies: |suite, case| when(suite, case, |collection| collection.style.has_more_pointer().is_some()),
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| !tries_a_form(walk)) {
        let expected = scene.expected(&walk.query);
        let mut blamed = false;
        for (i, page) in walk.pages.iter().enumerate() {
            let (Some(said), Some(_)) = (page.facts.has_more, &page.ids) else { continue };
            let Some(beyond) = beyond(scene, walk, page, &expected) else { continue };
            let wrong = match (said, &beyond) {
                (true, Beyond::Nothing) | (false, Beyond::Records(_) | Beyond::Count(_)) => true,
                (true, Beyond::Unseen) if ends_after(scene, walk, i) => true,
                (true, Beyond::Unseen) => continue,
                _ => false,
            };
            if !wrong {
                sheet.judged();
                continue;
            }
            if blamed {
                continue;
            }
            blamed = true;
            let rest = match &beyond {
                Beyond::Records(left) => some(&names(scene, left)),
                Beyond::Count(count) => items(*count),
                Beyond::Nothing | Beyond::Unseen => "nothing".to_owned(),
            };
            sheet.fail(Draft {
                pointer: scene.collection().style.has_more_pointer().map(str::to_owned),
                ..draft(
                    &walk.label,
                    format!("page {} says {said} though {rest} stands beyond it", i + 1),
                    sheet.own_requirement(),
                    (!said).to_string(),
                    said.to_string(),
                    vec![page.entry],
                )
            });
        }
    }
}

/// Whether nothing stands beyond a page as far as anybody saw: the page after it is empty, and no walk of the same list met an
/// item that this one did not. (Such an item may share its instant with the page's last one, and be passed over.)
fn ends_after(scene: &Scene<'_>, walk: &Walk, page: usize) -> bool {
    let met: BTreeSet<&str> = walk.ids().collect();
    let same =
        |other: &&Walk| other.query.scope == walk.query.scope && other.query.filters == walk.query.filters;
    walk.is_whole()
        && walk.pages.get(page + 1).is_some_and(Page::is_empty)
        && scene.evidence.walks.iter().filter(same).all(|other| other.ids().all(|id| met.contains(id)))
}

/// What stands beyond a page.
enum Beyond {
    /// These own records, at least.
    Records(Vec<RecordNumber>),
    /// So many items.
    Count(usize),
    /// Nothing.
    Nothing,
    /// None of our records; whether any others, is not known.
    Unseen,
}

/// What stands beyond a page in the direction of reading; `None` where that is not settled.
fn beyond(scene: &Scene<'_>, walk: &Walk, page: &Page, expected: &Expected) -> Option<Beyond> {
    let collection = scene.collection();
    if positional(collection) && closed(collection) {
        let slice = collection.style.slice(&page.start, walk.effective_size?)?;
        let least = expected.len().saturating_sub(slice.to);
        let most = (expected.len() + expected.maybe.len()).saturating_sub(slice.to);
        return match (least, most) {
            (0, 0) => Some(Beyond::Nothing),
            (0, _) => None,
            (least, _) => Some(Beyond::Count(least)),
        };
    }
    if !expected.ordered || walk.kind == WalkKind::PastEnd {
        return None;
    }
    let (left, doubtful) = left(scene, walk, page, expected)?;
    if !left.is_empty() {
        return Some(Beyond::Records(left));
    }
    if !closed(collection) {
        return Some(Beyond::Unseen);
    }
    (!doubtful && expected.maybe.is_empty()).then_some(Beyond::Nothing)
}

/// The own records that stand beyond a page, and whether there are others of which that cannot be told.
fn left(
    scene: &Scene<'_>,
    walk: &Walk,
    page: &Page,
    expected: &Expected,
) -> Option<(Vec<RecordNumber>, bool)> {
    let query = &walk.query;
    let conventions = &scene.collection().conventions;
    let met = own(scene, query, page);
    let on_page: BTreeSet<RecordNumber> = met.iter().copied().collect();
    let ranks = ranks(expected);
    let met_ranks = || met.iter().filter_map(|number| ranks.get(number).copied());
    let absent = expected.members().into_iter().filter(|number| !on_page.contains(number));
    let key = |number: &RecordNumber| instant_of_record(scene, query, *number);
    // What stands exactly at a bound is beyond doubt only where it is stated to be left out.
    let excluded = conventions.cursor_item.as_ref().is_some_and(|stated| stated.is == CursorItem::Excluded);
    let at = |key: i128, bound: i128| excluded && key == bound;
    let backward = match &page.start {
        Start::Between { after, before } => {
            if conventions.both_bounds.as_ref()?.is != BothBounds::Range {
                return None;
            }
            let (lower, upper) = (cursor_instant(after)?, cursor_instant(before)?);
            let near = |key: i128| [lower, upper].iter().any(|bound| touch(key, *bound) && !at(key, *bound));
            let inside = |key: i128| key > lower && key < upper;
            let (near, inside): (Vec<_>, Vec<_>) = absent
                .filter(|number| key(number).is_some_and(|key| near(key) || inside(key)))
                .partition(|number| key(number).is_some_and(near));
            return Some((inside, !near.is_empty()));
        }
        Start::After(_)
            if conventions.adjacency.as_ref().is_none_or(|stated| stated.is != Adjacency::Next) =>
        {
            return None;
        }
        Start::After(_) => newest_first(scene, query),
        Start::Before(_) => !newest_first(scene, query),
        // The first page of a cursor list that starts with the oldest item is read towards newer ones, or not at all.
        _ if by_timestamp(scene.collection()) && !newest_first(scene, query) => return None,
        _ => false,
    };
    // The border is the last own item in the direction of reading, else the cursor.
    let border = if backward { met_ranks().min() } else { met_ranks().max() };
    let cursor = match &page.start {
        Start::Before(cursor) | Start::After(cursor) => Some(cursor_instant(cursor)?),
        _ => None,
    };
    let (mut left, mut doubtful) = (Vec::new(), false);
    for number in absent {
        let rank = ranks[&number];
        let ahead = match (border, cursor) {
            (Some(border), _) if backward => rank.cmp(&border).reverse(),
            (Some(border), _) => rank.cmp(&border),
            (None, Some(cursor)) => {
                let key = key(&number)?;
                let older = key < cursor;
                if at(key, cursor) {
                    Ordering::Less
                } else if touch(key, cursor) {
                    Ordering::Equal
                } else if older == matches!(page.start, Start::Before(_)) {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            // A page of foreign items only does not show how far it goes.
            (None, None) if page.is_empty() && page.start == Start::First => Ordering::Greater,
            (None, None) => return None,
        };
        match ahead {
            Ordering::Greater => left.push(number),
            Ordering::Equal => doubtful = true,
            Ordering::Less => {}
        }
    }
    // Foreign items may fill a page that holds none of ours, and then ours stand beyond it all the same.
    Some((left, doubtful))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{STRANGER, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn offsets_say_whether_more_come() {
        let world = World::new(4);
        let walk = world.lists("by_offset").walk(2, &[&[3, 2], &[1, 0], &[]]);
        walk.expect(&HAS_MORE_WRONG, Pass);
        for (page, said, verdict) in
            [(0, json!(false), Fail), (1, json!(true), Fail), (2, json!(true), Fail), (1, json!(null), Pass)]
        {
            walk.clone().set(page, "/has_more", said).expect(&HAS_MORE_WRONG, verdict);
        }
    }

    #[test]
    fn cursors_say_whether_more_come() {
        let world = World::new(6);
        let lists = world.lists("by_cursor");
        let cases = [
            (lists.clone().walk(3, &[&[5, 4, 3], &[2, 1, 0]]), 1, true),
            (lists.clone().walk(3, &[&[5, 4, 3], &[2, 1, 0]]), 0, false),
            (lists.clone().before(2, 2, &[1, 0]), 0, true),
            (lists.clone().before(3, 2, &[2, 1]), 0, false),
            (lists.clone().before(0, 2, &[]), 0, true),
            (lists.clone().after(2, 2, &[4, 3]), 0, false),
            (lists.clone().after(3, 2, &[5, 4]), 0, true),
            (lists.clone().between(1, 4, 5, &[3, 2]), 0, true),
            (lists.clone().between(1, 5, 2, &[3, 2]), 0, false),
        ];
        for (evidence, page, wrong) in cases {
            let honest = evidence.clone().set(page, "/has_more", json!(!wrong));
            honest
                .judge(&HAS_MORE_WRONG, crate::scenario::Scenario::Bounds { collection: "by_cursor".into() });
            honest.expect(&HAS_MORE_WRONG, Pass);
            evidence.set(page, "/has_more", json!(wrong)).expect(&HAS_MORE_WRONG, Fail);
        }
    }

    #[test]
    fn where_others_write_only_the_end_is_judged() {
        let world = World::new(4);
        let lists = world.lists("shared");
        let cases: [(&[usize], bool, Verdict); 4] = [
            (&[3, 2], false, Fail),
            (&[3, 2], true, Pass),
            (&[3, STRANGER, 2, 1, 0], true, Inconclusive),
            (&[STRANGER, STRANGER + 1], false, Inconclusive),
        ];
        for (page, said, verdict) in cases {
            lists.clone().walk(9, &[page]).set(0, "/has_more", json!(said)).expect(&HAS_MORE_WRONG, verdict);
        }
    }

    #[test]
    fn equal_keys_may_be_counted_or_not() {
        let world = World::keyed(&[0, 0, 1]);
        for said in [true, false] {
            let page = world.lists("by_cursor").walk(2, &[&[2, 1]]).set(0, "/has_more", json!(said));
            page.expect(&HAS_MORE_WRONG, Inconclusive);
        }
    }
}
