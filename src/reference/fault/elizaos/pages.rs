//! Pages of the wrong length, order or membership, and a `hasMore` that does not tell the truth.

use http::Method;
use serde_json::json;

use super::{Fault, cursor, items, list, stamp};
use crate::reference::fault::call::{Call, Reply};
use crate::reference::fault::damage::Damage::{Reply as OnReply, Request};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;

fn set_has_more(reply: &mut Reply, more: bool) {
    reply.edit(|body| json::set(body, "hasMore", json!(more)));
}

fn has_valid_limit(call: &Call) -> bool {
    (1..=100).contains(&call.number("limit", 50)) && call.is_number_or_absent("limit")
}

fn swap_first_two(reply: &mut Reply) {
    items(reply, |items| {
        if items.len() > 1 {
            items.swap(0, 1);
        }
    });
}

pub(crate) const FAULTS: &[Fault] = &[
    list(
        "elizaos-has-more-always",
        "pages",
        "`hasMore` is always true.",
        OnReply(|_, reply| set_has_more(reply, true)),
    ),
    list(
        "elizaos-has-more-never",
        "pages",
        "`hasMore` is always false.",
        OnReply(|_, reply| set_has_more(reply, false)),
    ),
    list(
        "elizaos-has-more-when-full",
        "pages",
        "`hasMore` is true for every full page, also for one that ends where the messages end.",
        OnReply(|call, reply| {
            let count = json::count(&reply.json(), "messages");
            set_has_more(reply, i64::try_from(count).is_ok_and(|count| count == call.number("limit", 50)));
        }),
    ),
    list(
        "elizaos-range-more-when-full",
        "pages",
        "With both cursors `hasMore` only says that the page is full.",
        OnReply(|call, reply| {
            if call.get("before").is_some() && call.get("after").is_some() {
                let count = json::count(&reply.json(), "messages");
                let full = i64::try_from(count).is_ok_and(|count| count == call.number("limit", 50));
                set_has_more(reply, full);
            }
        }),
    ),
    list(
        "elizaos-newer-more-when-full",
        "pages",
        "With `after` alone `hasMore` only says that the page is full.",
        OnReply(|call, reply| {
            if call.get("before").is_none() && call.get("after").is_some() {
                let count = json::count(&reply.json(), "messages");
                let full = i64::try_from(count).is_ok_and(|count| count == call.number("limit", 50));
                set_has_more(reply, full);
            }
        }),
    ),
    list(
        "elizaos-page-one-too-many",
        "pages",
        "A full page has one message more than its limit.",
        Request(|call| {
            let limit = call.number("limit", 50);
            if (1..100).contains(&limit) && has_valid_limit(call) {
                call.set("limit", limit + 1);
            }
        }),
    ),
    list(
        "elizaos-newest-page-one-too-few",
        "pages",
        "A page of more than two messages that no cursor bounds has one less than its limit.",
        Request(|call| {
            let limit = call.number("limit", 50);
            let bounded = ["before", "after"].iter().any(|name| call.get(name).is_some());
            if limit > 2 && has_valid_limit(call) && !bounded {
                call.set("limit", limit - 1);
            }
        }),
    ),
    list(
        "elizaos-limit-ignored",
        "pages",
        "Every page has the default length.",
        Request(|call| {
            if has_valid_limit(call) {
                call.remove("limit");
            }
        }),
    ),
    list(
        "elizaos-limit-ignored-with-before",
        "pages",
        "With `before` the page has the default length.",
        Request(|call| {
            if has_valid_limit(call) && cursor(call, "before").is_some() {
                call.remove("limit");
            }
        }),
    ),
    list(
        "elizaos-largest-page-short",
        "pages",
        "A page of the largest limit lacks its oldest message, which no other page shows.",
        OnReply(|call, reply| {
            if call.number("limit", 50) == 100 {
                items(reply, |items| items.truncate(99));
            }
        }),
    ),
    list(
        "elizaos-default-limit-twenty",
        "pages",
        "Without a limit the page has 20 messages instead of the documented 50.",
        Request(|call| {
            if call.get("limit").is_none() {
                call.set("limit", 20);
            }
        }),
    ),
    list(
        "elizaos-oldest-first",
        "order",
        "Messages come oldest first.",
        OnReply(|_, reply| items(reply, |items| items.reverse())),
    ),
    list(
        "elizaos-neighbours-swapped",
        "order",
        "The first two messages of each page have changed places.",
        OnReply(|_, reply| swap_first_two(reply)),
    ),
    list(
        "elizaos-later-pages-unordered",
        "order",
        "With `before` the first two messages have changed places.",
        OnReply(|call, reply| {
            if call.get("before").is_some() {
                swap_first_two(reply);
            }
        }),
    ),
    list(
        "elizaos-first-message-never-shown",
        "pages",
        "The last page of a walk lacks the oldest message.",
        OnReply(|call, reply| {
            if call.get("before").is_some() && call.get("after").is_none() && reply.json()["hasMore"] == false
            {
                items(reply, |items| drop(items.pop()));
            }
        }),
    ),
    list(
        "elizaos-third-message-repeated",
        "pages",
        "A page of three or more messages shows its third one twice.",
        OnReply(|_, reply| {
            items(reply, |items| {
                if let Some(third) = items.get(2).cloned() {
                    items.insert(3, third);
                }
            });
        }),
    ),
    list(
        "elizaos-leaks-other-session",
        "isolation",
        "The last page also shows a message of another session that was listed before.",
        around!(|call, inner| {
            inner.memory.count(&call.path);
            let mut reply = inner.send(&call).await;
            if reply.json()["hasMore"] == false && call.get("after").is_none() {
                let others = inner.memory.keys();
                for path in others.into_iter().filter(|path| *path != call.path) {
                    let other = inner.send(&call.sibling(Method::GET, path)).await.json();
                    if let Some(foreign) = other["messages"].get(0).cloned() {
                        items(&mut reply, |items| {
                            items.push(foreign);
                            items.sort_by_key(|item| std::cmp::Reverse(stamp(item)));
                        });
                        break;
                    }
                }
            }
            reply
        }),
    ),
    list(
        "elizaos-range-of-all-sessions",
        "isolation",
        "With both cursors the page takes in messages of other sessions that were listed before.",
        around!(|call, inner| {
            inner.memory.count(&call.path);
            let mut reply = inner.send(&call).await;
            if call.get("before").is_none() || call.get("after").is_none() || !reply.is_success() {
                return reply;
            }
            let mut own = reply.json();
            let mut more = own["hasMore"] == true;
            let mut all = own["messages"].as_array_mut().map(std::mem::take).unwrap_or_default();
            for path in inner.memory.keys().into_iter().filter(|path| *path != call.path) {
                let mut theirs = call.clone();
                theirs.path = path;
                let mut other = inner.send(&theirs).await.json();
                more |= other["hasMore"] == true;
                all.extend(other["messages"].as_array_mut().map(std::mem::take).unwrap_or_default());
            }
            all.sort_by_key(|item| std::cmp::Reverse(stamp(item)));
            let limit = usize::try_from(call.number("limit", 50)).unwrap_or_default();
            more |= all.len() > limit;
            all.truncate(limit);
            if let (Some(newest), Some(oldest)) = (all.first(), all.last()) {
                let cursors = json!({"before": stamp(oldest), "after": stamp(newest)});
                reply.edit(|body| *body = json!({"messages": all, "hasMore": more, "cursors": cursors}));
            }
            reply
        }),
    ),
    list(
        "elizaos-newest-message-late",
        "writes",
        "The first list after a message was sent does not show it.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            if call.get("before").is_none() && call.get("after").is_none() {
                let newest = reply.json()["messages"][0]["id"].to_string();
                if inner.memory.count(&newest) == 1 {
                    items(&mut reply, |items| items.drain(..1.min(items.len())).for_each(drop));
                }
            }
            reply
        }),
    ),
    list(
        "elizaos-largest-limit-refused",
        "validation",
        "The documented maximum of the limit is refused.",
        Request(|call| {
            if call.number("limit", 50) == 100 {
                call.set("limit", 101);
            }
        }),
    ),
];
