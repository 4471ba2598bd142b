//! What stands in the target already: read through the suite's lists, from parents to children.
//!
//! Two commands need it. A run that only reads takes what it finds for its records ([`adopt`]), and `specproof clean` looks for what earlier
//! runs left behind ([`leftovers`]). Nothing in here writes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::list::Ask;
use super::{Driver, Seeding};
use crate::event::SeedingProblem;
use crate::evidence::{Evidence, RecordNumber};
use crate::oracle::{Oracle, Record};
use crate::suite::{Collection, Direction, Make, OrderKey, Resource};

/// What the name of every run begins with, and so the name of every record that a run creates.
const PREFIX: &str = "specproof-";

/// How many items of one list a reading run takes up at most. A longer list is left alone: of what is not known whole, nothing can be said.
const MOST_ADOPTED: usize = 300;

/// Of how many parents of one resource the lists are taken up.
const MOST_PARENTS: usize = 4;

/// How many pages of one list are looked through for what earlier runs left.
const MOST_PAGES: usize = 1000;

/// A list as it was found.
struct Found {
    items: Vec<(String, Value)>,
    /// Whether it was read to its end.
    whole: bool,
}

/// Takes up what the target holds: the oracle of a run that only reads.
pub async fn adopt(driver: &Driver) -> Seeding {
    let mut seeding = Seeding::default();
    if let Err(problem) = driver.discover(&mut seeding).await {
        seeding.problem = Some(problem);
        return seeding;
    }
    let suite = Arc::clone(&driver.suite);
    let mut oracle = Oracle::default();
    let mut evidence = Evidence::default();
    for (resource_name, name, collection) in driver.surveyed() {
        let resource = suite.resource(resource_name);
        for (at, scope) in Driver::scopes(&oracle, collection).into_iter().enumerate() {
            if at >= MOST_PARENTS {
                oracle.withhold(&collection.resource, scope);
                continue;
            }
            let label = Driver::label_of(&oracle, resource_name, scope);
            let mut found =
                driver.list_all(&oracle, &mut evidence, (name, collection), scope, MOST_ADOPTED).await;
            if found.items.len() > MOST_ADOPTED || !found.whole {
                // Where others write, there may be more than we know of in any case.
                if collection.others.is_some() || scope.is_none() {
                    found.items.truncate(MOST_ADOPTED);
                } else {
                    let note = format!("{}: {label} is too long to be taken up", collection.operation);
                    seeding.notes.push(note);
                    oracle.withhold(&collection.resource, scope);
                    continue;
                }
            }
            let count = found.items.len();
            let backwards = collection.orders.first().is_some_and(|order| {
                order.by == OrderKey::Creation && order.direction == Direction::Descending
            });
            for (index, (id, item)) in found.items.into_iter().enumerate() {
                let sent = shown(resource, &item);
                let moment = if backwards { count - index } else { index };
                let label =
                    if is_parent(driver, resource_name) { format!("{label}-{index}") } else { label.clone() };
                oracle.add(Record {
                    resource: resource_name.to_owned(),
                    label,
                    index,
                    parent: scope,
                    id,
                    sent: Arc::new(sent),
                    acknowledged: Arc::new(item),
                    marker: None,
                    moment,
                });
            }
        }
    }
    if oracle.records().next().is_none() {
        let last = evidence.entries.last().map(|entry| Box::new(entry.exchange.clone()));
        let message = "the lists that can be reached hold nothing, so there is nothing to judge: let a run create records, or fill the \
                       target";
        seeding.problem = Some(SeedingProblem { message: message.to_owned(), exchange: last });
    }
    seeding.evidence.entry(String::new()).or_default().entries.append(&mut evidence.entries);
    seeding.oracle = Arc::new(oracle);
    if seeding.problem.is_none() {
        driver.calibrate(&mut seeding).await;
    }
    seeding
}

/// What earlier runs left in the target: how many records of each resource were found, and what could not be looked for, as sentences. What was
/// found and can be deleted is deleted by the next [`clean`](super::clean).
pub fn leftovers(driver: &Driver) -> BoxFuture<'_, (BTreeMap<String, usize>, Vec<String>)> {
    // Boxed as `runner::run` is.
    Box::pin(count_leftovers(driver))
}

async fn count_leftovers(driver: &Driver) -> (BTreeMap<String, usize>, Vec<String>) {
    let suite = Arc::clone(&driver.suite);
    let mut oracle = Oracle::default();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut sentences = Vec::new();
    for (resource_name, name, collection) in driver.surveyed() {
        let resource = suite.resource(resource_name);
        for scope in Driver::scopes(&oracle, collection) {
            let mut evidence = Evidence::default();
            let found = driver.list_all(&oracle, &mut evidence, (name, collection), scope, MOST_PAGES).await;
            if !found.whole {
                let why =
                    evidence.entries.last().map_or_else(String::new, |entry| match &entry.exchange.outcome {
                        Ok(response) => format!("the target answered {}", response.status),
                        Err(error) => error.message.clone(),
                    });
                sentences
                    .push(format!("{}: a list could not be read to its end ({why})", collection.operation));
            }
            // Whatever lies in a record of ours is ours.
            let ours =
                found.items.into_iter().filter(|(id, item)| scope.is_some() || is_ours(resource, id, item));
            for (index, (id, item)) in ours.enumerate() {
                let number = oracle.add(Record {
                    resource: resource_name.to_owned(),
                    label: format!("{resource_name}-{index}"),
                    index,
                    parent: scope,
                    id,
                    sent: Arc::default(),
                    acknowledged: Arc::new(item),
                    marker: None,
                    moment: index,
                });
                *counts.entry(resource_name.to_owned()).or_default() += 1;
                driver.remember(resource_name, &oracle, &[number]);
            }
        }
    }
    let listed: BTreeSet<&str> = driver.surveyed().into_iter().map(|(resource, _, _)| resource).collect();
    for (name, resource) in &suite.file().resources {
        if resource.delete.is_some() && !listed.contains(name.as_str()) {
            sentences.push(format!("{name}: none can be looked for, since no list shows them"));
        } else if resource.parent.is_none() && resource.delete.is_none() {
            sentences.push(format!("{name}: none can be removed, since the API has no way to delete one"));
        }
    }
    (counts, sentences)
}

impl Driver {
    /// Looks up what came of creations whose answer was lost: a list that holds nothing which was not acknowledged is known after all. Of the others the
    /// seeding says that they are not judged.
    pub(super) async fn look_up_lost(&self, seeding: &mut Seeding) {
        let lost: Vec<(String, Option<RecordNumber>)> =
            seeding.oracle.withheld().map(|(resource, parent)| (resource.to_owned(), parent)).collect();
        for (resource, parent) in lost {
            let mut evidence = Evidence::default();
            let known = self.holds_only_known(&seeding.oracle, &mut evidence, &resource, parent).await;
            seeding.add(evidence);
            if known {
                Arc::make_mut(&mut seeding.oracle).release(&resource, parent);
                continue;
            }
            let place = parent
                .map_or_else(String::new, |parent| format!(" in {}", seeding.oracle.record(parent).name()));
            seeding.notes.push(format!(
                "the answer to the creation of a {resource}{place} was lost with its connection, so what its list holds is not judged"
            ));
        }
    }

    /// Whether the list of a resource in a parent holds none of ours that was not acknowledged.
    async fn holds_only_known(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        parent: Option<RecordNumber>,
    ) -> bool {
        let mut lists = self.suite.file().collections.iter();
        let Some((name, collection)) = lists
            .find(|(_, list)| list.resource == resource_name && list.scope.is_some() == parent.is_some())
        else {
            return false;
        };
        let found = self.list_all(oracle, evidence, (name, collection), parent, MOST_PAGES).await;
        // In a list that others write into, ours are told by what all of ours show.
        let mark = collection.others.as_ref().map(|others| {
            let field = others.told_apart_by.as_ref()?;
            let read = self.suite.resource(resource_name).fields.get(field)?.read.as_ref()?;
            let mut ours = oracle.records().filter(|(_, record)| record.resource == resource_name);
            Some((read, ours.find_map(|(_, record)| record.sent.get(field))?))
        });
        let is_ours = |item: &Value| match &mark {
            None => true,
            Some(mark) => mark.is_some_and(|(read, own)| read.find(item) == Some(own)),
        };
        let is_known = |id: &str| !oracle.numbers_of(resource_name, id).is_empty();
        found.whole && found.items.iter().all(|(id, item)| is_known(id) || !is_ours(item))
    }

    /// The first list of each resource that can be reached from the root by lists alone: resource, collection name, collection; parents first.
    fn surveyed(&self) -> Vec<(&str, &str, &Collection)> {
        let mut lists: Vec<(&str, &str, &Collection)> = Vec::new();
        loop {
            let next = self.suite.file().collections.iter().find(|(_, collection)| {
                let known = |resource: &str| lists.iter().any(|(listed, _, _)| *listed == resource);
                !known(&collection.resource) && collection.scope.as_deref().is_none_or(known)
            });
            let Some((name, collection)) = next else { return lists };
            lists.push((&collection.resource, name, collection));
        }
    }

    /// Reads a list to its end, or as far as `most` pages.
    async fn list_all(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (name, collection): (&str, &Collection),
        scope: Option<RecordNumber>,
        most: usize,
    ) -> Found {
        let size = self.suite.size_bounds(collection).maximum;
        let step = size.or(self.suite.size_bounds(collection).default).unwrap_or(1).max(1);
        let mut ask = Ask::first(name, collection, Self::query(scope, 0, size));
        let mut found = Found { items: Vec::new(), whole: false };
        let mut ids: BTreeSet<String> = BTreeSet::new();
        let id_at = &self.suite.resource(&collection.resource).id;
        for _ in 0..most {
            let page = self.page(oracle, evidence, "what is there", &ask).await;
            let Some(count) = page.len() else { return found };
            let before = found.items.len();
            for item in evidence.items(&page) {
                let id = match id_at.find(item) {
                    Some(Value::String(id)) => id.clone(),
                    Some(Value::Number(id)) => id.to_string(),
                    _ => continue,
                };
                if ids.insert(id.clone()) {
                    found.items.push((id, item.clone()));
                }
            }
            let may_be_last = collection.style.ends_by_short_page() && !collection.may_be_short();
            let short = (count as u64) < step && may_be_last;
            // A page that brings nothing new is the end of a list that does not say where it ends.
            let stuck = count > 0 && found.items.len() == before;
            let passed = collection.passed_over(Some(step), count);
            match collection.style.next(&ask.start, passed, count, &page.facts) {
                Some(next) if !short && !stuck => ask = ask.at(next),
                _ => {
                    found.whole = true;
                    return found;
                }
            }
        }
        found
    }

    fn label_of(oracle: &Oracle, resource: &str, scope: Option<RecordNumber>) -> String {
        scope
            .map_or_else(|| resource.to_owned(), |scope| format!("{}-{resource}", oracle.record(scope).label))
    }
}

fn is_parent(driver: &Driver, resource: &str) -> bool {
    driver.suite.file().resources.values().any(|other| other.parent.as_deref() == Some(resource))
}

/// The values of the fields that a client may send, as a representation shows them.
fn shown(resource: &Resource, item: &Value) -> BTreeMap<String, Value> {
    let fields = resource.fields.iter().filter(|(_, field)| field.send.is_some());
    fields
        .filter_map(|(name, field)| Some((name.clone(), field.read.as_ref()?.find(item)?.clone())))
        .collect()
}

/// Whether a run of specproof created it: its name says so.
fn is_ours(resource: &Resource, id: &str, item: &Value) -> bool {
    let fields = resource.fields.values().filter(|field| matches!(field.make, Some(Make::Name)));
    let mut names = fields.filter_map(|field| field.read.as_ref()?.find(item)?.as_str());
    id.starts_with(PREFIX) || names.any(|name| name.starts_with(PREFIX))
}
