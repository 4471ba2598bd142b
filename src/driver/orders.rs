//! Orders that nobody states: each list is looked at once after seeding, and the order in which it was seen is the one that it must keep.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::list::Ask;
use super::{Driver, Seeding};
use crate::evidence::{Evidence, RecordNumber, WalkKind};
use crate::oracle::{Oracle, expected};
use crate::suite::{Collection, OrderKey};

impl Driver {
    /// Walks every list whose order is not stated, in pages as large as they may be, and notes the order of its items.
    pub(super) async fn see_orders(&self, seeding: &mut Seeding) {
        let suite = Arc::clone(&self.suite);
        for (name, collection) in &suite.file().collections {
            if collection.scope.as_ref().is_some_and(|scope| seeding.refused.contains_key(scope)) {
                continue;
            }
            let mut seen: Vec<Vec<RecordNumber>> = Vec::new();
            for order in 0..collection.orders.len() {
                if collection.orders[order].by != OrderKey::FirstSeen {
                    continue;
                }
                for scope in Self::scopes(&seeding.oracle, collection) {
                    let members = self.seen_in(seeding, name, collection, order, scope).await;
                    let Some(members) = members else { continue };
                    Arc::make_mut(&mut seeding.oracle).see(&collection.operation, order, scope, &members);
                    if order == 0 {
                        seen.push(members);
                    }
                }
            }
            if let Some(sentence) = told(&seeding.oracle, &seen) {
                seeding.notes.push(format!("{}: {sentence}", collection.operation));
            }
        }
    }

    /// Our own items of a list in the order in which they come; `None` where not each of them came once.
    async fn seen_in(
        &self,
        seeding: &mut Seeding,
        name: &str,
        collection: &Collection,
        order: usize,
        scope: Option<RecordNumber>,
    ) -> Option<Vec<RecordNumber>> {
        let bounds = self.suite.size_bounds(collection);
        let query = Self::query(scope, order, bounds.maximum.or(bounds.default));
        let wanted: BTreeSet<RecordNumber> =
            expected(&self.suite, &seeding.oracle, collection, &query).members().into_iter().collect();
        if wanted.len() < 2 {
            return None;
        }
        let mut evidence = Evidence::default();
        let label = format!("which order: {}", Self::scope_label(&seeding.oracle, scope));
        let ask = Ask::first(name, collection, query);
        self.walk(&seeding.oracle, &mut evidence, &label, WalkKind::Full, ask).await;
        let met: Vec<RecordNumber> = evidence
            .walks
            .iter()
            .flat_map(crate::evidence::Walk::ids)
            .filter_map(|id| seeding.oracle.find(&collection.resource, id, scope))
            .filter(|number| wanted.contains(number))
            .collect();
        seeding.evidence.entry(String::new()).or_default().entries.append(&mut evidence.entries);
        let distinct: BTreeSet<RecordNumber> = met.iter().copied().collect();
        (distinct == wanted && met.len() == wanted.len()).then_some(met)
    }
}

/// What the orders that were seen look like, where they look like something.
fn told(oracle: &Oracle, seen: &[Vec<RecordNumber>]) -> Option<&'static str> {
    let moments: Vec<Vec<usize>> =
        seen.iter().map(|list| list.iter().map(|number| oracle.record(*number).moment).collect()).collect();
    let all = |keeps: fn(&[usize]) -> bool| moments.iter().all(|list| list.windows(2).all(keeps));
    if moments.is_empty() {
        None
    } else if all(|pair| pair[0] <= pair[1]) {
        Some("its order is nowhere stated; it was seen to be that of creation, oldest first")
    } else if all(|pair| pair[0] >= pair[1]) {
        Some("its order is nowhere stated; it was seen to be that of creation, newest first")
    } else {
        Some("its order is nowhere stated, and it is not that of creation")
    }
}
