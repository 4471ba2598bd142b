//! The part of the suite file that speaks of lists: how each pages, its orders and filters, and how the guides' disagreements are settled.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::combination::{Combination, Logic};
use super::model::Pointers;
use super::resource::Promise;
use crate::pagination::Style;

/// A list operation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Collection {
    /// The operation, by short name.
    pub operation: String,
    /// What is listed.
    pub resource: String,
    /// The resource that a list belongs to; absent when there is one list for all.
    #[serde(default)]
    pub scope: Option<String>,
    /// The query parameter that names the scope, when the path does not.
    #[serde(default)]
    pub scope_query: Option<String>,
    /// Where the items stand in an answer; empty where the answer is the array of them.
    pub items: Pointers,
    /// Where the record stands in an item, where an item is an envelope around it; empty where the item is the record.
    #[serde(default)]
    pub record: String,
    /// Where the style's parameters, those of the orders, and `scope-query` are sent.
    #[serde(default)]
    pub arguments: Arguments,
    /// How it pages.
    pub style: Style,
    /// Its orders; the first is what comes without parameters.
    pub orders: Vec<Order>,
    /// Its filters.
    #[serde(default)]
    pub filters: BTreeMap<String, Filter>,
    /// Pairs of filters that are asked for together, beside the first two that test for equality.
    #[serde(default)]
    pub pairs: Vec<[String; 2]>,
    /// How filters are joined.
    #[serde(default)]
    pub logic: Option<Logic>,
    /// Combinations of filters that are asked for.
    #[serde(default)]
    pub combinations: BTreeMap<String, Combination>,
    /// Whether others may write into a scope that the harness made.
    #[serde(default)]
    pub others: Option<Others>,
    /// The requirement that a list holds exactly what was created, each once.
    pub complete: Promise,
    /// The requirement that a list under a parent that does not exist is refused or empty.
    #[serde(default)]
    pub unknown_parent: Option<UnknownParent>,
    /// The largest page, and what becomes of a page size above it, where the document's schema does not say.
    #[serde(default)]
    pub largest_size: Option<LargestSize>,
    /// How the guides' disagreements are settled.
    #[serde(default)]
    pub conventions: Conventions,
}

/// How many pages without items, beyond twice as many as a list has items, may each give a fresh token.
const MOST_EMPTY: usize = 25;

impl Collection {
    /// How many pages without items a walk over a list of so many items passes over, since each gives a token: AIP-158 allows them, unless the suite
    /// says that pages are full. None where the style has no tokens.
    pub fn empty_pages(&self, items: usize) -> usize {
        let full = self.conventions.short_pages.as_ref().is_some_and(|stated| stated.is == ShortPages::Never);
        if matches!(self.style, Style::Token(_)) && !full { items * 2 + MOST_EMPTY } else { 0 }
    }

    /// Whether the suite says that a page may be short before the end.
    pub fn may_be_short(&self) -> bool {
        self.conventions.short_pages.as_ref().is_some_and(|stated| stated.is == ShortPages::Allowed)
    }

    /// How many items a page passes over that was to hold `size` and holds `items`: where the size is not known, or a page that is asked for by its
    /// offset may be short, those that it holds.
    pub fn passed_over(&self, size: Option<u64>, items: usize) -> u64 {
        let counted = self.may_be_short() && matches!(self.style, Style::OffsetLimit(_));
        size.filter(|_| !counted).unwrap_or(items as u64)
    }
}

/// Where the arguments of a list operation are sent.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Arguments {
    /// In the query.
    #[default]
    Query,
    /// In the JSON content, as members of these names; a name that begins with `/` is a JSON pointer.
    Content,
}

/// The largest page of a collection.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LargestSize {
    /// The most items of a page.
    pub size: u64,
    /// What becomes of a page size above it.
    pub over: OverLargest,
    /// The key of the requirement that states it.
    pub requirement: String,
}

/// Who else may write into a list.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Others {
    /// Who and when, as one sentence.
    pub because: String,
    /// The field in which others show another value than the one that all of our records have.
    #[serde(default)]
    pub told_apart_by: Option<String>,
}

/// What a list under an unknown parent answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct UnknownParent {
    /// The refusals that are allowed.
    #[serde(default)]
    pub status: Vec<u16>,
    /// Whether an empty page is allowed.
    #[serde(default)]
    pub empty: bool,
    /// The key of the requirement.
    pub requirement: String,
}

/// One order of a collection.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Order {
    /// Its name, such as `default` or `reverse`.
    pub name: String,
    /// The query parameters that choose it.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// What it goes by.
    pub by: OrderKey,
    /// Up or down.
    pub direction: Direction,
    /// The order that it is the exact mirror of, item by item.
    #[serde(default)]
    pub mirror_of: Option<String>,
    /// The requirement that states it.
    pub requirement: String,
}

/// What an order goes by.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum OrderKey {
    /// The order in which the records were created, whatever any of their fields says.
    Creation,
    /// The instant in this field of the representation; equal instants in any order.
    Instant(Pointers),
    /// Nobody says what: the order in which the list was first seen after seeding. It must stay the same.
    FirstSeen,
    /// The text in this field of the representation, compared by code point; judged only among ASCII letters of one case and digits.
    Text(Pointers),
}

/// Up or down.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Smallest (oldest) first.
    Ascending,
    /// Largest (newest) first.
    Descending,
}

/// One filter of a collection.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Filter {
    /// The field of the resource that it looks at.
    pub field: String,
    /// Where its value goes.
    pub at: At,
    /// Which records it lets through.
    pub test: Test,
    /// Whether the value is taken as it is: letters in their case, and no character standing for others.
    #[serde(default)]
    pub literal: Option<Literal>,
    /// The requirement by which a target need not know the filter: it may refuse it, and is judged only where it carries it out.
    #[serde(default)]
    pub refusable: Option<Promise>,
    /// The requirement that states it.
    pub requirement: String,
}

/// How far a filter takes its value as it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Literal {
    /// The key of the requirement that states it.
    pub requirement: String,
    /// Whether nobody says that letters count in their case, so that what differs in nothing else may pass or not.
    #[serde(default)]
    pub case_open: bool,
}

/// Where a value goes in a request.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum At {
    /// A query parameter.
    Query(String),
    /// A place in the JSON content; numbers in the pointer make arrays.
    Body(String),
    /// A place in the JSON content for each value of an array: `*` in the pointer stands for the value's index. For `test = "in"`.
    BodyEach(String),
}

/// Which records a filter with a value lets through.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// Those whose field equals the value.
    Equals,
    /// Those whose field does not equal the value (those without the field are not judged).
    NotEquals,
    /// Those whose field is one of the values of an array; two at a time are asked for.
    In,
    /// Those whose object holds every member of the value.
    Contains,
    /// Those whose text holds the value; only words are asked for that stand in exactly one record, or in none.
    HasWord,
    /// The same, but the case of letters does not matter; the word is asked for in capitals.
    HasWordAnyCase,
    /// Those whose array holds the value; only single values are asked for.
    HasMember,
    /// Those whose array holds all of two values, with a comma between them. Those that hold one of them may pass or not.
    HasMembers,
    /// Those whose instant or number is greater than the value.
    Greater,
    /// Those whose instant or number is greater than or equal to the value.
    AtLeast,
    /// Those whose instant or number is less than or equal to the value.
    AtMost,
    /// Those whose instant or number is less than the value.
    Less,
    /// Those whose instant or number is greater than the value. Those that equal it may pass or not, where nobody says.
    Over,
    /// Those whose instant or number is less than the value. Those that equal it may pass or not, where nobody says.
    Under,
}

impl Test {
    /// Whether there is a value that lets nothing through, whatever was seeded.
    pub fn can_be_impossible(self) -> bool {
        !matches!(self, Self::HasMembers | Self::NotEquals) && !self.compares()
    }

    /// Whether it asks which of two instants or numbers is greater.
    pub fn compares(self) -> bool {
        matches!(self, Self::Greater | Self::AtLeast | Self::AtMost | Self::Less | Self::Over | Self::Under)
    }
}

/// How the guides' disagreements are settled for a collection. What is absent is inferred from the document or unknown.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Conventions {
    /// What a page past the end is.
    #[serde(default)]
    pub past_end: Option<Settled<PastEnd>>,
    /// Whether a page may be short before the end.
    #[serde(default)]
    pub short_pages: Option<Settled<ShortPages>>,
    /// What a total counts.
    #[serde(default)]
    pub total: Option<Settled<Total>>,
    /// Whether the item a cursor names is in the answer.
    #[serde(default)]
    pub cursor_item: Option<Settled<CursorItem>>,
    /// Which items a bounded page holds.
    #[serde(default)]
    pub adjacency: Option<Settled<Adjacency>>,
    /// Whether both bounds may be given.
    #[serde(default)]
    pub both_bounds: Option<Settled<BothBounds>>,
    /// Whether an empty page has cursors.
    #[serde(default)]
    pub empty_cursors: Option<Settled<EmptyCursors>>,
    /// What a cursor or token is answered that no answer gave.
    #[serde(default)]
    pub unknown_cursor: Option<Settled<UnknownCursor>>,
    /// What a cursor or token of another list is answered.
    #[serde(default)]
    pub foreign_cursor: Option<Settled<ForeignCursor>>,
    /// What a token is answered that comes with other arguments than it was given for.
    #[serde(default)]
    pub changed_arguments: Option<Settled<ChangedArguments>>,
    /// Whether the last page with items says that it is the last.
    #[serde(default)]
    pub end: Option<Settled<End>>,
    /// What becomes of a filter on a field that there is not.
    #[serde(default)]
    pub unknown_filter: Option<Settled<UnknownArgument>>,
    /// What becomes of an order that there is not.
    #[serde(default)]
    pub unknown_order: Option<Settled<UnknownArgument>>,
}

impl Conventions {
    /// Every convention by name, with its setting and the requirement behind it where the suite states one.
    pub fn all(&self) -> Vec<(&'static str, Option<(String, String)>)> {
        fn told<T: std::fmt::Display>(settled: Option<&Settled<T>>) -> Option<(String, String)> {
            settled.map(|s| (s.is.to_string(), s.requirement.clone()))
        }
        vec![
            ("past-end", told(self.past_end.as_ref())),
            ("short-pages", told(self.short_pages.as_ref())),
            ("total", told(self.total.as_ref())),
            ("cursor-item", told(self.cursor_item.as_ref())),
            ("adjacency", told(self.adjacency.as_ref())),
            ("both-bounds", told(self.both_bounds.as_ref())),
            ("empty-cursors", told(self.empty_cursors.as_ref())),
            ("unknown-cursor", told(self.unknown_cursor.as_ref())),
            ("foreign-cursor", told(self.foreign_cursor.as_ref())),
            ("changed-arguments", told(self.changed_arguments.as_ref())),
            ("end", told(self.end.as_ref())),
            ("unknown-filter", told(self.unknown_filter.as_ref())),
            ("unknown-order", told(self.unknown_order.as_ref())),
        ]
    }
}

/// A setting and its reason: the key of a requirement.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settled<T> {
    /// The setting.
    pub is: T,
    /// The key of the requirement that states it.
    pub requirement: String,
}

macro_rules! settings {
    ($($(#[$doc:meta])+ $name:ident { $($(#[$vdoc:meta])+ $variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])+ #[serde(rename = $text)] $variant),+ }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$variant => $text),+ })
            }
        }
    )+};
}

settings! {
    /// What a page past the end is.
    PastEnd {
        /// 200 with no items.
        Empty = "empty",
        /// 404.
        NotFound = "not-found",
    }
    /// Whether a page may be short before the end.
    ShortPages {
        /// Every page but the last is full.
        Never = "never",
        /// A page may be short, or empty, before the end.
        Allowed = "allowed",
    }
    /// What becomes of a page size above the largest.
    OverLargest {
        /// It is taken for the largest.
        Lowered = "lowered",
        /// It is refused.
        Refused = "refused",
    }
    /// What a total counts.
    Total {
        /// The whole filtered set.
        Exact = "exact",
        /// An estimate.
        Estimate = "estimate",
    }
    /// Whether the item a cursor names is in the answer.
    CursorItem {
        /// It is not.
        Excluded = "excluded",
        /// It is.
        Included = "included",
    }
    /// Which items a page bounded on one side holds.
    Adjacency {
        /// Those next to the cursor.
        Next = "next-to-the-cursor",
        /// Those at the start of the list.
        Start = "from-the-start",
    }
    /// Whether both bounds may be given.
    BothBounds {
        /// Together they are a range.
        Range = "range",
        /// Together they are refused.
        Refused = "refused",
    }
    /// Whether an empty page has cursors.
    EmptyCursors {
        /// It has none.
        Absent = "absent",
        /// It may have some.
        Allowed = "allowed",
    }
    /// What a cursor or token is answered that no answer gave.
    UnknownCursor {
        /// It is refused.
        Refused = "refused",
        /// It gives a page without items.
        Empty = "empty",
        /// It gives the first page.
        Start = "from-the-start",
    }
    /// What a cursor or token of another list is answered.
    ForeignCursor {
        /// It is refused.
        Refused = "refused",
        /// It gives a page without items.
        Empty = "empty",
    }
    /// What a token is answered that comes with other arguments than it was given for.
    ChangedArguments {
        /// It is refused.
        Refused = "refused",
        /// The new arguments hold.
        Applied = "applied",
    }
    /// What becomes of an argument that there is not.
    UnknownArgument {
        /// It is refused.
        Refused = "refused",
        /// The list is what it is without it.
        Ignored = "ignored",
    }
    /// Whether the last page with items says that it is the last.
    End {
        /// It does.
        Exact = "exact",
        /// An empty page may follow on it.
        EmptyPage = "empty-page",
    }
}
