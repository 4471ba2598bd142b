//! What the suite file says of a resource: how its records are created, fetched, changed and deleted, and what their fields hold.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::model::{InPath, Pointers, one};

/// What can be created.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Resource {
    /// The resource it lies in.
    #[serde(default)]
    pub parent: Option<String>,
    /// Where its id stands in a representation.
    pub id: Pointers,
    /// How much of the id a path parameter takes.
    #[serde(default)]
    pub in_path: InPath,
    /// How it is created; absent where the API has no way, or none that the suite knows.
    #[serde(default)]
    pub create: Option<Create>,
    /// The operation that fetches one.
    #[serde(default)]
    pub fetch: Option<Fetch>,
    /// The operation that changes one.
    #[serde(default)]
    pub update: Option<Update>,
    /// The operation that deletes one.
    #[serde(default)]
    pub delete: Option<Delete>,
    /// How one ends by itself.
    #[serde(default)]
    pub expires: Option<Expires>,
    /// What a representation holds.
    #[serde(default)]
    pub fields: BTreeMap<String, Field>,
}

impl Resource {
    /// The operation that creates one, by short name.
    pub fn created_by(&self) -> Option<&str> {
        self.create.as_ref().map(|create| create.operation.as_str())
    }

    /// How several are created by one request.
    pub fn batch(&self) -> Option<&Batch> {
        self.create.as_ref()?.batch.as_ref()
    }

    /// The promise that creating what exists answers with what exists.
    pub fn get_or_create(&self) -> Option<&Promise> {
        self.create.as_ref()?.get_or_create.as_ref()
    }

    /// The promise on what creating again answers.
    pub fn created_again(&self) -> Option<&Promise> {
        let create = self.create.as_ref()?;
        create.get_or_create.as_ref().or(create.put.as_ref())
    }

    /// The promise that the answer lists a batch's records in the order sent.
    pub fn batch_order(&self) -> Option<&Promise> {
        self.create.as_ref()?.batch_order.as_ref()
    }
}

/// How a resource is created.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Create {
    /// The operation, by short name.
    pub operation: String,
    /// Where the representation (of a batch: the array of them) stands in the answer.
    #[serde(default = "root")]
    pub answer: Pointers,
    /// Whether several are created by one request.
    #[serde(default)]
    pub batch: Option<Batch>,
    /// The constant part of the request content. `{name}` in a string stands for a variable, `{resource.id}` for the id of the
    /// record's ancestor of that resource.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    pub body: Option<toml::Table>,
    /// Whether creating what exists already answers with what exists.
    #[serde(default)]
    pub get_or_create: Option<Promise>,
    /// Whether creating what exists replaces its content, and answers with the same record: PUT to an id that the client chooses.
    #[serde(default)]
    pub put: Option<Promise>,
    /// Whether the answer lists a batch's records in the order sent.
    #[serde(default)]
    pub batch_order: Option<Promise>,
}

/// A reference to a stated requirement.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Promise {
    /// The key of the requirement.
    pub requirement: String,
}

/// Several records in one request.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Batch {
    /// Where the array of records stands in the request content.
    pub at: String,
    /// The most records in one request.
    pub max: usize,
    /// Whether one record may stand there alone, without an array around it; every second one that is created by itself is sent so.
    #[serde(default)]
    pub alone: bool,
}

/// How one record is fetched.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fetch {
    /// The operation, by short name.
    pub operation: String,
    /// Where the representation stands in the answer.
    #[serde(default = "root")]
    pub answer: Pointers,
    /// What is answered for an id that does not exist.
    #[serde(default)]
    pub unknown: Option<Statuses>,
    /// Whether a record is found only through its own parents.
    #[serde(default)]
    pub only_through_parents: Option<Promise>,
}

/// Status codes that a requirement allows.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Statuses {
    /// The codes.
    pub status: Vec<u16>,
    /// The key of the requirement.
    pub requirement: String,
}

/// How one record is changed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Update {
    /// The operation, by short name.
    pub operation: String,
    /// Where the representation stands in the answer.
    #[serde(default = "root")]
    pub answer: Pointers,
    /// The field that is replaced.
    pub field: String,
    /// The fields that go along with it as they were when the record was created: what the content requires, or all where the whole is replaced.
    #[serde(default)]
    pub with: Vec<String>,
    /// Where the record's id goes in the content, where that has to name it beside the path.
    #[serde(default)]
    pub id_at: Option<String>,
    /// The requirement that says so.
    pub requirement: String,
    /// The field that tells when a record was changed last.
    #[serde(default)]
    pub changed: Option<Changed>,
}

/// The field that tells when a record was changed last.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Changed {
    /// The field.
    pub field: String,
    /// The key of the requirement.
    pub requirement: String,
}

/// How one record is deleted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Delete {
    /// The operation, by short name.
    pub operation: String,
    /// Whether it is carried out before the answer, or later.
    #[serde(default)]
    pub eventual: bool,
    /// Within how many seconds it is carried out, where it is carried out later and somebody says so.
    #[serde(default)]
    pub within: Option<Within>,
    /// Whether the name of a deleted record can be given to a new one as soon as the answer has come.
    #[serde(default)]
    pub name_free: Option<Promise>,
    /// Whether the record is out of its list as soon as the answer has come.
    #[serde(default)]
    pub leaves_list: Option<Promise>,
    /// How the lists of what lay in it answer as soon as the answer has come.
    #[serde(default)]
    pub children_go: Option<Statuses>,
    /// What must not lie in the record when it is deleted.
    #[serde(default)]
    pub refused_with: Option<RefusedWith>,
    /// What is still told of a deleted record, where it is not refused.
    #[serde(default)]
    pub tombstone: Option<Tombstone>,
}

impl Delete {
    /// Whether what lies in the record may be there for a while, and nothing keeps the record from being deleted with it.
    pub fn outlasting_children(&self) -> bool {
        self.eventual && self.refused_with.is_none()
    }
}

/// A time within which something is done that is done later.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Within {
    /// The seconds.
    pub seconds: u64,
    /// The key of the requirement.
    pub requirement: String,
}

/// How a record ends by itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expires {
    /// What is added to the content that creates one, so that its life is as short as can be.
    #[schemars(with = "BTreeMap<String, Value>")]
    pub send: toml::Table,
    /// Where the instant stands in the answer at which its life begins.
    pub from: String,
    /// Where the instant stands in the answer at which it ends.
    pub at: String,
    /// The statuses that the lists of what lies in it are refused by from then on.
    pub status: Vec<u16>,
    /// The key of the requirement.
    pub requirement: String,
}

/// A resource whose records keep their parent from being deleted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RefusedWith {
    /// The resource.
    pub resource: String,
    /// The statuses that refuse the deletion.
    pub status: Vec<u16>,
    /// The key of the requirement.
    pub requirement: String,
}

/// What a fetch of a deleted record answers: a success that says so.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tombstone {
    /// Where the representation says that the record is deleted.
    pub at: String,
    /// What it says there; anything but null and false where it is left out, such as the time of the deletion.
    #[serde(default)]
    #[schemars(with = "Option<Value>")]
    pub value: Option<toml::Value>,
    /// The key of the requirement.
    pub requirement: String,
}

/// One property of a representation and what is known of its value.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Field {
    /// Where it goes in the content of the request that creates a record; absent when the server sets it, or when it goes elsewhere.
    #[serde(default)]
    pub send: Option<String>,
    /// The path parameter that takes it in the request that creates a record, where the client chooses an id there.
    #[serde(default)]
    pub path: Option<String>,
    /// The query parameter that takes it in the request that creates a record.
    #[serde(default)]
    pub query: Option<String>,
    /// Where it stands in a representation; absent when it is not shown.
    #[serde(default)]
    pub read: Option<Pointers>,
    /// Where values come from; absent when the server sets them.
    #[serde(default)]
    pub make: Option<Make>,
    /// How a value comes back.
    #[serde(default)]
    pub keep: Keep,
    /// Every how many records it is sent; 1 is always.
    #[serde(default = "one")]
    pub every: usize,
    /// The requirement that it comes back as it was sent, where the document does not say so.
    #[serde(default)]
    pub requirement: Option<String>,
}

impl Field {
    /// Whether a client gives it when it creates a record.
    pub fn is_sent(&self) -> bool {
        self.send.is_some() || self.path.is_some() || self.query.is_some()
    }
}

/// Where a field's values come from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Make {
    /// A name that is unique in this run, `[A-Za-z0-9_-]` only; records of one seed name have equal names.
    Name,
    /// Sentences and awkward strings; bounds are in code points.
    Text {
        /// The fewest code points; 1 where nothing is said.
        #[serde(default = "one")]
        min: usize,
        /// The most code points.
        max: usize,
        /// Whether only texts are sent that a careful server may keep as they are: without blanks at the ends or control characters.
        #[serde(default)]
        tame: bool,
    },
    /// What the document's schema allows at the place where it is sent, another value for each record as far as the schema has some.
    Schema,
    /// One of these, in turn.
    Choice(Vec<String>),
    /// Some of these, as an array: none, one, two … in turn.
    Some(Vec<String>),
    /// The id of a record of another resource under the same parent, in turn.
    Record(String),
    /// An object with values of every JSON kind.
    Metadata,
    /// An instant, in turn in several zones and precisions; not in order.
    Instant,
    /// A UUID.
    Uuid,
    /// An e-mail address that is unique in this run, in lower case.
    Email,
    /// An integer: the smallest, the largest, and others between them, in turn.
    Integer {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// `true` and `false`, in turn.
    Boolean,
    /// Always this.
    Constant(#[schemars(with = "Value")] toml::Value),
    /// The value of a variable.
    Variable(String),
    /// The id of the record's ancestor of this resource.
    Ancestor(String),
}

/// How a value comes back.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// As it was sent: strings by code point, numbers by value, objects whatever the order of their members.
    #[default]
    Exact,
    /// The same instant to the microsecond, whatever the zone and precision it is written in.
    Instant,
    /// With everything that was sent; the server may add members to objects.
    AtLeast,
    /// Unknown; not judged.
    Unjudged,
}

/// The whole content.
fn root() -> Pointers {
    Pointers::One(String::new())
}
