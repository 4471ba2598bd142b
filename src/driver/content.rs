//! Content at both sides of every bound that the document sets, and content that is no JSON.

use super::Driver;
use super::parameters::is_width;
use super::request::{Content, Parts};
use super::seed::Item;
use super::values::Place;
use crate::evidence::{Ask, Asked, Evidence, Probe};
use crate::generate::{Expectation, body_specimens, keywords_at, raw_bodies};
use crate::oracle::Oracle;
use crate::scenario::Case;
use crate::suite::{Make, Resource};

impl Driver {
    /// Every place in the content of an operation that creates, one value at a time, under a parent of this case's own.
    pub(super) async fn content(&self, oracle: &mut Oracle, evidence: &mut Evidence, case: &Case) {
        let suite = std::sync::Arc::clone(&self.suite);
        let creates = |r: &&Resource| r.created_by() == Some(case.operation.as_str());
        let Some((resource_name, resource)) = suite.file().resources.iter().find(|(_, r)| creates(r)) else {
            return;
        };
        let operation = suite.operation(&case.operation);
        let Some(media_type) = operation.request_body.as_ref().and_then(|body| body.content.first()) else {
            return;
        };
        let Some(schema) = &media_type.schema else { return };
        let Some(parent) = self.scratch_parent(oracle, evidence, resource, "content").await else { return };
        let place = Place { label: "content", name: "content", index: 0, serial: 0, parent };
        let item = self.item(oracle, resource, place);
        let Some(base) = self.creation_content(oracle, resource, parent, std::slice::from_ref(&item)) else {
            return;
        };
        let mut parts = Parts { path: self.path_of(&case.operation, oracle, parent), ..Parts::default() };
        parts.path.extend(self.own_id(resource_name, resource, &item));
        let invalid = self.asked_of_invalid(&case.operation);

        // What is varied below must be good to begin with.
        let mut usual = parts.clone();
        usual.content = Some(Content::Json(base.clone()));
        let outgoing = self.outgoing(&case.operation, "usual content", &usual);
        let entry = self.send(evidence, outgoing, Asked::Good).await;
        self.remember_answer(resource_name, oracle, parent, evidence.json(entry));
        let ask = Ask::ValidEdge { keyword: "type".to_owned(), place: String::new() };
        evidence.probes.push(Probe { label: "usual content".to_owned(), ask, entry });

        let resolve = |reference: &str| suite.document().reference(reference);
        let is_valid = |value: &serde_json::Value| schema.is_valid(value);
        let mut serial = 0;
        for mut specimen in body_specimens(schema.value(), &resolve, &is_valid, &base) {
            // Made-up names could be those of somebody else's records, and made-up references lead nowhere.
            if specimen.valid && (!is_bound(specimen.keyword) || Self::is_identity(resource, &specimen.place))
            {
                continue;
            }
            let at = |keyword| keywords_at(schema.value(), &specimen.place, keyword, &resolve);
            // What a client must not send is passed over by many servers, whatever it is.
            if at("readOnly").contains(&&serde_json::Value::Bool(true)) {
                continue;
            }
            // The bounds of a `format` say how wide a number is, not which numbers mean something.
            if matches!(specimen.keyword, "minimum" | "maximum")
                && at(specimen.keyword).into_iter().any(is_width)
            {
                continue;
            }
            let asked = match (specimen.valid, specimen.lenient) {
                (_, true) => Asked::Open,
                (true, false) => Asked::Good,
                (false, false) => invalid,
            };
            serial += 1;
            let other = self.item(oracle, resource, Place { index: serial, serial, ..place });
            rename(resource, &item, &other, &specimen.place, &mut specimen.value);
            let mut parts = parts.clone();
            parts.path.extend(self.own_id(resource_name, resource, &other));
            parts.content = Some(Content::Json(specimen.value));
            let outgoing = self.outgoing(&case.operation, &specimen.label, &parts);
            let entry = self.send(evidence, outgoing, asked).await;
            self.remember_answer(resource_name, oracle, parent, evidence.json(entry));
            let (keyword, place) = (specimen.keyword.to_owned(), specimen.place);
            let ask = if specimen.valid {
                Ask::ValidEdge { keyword, place }
            } else {
                Ask::InvalidEdge { keyword, place }
            };
            evidence.probes.push(Probe { label: specimen.label, ask, entry });
        }

        for raw in raw_bodies(&base) {
            let refuse = raw.expectation == Expectation::Refuse;
            let mut parts = parts.clone();
            parts.content = Some(Content::Raw(raw.bytes, Some("application/json")));
            let outgoing = self.outgoing(&case.operation, raw.label, &parts);
            let entry = self.send(evidence, outgoing, if refuse { invalid } else { Asked::Open }).await;
            self.remember_answer(resource_name, oracle, parent, evidence.json(entry));
            let label = raw.label.to_owned();
            evidence.probes.push(Probe { label, ask: Ask::InvalidContent { refuse }, entry });
        }
    }

    /// Whether a place in the content holds a name or a reference of the record.
    fn is_identity(resource: &Resource, place: &str) -> bool {
        let at = resource.batch().map_or_else(String::new, |batch| batch.at.clone());
        resource.fields.values().any(|field| {
            let identity = matches!(
                field.make,
                Some(
                    Make::Name
                        | Make::Record(_)
                        | Make::Ancestor(_)
                        | Make::Variable(_)
                        | Make::Uuid
                        | Make::Email
                        | Make::Constant(_)
                )
            );
            identity
                && field.send.as_ref().is_some_and(|send| {
                    place == send || place.starts_with(&at) && place.ends_with(send.as_str())
                })
        })
    }
}

/// Gives the content names of its own beside the place that it varies, since an API may want each name once.
fn rename(resource: &Resource, usual: &Item, other: &Item, varied: &str, content: &mut serde_json::Value) {
    // A name that exists stands for its record where creation gives what exists, and a batch has names of its own.
    if resource.get_or_create().is_some() || resource.batch().is_some() {
        return;
    }
    let names = resource
        .fields
        .iter()
        .filter(|(_, f)| matches!(f.make, Some(Make::Name | Make::Uuid | Make::Email | Make::Schema)));
    for (name, field) in names {
        let (Some(send), Some(value)) = (&field.send, other.sent.get(name)) else { continue };
        if varied.starts_with(send.as_str()) || varied.is_empty() {
            continue;
        }
        if let Some(at) = content.pointer_mut(send).filter(|at| Some(&**at) == usual.sent.get(name)) {
            *at = value.clone();
        }
    }
}

/// Whether a keyword sets a bound, whose valid side a target must accept whatever else it knows of the value.
fn is_bound(keyword: &str) -> bool {
    matches!(
        keyword,
        "minLength"
            | "maxLength"
            | "minimum"
            | "maximum"
            | "exclusiveMinimum"
            | "exclusiveMaximum"
            | "minItems"
            | "maxItems"
            | "enum"
    )
}
