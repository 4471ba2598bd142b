//! PAG016: a page says that more items come when none do, or that none come when some do.

use super::beyond::{Beyond, beyond, ends_after};
use super::lists::{by_timestamp, draft, says_nothing, tries_a_form, when};
use crate::evidence::{Page, Walk};
use crate::pagination::Start;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::suite::Adjacency;
use crate::verdict::{Claim, Likeness, Place};

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
    /// "more" on an empty page where the suite says that pages hold what is next to their bound, where the page after it is empty and no walk of the list met anything further, or where a larger page at the same
    /// bound held the same and said that it was all. Records with keys
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
    let pointer = scene.collection().style.has_more_pointer();
    for walk in scene.evidence.walks.iter().filter(|walk| !tries_a_form(walk)) {
        let expected = scene.expected(&walk.query);
        let mut blamed = false;
        for (i, page) in walk.pages.iter().enumerate() {
            if page.ids.is_none() {
                continue;
            }
            let Some(said) = page.facts.has_more else {
                // Nothing said is nothing wrong; a word that is no boolean is the schema's affair.
                if says_nothing(scene, page, pointer) {
                    sheet.judged();
                }
                continue;
            };
            let Some(beyond) = beyond(scene, walk, page, &expected) else { continue };
            let denial = denied(scene, walk, page);
            let wrong = match (said, &beyond) {
                (true, Beyond::Nothing) | (false, Beyond::Records(_) | Beyond::Count(_)) => true,
                (true, Beyond::Unseen) if page.len() == Some(0) && holds_the_next(scene, page) => true,
                (true, Beyond::Unseen) if ends_after(scene, walk, i) || denial.is_some() => true,
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
            let rest = beyond.words(scene);
            let place = |page: &Page| Place {
                exchange: page.entry,
                item: None,
                at: pointer.iter().map(|at| (*at).to_owned()).collect(),
            };
            let alike = denial.map(|larger| Claim::Same {
                one: place(larger),
                other: place(page),
                by: Likeness::Exact,
            });
            sheet.fail(Draft {
                pointer: pointer.map(str::to_owned),
                claims: alike.into_iter().collect(),
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

/// Whether a page holds the items next to its one bound, so that one without items has nothing beyond it.
fn holds_the_next(scene: &Scene<'_>, page: &Page) -> bool {
    let adjacency = scene.collection().conventions.adjacency.as_ref();
    let range = matches!(page.start, Start::Between { .. });
    !range && adjacency.is_some_and(|stated| stated.is == Adjacency::Next)
}

/// A larger page at the same bound that holds the same items and says that no more come. What stands before an instant does not become more; only in
/// front of the newest item others may have written in between.
fn denied<'a>(scene: &Scene<'a>, walk: &Walk, page: &Page) -> Option<&'a Page> {
    let closed_above = matches!(page.start, Start::Before(_) | Start::Between { .. });
    let mut others = scene.evidence.walks.iter().filter(|other| other.query.scope == walk.query.scope);
    if !closed_above || !by_timestamp(scene.collection()) {
        return None;
    }
    others.find_map(|other| {
        let larger = other.pages.first()?;
        let same = larger.start == page.start && larger.ids.is_some() && larger.ids == page.ids;
        let asked_more =
            other.query.filters == walk.query.filters && other.effective_size > walk.effective_size;
        (same && asked_more && larger.facts.has_more == Some(false)).then_some(larger)
    })
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
        walk.clone().set_all("/has_more", &json!(null)).expect(&HAS_MORE_WRONG, Pass);
        walk.set_all("/has_more", &json!("yes")).expect(&HAS_MORE_WRONG, Inconclusive);
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
    fn an_empty_page_has_nothing_beyond_it() {
        let world = World::new(4);
        for (said, verdict) in [(false, Pass), (true, Fail)] {
            let lists = world.lists("shared").before(0, 3, &[]).set(0, "/has_more", json!(said));
            lists.expect(&HAS_MORE_WRONG, verdict);
        }
    }

    #[test]
    fn a_larger_page_may_deny_that_more_come() {
        let world = World::new(6);
        let lists = world.lists("shared");
        let two = |said: bool| {
            lists
                .clone()
                .between(1, 4, 9, &[3, 2])
                .set(0, "/has_more", json!(false))
                .between(1, 4, 2, &[3, 2])
                .set(0, "/has_more", json!(said))
        };
        two(true).expect(&HAS_MORE_WRONG, Fail);
        two(false).expect(&HAS_MORE_WRONG, Pass);
    }

    #[test]
    fn a_walk_towards_newer_items_ends_at_the_newest() {
        let world = World::new(5);
        let lists = world.lists("shared");
        let back = lists.walk(9, &[&[4, 3, 2, 1, 0]]).backward(2, 0, &[&[2, 1], &[4, 3], &[]]);
        let newest = Start::After(world.cursor(4));
        let back = back.change(|walk| walk.pages[2].start = newest);
        back.clone().set(1, "/has_more", json!(true)).expect(&HAS_MORE_WRONG, Fail);
        back.set(1, "/has_more", json!(false)).expect(&HAS_MORE_WRONG, Pass);
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
