//! Lists: page sizes without a bound, and cursors that cannot be sent back.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{DocumentRule, Remarks};
use crate::document::{Document, Location, Operation, Parameter};
use crate::verdict::Level;

pub(super) static PAGE_SIZE_UNBOUNDED: DocumentRule = DocumentRule {
    code: "DOC007",
    name: "page-size-unbounded",
    level: Level::Should,
    source: "OWASP API Security Top 10 2023, API4 (unrestricted resource consumption); JSON Schema 2020-12 Validation, section 6.2",
    summary: "The parameter for the size of a page has a `maximum`.",
    why: "A client cannot know what it may ask for, and whether a larger size is cut or refused is left to chance.",
    check: unbounded,
};

pub(super) static CURSOR_OF_ANOTHER_TYPE: DocumentRule = DocumentRule {
    code: "DOC008",
    name: "cursor-of-another-type",
    level: Level::Should,
    source: "JSON Schema 2020-12 Validation, section 6.1.1 (`type`)",
    summary: "A cursor in an answer has the type of the parameter that it goes back into.",
    why: "A client that sends the cursor as it came breaks the document, and one that does not must guess how to write it.",
    check: cursors,
};

/// Names of page sizes, without case and separators.
const SIZES: [&str; 15] = [
    "limit",
    "size",
    "pagesize",
    "perpage",
    "pagelimit",
    "maxresults",
    "take",
    "top",
    "first",
    "count",
    "rows",
    "num",
    "maxkeys",
    "itemsperpage",
    "resultsperpage",
];

/// What stands before the name of a parameter in the name of the member that feeds it.
const PREFIXES: [&str; 4] = ["", "next", "prev", "previous"];

/// How deep cursors are looked for below the outermost object.
const DEPTH: usize = 3;

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

fn queries(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().filter(|parameter| parameter.location == Location::Query)
}

fn unbounded(document: &Document, remarks: &mut Remarks) {
    for operation in document.operations() {
        for parameter in queries(operation).filter(|it| SIZES.contains(&plain(&it.name).as_str())) {
            let schema = parameter.schema.resolved();
            let number = types(document, schema, 0).iter().any(|kind| kind == "integer" || kind == "number");
            if number && !bounded(document, schema, 0) {
                let message = format!("`{}` of {} has no `maximum`", parameter.name, operation.id);
                remarks.add(&parameter.pointer, message);
            }
        }
    }
}

fn bounded(document: &Document, schema: &Value, depth: usize) -> bool {
    let own =
        ["maximum", "exclusiveMaximum", "enum", "const"].iter().any(|keyword| schema.get(keyword).is_some());
    // A type that no integer has in mind, such as the null beside it, needs no bound.
    own || depth < DEPTH
        && branches(schema).any(|branch| {
            let branch = document.resolve(branch);
            branch.get("type") != Some(&Value::from("null")) && bounded(document, branch, depth + 1)
        })
}

fn branches(schema: &Value) -> impl Iterator<Item = &Value> {
    ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .filter_map(|keyword| schema.get(keyword).and_then(Value::as_array))
        .flatten()
}

/// The JSON types that a schema names, null aside; empty where it names none.
fn types(document: &Document, schema: &Value, depth: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match schema.get("type") {
        Some(Value::String(one)) => found.extend([one.clone()]),
        Some(Value::Array(several)) => {
            found.extend(several.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        _ => {}
    }
    if depth < DEPTH {
        for branch in branches(schema) {
            found.extend(types(document, document.resolve(branch), depth + 1));
        }
    }
    found.remove("null");
    found
}

fn cursors(document: &Document, remarks: &mut Remarks) {
    for operation in document.operations() {
        let parameters: Vec<&Parameter> = queries(operation).collect();
        let answers = operation.responses.iter().filter(|response| response.status.covers(200));
        for schema in answers.flat_map(|response| &response.content).filter_map(|entry| entry.schema.as_ref())
        {
            let whole = document.resolve(schema.value());
            compare(document, operation, &parameters, whole, 0, remarks);
        }
    }
}

/// Compares the members of an object, and of the objects in it, with the parameters whose names they have. Items of lists are records, not
/// cursors, and are left out.
fn compare(
    document: &Document,
    operation: &Operation,
    parameters: &[&Parameter],
    object: &Value,
    depth: usize,
    remarks: &mut Remarks,
) {
    let members = object.get("properties").and_then(Value::as_object).into_iter().flatten();
    for (name, schema) in members {
        let schema = document.resolve(schema);
        let returned = types(document, schema, 0);
        for parameter in parameters {
            let wanted = plain(&parameter.name);
            let feeds = PREFIXES.iter().any(|prefix| plain(name) == format!("{prefix}{wanted}"));
            let looks_like_a_cursor =
                ["before", "after", "cursor", "token"].iter().any(|word| wanted.contains(word))
                    || wanted == "offset";
            let taken = types(document, parameter.schema.resolved(), 0);
            let meet = returned.intersection(&taken).next().is_some()
                || (returned.contains("integer") && taken.contains("number"));
            if feeds && looks_like_a_cursor && !returned.is_empty() && !taken.is_empty() && !meet {
                let list = |kinds: &BTreeSet<String>| kinds.iter().cloned().collect::<Vec<_>>().join(" or ");
                remarks.add(
                    &parameter.pointer,
                    format!(
                        "{} answers `{name}` as {}, and takes it back in `{}` as {}",
                        operation.id,
                        list(&returned),
                        parameter.name,
                        list(&taken)
                    ),
                );
            }
        }
        if depth < DEPTH {
            compare(document, operation, parameters, schema, depth + 1, remarks);
        }
    }
}
