//! Items in the wrong order.

use super::{Fault, Paging, all, messages, paging, sessions};
use crate::reference::fault::call::{Call, Reply};
use crate::reference::fault::damage::Damage::{Reply as OnReply, Request};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;
use serde_json::json;

fn is_reversed(call: &Call) -> bool {
    matches!(call.get("reverse").as_deref(), Some("true" | "1" | "yes" | "on"))
}

fn swap_first_two(reply: &mut Reply) {
    reply.edit(|body| {
        json::list(body, "items", |items| {
            if items.len() > 1 {
                items.swap(0, 1);
            }
        });
    });
}

pub(crate) const FAULTS: &[Fault] = &[
    sessions(
        "honcho-order-inverted",
        "order",
        "The list is newest first by default and oldest first with `reverse`.",
        Request(|call| {
            let inverted = !is_reversed(call);
            if call.get("reverse").is_none_or(|text| text == "true" || text == "false") {
                call.set("reverse", inverted);
            }
        }),
    ),
    messages(
        "honcho-neighbours-swapped",
        "order",
        "The first two items of each page have changed places.",
        OnReply(|_, reply| swap_first_two(reply)),
    ),
    sessions(
        "honcho-second-page-unordered",
        "order",
        "The first two items of page 2 have changed places.",
        OnReply(|call, reply| {
            if call.number("page", 1) == 2 {
                swap_first_two(reply);
            }
        }),
    ),
    sessions(
        "honcho-reverse-ignored",
        "order",
        "`reverse` is accepted and changes nothing.",
        Request(|call| {
            if is_reversed(call) {
                call.remove("reverse");
            }
        }),
    ),
    sessions(
        "honcho-reverse-false-is-true",
        "order",
        "Any value of `reverse` turns the list round, `false` too.",
        Request(|call| {
            if call.get("reverse").as_deref() == Some("false") {
                call.set("reverse", "true");
            }
        }),
    ),
    messages(
        "honcho-reverse-within-page",
        "order",
        "`reverse` turns each page round, but not the collection.",
        around!(|call, inner| {
            if !is_reversed(&call) {
                return inner.send(&call).await;
            }
            let mut reply = inner.send(&call.without("reverse")).await;
            reply.edit(|body| json::list(body, "items", |items| items.reverse()));
            reply
        }),
    ),
    messages(
        "honcho-reverse-loses-newest",
        "order",
        "With `reverse` the first page lacks its first item.",
        OnReply(|call, reply| {
            if is_reversed(call) && call.number("page", 1) == 1 {
                reply.edit(|body| {
                    json::list(body, "items", |items| items.drain(..1.min(items.len())).for_each(drop));
                });
            }
        }),
    ),
    sessions(
        "honcho-reverse-on-first-page-only",
        "order",
        "`reverse` holds for page 1; later pages are those of the default order.",
        Request(|call| {
            if is_reversed(call) && call.number("page", 1) > 1 {
                call.remove("reverse");
            }
        }),
    ),
    messages(
        "honcho-ordered-by-client-time",
        "order",
        "Messages are ordered by `created_at`, which the client can choose, instead of by creation.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let mut items = all(&call.without("reverse"), &inner).await;
            items.sort_by_key(|item| item["created_at"].to_string());
            if is_reversed(&call) {
                items.reverse();
            }
            let range = Paging::of(&call, items.len()).right();
            let end = range.end.min(items.len());
            reply.edit(|body| body["items"] = json!(items[range.start.min(end)..end]));
            reply
        }),
    ),
    messages(
        "honcho-last-page-turned-round",
        "order",
        "The last of several pages shows its items in the opposite order.",
        OnReply(|call, reply| {
            let paging = paging(call, reply);
            if paging.page > 1 && paging.page == paging.pages() {
                reply.edit(|body| json::list(body, "items", |items| items.reverse()));
            }
        }),
    ),
];
