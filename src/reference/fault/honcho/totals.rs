//! Totals, page counts and echoes that do not agree with the items.

use http::Method;
use serde_json::{Value, json};

use super::{Fault, messages, of, sessions};
use crate::reference::fault::damage::Damage::Reply;
use crate::reference::fault::damage::around;
use crate::reference::fault::json;
use crate::reference::fault::operation::ANY;

pub(crate) const FAULTS: &[Fault] = &[
    messages(
        "honcho-total-one-more",
        "totals",
        "The total is one more than there are items.",
        Reply(|_, reply| reply.edit(|body| json::add(body, "total", 1))),
    ),
    sessions(
        "honcho-total-is-page-length",
        "totals",
        "The total is the number of items on the page.",
        Reply(|_, reply| {
            reply.edit(|body| body["total"] = json!(json::count(body, "items")));
        }),
    ),
    messages(
        "honcho-total-ignores-filter",
        "totals",
        "The total counts the items that the filter leaves out.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let mut unfiltered = call;
            unfiltered.edit(|body| json::remove(body, "filters"));
            let total = inner.send(&unfiltered).await.json()["total"].clone();
            reply.edit(|body| json::set(body, "total", total));
            reply
        }),
    ),
    messages(
        "honcho-total-shrinks-on-later-pages",
        "totals",
        "From page 2 on the total is one less.",
        Reply(|call, reply| {
            if call.number("page", 1) > 1 && reply.json()["total"] != 0 {
                reply.edit(|body| json::add(body, "total", -1));
            }
        }),
    ),
    sessions(
        "honcho-page-count-rounded-down",
        "totals",
        "A last page that is not full is not counted.",
        Reply(|call, reply| {
            reply.edit(|body| {
                let total = body["total"].as_i64().unwrap_or_default();
                body["pages"] = json!(total / call.number("size", 50).max(1));
            });
        }),
    ),
    messages(
        "honcho-page-echo-stuck",
        "totals",
        "The page number in the answer is always 1.",
        Reply(|_, reply| reply.edit(|body| json::set(body, "page", json!(1)))),
    ),
    sessions(
        "honcho-size-echo-is-count",
        "totals",
        "The size in the answer is the number of items on the page.",
        Reply(|_, reply| {
            reply.edit(|body| body["size"] = json!(json::count(body, "items").max(1)));
        }),
    ),
    sessions(
        "honcho-page-count-of-default-size",
        "totals",
        "The number of pages is computed with the default size.",
        Reply(|_, reply| {
            reply.edit(|body| {
                let total = body["total"].as_u64().unwrap_or_default();
                body["pages"] = json!(total.div_ceil(50));
            });
        }),
    ),
    messages(
        "honcho-total-zero-past-end",
        "totals",
        "On a page without items the total is 0.",
        Reply(|_, reply| {
            reply.edit(|body| {
                if body["items"] == Value::Array(Vec::new()) {
                    json::set(body, "total", json!(0));
                }
            });
        }),
    ),
    of(
        ANY,
        "honcho-deleted-sessions-counted",
        "totals",
        "The total of the list of sessions goes on counting those that were deleted.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let key = format!("deleted {} ", call.parent(1));
            if call.method == Method::DELETE && reply.is_success() {
                inner.memory.count(&format!("{key}{}", call.path));
            } else if call.path.ends_with("/sessions/list") {
                let deleted = inner.memory.keys().iter().filter(|other| other.starts_with(&key)).count();
                reply.edit(|body| json::add(body, "total", i64::try_from(deleted).unwrap_or_default()));
            }
            reply
        }),
    ),
];
