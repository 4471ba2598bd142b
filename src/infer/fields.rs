//! The fields of a resource: what is sent, where values come from, and where they come back.

use serde_json::Value;

use super::creation::{Creation, Representation, fixed};
use super::objects;
use super::schema::{Property, Shapes, singular, snake};
use super::toml::{Remark, Toml, guessed};
use super::values::{source, text};
use crate::document::pointer::escape;

/// What a field's values are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// The id of the record's ancestor of this resource.
    Ancestor(String),
    /// The id of a record of another resource.
    Record(String),
    /// The id of something that exists already and that a list shows, of this group.
    Existing(String),
    /// The value of a variable.
    Variable(String),
    /// Made up, as `make` says; the flag tells whether one value may be that of several records.
    Made(Toml, bool),
}

/// One field of a resource.
#[derive(Clone, Debug)]
pub(super) struct Field<'a> {
    pub(super) name: String,
    /// What the document says of it, where it is sent or else where it is shown.
    pub(super) schema: &'a Value,
    pub(super) send: Option<String>,
    /// The path parameter that takes it, where the client chooses an id.
    pub(super) path: Option<String>,
    pub(super) read: Option<String>,
    pub(super) source: Option<Source>,
    pub(super) keep: Option<&'static str>,
    pub(super) every: usize,
    pub(super) remarks: Vec<Remark>,
}

impl Field<'_> {
    /// The field as it stands in the suite file.
    pub(super) fn toml(&self) -> Toml {
        let mut members: Vec<(&str, Toml)> = Vec::new();
        members.extend(self.send.as_deref().map(|send| ("send", send.into())));
        members.extend(self.path.as_deref().map(|path| ("path", path.into())));
        members.extend(self.read.as_deref().map(|read| ("read", read.into())));
        match &self.source {
            Some(Source::Ancestor(of)) => {
                members.push(("make", Toml::table([("ancestor", of.as_str().into())])));
            }
            Some(Source::Record(of)) => members.push(("make", Toml::table([("record", of.as_str().into())]))),
            Some(Source::Variable(of)) => {
                members.push(("make", Toml::table([("variable", of.as_str().into())])));
            }
            Some(Source::Made(make, _)) => members.push(("make", make.clone())),
            // It was given a variable's name before.
            Some(Source::Existing(_)) | None => {}
        }
        members.extend(self.keep.map(|keep| ("keep", keep.into())));
        if self.every > 1 {
            members.push(("every", self.every.into()));
        }
        if self.is_kept() {
            members.push(("requirement", "kept".into()));
        }
        Toml::Table(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Whether it is sent, comes back, and is expected to be the same.
    pub(super) fn is_kept(&self) -> bool {
        self.send.is_some()
            && self.read.is_some()
            && matches!(self.source, Some(Source::Made(..) | Source::Record(_) | Source::Variable(_)))
    }
}

/// What is known of the resources around the one whose fields are read.
pub(super) trait Around {
    /// The resource that a name such as `customer_id` stands for, with what is to be done with it.
    fn stands_for(&self, name: &str) -> Option<Related>;

    /// The name of the resource itself.
    fn own(&self) -> &str;
}

/// How another resource is related.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Related {
    /// It is an ancestor.
    Ancestor(String),
    /// It is created before this one, and its records can be named.
    Sibling(String),
    /// It cannot be created, and a list shows those that exist.
    Listed(String),
    /// It cannot be created, or only later.
    OutOfReach(String),
}

/// The fields of a resource, and the optional members that are not sent; the reason where a required member cannot be made.
pub(super) fn fields<'a>(
    shapes: Shapes<'a>,
    creation: &Creation<'a>,
    shown: &Representation<'a>,
    around: &dyn Around,
) -> Result<(Vec<Field<'a>>, Vec<String>), String> {
    let back = shown.members(shapes);
    let mut fields = Vec::new();
    let mut unsent = Vec::new();
    // A document that requires nothing leaves open what is needed: then all goes out that is known.
    let sparse = !creation.members.iter().any(|member| member.required);
    let is_marked = |member: &Property<'a>, keyword: &str| {
        shapes.keyword(member.schema, keyword).is_some_and(|flag| flag == &Value::Bool(true))
    };
    let read_only = |member: &Property<'a>| is_marked(member, "readOnly");
    // Where request and answer share a component that marks nothing, only its name tells who sets a member.
    let shared = creation.of.is_some_and(|of| Shapes::component(shown.schema) == Some(of));
    let by_name = shared
        && sparse
        && !objects::is_one(shown)
        && !creation.members.iter().any(read_only)
        && creation.members.iter().any(|member| is_clients(shapes, member));
    for member in &creation.members {
        let said = shapes.text(member.schema, "description").unwrap_or_default().trim_start().to_lowercase();
        if read_only(member)
            || ["output only", "read-only", "read only"].iter().any(|words| said.starts_with(words))
            || shapes.is_resource_name(member.name, member.schema)
        {
            continue;
        }
        if let Some(own) = objects::fields(shapes, member, creation, shown, around)? {
            fields.extend(own);
            continue;
        }
        if let Some(inner) = referring(shapes, member, &creation.send, around) {
            fields.extend(inner);
            continue;
        }
        let asked = ["required.", "required:", "(required)", "[required]"];
        let member = &Property {
            required: member.required || asked.iter().any(|words| said.starts_with(words)),
            ..*member
        };
        // What is `writeOnly` stands in the schema of an answer, and not in the answer (OpenAPI 3.1, section 4.8.24).
        // What answers show in several forms (a name in one, an object in another) need not come back in the form that was sent.
        let refers = around.stands_for(member.name).is_some();
        let is_twin = |p: &&Property<'a>| {
            p.name == member.name
                && (refers || !shapes.has_forms(p.schema))
                && shapes.alike(p.schema, member.schema)
                && ![*p, member].iter().any(|p| is_marked(p, "writeOnly"))
        };
        let twin = back.iter().find(is_twin);
        let read = twin.map(|p| format!("{}/{}", shown.read, escape(p.name)));
        let servers = is_servers(member.name)
            || (by_name && !is_clients(shapes, member) && around.stands_for(member.name).is_none());
        if !member.required && (twin.is_none() || servers) {
            unsent.push(member.name.to_owned());
            continue;
        }
        let (source, keep, mut remarks) = match source(shapes, member, around) {
            Ok(made) => made,
            Err(_) if !member.required => {
                unsent.push(member.name.to_owned());
                continue;
            }
            Err(reason) => return Err(reason),
        };
        let chosen = |make: &Toml| matches!(make, Toml::Table(t) if t.iter().any(|(key, _)| key == "choice"));
        // Each value of a choice is worth a record, unless the document says what stands there in a record without one.
        let has_default = shapes.keyword(member.schema, "default").is_some();
        let vary = !member.required
            && !sparse
            && matches!(&source, Source::Made(make, _) if has_default || !chosen(make));
        if twin.is_none() {
            remarks.push(guessed("no answer shows it"));
        }
        fields.push(Field {
            name: member.name.to_owned(),
            schema: member.schema,
            send: Some(format!("{}/{}", creation.send, escape(member.name))),
            path: None,
            read,
            keep,
            every: if vary { 2 } else { 1 },
            source: Some(source),
            remarks,
        });
    }
    if let Some((parameter, schema)) = creation.chosen_id
        && !fields.iter().any(|field| field.name == shown.name())
    {
        let member = Property { name: shown.name(), schema, required: true };
        let make = match text(shapes, &member, "slug", around.own(), &mut Vec::new()).0 {
            Toml::Text(make) if make == "name" || make == "uuid" => Toml::Text(make),
            _ => {
                return Err(format!(
                    "the client chooses {}, and nobody knows a value that fits",
                    shown.name()
                ));
            }
        };
        fields.push(Field {
            name: shown.name().to_owned(),
            schema,
            send: None,
            path: Some(parameter.to_owned()),
            read: Some(shown.id.clone()),
            source: Some(Source::Made(make, false)),
            keep: None,
            every: 1,
            remarks: vec![guessed("the client chooses it, and it goes into the path")],
        });
    }
    for link in &creation.links {
        let source = match around.stands_for(link.name) {
            Some(Related::Ancestor(of)) => Source::Ancestor(of),
            Some(Related::Sibling(of)) => Source::Record(of),
            _ if link.required => {
                return Err(format!("it needs the id of {}, and none can be created", link.name));
            }
            _ => continue,
        };
        let field = |name: String, send: String, source, remarks| Field {
            name,
            schema: link.schema,
            send: Some(send),
            path: None,
            read: None,
            source: Some(source),
            keep: None,
            every: 1,
            remarks,
        };
        let reason = guessed(format!("the content links {} by its id", link.name));
        fields.push(field(link.name.to_owned(), format!("{}/id", link.at), source, vec![reason]));
        if let Some(kind) = &link.kind {
            let kind = Source::Made(Toml::table([("constant", kind.clone())]), true);
            fields.push(field(format!("{}_type", link.name), format!("{}/type", link.at), kind, Vec::new()));
        }
    }
    for (at, value) in &creation.constants {
        fields.push(Field {
            name: at.trim_start_matches('/').replace('/', "_"),
            schema: &Value::Null,
            send: Some(at.clone()),
            path: None,
            read: None,
            source: Some(Source::Made(Toml::table([("constant", value.clone())]), true)),
            keep: None,
            every: 1,
            remarks: vec![guessed(
                "the content has this member beside those of the record, and it has one value",
            )],
        });
    }
    for member in back {
        if fields.iter().any(|field| field.name == member.name) || member.name == shown.name() {
            continue;
        }
        let read = Some(format!("{}/{}", shown.read, escape(member.name)));
        let field = |source, keep, remark: &str| Field {
            name: member.name.to_owned(),
            schema: member.schema,
            send: None,
            path: None,
            read: read.clone(),
            source,
            keep,
            every: 1,
            remarks: vec![guessed(remark)],
        };
        if is_creation_time(shapes, member) {
            fields.push(field(
                None,
                Some("instant"),
                "set by the server at the creation, and the same from then on",
            ));
        } else if let Some(Related::Ancestor(of)) = around.stands_for(member.name)
            && matches!(shapes.kind(member.schema), Some("string" | "integer"))
        {
            fields.push(field(Some(Source::Ancestor(of)), None, "called like what the record lies in"));
        }
    }
    Ok((fields, unsent))
}

/// The fields of a required object that names another record by its id (`{"parent": {"database_id": …}}`); `None` where a member does not, or
/// where something else in it cannot be told.
fn referring<'a>(
    shapes: Shapes<'a>,
    member: &Property<'a>,
    send: &str,
    around: &dyn Around,
) -> Option<Vec<Field<'a>>> {
    if !member.required || shapes.kind(member.schema) != Some("object") {
        return None;
    }
    let mut refers = false;
    let mut found = Vec::new();
    for inner in shapes.properties(member.schema) {
        let fixed = fixed(shapes, inner.schema).map(|value| Toml::table([("constant", value)]));
        let source = match (fixed, around.stands_for(inner.name)) {
            (Some(make), _) => Source::Made(make, true),
            (None, Some(Related::Ancestor(of))) => Source::Ancestor(of),
            (None, Some(Related::Sibling(of))) => Source::Record(of),
            _ if inner.required => return None,
            _ => continue,
        };
        refers |= !matches!(source, Source::Made(..));
        let send = format!("{send}/{}/{}", escape(member.name), escape(inner.name));
        found.push(Field {
            name: format!("{}_{}", member.name, inner.name),
            schema: inner.schema,
            send: Some(send),
            path: None,
            read: None,
            source: Some(source),
            keep: None,
            every: 1,
            remarks: vec![guessed(format!("{} names another record by its id", member.name))],
        });
    }
    refers.then_some(found)
}

/// Whether a server sets a member of this name, even where the document lets a client send it.
fn is_servers(name: &str) -> bool {
    let name = snake(name);
    matches!(
        name.as_str(),
        "id" | "uuid"
            | "created"
            | "updated"
            | "modified"
            | "deleted"
            | "etag"
            | "self"
            | "href"
            | "object"
            | "links"
            | "meta"
            | "version"
            | "revision"
            | "url"
    ) || ["_at", "_on", "_by", "_count"]
        .iter()
        .any(|end| name.ends_with(end) && name.starts_with(['c', 'u', 'd', 'm', 'l']))
}

/// Whether a client sets a member of this name, where the same component describes what is sent and what is shown.
fn is_clients<'a>(shapes: Shapes<'a>, member: &Property<'a>) -> bool {
    const NAMES: [&str; 34] = [
        "name",
        "display_name",
        "full_name",
        "first_name",
        "last_name",
        "title",
        "subject",
        "summary",
        "label",
        "description",
        "text",
        "body",
        "content",
        "note",
        "notes",
        "comment",
        "message",
        "value",
        "amount",
        "quantity",
        "price",
        "priority",
        "importance",
        "type",
        "kind",
        "tags",
        "labels",
        "categories",
        "color",
        "email",
        "phone",
        "address",
        "city",
        "metadata",
    ];
    NAMES.contains(&snake(member.name).as_str()) || !shapes.choices(member.schema).is_empty()
}

/// A name without what says that it is a time: `created_at`, `createTime` and `createdDateTime` are all `created`.
pub(super) fn moment(name: &str) -> String {
    let name = snake(name);
    let bare = ["_date_time", "_at", "_on", "_timestamp", "_time", "_date", "_utc", "_ts"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(&name);
    match bare {
        "create" | "creation" | "date_created" | "time_created" => "created".to_owned(),
        other => other.to_owned(),
    }
}

/// Whether a member tells when the record was created.
pub(super) fn is_creation_time(shapes: Shapes<'_>, member: Property<'_>) -> bool {
    const NAMES: [&str; 6] = ["created", "inserted", "added", "opened", "registered", "posted"];
    let schema = shapes.document.resolve(member.schema);
    let kind = schema.get("type").and_then(Value::as_str);
    let timed = schema.get("format").is_some_and(|format| format == "date-time")
        || matches!(kind, Some("integer" | "number"));
    timed && NAMES.contains(&moment(member.name).as_str())
}

/// The resource that a member or parameter name may stand for: `customer_id`, `customerId` and `customer` are a customer's.
pub(super) fn referred(name: &str) -> String {
    let name = snake(name);
    let bare =
        ["_id", "_uuid", "_key", "_ref"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    singular(bare)
}
