//! Content at both sides of every bound that the document sets, and content that is no JSON.

use std::collections::{BTreeMap, BTreeSet};

use super::Driver;
use super::creation::Item;
use super::fitting::{
    Nulls, is_bound, is_identity, is_passed_over, least, name_anew, own_name, rename, repeat_items,
    says_little,
};
use super::gzip::gzip;
use super::list::Ask as ListAsk;
use super::parameters::is_width;
use super::request::{Content, Parts};
use super::values::Place;
use crate::document::{RequestBody, Schema, StatusKey};
use crate::evidence::{Ask, Asked, Evidence, RecordNumber, WalkKind};
use crate::generate::{Expectation, body_specimens, keywords_at, raw_bodies};
use crate::oracle::Oracle;
use crate::scenario::Case;
use crate::suite::{Arguments, Collection, Resource};

/// The contents that are no JSON which every operation gets: what each parser refuses, and what breaks those that do not look.
pub(super) const TELLING: [&str; 3] = ["malformed", "empty", "deep-nesting"];

/// How many values of other types a place gets in operations that create less than others.
const FEW_TYPES: usize = 2;

/// A place in which no field stands: nothing there is varied.
const NOWHERE: &str = " ";

/// The octets of content that is larger than many servers take, and is sent all the same.
const LARGE: usize = 1_500_000;

pub(super) const JSON_TYPE: &str = "application/json";
/// A media type that says nothing of JSON. Browsers send it for other sites without asking.
const OTHER_TYPE: &str = "text/plain";

/// Good content of an operation, which is varied, and what else belongs to its request.
pub(super) struct Ground<'a> {
    /// The case.
    pub case: &'a Case,
    /// The schema of the content.
    pub schema: &'a Schema,
    /// What the operation creates; nothing for a list by POST.
    pub created: Option<(&'a String, &'a Resource)>,
    /// A parent of this case's own.
    pub parent: Option<RecordNumber>,
    /// The content.
    pub base: serde_json::Value,
    /// The request without it.
    pub parts: Parts,
    /// The record that the content holds.
    first: Option<(Item, Place<'a>)>,
    /// Whether everything is tried: of an operation that creates less than others only a part is.
    most: bool,
}

impl Ground<'_> {
    /// The request with other content.
    fn with(&self, content: Content) -> Parts {
        Parts { content: Some(content), ..self.parts.clone() }
    }
}

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
        let Some(ground) = self.ground(oracle, evidence, case, schema, created).await else { return };
        let filtered = |c: &Collection| c.operation == case.operation && c.arguments == Arguments::Query;
        if created.is_none() && suite.file().collections.values().any(filtered) {
            self.broken_filters(evidence, &ground).await;
            return;
        }
        // What is varied below must be good to begin with.
        let usual = ground.with(Content::Json(ground.base.clone()));
        let ask = Ask::ValidEdge { keyword: "type".to_owned(), place: String::new() };
        self.try_content(oracle, evidence, &ground, ("usual content", &usual), Asked::Good, ask).await;

        self.specimens(oracle, evidence, &ground).await;
        self.raw_contents(oracle, evidence, &ground).await;
        if ground.most {
            self.odd_content(oracle, evidence, &ground).await;
        }
        let Some((resource_name, resource)) = created else { return };
        self.read_only(oracle, evidence, &ground, (resource_name, resource)).await;
        self.keyed(oracle, evidence, (case, resource_name, resource), ground.parent).await;
        self.under_nothing(oracle, evidence, &ground, &usual).await;
        self.what_refusals_left(oracle, evidence, (resource_name, resource), (ground.parent, &usual)).await;
    }

    /// Reads the list that shows what a case created, after requests that should have created nothing; twice where it holds too much.
    pub(super) async fn what_refusals_left(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        (name, resource): (&str, &Resource),
        (parent, usual): (Option<RecordNumber>, &Parts),
    ) {
        let Some(operation) = resource.created_by() else { return };
        let lists = evidence.walks.len();
        self.what_came_of_it(oracle, evidence, name, parent).await;
        if Self::holds_more(evidence, resource, operation, lists) {
            // Whether the refused ones left it there, or each creation does.
            let outgoing = self.outgoing(operation, "usual content again", usual);
            let entry = self.send(evidence, outgoing, Asked::Good).await;
            self.remember_answer(name, oracle, parent, evidence.json(entry));
            self.what_came_of_it(oracle, evidence, name, parent).await;
        }
    }

    /// Good content to begin with; nothing where there is none.
    async fn ground<'a>(
        &self,
        oracle: &mut Oracle,
        evidence: &mut Evidence,
        case: &'a Case,
        schema: &'a Schema,
        created: Option<(&'a String, &'a Resource)>,
    ) -> Option<Ground<'a>> {
        let Some((name, resource)) = created else {
            // A list by POST: its arguments are what is varied, as thoroughly as the operation that creates most.
            let mut parts = self.usual_parts(oracle, &case.operation);
            let base = match parts.content.take() {
                Some(Content::Json(base)) => base,
                // Without arguments there is nothing to send, or an object without members.
                _ => serde_json::json!({}),
            };
            let ground = Ground { case, schema, created, parent: None, base, parts, first: None, most: true };
            return schema.is_valid(&ground.base).then_some(ground);
        };
        let parent = self.scratch_parent(oracle, evidence, resource, "content").await?;
        let place = Place { label: "content", name: "content", index: 0, serial: 0, parent };
        let item = self.item(oracle, resource, place);
        let base = self.creation_content(oracle, resource, parent, std::slice::from_ref(&item))?;
        let mut parts = Parts { path: self.path_of(&case.operation, oracle, parent), ..Parts::default() };
        item.place(&mut parts);
        let most = self.is_most_seeded(name);
        Some(Ground { case, schema, created, parent, base, parts, first: Some((item, place)), most })
    }

    /// Sends one content, and notes what it created.
    async fn try_content(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        ground: &Ground<'_>,
        (label, parts): (&str, &Parts),
        asked: Asked,
        ask: Ask,
    ) {
        let outgoing = self.outgoing(&ground.case.operation, label, parts);
        let entry = self.probe(evidence, label, outgoing, asked, ask).await;
        self.remember_created(ground.created, oracle, ground.parent, evidence, entry);
    }

    /// The last valid and the first invalid value for each keyword of each place.
    async fn specimens(&self, oracle: &Oracle, evidence: &mut Evidence, ground: &Ground<'_>) {
        let Ground { case, schema, created, base, .. } = ground;
        let invalid = self.asked_of_invalid(&case.operation);
        let resolve = |reference: &str| self.suite.document().reference(reference);
        let is_valid = |value: &serde_json::Value| schema.is_valid(value);
        let mut types: BTreeMap<String, usize> = BTreeMap::new();
        let mut serial = 0;
        let mut nulls = Nulls::new(base);
        for mut specimen in body_specimens(schema.value(), &resolve, &is_valid, base) {
            // Made-up names could be those of somebody else's records, and made-up references lead nowhere.
            let identity = |(_, resource): (_, &Resource)| is_identity(resource, &specimen.place);
            if specimen.valid && !is_bound(specimen.keyword) {
                let own = created.is_some_and(identity);
                if !own && !is_passed_over(schema.value(), &specimen.place, &resolve) {
                    nulls.add(&specimen, &is_valid);
                }
                continue;
            }
            if specimen.valid && created.is_some_and(identity) {
                let own = created.and_then(|(_, resource)| own_name(resource, base, &specimen));
                let Some(value) = own.filter(|value| schema.is_valid(value)) else { continue };
                // What the document lets be left out may still hold the value that this is about.
                let place = specimen.place.clone();
                let holds =
                    |content: &serde_json::Value| is_valid(content) && content.pointer(&place).is_some();
                specimen.value = least(&value, "", &holds);
            }
            if let Some((_, resource)) = created {
                repeat_items(resource, base, &mut specimen, &is_valid);
            }
            if !ground.most && !specimen.valid && specimen.keyword == "type" {
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
            if let (Some((_, resource)), Some((item, place))) = (created, &ground.first) {
                let other = self.item(oracle, resource, Place { index: serial, serial, ..*place });
                // What is to be refused would leave no trace where creation gives what exists.
                let naming = if specimen.valid || specimen.lenient { rename } else { name_anew };
                naming(resource, item, &other, &specimen.place, &mut specimen.value);
            }
            let parts = ground.with(Content::Json(specimen.value));
            let (keyword, place) = (specimen.keyword.to_owned(), specimen.place);
            let ask = if specimen.valid {
                Ask::ValidEdge { keyword, place }
            } else {
                Ask::InvalidEdge { keyword, place }
            };
            self.try_content(oracle, evidence, ground, (&specimen.label, &parts), asked, ask).await;
        }
        if let (Some((_, resource)), Some((item, place)), [first, more @ ..]) =
            (created, &ground.first, nulls.places.as_slice())
        {
            serial += 1;
            let other = self.item(oracle, resource, Place { index: serial, serial, ..*place });
            name_anew(resource, item, &other, first, &mut nulls.content);
            let place = if more.is_empty() { first.clone() } else { String::new() };
            let ask = Ask::ValidEdge { keyword: "type".to_owned(), place };
            let parts = ground.with(Content::Json(nulls.content));
            let label = "null wherever it may stand";
            self.try_content(oracle, evidence, ground, (label, &parts), Asked::Good, ask).await;
        }
        self.bare(oracle, evidence, ground, serial + 1).await;
    }

    /// Content without anything that the document lets be left out. Where creation gives what exists, that is asked when it is created again; and a
    /// document that nobody wrote a suite for often requires less than its target does.
    async fn bare(&self, oracle: &Oracle, evidence: &mut Evidence, ground: &Ground<'_>, serial: usize) {
        let Ground { schema, base, .. } = ground;
        let (Some((_, resource)), Some((item, place))) = (ground.created, &ground.first) else { return };
        if resource.get_or_create().is_some() || self.suite.file().inferred {
            return;
        }
        let is_valid = |value: &serde_json::Value| schema.is_valid(value);
        let mut content = least(base, "", &is_valid);
        if let Some(batch) = resource.batch() {
            content = least(&content, &format!("{}/0", batch.at), &is_valid);
        }
        if content == *base {
            return;
        }
        let other = self.item(oracle, resource, Place { index: serial, serial, ..*place });
        name_anew(resource, item, &other, NOWHERE, &mut content);
        let ask = Ask::ValidEdge { keyword: "required".to_owned(), place: String::new() };
        let parts = ground.with(Content::Json(content));
        let label = "nothing but what is required";
        self.try_content(oracle, evidence, ground, (label, &parts), Asked::Good, ask).await;
    }

    /// Octets that are no JSON, or hard to read.
    async fn raw_contents(&self, oracle: &Oracle, evidence: &mut Evidence, ground: &Ground<'_>) {
        let invalid = self.asked_of_invalid(&ground.case.operation);
        for raw in raw_bodies(&ground.base) {
            if !ground.most && !TELLING.contains(&raw.label) {
                continue;
            }
            let refuse = raw.expectation == Expectation::Refuse;
            let asked = if refuse { invalid } else { Asked::Open };
            let parts = ground.with(Content::Raw(raw.bytes, Some(JSON_TYPE)));
            let ask = Ask::InvalidContent { refuse };
            self.try_content(oracle, evidence, ground, (raw.label, &parts), asked, ask).await;
        }
    }

    /// The content of a list whose paging stands in the query, broken: itself and each of its members of another type, and no JSON at all. What makes a
    /// good filter nobody knows from the schema.
    async fn broken_filters(&self, evidence: &mut Evidence, ground: &Ground<'_>) {
        let Ground { case, schema, base, .. } = ground;
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
            let outgoing =
                self.outgoing(&case.operation, &specimen.label, &ground.with(Content::Json(specimen.value)));
            let ask = Ask::InvalidEdge { keyword: specimen.keyword.to_owned(), place: specimen.place };
            self.probe(evidence, &specimen.label, outgoing, invalid, ask).await;
        }
        for raw in
            raw_bodies(base).into_iter().filter(|raw| raw.expectation == Expectation::Refuse).take(texts)
        {
            let parts = ground.with(Content::Raw(raw.bytes, Some(JSON_TYPE)));
            let outgoing = self.outgoing(&case.operation, raw.label, &parts);
            self.probe(evidence, raw.label, outgoing, invalid, Ask::InvalidContent { refuse: true }).await;
        }
    }

    /// Good content for a parent that there is not, where the document says how that is refused: what looks for the parent late, or not at all, breaks on it.
    async fn under_nothing(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        ground: &Ground<'_>,
        usual: &Parts,
    ) {
        let (Some(parent), case) = (ground.parent, ground.case) else { return };
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
        self.try_content(oracle, evidence, ground, (label, &parts), Asked::Unknown, Ask::Odd).await;
    }

    /// Good content as another media type, in a content coding, and with so many blanks behind it that it is larger than many servers take.
    async fn odd_content(&self, oracle: &Oracle, evidence: &mut Evidence, ground: &Ground<'_>) {
        let operation = self.suite.operation(&ground.case.operation);
        let plain = ground.base.to_string().into_bytes();
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
            let mut parts = ground.with(Content::Raw(octets, Some(media_type)));
            if label.contains("gzip") {
                parts.headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
            }
            self.try_content(oracle, evidence, ground, (label, &parts), Asked::Open, ask).await;
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
    pub(super) async fn what_came_of_it(
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
}
