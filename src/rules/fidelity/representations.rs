//! The representations of records that a case brought to light: in answers that create, answers that fetch, and
//! lists.
//!
//! The main type is [`Representation`]. Which record an element of a batch's answer stands for is decided by
//! its id, else by its place.

use std::collections::BTreeMap;

use serde_json::Value;

use super::compare::{change_beyond_rounding, distinguishes, is_ancestor};
use crate::evidence::{Ask, Entry, RecordNumber, Walk};
use crate::rules::Scene;
use crate::rules::answers::probed;
use crate::rules::lifecycle::walks::list_of;
use crate::scenario::{Case, Scenario};
use crate::suite::{Field, Keep, Make, Pointers, Resource, Suite};
use crate::verdict::{Claim, Item, Likeness, Place};

/// How a representation came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// In the answer that created the record.
    Created,
    /// In an answer that fetched it.
    Fetched,
    /// In a list.
    Listed,
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Created => "in the answer that created it",
            Self::Fetched => "when fetched",
            Self::Listed => "in the list",
        })
    }
}

/// What the target says of a record in one place.
#[derive(Clone, Debug)]
pub(crate) struct Representation<'a> {
    /// The record.
    pub(crate) record: RecordNumber,
    /// How it came about.
    pub(crate) shown: Shown,
    /// The exchange: an index into the evidence's entries.
    pub(crate) entry: usize,
    /// Where it stands in the content.
    pub(crate) pointer: String,
    /// The representation.
    pub(crate) value: &'a Value,
}

impl Representation<'_> {
    /// A place in it, as a claim names it. In a list it is found by the record's id, since the order of items is another question.
    pub(crate) fn place(&self, scene: &Scene<'_>, at: Vec<String>) -> Place {
        let listed = self.pointer.rsplit_once('/').filter(|_| self.shown == Shown::Listed);
        if let Some((items, _)) = listed {
            let id = resource_by_number(scene, self.record).id.all().to_vec();
            let is = scene.oracle.record(self.record).id.clone();
            return Place { exchange: self.entry, item: Some(Item { items: items.to_owned(), id, is }), at };
        }
        let at = at.into_iter().map(|inner| format!("{}{inner}", self.pointer)).collect();
        Place { exchange: self.entry, item: None, at }
    }

    /// That it shows what was sent, in the way in which the field is kept.
    pub(crate) fn keeps(&self, scene: &Scene<'_>, read: &Pointers, keep: Keep, sent: &Value) -> Claim {
        Claim::Value { place: self.place(scene, read.all().to_vec()), is: sent.clone(), by: likeness(keep) }
    }
}

/// When what came back counts as what was sent.
pub(crate) fn likeness(keep: Keep) -> Likeness {
    match keep {
        Keep::Exact => Likeness::Exact,
        Keep::Instant => Likeness::Instant,
        Keep::AtLeast => Likeness::AtLeast,
        Keep::Unjudged => Likeness::Loose,
    }
}

/// The resource whose representations a case shows, if what they hold can be judged there: lists are looked at
/// in their first order and unfiltered.
pub(crate) fn resource_of<'a>(suite: &'a Suite, case: &Case) -> Option<&'a Resource> {
    match &case.scenario {
        Scenario::Create { resource } | Scenario::Fetch { resource } | Scenario::Together { resource } => {
            Some(suite.resource(resource))
        }
        Scenario::Walk { collection, order: 0 } => {
            Some(suite.resource(&suite.file().collections[collection].resource))
        }
        _ => None,
    }
}

/// Every representation of a record of ours in the case's evidence, in the order met.
pub(crate) fn representations<'a>(scene: &Scene<'a>) -> Vec<Representation<'a>> {
    let mut all = Vec::new();
    for (ask, answer) in probed(scene) {
        if !answer.response.is_success() {
            continue;
        }
        match ask {
            Ask::Create { records, .. } => all.extend(created(scene, records, answer.entry)),
            Ask::Fetch { record } => all.extend(fetched(scene, *record, answer.entry)),
            _ => {}
        }
    }
    if scene.case.scenario.collection().is_some() {
        let records = by_id(scene, &scene.collection().resource);
        all.extend(scene.evidence.walks.iter().flat_map(|walk| listed(scene, &records, walk)));
    }
    if let Scenario::Together { resource } = &scene.case.scenario {
        let records = by_id(scene, resource);
        let theirs = |walk: &&Walk| list_of(scene, walk).is_some_and(|list| list.resource == *resource);
        all.extend(scene.evidence.walks.iter().filter(theirs).flat_map(|walk| listed(scene, &records, walk)));
    }
    all
}

/// The resource of a record.
pub(crate) fn resource_by_number<'a>(scene: &Scene<'a>, record: RecordNumber) -> &'a Resource {
    scene.suite.resource(&scene.oracle.record(record).resource)
}

/// The representation of a record in the answer that fetched it.
pub(crate) fn fetched<'a>(
    scene: &Scene<'a>,
    record: RecordNumber,
    entry: usize,
) -> Option<Representation<'a>> {
    let content = scene.evidence.json(entry)?;
    let fetch = resource_by_number(scene, record).fetch.as_ref()?;
    let (pointer, value) = found(&fetch.answer, content)?;
    Some(Representation { record, shown: Shown::Fetched, entry, pointer, value })
}

/// The elements of the answer that created records, with their pointers, in the order answered.
pub(crate) fn elements<'a>(scene: &Scene<'a>, resource: &Resource, entry: usize) -> Vec<(String, &'a Value)> {
    let content = scene.evidence.json(entry);
    let Some((pointer, value)) =
        content.and_then(|content| found(&resource.create.as_ref()?.answer, content))
    else {
        return Vec::new();
    };
    match value {
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(i, element)| (format!("{pointer}/{i}"), element)).collect()
        }
        _ => vec![(pointer, value)],
    }
}

/// The ids that the answers to creations gave, each with the entry of its answer.
pub(crate) fn acknowledged(
    scene: &Scene<'_>,
    resource: &Resource,
    counts: impl Fn(&Entry) -> bool,
) -> BTreeMap<String, usize> {
    let entries = scene.evidence.entries.iter().enumerate();
    let created = entries.filter(|(_, entry)| {
        Some(entry.exchange.operation.as_str()) == resource.created_by()
            && entry.exchange.is_success()
            && counts(entry)
    });
    created
        .flat_map(|(entry, _)| {
            elements(scene, resource, entry).into_iter().map(move |(_, shown)| (entry, shown))
        })
        .filter_map(|(entry, shown)| Some((resource.id.find(shown).and_then(id_text)?, entry)))
        .collect()
}

/// The representations in the answer that created records. One that is plainly another record's than its place
/// says is left out: that is a question of order, not of fidelity.
pub(crate) fn created<'a>(
    scene: &Scene<'a>,
    records: &[RecordNumber],
    entry: usize,
) -> Vec<Representation<'a>> {
    let Some(first) = records.first() else { return Vec::new() };
    let resource = resource_by_number(scene, *first);
    let elements = elements(scene, resource, entry);
    let whole = elements.len() == records.len();
    let mut all = Vec::new();
    for (i, (pointer, value)) in elements.into_iter().enumerate() {
        let id = resource.id.find(value).and_then(id_text);
        let by_id = records.iter().find(|n| id.as_deref() == Some(scene.oracle.record(**n).id.as_str()));
        let Some(record) = by_id.or(records.get(i).filter(|_| whole)).copied() else { continue };
        let others = || records.iter().any(|other| is_of(scene, *other, value) == Some(true));
        if is_of(scene, record, value) == Some(false) && others() {
            continue;
        }
        all.push(Representation { record, shown: Shown::Created, entry, pointer, value });
    }
    all
}

/// All records of a resource by their ids; records in different parents may share one.
pub(crate) fn by_id<'a>(scene: &Scene<'a>, resource: &str) -> BTreeMap<&'a str, Vec<RecordNumber>> {
    let mut all: BTreeMap<&str, Vec<RecordNumber>> = BTreeMap::new();
    for (number, record) in scene.oracle.records().filter(|(_, record)| record.resource == resource) {
        all.entry(&record.id).or_default().push(number);
    }
    all
}

/// The items of a walk that are records of ours in its scope, among those of its resource by their ids. In a list that has no scope, an id
/// that several records share is taken for the one that the item shows.
pub(crate) fn listed<'a>(
    scene: &Scene<'a>,
    records: &BTreeMap<&str, Vec<RecordNumber>>,
    walk: &Walk,
) -> Vec<Representation<'a>> {
    let mut all = Vec::new();
    for page in &walk.pages {
        let ids = page.ids.iter().flatten();
        for (i, (id, value)) in ids.zip(scene.evidence.items(page)).enumerate() {
            let twins = id.as_ref().and_then(|id| records.get(id.as_str())).map_or(&[][..], Vec::as_slice);
            let record = match (walk.query.scope, twins) {
                (Some(scope), _) => twins.iter().find(|n| scene.oracle.record(**n).parent == Some(scope)),
                (None, [only]) => Some(only),
                (None, _) => twins.iter().find(|n| is_of(scene, **n, value) == Some(true)),
            };
            if let Some(record) = record.copied() {
                let pointer = format!("{}/{i}", page.items_at);
                all.push(Representation { record, shown: Shown::Listed, entry: page.entry, pointer, value });
            }
        }
    }
    all
}

/// The value that the first resolving pointer points at, with that pointer.
pub(super) fn found<'a>(pointers: &Pointers, content: &'a Value) -> Option<(String, &'a Value)> {
    let pointer = pointers.found_at(content)?;
    Some((pointer.to_owned(), content.pointer(pointer)?))
}

/// An id as it stands in a representation, as text.
pub(crate) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The fields that were sent for a record and are shown by its representations, each with the value sent. Ids
/// of ancestors are not among them, and neither is a sent null, which is as good as nothing.
pub(crate) fn sent_fields<'a>(
    scene: &Scene<'a>,
    record: RecordNumber,
) -> impl Iterator<Item = (&'a str, &'a Field, &'a Pointers, &'a Value)> {
    let sent = &scene.oracle.record(record).sent;
    resource_by_number(scene, record).fields.iter().filter_map(move |(name, field)| {
        let judged = field.keep != Keep::Unjudged && !is_ancestor(field);
        let value = sent.get(name).filter(|value| judged && !value.is_null())?;
        Some((name.as_str(), field, field.read.as_ref()?, value))
    })
}

/// The fields that hold the id of an ancestor of a record, with that id.
pub(crate) fn ancestor_fields<'a>(
    scene: &Scene<'a>,
    record: RecordNumber,
) -> impl Iterator<Item = (&'a str, &'a Pointers, RecordNumber)> {
    let oracle = scene.oracle;
    resource_by_number(scene, record).fields.iter().filter_map(move |(name, field)| {
        let Some(Make::Ancestor(of)) = &field.make else { return None };
        let read = field.read.as_ref().filter(|_| field.keep != Keep::Unjudged)?;
        Some((name.as_str(), read, oracle.ancestor(record, of)?))
    })
}

/// Whether a representation holds what was sent for a record and lies where the record lies; `None` where it
/// shows nothing that tells records apart.
pub(crate) fn is_of(scene: &Scene<'_>, record: RecordNumber, value: &Value) -> Option<bool> {
    let mut telling = false;
    for (_, read, ancestor) in ancestor_fields(scene, record) {
        let Some(id) = read.find(value).and_then(id_text) else { continue };
        if id != scene.oracle.record(ancestor).id {
            return Some(false);
        }
        telling = true;
    }
    for (_, field, read, sent) in sent_fields(scene, record) {
        let Some(back) = read.find(value).filter(|back| !back.is_null()) else { continue };
        if change_beyond_rounding(field.keep, sent, back).is_some() {
            return Some(false);
        }
        telling |= distinguishes(field);
    }
    telling.then_some(true)
}
