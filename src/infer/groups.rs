//! Operations by what they work on: the list and creation of a collection's path, and what is done with one of its items.
//!
//! The main type is [`Group`]. A path of which the last part is a parameter is an item's; any other is a collection's.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;

use super::lists::{Listing, listing};
use super::schema::{Shapes, singular, snake};
use crate::document::{Location, Operation, Parameter};

/// The operations on one collection and its items.
#[derive(Clone, Debug, Default)]
pub(super) struct Group<'a> {
    /// The name of the resource, in snake case; unique.
    pub(super) name: String,
    /// The collection's path with `{}` for each parameter.
    pub(super) path: String,
    /// The list operations, those on the group's own path first.
    pub(super) lists: Vec<Listing<'a>>,
    /// Creates one.
    pub(super) create: Option<&'a Operation>,
    /// Whether creation is to the item's own path, so that the client chooses the id.
    pub(super) chosen_id: bool,
    /// Fetches one.
    pub(super) fetch: Option<&'a Operation>,
    /// Changes one.
    pub(super) update: Option<&'a Operation>,
    /// Deletes one.
    pub(super) delete: Option<&'a Operation>,
    /// The group that its path lies in.
    pub(super) parent: Option<usize>,
    /// What a record is called in answers and parameters where that is not the group's own name.
    pub(super) alias: Option<String>,
    /// The member that an item's path takes beside what stands before it (`/repos/{owner}/{repo}` takes a `name`), where the document says so.
    pub(super) called: Option<&'static str>,
}

/// What the name of a procedure says that it does (`/channels.create`, `/channels.list`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Create,
    List,
    Fetch,
    Other,
}

/// What a path of a procedure works on and what it does: `chat.channels.create` creates in `chat.channels`.
fn deed(path: &str) -> Option<(&str, Deed)> {
    let (noun, verb) = path.rsplit_once('.').filter(|(_, verb)| !verb.contains('/'))?;
    let named = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic());
    if !split(noun).1.split('.').all(named) || !named(verb) {
        return None;
    }
    let deed = match snake(verb).as_str() {
        "create" | "add" | "new" | "insert" => Deed::Create,
        "list" | "all" | "search" | "find" | "query" => Deed::List,
        "get" | "info" | "retrieve" | "read" | "show" | "fetch" => Deed::Fetch,
        _ => Deed::Other,
    };
    Some((noun, deed))
}

/// The singular of a part of a path that is a parameter.
const NAMELESS: &str = "";

/// What a path parameter of an operation stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// An item of this group.
    For(usize),
    /// Nothing that the document has operations on.
    Unknown,
}

/// All groups of a document, and what is in none.
#[derive(Debug, Default)]
pub(super) struct Groups<'a> {
    pub(super) all: Vec<Group<'a>>,
    /// Operations that only read and belong to no group.
    pub(super) reading: Vec<&'a Operation>,
    /// Operations that nothing was recognised in.
    pub(super) others: Vec<&'a Operation>,
    /// The group behind each item's path.
    items: BTreeMap<String, usize>,
    /// The first group of each path, while operations are sorted in.
    paths: BTreeMap<String, usize>,
    /// The first group that is called so, by its name or its alias.
    names: BTreeMap<String, usize>,
    /// The first group whose name ends with these words behind others.
    endings: BTreeMap<String, usize>,
}

/// A path with `{}` for each parameter; `None` where a part is more than one parameter or one literal.
fn canonical(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.trim_matches('/').split('/').map(bare) {
        let parameter = part.starts_with('{') && part.ends_with('}') && part.matches('{').count() == 1;
        if parameter {
            parts.push("{}");
        } else if part.contains(['{', '}', ':']) {
            return None;
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

/// A part of a path without the format that some APIs write behind it: `products.json`, `{product_id}.json`.
pub(super) fn bare(part: &str) -> &str {
    part.strip_suffix(".json").filter(|rest| !rest.is_empty()).unwrap_or(part)
}

/// The part of a path before its last part, and that part.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

impl<'a> Groups<'a> {
    /// Sorts the operations of a document.
    pub(super) fn new(shapes: Shapes<'a>) -> Self {
        let mut groups = Self::default();
        let operations: Vec<&'a Operation> = shapes.document.operations().iter().collect();
        for operation in &operations {
            groups.sort_in(shapes, operation);
        }
        groups.all.retain(|group| {
            group.create.is_some()
                || group.fetch.is_some()
                || !group.lists.is_empty()
                || group.delete.is_some()
        });
        groups.join_shallow();
        groups.name_all();
        groups.items =
            groups.all.iter().enumerate().map(|(i, group)| (format!("{}/{{}}", group.path), i)).collect();
        for (path, alias) in groups.aliases() {
            groups.items.entry(path).or_insert(alias);
        }
        for i in 0..groups.all.len() {
            let path = groups.all[i].path.clone();
            groups.all[i].parent = path
                .rfind("/{}")
                .and_then(|at| groups.items.get(&path[..at + 3]).copied())
                .filter(|at| *at != i);
        }
        for i in 0..groups.all.len() {
            // What a creation requires in its query is what the new record lies in.
            let create = groups.all[i].create.filter(|_| groups.all[i].parent.is_none());
            let around = create.and_then(|create| {
                asked(create).find_map(|parameter| groups.meant(create, parameter)).filter(|at| *at != i)
            });
            groups.all[i].parent = groups.all[i].parent.or(around);
        }
        groups
    }

    /// The group whose id a required query parameter takes.
    fn meant(&self, operation: &Operation, parameter: &Parameter) -> Option<usize> {
        let own = self.all.iter().position(|group| group.fetch.is_some_and(|f| f.id == operation.id));
        if let Some(own) = own.filter(|_| !operation.path.contains('{')) {
            return Some(own);
        }
        let wanted = super::fields::referred(&parameter.name);
        let named = |group: &Group<'_>| group.name == wanted || group.alias.as_deref() == Some(&wanted);
        self.all.iter().position(|group| group.create.is_some() && named(group))
    }

    /// The query parameters that an operation requires, and that nothing gives a value for.
    pub(super) fn unknown<'o>(&self, operation: &'o Operation) -> Vec<&'o str> {
        let open = asked(operation).filter(|parameter| self.meant(operation, parameter).is_none());
        open.map(|parameter| parameter.name.as_str()).collect()
    }

    fn group(&mut self, path: &str) -> &mut Group<'a> {
        let at = self.paths.get(path).copied().unwrap_or_else(|| {
            self.all.push(Group { path: path.to_owned(), ..Group::default() });
            self.paths.insert(path.to_owned(), self.all.len() - 1);
            self.all.len() - 1
        });
        &mut self.all[at]
    }

    fn sort_in(&mut self, shapes: Shapes<'a>, operation: &'a Operation) {
        let path = canonical(&operation.path).filter(|path| !path.is_empty());
        let Some(path) = path else {
            self.aside(operation);
            return;
        };
        let (before, last) = split(&path);
        if last == "{}" {
            self.on_item(shapes, before, operation);
            return;
        }
        let found = listing(shapes, operation);
        if let Some((noun, deed)) = deed(&path).filter(|(_, deed)| {
            // A dot may stand for anything else in what only reads.
            *deed != Deed::Other || operation.method != Method::GET
        }) {
            self.procedure(shapes, (noun, deed), operation, found);
            return;
        }
        let asks = matches!(snake(last).as_str(), "list" | "search" | "query" | "find" | "all");
        match (&operation.method, found) {
            (&Method::GET, Some(listing)) => {
                let path = if asks && !before.is_empty() { before } else { &path };
                self.group(path).lists.push(listing);
            }
            (&Method::POST, Some(listing)) if asks && !before.is_empty() => {
                self.group(before).lists.push(listing);
            }
            (&Method::POST, _) if creates(operation) => {
                let path =
                    if matches!(snake(last).as_str(), "create" | "new" | "add") { before } else { &path };
                let group = self.group(path);
                match group.create {
                    None => group.create = Some(operation),
                    Some(_) => self.others.push(operation),
                }
            }
            _ => self.aside(operation),
        }
    }

    /// A procedure: what it does stands in its name, and ids stand in the query.
    fn procedure(
        &mut self,
        shapes: Shapes<'a>,
        (noun, deed): (&str, Deed),
        operation: &'a Operation,
        found: Option<Listing<'a>>,
    ) {
        match (deed, &operation.method, found) {
            (Deed::List, _, Some(listing)) => self.group(noun).lists.push(listing),
            (Deed::Create, &Method::POST, _) if creates(operation) && self.group(noun).create.is_none() => {
                let answer = Shapes::success(operation).and_then(|(_, schema)| schema);
                let shown = answer.into_iter().flat_map(|schema| shapes.properties(schema.value()));
                let alias = shown.into_iter().find(|p| shapes.property(p.schema, "id").is_some());
                let group = self.group(noun);
                group.create = Some(operation);
                group.alias = alias.map(|member| snake(member.name));
            }
            (Deed::Fetch, &Method::GET, _)
                if asked(operation).count() == 1 && self.group(noun).fetch.is_none() =>
            {
                self.group(noun).fetch = Some(operation);
            }
            _ => self.aside(operation),
        }
    }

    fn on_item(&mut self, shapes: Shapes<'a>, path: &str, operation: &'a Operation) {
        // A path of nothing but parameters says nothing of what it holds.
        let named = path.split('/').filter(|part| *part != "{}").count();
        let two = split(path).1 == "{}";
        if path.is_empty() || named == 0 || (two && split(split(path).0).1 == "{}") {
            self.aside(operation);
            return;
        }
        let answers = Shapes::success(operation).is_some();
        let called = two.then(|| called(shapes, operation)).flatten();
        let group = self.group(path);
        group.called = group.called.or(called);
        match operation.method {
            Method::GET if group.fetch.is_none() => group.fetch = Some(operation),
            Method::DELETE if group.delete.is_none() => group.delete = Some(operation),
            Method::PATCH if answers => group.update = Some(operation),
            Method::PUT | Method::POST if answers && group.update.is_none() => group.update = Some(operation),
            _ => self.aside(operation),
        }
    }

    fn aside(&mut self, operation: &'a Operation) {
        if operation.method == Method::GET {
            self.reading.push(operation);
        } else {
            self.others.push(operation);
        }
    }

    /// Lists and creations under a parent whose items are addressed without it (`/projects/{}/tasks` and `/tasks/{}`) are made one group.
    fn join_shallow(&mut self) {
        for group in &mut self.all {
            // Where nothing else creates, PUT to a path of one's own choice does.
            let put = group.update.filter(|update| update.method == Method::PUT);
            if group.create.is_none() && put.is_some_and(makes) {
                group.create = put;
                group.update = None;
                group.chosen_id = true;
            }
        }
        self.join_named_by_two();
        let flat: Vec<usize> = (0..self.all.len()).filter(|i| !self.all[*i].path.contains("{}")).collect();
        let mut gone = BTreeSet::new();
        let mut inner: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (j, group) in self.all.iter().enumerate().filter(|(_, group)| group.path.contains("{}")) {
            inner.entry(split(&group.path).1.to_owned()).or_default().push(j);
        }
        for i in flat {
            let ended = inner.get(split(&self.all[i].path).1).into_iter().flatten().copied();
            let nested: Vec<usize> = ended
                .filter(|j| {
                    self.all[*j].fetch.is_none()
                        && self.all[*j].delete.is_none()
                        && self.all[*j].update.is_none()
                })
                .filter(|j| self.all[*j].create.is_some() && self.all[i].create.is_none())
                .filter(|j| same_kind(&self.all[*j], &self.all[i]))
                .collect();
            if let [nested] = nested[..] {
                let flat = self.all[i].clone();
                let group = &mut self.all[nested];
                (group.fetch, group.update, group.delete) = (flat.fetch, flat.update, flat.delete);
                group.lists.extend(flat.lists);
                gone.insert(i);
            }
        }
        self.join_listed_elsewhere(&mut gone);
        let mut i = 0;
        self.all.retain(|_| {
            i += 1;
            !gone.contains(&(i - 1))
        });
    }

    /// What is created in one place and also listed under something else (`/articles` and `/authors/{}/articles`) is made one group.
    fn join_listed_elsewhere(&mut self, gone: &mut BTreeSet<usize>) {
        let kinds: Vec<BTreeSet<String>> = self.all.iter().map(kinds).collect();
        let mut made: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        let mut ended: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (j, group) in self.all.iter().enumerate() {
            for kind in kinds[j].iter().filter(|_| group.create.is_some()) {
                made.entry(kind).or_default().insert(j);
            }
            let (before, end) = split(&group.path);
            if before.contains("{}") || end == "{}" {
                ended.entry(singular(end)).or_default().push(j);
            }
        }
        for i in 0..self.all.len() {
            let flat = &self.all[i];
            if flat.create.is_none() || flat.path.contains("{}") || gone.contains(&i) {
                continue;
            }
            let (last, own) = (singular(split(&flat.path).1), &kinds[i]);
            // What is asked for at an item's own path (`/databases/{}/query`) is told by its component alone.
            let makers: BTreeSet<usize> =
                own.iter().filter_map(|kind| made.get(kind.as_str())).flatten().copied().collect();
            let anywhere = ended.get(NAMELESS).filter(|_| makers.len() == 1);
            let under: BTreeSet<usize> = ended
                .get(&last)
                .into_iter()
                .chain(anywhere)
                .flatten()
                .copied()
                .filter(|j| {
                    let nested = &self.all[*j];
                    let acts = [nested.create, nested.fetch, nested.update, nested.delete];
                    let only_lists = acts.iter().all(Option::is_none) && !gone.contains(j);
                    only_lists && !kinds[*j].is_disjoint(own)
                })
                .collect();
            for j in under {
                let lists = std::mem::take(&mut self.all[j].lists);
                self.all[i].lists.extend(lists);
                gone.insert(j);
            }
        }
    }

    /// What is created in one place and addressed by two parameters in another (`/user/repos` and `/repos/{}/{}`) is made one group.
    fn join_named_by_two(&mut self) {
        let mut gone = BTreeSet::new();
        let kinds: Vec<BTreeSet<String>> = self.all.iter().map(kinds).collect();
        for i in 0..self.all.len() {
            let item = &self.all[i];
            if split(&item.path).1 != "{}" || item.create.is_some() || item.fetch.is_none() {
                continue;
            }
            let own = &kinds[i];
            let mut makers: Vec<usize> = (0..self.all.len())
                .filter(|j| self.all[*j].create.is_some() && self.all[*j].fetch.is_none())
                .filter(|j| !kinds[*j].is_disjoint(own))
                .collect();
            makers.sort_by_key(|j| self.all[*j].path.matches("{}").count());
            let Some(maker) = makers.first().copied() else { continue };
            let item = self.all[i].clone();
            let group = &mut self.all[maker];
            (group.fetch, group.update, group.delete) = (item.fetch, item.update, item.delete);
            group.called = item.called;
            group.lists.extend(item.lists);
            gone.insert(i);
        }
        let mut i = 0;
        self.all.retain(|_| {
            i += 1;
            !gone.contains(&(i - 1))
        });
    }

    /// The other paths by which items of a group are addressed.
    fn aliases(&self) -> Vec<(String, usize)> {
        let item_paths = |group: &Group<'a>| {
            [group.fetch, group.update, group.delete]
                .into_iter()
                .flatten()
                .filter_map(|o| canonical(&o.path))
                .collect::<Vec<_>>()
        };
        self.all
            .iter()
            .enumerate()
            .flat_map(|(i, group)| item_paths(group).into_iter().map(move |path| (path, i)))
            .collect()
    }

    fn name_all(&mut self) {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for i in 0..self.all.len() {
            // What only says where the API lies names no resource.
            let version = |part: &str| {
                part.trim_start_matches(['v', 'V']).bytes().all(|b| b.is_ascii_digit() || b == b'.')
            };
            let parts: Vec<&str> =
                self.all[i].path.split('/').filter(|part| *part != "{}" && !version(part)).collect();
            let mut name = parts.last().map_or_else(String::new, |last| singular(last));
            for part in parts.iter().rev().skip(1) {
                if !taken.contains(&name) && !name.is_empty() {
                    break;
                }
                name = format!("{}_{name}", singular(part));
            }
            while name.is_empty() || !taken.insert(name.clone()) {
                name.push_str("_2");
            }
            self.all[i].name = name;
        }
        for (i, group) in self.all.iter().enumerate() {
            for name in [Some(&group.name), group.alias.as_ref()].into_iter().flatten() {
                self.names.entry(name.clone()).or_insert(i);
            }
            for (at, _) in group.name.match_indices('_') {
                self.endings.entry(group.name[at + 1..].to_owned()).or_insert(i);
            }
        }
    }

    /// The group that is called so; the first of several.
    pub(super) fn named(&self, name: &str) -> Option<&Group<'a>> {
        self.names.get(name).map(|at| &self.all[*at])
    }

    /// The group whose name ends with these words behind others; the first of several.
    pub(super) fn ending(&self, words: &str) -> Option<&Group<'a>> {
        self.endings.get(words).map(|at| &self.all[*at])
    }

    /// What the path parameters of an operation stand for, in the order of the path.
    pub(super) fn parameters(&self, operation: &'a Operation) -> Vec<(&'a str, Stands)> {
        let mut found = Vec::new();
        let mut path = String::new();
        for part in operation.path.trim_matches('/').split('/').map(bare) {
            let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            let name = name.filter(|name| !name.contains(['{', '}']));
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(if name.is_some() { "{}" } else { part });
            if let Some(name) = name {
                found.push((name, self.items.get(&path).map_or(Stands::Unknown, |at| Stands::For(*at))));
            }
        }
        // Parameters that are only a part of a path segment.
        for parameter in operation.parameters.iter().filter(|p| p.location == Location::Path) {
            if !found.iter().any(|(name, _)| *name == parameter.name) {
                found.push((&parameter.name, Stands::Unknown));
            }
        }
        let named =
            asked(operation).filter_map(|p| Some((p.name.as_str(), Stands::For(self.meant(operation, p)?))));
        found.extend(named);
        found
    }
}

/// The query parameters that an operation requires, and that have no value which is harmless whatever the request is about.
fn asked(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    let query = operation.parameters.iter().filter(|p| p.location == Location::Query && p.required);
    query.filter(|p| super::access::harmless(p.schema.resolved()).is_none())
}

/// What the last path parameter of an operation takes by its description or its name.
fn called(shapes: Shapes<'_>, operation: &Operation) -> Option<&'static str> {
    let name = bare(split(&operation.path).1).strip_prefix('{')?.strip_suffix('}')?;
    let parameter = operation.parameters.iter().find(|p| p.location == Location::Path && p.name == name)?;
    let raw = shapes.document.raw().pointer(&parameter.pointer);
    let said = raw.and_then(|raw| raw.get("description")).and_then(serde_json::Value::as_str);
    let said = said.unwrap_or_default().to_lowercase();
    ["slug", "name"]
        .into_iter()
        .find(|word| snake(name).ends_with(&format!("_{word}")) || said.contains(word))
}

/// Whether a POST to a collection's path creates: it takes content, or answers 201.
fn creates(operation: &Operation) -> bool {
    let created = operation.responses.iter().any(|r| r.status == crate::document::StatusKey::Exact(201));
    let object = Shapes::success(operation).and_then(|(_, schema)| schema);
    created || (operation.request_body.is_some() && object.is_some())
}

/// Whether a PUT says that it creates.
fn makes(operation: &Operation) -> bool {
    operation.request_body.is_some()
        && operation.responses.iter().any(|r| r.status == crate::document::StatusKey::Exact(201))
}

/// The components that a group's representations refer to.
fn kinds(group: &Group<'_>) -> BTreeSet<String> {
    let answers = [group.create, group.fetch, group.update].into_iter().flatten();
    let shown = answers
        .filter_map(|o| Shapes::component(Shapes::success(o)?.1?.value()).map(str::to_owned))
        .collect::<Vec<_>>();
    let listed = group.lists.iter().filter_map(|list| Shapes::component(list.item).map(str::to_owned));
    shown.into_iter().chain(listed).collect()
}

/// Whether two groups are about things of one kind, as far as the components that their representations refer to tell.
fn same_kind(a: &Group<'_>, b: &Group<'_>) -> bool {
    let (a, b) = (kinds(a), kinds(b));
    a.is_empty() || b.is_empty() || !a.is_disjoint(&b)
}
