//! PAG016: a page says that more items come when none do, or that none come when some do.

use super::beyond::{Beyond, beyond, ends_after};
use super::lists::{draft, tries_a_form, when};
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

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
            let rest = beyond.words(scene);
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
