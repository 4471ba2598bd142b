//! Where a page starts, what its answer says of itself, and which part of a list it stands for.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::link::{Link, Rel};

/// How an instant is written when it is sent as a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CursorForm {
    /// Milliseconds since 1970-01-01T00:00:00Z, as digits.
    EpochMilliseconds,
    /// RFC 3339, section 5.6, in UTC with milliseconds.
    DateTime,
}

/// Where a page starts, as the request says it. Cursors and tokens are texts, as they are sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// What an opaque token stands for.
    Token(String),
    /// What a link of an answer leads to: path and query, relative to the target's base URL.
    Link(String),
}

/// What an answer says of its page. What the style does not have, or the answer does not give, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// How many items there are in all.
    pub total: Option<i64>,
    /// The same, where a header field tells it, whether or not the content does as well.
    pub total_in_header: Option<i64>,
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
    /// The cursor for what stands before this page in time (older), or that of its first item.
    pub before: Option<String>,
    /// The cursor for what stands after this page in time (newer), or that of its last item.
    pub after: Option<String>,
    /// The cursor of the first item, read from the item.
    pub first_item: Option<String>,
    /// The cursor of the last item, read from the item.
    pub last_item: Option<String>,
    /// The token of the next page.
    pub token: Option<String>,
    /// The token of the page before.
    pub previous_token: Option<String>,
    /// The links, by where they lead.
    pub links: BTreeMap<Rel, Link>,
    /// What is wrong with the syntax of the `Link` header field, as a lowercase fragment.
    pub link_problem: Option<String>,
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
