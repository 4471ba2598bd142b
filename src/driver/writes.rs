//! Scenarios that change something: creating again, updating, deleting, creating together. Each works on records of its own.

use std::sync::Arc;

use serde_json::json;

use super::Driver;
use super::list::Ask as ListAsk;
use super::request::{Content, Parts, set_at};
use super::seed::Item;
use super::values::Place;
use crate::evidence::{Ask, Asked, Evidence, Probe, RecordNumber, WalkKind};
use crate::generate::Words;
use crate::oracle::{Oracle, Record};
use crate::suite::{Field, Make, Resource};

/// How many clients create at once.
const TOGETHER: usize = 8;

impl Driver {
    /// A parent for records of a case's own. The outer `None`: it could not be made; the inner: the resource lies in nothing.
    pub(super) async fn scratch_parent(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource: &Resource,
        name: &str,
    ) -> Option<Option<RecordNumber>> {
        let Some(parent) = &resource.parent else { return Some(None) };
        // Only the innermost parent is new: it lies beside the seeded ones.
        let grandparent = oracle.records().find(|(_, r)| r.resource == *parent).and_then(|(_, r)| r.parent);
        let label = format!("{name}-{parent}");
        let place = Place { label: &label, name: &label, index: 0, serial: 0, parent: grandparent };
        let mut apart = Evidence::default();
        let made = self.create(oracle, &mut apart, parent, &[place]).await;
        evidence.entries.append(&mut apart.entries);
        if made.is_empty() {
            evidence.obstacles.push(format!("no {parent} could be created for this case"));
            return None;
        }
        // Records may name others that lie beside them: those of the seeded parent's are used where the new parent has none.
        Some(made.first().copied())
    }

    /// Records that exist are created once more, where the suite says that this gives what exists.
    pub(super) async fn create_again(&self, oracle: &Oracle, evidence: &mut Evidence, resource_name: &str) {
        let resource = self.suite.resource(resource_name);
        let again = |create: &&crate::suite::Create| create.get_or_create.is_some() || create.put.is_some();
        let Some(create) = resource.create.as_ref().filter(again) else {
            return;
        };
        let firsts: Vec<RecordNumber> = oracle
            .records()
            .filter(|(_, r)| r.resource == resource_name)
            .map(|(number, _)| number)
            .take(2)
            .collect();
        for number in firsts {
            let record = oracle.record(number).clone();
            let mut item = Item::default();
            // By its name alone, since what is left out must not be lost; but what replaces is given whole.
            let named = |field: &Field| matches!(field.make, Some(Make::Name));
            for (name, field) in
                resource.fields.iter().filter(|(_, field)| create.put.is_some() || named(field))
            {
                if let Some(value) = record.sent.get(name) {
                    item.set(field, value);
                }
            }
            let mut parts = Parts {
                path: self.path_of(&create.operation, oracle, record.parent),
                content: self
                    .creation_content(oracle, resource, record.parent, std::slice::from_ref(&item))
                    .map(Content::Json),
                ..Parts::default()
            };
            item.place(&mut parts);
            let label = format!("{} again", record.name());
            let outgoing = self.outgoing(&create.operation, &format!("create {label}"), &parts);
            let entry = self.send(evidence, outgoing, Asked::Good).await;
            evidence.probes.push(Probe { label, ask: Ask::CreateAgain { record: number }, entry });
        }
        // The list tells whether there are two of them now.
        let lists = self
            .suite
            .file()
            .collections
            .iter()
            .filter(|(_, c)| c.resource == resource_name && c.scope.is_none());
        for (name, collection) in lists {
            let size = self.suite.size_bounds(collection).maximum;
            let ask = ListAsk::first(name, collection, Self::query(None, 0, size));
            self.walk(oracle, evidence, "after creating again", WalkKind::Full, ask).await;
        }
    }

    /// One record of its own, or `None` with an obstacle written down.
    async fn scratch_record(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        name: &str,
    ) -> Option<RecordNumber> {
        let suite = Arc::clone(&self.suite);
        let parent = self.scratch_parent(oracle, evidence, suite.resource(resource_name), name).await?;
        let label = format!("{name}-{resource_name}");
        let place = Place { label: &label, name: &label, index: 0, serial: 0, parent };
        let mut apart = Evidence::default();
        let made = self.create(oracle, &mut apart, resource_name, &[place]).await;
        evidence.entries.append(&mut apart.entries);
        if made.is_empty() {
            evidence.obstacles.push(format!("no {resource_name} could be created for this case"));
        }
        made.first().copied()
    }

    /// A field of a record is replaced, twice; the record is fetched after each.
    pub(super) async fn update(&self, oracle: &mut Oracle, evidence: &mut Evidence, resource_name: &str) {
        let suite = Arc::clone(&self.suite);
        let resource = suite.resource(resource_name);
        let Some(update) = &resource.update else { return };
        let Some(record) = self.scratch_record(oracle, evidence, resource_name, "update").await else {
            return;
        };
        let field = &resource.fields[&update.field];
        let pointer = field.send.clone().unwrap_or_default();
        let values = if let None | Some(Make::Metadata) = field.make {
            let full = Words::metadata(&mut self.rng("update"));
            vec![("replaced", full), ("replaced by less", json!({ "left": 1 })), ("emptied", json!({}))]
        } else {
            let parent = oracle.record(record).parent;
            let other = |index| {
                let place = Place { label: "updated", name: "updated", index, serial: index, parent };
                Some(self.value(oracle, resource, &update.field, field, place)?.0)
            };
            // The first value is that of the record itself, or like it.
            let labels = [("replaced", 1), ("replaced again", 2)];
            labels.into_iter().filter_map(|(label, index)| Some((label, other(index)?))).collect()
        };
        for (label, value) in values {
            let mut content = json!({});
            set_at(&mut content, &pointer, value.clone());
            let path = self.path_of(&update.operation, oracle, Some(record));
            let parts = Parts { path, content: Some(Content::Json(content)), ..Parts::default() };
            let outgoing = self.outgoing(&update.operation, label, &parts);
            let entry = self.send(evidence, outgoing, Asked::Good).await;
            let ask = Ask::Update { record, field: update.field.clone(), value: value.clone() };
            evidence.probes.push(Probe { label: label.to_owned(), ask, entry });
            let Some(fetch) = &resource.fetch else { continue };
            let parts =
                Parts { path: self.path_of(&fetch.operation, oracle, Some(record)), ..Parts::default() };
            let outgoing = self.outgoing(&fetch.operation, &format!("fetch {label}"), &parts);
            let entry = self.send(evidence, outgoing, Asked::Good).await;
            let ask = Ask::FetchUpdated { record, field: update.field.clone(), value };
            evidence.probes.push(Probe { label: format!("{label}, fetched"), ask, entry });
        }
    }

    /// A record is deleted; then it is asked for, and its list is walked.
    pub(super) async fn delete(&self, oracle: &mut Oracle, evidence: &mut Evidence, resource_name: &str) {
        let suite = Arc::clone(&self.suite);
        let resource = suite.resource(resource_name);
        let Some(delete) = &resource.delete else { return };
        let Some(record) = self.scratch_record(oracle, evidence, resource_name, "delete").await else {
            return;
        };
        let parts = Parts { path: self.path_of(&delete.operation, oracle, Some(record)), ..Parts::default() };
        let outgoing = self.outgoing(&delete.operation, "delete", &parts);
        let entry = self.send(evidence, outgoing, Asked::Good).await;
        evidence.probes.push(Probe { label: "delete".to_owned(), ask: Ask::Delete { record }, entry });
        self.forget(resource_name, &oracle.record(record).id);
        if let Some(fetch) = &resource.fetch {
            let parts =
                Parts { path: self.path_of(&fetch.operation, oracle, Some(record)), ..Parts::default() };
            let outgoing = self.outgoing(&fetch.operation, "fetch what was deleted", &parts);
            let open = delete.eventual || delete.tombstone.is_some();
            let asked = if open { Asked::Open } else { Asked::Unknown };
            let entry = self.send(evidence, outgoing, asked).await;
            let ask = Ask::FetchDeleted { record, promised: !delete.eventual };
            evidence.probes.push(Probe { label: "fetch what was deleted".to_owned(), ask, entry });
        }
        if delete.leaves_list.is_none() {
            return;
        }
        let lists = suite.file().collections.iter().filter(|(_, c)| c.resource == resource_name);
        for (name, collection) in lists {
            let scope = collection.scope.as_ref().and_then(|scope| oracle.ancestor(record, scope));
            let size = suite.size_bounds(collection).maximum;
            let ask = ListAsk::first(name, collection, Self::query(scope, 0, size));
            self.walk(oracle, evidence, "after the delete", WalkKind::Full, ask).await;
        }
    }

    /// Several clients create at once, then the list is walked.
    pub(super) async fn together(&self, oracle: &mut Oracle, evidence: &mut Evidence, resource_name: &str) {
        let suite = Arc::clone(&self.suite);
        let resource = suite.resource(resource_name);
        let Some(parent) = self.scratch_parent(oracle, evidence, resource, "together").await else { return };
        let label = format!("together-{resource_name}");
        let seen = oracle.clone();
        let attempts = (0..TOGETHER).map(|index| {
            let mut own = seen.clone();
            let label = label.clone();
            async move {
                let mut apart = Evidence::default();
                let place = Place { label: &label, name: &label, index, serial: index, parent };
                let made = self.create(&mut own, &mut apart, resource_name, &[place]).await;
                let records: Vec<Record> = made.iter().map(|number| own.record(*number).clone()).collect();
                (apart, records)
            }
        });
        let moment = oracle.records().count();
        for (mut apart, records) in futures_util::future::join_all(attempts).await {
            let offset = evidence.entries.len();
            evidence.entries.append(&mut apart.entries);
            let numbers: Vec<RecordNumber> =
                records.into_iter().map(|record| oracle.add(Record { moment, ..record })).collect();
            for mut probe in apart.probes {
                probe.entry += offset;
                probe.ask = Ask::Create { records: numbers.clone(), ordered: false };
                evidence.probes.push(probe);
            }
        }
        for (name, collection) in suite.file().collections.iter().filter(|(_, c)| c.resource == resource_name)
        {
            let scope = collection.scope.as_ref().and_then(|scope| oracle.ancestor(parent?, scope));
            let mut sizes = vec![self.size(collection, 3), suite.size_bounds(collection).maximum];
            sizes.dedup();
            for size in sizes {
                let ask = ListAsk::first(name, collection, Self::query(scope, 0, size));
                let label = format!("together size={}", size.unwrap_or_default());
                self.walk(oracle, evidence, &label, WalkKind::Full, ask).await;
            }
        }
    }
}
