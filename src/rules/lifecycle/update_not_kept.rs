//! LIF002: a change that was confirmed is not what comes back.

use serde_json::Value;

use super::walks::around_change;
use crate::evidence::{Ask, RecordNumber};
use crate::rules::answers::{Answer, excerpt, probed};
use crate::rules::declare::rule;
use crate::rules::fidelity::compare::{agree, change_beyond_rounding, says_nothing};
use crate::rules::fidelity::representations::{by_id, likeness, listed, resource_by_number};
use crate::rules::paging::lists::draft;
use crate::rules::proofs::claims;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Keep, Pointers, Suite};
use crate::verdict::{Claim, Likeness, Place};

rule! {
    /// ## What it checks
    /// After a change was confirmed, the field holds exactly the new value, and the others what they held: in the
    /// answer that confirms it, when the record is fetched, and in the lists that are read right after.
    /// ## Why it matters
    /// The client believes that its change is saved, and the next reader sees the old value, or a mixture.
    /// ## Example
    /// `metadata` is replaced by `{"b": 2}` and comes back as `{"a": 1, "b": 2}`.
    /// ## Source
    /// The suite's requirement about the change.
    /// ## False alarms and how they are avoided
    /// PUT may replace the whole record by what it was sent: in an inferred suite, what it left out may be gone, and nowhere is null said to be a loss.
    /// Changes that were refused are not judged here. The answer that confirms may leave the field out; only
    /// the record that is fetched must have it. A list may leave out what it likes; what it shows must be the new value. Values are compared as the suite keeps the field.
    /// The field that the suite names for the time of the last change is the business of LIF012.
    UPDATE_NOT_KEPT {
        code: "LIF002", name: "update-not-kept", level: Must, basis: Suite,
        source: "the suite's requirement about the change",
        summary: "A field that was changed holds the new value, and no other field is changed.",
        implies: ["CON005"],
        scenarios: &[Kind::Update],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().map(|name| suite.resource(name)).is_some_and(|resource| {
        let field = resource.update.as_ref().and_then(|update| resource.fields.get(&update.field));
        field.is_some_and(|field| field.read.is_some() && field.keep != Keep::Unjudged)
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    in_answers(scene, sheet);
    in_lists(scene, sheet);
}

/// The answers that confirm a change, and those that show the record afterwards.
fn in_answers(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let (record, name, value, fetched) = match ask {
            Ask::Update { record, field, value } => (*record, field, value, false),
            Ask::FetchUpdated { record, field, value } => (*record, field, value, true),
            _ => continue,
        };
        let resource = resource_by_number(scene, record);
        let (Some(update), Some(field)) = (&resource.update, resource.fields.get(name)) else { continue };
        let at = match &resource.fetch {
            Some(fetch) if fetched => &fetch.answer,
            _ => &update.answer,
        };
        let content = scene.evidence.json(answer.entry).filter(|_| answer.response.is_success());
        let Some(shown) = content.and_then(|content| at.find(content)) else { continue };
        let place = content.and_then(|content| at.found_at(content)).unwrap_or_default();
        others(scene, sheet, &answer, (record, name, fetched), (place, shown));
        let Some(read) = &field.read else { continue };
        let back = read.find(shown);
        if back.is_none() && !fetched {
            continue;
        }
        let changed = back.map(|back| change_beyond_rounding(field.keep, value, back));
        // Leaving out what is empty is a way to show it.
        let left_out = back.is_none_or(Value::is_null) && says_nothing(value);
        if changed == Some(None) || left_out {
            sheet.judged();
            continue;
        }
        let inner = changed.flatten().map_or_else(String::new, |change| change.at);
        let name_of_record = scene.oracle.record(record).name();
        let part = |value: &Value| value.pointer(&inner).map_or_else(|| "nothing".to_owned(), excerpt);
        sheet.fail(Draft {
            pointer: Some(format!("{place}{}{inner}", read.found_at(shown).unwrap_or_default())),
            claims: vec![Claim::Value {
                place: shown_at(&answer, place, read),
                is: value.clone(),
                by: likeness(field.keep),
            }],
            entries: updates(scene, record, answer.entry),
            ..answer.draft(
                format!(
                    "{name} of {name_of_record} does not hold the new value{}",
                    if fetched { " when fetched" } else { "" }
                ),
                scene.requirement(&update.requirement),
                part(value),
                back.map_or_else(|| "nothing".to_owned(), part),
            )
        });
    }
}

/// Lists that are read right after the changes show the last of them.
fn in_lists(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some((resource_name, resource)) = scene.resource() else { return };
    let Some(update) = &resource.update else { return };
    let records = by_id(scene, resource_name);
    for (_, _, after) in around_change(scene) {
        let last = probed(scene).filter_map(|(ask, answer)| match ask {
            Ask::Update { record, field, value } if answer.response.is_success() => {
                (answer.entry < after.pages.first()?.entry).then_some((*record, field, value, answer.entry))
            }
            _ => None,
        });
        let Some((record, name, value, entry)) = last.last() else { continue };
        let Some((field, read)) =
            resource.fields.get(name).and_then(|field| Some((field, field.read.as_ref()?)))
        else {
            continue;
        };
        let Some(shown) = listed(scene, &records, after).into_iter().find(|shown| shown.record == record)
        else {
            continue;
        };
        let Some(back) = read.find(shown.value) else { continue };
        if change_beyond_rounding(field.keep, value, back).is_none() {
            sheet.judged();
            continue;
        }
        sheet.fail(Draft {
            claims: vec![claims::after(
                updates(scene, record, entry),
                shown.keeps(scene, read, field.keep, value),
            )],
            ..draft(
                &after.label,
                format!(
                    "{name} of {} does not hold the new value in the list",
                    scene.oracle.record(record).name()
                ),
                scene.requirement(&update.requirement),
                excerpt(value),
                excerpt(back),
                updates(scene, record, entry).into_iter().chain([shown.entry]).collect(),
            )
        });
    }
}

/// The other fields are as they were when the record was created.
fn others<'a>(
    scene: &Scene<'a>,
    sheet: &mut Sheet<'_>,
    answer: &Answer<'a>,
    (record, changed, fetched): (RecordNumber, &str, bool),
    (place, shown): (&str, &Value),
) {
    let resource = resource_by_number(scene, record);
    let before = &scene.oracle.record(record).acknowledged;
    let sent = &scene.oracle.record(record).sent;
    let Some(update) = &resource.update else { return };
    let replaces = scene.suite.operation(&update.operation).method == http::Method::PUT;
    // A change moves the time of the last one.
    let moved = update.changed.as_ref().map(|changed| changed.field.as_str());
    let stays = |name: &str| name != changed && Some(name) != moved;
    for (name, field) in resource.fields.iter().filter(|(name, _)| stays(name)) {
        let Some(read) = &field.read else { continue };
        let Some(then) = read.find(before) else { continue };
        // The answer that confirms a change may leave a field out; the record that is fetched shows what it showed.
        let now = match read.find(shown) {
            Some(now) => now,
            None if fetched => &Value::Null,
            None => continue,
        };
        // What a client gave and nobody took back is not filled in later.
        let lost = (!replaces || update.with.contains(name))
            && now.is_null()
            && !says_nothing(then)
            && sent.contains_key(name);
        // PUT may replace the whole (RFC 9110, section 9.3.4), and nobody said that here it does not. What went along is in the new whole.
        let along = update.with.contains(name);
        let open = replaces && scene.suite.file().inferred && field.send.is_some() && !along;
        if (agree(field.keep, then, now) && !lost) || open {
            continue;
        }
        sheet.fail(Draft {
            claims: vec![Claim::Value {
                place: shown_at(answer, place, read),
                is: then.clone(),
                by: Likeness::Loose,
            }],
            entries: updates(scene, record, answer.entry),
            ..answer.draft(
                format!(
                    "{name} of {} changed with the update of {changed}",
                    scene.oracle.record(record).name()
                ),
                scene.requirement(&update.requirement),
                excerpt(then),
                excerpt(now),
            )
        });
    }
}

/// A field in the representation that stands at a place in an answer.
fn shown_at(answer: &Answer<'_>, place: &str, read: &Pointers) -> Place {
    let at = read.all().iter().map(|inner| format!("{place}{inner}")).collect();
    Place { exchange: answer.entry, item: None, at }
}

/// The updates of a record up to an answer, and that answer: what it shows may hang on all of them.
fn updates(scene: &Scene<'_>, record: RecordNumber, last: usize) -> Vec<usize> {
    let of_record = |ask: &Ask| matches!(ask, Ask::Update { record: other, .. } if *other == record);
    let before = scene.evidence.probes.iter().filter(|probe| probe.entry < last && of_record(&probe.ask));
    before.map(|probe| probe.entry).chain([last]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Asked, WalkKind};
    use crate::pagination::Start;
    use crate::rules::testing::{World, exchange, instant};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn a_change_is_in_the_list() {
        let world = World::new(3);
        // What the list shows after the last of two changes, and whether that was confirmed.
        let cases: [(Value, u16, Verdict); 5] = [
            (json!("new"), 200, Pass),
            (json!("old"), 200, Fail),
            (json!("first"), 200, Fail),
            (json!("first"), 422, Pass),
            // A list may leave out what it likes.
            (json!(null), 200, Inconclusive),
        ];
        for (text, status, verdict) in cases {
            let update = |value: &str, status: u16| {
                let value = json!(value);
                let ask = Ask::Update { record: world.notes[1], field: "text".to_owned(), value };
                (
                    ask,
                    exchange(
                        "update_note",
                        "PUT",
                        "/boxes/main/notes/m1",
                        None,
                        status,
                        &json!({"id": "m1"}),
                    ),
                )
            };
            let lists = world.lists("by_page").page(WalkKind::Before, Start::First, Some(20), &[0, 1, 2]);
            let ((first, confirmed), (last, answer)) = (update("first", 200), update("new", status));
            let lists = lists.probe("first", first, Asked::Good, confirmed);
            let lists = lists.probe("last", last, Asked::Good, answer);
            let lists = lists.page(WalkKind::After, Start::First, Some(20), &[0, 1, 2]);
            let lists = match text {
                Value::Null => lists.content(0, |content| {
                    content["items"][1].as_object_mut().unwrap().remove("text");
                }),
                text => lists.set(0, "/items/1/text", text),
            };
            let judgement = lists.judge(&UPDATE_NOT_KEPT, Scenario::Update { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{status}: {judgement:#?}");
        }
    }

    #[test]
    fn a_change_is_kept() {
        let world = World::new(1);
        let cases: [(bool, u16, Value, Verdict); 10] = [
            (false, 200, json!({"id": "m0", "text": "new"}), Pass),
            (false, 200, json!({"id": "m0", "text": "old"}), Fail),
            (false, 200, json!({"id": "m0"}), Inconclusive),
            (false, 204, json!(null), Inconclusive),
            (true, 200, json!({"text": "new"}), Pass),
            (true, 200, json!({"text": "new "}), Fail),
            (true, 200, json!({"text": null}), Fail),
            (true, 200, json!({}), Fail),
            (true, 404, json!({}), Inconclusive),
            // What PUT leaves out may be replaced by nothing.
            (true, 200, json!({"text": "new", "color": null}), Pass),
        ];
        for (fetched, status, content, verdict) in cases {
            let (record, field, value) = (world.notes[0], "text".to_owned(), json!("new"));
            let (ask, operation, method) = if fetched {
                (Ask::FetchUpdated { record, field, value }, "get_note", "GET")
            } else {
                (Ask::Update { record, field, value }, "update_note", "PUT")
            };
            let exchange = exchange(operation, method, "/boxes/main/notes/m0", None, status, &content);
            let probes = world.probes().probe("update", ask, Asked::Good, exchange);
            probes.expect(&UPDATE_NOT_KEPT, verdict);
        }
    }

    #[test]
    fn the_time_of_the_change_may_change() {
        let plain = "field = \"text\", requirement = \"change\" }";
        let stated = "field = \"text\", requirement = \"change\", changed = { field = \"at\", requirement = \"change\" } }";
        for (world, shown, verdict) in [
            (World::new(1), json!({"text": "new", "at": instant(60)}), Fail),
            (World::amended(&[0], &[(plain, stated)]), json!({"text": "new", "at": instant(60)}), Pass),
            (World::amended(&[0], &[(plain, stated)]), json!({"text": "new", "color": "blue"}), Fail),
        ] {
            let (record, field, value) = (world.notes[0], "text".to_owned(), json!("new"));
            let ask = Ask::FetchUpdated { record, field, value };
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &shown);
            world.probes().probe("update", ask, Asked::Good, exchange).expect(&UPDATE_NOT_KEPT, verdict);
        }
    }
}
