//! From the text of a document to its raw JSON, with the order in which paths and methods stand in it.
//!
//! `serde_json` keeps object keys sorted and lets the last of two equal keys win. A document needs neither: operations
//! are to be listed as their author wrote them, and a key that stands there twice is a mistake worth a word. So both
//! formats are read through one visitor of our own.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::error::DocumentError;

/// The longest text that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 50_000_000;

/// A document's text, read.
pub(crate) struct Text {
    /// The document as given.
    pub(crate) raw: Value,
    /// Each path with the keys of its path item, as they stand in the text.
    pub(crate) order: Vec<(String, Vec<String>)>,
}

/// Reads JSON when the name ends in `.json` or the text starts with a brace, else YAML.
pub(crate) fn read(name: &str, text: &str) -> Result<Text, DocumentError> {
    if text.len() > MAX_BYTES {
        return Err(DocumentError::TooLarge { file: name.to_owned(), size: text.len(), limit: MAX_BYTES });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    let json = match extension.as_str() {
        "json" => true,
        "yaml" | "yml" => false,
        _ => text.trim_start().starts_with('{'),
    };
    let order = RefCell::new(Vec::new());
    let node = Node { place: Place::Document, order: &order };
    let raw = if json { read_json(name, text, node)? } else { read_yaml(name, text, node)? };
    Ok(Text { raw, order: order.into_inner() })
}

fn read_json(name: &str, text: &str, node: Node<'_>) -> Result<Value, DocumentError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = node.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| DocumentError::Syntax {
        file: name.to_owned(),
        line: error.line() as u64,
        column: error.column() as u64,
        format: "JSON",
        message: without_position(&error.to_string()),
    })
}

fn read_yaml(name: &str, text: &str, node: Node<'_>) -> Result<Value, DocumentError> {
    let mut budget = serde_saphyr::Budget::default();
    // A large real document has a few hundred thousand nodes, and next to no aliases.
    budget.max_nodes = 5_000_000;
    budget.max_events = 20_000_000;
    budget.max_depth = 256;
    // YAML 1.2 as OpenAPI 3.x section 4.2 asks for: `no` is a word, `0777` and `1_000` are texts.
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 100_000 },
        budget: Some(budget),
    };
    serde_saphyr::with_deserializer_from_str_with_options(text, options, |deserializer| {
        node.deserialize(deserializer)
    })
    .map_err(|error| {
        let error = error.without_snippet();
        let (line, column) = error.location().map_or((0, 0), |location| (location.line(), location.column()));
        DocumentError::Syntax {
            file: name.to_owned(),
            line,
            column,
            format: "YAML",
            message: without_position(&error.to_string().replace('\n', " ")),
        }
    })
}

/// A parser's message without the position at its end, which has fields of its own.
fn without_position(message: &str) -> String {
    message.rfind(" at line ").map_or(message, |cut| &message[..cut]).to_owned()
}

/// Where in the document the visitor stands, as far as the order of operations needs it.
#[derive(Clone, Copy)]
enum Place {
    Document,
    Paths,
    PathItem,
    Elsewhere,
}

/// One value of the text, read into JSON.
#[derive(Clone, Copy)]
struct Node<'o> {
    place: Place,
    order: &'o RefCell<Vec<(String, Vec<String>)>>,
}

impl Node<'_> {
    /// Notes `key` where its order matters and gives the node of its value.
    fn member(self, key: &str) -> Self {
        let place = match self.place {
            Place::Document if key == "paths" => Place::Paths,
            Place::Paths => {
                self.order.borrow_mut().push((key.to_owned(), Vec::new()));
                Place::PathItem
            }
            Place::PathItem => {
                if let Some((_, keys)) = self.order.borrow_mut().last_mut() {
                    keys.push(key.to_owned());
                }
                Place::Elsewhere
            }
            Place::Document | Place::Elsewhere => Place::Elsewhere,
        };
        Self { place, ..self }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value that JSON can hold")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number.map(Value::Number).ok_or_else(|| E::custom("JSON has no infinite numbers and no NaN"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let element = Self { place: Place::Elsewhere, ..self };
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(element)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if members.contains_key(&key) {
                return Err(A::Error::custom(format_args!("duplicate key `{key}`")));
            }
            let value = access.next_value_seed(self.member(&key))?;
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_scalars_are_read_as_yaml_1_2() {
        let text = "a: no\nb: 0777\nc: 1_000\nd: true\ne: 9007199254740993\nf: ~\n200: ok\n";
        let read = read("a.yaml", text).expect("this is YAML");
        let wanted = json!({"a": "no", "b": "0777", "c": "1_000", "d": true, "e": 9_007_199_254_740_993_u64,
            "f": null, "200": "ok"});
        assert_eq!(read.raw, wanted);
    }

    #[test]
    fn aliases_and_merge_keys_are_expanded() {
        let read = read("a.yaml", "x: &x {a: 1}\ny: {<<: *x, b: 2}\nz: *x\n").expect("this is YAML");
        assert_eq!(read.raw, json!({"x": {"a": 1}, "y": {"a": 1, "b": 2}, "z": {"a": 1}}));
    }

    #[test]
    fn paths_keep_their_order() {
        let yaml = "paths:\n  /z:\n    post: {}\n    get: {}\n  /a:\n    get: {}\n";
        let json = r#"{"paths": {"/z": {"post": {}, "get": {}}, "/a": {"get": {}}}}"#;
        for (name, text) in [("a.yaml", yaml), ("a.json", json), ("stdin", json)] {
            let order = read(name, text).expect("this is well formed").order;
            let wanted = [("/z", vec!["post", "get"]), ("/a", vec!["get"])];
            let wanted =
                wanted.map(|(path, keys)| (path.to_owned(), keys.into_iter().map(str::to_owned).collect()));
            assert_eq!(order, wanted, "{name}");
        }
    }

    #[test]
    fn broken_text_is_named_with_its_place() {
        let cases = [
            ("a.json", "{\"a\": 1,\n \"a\": 2}", "a.json:2:", "duplicate key"),
            ("a.json", "{\"a\": }", "a.json:1:", "expected value"),
            ("a.json", "{} {}", "a.json:1:", "trailing"),
            ("a.yaml", "a: 1\nb: 2\na: 3\n", "a.yaml:3:", "uplicate"),
            ("a.yaml", "a: [1, 2\nb: 3\n", "a.yaml:", "not valid YAML"),
            ("a.yaml", "a: .inf\n", "a.yaml:", "non-finite"),
            ("a.yaml", "a: 1\n---\nb: 2\n", "a.yaml:", "ocument"),
        ];
        for (name, text, place, word) in cases {
            let Err(error) = read(name, text) else { panic!("{text:?} was read") };
            let message = error.to_string();
            assert!(message.starts_with(place) && message.contains(word), "{text:?}: {message}");
        }
    }

    #[test]
    fn bombs_are_refused() {
        let level = |level: usize| match level {
            0 => "a0: &a0 [x, x, x, x, x, x, x, x, x, x]".to_owned(),
            _ => format!("a{level}: &a{level} [{}]", vec![format!("*a{}", level - 1); 10].join(", ")),
        };
        let laughs = (0..12).map(level).collect::<Vec<_>>().join("\n");
        let deep = "[".repeat(20_000);
        for text in [laughs.as_str(), deep.as_str()] {
            assert!(matches!(read("a.yaml", text), Err(DocumentError::Syntax { .. })));
        }
        assert!(matches!(read("a.json", &deep), Err(DocumentError::Syntax { .. })));
        let long = " ".repeat(MAX_BYTES + 1);
        assert!(matches!(read("a.yaml", &long), Err(DocumentError::TooLarge { .. })));
    }
}
