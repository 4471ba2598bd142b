//! Pages with wrong edges, and totals and `has_more` that do not agree with the items.

use http::StatusCode;
use serde_json::json;

use super::{Fault, Paging, items, list, sliced, unfiltered};
use crate::reference::fault::call::Reply;
use crate::reference::fault::damage::Damage::{Reply as OnReply, Request};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;

fn paging(call: &crate::reference::fault::call::Call, reply: &Reply) -> Paging {
    let total = reply.json()["total_count"].as_u64().and_then(|total| usize::try_from(total).ok());
    Paging::of(call, total.unwrap_or(0))
}

pub(crate) const FAULTS: &[Fault] = &[
    list(
        "mielto-skip-alone-ignored",
        "pages",
        "Without a limit the offset is ignored.",
        Request(|call| {
            if call.get("limit").is_none() {
                call.remove("skip");
            }
        }),
    ),
    list(
        "mielto-skip-one-less",
        "pages",
        "An offset skips one item too few, so pages overlap.",
        Request(|call| {
            let skip = call.number("skip", 0);
            if skip > 0 {
                call.set("skip", skip - 1);
            }
        }),
    ),
    list(
        "mielto-skip-one-more",
        "pages",
        "An offset skips one item too many, so items are lost between pages.",
        sliced!(|it| it.window(it.skip.saturating_add(usize::from(it.skip > 0)))),
    ),
    list(
        "mielto-skip-ignored",
        "pages",
        "The offset is accepted and changes nothing.",
        sliced!(|it| it.window(0)),
    ),
    list(
        "mielto-skip-rounded-to-pages",
        "pages",
        "An offset that is no multiple of the limit is rounded down to one.",
        sliced!(|it| it.window(it.skip - it.skip % it.limit.max(1))),
    ),
    list(
        "mielto-skip-counts-pages",
        "pages",
        "The offset is taken for a number of pages.",
        sliced!(|it| it.window(it.skip.saturating_mul(it.limit))),
    ),
    list(
        "mielto-limit-ignored",
        "pages",
        "Every page is cut with the default limit.",
        sliced!(|it| it.skip..it.skip.saturating_add(100)),
    ),
    list(
        "mielto-page-one-too-many",
        "pages",
        "A full page has one item more than its limit.",
        sliced!(|it| it.skip..it.window(it.skip).end.saturating_add(1)),
    ),
    list(
        "mielto-largest-page-short",
        "pages",
        "A page of the largest limit stops after 999 items.",
        sliced!(|it| it.skip..it.window(it.skip).end.min(it.skip.saturating_add(999))),
    ),
    list(
        "mielto-default-limit-twenty",
        "pages",
        "Without a limit the page has 20 items instead of the documented 100.",
        Request(|call| {
            if call.get("limit").is_none() {
                call.set("limit", 20);
            }
        }),
    ),
    list(
        "mielto-last-page-loses-item",
        "pages",
        "The last of several pages lacks its last item.",
        OnReply(|call, reply| {
            let paging = paging(call, reply);
            if paging.skip > 0 && paging.window(paging.skip).end >= paging.total {
                items(reply, |items| drop(items.pop()));
            }
        }),
    ),
    list(
        "mielto-limit-one-skips",
        "pages",
        "With the limit 1 every page after the first shows the item after the right one.",
        sliced!(|it| it.window(it.skip.saturating_add(usize::from(it.limit == 1 && it.skip > 0)))),
    ),
    list(
        "mielto-past-end-repeats-last-item",
        "pages",
        "An offset past the end shows the last item.",
        sliced!(|it| it.window(it.skip.min(it.total.saturating_sub(1)))),
    ),
    list(
        "mielto-huge-skip-fails",
        "pages",
        "An offset that 32 bits do not hold is answered with 500.",
        OnReply(|call, reply| {
            if reply.is_success() && call.number("skip", 0) > i64::from(i32::MAX) {
                *reply = Reply::new(StatusCode::INTERNAL_SERVER_ERROR, &json!({"detail": "out of range"}));
            }
        }),
    ),
    list(
        "mielto-total-one-less",
        "totals",
        "The total is one less than there are items.",
        OnReply(|_, reply| {
            if reply.json()["total_count"] != 0 {
                reply.edit(|body| json::add(body, "total_count", -1));
            }
        }),
    ),
    list(
        "mielto-total-is-page-length",
        "totals",
        "The total is the number of items on the page.",
        OnReply(|_, reply| {
            reply.edit(|body| body["total_count"] = json!(json::count(body, "data")));
        }),
    ),
    list(
        "mielto-total-ignores-filter",
        "totals",
        "The total counts the items that the filters leave out.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let total = inner.send(&unfiltered(&call)).await.member("total_count");
            reply.edit(|body| json::set(body, "total_count", total));
            reply
        }),
    ),
    list(
        "mielto-total-counts-the-rest",
        "totals",
        "The total does not count the items that were skipped.",
        OnReply(|call, reply| {
            reply.edit(|body| {
                let total = body["total_count"].as_i64().unwrap_or_default();
                json::set(body, "total_count", json!(total.saturating_sub(call.number("skip", 0)).max(0)));
            });
        }),
    ),
    list(
        "mielto-has-more-always",
        "totals",
        "`has_more` is always true.",
        OnReply(|_, reply| reply.edit(|body| json::set(body, "has_more", json!(true)))),
    ),
    list(
        "mielto-has-more-never",
        "totals",
        "`has_more` is always false.",
        OnReply(|_, reply| reply.edit(|body| json::set(body, "has_more", json!(false)))),
    ),
    list(
        "mielto-has-more-when-full",
        "totals",
        "`has_more` is true for every full page, also for the last.",
        OnReply(|call, reply| {
            reply.edit(|body| {
                let full = i64::try_from(json::count(body, "data")) == Ok(call.number("limit", 100));
                json::set(body, "has_more", json!(full));
            });
        }),
    ),
    list(
        "mielto-next-page-after-last",
        "totals",
        "The last page names a next page.",
        OnReply(|_, reply| {
            reply.edit(|body| {
                let next = body["page"].as_i64().unwrap_or_default().saturating_add(1);
                json::set(body, "next_page", json!(next));
            });
        }),
    ),
    list(
        "mielto-limit-echo-is-count",
        "totals",
        "The limit in the answer is the number of items on the page.",
        OnReply(|_, reply| {
            reply.edit(|body| body["limit"] = json!(json::count(body, "data")));
        }),
    ),
];
