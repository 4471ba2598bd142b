//! What is let in, how references and overrides are followed, and what the refusals say.

use serde_json::{Value, json};

use super::{answering, load, read, refusal};
use crate::document::{
    Document, DocumentError, Location, ParameterStyle, SecurityScheme, StatusKey, Version,
};

#[test]
fn versions_are_told_apart() {
    let ok = [
        ("3.0.0", Version::V3_0),
        ("3.0.4", Version::V3_0),
        ("3.1.0", Version::V3_1),
        ("3.1", Version::V3_1),
    ];
    for (text, version) in ok {
        assert_eq!(load(text, json!({}), json!({})).version(), version, "{text}");
    }
    let refused = [
        ("{\"swagger\": \"2.0\"}", "Swagger 2.0 is not supported; convert"),
        ("swagger: 2.0", "Swagger 2.0 is not supported; convert"),
        ("openapi: 3.2.0", "OpenAPI 3.2.0 is not supported"),
        ("openapi: 4.0.0", "OpenAPI 4.0.0 is not supported"),
        ("openapi: 3.1", "write it as a text"),
        (
            "openapi: '3.1.0'\njsonSchemaDialect: http://json-schema.org/draft-07/schema#",
            "the schema dialect",
        ),
        ("asyncapi: 2.0.0", "AsyncAPI"),
        ("title: a recipe", "no `openapi` member"),
        ("[1, 2]", "no object"),
        ("", "no object"),
        ("openapi: '3.1.0'\npaths: {}", "at /info: `title` is missing"),
    ];
    for (text, words) in refused {
        let Err(error) = Document::from_text("a.txt", text) else { panic!("{text} was read") };
        let message = error.to_string();
        assert!(message.starts_with("a.txt: ") && message.contains(words), "{text}: {message}");
    }
}

#[test]
fn a_version_that_looks_like_a_number_is_a_text() {
    let text = "openapi: 3.1.0\ninfo: {title: T, version: 1.5}\n";
    let document = Document::from_text("a.yaml", text).expect("the document is whole");
    assert_eq!((document.title(), document.api_version(), document.name()), ("T", "1.5", "a.yaml"));
    assert!(document.operations().is_empty());
}

#[test]
fn operations_stand_in_the_order_of_the_text() {
    let text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /z:\n    post: {}\n    get: {operationId: z}\n  \
                /b: {$ref: '#/components/pathItems/b'}\n  x-c: {get: {}}\n  /a: {delete: {}}\n\
                components: {pathItems: {b: {put: {}, get: {}}}}\n";
    let document = Document::from_text("a.yaml", text).expect("the document is whole");
    let ids: Vec<&str> = document.operations().iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids, ["POST /z", "z", "GET /b", "PUT /b", "DELETE /a"]);
    let pointers: Vec<&str> =
        document.operations().iter().map(|operation| operation.pointer.as_str()).collect();
    assert_eq!(pointers[1..3], ["/paths/~1z/get", "/components/pathItems/b/get"]);
}

#[test]
fn an_operation_overrides_the_parameters_of_its_path() {
    let parameter = |name: &str, place: &str, default: u8| json!({"name": name, "in": place, "required": true, "schema": {"type": "integer", "default": default}});
    let paths = json!({"/a/{id}": {
        "parameters": [parameter("id", "path", 1), parameter("size", "query", 1), parameter("X-Key", "header", 1)],
        "get": {"operationId": "get", "responses": {}, "parameters": [
            parameter("q", "query", 2), parameter("x-key", "header", 2), parameter("id", "query", 2),
            parameter("size", "query", 2), parameter("Accept", "header", 2)
        ]}
    }});
    for version in ["3.0.3", "3.1.0"] {
        let document = load(version, paths.clone(), json!({}));
        let operation = document.operation("get").expect("the operation is there");
        let found: Vec<(&str, Location, Option<&Value>)> = operation
            .parameters
            .iter()
            .map(|parameter| (parameter.name.as_str(), parameter.location, parameter.default()))
            .collect();
        let (one, two) = (json!(1), json!(2));
        let wanted = [
            ("id", Location::Path, Some(&one)),
            ("size", Location::Query, Some(&two)),
            ("x-key", Location::Header, Some(&two)),
            ("q", Location::Query, Some(&two)),
            ("id", Location::Query, Some(&two)),
        ];
        assert_eq!(found, wanted, "{version}");
        assert_eq!(operation.parameter("X-KEY").map(|found| found.location), Some(Location::Header));
        assert!(operation.parameter("SIZE").is_none());
    }
}

#[test]
fn styles_have_their_defaults() {
    let paths = json!({"/a/{p}": {"get": {"operationId": "get", "responses": {}, "parameters": [
        {"name": "p", "in": "path", "required": true, "schema": {}},
        {"name": "q", "in": "query", "schema": {}},
        {"name": "r", "in": "query", "style": "deepObject", "explode": true, "schema": {}},
        {"name": "s", "in": "query", "style": "form", "explode": false, "schema": {}},
        {"name": "h", "in": "header", "schema": {}},
        {"name": "c", "in": "cookie", "schema": {}},
        {"name": "j", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}}
    ]}}});
    let wanted = [
        ("p", true, ParameterStyle::Simple, false),
        ("q", false, ParameterStyle::Form, true),
        ("r", false, ParameterStyle::DeepObject, true),
        ("s", false, ParameterStyle::Form, false),
        ("h", false, ParameterStyle::Simple, false),
        ("c", false, ParameterStyle::Form, true),
        ("j", false, ParameterStyle::Form, true),
    ];
    for version in ["3.0.3", "3.1.0"] {
        let document = load(version, paths.clone(), json!({}));
        let operation = document.operation("get").expect("the operation is there");
        for (name, required, style, explode) in wanted {
            let parameter = operation.parameter(name).expect("the parameter is there");
            let found = (parameter.required, parameter.style, parameter.explode);
            assert_eq!(found, (required, style, explode), "{version} {name}");
        }
        let by_content = operation.parameter("j").expect("the parameter is there");
        assert_eq!(by_content.media_type.as_deref(), Some("application/json"));
        assert!(!by_content.schema.is_valid(&json!(1)));
    }
}

#[test]
fn the_most_specific_response_is_found() {
    let response = |name: &str| json!({"description": name});
    let responses = json!({"default": response("d"), "4XX": response("4"), "404": response("404"), "200": response("200"),
        "x-note": 1});
    let paths = json!({"/a": {"get": {"operationId": "get", "responses": responses}}});
    for version in ["3.0.3", "3.1.0"] {
        let document = load(version, paths.clone(), json!({}));
        let operation = document.operation("get").expect("the operation is there");
        let cases = [
            (200, StatusKey::Exact(200)),
            (404, StatusKey::Exact(404)),
            (422, StatusKey::Range(4)),
            (500, StatusKey::Default),
        ];
        for (status, wanted) in cases {
            assert_eq!(
                operation.response(status).map(|found| found.status),
                Some(wanted),
                "{version} {status}"
            );
        }
    }
    let none = load("3.1.0", answering(json!({})), json!({}));
    assert!(none.operation("get").expect("the operation is there").response(404).is_none());
}

#[test]
fn references_of_every_kind_are_followed() {
    let components = json!({
        "parameters": {"Id": {"$ref": "#/components/parameters/a~1b%20c"},
            "a/b c": {"name": "id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/Id"}}},
        "requestBodies": {"B": {"required": true, "content": {"application/json": {"schema": {"type": "object"}}}}},
        "responses": {"R": {"description": "", "headers": {"X-Total": {"$ref": "#/components/headers/H"}}}},
        "headers": {"H": {"required": true, "schema": {"type": "integer"}}},
        "schemas": {"Id": {"type": "string", "default": "x"}},
        "securitySchemes": {"K": {"$ref": "#/components/securitySchemes/L"},
            "L": {"type": "apiKey", "in": "header", "name": "X-API-Key"}, "M": {"type": "http", "scheme": "Bearer"}}
    });
    let paths = json!({"/a/{id}": {"post": {"operationId": "get",
        "parameters": [{"$ref": "#/components/parameters/Id"}],
        "requestBody": {"$ref": "#/components/requestBodies/B"},
        "responses": {"200": {"$ref": "#/components/responses/R"}}}}});
    for version in ["3.0.3", "3.1.0"] {
        let document = load(version, paths.clone(), components.clone());
        let operation = document.operation("get").expect("the operation is there");
        let parameter = &operation.parameters[0];
        assert_eq!(parameter.pointer, "/components/parameters/a~1b c");
        assert_eq!(parameter.schema.pointer(), "/components/parameters/a~1b c/schema");
        assert_eq!(parameter.default(), Some(&json!("x")));
        let body = operation.request_body.as_ref().expect("the body is there");
        assert!(body.required && body.media_type("application/json").is_some());
        let response = &operation.responses[0];
        assert_eq!(response.pointer, "/components/responses/R");
        let header = &response.headers[0];
        assert_eq!((header.name.as_str(), header.required), ("X-Total", true));
        assert_eq!(header.pointer, "/components/headers/H");
        let key = SecurityScheme::ApiKey { name: "X-API-Key".to_owned(), location: Location::Header };
        assert_eq!(document.security_schemes().get("K"), Some(&key));
        let bearer = SecurityScheme::Http { scheme: "bearer".to_owned() };
        assert_eq!(document.security_schemes().get("M"), Some(&bearer));
    }
}

#[test]
fn security_and_servers_are_effective() {
    for version in ["3.0.3", "3.1.0"] {
        let text = json!({
            "openapi": version, "info": {"title": "T", "version": "1"}, "security": [{"K": []}],
            "servers": [{"url": "https://{host}/v{n}", "variables": {"host": {"default": "a.example"}, "n": {"default": "2"}}}],
            "components": {"securitySchemes": {"K": {"type": "http", "scheme": "basic"},
                "O": {"type": "oauth2", "flows": {}}}},
            "paths": {"/a": {
                "get": {"operationId": "own", "security": [{"O": ["read"]}, {}], "responses": {}},
                "put": {"operationId": "public", "security": [], "responses": {}},
                "post": {"operationId": "shared", "responses": {}, "deprecated": true, "x-a": [1]}}}
        });
        let document =
            Document::from_text("a.json", &text.to_string()).unwrap_or_else(|error| panic!("{error}"));
        let operation = |id| document.operation(id).expect("the operation is there");
        assert_eq!(json!(operation("own").security), json!([{"O": ["read"]}, {}]));
        assert_eq!(json!(operation("public").security), json!([]));
        assert_eq!(json!(operation("shared").security), json!([{"K": []}]));
        assert!(operation("shared").deprecated && !operation("own").deprecated);
        assert_eq!(json!(operation("shared").extensions), json!({"x-a": [1]}));
        assert_eq!(document.servers()[0].url, "https://a.example/v2");
        assert_eq!(document.servers()[0].pointer, "/servers/0");
    }
}

#[test]
fn faults_are_named_with_their_place() {
    let get = |operation: Value| json!({"/a": {"get": operation}});
    let parameter = |value: Value| get(json!({"responses": {}, "parameters": [value]}));
    let cases = [
        (json!({"a": {}}), "/paths/a", "must start with `/`"),
        (json!({"/a/{id}": {"get": {"responses": {}}}}), "/paths/~1a~1{id}/get", "no path parameter `id`"),
        (
            json!({"/a": {"get": {"operationId": "x", "responses": {}}, "put": {"operationId": "x", "responses": {}}}}),
            "/paths/~1a/put",
            "`x` stands at /paths/~1a/get already",
        ),
        (
            parameter(json!({"nam": "q", "in": "query", "schema": {}})),
            "/paths/~1a/get/parameters/0",
            "missing field `name`",
        ),
        (parameter(json!({"name": "q", "in": "body", "schema": {}})), "/paths/~1a/get/parameters/0", "body"),
        (
            parameter(json!({"name": "q", "in": "query", "schema": 1})),
            "/paths/~1a/get/parameters/0/schema",
            "",
        ),
        (
            parameter(json!({"$ref": "#/components/parameters/X"})),
            "/paths/~1a/get/parameters/0",
            "leads nowhere",
        ),
        (parameter(json!({"$ref": "other.yaml#/X"})), "/paths/~1a/get/parameters/0", "out of the document"),
        (
            parameter(json!({"$ref": "#/components/parameters/Loop"})),
            "/components/parameters/Loop",
            "back to itself",
        ),
        (
            get(json!({"responses": {"ok": {"description": ""}}})),
            "/paths/~1a/get/responses/ok",
            "status code",
        ),
        (get(json!({"responses": [], })), "/paths/~1a/get/responses", "must be an object"),
        (get(json!({"responses": {}, "security": [{"X": []}]})), "/paths/~1a/get/security/0", "`X`"),
        (
            get(json!({"responses": {"200": {"description": "", "content": {"json": {}}}}})),
            "/paths/~1a/get/responses/200/content/json",
            "not a media type",
        ),
        (get(json!({"responses": {}, "operationId": 1})), "/paths/~1a/get", "operation"),
        (json!({"/a": []}), "/paths/~1a", "must be an object"),
    ];
    let components = json!({"parameters": {"Loop": {"$ref": "#/components/parameters/Loop"}}});
    for version in ["3.0.3", "3.1.0"] {
        for (paths, pointer, words) in &cases {
            let error = refusal(version, paths.clone(), components.clone());
            assert_eq!(error.pointer(), Some(*pointer), "{version} {paths}: {error}");
            let message = error.to_string();
            assert!(message.starts_with(&format!("a.json: at {pointer}: ")), "{message}");
            assert!(message.contains(words), "{message}");
        }
    }
    let twice =
        json!([{"name": "q", "in": "query", "schema": {}}, {"name": "q", "in": "query", "schema": {}}]);
    let error = refusal("3.1.0", get(json!({"parameters": twice})), json!({}));
    assert_eq!(error.pointer(), Some("/paths/~1a/get/parameters/1"));
}

#[test]
fn schemas_that_do_not_compile_are_named_with_their_place() {
    let schemas = |schema: Value| json!({"schemas": {"A": {"properties": {"b": schema}}}});
    let cases = [
        (json!({"type": "strin"}), "/components/schemas/A/properties/b/type"),
        (json!({"minLength": "3"}), "/components/schemas/A/properties/b/minLength"),
        (json!({"$ref": "#/components/schemas/C"}), "/components/schemas/A/properties/b"),
        (json!({"$ref": "#"}), "/components/schemas/A/properties/b"),
        (json!({"$ref": "#anchor"}), "/components/schemas/A/properties/b"),
        (json!({"$ref": "b.yaml#/B"}), "/components/schemas/A/properties/b"),
        (json!({"$ref": "https://example.com/b.json"}), "/components/schemas/A/properties/b"),
        (json!({"$ref": "http://["}), "/components/schemas/A/properties/b"),
    ];
    for (schema, pointer) in cases {
        let error = refusal("3.1.0", json!({}), schemas(schema.clone()));
        assert_eq!(error.pointer(), Some(pointer), "{schema}: {error}");
        assert!(error.to_string().len() < 500, "{error}");
    }
    let error = refusal("3.1.0", json!({}), schemas(json!({"$ref": "b.yaml#/B"})));
    assert!(
        matches!(&error, DocumentError::Reference { reference, .. } if reference == "b.yaml#/B"),
        "{error}"
    );
    // A pattern that cannot be read demands nothing.
    for pattern in ["^(?=a)\\p{L}+$", "(", "^[\\w-\\.]+$"] {
        assert!(read("3.1.0", json!({}), schemas(json!({"type": "string", "pattern": pattern}))).is_ok());
    }
}

#[test]
fn documents_can_be_shared() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    let document = load("3.1.0", answering(json!({"type": "string"})), json!({}));
    shared(&document);
    shared(super::answer(&document));
}

#[test]
fn what_the_api_sends_by_itself_is_named() {
    let text = include_str!("../../../fixtures/documents/sent-by-itself.yaml");
    let document = Document::from_text("a.yaml", text).expect("it is sound");
    let asked: Vec<&str> = document.operations().iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(asked, ["subscribe"]);
    assert_eq!(
        document.sent_by_itself(),
        ["the webhook `parcelArrived`", "the callback `arrival` of `subscribe`"]
    );
}

#[test]
fn response_headers_have_schemas() {
    let headers = json!({"X-Total": {"$ref": "#/components/headers/Total"}, "X-Note": {"content": {"text/plain": {"schema": {"type": "string"}}}}});
    let paths = json!({"/a": {"get": {"operationId": "get", "responses": {"200": {"description": "", "headers": headers}}}}});
    for version in ["3.0.3", "3.1.0"] {
        let document = load(
            version,
            paths.clone(),
            json!({"headers": {"Total": {"required": true, "schema": {"type": "integer"}}}}),
        );
        let response = document.operation("get").and_then(|get| get.response(200)).expect("it is there");
        let names: Vec<(&str, bool)> =
            response.headers.iter().map(|header| (header.name.as_str(), header.required)).collect();
        assert_eq!(names, [("X-Note", false), ("X-Total", true)], "{version}");
        let total = response.headers[1].schema.as_ref().expect("it is there");
        assert!(!total.is_valid(&json!("x")) && total.is_valid(&json!(1)), "{version}");
    }
}
