//! What the rules about changed values have in common: they differ only in the kind of thing that changed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::compare::{Aspect, change, shows};
use super::representations::{representations, resource_of, sent_fields};
use crate::document::pointer;
use crate::rules::answers::excerpt;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Case;
use crate::suite::{Field, Make, Suite};
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
            let Some(back) = pointer::find(representation.value, at).filter(|back| !back.is_null()) else {
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
            let level = level_of(change.aspect, field, sheet.level());
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

/// How much a change weighs. What takes any JSON takes the numbers of JSON, and RFC 8259, section 6, lets an implementation limit these to doubles.
fn level_of(aspect: Aspect, field: &Field, usual: Level) -> Level {
    match (aspect, &field.requirement, &field.make) {
        (Aspect::Rounding, None, _) => Level::May,
        (Aspect::Rounding, Some(_), Some(Make::Metadata)) => Level::Should,
        _ => usual,
    }
}

/// A value that may not be there.
pub(super) fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), excerpt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Level::{May, Must, Should};

    #[test]
    fn a_rounded_number_weighs_by_what_is_promised() {
        let open = r#"{ send = "/m", read = "/m", make = "metadata" }"#;
        let kept = r#"{ send = "/m", read = "/m", make = "metadata", requirement = "kept" }"#;
        let number = r#"{ send = "/m", read = "/m", make = { integer = { min = 0, max = 9007199254740993 } }, requirement = "kept" }"#;
        for (field, aspect, level) in [
            (open, Aspect::Rounding, May),
            (kept, Aspect::Rounding, Should),
            (number, Aspect::Rounding, Must),
            (open, Aspect::Number, Must),
            (kept, Aspect::Number, Must),
        ] {
            let table: std::collections::BTreeMap<String, Field> =
                toml::from_str(&format!("field = {field}")).unwrap();
            assert_eq!(level_of(aspect, &table["field"], Must), level, "{field} {aspect:?}");
        }
    }
}
