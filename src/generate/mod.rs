//! Generation of data from JSON Schema 2020-12: valid instances, boundary specimens, hostile bodies, awkward strings.
//!
//! Everything here is a pure function of a raw schema (`serde_json::Value`), two closures that the caller gives, and a
//! random number generator made from a seed. The closures are a `$ref` resolver and a validity check of the *whole*
//! schema. Nothing that is generated is believed: a value counts as valid or invalid only when the check says so, which
//! is why the generator may be simple where JSON Schema is not.
//!
//! The main types are [`Specimen`] (a body value that varies one place by one keyword), [`WireSpecimen`] (the same
//! for the text of a parameter, where one text has many readings) and [`CorpusEntry`] (a string that breaks servers).

mod admit;
mod body;
mod corpus;
mod decimal;
mod format;
mod leaf;
mod maker;
mod nest;
mod number;
mod pattern;
mod raw;
mod schema;
#[cfg(test)]
mod tests;
mod wire;
mod words;

pub use body::{BODY_SPECIMENS_MAX, Specimen, body_specimens};
pub use corpus::{CorpusEntry, corpus};
pub use maker::{instance, keywords_at, sample_at};
pub use raw::{Expectation, RawBody, raw_bodies};
pub use wire::{WireSpecimen, wire_specimens};
pub use words::Words;

/// Whether a text has what a pattern (ECMA-262, as JSON Schema has it) looks for; a pattern that cannot be read is taken for one that is not found.
pub fn obeys_pattern(pattern: &str, text: &str) -> bool {
    pattern::matches(pattern, text)
}

/// Finds the schema that a `$ref` text names; `None` when the document does not hold it.
pub type Resolve<'f, 'a> = &'f dyn Fn(&str) -> Option<&'a serde_json::Value>;

/// Says whether a whole instance satisfies the whole schema.
pub type Check<'f> = &'f dyn Fn(&serde_json::Value) -> bool;
