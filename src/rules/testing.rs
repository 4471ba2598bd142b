//! A small world to test rules in: a suite with a collection of each style, an oracle with records in two scopes, and evidence that is
//! written down page by page or probe by probe.
//!
//! [`World`] is what holds, [`EvidenceBuilder`] is what a target answered. Answers are honest until a test changes them: totals, echoes,
//! cursors and "more" are computed from the oracle, so that a test only says what it is about.

mod answers;
mod honest;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::document::Document;
use crate::evidence::{
    Ask, Asked, Body, Entry, Evidence, Exchange, Filtering, Page, Probe, Query, RecordNumber, Request,
    Response, Walk, WalkEnd, WalkKind,
};
use crate::oracle::{Oracle, Record, instant_nanoseconds};
use crate::pagination::{PageFacts, Start, Style};
use crate::rules::{Rule, Scene, judge};
use crate::scenario::{Case, Scenario};
use crate::suite::{Collection, Suite};
use crate::verdict::{Judgement, Verdict};
use answers::read;

/// The document of the test suite.
pub(crate) const DOCUMENT: &str = include_str!("testing/boxes.yaml");
/// The test suite.
pub(crate) const SUITE: &str = include_str!("testing/boxes.toml");

/// Item numbers from here on stand for items that are nobody's record.
pub(crate) const STRANGER: usize = 1000;
/// `OTHER + n` stands for note `n` of the other box.
pub(crate) const OTHER: usize = 2000;
/// An item without an id.
pub(crate) const NAMELESS: usize = 3000;

/// The pages of a walk, as lists of item numbers: for tables of cases.
pub(crate) type Pages = &'static [&'static [usize]];

/// What holds: a suite and what the target acknowledged.
#[derive(Debug)]
pub(crate) struct World {
    /// The suite.
    pub(crate) suite: Suite,
    /// What was acknowledged.
    pub(crate) oracle: Oracle,
    /// The box that most tests look into.
    pub(crate) main: RecordNumber,
    /// A box with notes of the same names.
    pub(crate) other: RecordNumber,
    /// A box without notes.
    pub(crate) empty: RecordNumber,
    /// The notes of the main box, in order of creation.
    pub(crate) notes: Vec<RecordNumber>,
    /// The notes of the other box.
    pub(crate) others: Vec<RecordNumber>,
}

impl World {
    /// A world with so many notes in each box, one a second.
    pub(crate) fn new(notes: usize) -> Self {
        Self::amended(&(0..).take(notes).collect::<Vec<i64>>(), &[])
    }

    /// A world with a note for each key (seconds; equal seconds are equal keys).
    pub(crate) fn keyed(seconds: &[i64]) -> Self {
        Self::amended(seconds, &[])
    }

    /// A world whose suite or document says something else: each pair is what stands there and what shall.
    pub(crate) fn amended(seconds: &[i64], changes: &[(&str, &str)]) -> Self {
        let (mut suite, mut document) = (SUITE.to_owned(), DOCUMENT.to_owned());
        for (from, to) in changes {
            assert!(suite.contains(from) || document.contains(from), "nothing to amend: {from}");
            suite = suite.replace(from, to);
            document = document.replace(from, to);
        }
        let suite =
            Suite::load("boxes.toml", &suite, |name| Ok(Document::from_text(name, &document)?)).unwrap();
        let mut oracle = Oracle::default();
        let mut add_box = |label: &str| {
            let sent = BTreeMap::from([("name".to_owned(), json!(label))]);
            oracle.add(record("box", label, 0, None, label, sent, json!({"id": label, "name": label})))
        };
        let (main, other, empty) = (add_box("main"), add_box("other"), add_box("empty"));
        let mut fill = |parent: RecordNumber, label: &str, letter: &str| {
            let notes = seconds.iter().enumerate();
            notes
                .map(|(i, seconds)| {
                    let mut sent = BTreeMap::from([
                        ("name".to_owned(), json!(format!("note-{i}"))),
                        ("text".to_owned(), json!(format!("word{letter}{i} and more"))),
                        ("color".to_owned(), json!(["red", "blue"][i % 2])),
                    ]);
                    if i % 3 > 0 {
                        sent.insert("tags".to_owned(), json!(["a", "b"][..i % 3]));
                    }
                    if i % 2 == 0 {
                        sent.insert("grade".to_owned(), json!(i % 4));
                    }
                    let mut shown =
                        json!({"id": format!("{letter}{i}"), "at": instant(*seconds), "tags": []});
                    for (field, value) in sent.iter().filter(|(field, _)| *field != "grade") {
                        shown[field] = value.clone();
                    }
                    let id = format!("{letter}{i}");
                    oracle.add(record("note", label, i, Some(parent), &id, sent, shown))
                })
                .collect::<Vec<_>>()
        };
        let (notes, others) = (fill(main, "main-notes", "m"), fill(other, "other-notes", "o"));
        Self { suite, oracle, main, other, empty, notes, others }
    }

    /// A collection of the suite.
    pub(crate) fn collection(&self, name: &str) -> &Collection {
        &self.suite.file().collections[name]
    }

    /// Evidence of lists of a collection (`by_page`, `by_offset`, `by_cursor`, `shared`, `everywhere`), in the main box and the first order.
    pub(crate) fn lists<'w>(&'w self, collection: &str) -> EvidenceBuilder<'w> {
        let query = Query {
            scope: self.collection(collection).scope.is_some().then_some(self.main),
            order: 0,
            filters: vec![],
            size: None,
        };
        EvidenceBuilder {
            world: self,
            collection: collection.to_owned(),
            query,
            label: "main".to_owned(),
            evidence: Evidence::default(),
        }
    }

    /// Evidence of requests that stand alone.
    pub(crate) fn probes(&self) -> EvidenceBuilder<'_> {
        self.lists("by_page")
    }

    /// Judges evidence by a rule, as a case of the scenario.
    pub(crate) fn judge(&self, rule: &'static Rule, evidence: &Evidence, scenario: Scenario) -> Judgement {
        let operation = match (scenario.collection(), scenario.resource()) {
            (Some(collection), _) => self.collection(collection).operation.clone(),
            (None, Some(resource)) => {
                self.suite.resource(resource).created_by().unwrap_or_default().to_owned()
            }
            (None, None) => "create_note".to_owned(),
        };
        assert!(rule.scenarios.contains(&scenario.kind()), "{} does not judge {scenario:?}", rule.code);
        let case = Case { id: "boxes::test".to_owned(), operation, scenario };
        judge(rule, &Scene { suite: &self.suite, case: &case, oracle: &self.oracle, evidence })
    }

    /// The instant of a note as a cursor.
    pub(crate) fn cursor(&self, note: usize) -> String {
        let at = &self.oracle.record(self.notes[note]).acknowledged["at"];
        (instant_nanoseconds(at).unwrap() / 1_000_000).to_string()
    }

    /// The record of an item number, if it is one.
    fn number(&self, item: usize) -> Option<RecordNumber> {
        match item {
            STRANGER..OTHER | NAMELESS => None,
            OTHER.. => Some(self.others[item - OTHER]),
            _ => Some(self.notes[item]),
        }
    }

    /// The representation of an item number.
    fn item(&self, item: usize) -> Value {
        match self.number(item) {
            Some(number) => self.oracle.record(number).acknowledged.as_ref().clone(),
            None if item == NAMELESS => json!({"at": instant(3), "color": "red", "tags": []}),
            // Strangers come in between and match everything.
            None => json!({"id": format!("x{item}"), "at": instant(3), "color": "red", "tags": ["a"]}),
        }
    }
}

/// An instant that is so many seconds old in a world that begins with the year.
pub(crate) fn instant(seconds: i64) -> String {
    jiff::Timestamp::from_second(1_767_225_600 + seconds).unwrap().to_string()
}

fn record(
    resource: &str,
    label: &str,
    index: usize,
    parent: Option<RecordNumber>,
    id: &str,
    sent: BTreeMap<String, Value>,
    acknowledged: Value,
) -> Record {
    Record {
        resource: resource.to_owned(),
        label: label.to_owned(),
        index,
        parent,
        id: id.to_owned(),
        sent: Arc::new(sent),
        acknowledged: Arc::new(acknowledged),
        marker: (resource == "note").then(|| format!("word{id}")),
        moment: index,
    }
}

/// What a target answered, written down by a test.
#[derive(Clone, Debug)]
pub(crate) struct EvidenceBuilder<'w> {
    world: &'w World,
    collection: String,
    query: Query,
    label: String,
    evidence: Evidence,
}

impl EvidenceBuilder<'_> {
    /// What follows looks into this box.
    pub(crate) fn scope(mut self, scope: RecordNumber) -> Self {
        self.query.scope = Some(scope);
        self.label = self.world.oracle.record(scope).label.clone();
        self
    }

    /// What follows is in this order of the collection.
    pub(crate) fn order(mut self, order: usize) -> Self {
        self.query.order = order;
        self
    }

    /// What follows is filtered by this, too.
    pub(crate) fn filter(mut self, filter: &str, value: Value) -> Self {
        self.query.filters.push(Filtering { filter: filter.to_owned(), value });
        self
    }

    /// A whole walk over these pages; each is a list of item numbers.
    pub(crate) fn walk(self, size: u64, pages: &[&[usize]]) -> Self {
        self.walk_from(WalkKind::Full, Start::First, Some(size), pages)
    }

    /// A walk from a note towards newer ones.
    pub(crate) fn backward(self, size: u64, from: usize, pages: &[&[usize]]) -> Self {
        let cursor = self.cursor(from);
        let by_item = matches!(self.world.collection(&self.collection).style, Style::ItemCursor(_));
        let start = if by_item { Start::Before(cursor) } else { Start::After(cursor) };
        self.walk_from(WalkKind::Backward, start, Some(size), pages).anchor(from)
    }

    /// One page.
    pub(crate) fn page(self, kind: WalkKind, start: Start, size: Option<u64>, items: &[usize]) -> Self {
        self.walk_from(kind, start, size, &[items])
    }

    /// The page of items older than a note.
    pub(crate) fn before(self, note: usize, size: u64, items: &[usize]) -> Self {
        let start = Start::Before(self.cursor(note));
        self.page(WalkKind::Page, start, Some(size), items).anchor(note)
    }

    /// The page of items newer than a note.
    pub(crate) fn after(self, note: usize, size: u64, items: &[usize]) -> Self {
        let start = Start::After(self.cursor(note));
        self.page(WalkKind::Page, start, Some(size), items).anchor(note)
    }

    /// The page of items between two notes, the older one first.
    pub(crate) fn between(self, lower: usize, upper: usize, size: u64, items: &[usize]) -> Self {
        let start = Start::Between { after: self.cursor(lower), before: self.cursor(upper) };
        let upper = self.world.notes[upper];
        self.page(WalkKind::Page, start, Some(size), items)
            .anchor(lower)
            .change(|walk| walk.pages[0].upper_anchor = Some(upper))
    }

    /// A cursor that stands at a note.
    fn cursor(&self, note: usize) -> String {
        match self.world.collection(&self.collection).style {
            Style::ItemCursor(_) => self.world.oracle.record(self.world.notes[note]).id.clone(),
            _ => self.world.cursor(note),
        }
    }

    fn anchor(self, note: usize) -> Self {
        let number = self.world.notes[note];
        self.change(|walk| walk.pages[0].anchor = Some(number))
    }

    /// The last walk gets this label.
    pub(crate) fn label(self, label: &str) -> Self {
        self.change(|walk| label.clone_into(&mut walk.label))
    }

    /// The last walk ended like this.
    pub(crate) fn end(self, end: WalkEnd) -> Self {
        self.change(|walk| walk.end = end)
    }

    /// Changes the last walk.
    pub(crate) fn change(mut self, change: impl FnOnce(&mut Walk)) -> Self {
        change(self.evidence.walks.last_mut().unwrap());
        self
    }

    /// A page of the last walk says something else at this pointer of its content; the last part may be a new member.
    pub(crate) fn set(self, page: usize, pointer: &str, value: Value) -> Self {
        self.content(page, |content| {
            let (parent, member) = pointer.rsplit_once('/').unwrap();
            content.pointer_mut(parent).unwrap()[member] = value;
        })
    }

    /// Every page of the last walk says something else at this pointer of its content.
    pub(crate) fn set_all(mut self, pointer: &str, value: &Value) -> Self {
        for page in 0..self.evidence.walks.last().unwrap().pages.len() {
            self = self.set(page, pointer, value.clone());
        }
        self
    }

    /// Changes the content of a page of the last walk, and reads it again.
    pub(crate) fn content(mut self, page: usize, change: impl FnOnce(&mut Value)) -> Self {
        let collection = self.world.collection(&self.collection);
        let page = &mut self.evidence.walks.last_mut().unwrap().pages[page];
        let response = self.evidence.entries[page.entry].exchange.outcome.as_mut().unwrap();
        let mut content = response.body.json().unwrap().clone();
        change(&mut content);
        response.body = Body::new(content.to_string());
        let headers = response.headers.clone();
        let path = self.evidence.entries[page.entry].exchange.request.path.clone();
        page.facts = read(self.world, collection, &path, &content, &headers);
        self
    }

    /// A page of the last walk has this header field, in place of those of its name.
    pub(crate) fn header(mut self, page: usize, name: &str, value: &str) -> Self {
        let entry = self.evidence.walks.last().unwrap().pages[page].entry;
        let headers = &mut self.evidence.entries[entry].exchange.outcome.as_mut().unwrap().headers;
        headers.retain(|(known, _)| known != name);
        headers.push((name.to_owned(), value.to_owned()));
        self.content(page, |_| {})
    }

    /// A page of the last walk is an answer with this status, and no page.
    pub(crate) fn refuse(mut self, page: usize, status: u16) -> Self {
        let page = &mut self.evidence.walks.last_mut().unwrap().pages[page];
        page.ids = None;
        page.facts = PageFacts::default();
        self.evidence.entries[page.entry].exchange.outcome = Ok(response(status, &json!({"message": "no"})));
        self
    }

    /// A request that stands alone.
    pub(crate) fn probe(mut self, label: &str, ask: Ask, asked: Asked, exchange: Exchange) -> Self {
        self.evidence.probes.push(Probe { label: label.to_owned(), ask, entry: self.evidence.entries.len() });
        self.evidence.entries.push(Entry { exchange, asked });
        self
    }

    /// The evidence.
    pub(crate) fn done(self) -> Evidence {
        self.evidence
    }

    /// Judges the evidence by a rule, as a case of the scenario.
    pub(crate) fn judge(&self, rule: &'static Rule, scenario: Scenario) -> Judgement {
        self.world.judge(rule, &self.evidence, scenario)
    }

    /// Expects a verdict of a rule. For lists: the kind of scenario is the first that the rule judges.
    #[track_caller]
    pub(crate) fn expect(&self, rule: &'static Rule, verdict: Verdict) -> Judgement {
        let judgement = self.judge(rule, self.scenario(rule));
        assert_eq!(judgement.verdict, verdict, "{judgement:#?}");
        judgement
    }

    /// A scenario about the builder's collection of the first kind that a rule judges.
    fn scenario(&self, rule: &Rule) -> Scenario {
        use crate::scenario::Kind;
        let collection = self.collection.clone();
        let filter = |n: usize| self.query.filters.get(n).map_or("color", |f| &f.filter).to_owned();
        match rule.scenarios[0] {
            Kind::Walk => Scenario::Walk { collection, order: self.query.order },
            Kind::Pages => Scenario::Pages { collection },
            Kind::Bounds => Scenario::Bounds { collection },
            Kind::Tokens => Scenario::Tokens { collection },
            Kind::Links => Scenario::Links { collection },
            Kind::Filter => Scenario::Filter { collection, filter: filter(0) },
            Kind::FilterPair => Scenario::FilterPair { collection, first: filter(0), second: filter(1) },
            Kind::Combination => Scenario::Combination { collection, combination: filter(0) },
            Kind::UnknownParent => Scenario::UnknownParent { collection },
            Kind::Create => Scenario::Create { resource: "note".to_owned() },
            Kind::Fetch => Scenario::Fetch { resource: "note".to_owned() },
            Kind::FetchElsewhere => Scenario::FetchElsewhere { resource: "note".to_owned() },
            Kind::Update => Scenario::Update { resource: "note".to_owned() },
            Kind::Delete => Scenario::Delete { resource: "note".to_owned() },
            Kind::Together => Scenario::Together { resource: "note".to_owned() },
            Kind::Expire => Scenario::Expire { resource: "note".to_owned() },
            Kind::OtherTenant => Scenario::OtherTenant { collection },
            Kind::OtherUser => Scenario::OtherUser { collection },
            Kind::Parameters => Scenario::Parameters,
            Kind::Content => Scenario::Content,
            Kind::Methods => Scenario::Methods,
            Kind::Http => Scenario::Http,
            Kind::Credentials => Scenario::Credentials,
        }
    }

    pub(crate) fn walk_from(
        mut self,
        kind: WalkKind,
        mut start: Start,
        size: Option<u64>,
        pages: &[&[usize]],
    ) -> Self {
        let collection = self.world.collection(&self.collection);
        let query = Query { size, ..self.query.clone() };
        let effective = size.or(self.world.suite.size_bounds(collection).default);
        let mut walk = Walk {
            label: size.map_or_else(|| self.label.clone(), |size| format!("{} size={size}", self.label)),
            kind,
            query: query.clone(),
            effective_size: effective,
            pages: Vec::new(),
            end: match kind {
                WalkKind::Full | WalkKind::Backward => WalkEnd::Exhausted,
                _ => WalkEnd::Single,
            },
        };
        for items in pages {
            let path = self.path(collection, &start, size);
            let (content, headers) = self.answer(collection, &query, &start, effective.unwrap_or(10), items);
            let facts = read(self.world, collection, &path, &content, &headers);
            walk.pages.push(Page {
                entry: self.evidence.entries.len(),
                start: start.clone(),
                anchor: None,
                upper_anchor: None,
                ids: Some(
                    items
                        .iter()
                        .map(|item| self.world.item(*item)["id"].as_str().map(str::to_owned))
                        .collect(),
                ),
                items_at: "/items".to_owned(),
                facts: facts.clone(),
            });
            let mut exchange = exchange(&collection.operation, "GET", &path, None, 200, &content);
            exchange.outcome.as_mut().unwrap().headers.extend(headers);
            self.evidence.entries.push(Entry { exchange, asked: Asked::Good });
            let next = collection.style.next(&start, effective.unwrap_or(10), items.len(), &facts);
            start = next.unwrap_or(start);
        }
        self.evidence.walks.push(walk);
        self
    }
}

/// An exchange with JSON content.
pub(crate) fn exchange(
    operation: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
    status: u16,
    content: &Value,
) -> Exchange {
    Exchange {
        operation: operation.to_owned(),
        purpose: "test".to_owned(),
        request: Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: vec![],
            body: body.map(|body| Body::new(body.to_string())),
        },
        outcome: Ok(response(status, content)),
        earlier: Vec::new(),
        sent_us: 0,
        elapsed_us: 1,
    }
}

/// A response with JSON content.
pub(crate) fn response(status: u16, content: &Value) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: Body::new(content.to_string()),
        refused: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_honest() {
        let world = World::new(5);
        let evidence = world.lists("by_page").walk(2, &[&[0, 1], &[2, 3], &[4], &[]]).done();
        let facts = &evidence.walks[0].pages[2].facts;
        assert_eq!((facts.total, facts.pages, facts.page, facts.size), (Some(5), Some(3), Some(3), Some(2)));
        let evidence = world.lists("by_cursor").walk(3, &[&[4, 3, 2], &[1, 0]]).done();
        let pages = &evidence.walks[0].pages;
        assert_eq!(pages[1].start, Start::Before(world.cursor(2)));
        assert_eq!((pages[0].facts.has_more, pages[1].facts.has_more), (Some(true), Some(false)));
        assert_eq!(pages[1].facts.after.as_deref(), Some(world.cursor(1).as_str()));
        let evidence =
            world.lists("by_offset").walk(3, &[&[4, 3, 2], &[1, 0]]).set(0, "/total", json!(9)).done();
        assert_eq!(evidence.walks[0].pages[0].facts.total, Some(9));
        assert_eq!(evidence.walks[0].pages[1].start, Start::Offset(3));
        let evidence = world.lists("by_page").scope(world.other).walk(2, &[&[OTHER, OTHER + 1]]).done();
        assert_eq!(evidence.walks[0].ids().collect::<Vec<_>>(), ["o0", "o1"]);
    }

    #[test]
    fn probes_stand_alone() {
        let world = World::new(1);
        let ask = || Ask::Fetch { record: world.notes[0] };
        let answer = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &world.item(0));
        let evidence = world
            .probes()
            .probe("one", ask(), Asked::Good, answer.clone())
            .probe("two", ask(), Asked::Good, answer)
            .done();
        assert_eq!(evidence.probes.iter().map(|probe| probe.entry).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(evidence.json(1), Some(&world.item(0)));
    }
}
