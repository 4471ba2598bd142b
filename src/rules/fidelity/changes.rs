//! What the rules about changed values have in common: they differ only in the kind of thing that changed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::compare::{Aspect, change, shows};
use super::representations::{representations, resource_of, sent_fields};
use crate::rules::answers::excerpt;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Case;
use crate::suite::Suite;
use crate::verdict::Level;

/// Whether a case shows representations with values that can change in this way.
pub(super) fn applies(suite: &Suite, case: &Case, aspect: Aspect) -> bool {
    resource_of(suite, case)
        .is_some_and(|resource| resource.fields.values().any(|field| shows(field, aspect)))
}

/// Judges every value that came back, for one kind of change. A record and field is shown once, where it was
/// first seen.
pub(super) fn judge(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    aspect: Aspect,
    describe: impl Fn(Option<&Value>, Option<&Value>) -> (String, String),
) {
    let mut seen = BTreeSet::new();
    for representation in representations(scene) {
        let record = scene.oracle.record(representation.record);
        for (name, field, read, sent) in sent_fields(scene, representation.record) {
            let Some(at) = read.found_at(representation.value) else { continue };
            let Some(back) = representation.value.pointer(at).filter(|back| !back.is_null()) else {
                continue;
            };
            let change = change(field.keep, sent, back).filter(|change| {
                change.aspect == aspect || (change.aspect, aspect) == (Aspect::Rounding, Aspect::Number)
            });
            let Some(change) = change else {
                if shows(field, aspect) {
                    sheet.judged();
                }
                continue;
            };
            if !seen.insert((representation.record, name)) {
                continue;
            }
            let (expected, actual) = describe(sent.pointer(&change.at), back.pointer(&change.at));
            let rounded = change.aspect == Aspect::Rounding && field.requirement.is_none();
            let level = if rounded { Level::May } else { sheet.level() };
            let requirement = match &field.requirement {
                Some(key) => scene.requirement(key),
                None => sheet.own_requirement(),
            };
            let inside = if change.at.is_empty() { String::new() } else { format!(" at {}", change.at) };
            let draft = Draft {
                input: format!("{} {name}", record.name()),
                summary: format!(
                    "{name} of {} came back changed{inside} {}",
                    record.name(),
                    representation.shown
                ),
                requirement,
                expected,
                actual,
                comparison: None,
                claims: vec![representation.keeps(scene, read, field.keep, sent)],
                pointer: Some(format!("{}{at}{}", representation.pointer, change.at)),
                entries: vec![representation.entry],
            };
            sheet.fail_at(level, draft);
        }
    }
}

/// A value that may not be there.
pub(super) fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), excerpt)
}
