//! The suite file, key by key. These types are the file's format: field names are its keys, in kebab-case.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::collection::Collection;
use super::credentials::{Authentication, CredentialForm, Tenants};
use super::resource::{Resource, Statuses};
use crate::document::pointer;

/// A suite as it stands in its file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SuiteFile {
    /// The suite's name, such as `honcho`: kebab-case, the first part of every case id.
    pub name: String,
    /// The document, relative to the suite file.
    pub document: String,
    /// Short names of operations, and the `operationId` (or `METHOD /path`) that each stands for.
    pub operations: BTreeMap<String, String>,
    /// What a path parameter takes, by parameter name; `operation.parameter`, with the operation's short name, where one name means several
    /// things.
    #[serde(default)]
    pub bind: BTreeMap<String, Bound>,
    /// What the user may set with `--set name=value`.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    /// What the API promises beyond its document, each with its source.
    #[serde(default)]
    pub requirements: BTreeMap<String, Stated>,
    /// What can be created.
    #[serde(default)]
    pub resources: BTreeMap<String, Resource>,
    /// The list operations.
    #[serde(default)]
    pub collections: BTreeMap<String, Collection>,
    /// The records that every run creates, in order.
    #[serde(default)]
    pub seed: Vec<SeedGroup>,
    /// How requests may be sent.
    #[serde(default)]
    pub limits: Limits,
    /// How a client shows who it is; the first form is the usual one.
    #[serde(default)]
    pub credentials: Vec<CredentialForm>,
    /// The requirement that every operation needs credentials once the target was given some, where the document does not say so.
    #[serde(default)]
    pub authentication: Option<Authentication>,
    /// How parameters and content are refused that break the document, where the API has one answer for all of them.
    #[serde(default)]
    pub invalid: Option<Statuses>,
    /// How a request says for which tenant it is, where there are several.
    #[serde(default)]
    pub tenants: Option<Tenants>,
    /// Whether the document leaves out operations that the API has, so that a method it does not name may well exist.
    #[serde(default)]
    pub partial: bool,
    /// Whether the suite was inferred from its document: a resource that the target refuses to create is then left out, and the rest is run.
    #[serde(default)]
    pub inferred: bool,
    /// How the content of an answer of a status 2xx says that the request was refused, where an API does not tell that by the status alone.
    #[serde(default)]
    pub refused_by: Option<RefusedBy>,
    /// Operations of the document that the suite does not ask, by `operationId` (or `METHOD /path`), each with the reason.
    #[serde(default)]
    pub left_out: BTreeMap<String, String>,
}

/// Content that says that a request was refused.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RefusedBy {
    /// Where the content says it.
    pub at: String,
    /// What stands there.
    #[schemars(with = "Value")]
    pub value: toml::Value,
}

impl RefusedBy {
    /// Whether content says that the request was refused.
    pub fn says(&self, content: &Value) -> bool {
        let told = serde_json::to_value(&self.value).ok();
        told.is_some_and(|told| content.pointer(&self.at) == Some(&told))
    }
}

/// What a path parameter takes, or a query parameter that the document requires.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(untagged, deny_unknown_fields)]
pub enum Bound {
    /// The id of a record of this resource.
    Resource(String),
    /// The value of a variable.
    Variable {
        /// The variable, by name.
        variable: String,
    },
    /// A member of a record, where a path names a record by more than its id (`/repos/{owner}/{repo}`).
    Member {
        /// The resource.
        resource: String,
        /// Where the value stands in its representation.
        at: String,
    },
}

/// A promise that the document does not make.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stated {
    /// The promise, in one sentence.
    pub text: String,
    /// Where it comes from.
    pub source: String,
}

/// A value that the suite needs and the user may give.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variable {
    /// What it is for.
    pub description: String,
    /// Where to find it in the target when the user gave none.
    #[serde(default)]
    pub discover: Option<Discover>,
    /// What it is when it was neither given nor discovered.
    #[serde(default)]
    pub default: Option<String>,
    /// The header field that carries it in every request, once it has a value.
    #[serde(default)]
    pub header: Option<String>,
}

/// Where a variable's value is found in the target.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Discover {
    /// The operation to ask, by short name.
    pub operation: String,
    /// Where the value stands in its answer.
    pub pointer: Pointers,
}

/// One JSON pointer (RFC 6901), or several of which the first that resolves counts.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(untagged)]
pub enum Pointers {
    /// Just one.
    One(String),
    /// Alternatives, in order of preference.
    Any(Vec<String>),
}

impl Pointers {
    /// The alternatives in order.
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(pointer) => std::slice::from_ref(pointer),
            Self::Any(pointers) => pointers,
        }
    }

    /// The value that the first resolving alternative points at.
    pub fn find<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.all().iter().find_map(|at| pointer::find(value, at))
    }

    /// The same places below another one, before the places themselves.
    pub(super) fn also_below(&mut self, place: &str) {
        let own = self.all();
        let below =
            own.iter().map(|pointer| format!("{place}{pointer}")).filter(|pointer| !own.contains(pointer));
        *self = Self::Any(below.chain(own.iter().cloned()).collect());
    }

    /// The first alternative that resolves.
    pub fn found_at(&self, value: &Value) -> Option<&str> {
        self.all().iter().find(|at| pointer::find(value, at).is_some()).map(String::as_str)
    }
}

/// How much of an id a path parameter takes.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum InPath {
    /// All of it.
    #[default]
    Whole,
    /// What stands behind its last slash: the id is a resource name such as `publishers/12/books/7` (AIP-122).
    LastSegment,
}

impl InPath {
    /// The part of an id that stands in a path.
    pub fn of(self, id: &str) -> &str {
        match self {
            Self::Whole => id,
            Self::LastSegment => id.rsplit('/').next().unwrap_or(id),
        }
    }
}

/// How many there are where nothing is said.
pub(super) fn one() -> usize {
    1
}

/// Records to create.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SeedGroup {
    /// The group's name: unique in the suite, and stable, since cases are told apart by it.
    pub label: String,
    /// What is created.
    pub resource: String,
    /// The label of the group (of one record) that these lie in.
    #[serde(default)]
    pub under: Option<String>,
    /// How many.
    #[serde(default = "one")]
    pub count: usize,
    /// The name that `make = "name"` uses; the label when absent. Groups under different parents may share one.
    #[serde(default)]
    pub name: Option<String>,
    /// The most of them in one request, where that is to be fewer than the resource's batch allows.
    #[serde(default)]
    pub batch: Option<usize>,
}

/// How requests may be sent.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// The most requests of one run of this suite.
    #[serde(default)]
    pub requests: Option<usize>,
    /// The pause between two creations under one parent, in milliseconds, where order hangs on the server's clock.
    #[serde(default)]
    pub creation_pause_ms: u64,
}
