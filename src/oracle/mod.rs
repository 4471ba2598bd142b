//! The oracle: what the target acknowledged to have created, and what each answer must therefore hold.
//!
//! It keeps what was acknowledged, not what was wished: a record that the target refused is not in it. Where the target does not
//! let us know something (who else writes, how equal keys are ordered, what an unset field holds) the oracle says so, and the rule
//! that asked is inconclusive.

mod created;
mod expected;
mod values;

pub use created::created;
pub use expected::{Expected, expected, key_of};
pub use values::{difference, difference_in_doubles, instant_nanoseconds, same_instant, same_value};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::evidence::RecordNumber;

/// One record that the target acknowledged.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its resource, by name.
    pub resource: String,
    /// The seed group that it belongs to; cases name it by `label[index]`.
    pub label: String,
    /// Its place in the seed group, from 0.
    pub index: usize,
    /// The record it lies in.
    pub parent: Option<RecordNumber>,
    /// The id that the target gave or confirmed.
    pub id: String,
    /// What was sent, by field name.
    pub sent: Arc<BTreeMap<String, Value>>,
    /// The representation that the target answered with.
    pub acknowledged: Arc<Value>,
    /// A word that stands in this record's text and in no other's.
    pub marker: Option<String>,
    /// Records with the same moment were created at the same time: their order of creation is unknown.
    pub moment: usize,
}

impl Record {
    /// How reports name it, equal in every run: `main-messages[3]`.
    pub fn name(&self) -> String {
        format!("{}[{}]", self.label, self.index)
    }
}

/// All records, in the order acknowledged.
#[derive(Clone, Debug, Default)]
pub struct Oracle {
    records: Vec<Record>,
    by_id: BTreeMap<(String, String), Vec<RecordNumber>>,
    by_parent: BTreeMap<(String, Option<RecordNumber>), Vec<RecordNumber>>,
    /// The place of each record in a list whose order nobody states, as it was first seen: by operation, order and scope.
    seen: BTreeMap<(String, usize, Option<RecordNumber>), BTreeMap<RecordNumber, usize>>,
    /// Lists of which nothing is known: resource and parent.
    withheld: BTreeSet<(String, Option<RecordNumber>)>,
}

impl Oracle {
    /// Adds a record and gives its number.
    pub fn add(&mut self, record: Record) -> RecordNumber {
        let number = self.records.len();
        self.by_id.entry((record.resource.clone(), record.id.clone())).or_default().push(number);
        self.by_parent.entry((record.resource.clone(), record.parent)).or_default().push(number);
        self.records.push(record);
        number
    }

    /// Says that nothing is known of a list: of a resource, in a parent.
    pub fn withhold(&mut self, resource: &str, parent: Option<RecordNumber>) {
        self.withheld.insert((resource.to_owned(), parent));
    }

    /// Says that a list is known after all.
    pub fn release(&mut self, resource: &str, parent: Option<RecordNumber>) {
        self.withheld.remove(&(resource.to_owned(), parent));
    }

    /// The lists of which nothing is known: resource and parent.
    pub fn withheld(&self) -> impl Iterator<Item = (&str, Option<RecordNumber>)> {
        self.withheld.iter().map(|(resource, parent)| (resource.as_str(), *parent))
    }

    /// Whether it was said of a list that nothing is known of it.
    pub fn is_withheld(&self, resource: &str, parent: Option<RecordNumber>) -> bool {
        !self.withheld.is_empty() && self.withheld.contains(&(resource.to_owned(), parent))
    }

    /// The record of a number that this oracle gave.
    pub fn record(&self, number: RecordNumber) -> &Record {
        &self.records[number]
    }

    /// Notes the order in which a list was first seen.
    pub fn see(
        &mut self,
        operation: &str,
        order: usize,
        scope: Option<RecordNumber>,
        members: &[RecordNumber],
    ) {
        let places = members.iter().enumerate().map(|(place, number)| (*number, place)).collect();
        self.seen.insert((operation.to_owned(), order, scope), places);
    }

    /// The place of a record in a list as it was first seen.
    pub fn seen_at(
        &self,
        operation: &str,
        order: usize,
        scope: Option<RecordNumber>,
        number: RecordNumber,
    ) -> Option<usize> {
        self.seen.get(&(operation.to_owned(), order, scope))?.get(&number).copied()
    }

    /// All records with their numbers.
    pub fn records(&self) -> impl Iterator<Item = (RecordNumber, &Record)> {
        self.records.iter().enumerate()
    }

    /// The records of a resource that lie in a record, in the order acknowledged. For a resource without parents: `None`.
    pub fn children(&self, resource: &str, parent: Option<RecordNumber>) -> &[RecordNumber] {
        self.by_parent.get(&(resource.to_owned(), parent)).map_or(&[], Vec::as_slice)
    }

    /// The record with this id. Equal ids may stand in several parents: `parent` decides where it is known.
    pub fn find(&self, resource: &str, id: &str, parent: Option<RecordNumber>) -> Option<RecordNumber> {
        let all = self.by_id.get(&(resource.to_owned(), id.to_owned()))?;
        all.iter()
            .find(|number| parent.is_none() || self.records[**number].parent == parent)
            .or_else(|| all.first())
            .copied()
    }

    /// All records of a resource with this id.
    pub fn numbers_of(&self, resource: &str, id: &str) -> &[RecordNumber] {
        self.by_id.get(&(resource.to_owned(), id.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// The record of a seed group, by its label; the first one of a group of many.
    pub fn labelled(&self, label: &str) -> Option<RecordNumber> {
        self.records.iter().position(|record| record.label == label && record.index == 0)
    }

    /// The ancestor of a record (or itself) that is of this resource.
    pub fn ancestor(&self, number: RecordNumber, resource: &str) -> Option<RecordNumber> {
        let mut at = Some(number);
        while let Some(number) = at {
            let record = &self.records[number];
            if record.resource == resource {
                return Some(number);
            }
            at = record.parent;
        }
        None
    }

    /// How an id is named in reports: the record's name, or the id itself, quoted, where it is none of ours.
    pub fn name_of(&self, resource: &str, id: &str, parent: Option<RecordNumber>) -> String {
        self.find(resource, id, parent)
            .map_or_else(|| format!("{id:?}"), |number| self.records[number].name())
    }
}
