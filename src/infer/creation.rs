//! How a resource is created: where the members of a record go in the request, where the answer shows the record, and what its id is called.

use serde_json::Value;

use super::groups::{Group, Groups};
use super::objects;
use super::schema::{Property, Shapes, singular, snake};
use super::toml::Toml;
use crate::document::pointer::escape;
use crate::document::{MediaType, Operation};

/// How many records go into one request where the document sets no bound.
const BATCH: i64 = 20;

/// How a resource is created.
#[derive(Clone, Debug)]
pub(super) struct Creation<'a> {
    pub(super) operation: &'a Operation,
    /// Where the members of a record go, seen from the record's part of the content.
    pub(super) send: String,
    /// The members of a record's content, as far as the document names them.
    pub(super) members: Vec<Property<'a>>,
    /// Places for the ids of other records, beside the members.
    pub(super) links: Vec<Link<'a>>,
    /// What else the content holds, always the same.
    pub(super) constants: Vec<(String, Toml)>,
    /// Required members beside an array of records, which all of them have in common.
    pub(super) common: Vec<Property<'a>>,
    /// Where an array of records stands in the content, and how many it may hold.
    pub(super) batch: Option<(String, i64)>,
    /// Where the answer shows the record.
    pub(super) answer: String,
    /// What an id must be, where the client chooses it and it goes into the path.
    pub(super) chosen_id: Option<(&'a str, &'a Value)>,
    /// The component that describes a record's content.
    pub(super) of: Option<&'a str>,
    /// What else was seen in it, as sentences.
    pub(super) seen: Vec<String>,
}

impl<'a> Creation<'a> {
    /// The members of the required objects among a record's members: `{"parent": {"database_id": …}}`.
    pub(super) fn inner(&self, shapes: Shapes<'a>) -> Vec<Property<'a>> {
        let objects = self.members.iter().filter(|p| p.required && shapes.kind(p.schema) == Some("object"));
        objects.flat_map(|p| shapes.properties(p.schema)).filter(|p| p.required).collect()
    }
}

/// A place in the content for the id of another record: `{"relationships": {"author": {"data": {"type": …, "id": …}}}}`.
#[derive(Clone, Debug)]
pub(super) struct Link<'a> {
    /// What the record is called there.
    pub(super) name: &'a str,
    /// Where the object with its id stands, from the root of the content.
    pub(super) at: String,
    /// What the document says of the id.
    pub(super) schema: &'a Value,
    pub(super) required: bool,
    /// The one type that may stand beside the id.
    pub(super) kind: Option<Toml>,
}

/// The links of a `relationships` object that stands at a pointer.
fn links<'a>(shapes: Shapes<'a>, relations: &Property<'a>, at: &str) -> Vec<Link<'a>> {
    let link = |relation: Property<'a>| {
        let data = shapes.property(relation.schema, "data")?;
        Some(Link {
            name: relation.name,
            at: format!("{at}/{}/{}/data", escape(relations.name), escape(relation.name)),
            schema: shapes.property(data, "id")?,
            required: relations.required && relation.required,
            kind: shapes.property(data, "type").and_then(|kind| fixed(shapes, kind)),
        })
    };
    shapes.properties(relations.schema).into_iter().filter_map(link).collect()
}

/// What a record looks like in answers.
#[derive(Clone, Debug)]
pub(super) struct Representation<'a> {
    pub(super) schema: &'a Value,
    /// Where its members stand.
    pub(super) read: String,
    /// Where its id stands, from its root: a pointer.
    pub(super) id: String,
}

impl<'a> Representation<'a> {
    /// Reads a schema as a record's; `None` where it shows no id.
    pub(super) fn read(
        shapes: Shapes<'a>,
        schema: &'a Value,
        group: &Group<'a>,
        parameter: Option<&str>,
    ) -> Option<Self> {
        let id = id_of(shapes, schema, &group.name, parameter)
            .map(|name| format!("/{}", escape(&name)))
            .or_else(|| shapes.at(schema, objects::NAME).map(|_| objects::NAME.to_owned()))?;
        let attributes =
            shapes.property(schema, "attributes").filter(|inner| shapes.kind(inner) == Some("object"));
        let read = if attributes.is_some() { "/attributes" } else { "" };
        Some(Self { schema, read: read.to_owned(), id })
    }

    /// The last name on the way to the id.
    pub(super) fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or_default()
    }

    /// The members of a record.
    pub(super) fn members(&self, shapes: Shapes<'a>) -> Vec<Property<'a>> {
        shapes.at(self.schema, &self.read).map(|schema| shapes.properties(schema)).unwrap_or_default()
    }
}

/// The member that is the id: the one that the path parameter is called after, else one that is called so.
fn id_of<'a>(
    shapes: Shapes<'a>,
    schema: &'a Value,
    resource: &str,
    parameter: Option<&str>,
) -> Option<String> {
    let plain = |property: &Property<'a>| {
        matches!(shapes.kind(property.schema), Some("string" | "integer" | "number") | None)
    };
    let properties: Vec<Property<'a>> = shapes.properties(schema).into_iter().filter(plain).collect();
    let named = |wanted: &str| properties.iter().find(|p| snake(p.name) == wanted).map(|p| p.name.to_owned());
    let parameter = parameter.map(snake);
    let own = [format!("{resource}_id"), format!("{resource}_uuid"), format!("{resource}_key")];
    // A parameter such as `{user}` takes an id, and a member `user` is somebody.
    let resource_name = properties.iter().find(|p| shapes.is_resource_name(p.name, p.schema));
    let exact = parameter.as_deref().filter(|name| *name != resource || *name == "id").and_then(named);
    let last = resource.rsplit('_').next().map(|word| format!("{word}_id"));
    // `{issue_number}` takes the `number` of an issue.
    let stripped = parameter.as_deref().and_then(|name| {
        let words = [Some(resource), resource.rsplit('_').next()];
        words.into_iter().flatten().find_map(|word| name.strip_prefix(&format!("{word}_")).and_then(named))
    });
    resource_name
        .map(|p| p.name.to_owned())
        .or(exact)
        .or(stripped)
        .or_else(|| named("id"))
        .or_else(|| own.iter().find_map(|name| named(name)))
        .or_else(|| last.and_then(|name| named(&name)))
        .or_else(|| ["uuid", "guid", "uid", "sid", "_id", "resource_id"].iter().find_map(|name| named(name)))
        // `{map}` takes what tells maps apart, where nothing is called an id.
        .or_else(|| {
            let telling_names = ["slug", "key", "code", "number", "handle", "name"];
            let telling = parameter.as_deref().filter(|name| resource.ends_with(name));
            telling.and_then(|_| telling_names.iter().find_map(|name| named(name)))
        })
}

/// Where an answer shows one record: itself, or the member of it that has an id.
pub(super) fn shown_in<'a>(
    shapes: Shapes<'a>,
    answer: &'a Value,
    group: &Group<'a>,
    parameter: Option<&str>,
) -> Option<(String, Representation<'a>)> {
    if let Some(found) = Representation::read(shapes, answer, group, parameter) {
        return Some((String::new(), found));
    }
    let objects = shapes.properties(answer).into_iter().filter(|p| shapes.kind(p.schema) == Some("object"));
    let mut found: Vec<(String, Representation<'a>)> = objects
        .filter_map(|p| Some((p.name.to_owned(), Representation::read(shapes, p.schema, group, parameter)?)))
        .collect();
    let rank = |name: &str| {
        usize::from(
            !(singular(name) == group.name || matches!(snake(name).as_str(), "data" | "result" | "item")),
        )
    };
    found.sort_by_key(|(name, _)| rank(name));
    found.into_iter().next().map(|(name, shown)| (format!("/{}", escape(&name)), shown))
}

/// The media type in which an operation takes data: JSON before forms.
fn content(operation: &Operation) -> Option<&MediaType> {
    let all = || operation.request_body.iter().flat_map(|body| &body.content);
    let json = |one: &&MediaType| one.matches("application/json") || one.range.contains("+json");
    all().find(json).or_else(|| all().find(|one| one.range.contains("application/x-www-form-urlencoded")))
}

/// Reads how a group's resource is created; the reason where that is not understood.
pub(super) fn creation<'a>(
    shapes: Shapes<'a>,
    groups: &Groups<'a>,
    group: &Group<'a>,
    parameter: Option<&str>,
) -> Result<(Creation<'a>, Representation<'a>), String> {
    let operation = group.create.ok_or("the document has no operation that creates one")?;
    let wanted = groups.unknown(operation);
    if !wanted.is_empty() {
        return Err(format!("it requires {}, and nobody knows a value", super::style::joined(&wanted)));
    }
    let answer = Shapes::success(operation).and_then(|(_, schema)| schema);
    let answer = answer
        .ok_or("the answer to the creation has no JSON content, so nothing tells the new record's id")?
        .value();
    let mut made = Creation {
        operation,
        send: String::new(),
        members: Vec::new(),
        links: Vec::new(),
        constants: Vec::new(),
        common: Vec::new(),
        batch: None,
        answer: String::new(),
        chosen_id: parameter
            .filter(|_| group.chosen_id)
            .and_then(|name| operation.parameter(name))
            .map(|parameter| (parameter.name.as_str(), parameter.schema.value())),
        of: None,
        seen: Vec::new(),
    };
    let (listed, representation) = match answered(shapes, answer, group, parameter) {
        Some((pointer, listed, shown)) => {
            made.answer = pointer;
            (listed, shown)
        }
        None => return Err("the answer to the creation shows no member that is known for an id".to_owned()),
    };
    if operation.request_body.is_none() {
        return Ok((made, representation));
    }
    let media_type = content(operation).ok_or("its content is neither JSON nor a form")?;
    let schema = media_type.schema.as_ref().ok_or("the document says nothing of its content")?.value();
    let mut body = schema;
    // Everything in one member: `{"task": {…}}`, `{"data": {"attributes": {…}}}`.
    loop {
        let properties = shapes.properties(body);
        let objects: Vec<&Property<'a>> =
            properties.iter().filter(|p| shapes.kind(p.schema) == Some("object")).collect();
        let inner = objects.iter().find(|p| {
            let holder =
                singular(p.name) == group.name || matches!(snake(p.name).as_str(), "data" | "attributes");
            let constant = |other: &Property<'a>| {
                !other.required
                    || fixed(shapes, other.schema).is_some()
                    || matches!(snake(other.name).as_str(), "type" | "relationships")
            };
            holder
                && properties.iter().all(|other| other.name == p.name || constant(other))
                && !shapes.properties(p.schema).is_empty()
                && (p.required || properties.len() == 1)
        });
        let Some(inner) = inner else { break };
        let (relations, others): (Vec<&Property<'a>>, Vec<&Property<'a>>) =
            properties.iter().partition(|other| snake(other.name) == "relationships");
        made.links =
            relations.into_iter().flat_map(|relations| links(shapes, relations, &made.send)).collect();
        for other in others.into_iter().filter(|other| other.required && other.name != inner.name) {
            let named = group.path.rsplit('/').find(|part| *part != "{}").unwrap_or_default();
            let value = fixed(shapes, other.schema).unwrap_or_else(|| Toml::from(named));
            made.constants.push((format!("{}/{}", made.send, escape(other.name)), value));
        }
        made.send = format!("{}/{}", made.send, escape(inner.name));
        made.seen.push(format!("the members of a record stand under {} of the content", made.send));
        body = inner.schema;
        if made.send.matches('/').count() > 3 {
            break;
        }
    }
    made.members = shapes.properties(body);
    made.of = Shapes::component(body);
    if let Some(item) = shapes.items(body) {
        if !listed {
            return Err("its content is an array, and its answer is none".to_owned());
        }
        let most = shapes.number(body, "maxItems").unwrap_or(BATCH).clamp(1, 1000);
        made.seen.push("content and answer are arrays: several records in one request".to_owned());
        made.batch = Some((made.send.clone(), most));
        made.send = String::new();
        made.members = shapes.properties(item);
    } else if listed {
        let holds = |p: &&Property<'a>| {
            shapes.any_items(p.schema).is_some_and(|item| !shapes.properties(item).is_empty())
        };
        let arrays: Vec<Property<'a>> =
            made.members.iter().filter(|p| p.required).filter(holds).copied().collect();
        let [array] = arrays[..] else {
            return Err(
                "it answers with several records, and no one member of its content holds them".to_owned()
            );
        };
        let item = shapes.any_items(array.schema).ok_or("its content holds no records")?;
        let most = shapes.number(array.schema, "maxItems").unwrap_or(BATCH).clamp(1, 1000);
        let at = format!("{}/{}", made.send, escape(array.name));
        made.common = made.members.iter().filter(|p| p.required && p.name != array.name).copied().collect();
        made.seen.push(format!(
            "the answer is an array, and so is {at} of the content: several records in one request"
        ));
        made.batch = Some((at, most));
        made.send = String::new();
        made.members = shapes.properties(item);
    }
    Ok((made, representation))
}

/// Where the answer to a creation shows what was created, and whether that is an array.
fn answered<'a>(
    shapes: Shapes<'a>,
    answer: &'a Value,
    group: &Group<'a>,
    parameter: Option<&str>,
) -> Option<(String, bool, Representation<'a>)> {
    if let Some(item) = shapes.items(answer) {
        return Some((String::new(), true, Representation::read(shapes, item, group, parameter)?));
    }
    if let Some((pointer, shown)) = shown_in(shapes, answer, group, parameter) {
        return Some((pointer, false, shown));
    }
    shapes.properties(answer).into_iter().find_map(|p| {
        let shown = Representation::read(shapes, shapes.items(p.schema)?, group, parameter)?;
        Some((format!("/{}", escape(p.name)), true, shown))
    })
}

/// The one value that a schema allows.
pub(super) fn fixed(shapes: Shapes<'_>, schema: &Value) -> Option<Toml> {
    // The borrow ends here, so the keywords are read from the resolved schema alone.
    let schema = shapes.document.resolve(schema);
    let only = schema.get("const").or_else(|| match schema.get("enum")?.as_array()?.as_slice() {
        [one] => Some(one),
        _ => None,
    });
    Toml::of_json(only?)
}
