//! HTTP018: the `Location` of an answer to a creation does not lead to what was created.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::{always, rule};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;
use serde_json::Value;

rule! {
    /// ## What it checks
    /// What the `Location` field of a 201 names is there, and is the record that was created.
    /// ## Why it matters
    /// Clients follow the field to show or to change what they have just created.
    /// ## Example
    /// A book is created with `Location: /books/7`, and `GET /books/7` is answered 404, or shows another book.
    /// ## Source
    /// RFC 9110, sections 10.2.2 and 15.3.2: for 201, `Location` refers to the primary resource that was created.
    /// ## False alarms and how they are avoided
    /// A 201 need not have the field, and one that leads out of the target is not followed. 401, 403 and 405 say that it may not be read there, and
    /// content that shows no id says nothing of the record; both are noted.
    LOCATION_WRONG {
        code: "HTTP018", name: "location-wrong", level: Should, basis: Protocol,
        source: "RFC 9110, section 15.3.2: https://www.rfc-editor.org/rfc/rfc9110#section-15.3.2",
        summary: "The Location of a creation leads to what was created.",
        implies: [],
        scenarios: &[Kind::Create],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // That an answer has no such field is as right as that it leads there.
    sheet.judged();
    for (ask, answer) in probed(scene) {
        let Ask::Location { record } = ask else { continue };
        let record = scene.oracle.record(*record);
        let resource = scene.suite.resource(&record.resource);
        let draft = |actual: String| {
            answer.draft(
                format!("Location does not lead to {}", record.name()),
                sheet.own_requirement(),
                format!("{} at {}", record.name(), answer.request.path),
                actual,
            )
        };
        if answer.put_off().is_some() || answer.is_server_error() {
            continue;
        }
        if !answer.response.is_success() {
            match answer.response.status {
                404 | 410 => {
                    let draft = draft(answer.status());
                    sheet.fail(draft);
                }
                status => sheet.note(format!("what Location names is answered {status}")),
            }
            continue;
        }
        let content = answer.response.body.json().ok();
        let shown = content.and_then(|content| {
            let places = resource.fetch.iter().map(|fetch| &fetch.answer);
            let places = places.chain(resource.create.iter().map(|create| &create.answer));
            let mut whole = places.filter_map(|place| place.find(content)).chain(std::iter::once(content));
            whole.find_map(|whole| resource.id.find(whole))
        });
        let id = match shown {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => {
                sheet.note("what Location names shows no id");
                continue;
            }
        };
        if id == record.id {
            sheet.judged();
        } else {
            let draft = draft(answer.status_and_content());
            sheet.fail(draft);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn location_leads_to_the_record() {
        let world = World::new(2);
        let cases: [(u16, Value, Verdict); 7] = [
            (200, json!({"id": "m0"}), Pass),
            (200, json!({"id": "m1"}), Fail),
            (200, json!({"state": "queued"}), Pass),
            (404, json!({}), Fail),
            (403, json!({}), Pass),
            (405, json!({}), Pass),
            (500, json!({}), Pass),
        ];
        for (status, content, verdict) in cases {
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &content);
            let ask = Ask::Location { record: world.notes[0] };
            world.probes().probe("Location", ask, Asked::Open, exchange).expect(&LOCATION_WRONG, verdict);
        }
    }
}
