//! Credentials that are not asked for, not compared, or refused in the wrong way. They show on servers with a token.

use http::StatusCode;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use serde_json::json;

use super::Fault;
use super::damage::Damage::{self, Reply};
use super::damage::around;
use super::operation::ANY;
use crate::reference::Api;

const fn auth(
    api: Api,
    operation: &'static str,
    name: &'static str,
    summary: &'static str,
    damage: Damage,
) -> Fault {
    Fault { name, api, operation, family: "auth", summary, damage }
}

/// Lets every request in.
const OPEN: Damage = around!(|mut call, inner| {
    inner.admit(&mut call);
    inner.send(&call).await
});

/// Lets a request in that has credentials, whatever they are.
const UNCOMPARED: Damage = around!(|mut call, inner| {
    if call.headers.contains_key(AUTHORIZATION) || call.headers.contains_key("x-api-key") {
        inner.admit(&mut call);
    }
    inner.send(&call).await
});

/// Judges the request before it asks for credentials.
const LATE: Damage = around!(|mut call, inner| {
    let reply = inner.send(&call).await;
    if reply.status != StatusCode::UNAUTHORIZED {
        return reply;
    }
    inner.admit(&mut call);
    let admitted = inner.send(&call).await;
    if admitted.is_success() { reply } else { admitted }
});

/// Refuses, and shows all the same.
const TOLD: Damage = around!(|mut call, inner| {
    let mut reply = inner.send(&call).await;
    if reply.status == StatusCode::UNAUTHORIZED {
        inner.admit(&mut call);
        reply.body = inner.send(&call).await.body;
    }
    reply
});

/// Refuses, and does it all the same.
const DONE: Damage = around!(|mut call, inner| {
    let reply = inner.send(&call).await;
    if reply.status == StatusCode::UNAUTHORIZED {
        inner.admit(&mut call);
        inner.send(&call).await;
    }
    reply
});

/// Takes want of credentials for want of rights.
const FORBIDDEN: Damage = Reply(|call, reply| {
    if reply.status == StatusCode::UNAUTHORIZED && !call.headers.contains_key("x-api-key") {
        reply.status = StatusCode::FORBIDDEN;
        reply.headers.remove(WWW_AUTHENTICATE);
    }
});

/// Leaves out how to authenticate.
const UNCHALLENGED: Damage = Reply(|_, reply| drop(reply.headers.remove(WWW_AUTHENTICATE)));

/// Lets in whom the comparison of a part of the token lets in.
const PREFIX: Damage = around!(|mut call, inner| {
    if inner.is_prefixed(&call) {
        inner.admit(&mut call);
    }
    inner.send(&call).await
});

/// Shows what the request carried where there is nothing to show.
const REPEATED: Damage = Reply(|call, reply| {
    if reply.status == StatusCode::NOT_FOUND
        && let Some(sent) = call.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok())
    {
        reply.set_json(&json!({ "detail": sent }));
    }
});

/// Lets in whoever has the token, whatever scheme stands before it.
const SCHEMELESS: Damage = around!(|mut call, inner| {
    if inner.is_held(&call) {
        inner.admit(&mut call);
    }
    inner.send(&call).await
});

/// Tells a stranger what it waits for.
const EXPECTED: Damage = around!(|call, inner| {
    let mut reply = inner.send(&call).await;
    if reply.status == StatusCode::UNAUTHORIZED {
        reply.set_json(&json!({ "detail": format!("expected Bearer {}", inner.token()) }));
    }
    reply
});

pub(crate) const FAULTS: &[Fault] = &[
    auth(Api::Honcho, "list-messages", "honcho-list-open", "The list of messages needs no token.", OPEN),
    auth(Api::Honcho, "get-message", "honcho-fetch-open", "A message is fetched without a token.", OPEN),
    auth(Api::Honcho, ANY, "honcho-any-token", "Every token is accepted.", UNCOMPARED),
    auth(
        Api::Honcho,
        "list-messages",
        "honcho-refusal-shows-list",
        "A 401 holds the list that was asked for.",
        TOLD,
    ),
    auth(
        Api::Honcho,
        "create-messages",
        "honcho-stored-without-token",
        "Messages that come without a token are refused and stored all the same.",
        DONE,
    ),
    auth(
        Api::Honcho,
        "delete-session",
        "honcho-deleted-without-token",
        "A deletion that comes without a token is refused and carried out all the same.",
        DONE,
    ),
    auth(
        Api::Honcho,
        "update-message",
        "honcho-updated-without-token",
        "A change that comes without a token is refused and carried out all the same.",
        DONE,
    ),
    auth(
        Api::Elizaos,
        ANY,
        "elizaos-missing-key-forbidden",
        "A request without a key is answered with 403 instead of 401.",
        FORBIDDEN,
    ),
    auth(
        Api::Honcho,
        ANY,
        "honcho-refusal-repeats-token",
        "A 404 shows the token that came with the request.",
        REPEATED,
    ),
    auth(Api::Honcho, ANY, "honcho-no-challenge", "A 401 does not say how to authenticate.", UNCHALLENGED),
    auth(Api::Elizaos, "list-messages", "elizaos-list-open", "The list of messages needs no key.", OPEN),
    auth(Api::Elizaos, "send-message", "elizaos-send-open", "A message is sent without a key.", OPEN),
    auth(Api::Elizaos, ANY, "elizaos-any-key", "Every key is accepted.", UNCOMPARED),
    auth(Api::Elizaos, ANY, "elizaos-no-challenge", "A 401 does not say how to authenticate.", UNCHALLENGED),
    auth(
        Api::Elizaos,
        "list-messages",
        "elizaos-unknown-session-before-key",
        "A session that does not exist is answered with 404 before a key is asked for.",
        LATE,
    ),
    auth(Api::Mielto, "list-messages", "mielto-list-open", "The list of messages needs no token.", OPEN),
    auth(Api::Mielto, ANY, "mielto-any-token", "Every token is accepted.", UNCOMPARED),
    auth(Api::Mielto, ANY, "mielto-no-challenge", "A 401 does not say how to authenticate.", UNCHALLENGED),
    auth(
        Api::Mielto,
        "list-messages",
        "mielto-beginning-of-token-accepted",
        "A token that only begins like the right one is accepted.",
        PREFIX,
    ),
    auth(
        Api::Mielto,
        "list-messages",
        "mielto-any-scheme",
        "The right token is accepted by any scheme, and without one.",
        SCHEMELESS,
    ),
    auth(Api::Mielto, ANY, "mielto-expected-token-shown", "A 401 says which token it waits for.", EXPECTED),
];
