//! Which documents are let in, and what they say about themselves.

use serde_json::Value;

use super::error::DocumentError;
use super::model::Version;
use super::reader::Reader;

/// Dialects that say what 3.1 documents mean anyway ("Schema Object", `jsonSchemaDialect`).
const DIALECTS: [&str; 2] =
    ["https://spec.openapis.org/oas/3.1/dialect/base", "https://json-schema.org/draft/2020-12/schema"];

/// What the document's `info` says.
pub(crate) struct Info {
    pub(crate) title: String,
    pub(crate) api_version: String,
}

/// Reads the version of the specification, or says in clear words why the document cannot be read.
pub(crate) fn check(file: &str, raw: &Value) -> Result<Version, DocumentError> {
    let not =
        |message: &str| DocumentError::NotOpenApi { file: file.to_owned(), message: message.to_owned() };
    let unsupported = |found: String, mend: &str| DocumentError::UnsupportedVersion {
        file: file.to_owned(),
        found,
        mend: mend.to_owned(),
    };
    let Value::Object(members) = raw else { return Err(not("the text is no object")) };
    if let Some(version) = members.get("swagger") {
        let mend = "convert it to OpenAPI 3.0 or 3.1";
        return Err(unsupported(format!("Swagger {}", plain(version)), mend));
    }
    if members.contains_key("asyncapi") {
        return Err(not("it is an AsyncAPI document"));
    }
    let found = match members.get("openapi") {
        Some(Value::String(version)) => version,
        Some(other) => {
            let message = format!(
                "`openapi` is {}; write it as a text with three parts, such as \"3.1.0\"",
                plain(other)
            );
            return Err(not(&message));
        }
        None => return Err(not("it has no `openapi` member")),
    };
    let mut parts = found.split(['.', '-']);
    let version = match (parts.next(), parts.next()) {
        (Some("3"), Some("0")) => Version::V3_0,
        (Some("3"), Some("1")) => Version::V3_1,
        (Some("3"), Some("2")) => {
            let mend = "write it as 3.1, which has all but a few of its features";
            return Err(unsupported(format!("OpenAPI {found}"), mend));
        }
        _ => return Err(unsupported(format!("OpenAPI {found}"), "versions 3.0 and 3.1 are")),
    };
    match members.get("jsonSchemaDialect") {
        Some(dialect) if version == Version::V3_1 && !dialect.as_str().is_some_and(is_known_dialect) => {
            let mend = "leave `jsonSchemaDialect` out and write the schemas as JSON Schema 2020-12";
            Err(unsupported(format!("the schema dialect {}", plain(dialect)), mend))
        }
        _ => Ok(version),
    }
}

fn is_known_dialect(dialect: &str) -> bool {
    DIALECTS.contains(&dialect.trim_end_matches('#'))
}

/// Reads `info`. A version that YAML takes for a number (`version: 1.0`) is taken as the text it looks like.
pub(crate) fn info(reader: &Reader<'_>) -> Result<Info, DocumentError> {
    let title = match reader.raw.pointer("/info/title") {
        Some(Value::String(title)) => title.clone(),
        Some(_) => return Err(reader.invalid("/info/title", "must be a text")),
        None => return Err(reader.invalid("/info", "`title` is missing")),
    };
    let api_version = match reader.raw.pointer("/info/version") {
        Some(Value::String(version)) => version.clone(),
        Some(Value::Number(version)) => version.to_string(),
        Some(_) => return Err(reader.invalid("/info/version", "must be a text")),
        None => return Err(reader.invalid("/info", "`version` is missing")),
    };
    Ok(Info { title, api_version })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
