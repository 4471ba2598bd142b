//! A walk through a list that shrinks: a record that was met is deleted, the walk goes on, and then its place is asked for.

use std::sync::Arc;

use super::Driver;
use super::list::{Ask, may_be_absent, pages_for};
use super::together::{SMALL, scope_of};
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
        let mut ask = Ask::first(name, collection, query.clone());
        let positional = matches!(collection.style, Style::PageNumber(_) | Style::OffsetLimit(_));
        let most = pages_for(there.len() * 2, SMALL.min(step)) + 2;
        let mut pages: Vec<Page> = Vec::new();
        let mut deleted = None;
        let end = loop {
            if pages.len() >= most {
                break WalkEnd::Cap;
            }
            let page = self.page(oracle, evidence, "shrinking", &ask).await;
            let items = page.len();
            let status = evidence.entries[page.entry].exchange.status();
            if status == Some(404) && !pages.is_empty() && positional && may_be_absent(collection) {
                evidence.entries[page.entry].asked = Asked::Open;
                break WalkEnd::Exhausted;
            }
            let next = items.and_then(|items| collection.style.next(&ask.start, step, items, &page.facts));
            pages.push(page);
            if pages.len() == 1 {
                let ids = pages[0].ids.as_deref().unwrap_or_default();
                let inner = ids.get(1..ids.len().saturating_sub(1)).unwrap_or_default().iter().flatten();
                let mut own = inner.filter_map(|id| oracle.find(&collection.resource, id, scope));
                let Some(record) = own.find(|number| there.contains(number)) else { break WalkEnd::Broken };
                let path = self.path_of(&delete.operation, oracle, Some(record));
                let about = evidence::Ask::Delete { record };
                self.deleting(evidence, delete, path.clone(), "delete during a walk", about, Asked::Good)
                    .await;
                self.forget(&collection.resource, &path);
                deleted = Some(record);
            }
            match (items, next) {
                (None, _) => break WalkEnd::Broken,
                (Some(count), Some(next)) if !positional || count as u64 >= step => {
                    ask.start = self.in_form(name, collection, next);
                }
                _ => break WalkEnd::Exhausted,
            }
        };
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
