//! Pages with wrong edges: items lost, repeated, or too many.

use http::StatusCode;
use serde_json::json;

use super::{Fault, messages, of, paging, sessions, sliced};
use crate::reference::fault::call::Reply;
use crate::reference::fault::damage::Damage::Reply as OnReply;
use crate::reference::fault::damage::Damage::Request;
use crate::reference::fault::json;

pub(crate) const FAULTS: &[Fault] = &[
    messages(
        "honcho-pages-overlap",
        "pages",
        "Every page after the first begins one item too early.",
        sliced!(|it| it.window(it.right().start.saturating_sub(1))),
    ),
    sessions(
        "honcho-pages-leave-gap",
        "pages",
        "One item is lost between each two pages.",
        sliced!(|it| it.window((it.page - 1).saturating_mul(it.size.saturating_add(1)))),
    ),
    messages(
        "honcho-last-page-loses-item",
        "pages",
        "The last of several pages lacks its last item.",
        OnReply(|call, reply| {
            let paging = paging(call, reply);
            if paging.page > 1 && paging.page == paging.pages() {
                reply.edit(|body| json::list(body, "items", |items| drop(items.pop())));
            }
        }),
    ),
    messages(
        "honcho-third-page-repeats-second",
        "pages",
        "Page 3 shows the items of page 2; all other pages are right.",
        sliced!(|it| if it.page == 3 { it.window(it.size) } else { it.right() }),
    ),
    sessions(
        "honcho-size-one-skips",
        "pages",
        "With size 1 every page after the first shows the item after the right one.",
        sliced!(|it| if it.size == 1 && it.page > 1 { it.window(it.page) } else { it.right() }),
    ),
    messages(
        "honcho-largest-page-short",
        "pages",
        "A page of the largest size lacks its last item.",
        OnReply(|call, reply| {
            if call.number("size", 50) == 100 {
                reply.edit(|body| json::list(body, "items", |items| items.truncate(99)));
            }
        }),
    ),
    sessions(
        "honcho-size-ignored",
        "pages",
        "Every page is cut with the default size.",
        sliced!(|it| {
            let start = it.page.saturating_sub(1).saturating_mul(50);
            start..start.saturating_add(50)
        }),
    ),
    messages(
        "honcho-page-one-too-many",
        "pages",
        "A full page holds one item more than its size.",
        sliced!(|it| it.right().start..it.right().end.saturating_add(1)),
    ),
    sessions(
        "honcho-pages-counted-from-zero",
        "pages",
        "Page 1 is the second page.",
        sliced!(|it| it.window(it.page.saturating_mul(it.size))),
    ),
    messages(
        "honcho-past-end-repeats-last-page",
        "pages",
        "A page past the end shows the items of the last page.",
        sliced!(|it| it.window((it.page.min(it.pages().max(1)) - 1).saturating_mul(it.size))),
    ),
    sessions(
        "honcho-past-end-not-found",
        "pages",
        "A page past the end is answered with 404.",
        OnReply(|call, reply| {
            let paging = paging(call, reply);
            if reply.is_success() && paging.page > paging.pages().max(1) {
                *reply = Reply::new(StatusCode::NOT_FOUND, &json!({"detail": "Page not found"}));
            }
        }),
    ),
    messages(
        "honcho-past-end-fails",
        "pages",
        "A page past the end is answered with 500.",
        OnReply(|call, reply| {
            let paging = paging(call, reply);
            if reply.is_success() && paging.page > paging.pages().max(1) {
                *reply =
                    Reply::new(StatusCode::INTERNAL_SERVER_ERROR, &json!({"detail": "index out of range"}));
            }
        }),
    ),
    messages(
        "honcho-huge-page-number-fails",
        "pages",
        "A page number that 32 bits do not hold is answered with 500.",
        OnReply(|call, reply| {
            if reply.is_success() && call.number("page", 1) > i64::from(i32::MAX) {
                *reply = Reply::new(StatusCode::INTERNAL_SERVER_ERROR, &json!({"detail": "overflow"}));
            }
        }),
    ),
    of(
        "list-peers",
        "honcho-peers-page-ignored",
        "pages",
        "The list of peers always shows its first page.",
        sliced!(|it| it.window(0)),
    ),
    sessions(
        "honcho-middle-page-loses-item",
        "pages",
        "A page that is neither the first nor the last lacks its second item.",
        OnReply(|call, reply| {
            let paging = paging(call, reply);
            if paging.page > 1 && !paging.is_last() {
                reply.edit(|body| {
                    json::list(body, "items", |items| {
                        if items.len() > 1 {
                            items.remove(1);
                        }
                    });
                });
            }
        }),
    ),
    sessions(
        "honcho-default-size-ten",
        "pages",
        "Without a size the pages have 10 items instead of the documented 50.",
        Request(|call| {
            if call.get("size").is_none() {
                call.set("size", 10);
            }
        }),
    ),
];
