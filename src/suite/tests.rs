//! The bundled suites load, and a slip in one of them is named with its place and the nearest name.

use super::error::line_of;
use super::model::{InPath, RefusedBy};
use super::{Suite, SuiteError};
use crate::document::Document;

/// A bundled suite: the name of its file, the file, its document.
struct Bundled {
    place: &'static str,
    text: &'static str,
    document: &'static str,
}

const HONCHO: Bundled = Bundled {
    place: "specs/honcho/suite.toml",
    text: include_str!("../../specs/honcho/suite.toml"),
    document: include_str!("../../specs/honcho/openapi.yaml"),
};
const ELIZAOS: Bundled = Bundled {
    place: "specs/elizaos/suite.toml",
    text: include_str!("../../specs/elizaos/suite.toml"),
    document: include_str!("../../specs/elizaos/openapi.yaml"),
};
const MIELTO: Bundled = Bundled {
    place: "specs/mielto/suite.toml",
    text: include_str!("../../specs/mielto/suite.toml"),
    document: include_str!("../../specs/mielto/openapi.yaml"),
};

fn load(bundled: &Bundled, text: &str) -> Result<Suite, SuiteError> {
    Suite::load(bundled.place, text, |name| Ok(Document::from_text(name, bundled.document)?))
}

fn suite(bundled: &Bundled) -> Suite {
    load(bundled, bundled.text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_bundled_suites_load() {
    for (bundled, name, operations, collections, styles) in [
        (&HONCHO, "honcho", 12, &["messages", "peers", "sessions", "workspaces"][..], "page-number"),
        (&ELIZAOS, "elizaos", 6, &["messages"], "timestamp-cursor"),
        (&MIELTO, "mielto", 4, &["messages"], "offset-limit"),
    ] {
        let suite = suite(bundled);
        let file = suite.file();
        assert_eq!(suite.name(), name);
        assert_eq!(file.operations.len(), operations, "{name}");
        assert_eq!(
            suite.document().operations().len(),
            operations,
            "{name} has a short name for each operation"
        );
        assert_eq!(file.collections.keys().collect::<Vec<_>>(), collections, "{name}");
        assert!(file.collections.values().all(|collection| collection.style.name() == styles), "{name}");
        assert!(file.partial, "{name}");
    }
}

#[test]
fn every_requirement_says_where_it_comes_from() {
    for bundled in [&HONCHO, &ELIZAOS, &MIELTO] {
        for (key, stated) in &suite(bundled).file().requirements {
            let known =
                ["vendor documentation: ", "usual: "].iter().any(|kind| stated.source.starts_with(kind));
            assert!(known, "{}: {key}: {}", bundled.place, stated.source);
            assert!(stated.text.ends_with('.'), "{}: {key}: {}", bundled.place, stated.text);
        }
    }
}

#[test]
fn the_seeded_lists_have_telling_sizes() {
    for bundled in [&HONCHO, &ELIZAOS, &MIELTO] {
        let suite = suite(bundled);
        let file = suite.file();
        let largest = suite.size_bounds(&file.collections["messages"]).maximum.unwrap_or_default();
        let counts: Vec<usize> =
            file.seed.iter().filter(|group| group.resource == "message").map(|group| group.count).collect();
        let parents = &file.resources["message"].parent;
        let lists = file
            .seed
            .iter()
            .filter(|group| Some(&group.resource) == parents.as_ref())
            .map(|g| g.count)
            .sum::<usize>();
        assert!(lists > counts.len(), "{}: one list is empty", bundled.place);
        assert!(counts.contains(&1) && counts.contains(&12), "{}: {counts:?}", bundled.place);
        assert!(counts.iter().any(|count| *count as u64 == largest + 1), "{}: {counts:?}", bundled.place);
    }
}

#[test]
fn seeding_stays_within_the_limit_of_requests() {
    let suite = suite(&ELIZAOS);
    let requests: usize = suite
        .file()
        .seed
        .iter()
        .map(|group| {
            let batch = suite.resource(&group.resource).batch().map_or(1, |batch| batch.max);
            group.count.div_ceil(group.batch.unwrap_or(batch))
        })
        .sum();
    assert!(requests <= 200, "{requests}");
    assert_eq!(suite.file().limits.requests, Some(600));
}

#[test]
fn equal_names_stand_under_different_parents() {
    let suite = suite(&HONCHO);
    for name in ["main", "main-side", "alice", "bob", "carol"] {
        let parents: Vec<_> = suite
            .file()
            .seed
            .iter()
            .filter(|g| g.name.as_deref() == Some(name))
            .map(|g| g.under.as_deref())
            .collect();
        assert_eq!(parents, [Some("alpha"), Some("beta")], "{name}");
    }
}

/// A slip: what stands in the file, what stands there instead, and what the message must hold.
type Slip = (&'static Bundled, &'static str, &'static str, &'static [&'static str]);

const SLIPS: &[Slip] = &[
    // Keys.
    (&HONCHO, "partial = true", "partail = true", &["unknown field `partail`", "did you mean `partial`?"]),
    (&HONCHO, "mirror-of = \"default\"", "miror-of = \"default\"", &["did you mean `mirror-of`?"]),
    (&HONCHO, "get-or-create = {", "get-or-craete = {", &["did you mean `get-or-create`?"]),
    (&ELIZAOS, "has-more = ", "has_more = ", &["did you mean `has-more`?"]),
    (&MIELTO, "scope-query = ", "scope-qeury = ", &["did you mean `scope-query`?"]),
    (&MIELTO, "batch = 5", "bach = 5", &["did you mean `batch`?"]),
    // Settings.
    (
        &HONCHO,
        "test = \"equals\"",
        "test = \"equal\"",
        &["unknown variant `equal`", "did you mean `equals`?"],
    ),
    (&ELIZAOS, "is = \"range\"", "is = \"ranges\"", &["did you mean `range`?"]),
    // Operations, in the document and in [operations].
    (
        &HONCHO,
        "get_sessions = \"get_sessions_v3",
        "get_sessions = \"get_session_v3",
        &["operations.get_sessions", "no operation in openapi.yaml", "did you mean `get_sessions_v3"],
    ),
    (
        &HONCHO,
        "operation = \"get_message\"",
        "operation = \"get_mesage\"",
        &[
            "resources.message.fetch.operation",
            "no operation in [operations] `get_mesage`",
            "did you mean `get_message`?",
        ],
    ),
    (&ELIZAOS, "operation = \"list_agents\"", "operation = \"list_agent\"", &["did you mean `list_agents`?"]),
    // Resources.
    (
        &HONCHO,
        "session_id = \"session\"",
        "session_id = \"sesion\"",
        &["bind.session_id", "no resource `sesion`", "did you mean `session`?"],
    ),
    (
        &ELIZAOS,
        "sessionId = \"session\"",
        "sesionId = \"session\"",
        &["bind.sesionId", "did you mean `sessionId`?"],
    ),
    (
        &HONCHO,
        "make = { record = \"peer\" }",
        "make = { record = \"pear\" }",
        &["no resource `pear`", "did you mean `peer`?"],
    ),
    (&MIELTO, "parent = \"conversation\"", "parent = \"converstion\"", &["did you mean `conversation`?"]),
    // Fields.
    (
        &HONCHO,
        "field = \"metadata\"\n",
        "field = \"metdata\"\n",
        &["no field `metdata`", "did you mean `metadata`?"],
    ),
    (
        &MIELTO,
        "sender = { field = \"sender_id\"",
        "sender = { field = \"sender_di\"",
        &["collections.messages.filters.sender.field", "no field `sender_di`", "did you mean `sender_id`?"],
    ),
    // Parameters.
    (
        &MIELTO,
        "query = { order_direction = \"asc\" }",
        "query = { order_directoin = \"asc\" }",
        &[
            "collections.messages.orders.4.query",
            "no parameter of list_messages",
            "did you mean `order_direction`?",
        ],
    ),
    (&MIELTO, "at = { query = \"tags\" }", "at = { query = \"tag\" }", &["did you mean `tags`?"]),
    (
        &ELIZAOS,
        "limit = \"limit\"",
        "limit = \"limits\"",
        &["no parameter of getSessionMessages", "did you mean `limit`?"],
    ),
    // Variables.
    (
        &ELIZAOS,
        "agentId = { send = \"/agentId\", read = \"/agentId\", make = { variable = \"agent-id\" } }",
        "agentId = { send = \"/agentId\", read = \"/agentId\", make = { variable = \"agentid\" } }",
        &["resources.session.fields.agentId.make", "no variable `agentid`", "did you mean `agent-id`?"],
    ),
    // Requirements.
    (
        &HONCHO,
        "leaves-list = { requirement = \"leaves-list\" }",
        "leaves-list = { requirement = \"leave-list\" }",
        &[
            "resources.session.delete.leaves-list.requirement",
            "no requirement `leave-list`",
            "did you mean `leaves-list`?",
        ],
    ),
    (
        &ELIZAOS,
        "requirement = \"range\"",
        "requirement = \"rnage\"",
        &["no requirement `rnage`", "did you mean `range`?"],
    ),
    (
        &MIELTO,
        "requirement = \"search\"",
        "requirement = \"serach\"",
        &["filters.search.requirement", "did you mean `search`?"],
    ),
    // Filters.
    (
        &HONCHO,
        "body-each = \"/filters/OR/*/peer_id\"",
        "body-each = \"/filters/OR/0/peer_id\"",
        &["collections.messages.filters.peer-or.at.body-each", "a pointer with a `*`"],
    ),
    // Pointers.
    (
        &HONCHO,
        "items = \"/items\"",
        "items = \"/itmes\"",
        &["collections.workspaces.items", "there is no `/itmes`", "did you mean `/items`?"],
    ),
    (
        &HONCHO,
        "total = \"/total\", pages = \"/pages\"",
        "total = \"/totl\", pages = \"/pages\"",
        &["style.page-number.total", "there is no `/totl`", "did you mean `/total`?"],
    ),
    (
        &ELIZAOS,
        "before-cursor = \"/cursors/before\"",
        "before-cursor = \"/cursors/befor\"",
        &["style.timestamp-cursor.before-cursor", "did you mean `/cursors/before`?"],
    ),
    (
        &ELIZAOS,
        "has-more = \"/hasMore\"",
        "has-more = \"hasMore\"",
        &["`hasMore` is no JSON pointer", "did you mean `/hasMore`?"],
    ),
    (
        &MIELTO,
        "send = \"/title\"",
        "send = \"/titel\"",
        &["resources.conversation.fields.title.send", "did you mean `/title`?"],
    ),
    (
        &MIELTO,
        "read = \"/sender_id\"",
        "read = \"/sender_di\"",
        &["resources.message.fields.sender_id.read", "did you mean `/sender_id`?"],
    ),
    (
        &HONCHO,
        "neither = { none = [{ filter = \"peer\" }",
        "neither = { none = [{ filter = \"peers\" }",
        &["collections.messages.combinations.neither", "no filter `peers`", "did you mean `peer`?"],
    ),
    (
        &HONCHO,
        "items = \"/items\"",
        "record = \"/nmae\"\nitems = \"/items\"",
        &["collections.workspaces.record", "there is no `/nmae`"],
    ),
    (
        &HONCHO,
        "field = \"metadata\"\n",
        "with = [\"metdata\"]\nfield = \"metadata\"\n",
        &["no field `metdata`"],
    ),
    // Seeds.
    (
        &HONCHO,
        "under = \"alpha-long\"",
        "under = \"alpha-lnog\"",
        &["no earlier seed group of resource session `alpha-lnog`", "did you mean `alpha-long`?"],
    ),
    (&MIELTO, "batch = 5", "batch = 101", &["seed.6.batch", "it must be from 1 to 100"]),
    (&ELIZAOS, "label = \"long\"", "label = \"other\" ", &["seed.4.label", "`other` is there already"]),
];

#[test]
fn a_slip_is_named_with_its_place_and_the_nearest_name() {
    for (bundled, right, wrong, parts) in SLIPS {
        assert!(bundled.text.contains(right), "{} has no {right}", bundled.place);
        let text = bundled.text.replacen(right, wrong, 1);
        let Err(error) = load(bundled, &text) else { panic!("{wrong} was not noticed") };
        let message = error.to_string();
        let place = format!("{}:{}:", bundled.place, line_of(&text, text.find(wrong).unwrap_or_default()));
        assert!(message.starts_with(&place), "{wrong}: not {place} {message}");
        for part in *parts {
            assert!(message.contains(part), "{wrong}: {message}");
        }
    }
}

#[test]
fn a_requirement_that_nothing_names_is_noticed() {
    let text = format!("{}\n[requirements.idle]\ntext = \"Nothing.\"\nsource = \"nobody\"\n", HONCHO.text);
    let message = load(&HONCHO, &text).err().map(|error| error.to_string()).unwrap_or_default();
    let line = line_of(&text, text.find("[requirements.idle]").unwrap_or_default());
    assert_eq!(
        message,
        format!("{}:{line}: requirements.idle: nothing in this file refers to it", HONCHO.place)
    );
}

#[test]
fn a_path_takes_a_resource_name_in_part() {
    for (id, part) in [("publishers/12/books/7", "7"), ("7", "7")] {
        assert_eq!(InPath::LastSegment.of(id), part);
        assert_eq!(InPath::Whole.of(id), id);
    }
}

#[test]
fn content_tells_of_a_refusal() {
    let by = RefusedBy { at: "/ok".to_owned(), value: false.into() };
    for (content, refused) in [
        (serde_json::json!({"ok": false}), true),
        (serde_json::json!({"ok": true}), false),
        (serde_json::json!([]), false),
    ] {
        assert_eq!(by.says(&content), refused, "{content}");
    }
}
