//! Schemas of `OpenAPI` 3.0 rewritten as JSON Schema 2020-12, and the bounds that number formats imply.
//!
//! The rewriting keeps every schema at its pointer, with one exception: a `nullable` without a `type` becomes the
//! first branch of an `anyOf` beside null. Specification 3.0.3 gives such a `nullable` no effect, but generators write
//! it beside `allOf` and mean null, so null is let through: a harness had better miss a null than invent a violation.
//! [`Upgrade::path`] and [`Upgrade::document_path`] translate pointers across that exception.

use serde_json::{Map, Value, json};

use super::model::Version;
use super::pointer::tokens;
use super::walk::subschemas;

/// Keywords of 2020-12 that assert something but do not exist in 3.0, where an unknown member means nothing.
const UNKNOWN_TO_3_0: [&str; 24] = [
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$schema",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// The upgrade from one version's schema dialect to 2020-12.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Upgrade {
    pub(crate) version: Version,
}

impl Upgrade {
    /// Rewrites a schema and all schemas inside it.
    pub(crate) fn apply(self, schema: &mut Value) {
        for place in subschemas(schema) {
            if let Some(inner) = schema.pointer_mut(&place) {
                self.apply(inner);
            }
        }
        let wrapped = self.wraps(schema);
        let Value::Object(keywords) = schema else { return };
        if self.version == Version::V3_0 {
            upgrade_3_0(keywords);
        }
        bound_integers(keywords);
        // Many documents hold patterns of other dialects. What cannot be read demands nothing; the audit names it.
        if keywords.get("pattern").and_then(Value::as_str).is_some_and(|pattern| !is_readable(pattern)) {
            keywords.remove("pattern");
        }
        if wrapped {
            let inner = std::mem::take(keywords);
            keywords.insert("anyOf".to_owned(), json!([inner, {"type": "null"}]));
        }
    }

    /// Whether the document's `schema` becomes the first branch of an `anyOf`.
    fn wraps(self, schema: &Value) -> bool {
        self.version == Version::V3_0
            && schema.get("nullable") == Some(&Value::Bool(true))
            && schema.get("type").is_none()
            && schema.get("$ref").is_none()
            && schema.as_object().is_some_and(|keywords| keywords.keys().any(|key| asserts(key)))
    }

    /// Translates a path below the document's `schema` into one below the upgraded schema.
    pub(crate) fn path(self, schema: &Value, path: &str) -> String {
        let mut upgraded = String::with_capacity(path.len());
        let mut current = Some(schema);
        for token in path.split('/').skip(1) {
            if current.is_some_and(|schema| self.wraps(schema)) {
                upgraded.push_str("/anyOf/0");
            }
            upgraded.push('/');
            upgraded.push_str(token);
            current = current.and_then(|value| value.pointer(&format!("/{token}")));
        }
        upgraded
    }

    /// Translates a path below the upgraded schema into one below the document's `schema`.
    ///
    /// Where the upgrade put a keyword of its own, the keyword it stems from is named: `nullable` for the `anyOf`
    /// around a schema, `format` for the bounds of an integer.
    pub(crate) fn document_path(self, schema: &Value, path: &str) -> String {
        let mut original = String::with_capacity(path.len());
        let mut current = Some(schema);
        let mut rest = path.split('/').skip(1).peekable();
        while let Some(token) = rest.next() {
            if current.is_some_and(|schema| self.wraps(schema)) && token == "anyOf" {
                if rest.next_if_eq(&"0").is_some() {
                    let Some(token) = rest.next() else { break };
                    current = step(&mut original, current, token);
                    continue;
                }
                original.push_str("/nullable");
                break;
            }
            let implied = rest.peek().is_none()
                && matches!(token, "minimum" | "maximum")
                && current
                    .is_some_and(|schema| schema.get(token).is_none() && schema.get("format").is_some());
            current = step(&mut original, current, if implied { "format" } else { token });
        }
        original
    }
}

/// Whether a pattern is a regular expression as JSON Schema has it (ECMA-262).
fn is_readable(pattern: &str) -> bool {
    jsonschema::options().build(&json!({ "pattern": pattern })).is_ok()
}

fn step<'v>(path: &mut String, current: Option<&'v Value>, token: &str) -> Option<&'v Value> {
    path.push('/');
    path.push_str(token);
    current.and_then(|value| tokens(&format!("/{token}")).next().and_then(|token| member(value, &token)))
}

fn member<'v>(value: &'v Value, token: &str) -> Option<&'v Value> {
    match value {
        Value::Array(items) => token.parse::<usize>().ok().and_then(|index| items.get(index)),
        _ => value.get(token),
    }
}

/// Whether a keyword of 3.0 can make a value invalid.
fn asserts(keyword: &str) -> bool {
    !keyword.starts_with("x-")
        && !matches!(
            keyword,
            "nullable"
                | "title"
                | "description"
                | "default"
                | "example"
                | "deprecated"
                | "readOnly"
                | "writeOnly"
                | "discriminator"
                | "externalDocs"
                | "xml"
        )
}

fn upgrade_3_0(keywords: &mut Map<String, Value>) {
    if keywords.get("$ref").is_some_and(Value::is_string) {
        // 3.0.3 "Reference Object": any sibling elements of a $ref are ignored.
        keywords.retain(|key, _| key == "$ref");
        return;
    }
    keywords.retain(|key, _| !UNKNOWN_TO_3_0.contains(&key.as_str()));
    if keywords.remove("nullable") == Some(Value::Bool(true))
        && let Some(Value::String(kind)) = keywords.get("type").cloned()
    {
        keywords.insert("type".to_owned(), json!([kind, "null"]));
        if let Some(Value::Array(values)) = keywords.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
    }
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match keywords.get(flag) {
            Some(Value::Bool(true)) => {
                keywords.remove(flag);
                if let Some(limit) = keywords.remove(bound) {
                    keywords.insert(flag.to_owned(), limit);
                }
            }
            Some(Value::Bool(false)) => {
                keywords.remove(flag);
            }
            _ => {}
        }
    }
    if let Some(example) = keywords.remove("example") {
        keywords.insert("examples".to_owned(), json!([example]));
    }
    if keywords.get("format").and_then(Value::as_str) == Some("byte") {
        keywords.insert("contentEncoding".to_owned(), json!("base64"));
    }
}

/// Adds the bounds of `int32` and `int64` ("Data Types"), since no validator looks at the formats of numbers.
fn bound_integers(keywords: &mut Map<String, Value>) {
    let integer = match keywords.get("type") {
        Some(Value::String(kind)) => kind == "integer",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "integer"),
        _ => false,
    };
    let (lowest, highest) = match keywords.get("format").and_then(Value::as_str) {
        Some("int32") if integer => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") if integer => (i64::MIN, i64::MAX),
        _ => return,
    };
    // A bound that is given stays: it is nearly always the narrower one, and it is the one its author knows.
    keywords.entry("minimum").or_insert_with(|| json!(lowest));
    keywords.entry("maximum").or_insert_with(|| json!(highest));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_of_3_0_become_2020_12() {
        let cases = [
            (json!({"type": "string", "nullable": true}), json!({"type": ["string", "null"]})),
            (
                json!({"type": "string", "nullable": true, "enum": ["a"]}),
                json!({"type": ["string", "null"], "enum": ["a", null]}),
            ),
            (json!({"type": "string", "nullable": false}), json!({"type": "string"})),
            (
                json!({"allOf": [{"$ref": "#/a", "nullable": true}], "nullable": true}),
                json!({"anyOf": [{"allOf": [{"$ref": "#/a"}]}, {"type": "null"}]}),
            ),
            (json!({"nullable": true, "title": "T"}), json!({"title": "T"})),
            (json!({"minimum": 1, "exclusiveMinimum": true}), json!({"exclusiveMinimum": 1})),
            (json!({"maximum": 1, "exclusiveMaximum": false}), json!({"maximum": 1})),
            (json!({"exclusiveMaximum": true}), json!({})),
            (json!({"example": 1}), json!({"examples": [1]})),
            (
                json!({"type": "string", "format": "byte"}),
                json!({"type": "string", "format": "byte", "contentEncoding": "base64"}),
            ),
            (
                json!({"type": "integer", "format": "int32", "minimum": 0}),
                json!({"type": "integer", "format": "int32", "minimum": 0, "maximum": 2_147_483_647}),
            ),
            (json!({"const": 1, "type": "integer"}), json!({"type": "integer"})),
            (
                json!({"properties": {"nullable": {"type": "string", "nullable": true}}}),
                json!({"properties": {"nullable": {"type": ["string", "null"]}}}),
            ),
            (
                json!({"enum": [{"nullable": true, "type": "x"}]}),
                json!({"enum": [{"nullable": true, "type": "x"}]}),
            ),
        ];
        for (mut schema, wanted) in cases {
            let before = schema.to_string();
            Upgrade { version: Version::V3_0 }.apply(&mut schema);
            assert_eq!(schema, wanted, "{before}");
        }
    }

    #[test]
    fn schemas_of_3_1_get_integer_bounds_only() {
        let mut schema =
            json!({"type": ["integer", "null"], "format": "int64", "nullable": true, "const": 1});
        Upgrade { version: Version::V3_1 }.apply(&mut schema);
        let wanted = json!({"type": ["integer", "null"], "format": "int64", "nullable": true, "const": 1,
            "minimum": i64::MIN, "maximum": i64::MAX});
        assert_eq!(schema, wanted);
        let mut text = json!({"type": "string", "format": "int64"});
        Upgrade { version: Version::V3_1 }.apply(&mut text);
        assert_eq!(text, json!({"type": "string", "format": "int64"}));
    }

    #[test]
    fn paths_are_translated_both_ways() {
        let schema = json!({"properties": {"a": {"nullable": true, "allOf": [{"type": "integer", "format": "int32"}]}}});
        let upgrade = Upgrade { version: Version::V3_0 };
        let (here, there) = ("/properties/a/allOf/0/type", "/properties/a/anyOf/0/allOf/0/type");
        assert_eq!(upgrade.path(&schema, here), there);
        assert_eq!(upgrade.document_path(&schema, there), here);
        let cases = [
            ("/properties/a/anyOf", "/properties/a/nullable"),
            ("/properties/a/anyOf/1/type", "/properties/a/nullable"),
            ("/properties/a/anyOf/0", "/properties/a"),
            ("/properties/a/anyOf/0/allOf/0/minimum", "/properties/a/allOf/0/format"),
            ("/properties/b/minimum", "/properties/b/minimum"),
        ];
        for (there, here) in cases {
            assert_eq!(upgrade.document_path(&schema, there), here, "{there}");
        }
    }
}
