//! Content at both sides of every bound that the document sets, and content that is no JSON.

use std::collections::{BTreeMap, BTreeSet};

use super::Driver;
use super::gzip::gzip;
use super::list::Ask as ListAsk;
use super::parameters::is_width;
use super::request::{Content, Parts, set_at};
use super::seed::Item;
use super::values::Place;
use crate::document::{Location, RequestBody, StatusKey};
use crate::evidence::{Ask, Asked, Evidence, Probe, RecordNumber, WalkKind};
use crate::generate::{Expectation, Specimen, body_specimens, keywords_at, raw_bodies};
use crate::oracle::Oracle;
use crate::scenario::Case;
use crate::suite::{Arguments, Collection, Field, Make, Resource};

/// The contents that are no JSON which every operation gets: what each parser refuses, and what breaks those that do not look.
pub(super) const TELLING: [&str; 3] = ["malformed", "empty", "deep-nesting"];

/// How many values of other types a place gets in operations that create less than others.
const FEW_TYPES: usize = 2;

/// The octets of content that is larger than many servers take, and is sent all the same.
const LARGE: usize = 1_500_000;

/// The header field of a request that is to be carried out once, however often it comes.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

pub(super) const JSON_TYPE: &str = "application/json";
/// A media type that says nothing of JSON. Browsers send it for other sites without asking.
const OTHER_TYPE: &str = "text/plain";

impl Driver {
    /// Every place in the content of an operation that creates, one value at a time, under a parent of this case's own; or in that of a list by
    /// POST.
    pub(super) async fn content(&self, oracle: &mut Oracle, evidence: &mut Evidence, case: &Case) {
        let suite = std::sync::Arc::clone(&self.suite);
        let operation = suite.operation(&case.operation);
        let Some(media_type) = operation.request_body.as_ref().and_then(RequestBody::json) else { return };
        let Some(schema) = &media_type.schema else { return };
        let wanted = Some(case.operation.as_str());
        let created = suite.file().resources.iter().find(|(_, resource)| resource.created_by() == wanted);
        let (base, parts, parent, first) = if let Some((_, resource)) = created {
            let Some(parent) = self.scratch_parent(oracle, evidence, resource, "content").await else {
                return;
            };
            let place = Place { label: "content", name: "content", index: 0, serial: 0, parent };
            let item = self.item(oracle, resource, place);
            let items = std::slice::from_ref(&item);
            let Some(base) = self.creation_content(oracle, resource, parent, items) else { return };
            let mut parts = Parts { path: self.path_of(&case.operation, oracle, parent), ..Parts::default() };
            item.place(&mut parts);
            (base, parts, parent, Some((item, place)))
        } else {
            // A list by POST: its arguments are what is varied.
            let mut parts = self.usual_parts(oracle, &case.operation);
            let base = match parts.content.take() {
                Some(Content::Json(base)) => base,
                // Without arguments there is nothing to send, or an object without members.
                _ => serde_json::json!({}),
            };
            if !schema.is_valid(&base) {
                return;
            }
            (base, parts, None, None)
        };
        let lists = &self.suite.file().collections;
        let filtered = |c: &Collection| c.operation == case.operation && c.arguments == Arguments::Query;
        if created.is_none() && lists.values().any(filtered) {
            self.broken_filters(evidence, case, schema, &parts, &base).await;
            return;
        }
        let invalid = self.asked_of_invalid(&case.operation);

        // What is varied below must be good to begin with.
        let mut usual = parts.clone();
        usual.content = Some(Content::Json(base.clone()));
        let outgoing = self.outgoing(&case.operation, "usual content", &usual);
        let entry = self.send(evidence, outgoing, Asked::Good).await;
        self.remember_created(created, oracle, parent, evidence, entry);
        let ask = Ask::ValidEdge { keyword: "type".to_owned(), place: String::new() };
        evidence.probes.push(Probe { label: "usual content".to_owned(), ask, entry });

        let resolve = |reference: &str| suite.document().reference(reference);
        let is_valid = |value: &serde_json::Value| schema.is_valid(value);
        let most = created.is_none_or(|(name, _)| self.is_most_seeded(name));
        let mut types: BTreeMap<String, usize> = BTreeMap::new();
        let mut serial = 0;
        for mut specimen in body_specimens(schema.value(), &resolve, &is_valid, &base) {
            // Made-up names could be those of somebody else's records, and made-up references lead nowhere.
            let identity = |(_, resource): (_, &Resource)| Self::is_identity(resource, &specimen.place);
            if specimen.valid && !is_bound(specimen.keyword) {
                continue;
            }
            if specimen.valid && created.is_some_and(identity) {
                let own = created.and_then(|(_, resource)| own_name(resource, &base, &specimen));
                let Some(value) = own.filter(|value| schema.is_valid(value)) else { continue };
                // What the document lets be left out may still hold the value that this is about.
                let place = specimen.place.clone();
                let holds =
                    |content: &serde_json::Value| is_valid(content) && content.pointer(&place).is_some();
                specimen.value = least(&value, "", &holds);
            }
            if let Some((_, resource)) = created {
                repeat_items(resource, &base, &mut specimen, &is_valid);
            }
            if !most && !specimen.valid && specimen.keyword == "type" {
                let times = types.entry(specimen.place.clone()).or_default();
                *times += 1;
                if *times > FEW_TYPES {
                    continue;
                }
            }
            let at = |keyword| keywords_at(schema.value(), &specimen.place, keyword, &resolve);
            if is_passed_over(schema.value(), &specimen.place, &resolve) {
                continue;
            }
            // The bounds of a `format` say how wide a number is, not which numbers mean something.
            if matches!(specimen.keyword, "minimum" | "maximum")
                && at(specimen.keyword).into_iter().any(is_width)
            {
                continue;
            }
            let asked = match (specimen.valid, specimen.lenient) {
                (_, true) => Asked::Open,
                // A page of a high number lies past the end, and a filter may well be of a kind that the list refuses.
                (true, false) if created.is_none() => {
                    self.asked_of_argument(&case.operation, &specimen.place)
                }
                (true, false) => Asked::Good,
                (false, false) => invalid,
            };
            serial += 1;
            let mut parts = parts.clone();
            if let (Some((_, resource)), Some((item, place))) = (created, &first) {
                let other = self.item(oracle, resource, Place { index: serial, serial, ..*place });
                rename(resource, item, &other, &specimen.place, &mut specimen.value);
            }
            parts.content = Some(Content::Json(specimen.value));
            let outgoing = self.outgoing(&case.operation, &specimen.label, &parts);
            let entry = self.send(evidence, outgoing, asked).await;
            self.remember_created(created, oracle, parent, evidence, entry);
            let (keyword, place) = (specimen.keyword.to_owned(), specimen.place);
            let ask = if specimen.valid {
                Ask::ValidEdge { keyword, place }
            } else {
                Ask::InvalidEdge { keyword, place }
            };
            evidence.probes.push(Probe { label: specimen.label, ask, entry });
        }

        // A list by POST is asked as thoroughly as the operation that creates most.
        for raw in raw_bodies(&base) {
            if !most && !TELLING.contains(&raw.label) {
                continue;
            }
            let refuse = raw.expectation == Expectation::Refuse;
            let mut parts = parts.clone();
            parts.content = Some(Content::Raw(raw.bytes, Some(JSON_TYPE)));
            let outgoing = self.outgoing(&case.operation, raw.label, &parts);
            let entry = self.send(evidence, outgoing, if refuse { invalid } else { Asked::Open }).await;
            self.remember_created(created, oracle, parent, evidence, entry);
            let label = raw.label.to_owned();
            evidence.probes.push(Probe { label, ask: Ask::InvalidContent { refuse }, entry });
        }
        if most {
            self.odd_content(oracle, evidence, (case, created, parent), &parts, &base).await;
        }
        let Some((resource_name, resource)) = created else { return };
        self.read_only(oracle, evidence, (case, resource_name, resource), (parent, &parts, &base)).await;
        self.keyed(oracle, evidence, (case, resource_name, resource), parent).await;
        if let Some(parent) = parent {
            self.under_nothing(oracle, evidence, (case, created), parent, &usual).await;
        }
        let lists = evidence.walks.len();
        self.what_came_of_it(oracle, evidence, resource_name, parent).await;
        if Self::holds_more(evidence, resource, &case.operation, lists) {
            // Whether the refused ones left it there, or each creation does.
            let outgoing = self.outgoing(&case.operation, "usual content again", &usual);
            let entry = self.send(evidence, outgoing, Asked::Good).await;
            self.remember_answer(resource_name, oracle, parent, evidence.json(entry));
            self.what_came_of_it(oracle, evidence, resource_name, parent).await;
        }
    }

    /// The content of a list whose paging stands in the query, broken: itself and each of its members of another type, and no JSON at all. What makes a
    /// good filter nobody knows from the schema.
    async fn broken_filters(
        &self,
        evidence: &mut Evidence,
        case: &Case,
        schema: &crate::document::Schema,
        parts: &Parts,
        base: &serde_json::Value,
    ) {
        let invalid = self.asked_of_invalid(&case.operation);
        // A list that only makes others testable is asked with fewer.
        let (types, texts) =
            if self.suite.is_seeding(self.suite.operation(&case.operation)) { (1, 1) } else { (2, 1) };
        let resolve = |reference: &str| self.suite.document().reference(reference);
        let is_valid = |value: &serde_json::Value| schema.is_valid(value);
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        for specimen in body_specimens(schema.value(), &resolve, &is_valid, base) {
            let times = taken.entry(specimen.place.clone()).or_default();
            let deep = specimen.place.matches('/').count() > 1;
            // Many servers take what is empty for what is absent.
            let empty = specimen.value.pointer(&specimen.place).is_none_or(says_little);
            if specimen.valid
                || specimen.lenient
                || specimen.keyword != "type"
                || deep
                || empty
                || *times == types
            {
                continue;
            }
            *times += 1;
            let parts = Parts { content: Some(Content::Json(specimen.value)), ..parts.clone() };
            let outgoing = self.outgoing(&case.operation, &specimen.label, &parts);
            let ask = Ask::InvalidEdge { keyword: specimen.keyword.to_owned(), place: specimen.place };
            self.probe(evidence, &specimen.label, outgoing, invalid, ask).await;
        }
        for raw in
            raw_bodies(base).into_iter().filter(|raw| raw.expectation == Expectation::Refuse).take(texts)
        {
            let parts = Parts { content: Some(Content::Raw(raw.bytes, Some(JSON_TYPE))), ..parts.clone() };
            let outgoing = self.outgoing(&case.operation, raw.label, &parts);
            self.probe(evidence, raw.label, outgoing, invalid, Ask::InvalidContent { refuse: true }).await;
        }
    }

    /// Good content for a parent that there is not, where the document says how that is refused: what looks for the parent late, or not at all, breaks on it.
    async fn under_nothing(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (case, created): (&Case, Option<(&String, &Resource)>),
        parent: RecordNumber,
        usual: &Parts,
    ) {
        let operation = self.suite.operation(&case.operation);
        if !operation.responses.iter().any(|response| response.status == StatusKey::Exact(404)) {
            return;
        }
        let known = &oracle.record(parent).id;
        let mut parts = usual.clone();
        let parameter = parts.path.iter().find(|(_, id)| *id == known).map(|(name, _)| name.clone());
        let unknown =
            self.unknown_ids(&case.operation, parameter.as_deref().unwrap_or_default(), Some(known));
        let Some(unknown) = unknown.into_iter().find(|unknown| unknown.fitting) else { return };
        if let Some(parameter) = parameter {
            parts.path.insert(parameter, unknown.id);
        } else if let Some(Content::Json(content)) = &mut parts.content {
            for member in content.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
                if member.as_str() == Some(known) {
                    *member = serde_json::Value::from(unknown.id.as_str());
                }
            }
        }
        let label = "a parent that there is not";
        let outgoing = self.outgoing(&case.operation, label, &parts);
        let entry = self.probe(evidence, label, outgoing, Asked::Unknown, Ask::Odd).await;
        self.remember_created(created, oracle, Some(parent), evidence, entry);
    }

    /// Good content as another media type, in a content coding, and with so many blanks behind it that it is larger than many servers take.
    async fn odd_content(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (case, created, parent): (&Case, Option<(&String, &Resource)>, Option<RecordNumber>),
        parts: &Parts,
        base: &serde_json::Value,
    ) {
        let operation = self.suite.operation(&case.operation);
        let plain = base.to_string().into_bytes();
        let large = [plain.as_slice(), &vec![b' '; LARGE]].concat();
        let described = operation.request_body.as_ref().and_then(|body| body.media_type(OTHER_TYPE));
        let mut odd = vec![
            ("content in the coding gzip", gzip(&plain), JSON_TYPE, Ask::Odd),
            ("content with many blanks behind it", large, JSON_TYPE, Ask::Odd),
        ];
        if described.is_none() {
            odd.push(("content as another media type", plain, OTHER_TYPE, Ask::WrongMediaType));
        }
        for (label, octets, media_type, ask) in odd {
            let mut parts = parts.clone();
            parts.content = Some(Content::Raw(octets, Some(media_type)));
            if label.contains("gzip") {
                parts.headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
            }
            let outgoing = self.outgoing(&case.operation, label, &parts);
            let entry = self.probe(evidence, label, outgoing, Asked::Open, ask).await;
            self.remember_created(created, oracle, parent, evidence, entry);
        }
    }

    /// Good content with a member more that is `readOnly`, one at a time.
    async fn read_only(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (case, resource_name, resource): (&Case, &str, &Resource),
        (parent, parts, base): (Option<RecordNumber>, &Parts, &serde_json::Value),
    ) {
        let operation = self.suite.operation(&case.operation);
        let media_type = operation.request_body.as_ref().and_then(RequestBody::json);
        let Some(schema) = media_type.and_then(|media_type| media_type.schema.as_ref()) else { return };
        let resolve = |reference: &str| self.suite.document().reference(reference);
        let at = resource.batch().map_or_else(String::new, |batch| format!("{}/0", batch.at));
        let names: BTreeSet<&String> = keywords_at(schema.value(), &at, "properties", &resolve)
            .into_iter()
            .filter_map(serde_json::Value::as_object)
            .flat_map(serde_json::Map::keys)
            .collect();
        for (serial, name) in names.into_iter().enumerate() {
            let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            let marks = keywords_at(schema.value(), &place, "readOnly", &resolve);
            if !marks.contains(&&serde_json::Value::Bool(true)) || base.pointer(&place).is_some() {
                continue;
            }
            let other = Place { label: "read-only", name: "read-only", index: serial, serial, parent };
            let item = self.item(oracle, resource, other);
            let content = self.creation_content(oracle, resource, parent, std::slice::from_ref(&item));
            let Some(content) = content else { continue };
            // Values that no target comes upon by itself.
            let telling = [
                serde_json::json!("specproof-read-only"),
                serde_json::json!("5bec0000-0000-4000-8000-0000000000ff"),
                serde_json::json!("2001-02-03T04:05:06Z"),
                serde_json::json!(987_654_321),
            ];
            let with = |value: serde_json::Value| {
                let mut content = content.clone();
                set_at(&mut content, &place, value.clone());
                schema.is_valid(&content).then_some((value, content))
            };
            let Some((value, content)) = telling.into_iter().find_map(with) else { continue };
            let mut parts = Parts { content: Some(Content::Json(content)), ..parts.clone() };
            item.place(&mut parts);
            let label = format!("{place} given although it is read only");
            let outgoing = self.outgoing(&case.operation, &label, &parts);
            let ask = Ask::ReadOnly { place, value };
            let entry = self.probe(evidence, &label, outgoing, Asked::Open, ask).await;
            self.remember_answer(resource_name, oracle, parent, evidence.json(entry));
        }
    }

    /// A record is created twice with one key, where the document has `Idempotency-Key` for that.
    async fn keyed(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        (case, resource_name, resource): (&Case, &str, &Resource),
        parent: Option<RecordNumber>,
    ) {
        let operation = self.suite.operation(&case.operation);
        let documented = operation.parameter(IDEMPOTENCY_KEY).filter(|p| p.location == Location::Header);
        let Some(parameter) = documented else { return };
        let place = Place { label: "keyed", name: "keyed", index: 0, serial: 0, parent };
        let item = self.item(oracle, resource, place);
        let content = self.creation_content(oracle, resource, parent, std::slice::from_ref(&item));
        let path = self.path_of(&case.operation, oracle, parent);
        let mut parts = Parts { path, content: content.map(Content::Json), ..Parts::default() };
        item.place(&mut parts);
        // A UUID, which every description of such a key allows; another one in each run.
        let key = format!("5bec0000-0000-4000-8000-{}", stable_digits(&self.namespace));
        parts.headers.push((parameter.name.clone(), key));
        let mut first = None;
        for label in ["created with a key", "created with the same key"] {
            let outgoing = self.outgoing(&case.operation, label, &parts);
            let entry = match first {
                None => self.send(evidence, outgoing, Asked::Good).await,
                Some(first) => {
                    self.probe(evidence, label, outgoing, Asked::Open, Ask::CreateKeyed { first }).await
                }
            };
            self.remember_answer(resource_name, oracle, parent, evidence.json(entry));
            first = first.or(Some(entry));
        }
    }

    /// Whether lists that were read hold more than the answers of an operation told of.
    fn holds_more(evidence: &Evidence, resource: &Resource, operation: &str, lists: usize) -> bool {
        let text = |id: &serde_json::Value| id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let mut told: BTreeSet<String> = BTreeSet::new();
        for entry in evidence.entries.iter().filter(|entry| entry.exchange.operation == operation) {
            let answer = entry.exchange.json().and_then(|json| resource.create.as_ref()?.answer.find(json));
            let records = answer.map(|a| a.as_array().map_or(std::slice::from_ref(a), Vec::as_slice));
            told.extend(records.unwrap_or_default().iter().filter_map(|r| resource.id.find(r)).map(text));
        }
        evidence.walks[lists..].iter().flat_map(crate::evidence::Walk::ids).any(|id| !told.contains(id))
    }

    /// Reads the list that shows what was created, though it should not have been.
    async fn what_came_of_it(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        resource_name: &str,
        parent: Option<RecordNumber>,
    ) {
        let lists = self.suite.file().collections.iter().filter(|(_, c)| c.resource == resource_name);
        for (name, collection) in lists {
            let of = collection.scope.as_deref();
            let Some(scope) = parent.zip(of).and_then(|(parent, of)| oracle.ancestor(parent, of)) else {
                continue;
            };
            let size = self.suite.size_bounds(collection).maximum;
            let ask = ListAsk::first(name, collection, Self::query(Some(scope), 0, size));
            self.walk(oracle, evidence, "after refusals", WalkKind::Later, ask).await;
        }
    }

    /// Whether of no other resource more records are seeded: its operation gets every content that is no JSON, the others some.
    fn is_most_seeded(&self, resource_name: &str) -> bool {
        let file = self.suite.file();
        let count = |name: &str| -> usize {
            file.seed.iter().filter(|group| group.resource == name).map(|group| group.count).sum()
        };
        let own = count(resource_name);
        file.resources.keys().all(|other| count(other) <= own)
    }

    /// Notes what an answer tells of, where it is one to a creation.
    pub(super) fn remember_created(
        &self,
        created: Option<(&String, &Resource)>,
        oracle: &Oracle,
        parent: Option<RecordNumber>,
        evidence: &Evidence,
        entry: usize,
    ) {
        if let Some((name, _)) = created {
            self.remember_answer(name, oracle, parent, evidence.json(entry));
        }
    }

    /// What a valid value of an argument in the content of a list asks: to be accepted, where it is the page size.
    fn asked_of_argument(&self, operation: &str, place: &str) -> Asked {
        let mut lists = self.suite.file().collections.values().filter(|c| c.operation == operation);
        let is_size = |c: &Collection| {
            c.style
                .size_parameter()
                .is_some_and(|name| name.trim_start_matches('/') == place.trim_start_matches('/'))
        };
        if lists.any(is_size) { Asked::Good } else { Asked::Open }
    }

    /// Whether a place in the content holds a name or a reference of the record.
    fn is_identity(resource: &Resource, place: &str) -> bool {
        let at = resource.batch().map_or_else(String::new, |batch| batch.at.clone());
        resource.fields.values().any(|field| {
            let identity = matches!(
                field.make,
                Some(
                    Make::Name
                        | Make::Record(_)
                        | Make::Ancestor(_)
                        | Make::Variable(_)
                        | Make::Uuid
                        | Make::Email
                        | Make::Constant(_)
                )
            );
            identity
                && field.send.as_ref().is_some_and(|send| {
                    place == send || place.starts_with(&at) && place.ends_with(send.as_str())
                })
        })
    }
}

/// Twelve hexadecimal digits that a text gives: the same from run to run, another for another text.
fn stable_digits(text: &str) -> String {
    // FNV-1a, as for the seeds of values.
    let hash =
        text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    format!("{:012x}", hash & 0xffff_ffff_ffff)
}

/// Gives the content names of its own beside the place that it varies, since an API may want each name once.
fn rename(resource: &Resource, usual: &Item, other: &Item, varied: &str, content: &mut serde_json::Value) {
    // A name that exists stands for its record where creation gives what exists, and a batch has names of its own.
    if resource.get_or_create().is_some() || resource.batch().is_some() {
        return;
    }
    let names = resource
        .fields
        .iter()
        .filter(|(_, f)| matches!(f.make, Some(Make::Name | Make::Uuid | Make::Email | Make::Schema)));
    for (name, field) in names {
        let (Some(send), Some(value)) = (&field.send, other.sent.get(name)) else { continue };
        if varied.starts_with(send.as_str()) || varied.is_empty() {
            continue;
        }
        if let Some(at) = content.pointer_mut(send).filter(|at| Some(&**at) == usual.sent.get(name)) {
            *at = value.clone();
        }
    }
}

/// A name of ours that is as long as the longest of a specimen, where that is what the specimen is about.
fn own_name(resource: &Resource, base: &serde_json::Value, specimen: &Specimen) -> Option<serde_json::Value> {
    let named = |field: &Field| {
        matches!(field.make, Some(Make::Name)) && field.send.as_deref() == Some(specimen.place.as_str())
    };
    if specimen.keyword != "maxLength" || !resource.fields.values().any(named) {
        return None;
    }
    let own = base.pointer(&specimen.place)?.as_str()?;
    let wanted = specimen.value.pointer(&specimen.place)?.as_str()?.chars().count();
    let missing = wanted.checked_sub(own.chars().count())?;
    let mut value = base.clone();
    *value.pointer_mut(&specimen.place)? = format!("{own}{}", "x".repeat(missing)).into();
    Some(value)
}

/// Where a specimen is about how many records a batch has, they are all like the one that is known to be good, unless each has a name of its own:
/// made-up ones would name what does not exist.
fn repeat_items(
    resource: &Resource,
    base: &serde_json::Value,
    specimen: &mut Specimen,
    is_valid: &dyn Fn(&serde_json::Value) -> bool,
) {
    let Some(batch) = resource.batch().filter(|batch| batch.at == specimen.place) else { return };
    let unique =
        |field: &Field| matches!(field.make, Some(Make::Name | Make::Uuid | Make::Email | Make::Schema));
    let good = base.pointer(&batch.at).and_then(|items| items.get(0));
    let (false, Some(good)) = (resource.fields.values().any(unique), good) else { return };
    let mut repeated = specimen.value.clone();
    let Some(items) = repeated.pointer_mut(&batch.at).and_then(serde_json::Value::as_array_mut) else {
        return;
    };
    if !matches!(specimen.keyword, "minItems" | "maxItems") {
        return;
    }
    // Records without what may be left out are good ones too.
    let least = least(base, &format!("{}/0", batch.at), is_valid);
    let good = least.pointer(&batch.at).and_then(|items| items.get(0)).unwrap_or(good);
    for item in items.iter_mut() {
        item.clone_from(good);
    }
    if is_valid(&repeated) == specimen.valid {
        specimen.value = repeated;
    }
}

/// Content without the members of the object at a place that the schema lets be left out.
fn least(
    content: &serde_json::Value,
    place: &str,
    is_valid: &dyn Fn(&serde_json::Value) -> bool,
) -> serde_json::Value {
    let mut least = content.clone();
    let members = content.pointer(place).and_then(serde_json::Value::as_object);
    for name in members.into_iter().flat_map(serde_json::Map::keys) {
        let mut without = least.clone();
        let object = without.pointer_mut(place).and_then(serde_json::Value::as_object_mut);
        let left_out = object.is_some_and(|object| object.remove(name).is_some());
        if left_out && is_valid(&without) {
            least = without;
        }
    }
    least
}

/// Whether a value is one that many languages take for false.
fn says_little(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

/// Whether a place lies in what a client must not send (`readOnly`): many servers pass it over, whatever it is.
pub(super) fn is_passed_over<'a>(
    schema: &'a serde_json::Value,
    place: &str,
    resolve: &dyn Fn(&str) -> Option<&'a serde_json::Value>,
) -> bool {
    let ends = place.match_indices('/').map(|(at, _)| at).skip(1).chain([place.len()]);
    ends.map(|end| &place[..end]).any(|around| {
        keywords_at(schema, around, "readOnly", resolve).contains(&&serde_json::Value::Bool(true))
    })
}

/// Whether a keyword sets a bound, whose valid side a target must accept whatever else it knows of the value.
fn is_bound(keyword: &str) -> bool {
    matches!(
        keyword,
        "minLength"
            | "maxLength"
            | "minimum"
            | "maximum"
            | "exclusiveMinimum"
            | "exclusiveMaximum"
            | "minItems"
            | "maxItems"
            | "enum"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_lies_in_a_read_only_member_is_passed_over() {
        let schema = json!({"properties": {
            "meta": {"readOnly": true, "properties": {"at": {"type": "string"}}},
            "name": {"type": "string"},
        }});
        let nowhere = |_: &str| None;
        for (place, passed) in [("/meta", true), ("/meta/at", true), ("/name", false), ("", false)] {
            assert_eq!(is_passed_over(&schema, place, &nowhere), passed, "{place}");
        }
    }
}
