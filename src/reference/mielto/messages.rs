//! Messages: [`Message`], created one or many at a time, and fetched by id.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Answer, workspace_id};
use crate::reference::api::json_response;
use crate::reference::fastapi::{Fields, Problem, Reader, Refusal, inside};
use crate::reference::input::Input;
use crate::reference::instant::serialize_micros;
use crate::reference::{App, Store};

const NO_MESSAGE: Refusal = Refusal::Because(StatusCode::NOT_FOUND, "Message not found");
const NO_CONVERSATION: Refusal = Refusal::Because(StatusCode::NOT_FOUND, "Conversation not found");

/// A message as it is printed.
#[derive(Serialize)]
pub(crate) struct Message {
    #[serde(serialize_with = "serialize_micros")]
    pub(crate) created_at: Timestamp,
    #[serde(serialize_with = "serialize_micros")]
    pub(crate) updated_at: Timestamp,
    pub(crate) id: String,
    pub(crate) conversation_id: String,
    #[serde(serialize_with = "serialize_micros")]
    pub(crate) sent_at: Timestamp,
    pub(crate) workspace_id: String,
    #[serde(flatten)]
    pub(crate) draft: Draft,
}

/// What the client says of a message.
#[derive(Serialize)]
pub(crate) struct Draft {
    pub(crate) sender_id: String,
    pub(crate) role: String,
    pub(crate) content: String,
    pub(crate) tool_calls: Option<Vec<Value>>,
    pub(crate) message_type: String,
    pub(crate) tags: Option<Vec<Value>>,
    pub(crate) checksum: Option<String>,
    pub(crate) attachments: Option<Vec<Value>>,
    pub(crate) parent_message_id: Option<String>,
    pub(crate) meta_data: Option<Map<String, Value>>,
    pub(crate) owner_id: Option<String>,
    #[serde(skip)]
    pub(crate) sent_at: Option<Timestamp>,
}

impl Draft {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            content: fields.required_text("content", 0..=usize::MAX),
            role: fields.defaulted_text("role", "user"),
            sender_id: fields.optional_text("sender_id").unwrap_or_else(|| "user".to_owned()),
            message_type: fields.optional_text("message_type").unwrap_or_else(|| "text".to_owned()),
            tool_calls: fields.optional_list("tool_calls", Value::is_object, "objects"),
            tags: fields.optional_list("tags", Value::is_string, "strings"),
            checksum: fields.optional_text("checksum"),
            attachments: fields.optional_list("attachments", Value::is_object, "objects"),
            parent_message_id: fields.optional_text("parent_message_id"),
            meta_data: fields.optional_object("meta_data"),
            owner_id: fields.optional_text("owner_id"),
            sent_at: fields.optional_instant("created_at"),
        }
    }
}

pub(crate) async fn create_messages(State(app): State<Arc<App>>, input: Input) -> Answer {
    let (conversation_id, drafts) = read_drafts(&input)?;
    let workspace_id = workspace_id(&input);
    let mut store = app.store();
    let now = store.stamp(app.now());
    let Store { mielto, ids, .. } = &mut *store;
    let workspace = mielto.workspaces.get_mut(&workspace_id).ok_or(NO_CONVERSATION)?;
    let conversation = workspace.conversations.get_mut(&conversation_id).ok_or(NO_CONVERSATION)?;
    let first = workspace.messages.len();
    for draft in drafts {
        let id = ids.uuid();
        conversation.push(workspace.messages.len());
        workspace.position_of.insert(id.clone(), workspace.messages.len());
        workspace.messages.push(Message {
            created_at: now,
            updated_at: now,
            id,
            conversation_id: conversation_id.clone(),
            sent_at: draft.sent_at.unwrap_or(now),
            workspace_id: workspace_id.clone(),
            draft,
        });
    }
    Ok(json_response(StatusCode::CREATED, &&workspace.messages[first..]))
}

fn read_drafts(input: &Input) -> Result<(String, Vec<Draft>), Refusal> {
    let mut reader = Reader::new(input);
    let body = reader.object_body()?;
    let at = [json!("body")];
    let content = inside(&at, "content");
    let conversation_id = reader.fields(&body, at.to_vec()).required_text("conversation_id", 1..=usize::MAX);
    let mut drafts = Vec::new();
    match body.get("content") {
        Some(Value::Object(map)) => drafts.push(Draft::read(&mut reader.fields(map, content))),
        Some(Value::Array(items)) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                let here = inside(&content, index);
                match item {
                    Value::Object(map) => drafts.push(Draft::read(&mut reader.fields(map, here))),
                    other => reader.not_an_object(&here, other),
                }
            }
        }
        Some(Value::Array(_)) => {
            let problem = Problem::new("too_short", "List should have at least 1 item after validation");
            reader.problem(&content, &problem, &json!([]));
        }
        Some(other) => reader.not_an_object(&content, other),
        None => reader.problem(&content, &Problem::new("missing", "Field required"), &Value::Null),
    }
    reader.finish()?;
    Ok((conversation_id, drafts))
}

pub(crate) async fn get_message(State(app): State<Arc<App>>, input: Input) -> Answer {
    let store = app.store();
    let workspace = store.mielto.workspaces.get(&workspace_id(&input)).ok_or(NO_MESSAGE)?;
    let position = workspace.position_of.get(input.param("message_id")).ok_or(NO_MESSAGE)?;
    Ok(json_response(StatusCode::OK, &workspace.messages[*position]))
}
