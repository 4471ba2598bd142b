//! Content against its documented schema, for successes and refusals alike.

use std::collections::BTreeMap;

use crate::document::Schema;
use crate::rules::answers::{Answer, answers, excerpt};
use crate::rules::{Draft, Scene, Sheet};

/// The schema that the document gives for the JSON content of an answer.
fn schema_of<'a>(answer: &Answer<'a>) -> Option<&'a Schema> {
    let essence = answer.response.essence()?;
    answer.documented()?.media_type(&essence)?.schema.as_ref()
}

/// Judges the content of the chosen answers; `idle` says whether an answer that was not chosen speaks for the
/// rule, too.
///
/// There is one finding for each keyword of the document that was broken: its first place, and a count of the others.
pub(super) fn judge(scene: &Scene<'_>, sheet: &mut Sheet<'_>, idle: bool, chosen: fn(&Answer<'_>) -> bool) {
    let mut broken: BTreeMap<(String, String), (Draft, usize)> = BTreeMap::new();
    let mut order = Vec::new();
    for answer in answers(scene) {
        let content = answer.response.body.json().ok().filter(|_| chosen(&answer) && !answer.is_bare());
        let (Some(content), Some(schema)) = (content, schema_of(&answer)) else {
            if idle {
                sheet.judged();
            }
            continue;
        };
        sheet.judged();
        if schema.is_valid(content) {
            continue;
        }
        for violation in schema.violations(content) {
            let key = (violation.schema_pointer.clone(), violation.keyword.clone());
            if let Some((_, further)) = broken.get_mut(&key) {
                *further += 1;
                continue;
            }
            let text = format!("the content of {} obeys `{}` here", answer.status(), violation.keyword);
            let at = if violation.instance.is_empty() { "the content" } else { &violation.instance };
            let actual = content.pointer(&violation.instance).map_or_else(String::new, excerpt);
            let draft = answer.draft(
                format!("{at} breaks `{}`: {}", violation.keyword, violation.message),
                scene.in_document(text, &violation.schema_pointer),
                wanted(scene, &violation.schema_pointer, &violation.keyword),
                actual,
            );
            order.push(key.clone());
            broken.insert(key, (Draft { pointer: Some(violation.instance), ..draft }, 0));
        }
    }
    for key in order {
        if let Some((mut draft, further)) = broken.remove(&key) {
            if further > 0 {
                draft.summary = format!("{} (and in {further} further places)", draft.summary);
            }
            sheet.fail(draft);
        }
    }
}

/// What a keyword says, as it stands in the document.
fn wanted(scene: &Scene<'_>, pointer: &str, keyword: &str) -> String {
    match scene.suite.document().raw().pointer(pointer) {
        Some(value) => format!("{keyword}: {}", excerpt(value)),
        None => keyword.to_owned(),
    }
}
