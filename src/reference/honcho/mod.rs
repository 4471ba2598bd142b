//! Honcho: workspaces, the peers and sessions in them, and the messages in sessions.
//!
//! [`routes`] lists the operations. All lists are pages by number over the order of creation, asked for by POST because
//! their filters ([`filter`]) are JSON.

mod filter;
mod list;
mod messages;
mod records;
mod workspaces;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};

use super::App;
use super::ordered_map::OrderedMap;
use records::Workspace;

/// All records of this API.
#[derive(Default)]
pub(crate) struct Store {
    workspaces: OrderedMap<Workspace>,
}

/// The operations and their paths.
pub(crate) fn routes() -> Router<Arc<App>> {
    const WORKSPACE: &str = "/v3/workspaces/{workspace_id}";
    let at = |path: &str| format!("{WORKSPACE}{path}");
    Router::new()
        .route("/v3/workspaces", post(workspaces::create_workspace))
        .route("/v3/workspaces/list", post(workspaces::list_workspaces))
        .route(WORKSPACE, delete(workspaces::delete_workspace))
        .route(&at("/peers"), post(workspaces::create_peer))
        .route(&at("/peers/list"), post(workspaces::list_peers))
        .route(&at("/sessions"), post(workspaces::create_session))
        .route(&at("/sessions/list"), post(workspaces::list_sessions))
        .route(&at("/sessions/{session_id}"), delete(workspaces::delete_session))
        .route(&at("/sessions/{session_id}/messages"), post(messages::create_messages))
        .route(&at("/sessions/{session_id}/messages/list"), post(messages::list_messages))
        .route(
            &at("/sessions/{session_id}/messages/{message_id}"),
            get(messages::get_message).put(messages::update_message),
        )
}

#[cfg(test)]
mod tests;
