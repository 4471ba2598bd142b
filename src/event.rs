//! What happens in a run, as owned data. The JSON Lines report is this stream, and every reporter is a fold over it.
//!
//! The order of events is fixed by the plan, not by which case happened to finish first: a run with sixteen jobs emits the same
//! stream as a run with one, but for [`Event::Progress`], which is for live displays only and never recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evidence::Exchange;
use crate::verdict::{Basis, Judgement, Level};

/// The version of the event stream. A reader refuses a newer one.
pub const FORMAT: u32 = 1;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// Always the first event.
    RunStarted(RunStarted),
    /// A suite's documents are read and its cases planned.
    SuiteStarted(SuiteStarted),
    /// The target was seeded, or could not be.
    Seeded(Seeded),
    /// A case was decided against in the plan.
    CaseSkipped(CaseSkipped),
    /// A request and its response, in the order sent within its case.
    Exchange(CaseExchange),
    /// A case was run and judged.
    CaseFinished(CaseFinished),
    /// How much of the suite's document the run has touched.
    Covered(Covered),
    /// All cases of a suite are done and the target is tidied up.
    SuiteFinished(SuiteFinished),
    /// Something moved: for live displays only, in no fixed order, never recorded.
    Progress(Progress),
    /// Always the last event; a stream without it is cut off.
    RunFinished(RunFinished),
}

/// The head of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunStarted {
    /// [`FORMAT`] of the writer.
    pub format: u32,
    /// The version of specproof.
    pub version: String,
    /// The seed number that all values come from.
    pub seed: u64,
    /// The name under which this run's records stand in the target.
    pub namespace: String,
    /// The base URL, without credentials.
    pub target: String,
    /// When the run began (RFC 3339, UTC), where whoever started it has a clock. Exchanges say when they were sent from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// The names of the suites, in order.
    pub suites: Vec<String>,
    /// The rules that this run knows, so that a recording can be read without this version at hand.
    pub rules: Vec<RuleHead>,
}

/// A rule in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleHead {
    /// The code, such as `PAG003`.
    pub code: String,
    /// The kebab-case name of the violation.
    pub name: String,
    /// How strongly it demands.
    pub level: Level,
    /// Why it holds.
    pub basis: Basis,
    /// One sentence.
    pub summary: String,
    /// Where it stands, in general.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The documentation in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// Codes of the rules that a violation of this one usually breaks too.
    pub implies: Vec<String>,
}

/// A convention and how it came to be known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Convention {
    /// The operation, by its short name.
    pub operation: String,
    /// The switch, such as `past-end`.
    pub name: String,
    /// Its setting, or nothing where it is unknown.
    pub setting: Option<String>,
    /// `declared`, `inferred` or `unknown`.
    pub origin: String,
    /// Why, where it is known.
    pub reason: Option<String>,
}

/// The head of a suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SuiteStarted {
    /// The suite's name.
    pub suite: String,
    /// The document's title and version.
    pub title: String,
    /// The document itself, so that reports can point into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentText>,
    /// The operations that are judged: short name, method and path.
    pub operations: Vec<OperationHead>,
    /// How the guides' disagreements are settled here.
    pub conventions: Vec<Convention>,
    /// How many cases are planned.
    pub cases: usize,
    /// What the run is about to create, as sentences.
    pub will_create: Vec<String>,
    /// The values of the suite's variables that the user gave.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

/// A document as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentText {
    /// The file, as it was named.
    pub file: String,
    /// The text.
    pub text: Arc<str>,
}

/// An operation in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OperationHead {
    /// The short name in the suite.
    pub name: String,
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Where it stands in the document (a JSON pointer).
    pub pointer: String,
}

/// What came of seeding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Seeded {
    /// The suite.
    pub suite: String,
    /// How many records of each resource the target acknowledged.
    pub records: BTreeMap<String, usize>,
    /// How many requests it took.
    pub requests: usize,
    /// Facts learnt on the way, such as which form of a cursor the target honours.
    pub notes: Vec<String>,
    /// Why the target could not be seeded whole, with the exchange that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<SeedingProblem>,
}

/// Why seeding failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeedingProblem {
    /// What went wrong: a lowercase fragment.
    pub message: String,
    /// The exchange that shows it.
    pub exchange: Option<Box<Exchange>>,
}

/// A case that the plan left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseSkipped {
    /// The suite.
    pub suite: String,
    /// The case's id.
    pub case: String,
    /// The operation's short name.
    pub operation: String,
    /// Why: a lowercase fragment.
    pub reason: String,
}

/// An exchange and the case it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseExchange {
    /// The case's id; `<suite>::seeding` and `<suite>::cleanup` for those.
    pub case: String,
    /// The exchange.
    pub exchange: Exchange,
    /// The records that its answer acknowledged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub created: Vec<Created>,
}

/// A record that an answer acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Created {
    /// How reports name it: `main-messages[3]`.
    pub record: String,
    /// Its id.
    pub id: String,
    /// Where its id stands in the answer: a JSON pointer.
    pub at: String,
    /// The name of the record it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// A case that was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseFinished {
    /// The suite.
    pub suite: String,
    /// The case's id, such as `honcho::get_messages::walk`.
    pub case: String,
    /// The operation's short name.
    pub operation: String,
    /// What each rule says, in the order of the rules.
    pub judgements: Vec<Judgement>,
    /// How many requests it took.
    pub requests: usize,
    /// How many of them got no response.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unanswered: usize,
    /// How long it took, in microseconds.
    pub elapsed_us: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// How much of a document a run has touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Covered {
    /// The suite.
    pub suite: String,
    /// The dimensions, in a fixed order.
    pub dimensions: Vec<Dimension>,
}

/// One dimension of coverage, such as `statuses`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// How many items were touched.
    pub covered: usize,
    /// How many there are.
    pub total: usize,
    /// The share in percent that the user asks for. A run that falls short of it ends with 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<u8>,
    /// The items, in the order of the document.
    pub items: Vec<CoveredItem>,
}

impl Dimension {
    /// The share that was touched, in whole percent, rounded down; all of nothing is 100.
    pub fn percent(&self) -> u8 {
        let percent = (self.covered * 100).checked_div(self.total).unwrap_or(100);
        u8::try_from(percent).unwrap_or(100)
    }

    /// Whether less was touched than the user asks for.
    pub fn falls_short(&self) -> bool {
        self.required.is_some_and(|required| self.percent() < required)
    }
}

/// Something in a document that a run can touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoveredItem {
    /// The operation's short name, or its id where the suite has none for it.
    pub operation: String,
    /// What it is, such as `limit at its maximum` or `200 application/json /items/*/id`.
    pub what: String,
    /// Where the nearest named part of it stands in the document (a JSON pointer).
    pub pointer: String,
    /// How often it was touched.
    pub seen: usize,
    /// Why it was not touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// The end of a suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SuiteFinished {
    /// The suite.
    pub suite: String,
    /// What could not be removed from the target, and why, as sentences.
    pub left_behind: Vec<String>,
}

/// A sign of life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// The suite.
    pub suite: String,
    /// What is being done now, such as a case's id.
    pub doing: String,
    /// Cases done so far in this suite.
    pub done: usize,
    /// Cases in this suite.
    pub of: usize,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// All planned cases were run.
    Complete,
    /// The target could not be reached or seeded; some cases have no verdict.
    NoVerdict,
    /// The run was interrupted or a budget ran out.
    Interrupted,
    /// The selection matched no case.
    NothingSelected,
}

/// The foot of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunFinished {
    /// How it ended.
    pub ending: Ending,
    /// Why, where it did not end well.
    pub message: Option<String>,
    /// All requests, seeding and cleanup included.
    pub requests: usize,
    /// How long the run took, in microseconds.
    pub elapsed_us: u64,
    /// Entries of the user's that are to be deleted, since they put up with nothing any more. A run with any ends with 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<Stale>,
}

/// A known failure or a skip that passes, matches nothing or has expired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stale {
    /// File and line of the entry.
    pub place: String,
    /// The entry in one line.
    pub entry: String,
    /// Why it is to be deleted.
    pub why: String,
}
