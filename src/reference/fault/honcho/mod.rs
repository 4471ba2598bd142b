//! The faults of Honcho. What its tables share: [`resliced`] and [`all`] for pages cut otherwise than the handlers cut them.

pub(crate) mod answers;
pub(crate) mod fidelity;
pub(crate) mod filters;
pub(crate) mod isolation;
pub(crate) mod order;
pub(crate) mod pages;
pub(crate) mod races;
pub(crate) mod totals;
pub(crate) mod validation;
pub(crate) mod writes;

use std::ops::Range;

use http::Method;
use serde_json::{Value, json};

use super::Fault;
use super::call::{Call, Inner, Reply};
use super::damage::Damage;
use crate::reference::Api;

/// A fault of the list of messages.
const fn messages(name: &'static str, family: &'static str, summary: &'static str, damage: Damage) -> Fault {
    of("list-messages", name, family, summary, damage)
}

/// A fault of the list of sessions.
const fn sessions(name: &'static str, family: &'static str, summary: &'static str, damage: Damage) -> Fault {
    of("list-sessions", name, family, summary, damage)
}

/// A fault of any operation.
const fn of(
    operation: &'static str,
    name: &'static str,
    family: &'static str,
    summary: &'static str,
    damage: Damage,
) -> Fault {
    Fault { name, api: Api::Honcho, operation, family, summary, damage }
}

/// Page, size and the number of all items.
struct Paging {
    page: usize,
    size: usize,
    total: usize,
}

impl Paging {
    fn of(call: &Call, total: usize) -> Self {
        let number = |name, default| usize::try_from(call.number(name, default)).unwrap_or(1);
        Self { page: number("page", 1), size: number("size", 50), total }
    }

    fn pages(&self) -> usize {
        self.total.div_ceil(self.size.max(1))
    }

    fn is_last(&self) -> bool {
        self.page >= self.pages().max(1)
    }

    /// So many items from a position.
    fn window(&self, start: usize) -> Range<usize> {
        start..start.saturating_add(self.size)
    }

    /// The positions of the right page.
    fn right(&self) -> Range<usize> {
        self.window(self.page.saturating_sub(1).saturating_mul(self.size))
    }
}

/// All items of the list that a call asks a page of, in the order it asks for.
async fn all(call: &Call, inner: &Inner) -> Vec<Value> {
    let mut items = Vec::new();
    for page in 1.. {
        let reply = inner.send(&call.with("page", page).with("size", 100)).await;
        let Value::Array(more) = reply.member("items") else {
            break;
        };
        let count = more.len();
        items.extend(more);
        if count < 100 {
            break;
        }
    }
    items
}

/// A damage that shows the items at other positions, computed from page and size.
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
        let Range { start, end } = positions(&Paging::of(&call, items.len()));
        let end = end.min(items.len());
        reply.edit(|json| json["items"] = json!(items[start.min(end)..end]));
    }
    reply
}

/// All records of the list at a path.
async fn listed(call: &Call, inner: &Inner, path: String) -> Vec<Value> {
    all(&call.sibling(Method::POST, path), inner).await
}

/// The id of a record.
fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap_or_default()
}

/// The paging of a call whose answer tells the total.
fn paging(call: &Call, reply: &Reply) -> Paging {
    let total = reply.json()["total"].as_u64().and_then(|total| usize::try_from(total).ok());
    Paging::of(call, total.unwrap_or(0))
}
