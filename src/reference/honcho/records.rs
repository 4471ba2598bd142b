//! The records of Honcho, serialised as they stand, and the fields that filters may name ([`Record`]).

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::reference::instant::serialize_micros;
use crate::reference::ordered_map::OrderedMap;

/// What a filter can ask of a kind of record.
pub(crate) trait Record: Serialize {
    /// The names and kinds of the fields that filters may name.
    const FIELDS: &'static [(&'static str, Kind)];

    /// The value of one of [`Self::FIELDS`]; `None` for any other name.
    fn field(&self, name: &str) -> Option<FieldValue<'_>>;
}

/// The kind of a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Boolean,
    Instant,
    Object,
}

/// A field's value, borrowed from its record.
pub(crate) enum FieldValue<'a> {
    Text(&'a str),
    Integer(i64),
    Boolean(bool),
    Instant(Timestamp),
    Object(&'a Map<String, Value>),
}

/// A tenant.
#[derive(Serialize)]
pub(crate) struct Workspace {
    pub(crate) id: String,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) configuration: Map<String, Value>,
    #[serde(serialize_with = "serialize_micros")]
    pub(crate) created_at: Timestamp,
    #[serde(skip)]
    pub(crate) peers: OrderedMap<Peer>,
    #[serde(skip)]
    pub(crate) sessions: OrderedMap<Session>,
}

/// A participant of sessions.
#[derive(Serialize)]
pub(crate) struct Peer {
    pub(crate) id: String,
    pub(crate) workspace_id: String,
    #[serde(serialize_with = "serialize_micros")]
    pub(crate) created_at: Timestamp,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) configuration: Map<String, Value>,
}

/// A conversation.
#[derive(Serialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) is_active: bool,
    pub(crate) workspace_id: String,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) configuration: Map<String, Value>,
    #[serde(serialize_with = "serialize_micros")]
    pub(crate) created_at: Timestamp,
    #[serde(skip)]
    pub(crate) messages: OrderedMap<Message>,
}

/// What a peer said in a session.
#[derive(Serialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) content: String,
    pub(crate) peer_id: String,
    pub(crate) session_id: String,
    pub(crate) metadata: Map<String, Value>,
    #[serde(serialize_with = "serialize_micros")]
    pub(crate) created_at: Timestamp,
    pub(crate) workspace_id: String,
    pub(crate) token_count: i64,
}

impl Record for Workspace {
    const FIELDS: &'static [(&'static str, Kind)] =
        &[("id", Kind::Text), ("metadata", Kind::Object), ("created_at", Kind::Instant)];

    fn field(&self, name: &str) -> Option<FieldValue<'_>> {
        Some(match name {
            "id" => FieldValue::Text(&self.id),
            "metadata" => FieldValue::Object(&self.metadata),
            "created_at" => FieldValue::Instant(self.created_at),
            _ => return None,
        })
    }
}

impl Record for Peer {
    const FIELDS: &'static [(&'static str, Kind)] = &[
        ("id", Kind::Text),
        ("workspace_id", Kind::Text),
        ("metadata", Kind::Object),
        ("created_at", Kind::Instant),
    ];

    fn field(&self, name: &str) -> Option<FieldValue<'_>> {
        Some(match name {
            "id" => FieldValue::Text(&self.id),
            "workspace_id" => FieldValue::Text(&self.workspace_id),
            "metadata" => FieldValue::Object(&self.metadata),
            "created_at" => FieldValue::Instant(self.created_at),
            _ => return None,
        })
    }
}

impl Record for Session {
    const FIELDS: &'static [(&'static str, Kind)] = &[
        ("id", Kind::Text),
        ("workspace_id", Kind::Text),
        ("is_active", Kind::Boolean),
        ("metadata", Kind::Object),
        ("created_at", Kind::Instant),
    ];

    fn field(&self, name: &str) -> Option<FieldValue<'_>> {
        Some(match name {
            "id" => FieldValue::Text(&self.id),
            "workspace_id" => FieldValue::Text(&self.workspace_id),
            "is_active" => FieldValue::Boolean(self.is_active),
            "metadata" => FieldValue::Object(&self.metadata),
            "created_at" => FieldValue::Instant(self.created_at),
            _ => return None,
        })
    }
}

impl Record for Message {
    const FIELDS: &'static [(&'static str, Kind)] = &[
        ("id", Kind::Text),
        ("content", Kind::Text),
        ("peer_id", Kind::Text),
        ("session_id", Kind::Text),
        ("workspace_id", Kind::Text),
        ("token_count", Kind::Integer),
        ("metadata", Kind::Object),
        ("created_at", Kind::Instant),
    ];

    fn field(&self, name: &str) -> Option<FieldValue<'_>> {
        Some(match name {
            "id" => FieldValue::Text(&self.id),
            "content" => FieldValue::Text(&self.content),
            "peer_id" => FieldValue::Text(&self.peer_id),
            "session_id" => FieldValue::Text(&self.session_id),
            "workspace_id" => FieldValue::Text(&self.workspace_id),
            "token_count" => FieldValue::Integer(self.token_count),
            "metadata" => FieldValue::Object(&self.metadata),
            "created_at" => FieldValue::Instant(self.created_at),
            _ => return None,
        })
    }
}
