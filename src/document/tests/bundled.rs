//! The bundled documents load and state what the suites rest on.

use serde_json::{Value, json};

use crate::document::{Document, Location, StatusKey, Version};

const HONCHO: &str = include_str!("../../../specs/honcho/openapi.yaml");
const ELIZAOS: &str = include_str!("../../../specs/elizaos/openapi.yaml");
const MIELTO: &str = include_str!("../../../specs/mielto/openapi.yaml");

fn load(text: &str) -> Document {
    Document::from_text("openapi.yaml", text).unwrap_or_else(|error| panic!("{error}"))
}

/// Name, location, required, then what of the schema is asserted: (keyword, value).
type ParameterFacts = (&'static str, Location, bool, Value);

struct Facts {
    text: &'static str,
    operation: &'static str,
    method: &'static str,
    path: &'static str,
    parameters: Vec<ParameterFacts>,
    statuses: &'static [u16],
    security: &'static [&'static str],
    /// Pointer into the resolved schema of the 200 response, and what stands there.
    response: Vec<(&'static str, Value)>,
}

fn path(name: &'static str) -> ParameterFacts {
    (name, Location::Path, true, json!({"type": "string"}))
}

fn query(name: &'static str, facts: Value) -> ParameterFacts {
    (name, Location::Query, false, facts)
}

fn page_facts() -> Vec<(&'static str, Value)> {
    vec![
        ("/required", json!(["items", "total", "page", "size", "pages"])),
        ("/properties/total/minimum", json!(0)),
        ("/properties/page/minimum", json!(1)),
        ("/properties/size/minimum", json!(1)),
        ("/properties/pages/minimum", json!(0)),
    ]
}

fn optional_text(name: &'static str) -> ParameterFacts {
    query(name, json!({"anyOf": [{"type": "string"}, {"type": "null"}]}))
}

fn facts() -> Vec<Facts> {
    let page = || query("page", json!({"type": "integer", "minimum": 1, "default": 1}));
    let size = || query("size", json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 50}));
    let nullable_flag = json!({"anyOf": [{"type": "boolean"}, {"type": "null"}], "default": false});
    let moment = json!({"type": "string", "format": "date-time"});
    vec![
        Facts {
            text: HONCHO,
            operation: "get_sessions_v3_workspaces__workspace_id__sessions_list_post",
            method: "POST",
            path: "/v3/workspaces/{workspace_id}/sessions/list",
            parameters: vec![
                path("workspace_id"),
                query("reverse", json!({"type": "boolean", "default": false})),
                page(),
                size(),
            ],
            statuses: &[200, 422],
            security: &["HTTPBearer"],
            response: page_facts(),
        },
        Facts {
            text: HONCHO,
            operation: "get_messages_v3_workspaces__workspace_id__sessions__session_id__messages_list_post",
            method: "POST",
            path: "/v3/workspaces/{workspace_id}/sessions/{session_id}/messages/list",
            parameters: vec![
                path("workspace_id"),
                path("session_id"),
                query("reverse", nullable_flag),
                page(),
                size(),
            ],
            statuses: &[200, 422],
            security: &["HTTPBearer"],
            response: page_facts(),
        },
        Facts {
            text: HONCHO,
            operation: "get_message_v3_workspaces__workspace_id__sessions__session_id__messages__message_id__get",
            method: "GET",
            path: "/v3/workspaces/{workspace_id}/sessions/{session_id}/messages/{message_id}",
            parameters: vec![path("workspace_id"), path("session_id"), path("message_id")],
            statuses: &[200, 422],
            security: &["HTTPBearer"],
            response: vec![(
                "/required",
                json!([
                    "id",
                    "content",
                    "peer_id",
                    "session_id",
                    "created_at",
                    "workspace_id",
                    "token_count"
                ]),
            )],
        },
        Facts {
            text: ELIZAOS,
            operation: "getSessionMessages",
            method: "GET",
            path: "/api/messaging/sessions/{sessionId}/messages",
            parameters: vec![
                path("sessionId"),
                query("limit", json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 50})),
                query("before", moment.clone()),
                query("after", moment),
            ],
            statuses: &[200, 404, 410, 500],
            security: &[],
            response: vec![
                ("/properties/hasMore/type", json!("boolean")),
                ("/properties/cursors/properties/before/type", json!("integer")),
                ("/properties/cursors/properties/after/type", json!("integer")),
                ("/properties/messages/items/properties/authorId/format", json!("uuid")),
            ],
        },
        Facts {
            text: MIELTO,
            operation: "list_messages_api_v1_messages_get",
            method: "GET",
            path: "/api/v1/messages",
            parameters: vec![
                optional_text("conversation_id"),
                optional_text("sender_id"),
                optional_text("role"),
                optional_text("message_type"),
                optional_text("search"),
                optional_text("tags"),
                query("skip", json!({"type": "integer", "minimum": 0, "default": 0})),
                query("limit", json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 100})),
                query("order_by", json!({"type": "string", "default": "created_at"})),
                query("order_direction", json!({"type": "string", "default": "desc"})),
                (
                    "X-Workspace-Id",
                    Location::Header,
                    false,
                    json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
                ),
            ],
            statuses: &[200, 404, 422],
            security: &["DualAuthScheme"],
            response: vec![("/required", json!(["data", "total_count"]))],
        },
    ]
}

#[test]
fn the_given_operations_keep_their_facts() {
    for facts in facts() {
        let document = load(facts.text);
        let name = facts.operation;
        let Some(operation) = document.operation(name) else { panic!("{name} is missing") };
        assert_eq!((operation.method.as_str(), operation.path.as_str()), (facts.method, facts.path));
        assert!(!operation.extensions.contains_key("x-provenance"), "{name}");
        let names: Vec<&str> = operation.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        let wanted: Vec<&str> = facts.parameters.iter().map(|facts| facts.0).collect();
        assert_eq!(names, wanted, "{name}");
        for (parameter, (_, location, required, keywords)) in
            operation.parameters.iter().zip(&facts.parameters)
        {
            let place = format!("{name} {}", parameter.name);
            assert_eq!((parameter.location, parameter.required), (*location, *required), "{place}");
            for keyword in ["type", "anyOf", "format", "minimum", "maximum", "default"] {
                assert_eq!(parameter.schema.keyword(keyword), keywords.get(keyword), "{place} {keyword}");
            }
        }
        let statuses: Vec<StatusKey> = operation.responses.iter().map(|response| response.status).collect();
        let wanted: Vec<StatusKey> = facts.statuses.iter().copied().map(StatusKey::Exact).collect();
        assert_eq!(statuses, wanted, "{name}");
        let schemes: Vec<&str> =
            operation.security.iter().flat_map(|schemes| schemes.keys()).map(String::as_str).collect();
        assert_eq!(schemes, facts.security, "{name}");
        let schema = operation
            .response(200)
            .and_then(|response| response.media_type("application/json"))
            .and_then(|entry| entry.schema.as_ref());
        let Some(schema) = schema else { panic!("{name} has no schema for 200") };
        for (pointer, wanted) in facts.response {
            assert_eq!(schema.resolved().pointer(pointer), Some(&wanted), "{name} {pointer}");
        }
    }
}

#[test]
fn the_seeding_operations_are_marked() {
    let cases = [
        (HONCHO, 12, &["create_workspace_v3_workspaces_post"][..]),
        (ELIZAOS, 6, &["listAgents", "createSession", "getSession", "deleteSession", "createSessionMessage"]),
        (
            MIELTO,
            4,
            &[
                "create_conversation_api_v1_conversations_post",
                "create_message_api_v1_messages_post",
                "get_message_api_v1_messages__message_id__get",
            ],
        ),
    ];
    for (text, count, seeding) in cases {
        let document = load(text);
        assert_eq!(document.version(), Version::V3_1);
        assert_eq!(document.operations().len(), count, "{}", document.title());
        for id in seeding {
            let operation = document.operation(id).unwrap_or_else(|| panic!("{id} is missing"));
            assert_eq!(operation.extensions.get("x-provenance"), Some(&json!("seeding")), "{id}");
        }
    }
}

#[test]
fn a_created_message_of_elizaos_may_have_either_form() {
    let document = load(ELIZAOS);
    let operation = document.operation("createSessionMessage").expect("the operation is there");
    let schema = operation.response(201).and_then(|response| response.content[0].schema.clone());
    let schema = schema.expect("201 has a schema");
    let author = "8f14e45f-ceea-467f-a34c-8c8b7d3d1f9a";
    let newer = json!({"success": true, "userMessage": {"id": "m", "created_at": 1, "content": "c", "author_id": author}});
    let older = json!({"id": "m", "content": "c", "authorId": author, "createdAt": "2025-01-01T00:00:00Z"});
    assert!(schema.is_valid(&newer) && schema.is_valid(&older));
    assert!(!schema.is_valid(&json!({"success": true})));
}

#[test]
fn a_request_body_may_be_null() {
    let document = load(HONCHO);
    let operation = document
        .operation("get_sessions_v3_workspaces__workspace_id__sessions_list_post")
        .expect("the operation is there");
    let body = operation.request_body.as_ref().expect("a body is described");
    assert!(!body.required);
    let schema = body.content[0].schema.as_ref().expect("the body has a schema");
    for (value, valid) in
        [(json!(null), true), (json!({}), true), (json!({"filters": 1}), false), (json!(1), false)]
    {
        assert_eq!(schema.is_valid(&value), valid, "{value}");
    }
}
