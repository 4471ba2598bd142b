//! The faults of `ElizaOS`. What its tables share: cursors as numbers ([`cursor`]) and the makers of faults.

pub(crate) mod answers;
pub(crate) mod cursors;
pub(crate) mod messages;
pub(crate) mod pages;

use jiff::Timestamp;
use serde_json::Value;

use super::Fault;
use super::call::{Call, Reply};
use super::damage::Damage;
use super::json;
use crate::reference::{Api, instant};

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
    Fault { name, api: Api::Elizaos, operation, family, summary, damage }
}

/// A cursor of a call in epoch milliseconds; a malformed one is none.
fn cursor(call: &Call, name: &str) -> Option<i64> {
    let text = call.get(name)?;
    text.parse().ok().or_else(|| instant::parse(&text).map(Timestamp::as_millisecond))
}

/// The time stamp of a listed message in epoch milliseconds.
fn stamp(message: &Value) -> i64 {
    message["createdAt"].as_str().and_then(instant::parse).map_or(0, Timestamp::as_millisecond)
}

/// Changes the items of a page.
fn items(reply: &mut Reply, change: impl FnOnce(&mut Vec<Value>)) {
    reply.edit(|body| json::list(body, "messages", change));
}

/// Changes each item of a page.
fn each_item(reply: &mut Reply, change: impl Fn(&mut Value)) {
    reply.edit(|body| json::each(body, "messages", change));
}

/// Changes the cursors of a page that has some.
fn cursors(reply: &mut Reply, change: impl FnOnce(&mut Value)) {
    reply.edit(|body| {
        if let Some(cursors) = body.get_mut("cursors").filter(|it| it.get("before").is_some()) {
            change(cursors);
        }
    });
}
