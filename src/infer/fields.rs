//! The fields of a resource: what is sent, where values come from, and where they come back.

use serde_json::Value;

use super::creation::{Creation, Representation, fixed};
use super::schema::{Property, Shapes, escape, singular, snake};
use super::toml::{Remark, Toml, guessed};

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
        let vary = !member.required
            && !sparse
            && matches!(&source, Source::Made(make, _) if !matches!(make, Toml::Table(t) if t.iter().any(|(k, _)| k == "choice")));
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
        && !fields.iter().any(|field| field.name == shown.id)
    {
        let member = Property { name: &shown.id, schema, required: true };
        let make = match text(shapes, &member, "slug", around.own(), &mut Vec::new()).0 {
            Toml::Text(make) if make == "name" || make == "uuid" => Toml::Text(make),
            _ => return Err(format!("the client chooses {}, and nobody knows a value that fits", shown.id)),
        };
        fields.push(Field {
            name: shown.id.clone(),
            schema,
            send: None,
            path: Some(parameter.to_owned()),
            read: Some(format!("/{}", escape(&shown.id))),
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
        if fields.iter().any(|field| field.name == member.name) || member.name == shown.id {
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
    let bare = ["_date_time", "_at", "_on", "_time", "_date", "_utc", "_ts"]
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

type Sourced = (Source, Option<&'static str>, Vec<Remark>);

/// Where a member's values come from.
fn source<'a>(shapes: Shapes<'a>, member: &Property<'a>, around: &dyn Around) -> Result<Sourced, String> {
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
fn text<'a>(
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
    if let Some(pattern) = shapes.text(schema, "pattern") {
        // What `make = "name"` gives looks like these.
        let fits = ["main", "elsewhere", "together"].iter().all(|label| {
            let text = format!("specproof-m1a2b3c4d5e-{label}-{own}-11");
            crate::generate::obeys_pattern(pattern, &text)
        });
        return (if called && fits { "name" } else { "schema" }.into(), None, false);
    }
    if name == "email" || name.ends_with("_email") {
        remarks.push(guessed("called like an e-mail address"));
        return ("email".into(), None, false);
    }
    let examples = examples(shapes, schema);
    let known: Option<&[&str]> = match name.rsplit('_').next().unwrap_or(name) {
        "currency" => Some(&["usd"]),
        "country" => Some(&["US"]),
        "locale" | "language" | "lang" => Some(&["en"]),
        "timezone" | "tz" | "zone" => Some(&["UTC"]),
        "phone" | "mobile" | "telephone" => Some(&["+14155550123"]),
        "url" | "uri" | "website" | "link" | "webhook" | "homepage" => {
            Some(&["https://example.com/specproof"])
        }
        "color" | "colour" => Some(&["#336699"]),
        "date" => Some(&["2012-12-31"]),
        _ => None,
    };
    if let Some(known) = known {
        let values: Vec<Toml> = if examples.is_empty() {
            known.iter().map(|v| Toml::from(*v)).collect()
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

/// The resource that a member or parameter name may stand for: `customer_id`, `customerId` and `customer` are a customer's.
pub(super) fn referred(name: &str) -> String {
    let name = snake(name);
    let bare =
        ["_id", "_uuid", "_key", "_ref"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    singular(bare)
}
