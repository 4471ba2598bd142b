//! Checks a suite file against its document: every name that it uses must exist.

use std::collections::BTreeSet;

use super::arguments::{content_schema, members};
use super::collection::{Arguments, At, Collection, Test};
use super::combination::{Combination, Logic};
use super::error::{SuiteError, line_of, nearest};
use super::model::{Bound, SuiteFile};
use super::resource::{Make, Resource};
use crate::document::{Document, Location, Operation};
use crate::pagination::Style;

/// The checks' context: where the file is, and what was checked so far.
pub(super) struct Checker<'a> {
    place: &'a str,
    text: &'a str,
    pub(super) file: &'a SuiteFile,
    pub(super) document: &'a Document,
    /// Requirements that something refers to.
    used: BTreeSet<String>,
}

pub(super) type Checked = Result<(), SuiteError>;

/// Checks every name in the file.
pub(super) fn check(place: &str, text: &str, file: &SuiteFile, document: &Document) -> Checked {
    let mut checker = Checker { place, text, file, document, used: BTreeSet::new() };
    checker.operations()?;
    checker.bindings()?;
    for (i, form) in file.credentials.iter().enumerate() {
        if form.places() != 1 {
            let message = "it must name one of `header`, `query`, `cookie` and `basic`".to_owned();
            return Err(checker.wrong(&format!("credentials.{i}"), message, None));
        }
    }
    if let Some(promise) = &file.authentication {
        checker.requirement("authentication.requirement", &promise.requirement)?;
    }
    if let Some(stated) = &file.invalid {
        checker.requirement("invalid.requirement", &stated.requirement)?;
    }
    if let Some(tenants) = &file.tenants {
        checker.requirement("tenants.requirement", &tenants.requirement)?;
    }
    for (name, variable) in &file.variables {
        if let Some(discover) = &variable.discover {
            checker.short(&format!("variables.{name}.discover.operation"), &discover.operation)?;
        }
    }
    for (name, resource) in &file.resources {
        checker.resource(&format!("resources.{name}"), resource)?;
    }
    for (name, collection) in &file.collections {
        checker.collection(&format!("collections.{name}"), collection)?;
    }
    checker.pointers()?;
    checker.seed()?;
    for key in file.requirements.keys() {
        if !checker.used.contains(key) {
            return Err(checker.wrong(
                &format!("requirements.{key}"),
                "nothing in this file refers to it".into(),
                None,
            ));
        }
    }
    Ok(())
}

impl<'a> Checker<'a> {
    pub(super) fn wrong(&self, key: &str, message: String, hint: Option<&str>) -> SuiteError {
        SuiteError::Meaning {
            place: self.place.to_owned(),
            line: locate(self.text, key),
            key: key.to_owned(),
            message,
            hint: hint.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default(),
        }
    }

    /// A name must be one of these.
    fn among<'n>(&self, key: &str, what: &str, name: &str, valid: impl Iterator<Item = &'n str>) -> Checked {
        let valid: Vec<&str> = valid.collect();
        if valid.contains(&name) {
            return Ok(());
        }
        Err(self.wrong(key, format!("there is no {what} `{name}`"), nearest(name, valid)))
    }

    fn operations(&self) -> Checked {
        for (short, id) in &self.file.operations {
            let key = format!("operations.{short}");
            let ids = self.document.operations().iter().map(|operation| operation.id.as_str());
            self.among(&key, &format!("operation in {}", self.document.name()), id, ids)?;
        }
        Ok(())
    }

    fn bindings(&self) -> Checked {
        for (parameter, bound) in &self.file.bind {
            let key = format!("bind.{parameter}");
            let operation = parameter
                .split_once('.')
                .and_then(|(short, name)| Some((self.file.operations.get(short)?, name)))
                .and_then(|(id, name)| Some((self.document.operation(id)?, name)));
            if let Some((operation, name)) = operation {
                self.query(&key, operation, name)?;
            } else {
                let all = self.document.operations().iter();
                let parameters = all.flat_map(|o| o.parameters.iter().map(|p| p.name.as_str()));
                self.among(&key, "parameter in the document", parameter, parameters)?;
            }
            match bound {
                Bound::Resource(resource) | Bound::Member { resource, .. } => {
                    let resources = self.file.resources.keys().map(String::as_str);
                    self.among(&key, "resource", resource, resources)?;
                }
                Bound::Variable { variable } => {
                    let variables = self.file.variables.keys().map(String::as_str);
                    self.among(&key, "variable", variable, variables)?;
                }
            }
        }
        for id in self.file.left_out.keys() {
            let ids = self.document.operations().iter().map(|operation| operation.id.as_str());
            self.among(&format!("left-out.{id}"), "operation in the document", id, ids)?;
        }
        Ok(())
    }

    /// A short name of an operation; gives the operation.
    fn short(&self, key: &str, short: &str) -> Result<&'a Operation, SuiteError> {
        self.among(key, "operation in [operations]", short, self.file.operations.keys().map(String::as_str))?;
        let operation =
            self.document.operation(&self.file.operations[short]).expect("checked by operations()");
        for parameter in &operation.parameters {
            if parameter.location == Location::Path
                && !self.file.bind.contains_key(&parameter.name)
                && !self.file.bind.contains_key(&format!("{short}.{}", parameter.name))
            {
                let message = format!("its path parameter `{}` is not in [bind]", parameter.name);
                return Err(self.wrong(key, message, None));
            }
        }
        Ok(operation)
    }

    fn requirement(&mut self, key: &str, requirement: &str) -> Checked {
        self.among(key, "requirement", requirement, self.file.requirements.keys().map(String::as_str))?;
        self.used.insert(requirement.to_owned());
        Ok(())
    }

    fn query(&self, key: &str, operation: &Operation, parameter: &str) -> Checked {
        let names = operation.parameters.iter().map(|p| p.name.as_str());
        self.among(key, &format!("parameter of {}", operation.id), parameter, names)
    }

    /// An argument of a list operation: a parameter, or a member of its content.
    fn argument(&self, key: &str, operation: &Operation, arguments: Arguments, name: &str) -> Checked {
        if arguments == Arguments::Query {
            return self.query(key, operation, name);
        }
        let Some(schema) = content_schema(operation) else {
            let message = format!("{} takes no JSON content, so it has no arguments in it", operation.id);
            return Err(self.wrong(key, message, None));
        };
        let members = members(self.document, schema.value());
        if name.starts_with('/') {
            return self.pointer(key, &[schema.value()], name);
        }
        // A schema that names no member says nothing of them.
        if members.is_empty() {
            return Ok(());
        }
        let valid = members.iter().map(String::as_str);
        self.among(key, &format!("member of the content of {}", operation.id), name, valid)
    }

    fn resource(&mut self, at: &str, resource: &Resource) -> Checked {
        let resources = || self.file.resources.keys().map(String::as_str);
        if let Some(parent) = &resource.parent {
            self.among(&format!("{at}.parent"), "resource", parent, resources())?;
        }
        if let Some(create) = &resource.create {
            self.short(&format!("{at}.create.operation"), &create.operation)?;
        }
        for (name, promise) in [
            ("get-or-create", resource.get_or_create()),
            ("put", resource.create.as_ref().and_then(|create| create.put.as_ref())),
            ("batch-order", resource.batch_order()),
        ] {
            if let Some(promise) = promise {
                self.requirement(&format!("{at}.create.{name}.requirement"), &promise.requirement)?;
            }
        }
        if let Some(fetch) = &resource.fetch {
            self.short(&format!("{at}.fetch.operation"), &fetch.operation)?;
            if let Some(unknown) = &fetch.unknown {
                self.requirement(&format!("{at}.fetch.unknown.requirement"), &unknown.requirement)?;
            }
            if let Some(promise) = &fetch.only_through_parents {
                self.requirement(
                    &format!("{at}.fetch.only-through-parents.requirement"),
                    &promise.requirement,
                )?;
            }
        }
        if let Some(update) = &resource.update {
            self.short(&format!("{at}.update.operation"), &update.operation)?;
            self.among(
                &format!("{at}.update.field"),
                "field",
                &update.field,
                resource.fields.keys().map(String::as_str),
            )?;
            self.requirement(&format!("{at}.update.requirement"), &update.requirement)?;
            if let Some(changed) = &update.changed {
                let fields = resource.fields.keys().map(String::as_str);
                self.among(&format!("{at}.update.changed.field"), "field", &changed.field, fields)?;
                self.requirement(&format!("{at}.update.changed.requirement"), &changed.requirement)?;
            }
        }
        if let Some(expires) = &resource.expires {
            self.requirement(&format!("{at}.expires.requirement"), &expires.requirement)?;
        }
        if let Some(delete) = &resource.delete {
            self.short(&format!("{at}.delete.operation"), &delete.operation)?;
            if let Some(promise) = &delete.leaves_list {
                self.requirement(&format!("{at}.delete.leaves-list.requirement"), &promise.requirement)?;
            }
            if let Some(within) = &delete.within {
                self.requirement(&format!("{at}.delete.within.requirement"), &within.requirement)?;
            }
            if let Some(promise) = &delete.name_free {
                self.requirement(&format!("{at}.delete.name-free.requirement"), &promise.requirement)?;
            }
            if let Some(statuses) = &delete.children_go {
                self.requirement(&format!("{at}.delete.children-go.requirement"), &statuses.requirement)?;
            }
            if let Some(refused) = &delete.refused_with {
                self.among(
                    &format!("{at}.delete.refused-with.resource"),
                    "resource",
                    &refused.resource,
                    resources(),
                )?;
                self.requirement(&format!("{at}.delete.refused-with.requirement"), &refused.requirement)?;
            }
            if let Some(tombstone) = &delete.tombstone {
                self.requirement(&format!("{at}.delete.tombstone.requirement"), &tombstone.requirement)?;
            }
        }
        for (name, field) in &resource.fields {
            let at = format!("{at}.fields.{name}");
            match &field.make {
                Some(Make::Record(other) | Make::Ancestor(other)) => {
                    self.among(&format!("{at}.make"), "resource", other, resources())?;
                }
                Some(Make::Variable(variable)) => {
                    let variables = self.file.variables.keys().map(String::as_str);
                    self.among(&format!("{at}.make"), "variable", variable, variables)?;
                }
                _ => {}
            }
            let create =
                resource.created_by().map(|short| self.short(&format!("{at}.create.operation"), short));
            let create = create.transpose()?;
            for (key, parameter) in [("path", &field.path), ("query", &field.query)] {
                if let (Some(parameter), Some(creating)) = (parameter, create) {
                    self.query(&format!("{at}.{key}"), creating, parameter)?;
                }
            }
            if field.every == 0 {
                return Err(self.wrong(&format!("{at}.every"), "it must be 1 or more".into(), None));
            }
            if let Some(requirement) = &field.requirement {
                self.requirement(&format!("{at}.requirement"), requirement)?;
            }
        }
        Ok(())
    }

    fn collection(&mut self, at: &str, collection: &Collection) -> Checked {
        let operation = self.short(&format!("{at}.operation"), &collection.operation)?;
        let resources = || self.file.resources.keys().map(String::as_str);
        self.among(&format!("{at}.resource"), "resource", &collection.resource, resources())?;
        if let Some(scope) = &collection.scope {
            self.among(&format!("{at}.scope"), "resource", scope, resources())?;
        }
        let in_path = operation.parameters.iter().find_map(|parameter| {
            let bind = &self.file.bind;
            let key = format!("{}.{}", collection.operation, parameter.name);
            match bind.get(&key).or_else(|| bind.get(&parameter.name)) {
                Some(Bound::Resource(resource)) if parameter.location == Location::Path => Some(resource),
                _ => None,
            }
        });
        if let (None, Some(resource)) = (&collection.scope, in_path) {
            let message =
                format!("its path takes the id of a {resource}, so `scope` must say what it is asked in");
            return Err(self.wrong(
                &format!("{at}.operation"),
                message,
                Some(&format!("scope = \"{resource}\"")),
            ));
        }
        let arguments = collection.arguments;
        if let Some(parameter) = &collection.scope_query {
            self.argument(&format!("{at}.scope-query"), operation, arguments, parameter)?;
        }
        if let Some(field) = collection.others.as_ref().and_then(|others| others.told_apart_by.as_ref()) {
            let fields = self.file.resources[&collection.resource].fields.keys().map(String::as_str);
            self.among(&format!("{at}.others.told-apart-by"), "field", field, fields)?;
        }
        let style = format!("{at}.style.{}", collection.style.name());
        for (key, parameter) in collection.style.parameters_by_key() {
            self.argument(&format!("{style}.{key}"), operation, arguments, parameter)?;
        }
        if let Style::Token(token) = &collection.style
            && token.next.is_none()
            && token.next_header.is_none()
        {
            let message = "`next` or `next-header` must say where the next token stands".to_owned();
            return Err(self.wrong(&style, message, None));
        }
        self.requirement(&format!("{at}.complete.requirement"), &collection.complete.requirement)?;
        if let Some(largest) = &collection.largest_size {
            self.requirement(&format!("{at}.largest-size.requirement"), &largest.requirement)?;
        }
        if let Some(unknown) = &collection.unknown_parent {
            self.requirement(&format!("{at}.unknown-parent.requirement"), &unknown.requirement)?;
        }
        if collection.orders.is_empty() {
            return Err(self.wrong(
                &format!("{at}.orders"),
                "at least the default order must stand here".into(),
                None,
            ));
        }
        for (i, order) in collection.orders.iter().enumerate() {
            let at = format!("{at}.orders.{i}");
            for parameter in order.query.keys() {
                self.argument(&format!("{at}.query"), operation, arguments, parameter)?;
            }
            if let Some(other) = &order.mirror_of {
                let names = collection.orders.iter().map(|o| o.name.as_str());
                self.among(&format!("{at}.mirror-of"), "order", other, names)?;
            }
            self.requirement(&format!("{at}.requirement"), &order.requirement)?;
        }
        for (i, name) in collection.pairs.iter().flatten().enumerate() {
            let filters = collection.filters.keys().map(String::as_str);
            self.among(&format!("{at}.pairs.{}", i / 2), "filter", name, filters)?;
        }
        let fields = &self.file.resources[&collection.resource].fields;
        for (name, filter) in &collection.filters {
            let at = format!("{at}.filters.{name}");
            self.among(&format!("{at}.field"), "field", &filter.field, fields.keys().map(String::as_str))?;
            match &filter.at {
                At::Query(parameter) => self.query(&format!("{at}.at.query"), operation, parameter)?,
                At::BodyEach(pointer)
                    if filter.test != Test::In || !pointer.split('/').any(|token| token == "*") =>
                {
                    let message =
                        "it takes a pointer with a `*` and a filter with `test = \"in\"`".to_owned();
                    return Err(self.wrong(&format!("{at}.at.body-each"), message, None));
                }
                At::Body(_) | At::BodyEach(_) => {}
            }
            self.requirement(&format!("{at}.requirement"), &filter.requirement)?;
            if let Some(promise) = &filter.literal {
                self.requirement(&format!("{at}.literal.requirement"), &promise.requirement)?;
            }
            if let Some(promise) = &filter.refusable {
                self.requirement(&format!("{at}.refusable.requirement"), &promise.requirement)?;
            }
        }
        self.combinations(at, collection)?;
        for (name, settled) in collection.conventions.all() {
            if let Some((_, requirement)) = settled {
                self.requirement(&format!("{at}.conventions.{name}.requirement"), &requirement)?;
            }
        }
        Ok(())
    }

    fn combinations(&mut self, at: &str, collection: &Collection) -> Checked {
        let Some(logic) = &collection.logic else {
            return match collection.combinations.keys().next() {
                None => Ok(()),
                Some(name) => {
                    let message = "`logic` must say how filters are joined".to_owned();
                    Err(self.wrong(&format!("{at}.combinations.{name}"), message, None))
                }
            };
        };
        self.requirement(&format!("{at}.logic.requirement"), &logic.requirement)?;
        for (name, combination) in &collection.combinations {
            let at = format!("{at}.combinations.{name}");
            if collection.filters.contains_key(name) {
                let message = "there is a filter of this name already".to_owned();
                return Err(self.wrong(&at, message, None));
            }
            self.combination(&at, collection, logic, combination)?;
        }
        Ok(())
    }

    fn combination(
        &self,
        at: &str,
        collection: &Collection,
        logic: &Logic,
        combination: &Combination,
    ) -> Checked {
        if let Combination::Filter(name) = combination {
            self.among(at, "filter", name, collection.filters.keys().map(String::as_str))?;
            if logic.place_of(&collection.filters[name]).is_none() {
                let message = format!("the filter `{name}` does not stand in the content below {}", logic.at);
                return Err(self.wrong(at, message, None));
            }
            return Ok(());
        }
        let (kind, word) = match combination {
            Combination::All(_) => ("all", logic.all.as_ref()),
            Combination::Any(_) => ("any", logic.any.as_ref()),
            _ => ("none", logic.none.as_ref()),
        };
        if word.is_none() {
            return Err(self.wrong(at, format!("`logic` has no word for `{kind}`"), None));
        }
        if combination.parts().is_empty() {
            return Err(self.wrong(at, format!("`{kind}` must hold something"), None));
        }
        combination.parts().iter().try_for_each(|part| self.combination(at, collection, logic, part))
    }

    fn seed(&self) -> Checked {
        for (i, group) in self.file.seed.iter().enumerate() {
            let at = format!("seed.{i}");
            self.among(
                &format!("{at}.resource"),
                "resource",
                &group.resource,
                self.file.resources.keys().map(String::as_str),
            )?;
            let earlier = &self.file.seed[..i];
            if earlier.iter().any(|other| other.label == group.label) {
                return Err(self.wrong(
                    &format!("{at}.label"),
                    format!("`{}` is there already", group.label),
                    None,
                ));
            }
            let resource = &self.file.resources[&group.resource];
            if resource.create.is_none() {
                let message = format!("resource {} has no operation that creates it", group.resource);
                return Err(self.wrong(&format!("{at}.resource"), message, None));
            }
            if let Some(size) = group.batch {
                let most = resource.batch().map_or(1, |batch| batch.max);
                if !(1..=most).contains(&size) {
                    return Err(self.wrong(
                        &format!("{at}.batch"),
                        format!("it must be from 1 to {most}"),
                        None,
                    ));
                }
            }
            let parent = resource.parent.as_deref();
            match (&group.under, parent) {
                (None, None) => {}
                (Some(under), Some(parent)) => {
                    let fitting = earlier.iter().filter(|o| o.resource == parent).map(|o| o.label.as_str());
                    self.among(
                        &format!("{at}.under"),
                        &format!("earlier seed group of resource {parent}"),
                        under,
                        fitting,
                    )?;
                }
                (None, Some(parent)) => {
                    return Err(self.wrong(
                        &at,
                        format!("`under` must name a seed group of resource {parent}"),
                        None,
                    ));
                }
                (Some(_), None) => {
                    return Err(self.wrong(
                        &at,
                        format!("resource {} lies in nothing: leave `under` out", group.resource),
                        None,
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The line in which a dotted key stands; the nearest enclosing table's line where the key itself is not found.
fn locate(text: &str, key: &str) -> usize {
    let Ok(root) = toml::de::DeTable::parse(text) else { return 1 };
    let mut offset = root.span().start;
    let mut at: Option<&toml::de::DeValue<'_>> = None;
    for part in key.split('.') {
        let table = match at {
            None => Some(root.get_ref()),
            Some(value) => value.as_table(),
        };
        let found = if let Some(table) = table {
            table
                .iter()
                .find(|(name, _)| name.get_ref() == part)
                .map(|(name, value)| (name.span().start, value.get_ref()))
        } else {
            at.and_then(|v| v.as_array())
                .and_then(|items| items.get(part.parse::<usize>().ok()?))
                .map(|item| (item.span().start, item.get_ref()))
        };
        let Some((start, value)) = found else { break };
        offset = start;
        at = Some(value);
    }
    line_of(text, offset)
}
