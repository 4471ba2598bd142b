//! Whether a page that was asked for by its position is that part of the list.

use super::compare::side_by_side;
use super::lists::{aligned, draft, items, names, own, ranks, shown, some};
use crate::evidence::{Page, RecordNumber, Walk, WalkKind};
use crate::oracle::Expected;
use crate::rules::{Draft, Scene, Sheet};

/// Judges every single page that was asked for by its position.
pub(in crate::rules) fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for walk in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::Page) {
        let expected = scene.expected(&walk.query);
        if !expected.exact() || !expected.ordered {
            sheet.unsure("the order of the list is not known item by item");
            continue;
        }
        for page in walk.pages.iter().filter(|page| page.ids.is_some()) {
            let Some(wanted) = wanted(scene, walk, page, &expected) else { continue };
            if matches(scene, walk, page, &wanted, &expected) {
                sheet.judged();
                continue;
            }
            let (wanted, met) = (names(scene, &wanted), shown(scene, &walk.query, page));
            sheet.fail(Draft {
                comparison: Some(side_by_side(&wanted, &met)),
                pointer: Some(page.items_at.clone()),
                ..draft(
                    &walk.label,
                    "the page is another part of the list than the one that was asked for",
                    sheet.own_requirement(),
                    format!("{}: {}", items(wanted.len()), some(&wanted)),
                    format!("{}: {}", items(met.len()), some(&met)),
                    vec![page.entry],
                )
            });
        }
    }
}

/// The part of the list that a page stands for.
fn wanted(scene: &Scene<'_>, walk: &Walk, page: &Page, expected: &Expected) -> Option<Vec<RecordNumber>> {
    let slice = scene.collection().style.slice(&page.start, walk.effective_size?)?;
    Some(slice.of(&aligned(expected, &own(scene, &walk.query, page))).to_vec())
}

/// Whether a page holds these records; of those with equal keys, any that are not on it already. Where pages may be short, the first of them are enough:
/// an empty page would be the end of the list.
fn matches(
    scene: &Scene<'_>,
    walk: &Walk,
    page: &Page,
    wanted: &[RecordNumber],
    expected: &Expected,
) -> bool {
    let met = own(scene, &walk.query, page);
    let ranks = ranks(expected);
    let by_rank =
        |list: &[RecordNumber]| list.iter().map(|number| ranks.get(number).copied()).collect::<Vec<_>>();
    let count = page.len().unwrap_or_default();
    let wanted = if scene.collection().may_be_short() && count > 0 {
        &wanted[..count.min(wanted.len())]
    } else {
        wanted
    };
    count == wanted.len() && by_rank(&met) == by_rank(wanted)
}
