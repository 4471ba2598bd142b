//! FID010: a record that nobody changed is fetched twice, and is another the second time.

use std::collections::BTreeMap;

use super::compare::agree;
use super::representations::{Representation, Shown, representations, resource_by_number};
use crate::evidence::RecordNumber;
use crate::rules::answers::excerpt;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Keep, Suite};
use crate::verdict::{Claim, Likeness};

rule! {
    /// ## What it checks
    /// A record that is fetched again without having been changed shows the same values.
    /// ## Why it matters
    /// A client cannot cache, compare or merge what changes by being looked at.
    /// ## Example
    /// `created_at` is the moment of the request.
    /// ## Source
    /// RFC 9110, section 9.2.1: GET is safe, so that it changes nothing that a client could be asked to answer for.
    /// ## False alarms and how they are avoided
    /// Only members are compared that the suite declares and does not leave unjudged; instants as instants,
    /// null as no statement.
    FETCH_UNSTABLE {
        code: "FID010", name: "fetch-unstable", level: Must, basis: Protocol,
        source: "RFC 9110, section 9.2.1: https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1",
        summary: "A record that nobody changed is the same whenever it is fetched.",
        implies: ["FID007"],
        scenarios: &[Kind::Fetch],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let resource = case.scenario.resource().map(|name| suite.resource(name));
    resource.is_some_and(|resource| {
        resource.fields.values().any(|field| field.read.is_some() && field.keep != Keep::Unjudged)
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let mut first: BTreeMap<RecordNumber, Representation<'_>> = BTreeMap::new();
    for again in representations(scene).into_iter().filter(|one| one.shown == Shown::Fetched) {
        let Some(before) = first.get(&again.record) else {
            first.insert(again.record, again);
            continue;
        };
        sheet.judged();
        let record = scene.oracle.record(again.record).name();
        for (name, field) in &resource_by_number(scene, again.record).fields {
            let Some(read) = &field.read else { continue };
            let (Some(one), Some(at)) = (read.find(before.value), read.found_at(again.value)) else {
                continue;
            };
            let Some(other) = again.value.pointer(at).filter(|other| !agree(field.keep, one, other)) else {
                continue;
            };
            let requirement = sheet.own_requirement();
            sheet.fail(Draft {
                input: format!("{record} {name}"),
                summary: format!("{name} of {record} is another when fetched again"),
                requirement,
                expected: excerpt(one),
                actual: excerpt(other),
                comparison: None,
                claims: vec![Claim::Same {
                    one: before.place(scene, read.all().to_vec()),
                    other: again.place(scene, read.all().to_vec()),
                    by: Likeness::Loose,
                }],
                pointer: Some(format!("{}{at}", again.pointer)),
                entries: vec![before.entry, again.entry],
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange, instant};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::{Value, json};

    #[test]
    fn a_record_is_the_same_again() {
        let world = World::new(1);
        let record = world.notes[0];
        let shown = world.oracle.record(record).acknowledged.as_ref().clone();
        let cases: [(&str, Value, Verdict); 4] = [
            ("more", json!(1), Pass),
            ("at", json!("2026-01-01T00:00:00.000000Z"), Pass),
            ("at", json!(instant(60)), Fail),
            ("text", json!("other"), Fail),
        ];
        for (member, value, verdict) in cases {
            let mut again = shown.clone();
            again[member] = value;
            let get =
                |content: &Value| exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, content);
            let probes = world
                .probes()
                .probe("first", Ask::Fetch { record }, Asked::Good, get(&shown))
                .probe("again", Ask::Fetch { record }, Asked::Good, get(&again));
            probes.expect(&FETCH_UNSTABLE, verdict);
        }
    }
}
