//! The properties and branches of a schema, and which of them the answers so far had: [`Shape`].

use serde_json::Value;

use crate::document::{Document, pointer};

/// The most properties and branches of one schema that are told apart. Beyond, a document is taken as a whole.
const MOST_PARTS: usize = 3_000;

/// The most schemas that are followed for that. References that share others can make any number of a few.
const MOST_NODES: usize = 20_000;

/// What a part of a schema is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A property that is named.
    Property,
    /// An alternative of `anyOf` or `oneOf`.
    Branch,
}

/// A part of a schema and how often answers had it.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) kind: Part,
    /// Where it stands in an answer: a JSON pointer with `*` for every element.
    pub(super) at: String,
    /// How many answers had it. Not how many items did: what a list holds that is read while others write is chance.
    pub(super) seen: usize,
    /// The number of the last answer that had it.
    answer: usize,
    node: usize,
}

impl Counted {
    fn meet(&mut self, answer: usize) {
        if self.answer != answer {
            self.answer = answer;
            self.seen += 1;
        }
    }
}

/// A schema as a graph, so that one that refers to itself stays finite.
#[derive(Debug, Default)]
pub(super) struct Shape {
    nodes: Vec<Node>,
    parts: Vec<Counted>,
    /// How many answers were taken in.
    answers: usize,
}

#[derive(Debug, Default)]
struct Node {
    /// Names, with the parts that they are.
    properties: Vec<(String, usize)>,
    /// The schema of all elements.
    items: Option<usize>,
    /// The schema of all members that are not named.
    members: Option<usize>,
    /// Alternatives: what tells them apart, and the parts that they are.
    branches: Vec<(Value, usize)>,
    /// Schemas that hold for the same value.
    all: Vec<usize>,
}

impl Shape {
    /// The shape of what a schema describes.
    pub(super) fn new(document: &Document, schema: &Value) -> Self {
        let mut shape = Self::default();
        shape.build(document, schema, "", &mut Vec::new());
        shape
    }

    /// Every property and branch, in the order of the document.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Counted> {
        self.parts.iter()
    }

    fn build(
        &mut self,
        document: &Document,
        schema: &Value,
        at: &str,
        above: &mut Vec<(*const Value, usize)>,
    ) -> usize {
        let schema = document.resolve(schema);
        let place = std::ptr::from_ref(schema);
        if let Some((_, node)) = above.iter().find(|(known, _)| *known == place) {
            return *node;
        }
        let number = self.nodes.len();
        self.nodes.push(Node::default());
        if number >= MOST_NODES {
            return number;
        }
        above.push((place, number));
        let mut node = Node::default();
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            node.all.push(self.build(document, part, at, above));
        }
        for keyword in ["anyOf", "oneOf"] {
            for (index, branch) in
                schema.get(keyword).and_then(Value::as_array).into_iter().flatten().enumerate()
            {
                let name = format!("{at} {keyword}/{index}{}", named(document, branch));
                if let Some(part) =
                    self.part(document, Part::Branch, name.trim_start().to_owned(), branch, at, above)
                {
                    node.branches.push((document.resolve(branch).clone(), part));
                }
            }
        }
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let at = pointer::child(at, name);
            if let Some(part) = self.part(document, Part::Property, at.clone(), property, &at, above) {
                node.properties.push((name.clone(), part));
            }
        }
        if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
            node.items = Some(self.build(document, items, &format!("{at}/*"), above));
        }
        if let Some(members) = schema.get("additionalProperties").filter(|members| members.is_object()) {
            node.members = Some(self.build(document, members, &format!("{at}/*"), above));
        }
        above.pop();
        self.nodes[number] = node;
        number
    }

    fn part(
        &mut self,
        document: &Document,
        kind: Part,
        name: String,
        schema: &Value,
        at: &str,
        above: &mut Vec<(*const Value, usize)>,
    ) -> Option<usize> {
        if self.parts.len() >= MOST_PARTS {
            return None;
        }
        let number = self.parts.len();
        self.parts.push(Counted { kind, at: name, seen: 0, answer: 0, node: 0 });
        self.parts[number].node = self.build(document, schema, at, above);
        Some(number)
    }

    /// Takes in an answer.
    pub(super) fn add(&mut self, value: &Value) {
        if !self.nodes.is_empty() {
            self.answers += 1;
            walk(&self.nodes, &mut self.parts, self.answers, 0, value);
        }
    }
}

/// A value is finite, and every step through `allOf` or a branch leads to another node, so this ends but for schemas that are
/// their own branch; such a step is not taken.
fn walk(nodes: &[Node], parts: &mut [Counted], answer: usize, number: usize, value: &Value) {
    let node = &nodes[number];
    for other in node.all.iter().filter(|other| **other > number) {
        walk(nodes, parts, answer, *other, value);
    }
    for (schema, part) in &node.branches {
        if fits(schema, value) {
            parts[*part].meet(answer);
            let next = parts[*part].node;
            if next > number {
                walk(nodes, parts, answer, next, value);
            }
        }
    }
    match value {
        Value::Object(members) => {
            for (name, part) in &node.properties {
                if let Some(value) = members.get(name) {
                    parts[*part].meet(answer);
                    let next = parts[*part].node;
                    walk(nodes, parts, answer, next, value);
                }
            }
            if let Some(next) = node.members {
                for (_, value) in members
                    .iter()
                    .filter(|(name, _)| !node.properties.iter().any(|(known, _)| known == *name))
                {
                    walk(nodes, parts, answer, next, value);
                }
            }
        }
        Value::Array(elements) => {
            if let Some(next) = node.items {
                for value in elements {
                    walk(nodes, parts, answer, next, value);
                }
            }
        }
        _ => {}
    }
}

/// Whether a value has what tells a branch apart: type, constant, enumeration, required members and their constants.
fn fits(schema: &Value, value: &Value) -> bool {
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    };
    let constant = |schema: &Value, value: &Value| {
        schema.get("const").is_none_or(|wanted| wanted == value)
            && schema.get("enum").and_then(Value::as_array).is_none_or(|wanted| wanted.contains(value))
    };
    let required = schema.get("required").and_then(Value::as_array);
    (types.is_empty() || types.into_iter().any(is))
        && constant(schema, value)
        && required.is_none_or(|names| {
            !value.is_object() || names.iter().filter_map(Value::as_str).all(|name| value.get(name).is_some())
        })
        && schema.get("properties").and_then(Value::as_object).is_none_or(|properties| {
            properties
                .iter()
                .all(|(name, schema)| value.get(name).is_none_or(|value| constant(schema, value)))
        })
}

/// What a reader would call a branch.
fn named(document: &Document, schema: &Value) -> String {
    let name = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|text| text.rsplit('/').next())
        .or_else(|| document.resolve(schema).get("title").and_then(Value::as_str))
        .or_else(|| schema.get("type").and_then(Value::as_str));
    name.map(|name| format!(" ({name})")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Document {
        let raw = json!({
            "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "", "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Page"}}}}}}}},
            "components": {"schemas": {
                "Page": {"type": "object", "properties": {
                    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
                    "next": {"anyOf": [{"type": "string"}, {"type": "null"}]}}},
                "Node": {"allOf": [{"type": "object", "properties": {"id": {"type": "string"}}}],
                    "properties": {"child": {"$ref": "#/components/schemas/Node"}, "a/b": {}}}
            }}
        });
        Document::from_text("a.json", &raw.to_string()).unwrap()
    }

    fn seen(answers: &[Value]) -> Vec<String> {
        let document = document();
        let schema = document.operations()[0].responses[0].content[0].schema.clone().unwrap();
        let mut shape = Shape::new(&document, schema.value());
        for answer in answers {
            shape.add(answer);
        }
        shape.parts().map(|part| format!("{} {}", part.at, part.seen)).collect()
    }

    #[test]
    fn properties_and_branches_are_counted() {
        let names = [
            "/items",
            "/items/*/id",
            "/items/*/a~1b",
            "/items/*/child",
            "/next",
            "/next anyOf/0 (string)",
            "/next anyOf/1 (null)",
        ];
        for (answers, counts) in [
            (vec![], [0, 0, 0, 0, 0, 0, 0]),
            (vec![json!({"items": []})], [1, 0, 0, 0, 0, 0, 0]),
            (
                vec![json!({"items": [{"id": "1"}, {"id": "2", "a/b": 1}], "next": null})],
                [1, 1, 1, 0, 1, 0, 1],
            ),
            (vec![json!({"next": "x"}), json!({"next": 7}), json!([1])], [0, 0, 0, 0, 2, 1, 0]),
            (
                vec![json!({"items": [{"id": "1", "child": {"id": "2", "child": {"id": "3"}}}]})],
                [1, 1, 0, 1, 0, 0, 0],
            ),
        ] {
            let mut expected: Vec<String> =
                names.iter().zip(counts).map(|(name, count)| format!("{name} {count}")).collect();
            let mut found = seen(&answers);
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{answers:?}");
        }
    }

    #[test]
    fn a_branch_is_told_by_type_constants_and_required_members() {
        for (schema, value, expected) in [
            (json!({"type": "string"}), json!("a"), true),
            (json!({"type": ["integer", "null"]}), json!(1.0), true),
            (json!({"type": "integer"}), json!(1.5), false),
            (json!({"required": ["a"]}), json!({"b": 1}), false),
            (json!({"properties": {"kind": {"const": "x"}}}), json!({"kind": "y"}), false),
            (json!({"properties": {"kind": {"enum": ["x", "y"]}}}), json!({"kind": "y"}), true),
            (json!({"const": 1}), json!(2), false),
            (json!(true), json!(2), true),
        ] {
            assert_eq!(fits(&schema, &value), expected, "{schema} {value}");
        }
    }
}
