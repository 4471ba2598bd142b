//! Mielto: workspaces that exist as soon as they are named, conversations and messages in them.
//!
//! [`routes`] lists the operations. The list of messages pages by offset and limit, in the order of a field of choice.

mod list;
mod messages;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::{Value, json};

use super::App;
use super::api::json_response;
use super::fastapi::{Reader, Refusal};
use super::input::Input;
use super::instant;
use messages::Message;

/// All records of this API, by workspace.
#[derive(Default)]
pub(crate) struct Store {
    workspaces: BTreeMap<String, Workspace>,
}

/// A tenant.
#[derive(Default)]
struct Workspace {
    /// In order of creation; nothing is ever removed, so a position names a message for good.
    messages: Vec<Message>,
    position_of: BTreeMap<String, usize>,
    /// The positions of each conversation's messages, in order of creation.
    conversations: BTreeMap<String, Vec<usize>>,
}

/// The operations and their paths.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/conversations", post(create_conversation))
        .route("/api/v1/messages", get(list::list_messages).post(messages::create_messages))
        .route("/api/v1/messages/{message_id}", get(messages::get_message))
}

type Answer = Result<axum::response::Response, Refusal>;

/// The workspace a request means.
fn workspace_id(input: &Input) -> String {
    match input.headers.get("x-workspace-id") {
        Some(value) if !value.is_empty() => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        _ => "default".to_owned(),
    }
}

async fn create_conversation(
    axum::extract::State(app): axum::extract::State<Arc<App>>,
    input: Input,
) -> Answer {
    let mut reader = Reader::new(&input);
    let body = reader.object_body()?;
    let mut fields = reader.fields(&body, vec![json!("body")]);
    let title = fields.optional_text("title");
    let user_id = fields.optional_text("user_id");
    let meta_data = fields.optional_object("meta_data").map(Value::Object);
    reader.finish()?;
    let workspace_id = workspace_id(&input);
    let mut store = app.store();
    let created_at = instant::micros(store.stamp(app.now()));
    let id = store.ids.uuid();
    let conversation = json!({
        "id": id,
        "workspace_id": workspace_id,
        "title": title,
        "user_id": user_id,
        "meta_data": meta_data,
        "created_at": created_at,
        "updated_at": created_at,
    });
    store.mielto.workspaces.entry(workspace_id).or_default().conversations.insert(id, Vec::new());
    Ok(json_response(StatusCode::CREATED, &conversation))
}

#[cfg(test)]
mod tests;
