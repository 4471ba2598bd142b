//! One observed violation, with everything a reader needs to act on it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Proof;
use crate::evidence::Exchange;

/// How strongly a rule demands (RFC 2119).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Breaking it is a nonconformity.
    Must,
    /// Breaking it is shown, and fails a run only under `--strict`.
    Should,
    /// Breaking it is worth knowing.
    May,
}

/// Why a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The OpenAPI document says it.
    Document,
    /// The suite states it as a requirement.
    Suite,
    /// An RFC says it.
    Protocol,
    /// It is true of every paged list.
    Invariant,
}

/// The sentence that was broken and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Requirement {
    /// The requirement as one sentence.
    pub text: String,
    /// Where it stands: a JSON pointer into the document (`openapi.yaml#/paths/…`), an RFC section, a suite requirement.
    pub source: String,
}

/// How an element of a list stands to what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// As expected; shown for its neighbours' sake.
    Same,
    /// Expected and not there.
    Missing,
    /// There and not expected: it was there before, or belongs elsewhere.
    Extra,
    /// There, but not where it should be.
    Misplaced,
}

/// Expected and actual side by side, for lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// What should stand there, in order.
    pub expected: Vec<(Mark, String)>,
    /// What stands there, in order.
    pub actual: Vec<(Mark, String)>,
}

/// A walk page by page: what was met where, with what is missing in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Strip {
    /// The pages in the order asked.
    pub pages: Vec<StripPage>,
}

/// One page of a [`Strip`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StripPage {
    /// What was asked, in a few words, such as `page 3`.
    pub asked: String,
    /// What stands there, in order.
    pub items: Vec<StripItem>,
}

/// One item of a [`StripPage`], or several as expected in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StripItem {
    /// So many items as expected.
    Same(usize),
    /// An item that should stand here and stands nowhere.
    Missing(String),
    /// An item that was met before.
    Repeated(String),
    /// An item that does not belong in this list.
    Foreign(String),
    /// An item that belongs elsewhere in this list.
    Misplaced(String),
}

/// One observed violation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule's code.
    pub rule: String,
    /// How strongly it is demanded here.
    pub level: Level,
    /// What input showed it: a stable key such as `size=7` or `limit-maximum-plus-1`, equal in every run. Known failures are
    /// listed by (operation, rule, input).
    pub input: String,
    /// What happened, in one line: a lowercase fragment.
    pub summary: String,
    /// What was broken.
    pub requirement: Requirement,
    /// What should have been.
    pub expected: String,
    /// What was: the smallest excerpt that shows it.
    pub actual: String,
    /// The lists side by side, where the finding is about a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// The whole walk, where the finding is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strip: Option<Strip>,
    /// Where in the response content it stands, as a JSON pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The exchanges that show it, the telling one last.
    pub exchanges: Vec<Exchange>,
    /// In how many further places of the same case the same rule was broken.
    #[serde(default)]
    pub repeats: usize,
    /// How it can be shown again; nothing where that cannot be put in a form for machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Box<Proof>>,
    /// The entry that puts up with it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
}

/// A known failure: an entry of the user's that names this operation, rule and input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Known {
    /// Why it is put up with.
    pub reason: String,
    /// Where it is dealt with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The last day on which it is put up with, as `2027-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// File and line of the entry.
    pub place: String,
}

/// An input that broke a rule and is not shown as a [`Finding`] of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Further {
    /// The input, as in a finding.
    pub input: String,
    /// How strongly it is demanded.
    pub level: Level,
    /// In how many places of the case it broke the rule.
    pub times: usize,
    /// The entry that puts up with it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
}
