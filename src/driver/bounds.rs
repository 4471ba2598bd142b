//! Pages bounded by cursors that stand at known records.

use super::Driver;
use super::list::{Ask, milliseconds_of};
use crate::evidence::{self, Asked, Evidence, Probe, RecordNumber, WalkKind};
use crate::oracle::Oracle;
use crate::pagination::{Start, Style};
use crate::suite::Collection;

impl Driver {
    /// Every form of a cursor, pages before and after known records, ranges, and a walk back to the start.
    pub(super) async fn bounds(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
    ) {
        let Some((scope, members)) = self.middling_scope(oracle, collection) else {
            evidence.obstacles.push("no list with five or more items could be seeded".to_owned());
            return;
        };
        let label = Self::scope_label(oracle, Some(scope));
        let largest = self.suite.size_bounds(collection).maximum.unwrap_or(50);
        let bounded = |size: u64| Ask::first(name, collection, Self::query(Some(scope), 0, Some(size)));
        self.forms_of(oracle, evidence, name, collection, (scope, members[members.len() / 2])).await;

        let last = members.len() - 1;
        for at in [0, 1, members.len() / 2, last - 1, last] {
            let record = members[at];
            let Some(cursor) = self.cursor_at(name, collection, oracle, record) else { continue };
            let record_name = oracle.record(record).name();
            for size in [1, 3, largest] {
                for (word, start) in
                    [("before", Start::Before(cursor.clone())), ("after", Start::After(cursor.clone()))]
                {
                    let mut ask = bounded(size).at(start);
                    ask.anchor = Some(record);
                    let label = format!("{label} {word} {record_name} size={size}");
                    self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
                }
            }
        }

        // In a list that runs from new to old, the lower bound stands further back.
        for (from, to, size) in
            [(last, 0, largest), (last - 1, 1, largest), (last - 1, 1, 2), (1, 0, largest), (2, 2, largest)]
        {
            let (Some(after), Some(before)) = (
                self.cursor_at(name, collection, oracle, members[from]),
                self.cursor_at(name, collection, oracle, members[to]),
            ) else {
                continue;
            };
            let mut ask = bounded(size).at(Start::Between { after, before });
            ask.anchor = Some(members[from]);
            ask.upper_anchor = Some(members[to]);
            let names = [from, to].map(|at| oracle.record(members[at]).name());
            let label = format!("{label} between {} and {} size={size}", names[0], names[1]);
            self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
        }

        for size in [1, 3, 7] {
            let Some(cursor) = self.cursor_at(name, collection, oracle, members[last]) else { continue };
            let mut ask = bounded(size).at(Start::After(cursor));
            ask.anchor = Some(members[last]);
            self.walk(oracle, evidence, &format!("{label} backward size={size}"), WalkKind::Backward, ask)
                .await;
        }
        self.malformed_cursors(oracle, evidence, name, collection, scope).await;
    }

    /// One page per form of a cursor, all at the same record.
    async fn forms_of(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        (scope, anchor): (RecordNumber, RecordNumber),
    ) {
        let Style::TimestampCursor(style) = &collection.style else { return };
        let Some(instant) = milliseconds_of(collection, oracle, anchor) else {
            evidence.obstacles.push("the target shows no instant that a cursor could be made of".to_owned());
            return;
        };
        let size = self.suite.size_bounds(collection).maximum;
        for form in &style.forms {
            let mut ask = Ask::first(name, collection, Self::query(Some(scope), 0, size))
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
        scope: RecordNumber,
    ) {
        for (label, text) in
            [("word", "not-a-cursor"), ("no such date", "2026-02-31T25:61:00Z"), ("markup", "<cursor>")]
        {
            for (word, start) in
                [("before", Start::Before(text.to_owned())), ("after", Start::After(text.to_owned()))]
            {
                let ask = Ask::first(name, collection, Self::query(Some(scope), 0, Some(3))).at(start);
                let label = format!("malformed {word}: {label}");
                let parts = self.list_parts(oracle, &ask);
                let outgoing = self.outgoing(&collection.operation, &label, &parts);
                let asked = self.asked_of_invalid(&collection.operation);
                let entry = self.send(evidence, outgoing, asked).await;
                evidence.probes.push(Probe { label, ask: evidence::Ask::MalformedCursor, entry });
            }
        }
    }
}
