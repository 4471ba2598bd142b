//! The faults of Mielto. What its tables share: [`resliced`] and [`all`] for pages cut otherwise than the handler cuts them.

pub(crate) mod answers;
pub(crate) mod filters;
pub(crate) mod order;
pub(crate) mod pages;

use std::ops::Range;

use serde_json::{Value, json};

use super::Fault;
use super::call::{Call, Inner, Reply};
use super::damage::Damage;
use super::json;
use crate::reference::Api;

/// A fault of the list of messages.
const fn list(name: &'static str, family: &'static str, summary: &'static str, damage: Damage) -> Fault {
    of("list-messages", name, family, summary, damage)
}

/// A fault of any operation.
const fn of(
    operation: &'static str,
    name: &'static str,
    family: &'static str,
    summary: &'static str,
    damage: Damage,
) -> Fault {
    Fault { name, api: Api::Mielto, operation, family, summary, damage }
}

/// The query parameters that filter.
const FILTERS: &[&str] = &["conversation_id", "sender_id", "role", "message_type", "search", "tags"];

/// Offset, limit and the number of all items.
struct Paging {
    skip: usize,
    limit: usize,
    total: usize,
}

impl Paging {
    fn of(call: &Call, total: usize) -> Self {
        let number = |name, default| usize::try_from(call.number(name, default)).unwrap_or(0);
        Self { skip: number("skip", 0), limit: number("limit", 100), total }
    }

    fn window(&self, start: usize) -> Range<usize> {
        start..start.saturating_add(self.limit)
    }
}

/// All items of the list that a call asks a page of, in the order it asks for.
async fn all(call: &Call, inner: &Inner) -> Vec<Value> {
    let mut items = Vec::new();
    loop {
        let reply = inner.send(&call.with("skip", items.len()).with("limit", 1000)).await;
        let Value::Array(more) = reply.member("data") else {
            return items;
        };
        let count = more.len();
        items.extend(more);
        if count < 1000 {
            return items;
        }
    }
}

/// A damage that shows the items at other positions, computed from offset and limit.
macro_rules! sliced {
    (|$paging:ident| $positions:expr) => {
        $crate::reference::fault::damage::around!(|call, inner| {
            super::resliced(call, inner, |$paging| $positions).await
        })
    };
}
use sliced;

/// The right answer with the items at other positions in place of the right ones.
async fn resliced(call: Call, inner: Inner, positions: fn(&Paging) -> Range<usize>) -> Reply {
    let mut reply = inner.send(&call).await;
    if reply.is_success() {
        let items = all(&call, &inner).await;
        show(&call, &mut reply, &items, positions);
    }
    reply
}

/// Puts other items on a page.
fn show(call: &Call, reply: &mut Reply, items: &[Value], positions: fn(&Paging) -> Range<usize>) {
    let Range { start, end } = positions(&Paging::of(call, items.len()));
    let end = end.min(items.len());
    reply.edit(|body| json::set(body, "data", json!(items[start.min(end)..end])));
}

/// Changes the items of a page.
fn items(reply: &mut Reply, change: impl FnOnce(&mut Vec<Value>)) {
    reply.edit(|body| json::list(body, "data", change));
}

/// Changes each item of a page.
fn each_item(reply: &mut Reply, change: impl Fn(&mut Value)) {
    reply.edit(|body| json::each(body, "data", change));
}

/// The same call without filters.
fn unfiltered(call: &Call) -> Call {
    FILTERS.iter().fold(call.clone(), |call, name| call.without(name))
}

/// Whether a call has a filter.
fn is_filtered(call: &Call) -> bool {
    FILTERS.iter().any(|name| call.get(name).is_some())
}

/// Turns the default order into the given one where a call leaves it open.
fn descends(call: &Call) -> bool {
    call.get("order_direction").is_none_or(|text| text == "desc")
}
