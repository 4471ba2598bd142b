//! Cursors that cut in the wrong place, are taken from the wrong item, or are not honoured.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Fault, cursor, cursors, items, list, stamp};
use crate::reference::fault::call::{Call, Reply};
use crate::reference::fault::damage::Damage::{Reply as OnReply, Request};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;

fn shift(call: &mut Call, name: &str, by: i64) {
    if let Some(at) = cursor(call, name) {
        call.set(name, at.saturating_add(by));
    }
}

/// Removes a well-formed cursor; a malformed one is left to be refused.
fn forget(call: &mut Call, name: &str) {
    if cursor(call, name).is_some() {
        call.remove(name);
    }
}

fn is_number(call: &Call, name: &str) -> bool {
    call.get(name).is_some_and(|text| text.parse::<i64>().is_ok())
}

fn is_date_time(call: &Call, name: &str) -> bool {
    cursor(call, name).is_some() && !is_number(call, name)
}

/// Makes the handler refuse the cursors of a call.
fn spoil(call: &mut Call, unwanted: fn(&Call, &str) -> bool) {
    for name in ["before", "after"] {
        if unwanted(call, name) {
            call.set(name, "unknown");
        }
    }
}

pub(crate) const FAULTS: &[Fault] = &[
    list(
        "elizaos-growth-shifts-pages",
        "cursors",
        "Messages that come in while a list is paged through push its later pages back, as if cursors were offsets.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let all =
                inner.send(&call.sibling(Method::GET, call.path.clone()).with("limit", 100)).await.json();
            let Value::Array(all) = &all["messages"] else {
                return reply;
            };
            let key = format!("{} limit {} ", call.path, call.number("limit", 50));
            if call.get("before").is_none() && call.get("after").is_none() {
                inner.memory.count(&format!("{key}{:06}", all.len()));
            }
            let known = inner.memory.keys().into_iter().rfind(|known| known.starts_with(&key));
            let then = known.and_then(|known| known.rsplit(' ').next()?.parse().ok()).unwrap_or(all.len());
            if call.get("after").is_none() && cursor(&call, "before").is_some() && then < all.len() {
                let shift = all.len() - then;
                let page = reply.json()["messages"].take();
                let place = all.iter().position(|item| item["id"] == page[0]["id"]);
                if let (Some(place), Value::Array(page)) = (place, &page) {
                    let from = place.saturating_sub(shift);
                    items(&mut reply, |items| *items = all[from..from + page.len()].to_vec());
                }
            }
            reply
        }),
    ),
    list(
        "elizaos-empty-cursor-fails",
        "cursors",
        "A cursor without a text is answered with 500.",
        around!(|call, inner| {
            if call.get("before").is_some_and(|text| text.is_empty()) {
                let error = json!({"code": "INTERNAL_ERROR", "message": "Invalid time value"});
                return Reply::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    &json!({"success": false, "error": error}),
                );
            }
            inner.send(&call).await
        }),
    ),
    list(
        "elizaos-huge-cursor-fails",
        "cursors",
        "A number that is no time of any calendar is answered with 500.",
        around!(|call, inner| {
            let digits = |text: &String| text.len() > 18 && text.bytes().all(|octet| octet.is_ascii_digit());
            if call.get("before").as_ref().is_some_and(digits) {
                let error = json!({"code": "INTERNAL_ERROR", "message": "Invalid time value"});
                return Reply::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    &json!({"success": false, "error": error}),
                );
            }
            inner.send(&call).await
        }),
    ),
    list(
        "elizaos-before-inclusive",
        "cursors",
        "A page begins with the message that its `before` names.",
        Request(|call| shift(call, "before", 1)),
    ),
    list(
        "elizaos-after-inclusive",
        "cursors",
        "A page with `after` ends with the message that it names.",
        Request(|call| shift(call, "after", -1)),
    ),
    list(
        "elizaos-before-ignored",
        "cursors",
        "`before` is accepted and changes nothing, so a walk to older messages never ends.",
        Request(|call| forget(call, "before")),
    ),
    list(
        "elizaos-after-ignored",
        "cursors",
        "`after` is accepted and changes nothing.",
        Request(|call| forget(call, "after")),
    ),
    list(
        "elizaos-range-ignores-after",
        "cursors",
        "With both cursors only `before` holds.",
        Request(|call| {
            if cursor(call, "before").is_some() {
                forget(call, "after");
            }
        }),
    ),
    list(
        "elizaos-range-ignores-before",
        "cursors",
        "With both cursors only `after` holds.",
        Request(|call| {
            if cursor(call, "after").is_some() {
                forget(call, "before");
            }
        }),
    ),
    list(
        "elizaos-before-skips-one",
        "cursors",
        "A page with `before` lacks the message next to the cursor.",
        OnReply(|call, reply| {
            if call.get("before").is_some() {
                items(reply, |items| items.drain(..1.min(items.len())).for_each(drop));
            }
        }),
    ),
    list(
        "elizaos-older-cursor-one-late",
        "cursors",
        "The cursor for older messages is one millisecond too late, so the next page repeats a message.",
        OnReply(|_, reply| cursors(reply, |it| json::add(it, "before", 1))),
    ),
    list(
        "elizaos-newer-cursor-one-early",
        "cursors",
        "The cursor for newer messages is one millisecond too early, so the next page repeats a message.",
        OnReply(|_, reply| cursors(reply, |it| json::add(it, "after", -1))),
    ),
    list(
        "elizaos-cursors-in-seconds",
        "cursors",
        "Cursors are given in seconds, but read as milliseconds.",
        OnReply(|_, reply| {
            cursors(reply, |it| {
                for name in ["before", "after"] {
                    let millis = it[name].as_i64().unwrap_or_default();
                    json::set(it, name, json!(millis / 1000));
                }
            });
        }),
    ),
    list(
        "elizaos-cursors-swapped",
        "cursors",
        "The cursors for older and newer messages have changed places.",
        OnReply(|_, reply| {
            cursors(reply, |it| {
                let (before, after) = (it["before"].take(), it["after"].take());
                *it = json!({"before": after, "after": before});
            });
        }),
    ),
    list(
        "elizaos-older-cursor-of-second-oldest",
        "cursors",
        "The cursor for older messages is that of the second oldest message, so the next page repeats the oldest.",
        OnReply(|_, reply| {
            let body = reply.json();
            let oldest = body["messages"].as_array().into_iter().flatten().rev().nth(1).map(stamp);
            if let Some(stamp) = oldest {
                cursors(reply, |it| json::set(it, "before", json!(stamp)));
            }
        }),
    ),
    list(
        "elizaos-newer-cursor-of-oldest",
        "cursors",
        "The cursor for newer messages is that of the oldest message of the page.",
        OnReply(|_, reply| {
            cursors(reply, |it| {
                let before = it["before"].clone();
                json::set(it, "after", before);
            });
        }),
    ),
    list(
        "elizaos-after-shows-newest",
        "cursors",
        "With `after` alone the page shows the newest messages instead of those next to the cursor.",
        Request(|call| {
            if cursor(call, "after").is_some() && call.get("before").is_none() {
                call.set("before", i64::MAX);
            }
        }),
    ),
    list(
        "elizaos-after-oldest-first",
        "order",
        "With `after` the messages come oldest first.",
        OnReply(|call, reply| {
            if call.get("after").is_some() && call.get("before").is_none() {
                items(reply, |items| items.reverse());
            }
        }),
    ),
    list(
        "elizaos-walk-turns-back",
        "cursors",
        "From the second page on the cursor for older messages leads to the same page again.",
        OnReply(|call, reply| {
            if call.get("before").is_some() {
                cursors(reply, |it| {
                    let newest = it["after"].as_i64().unwrap_or_default();
                    json::set(it, "before", json!(newest.saturating_add(1)));
                });
            }
        }),
    ),
    list(
        "elizaos-number-cursor-refused",
        "cursors",
        "The cursors of an answer are refused when they are sent back as they are.",
        Request(|call| spoil(call, is_number)),
    ),
    list(
        "elizaos-date-time-cursor-refused",
        "cursors",
        "Cursors in the documented form, date-time, are refused.",
        Request(|call| spoil(call, is_date_time)),
    ),
    list(
        "elizaos-cursor-whole-seconds",
        "cursors",
        "A cursor loses its fraction of a second.",
        Request(|call| {
            for name in ["before", "after"] {
                if let Some(at) = cursor(call, name) {
                    call.set(name, at.saturating_sub(at.rem_euclid(1000)));
                }
            }
        }),
    ),
    list(
        "elizaos-malformed-cursor-ignored",
        "validation",
        "A cursor that is neither number nor date-time is left out instead of refused.",
        Request(|call| {
            for name in ["before", "after"] {
                if cursor(call, name).is_none() {
                    call.remove(name);
                }
            }
        }),
    ),
    list(
        "elizaos-cursor-missing",
        "cursors",
        "A page with older messages beyond it has no cursor for them.",
        OnReply(|_, reply| {
            if reply.json()["hasMore"] == json!(true) {
                cursors(reply, |it| json::remove(it, "before"));
            }
        }),
    ),
    list(
        "elizaos-cursors-are-text",
        "schema",
        "Cursors are text instead of integers.",
        OnReply(|_, reply| {
            cursors(reply, |it| {
                for name in ["before", "after"] {
                    let text = it[name].to_string();
                    json::set(it, name, json!(text));
                }
            });
        }),
    ),
    list(
        "elizaos-empty-page-null-cursors",
        "schema",
        "The cursors of an empty page are null.",
        OnReply(|_, reply| {
            reply.edit(|body| {
                if body["cursors"] == json!({}) {
                    body["cursors"] = json!({"before": Value::Null, "after": Value::Null});
                }
            });
        }),
    ),
    list(
        "elizaos-empty-page-has-cursors",
        "cursors",
        "An empty page has cursors to the beginning of time.",
        OnReply(|_, reply| {
            reply.edit(|body| {
                if body["cursors"] == json!({}) {
                    body["cursors"] = json!({"before": 0, "after": 0});
                }
            });
        }),
    ),
];
