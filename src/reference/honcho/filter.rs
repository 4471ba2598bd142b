//! Filters: [`Filter`] is read from the `filters` object of a list request and asked of each record.
//!
//! A field with a plain value asks for equality, with an object of operators for all of them, `metadata` for containment,
//! and `AND`, `OR`, `NOT` hold lists of further filters. Everything is checked while it is read, so that matching cannot fail.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::records::{FieldValue, Kind, Record};
use crate::reference::fastapi::{Problem, Reader, inside};
use crate::reference::instant;

const OPERATORS: &[&str] = &["gt", "gte", "lt", "lte", "ne", "in", "contains", "icontains"];

/// A condition on records.
pub(crate) enum Filter {
    /// All of these hold; an empty list asks nothing.
    All(Vec<Filter>),
    /// At least one of these holds.
    Any(Vec<Filter>),
    /// None of these holds.
    None(Vec<Filter>),
    /// A field passes a test.
    Field(String, Test),
    /// A key of the metadata passes a test.
    Metadata(String, Test),
}

/// A test of one value.
pub(crate) enum Test {
    Equal(Operand),
    NotEqual(Operand),
    Ordered(fn(Ordering) -> bool, Operand),
    In(Vec<Operand>),
    /// The text contains this one; when the flag is set, whatever their case.
    Contains(String, bool),
    /// The object contains this one (JSON containment).
    Holds(Value),
}

/// The value that a filter compares with.
pub(crate) enum Operand {
    Json(Value),
    Instant(Timestamp),
}

impl Filter {
    pub(crate) fn everything() -> Self {
        Self::All(Vec::new())
    }

    pub(crate) fn is_everything(&self) -> bool {
        matches!(self, Self::All(parts) if parts.is_empty())
    }

    /// Reads the conditions of one object, all of which have to hold.
    pub(crate) fn read(
        reader: &mut Reader<'_>,
        at: &[Value],
        map: &Map<String, Value>,
        fields: &[(&str, Kind)],
    ) -> Self {
        let mut parts = Vec::new();
        for (name, value) in map {
            let here = inside(at, name.as_str());
            if let "AND" | "OR" | "NOT" = name.as_str() {
                let branches = read_branches(reader, &here, value, fields);
                parts.push(match name.as_str() {
                    "AND" => Self::All(branches),
                    "OR" => Self::Any(branches),
                    _ => Self::None(branches),
                });
                continue;
            }
            match fields.iter().find(|(field, _)| field == name) {
                None => reader.problem(&here, &Problem::new("unknown_field", "Unknown filter field"), value),
                Some((_, Kind::Object)) => match value {
                    Value::Object(map) => read_metadata(reader, &here, name, map, &mut parts),
                    other => reader.not_an_object(&here, other),
                },
                Some((_, kind)) => {
                    for test in read_tests(reader, &here, value, Some(*kind)) {
                        parts.push(Self::Field(name.clone(), test));
                    }
                }
            }
        }
        Self::All(parts)
    }

    pub(crate) fn matches(&self, record: &impl Record) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(record)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(record)),
            Self::None(parts) => !parts.iter().any(|part| part.matches(record)),
            Self::Field(name, test) => record.field(name).is_some_and(|value| test.passes(&value)),
            Self::Metadata(key, test) => match record.field("metadata") {
                Some(FieldValue::Object(map)) => test.passes_json(map.get(key)),
                _ => false,
            },
        }
    }
}

fn read_branches(
    reader: &mut Reader<'_>,
    at: &[Value],
    value: &Value,
    fields: &[(&str, Kind)],
) -> Vec<Filter> {
    let Value::Array(items) = value else {
        reader.problem(at, &Problem::new("list_type", "Input should be a valid list"), value);
        return Vec::new();
    };
    let mut branches = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let here = inside(at, index);
        match item {
            Value::Object(map) => branches.push(Filter::read(reader, &here, map, fields)),
            other => reader.not_an_object(&here, other),
        }
    }
    branches
}

/// Splits a metadata filter into keys with operators and the rest, which is containment.
fn read_metadata(
    reader: &mut Reader<'_>,
    at: &[Value],
    name: &str,
    map: &Map<String, Value>,
    parts: &mut Vec<Filter>,
) {
    let mut contained = Map::new();
    for (key, value) in map {
        if operators(value).is_some() {
            let tests = read_tests(reader, &inside(at, key.as_str()), value, None);
            parts.extend(tests.into_iter().map(|test| Filter::Metadata(key.clone(), test)));
        } else {
            contained.insert(key.clone(), value.clone());
        }
    }
    if !contained.is_empty() {
        parts.push(Filter::Field(name.to_owned(), Test::Holds(Value::Object(contained))));
    }
}

/// The operators of a value, when it is an object of nothing else.
fn operators(value: &Value) -> Option<&Map<String, Value>> {
    let map = value.as_object()?;
    (!map.is_empty() && map.keys().all(|key| OPERATORS.contains(&key.as_str()))).then_some(map)
}

/// Reads a plain value or operators. `kind` is `None` for metadata, where values of every kind may meet.
fn read_tests(reader: &mut Reader<'_>, at: &[Value], value: &Value, kind: Option<Kind>) -> Vec<Test> {
    if !value.is_object() {
        return read_operand(reader, at, value, kind).map(Test::Equal).into_iter().collect();
    }
    let Some(map) = operators(value) else {
        reader.problem(at, &Problem::new("unknown_operator", "Unknown filter operator"), value);
        return Vec::new();
    };
    let mut tests = Vec::new();
    for (name, value) in map {
        let here = inside(at, name.as_str());
        match name.as_str() {
            "in" => {
                let Value::Array(items) = value else {
                    reader.problem(&here, &Problem::new("list_type", "Input should be a valid list"), value);
                    continue;
                };
                let operands =
                    items.iter().filter_map(|item| read_operand(reader, &here, item, kind)).collect();
                tests.push(Test::In(operands));
            }
            "contains" | "icontains" => match (value, kind) {
                (Value::String(text), Some(Kind::Text) | None) => {
                    tests.push(Test::Contains(text.clone(), name == "icontains"));
                }
                _ => reader.problem(
                    &here,
                    &Problem::new("string_type", "Input should be a valid string"),
                    value,
                ),
            },
            _ => tests.extend(read_operand(reader, &here, value, kind).map(|operand| match name.as_str() {
                "ne" => Test::NotEqual(operand),
                "gt" => Test::Ordered(Ordering::is_gt, operand),
                "gte" => Test::Ordered(Ordering::is_ge, operand),
                "lt" => Test::Ordered(Ordering::is_lt, operand),
                _ => Test::Ordered(Ordering::is_le, operand),
            })),
        }
    }
    tests
}

fn read_operand(reader: &mut Reader<'_>, at: &[Value], value: &Value, kind: Option<Kind>) -> Option<Operand> {
    let fits = match kind {
        None => true,
        Some(Kind::Text) => value.is_string(),
        Some(Kind::Integer) => value.is_number(),
        Some(Kind::Boolean) => value.is_boolean(),
        Some(Kind::Object) => value.is_object(),
        Some(Kind::Instant) => {
            let read = value.as_str().and_then(instant::parse);
            if let Some(instant) = read {
                return Some(Operand::Instant(instant));
            }
            false
        }
    };
    if fits {
        return Some(Operand::Json(value.clone()));
    }
    reader.problem(at, &Problem::new("filter_type", "Input does not fit the field"), value);
    None
}

impl Test {
    fn passes(&self, value: &FieldValue<'_>) -> bool {
        match value {
            FieldValue::Instant(instant) => self.passes_with(true, |operand| match operand {
                Operand::Instant(other) => Some(instant.cmp(other)),
                Operand::Json(_) => None,
            }),
            FieldValue::Text(text) => match self {
                Self::Contains(part, any_case) => contains(text, part, *any_case),
                _ => self.passes_with(true, |operand| match operand {
                    Operand::Json(Value::String(other)) => Some((*text).cmp(other.as_str())),
                    _ => None,
                }),
            },
            FieldValue::Integer(number) => self.passes_json(Some(&json!(number))),
            FieldValue::Boolean(flag) => self.passes_json(Some(&json!(flag))),
            FieldValue::Object(map) => match self {
                Self::Holds(Value::Object(part)) => holds_map(map, part),
                _ => false,
            },
        }
    }

    fn passes_json(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Contains(part, any_case), Some(Value::String(text))) => contains(text, part, *any_case),
            (Self::Contains(..) | Self::Holds(_), _) => false,
            (_, value) => self.passes_with(value.is_some(), |operand| match operand {
                Operand::Json(other) => compare(value?, other),
                Operand::Instant(_) => None,
            }),
        }
    }

    /// Applies the test through a comparison, which is `None` for values of kinds that have no order.
    fn passes_with(&self, present: bool, compare: impl Fn(&Operand) -> Option<Ordering>) -> bool {
        match self {
            Self::Equal(operand) => compare(operand) == Some(Ordering::Equal),
            Self::NotEqual(operand) => present && compare(operand) != Some(Ordering::Equal),
            Self::Ordered(accepts, operand) => compare(operand).is_some_and(accepts),
            Self::In(operands) => operands.iter().any(|operand| compare(operand) == Some(Ordering::Equal)),
            Self::Contains(..) | Self::Holds(_) => false,
        }
    }
}

fn contains(text: &str, part: &str, any_case: bool) -> bool {
    if any_case { text.to_lowercase().contains(&part.to_lowercase()) } else { text.contains(part) }
}

/// Compares two values of one kind; of arrays and objects only equality is known.
fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => match (left.as_i128(), right.as_i128()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
        },
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        _ => (left == right).then_some(Ordering::Equal),
    }
}

fn holds_map(whole: &Map<String, Value>, part: &Map<String, Value>) -> bool {
    part.iter().all(|(key, value)| whole.get(key).is_some_and(|found| holds(found, value)))
}

/// JSON containment as `PostgreSQL` defines it for `jsonb`: objects by key, arrays by element whatever the order.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => holds_map(whole, part),
        (Value::Array(whole), Value::Array(part)) => {
            part.iter().all(|value| whole.iter().any(|found| holds(found, value)))
        }
        _ => compare(whole, part) == Some(Ordering::Equal),
    }
}
