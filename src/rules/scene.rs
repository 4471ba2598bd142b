//! What a rule may look at: the suite, the oracle and a case's evidence. Nothing in here can be changed or sent.

use serde_json::Value;

use crate::document::Operation;
use crate::evidence::{Evidence, Query, RecordNumber, Walk};
use crate::oracle::{Expected, Oracle, expected};
use crate::scenario::{Case, Scenario};
use crate::suite::{Collection, Order, Resource, SizeBounds, Suite};
use crate::verdict::Requirement;

/// What a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The suite.
    pub suite: &'a Suite,
    /// The case.
    pub case: &'a Case,
    /// What the target acknowledged.
    pub oracle: &'a Oracle,
    /// What the case brought to light.
    pub evidence: &'a Evidence,
}

impl<'a> Scene<'a> {
    /// The operation that the case is about.
    pub fn operation(&self) -> &'a Operation {
        self.suite.operation(&self.case.operation)
    }

    /// The operation that an entry asked, which may be another than the case's.
    pub fn operation_of(&self, entry: usize) -> &'a Operation {
        self.suite.operation(&self.evidence.entries[entry].exchange.operation)
    }

    /// The collection that the case is about.
    ///
    /// # Panics
    /// When the rule does not restrict itself to scenarios that are about a collection.
    pub fn collection(&self) -> &'a Collection {
        let name = self.case.scenario.collection().expect("the rule's scenarios are about a collection");
        &self.suite.file().collections[name]
    }

    /// The resource that the case is about: its own, or that of its collection.
    pub fn resource(&self) -> Option<(&'a str, &'a Resource)> {
        let file = self.suite.file();
        let name = match self.case.scenario.collection() {
            Some(collection) => &file.collections[collection].resource,
            None => self.case.scenario.resource()?,
        };
        file.resources.get_key_value(name).map(|(name, resource)| (name.as_str(), resource))
    }

    /// The filter that the case is about.
    pub fn filter(&self) -> Option<&'a str> {
        match &self.case.scenario {
            Scenario::Filter { filter, .. } => Some(filter),
            _ => None,
        }
    }

    /// What a query's list must hold.
    pub fn expected(&self, query: &Query) -> Expected {
        expected(self.suite, self.oracle, self.collection(), query)
    }

    /// The order that a query asks for.
    pub fn order(&self, query: &Query) -> &'a Order {
        &self.collection().orders[query.order]
    }

    /// The bounds on the collection's page size.
    pub fn size_bounds(&self) -> SizeBounds {
        self.suite.size_bounds(self.collection())
    }

    /// The record behind an item's id, if it is one of ours in this query's scope (or anywhere, where lists have no scope).
    pub fn record(&self, query: &Query, id: &str) -> Option<RecordNumber> {
        let collection = self.collection();
        let number = self.oracle.find(&collection.resource, id, query.scope)?;
        (query.scope.is_none() || self.oracle.record(number).parent == query.scope).then_some(number)
    }

    /// How reports name an item.
    pub fn name(&self, query: &Query, id: &str) -> String {
        self.oracle.name_of(&self.collection().resource, id, query.scope)
    }

    /// A stated requirement, as a finding cites it.
    pub fn requirement(&self, key: &str) -> Requirement {
        let stated = self.suite.requirement(key);
        Requirement {
            text: stated.text.clone(),
            source: format!("suite {}, requirement {key}: {}", self.suite.name(), stated.source),
        }
    }

    /// A place in the document, as a finding cites it.
    pub fn in_document(&self, text: impl Into<String>, pointer: &str) -> Requirement {
        Requirement { text: text.into(), source: format!("{}#{pointer}", self.suite.document().name()) }
    }

    /// The items of all pages of a walk with their entries, in the order met.
    pub fn items(&self, walk: &'a Walk) -> impl Iterator<Item = (usize, usize, &'a Value)> {
        let evidence = self.evidence;
        walk.pages.iter().flat_map(move |page| {
            evidence.items(page).iter().enumerate().map(move |(i, item)| (page.entry, i, item))
        })
    }
}
