//! Which requests a script sends, in what order, and which values it takes from their answers.
//!
//! The exchanges of the finding are followed back: what names a record needs the request that created it, what holds a value that the target
//! chose needs the request that it came from, and so on. What nothing leads to is left out.

use std::collections::{BTreeMap, BTreeSet};

use super::shell::{Escape, Piece, identifier, marked};
use super::values::{Form, Source, Stream, decoded, leaves, may_be_id, values_of};
use crate::event::CaseExchange;
use crate::evidence::Exchange;
use crate::verdict::{Claim, Finding, Proof};

/// The variable for the name under which the records stand.
pub(super) const RUN: &str = "run";

/// What a request is to a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It makes ready, and must be accepted.
    Made,
    /// The finding hangs on its being refused.
    Refused,
    /// The finding hangs on its being sent, whatever is answered.
    Sent,
    /// It shows the finding.
    Shows,
}

/// One request of a script.
pub(super) struct Step<'a> {
    /// Its number in the script, from 1.
    pub(super) number: usize,
    /// The exchange.
    pub(super) sent: &'a CaseExchange,
    /// What it is to the script.
    pub(super) part: Part,
    /// Whether it is sent at the same time as its neighbours of which this is said, too.
    pub(super) at_once: bool,
    /// How many seconds pass before it.
    pub(super) seconds: u64,
    /// What is taken from its answer: a variable's name, a JSON pointer, a form.
    pub(super) taken: Vec<(String, String, Form)>,
}

/// The requests of a script.
pub(super) struct Steps<'a> {
    /// Everything that was sent.
    pub(super) stream: &'a Stream<'a>,
    /// The finding's proof.
    pub(super) proof: &'a Proof,
    /// The requests in order.
    pub(super) list: Vec<Step<'a>>,
    /// The proof's exchanges, by their places in the stream.
    shown: Vec<usize>,
    /// Those of them that the claim holds after.
    before: Vec<usize>,
    /// The number of each request by its place in the stream.
    numbers: BTreeMap<usize, usize>,
    variables: BTreeMap<Source, String>,
}

impl<'a> Steps<'a> {
    /// Follows a finding, and the requests of other cases that it hangs on, back to what they need.
    pub(super) fn of(
        stream: &'a Stream<'a>,
        finding: &'a Finding,
        proof: &'a Proof,
        earlier: &[&'a CaseExchange],
    ) -> Result<Self, String> {
        let mut shown = Vec::new();
        for exchange in finding.exchanges.iter().chain(&proof.further) {
            shown.push(
                place_of(stream, exchange, &shown).ok_or("the recording lacks an exchange of the finding")?,
            );
        }
        let (requests, together, seconds) = match &proof.claim {
            Claim::After { requests, at_once, seconds, .. } => (requests.as_slice(), *at_once, *seconds),
            _ => (&[][..], false, 0),
        };
        let before = requests.iter().filter_map(|number| shown.get(*number)).copied().collect();
        let mut steps = Self {
            stream,
            proof,
            list: Vec::new(),
            shown,
            before,
            numbers: BTreeMap::new(),
            variables: BTreeMap::new(),
        };
        let needed = steps.needed(earlier);
        let last = steps.shown.iter().copied().max();
        for (i, index) in needed.iter().enumerate() {
            steps.numbers.insert(*index, i + 1);
        }
        steps.name_variables(&needed);
        for index in &needed {
            let sent = stream.exchanges[*index];
            let accepted = sent.exchange.is_success();
            let part = match (steps.before.contains(index), steps.shown.contains(index)) {
                (false, true) => Part::Shows,
                (true, _) if !accepted => Part::Refused,
                _ if earlier.iter().any(|other| std::ptr::eq(*other, sent)) => Part::Sent,
                (false, false) if !accepted => {
                    let purpose = &sent.exchange.purpose;
                    return Err(format!("it needs a request that the target refused: {purpose}"));
                }
                _ => Part::Made,
            };
            let taken = steps
                .variables
                .iter()
                .filter(|(source, _)| source.index == *index)
                .map(|(source, name)| (name.clone(), source.at.clone(), source.form))
                .collect();
            steps.list.push(Step {
                number: steps.numbers[index],
                sent,
                part,
                at_once: together && steps.before.contains(index),
                seconds: if Some(*index) == last { seconds } else { 0 },
                taken,
            });
        }
        Ok(steps)
    }

    /// The number of one of the proof's exchanges in the script.
    pub(super) fn number(&self, exchange: usize) -> Result<usize, String> {
        let index =
            self.shown.get(exchange).ok_or("the proof speaks of an exchange that it does not have")?;
        Ok(self.numbers[index])
    }

    /// Whether the proof is about a walk, so that each page must be asked for by the cursor of the one before.
    fn follows(&self) -> bool {
        matches!(self.proof.claim.core(), Claim::List { pages, .. } if pages.exchanges.len() > 1)
    }

    /// The requests of the case that changed what a shown one may show: the record that they changed, or the one that it lies in, is named
    /// there.
    fn changes_before(&self, shown: usize) -> Vec<usize> {
        let named = values_of(&self.stream.exchanges[shown].exchange.request);
        let case = &self.stream.exchanges[shown].case;
        let changes = self.stream.exchanges.iter().enumerate().take(shown).filter(|(_, sent)| {
            sent.case == *case
                && sent.exchange.is_success()
                && matches!(sent.exchange.request.method.as_str(), "PUT" | "PATCH" | "DELETE")
        });
        // What is gone is not deleted again, which a right server may refuse.
        let mut deleted = BTreeSet::new();
        let changes = changes.filter(move |(_, sent)| {
            let request = &sent.exchange.request;
            request.method != "DELETE" || deleted.insert(request.path.as_str())
        });
        changes
            .filter(|(index, sent)| {
                let values = values_of(&sent.exchange.request);
                let deepest = values.iter().filter_map(|value| {
                    self.stream.records_with(value, *index, &values).into_iter().max_by_key(|r| r.index)
                });
                deepest.max_by_key(|record| record.index).is_some_and(|record| {
                    let parent =
                        record.parent.and_then(|name| self.stream.named(name)).map(|parent| parent.id);
                    named.iter().any(|value| value == record.id || Some(value.as_str()) == parent)
                })
            })
            .map(|(index, _)| index)
            .collect()
    }

    /// The place in the stream of the request with a number.
    pub(super) fn place(&self, number: usize) -> usize {
        self.numbers.iter().find(|(_, other)| **other == number).map_or(usize::MAX, |(index, _)| *index)
    }

    /// The number of the request at a place in the stream, if the script sends it.
    pub(super) fn number_at(&self, index: usize) -> Option<usize> {
        self.numbers.get(&index).copied()
    }

    /// The places in the stream of all requests that the script needs.
    fn needed(&self, earlier: &[&CaseExchange]) -> BTreeSet<usize> {
        let mut needed = BTreeSet::new();
        let mut open: Vec<usize> = self.shown.clone();
        let is_earlier = |sent: &CaseExchange| earlier.iter().any(|other| std::ptr::eq(*other, sent));
        let all = self.stream.exchanges.iter().enumerate();
        open.extend(all.filter(|(_, sent)| is_earlier(sent)).map(|(index, _)| index));
        // What is created only after the last request that shows it was not there.
        let last = self.shown.iter().copied().max().unwrap_or_default();
        let records = self.proof.records.iter().filter_map(|name| self.stream.named(name));
        open.extend(records.map(|record| record.index).filter(|index| *index < last));
        for index in &self.shown {
            open.extend(self.changes_before(*index));
            let exchange = &self.stream.exchanges[*index].exchange;
            let Some(content) = exchange.json() else { continue };
            // What an answer shows must be there for it to be shown again.
            let mut beside = values_of(&exchange.request);
            leaves(content, &mut String::new(), &mut |_, value| {
                beside.extend(value.as_str().map(str::to_owned));
            });
            for value in &beside {
                if may_be_id(value) {
                    open.extend(self.stream.records_with(value, *index, &beside).iter().map(|r| r.index));
                }
            }
        }
        while let Some(index) = open.pop() {
            if !needed.insert(index) {
                continue;
            }
            let values = values_of(&self.stream.exchanges[index].exchange.request);
            for value in &values {
                open.extend(self.behind(value, index, &values).into_iter().map(|source| source.index));
            }
        }
        needed
    }

    /// Where a value in a request comes from: the creation of what it names, the answer that it stood in. For what the client chose the
    /// place is nowhere in an answer, but the request is needed all the same.
    fn behind(&self, value: &str, index: usize, beside: &[String]) -> Vec<Source> {
        if !may_be_id(value) && !self.stream.records.iter().any(|record| record.id == value) {
            return Vec::new();
        }
        let records = self.stream.records_with(value, index, beside);
        if !records.is_empty() {
            return records
                .into_iter()
                .map(|record| Source { index: record.index, at: record.at.to_owned(), form: Form::Same })
                .collect();
        }
        self.stream.source(value, index, &self.shown, self.follows()).cloned().into_iter().collect()
    }

    /// The source that stands for a value in a script, if the target chose it.
    fn variable_source(&self, value: &str, index: usize, beside: &[String]) -> Option<Source> {
        let records = self.stream.records_with(value, index, beside);
        match records.first() {
            Some(record) if record.minted => {
                Some(Source { index: record.index, at: record.at.to_owned(), form: Form::Same })
            }
            Some(_) => None,
            None => self.stream.source(value, index, &self.shown, self.follows()).cloned(),
        }
    }

    /// Gives a name to every value that some request sends or the proof speaks of.
    fn name_variables(&mut self, needed: &BTreeSet<usize>) {
        let mut sources: BTreeSet<Source> = BTreeSet::new();
        for index in needed {
            let values = values_of(&self.stream.exchanges[*index].exchange.request);
            sources.extend(values.iter().filter_map(|value| self.variable_source(value, *index, &values)));
        }
        for value in super::claim::values(&self.proof.claim) {
            let source = self.variable_source(&value, usize::MAX, &[]);
            sources.extend(source.filter(|source| needed.contains(&source.index)));
        }
        let mut used: BTreeSet<String> = BTreeSet::new();
        for source in sources {
            let record = self.stream.records.iter().find(|r| r.index == source.index && r.at == source.at);
            let mut name = match record {
                Some(record) => identifier(record.name),
                None => identifier(
                    &source.at.rsplit('/').find(|part| part.parse::<usize>().is_err()).map_or_else(
                        || "value".to_owned(),
                        |part| {
                            format!("{part}_{}", self.numbers.get(&source.index).copied().unwrap_or_default())
                        },
                    ),
                ),
            };
            while !used.insert(name.clone()) {
                name.push_str("_x");
            }
            self.variables.insert(source, name);
        }
    }

    /// A value as the script writes it: a variable where the target chose it.
    pub(super) fn value(&self, value: &str, index: usize, beside: &[String], escape: Escape) -> Vec<Piece> {
        let name = self.variable_source(value, index, beside).and_then(|source| self.variables.get(&source));
        match name {
            Some(name) => {
                let simple = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
                vec![Piece::Variable(name.clone(), if simple { Escape::Not } else { escape })]
            }
            None => marked(value, self.stream.namespace, RUN),
        }
    }

    /// The path and query of a request.
    pub(super) fn path(&self, index: usize, path: &str) -> Vec<Piece> {
        let values = values_of(&self.stream.exchanges[index].exchange.request);
        self.path_beside(path, index, &values)
    }

    /// The same for a request that is no step of the script.
    pub(super) fn path_beside(&self, path: &str, index: usize, beside: &[String]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut part = |text: &str| {
            let value = decoded(text);
            let taken = self.value(&value, index, beside, Escape::Uri);
            match taken.as_slice() {
                [Piece::Variable(name, _)] if name != RUN => pieces.extend(taken),
                _ => pieces.extend(marked(text, self.stream.namespace, RUN)),
            }
        };
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut separate = Vec::new();
        for (i, segment) in path.split('/').enumerate() {
            if i > 0 {
                separate.push("/".to_owned());
            }
            separate.push(segment.to_owned());
        }
        for (i, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
            separate.push(if i == 0 { "?" } else { "&" }.to_owned());
            match pair.split_once('=') {
                Some((name, value)) => {
                    separate.push(format!("{name}="));
                    separate.push(value.to_owned());
                }
                None => separate.push(pair.to_owned()),
            }
        }
        for text in separate.iter().filter(|text| !text.is_empty()) {
            part(text);
        }
        pieces
    }

    /// JSON text, octet by octet as it was sent but for values that the target chose.
    pub(super) fn json(&self, text: &str, index: usize) -> Vec<Piece> {
        let beside = self.stream.exchanges.get(index).map(|sent| values_of(&sent.exchange.request));
        let beside = beside.unwrap_or_default();
        let mut pieces = Vec::new();
        let mut rest = text;
        let mut literal = String::new();
        while let Some(from) = rest.find('"') {
            let Some(length) = string_length(&rest[from..]) else { break };
            let token = &rest[from..from + length];
            literal.push_str(&rest[..from]);
            let value: Option<String> = serde_json::from_str(token).ok();
            let written = value.map(|value| self.value(&value, index, &beside, Escape::Json));
            match written.as_deref() {
                Some([Piece::Variable(name, escape)]) if name != RUN => {
                    literal.push('"');
                    pieces.extend(marked(&std::mem::take(&mut literal), self.stream.namespace, RUN));
                    pieces.push(Piece::Variable(name.clone(), *escape));
                    literal.push('"');
                }
                _ => literal.push_str(token),
            }
            rest = &rest[from + length..];
        }
        literal.push_str(rest);
        pieces.extend(marked(&literal, self.stream.namespace, RUN));
        pieces
    }
}

/// The place of an exchange in the stream; of equal ones, one that was not taken yet. What a recording left out of an answer does not matter:
/// no two requests are sent at one time.
fn place_of(stream: &Stream<'_>, exchange: &Exchange, taken: &[usize]) -> Option<usize> {
    let same = |i: &usize| stream.exchanges[*i].exchange == *exchange;
    let at_once = |i: &usize| {
        let other = &stream.exchanges[*i].exchange;
        exchange.sent_us > 0 && other.sent_us == exchange.sent_us && other.request == exchange.request
    };
    let mut places = (0..stream.exchanges.len()).filter(same);
    let free = places.clone().find(|place| !taken.contains(place));
    free.or_else(|| places.next()).or_else(|| (0..stream.exchanges.len()).find(at_once))
}

/// The length of the JSON string that a text begins with, quotation marks included.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (i, octet) in text.bytes().enumerate().skip(1) {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(i + 1),
            _ => {}
        }
    }
    None
}
