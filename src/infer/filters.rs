//! The filters of a list: query parameters, or members of its content, that are called like what a record shows.

use serde_json::Value;

use super::fields::{Field, Source, moment};
use super::lists::Listing;
use super::schema::{Property, Shapes, snake};
use super::toml::{Remark, Toml, guessed};
use crate::document::pointer::escape;
use crate::document::{Location, Parameter};

/// A filter of a list: its name, how it stands in the suite file, and why.
pub(super) struct Filter {
    pub(super) name: String,
    pub(super) toml: Toml,
    pub(super) remarks: Vec<Remark>,
}

/// What may be a filter: a query parameter, or a member of the content of a list by POST.
struct Candidate<'a> {
    /// What it is called in the document.
    called: String,
    schema: &'a Value,
    /// What the document says of it, in lower case.
    said: String,
    /// Where it goes, as the suite file has it.
    at: Toml,
}

/// What may be filters of a list, beside the parameters that are taken.
fn candidates<'a>(
    shapes: Shapes<'a>,
    list: &Listing<'a>,
    in_content: bool,
    taken: &[String],
) -> Vec<Candidate<'a>> {
    if !in_content {
        let query = list.operation.parameters.iter().filter(|p| p.location == Location::Query);
        let candidate = |p: &'a Parameter| Candidate {
            called: p.name.clone(),
            schema: p.schema.value(),
            said: described(shapes, p),
            at: Toml::table([("query", p.name.as_str().into())]),
        };
        return query.filter(|p| !taken.contains(&p.name)).map(candidate).collect();
    }
    let body = list.operation.request_body.as_ref().and_then(|body| body.json()?.schema.as_ref());
    let members = body.into_iter().flat_map(|schema| shapes.properties(schema.value()));
    let candidate = |member: &Property<'a>, around: &str| Candidate {
        called: format!("{around}{}", member.name),
        schema: member.schema,
        said: shapes.text(member.schema, "description").unwrap_or_default().to_lowercase(),
        at: Toml::table([("body", format!("/{around}{}", escape(member.name)).into())]),
    };
    let within = |member: Property<'a>| {
        let inner = shapes.properties(member.schema);
        let holds = matches!(snake(member.name).as_str(), "filter" | "filters" | "where" | "criteria");
        if holds && !inner.is_empty() {
            let around = format!("{}/", escape(member.name));
            return inner.iter().map(|inner| candidate(inner, &around)).collect();
        }
        vec![candidate(&member, "")]
    };
    members.filter(|member| !taken.iter().any(|name| name == member.name)).flat_map(within).collect()
}

/// The filters of a list, and the parameters that are none that is understood.
pub(super) fn filters<'a>(
    shapes: Shapes<'a>,
    list: &Listing<'a>,
    in_content: bool,
    fields: &[Field<'a>],
    taken: &[String],
) -> (Vec<Filter>, Vec<String>) {
    let mut filters = Vec::new();
    let mut open = Vec::new();
    for Candidate { called, schema, said, at } in candidates(shapes, list, in_content, taken) {
        let name = snake(called.rsplit('/').next().unwrap_or(&called));
        let bare = name.strip_prefix("filter_").unwrap_or(&name);
        let loose = [
            "contain",
            "partial",
            "substring",
            "prefix",
            "search",
            "case-insensitive",
            "fuzzy",
            "match",
            "like",
            "start with",
            "starts with",
            "before",
            "after",
            "exclude",
        ]
        .iter()
        .any(|word| said.contains(word));
        let field = fields
            .iter()
            .find(|field| snake(&field.name) == bare && field.read.is_some() && field.source.is_some());
        let typed = field.is_some_and(|field| shapes.alike(schema, field.schema));
        let plain = field.is_some_and(|field| match &field.source {
            Some(Source::Made(Toml::Table(members), _)) => members.iter().any(|(key, _)| key == "choice"),
            Some(Source::Made(Toml::Text(make), _)) => {
                matches!(make.as_str(), "name" | "uuid" | "boolean" | "email")
            }
            Some(Source::Record(_)) => true,
            _ => false,
        });
        match field {
            Some(field) if typed && plain && !loose && shapes.items(schema).is_none() => {
                filters.push(Filter {
                    name: name.replace('_', "-"),
                    toml: Toml::table([
                        ("field", field.name.as_str().into()),
                        ("at", at),
                        ("test", "equals".into()),
                        ("requirement", "filter".into()),
                    ]),
                    remarks: vec![guessed(format!(
                        "the {} {called} is called like the member {}, and is of its type",
                        if in_content { "member of the content" } else { "query parameter" },
                        field.name
                    ))],
                });
            }
            _ => match bound(shapes, list, fields, bare, schema) {
                Some((field, test)) => filters.push(Filter {
                    name: name.replace('_', "-"),
                    toml: Toml::table([
                        ("field", field.name.as_str().into()),
                        ("at", at),
                        ("test", test.into()),
                        ("requirement", "filter".into()),
                    ]),
                    remarks: vec![guessed(format!(
                        "{called} bounds {}; whether it lets through what equals it is left open",
                        field.name
                    ))],
                }),
                None => open.push(called),
            },
        }
    }
    (filters, open)
}

fn described(shapes: Shapes<'_>, parameter: &Parameter) -> String {
    let raw = shapes.document.raw().pointer(&parameter.pointer);
    raw.and_then(|raw| raw.get("description")).and_then(Value::as_str).unwrap_or_default().to_lowercase()
}

/// Words that say of a value that it is a lower bound.
const LOWER: [&str; 8] = ["after", "since", "from", "gte", "gt", "ge", "min", "minimum"];
/// Words that say of a value that it is an upper bound.
const UPPER: [&str; 9] = ["before", "until", "till", "to", "lte", "lt", "le", "max", "maximum"];

/// The field that a parameter bounds, and the test: `created_after`, `price[lte]`, `min_price`; `since` and `until` where a record has but one instant.
fn bound<'f, 'a>(
    shapes: Shapes<'a>,
    list: &Listing<'a>,
    fields: &'f [Field<'a>],
    name: &str,
    schema: &'a Value,
) -> Option<(&'f Field<'a>, &'static str)> {
    let test = |word: &str| match word {
        word if LOWER.contains(&word) => Some("over"),
        word if UPPER.contains(&word) => Some("under"),
        _ => None,
    };
    let prefix = name.split_once('_').and_then(|(word, rest)| Some((rest, test(word)?)));
    let suffix = || name.rsplit_once('_').and_then(|(rest, word)| Some((rest, test(word)?)));
    let (stem, test) = prefix.or_else(suffix).or_else(|| Some(("", test(name)?)))?;
    let timed = |schema: &'a Value| shapes.text(schema, "format") == Some("date-time");
    let number = |schema: &'a Value| matches!(shapes.kind(schema), Some("integer" | "number"));
    let shown = fields.iter().filter(|field| field.read.is_some());
    let fits = |field: &&Field<'a>| {
        let called = if stem.is_empty() { timed(schema) } else { moment(&field.name) == moment(stem) };
        called && (timed(schema) && timed(field.schema) || number(schema) && number(field.schema))
    };
    let mut fitting = shown.filter(fits);
    let field = fitting.next()?;
    let instants = || shapes.properties(list.item).into_iter().filter(|member| timed(member.schema)).count();
    (!stem.is_empty() || (fitting.next().is_none() && instants() == 1)).then_some((field, test))
}
