//! Lists: one page, a walk from page to page, and the form in which cursors are honoured.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Driver;
use crate::document::Schema;
use crate::evidence::{Asked, Evidence, Exchange, Page, Query, RecordNumber, Walk, WalkEnd, WalkKind};
use crate::oracle::{Oracle, expected, instant_nanoseconds, key_of};
use crate::pagination::{Answer, CursorForm, PageFacts, Place, Rel, Start, Style, TimestampCursor};
use crate::suite::{At, Collection, OrderKey, OverLargest, PastEnd};

/// The items of an answer that has none.
static NOTHING: Vec<Value> = Vec::new();

/// How many foreign items a list may hold before the harness stops reading it.
const FOREIGN: usize = 500;

/// A spelling of "no filter" in the content of a list operation.
#[derive(Clone, Debug)]
pub(super) enum Unfiltered {
    /// No content at all.
    Absent,
    /// This JSON text.
    Json(Value),
}

/// A page to be asked for.
#[derive(Clone, Debug)]
pub(super) struct Ask<'a> {
    /// The collection's name.
    pub name: &'a str,
    /// The collection.
    pub collection: &'a Collection,
    /// The query.
    pub query: Query,
    /// Where the page starts.
    pub start: Start,
    /// The record that `start` stands at.
    pub anchor: Option<RecordNumber>,
    /// The record that the upper bound stands at.
    pub upper_anchor: Option<RecordNumber>,
    /// An id that is sent in place of the scope's own, where an argument names the scope.
    pub scope_as: Option<String>,
    /// Whether the query's parameters are sent in the opposite order.
    pub backwards: bool,
    /// How the absence of a filter is spelt.
    pub unfiltered: Unfiltered,
    /// What the request asks, seen from the document.
    pub asked: Asked,
    /// Whether it goes over a connection of its own.
    pub new_connection: bool,
    /// Header fields beside the usual ones.
    pub headers: Vec<(String, String)>,
    /// Query parameters beside those of the query.
    pub beside: Vec<(String, String)>,
}

impl<'a> Ask<'a> {
    /// The first page of a query.
    pub(super) fn first(name: &'a str, collection: &'a Collection, query: Query) -> Self {
        Self {
            name,
            collection,
            query,
            start: Start::First,
            anchor: None,
            upper_anchor: None,
            scope_as: None,
            backwards: false,
            unfiltered: Unfiltered::Absent,
            asked: Asked::Good,
            new_connection: false,
            headers: Vec::new(),
            beside: Vec::new(),
        }
    }

    /// The same query with another start.
    pub(super) fn at(mut self, start: Start) -> Self {
        self.start = start;
        self
    }
}

impl Driver {
    /// A query for the whole of a list in one of its orders.
    pub(super) fn query(scope: Option<RecordNumber>, order: usize, size: Option<u64>) -> Query {
        Query { scope, order, filters: Vec::new(), size }
    }

    /// Asks for one page and reads the answer.
    pub(super) async fn page(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        purpose: &str,
        ask: &Ask<'_>,
    ) -> Page {
        let parts = self.list_parts(oracle, ask);
        let outgoing = self.outgoing(&ask.collection.operation, purpose, &parts);
        let entry = if ask.new_connection {
            self.send_on_new_connection(evidence, outgoing, ask.asked).await
        } else {
            self.send(evidence, outgoing, ask.asked).await
        };
        let collection = ask.collection;
        let resource = self.suite.resource(&collection.resource);
        let mut page = Page {
            entry,
            start: ask.start.clone(),
            anchor: ask.anchor,
            upper_anchor: ask.upper_anchor,
            ids: None,
            items_at: collection.items.all()[0].clone(),
            facts: PageFacts::default(),
        };
        if !evidence.entries[entry].exchange.is_success() {
            return page;
        }
        if let Some(json) = evidence.json(entry) {
            if let Some(pointer) = collection.items.found_at(json) {
                pointer.clone_into(&mut page.items_at);
            }
            let items = json.pointer(&page.items_at).and_then(Value::as_array);
            let exchange = &evidence.entries[entry].exchange;
            page.facts = collection.style.facts(&Answer {
                content: json,
                headers: exchange.response().map_or(&[], |response| &response.headers),
                items: items.map_or(&[], Vec::as_slice),
                id: resource.id.all(),
                place: Place {
                    base: self.client.base_url(),
                    path: &exchange.request.path,
                    servers: &self.servers,
                },
            });
            let items = items.or_else(|| self.may_lack_items(collection, exchange).then_some(&NOTHING));
            page.ids = items.map(|items| {
                items
                    .iter()
                    .map(|item| match resource.id.find(item)? {
                        Value::String(id) => Some(id.clone()),
                        Value::Number(id) => Some(id.to_string()),
                        _ => None,
                    })
                    .collect()
            });
        }
        page
    }

    /// The page size in force, as far as it is known: the one asked for, lowered where the suite says so, else the default.
    fn effective_size(&self, collection: &Collection, asked: Option<u64>) -> Option<u64> {
        let lowered = collection.largest_size.as_ref().filter(|largest| largest.over == OverLargest::Lowered);
        match (asked, lowered) {
            (Some(size), Some(largest)) => Some(size.min(largest.size)),
            (Some(size), None) => Some(size),
            (None, _) => self.suite.size_bounds(collection).default,
        }
    }

    /// Whether an answer without items is as the document has it: then the list is empty.
    fn may_lack_items(&self, collection: &Collection, exchange: &Exchange) -> bool {
        let operation = self.suite.operation(&collection.operation);
        let schema = exchange.response().and_then(|response| {
            let documented = operation.response(response.status)?;
            documented.media_type(&response.essence()?)?.schema.as_ref()
        });
        let absent = |content: &Value| collection.items.all().iter().all(|at| content.pointer(at).is_none());
        let named =
            |schema: &Schema| self.suite.document().resolve(schema.value()).get("properties").is_some();
        exchange.json().is_some_and(|content| {
            content.is_object() && absent(content) && schema.is_some_and(|s| named(s) && s.is_valid(content))
        })
    }

    /// One page as a walk of its own.
    pub(super) async fn single(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        label: &str,
        kind: WalkKind,
        ask: Ask<'_>,
    ) {
        let page = self.page(oracle, evidence, label, &ask).await;
        let effective_size = self.effective_size(ask.collection, ask.query.size);
        let query = ask.query;
        let walk = Walk {
            label: label.to_owned(),
            kind,
            query,
            effective_size,
            pages: vec![page],
            end: WalkEnd::Single,
        };
        evidence.walks.push(walk);
    }

    /// Follows a list from a start until the target says that nothing more comes.
    pub(super) async fn walk(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        label: &str,
        kind: WalkKind,
        mut ask: Ask<'_>,
    ) {
        let known = expected(&self.suite, oracle, ask.collection, &ask.query);
        let effective_size = self.effective_size(ask.collection, ask.query.size);
        let step = effective_size.unwrap_or(1).max(1);
        let mut most = pages_for(known.len() + known.maybe.len(), step) + 2;
        if ask.collection.may_be_short() {
            // Each page may hold a single item, and some none.
            most += known.len() + known.maybe.len();
        }
        let mut spare = ask.collection.empty_pages(known.len() + known.maybe.len());
        let mut pages: Vec<Page> = Vec::new();
        let mut starts: BTreeSet<Start> = BTreeSet::new();
        let mut met = 0;
        let mut own: BTreeSet<RecordNumber> = BTreeSet::new();
        let end = loop {
            let again = !starts.insert(ask.start.clone());
            // A token may stand for the reading and not for a place in the list: then the pages that it gives differ.
            if again && !matches!(ask.start, Start::Token(_)) {
                break WalkEnd::Loop;
            }
            if pages.len() >= most {
                let empty = pages.last().is_some_and(Page::is_empty);
                if empty && spare > 0 {
                    spare -= 1;
                } else if known.closed || empty {
                    break WalkEnd::Cap;
                }
                // In a list that others write into, the target may well have more to tell than we know of.
                let foreign = pages.iter().filter_map(Page::len).sum::<usize>();
                if foreign > known.len() * 3 + FOREIGN {
                    break WalkEnd::Budget;
                }
                most += 1;
            }
            let page = self.page(oracle, evidence, label, &ask).await;
            let Some(items) = page.len() else {
                // Some APIs answer a page past the end with 404: where the suite does not rule that out, and all that is known of was met,
                // it is the end.
                let status = evidence.entries[page.entry].exchange.status();
                let open = ask.collection.style.ends_by_short_page() && may_be_absent(ask.collection);
                if status == Some(404) && !pages.is_empty() && open && met >= known.len() {
                    evidence.entries[page.entry].asked = Asked::Open;
                    break WalkEnd::Exhausted;
                }
                pages.push(page);
                break WalkEnd::Broken;
            };
            if again && pages.iter().any(|earlier| earlier.start == page.start && earlier.ids == page.ids) {
                break WalkEnd::Loop;
            }
            met += items;
            let before = own.len();
            own.extend(page.known_ids().filter_map(|id| {
                let number = oracle.find(&ask.collection.resource, id, ask.query.scope)?;
                (ask.query.scope.is_none() || oracle.record(number).parent == ask.query.scope)
                    .then_some(number)
            }));
            // Pages may be short where nothing rules that out: as long as they bring something, the walk goes on.
            if own.len() > before && (items as u64) < step && !ask.collection.style.ends_by_short_page() {
                most += 1;
            }
            let total = page.facts.total.and_then(|total| usize::try_from(total).ok()).unwrap_or(0);
            let short = (items as u64) < step && met >= known.len() && met >= total;
            let style = &ask.collection.style;
            let passed = ask.collection.passed_over(effective_size, items);
            let mut next = match (kind, style) {
                (WalkKind::Backward, Style::Token(_) | Style::LinkHeader(_) | Style::NextUrl(_)) => {
                    style.previous(&page.facts)
                }
                _ => style.next(&ask.start, passed, items, &page.facts),
            };
            if short && style.ends_by_short_page() {
                // Nothing says that more comes, and a full page would be needed for it.
                next = None;
            }
            let towards = if kind == WalkKind::Backward { Rel::Previous } else { Rel::Next };
            let astray = page.facts.links.get(&towards).is_some_and(|link| link.leads.is_err());
            pages.push(page);
            match next {
                Some(next) => ask.start = self.in_form(ask.name, ask.collection, next),
                None if astray => break WalkEnd::Astray,
                None => break WalkEnd::Exhausted,
            }
            ask.anchor = None;
        };
        evidence.walks.push(Walk {
            label: label.to_owned(),
            kind,
            query: ask.query,
            effective_size,
            pages,
            end,
        });
    }

    /// A cursor that an answer gave, in the form that the collection honours.
    pub(super) fn in_form(&self, name: &str, collection: &Collection, start: Start) -> Start {
        let Style::TimestampCursor(style) = &collection.style else { return start };
        let Some(usual) = style.forms.first().copied() else { return start };
        let form = self.form(name, usual);
        let rewrite = |cursor: String| match (form, cursor.parse::<i64>()) {
            (CursorForm::DateTime, Ok(milliseconds)) => form.write(milliseconds),
            _ => cursor,
        };
        match start {
            Start::Before(cursor) => Start::Before(rewrite(cursor)),
            Start::After(cursor) => Start::After(rewrite(cursor)),
            other => other,
        }
    }

    /// A cursor that stands at a record.
    pub(super) fn cursor_at(
        &self,
        name: &str,
        ask: &Collection,
        oracle: &Oracle,
        record: RecordNumber,
    ) -> Option<String> {
        match &ask.style {
            Style::TimestampCursor(style) => {
                let form = self.form(name, *style.forms.first()?);
                Some(form.write(milliseconds_of(ask, oracle, record)?))
            }
            style => {
                let id = self.suite.resource(&ask.resource).id.all();
                style.cursor_of(&oracle.record(record).acknowledged, id)
            }
        }
    }

    /// A page size as near to this one as the document allows; `None` where clients may not choose one.
    pub(super) fn size(&self, collection: &Collection, wanted: u64) -> Option<u64> {
        collection.style.size_parameter()?;
        let bounds = self.suite.size_bounds(collection);
        Some(wanted.max(bounds.minimum.unwrap_or(1)).min(bounds.maximum.unwrap_or(u64::MAX)))
    }

    /// The forms of a cursor that the target honours: a page bounded by one holds nothing that lies beyond it, and what it should.
    pub(super) async fn honoured_forms(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        collection: &Collection,
        style: &TimestampCursor,
    ) -> Vec<CursorForm> {
        let mut honoured = Vec::new();
        let Some((scope, members)) = self.middling_scope(oracle, collection) else { return honoured };
        let anchor = members[members.len() / 2];
        let Some(instant) = milliseconds_of(collection, oracle, anchor) else { return honoured };
        let size = self.suite.size_bounds(collection).maximum;
        for form in &style.forms {
            let ask = Ask::first("", collection, Self::query(Some(scope), 0, size))
                .at(Start::Before(form.write(instant)));
            let page =
                self.page(oracle, evidence, &format!("which form of a cursor: {}", form.name()), &ask).await;
            let met: BTreeSet<RecordNumber> = page
                .known_ids()
                .filter_map(|id| oracle.find(&collection.resource, id, Some(scope)))
                .collect();
            let older =
                |n: &RecordNumber| milliseconds_of(collection, oracle, *n).is_some_and(|ms| ms < instant);
            let newer =
                |n: &RecordNumber| milliseconds_of(collection, oracle, *n).is_some_and(|ms| ms > instant);
            if met.iter().any(older) && !met.iter().any(newer) {
                honoured.push(*form);
            }
        }
        honoured
    }

    /// A list with a handful of members, and those members in order; where there is one list for all, the run's own records in it.
    pub(super) fn handful(
        &self,
        oracle: &Oracle,
        collection: &Collection,
    ) -> Option<(Option<RecordNumber>, Vec<RecordNumber>)> {
        if collection.scope.is_some() {
            return self.middling_scope(oracle, collection).map(|(scope, members)| (Some(scope), members));
        }
        let members = expected(&self.suite, oracle, collection, &Self::query(None, 0, None)).members();
        (members.len() >= 5).then_some((None, members))
    }

    /// A scope with a handful of members, and those members in order.
    pub(super) fn middling_scope(
        &self,
        oracle: &Oracle,
        collection: &Collection,
    ) -> Option<(RecordNumber, Vec<RecordNumber>)> {
        Self::scopes(oracle, collection)
            .into_iter()
            .flatten()
            .map(|scope| {
                (
                    scope,
                    expected(&self.suite, oracle, collection, &Self::query(Some(scope), 0, None)).members(),
                )
            })
            .filter(|(_, members)| members.len() >= 5)
            .min_by_key(|(scope, members)| (members.len(), *scope))
    }

    /// The records whose lists are walked; one `None` where there is one list for all. Lists of which nothing is known are left out.
    pub(super) fn scopes(oracle: &Oracle, collection: &Collection) -> Vec<Option<RecordNumber>> {
        let mut scopes = Self::all_scopes(oracle, collection);
        scopes.retain(|scope| !oracle.is_withheld(&collection.resource, *scope));
        scopes
    }

    /// The records whose lists there are, known whole or not.
    pub(super) fn all_scopes(oracle: &Oracle, collection: &Collection) -> Vec<Option<RecordNumber>> {
        match &collection.scope {
            None => vec![None],
            Some(scope) => oracle
                .records()
                .filter(|(_, r)| r.resource == *scope)
                .map(|(number, _)| Some(number))
                .collect(),
        }
    }

    /// How a scope is called in labels.
    pub(super) fn scope_label(oracle: &Oracle, scope: Option<RecordNumber>) -> String {
        scope.map_or_else(|| "all".to_owned(), |scope| oracle.record(scope).label.clone())
    }

    /// The spellings of "no filter" that the document allows for a list's content.
    pub(super) fn unfiltered_spellings(&self, collection: &Collection) -> Vec<(String, Unfiltered)> {
        let Some(body) = &self.suite.operation(&collection.operation).request_body else { return Vec::new() };
        let Some(schema) = body.content.first().and_then(|media_type| media_type.schema.as_ref()) else {
            return Vec::new();
        };
        let mut spellings = vec![json!({}), Value::Null];
        // Where all filters lie under one member of the content, that member may be empty or null as well.
        let members: BTreeSet<&str> = collection
            .filters
            .values()
            .filter_map(|filter| match &filter.at {
                At::Body(pointer) | At::BodyEach(pointer) => pointer.split('/').nth(1),
                At::Query(_) => None,
            })
            .collect();
        if let (Some(member), 1) = (members.first(), members.len()) {
            spellings.extend([json!({ *member: {} }), json!({ *member: null })]);
        }
        spellings
            .into_iter()
            .filter(|value| schema.is_valid(value))
            .map(|value| (format!("content {value}"), Unfiltered::Json(value)))
            .collect()
    }
}

/// Whether a page past the end may be answered with 404: the suite says so, or does not say.
pub(super) fn may_be_absent(collection: &Collection) -> bool {
    collection.conventions.past_end.as_ref().is_none_or(|settled| settled.is == PastEnd::NotFound)
}

/// The instant of a record, in milliseconds, that a timestamp cursor at it has.
pub(super) fn milliseconds_of(collection: &Collection, oracle: &Oracle, record: RecordNumber) -> Option<i64> {
    let acknowledged = &oracle.record(record).acknowledged;
    let OrderKey::Instant(pointers) = &collection.orders.first()?.by else { return None };
    key_of(&OrderKey::Instant(pointers.clone()), acknowledged)?;
    i64::try_from(instant_nanoseconds(pointers.find(acknowledged)?)?.div_euclid(1_000_000)).ok()
}

/// How many pages of a size so many items fill; at least one.
pub(super) fn pages_for(items: usize, size: u64) -> usize {
    items.div_ceil(usize::try_from(size).unwrap_or(usize::MAX).max(1)).max(1)
}
