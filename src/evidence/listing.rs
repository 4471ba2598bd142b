//! Exchanges read as lists: queries, pages, walks, items; and as probes that stand alone.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Combined, Exchange};
use crate::pagination::{PageFacts, Start};

/// A record of the oracle, by its number.
pub type RecordNumber = usize;

/// What a request asked of the target, seen from the document. It decides which answers are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It obeys the document and names only what exists: it must be accepted.
    Good,
    /// It obeys the document and names something that does not exist, or lies elsewhere.
    Unknown,
    /// It breaks the document: it must be refused.
    Invalid,
    /// It lacks the credentials that the operation needs.
    Unauthenticated,
    /// The document leaves open whether it is right: only a server error is wrong.
    Open,
}

/// An exchange and what it asked.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The exchange.
    pub exchange: Exchange,
    /// What it asked.
    pub asked: Asked,
}

/// One use of a filter, or of a combination of filters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filtering {
    /// The filter's name in its collection, or the combination's.
    pub filter: String,
    /// The value asked for; of a combination what [`Combined::value`] gives.
    pub value: Value,
}

impl Filtering {
    /// As it is named in findings: `role=user`.
    pub fn told(&self) -> String {
        match (&self.value, Combined::of(&self.value)) {
            (_, Some(combined)) => format!("{}: {}", self.filter, combined.told()),
            (Value::String(text), None) => format!("{}={text}", self.filter),
            (value, None) => format!("{}={value}", self.filter),
        }
    }
}

/// What a list was asked for, but for where the page starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The record whose list it is; `None` where there is one list for all.
    pub scope: Option<RecordNumber>,
    /// The order: an index into the collection's orders.
    pub order: usize,
    /// The filters, all of which an item must satisfy.
    pub filters: Vec<Filtering>,
    /// The page size that was asked for; `None` where the parameter was left out.
    pub size: Option<u64>,
}

/// One answer of a list operation, read as a page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The exchange: an index into the evidence's entries.
    pub entry: usize,
    /// Where the page starts.
    pub start: Start,
    /// The record that a cursor in `start` stands at, where it was made from one: for `Between`, the lower bound.
    pub anchor: Option<RecordNumber>,
    /// The record that the upper bound of `Between` stands at.
    pub upper_anchor: Option<RecordNumber>,
    /// The items' ids in order; `None` for an item without an id. `None` as a whole where the answer is no page at all (not 2xx, not JSON, no
    /// array of items): rules about statuses and schemas say so, rules about pages pass it over.
    pub ids: Option<Vec<Option<String>>>,
    /// Where the array of items stands in the content.
    pub items_at: String,
    /// What the answer says of itself.
    pub facts: PageFacts,
}

impl Page {
    /// The ids of the items, without those that have none. Empty where the answer is no page.
    pub fn known_ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().flatten().filter_map(Option::as_deref)
    }

    /// How many items there are; `None` where the answer is no page.
    pub fn len(&self) -> Option<usize> {
        self.ids.as_ref().map(Vec::len)
    }

    /// Whether the answer is a page without items.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }
}

/// Why a walk stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkEnd {
    /// The target said that nothing more comes, or answered an empty page.
    Exhausted,
    /// A start came up for the second time.
    Loop,
    /// More pages came than the known items and the page size can fill, with a margin.
    Cap,
    /// An answer was no page.
    Broken,
    /// The link to the next page leads out of the target, or is no URL: it was not followed.
    Astray,
    /// It was only to be this one page.
    Single,
    /// The list is not ours alone and longer than the harness is willing to read.
    Budget,
}

/// Which question a walk answers, so that a rule finds the ones that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkKind {
    /// From the start to the end.
    Full,
    /// From a cursor at the very end back to the start, in the other direction.
    Backward,
    /// One page somewhere in the list.
    Page,
    /// One page past the end.
    PastEnd,
    /// The first page without any paging parameter.
    Defaults,
    /// The first page with the documented defaults written out.
    ExplicitDefaults,
    /// The page of the walk before it, asked for in another way that means the same: parameters in another order, another spelling of
    /// "no filter".
    Permuted,
    /// The same request as the walk before it.
    Repeat,
    /// A page that holds all of a list, before records were created in it.
    Before,
    /// The same request right after the creation was acknowledged, on a connection of its own.
    After,
    /// The same request once more, after everything else that the case sent.
    Later,
    /// From the start to the end, while records are created in the list.
    Growing,
    /// From the start to the end, while a record of the first page is deleted.
    Shrinking,
    /// One page from a cursor that stands at a deleted record.
    BehindDeleted,
}

/// The pages that one query gave.
#[derive(Clone, Debug)]
pub struct Walk {
    /// A stable key, such as `main size=7`: the input of findings.
    pub label: String,
    /// What it is for.
    pub kind: WalkKind,
    /// What was asked.
    pub query: Query,
    /// The page size in force: the one asked for, else the documented default. `None` where neither is known.
    pub effective_size: Option<u64>,
    /// The pages in the order asked.
    pub pages: Vec<Page>,
    /// Why it stopped.
    pub end: WalkEnd,
}

impl Walk {
    /// Whether the walk went from the start of the list to what the target said is its end.
    pub fn is_whole(&self) -> bool {
        self.kind == WalkKind::Full && self.end == WalkEnd::Exhausted
    }

    /// Whether it was read to its end: every answer is a page, but for the last of several, which may say that nothing is there any more.
    pub fn is_read(&self) -> bool {
        let Some((last, others)) = self.pages.split_last() else { return false };
        others.iter().all(|page| page.ids.is_some()) && (last.ids.is_some() || !others.is_empty())
    }

    /// The ids of all items in the order met, without those that have none.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.pages.iter().flat_map(Page::known_ids)
    }

    /// The last page's entry, else 0.
    pub fn last_entry(&self) -> usize {
        self.pages.last().map_or(0, |page| page.entry)
    }
}

/// What is made up in the request of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A filter on a field that no record has.
    Filter,
    /// The value of the argument that names the order.
    Order,
}

/// What a request that stands alone was for.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Records were created by it.
    Create {
        /// Their numbers in the order sent. Empty when the target acknowledged none.
        records: Vec<RecordNumber>,
        /// Whether the representations are to be in the order sent.
        ordered: bool,
    },
    /// A record that exists was created once more.
    CreateAgain {
        /// The record.
        record: RecordNumber,
    },
    /// A record was created by several clients at once, all of them with the same name.
    CreateAtOnce {
        /// The record.
        record: RecordNumber,
    },
    /// A record was fetched.
    Fetch {
        /// The record.
        record: RecordNumber,
    },
    /// A record was changed: `field` now holds `value`.
    Update {
        /// The record.
        record: RecordNumber,
        /// The field.
        field: String,
        /// The value that was sent.
        value: Value,
    },
    /// A record was fetched after the change that the entry before it made.
    FetchUpdated {
        /// The record.
        record: RecordNumber,
        /// The field.
        field: String,
        /// The value that was sent.
        value: Value,
    },
    /// A record was fetched after several clients had changed it at once.
    FetchUpdatedAtOnce {
        /// The record.
        record: RecordNumber,
        /// The field.
        field: String,
        /// The values of the changes that were acknowledged.
        values: Vec<Value>,
    },
    /// A record was changed through a parent that is not its own: `field` was to hold `value`.
    UpdateElsewhere {
        /// The record.
        record: RecordNumber,
        /// The field.
        field: String,
        /// The value that was sent.
        value: Value,
    },
    /// A record was fetched after changes that the target should have refused.
    FetchAfterRefusals {
        /// The record.
        record: RecordNumber,
        /// The field.
        field: String,
        /// The value that it held before.
        value: Value,
    },
    /// A record that never existed was asked for.
    UnknownItem,
    /// The list of a parent was asked for that does not exist, or not where the request looks for it.
    UnknownParent,
    /// A record was asked for through a parent that is not its own.
    WrongParent {
        /// The record.
        record: RecordNumber,
    },
    /// A value at the valid side of a bound was sent.
    ValidEdge {
        /// The JSON Schema keyword.
        keyword: String,
        /// The parameter, or the JSON pointer in the content.
        place: String,
    },
    /// A value at the invalid side of a bound was sent.
    InvalidEdge {
        /// The JSON Schema keyword.
        keyword: String,
        /// The parameter, or the JSON pointer in the content.
        place: String,
    },
    /// Content that is not a JSON text of the right kind was sent.
    InvalidContent {
        /// Whether a strict server must refuse it; otherwise only a server error is wrong.
        refuse: bool,
    },
    /// A text that cannot be a cursor.
    MalformedCursor,
    /// A cursor or token that no answer gave, though it looks like one.
    UnknownCursor {
        /// Whether it is sure that it stands for no page: a token that was changed may be another one.
        sure: bool,
    },
    /// A cursor or token of another list was sent with the list of this query.
    ForeignCursor {
        /// The record whose list it is.
        scope: RecordNumber,
    },
    /// A token was sent with other arguments than it was given for.
    ChangedArguments {
        /// What was asked for.
        query: Query,
    },
    /// A list was asked for with an argument that the document does not have, or an order that nobody names.
    UnknownArgument {
        /// What was made up.
        what: Unknown,
        /// What else was asked for.
        query: Query,
    },
    /// A method that the document does not have on this path.
    UndocumentedMethod {
        /// The methods that it has.
        documented: Vec<String>,
    },
    /// HEAD on an operation whose GET was the entry before it.
    Head,
    /// GET with a tag in `If-None-Match`.
    Conditional {
        /// The tag that the answer before it had.
        tag: String,
        /// Whether that tag was sent; otherwise one that nothing has.
        matches: bool,
    },
    /// Content of certain media types was asked for by `Accept`.
    Accept {
        /// Whether one of them is what the operation answers with.
        acceptable: bool,
    },
    /// OPTIONS on a path.
    Options,
    /// What the entry of this index asked was asked again with something more that nobody knows.
    UnknownPart {
        /// The entry.
        usual: usize,
        /// Whether it is a header field, which a recipient passes over; else a query parameter, of which nobody says what becomes.
        field: bool,
    },
    /// Something that servers and what stands before them limit or read differently: a path with odd octets, a large request.
    Odd,
    /// What the entry of this index asked was asked again on the connection on which a request with content was refused.
    AfterRefusal {
        /// The entry.
        usual: usize,
    },
    /// Good content was sent as a media type that the document does not have for the operation.
    WrongMediaType,
    /// A member was sent that is `readOnly`, beside good content.
    ReadOnly {
        /// Where it stands in the content.
        place: String,
        /// What was sent.
        value: Value,
    },
    /// What `Location` named in the answer to a creation was asked for.
    Location {
        /// The record that was created.
        record: RecordNumber,
    },
    /// A record was asked for in the name of a tenant that it does not belong to.
    FetchOfOtherTenant {
        /// The record.
        record: RecordNumber,
    },
    /// The list of a record was asked for by another user.
    ListByOtherUser,
    /// A record was asked for by another user.
    FetchByOtherUser {
        /// The record; `None` for one that does not exist.
        record: Option<RecordNumber>,
    },
    /// The list of a record that has expired was asked for.
    ListOfExpired {
        /// The record.
        record: RecordNumber,
    },
    /// No credentials, or wrong ones.
    Credentials {
        /// What was wrong with them.
        what: String,
    },
    /// The right credentials in another form than usual.
    CredentialForm {
        /// Which.
        what: String,
        /// Whether it is one of the right forms.
        good: bool,
    },
    /// A record was deleted.
    Delete {
        /// The record.
        record: RecordNumber,
    },
    /// A deleted record was deleted once more.
    DeleteAgain {
        /// The record.
        record: RecordNumber,
    },
    /// A record was to be deleted through a parent that is not its own.
    DeleteElsewhere {
        /// The record.
        record: RecordNumber,
    },
    /// A record was to be deleted that must not be while another lies in it.
    DeleteWithChildren {
        /// The record.
        record: RecordNumber,
        /// What lies in it.
        child: RecordNumber,
    },
    /// A record whose deletion is carried out later was asked for, or the list of what lay in it.
    DeletedLater {
        /// The record.
        record: RecordNumber,
        /// What lay in it, where the list was asked for.
        child: Option<RecordNumber>,
        /// How long after the deletion was confirmed, in milliseconds: as long as was waited, not as long as it took.
        waited_ms: u64,
    },
    /// A record was created a second time with the same key of `Idempotency-Key`.
    CreateKeyed {
        /// The entry in which it was created first.
        first: usize,
    },
    /// A record was to be changed on the condition that it has a tag which nothing has.
    Precondition {
        /// The record.
        record: RecordNumber,
    },
    /// A record was created by the name of one that was deleted.
    CreateDeleted {
        /// The record that was deleted.
        record: RecordNumber,
    },
    /// A record was fetched after others were deleted.
    FetchKept {
        /// The record.
        record: RecordNumber,
    },
    /// A deleted record was asked for.
    FetchDeleted {
        /// The record.
        record: RecordNumber,
        /// Whether the suite promises that it is gone by now.
        promised: bool,
    },
}

/// A request that stands alone.
#[derive(Clone, Debug)]
pub struct Probe {
    /// A stable key, such as `limit-maximum-plus-1`: the input of findings.
    pub label: String,
    /// What it was for.
    pub ask: Ask,
    /// The exchange: an index into the evidence's entries.
    pub entry: usize,
}

/// All that a case has brought to light.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The exchanges in the order sent.
    pub entries: Vec<Entry>,
    /// The exchanges that are pages of lists.
    pub walks: Vec<Walk>,
    /// The exchanges that stand alone.
    pub probes: Vec<Probe>,
    /// What could not be sent, and why: rules that needed it are inconclusive.
    pub obstacles: Vec<String>,
}

impl Evidence {
    /// The content of an entry's answer as JSON.
    pub fn json(&self, entry: usize) -> Option<&Value> {
        self.entries.get(entry).and_then(|e| e.exchange.json())
    }

    /// The items of a page as JSON; empty where the answer is no page.
    pub fn items(&self, page: &Page) -> &[Value] {
        self.json(page.entry)
            .and_then(|json| json.pointer(&page.items_at))
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    /// Every page with its walk.
    pub fn pages(&self) -> impl Iterator<Item = (&Walk, &Page)> {
        self.walks.iter().flat_map(|walk| walk.pages.iter().map(move |page| (walk, page)))
    }
}
