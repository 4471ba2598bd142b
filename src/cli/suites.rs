//! Which suites a command is about.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use specproof::setup::{BUNDLED, Bundled};
use specproof::suite::{Suite, nearest};

use super::arguments::Files;
use super::failure::Failure;

/// Loads what `--suite` names (bundled suites by name, others by path) and what `--document` names (documents, from which suites are
/// inferred); all bundled suites where neither names any.
pub(super) fn load(
    named: &[String],
    documents: &[PathBuf],
    files: &Files,
) -> Result<Vec<Arc<Suite>>, Failure> {
    let folders = files.folders()?;
    let mut suites: Vec<Arc<Suite>> = Vec::new();
    let bundled: Vec<String> = BUNDLED.iter().map(|bundled| bundled.name.to_owned()).collect();
    let none = named.is_empty() && documents.is_empty();
    let named = if none { &bundled } else { named };
    let load = |name: &String| match Bundled::named(name) {
        Some(bundled) => Ok(bundled.load()),
        None if is_path(name) => Ok(folders.suite(Path::new(name))),
        None => Err(unknown(name)),
    };
    let inferred = documents.iter().map(|document| Ok(folders.inferred(document)));
    for loaded in named.iter().map(load).chain(inferred) {
        let suite = loaded?.map_err(|error| Failure::usage(error.to_string()))?;
        if suites.iter().any(|other| other.name() == suite.name()) {
            return Err(Failure::usage(format!("suite `{}` is selected twice", suite.name())));
        }
        suites.push(Arc::new(suite));
    }
    Ok(suites)
}

/// The names of the bundled suites, as a list for a message.
pub(super) fn names() -> String {
    BUNDLED.iter().map(|bundled| bundled.name).collect::<Vec<_>>().join(", ")
}

/// Whether a name is that of a bundled suite.
pub(super) fn is_bundled(name: &str) -> bool {
    Bundled::named(name).is_some()
}

/// What looks like a path is one, even where it leads nowhere: the message is then about the file.
fn is_path(name: &str) -> bool {
    name.contains(['/', '\\']) || Path::new(name).extension().is_some() || Path::new(name).is_file()
}

fn unknown(name: &str) -> Failure {
    Failure::usage(match nearest(name, BUNDLED.iter().map(|bundled| bundled.name)) {
        Some(near) => format!("there is no suite `{name}`; did you mean `{near}`?"),
        None => format!("there is no suite `{name}`: name {} or the path of a suite file", names()),
    })
}
