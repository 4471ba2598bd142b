//! Writes that do too little, too much or something else than they say.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Fault, id, listed, messages, of, paging};
use crate::reference::fault::call::Reply;
use crate::reference::fault::damage::Damage::Reply as OnReply;
use crate::reference::fault::damage::around;
use crate::reference::fault::json;
use crate::reference::fault::operation::ANY;

pub(crate) const FAULTS: &[Fault] = &[
    of(
        "create-messages",
        "honcho-batch-loses-last",
        "writes",
        "Of a batch of several messages the last is acknowledged but not kept.",
        around!(|mut call, inner| {
            let mut lost = Value::Null;
            call.edit(|body| {
                json::list(body, "messages", |items| {
                    if items.len() > 1 {
                        lost = items.pop().unwrap_or_default();
                    }
                });
            });
            let mut reply = inner.send(&call).await;
            if lost.is_object() {
                reply.edit(|body| {
                    if let Value::Array(created) = body {
                        let mut copy = json::merged(created.last().unwrap_or(&Value::Null), &lost);
                        json::text(&mut copy, "id", |id| id.chars().rev().collect());
                        created.push(copy);
                    }
                });
            }
            reply
        }),
    ),
    of(
        "create-messages",
        "honcho-equal-messages-once",
        "writes",
        "Of messages of one batch with equal content the first alone is kept.",
        around!(|mut call, inner| {
            call.edit(|body| {
                let mut seen: Vec<Value> = Vec::new();
                json::list(body, "messages", |items| {
                    items.retain(|item| {
                        let new = !seen.contains(&item["content"]);
                        seen.push(item["content"].clone());
                        new
                    });
                });
            });
            inner.send(&call).await
        }),
    ),
    of(
        "create-messages",
        "honcho-batch-turned-round",
        "writes",
        "The messages of a batch are kept in the opposite order.",
        around!(|mut call, inner| {
            call.edit(|body| json::list(body, "messages", |items| items.reverse()));
            let mut reply = inner.send(&call).await;
            reply.edit(|body| body.as_array_mut().into_iter().for_each(|items| items.reverse()));
            reply
        }),
    ),
    of(
        "create-messages",
        "honcho-message-created-twice",
        "writes",
        "A message that is sent alone is kept twice.",
        around!(|call, inner| {
            if json::count(&call.json(), "messages") == 1 {
                inner.send(&call).await;
            }
            inner.send(&call).await
        }),
    ),
    of(
        "create-session",
        "honcho-existing-session-conflicts",
        "writes",
        "Creating a session that exists is answered with 409.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::OK {
                *reply = Reply::new(StatusCode::CONFLICT, &json!({"detail": "Session already exists"}));
            }
        }),
    ),
    of(
        "create-session",
        "honcho-existing-session-echoes-request",
        "writes",
        "Creating a session that exists is answered with the metadata sent, not with those it has.",
        OnReply(|call, reply| {
            if reply.status == StatusCode::OK {
                let sent = call.member("metadata");
                reply.edit(|body| {
                    json::set(body, "metadata", if sent.is_object() { sent } else { json!({}) });
                });
            }
        }),
    ),
    of(
        "create-session",
        "honcho-existing-session-emptied",
        "writes",
        "Creating a session that exists puts an empty one with the same metadata in its place.",
        around!(|mut call, inner| {
            let mut removal = call.sibling(Method::DELETE, call.path.clone());
            removal.path = format!("{}/{}", call.path, id(&call.json()));
            let reply = inner.send(&call).await;
            if reply.status == StatusCode::OK {
                inner.send(&removal).await;
                call.edit(|body| body["metadata"] = reply.json()["metadata"].clone());
                inner.send(&call).await;
            }
            reply
        }),
    ),
    of(
        "delete-session",
        "honcho-delete-does-nothing",
        "writes",
        "The deletion of a session is accepted and not carried out.",
        around!(|call, inner| {
            let known = listed(&call, &inner, format!("{}/list", call.parent(1))).await;
            if known.iter().any(|record| call.path.ends_with(&format!("/{}", id(record)))) {
                Reply::new(StatusCode::ACCEPTED, &json!({"message": "Session deletion accepted"}))
            } else {
                inner.send(&call).await
            }
        }),
    ),
    of(
        "delete-workspace",
        "honcho-workspace-deleted-with-sessions",
        "writes",
        "A workspace that still has sessions is deleted together with them.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if reply.status != StatusCode::CONFLICT {
                return reply;
            }
            for session in listed(&call, &inner, format!("{}/sessions/list", call.path)).await {
                let path = format!("{}/sessions/{}", call.path, id(&session));
                inner.send(&call.sibling(Method::DELETE, path)).await;
            }
            inner.send(&call).await
        }),
    ),
    of(
        "create-messages",
        "honcho-refused-message-kept",
        "writes",
        "Of a batch that is refused a message is kept.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            let peer = call.json().pointer("/messages/0/peer_id").cloned().unwrap_or_default();
            if reply.status == StatusCode::UNPROCESSABLE_ENTITY && peer.is_string() {
                let mut part = call.clone();
                part.set_json(&json!({"messages": [{"content": "", "peer_id": peer}]}));
                inner.send(&part).await;
            }
            reply
        }),
    ),
    of(
        "update-message",
        "honcho-refused-update-empties",
        "writes",
        "An update that is refused has emptied the metadata.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if reply.status == StatusCode::UNPROCESSABLE_ENTITY {
                let mut empty = call.clone();
                empty.set_json(&json!({"metadata": {}}));
                inner.send(&empty).await;
            }
            reply
        }),
    ),
    of(
        ANY,
        "honcho-update-not-listed",
        "writes",
        "The list shows the metadata that a message had before it was changed.",
        around!(|call, inner| {
            let is_message = call.path.split('/').count() == 8 && !call.path.ends_with("/list");
            if call.method == Method::PUT && is_message {
                let old = inner.send(&call.sibling(Method::GET, call.path.clone())).await.json();
                if !inner.memory.keys().iter().any(|known| known.starts_with(&format!("{} ", id(&old)))) {
                    inner.memory.count(&format!("{} {}", id(&old), old["metadata"]));
                }
            }
            let mut reply = inner.send(&call).await;
            if call.path.ends_with("/messages/list") {
                let known = inner.memory.keys();
                reply.edit(|body| {
                    json::each(body, "items", |item| {
                        let begin = format!("{} ", id(item));
                        let old = known.iter().find_map(|known| known.strip_prefix(&begin));
                        if let Some(old) = old.and_then(|old| serde_json::from_str(old).ok()) {
                            json::set(item, "metadata", old);
                        }
                    });
                });
            }
            reply
        }),
    ),
    of(
        "update-message",
        "honcho-update-merges",
        "writes",
        "New metadata are merged into the old ones instead of replacing them.",
        around!(|mut call, inner| {
            let old = inner.send(&call.sibling(Method::GET, call.path.clone())).await.json();
            call.edit(|body| {
                if body["metadata"].is_object() {
                    let merged = json::merged(&old["metadata"], &body["metadata"]);
                    json::set(body, "metadata", merged);
                }
            });
            inner.send(&call).await
        }),
    ),
    of(
        "update-message",
        "honcho-update-not-kept",
        "writes",
        "New metadata are acknowledged but not kept.",
        around!(|call, inner| {
            let old = inner.send(&call.sibling(Method::GET, call.path.clone())).await.json();
            let reply = inner.send(&call).await;
            if reply.is_success() {
                let mut undo = call.clone();
                undo.set_json(&json!({"metadata": old["metadata"]}));
                inner.send(&undo).await;
            }
            reply
        }),
    ),
    of(
        "update-message",
        "honcho-update-reaches-neighbours",
        "writes",
        "New metadata of a message are given to all others of its session as well.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if reply.is_success() {
                let messages = call.parent(1);
                for other in listed(&call, &inner, format!("{messages}/list")).await {
                    let mut also = call.clone();
                    also.path = format!("{messages}/{}", id(&other));
                    inner.send(&also).await;
                }
            }
            reply
        }),
    ),
    messages(
        "honcho-list-creates-session",
        "writes",
        "Listing the messages of a session that does not exist creates it.",
        around!(|call, inner| {
            let session = call.path.split('/').nth(5).unwrap_or_default().to_owned();
            let mut creation = call.sibling(Method::POST, call.parent(3));
            creation.set_json(&json!({"id": session}));
            inner.send(&creation).await;
            inner.send(&call).await
        }),
    ),
    messages(
        "honcho-newest-message-late",
        "writes",
        "The first list after a message was created does not show it.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let plain = call.get("reverse").is_none() && call.json()["filters"].is_null();
            let paging = paging(&call, &reply);
            let key = format!("{} {}", call.path, paging.total);
            if plain && paging.total > 0 && inner.memory.count(&key) == 1 {
                reply.edit(|body| {
                    json::add(body, "total", -1);
                    body["pages"] = json!((paging.total - 1).div_ceil(paging.size.max(1)));
                    if paging.page == paging.pages() {
                        json::list(body, "items", |items| drop(items.pop()));
                    }
                });
            }
            reply
        }),
    ),
];
