//! Messages and their pages by time stamp: [`window`] finds what lies between two cursors and next to the right one.

use std::ops::Range;
use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::sessions::Session;
use super::{Answer, Refusal, object_body, optional_object};
use crate::reference::api::json_response;
use crate::reference::ids::Ids;
use crate::reference::input::{Input, integer};
use crate::reference::{App, Store, instant};

/// The longest content, in code points.
const CONTENT_LIMIT: usize = 4_000;

/// What the user or the agent said in a session.
pub(crate) struct Message {
    id: String,
    content: String,
    author_id: String,
    is_agent: bool,
    /// Milliseconds since 1970; no two messages of a session share one, so that a cursor cuts cleanly.
    stamp: i64,
    metadata: Map<String, Value>,
}

impl Message {
    fn print(&self) -> Value {
        json!({
            "id": self.id,
            "content": self.content,
            "authorId": self.author_id,
            "isAgent": self.is_agent,
            "createdAt": Timestamp::from_millisecond(self.stamp).map(instant::millis).unwrap_or_default(),
            "metadata": self.metadata,
        })
    }
}

pub(crate) async fn send_message(State(app): State<Arc<App>>, input: Input) -> Answer {
    let now = app.now();
    let mut store = app.store();
    let Store { elizaos, ids, .. } = &mut *store;
    let session = elizaos.session(input.param("sessionId"), now)?;
    let body = object_body(&input)?;
    let content = match body.get("content") {
        Some(Value::String(text)) if (1..=CONTENT_LIMIT).contains(&text.chars().count()) => text.clone(),
        Some(Value::String(_)) => {
            return Err(Refusal::invalid("INVALID_CONTENT", "'content' is not of 1 to 4000 characters"));
        }
        _ => return Err(Refusal::invalid("INVALID_CONTENT", "'content' is not a string")),
    };
    let metadata = optional_object(&body, "metadata")?;
    if body.get("attachments").is_some_and(|value| !value.is_array() && !value.is_null()) {
        return Err(Refusal::invalid("INVALID_ATTACHMENTS", "'attachments' is not a list"));
    }
    session.renew(now);
    let message = session.say(ids, now, false, content, metadata);
    let user_message = json!({
        "id": message.id,
        "content": message.content,
        "author_id": message.author_id,
        "created_at": message.stamp,
        "metadata": message.metadata,
    });
    if app.options.agent_replies {
        session.say(ids, now, true, "Understood.".to_owned(), Map::new());
    }
    Ok(json_response(StatusCode::CREATED, &json!({"success": true, "userMessage": user_message})))
}

impl Session {
    fn say(
        &mut self,
        ids: &mut Ids,
        now: Timestamp,
        is_agent: bool,
        content: String,
        metadata: Map<String, Value>,
    ) -> &Message {
        let last = self.messages.last().map_or(i64::MIN, |message| message.stamp);
        let author_id = if is_agent { self.agent_id.clone() } else { self.user_id.clone() };
        let stamp = now.as_millisecond().max(last.saturating_add(1));
        let at = self.messages.len();
        self.messages.push(Message { id: ids.uuid(), content, author_id, is_agent, stamp, metadata });
        &self.messages[at]
    }
}

pub(crate) async fn list_messages(State(app): State<Arc<App>>, input: Input) -> Answer {
    let now = app.now();
    let mut store = app.store();
    let session = store.elizaos.session(input.param("sessionId"), now)?;
    let limit = match input.query.get("limit") {
        None => 50,
        Some(text) => integer(text)
            .filter(|limit| (1..=100).contains(limit))
            .and_then(|limit| usize::try_from(limit).ok())
            .ok_or_else(|| {
                Refusal::invalid("INVALID_PAGINATION", "'limit' is not an integer from 1 to 100")
            })?,
    };
    let before = cursor(&input, "before")?;
    let after = cursor(&input, "after")?;
    let (range, has_more) = window(&session.messages, limit, before, after);
    let page = &session.messages[range];
    let items: Vec<Value> = page.iter().rev().map(Message::print).collect();
    let cursors = match (page.first(), page.last()) {
        (Some(oldest), Some(newest)) => json!({"before": oldest.stamp, "after": newest.stamp}),
        _ => json!({}),
    };
    Ok(json_response(StatusCode::OK, &json!({"messages": items, "hasMore": has_more, "cursors": cursors})))
}

/// Reads a cursor, as epoch milliseconds or as RFC 3339 date-time, into nanoseconds since 1970.
fn cursor(input: &Input, name: &str) -> Result<Option<i128>, Refusal> {
    let Some(text) = input.query.get(name) else {
        return Ok(None);
    };
    let nanos = match integer(text) {
        Some(millis) => Some(i128::from(millis) * 1_000_000),
        None => instant::parse(text).map(Timestamp::as_nanosecond),
    };
    if nanos.is_some() {
        return Ok(nanos);
    }
    let details = format!("'{name}' is neither epoch milliseconds nor an RFC 3339 date-time");
    Err(Refusal::invalid("INVALID_PAGINATION", details))
}

/// The positions of a page among messages in order of their stamps, and whether more remain in the direction walked.
///
/// Both bounds exclude the cursor itself. With `after` alone the walk goes to newer messages and the page is the one next
/// to the cursor; in every other case it goes to older ones.
fn window(
    messages: &[Message],
    limit: usize,
    before: Option<i128>,
    after: Option<i128>,
) -> (Range<usize>, bool) {
    let nanos = |message: &Message| i128::from(message.stamp) * 1_000_000;
    let start = after.map_or(0, |after| messages.partition_point(|message| nanos(message) <= after));
    let end =
        before.map_or(messages.len(), |before| messages.partition_point(|message| nanos(message) < before));
    // An `after` later than `before` bounds an empty range.
    let end = end.max(start);
    if after.is_some() && before.is_none() {
        let page_end = end.min(start.saturating_add(limit));
        (start..page_end, page_end < end)
    } else {
        let page_start = start.max(end.saturating_sub(limit));
        (page_start..end, page_start > start)
    }
}
