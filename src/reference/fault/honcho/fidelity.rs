//! Values that do not come back as they went in.

use serde_json::{Number, Value, json};

use super::{Fault, messages, of};
use crate::reference::fault::call::Call;
use crate::reference::fault::damage::Damage::{self, Reply, Request};
use crate::reference::fault::json;
use crate::reference::fault::text;

/// A fault of the creation of messages.
const fn stored(name: &'static str, summary: &'static str, damage: Damage) -> Fault {
    of("create-messages", name, "fidelity", summary, damage)
}

/// A fault of the list of messages.
const fn shown(name: &'static str, summary: &'static str, damage: Damage) -> Fault {
    messages(name, "fidelity", summary, damage)
}

/// Changes a text member of each message on its way in.
fn each_text(call: &mut Call, member: &str, change: fn(&str) -> String) {
    call.edit(|body| json::each(body, "messages", |message| json::text(message, member, change)));
}

/// Changes the metadata of each message on its way in.
fn each_metadata(call: &mut Call, change: impl Fn(&mut Value)) {
    call.edit(|body| {
        json::each(body, "messages", |message| {
            if let Some(metadata) = message.get_mut("metadata").filter(|it| it.is_object()) {
                change(metadata);
            }
        });
    });
}

/// Removes members of objects, at every depth.
fn without_members(value: &mut Value, unwanted: fn(&Value) -> bool) {
    json::objects(value, &mut |map| map.retain(|_, member| !unwanted(member)));
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn as_double(value: &mut Value) {
    // A number between two doubles becomes the nearest one, as in a language whose numbers are all doubles.
    let Some(number) = value.as_f64().filter(|_| value.is_u64() || value.is_i64()) else {
        return;
    };
    if let Ok(exact) = format!("{number:.0}").parse::<Number>() {
        *value = Value::Number(exact);
    }
}

pub(crate) const FAULTS: &[Fault] = &[
    stored(
        "honcho-content-trimmed",
        "Blanks at the ends of the content are removed.",
        Request(|call| each_text(call, "content", |it| it.trim().to_owned())),
    ),
    stored(
        "honcho-content-cut-at-255",
        "Of the content only the first 255 characters are kept.",
        Request(|call| each_text(call, "content", |it| text::cut(it, 255))),
    ),
    stored(
        "honcho-longest-content-cut-at-20000",
        "Of a content that is not too long only the first 20000 characters are kept.",
        Request(|call| {
            each_text(call, "content", |it| {
                let allowed = it.chars().count() <= 25_000;
                text::cut(it, if allowed { 20_000 } else { usize::MAX })
            });
        }),
    ),
    shown(
        "honcho-list-content-cut-at-1024",
        "The list shows only the first 1024 characters of the content.",
        Reply(|_, reply| {
            reply.edit(|body| {
                json::each(body, "items", |item| json::text(item, "content", |it| text::cut(it, 1024)));
            });
        }),
    ),
    stored(
        "honcho-content-composed",
        "Letters with combining marks are composed (Unicode normalisation form C).",
        Request(|call| each_text(call, "content", text::composed)),
    ),
    shown(
        "honcho-list-content-escaped",
        "The list shows the content with HTML escapes.",
        Reply(|_, reply| {
            reply.edit(|body| {
                json::each(body, "items", |item| json::text(item, "content", text::escaped));
            });
        }),
    ),
    stored(
        "honcho-line-endings-unified",
        "Carriage return and line feed become a line feed.",
        Request(|call| each_text(call, "content", |it| it.replace("\r\n", "\n"))),
    ),
    stored(
        "honcho-astral-characters-replaced",
        "Characters outside the Basic Multilingual Plane become U+FFFD.",
        Request(|call| each_text(call, "content", text::without_astral)),
    ),
    stored(
        "honcho-zero-width-removed",
        "Zero-width characters are removed from the content.",
        Request(|call| each_text(call, "content", text::without_zero_width)),
    ),
    stored(
        "honcho-metadata-keys-lowercased",
        "Keys of the metadata become lower case.",
        Request(|call| {
            each_metadata(call, |metadata| {
                json::objects(metadata, &mut |map| {
                    *map =
                        std::mem::take(map).into_iter().map(|(key, it)| (key.to_lowercase(), it)).collect();
                });
            });
        }),
    ),
    stored(
        "honcho-integers-through-doubles",
        "Large integers of the metadata lose their last digits.",
        Request(|call| each_metadata(call, |metadata| json::leaves(metadata, &mut as_double))),
    ),
    stored(
        "honcho-metadata-nulls-dropped",
        "Members of the metadata that are null disappear.",
        Request(|call| each_metadata(call, |metadata| without_members(metadata, Value::is_null))),
    ),
    stored(
        "honcho-metadata-empty-containers-dropped",
        "Empty lists and objects in the metadata disappear.",
        Request(|call| each_metadata(call, |metadata| without_members(metadata, is_empty))),
    ),
    stored(
        "honcho-metadata-nested-as-text",
        "Objects inside the metadata come back as text.",
        Request(|call| {
            each_metadata(call, |metadata| {
                for value in metadata.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
                    if value.is_object() {
                        *value = json!(value.to_string());
                    }
                }
            });
        }),
    ),
    stored(
        "honcho-metadata-floats-rounded",
        "Fractions in the metadata keep two decimals.",
        Request(|call| {
            each_metadata(call, |metadata| {
                json::leaves(metadata, &mut |value| {
                    if let Some(number) = value.as_f64().filter(|_| value.is_f64()) {
                        *value = json!((number * 100.0).round() / 100.0);
                    }
                });
            });
        }),
    ),
    stored(
        "honcho-created-at-zone-dropped",
        "The offset of a given `created_at` is read as UTC.",
        Request(|call| each_text(call, "created_at", text::zone_dropped)),
    ),
    stored(
        "honcho-created-at-whole-seconds",
        "A given `created_at` loses its fraction of a second.",
        Request(|call| each_text(call, "created_at", text::whole_seconds)),
    ),
    shown(
        "honcho-list-without-metadata",
        "The list shows every message with empty metadata.",
        Reply(|_, reply| {
            reply.edit(|body| json::each(body, "items", |item| json::set(item, "metadata", json!({}))));
        }),
    ),
    shown(
        "honcho-list-token-count-zero",
        "The list shows 0 for the number of tokens.",
        Reply(|_, reply| {
            reply.edit(|body| json::each(body, "items", |item| json::set(item, "token_count", json!(0))));
        }),
    ),
    of(
        "get-message",
        "honcho-fetched-created-at-whole-seconds",
        "fidelity",
        "A fetched message shows `created_at` without its fraction of a second.",
        Reply(|_, reply| reply.edit(|body| json::text(body, "created_at", text::whole_seconds))),
    ),
];
