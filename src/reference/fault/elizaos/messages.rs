//! Messages that do not come back as they were sent, or not as often.

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Fault, each_item, list, of, stamp};
use crate::reference::fault::call::{Call, Reply};
use crate::reference::fault::damage::Damage::{self, Reply as OnReply, Request};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;
use crate::reference::fault::operation::ANY;
use crate::reference::fault::text;
use crate::reference::instant;

/// A fault of the sending of messages.
const fn sent(name: &'static str, summary: &'static str, damage: Damage) -> Fault {
    of("send-message", name, "fidelity", summary, damage)
}

/// A fault of what the list shows of messages.
const fn shown(name: &'static str, summary: &'static str, damage: Damage) -> Fault {
    list(name, "fidelity", summary, damage)
}

fn content(call: &mut Call, change: fn(&str) -> String) {
    call.edit(|body| json::text(body, "content", change));
}

fn metadata(call: &mut Call, change: impl Fn(&mut Value)) {
    call.edit(|body| body.get_mut("metadata").filter(|it| it.is_object()).into_iter().for_each(change));
}

/// A fault of sessions that end.
const fn ending(name: &'static str, summary: &'static str, damage: Damage) -> Fault {
    of(ANY, name, "writes", summary, damage)
}

/// The id of the session that a path names.
fn session(call: &Call) -> &str {
    call.path.split('/').nth(4).unwrap_or_default()
}

pub(crate) const FAULTS: &[Fault] = &[
    sent(
        "elizaos-message-kept-twice",
        "Each message is kept twice.",
        around!(|call, inner| {
            inner.send(&call).await;
            inner.send(&call).await
        }),
    ),
    sent(
        "elizaos-raced-message-kept-twice",
        "A message that is sent while others are is kept twice.",
        around!(|call, inner| {
            if inner.raced(&call.path).await.is_some() {
                inner.send(&call).await;
            }
            inner.send(&call).await
        }),
    ),
    sent(
        "elizaos-refused-message-kept",
        "Of a message that is refused an empty one is kept.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if reply.status == StatusCode::BAD_REQUEST && call.json().is_object() {
                let mut part = call.clone();
                part.set_json(&json!({"content": " "}));
                inner.send(&part).await;
            }
            reply
        }),
    ),
    ending(
        "elizaos-messages-outlive-session",
        "The messages of a deleted session can still be listed.",
        around!(|call, inner| {
            let gone = format!("deleted {}", session(&call));
            let is_gone = !session(&call).is_empty() && inner.memory.keys().contains(&gone);
            let is_list = call.path.ends_with("/messages") && call.method == Method::GET;
            if is_gone && !is_list {
                // As the server answers for what does not exist.
                let mut nowhere = call.clone();
                nowhere.path = call.path.replace(session(&call), "00000000-0000-4000-8000-000000000000");
                return inner.send(&nowhere).await;
            }
            if call.method == Method::DELETE && !session(&call).is_empty() {
                inner.memory.count(&gone);
                let message = format!("Session {} deleted", session(&call));
                return Reply::new(StatusCode::OK, &json!({"success": true, "message": message}));
            }
            inner.send(&call).await
        }),
    ),
    ending(
        "elizaos-delete-takes-newest",
        "With a session the newest one is deleted.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if call.method == Method::POST && call.path.ends_with("/sessions") && reply.is_success() {
                let place = inner.memory.count("sessions");
                let id = reply.json()["sessionId"].as_str().unwrap_or_default().to_owned();
                inner.memory.count(&format!("session {place:06} {id}"));
            }
            if call.method == Method::DELETE && reply.is_success() {
                let newest = inner.memory.keys().into_iter().rfind(|key| key.starts_with("session 0"));
                let id = newest.as_deref().and_then(|key| key.rsplit(' ').next()).unwrap_or_default();
                inner.send(&call.sibling(Method::DELETE, format!("{}/{id}", call.parent(1)))).await;
            }
            reply
        }),
    ),
    sent(
        "elizaos-content-trimmed",
        "Blanks at the ends of the content are removed.",
        Request(|call| content(call, |it| it.trim().to_owned())),
    ),
    sent(
        "elizaos-content-cut-at-1024",
        "Of the content only the first 1024 characters are kept.",
        Request(|call| content(call, |it| text::cut(it, 1024))),
    ),
    sent(
        "elizaos-content-composed",
        "Letters with combining marks are composed (Unicode normalisation form C).",
        Request(|call| content(call, text::composed)),
    ),
    sent(
        "elizaos-content-escaped",
        "The content is kept with HTML escapes.",
        Request(|call| content(call, text::escaped)),
    ),
    sent(
        "elizaos-line-endings-unified",
        "Carriage return and line feed become a line feed.",
        Request(|call| content(call, |it| it.replace("\r\n", "\n"))),
    ),
    sent(
        "elizaos-metadata-keys-lowercased",
        "Keys of the metadata become lower case.",
        Request(|call| {
            metadata(call, |it| {
                json::objects(it, &mut |map| {
                    *map =
                        std::mem::take(map).into_iter().map(|(key, it)| (key.to_lowercase(), it)).collect();
                });
            });
        }),
    ),
    sent(
        "elizaos-metadata-nulls-dropped",
        "Members of the metadata that are null disappear.",
        Request(|call| {
            metadata(call, |it| json::objects(it, &mut |map| map.retain(|_, value| !value.is_null())));
        }),
    ),
    sent(
        "elizaos-acknowledged-id-differs",
        "The acknowledgement names another id than the list.",
        OnReply(|_, reply| {
            reply.edit(|body| {
                json::text(&mut body["userMessage"], "id", |id| {
                    id.chars().map(|it| if it == '0' { '1' } else { it }).rev().collect()
                });
            });
        }),
    ),
    shown(
        "elizaos-list-astral-replaced",
        "The list shows U+FFFD for characters outside the Basic Multilingual Plane.",
        OnReply(|_, reply| each_item(reply, |item| json::text(item, "content", text::without_astral))),
    ),
    shown(
        "elizaos-list-without-metadata",
        "The list shows every message with empty metadata.",
        OnReply(|_, reply| each_item(reply, |item| json::set(item, "metadata", json!({})))),
    ),
    shown(
        "elizaos-created-at-hour-late",
        "The list shows times one hour late, as a server in another zone might.",
        OnReply(|_, reply| {
            each_item(reply, |item| {
                json::text(item, "createdAt", |text| {
                    let later = instant::parse(text)
                        .and_then(|it| it.checked_add(SignedDuration::from_hours(1)).ok());
                    later.map_or_else(|| text.to_owned(), instant::millis)
                });
            });
        }),
    ),
    shown(
        "elizaos-created-at-whole-seconds",
        "The list shows times without their fraction of a second.",
        OnReply(|_, reply| each_item(reply, |item| json::text(item, "createdAt", text::whole_seconds))),
    ),
    list(
        "elizaos-created-at-without-zone",
        "schema",
        "`createdAt` has no offset, so it is no date-time.",
        OnReply(|_, reply| {
            each_item(reply, |item| json::text(item, "createdAt", |it| it.trim_end_matches('Z').to_owned()));
        }),
    ),
    list(
        "elizaos-created-at-is-number",
        "schema",
        "`createdAt` is a number of milliseconds instead of a date-time.",
        OnReply(|_, reply| {
            each_item(reply, |item| {
                let stamp = stamp(item);
                json::set(item, "createdAt", json!(stamp));
            });
        }),
    ),
    list(
        "elizaos-author-is-no-uuid",
        "schema",
        "`authorId` is no UUID.",
        OnReply(|_, reply| {
            each_item(reply, |item| json::text(item, "authorId", |it| format!("user-{it}")));
        }),
    ),
    list(
        "elizaos-later-pages-agent-text",
        "schema",
        "With `before`, `isAgent` is text.",
        OnReply(|call, reply| {
            if call.get("before").is_some() {
                each_item(reply, |item| json::set(item, "isAgent", json!("false")));
            }
        }),
    ),
    list(
        "elizaos-empty-metadata-is-list",
        "schema",
        "Empty metadata are an empty list instead of an empty object.",
        OnReply(|_, reply| {
            each_item(reply, |item| {
                if item["metadata"] == json!({}) {
                    item["metadata"] = json!([]);
                }
            });
        }),
    ),
    of(
        "send-message",
        "elizaos-fifth-message-lost",
        "writes",
        "Every fifth message of a session is acknowledged but not kept.",
        around!(|call, inner| {
            let last = inner.send(&call.sibling(Method::GET, call.path.clone())).await;
            let content = call.member("content");
            let media_type =
                call.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
            let is_json = media_type.is_some_and(|media_type| media_type.contains("json"));
            if !last.is_success()
                || !content.is_string()
                || !is_json
                || inner.memory.count(&call.path) % 5 != 0
            {
                return inner.send(&call).await;
            }
            let last = last.json().pointer("/messages/0").cloned().unwrap_or_default();
            let id = last["id"].as_str().unwrap_or_default().chars().rev().collect::<String>();
            let message = json!({
                "id": id,
                "content": content,
                "author_id": last["authorId"],
                "created_at": stamp(&last).saturating_add(1).min(Timestamp::MAX.as_millisecond()),
                "metadata": call.json()["metadata"].as_object().cloned().unwrap_or_default(),
            });
            Reply::new(StatusCode::CREATED, &json!({"success": true, "userMessage": message}))
        }),
    ),
];
