//! Deletion: what was deleted is asked for, and so is what stands beside it and must have stayed.

use std::sync::Arc;
use std::time::Duration;

use super::Driver;
use super::list::Ask as ListAsk;
use super::request::{Content, Parts};
use super::values::Place;
use crate::client::Outgoing;
use crate::evidence::{Ask, Asked, Evidence, Filtering, Probe, Query, RecordNumber, WalkKind};
use crate::oracle::Oracle;
use crate::suite::{Collection, Delete, Filter, Make, Resource, Test};

/// How long a target has at first to carry out a deletion; then twice as long each time, up to a tenth of the whole wait.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

impl Driver {
    /// A record is deleted, once and again; then it is asked for, its list is read, and so are a record beside it, one of the same name in
    /// another parent, and what lies in that.
    pub(super) async fn delete(&self, oracle: &mut Oracle, evidence: &mut Evidence, resource_name: &str) {
        let suite = Arc::clone(&self.suite);
        let resource = suite.resource(resource_name);
        let Some(delete) = &resource.delete else { return };
        let Some(parent) = self.scratch_parent(oracle, evidence, resource, "delete").await else { return };
        let made = self.scratch_record(oracle, evidence, resource_name, "gone", parent).await;
        let Some(record) = made else { return };
        // Its name, where it has one, begins with that of the deleted record.
        let sibling = self.scratch_sibling(oracle, evidence, resource_name, record).await;
        // The first seeded parent holds what the children of a namesake may refer to.
        let elsewhere = resource.parent.as_ref().and_then(|parent| {
            oracle.records().find(|(_, record)| record.resource == *parent).map(|(number, _)| number)
        });
        let namesake = match elsewhere {
            Some(_) => self.scratch_record(oracle, evidence, resource_name, "gone", elsewhere).await,
            None => None,
        };
        let child = suite.child_of(resource_name);
        if let (Some(child), Some(kept)) = (child, namesake.or(sibling)) {
            self.scratch_record(oracle, evidence, child, "kept", Some(kept)).await;
        }
        let taken = child.filter(|_| delete.children_go.is_some());
        if let Some(child) = taken {
            self.scratch_record(oracle, evidence, child, "taken", Some(record)).await;
        }
        let parents: Vec<RecordNumber> = parent.into_iter().chain(elsewhere).collect();
        let shows = delete.leaves_list.is_some();
        if shows {
            self.lists_in(oracle, evidence, resource_name, &parents, WalkKind::Before).await;
        }
        let kept: Vec<RecordNumber> = namesake.or(sibling).into_iter().collect();
        if let Some(child) = child {
            self.lists_in(oracle, evidence, child, &kept, WalkKind::Before).await;
        }
        // What lies beside it and is of another kind.
        let is_beside = |other: &Resource| other.parent.is_some() && other.parent == resource.parent;
        let resources = suite.file().resources.iter();
        let beside: Vec<&String> = resources
            .filter(|(name, other)| *name != resource_name && is_beside(other))
            .map(|(name, _)| name)
            .collect();
        let around: Vec<RecordNumber> = elsewhere.filter(|_| namesake.is_some()).into_iter().collect();
        for other in &beside {
            self.lists_in(oracle, evidence, other, &around, WalkKind::Before).await;
        }
        let aside =
            sibling.and_then(|sibling| Some((sibling, *self.other_parents(oracle, sibling).first()?)));
        if let Some((sibling, through)) = aside {
            let path = self.path_through(&delete.operation, oracle, resource_name, sibling, through);
            // Where the path does not name the parent, it is the record's own.
            if path != self.path_of(&delete.operation, oracle, Some(sibling)) {
                let ask = Ask::DeleteElsewhere { record: sibling };
                self.deleting(evidence, delete, path, "delete through another parent", ask, Asked::Open)
                    .await;
            }
        }
        self.learn_tag(oracle, evidence, &delete.operation, record).await;
        let own = self.path_of(&delete.operation, oracle, Some(record));
        let ask = Ask::Delete { record };
        self.deleting(evidence, delete, own.clone(), "delete", ask, Asked::Good).await;
        self.forget(resource_name, &own);
        self.fetch_deleted(oracle, evidence, resource, delete, record).await;
        let ask = Ask::DeleteAgain { record };
        self.deleting(evidence, delete, own, "delete again", ask, Asked::Open).await;
        for record in [sibling, namesake].into_iter().flatten() {
            self.fetch_kept(oracle, evidence, record).await;
        }
        if shows {
            self.lists_in(oracle, evidence, resource_name, &parents, WalkKind::After).await;
            self.filtered_after(oracle, evidence, record).await;
        }
        if let Some(child) = child {
            self.lists_in(oracle, evidence, child, &kept, WalkKind::After).await;
        }
        if let Some(child) = taken {
            self.lists_in(oracle, evidence, child, &[record], WalkKind::Later).await;
        }
        self.delete_with_children(oracle, evidence, resource_name, delete, parent).await;
        self.delete_while_listed(oracle, evidence, resource_name, delete, parent).await;
        self.create_deleted(oracle, evidence, resource_name, delete, record).await;
        if delete.eventual {
            self.delete_and_wait(oracle, evidence, resource_name, delete, elsewhere.or(parent)).await;
        }
        // At the end, since what is deleted and waited for lies there too.
        for other in &beside {
            self.lists_in(oracle, evidence, other, &around, WalkKind::After).await;
        }
    }

    /// A record whose deletion is carried out later is deleted, with something in it, and waited for.
    async fn delete_and_wait(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        delete: &Delete,
        parent: Option<RecordNumber>,
    ) {
        let suite = Arc::clone(&self.suite);
        let resource = suite.resource(resource_name);
        let child = suite.child_of(resource_name).filter(|_| delete.outlasting_children());
        if resource.fetch.is_none() && child.is_none() {
            return;
        }
        let made = self.scratch_record(oracle, evidence, resource_name, "later", parent).await;
        let Some(record) = made else { return };
        let held = match child {
            Some(child) => self.scratch_record(oracle, evidence, child, "held-later", Some(record)).await,
            None => None,
        };
        let path = self.path_of(&delete.operation, oracle, Some(record));
        let parts = Parts { path: path.clone(), ..Parts::default() };
        let outgoing = self.outgoing(&delete.operation, "delete what is deleted later", &parts);
        let entry = self.send(evidence, outgoing, Asked::Good).await;
        if evidence.entries[entry].exchange.is_success() {
            self.forget(resource_name, &path);
            self.wait_for_deletion(oracle, evidence, (resource, record, held)).await;
        }
    }

    /// Asks for a deleted record, or for what lay in it, until it is gone or the time for that is over.
    async fn wait_for_deletion(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (resource, record, child): (&Resource, RecordNumber, Option<RecordNumber>),
    ) {
        let mut asked: Vec<(Outgoing, Option<RecordNumber>)> = Vec::new();
        if let Some(fetch) = &resource.fetch {
            let path = self.path_of(&fetch.operation, oracle, Some(record));
            let parts = Parts { path, ..Parts::default() };
            asked.push((self.outgoing(&fetch.operation, "deleted later", &parts), None));
        }
        let of_child = child.map(|child| oracle.record(child).resource.as_str());
        let suite = Arc::clone(&self.suite);
        let lists = suite.file().collections.iter().filter(|(_, c)| Some(c.resource.as_str()) == of_child);
        for (name, collection) in lists {
            let scope = collection.scope.as_deref().and_then(|of| oracle.ancestor(record, of));
            if scope == Some(record) {
                let ask = ListAsk::first(name, collection, Self::query(scope, 0, None));
                let parts = self.list_parts(oracle, &ask);
                asked.push((
                    self.outgoing(&collection.operation, "list of what is deleted later", &parts),
                    child,
                ));
            }
        }
        let (most, mut waited, mut pause) = (self.deletion_wait, Duration::ZERO, FIRST_PAUSE);
        loop {
            let mut still = Vec::new();
            for (outgoing, child) in asked {
                let label = outgoing.purpose.clone();
                let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
                let ask = Ask::DeletedLater { record, child, waited_ms };
                let entry = self.probe(evidence, &label, outgoing.clone(), Asked::Open, ask).await;
                let exchange = &evidence.entries[entry].exchange;
                let shown = child.is_none_or(|child| {
                    exchange
                        .response()
                        .is_some_and(|answer| answer.body.text().contains(oracle.record(child).id.as_str()))
                });
                if exchange.is_success() && shown {
                    still.push((outgoing, child));
                }
            }
            asked = still;
            if asked.is_empty() || waited >= most || self.client.is_late() || self.client.gone().is_some() {
                return;
            }
            let wait = pause.min(most.saturating_sub(waited));
            tokio::time::sleep(wait).await;
            waited += wait;
            pause = (pause * 2).min((most / 10).max(FIRST_PAUSE));
        }
    }

    /// A record is deleted while its list is read by others: whatever they see, they see a list.
    async fn delete_while_listed(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        delete: &Delete,
        parent: Option<RecordNumber>,
    ) {
        let suite = Arc::clone(&self.suite);
        let of_parent = |c: &Collection| c.resource == resource_name && c.scope.is_some();
        let found = suite.file().collections.iter().find(|(_, collection)| of_parent(collection));
        let Some((name, collection)) = found else { return };
        let made = self.scratch_record(oracle, evidence, resource_name, "raced", parent).await;
        let Some(record) = made else { return };
        let scope = collection.scope.as_deref().and_then(|of| oracle.ancestor(record, of));
        let ask = ListAsk::first(name, collection, Self::query(scope, 0, None));
        let list = self.outgoing(
            &collection.operation,
            "list while something is deleted",
            &self.list_parts(oracle, &ask),
        );
        let path = self.path_of(&delete.operation, oracle, Some(record));
        let parts = Parts { path: path.clone(), ..Parts::default() };
        let deletion = self.outgoing(&delete.operation, "delete while it is listed", &parts);
        let all = [list.clone(), deletion, list].map(|outgoing| async {
            let mut apart = Evidence::default();
            self.send(&mut apart, outgoing, Asked::Open).await;
            apart.entries
        });
        for entries in futures_util::future::join_all(all).await {
            evidence.entries.extend(entries);
        }
        let deleted = |entry: &crate::evidence::Entry| {
            entry.exchange.purpose == "delete while it is listed" && entry.exchange.is_success()
        };
        if evidence.entries.iter().any(deleted) {
            self.forget(resource_name, &path);
        }
    }

    /// A record is created by the name of one that was deleted, where the client chooses names.
    async fn create_deleted(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        delete: &Delete,
        record: RecordNumber,
    ) {
        let resource = self.suite.resource(resource_name);
        let named = |field: &crate::suite::Field| matches!(field.make, Some(Make::Name | Make::Email));
        let (Some(create), true) = (&resource.create, resource.fields.values().any(named)) else { return };
        let parent = oracle.record(record).parent;
        let label = oracle.record(record).label.clone();
        let place = Place { label: &label, name: &label, index: 0, serial: 0, parent };
        let item = self.item(oracle, resource, place);
        let content = self.creation_content(oracle, resource, parent, std::slice::from_ref(&item));
        let path = self.path_of(&create.operation, oracle, parent);
        let mut parts = Parts { path, content: content.map(Content::Json), ..Parts::default() };
        item.place(&mut parts);
        let label = "create what was deleted";
        let outgoing = self.outgoing(&create.operation, label, &parts);
        let asked = if delete.name_free.is_some() { Asked::Good } else { Asked::Open };
        let entry = self.probe(evidence, label, outgoing, asked, Ask::CreateDeleted { record }).await;
        self.remember_answer(resource_name, oracle, parent, evidence.json(entry));
    }

    /// A record is to be deleted that something lies in which keeps it from being deleted.
    async fn delete_with_children(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        delete: &Delete,
        parent: Option<RecordNumber>,
    ) {
        let Some(refused) = &delete.refused_with else { return };
        let full = self.scratch_record(oracle, evidence, resource_name, "full", parent).await;
        let Some(record) = full else { return };
        let held = self.scratch_record(oracle, evidence, &refused.resource, "held", Some(record)).await;
        let Some(child) = held else { return };
        self.lists_in(oracle, evidence, &refused.resource, &[record], WalkKind::Before).await;
        let path = self.path_of(&delete.operation, oracle, Some(record));
        let ask = Ask::DeleteWithChildren { record, child };
        self.deleting(evidence, delete, path, "delete with children", ask, Asked::Open).await;
        self.lists_in(oracle, evidence, &refused.resource, &[record], WalkKind::Later).await;
    }

    pub(super) async fn deleting(
        &self,
        evidence: &mut Evidence,
        delete: &Delete,
        path: std::collections::BTreeMap<String, String>,
        label: &str,
        ask: Ask,
        asked: Asked,
    ) {
        let outgoing = self.outgoing(&delete.operation, label, &Parts { path, ..Parts::default() });
        let entry = self.send(evidence, outgoing, asked).await;
        if asked == Asked::Good {
            self.excuse(&mut evidence.entries[entry]);
        }
        evidence.probes.push(Probe { label: label.to_owned(), ask, entry });
    }

    async fn fetch_kept(&self, oracle: &Oracle, evidence: &mut Evidence, record: RecordNumber) {
        let Some(fetch) = &self.suite.resource(&oracle.record(record).resource).fetch else { return };
        let parts = Parts { path: self.path_of(&fetch.operation, oracle, Some(record)), ..Parts::default() };
        let label = "fetch what was not deleted".to_owned();
        let outgoing = self.outgoing(&fetch.operation, &label, &parts);
        let entry = self.send(evidence, outgoing, Asked::Open).await;
        evidence.probes.push(Probe { label, ask: Ask::FetchKept { record }, entry });
    }

    async fn fetch_deleted(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        resource: &Resource,
        delete: &Delete,
        record: RecordNumber,
    ) {
        let Some(fetch) = &resource.fetch else { return };
        let parts = Parts { path: self.path_of(&fetch.operation, oracle, Some(record)), ..Parts::default() };
        let label = "fetch what was deleted";
        let outgoing = self.outgoing(&fetch.operation, label, &parts);
        let open = delete.eventual || delete.tombstone.is_some();
        let asked = if open { Asked::Open } else { Asked::Unknown };
        let entry = self.send(evidence, outgoing, asked).await;
        let ask = Ask::FetchDeleted { record, promised: !delete.eventual };
        evidence.probes.push(Probe { label: label.to_owned(), ask, entry });
    }

    /// The lists of a resource in some parents, each from the start to the end.
    async fn lists_in(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        parents: &[RecordNumber],
        kind: WalkKind,
    ) {
        let suite = Arc::clone(&self.suite);
        let lists = suite.file().collections.iter().filter(|(_, c)| c.resource == resource_name);
        for (name, collection) in lists {
            let Some(of) = &collection.scope else {
                if kind == WalkKind::After {
                    let size = suite.size_bounds(collection).maximum;
                    let ask = ListAsk::first(name, collection, Self::query(None, 0, size));
                    self.walk(oracle, evidence, "all after the delete", kind, ask).await;
                }
                continue;
            };
            for scope in parents.iter().filter_map(|parent| oracle.ancestor(*parent, of)) {
                let size = suite.size_bounds(collection).maximum;
                let mut ask = ListAsk::first(name, collection, Self::query(Some(scope), 0, size));
                if kind != WalkKind::Before {
                    // The rules about deletion know what to make of a refusal.
                    ask.asked = Asked::Open;
                }
                let when = if kind == WalkKind::Before { "before the delete" } else { "after the delete" };
                let label = format!("{} {when}", oracle.record(scope).label);
                self.walk(oracle, evidence, &label, kind, ask).await;
            }
        }
    }

    /// The list of a deleted record, asked for it by its id and in the last order: one that leaves deleted records out of the plain list alone shows it there.
    async fn filtered_after(&self, oracle: &Oracle, evidence: &mut Evidence, record: RecordNumber) {
        let suite = Arc::clone(&self.suite);
        let deleted = oracle.record(record);
        let resource = suite.resource(&deleted.resource);
        let id = resource.id.find(&deleted.acknowledged);
        let by_id = |filter: &Filter| {
            let read = resource.fields[&filter.field].read.as_ref();
            let same = read.is_some_and(|read| read.find(&deleted.acknowledged) == id && id.is_some());
            filter.test == Test::Equals && filter.refusable.is_none() && same
        };
        let lists = suite.file().collections.iter().filter(|(_, c)| c.resource == deleted.resource);
        for (name, collection) in lists {
            let scope = collection.scope.as_deref().and_then(|of| oracle.ancestor(record, of));
            let filter = collection.filters.iter().find(|(_, filter)| by_id(filter));
            let (Some(scope), Some((filter, _))) = (scope, filter) else { continue };
            let filters = vec![Filtering { filter: filter.clone(), value: self.id_of(oracle, record) }];
            let (order, size) = (collection.orders.len() - 1, suite.size_bounds(collection).maximum);
            let query = Query { scope: Some(scope), order, filters, size };
            let label = format!("{} after the delete, {filter}", oracle.record(scope).label);
            self.single(oracle, evidence, &label, WalkKind::Page, ListAsk::first(name, collection, query))
                .await;
        }
    }

    /// The path parameters of an operation on a record through a parent that is not its own.
    fn path_through(
        &self,
        operation: &str,
        oracle: &Oracle,
        resource_name: &str,
        record: RecordNumber,
        through: RecordNumber,
    ) -> std::collections::BTreeMap<String, String> {
        let mut path = self.path_of(operation, oracle, Some(record));
        path.extend(self.path_of(operation, oracle, Some(through)));
        if let Some(parameter) = self.parameter_for(operation, resource_name) {
            path.insert(parameter, oracle.record(record).id.clone());
        }
        path
    }
}
