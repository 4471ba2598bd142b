//! Single records: fetched, asked for where they are not, and lists under parents that are not.

use super::Driver;
use super::list::Ask as ListAsk;
use super::request::Parts;
use super::unknown::UnknownId;
use crate::evidence::{Ask, Asked, Evidence, Probe, RecordNumber};
use crate::oracle::{Oracle, Record};
use crate::suite::Collection;

/// The most records that are fetched of the first ones of a seed group: of the first group with so many, and of any other.
const MOST_OF_GROUP: [usize; 2] = [4, 1];

impl Driver {
    /// Fetches seeded records, every group's first and last ones, and the first of all twice.
    pub(super) async fn fetch(&self, oracle: &Oracle, evidence: &mut Evidence, resource_name: &str) {
        let suite = &self.suite;
        let Some(fetch) = &suite.resource(resource_name).fetch else { return };
        let mut chosen: Vec<RecordNumber> = Vec::new();
        let mut most = MOST_OF_GROUP[0];
        for group in suite.file().seed.iter().filter(|group| group.resource == resource_name) {
            let all: Vec<RecordNumber> = oracle
                .records()
                .filter(|(_, record)| record.label == group.label)
                .map(|(number, _)| number)
                .collect();
            let head = most.min(all.len());
            chosen.extend(&all[..head]);
            chosen.extend(&all[all.len().saturating_sub(most.div_ceil(2)).max(head)..]);
            if all.len() > most {
                most = MOST_OF_GROUP[1];
            }
        }
        // In place of one of the many, the one with the longest text in a field: what is cut off shows there alone.
        let fields = &suite.resource(resource_name).fields;
        let length = |(_, record): &(RecordNumber, &Record)| {
            let read = fields.values().filter_map(|field| field.read.as_ref()?.find(&record.acknowledged));
            let longest = read.filter_map(|value| value.as_str().map(str::len)).max();
            (longest, record.acknowledged.to_string().len())
        };
        let of_resource = oracle.records().filter(|(_, record)| record.resource == resource_name);
        if let (Some((longest, _)), Some(last)) = (of_resource.max_by_key(length), chosen.last_mut()) {
            *last = longest;
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
        for (label, record, through) in self.wrong_parents(oracle, &records) {
            // What the wrong parent gives counts, and for the rest what the record and its own parents give.
            let mut path = self.path_of(&fetch.operation, oracle, Some(record));
            path.extend(self.path_of(&fetch.operation, oracle, Some(through)));
            path.insert(parameter.clone(), oracle.record(record).id.clone());
            // The wrong parent may well have a record of its own by that id.
            if Self::is_taken(oracle, record, through)
                || path == self.path_of(&fetch.operation, oracle, Some(record))
            {
                continue;
            }
            let outgoing = self.outgoing(&fetch.operation, &label, &Parts { path, ..Parts::default() });
            let entry = self.send(evidence, outgoing, Asked::Unknown).await;
            evidence.probes.push(Probe { label, ask: Ask::WrongParent { record }, entry });
        }
        // Through parents that do not exist: what never looks them up finds the record by its id all the same.
        let mut at = resource.parent.as_deref();
        while let Some(parent) = at {
            at = self.suite.resource(parent).parent.as_deref();
            let Some(of_parent) = self.parameter_for(&fetch.operation, parent) else { continue };
            let unknown =
                self.unknown_id(oracle, &fetch.operation, &of_parent, oracle.ancestor(first, parent));
            let mut path = own.clone();
            path.insert(of_parent, unknown);
            let label = format!("{} through an unknown {parent}", oracle.record(first).name());
            let outgoing = self.outgoing(&fetch.operation, &label, &Parts { path, ..Parts::default() });
            let entry = self.send(evidence, outgoing, Asked::Unknown).await;
            evidence.probes.push(Probe { label, ask: Ask::WrongParent { record: first }, entry });
        }
    }

    /// Records and parents that are not theirs: the last record of the first and of the last parent that has some, each through
    /// [`Self::other_parents`].
    fn wrong_parents(
        &self,
        oracle: &Oracle,
        records: &[RecordNumber],
    ) -> Vec<(String, RecordNumber, RecordNumber)> {
        let home = |number: &RecordNumber| oracle.record(*number).parent;
        let of =
            |wanted: Option<RecordNumber>| records.iter().rfind(|number| home(number) == wanted).copied();
        let mut chosen: Vec<RecordNumber> = Vec::new();
        chosen.extend(records.first().and_then(|first| of(home(first))));
        chosen.extend(records.last());
        chosen.dedup();
        let named = |number: RecordNumber| oracle.record(number).name();
        // Through a grandparent that is not theirs, with the parent that is: best where that grandparent has no parent by this id, since what
        // looks for the parent by its id alone then finds theirs.
        let through = |number: &RecordNumber| Some((*number, self.other_grandparent(oracle, *number)?));
        let alone = |(number, through): &(RecordNumber, RecordNumber)| {
            oracle.record(*number).parent.is_some_and(|parent| !Self::is_taken(oracle, parent, *through))
        };
        let aside = records.iter().filter_map(through).find(alone).or_else(|| through(records.first()?));
        // The second record is there for parents that the first does not have; one elsewhere, of another name, is much like the first's.
        let most = [usize::MAX, 2];
        chosen
            .into_iter()
            .zip(most)
            .flat_map(|(record, most)| {
                self.other_parents(oracle, record).into_iter().take(most).map(move |p| (record, p))
            })
            .chain(aside)
            .map(|(record, through)| {
                (format!("{} through {}", named(record), named(through)), record, through)
            })
            .collect()
    }

    /// A record of the resource that a record's parent lies in, and not the one in which it does.
    fn other_grandparent(&self, oracle: &Oracle, record: RecordNumber) -> Option<RecordNumber> {
        let parent = self.suite.resource(&oracle.record(record).resource).parent.as_deref()?;
        let grandparent = self.suite.resource(parent).parent.as_deref()?;
        let own = oracle.ancestor(record, grandparent);
        let mut others = oracle.records().filter(|(_, other)| other.resource == grandparent);
        others.find(|(number, _)| Some(*number) != own).map(|(number, _)| number)
    }

    /// Whether a parent has a record of its own by the id of another one.
    pub(super) fn is_taken(oracle: &Oracle, record: RecordNumber, parent: RecordNumber) -> bool {
        let wanted = oracle.record(record);
        let same = oracle.find(&wanted.resource, &wanted.id, Some(parent));
        same.is_some_and(|number| oracle.record(number).parent == Some(parent))
    }

    /// Parents that are not a record's own, one of each kind: of the same name elsewhere, beside its own, and elsewhere. Only such as lead
    /// to another path.
    pub(super) fn other_parents(&self, oracle: &Oracle, record: RecordNumber) -> Vec<RecordNumber> {
        let resource = &oracle.record(record).resource;
        let Some(home) = oracle.record(record).parent else { return Vec::new() };
        let own = oracle.record(home);
        let others = || {
            oracle.records().filter(|(number, other)| {
                // One that has a record of its own by that id may well change that.
                other.resource == own.resource && *number != home && !Self::is_taken(oracle, record, *number)
            })
        };
        let mut found: Vec<RecordNumber> = Vec::new();
        found.extend(others().find(|(_, o)| o.id == own.id && o.parent != own.parent).map(|(n, _)| n));
        found.extend(others().find(|(_, o)| o.parent == own.parent).map(|(n, _)| n));
        found.extend(others().find(|(_, o)| o.id != own.id && o.parent != own.parent).map(|(n, _)| n));
        let resource = self.suite.resource(resource);
        let operations = [
            resource.fetch.as_ref().map(|fetch| &fetch.operation),
            resource.update.as_ref().map(|update| &update.operation),
            resource.delete.as_ref().map(|delete| &delete.operation),
        ];
        let leads_elsewhere = |through: &RecordNumber| {
            operations.iter().flatten().any(|operation| {
                self.path_of(operation, oracle, Some(*through)) != self.path_of(operation, oracle, Some(home))
            })
        };
        found.retain(leads_elsewhere);
        found
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
        self.parent_elsewhere(oracle, evidence, &ask, scope_resource).await;
    }

    /// The list of a parent that exists, asked for through a grandparent that has none by its id.
    async fn parent_elsewhere(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        ask: &ListAsk<'_>,
        scope_resource: &str,
    ) {
        // Where nobody promises that parents count, an id may be enough for a target.
        let fetch = self.suite.resource(&ask.collection.resource).fetch.as_ref();
        if fetch.is_none_or(|fetch| fetch.only_through_parents.is_none()) {
            return;
        }
        let Some(above) = self.suite.resource(scope_resource).parent.as_deref() else { return };
        let grandparents = || oracle.records().filter(|(_, other)| other.resource == above);
        let lonely = |scope: RecordNumber| {
            let home = oracle.record(scope).parent;
            grandparents()
                .find(|(number, _)| Some(*number) != home && !Self::is_taken(oracle, scope, *number))
                .map(|(number, _)| (scope, number))
        };
        // One that holds something, else nobody sees whose list it is.
        let holds = |scope: &RecordNumber| {
            let mut all = oracle.records();
            all.any(|(_, r)| r.resource == ask.collection.resource && r.parent == Some(*scope))
        };
        let scopes = Self::scopes(oracle, ask.collection).into_iter().flatten();
        let Some((scope, through)) = scopes.filter(holds).find_map(lonely) else { return };
        let ask = ListAsk { query: Self::query(Some(scope), 0, None), scope_as: None, ..ask.clone() };
        let mut parts = self.list_parts(oracle, &ask);
        let own = parts.path.clone();
        parts.path.extend(self.path_of(&ask.collection.operation, oracle, Some(through)));
        if parts.path == own {
            return;
        }
        let [scope, through] = [scope, through].map(|number| oracle.record(number).name());
        let label = format!("{scope} through {through}");
        let outgoing = self.outgoing(&ask.collection.operation, &label, &parts);
        let entry = self.send(evidence, outgoing, Asked::Unknown).await;
        evidence.probes.push(Probe { label, ask: Ask::UnknownParent, entry });
    }
}
