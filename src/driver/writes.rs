//! Scenarios that change single records: creating again and updating. Each works on records of its own.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Driver;
use super::content::{JSON_TYPE, TELLING};
use super::creation::Item;
use super::fitting::is_passed_over;
use super::list::Ask as ListAsk;
use super::protocol::stands_for;
use super::request::{Content, Parts, set_at};
use super::values::Place;
use crate::client::Outgoing;
use crate::document::RequestBody;
use crate::evidence::{Ask, Asked, Evidence, Probe, RecordNumber, WalkKind};
use crate::generate::{Expectation, Words, body_specimens, raw_bodies};
use crate::oracle::Oracle;
use crate::pagination::{self, Link};
use crate::suite::{Field, Make, Resource, Update};

/// How many clients change a record at once.
const AT_ONCE: usize = 4;

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

    /// What the `Location` of an answer to a creation names is asked for, where it lies in the target.
    pub(super) async fn follow_location(&self, evidence: &mut Evidence, resource_name: &str) {
        let resource = self.suite.resource(resource_name);
        let Some(create) = &resource.create else { return };
        let located = evidence.probes.iter().find_map(|probe| {
            let Ask::Create { records, .. } = &probe.ask else { return None };
            let [record] = records.as_slice() else { return None };
            let exchange = &evidence.entries[probe.entry].exchange;
            let answer = exchange.response().filter(|answer| answer.status == 201)?;
            let place = pagination::Place {
                base: self.client.base_url(),
                path: &exchange.request.path,
                servers: &self.servers,
            };
            let path = Link::read(answer.header("location")?, &place).leads.ok()?;
            Some((*record, path, probe.label.clone()))
        });
        let Some((record, path, label)) = located else { return };
        let fetch = resource.fetch.as_ref().map(|fetch| fetch.operation.as_str());
        let known = fetch.filter(|short| stands_for(&self.suite.operation(short).path, &path));
        let parts = Parts { target: Some(path), ..Parts::default() };
        let label = format!("Location of {label}");
        let mut outgoing = self.outgoing(known.unwrap_or(&create.operation), &label, &parts);
        outgoing.method = http::Method::GET;
        self.probe(evidence, &label, outgoing, Asked::Open, Ask::Location { record }).await;
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

    /// What a record of a case's own is called: not like the parents that cases about what lies in it make for themselves.
    fn scratch_label(&self, name: &str, resource_name: &str) -> String {
        let own = if self.suite.child_of(resource_name).is_some() { "-own" } else { "" };
        format!("{name}{own}-{resource_name}")
    }

    /// One record of its own under a parent, or `None` with an obstacle written down.
    pub(super) async fn scratch_record(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        name: &str,
        parent: Option<RecordNumber>,
    ) -> Option<RecordNumber> {
        let label = self.scratch_label(name, resource_name);
        let place = Place { label: &label, name: &label, index: 0, serial: 0, parent };
        let mut apart = Evidence::default();
        let made = self.create(oracle, &mut apart, resource_name, &[place]).await;
        evidence.entries.append(&mut apart.entries);
        if made.is_empty() {
            evidence.obstacles.push(format!("no {resource_name} could be created for this case"));
        }
        made.first().copied()
    }

    /// Another record in the parent of one of its own, by the same label.
    pub(super) async fn scratch_sibling(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        record: RecordNumber,
    ) -> Option<RecordNumber> {
        let (label, parent) = (oracle.record(record).label.clone(), oracle.record(record).parent);
        let place = Place { label: &label, name: &label, index: 1, serial: 4, parent };
        let mut apart = Evidence::default();
        let made = self.create(oracle, &mut apart, resource_name, &[place]).await;
        evidence.entries.append(&mut apart.entries);
        made.first().copied()
    }

    /// A field of a record is replaced, again and again; the record is fetched after each.
    pub(super) async fn update(&self, oracle: &mut Oracle, evidence: &mut Evidence, resource_name: &str) {
        let suite = Arc::clone(&self.suite);
        let resource = suite.resource(resource_name);
        let Some(update) = &resource.update else { return };
        let Some(parent) = self.scratch_parent(oracle, evidence, resource, "update").await else { return };
        let lists = suite.lists_in_parents(resource_name);
        let made = self.in_company(oracle, evidence, resource_name, parent, !lists.is_empty()).await;
        let Some(record) = made else { return };
        self.learn_tag(oracle, evidence, &update.operation, record).await;
        self.whole_pages(oracle, evidence, &lists, parent, WalkKind::Before).await;
        let full = Words::metadata(&mut self.rng("update"));
        let field = || update.field.clone();
        let held = || resource.fields[&update.field].read.as_ref()?.find(&oracle.record(record).acknowledged);
        let mut last = held().cloned().unwrap_or_default();
        let (emptied, less) = (json!({}), json!({ "left": 1 }));
        let mut values =
            vec![("replaced", 0, full), ("emptied", 1, emptied), ("replaced by less", 2, less.clone())];
        if self.suite.operation(&update.operation).method == http::Method::PUT {
            // PUT is idempotent (RFC 9110, section 9.2.2).
            values.push(("replaced by the same", 2, less));
        }
        let merges = self.suite.merges(update);
        if merges {
            values.push(("one member taken out", 3, json!({ "left": null, "right": [1, null] })));
        }
        for (label, turn, value) in values {
            let sent = self.other_value(oracle, (resource, update), record, turn, value);
            let outgoing = self.changing(oracle, (resource, update), record, record, label, &sent);
            let entry = self.send(evidence, outgoing, Asked::Good).await;
            self.excuse(&mut evidence.entries[entry]);
            let value = if merges { merged(&last, &sent) } else { sent };
            let ask = Ask::Update { record, field: field(), value: value.clone() };
            evidence.probes.push(Probe { label: label.to_owned(), ask, entry });
            let ask = Ask::FetchUpdated { record, field: field(), value: value.clone() };
            self.fetch_changed(oracle, evidence, record, &format!("{label}, fetched"), ask).await;
            last = value;
        }
        self.whole_pages(oracle, evidence, &lists, parent, WalkKind::After).await;
        let is_beside = |number: &RecordNumber| {
            oracle.record(*number).resource == resource_name && *number != record && lists.is_empty()
        };
        // Where no list shows what lies beside it, one of those that were seeded is asked for.
        if let Some(beside) = oracle.records().map(|(number, _)| number).find(is_beside) {
            let label = format!("{} beside it", oracle.record(beside).name());
            self.fetch_changed(oracle, evidence, beside, &label, Ask::FetchKept { record: beside }).await;
        }
        self.refused_updates(oracle, evidence, (resource, update), record, last).await;
        self.update_of_nothing(oracle, evidence, (resource, update), record).await;
        self.precondition(oracle, evidence, (resource, update), record).await;
        self.open_updates(oracle, evidence, (resource, update), record).await;
        // What several patches come to together is not one of them.
        if !merges {
            self.updates_at_once(oracle, evidence, (resource, update), record).await;
        }
    }

    /// A change of a record that never existed, where the suite says how one is refused that is asked for.
    async fn update_of_nothing(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (resource, update): (&Resource, &Update),
        record: RecordNumber,
    ) {
        let held = &oracle.record(record).resource;
        let stated = resource.fetch.as_ref().is_some_and(|fetch| fetch.unknown.is_some());
        let Some(parameter) = self.parameter_for(&update.operation, held).filter(|_| stated) else { return };
        let mut path = self.path_of(&update.operation, oracle, Some(record));
        path.insert(parameter.clone(), self.unknown_id(oracle, &update.operation, &parameter, Some(record)));
        let value = self.other_value(oracle, (resource, update), record, 1, json!({ "nothing": "there" }));
        let content = update_content(oracle, (resource, update), record, value);
        let parts = Parts { path, content: Some(Content::Json(content)), ..Parts::default() };
        let label = "changed, though it never existed";
        let outgoing = self.outgoing(&update.operation, label, &parts);
        self.probe(evidence, label, outgoing, Asked::Unknown, Ask::UnknownItem).await;
    }

    /// A record that is to be changed, and where there are lists, one before and one behind it.
    async fn in_company(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        parent: Option<RecordNumber>,
        listed: bool,
    ) -> Option<RecordNumber> {
        if !listed {
            return self.scratch_record(oracle, evidence, resource_name, "update", parent).await;
        }
        let label = self.scratch_label("update", resource_name);
        let places =
            [1, 0, 2].map(|index| Place { label: &label, name: &label, index, serial: index, parent });
        let mut apart = Evidence::default();
        let made = self.create(oracle, &mut apart, resource_name, &places).await;
        evidence.entries.append(&mut apart.entries);
        let middle = made.iter().copied().find(|number| oracle.record(*number).index == 0);
        if middle.is_none() {
            evidence.obstacles.push(format!("no {resource_name} could be created for this case"));
        }
        middle
    }

    /// Changes that break the document, and changes through parents that are not the record's own; then the record is fetched.
    async fn refused_updates(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (resource, update): (&Resource, &Update),
        record: RecordNumber,
        value: Value,
    ) {
        if let Some((pointer, wrong)) = self.suite.wrong_update(resource) {
            let wrong = wrong.pointer(&pointer).cloned().unwrap_or_default();
            let content = update_content(oracle, (resource, update), record, wrong);
            let path = self.path_of(&update.operation, oracle, Some(record));
            let parts = Parts { path, content: Some(Content::Json(content)), ..Parts::default() };
            let label = format!("{} of another type", update.field);
            let outgoing = self.outgoing(&update.operation, &label, &parts);
            let entry = self.send(evidence, outgoing, self.asked_of_invalid(&update.operation)).await;
            let ask = Ask::InvalidEdge { keyword: "type".to_owned(), place: pointer };
            evidence.probes.push(Probe { label, ask, entry });
        }
        for (label, outgoing, asked, ask) in self.broken_updates(oracle, resource, update, record) {
            if asked == Asked::Invalid {
                self.probe(evidence, &label, outgoing, asked, ask).await;
            }
        }
        for (turn, through) in self.other_parents(oracle, record).into_iter().enumerate() {
            // Where the path does not name the parent, it is the record's own.
            let home = oracle.record(record).parent;
            let paths = [home, Some(through)].map(|parent| self.path_of(&update.operation, oracle, parent));
            if Self::is_taken(oracle, record, through) || paths[0] == paths[1] {
                continue;
            }
            let label = format!("changed through {}", oracle.record(through).name());
            let value = json!({ "through": oracle.record(through).name() });
            let value = self.other_value(oracle, (resource, update), record, turn + AT_ONCE, value);
            let outgoing = self.changing(oracle, (resource, update), record, through, &label, &value);
            let entry = self.send(evidence, outgoing, Asked::Unknown).await;
            let ask = Ask::UpdateElsewhere { record, field: update.field.clone(), value };
            evidence.probes.push(Probe { label, ask, entry });
        }
        let ask = Ask::FetchAfterRefusals { record, field: update.field.clone(), value };
        self.fetch_changed(oracle, evidence, record, "fetched after refused changes", ask).await;
    }

    /// Changes whose content breaks the document, or is none, each in one way: what is sent, what it asks, and what for.
    fn broken_updates(
        &self,
        oracle: &Oracle,
        resource: &Resource,
        update: &Update,
        record: RecordNumber,
    ) -> Vec<(String, Outgoing, Asked, Ask)> {
        let operation = self.suite.operation(&update.operation);
        let Some(media_type) = operation.request_body.as_ref().and_then(RequestBody::json) else {
            return Vec::new();
        };
        let Some(schema) = &media_type.schema else { return Vec::new() };
        let value = self.other_value(oracle, (resource, update), record, 0, json!({ "left": 1 }));
        // What is there only to make others testable gets one such change.
        if self.suite.is_seeding(operation) {
            return Vec::new();
        }
        let base = update_content(oracle, (resource, update), record, value);
        if !schema.is_valid(&base) {
            return Vec::new();
        }
        let path = self.path_of(&update.operation, oracle, Some(record));
        let outgoing = |label: &str, content: Content| {
            let parts = Parts { path: path.clone(), content: Some(content), ..Parts::default() };
            self.outgoing(&update.operation, label, &parts)
        };
        let invalid = self.asked_of_invalid(&update.operation);
        let resolve = |reference: &str| self.suite.document().reference(reference);
        let is_valid = |value: &Value| schema.is_valid(value);
        let mut all = Vec::new();
        for specimen in body_specimens(schema.value(), &resolve, &is_valid, &base) {
            if specimen.valid || is_passed_over(schema.value(), &specimen.place, &resolve) {
                continue;
            }
            let asked = if specimen.lenient { Asked::Open } else { invalid };
            let (label, keyword) = (specimen.label, specimen.keyword.to_owned());
            let ask = Ask::InvalidEdge { keyword, place: specimen.place };
            all.push((label.clone(), outgoing(&label, Content::Json(specimen.value)), asked, ask));
        }
        // A media type of another name is told by its own operation.
        for raw in raw_bodies(&base).into_iter().filter(|raw| TELLING.contains(&raw.label)) {
            if media_type.range != JSON_TYPE {
                break;
            }
            let refuse = raw.expectation == Expectation::Refuse;
            let asked = if refuse { invalid } else { Asked::Open };
            let sent = outgoing(raw.label, Content::Raw(raw.bytes, Some(JSON_TYPE)));
            all.push((raw.label.to_owned(), sent, asked, Ask::InvalidContent { refuse }));
        }
        all
    }

    /// Changes that many targets take although they break the document: only that the target survives them.
    async fn open_updates(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (resource, update): (&Resource, &Update),
        record: RecordNumber,
    ) {
        for (label, outgoing, asked, ask) in self.broken_updates(oracle, resource, update, record) {
            if asked == Asked::Open {
                self.probe(evidence, &label, outgoing, asked, ask).await;
            }
        }
    }

    /// Several clients change one record at once; then it is fetched.
    async fn updates_at_once(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (resource, update): (&Resource, &Update),
        record: RecordNumber,
    ) {
        let values: Vec<Value> = (0..AT_ONCE)
            .map(|n| {
                let value = json!({ "writer": n, format!("only-{n}"): n });
                self.other_value(oracle, (resource, update), record, n + 2 * AT_ONCE, value)
            })
            .collect();
        let attempts = values.iter().map(|value| async {
            let mut apart = Evidence::default();
            let outgoing =
                self.changing(oracle, (resource, update), record, record, "changed at once", value);
            // One that comes in the way of another may be refused.
            self.send(&mut apart, outgoing, Asked::Open).await;
            apart.entries
        });
        let mut acknowledged = Vec::new();
        for (entries, value) in futures_util::future::join_all(attempts).await.into_iter().zip(values) {
            if entries.iter().any(|entry| entry.exchange.is_success()) {
                acknowledged.push(value);
            }
            evidence.entries.extend(entries);
        }
        let (field, values) = (update.field.clone(), acknowledged);
        let ask = Ask::FetchUpdatedAtOnce { record, field, values };
        self.fetch_changed(oracle, evidence, record, "fetched after changes at once", ask).await;
    }

    /// A value for the field that an update replaces: the one given, where the field takes any object, else another one of its own kind.
    pub(super) fn other_value(
        &self,
        oracle: &Oracle,
        (resource, update): (&Resource, &Update),
        record: RecordNumber,
        turn: usize,
        usual: Value,
    ) -> Value {
        let field = &resource.fields[&update.field];
        if let None | Some(Make::Metadata) = field.make {
            return usual;
        }
        // The first value of a field may be that of the record itself. Some fields are left out of some records.
        let index = (turn + 1) * field.every;
        let parent = oracle.record(record).parent;
        let place = Place { label: "updated", name: "updated", index, serial: index, parent };
        self.value(oracle, resource, &update.field, field, place).map_or(usual, |(value, _)| value)
    }

    /// A request that gives the field of a record a value; `through` is the record whose parents stand in the path.
    pub(super) fn changing(
        &self,
        oracle: &Oracle,
        (resource, update): (&Resource, &Update),
        record: RecordNumber,
        through: RecordNumber,
        label: &str,
        value: &Value,
    ) -> Outgoing {
        let content = update_content(oracle, (resource, update), record, value.clone());
        let mut path = self.path_of(&update.operation, oracle, Some(record));
        path.extend(self.path_of(&update.operation, oracle, Some(through)));
        if let Some(parameter) = self.parameter_for(&update.operation, &oracle.record(record).resource) {
            path.insert(parameter, oracle.record(record).id.clone());
        }
        let parts = Parts { path, content: Some(Content::Json(content)), ..Parts::default() };
        self.outgoing(&update.operation, label, &parts)
    }

    /// A record is fetched on a connection of its own, where that is possible.
    pub(super) async fn fetch_changed(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        record: RecordNumber,
        label: &str,
        ask: Ask,
    ) {
        let Some(fetch) = &self.suite.resource(&oracle.record(record).resource).fetch else { return };
        let parts = Parts { path: self.path_of(&fetch.operation, oracle, Some(record)), ..Parts::default() };
        let outgoing = self.outgoing(&fetch.operation, label, &parts);
        let entry = self.send_on_new_connection(evidence, outgoing, Asked::Good).await;
        evidence.probes.push(Probe { label: label.to_owned(), ask, entry });
    }
}

/// The content of an update: the field's new value, beside what goes along with it.
pub(super) fn update_content(
    oracle: &Oracle,
    (resource, update): (&Resource, &Update),
    record: RecordNumber,
    value: Value,
) -> Value {
    let held = oracle.record(record);
    let mut content = json!({});
    if let Some(id_at) = &update.id_at {
        let id = resource.id.find(&held.acknowledged).cloned();
        set_at(&mut content, id_at, id.unwrap_or_else(|| json!(held.id)));
    }
    for name in &update.with {
        if let (Some(pointer), Some(sent)) = (&resource.fields[name].send, held.sent.get(name)) {
            set_at(&mut content, pointer, sent.clone());
        }
    }
    let pointer = resource.fields[&update.field].send.as_deref().unwrap_or_default();
    set_at(&mut content, pointer, value);
    content
}

/// What a JSON merge patch makes of a value (RFC 7396, section 2).
fn merged(target: &Value, patch: &Value) -> Value {
    let Value::Object(changes) = patch else { return patch.clone() };
    let mut members = target.as_object().cloned().unwrap_or_default();
    for (name, change) in changes {
        if change.is_null() {
            members.remove(name);
        } else {
            let before = members.get(name).cloned().unwrap_or_default();
            members.insert(name.clone(), merged(&before, change));
        }
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::Record;

    #[test]
    fn an_update_takes_along_what_its_content_needs() {
        let resource: Resource = toml::from_str(
            r#"
            id = "/id"
            [fields]
            name = { send = "/spec/name", read = "/spec/name" }
            kind = { send = "/kind" }
            note = { send = "/spec/note" }
            "#,
        )
        .unwrap();
        let mut oracle = Oracle::default();
        let record = oracle.add(Record {
            resource: "bed".to_owned(),
            label: "bed".to_owned(),
            index: 0,
            parent: None,
            id: "7".to_owned(),
            sent: Arc::new([("kind".to_owned(), json!("Bed"))].into()),
            acknowledged: Arc::new(json!({"id": 7})),
            marker: None,
            moment: 0,
        });
        for (more, content) in [
            ("", json!({"spec": {"name": "new"}})),
            ("with = [\"kind\", \"note\"]", json!({"kind": "Bed", "spec": {"name": "new"}})),
            ("id-at = \"/id\"", json!({"id": 7, "spec": {"name": "new"}})),
        ] {
            let text = format!("operation = \"put\"\nfield = \"name\"\nrequirement = \"changed\"\n{more}");
            let update: Update = toml::from_str(&text).unwrap();
            assert_eq!(
                update_content(&oracle, (&resource, &update), record, json!("new")),
                content,
                "{more}"
            );
        }
    }

    #[test]
    fn patches_merge() {
        // Some of the examples of RFC 7396, appendix A.
        for (target, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            assert_eq!(merged(&target, &patch), result, "{target} {patch}");
        }
    }
}
