//! Seeding: the suite's records are created through the target's own API, and what it acknowledges goes into the oracle.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Driver;
use super::request::{Content, Parts, set_at};
use super::values::Place;
use crate::document::{Location, RequestBody};
use crate::event::SeedingProblem;
use crate::evidence::{Ask, Asked, Entry, Evidence, Exchange, Probe, RecordNumber, Response};
use crate::generate::keywords_at;
use crate::oracle::{Oracle, Record, same_value};
use crate::pagination::Style;
use crate::scenario::{Case, Scenario};
use crate::suite::{Bound, Field, Keep, Make, Resource};

/// The most code points of a refusal that a note repeats.
const SAID: usize = 160;

/// What came of seeding one suite.
#[derive(Debug, Default)]
pub struct Seeding {
    /// What the target acknowledged.
    pub oracle: Arc<Oracle>,
    /// The exchanges, by resource: the evidence of its `create` case.
    pub evidence: BTreeMap<String, Evidence>,
    /// The order in which those exchanges were sent: a resource, and which of its entries.
    pub order: Vec<(String, Range<usize>)>,
    /// Facts learnt on the way, as sentences.
    pub notes: Vec<String>,
    /// The resources that the target refused to create and that are therefore left out, each with the reason. In inferred suites only.
    pub refused: BTreeMap<String, String>,
    /// Why the target could not be seeded whole.
    pub problem: Option<SeedingProblem>,
}

impl Seeding {
    /// Adds exchanges that created nothing.
    fn add(&mut self, mut evidence: Evidence) {
        let apart = self.evidence.entry(String::new()).or_default();
        let before = apart.entries.len();
        apart.entries.append(&mut evidence.entries);
        self.order.push((String::new(), before..apart.entries.len()));
    }
}

/// Creates all records of the suite, finds out its variables and the form of its cursors.
pub async fn seed(driver: &Driver) -> Seeding {
    let mut seeding = Seeding::default();
    if let Err(problem) = driver.discover(&mut seeding).await {
        seeding.problem = Some(problem);
        return seeding;
    }
    let suite = Arc::clone(&driver.suite);
    let mut serial = 0;
    let mut refusals: BTreeSet<u16> = BTreeSet::new();
    for group in &suite.file().seed {
        let lies_in = suite.resource(&group.resource).parent.as_ref();
        if let Some(why) = lies_in.and_then(|parent| seeding.refused.get(parent)).cloned() {
            seeding.refuse(&group.resource, why);
        }
        if let Some(variable) = driver.unknown_variable(&group.resource).filter(|_| suite.file().inferred) {
            seeding.refuse(
                &group.resource,
                format!("{} needs {variable}: give one with --set {variable}=…", group.resource),
            );
        }
        if seeding.refused.contains_key(&group.resource) {
            continue;
        }
        let parent = group.under.as_ref().and_then(|label| seeding.oracle.labelled(label));
        if group.under.is_some() && parent.is_none() {
            // What it would lie in is one of the few that were refused.
            continue;
        }
        let evidence = seeding.evidence.entry(group.resource.clone()).or_default();
        let places: Vec<Place<'_>> = (0..group.count)
            .map(|index| Place {
                label: &group.label,
                name: group.name.as_deref().unwrap_or(&group.label),
                index,
                serial: serial + index,
                parent,
            })
            .collect();
        serial += group.count;
        let before = evidence.entries.len();
        let most = group.batch.unwrap_or(usize::MAX);
        let made = driver
            .create_in_batches(Arc::make_mut(&mut seeding.oracle), evidence, &group.resource, &places, most)
            .await;
        seeding.order.push((group.resource.clone(), before..evidence.entries.len()));
        if made.is_empty() && group.count > 0 {
            let last = evidence.entries[before..].last().map(|entry| entry.exchange.clone());
            if suite.file().inferred {
                // The values were made up by a guess: what refuses them accuses nobody.
                for entry in &mut evidence.entries[before..] {
                    if entry.exchange.status().is_some_and(|status| (400..500).contains(&status)) {
                        entry.asked = Asked::Open;
                    }
                }
                if seeding.oracle.records().any(|(_, record)| record.resource == group.resource) {
                    seeding.notes.push(format!(
                        "no {} of the seed group `{}` could be created",
                        group.resource, group.label
                    ));
                    continue;
                }
                let response = last.as_ref().and_then(|exchange| exchange.response());
                let answer = response.map_or_else(
                    || "the target did not answer".to_owned(),
                    |response| {
                        let said: String = response.body.text().chars().take(SAID).collect();
                        format!("the target answered {} {said}", response.status)
                    },
                );
                refusals.extend(response.map(|response| response.status));
                seeding.refuse(&group.resource, format!("no {} could be created: {answer}", group.resource));
                continue;
            }
            let why = last.as_ref().map(failed).unwrap_or_default();
            seeding.problem = Some(SeedingProblem {
                message: format!(
                    "no record of seed group `{}` ({}) could be created{why}",
                    group.label, group.resource
                ),
                exchange: last.map(Box::new),
            });
            return seeding;
        }
    }
    if seeding.oracle.records().next().is_none() && !refusals.is_empty() {
        if refusals.iter().all(|status| *status == 401 || (*status == 403 && !driver.authenticated)) {
            seeding.problem = Some(SeedingProblem {
                message: "the target wants credentials for every creation: give them with --token-env, --bearer-env or --header-env"
                    .to_owned(),
                exchange: None,
            });
            return seeding;
        }
        seeding.notes.push("nothing could be created, so only reading is judged".to_owned());
    }
    driver.calibrate(&mut seeding).await;
    driver.see_orders(&mut seeding).await;
    seeding
}

impl Seeding {
    /// A resource is left out from now on.
    fn refuse(&mut self, resource: &str, why: String) {
        if !self.refused.contains_key(resource) {
            self.notes.push(format!("{resource} is left out: {why}"));
            self.refused.insert(resource.to_owned(), why);
        }
    }

    /// The exchanges that a case about creation is judged by where the target could not be seeded whole. None where what failed only says that the
    /// target is out of service, wants other credentials, or is not the API at all.
    pub fn of_creation(&self, case: &Case) -> Option<&Evidence> {
        let Scenario::Create { resource } = &case.scenario else { return None };
        let failed = self.problem.as_ref()?.exchange.as_ref()?;
        let nothing = self.oracle.records().next().is_none();
        let is_page = |answer: &Response| answer.essence().is_some_and(|essence| essence == "text/html");
        let elsewhere = match failed.status() {
            Some(401 | 403 | 407 | 429 | 502..=504) => true,
            // What was acknowledged shows that the API stands where it was looked for.
            Some(300..=399 | 404 | 405) => nothing,
            // A page for people comes from some other server.
            Some(200..=299) => nothing && failed.response().is_some_and(is_page),
            _ => false,
        };
        self.evidence.get(resource).filter(|evidence| !elsewhere && !evidence.entries.is_empty())
    }

    /// Why a case cannot be run, where it needs a resource that the target refused to create, or a value that nobody gave.
    pub fn missing(&self, driver: &Driver, case: &Case) -> Option<String> {
        let file = driver.suite.file();
        if !file.inferred {
            return None;
        }
        if let Scenario::Create { resource } = &case.scenario
            && self
                .evidence
                .get(resource)
                .is_some_and(|evidence| evidence.entries.iter().any(failed_to_answer))
        {
            // Whatever was sent, a server error is none of the sender's.
            return None;
        }
        let collection = case.scenario.collection().map(|name| &file.collections[name]);
        let mut needed: Vec<&str> = match collection {
            // Without a scope the list is there, whoever wrote into it.
            Some(collection) => collection.scope.as_deref().into_iter().collect(),
            None => case.scenario.resource().into_iter().collect(),
        };
        let operation = driver.suite.operation(&case.operation);
        for parameter in operation.parameters.iter().filter(|p| p.location == Location::Path) {
            match driver.suite.bound(&case.operation, &parameter.name) {
                Some(Bound::Variable { variable }) if driver.variable(variable).is_none() => {
                    return Some(format!(
                        "nothing is known for {variable}: give one with --set {variable}=…"
                    ));
                }
                Some(Bound::Resource(resource)) if collection.is_none_or(|c| c.scope.is_some()) => {
                    needed.push(resource);
                }
                _ => {}
            }
        }
        if matches!(case.scenario, Scenario::Content) {
            let created =
                file.resources.iter().filter(|(_, r)| r.created_by() == Some(case.operation.as_str()));
            needed.extend(created.map(|(name, _)| name.as_str()));
        }
        needed.iter().find_map(|resource| self.refused.get(*resource)).cloned()
    }
}

/// Whether the target broke down over a request.
fn failed_to_answer(entry: &Entry) -> bool {
    entry.exchange.status().is_some_and(|status| status >= 500)
}

impl Driver {
    /// A variable without a value that the creation of a resource needs.
    fn unknown_variable(&self, resource_name: &str) -> Option<String> {
        let resource = self.suite.resource(resource_name);
        let short = resource.created_by()?;
        let fields = resource.fields.values().filter_map(|field| match &field.make {
            Some(Make::Variable(name)) => Some(name),
            _ => None,
        });
        let parameters = self.suite.operation(short).parameters.iter();
        let bound = parameters.filter(|p| p.location == Location::Path).filter_map(|p| {
            match self.suite.bound(short, &p.name) {
                Some(Bound::Variable { variable }) => Some(variable),
                _ => None,
            }
        });
        fields.chain(bound).find(|name| self.variable(name).is_none()).cloned()
    }

    /// Finds the variables that the user did not give in the target.
    pub(super) async fn discover(&self, seeding: &mut Seeding) -> Result<(), SeedingProblem> {
        for (name, variable) in &self.suite.file().variables {
            let Some(discover) = &variable.discover else { continue };
            if self.variable(name).is_some() {
                continue;
            }
            let mut evidence = Evidence::default();
            let outgoing = self.outgoing(&discover.operation, "discover", &Parts::default());
            let entry = self.send(&mut evidence, outgoing, Asked::Good).await;
            let number = |value: &Value| value.is_number().then(|| value.to_string());
            let found = evidence.json(entry).and_then(|json| discover.pointer.find(json));
            let found = found.and_then(|value| value.as_str().map(str::to_owned).or_else(|| number(value)));
            if found.is_none() && self.suite.file().inferred {
                seeding
                    .notes
                    .push(format!("{} names no {name}: what needs one is left out", discover.operation));
                seeding.evidence.entry(String::new()).or_default().entries.append(&mut evidence.entries);
                continue;
            }
            let Some(found) = found else {
                let exchange = evidence.entries.pop().map(|e| Box::new(e.exchange));
                let why = exchange.as_deref().map(failed).unwrap_or_default();
                return Err(SeedingProblem {
                    message: format!(
                        "the target names no {name} ({}){why}; or give one with --set {name}=…",
                        variable.description
                    ),
                    exchange,
                });
            };
            seeding.add(evidence);
            self.set_variable(name, found);
        }
        Ok(())
    }

    /// Creates records under one parent, in batches where the suite has them; gives those that were acknowledged.
    pub(super) async fn create(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        places: &[Place<'_>],
    ) -> Vec<RecordNumber> {
        self.create_in_batches(oracle, evidence, resource_name, places, usize::MAX).await
    }

    /// The same, with no more than `most` records in one request.
    async fn create_in_batches(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        places: &[Place<'_>],
        most: usize,
    ) -> Vec<RecordNumber> {
        let suite = Arc::clone(&self.suite);
        let resource = suite.resource(resource_name);
        let most = resource.batch().map_or(1, |batch| batch.max.min(most).max(1));
        let pause = Duration::from_millis(suite.file().limits.creation_pause_ms);
        let mut made = Vec::new();
        let (mut at, mut size) = (0, most);
        while at < places.len() {
            let end = places.len().min(at.saturating_add(size));
            let begin = made.len();
            // What is still to be sent, the first last, and the batches that were refused, by entry.
            let mut ranges: Vec<Range<usize>> = std::iter::once(at..end).collect();
            let mut alone = 0;
            let mut refused: Vec<(usize, usize)> = Vec::new();
            while let Some(range) = ranges.pop() {
                let chunk = &places[range.clone()];
                let numbers = self.create_chunk(oracle, evidence, resource_name, resource, chunk).await;
                let sent = evidence.entries.len() - 1;
                // One value that a target refuses must not cost the whole batch: it is sent again in halves.
                if numbers.is_empty() && chunk.len() > 1 && !evidence.entries[sent].exchange.is_success() {
                    let middle = range.start + chunk.len() / 2;
                    ranges.extend([middle..range.end, range.start..middle]);
                    refused.push((sent, chunk.len()));
                } else {
                    alone += usize::from(numbers.is_empty());
                    made.extend(numbers);
                    if made.len() == begin && alone > 1 {
                        // It is no single value: what is left of the batch would be refused one by one.
                        break;
                    }
                }
                if !pause.is_zero() && places.len() > 1 {
                    tokio::time::sleep(pause).await;
                }
            }
            // Where each of its records was taken all the same, a batch was refused for its length, of which the document may say nothing.
            if made.len() - begin == end - at && !self.limits_batches(resource) {
                for (entry, length) in refused {
                    evidence.entries[entry].asked = Asked::Open;
                    size = size.min(length.div_ceil(2));
                }
            }
            at = end;
        }
        made
    }

    /// Whether the document says how many records one request may hold.
    fn limits_batches(&self, resource: &Resource) -> bool {
        let Some((create, batch)) = resource.create.as_ref().zip(resource.batch()) else { return false };
        let content =
            self.suite.operation(&create.operation).request_body.as_ref().and_then(RequestBody::json);
        let Some(schema) = content.and_then(|content| content.schema.as_ref()) else { return false };
        let resolve = |reference: &str| self.suite.document().reference(reference);
        !keywords_at(schema.value(), &batch.at, "maxItems", &resolve).is_empty()
    }

    /// One request that creates records.
    async fn create_chunk(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        resource: &Resource,
        places: &[Place<'_>],
    ) -> Vec<RecordNumber> {
        let (Some(first), Some(create)) = (places.first(), &resource.create) else { return Vec::new() };
        let items: Vec<Item> = places.iter().map(|place| self.item(oracle, resource, *place)).collect();
        let mut content = self.creation_content(oracle, resource, first.parent, &items);
        if let (Some(batch), [_], Some(content)) = (&create.batch, items.as_slice(), &mut content)
            && batch.alone
            && first.index % 2 == 1
            && let Some(place) = content.pointer_mut(&batch.at)
            && let Some(one) = place.as_array_mut().and_then(Vec::pop)
        {
            *place = one;
        }
        let mut parts = Parts {
            path: self.path_of(&create.operation, oracle, first.parent),
            content: content.map(Content::Json),
            ..Parts::default()
        };
        items[0].place(&mut parts);
        let purpose = format!("create {}", first.label);
        let outgoing = self.outgoing(&create.operation, &purpose, &parts);
        let entry = self.send(evidence, outgoing, Asked::Good).await;
        self.excuse(&mut evidence.entries[entry]);
        let answers: Vec<Value> = evidence
            .json(entry)
            .filter(|_| evidence.entries[entry].exchange.is_success())
            .and_then(|json| create.answer.find(json))
            .map(|answer| match answer {
                Value::Array(answers) if create.batch.is_some() => answers.clone(),
                one => vec![one.clone()],
            })
            .unwrap_or_default();
        let ordered = create.batch.is_none() || create.batch_order.is_some();
        let moment = oracle.records().count();
        let mut records = Vec::new();
        for (index, answer) in pair(resource, &items, &answers) {
            let place = places[index];
            let id = match answer.as_ref().and_then(|a| resource.id.find(a)) {
                Some(Value::String(id)) => id.clone(),
                Some(Value::Number(id)) => id.to_string(),
                _ => continue,
            };
            records.push(oracle.add(Record {
                resource: resource_name.to_owned(),
                label: place.label.to_owned(),
                index: place.index,
                parent: place.parent,
                id,
                sent: items[index].sent.clone(),
                acknowledged: Arc::new(answer.unwrap_or_default()),
                marker: items[index].marker.clone(),
                moment: if ordered { moment + index } else { moment },
            }));
        }
        self.remember(resource_name, oracle, &records);
        let label = match places {
            [one] => format!("{}[{}]", one.label, one.index),
            [one, .., last] => format!("{}[{}..{}]", one.label, one.index, last.index),
            [] => String::new(),
        };
        evidence.probes.push(Probe { label, ask: Ask::Create { records: records.clone(), ordered }, entry });
        records
    }

    /// The values of one record.
    pub(super) fn item(&self, oracle: &Oracle, resource: &Resource, place: Place<'_>) -> Item {
        let mut item = Item::default();
        for (name, field) in &resource.fields {
            let Some((value, word)) = self.value(oracle, resource, name, field, place) else { continue };
            item.set(field, &value);
            item.marker = item.marker.or(word);
            item.sent.insert(name.clone(), value);
        }
        item
    }

    /// The content of a request that creates these records.
    pub(super) fn creation_content(
        &self,
        oracle: &Oracle,
        resource: &Resource,
        parent: Option<RecordNumber>,
        items: &[Item],
    ) -> Option<Value> {
        let create = resource.create.as_ref()?;
        self.suite.operation(&create.operation).request_body.as_ref()?;
        let mut content = json!({});
        if let Some(table) = &create.body {
            content = serde_json::to_value(table).unwrap_or_default();
            self.fill(oracle, parent, &mut content);
        }
        match &create.batch {
            Some(batch) => {
                let array = items.iter().map(|item| item.content.clone()).collect();
                set_at(&mut content, &batch.at, Value::Array(array));
            }
            None => {
                if let (Some(target), Some(members)) =
                    (content.as_object_mut(), items.first().and_then(|item| item.content.as_object()))
                {
                    target.extend(members.clone());
                }
            }
        }
        Some(content)
    }

    /// Replaces `{name}` by a variable and `{resource.id}` by an ancestor's id, in every string.
    fn fill(&self, oracle: &Oracle, parent: Option<RecordNumber>, value: &mut Value) {
        match value {
            Value::String(text) => {
                let Some(name) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) else { return };
                let filled = match name.strip_suffix(".id") {
                    Some(resource) => parent
                        .and_then(|parent| oracle.ancestor(parent, resource))
                        .map(|number| oracle.record(number).id.clone()),
                    None => self.variable(name),
                };
                if let Some(filled) = filled {
                    *text = filled;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(oracle, parent, item)),
            Value::Object(members) => {
                members.values_mut().for_each(|member| self.fill(oracle, parent, member));
            }
            _ => {}
        }
    }

    /// Finds out which form of a cursor each collection honours.
    pub(super) async fn calibrate(&self, seeding: &mut Seeding) {
        let suite = Arc::clone(&self.suite);
        for (name, collection) in &suite.file().collections {
            let Style::TimestampCursor(style) = &collection.style else { continue };
            let mut evidence = Evidence::default();
            let honoured = self.honoured_forms(&seeding.oracle, &mut evidence, collection, style).await;
            seeding.add(evidence);
            if let Some(form) = honoured.first() {
                self.set_form(name, *form);
            }
            let names: Vec<String> = honoured.iter().map(|form| form.name().to_owned()).collect();
            seeding.notes.push(if names.is_empty() {
                format!("{}: no form of a cursor could be seen to be honoured", collection.operation)
            } else {
                format!("{}: cursors are honoured as {}", collection.operation, names.join(" and as "))
            });
        }
    }
}

/// What is sent for one record.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Path parameters that the record itself fills.
    pub path: BTreeMap<String, String>,
    /// Query parameters that the record itself fills.
    pub query: Vec<(String, String)>,
    /// The record's part of the content.
    pub content: Value,
    /// The values by field.
    pub sent: BTreeMap<String, Value>,
    /// The word that stands in this record's text only.
    pub marker: Option<String>,
}

impl Default for Item {
    fn default() -> Self {
        Self {
            path: BTreeMap::new(),
            query: Vec::new(),
            content: json!({}),
            sent: BTreeMap::new(),
            marker: None,
        }
    }
}

impl Item {
    /// Puts a field's value where the suite says that it goes.
    pub(super) fn set(&mut self, field: &Field, value: &Value) {
        let text = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if let Some(pointer) = &field.send {
            set_at(&mut self.content, pointer, value.clone());
        }
        if let Some(parameter) = &field.path {
            self.path.insert(parameter.clone(), text());
        }
        if let Some(parameter) = &field.query {
            self.query.push((parameter.clone(), text()));
        }
    }

    /// Puts what does not go into the content where it goes.
    pub(super) fn place(&self, parts: &mut Parts) {
        parts.path.extend(self.path.clone());
        parts.query.extend(self.query.clone());
    }
}

/// Pairs what was sent with what was answered: an answer whose content is that of its own position first, then by content, else by
/// position. A record that was not answered is left out.
fn pair(resource: &Resource, items: &[Item], answers: &[Value]) -> Vec<(usize, Option<Value>)> {
    let fits = |index: usize, answer: &Value| {
        resource.fields.iter().all(|(name, field)| {
            let (Some(sent), Some(read)) = (items[index].sent.get(name), &field.read) else { return true };
            field.keep != Keep::Exact
                || !sent.is_string()
                || read.find(answer).is_some_and(|v| same_value(sent, v))
        })
    };
    let in_place = |position: usize| position < items.len() && fits(position, &answers[position]);
    let mut pairs: Vec<Option<usize>> =
        (0..answers.len()).map(|position| in_place(position).then_some(position)).collect();
    let mut free: Vec<usize> =
        (0..items.len()).filter(|index| pairs.get(*index).is_none_or(Option::is_none)).collect();
    for (position, answer) in answers.iter().enumerate() {
        if pairs[position].is_none() {
            let found = free.iter().position(|index| fits(*index, answer));
            pairs[position] = found.map(|at| free.remove(at));
        }
    }
    let mut result = Vec::new();
    for (position, answer) in answers.iter().enumerate() {
        let index = pairs[position].or_else(|| {
            let at = free.iter().position(|index| *index == position).or((!free.is_empty()).then_some(0))?;
            Some(free.remove(at))
        });
        if let Some(index) = index {
            result.push((index, Some(answer.clone())));
        }
    }
    result.sort_by_key(|(index, _)| *index);
    result
}

/// What a request came to that everything else needs, and how to mend that.
fn failed(exchange: &Exchange) -> String {
    let operation = &exchange.operation;
    let (what, mend) = match &exchange.outcome {
        Err(error) => (error.message.clone(), None),
        Ok(response) => {
            let mend = match response.status {
                401 | 403 => Some("give credentials with --bearer-env VAR or --header-env NAME=VAR"),
                404 | 405 => {
                    Some("see whether the base URL is the API's, with the path that it stands under")
                }
                300..=399 => Some("give the URL that it redirects to, since redirects are not followed"),
                429 => Some("send fewer requests with --rate"),
                500.. => Some("see the target's log"),
                _ => None,
            };
            (format!("it answered {}", response.status), mend)
        }
    };
    let mend = mend.map(|mend| format!(": {mend}")).unwrap_or_default();
    format!(": {operation}: {what}{mend}")
}
