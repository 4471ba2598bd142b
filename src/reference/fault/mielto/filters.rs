//! Filters and search that match the wrong messages, and messages of other workspaces.

use serde_json::{Value, json};

use super::{Fault, Paging, all, is_filtered, items, list, of, show, unfiltered};
use crate::reference::fault::call::{Call, Inner, Reply};
use crate::reference::fault::damage::Damage::Request;
use crate::reference::fault::damage::around;
use crate::reference::fault::json;

/// The right answer with its items, total and the rest computed from other items.
async fn rematched(call: Call, inner: Inner, without: &[&str], matches: impl Fn(&Value) -> bool) -> Reply {
    let mut reply = inner.send(&call).await;
    if !reply.is_success() {
        return reply;
    }
    let wider = without.iter().fold(call.clone(), |call, name| call.without(name));
    let mut matching = all(&wider, &inner).await;
    matching.retain(matches);
    show(&call, &mut reply, &matching, |it| it.window(it.skip));
    let Paging { skip, limit, total } = Paging::of(&call, matching.len());
    let more = skip.saturating_add(limit) < total;
    reply.edit(|body| {
        let page = body["page"].as_i64().unwrap_or(1);
        json::set(body, "total_count", json!(total));
        json::set(body, "has_more", json!(more));
        json::set(body, "next_page", json!(more.then_some(page.saturating_add(1))));
    });
    reply
}

fn tags(item: &Value) -> Vec<&str> {
    item["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn content(item: &Value) -> &str {
    item["content"].as_str().unwrap_or_default()
}

/// Asks in the name of the default workspace.
fn at_home(call: &mut Call) {
    call.headers.remove("x-workspace-id");
}

pub(crate) const FAULTS: &[Fault] = &[
    list(
        "mielto-search-loses-non-ascii",
        "filters",
        "A search for a word with characters outside ASCII finds nothing.",
        around!(|call, inner| {
            let foreign = call.get("search").is_some_and(|word| !word.is_ascii());
            rematched(call, inner, &[], |_| !foreign).await
        }),
    ),
    list(
        "mielto-workspace-ignored",
        "isolation",
        "`X-Workspace-Id` does not choose the workspace of the list.",
        Request(at_home),
    ),
    of(
        "get-message",
        "mielto-get-ignores-workspace",
        "isolation",
        "A message of the default workspace is found through every other one.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            let mut other = call.clone();
            at_home(&mut other);
            if reply.is_success() { reply } else { inner.send(&other).await }
        }),
    ),
    list(
        "mielto-leaks-other-workspace",
        "isolation",
        "The last page of a list in another workspace also shows a message of the default workspace.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let is_last = reply.json()["has_more"] == false;
            if is_last && call.headers.contains_key("x-workspace-id") {
                let mut other = unfiltered(&call).without("skip");
                at_home(&mut other);
                if let Some(foreign) = inner.send(&other).await.json()["data"].get(0).cloned() {
                    items(&mut reply, |items| items.push(foreign));
                }
            }
            reply
        }),
    ),
    list(
        "mielto-conversation-ignored",
        "filters",
        "`conversation_id` is accepted and changes nothing.",
        Request(|call| call.remove("conversation_id")),
    ),
    list(
        "mielto-sender-ignored",
        "filters",
        "`sender_id` is accepted and changes nothing.",
        Request(|call| call.remove("sender_id")),
    ),
    list(
        "mielto-role-ignored-on-later-pages",
        "filters",
        "With an offset `role` changes nothing.",
        Request(|call| {
            if call.number("skip", 0) > 0 {
                call.remove("role");
            }
        }),
    ),
    list(
        "mielto-type-is-prefix",
        "filters",
        "`message_type` matches every type that begins with it.",
        around!(|call, inner| {
            let asked = call.get("message_type").unwrap_or_default();
            rematched(call, inner, &["message_type"], |item| {
                item["message_type"].as_str().is_some_and(|found| found.starts_with(&asked))
            })
            .await
        }),
    ),
    list(
        "mielto-filter-after-slicing",
        "filters",
        "The page is cut first and filtered afterwards.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let matching = all(&call, &inner).await;
            let page = inner.send(&unfiltered(&call)).await.json();
            let mut shown = page["data"].as_array().cloned().unwrap_or_default();
            shown.retain(|item| matching.iter().any(|other| other["id"] == item["id"]));
            items(&mut reply, |items| *items = shown);
            reply
        }),
    ),
    list(
        "mielto-filters-lose-last-match",
        "filters",
        "A filtered list lacks the oldest message that it should show.",
        around!(|call, inner| {
            if !is_filtered(&call) {
                return inner.send(&call).await;
            }
            let oldest =
                all(&call, &inner).await.into_iter().min_by_key(|item| item["created_at"].to_string());
            let lost = oldest.unwrap_or_default()["id"].take();
            rematched(call, inner, &[], |item| item["id"] != lost).await
        }),
    ),
    list(
        "mielto-role-or-sender",
        "filters",
        "Of `role` and `sender_id` one match is enough.",
        around!(|call, inner| {
            match (call.get("role"), call.get("sender_id")) {
                (Some(role), Some(sender)) => {
                    rematched(call, inner, &["role", "sender_id"], |item| {
                        item["role"] == json!(role) || item["sender_id"] == json!(sender)
                    })
                    .await
                }
                _ => inner.send(&call).await,
            }
        }),
    ),
    list(
        "mielto-tags-by-substring",
        "filters",
        "A tag also finds messages with a longer tag that contains it.",
        around!(|call, inner| match call.get("tags") {
            Some(asked) => {
                rematched(call, inner, &["tags"], |item| {
                    tags(item).iter().any(|tag| asked.split(',').any(|part| tag.contains(part.trim())))
                })
                .await
            }
            None => inner.send(&call).await,
        }),
    ),
    list(
        "mielto-tags-not-split",
        "filters",
        "Several tags with commas between are taken for one.",
        around!(|call, inner| match call.get("tags") {
            Some(asked) => {
                rematched(call, inner, &["tags"], |item| tags(item).contains(&asked.trim())).await
            }
            None => inner.send(&call).await,
        }),
    ),
    list(
        "mielto-tags-ignored",
        "filters",
        "`tags` is accepted and changes nothing.",
        Request(|call| call.remove("tags")),
    ),
    list(
        "mielto-search-finds-nothing",
        "filters",
        "A search looks in the wrong field and finds nothing.",
        around!(|call, inner| match call.get("search") {
            Some(word) => {
                rematched(call, inner, &["search"], |item| item["title"].as_str() == Some(word.as_str()))
                    .await
            }
            None => inner.send(&call).await,
        }),
    ),
    list(
        "mielto-search-finds-everything",
        "filters",
        "`search` is accepted and changes nothing.",
        Request(|call| call.remove("search")),
    ),
    list(
        "mielto-search-finds-beginnings",
        "filters",
        "A search finds its word only where the content begins with it.",
        around!(|call, inner| match call.get("search").map(|word| word.to_lowercase()) {
            Some(word) => {
                rematched(call, inner, &[], |item| content(item).to_lowercase().starts_with(&word)).await
            }
            None => inner.send(&call).await,
        }),
    ),
    list(
        "mielto-leaks-other-conversation",
        "isolation",
        "The last page of a conversation also shows a message of another one.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let conversation = call.get("conversation_id");
            if conversation.is_some() && reply.json()["has_more"] == false && reply.json()["total_count"] != 0
            {
                let others = all(&unfiltered(&call), &inner).await;
                let foreign =
                    others.into_iter().find(|it| it["conversation_id"].as_str() != conversation.as_deref());
                items(&mut reply, |items| items.extend(foreign));
            }
            reply
        }),
    ),
];
