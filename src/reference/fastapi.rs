//! What Honcho and Mielto share, both being `FastAPI` servers: [`Refusal`] with its error shapes, and [`Reader`], which reads
//! query and body and gathers every [`Problem`] before it refuses.

use std::ops::RangeInclusive;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::api::json_response;
use super::input::{Input, integer};
use super::instant;

/// An answer that is no success.
pub(crate) enum Refusal {
    /// 422 with the list of what is wrong.
    Invalid(Vec<Value>),
    /// Another status with one sentence.
    Because(StatusCode, &'static str),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Invalid(problems) => {
                json_response(StatusCode::UNPROCESSABLE_ENTITY, &json!({"detail": problems}))
            }
            Self::Because(status, sentence) => json_response(status, &json!({"detail": sentence})),
        }
    }
}

/// A sort of problem: its type as `pydantic` names it, and the sentence for it.
pub(crate) struct Problem {
    kind: &'static str,
    sentence: String,
}

impl Problem {
    pub(crate) fn new(kind: &'static str, sentence: impl Into<String>) -> Self {
        Self { kind, sentence: sentence.into() }
    }

    fn missing() -> Self {
        Self::new("missing", "Field required")
    }
}

/// Where a value stands in a request: `query` or `body`, then names and indices.
pub(crate) type Location = Vec<Value>;

/// A location one step further in.
pub(crate) fn inside(at: &[Value], step: impl Into<Value>) -> Location {
    let mut location = at.to_vec();
    location.push(step.into());
    location
}

/// Reads the parts of one request and gathers what is wrong with them.
pub(crate) struct Reader<'a> {
    input: &'a Input,
    problems: Vec<Value>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(input: &'a Input) -> Self {
        Self { input, problems: Vec::new() }
    }

    /// Refuses when anything was wrong.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        if self.problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.problems)) }
    }

    /// Notes a problem with the value at a location.
    pub(crate) fn problem(&mut self, at: &[Value], problem: &Problem, input: &Value) {
        self.problems.push(json!({"type": problem.kind, "loc": at, "msg": problem.sentence, "input": input}));
    }

    fn query_problem(&mut self, name: &str, problem: &Problem, input: &str) {
        self.problem(&[json!("query"), json!(name)], problem, &json!(input));
    }

    /// A query parameter that is text.
    pub(crate) fn query_text(&self, name: &str) -> Option<&'a str> {
        self.input.query.get(name)
    }

    /// A query parameter that is one of a few words.
    pub(crate) fn query_word(
        &mut self,
        name: &str,
        words: &[&'static str],
        default: &'static str,
    ) -> &'static str {
        let Some(text) = self.input.query.get(name) else {
            return default;
        };
        if let Some(word) = words.iter().find(|word| **word == text) {
            return word;
        }
        let sentence = format!("Input should be one of {}", words.join(", "));
        self.query_problem(name, &Problem::new("enum", sentence), text);
        default
    }

    /// A query parameter that is an integer within bounds.
    pub(crate) fn query_integer(&mut self, name: &str, default: i64, bounds: RangeInclusive<i64>) -> i64 {
        let Some(text) = self.input.query.get(name) else {
            return default;
        };
        let problem = match integer(text) {
            None => Problem::new("int_parsing", "Input should be a valid integer"),
            Some(value) if value < *bounds.start() => {
                let sentence = format!("Input should be greater than or equal to {}", bounds.start());
                Problem::new("greater_than_equal", sentence)
            }
            Some(value) if value > *bounds.end() => {
                let sentence = format!("Input should be less than or equal to {}", bounds.end());
                Problem::new("less_than_equal", sentence)
            }
            Some(value) => return value,
        };
        self.query_problem(name, &problem, text);
        default
    }

    /// A query parameter that is a boolean, in any of the words `pydantic` takes for one.
    pub(crate) fn query_boolean(&mut self, name: &str) -> bool {
        let Some(text) = self.input.query.get(name) else {
            return false;
        };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "t" | "y" => true,
            "false" | "0" | "no" | "off" | "f" | "n" => false,
            _ => {
                self.query_problem(
                    name,
                    &Problem::new("bool_parsing", "Input should be a valid boolean"),
                    text,
                );
                false
            }
        }
    }

    /// The body as JSON; an absent one is `None`. A body that is no JSON refuses the request at once.
    pub(crate) fn body(&mut self) -> Result<Option<Value>, Refusal> {
        if self.input.body.is_empty() {
            return Ok(None);
        }
        if !self.input.claims_json() {
            let problem =
                Problem::new("model_attributes_type", "Input should be a valid dictionary or object");
            let text = String::from_utf8_lossy(&self.input.body);
            let shown: String = text.chars().take(100).collect();
            self.problem(&[json!("body")], &problem, &json!(shown));
            return Err(Refusal::Invalid(std::mem::take(&mut self.problems)));
        }
        serde_json::from_slice(&self.input.body).map(Some).map_err(|error| {
            let mut problem = json!({"type": "json_invalid", "loc": ["body", error.column()]});
            problem["msg"] = json!("JSON decode error");
            problem["input"] = json!({});
            problem["ctx"] = json!({"error": error.to_string()});
            Refusal::Invalid(vec![problem])
        })
    }

    /// The body as a JSON object that has to be there.
    pub(crate) fn object_body(&mut self) -> Result<Map<String, Value>, Refusal> {
        match self.body()? {
            Some(Value::Object(map)) => return Ok(map),
            None | Some(Value::Null) => self.problem(&[json!("body")], &Problem::missing(), &Value::Null),
            Some(other) => self.not_an_object(&[json!("body")], &other),
        }
        Err(Refusal::Invalid(std::mem::take(&mut self.problems)))
    }

    /// Notes that a value is no object.
    pub(crate) fn not_an_object(&mut self, at: &[Value], value: &Value) {
        self.problem(at, &Problem::new("dict_type", "Input should be a valid dictionary"), value);
    }

    /// Reads the properties of an object at a location.
    pub(crate) fn fields<'r>(&'r mut self, map: &'r Map<String, Value>, at: Location) -> Fields<'r, 'a> {
        Fields { reader: self, map, at }
    }
}

/// The properties of one JSON object. Each getter notes what is wrong and hands back a harmless value.
pub(crate) struct Fields<'r, 'a> {
    reader: &'r mut Reader<'a>,
    map: &'r Map<String, Value>,
    at: Location,
}

impl Fields<'_, '_> {
    /// Text that has to be there, of so many code points.
    pub(crate) fn required_text(&mut self, name: &str, length: RangeInclusive<usize>) -> String {
        if !self.map.contains_key(name) {
            self.missing(name);
            return String::new();
        }
        let null = Value::Null;
        let value = self.map.get(name).unwrap_or(&null);
        let Value::String(text) = value else {
            self.problem(name, &Problem::new("string_type", "Input should be a valid string"));
            return String::new();
        };
        let count = text.chars().count();
        if count < *length.start() {
            let sentence = format!("String should have at least {} characters", length.start());
            self.problem(name, &Problem::new("string_too_short", sentence));
        } else if count > *length.end() {
            let sentence = format!("String should have at most {} characters", length.end());
            self.problem(name, &Problem::new("string_too_long", sentence));
        }
        text.clone()
    }

    /// An identifier that has to be there: 1 to 512 of `a-zA-Z0-9_-`.
    pub(crate) fn required_name(&mut self, name: &str) -> String {
        let text = self.required_text(name, 1..=512);
        if !is_name(&text) && !text.is_empty() {
            let sentence = "String should match pattern '^[a-zA-Z0-9_-]+$'";
            self.problem(name, &Problem::new("string_pattern_mismatch", sentence));
        }
        text
    }

    /// A text that may be absent, but not null.
    pub(crate) fn defaulted_text(&mut self, name: &str, default: &str) -> String {
        if self.map.contains_key(name) {
            self.required_text(name, 0..=usize::MAX)
        } else {
            default.to_owned()
        }
    }

    /// Text that may be absent or null.
    pub(crate) fn optional_text(&mut self, name: &str) -> Option<String> {
        if let Value::String(text) = self.present(name)? {
            return Some(text.clone());
        }
        self.problem(name, &Problem::new("string_type", "Input should be a valid string"));
        None
    }

    /// An object that may be absent or null.
    pub(crate) fn optional_object(&mut self, name: &str) -> Option<Map<String, Value>> {
        match self.present(name)? {
            Value::Object(map) => Some(map.clone()),
            other => {
                let other = other.clone();
                let at = inside(&self.at, name);
                self.reader.not_an_object(&at, &other);
                None
            }
        }
    }

    /// An object that has to be there.
    pub(crate) fn required_object(&mut self, name: &str) -> Map<String, Value> {
        match self.map.get(name) {
            None => {
                self.missing(name);
                Map::new()
            }
            Some(Value::Object(map)) => map.clone(),
            Some(other) => {
                let at = inside(&self.at, name);
                self.reader.not_an_object(&at, other);
                Map::new()
            }
        }
    }

    /// A list, each of whose items passes `fits`, that may be absent or null.
    pub(crate) fn optional_list(
        &mut self,
        name: &str,
        fits: fn(&Value) -> bool,
        item: &'static str,
    ) -> Option<Vec<Value>> {
        match self.present(name)? {
            Value::Array(items) if items.iter().all(fits) => Some(items.clone()),
            _ => {
                let sentence = format!("Input should be a valid list of {item}");
                self.problem(name, &Problem::new("list_type", sentence));
                None
            }
        }
    }

    /// An RFC 3339 date-time that may be absent or null, cut to microseconds.
    pub(crate) fn optional_instant(&mut self, name: &str) -> Option<Timestamp> {
        let read = match self.present(name)? {
            Value::String(text) => instant::parse(text),
            _ => None,
        };
        if read.is_none() {
            self.problem(name, &Problem::new("datetime_parsing", "Input should be a valid datetime"));
        }
        read.map(instant::whole_micros)
    }

    /// A boolean that may be absent or null.
    pub(crate) fn optional_boolean(&mut self, name: &str) {
        if self.present(name).is_some_and(|value| !value.is_boolean()) {
            self.problem(name, &Problem::new("bool_type", "Input should be a valid boolean"));
        }
    }

    /// Notes a problem with the property of this name.
    pub(crate) fn problem(&mut self, name: &str, problem: &Problem) {
        let input = self.map.get(name).unwrap_or(&Value::Null);
        let at = inside(&self.at, name);
        self.reader.problem(&at, problem, input);
    }

    fn missing(&mut self, name: &str) {
        let at = inside(&self.at, name);
        let input = Value::Object(self.map.clone());
        self.reader.problem(&at, &Problem::missing(), &input);
    }

    fn present(&self, name: &str) -> Option<&Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }
}

/// Whether a text consists of `a-zA-Z0-9_-` alone.
pub(crate) fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
