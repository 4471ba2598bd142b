//! `specproof schema`: the JSON Schemas of the files that specproof reads and writes, made from the types that are loaded.

use schemars::{Schema, schema_for};
use specproof::config::{ConfigFile, KnownFile};
use specproof::event::Event;
use specproof::suite::SuiteFile;

use super::arguments::{Described, SchemaOf};
use super::console;
use super::failure::Failure;

/// Runs the command.
pub(super) fn run(arguments: &SchemaOf) -> Result<u8, Failure> {
    let (title, schema) = match arguments.what {
        Described::Config => ("specproof.toml", schema_for!(ConfigFile)),
        Described::KnownFailures => ("known failures of specproof", schema_for!(KnownFile)),
        Described::Suite => ("suite file of specproof", schema_for!(SuiteFile)),
        Described::Events => ("event of specproof, one line of a jsonl report", schema_for!(Event)),
    };
    console::print(&format!("{:#}\n", titled(schema, title).to_value()))?;
    Ok(0)
}

fn titled(mut schema: Schema, title: &str) -> Schema {
    schema.insert("title".to_owned(), title.into());
    schema
}
