//! Values that do not come back as sent, wrong shapes and statuses, and requests that are judged wrongly.

use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::{Fault, each_item, is_filtered, items, list, of};
use crate::reference::fault::call::{Call, Reply};
use crate::reference::fault::damage::Damage::{self, Reply as OnReply, Request};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;
use crate::reference::fault::operation::ANY;
use crate::reference::fault::text;

/// A fault of the creation of messages.
const fn created(name: &'static str, family: &'static str, summary: &'static str, damage: Damage) -> Fault {
    of("create-messages", name, family, summary, damage)
}

/// Changes each message on its way in, whether it comes alone or in a list.
fn each_message(call: &mut Call, change: impl Fn(&mut Value)) {
    call.edit(|body| match body.get_mut("content") {
        Some(Value::Array(items)) => items.iter_mut().for_each(change),
        Some(message) => change(message),
        None => {}
    });
}

pub(crate) const FAULTS: &[Fault] = &[
    created(
        "mielto-message-created-twice",
        "writes",
        "A message that is sent alone is kept twice.",
        around!(|call, inner| {
            if call.json().get("content").and_then(Value::as_array).is_none_or(|items| items.len() == 1) {
                inner.send(&call).await;
            }
            inner.send(&call).await
        }),
    ),
    created(
        "mielto-batch-loses-last",
        "writes",
        "Of several messages in one request the last is neither kept nor answered.",
        Request(|call| {
            call.edit(|body| {
                json::list(body, "content", |messages| {
                    if messages.len() > 1 {
                        messages.pop();
                    }
                });
            });
        }),
    ),
    created(
        "mielto-refused-message-kept",
        "writes",
        "Of a message that is refused an empty one is kept.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            let conversation = call.json().get("conversation_id").cloned().unwrap_or_default();
            if reply.status == StatusCode::UNPROCESSABLE_ENTITY && conversation.is_string() {
                let mut part = call.clone();
                let message = json!({"content": "kept", "role": "user"});
                part.set_json(&json!({"conversation_id": conversation, "content": message}));
                inner.send(&part).await;
            }
            reply
        }),
    ),
    created(
        "mielto-content-trimmed",
        "fidelity",
        "Blanks at the ends of the content are removed.",
        Request(|call| each_message(call, |it| json::text(it, "content", |text| text.trim().to_owned()))),
    ),
    created(
        "mielto-content-composed",
        "fidelity",
        "Letters with combining marks are composed (Unicode normalisation form C).",
        Request(|call| each_message(call, |it| json::text(it, "content", text::composed))),
    ),
    created(
        "mielto-tags-sorted",
        "fidelity",
        "Tags come back in alphabetical order.",
        Request(|call| {
            each_message(call, |it| json::list(it, "tags", |tags| tags.sort_by_key(Value::to_string)));
        }),
    ),
    created(
        "mielto-meta-data-empty-containers-dropped",
        "fidelity",
        "Empty lists and objects in `meta_data` disappear.",
        Request(|call| {
            each_message(call, |it| {
                if let Some(data) = it.get_mut("meta_data").filter(|data| data.is_object()) {
                    json::objects(data, &mut |map| map.retain(|_, it| *it != json!([]) && *it != json!({})));
                }
            });
        }),
    ),
    list(
        "mielto-list-content-cut-at-255",
        "fidelity",
        "The list shows only the first 255 characters of the content.",
        OnReply(|_, reply| {
            each_item(reply, |item| json::text(item, "content", |it| text::cut(it, 255)));
        }),
    ),
    list(
        "mielto-list-without-meta-data",
        "fidelity",
        "The list shows null for `meta_data`.",
        OnReply(|_, reply| each_item(reply, |item| json::set(item, "meta_data", Value::Null))),
    ),
    list(
        "mielto-sender-missing",
        "schema",
        "Messages in the list lack the required `sender_id`.",
        OnReply(|_, reply| each_item(reply, |item| json::remove(item, "sender_id"))),
    ),
    list(
        "mielto-total-missing",
        "schema",
        "The list lacks the required `total_count`.",
        OnReply(|_, reply| reply.edit(|body| json::remove(body, "total_count"))),
    ),
    list(
        "mielto-total-is-text",
        "schema",
        "The total is text.",
        OnReply(|_, reply| {
            reply.edit(|body| {
                let text = body["total_count"].to_string();
                json::set(body, "total_count", json!(text));
            });
        }),
    ),
    list(
        "mielto-tags-are-text",
        "schema",
        "With an offset the tags of a message are one text.",
        OnReply(|call, reply| {
            if call.number("skip", 0) > 0 {
                each_item(reply, |item| {
                    if let Some(tags) = item["tags"].as_array() {
                        let tags: Vec<&str> = tags.iter().filter_map(Value::as_str).collect();
                        item["tags"] = json!(tags.join(","));
                    }
                });
            }
        }),
    ),
    list(
        "mielto-sent-at-without-zone",
        "schema",
        "`sent_at` has no offset, so it is no date-time.",
        OnReply(|_, reply| {
            each_item(reply, |item| json::text(item, "sent_at", |it| it.trim_end_matches('Z').to_owned()));
        }),
    ),
    of(
        "get-message",
        "mielto-fetched-role-null",
        "schema",
        "A fetched message has null for its role, which is not allowed.",
        OnReply(|_, reply| reply.edit(|body| json::set(body, "role", Value::Null))),
    ),
    list(
        "mielto-empty-list-not-found",
        "http",
        "A list without messages is answered with 404.",
        OnReply(|_, reply| {
            if reply.json()["total_count"] == 0 {
                *reply = Reply::new(StatusCode::NOT_FOUND, &json!({"detail": "Message not found"}));
            }
        }),
    ),
    list(
        "mielto-list-is-html",
        "http",
        "The list is sent as `text/html`.",
        OnReply(|_, reply| {
            if reply.is_success() {
                reply.set_header("content-type", "text/html; charset=utf-8");
            }
        }),
    ),
    list(
        "mielto-later-pages-fail",
        "http",
        "An offset of 10 or more is answered with 500.",
        OnReply(|call, reply| {
            if call.number("skip", 0) >= 10 && reply.is_success() {
                *reply = Reply::new(StatusCode::INTERNAL_SERVER_ERROR, &json!({"detail": "timeout"}));
            }
        }),
    ),
    of(
        "get-message",
        "mielto-missing-message-invalid",
        "http",
        "A message that does not exist is answered with 400.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::NOT_FOUND {
                reply.status = StatusCode::BAD_REQUEST;
            }
        }),
    ),
    of(
        ANY,
        "mielto-no-allow",
        "http",
        "The answer to a method that is not allowed does not name those that are.",
        OnReply(|_, reply| drop(reply.headers.remove(ALLOW))),
    ),
    created(
        "mielto-created-one-not-listed",
        "schema",
        "The creation of a single message is answered with the message instead of a list of it.",
        OnReply(|_, reply| {
            reply.edit(|body| {
                if let Some([only]) = body.as_array().map(Vec::as_slice) {
                    *body = only.clone();
                }
            });
        }),
    ),
    list(
        "mielto-negative-skip-accepted",
        "validation",
        "A negative offset is taken for 0.",
        Request(|call| {
            if call.number("skip", 0) < 0 {
                call.remove("skip");
            }
        }),
    ),
    list(
        "mielto-limit-zero-accepted",
        "validation",
        "The limit 0 is taken for the default.",
        Request(|call| {
            if call.get("limit").as_deref() == Some("0") {
                call.remove("limit");
            }
        }),
    ),
    list(
        "mielto-limit-clamped",
        "validation",
        "A limit over the maximum is cut to it instead of refused.",
        Request(|call| {
            if call.number("limit", 100) > 1000 {
                call.set("limit", 1000);
            }
        }),
    ),
    list(
        "mielto-text-for-number-accepted",
        "validation",
        "An offset or limit that is no number is taken for the default.",
        Request(|call| {
            for name in ["skip", "limit"] {
                if !call.is_number_or_absent(name) {
                    call.remove(name);
                }
            }
        }),
    ),
    list(
        "mielto-largest-limit-refused",
        "validation",
        "The documented maximum of the limit is refused.",
        Request(|call| {
            if call.number("limit", 100) == 1000 {
                call.set("limit", 1001);
            }
        }),
    ),
    list(
        "mielto-unknown-order-fails",
        "validation",
        "An `order_by` that names no field is answered with 500.",
        OnReply(|call, reply| {
            if call.get("order_by").is_some() && reply.status == StatusCode::UNPROCESSABLE_ENTITY {
                *reply = Reply::new(StatusCode::INTERNAL_SERVER_ERROR, &json!({"detail": "no such column"}));
            }
        }),
    ),
    list(
        "mielto-problems-are-text",
        "validation",
        "The detail of a 422 is text instead of a list of problems.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::UNPROCESSABLE_ENTITY {
                reply.set_json(&json!({"detail": "Validation failed"}));
            }
        }),
    ),
    list(
        "mielto-invalid-is-bad-request",
        "validation",
        "A request that does not fit the document is answered with 400 instead of 422.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::UNPROCESSABLE_ENTITY {
                reply.status = StatusCode::BAD_REQUEST;
            }
        }),
    ),
    created(
        "mielto-missing-content-accepted",
        "validation",
        "A message without content is created with an empty one.",
        Request(|call| {
            each_message(call, |message| {
                if let Value::Object(map) = message {
                    map.entry("content").or_insert(json!(""));
                }
            });
        }),
    ),
    of(
        ANY,
        "mielto-malformed-json-fails",
        "validation",
        "A body that is no JSON is answered with 500.",
        OnReply(|_, reply| {
            if reply.json()["detail"][0]["type"] == "json_invalid" {
                *reply = Reply::new(StatusCode::INTERNAL_SERVER_ERROR, &json!({"detail": "JSONDecodeError"}));
            }
        }),
    ),
    list(
        "mielto-newest-message-late",
        "writes",
        "The first list after a message was created does not show the newest one.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let total = reply.json()["total_count"].as_u64().unwrap_or(0);
            let conversation = call.get("conversation_id").unwrap_or_default();
            let narrowed = is_filtered(&call.without("conversation_id"));
            let ordered = call.get("order_by").is_some() || call.get("order_direction").is_some();
            let first = total > 0 && call.number("skip", 0) == 0 && !narrowed && !ordered;
            if first && inner.memory.count(&format!("{conversation} {total}")) == 1 {
                reply.edit(|body| json::add(body, "total_count", -1));
                items(&mut reply, |items| items.drain(..1.min(items.len())).for_each(drop));
            }
            reply
        }),
    ),
    list(
        "mielto-list-item-without-id",
        "schema",
        "The last item of a page that is not the first has no id.",
        OnReply(|call, reply| {
            if call.number("skip", 0) > 0 {
                reply.edit(|body| {
                    json::list(body, "data", |items| {
                        if let Some(last) = items.last_mut() {
                            json::remove(last, "id");
                        }
                    });
                });
            }
        }),
    ),
    list(
        "mielto-second-answer-turned",
        "order",
        "A page that is asked for again has its first two items in the other order.",
        around!(|call, inner| {
            let wanted = [
                "conversation_id",
                "skip",
                "limit",
                "order_by",
                "order_direction",
                "role",
                "sender_id",
                "message_type",
                "tags",
                "search",
            ]
            .map(|name| call.get(name));
            let turned = inner.memory.count(&format!("{wanted:?}")) == 2;
            let mut reply = inner.send(&call).await;
            if turned {
                reply.edit(|body| {
                    json::list(body, "data", |items| {
                        if items.len() > 1 {
                            items.swap(0, 1);
                        }
                    });
                });
            }
            reply
        }),
    ),
    of(
        "get-message",
        "mielto-retry-after-in-words",
        "http",
        "A 404 says in words when to try again.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::NOT_FOUND {
                reply.headers.insert(RETRY_AFTER, HeaderValue::from_static("in a while"));
            }
        }),
    ),
    of(
        "create-conversation",
        "mielto-malformed-conversation-is-empty",
        "validation",
        "A body that is no JSON is taken for an empty object.",
        Request(|call| {
            if serde_json::from_slice::<Value>(&call.body).is_err() {
                call.set_json(&json!({}));
            }
        }),
    ),
];
