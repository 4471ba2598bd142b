//! Combinations of filters: the words by which an API joins them, and the combinations that are tried.

use schemars::JsonSchema;
use serde::Deserialize;

use super::collection::{At, Filter};

/// How an API joins filters in the content of a list request: members that hold lists of further filters.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Logic {
    /// The place in the JSON content below which the filters stand, and the words beside them.
    pub at: String,
    /// The member whose filters must all hold.
    #[serde(default)]
    pub all: Option<String>,
    /// The member of whose filters at least one must hold.
    #[serde(default)]
    pub any: Option<String>,
    /// The member of whose filters none may hold.
    #[serde(default)]
    pub none: Option<String>,
    /// The requirement that states it.
    pub requirement: String,
}

/// A combination of filters of the same collection, nested as deep as one likes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Combination {
    /// A filter of the collection, by name.
    Filter(String),
    /// All of these hold.
    All(Vec<Combination>),
    /// At least one of these holds.
    Any(Vec<Combination>),
    /// None of these holds.
    None(Vec<Combination>),
}

impl Combination {
    /// What stands directly in it.
    pub fn parts(&self) -> &[Combination] {
        match self {
            Self::Filter(_) => &[],
            Self::All(parts) | Self::Any(parts) | Self::None(parts) => parts,
        }
    }

    /// The names of its filters, as often as they stand in it.
    pub fn filters(&self) -> Vec<&str> {
        match self {
            Self::Filter(name) => vec![name.as_str()],
            _ => self.parts().iter().flat_map(Self::filters).collect(),
        }
    }
}

impl Logic {
    /// Where a filter's value goes in an object of filters: its place in the content, seen from where the filters stand.
    pub fn place_of<'f>(&self, filter: &'f Filter) -> Option<&'f str> {
        let At::Body(pointer) = &filter.at else { return None };
        pointer.strip_prefix(&self.at).filter(|rest| rest.starts_with('/'))
    }
}
