//! Filters that are ignored, applied too late or misread.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Fault, Paging, all, id, listed, messages, of, sessions};
use crate::reference::fault::call::{Call, Reply};
use crate::reference::fault::damage::Damage::{Reply as OnReply, Request};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;
use crate::reference::fault::operation::ANY;

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

/// Whether a text is found by a pattern in which `%` stands for any text and `_` for any character.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut rest: Vec<&str> = vec![text];
    for part in pattern.chars() {
        let next = |left: &&str| -> Vec<usize> {
            if part == '%' {
                return left.char_indices().map(|(at, _)| at).chain([left.len()]).collect();
            }
            let first = left.chars().next().filter(|first| part == '_' || *first == part);
            first.into_iter().map(char::len_utf8).collect()
        };
        let mut after: Vec<&str> =
            rest.iter().flat_map(|left| next(left).into_iter().map(|at| &left[at..])).collect();
        after.sort_unstable();
        after.dedup();
        rest = after;
    }
    !rest.is_empty()
}

/// Keeps only some members of the filter on metadata.
fn metadata_filter(call: &mut Call, keep: fn(&[String]) -> Option<&String>) {
    call.edit(|body| {
        if let Some(Value::Object(members)) = body.pointer_mut("/filters/metadata") {
            let names: Vec<String> = members.keys().cloned().collect();
            let kept = keep(&names);
            members.retain(|name, _| Some(name) == kept);
        }
    });
}

pub(crate) const FAULTS: &[Fault] = &[
    messages(
        "honcho-contains-is-pattern",
        "filters",
        "In the operator `contains`, `%` and `_` stand for other characters.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let asked = call.json();
            let word = asked.pointer("/filters/content/contains").and_then(Value::as_str).unwrap_or_default();
            if word.contains(['%', '_']) && reply.is_success() {
                let pattern = format!("%{word}%");
                let mut matching = all(&unfiltered(&call), &inner).await;
                matching.retain(|item| is_like(item["content"].as_str().unwrap_or_default(), &pattern));
                reply.edit(|body| {
                    body["total"] = json!(matching.len());
                    body["pages"] = json!(matching.len().div_ceil(100));
                    body["items"] = json!(matching);
                });
            }
            reply
        }),
    ),
    messages(
        "honcho-peer-filter-ignores-case",
        "filters",
        "A filter on `peer_id` does not mind the case of letters.",
        Request(|call| {
            call.edit(|body| {
                if let Some(Value::String(name)) = body.pointer_mut("/filters/peer_id") {
                    *name = name.to_ascii_lowercase();
                }
            });
        }),
    ),
    messages(
        "honcho-peer-filter-completes-names",
        "filters",
        "A filter on `peer_id` takes the beginning of an id for the whole.",
        around!(|mut call, inner| {
            let workspace = call.path.split('/').nth(3).unwrap_or_default();
            let peers = listed(&call, &inner, format!("/v3/workspaces/{workspace}/peers/list")).await;
            call.edit(|body| {
                if let Some(Value::String(name)) = body.pointer_mut("/filters/peer_id") {
                    let mut whole = peers.iter().map(id).filter(|peer| peer.starts_with(name.as_str()));
                    let peer = whole.next().map(str::to_owned);
                    *name = peer.unwrap_or_else(|| name.clone());
                }
            });
            inner.send(&call).await
        }),
    ),
    messages(
        "honcho-metadata-filter-takes-first-member",
        "filters",
        "Of several members of a filter on metadata only the first is compared.",
        Request(|call| metadata_filter(call, <[String]>::first)),
    ),
    messages(
        "honcho-metadata-filter-takes-last-member",
        "filters",
        "Of several members of a filter on metadata only the last is compared.",
        Request(|call| metadata_filter(call, <[String]>::last)),
    ),
    messages(
        "honcho-metadata-filter-numbers-as-text",
        "filters",
        "Numbers in a filter on metadata are compared as text, and none is found.",
        Request(|call| {
            call.edit(|body| {
                let members = body.pointer_mut("/filters/metadata").and_then(Value::as_object_mut);
                for value in members.into_iter().flat_map(serde_json::Map::values_mut) {
                    if value.is_number() {
                        *value = json!(value.to_string());
                    }
                }
            });
        }),
    ),
    messages(
        "honcho-created-after-in-milliseconds",
        "filters",
        "The filter for later messages passes over those of the same millisecond.",
        Request(|call| {
            call.edit(|body| {
                if let Some(bound) = body.pointer_mut("/filters/created_at/gt")
                    && let Some((start, fraction)) = bound.as_str().and_then(|text| text.split_once('.'))
                    && fraction.len() > 6
                {
                    *bound = json!(format!("{start}.{}999{}", &fraction[..3], &fraction[6..]));
                }
            });
        }),
    ),
    of(
        ANY,
        "honcho-deleted-session-found-by-filter",
        "filters",
        "A session that was deleted is left out of the list, but not where a filter asks for its id.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            if call.method == Method::DELETE && reply.is_success() {
                inner.memory.count(&call.path);
            } else if let (Some(list), Value::String(asked)) =
                (call.path.strip_suffix("/list"), &call.member("filters")["id"])
                && inner.memory.keys().contains(&format!("{list}/{asked}"))
            {
                let workspace = call.path.split('/').nth(3);
                let created_at = "2024-03-10T08:00:00Z";
                let session = json!({
                    "id": asked, "is_active": false, "workspace_id": workspace, "created_at": created_at
                });
                reply.edit(|body| json::list(body, "items", |items| items.push(session)));
            }
            reply
        }),
    ),
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
        "honcho-not-takes-first-only",
        "filters",
        "Of the filters in `NOT` only the first is asked.",
        Request(|call| {
            call.edit(|body| {
                json::objects(body, &mut |map| {
                    if let Some(Value::Array(branches)) = map.get_mut("NOT") {
                        branches.truncate(1);
                    }
                });
            });
        }),
    ),
    messages(
        "honcho-nested-words-ignored",
        "filters",
        "In a filter that stands in `AND`, `OR` or `NOT` further such words are left out.",
        Request(|call| {
            call.edit(|body| {
                let Some(Value::Object(filters)) = body.get_mut("filters") else { return };
                for word in ["AND", "OR", "NOT"] {
                    let branches = filters.get_mut(word).and_then(Value::as_array_mut);
                    for branch in branches.into_iter().flatten().filter_map(Value::as_object_mut) {
                        branch.retain(|name, _| !["AND", "OR", "NOT"].contains(&name.as_str()));
                    }
                }
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
        "honcho-broken-filters-left-out",
        "filters",
        "A body that is no JSON, or not what the document describes, is taken for no filter.",
        Request(|call| {
            let json = serde_json::from_slice::<Value>(&call.body).unwrap_or(json!(0));
            if !json.is_object() && !json.is_null()
                || !json["filters"].is_object() && !json["filters"].is_null()
            {
                call.set_json(&Value::Null);
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
