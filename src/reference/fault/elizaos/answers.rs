//! Answers with the wrong status, headers or error shape, bad requests that are accepted, and sessions that live too long.

use http::header::ALLOW;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Fault, list, of};
use crate::reference::fault::call::{Call, Reply};
use crate::reference::fault::damage::Damage::{Reply as OnReply, Request};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;
use crate::reference::fault::operation::ANY;

fn is_empty(reply: &Reply) -> bool {
    reply.is_success() && json::count(&reply.json(), "messages") == 0
}

fn empty_page() -> Reply {
    Reply::new(StatusCode::OK, &json!({"messages": [], "hasMore": false, "cursors": {}}))
}

fn error(status: StatusCode, code: &str) -> Reply {
    let error = json!({"code": code, "message": code, "details": code});
    Reply::new(status, &json!({"success": false, "error": error}))
}

/// Changes the content on its way in. What the handler then refuses is refused before anything is kept.
fn content(call: &mut Call, change: fn(&str) -> String) {
    call.edit(|body| json::text(body, "content", change));
}

pub(crate) const FAULTS: &[Fault] = &[
    list(
        "elizaos-expired-session-not-found",
        "http",
        "The list of an expired session is answered with 404 instead of 410.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::GONE {
                *reply = error(StatusCode::NOT_FOUND, "SESSION_NOT_FOUND");
            }
        }),
    ),
    list(
        "elizaos-expired-session-empty",
        "http",
        "The list of an expired session is empty instead of 410.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::GONE {
                *reply = empty_page();
            }
        }),
    ),
    list(
        "elizaos-unknown-session-empty",
        "http",
        "A session that does not exist has an empty list instead of 404.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::NOT_FOUND {
                *reply = empty_page();
            }
        }),
    ),
    list(
        "elizaos-unknown-session-fails",
        "http",
        "The list of a session that does not exist is answered with 500.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::NOT_FOUND {
                *reply = error(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR");
            }
        }),
    ),
    list(
        "elizaos-empty-session-not-found",
        "http",
        "A session without messages is answered with 404.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            let whole = inner.send(&call.without("before").without("after")).await;
            if is_empty(&whole) { error(StatusCode::NOT_FOUND, "NO_MESSAGES") } else { reply }
        }),
    ),
    list(
        "elizaos-empty-page-fails",
        "http",
        "A page without messages is answered with 500.",
        OnReply(|_, reply| {
            if is_empty(reply) {
                *reply = error(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR");
            }
        }),
    ),
    list(
        "elizaos-empty-page-null",
        "schema",
        "The messages of an empty page are null.",
        OnReply(|_, reply| {
            if is_empty(reply) {
                reply.edit(|body| json::set(body, "messages", Value::Null));
            }
        }),
    ),
    list(
        "elizaos-has-more-missing",
        "schema",
        "Pages do not say whether there are more.",
        OnReply(|_, reply| reply.edit(|body| json::remove(body, "hasMore"))),
    ),
    list(
        "elizaos-has-more-is-number",
        "schema",
        "`hasMore` is 0 or 1 instead of a boolean.",
        OnReply(|_, reply| {
            reply.edit(|body| {
                let more = i64::from(body["hasMore"] == true);
                json::set(body, "hasMore", json!(more));
            });
        }),
    ),
    list(
        "elizaos-list-is-plain-text",
        "http",
        "The list is sent as `text/plain`.",
        OnReply(|_, reply| {
            if reply.is_success() {
                reply.set_header("content-type", "text/plain");
            }
        }),
    ),
    list(
        "elizaos-list-without-content-type",
        "http",
        "The list is sent without a content type.",
        OnReply(|_, reply| {
            if reply.is_success() {
                reply.headers.remove("content-type");
            }
        }),
    ),
    list(
        "elizaos-list-cut-off",
        "http",
        "The JSON of a page with `before` lacks its last byte.",
        OnReply(|call, reply| {
            if call.get("before").is_some() && reply.is_success() {
                reply.body.pop();
            }
        }),
    ),
    list(
        "elizaos-head-length-wrong",
        "http",
        "The answer to HEAD claims one byte more than GET sends.",
        OnReply(|_, reply| reply.head_length = u64::try_from(reply.body.len()).ok().map(|it| it + 1)),
    ),
    list(
        "elizaos-error-is-text",
        "schema",
        "The error of a list request is text instead of an object.",
        OnReply(|_, reply| {
            if !reply.is_success() {
                let text = reply.json().pointer("/error/message").cloned().unwrap_or_default();
                reply.set_json(&json!({"success": false, "error": text}));
            }
        }),
    ),
    of(
        ANY,
        "elizaos-no-allow",
        "http",
        "The answer to a method that is not allowed does not name those that are.",
        OnReply(|_, reply| drop(reply.headers.remove(ALLOW))),
    ),
    of(
        "send-message",
        "elizaos-unknown-session-takes-message",
        "http",
        "A message to a session that does not exist is acknowledged.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::NOT_FOUND {
                let message = json!({
                    "id": "00000000-0000-4000-8000-0000000000aa",
                    "created_at": 1_700_000_000_000_u64,
                    "content": "kept nowhere",
                    "author_id": "00000000-0000-4000-8000-0000000000ab",
                });
                *reply = Reply::new(StatusCode::CREATED, &json!({"success": true, "userMessage": message}));
            }
        }),
    ),
    of(
        "send-message",
        "elizaos-sent-message-ok",
        "http",
        "The sending of a message is answered with 200 instead of 201.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::CREATED {
                reply.status = StatusCode::OK;
            }
        }),
    ),
    of(
        "send-message",
        "elizaos-malformed-json-fails",
        "validation",
        "A message that is no JSON is answered with 500.",
        OnReply(|_, reply| {
            if reply.json()["error"]["code"] == "INVALID_JSON" {
                *reply = error(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR");
            }
        }),
    ),
    of(
        "send-message",
        "elizaos-long-content-cut",
        "validation",
        "A content over the maximum is cut to it instead of refused.",
        Request(|call| content(call, |it| it.chars().take(4000).collect())),
    ),
    of(
        "send-message",
        "elizaos-longest-content-refused",
        "validation",
        "A content of exactly the maximum is refused.",
        Request(|call| {
            content(call, |it| it.to_owned() + if it.chars().count() == 4000 { "x" } else { "" });
        }),
    ),
    of(
        "send-message",
        "elizaos-length-counted-in-bytes",
        "validation",
        "A content of the right length is refused when its UTF-8 has more than 4000 bytes.",
        Request(|call| {
            content(call, |it| it.to_owned() + &"x".repeat(if it.len() > 4000 { 4000 } else { 0 }));
        }),
    ),
    of(
        "delete-session",
        "elizaos-delete-does-nothing",
        "writes",
        "The deletion of a session is acknowledged and not carried out.",
        around!(|call, inner| {
            let known = inner.send(&call.sibling(Method::GET, call.path.clone())).await;
            if known.status == StatusCode::NOT_FOUND {
                return inner.send(&call).await;
            }
            Reply::new(StatusCode::OK, &json!({"success": true, "message": "Session deleted"}))
        }),
    ),
];
