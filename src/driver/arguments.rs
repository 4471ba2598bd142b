//! The request of a list operation: where the arguments of its collection go, and what a link puts in their place.

use serde_json::{Value, json};

use super::Driver;
use super::list::{Ask, Unfiltered};
use super::request::{Content, Parts, set_at};
use crate::evidence::Combined;
use crate::oracle::Oracle;
use crate::pagination::Start;
use crate::suite::{Arguments, At, Collection, Logic};

/// Writes a combination of filters into an object of filters.
fn write(collection: &Collection, logic: &Logic, combined: &Combined, object: &mut Value) {
    let (word, parts) = match combined {
        Combined::Filter(filtering) => {
            let place = collection.filters.get(&filtering.filter).and_then(|filter| logic.place_of(filter));
            if let Some(place) = place {
                set_at(object, place, filtering.value.clone());
            }
            return;
        }
        Combined::All(parts) => (&logic.all, parts),
        Combined::Any(parts) => (&logic.any, parts),
        Combined::None(parts) => (&logic.none, parts),
    };
    let branches = parts.iter().map(|part| {
        let mut branch = json!({});
        write(collection, logic, part, &mut branch);
        branch
    });
    if let Some(word) = word {
        object[word] = branches.collect();
    }
}

impl Driver {
    /// The request of a list operation.
    pub(super) fn list_parts(&self, oracle: &Oracle, ask: &Ask<'_>) -> Parts {
        let Ask { collection, query, .. } = ask;
        let mut parts =
            Parts { path: self.path_of(&collection.operation, oracle, query.scope), ..Parts::default() };
        parts.headers.clone_from(&ask.headers);
        let mut arguments: Vec<(String, String)> = Vec::new();
        if let (Some(parameter), Some(scope)) = (&collection.scope_query, query.scope) {
            let id = ask.scope_as.clone().unwrap_or_else(|| oracle.record(scope).id.clone());
            arguments.push((parameter.clone(), id));
        }
        let mut content = Value::Null;
        for filtering in &query.filters {
            let Some(filter) = collection.filters.get(&filtering.filter) else {
                if let (Some(logic), Some(combined)) = (&collection.logic, Combined::of(&filtering.value)) {
                    let mut joined = json!({});
                    write(collection, logic, &combined, &mut joined);
                    set_at(&mut content, &logic.at, joined);
                }
                continue;
            };
            match &filter.at {
                At::Query(parameter) => {
                    let text =
                        filtering.value.as_str().map_or_else(|| filtering.value.to_string(), str::to_owned);
                    parts.query.push((parameter.clone(), text));
                }
                At::Body(pointer) => set_at(&mut content, pointer, filtering.value.clone()),
                At::BodyEach(pointer) => {
                    for (index, value) in filtering.value.as_array().into_iter().flatten().enumerate() {
                        set_at(&mut content, &pointer.replace('*', &index.to_string()), value.clone());
                    }
                }
            }
        }
        let order = &collection.orders[query.order].query;
        arguments.extend(order.iter().map(|(parameter, value)| (parameter.clone(), value.clone())));
        // A link says where it leads, and nothing may be added to it; what stands in the content is not in it.
        let start = match &ask.start {
            Start::Link(path) => {
                parts.target = Some(path.clone());
                &Start::First
            }
            start => start,
        };
        arguments.extend(collection.style.query(start, query.size));
        match collection.arguments {
            Arguments::Query => {
                // The scope comes first, then the filters, as a person would write them.
                let scoped = usize::from(collection.scope_query.is_some() && query.scope.is_some());
                let rest = arguments.split_off(scoped);
                parts.query.splice(0..0, arguments);
                parts.query.extend(rest);
            }
            Arguments::Content => {
                for (name, text) in &arguments {
                    let pointer = if name.starts_with('/') { name.clone() } else { format!("/{name}") };
                    set_at(&mut content, &pointer, self.argument_value(collection, name, text));
                }
            }
        }
        parts.query.extend(ask.beside.iter().cloned());
        if ask.backwards {
            parts.query.reverse();
        }
        if let Some(body) = &self.suite.operation(&collection.operation).request_body {
            parts.content = match (&content, &ask.unfiltered) {
                (Value::Null, Unfiltered::Absent) if body.required => Some(Content::Json(json!({}))),
                (Value::Null, Unfiltered::Absent) => None,
                (Value::Null, Unfiltered::Json(text)) => Some(Content::Json(text.clone())),
                _ => Some(Content::Json(content)),
            };
        }
        parts
    }

    /// An argument as it stands in JSON content: of the type that the document gives it, else a number where it is one of the style's and all digits.
    fn argument_value(&self, collection: &Collection, name: &str, text: &str) -> Value {
        let read: Option<Value> = serde_json::from_str(text).ok();
        let read = read.filter(|value| value.is_number() || value.is_boolean());
        let schema = self.suite.argument_schema(collection, name);
        let types = schema.as_ref().and_then(|(schema, _)| self.suite.keyword(schema, "type"));
        let takes = |name: &str| {
            types.is_some_and(|types| match types {
                Value::Array(all) => all.iter().any(|one| one == name),
                one => one == name,
            })
        };
        let counts = collection.style.size_parameter() == Some(name) || collection.style.position().is_some();
        match read {
            Some(number) if number.is_number() && (takes("integer") || takes("number")) => number,
            Some(boolean) if boolean.is_boolean() && takes("boolean") => boolean,
            Some(number) if types.is_none() && number.is_u64() && counts => number,
            _ => json!(text),
        }
    }
}
