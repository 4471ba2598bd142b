//! Tests of whole documents: the bundled ones, and small ones that show one property each.

mod bundled;
mod dialects;
mod loading;
mod schemas;

use serde_json::{Value, json};

use super::{Document, DocumentError, Schema};

/// A document with these paths and components.
fn read(version: &str, paths: Value, components: Value) -> Result<Document, DocumentError> {
    let members = [
        ("openapi".to_owned(), json!(version)),
        ("info".to_owned(), json!({"title": "T", "version": "1"})),
        ("paths".to_owned(), paths),
        ("components".to_owned(), components),
    ];
    let raw = Value::Object(members.into_iter().collect());
    Document::from_text("a.json", &raw.to_string())
}

fn load(version: &str, paths: Value, components: Value) -> Document {
    read(version, paths, components).unwrap_or_else(|error| panic!("{error}"))
}

/// The error of a document that must not load.
fn refusal(version: &str, paths: Value, components: Value) -> DocumentError {
    match read(version, paths, components) {
        Ok(_) => panic!("the document was read"),
        Err(error) => error,
    }
}

/// A path that answers 200 with this schema.
#[expect(clippy::needless_pass_by_value, reason = "tests pass literals")]
fn answering(schema: Value) -> Value {
    let content = json!({"application/json": {"schema": schema}});
    json!({"/a": {"get": {"operationId": "get", "responses": {"200": {"description": "", "content": content}}}}})
}

/// The schema of the 200 response of the operation `get`.
fn answer(document: &Document) -> &Schema {
    let response = document.operation("get").and_then(|operation| operation.response(200));
    let entry = response.and_then(|response| response.media_type("application/json"));
    entry.and_then(|entry| entry.schema.as_ref()).expect("the answer has a schema")
}
