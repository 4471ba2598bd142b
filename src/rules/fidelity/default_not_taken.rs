//! FID011: a member that was left out does not have its documented default.

use serde_json::Value;

use super::compare::change_beyond_rounding;
use super::representations::{Shown, representations, resource_by_number};
use crate::generate::keywords_at;
use crate::rules::answers::excerpt;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Field, Keep, Resource, Suite};
use crate::verdict::{Claim, Likeness};

rule! {
    /// ## What it checks
    /// A record that was created without a member for which the document has a default shows that default.
    /// ## Why it matters
    /// Clients leave members out because the document tells them what is assumed then.
    /// ## Example
    /// `role` has the default `user`; a message without a role comes back with `role: null`.
    /// ## Source
    /// The `default` of the member in the document's request schema (OpenAPI Specification, Schema Object: what is assumed where none is provided).
    /// ## False alarms and how they are avoided
    /// It is a `should`, since JSON Schema calls a default an annotation. Only simple values are compared, as the suite keeps the field; a default of null says
    /// nothing. What the suite does not judge is left alone.
    DEFAULT_NOT_TAKEN {
        code: "FID011", name: "default-not-taken", level: Should, basis: Document,
        source: "the `default` of the member in the document's request schema",
        summary: "A member that was left out has its documented default.",
        implies: [],
        scenarios: &[Kind::Create],
        applies: applies,
        check: check,
    }
}

/// The default that the document has for a field in the request that creates a record, and where the member stands there.
fn default_of<'a>(suite: &'a Suite, resource: &Resource, field: &Field) -> Option<&'a Value> {
    let create = resource.create.as_ref()?;
    let schema = suite.operation(&create.operation).request_body.as_ref()?.json()?.schema.as_ref()?;
    let array = create.batch.as_ref().map(|batch| format!("{}/0", batch.at)).unwrap_or_default();
    let pointer = format!("{array}{}", field.send.as_ref()?);
    let resolve = |reference: &str| suite.document().reference(reference);
    let found = keywords_at(schema.value(), &pointer, "default", &resolve).into_iter().next()?;
    let judged = field.keep != Keep::Unjudged && field.read.is_some();
    let simple = found.is_string() || found.is_number() || found.is_boolean();
    (judged && simple).then_some(found)
}

/// Where some records of a seed group lack a field that has a default.
fn applies(suite: &Suite, case: &Case) -> bool {
    let Some(name) = case.scenario.resource() else { return false };
    let resource = suite.resource(name);
    let most = suite.file().seed.iter().filter(|group| group.resource == name).map(|group| group.count).max();
    resource.fields.values().any(|field| {
        let lacks = field.make.is_none() || field.every > 1 && most.unwrap_or_default() > 1;
        lacks && default_of(suite, resource, field).is_some()
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for one in representations(scene).into_iter().filter(|one| one.shown == Shown::Created) {
        let record = scene.oracle.record(one.record);
        let resource = resource_by_number(scene, one.record);
        for (name, field) in resource.fields.iter().filter(|(name, _)| !record.sent.contains_key(*name)) {
            let (Some(default), Some(read)) = (default_of(scene.suite, resource, field), &field.read) else {
                continue;
            };
            let shown = read.find(one.value);
            let same =
                shown.is_some_and(|shown| change_beyond_rounding(field.keep, default, shown).is_none());
            if same {
                sheet.judged();
                continue;
            }
            let operation = resource.create.as_ref().map(|create| scene.suite.operation(&create.operation));
            let body = operation.and_then(|operation| operation.request_body.as_ref());
            let pointer = body.map_or("", |body| body.pointer.as_str());
            sheet.fail(Draft {
                input: format!("{} {name}", record.name()),
                summary: format!("{name} of {} was left out and has not its default", record.name()),
                requirement: scene.in_document(format!("{name} is {default} where it is left out"), pointer),
                expected: excerpt(default),
                actual: shown.map_or_else(|| "nothing".to_owned(), excerpt),
                comparison: None,
                claims: vec![Claim::Value {
                    place: one.place(scene, read.all().to_vec()),
                    is: default.clone(),
                    by: Likeness::Loose,
                }],
                pointer: Some(one.pointer.clone()),
                entries: vec![one.entry],
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    /// The last member of the request's schema.
    const MEMBERS: &str = "        grade: { type: integer }\n";

    #[test]
    fn what_is_left_out_has_its_default() {
        let unsent = "text = { send = \"/text\", read = \"/text\", make = { text = { max = 200 } } }";
        let mark = "text = { send = \"/text\", read = \"/text\", make = { text = { max = 200 } } }\nmark = { send = \"/mark\", read = \"/mark\" }";
        let cases: [(Value, Value, Verdict); 7] = [
            (json!("blank"), json!({"id": "m0", "mark": "blank"}), Pass),
            (json!("blank"), json!({"id": "m0", "mark": "other"}), Fail),
            (json!("blank"), json!({"id": "m0", "mark": null}), Fail),
            (json!("blank"), json!({"id": "m0"}), Fail),
            (json!(null), json!({"id": "m0"}), Inconclusive),
            (json!(1), json!({"id": "m0", "mark": 1.0}), Pass),
            (json!({}), json!({"id": "m0"}), Inconclusive),
        ];
        for (default, shown, verdict) in cases {
            let member = format!("        mark: {{ default: {default} }}\n");
            let world = World::amended(&[0], &[(unsent, mark), (MEMBERS, &format!("{MEMBERS}{member}"))]);
            let create = exchange("create_note", "POST", "/boxes/main/notes", None, 201, &json!([shown]));
            let ask = Ask::Create { records: vec![world.notes[0]], ordered: true };
            let probes = world.probes().probe("notes", ask, Asked::Good, create);
            probes.expect(&DEFAULT_NOT_TAKEN, verdict);
        }
    }
}
