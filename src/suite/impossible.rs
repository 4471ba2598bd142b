//! Values of filters that nothing seeded has.

use serde_json::{Value, json};

use super::{At, Collection, Filter, Make, Suite, Test};
use crate::document::Location;

/// A word of lower-case letters that no seeded text holds.
const WORD: &str = "zqvvvvvqz";
/// A UUID (RFC 9562, version 4) that no generator gives.
const UUID: &str = "00000000-0000-4000-8000-000000000000";

impl Suite {
    /// A value of a filter that nothing seeded has, and that the document allows; `None` where there is none.
    pub fn impossible_value(&self, collection: &Collection, filter: &Filter) -> Option<Value> {
        if !filter.test.can_be_impossible() {
            return None;
        }
        let one = match (&filter.at, filter.test) {
            (At::Query(parameter), Test::Equals | Test::HasMember) => {
                let operation = self.operation(&collection.operation);
                let mut parameters = operation.parameters.iter().filter(|p| p.location == Location::Query);
                let schema = &parameters.find(|p| p.name == *parameter)?.schema;
                // Of a repeated parameter, one value is asked for.
                let allows = |value: &Value| schema.is_valid(value) || schema.is_valid(&json!([value]));
                self.absent(collection, filter, schema.value(), &allows)?
            }
            (At::Body(pointer), Test::Equals | Test::HasMember) => match self
                .content_member(collection, pointer)
            {
                None => json!(WORD),
                Some(schema) => {
                    let is = |key: &str, name: &str| schema.get(key).and_then(Value::as_str) == Some(name);
                    let allows = |value: &Value| match value {
                        Value::String(text) => {
                            !is("type", "integer") && is("format", "uuid") == (text == UUID)
                        }
                        _ => is("type", "integer"),
                    };
                    self.absent(collection, filter, schema, &allows)?
                }
            },
            _ => json!(WORD),
        };
        Some(match filter.test {
            Test::Contains => json!({ "shade": one }),
            Test::In => json!([one]),
            _ => one,
        })
    }

    /// A value that a schema allows and no record's field has.
    fn absent(
        &self,
        collection: &Collection,
        filter: &Filter,
        schema: &Value,
        allows: &dyn Fn(&Value) -> bool,
    ) -> Option<Value> {
        let used: Vec<Value> = match &self.resource(&collection.resource).fields.get(&filter.field)?.make {
            Some(Make::Choice(values) | Make::Some(values)) => {
                values.iter().map(|value| json!(value)).collect()
            }
            // A boolean has no third value.
            Some(Make::Boolean) => return None,
            _ => Vec::new(),
        };
        let listed = self.listed_values(schema);
        if !listed.is_empty() {
            // Without a word on which values are seeded, each of them may be.
            return listed.into_iter().find(|value| !used.is_empty() && !used.contains(value));
        }
        [json!(WORD), json!(UUID), json!(2_000_000_011), json!("2001-02-03T04:05:06Z")]
            .into_iter()
            .find(allows)
    }

    /// The values that a schema, or the schema of its items, lists.
    fn listed_values(&self, schema: &Value) -> Vec<Value> {
        let schema = self.document().resolve(schema);
        let listed = |schema: &Value| schema.get("enum").and_then(Value::as_array).cloned();
        let items = || listed(self.document().resolve(schema.get("items")?));
        listed(schema).or_else(items).unwrap_or_default()
    }
}
