//! Combinations of filters: each is asked with the values that best tell its meaning from what servers take it for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Driver;
use super::list::Ask;
use super::pages::size_label;
use crate::evidence::{Combined, Evidence, Filtering, Query, RecordNumber, WalkKind};
use crate::oracle::{Oracle, expected};
use crate::suite::{Collection, Combination};

/// The most ways of giving values to the filters of a combination that are looked at.
const MOST_WAYS: usize = 200;

impl Driver {
    /// A combination of filters: walked with small pages, and in the last order with one that holds all.
    pub(super) async fn combination(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        combination: &str,
    ) {
        let Some((scope, _)) = self.filter_scope(oracle, collection) else {
            evidence.obstacles.push("no list with five or more items could be seeded".to_owned());
            return;
        };
        let Some(value) = self.telling(oracle, collection, combination, scope) else {
            evidence.obstacles.push(format!("no seeded record has values for the combination {combination}"));
            return;
        };
        let filters = vec![Filtering { filter: combination.to_owned(), value }];
        let last = collection.orders.len() - 1;
        let mut asks =
            vec![(0, self.size(collection, 2)), (last, self.suite.size_bounds(collection).maximum)];
        asks.dedup();
        for (order, size) in asks {
            let query = Query { scope, order, filters: filters.clone(), size };
            let order =
                if order == 0 { String::new() } else { format!(" {}", collection.orders[order].name) };
            let label =
                format!("{}{order}{} {combination}", Self::scope_label(oracle, scope), size_label(size));
            self.walk(oracle, evidence, &label, WalkKind::Full, Ask::first(name, collection, query)).await;
        }
    }

    /// The values for a combination, of those that seeded records have, by which the most misreadings of it show.
    fn telling(
        &self,
        oracle: &Oracle,
        collection: &Collection,
        combination: &str,
        scope: Option<RecordNumber>,
    ) -> Option<Value> {
        let spec = &collection.combinations[combination];
        let leaves = spec.filters();
        let values: BTreeMap<&str, Vec<Value>> = leaves
            .iter()
            .map(|leaf| (*leaf, self.values_for(oracle, collection, &collection.filters[*leaf], scope)))
            .collect();
        let ways = leaves.iter().map(|leaf| values[leaf].len()).product::<usize>().min(MOST_WAYS);
        let members = |combined: &Combined| {
            let filters = vec![Filtering { filter: combination.to_owned(), value: combined.value() }];
            let query = Query { scope, order: 0, filters, size: None };
            expected(&self.suite, oracle, collection, &query).members()
        };
        let mut best: Option<(usize, Combined)> = None;
        for way in 0..ways {
            let mut rest = way;
            let mut next = |leaf: &str| {
                let own = &values[leaf];
                let value = own[rest % own.len()].clone();
                rest /= own.len();
                value
            };
            let combined = filled(spec, &mut next);
            let right = members(&combined);
            // One that gives nothing tells less than one that gives something.
            let shows = combined.misread().iter().filter(|wrong| members(wrong) != right).count();
            let worth = if right.is_empty() { shows } else { shows + 1 };
            if best.as_ref().is_none_or(|(most, _)| worth > *most) {
                best = Some((worth, combined));
            }
        }
        best.map(|(_, combined)| combined.value())
    }
}

/// A combination with a value for each of its filters, in the order in which they stand in it.
fn filled(combination: &Combination, next: &mut impl FnMut(&str) -> Value) -> Combined {
    let mut all = |parts: &[Combination]| parts.iter().map(|part| filled(part, next)).collect::<Vec<_>>();
    match combination {
        Combination::All(parts) => Combined::All(all(parts)),
        Combination::Any(parts) => Combined::Any(all(parts)),
        Combination::None(parts) => Combined::None(all(parts)),
        Combination::Filter(name) => Combined::Filter(Filtering { filter: name.clone(), value: next(name) }),
    }
}
