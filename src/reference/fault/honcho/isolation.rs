//! Records that show where they do not belong.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Fault, id, listed, messages, of, paging, sessions};
use crate::reference::fault::call::{Call, Inner, Reply};
use crate::reference::fault::damage::around;
use crate::reference::fault::json;

/// Adds an item to the last page of a list that has items, without counting it.
fn smuggle(call: &Call, reply: &mut Reply, foreign: Option<Value>) {
    let paging = paging(call, reply);
    let Some(foreign) = foreign else {
        return;
    };
    if paging.total > 0 && paging.page == paging.pages() {
        reply.edit(|body| json::list(body, "items", |items| items.push(foreign)));
    }
}

/// A segment of the path.
fn segment(call: &Call, at: usize) -> &str {
    call.path.split('/').nth(at).unwrap_or_default()
}

/// The path with another segment in one place.
fn with_segment(call: &Call, at: usize, name: &str) -> String {
    let mut parts: Vec<&str> = call.path.split('/').collect();
    if let Some(part) = parts.get_mut(at) {
        *part = name;
    }
    parts.join("/")
}

/// The answers under all other names that one segment of the path could have, the names being those of a list.
async fn elsewhere(call: &Call, inner: &Inner, at: usize, names: String) -> Vec<Reply> {
    let mut replies = Vec::new();
    for record in listed(call, inner, names).await {
        if id(&record) != segment(call, at) {
            let mut other = call.clone();
            other.path = with_segment(call, at, id(&record));
            replies.push(inner.send(&other).await);
        }
    }
    replies
}

/// Where workspace and session stand in a path.
const WORKSPACE: usize = 3;
const SESSION: usize = 5;

fn sessions_path(call: &Call) -> String {
    format!("/v3/workspaces/{}/sessions/list", segment(call, WORKSPACE))
}

fn first_item(replies: Vec<Reply>) -> Option<Value> {
    replies.into_iter().find_map(|reply| reply.json()["items"].get(0).cloned())
}

pub(crate) const FAULTS: &[Fault] = &[
    messages(
        "honcho-leaks-other-session",
        "isolation",
        "The last page also shows a message of another session.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let first = call.with("page", 1);
            let foreign = first_item(elsewhere(&first, &inner, SESSION, sessions_path(&call)).await);
            smuggle(&call, &mut reply, foreign);
            reply
        }),
    ),
    sessions(
        "honcho-leaks-other-workspace",
        "isolation",
        "The last page also shows a session of another workspace.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let first = call.with("page", 1);
            let others = elsewhere(&first, &inner, WORKSPACE, "/v3/workspaces/list".to_owned()).await;
            smuggle(&call, &mut reply, first_item(others));
            reply
        }),
    ),
    messages(
        "honcho-equal-session-names-shared",
        "isolation",
        "The last page also shows a message of the session of the same name in another workspace.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let first = call.with("page", 1);
            let others = elsewhere(&first, &inner, WORKSPACE, "/v3/workspaces/list".to_owned()).await;
            smuggle(&call, &mut reply, first_item(others));
            reply
        }),
    ),
    of(
        "get-message",
        "honcho-get-ignores-session",
        "isolation",
        "A message is found through any session of its workspace.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if reply.status != 404 {
                return reply;
            }
            let others = elsewhere(&call, &inner, SESSION, sessions_path(&call)).await;
            others.into_iter().find(Reply::is_success).unwrap_or(reply)
        }),
    ),
    of(
        "get-message",
        "honcho-refusal-shows-message",
        "isolation",
        "The answer to a message that lies in another session is 404, and shows the message.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            if reply.status == 404 {
                let others = elsewhere(&call, &inner, SESSION, sessions_path(&call)).await;
                if let Some(found) = others.into_iter().find(Reply::is_success) {
                    reply.set_json(&json!({ "detail": found.json() }));
                }
            }
            reply
        }),
    ),
    of(
        "create-session",
        "honcho-session-names-taken-everywhere",
        "isolation",
        "A name that a session of another workspace has is refused with 409.",
        around!(|call, inner| {
            let own = segment(&call, WORKSPACE);
            for workspace in listed(&call, &inner, "/v3/workspaces/list".to_owned()).await {
                let sessions = format!("/v3/workspaces/{}/sessions/list", id(&workspace));
                if id(&workspace) == own {
                    continue;
                }
                let taken = listed(&call, &inner, sessions).await;
                if taken.iter().any(|session| session["id"] == call.member("id")) {
                    let problem = json!({"detail": "Session already exists"});
                    return Reply::new(StatusCode::CONFLICT, &problem);
                }
            }
            inner.send(&call).await
        }),
    ),
    of(
        "get-message",
        "honcho-get-ignores-workspace",
        "isolation",
        "A message is found through any workspace that is named.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if reply.status != 404 {
                return reply;
            }
            let others = elsewhere(&call, &inner, WORKSPACE, "/v3/workspaces/list".to_owned()).await;
            others.into_iter().find(Reply::is_success).unwrap_or(reply)
        }),
    ),
    of(
        "get-message",
        "honcho-get-through-unknown-workspace",
        "isolation",
        "A message is found through a workspace that there is not.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            let workspaces = listed(&call, &inner, "/v3/workspaces/list".to_owned()).await;
            if reply.status != 404 || workspaces.iter().any(|one| id(one) == segment(&call, WORKSPACE)) {
                return reply;
            }
            let others = elsewhere(&call, &inner, WORKSPACE, "/v3/workspaces/list".to_owned()).await;
            others.into_iter().find(Reply::is_success).unwrap_or(reply)
        }),
    ),
    of(
        "update-message",
        "honcho-update-ignores-session",
        "isolation",
        "A message is changed through any session of its workspace.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if reply.status != 404 {
                return reply;
            }
            let others = elsewhere(&call, &inner, SESSION, sessions_path(&call)).await;
            others.into_iter().find(Reply::is_success).unwrap_or(reply)
        }),
    ),
    of(
        "update-message",
        "honcho-update-elsewhere-shows",
        "isolation",
        "A change of a message through another session is answered with the message, though it stays as it was.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if reply.status != 404 {
                return reply;
            }
            let look = call.sibling(Method::GET, call.path.clone());
            let others = elsewhere(&look, &inner, SESSION, sessions_path(&call)).await;
            others.into_iter().find(Reply::is_success).unwrap_or(reply)
        }),
    ),
    of(
        "delete-session",
        "honcho-delete-ignores-workspace",
        "isolation",
        "A session is deleted through any workspace that is named.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if reply.status != 404 {
                return reply;
            }
            let others = elsewhere(&call, &inner, WORKSPACE, "/v3/workspaces/list".to_owned()).await;
            others.into_iter().find(Reply::is_success).unwrap_or(reply)
        }),
    ),
    of(
        "delete-session",
        "honcho-delete-takes-namesakes",
        "isolation",
        "With a session those of the same name in all other workspaces are deleted.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            if reply.is_success() {
                elsewhere(&call, &inner, WORKSPACE, "/v3/workspaces/list".to_owned()).await;
            }
            reply
        }),
    ),
    messages(
        "honcho-unknown-session-shows-another",
        "isolation",
        "The list of a session that does not exist is that of another session.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            let known = listed(&call, &inner, sessions_path(&call)).await;
            if !reply.is_success() || known.iter().any(|record| id(record) == segment(&call, SESSION)) {
                return reply;
            }
            let others = elsewhere(&call, &inner, SESSION, sessions_path(&call)).await;
            others.into_iter().find(|other| other.json()["total"] != json!(0)).unwrap_or(reply)
        }),
    ),
    messages(
        "honcho-session-of-another-workspace",
        "isolation",
        "Where a workspace has no session of that name, the messages of one in another workspace are listed.",
        around!(|call, inner| {
            let reply = inner.send(&call).await;
            let here = listed(&call, &inner, sessions_path(&call)).await;
            let known = listed(&call, &inner, "/v3/workspaces/list".to_owned()).await;
            let has = |records: &[Value], at| records.iter().any(|record| id(record) == segment(&call, at));
            if has(&here, SESSION) || !has(&known, WORKSPACE) {
                return reply;
            }
            let others = elsewhere(&call, &inner, WORKSPACE, "/v3/workspaces/list".to_owned()).await;
            others.into_iter().find(|other| other.json()["total"] != json!(0)).unwrap_or(reply)
        }),
    ),
    of(
        "list-peers",
        "honcho-peers-of-all-workspaces",
        "isolation",
        "The last page of peers also shows a peer of another workspace.",
        around!(|call, inner| {
            let mut reply = inner.send(&call).await;
            let first = call.with("page", 1);
            let others = elsewhere(&first, &inner, WORKSPACE, "/v3/workspaces/list".to_owned()).await;
            smuggle(&call, &mut reply, first_item(others));
            reply
        }),
    ),
];
