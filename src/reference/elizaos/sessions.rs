//! The built-in agent, and sessions with their life: [`Session`] ends `timeoutMinutes` after its last message.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::messages::Message;
use super::{Answer, Refusal, Store, object_body, optional_object};
use crate::reference::App;
use crate::reference::api::json_response;
use crate::reference::input::Input;
use crate::reference::instant;

/// The id of the one agent.
const AGENT: &str = "b850bc30-45f8-0041-a00a-83df46d8555d";
/// The life of a session that wishes for none, in minutes.
const DEFAULT_TIMEOUT: f64 = 30.0;
/// The life of a session that is renewed again and again, in minutes.
const DEFAULT_MAXIMUM: f64 = 720.0;
/// How long before its end a session says that it is about to end, in minutes.
const DEFAULT_WARNING: f64 = 5.0;
/// The longest life that is granted, in minutes: one year.
const LONGEST: f64 = 525_600.0;

/// A conversation between a user and the agent.
pub(crate) struct Session {
    id: String,
    pub(crate) agent_id: String,
    pub(crate) user_id: String,
    metadata: Map<String, Value>,
    created_at: Timestamp,
    last_activity: Timestamp,
    life: Life,
    pub(crate) messages: Vec<Message>,
}

/// How long a session lasts, in minutes.
struct Life {
    timeout: f64,
    maximum: f64,
    warning: f64,
    renews: bool,
}

impl Life {
    fn read(body: &Map<String, Value>, minimum: f64) -> Result<Self, Refusal> {
        let wish = optional_object(body, "timeoutConfig")?;
        let minutes = |name: &str, default: f64| match wish.get(name) {
            None | Some(Value::Null) => Ok(default),
            Some(value) => value.as_f64().filter(|minutes| *minutes > 0.0).ok_or_else(|| {
                Refusal::invalid("INVALID_TIMEOUT_CONFIG", format!("'{name}' is not a positive number"))
            }),
        };
        let renews = match wish.get("autoRenew") {
            None | Some(Value::Null) => true,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                return Err(Refusal::invalid("INVALID_TIMEOUT_CONFIG", "'autoRenew' is not a boolean"));
            }
        };
        let timeout = minutes("timeoutMinutes", DEFAULT_TIMEOUT)?.max(minimum).min(LONGEST);
        let maximum = minutes("maxDurationMinutes", DEFAULT_MAXIMUM)?.max(timeout).min(LONGEST);
        let warning = minutes("warningThresholdMinutes", DEFAULT_WARNING)?;
        Ok(Self { timeout, maximum, warning, renews })
    }
}

fn after(start: Timestamp, minutes: f64) -> Timestamp {
    let duration = Duration::try_from_secs_f64(minutes * 60.0).unwrap_or(Duration::MAX);
    let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    start.saturating_add(duration).unwrap_or(start)
}

impl Session {
    fn expires_at(&self) -> Timestamp {
        let renewed_at = if self.life.renews { self.last_activity } else { self.created_at };
        after(renewed_at, self.life.timeout).min(after(self.created_at, self.life.maximum))
    }

    /// Notes a sign of life.
    pub(crate) fn renew(&mut self, now: Timestamp) {
        self.last_activity = self.last_activity.max(now);
    }

    fn print(&self, now: Timestamp) -> Value {
        let left = self.expires_at().duration_since(now).max(SignedDuration::ZERO);
        json!({
            "sessionId": self.id,
            "agentId": self.agent_id,
            "userId": self.user_id,
            "createdAt": instant::millis(self.created_at),
            "lastActivity": instant::millis(self.last_activity),
            "expiresAt": instant::millis(self.expires_at()),
            "timeRemaining": i64::try_from(left.as_millis()).unwrap_or(i64::MAX),
            "isNearExpiration": left.as_secs_f64() <= self.life.warning * 60.0,
            "timeoutConfig": {
                "timeoutMinutes": self.life.timeout,
                "autoRenew": self.life.renews,
                "maxDurationMinutes": self.life.maximum,
                "warningThresholdMinutes": self.life.warning,
            },
            "metadata": self.metadata,
        })
    }
}

impl Store {
    /// The session of this id: 404 when there is none, 410 when its life is over.
    pub(crate) fn session(&mut self, id: &str, now: Timestamp) -> Result<&mut Session, Refusal> {
        let session = self.sessions.get_mut(id).ok_or_else(|| no_session(id))?;
        if now >= session.expires_at() { Err(Refusal::expired(id)) } else { Ok(session) }
    }
}

fn no_session(id: &str) -> Refusal {
    Refusal::not_found("SESSION_NOT_FOUND", "Session not found", id)
}

pub(crate) async fn list_agents() -> Answer {
    let agent = json!({"id": AGENT, "name": "Reference", "characterName": "Reference", "status": "active"});
    Ok(json_response(StatusCode::OK, &json!({"success": true, "data": {"agents": [agent]}})))
}

pub(crate) async fn create_session(State(app): State<Arc<App>>, input: Input) -> Answer {
    let body = object_body(&input)?;
    let agent_id = uuid(&body, "agentId")?;
    let user_id = uuid(&body, "userId")?;
    let metadata = optional_object(&body, "metadata")?;
    let life = Life::read(&body, app.options.minimum_timeout_minutes)?;
    if agent_id != AGENT {
        return Err(Refusal::not_found("AGENT_NOT_FOUND", "Agent not found", &agent_id));
    }
    let now = app.now();
    let mut store = app.store();
    let id = store.ids.uuid();
    let session = Session {
        id: id.clone(),
        agent_id,
        user_id,
        metadata,
        created_at: now,
        last_activity: now,
        life,
        messages: Vec::new(),
    };
    let answer = json_response(StatusCode::CREATED, &session.print(now));
    store.elizaos.sessions.insert(id, session);
    Ok(answer)
}

pub(crate) async fn get_session(State(app): State<Arc<App>>, input: Input) -> Answer {
    let now = app.now();
    let mut store = app.store();
    let session = store.elizaos.session(input.param("sessionId"), now)?;
    Ok(json_response(StatusCode::OK, &session.print(now)))
}

pub(crate) async fn delete_session(State(app): State<Arc<App>>, input: Input) -> Answer {
    let id = input.param("sessionId");
    app.store().elizaos.sessions.remove(id).ok_or_else(|| no_session(id))?;
    let message = format!("Session {id} deleted");
    Ok(json_response(StatusCode::OK, &json!({"success": true, "message": message})))
}

/// A UUID in lower case.
fn uuid(body: &Map<String, Value>, name: &str) -> Result<String, Refusal> {
    let read = body.get(name).and_then(Value::as_str).filter(|text| text.len() == 36);
    match read.and_then(|text| Uuid::parse_str(text).ok()) {
        Some(uuid) => Ok(uuid.to_string()),
        None => Err(Refusal::invalid("INVALID_ID", format!("'{name}' is not a UUID"))),
    }
}
