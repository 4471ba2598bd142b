//! Filters: every value alone and with paging, values that nothing has, and two filters together.

use serde_json::{Value, json};

use super::Driver;
use super::list::Ask;
use super::pages::size_label;
use crate::evidence::{Evidence, Filtering, Query, RecordNumber, WalkKind};
use crate::oracle::{Oracle, expected};
use crate::suite::{Collection, Filter, Test};

/// The most values of one filter that are asked for.
const MOST_VALUES: usize = 4;

impl Driver {
    /// One filter with some of the seeded values, each walked whole, and one value that nothing has.
    pub(super) async fn filter(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        filter: &str,
    ) {
        let Some((scope, _)) = self.filter_scope(oracle, collection) else {
            evidence.obstacles.push("no list with five or more items could be seeded".to_owned());
            return;
        };
        let bounds = self.suite.size_bounds(collection);
        let spec = &collection.filters[filter];
        let values = self.values_for(oracle, collection, spec, scope);
        if values.is_empty() {
            evidence.obstacles.push(format!("no seeded record has a value for the filter {filter}"));
        }
        for (ordinal, value) in values.into_iter().enumerate() {
            let filters = vec![Filtering { filter: filter.to_owned(), value }];
            let mut sizes = if ordinal == 0 {
                vec![self.size(collection, 2), bounds.maximum]
            } else {
                vec![bounds.maximum]
            };
            sizes.dedup();
            for size in sizes {
                let query = Query { scope, order: 0, filters: filters.clone(), size };
                let label =
                    format!("{}{} {filter}={ordinal}", Self::scope_label(oracle, scope), size_label(size));
                self.walk(oracle, evidence, &label, WalkKind::Full, Ask::first(name, collection, query))
                    .await;
            }
            if ordinal == 0 && collection.orders.len() > 1 {
                let order = collection.orders.len() - 1;
                let size = self.size(collection, 2);
                let query = Query { scope, order, filters: filters.clone(), size };
                let label = format!(
                    "{} {}{} {filter}={ordinal}",
                    Self::scope_label(oracle, scope),
                    collection.orders[order].name,
                    size_label(size)
                );
                self.walk(oracle, evidence, &label, WalkKind::Full, Ask::first(name, collection, query))
                    .await;
            }
        }
        if let Some(value) = self.suite.impossible_value(collection, spec) {
            let filters = vec![Filtering { filter: filter.to_owned(), value }];
            let query = Query { scope, order: 0, filters, size: self.size(collection, 3) };
            let label = format!("{} {filter} impossible", Self::scope_label(oracle, scope));
            self.walk(oracle, evidence, &label, WalkKind::Full, Ask::first(name, collection, query)).await;
        }
    }

    /// Two filters together, each with its first values.
    pub(super) async fn filter_pair(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        pair: [&str; 2],
    ) {
        let Some((scope, _)) = self.filter_scope(oracle, collection) else {
            evidence.obstacles.push("no list with five or more items could be seeded".to_owned());
            return;
        };
        let [first, second] =
            pair.map(|filter| self.values_for(oracle, collection, &collection.filters[filter], scope));
        for (ordinal, (a, b)) in
            first.iter().flat_map(|a| second.iter().map(move |b| (a, b))).take(3).enumerate()
        {
            let filters = [(pair[0], a), (pair[1], b)]
                .map(|(filter, value)| Filtering { filter: filter.to_owned(), value: value.clone() });
            let mut sizes = vec![self.size(collection, 2), self.suite.size_bounds(collection).maximum];
            sizes.dedup();
            for size in sizes {
                let query = Query { scope, order: 0, filters: filters.to_vec(), size };
                let label = format!(
                    "{}{} {}+{}={ordinal}",
                    Self::scope_label(oracle, scope),
                    size_label(size),
                    pair[0],
                    pair[1]
                );
                self.walk(oracle, evidence, &label, WalkKind::Full, Ask::first(name, collection, query))
                    .await;
            }
        }
    }

    /// The list that filters are tried on: one with a handful of items, or the only one.
    fn filter_scope(
        &self,
        oracle: &Oracle,
        collection: &Collection,
    ) -> Option<(Option<RecordNumber>, usize)> {
        if collection.scope.is_none() {
            return Some((None, 0));
        }
        self.middling_scope(oracle, collection).map(|(scope, members)| (Some(scope), members.len()))
    }

    /// Values that seeded records have, in the order of the records.
    pub(super) fn values_for(
        &self,
        oracle: &Oracle,
        collection: &Collection,
        filter: &Filter,
        scope: Option<RecordNumber>,
    ) -> Vec<Value> {
        let query = Self::query(scope, 0, None);
        let resource = self.suite.resource(&collection.resource);
        let field = &resource.fields[&filter.field];
        let mut values: Vec<Value> = Vec::new();
        for number in expected(&self.suite, oracle, collection, &query).members() {
            let record = oracle.record(number);
            let value = match filter.test {
                Test::HasWord => record.marker.as_ref().map(|word| json!(word)),
                Test::HasWordAnyCase => record.marker.as_ref().map(|word| json!(word.to_uppercase())),
                // In the target's own spelling: whether it reads every zone in a filter is another question.
                Test::Greater | Test::AtLeast | Test::AtMost => {
                    field.read.as_ref().and_then(|read| read.find(&record.acknowledged)).cloned()
                }
                _ => record
                    .sent
                    .get(&filter.field)
                    .or_else(|| field.read.as_ref().and_then(|read| read.find(&record.acknowledged)))
                    .cloned(),
            };
            let value = match (filter.test, value) {
                // That a record has no value can be said in no query.
                (_, None | Some(Value::Null)) => continue,
                (Test::HasMember, Some(Value::Array(members))) => match members.last() {
                    Some(member) => member.clone(),
                    None => continue,
                },
                // Only members that every seeded object has: others are there to be kept, not to be asked for.
                (Test::Contains, Some(value)) => match value.get("shade") {
                    Some(shade) => json!({ "shade": shade }),
                    None => continue,
                },
                (_, Some(value)) => value,
            };
            if !values.contains(&value) {
                values.push(value);
            }
            if values.len() >= MOST_VALUES {
                break;
            }
        }
        match (filter.test, values.first()) {
            (Test::In, Some(_)) => values.chunks(2).map(|pair| json!(pair)).collect(),
            // Two members at once, of which the first lets everything through.
            (Test::Contains, Some(first)) => {
                let both = json!({ "no": false, "shade": first["shade"] });
                values.into_iter().take(MOST_VALUES - 1).chain([both]).collect()
            }
            _ => values,
        }
    }
}
