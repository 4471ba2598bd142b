//! Filters that are ignored, applied too late or misread.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Fault, Paging, all, id, messages, sessions};
use crate::reference::fault::call::{Call, Reply};
use crate::reference::fault::damage::Damage::{Reply as OnReply, Request};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;

/// The filter of a call, when it has one that asks for something.
fn filter(call: &Call) -> Option<Value> {
    let filters = call.member("filters");
    filters.as_object().is_some_and(|map| !map.is_empty()).then_some(filters)
}

fn unfiltered(call: &Call) -> Call {
    let mut call = call.clone();
    call.edit(|body| json::remove(body, "filters"));
    call
}

pub(crate) const FAULTS: &[Fault] = &[
    messages(
        "honcho-filter-ignored",
        "filters",
        "Filters are accepted and change nothing.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if reply.is_success() { inner.send(&unfiltered(&call)).await } else { reply }
        }),
    ),
    messages(
        "honcho-filter-after-slicing",
        "filters",
        "The page is cut first and filtered afterwards.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let matching = all(&call, &inner).await;
            let mut page = inner.send(&unfiltered(&call)).await.member("items");
            if let Value::Array(items) = &mut page {
                items.retain(|item| matching.iter().any(|other| id(other) == id(item)));
            }
            reply.edit(|body| json::set(body, "items", page));
            reply
        }),
    ),
    messages(
        "honcho-filter-ignored-on-later-pages",
        "filters",
        "From page 2 on the items are those of the list without filter.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            if filter(&call).is_some() && call.number("page", 1) > 1 {
                let items = inner.send(&unfiltered(&call)).await.member("items");
                reply.edit(|body| json::set(body, "items", items));
            }
            reply
        }),
    ),
    sessions(
        "honcho-filter-loses-last-match",
        "filters",
        "A filter leaves out the last item that it should match.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            if filter(&call).is_some() {
                let last = all(&call.without("reverse"), &inner).await.pop().unwrap_or_default();
                reply.edit(|body| {
                    json::list(body, "items", |items| items.retain(|item| *item != last));
                    if !last.is_null() {
                        json::add(body, "total", -1);
                        let total = body["total"].as_u64().unwrap_or_default();
                        body["pages"] = json!(total.div_ceil(body["size"].as_u64().unwrap_or(1).max(1)));
                    }
                });
            }
            reply
        }),
    ),
    messages(
        "honcho-or-is-and",
        "filters",
        "`OR` asks for all of its conditions.",
        Request(|call| call.edit(|body| json::rename(body, "OR", "AND"))),
    ),
    messages(
        "honcho-not-ignored",
        "filters",
        "`NOT` is left out of filters.",
        Request(|call| {
            call.edit(|body| {
                json::objects(body, &mut |map| {
                    map.remove("NOT");
                });
            });
        }),
    ),
    messages(
        "honcho-in-takes-first-only",
        "filters",
        "The operator `in` compares with the first value of its list alone.",
        Request(|call| {
            call.edit(|body| {
                json::objects(body, &mut |map| {
                    if let Some(Value::Array(values)) = map.get_mut("in") {
                        values.truncate(1);
                    }
                });
            });
        }),
    ),
    messages(
        "honcho-gte-is-gt",
        "filters",
        "The operator `gte` leaves out the bound itself.",
        Request(|call| call.edit(|body| json::rename(body, "gte", "gt"))),
    ),
    messages(
        "honcho-ne-is-equal",
        "filters",
        "The operator `ne` matches what is equal.",
        Request(|call| {
            call.edit(|body| {
                json::objects(body, &mut |map| {
                    if let Some(value) = map.remove("ne") {
                        map.insert("in".to_owned(), json!([value]));
                    }
                });
            });
        }),
    ),
    messages(
        "honcho-icontains-minds-case",
        "filters",
        "The operator `icontains` tells upper from lower case.",
        Request(|call| call.edit(|body| json::rename(body, "icontains", "contains"))),
    ),
    messages(
        "honcho-conditions-last-only",
        "filters",
        "Of several conditions in one filter only the last is asked.",
        Request(|call| {
            call.edit(|body| {
                if let Some(Value::Object(fields)) = body.get_mut("filters") {
                    let last = fields.keys().next_back().cloned();
                    fields.retain(|key, _| Some(key) == last.as_ref());
                }
            });
        }),
    ),
    sessions(
        "honcho-null-body-refused",
        "filters",
        "The body `null`, which means no filter, is refused.",
        OnReply(|call, reply| {
            if call.body.trim_ascii() == b"null" && reply.is_success() {
                let problem =
                    json!({"type": "missing", "loc": ["body"], "msg": "Field required", "input": null});
                *reply = Reply::new(StatusCode::UNPROCESSABLE_ENTITY, &json!({"detail": [problem]}));
            }
        }),
    ),
    messages(
        "honcho-absent-body-fails",
        "filters",
        "A list request without body is answered with 500.",
        OnReply(|call, reply| {
            if call.body.is_empty() && reply.is_success() {
                *reply = Reply::new(StatusCode::INTERNAL_SERVER_ERROR, &json!({"detail": "no body"}));
            }
        }),
    ),
    sessions(
        "honcho-empty-filter-matches-nothing",
        "filters",
        "A filter without conditions matches nothing instead of everything.",
        OnReply(|call, reply| {
            if call.json()["filters"] == json!({}) {
                let paging = Paging::of(call, 0);
                let (page, size) = (paging.page, paging.size);
                reply.edit(|body| {
                    *body = json!({"items": [], "total": 0, "page": page, "size": size, "pages": 0});
                });
            }
        }),
    ),
];
