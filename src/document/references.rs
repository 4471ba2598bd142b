//! Where the schemas of a document stand, what names they have, and where a `$ref` between them leads.
//!
//! `jsonschema` finds `$id` and `$anchor` only below JSON Schema's own keywords, and `components` is none. So all
//! schemas of a document are gathered as `$defs` of one resource, each under a short key, and every `$ref` that names
//! a place of the document is rewritten to the place in that resource. The way back, from a location that the
//! validator reports to a pointer into the document, is kept here as well.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;
use url::Url;

use super::error::DocumentError;
use super::model::Version;
use super::pointer::{child, from_fragment, parent, to_fragment};
use super::upgrade::Upgrade;
use super::walk::{schema_positions, subschemas};

/// The URI that stands for the document; `.invalid` never resolves (RFC 2606).
pub(crate) const BASE: &str = "https://document.invalid/openapi";

/// Schemas that the validator knows without being told.
const KNOWN: &str = "https://json-schema.org/draft/2020-12/";

/// All schemas of a document, upgraded, with their names.
#[derive(Debug)]
pub(crate) struct References {
    file: String,
    /// The scope of everything outside schemas with an `$id`.
    scope: Scope,
    upgrade: Upgrade,
    raw: Value,
    /// The document with its schemas upgraded in place.
    upgraded: Value,
    /// Pointers of the schemas that do not stand inside another schema, in a fixed order.
    roots: Vec<String>,
    index: BTreeMap<String, usize>,
    /// URI of each schema that has an `$id`, with its place.
    resources: BTreeMap<String, Place>,
    /// Resource URI and anchor name, with the place.
    anchors: BTreeMap<(String, String), Place>,
}

/// A schema inside a root: the root's index and the path below the upgraded root.
#[derive(Debug, Clone)]
struct Place {
    root: usize,
    path: String,
}

/// The resource that a `$ref` is read in: the document, or the nearest schema around it that has an `$id`.
#[derive(Debug, Clone)]
struct Scope {
    uri: Url,
    /// Path of that schema below its root; `None` for the document.
    path: Option<String>,
}

impl References {
    /// Gathers and upgrades the schemas of a document and checks that each `$ref` in them leads to one.
    pub(crate) fn new(file: &str, version: Version, raw: Value) -> Result<Self, DocumentError> {
        let roots: Vec<String> = schema_positions(&raw).into_iter().collect();
        let index = roots.iter().cloned().zip(0..).collect();
        let base = Url::parse(BASE).map_err(|error| DocumentError::Invalid {
            file: file.to_owned(),
            pointer: String::new(),
            message: error.to_string(),
        })?;
        let mut references = Self {
            file: file.to_owned(),
            scope: Scope { uri: base, path: None },
            upgrade: Upgrade { version },
            upgraded: raw.clone(),
            raw,
            roots,
            index,
            resources: BTreeMap::new(),
            anchors: BTreeMap::new(),
        };
        let mut pending: VecDeque<usize> = (0..references.roots.len()).collect();
        while let Some(root) = pending.pop_front() {
            let pointer = references.roots[root].clone();
            if let Some(schema) = references.upgraded.pointer_mut(&pointer) {
                references.upgrade.apply(schema);
            }
            for target in references.register(root, &pointer)? {
                // A place that only a `$ref` makes a schema, such as `#/x-schemas/User`.
                if references.root_of(&target).is_none() && references.raw.pointer(&target).is_some() {
                    references.index.insert(target.clone(), references.roots.len());
                    pending.push_back(references.roots.len());
                    references.roots.push(target);
                }
            }
        }
        Ok(references)
    }

    /// Notes the names in a root and gives the places of the document that its references name.
    fn register(&mut self, root: usize, pointer: &str) -> Result<Vec<String>, DocumentError> {
        let Some(schema) = self.upgraded.pointer(pointer) else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        let mut targets = Vec::new();
        self.each(root, schema, "", &self.scope, &mut |schema, path, scope| {
            if scope.path.as_deref() == Some(path) {
                names.push((scope.uri.to_string(), None, path.to_owned()));
            }
            for keyword in ["$anchor", "$dynamicAnchor"] {
                if let Some(Value::String(anchor)) = schema.get(keyword) {
                    names.push((scope.uri.to_string(), Some(anchor.clone()), path.to_owned()));
                }
            }
            if let Some(Value::String(reference)) = schema.get("$ref") {
                targets.extend(reference.strip_prefix("#/").and_then(|_| from_fragment(&reference[1..])));
            }
            Ok(())
        })?;
        for (uri, anchor, path) in names {
            let place = Place { root, path };
            match anchor {
                Some(anchor) => {
                    self.anchors.insert((uri, anchor), place);
                }
                None => {
                    self.resources.insert(uri, place);
                }
            }
        }
        Ok(targets)
    }

    /// Calls `visit` for a schema and all schemas inside it, with its path below the root and its scope.
    fn each(
        &self,
        root: usize,
        schema: &Value,
        path: &str,
        scope: &Scope,
        visit: &mut impl FnMut(&Value, &str, &Scope) -> Result<(), DocumentError>,
    ) -> Result<(), DocumentError> {
        let mut scope = scope.clone();
        if let Some(id) = schema.get("$id").and_then(Value::as_str) {
            let uri = scope.uri.join(id).map_err(|error| DocumentError::Schema {
                file: self.file.clone(),
                pointer: format!("{}{path}", self.roots[root]),
                message: format!("`$id: {id}` is not a URI: {error}"),
            })?;
            scope = Scope { uri, path: Some(path.to_owned()) };
        }
        visit(schema, path, &scope)?;
        for place in subschemas(schema) {
            if let Some(inner) = schema.pointer(&place) {
                self.each(root, inner, &format!("{path}{place}"), &scope, visit)?;
            }
        }
        Ok(())
    }

    /// The resource that holds all schemas as `adapt` leaves them, ready for a registry.
    pub(crate) fn resource(&self, adapt: impl Fn(&Self, &mut Value)) -> Result<Value, DocumentError> {
        let mut definitions = serde_json::Map::new();
        for (number, pointer) in self.roots.iter().enumerate() {
            let Some(schema) = self.upgraded.pointer(pointer) else { continue };
            let mut rewritten = schema.clone();
            adapt(self, &mut rewritten);
            let mut edits = Vec::new();
            self.each(number, &rewritten, "", &self.scope, &mut |schema, path, scope| {
                for keyword in ["$ref", "$dynamicRef"] {
                    if let Some(Value::String(reference)) = schema.get(keyword)
                        && let Some(target) = self.rewrite(reference, number, path, scope)?
                    {
                        edits.push((child(path, keyword), target));
                    }
                }
                Ok(())
            })?;
            for (path, target) in edits {
                if let Some(reference) = rewritten.pointer_mut(&path) {
                    *reference = Value::String(target);
                }
            }
            definitions.insert(key(number), rewritten);
        }
        Ok(serde_json::json!({ "$id": BASE, "$defs": definitions }))
    }

    /// The URI that a reference must have in the resource; `None` to leave it as it is.
    fn rewrite(
        &self,
        reference: &str,
        root: usize,
        path: &str,
        scope: &Scope,
    ) -> Result<Option<String>, DocumentError> {
        let refuse = |message: &str| {
            Err(DocumentError::Reference {
                file: self.file.clone(),
                pointer: self.document_pointer(root, path),
                reference: reference.to_owned(),
                message: message.to_owned(),
            })
        };
        if let Some(fragment) = reference.strip_prefix('#') {
            let Some(pointer) = from_fragment(fragment) else {
                // An anchor belongs to its resource, and those of the document to all of it.
                for uri in [scope.uri.as_str(), BASE] {
                    if self.anchors.contains_key(&(uri.to_owned(), fragment.to_owned())) {
                        return Ok(Some(format!("{uri}#{fragment}")));
                    }
                }
                return refuse("names an anchor that the document does not have");
            };
            if let Some(resource) = &scope.path {
                // Inside a schema with an `$id`, `#` is that schema. Many write the document's pointers there
                // all the same, so these are tried second.
                if self.upgraded.pointer(&format!("{}{resource}{pointer}", self.roots[root])).is_some() {
                    return Ok(None);
                }
            }
            if pointer.is_empty() {
                return refuse("names the whole document, which is no schema");
            }
            return match self.locate(&pointer) {
                Some(place) => Ok(Some(place_uri(&place))),
                None => refuse("leads nowhere in the document"),
            };
        }
        let Ok(target) = scope.uri.join(reference) else { return refuse("is not a URI reference") };
        let mut resource = target.clone();
        resource.set_fragment(None);
        if self.resources.contains_key(resource.as_str()) || resource.as_str().starts_with(KNOWN) {
            return Ok(Some(target.into()));
        }
        refuse(
            "leads out of the document; references over a network are not followed, so keep the file beside the document, or put the schema under `components`",
        )
    }

    /// The place that a pointer into the document names.
    fn locate(&self, pointer: &str) -> Option<Place> {
        let root = self.root_of(pointer)?;
        let schema = self.raw.pointer(&self.roots[root])?;
        let path = self.upgrade.path(schema, &pointer[self.roots[root].len()..]);
        self.at(root, &path)?;
        Some(Place { root, path })
    }

    fn root_of(&self, pointer: &str) -> Option<usize> {
        let mut current = pointer;
        loop {
            if let Some(root) = self.index.get(current) {
                return Some(*root);
            }
            current = parent(current)?;
        }
    }

    fn at(&self, root: usize, path: &str) -> Option<&Value> {
        self.upgraded.pointer(&self.roots[root])?.pointer(path)
    }

    /// JSON pointer into the document of a place below an upgraded root.
    pub(crate) fn document_pointer(&self, root: usize, path: &str) -> String {
        let pointer = &self.roots[root];
        match self.raw.pointer(pointer) {
            Some(schema) => format!("{pointer}{}", self.upgrade.document_path(schema, path)),
            None => pointer.clone(),
        }
    }

    /// Translates a location in the resource, as a URI with a fragment, into a pointer into the document.
    pub(crate) fn document_location(&self, uri: &str) -> Option<String> {
        let (resource, fragment) = uri.split_once('#').unwrap_or((uri, ""));
        let path = from_fragment(fragment)?;
        if resource != BASE {
            let place = self.resources.get(resource)?;
            return Some(self.document_pointer(place.root, &format!("{}{path}", place.path)));
        }
        let rest = path.strip_prefix("/$defs/s")?;
        let (number, path) = rest.find('/').map_or((rest, ""), |cut| rest.split_at(cut));
        let root = number.parse().ok().filter(|root| *root < self.roots.len())?;
        Some(self.document_pointer(root, path))
    }

    /// Whether a pointer into the document names a schema that is the first branch of an `anyOf` of the upgrade.
    pub(crate) fn is_nullable(&self, keyword_pointer: &str) -> bool {
        keyword_pointer.ends_with("/nullable") && self.upgrade.version == Version::V3_0
    }

    /// Follows the `$ref`s of a schema; gives the last schema that can be reached.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut seen = BTreeSet::new();
        let mut current = schema;
        while let Some(Value::String(reference)) = current.get("$ref") {
            match self.target(reference) {
                Some(next) if seen.insert(reference.as_str()) => current = next,
                _ => break,
            }
        }
        current
    }

    /// The schema that a `$ref` outside any `$id` names.
    pub(crate) fn target(&self, reference: &str) -> Option<&Value> {
        let (resource, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let uri = self.scope.uri.join(resource).ok()?;
        let place = match from_fragment(fragment) {
            Some(pointer) if resource.is_empty() => self.locate(&pointer)?,
            Some(pointer) => {
                let place = self.resources.get(uri.as_str())?;
                Place { root: place.root, path: format!("{}{pointer}", place.path) }
            }
            None => self.anchors.get(&(uri.into(), fragment.to_owned()))?.clone(),
        };
        self.at(place.root, &place.path)
    }

    /// The document as given.
    pub(crate) fn raw(&self) -> &Value {
        &self.raw
    }

    /// Pointers of the schemas that do not stand inside another schema.
    pub(crate) fn roots(&self) -> &[String] {
        &self.roots
    }

    /// The upgraded schema at one of [`Self::roots`].
    pub(crate) fn root(&self, number: usize) -> Option<&Value> {
        self.upgraded.pointer(self.roots.get(number)?)
    }

    /// The number of the root that stands at `pointer`.
    pub(crate) fn number(&self, pointer: &str) -> Option<usize> {
        self.index.get(pointer).copied()
    }
}

fn key(root: usize) -> String {
    format!("s{root}")
}

/// The URI of a root in the resource.
pub(crate) fn root_uri(root: usize) -> String {
    format!("{BASE}#/$defs/{}", key(root))
}

fn place_uri(place: &Place) -> String {
    format!("{}{}", root_uri(place.root), to_fragment(&place.path))
}
