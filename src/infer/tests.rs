//! What is inferred from small documents in the manner of well-known APIs, and from the bundled ones.

use std::fmt::Write as _;

use super::infer;
use crate::document::Document;
use crate::suite::Suite;

/// Documents written for this test, each in another manner.
const MANNERS: &[(&str, &str)] = &[
    ("cursors-in-metadata", include_str!("../../fixtures/documents/cursors-in-metadata.yaml")),
    ("embedded-pages", include_str!("../../fixtures/documents/embedded-pages.yaml")),
    ("ids-of-items", include_str!("../../fixtures/documents/ids-of-items.yaml")),
    ("json-api", include_str!("../../fixtures/documents/json-api.yaml")),
    ("link-headers", include_str!("../../fixtures/documents/link-headers.yaml")),
    ("names-in-metadata", include_str!("../../fixtures/documents/names-in-metadata.yaml")),
    ("named-by-two", include_str!("../../fixtures/documents/named-by-two.yaml")),
    ("next-urls", include_str!("../../fixtures/documents/next-urls.yaml")),
    ("odata", include_str!("../../fixtures/documents/odata.yaml")),
    ("page-tokens", include_str!("../../fixtures/documents/page-tokens.yaml")),
    ("procedures", include_str!("../../fixtures/documents/procedures.yaml")),
    ("records-in-entries", include_str!("../../fixtures/documents/records-in-entries.yaml")),
    ("relationships", include_str!("../../fixtures/documents/relationships.yaml")),
    ("resource-names", include_str!("../../fixtures/documents/resource-names.yaml")),
    ("sent-by-itself", include_str!("../../fixtures/documents/sent-by-itself.yaml")),
    ("slugs", include_str!("../../fixtures/documents/slugs.yaml")),
    ("sparse", include_str!("../../fixtures/documents/sparse.yaml")),
];

#[test]
fn what_is_inferred_loads_and_is_as_it_was() {
    for (name, text) in MANNERS {
        let open =
            || Document::from_text("openapi.yaml", text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let suite = infer(&open(), "openapi.yaml");
        if let Err(error) = Suite::load(name, &suite, |_| Ok(open())) {
            panic!("{error}\n{suite}");
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("infer_{}", name.replace('-', "_")), suite));
    }
}

#[test]
fn nothing_is_guessed_without_a_word() {
    for (name, text) in MANNERS {
        let document =
            Document::from_text("openapi.yaml", text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let suite = infer(&document, "openapi.yaml");
        let lines: Vec<&str> = suite.lines().collect();
        for (i, line) in lines.iter().enumerate() {
            let guess = [
                "style = ",
                "orders = ",
                "items = ",
                "scope = ",
                "parent = ",
                "id = \"/",
                "create = ",
                "others = ",
            ];
            if guess.iter().any(|key| line.starts_with(key)) {
                let above = i.checked_sub(1).map_or("", |at| lines[at]);
                assert!(above.starts_with('#'), "{name}: nothing is said of {line:?}");
            }
        }
        assert!(
            lines.iter().all(|line| !line.starts_with("source = ") || line.contains("guessed: ")),
            "{name}"
        );
    }
}

#[test]
fn every_operation_is_asked_or_left_out_with_a_reason() {
    let bundled = [
        ("honcho", include_str!("../../specs/honcho/openapi.yaml")),
        ("elizaos", include_str!("../../specs/elizaos/openapi.yaml")),
        ("mielto", include_str!("../../specs/mielto/openapi.yaml")),
    ];
    for (name, text) in MANNERS.iter().chain(&bundled) {
        let open =
            || Document::from_text("openapi.yaml", text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let suite = infer(&open(), "openapi.yaml");
        let loaded =
            Suite::load(name, &suite, |_| Ok(open())).unwrap_or_else(|error| panic!("{error}\n{suite}"));
        let file = loaded.file();
        for operation in loaded.document().operations() {
            let asked = file.operations.values().any(|id| *id == operation.id);
            let left = file.left_out.get(&operation.id).is_some_and(|reason| !reason.is_empty());
            assert!(asked != left, "{name}: {} asked: {asked}, left out: {left}", operation.id);
        }
    }
}

#[test]
fn the_bundled_documents_are_understood() {
    for (text, creatable, collections) in [
        (
            include_str!("../../specs/honcho/openapi.yaml"),
            &["message", "peer", "session", "workspace"][..],
            4,
        ),
        (include_str!("../../specs/elizaos/openapi.yaml"), &["message", "session"], 1),
        (include_str!("../../specs/mielto/openapi.yaml"), &["conversation", "message"], 1),
    ] {
        let open = || Document::from_text("openapi.yaml", text).unwrap_or_else(|error| panic!("{error}"));
        let suite = infer(&open(), "openapi.yaml");
        let loaded = Suite::load("inferred", &suite, |_| Ok(open()))
            .unwrap_or_else(|error| panic!("{error}\n{suite}"));
        let made: Vec<&str> = loaded
            .file()
            .resources
            .iter()
            .filter(|(_, r)| r.create.is_some())
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(made, creatable, "{suite}");
        assert_eq!(loaded.file().collections.len(), collections, "{suite}");
        assert!(loaded.file().collections.values().any(|c| c.scope.is_some()), "{suite}");
        assert!(!loaded.questions().is_empty());
    }
}

/// A document with a list of widgets: its query parameters (`name: schema`) and the members beside the widgets.
fn widgets(parameters: &[(&str, &str)], members: &[String]) -> String {
    let members = members.join("\n                  ");
    let mut query = String::new();
    for (name, schema) in parameters {
        writeln!(query, "        - {{ name: {name}, in: query, schema: {schema} }}").unwrap();
    }
    format!(
        "openapi: 3.1.0
info: {{ title: widgets, version: \"1\" }}
paths:
  /widgets:
    get:
      operationId: listWidgets
      parameters:
{query}      responses:
        \"200\":
          description: a page
          content:
            application/json:
              schema:
                type: object
                properties:
                  data: {{ type: array, items: {{ $ref: \"#/components/schemas/Widget\" }} }}
                  {members}
    post:
      operationId: createWidget
      requestBody:
        required: true
        content:
          application/json:
            schema: {{ type: object, required: [name], properties: {{ name: {{ type: string }} }} }}
      responses:
        \"201\":
          description: made
          content: {{ application/json: {{ schema: {{ $ref: \"#/components/schemas/Widget\" }} }} }}
components:
  schemas:
    Widget:
      type: object
      required: [id, name]
      properties: {{ id: {{ type: string }}, name: {{ type: string }} }}
"
    )
}

/// Query parameters with their schemas, members beside the items, and the style that follows, or what is said where none does.
type Style<'a> = (&'a [(&'a str, &'a str)], &'a [String], &'a str);

#[test]
fn a_style_is_told_by_parameters_and_answers_together() {
    const TEXT: &str = "{ type: string }";
    const NUMBER: &str = "{ type: integer }";
    const LINK: &str = "{ type: [string, \"null\"] }";
    let object = |members: &str| format!("{{ type: [object, \"null\"], properties: {{ {members} }} }}");
    let handed = |name: &str| object(&format!("{name}: {TEXT}, path: {TEXT}, uri: {TEXT}"));
    let around = object(&format!(
        "cursors: {}, next: {TEXT}, previous: {TEXT}",
        object(&format!("before: {TEXT}, after: {TEXT}"))
    ));
    let pages = object(&format!(
        "page: {NUMBER}, next: {}",
        object("per_page: { type: integer }, starting_after: { type: [string, \"null\"] }")
    ));
    let cases: &[Style<'_>] = &[
        // A text is no number of a page or of items.
        (
            &[("limit", NUMBER), ("offset", TEXT)],
            &[format!("next_page: {}", handed("offset"))],
            "token = { token = \"offset\", size = \"limit\", next = \"/next_page/offset\" }",
        ),
        (
            &[("pageSize", NUMBER), ("offset", TEXT)],
            &[format!("offset: {TEXT}")],
            "token = { token = \"offset\", size = \"pageSize\", next = \"/offset\" }",
        ),
        (
            &[("limit", NUMBER), ("page", TEXT)],
            &[format!("next_page: {LINK}")],
            "token = { token = \"page\", size = \"limit\", next = \"/next_page\" }",
        ),
        (&[("limit", NUMBER), ("page", TEXT)], &[format!("note: {TEXT}")], "its parameter page takes a text"),
        (
            &[("limit", NUMBER), ("offset", TEXT)],
            &[format!("total: {NUMBER}")],
            "its parameter offset takes a text",
        ),
        (
            &[("limit", NUMBER), ("page", "{ type: [string, integer] }")],
            &[format!("note: {TEXT}")],
            "page-number = { page = \"page\", first = 1, size = \"limit\" }",
        ),
        (
            &[("limit", NUMBER), ("from", "{ type: string, format: date }")],
            &[format!("next_page: {LINK}")],
            "it has the parameter limit for the size of a page",
        ),
        (
            &[("limit", NUMBER), ("page", TEXT), ("skip", NUMBER), ("offset", TEXT)],
            &[format!("note: {TEXT}")],
            "offset-limit = { skip = \"skip\", limit = \"limit\" }",
        ),
        (
            &[("limit", NUMBER), ("offset", NUMBER)],
            &[format!("offset: {NUMBER}")],
            "offset-limit = { skip = \"offset\", limit = \"limit\" }",
        ),
        // What the answer hands on is a token, whatever the parameter is called.
        (
            &[("per_page", NUMBER), ("starting_after", TEXT)],
            &[format!("pages: {pages}")],
            "token = { token = \"starting_after\", size = \"per_page\", next = \"/pages/next/starting_after\" }",
        ),
        (
            &[("limit", NUMBER), ("starting_after", TEXT)],
            &["has_more: { type: boolean }".to_owned()],
            "item-cursor = { after = \"starting_after\", limit = \"limit\", has-more = \"/has_more\" }",
        ),
        // Beside the token, `next` is a link.
        (
            &[("limit", NUMBER), ("after", TEXT), ("before", TEXT)],
            &[format!("paging: {around}")],
            "next-url = { size = \"limit\", next = \"/paging/next\", previous = \"/paging/previous\" }",
        ),
        (
            &[("limit", NUMBER), ("after", TEXT)],
            &[format!("paging: {}", object(&format!("next: {}", handed("after"))))],
            "token = { token = \"after\", size = \"limit\", next = \"/paging/next/after\" }",
        ),
        (
            &[("PageSize", NUMBER), ("Page", NUMBER), ("PageToken", TEXT)],
            &[
                format!("page: {NUMBER}"),
                format!("next_page_uri: {LINK}"),
                format!("previous_page_uri: {LINK}"),
            ],
            "next-url = { size = \"PageSize\", next = \"/next_page_uri\", previous = \"/previous_page_uri\" }",
        ),
    ];
    for (parameters, members, wanted) in cases {
        let text = widgets(parameters, members);
        let open = || Document::from_text("w.yaml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let suite = infer(&open(), "w.yaml");
        Suite::load("w", &suite, |_| Ok(open())).unwrap_or_else(|error| panic!("{error}\n{suite}"));
        let style = suite.lines().find_map(|line| line.strip_prefix("style = "));
        let found = match style {
            Some(style) => style.trim_start_matches("{ ").trim_end_matches(" }").to_owned() + " }",
            None => suite.clone(),
        };
        assert!(
            found == *wanted || style.is_none() && found.contains(wanted),
            "{parameters:?} {members:?}\n{found}"
        );
    }
}
