//! Operations: refusals, successes and path parameters that the document does not tell of.

use super::DocumentRule;
use crate::document::{Location, Operation, Response, StatusKey};
use crate::verdict::Level;

pub(super) static REFUSAL_UNDOCUMENTED: DocumentRule = DocumentRule {
    code: "DOC010",
    name: "refusal-undocumented",
    level: Level::Should,
    source: "OpenAPI Specification, Responses Object: successes and known errors are to be covered",
    summary: "An operation that can be asked wrongly documents how it refuses.",
    why: "Clients cannot tell a mistake of theirs from one of the server, and every refusal is an undocumented status.",
    check: |document, remarks| {
        for operation in document.operations() {
            let documented = |response: &Response| match response.status {
                StatusKey::Exact(code) => (400..500).contains(&code),
                StatusKey::Range(class) => class == 4,
                StatusKey::Default => true,
            };
            if can_be_wrong(operation) && !operation.responses.iter().any(documented) {
                remarks
                    .add(&operation.pointer, format!("{} documents no 4xx and no `default`", operation.id));
            }
        }
    },
};

pub(super) static PATH_PARAMETER_UNUSED: DocumentRule = DocumentRule {
    code: "DOC011",
    name: "path-parameter-unused",
    level: Level::Must,
    source: "OpenAPI Specification, Parameter Object, `name`: a path parameter's name corresponds to a template expression in the path",
    summary: "Every path parameter stands in the path.",
    why: "Nobody can send it, and the part of the path that was meant is left without a description.",
    check: |document, remarks| {
        for operation in document.operations() {
            let of_path = operation.parameters.iter().filter(|it| it.location == Location::Path);
            for parameter in of_path.filter(|it| !operation.path.contains(&format!("{{{}}}", it.name))) {
                let message = format!("`{}` stands nowhere in `{}`", parameter.name, operation.path);
                remarks.add(&parameter.pointer, message);
            }
        }
    },
};

pub(super) static OPERATION_WITHOUT_SUCCESS: DocumentRule = DocumentRule {
    code: "DOC012",
    name: "operation-without-success",
    level: Level::Should,
    source: "OpenAPI Specification, Responses Object: it should hold the response of a successful call",
    summary: "Every operation documents what a good request gets.",
    why: "Whatever a good request gets is undocumented, and cannot be judged.",
    check: |document, remarks| {
        for operation in document.operations() {
            let good = |response: &Response| match response.status {
                StatusKey::Exact(code) => (100..400).contains(&code),
                StatusKey::Range(class) => class < 4,
                StatusKey::Default => true,
            };
            if !operation.responses.iter().any(good) {
                remarks.add(&operation.pointer, format!("{} documents no success", operation.id));
            }
        }
    },
};

fn can_be_wrong(operation: &Operation) -> bool {
    operation.request_body.is_some()
        || operation.parameters.iter().any(|parameter| {
            parameter.required
                || ["minimum", "maximum", "enum", "pattern", "format"]
                    .iter()
                    .any(|keyword| parameter.schema.keyword(keyword).is_some())
        })
}
