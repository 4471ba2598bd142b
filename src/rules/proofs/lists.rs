//! What must hold of pages and of whole walks: their items in order, their totals, their word on what follows.
//!
//! A claim must hold of a right server for the very requests that were sent, and a wrong one may have ended a walk early: so most claims
//! are about one page, whose place in the list follows from its own request.

use crate::evidence::{Ask, Page, Query, RecordNumber, Walk, WalkKind};
use crate::oracle::{Expected, Record, instant_nanoseconds};
use crate::pagination::{Start, Style};
use crate::rules::Scene;
use crate::rules::lifecycle::walks::list_of;
use crate::rules::paging::lists::{closed, cursor_instant, positional, total_is_exact};
use crate::suite::{Adjacency, Collection, CursorItem, Direction, EmptyCursors, OrderKey};
use crate::verdict::{Claim, Fit, Likeness, Pages, Place};

/// The claims about the pages among these entries, the most telling first.
pub(super) fn candidates(scene: &Scene<'_>, entries: &[usize], pointer: Option<&str>) -> Vec<Claim> {
    if scene.evidence.walks.is_empty() {
        return Vec::new();
    }
    let mut items = Vec::new();
    let mut facts = Vec::new();
    let mut walks: Vec<&Walk> = Vec::new();
    for entry in entries {
        for (walk, page) in scene.evidence.pages().filter(|(_, page)| page.entry == *entry) {
            // A list is held to what the oracle knows in the end: that must have been there when the page was asked for.
            if moves_after(scene, page.entry) {
                continue;
            }
            let Some(list) = List::of(scene, walk) else { continue };
            items.extend(list.page(page));
            facts.extend(list.facts(page));
            if !walks.iter().any(|other| other.label == walk.label) {
                walks.push(walk);
            }
        }
    }
    if let [one, other] = walks.as_slice()
        && let ([a], [b]) = (one.pages.as_slice(), other.pages.as_slice())
        && let (Some(first), Some(second)) = (List::of(scene, one), List::of(scene, other))
    {
        items.push(Claim::SameList { one: second.pages(&[b]), other: first.pages(&[a]) });
    }
    items.extend(walks.iter().filter_map(|walk| List::of(scene, walk)?.whole()));
    // A finding that points at what an answer says of itself is about that.
    let about_fact = |claim: &Claim| {
        let at = match claim {
            Claim::Value { place, .. } | Claim::Nothing { place } => place.at.first(),
            Claim::CursorAtEnd { cursor, .. } => cursor.at.first(),
            _ => None,
        };
        pointer.is_some() && at.map(String::as_str) == pointer
    };
    let (first, rest): (Vec<Claim>, Vec<Claim>) = facts.into_iter().partition(about_fact);
    first.into_iter().chain(items).chain(rest).collect()
}

/// Whether the case created something after an entry, or deleted something before it.
fn moves_after(scene: &Scene<'_>, entry: usize) -> bool {
    scene.evidence.probes.iter().any(|probe| match &probe.ask {
        Ask::Create { records, .. } => probe.entry > entry && !records.is_empty(),
        Ask::Delete { .. } => probe.entry < entry,
        _ => false,
    })
}

/// The names of the records that must be there for a claim to be broken again: all members of the lists that it is about.
pub(super) fn members(scene: &Scene<'_>, claim: &Claim, entries: &[usize]) -> Vec<String> {
    let mut about: Vec<usize> = entries.to_vec();
    about.extend(claim.clone().exchanges_mut().into_iter().map(|exchange| *exchange));
    let mut names = Vec::new();
    let mut scopes: Vec<Option<RecordNumber>> = Vec::new();
    for (walk, _) in scene.evidence.pages().filter(|(_, page)| about.contains(&page.entry)) {
        if scopes.contains(&walk.query.scope) {
            continue;
        }
        scopes.push(walk.query.scope);
        let Some(name) = collection_of(scene, walk).map(|(collection, _)| &collection.resource) else {
            continue;
        };
        let records = scene.oracle.records().filter(|(_, record)| record.resource == *name);
        let inside =
            records.filter(|(_, record)| walk.query.scope.is_none() || record.parent == walk.query.scope);
        names.extend(inside.map(|(_, record)| record.name()));
    }
    if let Claim::Untold { text, .. } = claim.core() {
        let tells = |record: &Record| {
            record.id == *text
                || record.marker.as_ref() == Some(text)
                || record.sent.values().any(|sent| sent.as_str() == Some(text))
        };
        names.extend(scene.oracle.records().find(|(_, r)| tells(r)).map(|(_, record)| record.name()));
    }
    names
}

/// The collection whose list a walk is.
fn collection_of<'a>(scene: &Scene<'a>, walk: &Walk) -> Option<(&'a Collection, Expected)> {
    let collection = match scene.case.scenario.collection() {
        Some(name) => &scene.suite.file().collections[name],
        None => list_of(scene, walk)?,
    };
    let expected = crate::oracle::expected(scene.suite, scene.oracle, collection, &walk.query);
    Some((collection, expected))
}

/// A walk and what its list must hold.
struct List<'a> {
    scene: Scene<'a>,
    walk: &'a Walk,
    collection: &'a Collection,
    expected: Expected,
}

impl<'a> List<'a> {
    fn of(scene: &Scene<'a>, walk: &'a Walk) -> Option<Self> {
        let (collection, expected) = collection_of(scene, walk)?;
        Some(Self { scene: *scene, walk, collection, expected })
    }

    fn query(&self) -> &'a Query {
        &self.walk.query
    }

    fn newest_first(&self) -> bool {
        self.collection.orders[self.query().order].direction == Direction::Descending
    }

    /// The instant of a record that the list is ordered by, in milliseconds.
    fn milliseconds(&self, number: RecordNumber) -> Option<i128> {
        let OrderKey::Instant(key) = &self.collection.orders[self.query().order].by else { return None };
        let instant = instant_nanoseconds(key.find(&self.scene.oracle.record(number).acknowledged)?)?;
        Some(instant.div_euclid(1_000_000))
    }

    /// How many items of a page are no records of this list.
    fn strangers(&self, page: &Page) -> usize {
        let scope = self.query().scope;
        let is_own = |id: &&str| {
            let found = self.scene.oracle.find(&self.collection.resource, id, scope);
            found.is_some_and(|number| scope.is_none() || self.scene.oracle.record(number).parent == scope)
        };
        page.len().unwrap_or(0) - page.known_ids().filter(is_own).count()
    }

    fn pages(&self, pages: &[&Page]) -> Pages {
        Pages {
            exchanges: pages.iter().map(|page| page.entry).collect(),
            items: pages.first().map_or_else(String::new, |page| page.items_at.clone()),
            id: self.scene.suite.resource(&self.collection.resource).id.all().to_vec(),
            only: None,
        }
    }

    fn claim(&self, pages: &[&Page], part: (usize, usize), fit: Fit) -> Claim {
        let id = |number: &RecordNumber| self.scene.oracle.record(*number).id.clone();
        let groups: Vec<Vec<String>> = if self.expected.ordered {
            self.expected.groups.iter().map(|group| group.iter().map(id).collect()).collect()
        } else {
            vec![self.expected.members().iter().map(id).collect()]
        };
        Claim::List {
            pages: self.pages(pages),
            groups,
            part,
            maybe: self.expected.maybe.iter().map(id).collect(),
            open: !self.expected.closed,
            fit,
        }
    }

    fn size(&self) -> Option<usize> {
        let size = self.walk.effective_size?;
        let bounds = self.scene.suite.size_bounds(self.collection);
        if bounds.maximum.is_some_and(|maximum| size > maximum) {
            return None;
        }
        usize::try_from(size).ok()
    }

    /// What one page must hold.
    fn page(&self, page: &Page) -> Option<Claim> {
        let (part, fit) = self.part(page)?;
        Some(self.claim(&[page], part, fit))
    }

    /// The part of the list that a page stands for, by its own request.
    fn part(&self, page: &Page) -> Option<((usize, usize), Fit)> {
        let n = self.expected.len();
        let size = self.size()?;
        if positional(self.collection) {
            if !self.expected.exact() {
                return None;
            }
            let slice = self.collection.style.slice(&page.start, size as u64)?;
            return Some(((slice.from.min(n), slice.to.min(n)), Fit::Whole));
        }
        if !self.expected.ordered || self.expected.groups.iter().any(|group| group.len() != 1) {
            return None;
        }
        let newest_first = self.newest_first();
        if !matches!(self.collection.style, Style::TimestampCursor(_)) {
            return (page.start == Start::First).then_some(((0, n), Fit::First(size as u64)));
        }
        let conventions = &self.collection.conventions;
        let bounded =
            conventions.cursor_item.as_ref().is_some_and(|stated| stated.is == CursorItem::Excluded)
                && conventions.adjacency.as_ref().is_some_and(|stated| stated.is == Adjacency::Next);
        let first = Fit::First(size as u64);
        let last = Fit::Last(size as u64);
        match &page.start {
            Start::First if newest_first => Some(((0, n), first)),
            Start::Before(cursor) | Start::After(cursor) if bounded => {
                let at = self.position(page.anchor, cursor)?;
                let forward = matches!(page.start, Start::Before(_)) == newest_first;
                Some(if forward { ((at + 1, n), first) } else { ((0, at), last) })
            }
            Start::Between { after, before } => {
                let (lower, upper) =
                    (self.position(page.anchor, after)?, self.position(page.upper_anchor, before)?);
                let (from, to) = if newest_first { (upper + 1, lower) } else { (lower + 1, upper) };
                (from <= to && to - from <= size).then_some(((from, to), first))
            }
            _ => None,
        }
    }

    /// The position of the record that a cursor stands at.
    fn position(&self, anchor: Option<RecordNumber>, cursor: &str) -> Option<usize> {
        let members = self.expected.members();
        if let Some(anchor) = anchor {
            return members.iter().position(|number| *number == anchor);
        }
        let at = cursor_instant(cursor)?.div_euclid(1_000_000);
        members.iter().position(|number| self.milliseconds(*number) == Some(at))
    }

    /// What a whole walk must hold, where a right server would have told all of it in answer to these requests.
    fn whole(&self) -> Option<Claim> {
        let n = self.expected.len();
        let size = self.size()?;
        if self.walk.kind != WalkKind::Full || self.walk.pages.iter().any(|page| page.ids.is_none()) {
            return None;
        }
        let foreign: usize = self.walk.pages.iter().map(|page| self.strangers(page)).sum();
        let follows = self.walk.pages.windows(2).all(|pair| match &pair[1].start {
            Start::Before(cursor) => pair[0].facts.before.as_deref() == Some(cursor),
            Start::After(cursor) => [&pair[0].facts.after, &pair[0].facts.last_item]
                .into_iter()
                .flatten()
                .any(|own| own == cursor),
            _ => true,
        });
        // A right server needs no more pages than these, and may have no cursor behind them.
        let enough = (n + foreign).div_ceil(size.max(1)).max(1);
        if !follows || self.walk.pages.len() < enough {
            return None;
        }
        let pages: Vec<&Page> = self.walk.pages.iter().take(enough).collect();
        Some(self.claim(&pages, (0, n), Fit::Whole))
    }

    /// What a page must say of itself and of the list.
    fn facts(&self, page: &Page) -> Vec<Claim> {
        let mut claims = Vec::new();
        if page.ids.is_none() {
            return claims;
        }
        let exchange = page.entry;
        let place = |at: &String| Place { exchange, item: None, at: vec![at.clone()] };
        let value =
            |at: &String, is: serde_json::Value| Claim::Value { place: place(at), is, by: Likeness::Exact };
        let n = self.expected.len();
        let total = (closed(self.collection) && self.expected.maybe.is_empty()).then_some(n);
        let size = self.size();
        let follows = self.part(page).and_then(|((from, to), fit)| match (&self.collection.style, fit) {
            _ if !self.expected.maybe.is_empty() => None,
            // Of the other styles nothing is said of what follows but by the cursor, the token or the link itself.
            (Style::ItemCursor(_) | Style::Token(_) | Style::LinkHeader(_) | Style::NextUrl(_), _) => None,
            (Style::TimestampCursor(_), Fit::First(size)) => {
                // Between two bounds nothing is known of what lies beyond one of them.
                (!matches!(page.start, Start::Between { .. })).then_some((to - from) as u64 > size)
            }
            (Style::TimestampCursor(_), Fit::Last(size)) => Some((to - from) as u64 > size),
            _ => Some(to < n),
        });
        let strange = self.strangers(page) > 0;
        let follows = follows.filter(|_| self.expected.closed || !strange);
        match &self.collection.style {
            Style::PageNumber(style) => {
                if let (Some(at), Some(total), true) = (&style.total, total, total_is_exact(self.collection))
                {
                    claims.push(value(at, total.into()));
                }
                if let (Some(at), Some(total), Some(size)) =
                    (&style.pages, total, size.filter(|size| *size > 0))
                {
                    claims.push(value(at, total.div_ceil(size).into()));
                }
                if let (Some(at), Start::Page(number)) = (&style.page_echo, &page.start) {
                    claims.push(value(at, (*number).into()));
                }
                if let (Some(at), Some(size)) = (&style.size_echo, size) {
                    claims.push(value(at, size.into()));
                }
            }
            Style::OffsetLimit(style) => {
                if let (Some(at), Some(total), true) = (&style.total, total, total_is_exact(self.collection))
                {
                    claims.push(value(at, total.into()));
                }
                if let (Some(at), Some(follows)) = (&style.has_more, follows) {
                    claims.push(value(at, follows.into()));
                }
                if let (Some(at), Some(size)) = (&style.limit_echo, size) {
                    claims.push(value(at, size.into()));
                }
                if let (Some(at), Some(false)) = (&style.next_page, follows) {
                    claims.push(Claim::Nothing { place: place(at) });
                }
            }
            Style::ItemCursor(_) | Style::Token(_) | Style::LinkHeader(_) | Style::NextUrl(_) => {}
            Style::TimestampCursor(style) => {
                if let Some(follows) = follows {
                    claims.push(value(&style.has_more, follows.into()));
                }
                // Where older items follow, their cursor must be there; one of one claim is broken by nothing, too.
                if follows == Some(true)
                    && self.newest_first()
                    && matches!(page.start, Start::First | Start::Before(_))
                    && let OrderKey::Instant(key) = &self.collection.orders[self.query().order].by
                {
                    claims.push(Claim::Either(vec![Claim::CursorAtEnd {
                        cursor: place(&style.before_cursor),
                        items: page.items_at.clone(),
                        key: key.all().to_vec(),
                        newest: false,
                    }]));
                }
                let ends = [(&style.before_cursor, false), (&style.after_cursor, true)];
                let absent = self.collection.conventions.empty_cursors.as_ref();
                for (at, newest) in ends {
                    if page.is_empty() {
                        if absent.is_some_and(|stated| stated.is == EmptyCursors::Absent) {
                            claims.push(Claim::Nothing { place: place(at) });
                        }
                    } else if let OrderKey::Instant(key) = &self.collection.orders[self.query().order].by {
                        claims.push(Claim::CursorAtEnd {
                            cursor: place(at),
                            items: page.items_at.clone(),
                            key: key.all().to_vec(),
                            newest,
                        });
                    }
                }
            }
        }
        claims
    }
}
