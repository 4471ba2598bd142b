//! Bad requests that are accepted, good ones that are refused, and errors in the wrong shape.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Fault, messages, of, sessions};
use crate::reference::fault::call::{Call, Reply};
use crate::reference::fault::damage::Damage::{self, Reply as OnReply, Request};
use crate::reference::fault::json;
use crate::reference::fault::operation::ANY;

/// A fault of the creation of messages.
const fn creation(name: &'static str, summary: &'static str, damage: Damage) -> Fault {
    of("create-messages", name, "validation", summary, damage)
}

fn refuse(reply: &mut Reply, place: [&str; 2]) {
    let problem = json!({"type": "value_error", "loc": place, "msg": "Value is not allowed"});
    *reply = Reply::new(StatusCode::UNPROCESSABLE_ENTITY, &json!({"detail": [problem]}));
}

fn longest_content(call: &Call) -> usize {
    let body = call.json();
    let messages = body["messages"].as_array().into_iter().flatten();
    messages.filter_map(|it| it["content"].as_str()).map(|it| it.chars().count()).max().unwrap_or(0)
}

pub(crate) const FAULTS: &[Fault] = &[
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
    messages(
        "honcho-negative-page-accepted",
        "validation",
        "A negative page number is taken for page 1.",
        Request(|call| {
            if call.number("page", 1) < 0 {
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
        OnReply(|call, reply| {
            if call.number("size", 50) == 100 {
                refuse(reply, ["query", "size"]);
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
        "honcho-number-for-content-accepted",
        "A content that is a number becomes text.",
        Request(|call| {
            call.edit(|body| {
                json::each(body, "messages", |message| {
                    if message["content"].is_number() {
                        message["content"] = json!(message["content"].to_string());
                    }
                });
            });
        }),
    ),
    creation(
        "honcho-long-content-cut",
        "A content over the maximum is cut to it instead of refused.",
        Request(|call| {
            if longest_content(call) > 25_000 {
                call.edit(|body| {
                    json::each(body, "messages", |message| {
                        json::text(message, "content", |it| it.chars().take(25_000).collect());
                    });
                });
            }
        }),
    ),
    creation(
        "honcho-longest-content-refused",
        "A content of exactly the documented maximum is refused.",
        OnReply(|call, reply| {
            if longest_content(call) == 25_000 {
                refuse(reply, ["body", "messages"]);
            }
        }),
    ),
    creation(
        "honcho-length-counted-in-bytes",
        "A content of the right length is refused when its UTF-8 has more than 25000 bytes.",
        OnReply(|call, reply| {
            let body = call.json();
            let messages = body["messages"].as_array().into_iter().flatten();
            if messages.filter_map(|it| it["content"].as_str()).any(|it| it.len() > 25_000) {
                refuse(reply, ["body", "messages"]);
            }
        }),
    ),
    creation(
        "honcho-full-batch-refused",
        "A batch of the documented maximum of 100 messages is refused.",
        OnReply(|call, reply| {
            if json::count(&call.json(), "messages") == 100 {
                refuse(reply, ["body", "messages"]);
            }
        }),
    ),
    creation(
        "honcho-empty-batch-accepted",
        "A batch without messages is answered with 201.",
        OnReply(|call, reply| {
            if call.json()["messages"] == json!([]) {
                *reply = Reply::new(StatusCode::CREATED, &json!([]));
            }
        }),
    ),
    creation(
        "honcho-empty-content-refused",
        "An empty content, which is allowed, is refused.",
        OnReply(|call, reply| {
            let body = call.json();
            if body["messages"].as_array().into_iter().flatten().any(|it| it["content"] == json!("")) {
                refuse(reply, ["body", "messages"]);
            }
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
