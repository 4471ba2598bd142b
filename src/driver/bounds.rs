//! Pages bounded by cursors that stand at known records.

use std::collections::BTreeSet;

use super::Driver;
use super::list::{Ask, milliseconds_of};
use super::pages::size_label;
use crate::evidence::{self, Asked, Evidence, Probe, RecordNumber, WalkKind};
use crate::oracle::{Oracle, expected};
use crate::pagination::{Start, Style};
use crate::suite::{BothBounds, Collection, Direction, UnknownCursor};

/// How far outside of all instants a bound lies that is to take in everything, in milliseconds: as little as there is, so that it lies in the past.
const ASIDE: i64 = 1;
/// How far before all instants a bound lies that has nothing on its other side, in milliseconds: a day.
const LONG_BEFORE: i64 = 86_400_000;
/// A number that is no time of any calendar. It is a cursor by its form, so that only a server error is wrong.
const HUGE: &str = "99999999999999999999";

impl Driver {
    /// Every form of a cursor, pages before and after known records, ranges, and a walk back to the start.
    pub(super) async fn bounds(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
    ) {
        let Some((scope, members)) = self.handful(oracle, collection) else {
            evidence.obstacles.push("no list with five or more items could be seeded".to_owned());
            return;
        };
        let label = Self::scope_label(oracle, scope);
        let largest = self.suite.size_bounds(collection).maximum.unwrap_or(50);
        let bounded = |size: Option<u64>| Ask::first(name, collection, Self::query(scope, 0, size));
        let sizes = |wanted: &[u64]| {
            let mut sizes: Vec<Option<u64>> =
                wanted.iter().map(|size| self.size(collection, *size)).collect();
            sizes.dedup();
            sizes
        };
        let cursor = |at: usize| self.cursor_at(name, collection, oracle, members[at]);
        self.forms_of(oracle, evidence, name, collection, (scope, members[members.len() / 2])).await;

        let last = members.len() - 1;
        let places: BTreeSet<usize> = [0, 1, members.len() / 2, last - 1, last].into();
        for at in places {
            let record = members[at];
            let Some(cursor) = cursor(at) else { continue };
            let record_name = oracle.record(record).name();
            for size in sizes(&[1, 3, largest]) {
                for (word, start) in
                    [("before", Start::Before(cursor.clone())), ("after", Start::After(cursor.clone()))]
                {
                    if word == "before" && !reads_back(&collection.style) {
                        continue;
                    }
                    let mut ask = bounded(size).at(start);
                    ask.anchor = Some(record);
                    let label = format!("{label} {word} {record_name}{}", size_label(size));
                    self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
                }
            }
        }
        self.beside(oracle, evidence, name, collection, (scope, members[members.len() / 2])).await;
        self.between(oracle, evidence, name, collection, (scope, &members)).await;
        self.outside(oracle, evidence, name, collection, (scope, &members)).await;
        self.far_apart(oracle, evidence, name, collection).await;

        for size in sizes(&[1, 3, 7]).into_iter().filter(|_| reads_back(&collection.style)) {
            let Some(cursor) = cursor(last) else { continue };
            let start = match &collection.style {
                Style::ItemCursor(_) => Start::Before(cursor),
                _ => Start::After(cursor),
            };
            let mut ask = bounded(size).at(start);
            ask.anchor = Some(members[last]);
            let label = format!("{label} backward{}", size_label(size));
            self.walk(oracle, evidence, &label, WalkKind::Backward, ask).await;
        }
        match &collection.style {
            Style::ItemCursor(_) => self.strange_items(oracle, evidence, name, collection, scope).await,
            _ => self.malformed_cursors(oracle, evidence, name, collection, scope).await,
        }
    }

    /// Bounds that lie beside a record's instant, on the side where the record is still on the page: what moves every bound by a little shows there alone.
    async fn beside(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        (scope, record): (Option<RecordNumber>, RecordNumber),
    ) {
        let Style::TimestampCursor(style) = &collection.style else { return };
        let (Some(first), Some(instant)) = (style.forms.first(), milliseconds_of(collection, oracle, record))
        else {
            return;
        };
        let form = self.form(name, *first);
        let size = self.size(collection, self.suite.size_bounds(collection).maximum.unwrap_or(50));
        for (word, start) in [
            ("before right after", Start::Before(form.write(instant + ASIDE))),
            ("after right before", Start::After(form.write(instant - ASIDE))),
        ] {
            let ask = Ask::first(name, collection, Self::query(scope, 0, size)).at(start);
            let label =
                format!("{} {word} {}", Self::scope_label(oracle, scope), oracle.record(record).name());
            self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
        }
    }

    /// Bounds beyond either end of a list, where nothing stands on their other side; and a range whose bounds cross, where nothing stands at all.
    async fn outside(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        (scope, members): (Option<RecordNumber>, &[RecordNumber]),
    ) {
        let Style::TimestampCursor(style) = &collection.style else { return };
        let instants: BTreeSet<i64> =
            members.iter().filter_map(|number| milliseconds_of(collection, oracle, *number)).collect();
        let (Some(form), Some(first), Some(last)) = (style.forms.first(), instants.first(), instants.last())
        else {
            return;
        };
        let form = self.form(name, *form);
        let ask = Ask::first(name, collection, Self::query(scope, 0, self.size(collection, 3)));
        let label = Self::scope_label(oracle, scope);
        for (word, start) in [
            ("before what is newer than all", Start::Before(form.write(last + ASIDE))),
            ("after what is older than all", Start::After(form.write(first - LONG_BEFORE))),
        ] {
            let label = format!("{label} {word}");
            self.single(oracle, evidence, &label, WalkKind::Page, ask.clone().at(start)).await;
        }
        let crossed = Start::Between { after: form.write(*last), before: form.write(*first) };
        let about = evidence::Ask::UnknownCursor { sure: false };
        self.probe_cursor(oracle, evidence, "between bounds that cross", &ask.at(crossed), about).await;
    }

    /// Pages at the ends of the longest list: what takes a part of the list first and looks at bounds afterwards shows only where the list is longer than
    /// that part.
    async fn far_apart(&self, oracle: &Oracle, evidence: &mut Evidence, name: &str, collection: &Collection) {
        let members = |scope: Option<RecordNumber>| {
            expected(&self.suite, oracle, collection, &Self::query(scope, 0, None)).members()
        };
        let scopes = Self::scopes(oracle, collection).into_iter();
        let Some((scope, members)) =
            scopes.map(|scope| (scope, members(scope))).max_by_key(|(_, all)| all.len())
        else {
            return;
        };
        let largest = self.suite.size_bounds(collection).maximum;
        let [first, .., last] = members.as_slice() else { return };
        if largest.is_none_or(|largest| (members.len() as u64) <= largest) {
            return;
        }
        let cursor = |number: RecordNumber| self.cursor_at(name, collection, oracle, number);
        let (Some(of_first), Some(of_last)) = (cursor(*first), cursor(*last)) else { return };
        let label = Self::scope_label(oracle, scope);
        // By time, the list goes on behind its last item where it runs from new to old.
        let by_time = matches!(collection.style, Style::TimestampCursor(_));
        let turned = by_time && collection.orders[0].direction == Direction::Descending;
        let (anchor, after) = if turned { (*last, of_last) } else { (*first, of_first) };
        for size in [Some(3), None, largest] {
            let mut ask = Ask::first(
                name,
                collection,
                Self::query(scope, 0, size.and_then(|size| self.size(collection, size))),
            );
            ask = ask.at(Start::After(after.clone()));
            ask.anchor = Some(anchor);
            let text = size_label(size);
            let label = format!("{label} after {}{text}", oracle.record(anchor).name());
            self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
        }
    }

    /// Pages between two cursors. In a list that runs from new to old, the lower bound of time stands further back; the lower bound of place never does.
    async fn between(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        (scope, members): (Option<RecordNumber>, &[RecordNumber]),
    ) {
        let by_item = matches!(collection.style, Style::ItemCursor(_));
        let range =
            collection.conventions.both_bounds.as_ref().is_some_and(|stated| stated.is == BothBounds::Range);
        if by_item && !(range && reads_back(&collection.style)) {
            return;
        }
        let label = Self::scope_label(oracle, scope);
        let largest = self.suite.size_bounds(collection).maximum.unwrap_or(50);
        let last = members.len() - 1;
        let inner = (last - 1, 1);
        let mut ranges =
            vec![(inner, largest), ((last, 0), largest), (inner, 2), ((1, 0), largest), ((2, 2), largest)];
        while let Some(((from, to), size)) = ranges.pop() {
            let (from, to) = if by_item { (to, from) } else { (from, to) };
            let (Some(after), Some(before)) = (
                self.cursor_at(name, collection, oracle, members[from]),
                self.cursor_at(name, collection, oracle, members[to]),
            ) else {
                continue;
            };
            let wanted = size;
            let size = self.size(collection, size);
            let mut ask = Ask::first(name, collection, Self::query(scope, 0, size))
                .at(Start::Between { after, before });
            ask.anchor = Some(members[from]);
            ask.upper_anchor = Some(members[to]);
            let names = [from, to].map(|at| oracle.record(members[at]).name());
            let label = format!("{label} between {} and {}{}", names[0], names[1], size_label(size));
            self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
            if ranges.is_empty() && wanted == largest {
                // A page that is exactly full, whoever wrote what stands there.
                let all = evidence.walks.last().and_then(|walk| walk.pages.first()?.len());
                let all = all.and_then(|count| u64::try_from(count).ok());
                ranges.extend(all.filter(|count| (3..largest).contains(count)).map(|count| (inner, count)));
            }
        }
        self.between_all(oracle, evidence, name, collection, scope).await;
    }

    /// A range that takes in whatever was created, in this list and in all others: what another list holds has no place on the page all the same.
    async fn between_all(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        scope: Option<RecordNumber>,
    ) {
        let Style::TimestampCursor(style) = &collection.style else { return };
        let Some(first) = style.forms.first() else { return };
        let form = self.form(name, *first);
        let alike = oracle.records().filter(|(_, record)| record.resource == collection.resource);
        let instants: BTreeSet<i64> =
            alike.filter_map(|(number, _)| milliseconds_of(collection, oracle, number)).collect();
        let (Some(first), Some(last)) = (instants.first(), instants.last()) else { return };
        let size = self.size(collection, self.suite.size_bounds(collection).maximum.unwrap_or(50));
        let start = Start::Between { after: form.write(first - ASIDE), before: form.write(last + ASIDE) };
        let ask = Ask::first(name, collection, Self::query(scope, 0, size)).at(start);
        let label = format!("{} between all instants", Self::scope_label(oracle, scope));
        self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
    }

    /// Cursors that stand at no item of the list: made up, and at items of another list.
    async fn strange_items(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        scope: Option<RecordNumber>,
    ) {
        let ask = Ask::first(name, collection, Self::query(scope, 0, self.size(collection, 3)));
        let known = oracle.records().find(|(_, record)| record.resource == collection.resource);
        let known = known.and_then(|(number, _)| self.cursor_at(name, collection, oracle, number));
        let Style::ItemCursor(style) = &collection.style else { return };
        let unknown = self.unknown_ids(&collection.operation, &style.after, known.as_deref());
        if let Some(unknown) = unknown.into_iter().find(|unknown| unknown.fitting).map(|unknown| unknown.id) {
            let ask = ask.clone().at(Start::After(unknown));
            let about = evidence::Ask::UnknownCursor { sure: true };
            self.probe_cursor(oracle, evidence, "after an item that there is not", &ask, about).await;
        }
        // A number may well be an item's as well.
        let kind = scope.map(|scope| oracle.record(scope).id.clone());
        let kind = kind.filter(|id| style.cursor.is_none() && id.parse::<u64>().is_err());
        if let Some(id) = kind.filter(|id| oracle.numbers_of(&collection.resource, id).is_empty()) {
            let ask = ask.clone().at(Start::After(id));
            // An id of another kind may be refused as malformed by a target that gives empty pages for ids of this kind.
            let unknown = collection.conventions.unknown_cursor.as_ref();
            let sure = unknown.is_some_and(|stated| stated.is == UnknownCursor::Refused);
            let about = evidence::Ask::UnknownCursor { sure };
            let label = format!("after the id of the {}", collection.scope.as_deref().unwrap_or_default());
            self.probe_cursor(oracle, evidence, &label, &ask, about).await;
        }
        let Some(other) = Self::other_list(oracle, collection, scope) else { return };
        let theirs = oracle.children(&collection.resource, Some(other)).get(1);
        let cursor = theirs.and_then(|number| self.cursor_at(name, collection, oracle, *number));
        if let Some(cursor) = cursor {
            let label = format!("after an item of {}", Self::scope_label(oracle, Some(other)));
            let about = evidence::Ask::ForeignCursor { scope: other };
            self.probe_cursor(oracle, evidence, &label, &ask.at(Start::After(cursor)), about).await;
        }
    }

    /// One page per form of a cursor, all at the same record.
    async fn forms_of(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        (scope, anchor): (Option<RecordNumber>, RecordNumber),
    ) {
        let Style::TimestampCursor(style) = &collection.style else { return };
        let Some(instant) = milliseconds_of(collection, oracle, anchor) else {
            evidence.obstacles.push("the target shows no instant that a cursor could be made of".to_owned());
            return;
        };
        let size = self.suite.size_bounds(collection).maximum;
        for form in &style.forms {
            let mut ask = Ask::first(name, collection, Self::query(scope, 0, size))
                .at(Start::Before(form.write(instant)));
            ask.anchor = Some(anchor);
            // Where a collection has several forms, no single one can be demanded of every target.
            ask.asked = if style.forms.len() > 1 { Asked::Open } else { Asked::Good };
            self.single(oracle, evidence, &format!("form {}", form.name()), WalkKind::Page, ask).await;
        }
    }

    /// Cursors that no answer gave and that are of no form.
    async fn malformed_cursors(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        scope: Option<RecordNumber>,
    ) {
        for (label, text) in
            [("word", "not-a-cursor"), ("no such date", "2026-02-31T25:61:00Z"), ("markup", "<cursor>")]
        {
            for (word, start) in
                [("before", Start::Before(text.to_owned())), ("after", Start::After(text.to_owned()))]
            {
                let size = self.size(collection, 3);
                let ask = Ask::first(name, collection, Self::query(scope, 0, size)).at(start);
                let label = format!("malformed {word}: {label}");
                let parts = self.list_parts(oracle, &ask);
                let outgoing = self.outgoing(&collection.operation, &label, &parts);
                let asked = self.asked_of_invalid(&collection.operation);
                let entry = self.send(evidence, outgoing, asked).await;
                evidence.probes.push(Probe { label, ask: evidence::Ask::MalformedCursor, entry });
            }
        }
        let ask = Ask::first(name, collection, Self::query(scope, 0, self.size(collection, 3)));
        let ask = ask.at(Start::Before(HUGE.to_owned()));
        let about = evidence::Ask::UnknownCursor { sure: false };
        self.probe_cursor(oracle, evidence, "huge before", &ask, about).await;
    }
}

/// Whether a list can be read from its end to its start.
fn reads_back(style: &Style) -> bool {
    match style {
        Style::ItemCursor(style) => style.before.is_some(),
        _ => true,
    }
}
