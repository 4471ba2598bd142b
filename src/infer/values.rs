//! Where the values of a member come from: other records, the document's own values, or what its name and type are usual for.

use serde_json::Value;

use super::creation::fixed;
use super::fields::{Around, Related, Source};
use super::schema::{Property, Shapes, snake};
use super::toml::{Remark, Toml, guessed};

/// A source, how the value is kept, and what is said of it.
pub(super) type Sourced = (Source, Option<&'static str>, Vec<Remark>);

/// Where a member's values come from.
pub(super) fn source<'a>(
    shapes: Shapes<'a>,
    member: &Property<'a>,
    around: &dyn Around,
) -> Result<Sourced, String> {
    let schema = member.schema;
    let name = snake(member.name);
    if let Some(value) = fixed(shapes, schema) {
        return Ok((Source::Made(Toml::table([("constant", value)]), true), None, Vec::new()));
    }
    let kind = shapes.kind(schema);
    if matches!(kind, Some("string" | "integer") | None) && shapes.keyword(schema, "enum").is_none() {
        match around.stands_for(member.name) {
            Some(Related::Ancestor(of)) => {
                return Ok((
                    Source::Ancestor(of),
                    None,
                    vec![guessed("called like what the record lies in")],
                ));
            }
            Some(Related::Sibling(of)) => {
                let reason = format!("called like the resource {of}, so it takes the id of one");
                return Ok((Source::Record(of), None, vec![guessed(reason)]));
            }
            Some(Related::Listed(of)) if member.required => {
                let reason = format!("called like the {of}s that a list shows; the first of them is taken");
                return Ok((Source::Existing(of), None, vec![guessed(reason)]));
            }
            Some(Related::OutOfReach(of) | Related::Listed(of)) => {
                return Err(format!("it needs {}, the id of a {of}, and none can be created", member.name));
            }
            None => {}
        }
    }
    let reference = ["_id", "_ids", "_uuid", "_ref", "_key"].iter().any(|end| name.ends_with(end))
        && name != "external_id";
    if reference && !member.required {
        return Err(format!("nobody knows what {} names", member.name));
    }
    let mut remarks = Vec::new();
    if reference {
        remarks.push(guessed("nothing in the document has such ids, so any value does"));
    }
    let (make, keep, shared): (Toml, Option<&'static str>, bool) = match kind {
        Some("string") => text(shapes, member, &name, around.own(), &mut remarks),
        Some("integer") => (integer(shapes, schema), None, true),
        Some("boolean") => ("boolean".into(), None, true),
        Some("object") => object(shapes, schema),
        Some("array") => match shapes.items(schema) {
            Some(item)
                if shapes.kind(item) == Some("string")
                    && shapes.number(schema, "minItems").unwrap_or(0) == 0 =>
            {
                let choices = shapes.choices(item);
                let plain =
                    shapes.keyword(item, "pattern").is_none() && shapes.keyword(item, "format").is_none();
                if reference || (choices.is_empty() && !plain) {
                    ("schema".into(), None, true)
                } else {
                    let some: Vec<Toml> = if choices.is_empty() {
                        ["amber", "teal", "plum"].map(Toml::from).into()
                    } else {
                        choices.into_iter().take(4).map(Toml::from).collect()
                    };
                    (Toml::table([("some", Toml::List(some))]), None, true)
                }
            }
            _ if member.required => ("schema".into(), Some("at-least"), true),
            _ => return Err(format!("nobody knows what {} may hold", member.name)),
        },
        _ if member.required || kind == Some("number") => ("schema".into(), None, true),
        _ => return Err(format!("the document gives no type for {}", member.name)),
    };
    Ok((Source::Made(make, shared), keep, remarks))
}

/// Whole numbers within the documented bounds, or harmless ones.
fn integer<'a>(shapes: Shapes<'a>, schema: &'a Value) -> Toml {
    if shapes.keyword(schema, "enum").is_some() || shapes.keyword(schema, "multipleOf").is_some() {
        return "schema".into();
    }
    let low =
        shapes.number(schema, "minimum").or_else(|| shapes.number(schema, "exclusiveMinimum").map(|n| n + 1));
    let high =
        shapes.number(schema, "maximum").or_else(|| shapes.number(schema, "exclusiveMaximum").map(|n| n - 1));
    let min = low.unwrap_or_else(|| high.unwrap_or(1).min(1));
    let max = high.unwrap_or_else(|| min.saturating_add(999)).max(min);
    Toml::table([("integer", Toml::table([("min", Toml::Integer(min)), ("max", Toml::Integer(max))]))])
}

fn object<'a>(shapes: Shapes<'a>, schema: &'a Value) -> (Toml, Option<&'static str>, bool) {
    if !shapes.properties(schema).is_empty() {
        return ("schema".into(), Some("at-least"), true);
    }
    match shapes.keyword(schema, "additionalProperties") {
        None | Some(Value::Bool(true)) => ("metadata".into(), Some("at-least"), true),
        Some(inner) if shapes.kind(inner) == Some("string") => {
            let value = Toml::table([("origin", "specproof".into()), ("shade", "amber".into())]);
            (Toml::table([("constant", value)]), Some("at-least"), true)
        }
        Some(Value::Object(free)) if free.is_empty() => ("metadata".into(), Some("at-least"), true),
        _ => ("schema".into(), Some("at-least"), true),
    }
}

/// A text by its format, its choices, or what its name says of it.
pub(super) fn text<'a>(
    shapes: Shapes<'a>,
    member: &Property<'a>,
    name: &str,
    own: &str,
    remarks: &mut Vec<Remark>,
) -> (Toml, Option<&'static str>, bool) {
    let schema = member.schema;
    let mut choices = shapes.choices(schema);
    // The first value of an enumeration in Protocol Buffers stands for none, and is left out of answers.
    choices.retain(|choice| !snake(choice).ends_with("unspecified"));
    if !choices.is_empty() {
        return (
            Toml::table([("choice", Toml::List(choices.into_iter().map(Toml::from).collect()))]),
            None,
            true,
        );
    }
    let most = shapes.number(schema, "maxLength").and_then(|n| usize::try_from(n).ok());
    let least = shapes.number(schema, "minLength").and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let ahead = [
        "expire",
        "due",
        "schedule",
        "until",
        "deadline",
        "start",
        "end",
        "valid_to",
        "valid_from",
        "remind",
    ]
    .iter()
    .any(|word| name.contains(word));
    let constant = |value: &str| Toml::table([("constant", value.into())]);
    match shapes.text(schema, "format") {
        Some("date-time") if ahead => {
            remarks.push(guessed("a time that may have to lie ahead"));
            return (constant("2035-01-15T10:30:00Z"), Some("instant"), true);
        }
        Some("date-time") => return ("instant".into(), Some("instant"), true),
        Some("date") => {
            let dates = if ahead { ["2035-01-15", "2035-02-28"] } else { ["2001-04-30", "2012-12-31"] };
            return (Toml::table([("choice", Toml::List(dates.map(Toml::from).into()))]), None, true);
        }
        Some("uuid") => return ("uuid".into(), None, false),
        Some("email") => return ("email".into(), None, false),
        Some(_) => return ("schema".into(), None, false),
        None => {}
    }
    let words =
        ["name", "slug", "key", "username", "login", "handle", "code", "sku", "alias", "identifier", "id"];
    let is_name = words.iter().any(|word| name == *word || name.ends_with(&format!("_{word}")));
    let called = is_name && most.is_none_or(|most| most >= 64) && least <= 12;
    if (name == "email" || name.ends_with("_email")) && shapes.text(schema, "pattern").is_none() {
        remarks.push(guessed("called like an e-mail address"));
        return ("email".into(), None, false);
    }
    let examples = examples(shapes, schema);
    let known: Option<&[&str]> = match name.rsplit('_').next().unwrap_or(name) {
        "currency" => Some(&["usd", "USD"]),
        "country" => Some(&["US", "us", "USA"]),
        "locale" | "language" | "lang" => Some(&["en", "en-US", "en_US"]),
        "timezone" | "tz" | "zone" => Some(&["UTC"]),
        "phone" | "mobile" | "telephone" => Some(&["+14155550123"]),
        "url" | "uri" | "website" | "link" | "webhook" | "homepage" => {
            Some(&["https://example.com/specproof"])
        }
        "color" | "colour" => Some(&["#336699", "336699"]),
        "date" => Some(&["2012-12-31"]),
        _ => None,
    };
    let pattern = shapes.text(schema, "pattern");
    let fits = |value: &&str| pattern.is_none_or(|pattern| crate::generate::obeys_pattern(pattern, value));
    // The first spelling that the pattern lets through.
    if let Some(known) = known.and_then(|known| known.iter().copied().find(fits)) {
        let values: Vec<Toml> = if examples.is_empty() {
            vec![known.into()]
        } else {
            examples.iter().map(|v| Toml::from(*v)).collect()
        };
        let reason = if examples.is_empty() {
            "a value that is usual for what it is called"
        } else {
            "the document's own examples"
        };
        remarks.push(guessed(reason));
        return (Toml::table([("choice", Toml::List(values))]), None, true);
    }
    if let Some(pattern) = pattern {
        // What `make = "name"` gives looks like these.
        let fits = ["main", "elsewhere", "together"].iter().all(|label| {
            let text = format!("specproof-m1a2b3c4d5e-{label}-{}-11", own.replace('_', "-"));
            crate::generate::obeys_pattern(pattern, &text)
        });
        return (if called && fits { "name" } else { "schema" }.into(), None, false);
    }
    if called {
        return ("name".into(), None, false);
    }
    let long = [
        "title",
        "subject",
        "label",
        "headline",
        "description",
        "content",
        "body",
        "text",
        "message",
        "note",
        "notes",
        "comment",
        "summary",
        "bio",
        "about",
        "details",
        "caption",
    ];
    let cap =
        if long.iter().any(|word| name == *word || name.ends_with(&format!("_{word}"))) { 200 } else { 60 };
    let max = most.unwrap_or(cap).min(cap.max(least));
    if max < 16 {
        return ("schema".into(), None, false);
    }
    let bounds = Toml::table([("min", least.max(1).into()), ("max", max.into()), ("tame", true.into())]);
    (Toml::table([("text", bounds)]), None, false)
}

/// The texts that a schema's author gave as examples.
fn examples<'a>(shapes: Shapes<'a>, schema: &'a Value) -> Vec<&'a str> {
    let listed = shapes.keyword(schema, "examples").and_then(Value::as_array).into_iter().flatten();
    listed.chain(shapes.keyword(schema, "example")).filter_map(Value::as_str).take(3).collect()
}
