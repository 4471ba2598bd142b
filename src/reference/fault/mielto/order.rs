//! Items in another order than asked for.

use serde_json::{Value, json};

use super::{Fault, all, descends, items, list, show};
use crate::reference::fault::call::{Call, Inner, Reply};
use crate::reference::fault::damage::Damage::{Reply as OnReply, Request};
use crate::reference::fault::damage::around;

fn is_valid_direction(call: &Call) -> bool {
    matches!(call.get("order_direction").as_deref(), None | Some("asc" | "desc"))
}

/// The right answer with all items in another order before the page is cut.
async fn reordered(call: Call, inner: Inner, order: fn(&Call, &mut Vec<Value>)) -> Reply {
    let mut reply = inner.send(&call).await;
    let mut items = all(&call, &inner).await;
    order(&call, &mut items);
    show(&call, &mut reply, &items, |it| it.window(it.skip));
    reply
}

fn key(call: &Call) -> String {
    call.get("order_by").unwrap_or_else(|| "created_at".to_owned())
}

pub(crate) const FAULTS: &[Fault] = &[
    list(
        "mielto-oldest-first-by-default",
        "order",
        "Without a direction the order is ascending.",
        Request(|call| {
            if call.get("order_direction").is_none() {
                call.set("order_direction", "asc");
            }
        }),
    ),
    list(
        "mielto-direction-ignored",
        "order",
        "The direction is accepted and changes nothing.",
        Request(|call| {
            if is_valid_direction(call) {
                call.remove("order_direction");
            }
        }),
    ),
    list(
        "mielto-direction-inverted",
        "order",
        "Ascending is descending and the other way round.",
        Request(|call| {
            if is_valid_direction(call) {
                let direction = if descends(call) { "asc" } else { "desc" };
                call.set("order_direction", direction);
            }
        }),
    ),
    list(
        "mielto-ties-follow-limit",
        "order",
        "Items with equal keys come in another order for each limit, so pages repeat and lose some.",
        around!(|call, inner| reordered(call, inner, |call, items| {
            let (key, turn) = (key(call), call.number("limit", 100).unsigned_abs());
            let rank = |item: &Value| {
                let bytes = item["id"].as_str().unwrap_or_default().bytes();
                bytes.fold(turn, |hash, byte| {
                    hash.wrapping_mul(31).wrapping_add(u64::from(byte)).rotate_left(7)
                })
            };
            let descends = descends(call);
            items.sort_by(|left, right| {
                let order = left[&key].as_str().cmp(&right[&key].as_str());
                let order = if descends { order.reverse() } else { order };
                order.then_with(|| rank(left).cmp(&rank(right)))
            });
        })
        .await),
    ),
    list(
        "mielto-order-within-page",
        "order",
        "The page is cut in the default order and sorted afterwards.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let mut page =
                inner.send(&call.without("order_by").without("order_direction")).await.member("data");
            if let Value::Array(items) = &mut page {
                let key = key(&call);
                items.sort_by_key(|item| item[&key].to_string());
                if descends(&call) {
                    items.reverse();
                }
            }
            reply.edit(|body| body["data"] = json!(page));
            reply
        }),
    ),
    list(
        "mielto-second-page-unordered",
        "order",
        "With an offset the first two items have changed places.",
        OnReply(|call, reply| {
            if call.number("skip", 0) > 0 {
                items(reply, |items| {
                    if items.len() > 1 {
                        items.swap(0, 1);
                    }
                });
            }
        }),
    ),
];
