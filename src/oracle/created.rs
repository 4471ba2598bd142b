//! Which answers acknowledged which records.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Oracle;
use crate::evidence::{Evidence, RecordNumber};
use crate::suite::Suite;

/// For each entry of the evidence, the records that its answer acknowledged and where their ids stand in it.
pub fn created(suite: &Suite, oracle: &Oracle, evidence: &Evidence) -> Vec<Vec<(RecordNumber, String)>> {
    let mut taken = BTreeSet::new();
    let entries = evidence.entries.iter();
    entries
        .map(|entry| {
            let Some(content) = entry.exchange.json().filter(|_| entry.exchange.is_success()) else {
                return Vec::new();
            };
            let mut found = Vec::new();
            for (name, resource) in &suite.file().resources {
                let Some(create) = &resource.create else { continue };
                if create.operation != entry.exchange.operation {
                    continue;
                }
                let Some(at) = create.answer.found_at(content) else { continue };
                let elements: Vec<(String, &Value)> = match content.pointer(at) {
                    Some(Value::Array(elements)) if create.batch.is_some() => {
                        elements.iter().enumerate().map(|(i, one)| (format!("{at}/{i}"), one)).collect()
                    }
                    Some(one) => vec![(at.to_owned(), one)],
                    None => Vec::new(),
                };
                for (pointer, element) in elements {
                    let Some(id_at) = resource.id.found_at(element) else { continue };
                    let is_it = |number: &RecordNumber| {
                        let record = oracle.record(*number);
                        record.resource == *name && *record.acknowledged == *element
                    };
                    let id = resource.id.find(element).map(|id| match id {
                        Value::String(id) => id.clone(),
                        other => other.to_string(),
                    });
                    let twins = oracle.numbers_of(name, &id.unwrap_or_default());
                    if let Some(number) =
                        twins.iter().find(|number| is_it(number) && !taken.contains(*number))
                    {
                        taken.insert(*number);
                        found.push((*number, format!("{pointer}{id_at}")));
                    }
                }
            }
            found
        })
        .collect()
}
