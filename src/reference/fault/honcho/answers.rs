//! Answers with the wrong shape, status or headers.

use http::header::ALLOW;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Fault, messages, of, sessions};
use crate::reference::fault::call::Reply;
use crate::reference::fault::damage::Damage::Reply as OnReply;
use crate::reference::fault::json;
use crate::reference::fault::operation::ANY;

fn has_items(reply: &Reply) -> bool {
    json::count(&reply.json(), "items") > 0
}

pub(crate) const FAULTS: &[Fault] = &[
    sessions(
        "honcho-item-without-created-at",
        "schema",
        "Sessions in the list lack the required `created_at`.",
        OnReply(|_, reply| {
            reply.edit(|body| json::each(body, "items", |item| json::remove(item, "created_at")));
        }),
    ),
    messages(
        "honcho-token-count-is-text",
        "schema",
        "The number of tokens is text.",
        OnReply(|_, reply| {
            reply.edit(|body| {
                json::each(body, "items", |item| {
                    let text = item["token_count"].to_string();
                    json::set(item, "token_count", json!(text));
                });
            });
        }),
    ),
    of(
        "get-message",
        "honcho-fetched-metadata-null",
        "schema",
        "Empty metadata of a fetched message is null.",
        OnReply(|_, reply| {
            reply.edit(|body| {
                if body["metadata"] == json!({}) {
                    json::set(body, "metadata", Value::Null);
                }
            });
        }),
    ),
    sessions(
        "honcho-later-pages-activity-text",
        "schema",
        "From page 2 on `is_active` is text.",
        OnReply(|call, reply| {
            if call.number("page", 1) > 1 {
                reply.edit(|body| {
                    json::each(body, "items", |item| json::set(item, "is_active", json!("true")));
                });
            }
        }),
    ),
    messages(
        "honcho-created-at-without-zone",
        "schema",
        "`created_at` has no offset, so it is no date-time.",
        OnReply(|_, reply| {
            reply.edit(|body| {
                json::each(body, "items", |item| {
                    json::text(item, "created_at", |it| it.trim_end_matches('Z').to_owned());
                });
            });
        }),
    ),
    sessions(
        "honcho-total-missing",
        "schema",
        "The list lacks the required `total`.",
        OnReply(|_, reply| reply.edit(|body| json::remove(body, "total"))),
    ),
    messages(
        "honcho-no-items-is-null",
        "schema",
        "The items of an empty page are null.",
        OnReply(|_, reply| {
            if !has_items(reply) {
                reply.edit(|body| json::set(body, "items", Value::Null));
            }
        }),
    ),
    sessions(
        "honcho-pages-is-fraction",
        "schema",
        "The number of pages is not rounded.",
        OnReply(|_, reply| {
            reply.edit(|body| {
                let (total, size) =
                    (body["total"].as_f64().unwrap_or(0.0), body["size"].as_f64().unwrap_or(1.0));
                json::set(body, "pages", json!(total / size + 0.5));
            });
        }),
    ),
    of(
        "get-message",
        "honcho-missing-message-is-ok",
        "http",
        "A message that does not exist is answered with 200 and null.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::NOT_FOUND {
                *reply = Reply::new(StatusCode::OK, &Value::Null);
            }
        }),
    ),
    sessions(
        "honcho-empty-list-fails",
        "http",
        "A list without items is answered with 500.",
        OnReply(|_, reply| {
            if reply.json()["total"] == json!(0) {
                let body = json!({"detail": "list index out of range"});
                *reply = Reply::new(StatusCode::INTERNAL_SERVER_ERROR, &body);
            }
        }),
    ),
    messages(
        "honcho-list-is-plain-text",
        "http",
        "The list is sent as `text/plain`.",
        OnReply(|_, reply| {
            if reply.is_success() {
                reply.set_header("content-type", "text/plain; charset=utf-8");
            }
        }),
    ),
    sessions(
        "honcho-list-cut-off",
        "http",
        "The JSON of a page with items lacks its last byte.",
        OnReply(|_, reply| {
            if has_items(reply) {
                reply.body.pop();
            }
        }),
    ),
    messages(
        "honcho-byte-order-mark",
        "http",
        "The JSON begins with a byte order mark.",
        OnReply(|_, reply| {
            if reply.is_success() {
                reply.body.splice(0..0, *b"\xef\xbb\xbf");
            }
        }),
    ),
    of(
        "create-messages",
        "honcho-batch-answered-in-reverse",
        "fidelity",
        "The answer to a batch shows its messages in reverse; they are kept in the right order.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::CREATED {
                reply.edit(|body| {
                    if let Value::Array(messages) = body {
                        messages.reverse();
                    }
                });
            }
        }),
    ),
    messages(
        "honcho-third-page-breaks-off",
        "http",
        "The connection breaks in the middle of page 3.",
        OnReply(|call, reply| reply.breaks = call.number("page", 1) == 3),
    ),
    of(
        "create-messages",
        "honcho-created-messages-ok",
        "http",
        "The creation of messages is answered with 200 instead of 201.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::CREATED {
                reply.status = StatusCode::OK;
            }
        }),
    ),
    sessions(
        "honcho-list-answers-created",
        "http",
        "The list, being asked for by POST, is answered with 201.",
        OnReply(|_, reply| {
            if reply.is_success() {
                reply.status = StatusCode::CREATED;
            }
        }),
    ),
    sessions(
        "honcho-empty-list-no-content",
        "http",
        "A list without items is answered with 204.",
        OnReply(|_, reply| {
            if reply.json()["total"] == json!(0) {
                reply.status = StatusCode::NO_CONTENT;
                reply.body.clear();
            }
        }),
    ),
    of(
        ANY,
        "honcho-no-allow",
        "http",
        "The answer to a method that is not allowed does not name those that are.",
        OnReply(|_, reply| drop(reply.headers.remove(ALLOW))),
    ),
    of(
        ANY,
        "honcho-wrong-method-fails",
        "http",
        "A method that is not allowed is answered with 500.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::METHOD_NOT_ALLOWED {
                reply.status = StatusCode::INTERNAL_SERVER_ERROR;
            }
        }),
    ),
    of(
        "get-message",
        "honcho-head-length-wrong",
        "http",
        "The answer to HEAD claims a length of 0.",
        OnReply(|call, reply| {
            if call.method == Method::GET {
                reply.head_length = Some(0);
            }
        }),
    ),
    messages(
        "honcho-latin-1",
        "http",
        "The list claims to be, and is, encoded in ISO 8859-1 where it can be.",
        OnReply(|_, reply| {
            if reply.is_success() {
                reply.set_header("content-type", "application/json; charset=iso-8859-1");
                let text = String::from_utf8_lossy(&reply.body).into_owned();
                reply.body = text.chars().map(|it| u8::try_from(u32::from(it)).unwrap_or(b'?')).collect();
            }
        }),
    ),
    messages(
        "honcho-list-claims-gzip",
        "http",
        "The list says that it is compressed, and is not.",
        OnReply(|_, reply| reply.set_header("content-encoding", "gzip")),
    ),
    of(
        "get-message",
        "honcho-missing-message-fails",
        "http",
        "A message that does not exist is answered with 500.",
        OnReply(|_, reply| {
            if reply.status == StatusCode::NOT_FOUND {
                reply.status = StatusCode::INTERNAL_SERVER_ERROR;
            }
        }),
    ),
    messages(
        "honcho-errors-are-html",
        "http",
        "Errors are sent as HTML.",
        OnReply(|_, reply| {
            if !reply.is_success() {
                reply.set_header("content-type", "text/html");
                reply.body = b"<html><body>Error</body></html>".to_vec();
            }
        }),
    ),
];
