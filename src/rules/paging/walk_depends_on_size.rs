//! PAG006: the same list, read with two page sizes, is not the same list.

use super::compare::side_by_side;
use super::lists::{closed, draft, names, own_of, passed_over, ranks, sized, steady, when};
use crate::evidence::{RecordNumber, Walk};
use crate::oracle::Expected;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;

rule! {
    /// ## What it checks
    /// Whole walks of one list with different page sizes meet the same items in the same order.
    /// ## Why it matters
    /// The page size is the client's own affair. If it changes what a list holds, every client sees another list.
    /// ## Example
    /// With `size=50` a session holds messages 1 to 12; with `size=5` the walk gives 1 to 5, 7 to 11.
    /// ## Source
    /// True of every list that does not change.
    /// ## False alarms and how they are avoided
    /// Only lists that nobody else writes into are judged, by walks that came to their end. Items with equal keys may change places (ORD003 says
    /// that), and those that a cursor cannot tell apart may be lacking (CUR009 says that).
    WALK_DEPENDS_ON_SIZE {
        code: "PAG006", name: "walk-depends-on-size", level: Must, basis: Invariant,
        source: "true of every list that does not change",
        summary: "Walks of one list with different page sizes meet the same items in the same order.",
        implies: [],
        scenarios: &[Kind::Walk],
        applies: |suite, case| {
            let telling = suite.file().inferred || when(suite, case, closed);
            telling && when(suite, case, sized)
        },
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let whole: Vec<&Walk> = scene.evidence.walks.iter().filter(|walk| walk.is_whole()).collect();
    for (i, walk) in whole.iter().enumerate() {
        // The first walk of the same list with another size is what this one is measured by.
        let same = |other: &&&Walk| {
            other.query.scope == walk.query.scope
                && other.query.order == walk.query.order
                && other.query.filters == walk.query.filters
        };
        let Some(other) = whole[..i].iter().find(same).filter(|other| other.query.size != walk.query.size)
        else {
            continue;
        };
        let expected = scene.expected(&walk.query);
        let (a, b) = (sequence(scene, other, walk, &expected), sequence(scene, walk, other, &expected));
        let same = normal(&a, &expected) == normal(&b, &expected);
        // Of a list that others write into, what is not our own counts where the list was seen to stand still.
        let still = !expected.closed && steady(scene, walk) && steady(scene, other);
        if same && (!still || walk.ids().eq(other.ids())) {
            sheet.judged();
            continue;
        }
        let told = |walk: &Walk, own: &[RecordNumber]| {
            let all = || walk.ids().map(|id| scene.name(&walk.query, id)).collect();
            if still { all() } else { names(scene, own) }
        };
        let (a, b): (Vec<String>, Vec<String>) = (told(other, &a), told(walk, &b));
        let mut entries = super::lists::entries(other);
        entries.extend(super::lists::entries(walk));
        sheet.fail(Draft {
            comparison: Some(side_by_side(&a, &b)),
            ..draft(
                &walk.label,
                format!("the walk meets other items, or in another order, than the walk {}", other.label),
                sheet.own_requirement(),
                format!("the {} items of the walk {}, in the same order", a.len(), other.label),
                format!("{} items", b.len()),
                entries,
            )
        });
    }
}

/// The own items of a walk, without those that either walk's cursors cannot tell apart.
fn sequence(scene: &Scene<'_>, walk: &Walk, other: &Walk, expected: &Expected) -> Vec<RecordNumber> {
    let (a, b) = (passed_over(scene, walk, expected), passed_over(scene, other, expected));
    own_of(scene, walk).into_iter().filter(|number| !a.contains(number) && !b.contains(number)).collect()
}

/// A sequence in which runs of items with equal keys are sorted; where keys are unknown, all of it.
pub(in crate::rules) fn normal(sequence: &[RecordNumber], expected: &Expected) -> Vec<RecordNumber> {
    let mut sequence = sequence.to_vec();
    if expected.ordered {
        let ranks = ranks(expected);
        let rank = |number: &RecordNumber| ranks.get(number).copied();
        for run in sequence.chunk_by_mut(|a, b| rank(a).is_some() && rank(a) == rank(b)) {
            run.sort_unstable();
        }
    } else {
        sequence.sort_unstable();
    }
    sequence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{Pages, World};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};

    #[test]
    fn the_size_changes_nothing() {
        let world = World::keyed(&[0, 1, 1, 2]);
        let cases: [(&str, Pages, Pages, Verdict); 6] = [
            ("by_page", &[&[0, 1, 2, 3]], &[&[0, 1], &[2, 3]], Pass),
            ("by_page", &[&[0, 1, 2, 3]], &[&[0, 1], &[3]], Fail),
            ("by_page", &[&[0, 1, 2, 3]], &[&[0, 2], &[1, 3]], Fail),
            ("by_offset", &[&[3, 2, 1, 0]], &[&[3, 1], &[2, 0]], Pass),
            ("by_offset", &[&[3, 2, 1, 0]], &[&[3, 1], &[1, 0]], Fail),
            ("by_cursor", &[&[3, 2, 1, 0]], &[&[3, 2], &[0]], Pass),
        ];
        for (collection, one, two, verdict) in cases {
            let lists = world.lists(collection).walk(4, one).walk(2, two);
            lists.expect(&WALK_DEPENDS_ON_SIZE, verdict);
        }
        world
            .lists("by_page")
            .walk(4, &[&[0]])
            .order(1)
            .walk(2, &[&[3]])
            .expect(&WALK_DEPENDS_ON_SIZE, Inconclusive);
    }
}
