//! The names of the operations: [`of`] tells which one a request is for.

use http::Method;

use crate::reference::Api;

/// Stands for all operations of an API.
pub(crate) const ANY: &str = "any";

/// API, method, path with `*` for parameters, name. The first row that fits counts.
const OPERATIONS: &[(Api, Method, &str, &str)] = &[
    (Api::Honcho, Method::POST, "/v3/workspaces", "create-workspace"),
    (Api::Honcho, Method::POST, "/v3/workspaces/list", "list-workspaces"),
    (Api::Honcho, Method::DELETE, "/v3/workspaces/*", "delete-workspace"),
    (Api::Honcho, Method::POST, "/v3/workspaces/*/peers", "create-peer"),
    (Api::Honcho, Method::POST, "/v3/workspaces/*/peers/list", "list-peers"),
    (Api::Honcho, Method::POST, "/v3/workspaces/*/sessions", "create-session"),
    (Api::Honcho, Method::POST, "/v3/workspaces/*/sessions/list", "list-sessions"),
    (Api::Honcho, Method::DELETE, "/v3/workspaces/*/sessions/*", "delete-session"),
    (Api::Honcho, Method::POST, "/v3/workspaces/*/sessions/*/messages", "create-messages"),
    (Api::Honcho, Method::POST, "/v3/workspaces/*/sessions/*/messages/list", "list-messages"),
    (Api::Honcho, Method::GET, "/v3/workspaces/*/sessions/*/messages/*", "get-message"),
    (Api::Honcho, Method::PUT, "/v3/workspaces/*/sessions/*/messages/*", "update-message"),
    (Api::Elizaos, Method::GET, "/api/agents", "list-agents"),
    (Api::Elizaos, Method::POST, "/api/messaging/sessions", "create-session"),
    (Api::Elizaos, Method::GET, "/api/messaging/sessions/*", "get-session"),
    (Api::Elizaos, Method::DELETE, "/api/messaging/sessions/*", "delete-session"),
    (Api::Elizaos, Method::GET, "/api/messaging/sessions/*/messages", "list-messages"),
    (Api::Elizaos, Method::POST, "/api/messaging/sessions/*/messages", "send-message"),
    (Api::Mielto, Method::POST, "/api/v1/conversations", "create-conversation"),
    (Api::Mielto, Method::POST, "/api/v1/messages", "create-messages"),
    (Api::Mielto, Method::GET, "/api/v1/messages", "list-messages"),
    (Api::Mielto, Method::GET, "/api/v1/messages/*", "get-message"),
];

/// The operation that a request is for. HEAD counts as GET.
pub(crate) fn of(api: Api, method: &Method, path: &str) -> Option<&'static str> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let fits = |pattern: &str| {
        let mut parts = path.split('/');
        pattern.split('/').all(|step| parts.next().is_some_and(|part| step == "*" || step == part))
            && parts.next().is_none()
    };
    OPERATIONS
        .iter()
        .find(|(owner, verb, pattern, _)| *owner == api && verb == method && fits(pattern))
        .map(|(.., name)| *name)
}

/// Whether an API has an operation of this name.
#[cfg(test)]
pub(crate) fn exists(api: Api, name: &str) -> bool {
    name == ANY || OPERATIONS.iter().any(|(owner, .., known)| *owner == api && *known == name)
}
