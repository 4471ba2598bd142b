//! Reading schemas for what they say of a shape: types, properties, elements. Simple where a document is simple; what is not understood is
//! taken for unknown.

use serde_json::Value;

use crate::document::pointer::unescape;
use crate::document::{Document, Operation, Response, Schema};

/// How many references and parts may follow one another.
const DEEPEST: usize = 12;

/// A property of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Property<'a> {
    pub(super) name: &'a str,
    pub(super) schema: &'a Value,
    pub(super) required: bool,
}

/// Reads schemas of one document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shapes<'a> {
    pub(super) document: &'a Document,
}

impl<'a> Shapes<'a> {
    /// The schema objects that hold for one value: the schema, what it refers to, its parts, and the first branch that is not null.
    fn parts(self, schema: &'a Value) -> Vec<&'a Value> {
        let mut parts = Vec::new();
        self.collect(schema, &mut parts, 0);
        parts
    }

    fn collect(self, schema: &'a Value, parts: &mut Vec<&'a Value>, depth: usize) {
        if depth > DEEPEST || !schema.is_object() {
            return;
        }
        parts.push(schema);
        if let Some(target) =
            schema.get("$ref").and_then(Value::as_str).and_then(|r| self.document.reference(r))
        {
            self.collect(target, parts, depth + 1);
        }
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.collect(part, parts, depth + 1);
        }
        for keyword in ["anyOf", "oneOf"] {
            let branches = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
            let null = |branch: &&Value| branch.get("type").is_some_and(|kind| kind == "null");
            if let Some(branch) = branches.into_iter().find(|branch| !null(branch)) {
                self.collect(branch, parts, depth + 1);
            }
        }
    }

    /// The value of a keyword where it first stands.
    pub(super) fn keyword(self, schema: &'a Value, keyword: &str) -> Option<&'a Value> {
        self.parts(schema).into_iter().find_map(|part| part.get(keyword))
    }

    /// The text of a keyword.
    pub(super) fn text(self, schema: &'a Value, keyword: &str) -> Option<&'a str> {
        self.keyword(schema, keyword).and_then(Value::as_str)
    }

    /// A keyword that is a whole number.
    pub(super) fn number(self, schema: &'a Value, keyword: &str) -> Option<i64> {
        let value = self.keyword(schema, keyword)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a bound that is no whole number is cut on purpose"
        )]
        value.as_i64().or_else(|| value.as_f64().map(|float| float as i64))
    }

    /// The type that is not null; what has properties is an object and what has items an array, type or no type.
    pub(super) fn kind(self, schema: &'a Value) -> Option<&'a str> {
        match self.keyword(schema, "type") {
            Some(Value::String(kind)) => Some(kind),
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
            _ if self.keyword(schema, "properties").is_some() => Some("object"),
            _ if self.keyword(schema, "items").is_some() => Some("array"),
            _ if self
                .keyword(schema, "enum")
                .is_some_and(|values| values.get(0).is_some_and(Value::is_string)) =>
            {
                Some("string")
            }
            _ => None,
        }
    }

    /// The properties of an object, each once.
    pub(super) fn properties(self, schema: &'a Value) -> Vec<Property<'a>> {
        let parts = self.parts(schema);
        let required: Vec<&str> = parts
            .iter()
            .filter_map(|part| part.get("required")?.as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut properties: Vec<Property<'a>> = Vec::new();
        for members in parts.iter().filter_map(|part| part.get("properties")?.as_object()) {
            for (name, schema) in members {
                match properties.iter_mut().find(|property| property.name == name) {
                    // A general list of anything, of which another part says what it lists.
                    Some(known) if self.lists_anything(known.schema) => known.schema = schema,
                    Some(_) => {}
                    None => {
                        properties.push(Property {
                            name,
                            schema,
                            required: required.contains(&name.as_str()),
                        });
                    }
                }
            }
        }
        properties
    }

    /// Whether a schema is that of an array and says nothing of its elements.
    fn lists_anything(self, schema: &'a Value) -> bool {
        let nothing = |items: &Value| items.as_object().is_none_or(serde_json::Map::is_empty);
        self.kind(schema) == Some("array") && self.keyword(schema, "items").is_none_or(nothing)
    }

    /// The schema of a property.
    pub(super) fn property(self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        self.properties(schema)
            .into_iter()
            .find(|property| property.name == name)
            .map(|property| property.schema)
    }

    /// The schema of an array's elements.
    pub(super) fn items(self, schema: &'a Value) -> Option<&'a Value> {
        (self.kind(schema) == Some("array")).then(|| self.keyword(schema, "items")).flatten()
    }

    /// The schema of the elements where a schema is an array, or may be one.
    pub(super) fn any_items(self, schema: &'a Value) -> Option<&'a Value> {
        self.items(schema).or_else(|| {
            let branches =
                ["anyOf", "oneOf"].iter().filter_map(|keyword| schema.get(*keyword)?.as_array()).flatten();
            branches.into_iter().find_map(|branch| self.items(branch))
        })
    }

    /// Whether a value, or an element of an array, may be of several types beside null.
    pub(super) fn has_forms(self, schema: &'a Value) -> bool {
        let several = |schema: &'a Value| {
            self.parts(schema).into_iter().any(|part| {
                let branches =
                    ["anyOf", "oneOf"].iter().filter_map(|keyword| part.get(*keyword)?.as_array()).flatten();
                let kinds: Vec<_> =
                    branches.filter_map(|branch| self.kind(branch)).filter(|kind| *kind != "null").collect();
                kinds.iter().any(|kind| *kind != kinds[0])
            })
        };
        several(schema) || self.items(schema).is_some_and(several)
    }

    /// Whether a member is a record's resource name: a path such as `publishers/12/books/7` (AIP-122), as its description says.
    pub(super) fn is_resource_name(self, name: &str, schema: &'a Value) -> bool {
        let said = self.text(schema, "description").unwrap_or_default().to_lowercase();
        let shaped = said.split_once("format:").is_some_and(|(_, form)| form.contains("/{"));
        snake(name) == "name" && (said.contains("resource name") || shaped)
    }

    /// The schema at a pointer through objects.
    pub(super) fn at(self, schema: &'a Value, pointer: &str) -> Option<&'a Value> {
        pointer.split('/').skip(1).try_fold(schema, |at, token| self.property(at, &unescape(token)))
    }

    /// The texts of an enumeration.
    pub(super) fn choices(self, schema: &'a Value) -> Vec<&'a str> {
        self.keyword(schema, "enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// The name of the component that a schema refers to, where it does nothing else.
    pub(super) fn component(schema: &'a Value) -> Option<&'a str> {
        schema.get("$ref").and_then(Value::as_str)
    }

    /// Whether two schemas are of one kind: the same component, or the same type and format.
    pub(super) fn alike(self, a: &'a Value, b: &'a Value) -> bool {
        let of = |schema| (self.kind(schema), self.text(schema, "format"));
        let elements = |schema| self.items(schema).map(|item| self.kind(item));
        if self.kind(a) == Some("array") && elements(a) != elements(b) {
            return false;
        }
        // Some generators sort the values of a parameter.
        let values = |schema| self.keyword(schema, "enum").and_then(Value::as_array);
        let same_values = values(a)
            .zip(values(b))
            .is_none_or(|(a, b)| a.len() == b.len() && a.iter().all(|value| b.contains(value)));
        Self::component(a).is_some_and(|name| Self::component(b) == Some(name))
            || (self.kind(a).is_some()
                && of(a).0 == of(b).0
                && same_values
                && (of(a).1 == of(b).1 || of(a).1.is_none() || of(b).1.is_none()))
    }

    /// What an operation answers with when all is well: the response, and the schema of its JSON content.
    pub(super) fn success(operation: &'a Operation) -> Option<(&'a Response, Option<&'a Schema>)> {
        let good = |response: &&Response| (200..300).any(|status| response.status.covers(status));
        let mut good: Vec<&Response> = operation.responses.iter().filter(good).collect();
        good.sort_by_key(|response| json_schema(response).is_none());
        let response = good.first()?;
        Some((response, json_schema(response)))
    }
}

/// The schema of a response's JSON content.
fn json_schema(response: &Response) -> Option<&Schema> {
    let json = |range: &str| {
        let essence = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || essence.ends_with("+json") || essence.contains('*')
    };
    response.content.iter().filter(|content| json(&content.range)).find_map(|content| content.schema.as_ref())
}

/// A name in lower case with `_` between its words, however it is spelt: `pageToken`, `page[token]` and `$pageToken` are all `page_token`.
pub(super) fn snake(name: &str) -> String {
    let mut out = String::new();
    let characters: Vec<char> = name.chars().collect();
    for (i, c) in characters.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            continue;
        }
        let before = i.checked_sub(1).map(|at| characters[at]);
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|b| {
                b.is_ascii_lowercase()
                    || b.is_ascii_digit()
                    || (b.is_ascii_uppercase() && characters.get(i + 1).is_some_and(char::is_ascii_lowercase))
            });
        if starts && !out.ends_with('_') {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out.trim_end_matches('_').to_owned()
}

/// Plurals that no rule makes.
const IRREGULAR: [(&str, &str); 9] = [
    ("people", "person"),
    ("children", "child"),
    ("indices", "index"),
    ("statuses", "status"),
    ("shelves", "shelf"),
    ("leaves", "leaf"),
    ("movies", "movie"),
    ("cookies", "cookie"),
    ("addresses", "address"),
];

/// One of what a plural names, in snake case.
pub(super) fn singular(plural: &str) -> String {
    let word = snake(plural);
    for (ending, whole) in IRREGULAR {
        if let Some(stem) = word.strip_suffix(ending) {
            return format!("{stem}{whole}");
        }
    }
    if ["series", "news", "media", "data", "status", "address", "access"]
        .iter()
        .any(|same| word.ends_with(same))
    {
        return word;
    }
    for (ending, whole) in
        [("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("zzes", "zz")]
    {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() > 1) {
            return format!("{stem}{whole}");
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u', 'i']) && stem.len() > 1 => stem.to_owned(),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_however_they_are_spelt() {
        for (name, wanted) in [
            ("pageToken", "page_token"),
            ("page[number]", "page_number"),
            ("$top", "top"),
            ("@odata.nextLink", "odata_next_link"),
            ("X-API-Key", "x_api_key"),
            ("userID", "user_id"),
            ("per_page", "per_page"),
        ] {
            assert_eq!(snake(name), wanted, "{name}");
        }
    }

    #[test]
    fn a_plural_has_a_singular() {
        for (plural, one) in [
            ("tasks", "task"),
            ("line-items", "line_item"),
            ("categories", "category"),
            ("boxes", "box"),
            ("shelves", "shelf"),
            ("people", "person"),
            ("status", "status"),
            ("movies", "movie"),
            ("archives", "archive"),
            ("sizes", "size"),
            ("news", "news"),
        ] {
            assert_eq!(singular(plural), one, "{plural}");
        }
    }
}
