//! What the three APIs differ in before any operation is reached: [`Api`] with its paths, error shape and credentials.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde::Serialize;
use serde_json::json;

use super::App;

/// One of the APIs the server speaks.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Api {
    /// Honcho, under `/v3`.
    Honcho,
    /// `ElizaOS`, under `/api/messaging` and `/api/agents`.
    Elizaos,
    /// Mielto, under `/api/v1`.
    Mielto,
}

impl Api {
    /// The name of the API's folder of documents: `honcho`, `elizaos` or `mielto`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Honcho => "honcho",
            Self::Elizaos => "elizaos",
            Self::Mielto => "mielto",
        }
    }

    /// The API whose paths `path` is one of.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let under = |prefix: &str| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match () {
            () if under("/v3") => Some(Self::Honcho),
            () if under("/api/messaging") || under("/api/agents") => Some(Self::Elizaos),
            () if under("/api/v1") => Some(Self::Mielto),
            () => None,
        }
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A JSON answer.
pub(crate) fn json_response(status: StatusCode, body: &impl Serialize) -> Response {
    // Serialising plain data into memory does not fail; were it to, an empty body is a fault that shows.
    let mut response = Response::new(Body::from(serde_json::to_vec(body).unwrap_or_default()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An error in the shape of the API that `path` belongs to.
pub(crate) fn failure(path: &str, status: StatusCode, message: &str) -> Response {
    match Api::of(path) {
        Some(Api::Elizaos) => {
            let code = status.canonical_reason().unwrap_or("Error").to_uppercase().replace(' ', "_");
            let error = json!({"code": code, "message": message, "details": message});
            json_response(status, &json!({"success": false, "error": error}))
        }
        Some(Api::Honcho | Api::Mielto) | None => json_response(status, &json!({"detail": message})),
    }
}

/// Answers a request to a path that no API has.
pub(crate) async fn not_found(uri: Uri) -> Response {
    failure(uri.path(), StatusCode::NOT_FOUND, "Not Found")
}

/// Answers a request with a method that its path does not have; axum adds the `Allow` header.
pub(crate) async fn method_not_allowed(method: Method, uri: Uri) -> Response {
    failure(uri.path(), StatusCode::METHOD_NOT_ALLOWED, &format!("Method {method} Not Allowed"))
}

/// Lets a request through when no token is set or the request has it; this comes before everything else.
pub(crate) async fn authorize(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let (Some(api), Some(token)) = (Api::of(path), &app.options.token) else {
        return next.run(request).await;
    };
    let headers = request.headers();
    let allowed = match api {
        Api::Honcho => bearer(headers) == Some(token.as_bytes()),
        Api::Elizaos => api_key(headers) == Some(token.as_bytes()),
        Api::Mielto => [bearer(headers), api_key(headers)].contains(&Some(token.as_bytes())),
    };
    if allowed {
        return next.run(request).await;
    }
    let mut response = failure(path, StatusCode::UNAUTHORIZED, "Missing or invalid credentials");
    let challenge = match api {
        Api::Honcho | Api::Mielto => "Bearer",
        Api::Elizaos => "ApiKey realm=\"elizaos\"",
    };
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    response
}

/// The token of an `Authorization: Bearer` header; the scheme's case does not matter (RFC 9110, section 11.1).
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(token.trim_ascii())
}

fn api_key(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get("x-api-key").map(HeaderValue::as_bytes)
}
