//! Where a page starts, what its answer says of itself, and which part of a list it stands for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an instant is written when it is sent as a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CursorForm {
    /// Milliseconds since 1970-01-01T00:00:00Z, as digits.
    EpochMilliseconds,
    /// RFC 3339, section 5.6, in UTC with milliseconds.
    DateTime,
}

/// Where a page starts, as the request says it. Cursors are texts, as they are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// No parameter.
    First,
    /// A page number.
    Page(u64),
    /// How many items to pass over.
    Offset(u64),
    /// Items older (or standing before) than the cursor.
    Before(String),
    /// Items newer (or standing after) than the cursor.
    After(String),
    /// Items between two cursors.
    Between {
        /// The lower bound.
        after: String,
        /// The upper bound.
        before: String,
    },
}

/// What an answer says of its page. What the style does not have, or the answer does not give, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// How many items there are in all.
    pub total: Option<i64>,
    /// How many pages there are in all.
    pub pages: Option<i64>,
    /// The page number that was answered.
    pub page: Option<i64>,
    /// The page size that was answered.
    pub size: Option<i64>,
    /// Whether more items come.
    pub has_more: Option<bool>,
    /// The number of the next page; `Some(None)` is an explicit null.
    pub next_page: Option<Option<i64>>,
    /// The cursor for what stands before this page in time (older).
    pub before: Option<String>,
    /// The cursor for what stands after this page in time (newer).
    pub after: Option<String>,
}

/// The part of an ordered list that a request stands for, by position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The first position.
    pub from: usize,
    /// One past the last position, not cut at the end of the list.
    pub to: usize,
}

impl Slice {
    /// The slice of a list, cut at its ends.
    pub fn of<'a, T>(&self, list: &'a [T]) -> &'a [T] {
        let to = self.to.min(list.len());
        &list[self.from.min(to)..to]
    }
}
