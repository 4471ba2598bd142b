//! The operations on messages.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::list;
use super::records::{Message, Session};
use super::workspaces::{Answer, NO_SESSION, NO_WORKSPACE};
use crate::reference::api::json_response;
use crate::reference::fastapi::{Problem, Reader, Refusal, inside};
use crate::reference::input::Input;
use crate::reference::ordered_map::OrderedMap;
use crate::reference::{App, Store};

const NO_MESSAGE: Refusal = Refusal::Because(StatusCode::NOT_FOUND, "Message not found");

/// The most messages of one request.
const BATCH_LIMIT: usize = 100;
/// The longest content, in code points.
const CONTENT_LIMIT: usize = 25_000;

/// What a message is created from.
struct Draft {
    content: String,
    peer_id: String,
    metadata: Map<String, Value>,
    created_at: Option<Timestamp>,
}

pub(crate) async fn create_messages(State(app): State<Arc<App>>, input: Input) -> Answer {
    let drafts = read_drafts(&input)?;
    let mut store = app.store();
    // One transaction has one time stamp, as in the databases behind such servers.
    let now = store.stamp(app.now());
    let Store { honcho, ids, .. } = &mut *store;
    let workspace = honcho.workspaces.get_mut(input.param("workspace_id")).ok_or(NO_WORKSPACE)?;
    let session_id = input.param("session_id");
    if !workspace.sessions.contains(session_id) {
        return Err(NO_SESSION);
    }
    for draft in &drafts {
        workspace.join(&draft.peer_id, now);
    }
    let workspace_id = workspace.id.clone();
    let session = workspace.sessions.get_mut(session_id).ok_or(NO_SESSION)?;
    let first = session.messages.len();
    for draft in drafts {
        let id = ids.nanoid();
        let message = Message {
            id: id.clone(),
            token_count: token_count(&draft.content),
            content: draft.content,
            peer_id: draft.peer_id,
            session_id: session_id.to_owned(),
            metadata: draft.metadata,
            created_at: draft.created_at.unwrap_or(now),
            workspace_id: workspace_id.clone(),
        };
        session.messages.insert(id, message);
    }
    let created: Vec<&Message> = session.messages.iter().skip(first).collect();
    Ok(json_response(StatusCode::CREATED, &created))
}

fn read_drafts(input: &Input) -> Result<Vec<Draft>, Refusal> {
    let mut reader = Reader::new(input);
    let body = reader.object_body()?;
    let at = [json!("body")];
    let messages = inside(&at, "messages");
    let mut drafts = Vec::new();
    match body.get("messages") {
        Some(Value::Array(items)) if (1..=BATCH_LIMIT).contains(&items.len()) => {
            for (index, item) in items.iter().enumerate() {
                let here = inside(&messages, index);
                match item {
                    Value::Object(map) => {
                        let mut fields = reader.fields(map, here);
                        drafts.push(Draft {
                            content: fields.required_text("content", 0..=CONTENT_LIMIT),
                            peer_id: fields.required_name("peer_id"),
                            metadata: fields.optional_object("metadata").unwrap_or_default(),
                            created_at: fields.optional_instant("created_at"),
                        });
                    }
                    other => reader.not_an_object(&here, other),
                }
            }
        }
        Some(Value::Array(items)) if items.is_empty() => {
            let problem = Problem::new("too_short", "List should have at least 1 item after validation");
            reader.problem(&messages, &problem, &json!([]));
        }
        Some(Value::Array(_)) => {
            let problem = Problem::new("too_long", "List should have at most 100 items after validation");
            reader.problem(&messages, &problem, &Value::Null);
        }
        Some(other) => {
            reader.problem(&messages, &Problem::new("list_type", "Input should be a valid list"), other);
        }
        None => reader.problem(&messages, &Problem::new("missing", "Field required"), &Value::Null),
    }
    reader.finish()?;
    Ok(drafts)
}

/// A count of tokens that depends on the content alone: about four bytes make a token.
fn token_count(content: &str) -> i64 {
    i64::try_from(content.len().div_ceil(4)).unwrap_or(i64::MAX)
}

pub(crate) async fn list_messages(State(app): State<Arc<App>>, input: Input) -> Answer {
    let asked = list::read::<Message>(&input)?;
    let store = app.store();
    let none = OrderedMap::default();
    let session = session(&store, &input).ok();
    Ok(list::print(session.map_or(&none, |session| &session.messages), &asked))
}

pub(crate) async fn get_message(State(app): State<Arc<App>>, input: Input) -> Answer {
    let store = app.store();
    let message = session(&store, &input)?.messages.get(input.param("message_id")).ok_or(NO_MESSAGE)?;
    Ok(json_response(StatusCode::OK, message))
}

pub(crate) async fn update_message(State(app): State<Arc<App>>, input: Input) -> Answer {
    let mut reader = Reader::new(&input);
    let body = reader.object_body()?;
    let metadata = reader.fields(&body, vec![json!("body")]).required_object("metadata");
    reader.finish()?;
    let mut store = app.store();
    let message = store
        .honcho
        .workspaces
        .get_mut(input.param("workspace_id"))
        .ok_or(NO_WORKSPACE)?
        .sessions
        .get_mut(input.param("session_id"))
        .ok_or(NO_SESSION)?
        .messages
        .get_mut(input.param("message_id"))
        .ok_or(NO_MESSAGE)?;
    message.metadata = metadata;
    Ok(json_response(StatusCode::OK, message))
}

fn session<'a>(store: &'a Store, input: &Input) -> Result<&'a Session, Refusal> {
    let workspace = store.honcho.workspaces.get(input.param("workspace_id")).ok_or(NO_WORKSPACE)?;
    workspace.sessions.get(input.param("session_id")).ok_or(NO_SESSION)
}
