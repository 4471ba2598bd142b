//! What goes wrong when several clients come at once, or when one reads while another writes.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Fault, Paging, all, id, listed, messages, of};
use crate::reference::fault::call::{Call, Inner, Reply};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;
use crate::reference::fault::operation::ANY;

/// The numbers that were counted under a key, of which the last part is the number.
fn numbers(inner: &Inner, key: &str) -> Vec<usize> {
    let keys = inner.memory.keys();
    keys.iter().filter_map(|known| known.strip_prefix(key)?.trim().parse().ok()).collect()
}

/// Whether a list is asked for whole and in its usual order.
fn is_plain(call: &Call) -> bool {
    call.get("reverse").is_none() && call.json()["filters"].is_null()
}

/// The total that an answer tells.
fn total(reply: &Reply) -> usize {
    reply.json()["total"].as_u64().and_then(|total| usize::try_from(total).ok()).unwrap_or_default()
}

pub(crate) const FAULTS: &[Fault] = &[
    of(
        "create-peer",
        "honcho-raced-peer-lost",
        "races",
        "Of peers that are created at once every second is acknowledged and not kept.",
        around!(|call, inner| {
            let place = inner.raced(&call.path).await;
            if place.is_none_or(|place| !place.is_multiple_of(2)) {
                return inner.send(&call).await;
            }
            // After the others, so that there is a peer to take the rest of the answer from.
            inner.raced("the losers").await;
            let known = listed(&call, &inner, format!("{}/list", call.path)).await;
            match known.first() {
                Some(other) => Reply::new(StatusCode::CREATED, &json::merged(other, &call.json())),
                None => inner.send(&call).await,
            }
        }),
    ),
    of(
        "list-peers",
        "honcho-peers-cached",
        "races",
        "The first list of peers after one was created is the one from before.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let (now, key) = (total(&reply), format!("{} total ", call.path));
            let before = numbers(&inner, &key).into_iter().max().filter(|before| *before < now);
            inner.memory.count(&format!("{key}{now}"));
            if let Some(before) = before.filter(|_| is_plain(&call)) {
                let first = Paging::of(&call, now).right().start;
                reply.edit(|body| {
                    body["total"] = json!(before);
                    json::list(body, "items", |items| items.truncate(before.saturating_sub(first)));
                });
            }
            reply
        }),
    ),
    messages(
        "honcho-growth-shifts-pages",
        "races",
        "Messages that are sent while a list is paged through push its later pages on.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let paging = Paging::of(&call, total(&reply));
            let key = format!("{} size {} total ", call.path, paging.size);
            if !is_plain(&call) || !reply.is_success() {
                return reply;
            }
            if paging.page == 1 {
                inner.memory.count(&format!("{key}{}", paging.total));
            } else if let Some(then) = numbers(&inner, &key).into_iter().max() {
                let items = all(&call, &inner).await;
                let range = paging.right();
                let start = (range.start + paging.total.saturating_sub(then)).min(items.len());
                let end = (start + paging.size).min(items.len());
                reply.edit(|body| body["items"] = json!(items[start..end]));
            }
            reply
        }),
    ),
    of(
        ANY,
        "honcho-raced-session-listed-twice",
        "races",
        "A session that several clients create at once is kept twice.",
        around!(|call, inner| {
            let is_list = call.path.ends_with("/sessions/list");
            if call.method == Method::POST && call.path.ends_with("/sessions") {
                let name = format!("{} {}", call.path, id(&call.json()));
                if inner.raced(&name).await.is_some() {
                    inner.memory.count(&format!("twice {name}"));
                }
            }
            let mut reply = inner.send(&call).await;
            if is_list {
                let twice = format!("twice {} ", call.parent(1));
                reply.edit(|body| {
                    json::list(body, "items", |items| {
                        let raced =
                            |item: &&Value| inner.memory.keys().contains(&format!("{twice}{}", id(item)));
                        let again: Vec<Value> = items.iter().filter(raced).cloned().collect();
                        items.extend(again);
                    });
                });
            }
            reply
        }),
    ),
    of(
        "update-message",
        "honcho-raced-updates-blended",
        "races",
        "Updates of one message that come at once are merged.",
        around!(|mut call, inner| {
            if inner.raced(&call.path).await.is_some() {
                let old = inner.send(&call.sibling(Method::GET, call.path.clone())).await.json();
                call.edit(|body| {
                    let merged = json::merged(&old["metadata"], &body["metadata"]);
                    json::set(body, "metadata", merged);
                });
            }
            inner.send(&call).await
        }),
    ),
];
