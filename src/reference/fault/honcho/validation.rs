//! Bad requests that are accepted, good ones that are refused, and errors in the wrong shape.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Fault, messages, of, sessions};
use crate::reference::fault::call::{Call, Reply};
use crate::reference::fault::damage::Damage::{self, Reply as OnReply, Request};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;
use crate::reference::fault::operation::ANY;

/// A fault of the creation of messages.
const fn creation(name: &'static str, summary: &'static str, damage: Damage) -> Fault {
    of("create-messages", name, "validation", summary, damage)
}

/// Changes each content on its way in. What the handler then refuses is refused before anything is created.
fn each_content(call: &mut Call, change: fn(&str) -> String) {
    call.edit(|body| json::each(body, "messages", |message| json::text(message, "content", change)));
}

pub(crate) const FAULTS: &[Fault] = &[
    messages(
        "honcho-negative-page-accepted",
        "validation",
        "A negative page is counted from the end.",
        Request(|call| {
            if call.number("page", 1) < 0 {
                call.set("page", 1);
            }
        }),
    ),
    messages(
        "honcho-repeated-page-fails",
        "validation",
        "A page that is given twice is answered with 500.",
        around!(|call, inner| {
            if call.times("page") > 1 {
                return Reply::new(StatusCode::INTERNAL_SERVER_ERROR, &json!({"detail": "not a number"}));
            }
            inner.send(&call).await
        }),
    ),
    of(
        "get-message",
        "honcho-never-modified",
        "http",
        "Whatever tag a client has of a message, it is told that nothing was modified.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            if reply.is_success() {
                reply.set_header("etag", "\"message\"");
                if call.headers.contains_key("if-none-match") {
                    reply.status = StatusCode::NOT_MODIFIED;
                    reply.body.clear();
                }
            }
            reply
        }),
    ),
    of(
        "get-message",
        "honcho-tag-ignored",
        "http",
        "A message comes with a tag, and comes again to a client that has it.",
        OnReply(|_, reply| {
            if reply.is_success() {
                reply.set_header("etag", "\"message\"");
            }
        }),
    ),
    messages(
        "honcho-size-zero-accepted",
        "validation",
        "The size 0 is taken for the default.",
        Request(|call| {
            if call.get("size").as_deref() == Some("0") {
                call.remove("size");
            }
        }),
    ),
    sessions(
        "honcho-size-clamped",
        "validation",
        "A size over the maximum is cut to it instead of refused.",
        Request(|call| {
            if call.number("size", 50) > 100 {
                call.set("size", 100);
            }
        }),
    ),
    messages(
        "honcho-page-zero-accepted",
        "validation",
        "Page 0 is taken for page 1.",
        Request(|call| {
            if call.get("page").as_deref() == Some("0") {
                call.remove("page");
            }
        }),
    ),
    sessions(
        "honcho-text-for-number-accepted",
        "validation",
        "A page or size that is no number is taken for the default.",
        Request(|call| {
            for name in ["page", "size"] {
                if !call.is_number_or_absent(name) {
                    call.remove(name);
                }
            }
        }),
    ),
    messages(
        "honcho-any-boolean-accepted",
        "validation",
        "A `reverse` that is no boolean is taken for false.",
        Request(|call| {
            let known = ["true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"];
            if call.get("reverse").is_some_and(|text| !known.contains(&text.to_ascii_lowercase().as_str())) {
                call.remove("reverse");
            }
        }),
    ),
    sessions(
        "honcho-largest-size-refused",
        "validation",
        "The documented maximum of the size is refused.",
        Request(|call| {
            if call.number("size", 50) == 100 {
                call.set("size", 101);
            }
        }),
    ),
    creation(
        "honcho-missing-content-accepted",
        "A message without content is created with an empty one.",
        Request(|call| {
            call.edit(|body| {
                json::each(body, "messages", |message| {
                    if let Value::Object(map) = message {
                        map.entry("content").or_insert(json!(""));
                    }
                });
            });
        }),
    ),
    creation(
        "honcho-long-content-cut",
        "A content over the maximum is cut to it instead of refused.",
        Request(|call| each_content(call, |it| it.chars().take(25_000).collect())),
    ),
    creation(
        "honcho-longest-content-refused",
        "A content of exactly the documented maximum is refused.",
        Request(|call| {
            each_content(call, |it| it.to_owned() + if it.chars().count() == 25_000 { "x" } else { "" });
        }),
    ),
    creation(
        "honcho-length-counted-in-bytes",
        "A content of the right length is refused when its UTF-8 has more than 25000 bytes.",
        Request(|call| {
            each_content(call, |it| it.to_owned() + &"x".repeat(if it.len() > 25_000 { 25_000 } else { 0 }));
        }),
    ),
    creation(
        "honcho-full-batch-refused",
        "A batch of the documented maximum of 100 messages is refused.",
        Request(|call| {
            call.edit(|body| {
                json::list(body, "messages", |items| {
                    if items.len() == 100 {
                        items.extend_from_within(..1);
                    }
                });
            });
        }),
    ),
    creation(
        "honcho-empty-batch-accepted",
        "A batch without messages is answered with 201.",
        OnReply(|call, reply| {
            if call.json()["messages"] == json!([]) && reply.status == StatusCode::UNPROCESSABLE_ENTITY {
                *reply = Reply::new(StatusCode::CREATED, &json!([]));
            }
        }),
    ),
    creation(
        "honcho-empty-content-refused",
        "An empty content, which is allowed, is refused.",
        Request(|call| {
            call.edit(|body| {
                json::each(body, "messages", |message| {
                    if message["content"] == json!("") {
                        message["content"] = Value::Null;
                    }
                });
            });
        }),
    ),
    messages(
        "honcho-problems-are-text",
        "validation",
        "The detail of a 422 is text instead of a list of problems.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::UNPROCESSABLE_ENTITY {
                reply.set_json(&json!({"detail": "Validation failed"}));
            }
        }),
    ),
    sessions(
        "honcho-problems-without-place",
        "validation",
        "The problems of a 422 lack the required `loc`.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::UNPROCESSABLE_ENTITY {
                let mut body = reply.json();
                json::each(&mut body, "detail", |problem| json::remove(problem, "loc"));
                reply.set_json(&body);
            }
        }),
    ),
    of(
        ANY,
        "honcho-malformed-json-fails",
        "validation",
        "A body that is no JSON is answered with 500.",
        OnReply(|_, reply| {
            if reply.json()["detail"][0]["type"] == "json_invalid" {
                *reply = Reply::new(StatusCode::INTERNAL_SERVER_ERROR, &json!({"detail": "JSONDecodeError"}));
            }
        }),
    ),
    messages(
        "honcho-problems-answered-with-400",
        "validation",
        "What the document answers with 422 is answered with 400.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::UNPROCESSABLE_ENTITY {
                reply.status = StatusCode::BAD_REQUEST;
            }
        }),
    ),
];
