//! What is sent to create records: [`Item`], the values of one record, and the content that carries one or many.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Driver;
use super::request::{Parts, set_at};
use super::values::Place;
use crate::evidence::RecordNumber;
use crate::oracle::Oracle;
use crate::suite::{Field, Resource};

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

impl Driver {
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
}
