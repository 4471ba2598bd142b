//! The classes of a parameter's values, and which of them the requests so far gave: [`Values`].

use serde_json::Value;

use crate::document::{Document, Location, Operation, Parameter};
use crate::evidence::Request;

/// The class of requests without the parameter.
pub(super) const LEFT_OUT: &str = "left out";

/// The most values of an enumeration that are told apart.
const MOST_VALUES: usize = 30;

/// How often a parameter was given, by class of its value.
#[derive(Debug, Default)]
pub(super) struct Values {
    schema: Value,
    given: usize,
    /// In the order of the first request that could give them.
    classes: Vec<(String, usize)>,
}

impl Values {
    /// The classes that the schema of a parameter tells apart.
    pub(super) fn new(document: &Document, parameter: &Parameter) -> Self {
        let schema = plain(document, parameter.schema.value());
        let mut names: Vec<String> = Vec::new();
        if !parameter.required {
            names.push(LEFT_OUT.to_owned());
        }
        let has = |keyword: &str| schema.get(keyword).is_some();
        if let Some(values) = schema.get("enum").and_then(Value::as_array).filter(|v| v.len() <= MOST_VALUES)
        {
            names.extend(values.iter().map(|value| format!("= {}", text(value))));
            names.push("none of its values".to_owned());
        } else {
            match kind(&schema) {
                "boolean" => names.extend(["= true", "= false"].map(str::to_owned)),
                "integer" | "number" => {
                    names.push("a number".to_owned());
                    if has("minimum") {
                        names.extend(["at its minimum", "below its minimum"].map(str::to_owned));
                    }
                    if has("maximum") {
                        names.extend(["at its maximum", "above its maximum"].map(str::to_owned));
                    }
                    names.push("no number".to_owned());
                }
                "array" => names.extend(["one element", "several elements"].map(str::to_owned)),
                _ => {
                    names.push("a text".to_owned());
                    if has("minLength") {
                        names.extend(["at its shortest", "too short"].map(str::to_owned));
                    }
                    if has("maxLength") {
                        names.extend(["at its longest", "too long"].map(str::to_owned));
                    }
                }
            }
        }
        Self { schema, given: 0, classes: names.into_iter().map(|name| (name, 0)).collect() }
    }

    /// The classes, and how often each was given.
    pub(super) fn classes(&self) -> impl Iterator<Item = (&str, usize)> {
        self.classes.iter().map(|(name, seen)| (name.as_str(), *seen))
    }

    /// How many requests gave the parameter.
    pub(super) fn given(&self) -> usize {
        self.given
    }

    /// Takes in the values that a request gave; none where it left the parameter out.
    pub(super) fn add(&mut self, values: &[String]) {
        self.given += usize::from(!values.is_empty());
        let class = self.class(values);
        for (name, seen) in &mut self.classes {
            *seen += usize::from(class.iter().any(|class| class == name));
        }
    }

    /// The classes that some values fall in. Names that the parameter does not have do no harm.
    fn class(&self, values: &[String]) -> Vec<String> {
        let [first, ..] = values else { return vec![LEFT_OUT.to_owned()] };
        if kind(&self.schema) == "array" {
            let several = values.len() > 1 || first.contains([',', '|']);
            return vec![if several { "several elements" } else { "one element" }.to_owned()];
        }
        if let Some(known) = self.schema.get("enum").and_then(Value::as_array) {
            let known = known.iter().any(|value| text(value) == *first);
            return vec![if known { format!("= {first}") } else { "none of its values".to_owned() }];
        }
        let bound = |keyword: &str| self.schema.get(keyword).and_then(Value::as_f64);
        match kind(&self.schema) {
            "boolean" => vec![format!("= {first}")],
            "integer" | "number" => match first.parse::<f64>().ok().filter(|number| number.is_finite()) {
                None => vec!["no number".to_owned()],
                Some(number) => sides(
                    number,
                    (bound("minimum"), "at its minimum", "below its minimum"),
                    (bound("maximum"), "at its maximum", "above its maximum"),
                    "a number",
                ),
            },
            _ => {
                let length = f64::from(u32::try_from(first.chars().count()).unwrap_or(u32::MAX));
                sides(
                    length,
                    (bound("minLength"), "at its shortest", "too short"),
                    (bound("maxLength"), "at its longest", "too long"),
                    "a text",
                )
            }
        }
    }
}

/// Which side of two bounds a number is on.
fn sides(
    number: f64,
    (least, at_least, below): (Option<f64>, &str, &str),
    (most, at_most, above): (Option<f64>, &str, &str),
    within: &str,
) -> Vec<String> {
    let mut classes = Vec::new();
    if least.is_some_and(|least| number < least) {
        classes.push(below);
    } else if most.is_some_and(|most| number > most) {
        classes.push(above);
    } else {
        classes.push(within);
        classes.extend(least.is_some_and(|least| number <= least).then_some(at_least));
        classes.extend(most.is_some_and(|most| number >= most).then_some(at_most));
    }
    classes.into_iter().map(str::to_owned).collect()
}

/// The schema behind its references, and of one that may be null the other branch, since a parameter cannot be null.
fn plain(document: &Document, schema: &Value) -> Value {
    let schema = document.resolve(schema);
    for keyword in ["anyOf", "oneOf"] {
        let branches = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        let others: Vec<&Value> =
            branches.map(|branch| document.resolve(branch)).filter(|branch| kind(branch) != "null").collect();
        if let [only] = others[..] {
            return only.clone();
        }
    }
    schema.clone()
}

/// The type of a schema; of several the first that is not null.
fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(one)) => one,
        Some(Value::Array(many)) => {
            many.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("")
        }
        _ => "",
    }
}

/// A value as it is written in a request.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The values that a request gives a parameter.
pub(super) fn found(operation: &Operation, parameter: &Parameter, request: &Request) -> Vec<String> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    match parameter.location {
        Location::Query => url::form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name.strip_suffix("[]").unwrap_or(name) == parameter.name)
            .map(|(_, value)| value.into_owned())
            .collect(),
        Location::Path => {
            let wanted = format!("{{{}}}", parameter.name);
            let segments = operation.path.split('/').zip(path.split('/'));
            let decoded =
                |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
            segments
                .filter(|(template, _)| *template == wanted)
                .map(|(_, segment)| decoded(segment))
                .collect()
        }
        Location::Header => request
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(&parameter.name))
            .map(|(_, value)| value.clone())
            .collect(),
        Location::Cookie => {
            let cookies = request.headers.iter().filter(|(name, _)| name == "cookie");
            let pairs =
                cookies.flat_map(|(_, value)| value.split(';')).filter_map(|pair| pair.split_once('='));
            pairs
                .filter(|(name, _)| name.trim() == parameter.name)
                .map(|(_, value)| value.trim().to_owned())
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn operation(parameters: &Value) -> (Document, Operation) {
        let raw = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/a/{id}": {"get": {"parameters": parameters, "responses": {"200": {"description": ""}}}}}});
        let document = Document::from_text("a.json", &raw.to_string()).unwrap();
        let operation = document.operations()[0].clone();
        (document, operation)
    }

    #[test]
    fn values_fall_into_classes() {
        let bounded = json!({"type": "integer", "minimum": 1, "maximum": 100});
        let nullable = json!({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]});
        for (schema, query, classes) in [
            (bounded.clone(), "", vec!["left out"]),
            (bounded.clone(), "?q=7", vec!["a number"]),
            (bounded.clone(), "?q=1", vec!["a number", "at its minimum"]),
            (bounded.clone(), "?q=0", vec!["below its minimum"]),
            (bounded.clone(), "?q=101", vec!["above its maximum"]),
            (bounded, "?q=ten", vec!["no number"]),
            (nullable.clone(), "?q=%F0%9F%98%80bc", vec!["a text", "at its longest"]),
            (nullable, "?q=abcd", vec!["too long"]),
            (json!({"type": "boolean"}), "?q=true", vec!["= true"]),
            (json!({"enum": ["asc", "desc"]}), "?q=desc", vec!["= desc"]),
            (json!({"enum": ["asc", "desc"]}), "?q=up", vec!["none of its values"]),
            (json!({"type": "array"}), "?q=1&q=2", vec!["several elements"]),
        ] {
            let (document, operation) = operation(&json!([{"name": "q", "in": "query", "schema": schema},
                    {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]));
            let request = Request {
                method: "GET".into(),
                path: format!("/a/x%20y{query}"),
                headers: vec![],
                body: None,
            };
            let parameter = operation.parameter("q").unwrap();
            let mut values = Values::new(&document, parameter);
            values.add(&found(&operation, parameter, &request));
            let seen: Vec<&str> =
                values.classes().filter(|(_, seen)| *seen > 0).map(|(name, _)| name).collect();
            assert_eq!(seen, classes, "{schema} {query}");
            let id = operation.parameter("id").unwrap();
            assert_eq!(found(&operation, id, &request), ["x y"]);
        }
    }
}
