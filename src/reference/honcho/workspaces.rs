//! The operations on workspaces, peers and sessions.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::list;
use super::records::{Peer, Record, Session, Workspace};
use crate::reference::App;
use crate::reference::api::json_response;
use crate::reference::fastapi::Problem;
use crate::reference::fastapi::{Reader, Refusal, inside, is_name};
use crate::reference::input::Input;
use crate::reference::ordered_map::OrderedMap;

pub(crate) type Answer = Result<Response, Refusal>;

pub(crate) const NO_WORKSPACE: Refusal = Refusal::Because(StatusCode::NOT_FOUND, "Workspace not found");
pub(crate) const NO_SESSION: Refusal = Refusal::Because(StatusCode::NOT_FOUND, "Session not found");

/// What all three kinds are created from.
struct Draft {
    id: String,
    metadata: Map<String, Value>,
    configuration: Map<String, Value>,
    peers: Vec<String>,
}

fn read_draft(input: &Input) -> Result<Draft, Refusal> {
    let mut reader = Reader::new(input);
    let body = reader.object_body()?;
    let at = vec![json!("body")];
    let mut fields = reader.fields(&body, at.clone());
    let id = fields.required_name("id");
    let metadata = fields.optional_object("metadata").unwrap_or_default();
    let configuration = fields.optional_object("configuration").unwrap_or_default();
    let peers = fields.optional_object("peers").unwrap_or_default();
    for (name, value) in &peers {
        let here = inside(&inside(&at, "peers"), name.as_str());
        if name.is_empty() || name.len() > 512 || !is_name(name) {
            let sentence = "String should match pattern '^[a-zA-Z0-9_-]+$'";
            reader.problem(&here, &Problem::new("string_pattern_mismatch", sentence), &json!(name));
        }
        match value {
            Value::Object(map) => {
                let mut fields = reader.fields(map, here);
                fields.optional_boolean("observe_me");
                fields.optional_boolean("observe_others");
            }
            other => reader.not_an_object(&here, other),
        }
    }
    reader.finish()?;
    Ok(Draft { id, metadata, configuration, peers: peers.into_iter().map(|(name, _)| name).collect() })
}

/// Answers with the record of this name: 200 when it was there before, 201 when `create` made it.
fn get_or_create<T: Record>(records: &mut OrderedMap<T>, id: &str, create: impl FnOnce() -> T) -> Response {
    let status = if records.contains(id) {
        StatusCode::OK
    } else {
        records.insert(id.to_owned(), create());
        StatusCode::CREATED
    };
    json_response(status, &records.get(id))
}

pub(crate) async fn create_workspace(State(app): State<Arc<App>>, input: Input) -> Answer {
    let Draft { id, metadata, configuration, .. } = read_draft(&input)?;
    let mut store = app.store();
    let created_at = store.stamp(app.now());
    Ok(get_or_create(&mut store.honcho.workspaces, &id.clone(), || Workspace {
        id,
        metadata,
        configuration,
        created_at,
        peers: OrderedMap::default(),
        sessions: OrderedMap::default(),
    }))
}

pub(crate) async fn create_peer(State(app): State<Arc<App>>, input: Input) -> Answer {
    let Draft { id, metadata, configuration, .. } = read_draft(&input)?;
    let mut store = app.store();
    let created_at = store.stamp(app.now());
    let workspace = store.honcho.workspaces.get_mut(input.param("workspace_id")).ok_or(NO_WORKSPACE)?;
    let workspace_id = workspace.id.clone();
    Ok(get_or_create(&mut workspace.peers, &id.clone(), || Peer {
        id,
        workspace_id,
        created_at,
        metadata,
        configuration,
    }))
}

pub(crate) async fn create_session(State(app): State<Arc<App>>, input: Input) -> Answer {
    let Draft { id, metadata, configuration, peers } = read_draft(&input)?;
    let mut store = app.store();
    let created_at = store.stamp(app.now());
    let workspace = store.honcho.workspaces.get_mut(input.param("workspace_id")).ok_or(NO_WORKSPACE)?;
    for peer in &peers {
        workspace.join(peer, created_at);
    }
    let workspace_id = workspace.id.clone();
    Ok(get_or_create(&mut workspace.sessions, &id.clone(), || Session {
        id,
        is_active: true,
        workspace_id,
        metadata,
        configuration,
        created_at,
        messages: OrderedMap::default(),
    }))
}

pub(crate) async fn list_workspaces(State(app): State<Arc<App>>, input: Input) -> Answer {
    let asked = list::read::<Workspace>(&input)?;
    Ok(list::print(&app.store().honcho.workspaces, &asked))
}

pub(crate) async fn list_peers(State(app): State<Arc<App>>, input: Input) -> Answer {
    let asked = list::read::<Peer>(&input)?;
    let store = app.store();
    let none = OrderedMap::default();
    let workspace = store.honcho.workspaces.get(input.param("workspace_id"));
    Ok(list::print(workspace.map_or(&none, |workspace| &workspace.peers), &asked))
}

pub(crate) async fn list_sessions(State(app): State<Arc<App>>, input: Input) -> Answer {
    let asked = list::read::<Session>(&input)?;
    let store = app.store();
    let none = OrderedMap::default();
    let workspace = store.honcho.workspaces.get(input.param("workspace_id"));
    Ok(list::print(workspace.map_or(&none, |workspace| &workspace.sessions), &asked))
}

pub(crate) async fn delete_workspace(State(app): State<Arc<App>>, input: Input) -> Answer {
    let id = input.param("workspace_id");
    let mut store = app.store();
    let workspace = store.honcho.workspaces.get(id).ok_or(NO_WORKSPACE)?;
    if !workspace.sessions.is_empty() {
        return Err(Refusal::Because(StatusCode::CONFLICT, "The workspace still has sessions"));
    }
    store.honcho.workspaces.remove(id);
    Ok(json_response(StatusCode::ACCEPTED, &json!({"message": "Workspace deletion accepted"})))
}

pub(crate) async fn delete_session(State(app): State<Arc<App>>, input: Input) -> Answer {
    let mut store = app.store();
    let workspace = store.honcho.workspaces.get_mut(input.param("workspace_id")).ok_or(NO_WORKSPACE)?;
    workspace.sessions.remove(input.param("session_id")).ok_or(NO_SESSION)?;
    Ok(json_response(StatusCode::ACCEPTED, &json!({"message": "Session deletion accepted"})))
}

impl Workspace {
    /// Makes sure that a peer exists.
    pub(crate) fn join(&mut self, peer: &str, now: jiff::Timestamp) {
        if !self.peers.contains(peer) {
            let record = Peer {
                id: peer.to_owned(),
                workspace_id: self.id.clone(),
                created_at: now,
                metadata: Map::new(),
                configuration: Map::new(),
            };
            self.peers.insert(peer.to_owned(), record);
        }
    }
}
