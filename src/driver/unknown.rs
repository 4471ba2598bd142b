//! Ids and values that name nothing: as the document allows them, and of the shape of those that exist.

use serde_json::{Value, json};

use super::Driver;
use crate::document::{Location, Schema};
use crate::evidence::RecordNumber;
use crate::oracle::Oracle;

/// A UUID (RFC 9562, version 4) that no generator gives.
const NO_UUID: &str = "00000000-0000-4000-8000-000000000000";
/// Within 32 bits, and larger than any count of records.
const LARGE: &str = "2000000011";

/// An id that names nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnknownId {
    /// What it looks like; equal in every run.
    pub label: &'static str,
    /// The id.
    pub id: String,
    /// Whether it is what the document allows and of the shape that ids have here. A target may well refuse any other as malformed.
    pub fitting: bool,
}

impl Driver {
    /// Ids that name nothing, for a path or query parameter of an operation; `known` is one that names something.
    pub(super) fn unknown_ids(&self, short: &str, parameter: &str, known: Option<&str>) -> Vec<UnknownId> {
        let operation = self.suite.operation(short);
        let schema = operation
            .parameters
            .iter()
            .find(|p| matches!(p.location, Location::Path | Location::Query) && p.name == parameter)
            .map(|p| &p.schema);
        [
            ("unknown id", Some(format!("{}-none", self.namespace))),
            ("unknown id like a UUID", Some(NO_UUID.to_owned())),
            ("unknown id, a changed one", known.and_then(changed)),
            ("unknown id, a large number", Some(LARGE.to_owned())),
        ]
        .into_iter()
        .filter_map(|(label, id)| Some((label, id?)))
        .map(|(label, id)| {
            let allowed = schema.is_none_or(|schema| reads_as_valid(schema, &id));
            let alike = known.is_none_or(|known| shape(known).accepts(&id));
            UnknownId { label, id, fitting: allowed && alike }
        })
        .filter(|unknown| unknown.fitting || unknown.id != LARGE)
        .collect()
    }

    /// One id that names nothing, the first that fits.
    pub(super) fn unknown_id(
        &self,
        oracle: &Oracle,
        short: &str,
        parameter: &str,
        like: Option<RecordNumber>,
    ) -> String {
        let known = like.map(|number| oracle.record(number).id.as_str());
        let all = self.unknown_ids(short, parameter, known);
        let fitting = all.iter().find(|unknown| unknown.fitting).or(all.first());
        fitting.map_or_else(|| format!("{}-none", self.namespace), |unknown| unknown.id.clone())
    }
}

/// Whether some reading of a text satisfies a schema: as text, as a number.
pub(super) fn reads_as_valid(schema: &Schema, text: &str) -> bool {
    schema.is_valid(&json!(text))
        || text.parse::<i64>().is_ok_and(|number| schema.is_valid(&Value::from(number)))
}

/// What ids look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Digits,
    Uuid,
    Any,
}

fn shape(id: &str) -> Shape {
    if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) {
        Shape::Digits
    } else if uuid::Uuid::try_parse(id).is_ok() {
        Shape::Uuid
    } else {
        Shape::Any
    }
}

impl Shape {
    fn accepts(self, id: &str) -> bool {
        match self {
            Self::Any => id != LARGE,
            _ => shape(id) == self,
        }
    }
}

/// An id of the same shape that is not this one: its last letter or digit is replaced. `None` for numbers, whose neighbours may well
/// be somebody else's.
fn changed(id: &str) -> Option<String> {
    if id.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut characters: Vec<char> = id.chars().collect();
    let last = characters.iter_mut().rev().find(|c| c.is_ascii_alphanumeric())?;
    *last = match *last {
        '9' => '0',
        'f'..='z' => 'a',
        'F'..='Z' => 'A',
        other => char::from(other as u8 + 1),
    };
    Some(characters.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_id_keeps_its_shape() {
        for (id, expected) in [("abc-9", Some("abc-0")), ("abz", Some("aba")), ("17", None), ("--", None)] {
            assert_eq!(changed(id).as_deref(), expected, "{id}");
        }
    }

    #[test]
    fn shapes_are_told_apart() {
        for (known, id, accepted) in [
            ("17", LARGE, true),
            ("17", NO_UUID, false),
            ("17", "none", false),
            ("5f0c7a52-3b0e-4c0b-9f8e-6d1a2b3c4d5e", NO_UUID, true),
            ("5f0c7a52-3b0e-4c0b-9f8e-6d1a2b3c4d5e", "none", false),
            ("acc_17", "none", true),
            ("acc_17", LARGE, false),
        ] {
            assert_eq!(shape(known).accepts(id), accepted, "{known} {id}");
        }
    }
}
