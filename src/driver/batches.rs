//! Creating records, many in one request where the API takes them so: a batch that is refused is halved, and each answer finds the record it is of.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::Driver;
use super::creation::Item;
use super::request::{Content, Parts};
use super::values::Place;
use crate::document::RequestBody;
use crate::evidence::{Ask, Asked, Evidence, Probe, RecordNumber};
use crate::generate::keywords_at;
use crate::oracle::{Oracle, Record, same_value};
use crate::suite::{Keep, Resource};

impl Driver {
    /// Creates records under one parent, in batches where the suite has them; gives those that were acknowledged.
    pub(super) async fn create(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        places: &[Place<'_>],
    ) -> Vec<RecordNumber> {
        self.create_in_batches(oracle, evidence, resource_name, places, usize::MAX).await
    }

    /// The same, with no more than `most` records in one request.
    pub(super) async fn create_in_batches(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        places: &[Place<'_>],
        most: usize,
    ) -> Vec<RecordNumber> {
        let suite = Arc::clone(&self.suite);
        let resource = suite.resource(resource_name);
        let most = resource.batch().map_or(1, |batch| batch.max.min(most).max(1));
        let pause = Duration::from_millis(suite.file().limits.creation_pause_ms);
        let mut made = Vec::new();
        let (mut at, mut size) = (0, most);
        while at < places.len() {
            let end = places.len().min(at.saturating_add(size));
            let begin = made.len();
            // What is still to be sent, the first last, and the batches that were refused, by entry.
            let mut ranges: Vec<Range<usize>> = std::iter::once(at..end).collect();
            let mut alone = 0;
            let mut refused: Vec<(usize, usize)> = Vec::new();
            while let Some(range) = ranges.pop() {
                let chunk = &places[range.clone()];
                let numbers = self.create_chunk(oracle, evidence, resource_name, resource, chunk).await;
                let sent = evidence.entries.len() - 1;
                // One value that a target refuses must not cost the whole batch: it is sent again in halves.
                if numbers.is_empty() && chunk.len() > 1 && !evidence.entries[sent].exchange.is_success() {
                    let middle = range.start + chunk.len() / 2;
                    ranges.extend([middle..range.end, range.start..middle]);
                    refused.push((sent, chunk.len()));
                } else {
                    alone += usize::from(numbers.is_empty());
                    made.extend(numbers);
                    if made.len() == begin && alone > 1 {
                        // It is no single value: what is left of the batch would be refused one by one.
                        break;
                    }
                }
                if !pause.is_zero() && places.len() > 1 {
                    tokio::time::sleep(pause).await;
                }
            }
            // Where each of its records was taken all the same, a batch was refused for its length, of which the document may say nothing.
            if made.len() - begin == end - at && !self.limits_batches(resource) {
                for (entry, length) in refused {
                    evidence.entries[entry].asked = Asked::Open;
                    size = size.min(length.div_ceil(2));
                }
            }
            at = end;
        }
        made
    }

    /// Whether the document says how many records one request may hold.
    fn limits_batches(&self, resource: &Resource) -> bool {
        let Some((create, batch)) = resource.create.as_ref().zip(resource.batch()) else { return false };
        let content =
            self.suite.operation(&create.operation).request_body.as_ref().and_then(RequestBody::json);
        let Some(schema) = content.and_then(|content| content.schema.as_ref()) else { return false };
        let resolve = |reference: &str| self.suite.document().reference(reference);
        !keywords_at(schema.value(), &batch.at, "maxItems", &resolve).is_empty()
    }

    /// One request that creates records.
    async fn create_chunk(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        resource: &Resource,
        places: &[Place<'_>],
    ) -> Vec<RecordNumber> {
        let (Some(first), Some(create)) = (places.first(), &resource.create) else { return Vec::new() };
        let items: Vec<Item> = places.iter().map(|place| self.item(oracle, resource, *place)).collect();
        let mut content = self.creation_content(oracle, resource, first.parent, &items);
        if let (Some(batch), [_], Some(content)) = (&create.batch, items.as_slice(), &mut content)
            && batch.alone
            && first.index % 2 == 1
            && let Some(place) = content.pointer_mut(&batch.at)
            && let Some(one) = place.as_array_mut().and_then(Vec::pop)
        {
            *place = one;
        }
        let mut parts = Parts {
            path: self.path_of(&create.operation, oracle, first.parent),
            content: content.map(Content::Json),
            ..Parts::default()
        };
        items[0].place(&mut parts);
        let purpose = format!("create {}", first.label);
        let outgoing = self.outgoing(&create.operation, &purpose, &parts);
        let entry = self.send(evidence, outgoing, Asked::Good).await;
        self.excuse(&mut evidence.entries[entry]);
        // What was carried out and not answered is there and nobody knows it, unless it is the same record once more.
        if create.get_or_create.is_none() && evidence.entries[entry].exchange.lost_a_try() {
            oracle.withhold(resource_name, first.parent);
        }
        let answers: Vec<Value> = evidence
            .json(entry)
            .filter(|_| evidence.entries[entry].exchange.is_success())
            .and_then(|json| create.answer.find(json))
            .map(|answer| match answer {
                Value::Array(answers) if create.batch.is_some() => answers.clone(),
                one => vec![one.clone()],
            })
            .unwrap_or_default();
        let ordered = create.batch.is_none() || create.batch_order.is_some();
        let moment = oracle.records().count();
        let mut records = Vec::new();
        for (index, answer) in pair(resource, &items, &answers) {
            let place = places[index];
            let id = match answer.as_ref().and_then(|a| resource.id.find(a)) {
                Some(Value::String(id)) => id.clone(),
                Some(Value::Number(id)) => id.to_string(),
                _ => continue,
            };
            records.push(oracle.add(Record {
                resource: resource_name.to_owned(),
                label: place.label.to_owned(),
                index: place.index,
                parent: place.parent,
                id,
                sent: Arc::new(items[index].sent.clone()),
                acknowledged: Arc::new(answer.unwrap_or_default()),
                marker: items[index].marker.clone(),
                moment: if ordered { moment + index } else { moment },
            }));
        }
        self.remember(resource_name, oracle, &records);
        let label = match places {
            [one] => format!("{}[{}]", one.label, one.index),
            [one, .., last] => format!("{}[{}..{}]", one.label, one.index, last.index),
            [] => String::new(),
        };
        evidence.probes.push(Probe { label, ask: Ask::Create { records: records.clone(), ordered }, entry });
        records
    }
}

/// Pairs what was sent with what was answered: an answer whose content is that of its own position first, then by content, else by
/// position. A record that was not answered is left out.
fn pair(resource: &Resource, items: &[Item], answers: &[Value]) -> Vec<(usize, Option<Value>)> {
    let fits = |index: usize, answer: &Value| {
        resource.fields.iter().all(|(name, field)| {
            let (Some(sent), Some(read)) = (items[index].sent.get(name), &field.read) else { return true };
            field.keep != Keep::Exact
                || !sent.is_string()
                || read.find(answer).is_some_and(|v| same_value(sent, v))
        })
    };
    let in_place = |position: usize| position < items.len() && fits(position, &answers[position]);
    let mut pairs: Vec<Option<usize>> =
        (0..answers.len()).map(|position| in_place(position).then_some(position)).collect();
    let mut free: Vec<usize> =
        (0..items.len()).filter(|index| pairs.get(*index).is_none_or(Option::is_none)).collect();
    for (position, answer) in answers.iter().enumerate() {
        if pairs[position].is_none() {
            let found = free.iter().position(|index| fits(*index, answer));
            pairs[position] = found.map(|at| free.remove(at));
        }
    }
    let mut result = Vec::new();
    for (position, answer) in answers.iter().enumerate() {
        let index = pairs[position].or_else(|| {
            let at = free.iter().position(|index| *index == position).or((!free.is_empty()).then_some(0))?;
            Some(free.remove(at))
        });
        if let Some(index) = index {
            result.push((index, Some(answer.clone())));
        }
    }
    result.sort_by_key(|(index, _)| *index);
    result
}
