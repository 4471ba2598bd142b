//! `ElizaOS`: sessions between a user and the one built-in agent, and the messages in them.
//!
//! [`routes`] lists the operations. Messages are paged by time stamps ([`messages`]); sessions end on their own after a
//! while without messages ([`sessions`]).

mod messages;
mod sessions;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::App;
use super::api::json_response;
use super::input::Input;
use sessions::Session;

/// All records of this API.
#[derive(Default)]
pub(crate) struct Store {
    sessions: BTreeMap<String, Session>,
}

/// The operations and their paths.
pub(crate) fn routes() -> Router<Arc<App>> {
    const SESSION: &str = "/api/messaging/sessions/{sessionId}";
    Router::new()
        .route("/api/agents", get(sessions::list_agents))
        .route("/api/messaging/sessions", post(sessions::create_session))
        .route(SESSION, get(sessions::get_session).delete(sessions::delete_session))
        .route(&format!("{SESSION}/messages"), get(messages::list_messages).post(messages::send_message))
}

/// An answer that is no success.
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    details: String,
}

impl Refusal {
    /// 400: the request itself is wrong.
    fn invalid(code: &'static str, details: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: "Invalid request", details: details.into() }
    }

    fn not_found(code: &'static str, message: &'static str, name: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, code, message, details: format!("'{name}' does not exist") }
    }

    fn expired(id: &str) -> Self {
        let details = format!("session '{id}' has ended");
        Self { status: StatusCode::GONE, code: "SESSION_EXPIRED", message: "Session has expired", details }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = json!({"code": self.code, "message": self.message, "details": self.details});
        json_response(self.status, &json!({"success": false, "error": error}))
    }
}

type Answer = Result<Response, Refusal>;

/// Reads the body as a JSON object.
fn object_body(input: &Input) -> Result<Map<String, Value>, Refusal> {
    if !input.claims_json() {
        return Err(Refusal::invalid("INVALID_CONTENT_TYPE", "the body is not application/json"));
    }
    match serde_json::from_slice(&input.body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Refusal::invalid("INVALID_BODY", "the body is not a JSON object")),
        Err(error) => Err(Refusal::invalid("INVALID_JSON", format!("the body is not JSON: {error}"))),
    }
}

/// An object that may be absent or null.
fn optional_object(map: &Map<String, Value>, name: &str) -> Result<Map<String, Value>, Refusal> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object.clone()),
        Some(_) => Err(Refusal::invalid("INVALID_METADATA", format!("'{name}' is not an object"))),
    }
}

#[cfg(test)]
mod tests;
