//! Texts at the bounds that the document sets: what was accepted, against what the answer and the list show of it.

use serde_json::Value;

use super::compare::{Aspect, change, shows};
use super::representations::{elements, id_text, likeness};
use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Case;
use crate::suite::{Field, Make, Resource, Suite};
use crate::verdict::{Claim, Place};

/// The resource that a case's operation creates.
fn created<'a>(suite: &'a Suite, case: &Case) -> Option<&'a Resource> {
    let creates = |resource: &&Resource| resource.created_by() == Some(case.operation.as_str());
    suite.file().resources.values().find(creates)
}

/// Whether a case creates records with a text that comes back.
pub(super) fn applies(suite: &Suite, case: &Case) -> bool {
    let text = |field: &Field| field.send.is_some() && shows(field, Aspect::String);
    created(suite, case).is_some_and(|resource| resource.fields.values().any(text))
}

/// Judges every text at a bound that was accepted: in the answer, and in the lists that were read afterwards. `describe` shows a text around the code
/// point at which it differs.
pub(super) fn judge(scene: &Scene<'_>, sheet: &mut Sheet<'_>, describe: fn(&str, usize) -> String) {
    let Some(resource) = created(scene.suite, scene.case) else { return };
    // What the target made of a bound is told where it is refused; there may be none.
    sheet.judged();
    for (ask, answer) in probed(scene).filter(|(_, answer)| answer.response.is_success()) {
        let Ask::ValidEdge { place, .. } = ask else { continue };
        let sent = answer.request.body.as_ref().and_then(|body| body.json().ok()?.pointer(place));
        let Some(Value::String(sent)) = sent else { continue };
        let Some((index, name, field)) = field_at(resource, place) else { continue };
        // With the name of one that exists the answer shows what that has.
        if resource.get_or_create().is_some() && !matches!(field.make, Some(Make::Name)) {
            continue;
        }
        let Some(read) = field.read.as_ref().filter(|_| shows(field, Aspect::String)) else { continue };
        let elements = elements(scene, resource, answer.entry);
        let Some((pointer, element)) = elements.get(index) else { continue };
        let id = resource.id.find(element).and_then(id_text);
        let mut shown = vec![(answer.entry, pointer.clone(), *element, "in the answer that created it")];
        for (_, page) in scene.evidence.pages() {
            let ids = page.ids.iter().flatten().zip(scene.evidence.items(page)).enumerate();
            let item = ids.into_iter().find(|(_, (other, _))| id.is_some() && **other == id);
            shown.extend(
                item.map(|(at, (_, item))| {
                    (page.entry, format!("{}/{at}", page.items_at), item, "in the list")
                }),
            );
        }
        for (entry, pointer, value, told) in shown {
            let Some((at, Value::String(back))) =
                read.found_at(value).and_then(|at| Some((at, value.pointer(at)?)))
            else {
                continue;
            };
            if change(field.keep, &Value::from(sent.as_str()), &Value::from(back.as_str())).is_none() {
                continue;
            }
            let differs = sent.chars().zip(back.chars()).take_while(|(a, b)| a == b).count();
            let requirement = match &field.requirement {
                Some(key) => scene.requirement(key),
                None => sheet.own_requirement(),
            };
            let place = Place { exchange: entry, item: None, at: vec![format!("{pointer}{at}")] };
            sheet.fail(Draft {
                // On another server the record may stand elsewhere in the list.
                claims: (entry == answer.entry)
                    .then(|| Claim::Value { place, is: sent.as_str().into(), by: likeness(field.keep) })
                    .into_iter()
                    .collect(),
                pointer: Some(format!("{pointer}{at}")),
                entries: if entry == answer.entry { vec![entry] } else { vec![answer.entry, entry] },
                ..answer.draft(
                    format!("{name} of {} code points came back changed {told}", sent.chars().count()),
                    requirement,
                    describe(sent, differs),
                    describe(back, differs),
                )
            });
            break;
        }
    }
}

/// The field that is sent at a place of a creation's content, and which record of the batch it is of.
fn field_at<'a>(resource: &'a Resource, place: &str) -> Option<(usize, &'a str, &'a Field)> {
    let (index, inside) = match resource.batch() {
        None => (0, place),
        Some(batch) => {
            let rest = place.strip_prefix(batch.at.as_str())?.strip_prefix('/')?;
            let (index, _) = rest.split_once('/')?;
            (index.parse().ok()?, &rest[index.len()..])
        }
    };
    let mut fields = resource.fields.iter();
    let (name, field) = fields.find(|(_, field)| field.send.as_deref() == Some(inside))?;
    Some((index, name, field))
}
