//! How a client shows who it is, and the header fields that every request needs.

use std::collections::BTreeSet;

use http::Method;
use serde_json::Value;

use super::Draft;
use super::schema::{Shapes, snake};
use super::toml::{Table, Toml, guessed, question};
use crate::document::{Location, SecurityScheme};

/// The forms of credentials, from the security schemes that operations name; those that most operations take come first.
pub(super) fn credentials(shapes: Shapes<'_>) -> Vec<Table> {
    let document = shapes.document;
    let mut names: Vec<&str> = Vec::new();
    let required =
        document.operations().iter().flat_map(|o| &o.security).flat_map(|alternative| alternative.keys());
    for name in required.map(String::as_str).chain(document.security_schemes().keys().map(String::as_str)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut seen = BTreeSet::new();
    let mut tables = Vec::new();
    for name in names {
        let Some(scheme) = document.security_schemes().get(name) else { continue };
        let form: &[(&str, Toml)] = &match scheme {
            SecurityScheme::Http { scheme } if scheme == "basic" => vec![("basic", true.into())],
            SecurityScheme::Http { scheme } if scheme == "bearer" => bearer(),
            SecurityScheme::OAuth2 | SecurityScheme::OpenIdConnect { .. } => bearer(),
            SecurityScheme::ApiKey { name, location: Location::Header } => {
                vec![("header", name.as_str().into())]
            }
            SecurityScheme::ApiKey { name, location: Location::Cookie } => {
                vec![("cookie", name.as_str().into())]
            }
            SecurityScheme::ApiKey { name, location: Location::Query } => {
                vec![("query", name.as_str().into())]
            }
            _ => Vec::new(),
        };
        let mut table = Table { element: true, ..Table::at(["credentials"]) };
        if form.is_empty() {
            table.element = false;
            table.path.clear();
            table.remarks.push(question(format!(
                "how is the security scheme {name} used? A suite knows credentials in header fields, query parameters and cookies only"
            )));
        } else if seen.insert(format!("{form:?}")) {
            table.remarks.push(guessed(format!("security scheme {name}")));
            for (key, value) in form {
                table.set(key, value.clone());
            }
        } else {
            continue;
        }
        tables.push(table);
    }
    tables
}

/// A token in the usual header field.
fn bearer() -> Vec<(&'static str, Toml)> {
    vec![("header", "Authorization".into()), ("prefix", "Bearer ".into())]
}

/// A header field that requests need.
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) table: Table,
}

/// Variables for the header parameters that operations require.
pub(super) fn headers(shapes: Shapes<'_>) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let all = shapes.document.operations().iter().flat_map(|operation| &operation.parameters);
    for parameter in all.filter(|p| p.location == Location::Header && p.required) {
        // What a request is conditional on, or told apart by, is another value each time.
        if ["if_match", "if_none_match", "idempotency_key"].contains(&snake(&parameter.name).as_str()) {
            continue;
        }
        let name = snake(&parameter.name).replace('_', "-");
        if wanted.iter().any(|known| known.name == name) {
            continue;
        }
        let schema = parameter.schema.resolved();
        let given = ["const", "default", "example"].iter().find_map(|key| Some((*key, schema.get(*key)?)));
        let given = given.or_else(|| Some(("enum", schema.get("enum")?.get(0)?)));
        let mut table = Table::at(["variables", &name]);
        table.set("description", format!("the header field {}, which operations require", parameter.name));
        match given {
            Some((key, value)) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                table.explained("default", text, vec![guessed(format!("the {key} of the header parameter"))]);
            }
            None => {
                table.remarks.push(question(format!(
                    "what is the value of the header field {}? (--set {name}=…)",
                    parameter.name
                )));
            }
        }
        table.set("header", Toml::from(parameter.name.as_str()));
        wanted.push(Wanted { name, table });
    }
    wanted
}

/// The header field that names the tenant, where the lists of an API require one that is called so.
pub(super) fn tenants(draft: &mut Draft<'_>) -> Option<Table> {
    let lists = draft.shapes.document.operations().iter().filter(|operation| operation.method == Method::GET);
    let mut required =
        lists.flat_map(|o| &o.parameters).filter(|p| p.location == Location::Header && p.required);
    let parameter = required.find(|p| snake(&p.name).contains("tenant"))?;
    let mut table = Table::at(["tenants"]);
    table.remarks.push(guessed("the name of the header field"));
    table.set("header", parameter.name.as_str());
    table.set("requirement", "tenants");
    draft.requirements.refer("tenants");
    Some(table)
}

/// The value that a required query parameter may have whatever the request is about.
pub(super) fn harmless(schema: &Value) -> Option<String> {
    let found = ["const", "default", "example"]
        .iter()
        .find_map(|key| schema.get(*key))
        .or_else(|| schema.get("enum")?.get(0))?;
    Some(found.as_str().map_or_else(|| found.to_string(), str::to_owned))
}
