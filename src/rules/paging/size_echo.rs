//! Whether an answer tells the page size that is in force.

use super::lists::{draft, says_nothing};
use crate::evidence::{Page, Walk};
use crate::rules::{Draft, Scene, Sheet};

/// Judges the page size that each answer tells; `pointer` is where it stands.
pub(in crate::rules) fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>, pointer: Option<&str>) {
    let maximum = scene.size_bounds().maximum;
    for walk in &scene.evidence.walks {
        let Some(asked) = walk.effective_size else { continue };
        for page in walk.pages.iter().filter(|page| page.ids.is_some()) {
            let Some(told) = page.facts.size else {
                // Nothing said is nothing wrong; what is no number is the schema's affair.
                if says_nothing(scene, page, pointer) {
                    sheet.judged();
                }
                continue;
            };
            // A size over the maximum may have been cut down to it.
            let cut = maximum.filter(|maximum| asked > *maximum);
            if u64::try_from(told).is_ok_and(|told| told == asked || Some(told) == cut) {
                sheet.judged();
                continue;
            }
            sheet.fail(wrong(sheet, walk, page, asked, told, pointer));
            break;
        }
    }
}

fn wrong(sheet: &Sheet<'_>, walk: &Walk, page: &Page, asked: u64, told: i64, pointer: Option<&str>) -> Draft {
    Draft {
        pointer: pointer.map(str::to_owned),
        ..draft(
            &walk.label,
            format!("a page of size {asked} says that its size is {told}"),
            sheet.own_requirement(),
            asked.to_string(),
            told.to_string(),
            vec![page.entry],
        )
    }
}
