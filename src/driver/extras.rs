//! Creations with something that others lack: a member that the document calls read only, a key that tells a repetition.

use std::collections::BTreeSet;

use super::Driver;
use super::content::Ground;
use super::request::{Content, Parts, set_at};
use super::values::Place;
use crate::document::{Location, pointer};
use crate::evidence::{Ask, Asked, Evidence, RecordNumber};
use crate::generate::keywords_at;
use crate::oracle::Oracle;
use crate::scenario::Case;
use crate::suite::Resource;

/// The header field of a request that is to be carried out once, however often it comes.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

impl Driver {
    /// Good content with a member more that is `readOnly`, one at a time.
    pub(super) async fn read_only(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        ground: &Ground<'_>,
        (resource_name, resource): (&str, &Resource),
    ) {
        let Ground { case, schema, base, .. } = ground;
        let parent = ground.parent;
        let resolve = |reference: &str| self.suite.document().reference(reference);
        let at = resource.batch().map_or_else(String::new, |batch| format!("{}/0", batch.at));
        let names: BTreeSet<&String> = keywords_at(schema.value(), &at, "properties", &resolve)
            .into_iter()
            .filter_map(serde_json::Value::as_object)
            .flat_map(serde_json::Map::keys)
            .collect();
        for (serial, name) in names.into_iter().enumerate() {
            let place = pointer::child(&at, name);
            let marks = keywords_at(schema.value(), &place, "readOnly", &resolve);
            if !marks.contains(&&serde_json::Value::Bool(true)) || base.pointer(&place).is_some() {
                continue;
            }
            let other = Place { label: "read-only", name: "read-only", index: serial, serial, parent };
            let item = self.item(oracle, resource, other);
            let content = self.creation_content(oracle, resource, parent, std::slice::from_ref(&item));
            let Some(content) = content else { continue };
            // Values that no target comes upon by itself.
            let telling = [
                serde_json::json!("specproof-read-only"),
                serde_json::json!("5bec0000-0000-4000-8000-0000000000ff"),
                serde_json::json!("2001-02-03T04:05:06Z"),
                serde_json::json!(987_654_321),
            ];
            let with = |value: serde_json::Value| {
                let mut content = content.clone();
                set_at(&mut content, &place, value.clone());
                schema.is_valid(&content).then_some((value, content))
            };
            let Some((value, content)) = telling.into_iter().find_map(with) else { continue };
            let mut parts = Parts { content: Some(Content::Json(content)), ..ground.parts.clone() };
            item.place(&mut parts);
            let label = format!("{place} given although it is read only");
            let outgoing = self.outgoing(&case.operation, &label, &parts);
            let ask = Ask::ReadOnly { place, value };
            let entry = self.probe(evidence, &label, outgoing, Asked::Open, ask).await;
            self.remember_answer(resource_name, oracle, parent, evidence.json(entry));
        }
    }

    /// A record is created twice with one key, where the document has `Idempotency-Key` for that.
    pub(super) async fn keyed(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (case, resource_name, resource): (&Case, &str, &Resource),
        parent: Option<RecordNumber>,
    ) {
        let operation = self.suite.operation(&case.operation);
        let documented = operation.parameter(IDEMPOTENCY_KEY).filter(|p| p.location == Location::Header);
        let Some(parameter) = documented else { return };
        let place = Place { label: "keyed", name: "keyed", index: 0, serial: 0, parent };
        let item = self.item(oracle, resource, place);
        let content = self.creation_content(oracle, resource, parent, std::slice::from_ref(&item));
        let path = self.path_of(&case.operation, oracle, parent);
        let mut parts = Parts { path, content: content.map(Content::Json), ..Parts::default() };
        item.place(&mut parts);
        // A UUID, which every description of such a key allows; another one in each run.
        let key = format!("5bec0000-0000-4000-8000-{}", stable_digits(&self.namespace));
        parts.headers.push((parameter.name.clone(), key));
        let mut first = None;
        for label in ["created with a key", "created with the same key"] {
            let outgoing = self.outgoing(&case.operation, label, &parts);
            let entry = match first {
                None => self.send(evidence, outgoing, Asked::Good).await,
                Some(first) => {
                    self.probe(evidence, label, outgoing, Asked::Open, Ask::CreateKeyed { first }).await
                }
            };
            self.remember_answer(resource_name, oracle, parent, evidence.json(entry));
            first = first.or(Some(entry));
        }
    }
}

/// Twelve hexadecimal digits that a text gives: the same from run to run, another for another text.
fn stable_digits(text: &str) -> String {
    // FNV-1a, as for the seeds of values.
    let hash =
        text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    format!("{:012x}", hash & 0xffff_ffff_ffff)
}
