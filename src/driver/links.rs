//! Links: a walk along them, back again, and what the links to the first and the last page and to the page itself lead to.

use std::collections::BTreeSet;

use super::Driver;
use super::list::Ask;
use super::pages::size_label;
use crate::evidence::{Evidence, WalkKind};
use crate::oracle::Oracle;
use crate::pagination::{Rel, Start};
use crate::suite::Collection;

impl Driver {
    /// Follows the links of a list with a handful of items.
    pub(super) async fn links(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
    ) {
        let Some(scope) = self.turning_scope(oracle, collection) else {
            evidence.obstacles.push("no list with five or more items could be seeded".to_owned());
            return;
        };
        let size = self.size(collection, 2);
        let label = format!("{}{}", Self::scope_label(oracle, scope), size_label(size));
        let first = || Ask::first(name, collection, Self::query(scope, 0, size));
        self.walk(oracle, evidence, &label, WalkKind::Full, first()).await;
        let pages = evidence.walks.last().map_or(&[][..], |walk| &walk.pages).to_vec();
        let Some(last) = pages.len().checked_sub(1) else { return };

        let mut followed: BTreeSet<String> = BTreeSet::new();
        let telling: BTreeSet<usize> = [0, 1, pages.len() / 2, last].into();
        for at in telling.into_iter().filter(|at| *at <= last) {
            for rel in [Rel::First, Rel::Previous, Rel::Last, Rel::Own] {
                let Some(Ok(path)) = pages[at].facts.links.get(&rel).map(|link| &link.leads) else {
                    continue;
                };
                // Some frameworks link to the list itself. What a suite that was made up says of that is no promise.
                let names_list = rel == Rel::Own && !path.contains('?');
                if names_list && self.suite.file().inferred {
                    continue;
                }
                if !followed.insert(path.clone()) {
                    continue;
                }
                let ask = first().at(Start::Link(path.clone()));
                let label = format!("{label} page {} {}", at + 1, rel.name());
                self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
            }
        }
        let back = pages.iter().rev().find_map(|page| collection.style.previous(&page.facts));
        if let Some(back) = back {
            self.walk(oracle, evidence, &format!("{label} backward"), WalkKind::Backward, first().at(back))
                .await;
        }
    }
}
