//! LIF012: the time of the last change is moved back by a change.

use std::collections::BTreeMap;

use crate::evidence::{Ask, RecordNumber};
use crate::oracle::instant_nanoseconds;
use crate::rules::answers::{excerpt, probed};
use crate::rules::declare::rule;
use crate::rules::fidelity::representations::resource_by_number;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// The field that tells when a record was changed last never goes back from one change to the next, and is there after each.
    /// ## Why it matters
    /// Clients that fetch what has changed since their last visit miss the change.
    /// ## Example
    /// After an update, `updated_at` is what it was before the one before it.
    /// ## Source
    /// The suite's requirement on the time of the last change.
    /// ## False alarms and how they are avoided
    /// Nobody says how fine a clock is, so that a time which stands still is only noted. It is compared with earlier times of the same record in the same case,
    /// never with our clock. Fields that are absent, or no instant, belong to the schema's rules.
    CHANGE_TIME_WRONG {
        code: "LIF012", name: "change-time-wrong", level: Must, basis: Suite,
        source: "the suite's requirement on the time of the last change",
        summary: "The time of the last change does not go back.",
        implies: [],
        scenarios: &[Kind::Update],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let update = case.scenario.resource().and_then(|name| suite.resource(name).update.as_ref());
    update.is_some_and(|update| update.changed.is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let mut latest: BTreeMap<RecordNumber, (i128, usize)> = BTreeMap::new();
    for (ask, answer) in probed(scene) {
        let (record, fetched) = match ask {
            Ask::Update { record, .. } => (*record, false),
            Ask::FetchUpdated { record, .. } => (*record, true),
            _ => continue,
        };
        let resource = resource_by_number(scene, record);
        let Some(update) = &resource.update else { continue };
        let Some(changed) = &update.changed else { continue };
        let read = resource.fields.get(&changed.field).and_then(|field| field.read.as_ref());
        let at = match &resource.fetch {
            Some(fetch) if fetched => &fetch.answer,
            _ => &update.answer,
        };
        let content = scene.evidence.json(answer.entry).filter(|_| answer.response.is_success());
        let value = content.and_then(|content| read?.find(at.find(content)?));
        let Some((value, now)) = value.and_then(|value| Some((value, instant_nanoseconds(value)?))) else {
            continue;
        };
        let acknowledged = &scene.oracle.record(record).acknowledged;
        let first = read.and_then(|read| instant_nanoseconds(read.find(acknowledged)?));
        let before = latest.get(&record).copied().or(first.map(|first| (first, answer.entry)));
        if let Some((before, shown)) = before {
            if now < before {
                let draft = answer.draft(
                    format!("{} of {} goes back", changed.field, scene.oracle.record(record).name()),
                    scene.requirement(&changed.requirement),
                    "a time that is not earlier than before",
                    excerpt(value),
                );
                sheet.fail(Draft { entries: vec![shown, answer.entry], ..draft });
                continue;
            }
            sheet.judged();
            if now == before && !fetched {
                sheet.note(format!("{} stood still while the record was changed", changed.field));
            }
        }
        latest.insert(record, (now, answer.entry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange, instant};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::{Value, json};

    #[test]
    fn the_time_of_a_change_goes_on() {
        let plain = "field = \"text\", requirement = \"change\" }";
        let stated = "field = \"text\", requirement = \"change\", changed = { field = \"at\", requirement = \"change\" } }";
        let world = World::amended(&[10], &[(plain, stated)]);
        let cases: [(Value, Value, Verdict); 5] = [
            (json!(instant(11)), json!(instant(12)), Pass),
            (json!(instant(10)), json!(instant(10)), Pass),
            (json!(instant(12)), json!(instant(11)), Fail),
            (json!(instant(9)), json!(instant(12)), Fail),
            (json!(null), json!("soon"), Inconclusive),
        ];
        for (one, two, verdict) in cases {
            let record = world.notes[0];
            let put = |at: &Value| {
                let shown = json!({"id": "m0", "at": at});
                exchange("update_note", "PUT", "/boxes/main/notes/m0", None, 200, &shown)
            };
            let ask = || Ask::Update { record, field: "text".into(), value: json!("x") };
            let probes = world.probes().probe("one", ask(), Asked::Good, put(&one));
            probes.probe("two", ask(), Asked::Good, put(&two)).expect(&CHANGE_TIME_WRONG, verdict);
        }
    }
}
