//! Several clients at once: creating side by side, creating under one name, and a walk through a list that grows.
//!
//! The list is read by the same request before, right after and at the end, so that a rule can tell a stale answer from a lost record.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Driver;
use super::list::{Ask as ListAsk, pages_for};
use super::request::{Content, Parts};
use super::values::Place;
use super::walks::Stepping;
use crate::evidence::{Ask, Asked, Evidence, Page, Probe, RecordNumber, Walk, WalkEnd, WalkKind};
use crate::oracle::{Oracle, Record, expected};
use crate::pagination::Style;
use crate::suite::{Collection, Direction};

/// How many records are created: one alone, and the others at once.
const TOGETHER: usize = 8;
/// How many clients create a record of one name at once.
const OF_ONE_NAME: usize = 4;
/// The page size of the walks through a list that grows or shrinks.
pub(super) const SMALL: u64 = 3;
/// How far apart the places of the records are: a multiple of every small number, so that all have the same fields and what is counted of a list does not
/// hang on which of them came first.
const APART: usize = 60;

impl Driver {
    /// Several clients create at once, then the list is read while it grows.
    pub(super) async fn together(&self, oracle: &mut Oracle, evidence: &mut Evidence, resource_name: &str) {
        let suite = Arc::clone(&self.suite);
        let resource = suite.resource(resource_name);
        let Some(parent) = self.scratch_parent(oracle, evidence, resource, "together").await else { return };
        let lists = suite.lists_in_parents(resource_name);
        // One alone, so that the list from before is not empty, as one that never shows anything is.
        let mut made = self.create_at_once(oracle, evidence, resource_name, (parent, 0..1)).await;
        self.whole_pages(oracle, evidence, &lists, parent, WalkKind::Before).await;
        made.extend(self.create_at_once(oracle, evidence, resource_name, (parent, 1..TOGETHER)).await);
        self.whole_pages(oracle, evidence, &lists, parent, WalkKind::After).await;
        for (at, (name, collection)) in lists.iter().enumerate() {
            let place = (parent, TOGETHER + at);
            self.growing(oracle, evidence, name, collection, place).await;
        }
        if resource.get_or_create().is_some() {
            self.one_name_at_once(oracle, evidence, resource_name, parent).await;
        }
        self.whole_pages(oracle, evidence, &lists, parent, WalkKind::Later).await;
        if self.fetch_missing(oracle, evidence, &made).await {
            self.whole_pages(oracle, evidence, &lists, parent, WalkKind::Later).await;
        }
        for (name, collection) in &lists {
            self.shrinking(oracle, evidence, name, collection, parent).await;
        }
    }

    /// One page that holds all of each list.
    pub(super) async fn whole_pages(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        lists: &[(&str, &Collection)],
        parent: Option<RecordNumber>,
        kind: WalkKind,
    ) {
        let label = match kind {
            WalkKind::Before => "before",
            WalkKind::After => "right after",
            _ => "later",
        };
        for (name, collection) in lists {
            let scope = scope_of(oracle, collection, parent);
            let size = self.suite.size_bounds(collection).maximum;
            let mut ask = ListAsk::first(name, collection, Self::query(scope, 0, size));
            ask.new_connection = true;
            self.single(oracle, evidence, label, kind, ask).await;
        }
    }

    /// Several clients create a record each, at once.
    async fn create_at_once(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        (parent, indexes): (Option<RecordNumber>, std::ops::Range<usize>),
    ) -> Vec<RecordNumber> {
        let label = format!("together-{resource_name}");
        let seen = oracle.clone();
        let attempts = indexes.map(|index| {
            let mut own = seen.clone();
            let label = label.clone();
            async move {
                let mut apart = Evidence::default();
                let place =
                    Place { label: &label, name: &label, index: index * APART, serial: index, parent };
                let made = self.create(&mut own, &mut apart, resource_name, &[place]).await;
                let records: Vec<Record> = made.iter().map(|number| own.record(*number).clone()).collect();
                (apart, records)
            }
        });
        let moment = oracle.records().count();
        let mut all = Vec::new();
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
            all.extend(numbers);
        }
        all
    }

    /// A walk during which a record is created after the first page. Where the walk should not have been disturbed by that and was, the
    /// list is walked once more while nothing happens.
    async fn growing(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        (parent, index): (Option<RecordNumber>, usize),
    ) {
        let scope = scope_of(oracle, collection, parent);
        let size = self.size(collection, SMALL);
        let step = size.or(self.suite.size_bounds(collection).default).unwrap_or(SMALL);
        let query = Self::query(scope, 0, size);
        let there = expected(&self.suite, oracle, collection, &query).members();
        let short = if collection.may_be_short() { there.len() } else { 0 };
        let most = pages_for(there.len() * 2 + 2, SMALL.min(step)) + short + 2;
        let first = ListAsk::first(name, collection, query.clone());
        let mut walk = Stepping::new("growing", first, step, most);
        self.step(oracle, evidence, &mut walk).await;
        let label = format!("together-{}", collection.resource);
        let index = index * APART;
        let place = Place { label: &label, name: &label, index, serial: index, parent };
        let mut apart = Evidence::default();
        self.create(oracle, &mut apart, &collection.resource, &[place]).await;
        let offset = evidence.entries.len();
        evidence.entries.append(&mut apart.entries);
        let probes = apart.probes.into_iter();
        evidence.probes.extend(probes.map(|probe| Probe { entry: probe.entry + offset, ..probe }));
        while walk.end.is_none() {
            self.step(oracle, evidence, &mut walk).await;
        }
        let (pages, end) = (walk.pages, walk.end.unwrap_or(WalkEnd::Broken));
        let mut met: BTreeMap<&str, usize> = BTreeMap::new();
        for id in pages.iter().flat_map(Page::known_ids) {
            *met.entry(id).or_default() += 1;
        }
        let disturbed = there.iter().any(|number| met.get(oracle.record(*number).id.as_str()) != Some(&1));
        evidence.walks.push(Walk {
            label: "growing".to_owned(),
            kind: WalkKind::Growing,
            query: query.clone(),
            effective_size: Some(step),
            pages,
            end,
        });
        let by_item = matches!(collection.style, Style::TimestampCursor(_) | Style::ItemCursor(_));
        if disturbed && (by_item || collection.orders[0].direction == Direction::Ascending) {
            let ask = ListAsk::first(name, collection, query);
            self.walk(oracle, evidence, "still", WalkKind::Full, ask).await;
        }
    }

    /// Several clients create a record of one name at once, where the suite says that this gives one record.
    async fn one_name_at_once(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        parent: Option<RecordNumber>,
    ) {
        let suite = Arc::clone(&self.suite);
        let resource = suite.resource(resource_name);
        let Some(create) = &resource.create else { return };
        let label = format!("at-once-{resource_name}");
        let place = Place { label: &label, name: &label, index: 0, serial: 0, parent };
        let item = self.item(oracle, resource, place);
        let content = self.creation_content(oracle, resource, parent, std::slice::from_ref(&item));
        let mut parts = Parts {
            path: self.path_of(&create.operation, oracle, parent),
            content: content.map(Content::Json),
            ..Parts::default()
        };
        item.place(&mut parts);
        let seen: &Oracle = oracle;
        let attempts = (0..OF_ONE_NAME).map(|_| async {
            let mut apart = Evidence::default();
            let outgoing = self.outgoing(&create.operation, "create one name at once", &parts);
            self.send(&mut apart, outgoing, Asked::Good).await;
            self.remember_answer(resource_name, seen, parent, apart.json(0));
            apart
        });
        let mut entries = Vec::new();
        for mut apart in futures_util::future::join_all(attempts).await {
            entries.push(evidence.entries.len());
            evidence.entries.append(&mut apart.entries);
        }
        let acknowledged = entries.iter().find_map(|entry| {
            let exchange = &evidence.entries[*entry].exchange;
            let answer = create.answer.find(exchange.json().filter(|_| exchange.is_success())?)?;
            Some((resource.id.find(answer)?.as_str()?.to_owned(), answer.clone()))
        });
        let Some((id, answer)) = acknowledged else { return };
        let record = oracle.add(Record {
            resource: resource_name.to_owned(),
            label,
            index: 0,
            parent,
            id,
            sent: Arc::new(item.sent),
            acknowledged: Arc::new(answer),
            marker: item.marker,
            moment: oracle.records().count(),
        });
        evidence.probes.extend(entries.into_iter().map(|entry| Probe {
            label: "one name at once".to_owned(),
            ask: Ask::CreateAtOnce { record },
            entry,
        }));
    }

    /// Records that a list lacks are fetched, which tells whether the record or the list is at fault. Says whether there are such.
    async fn fetch_missing(&self, oracle: &Oracle, evidence: &mut Evidence, made: &[RecordNumber]) -> bool {
        let lacking = |number: &RecordNumber| {
            let whole = evidence.walks.iter().filter(|w| matches!(w.kind, WalkKind::After | WalkKind::Later));
            whole.clone().any(|walk| walk.pages.iter().all(|page| page.ids.is_some()))
                && whole.into_iter().any(|walk| walk.ids().all(|id| id != oracle.record(*number).id))
        };
        let lacking: Vec<RecordNumber> = made.iter().copied().filter(lacking).collect();
        let any = !lacking.is_empty();
        for record in lacking {
            let Some(fetch) = &self.suite.resource(&oracle.record(record).resource).fetch else { break };
            let parts =
                Parts { path: self.path_of(&fetch.operation, oracle, Some(record)), ..Parts::default() };
            let label = oracle.record(record).name();
            let outgoing = self.outgoing(&fetch.operation, &format!("fetch {label}"), &parts);
            let entry = self.send(evidence, outgoing, Asked::Open).await;
            evidence.probes.push(Probe { label, ask: Ask::Fetch { record }, entry });
        }
        any
    }
}

/// The record whose list holds what lies in a parent.
pub(super) fn scope_of(
    oracle: &Oracle,
    collection: &Collection,
    parent: Option<RecordNumber>,
) -> Option<RecordNumber> {
    oracle.ancestor(parent?, collection.scope.as_deref()?)
}
