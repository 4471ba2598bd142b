//! A walk through a list that shrinks: a record that was met is deleted, the walk goes on, and then its place is asked for.

use std::sync::Arc;

use super::Driver;
use super::list::{Ask, pages_for};
use super::together::{SMALL, scope_of};
use super::walks::Stepping;
use crate::evidence::{self, Asked, Evidence, Page, RecordNumber, Walk, WalkEnd, WalkKind};
use crate::oracle::{Oracle, expected};
use crate::pagination::{Start, Style};
use crate::suite::Collection;

impl Driver {
    /// A walk during which a record of the first page is deleted, neither the first nor the last on it; then the page behind the deleted record,
    /// where clients may ask for one. Where a walk that goes from item to item was disturbed, the list is walked once more while nothing happens.
    pub(super) async fn shrinking(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        parent: Option<RecordNumber>,
    ) {
        let suite = Arc::clone(&self.suite);
        let Some(delete) = &suite.resource(&collection.resource).delete else { return };
        let scope = scope_of(oracle, collection, parent);
        let size = self.size(collection, SMALL);
        let step = size.or(suite.size_bounds(collection).default).unwrap_or(SMALL);
        let query = Self::query(scope, 0, size);
        let there = expected(&suite, oracle, collection, &query).members();
        if (there.len() as u64) <= step {
            evidence.obstacles.push("the list has no second page".to_owned());
            return;
        }
        let most = pages_for(there.len() * 2, SMALL.min(step)) + 2;
        let mut walk = Stepping::new("shrinking", Ask::first(name, collection, query.clone()), step, most);
        self.step(oracle, evidence, &mut walk).await;
        let ids = walk.pages.first().and_then(|page| page.ids.as_deref()).unwrap_or_default();
        let inner = ids.get(1..ids.len().saturating_sub(1)).unwrap_or_default().iter().flatten();
        let mut own = inner.filter_map(|id| oracle.find(&collection.resource, id, scope));
        let deleted = own.find(|number| there.contains(number));
        if let Some(record) = deleted {
            let path = self.path_of(&delete.operation, oracle, Some(record));
            let about = evidence::Ask::Delete { record };
            self.deleting(evidence, delete, path.clone(), "delete during a walk", about, Asked::Good).await;
            self.forget(&collection.resource, &path);
        } else {
            walk.end = Some(WalkEnd::Broken);
        }
        while walk.end.is_none() {
            self.step(oracle, evidence, &mut walk).await;
        }
        let (pages, end) = (walk.pages, walk.end.unwrap_or(WalkEnd::Broken));
        let met = |number: &RecordNumber| {
            let id = oracle.record(*number).id.as_str();
            pages.iter().flat_map(Page::known_ids).filter(|known| *known == id).count()
        };
        let disturbed = there.iter().any(|number| Some(*number) != deleted && met(number) != 1);
        evidence.walks.push(Walk {
            label: "shrinking".to_owned(),
            kind: WalkKind::Shrinking,
            query: query.clone(),
            effective_size: Some(step),
            pages,
            end,
        });
        let by_item = matches!(collection.style, Style::TimestampCursor(_) | Style::ItemCursor(_));
        if let (true, Some(record)) = (by_item, deleted) {
            self.behind_deleted(oracle, evidence, &Ask::first(name, collection, query.clone()), record).await;
        }
        if disturbed && by_item {
            let ask = Ask::first(name, collection, query);
            self.walk(oracle, evidence, "still after the delete", WalkKind::Full, ask).await;
        }
    }

    /// The page that goes on from a record which was deleted.
    async fn behind_deleted(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        ask: &Ask<'_>,
        record: RecordNumber,
    ) {
        let Some(cursor) = self.cursor_at(ask.name, ask.collection, oracle, record) else { return };
        let start = match &ask.collection.style {
            Style::ItemCursor(_) => Start::After(cursor),
            _ => Start::Before(cursor),
        };
        let mut ask = ask.clone().at(start);
        ask.anchor = Some(record);
        // A cursor at what is gone may be refused.
        ask.asked = Asked::Open;
        self.single(oracle, evidence, "behind a deleted record", WalkKind::BehindDeleted, ask).await;
    }
}
