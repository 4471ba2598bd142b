//! Single records: fetched, asked for where they are not, and lists under parents that are not.

use super::Driver;
use super::list::Ask as ListAsk;
use super::request::Parts;
use super::unknown::UnknownId;
use crate::evidence::{Ask, Asked, Evidence, Probe, RecordNumber};
use crate::oracle::{Oracle, Record};
use crate::suite::Collection;

/// The most records of one seed group that are fetched: its first ones and its last ones.
const MOST_OF_GROUP: usize = 5;

impl Driver {
    /// Fetches seeded records, every group's first and last ones, and the first of all twice.
    pub(super) async fn fetch(&self, oracle: &Oracle, evidence: &mut Evidence, resource_name: &str) {
        let suite = &self.suite;
        let Some(fetch) = &suite.resource(resource_name).fetch else { return };
        let mut chosen: Vec<RecordNumber> = Vec::new();
        for group in suite.file().seed.iter().filter(|group| group.resource == resource_name) {
            let all: Vec<RecordNumber> = oracle
                .records()
                .filter(|(_, record)| record.label == group.label)
                .map(|(number, _)| number)
                .collect();
            let tail = all.len().saturating_sub(2).max(MOST_OF_GROUP.min(all.len()));
            chosen.extend(&all[..MOST_OF_GROUP.min(all.len())]);
            chosen.extend(&all[tail..]);
        }
        let again = chosen.first().copied();
        for record in chosen.into_iter().chain(again) {
            let parts =
                Parts { path: self.path_of(&fetch.operation, oracle, Some(record)), ..Parts::default() };
            let label = oracle.record(record).name();
            let outgoing = self.outgoing(&fetch.operation, &format!("fetch {label}"), &parts);
            let entry = self.send(evidence, outgoing, Asked::Good).await;
            evidence.probes.push(Probe { label, ask: Ask::Fetch { record }, entry });
        }
    }

    /// Ids that do not exist, and ids under parents that are not theirs.
    pub(super) async fn fetch_elsewhere(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
    ) {
        let suite = &self.suite;
        let resource = suite.resource(resource_name);
        let Some(fetch) = &resource.fetch else { return };
        let Some(parameter) = self.parameter_for(&fetch.operation, resource_name) else { return };
        let records: Vec<RecordNumber> =
            oracle.records().filter(|(_, r)| r.resource == resource_name).map(|(number, _)| number).collect();
        let Some(first) = records.first().copied() else { return };
        let own = self.path_of(&fetch.operation, oracle, Some(first));
        let known = oracle.record(first).id.as_str();
        for UnknownId { label, id, fitting } in self.unknown_ids(&fetch.operation, &parameter, Some(known)) {
            if oracle.find(resource_name, &id, None).is_some() {
                continue;
            }
            let mut path = own.clone();
            path.insert(parameter.clone(), id);
            let outgoing = self.outgoing(&fetch.operation, label, &Parts { path, ..Parts::default() });
            // Whether an id of another shape is unknown or malformed is the target's own affair; that it survives it is not.
            let asked = if fitting { Asked::Unknown } else { Asked::Open };
            let entry = self.send(evidence, outgoing, asked).await;
            if fitting {
                evidence.probes.push(Probe { label: label.to_owned(), ask: Ask::UnknownItem, entry });
            }
        }
        if fetch.only_through_parents.is_none() {
            return;
        }
        for (label, record, through) in self.wrong_parents(oracle, resource_name, &records) {
            // What the wrong parent gives counts, and for the rest what the record and its own parents give.
            let mut path = self.path_of(&fetch.operation, oracle, Some(record));
            path.extend(self.path_of(&fetch.operation, oracle, Some(through)));
            path.insert(parameter.clone(), oracle.record(record).id.clone());
            // The wrong parent may well have a record of its own by that id.
            let same = oracle.find(resource_name, &oracle.record(record).id, Some(through));
            let taken = same.is_some_and(|number| oracle.record(number).parent == Some(through));
            if taken || path == self.path_of(&fetch.operation, oracle, Some(record)) {
                continue;
            }
            let outgoing = self.outgoing(&fetch.operation, &label, &Parts { path, ..Parts::default() });
            let entry = self.send(evidence, outgoing, Asked::Unknown).await;
            evidence.probes.push(Probe { label, ask: Ask::WrongParent { record }, entry });
        }
    }

    /// Records and parents that are not theirs: every parent once, with records from the first group that lies elsewhere.
    fn wrong_parents(
        &self,
        oracle: &Oracle,
        resource_name: &str,
        records: &[RecordNumber],
    ) -> Vec<(String, RecordNumber, RecordNumber)> {
        let Some(parent) = &self.suite.resource(resource_name).parent else { return Vec::new() };
        let mut pairs = Vec::new();
        for (through, wrong) in oracle.records().filter(|(_, record)| record.resource == *parent) {
            let strangers: Vec<RecordNumber> = records
                .iter()
                .copied()
                .filter(|number| oracle.record(*number).parent != Some(through))
                .collect();
            if let Some(record) = strangers.last().copied() {
                pairs.push((
                    format!("{} through {}", oracle.record(record).name(), wrong.name()),
                    record,
                    through,
                ));
            }
        }
        // Through a grandparent that is not theirs, with the parent that is.
        let grandparent = self.suite.resource(parent).parent.as_deref();
        let first = records.first().copied().zip(grandparent);
        if let Some((record, grandparent)) = first {
            let own = oracle.ancestor(record, grandparent);
            let other =
                |(number, r): &(RecordNumber, &Record)| r.resource == *grandparent && Some(*number) != own;
            if let Some((through, wrong)) = oracle.records().find(other) {
                pairs.push((
                    format!("{} through {}", oracle.record(record).name(), wrong.name()),
                    record,
                    through,
                ));
            }
        }
        pairs.dedup();
        pairs
    }

    /// Lists under parents that do not exist.
    pub(super) async fn unknown_parent(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
    ) {
        let Some(scope_resource) = &collection.scope else { return };
        let Some(known) = Self::scopes(oracle, collection).into_iter().flatten().next() else { return };
        let mut ask = ListAsk::first(name, collection, Self::query(Some(known), 0, None));
        let mut at = Some(scope_resource.as_str());
        while let Some(resource) = at {
            let mut parts = self.list_parts(oracle, &ask);
            if let Some(parameter) = self.parameter_for(&collection.operation, resource) {
                let like = oracle.ancestor(known, resource);
                let unknown = self.unknown_id(oracle, &collection.operation, &parameter, like);
                parts.path.insert(parameter, unknown);
            } else if let (Some(parameter), true) = (&collection.scope_query, resource == scope_resource) {
                ask.scope_as = Some(self.unknown_id(oracle, &collection.operation, parameter, Some(known)));
                parts = self.list_parts(oracle, &ask);
            } else {
                break;
            }
            let label = format!("unknown {resource}");
            let outgoing = self.outgoing(&collection.operation, &label, &parts);
            let entry = self.send(evidence, outgoing, Asked::Unknown).await;
            evidence.probes.push(Probe { label, ask: Ask::UnknownParent, entry });
            at = self.suite.resource(resource).parent.as_deref();
        }
    }
}
