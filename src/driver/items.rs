//! Single records: fetched, asked for where they are not, and lists under parents that are not.

use super::Driver;
use super::list::Ask as ListAsk;
use super::request::Parts;
use crate::evidence::{Ask, Asked, Evidence, Probe, RecordNumber};
use crate::oracle::Oracle;
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
        let changed =
            changed(&oracle.record(first).id).filter(|id| oracle.find(resource_name, id, None).is_none());
        for (label, id) in [
            ("unknown id", Some(format!("{}-none", self.namespace))),
            ("unknown id like a UUID", Some("00000000-0000-4000-8000-000000000000".to_owned())),
            ("unknown id, a changed one", changed),
        ] {
            let Some(id) = id else { continue };
            let mut path = own.clone();
            path.insert(parameter.clone(), id);
            let outgoing = self.outgoing(&fetch.operation, label, &Parts { path, ..Parts::default() });
            let entry = self.send(evidence, outgoing, Asked::Unknown).await;
            evidence.probes.push(Probe { label: label.to_owned(), ask: Ask::UnknownItem, entry });
        }
        if fetch.only_through_parents.is_none() {
            return;
        }
        for (label, record, through) in self.wrong_parents(oracle, resource_name, &records) {
            let mut path = self.path_of(&fetch.operation, oracle, Some(through));
            path.insert(parameter.clone(), oracle.record(record).id.clone());
            if path == self.path_of(&fetch.operation, oracle, Some(record)) {
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
            let unknown = format!("{}-none", self.namespace);
            if let Some(parameter) = self.parameter_for(&collection.operation, resource) {
                parts.path.insert(parameter, unknown);
            } else if collection.scope_query.is_some() && resource == scope_resource {
                ask.scope_as = Some(unknown);
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

/// An id of the same shape that is not this one: its last letter or digit is replaced. `None` for numbers, whose neighbours may well
/// be somebody else's.
fn changed(id: &str) -> Option<String> {
    if id.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut characters: Vec<char> = id.chars().collect();
    let last = characters.iter_mut().rev().find(|c| c.is_ascii_alphanumeric())?;
    *last = match *last {
        '9' => '0',
        'f'..='z' => 'a',
        'F'..='Z' => 'A',
        other => char::from(other as u8 + 1),
    };
    Some(characters.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_id_keeps_its_shape() {
        for (id, expected) in [("abc-9", Some("abc-0")), ("abz", Some("aba")), ("17", None), ("--", None)] {
            assert_eq!(changed(id).as_deref(), expected, "{id}");
        }
    }
}
