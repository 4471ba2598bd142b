//! What is inferred from small documents in the manner of well-known APIs, and from the bundled ones.

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
