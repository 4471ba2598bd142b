//! Claims: what a right answer is, in a form that can be checked again without knowing the rule.
//!
//! A finding says in words what should have been. Its [`Proof`] says the same in one [`Claim`] about its exchanges, so that a script which
//! sends them again can tell whether the fault is still there. Values are those of the run: ids and instants that the target chose are put
//! in terms of a new run by whoever writes the script.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::Exchange;

/// How a finding can be shown again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Proof {
    /// What does not hold. Its exchanges are numbered from 0: first those of the finding, then the further ones.
    pub claim: Claim,
    /// Exchanges that the claim is about and that the finding does not show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<Exchange>,
    /// The names of the records that must be there: the members of a list, what a value was set on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<String>,
}

/// When two values count as the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Likeness {
    /// The same JSON value: text by code point, numbers exactly.
    Exact,
    /// The same instant, whatever the zone it is written in.
    Instant,
    /// Objects may have members more than expected.
    AtLeast,
    /// Null says nothing; instants may be written with fewer digits.
    Loose,
}

/// What a header field must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Must {
    /// It is there, and not empty.
    Exist,
    /// Its value without parameters is one of these, such as media types; `*` stands for any text.
    BeOneOf(Vec<String>),
    /// A charset parameter says UTF-8, or there is none.
    SayUtf8,
    /// It is a number of seconds or an HTTP date (RFC 9110, section 10.2.3).
    BeRetryAfter,
    /// It is not there, or names no content coding but `identity` (RFC 9110, section 8.4).
    BeIdentity,
}

/// A place in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The exchange.
    pub exchange: usize,
    /// The item that the pointers start at; nothing where they start at the whole content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// JSON pointers (RFC 6901), of which the first that resolves counts.
    pub at: Vec<String>,
}

/// An item of a list, told by its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Item {
    /// Where the array of items stands.
    pub items: String,
    /// Where an item's id stands in it; the first pointer that resolves counts.
    pub id: Vec<String>,
    /// The id.
    pub is: String,
}

/// Where the ids of a list's items stand, over one page or several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pages {
    /// The exchanges, in the order of the list.
    pub exchanges: Vec<usize>,
    /// Where the array of items stands.
    pub items: String,
    /// Where an item's id stands in it; the first pointer that resolves counts.
    pub id: Vec<String>,
    /// Which of the items count; all, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Only>,
}

/// What tells some items of a list from the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Only {
    /// Where an item says it: JSON pointers, of which the first that resolves counts.
    pub at: Vec<String>,
    /// What it says.
    pub is: Value,
}

/// How the items that came must stand to those expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// They are those, and no others.
    Whole,
    /// They are the first of those; fewer only where items of others fill a page of this size.
    First(u64),
    /// They are the last of those; fewer only where items of others fill a page of this size.
    Last(u64),
}

/// What an answer must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// The status lies in one of these ranges, both ends included.
    Status {
        /// The exchange.
        exchange: usize,
        /// The ranges.
        allowed: Vec<(u16, u16)>,
    },
    /// A header field is as it must be.
    Header {
        /// The exchange.
        exchange: usize,
        /// The field's name in lower case.
        name: String,
        /// What it must be.
        must: Must,
    },
    /// The content is one JSON text in UTF-8 without a byte order mark (RFC 8259).
    Json {
        /// The exchange.
        exchange: usize,
    },
    /// A response arrives whole.
    Arrives {
        /// The exchange.
        exchange: usize,
    },
    /// The answer to HEAD is that to GET without its content (RFC 9110, section 9.3.2).
    LikeGet {
        /// GET.
        get: usize,
        /// HEAD.
        head: usize,
    },
    /// A value is there and is this one.
    Value {
        /// Where.
        place: Place,
        /// The value.
        is: Value,
        /// When it counts as the same.
        by: Likeness,
    },
    /// Nothing is there, or null.
    Nothing {
        /// Where.
        place: Place,
    },
    /// Two values are the same.
    Same {
        /// Where the one is.
        one: Place,
        /// Where the other is.
        other: Place,
        /// When they count as the same.
        by: Likeness,
    },
    /// A value obeys a schema (JSON Schema 2020-12), which stands for itself.
    Schema {
        /// Where.
        place: Place,
        /// The schema.
        schema: Value,
    },
    /// A list holds these items in this order.
    List {
        /// The list.
        pages: Pages,
        /// All ids in order; those in one group may come in any order.
        groups: Vec<Vec<String>>,
        /// The part of it that is expected: the position of the first item, and one past that of the last.
        part: (usize, usize),
        /// Ids that may or may not come, anywhere.
        maybe: Vec<String>,
        /// Whether items of others may come.
        open: bool,
        /// How the items that come must stand to those expected.
        fit: Fit,
    },
    /// A list does not hold this item.
    Lacks {
        /// The list.
        pages: Pages,
        /// The item's id.
        id: String,
    },
    /// Two lists hold the same items in the same order.
    SameList {
        /// The one.
        one: Pages,
        /// The other.
        other: Pages,
    },
    /// The cursor of a page is the instant of its newest or oldest item, to the millisecond.
    CursorAtEnd {
        /// Where the cursor is.
        cursor: Place,
        /// Where the array of items stands.
        items: String,
        /// Where an item's instant stands in it; the first pointer that resolves counts.
        key: Vec<String>,
        /// Whether it is the newest item, else the oldest.
        newest: bool,
    },
    /// The content does not hold this text.
    Untold {
        /// The exchange.
        exchange: usize,
        /// The text.
        text: String,
    },
    /// Neither the content nor a header field holds the value of this variable, by which a secret goes in what is recorded.
    SecretUntold {
        /// The exchange.
        exchange: usize,
        /// The variable's name, without `$`.
        variable: String,
    },
    /// A request with the tag of an earlier answer is answered 304, unless the representation has another tag now, or none (RFC 9110,
    /// section 13.1.2).
    Revalidated {
        /// Who gave the tag.
        first: usize,
        /// Who was asked with it.
        again: usize,
    },
    /// A claim holds after these requests, too.
    After {
        /// The requests.
        requests: Vec<usize>,
        /// Whether they are sent at the same time.
        at_once: bool,
        /// How many seconds pass before the last request that the claim is about.
        seconds: u64,
        /// What holds then.
        holds: Box<Claim>,
    },
    /// One of these holds.
    Either(Vec<Claim>),
}

impl Claim {
    /// What holds after the requests that it names, if it names any; else the claim itself.
    #[must_use]
    pub fn core(&self) -> &Claim {
        match self {
            Self::After { holds, .. } => holds.core(),
            _ => self,
        }
    }

    /// The numbers of all exchanges that it speaks of, for reading or for renumbering; some more than once.
    pub fn exchanges_mut(&mut self) -> Vec<&mut usize> {
        match self {
            Self::Status { exchange, .. }
            | Self::Header { exchange, .. }
            | Self::Json { exchange }
            | Self::Arrives { exchange }
            | Self::Untold { exchange, .. }
            | Self::SecretUntold { exchange, .. } => vec![exchange],
            Self::LikeGet { get, head } => vec![get, head],
            Self::Value { place, .. } | Self::Nothing { place } | Self::Schema { place, .. } => {
                vec![&mut place.exchange]
            }
            Self::Same { one, other, .. } => vec![&mut one.exchange, &mut other.exchange],
            Self::List { pages, .. } | Self::Lacks { pages, .. } => pages.exchanges.iter_mut().collect(),
            Self::SameList { one, other } => one.exchanges.iter_mut().chain(&mut other.exchanges).collect(),
            Self::CursorAtEnd { cursor, .. } => vec![&mut cursor.exchange],
            Self::Revalidated { first, again } => vec![first, again],
            Self::After { requests, holds, .. } => requests.iter_mut().chain(holds.exchanges_mut()).collect(),
            Self::Either(claims) => claims.iter_mut().flat_map(Self::exchanges_mut).collect(),
        }
    }
}
