//! Records in the manner of Kubernetes: what they are called stands in `metadata`, what a client wants in `spec`, what came of it in `status`; and `kind`
//! and `apiVersion` say what they are, which the path says as well.

use serde_json::Value;

use super::creation::{Creation, Representation, fixed};
use super::fields::{Around, Field, Related, Source, is_creation_time};
use super::schema::{Property, Shapes, snake};
use super::toml::{Toml, guessed};
use super::values::{source, text};
use crate::document::pointer::escape;

/// Where the name of such a record stands.
pub(super) const NAME: &str = "/metadata/name";

/// Whether a representation is that of such a record.
pub(super) fn is_one(shown: &Representation<'_>) -> bool {
    shown.id == NAME
}

/// The fields of a member that has a meaning of its own in such a record; `None` for any other member, or any other record.
///
/// # Errors
/// The reason why the member cannot be made.
pub(super) fn fields<'a>(
    shapes: Shapes<'a>,
    member: &Property<'a>,
    creation: &Creation<'a>,
    shown: &Representation<'a>,
    around: &dyn Around,
) -> Result<Option<Vec<Field<'a>>>, String> {
    if !is_one(shown) {
        return Ok(None);
    }
    match member.name {
        "metadata" if shapes.property(member.schema, "name").is_some() => {
            metadata(shapes, member, creation, shown, around).map(Some)
        }
        // Of a `spec` without known members a server may keep what it knows.
        "spec" if shapes.properties(member.schema).is_empty() && !member.required => Ok(Some(Vec::new())),
        "spec" if shapes.kind(member.schema) == Some("object") => {
            spec(shapes, member, creation, shown, around)
        }
        "kind" | "apiVersion" => Ok(Some(said(shapes, member, creation).into_iter().collect())),
        "status" => Ok(Some(Vec::new())),
        _ => Ok(None),
    }
}

fn field<'a>(name: &str, schema: &'a Value, send: Option<String>, source: Option<Source>) -> Field<'a> {
    Field {
        name: name.to_owned(),
        schema,
        send,
        path: None,
        read: None,
        source,
        keep: None,
        every: 1,
        remarks: Vec::new(),
    }
}

/// The name and the labels; the namespace and the time of creation, which the target sets.
fn metadata<'a>(
    shapes: Shapes<'a>,
    member: &Property<'a>,
    creation: &Creation<'a>,
    shown: &Representation<'a>,
    around: &dyn Around,
) -> Result<Vec<Field<'a>>, String> {
    let send = |name: &str| Some(format!("{}/{}/{}", creation.send, escape(member.name), escape(name)));
    let back = shapes.property(shown.schema, member.name).map(|schema| shapes.properties(schema));
    let mut found = Vec::new();
    for inner in shapes.properties(member.schema) {
        let made = match inner.name {
            "name" => {
                // Names of hosts have at most 63 characters, and those that are made up are shorter.
                let roomy = shapes.number(inner.schema, "maxLength").is_some_and(|most| most >= 63);
                let fits = |pattern: &str| {
                    let text = format!("specproof-m1a2b3c4d5e-main-{}-11", around.own().replace('_', "-"));
                    crate::generate::obeys_pattern(pattern, &text)
                };
                let patterned = shapes.text(inner.schema, "pattern").is_none_or(fits);
                let make = match text(shapes, &inner, "name", around.own(), &mut Vec::new()).0 {
                    _ if roomy && patterned => "name".into(),
                    Toml::Text(make) if make == "name" || make == "uuid" => Toml::Text(make),
                    _ => return Err("nobody knows a name that fits".to_owned()),
                };
                let mut name = field("name", inner.schema, send("name"), Some(Source::Made(make, false)));
                name.remarks.push(guessed("the client chooses it, and it goes into paths"));
                name
            }
            "labels" if shapes.properties(inner.schema).is_empty() => {
                let labels = Toml::table([("origin", "specproof".into()), ("shade", "amber".into())]);
                let make = Source::Made(Toml::table([("constant", labels)]), true);
                Field {
                    keep: Some("at-least"),
                    every: 2,
                    ..field("labels", inner.schema, send("labels"), Some(make))
                }
            }
            name => match around.stands_for(name) {
                Some(Related::Ancestor(of)) => field(name, inner.schema, None, Some(Source::Ancestor(of))),
                _ if is_creation_time(shapes, inner) => {
                    Field { keep: Some("instant"), ..field(name, inner.schema, None, None) }
                }
                _ => continue,
            },
        };
        let is_shown = back.iter().flatten().any(|p| p.name == inner.name);
        let read = is_shown.then(|| format!("/{}/{}", escape(member.name), escape(inner.name)));
        if read.is_some() || made.send.is_some() {
            found.push(Field { read, ..made });
        }
    }
    Ok(found)
}

/// What a client wants, member by member; `None` where nothing is known of its members.
fn spec<'a>(
    shapes: Shapes<'a>,
    member: &Property<'a>,
    creation: &Creation<'a>,
    shown: &Representation<'a>,
    around: &dyn Around,
) -> Result<Option<Vec<Field<'a>>>, String> {
    let Some(back) = shapes.property(shown.schema, member.name).map(|schema| shapes.properties(schema))
    else {
        return Ok(None);
    };
    let mut found = Vec::new();
    for inner in shapes.properties(member.schema) {
        let is_shown = back.iter().any(|p| p.name == inner.name && shapes.alike(p.schema, inner.schema));
        let (source, keep, remarks) = match source(shapes, &inner, around) {
            Ok(made) if is_shown || inner.required => made,
            Err(reason) if inner.required => return Err(reason),
            _ => continue,
        };
        let place = format!("/{}/{}", escape(member.name), escape(inner.name));
        // Two members may have one name.
        let name = if matches!(inner.name, "name" | "labels" | "namespace" | "kind" | "api_version") {
            format!("{}_{}", member.name, inner.name)
        } else {
            inner.name.to_owned()
        };
        let send = Some(format!("{}{place}", creation.send));
        found.push(Field {
            read: is_shown.then_some(place),
            keep,
            every: if inner.required || !shapes.choices(inner.schema).is_empty() { 1 } else { 2 },
            remarks,
            ..field(&name, inner.schema, send, Some(source))
        });
    }
    Ok((!found.is_empty()).then_some(found))
}

/// `kind` or `apiVersion`, where a request must have it or the document says what it is. Lists leave it out of their items, so it is not looked for.
fn said<'a>(shapes: Shapes<'a>, member: &Property<'a>, creation: &Creation<'a>) -> Option<Field<'a>> {
    let given = || {
        let value =
            ["default", "example"].iter().find_map(|keyword| shapes.keyword(member.schema, keyword))?;
        Toml::of_json(value)
    };
    let derived = || {
        let value = if member.name == "kind" {
            creation.of?.rsplit(['/', '.']).next()?.to_owned()
        } else {
            version(&creation.operation.path)?
        };
        Some(Toml::from(value.as_str()))
    };
    let value =
        fixed(shapes, member.schema).or_else(given).or_else(|| derived().filter(|_| member.required))?;
    let send = Some(format!("{}/{}", creation.send, escape(member.name)));
    let make = Source::Made(Toml::table([("constant", value)]), true);
    Some(field(&snake(member.name), member.schema, send, Some(make)))
}

/// What `apiVersion` is by the path: `/api/v1/…` is `v1`, `/apis/batch/v1/…` is `batch/v1`.
fn version(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts[..] {
        ["api", version, ..] => Some(version.to_owned()),
        ["apis", group, version, ..] => Some(format!("{group}/{version}")),
        _ => None,
    }
}
