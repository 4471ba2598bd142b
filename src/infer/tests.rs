//! What is inferred from small documents in the manner of well-known APIs, and from the bundled ones.

use super::infer;
use crate::document::Document;
use crate::suite::Suite;

/// Documents written for this test, each in another manner.
const MANNERS: &[(&str, &str)] = &[];

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
        settings.bind(|| insta::assert_snapshot!(format!("infer_{name}"), suite));
    }
}
