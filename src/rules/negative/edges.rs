//! Values at the edge of what is valid: where the keyword stands that decides, and which operations have such edges.

use serde_json::Value;

use crate::document::{Location, Operation, Parameter, Response, Schema};
use crate::rules::Scene;
use crate::rules::answers::{Answer, cut, excerpt};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::suite::{Arguments, Collection};
use crate::verdict::Level;

/// Keywords whose valid side a parameter is asked with.
const BOUNDS: [&str; 5] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum"];

/// Whether the document names a refusal for the case's operation. Where it does not, nobody says whether what
/// breaks the document is refused or taken for something else.
pub(super) fn names_refusal(suite: &Suite, case: &Case) -> bool {
    let refuses = |response: &Response| [400, 422].iter().any(|status| response.status.covers(*status));
    suite.operation(&case.operation).responses.iter().any(refuses)
}

/// Whether a case of an operation has values on the invalid side of something: content always does, parameters
/// only where their schemas do not let every text through.
pub(super) fn has_edges(suite: &Suite, case: &Case) -> bool {
    match case.scenario.kind() {
        Kind::Parameters => varied(suite, case).any(is_bounded),
        Kind::Update => changes_wrongly(suite, case),
        _ => true,
    }
}

/// Whether the content of a case's change can break the document.
pub(super) fn changes_wrongly(suite: &Suite, case: &Case) -> bool {
    let resource = case.scenario.resource().map(|name| suite.resource(name));
    resource.is_some_and(|resource| suite.wrong_update(resource).is_some())
}

/// Whether a case of an operation has values on the valid side of a bound: content does, unless it is that of a list whose filters alone stand there.
pub(super) fn has_valid_edges(suite: &Suite, case: &Case) -> bool {
    let filters = |list: &Collection| list.operation == case.operation && list.arguments == Arguments::Query;
    if case.scenario.kind() == Kind::Content && suite.file().collections.values().any(filters) {
        return false;
    }
    case.scenario.kind() != Kind::Parameters
        || varied(suite, case).any(|parameter| has_keyword(parameter.schema.resolved()))
}

/// The parameters that cases about parameters vary.
fn varied<'a>(suite: &'a Suite, case: &Case) -> impl Iterator<Item = &'a Parameter> {
    let parameters = suite.operation(&case.operation).parameters.iter();
    parameters.filter(|parameter| parameter.location != Location::Path)
}

/// Whether a schema, or one inside of it, has a bound.
fn has_keyword(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            members.iter().any(|(name, inner)| BOUNDS.contains(&name.as_str()) || has_keyword(inner))
        }
        Value::Array(elements) => elements.iter().any(has_keyword),
        _ => false,
    }
}

/// Whether some text is invalid for a parameter.
fn is_bounded(parameter: &Parameter) -> bool {
    let long = "x".repeat(5000);
    ["", "specproof", &long].iter().any(|text| !parameter.schema.is_valid(&Value::from(*text)))
}

/// Where the keyword stands in the document that decides about a place of a request.
pub(super) fn pointer_of(answer: &Answer<'_>, keyword: &str, place: &str) -> String {
    let operation = answer.operation;
    if let Some(parameter) = operation.parameter(place) {
        return match keyword {
            "required" => parameter.pointer.clone(),
            _ => keyword_in(&parameter.schema, keyword),
        };
    }
    let Some(described) = &operation.request_body else { return operation.pointer.clone() };
    let schema = described.media_type("application/json").and_then(|media| media.schema.as_ref());
    let sent = answer.request.body.as_ref().and_then(|body| body.json().ok());
    let violations = match (schema, sent) {
        (Some(schema), Some(sent)) => schema.violations(sent),
        _ => Vec::new(),
    };
    let best = violations.iter().find(|violation| violation.keyword == keyword).or(violations.first());
    best.map_or_else(|| described.pointer.clone(), |violation| violation.schema_pointer.clone())
}

fn keyword_in(schema: &Schema, keyword: &str) -> String {
    match schema.value().get(keyword) {
        Some(_) => format!("{}/{keyword}", schema.pointer()),
        None => schema.pointer().to_owned(),
    }
}

/// How much a bound of an operation obliges: what an operation that only makes others testable takes is written from
/// documentation at second hand, which is no ground for a `must`.
pub(super) fn level_of(scene: &Scene<'_>, operation: &Operation) -> Level {
    if scene.suite.is_seeding(operation) { Level::Should } else { Level::Must }
}

/// The level of a value that a place should not have taken. In a suite that was inferred nobody has said that the target holds parameters to
/// their schemas: filters are often left unchecked, and page sizes and numbers beyond their bounds are often brought within them instead of refused.
pub(super) fn level_at(scene: &Scene<'_>, operation: &Operation, keyword: &str, place: &str) -> Level {
    let file = scene.suite.file();
    let of_list =
        |collection: &&Collection| file.operations.get(&collection.operation) == Some(&operation.id);
    let parameter = operation.parameter(place).is_some();
    if !file.inferred || !parameter {
        return level_of(scene, operation);
    }
    let mut lists = file.collections.values().filter(of_list);
    let paging = lists.any(|collection| collection.style.parameters().contains(&place));
    let bound = matches!(keyword, "maximum" | "minimum" | "exclusiveMaximum" | "exclusiveMinimum");
    if paging && !bound { level_of(scene, operation) } else { Level::Should }
}

/// What was sent at a place of a request.
pub(super) fn sent_at(answer: &Answer<'_>, place: &str) -> String {
    if answer.operation.parameter(place).is_some() {
        return cut(&answer.request.path);
    }
    let content = answer.request.body.as_ref();
    match content.and_then(|body| body.json().ok()).and_then(|content| content.pointer(place)) {
        Some(value) => excerpt(value),
        None => content.map_or_else(|| "no content".to_owned(), |body| cut(&body.text())),
    }
}

/// How findings name a place of a request.
pub(super) fn place_name(place: &str) -> &str {
    if place.is_empty() { "the content" } else { place }
}
