//! Checks the JSON pointers of a suite file against the schemas of its document, as far as these tell.

use serde_json::Value;

use super::arguments::content_schema;
use super::check::{Checked, Checker};
use super::collection::{At, Collection, OrderKey};
use super::error::nearest;
use super::model::Pointers;
use super::resource::Resource;
use super::shape::{Place, answers, follow};
use crate::document::Operation;

impl<'a> Checker<'a> {
    /// Every pointer into an answer or into the content of a request.
    pub(super) fn pointers(&self) -> Checked {
        for (name, variable) in &self.file.variables {
            if let Some(discover) = &variable.discover {
                let key = format!("variables.{name}.discover.pointer");
                self.pointers_at(&key, &self.answers(&discover.operation), &discover.pointer)?;
            }
        }
        for (name, resource) in &self.file.resources {
            self.resource_pointers(name, resource)?;
        }
        for (name, collection) in &self.file.collections {
            self.collection_pointers(&format!("collections.{name}"), collection)?;
        }
        Ok(())
    }

    fn resource_pointers(&self, name: &str, resource: &Resource) -> Checked {
        let at = format!("resources.{name}");
        let answers = [
            ("create", resource.create.as_ref().map(|create| (&create.operation, &create.answer))),
            ("fetch", resource.fetch.as_ref().map(|fetch| (&fetch.operation, &fetch.answer))),
            ("update", resource.update.as_ref().map(|update| (&update.operation, &update.answer))),
        ];
        for (key, answer) in answers {
            if let Some((operation, pointers)) = answer {
                self.pointers_at(&format!("{at}.{key}.answer"), &self.answers(operation), pointers)?;
            }
        }
        if let (Some(expires), Some(create)) = (&resource.expires, &resource.create) {
            let answers = self.answers(&create.operation);
            self.pointer(&format!("{at}.expires.from"), &answers, &expires.from)?;
            self.pointer(&format!("{at}.expires.at"), &answers, &expires.at)?;
        }
        let shown = self.representations(name, resource);
        self.pointers_at(&format!("{at}.id"), &shown, &resource.id)?;
        let sent = self.sent(resource);
        for (field, declared) in &resource.fields {
            if let Some(read) = &declared.read {
                self.pointers_at(&format!("{at}.fields.{field}.read"), &shown, read)?;
            }
            if let (Some(send), Some(sent)) = (&declared.send, &sent) {
                self.pointer(&format!("{at}.fields.{field}.send"), sent, send)?;
            }
        }
        if let (Some(delete), Some(fetch)) = (&resource.delete, &resource.fetch)
            && let Some(tombstone) = &delete.tombstone
        {
            let shown = self.below(&self.answers(&fetch.operation), &fetch.answer, "");
            self.pointer(&format!("{at}.delete.tombstone.at"), &shown, &tombstone.at)?;
        }
        Ok(())
    }

    fn collection_pointers(&self, at: &str, collection: &Collection) -> Checked {
        let answers = self.answers(&collection.operation);
        self.pointers_at(&format!("{at}.items"), &answers, &collection.items)?;
        let style = format!("{at}.style.{}", collection.style.name());
        for (key, pointer) in collection.style.pointers_by_key() {
            self.pointer(&format!("{style}.{key}"), &answers, pointer)?;
        }
        let items = self.below(&answers, &collection.items, "/*");
        if let Some(cursor) = collection.style.item_pointer() {
            self.pointer(&format!("{style}.cursor"), &items, cursor)?;
        }
        // Alternatives may be those of other places in which a record is shown.
        let shown = self.representations(&collection.resource, &self.file.resources[&collection.resource]);
        for (i, order) in collection.orders.iter().enumerate() {
            let (key, pointers) = match &order.by {
                OrderKey::Instant(pointers) => ("instant", pointers),
                OrderKey::Text(pointers) => ("text", pointers),
                OrderKey::Creation | OrderKey::FirstSeen => continue,
            };
            self.pointers_at(&format!("{at}.orders.{i}.by.{key}"), &shown, pointers)?;
        }
        let Some(content) = content_schema(self.operation(&collection.operation)) else { return Ok(()) };
        for (name, filter) in &collection.filters {
            let (key, pointer) = match &filter.at {
                At::Query(_) => continue,
                At::Body(pointer) => ("body", pointer),
                At::BodyEach(pointer) => ("body-each", pointer),
            };
            self.pointer(&format!("{at}.filters.{name}.at.{key}"), &[content.value()], pointer)?;
        }
        Ok(())
    }

    fn operation(&self, short: &str) -> &'a Operation {
        self.document.operation(&self.file.operations[short]).expect("checked by operations()")
    }

    fn answers(&self, short: &str) -> Vec<&'a Value> {
        answers(self.operation(short))
    }

    /// What the content holds that creates one record; nothing where the operation takes none.
    fn sent(&self, resource: &Resource) -> Option<Vec<&'a Value>> {
        let create = resource.create.as_ref()?;
        let content = content_schema(self.operation(&create.operation))?.value();
        let Some(batch) = &create.batch else { return Some(vec![content]) };
        Some(self.below(&[content], &Pointers::One(batch.at.clone()), "/*"))
    }

    /// Wherever a record of a resource is shown. Empty where one of these places is not described.
    fn representations(&self, name: &str, resource: &Resource) -> Vec<&'a Value> {
        let mut shown: Vec<Vec<&'a Value>> = Vec::new();
        if let Some(create) = &resource.create {
            let rest = if create.batch.is_some() { "/*" } else { "" };
            shown.push(self.below(&self.answers(&create.operation), &create.answer, rest));
        }
        if let Some(fetch) = &resource.fetch {
            shown.push(self.below(&self.answers(&fetch.operation), &fetch.answer, ""));
        }
        if let Some(update) = &resource.update {
            shown.push(self.below(&self.answers(&update.operation), &update.answer, ""));
        }
        for collection in self.file.collections.values().filter(|collection| collection.resource == name) {
            shown.push(self.below(&self.answers(&collection.operation), &collection.items, "/*"));
        }
        if shown.iter().any(Vec::is_empty) { Vec::new() } else { shown.concat() }
    }

    /// The schemas at pointers into what others describe; empty where one of them is open.
    fn below(&self, schemas: &[&'a Value], pointers: &Pointers, rest: &str) -> Vec<&'a Value> {
        let mut found = Vec::new();
        for pointer in pointers.all() {
            match follow(self.document, schemas.to_vec(), &format!("{pointer}{rest}")) {
                Place::Known(schemas) => found.extend(schemas),
                Place::Open => return Vec::new(),
                Place::Missing { .. } => {}
            }
        }
        found
    }

    fn pointers_at(&self, key: &str, schemas: &[&'a Value], pointers: &Pointers) -> Checked {
        pointers.all().iter().try_for_each(|pointer| self.pointer(key, schemas, pointer))
    }

    pub(super) fn pointer(&self, key: &str, schemas: &[&'a Value], pointer: &str) -> Checked {
        if !(pointer.is_empty() || pointer.starts_with('/')) {
            let message = format!("`{pointer}` is no JSON pointer: it must begin with `/`");
            return Err(self.wrong(key, message, Some(&format!("/{pointer}"))));
        }
        match follow(self.document, schemas.to_vec(), pointer) {
            Place::Known(_) | Place::Open => Ok(()),
            Place::Missing { pointer, instead } => {
                let message = format!("there is no `{pointer}` in the document's schema of this content");
                Err(self.wrong(key, message, nearest(&pointer, instead.iter().map(String::as_str))))
            }
        }
    }
}
