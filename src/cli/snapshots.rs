//! `specproof check --snapshot DIR`: keeps what a target does in files, and says what changed since.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use specproof::report::snapshot::{content, difference, written};

use super::failure::Failure;
use super::outputs::Outputs;

/// How many lines of a difference are shown for each file.
const SHOWN: usize = 30;

/// Compares the snapshots of a run with the files in a folder, or writes them; gives whether they were the same. What differs is
/// written beside its file for `cargo insta review`.
pub(super) fn settle(
    folder: &Path,
    snapshots: &BTreeMap<String, String>,
    update: bool,
    outputs: &Outputs,
) -> Result<bool, Failure> {
    let failed = |path: &Path, error: &std::io::Error| {
        Failure::usage(format!("cannot write the snapshot {}: {error}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let mut changed = 0;
    for (name, text) in snapshots {
        let path = folder.join(format!("{name}.snap"));
        let pending = folder.join(format!("{name}.snap.new"));
        let old = fs::read_to_string(&path).ok();
        let same = old.as_deref().and_then(content).is_some_and(|old| old == text.trim_end());
        // One of an earlier run; there may be none.
        let _ = fs::remove_file(&pending);
        if same {
            continue;
        }
        changed += 1;
        let place = if update { &path } else { &pending };
        fs::write(place, written(name, text)).map_err(|error| failed(place, &error))?;
        if update {
            continue;
        }
        let title = if old.is_some() { "changed" } else { "new" };
        outputs.say(&format!("snapshot {title}: {}", path.display()));
        let old = old.as_deref().and_then(content).unwrap_or_default();
        if !old.is_empty() {
            for line in difference(old, text, SHOWN) {
                outputs.say(&format!("  {}", harmless(&line)));
            }
        }
    }
    let mut gone = 0;
    for path in of_suites(folder, snapshots)? {
        gone += 1;
        if update {
            fs::remove_file(&path).map_err(|error| failed(&path, &error))?;
        } else {
            outputs.say(&format!("snapshot of something that was not run: {}", path.display()));
        }
    }
    let all = snapshots.len();
    outputs.say(&if update {
        format!("{changed} of {all} snapshots written, {gone} removed in {}", folder.display())
    } else if changed + gone == 0 {
        format!("{all} snapshots are as they were in {}", folder.display())
    } else {
        format!(
            "{} of {all} snapshots differ: review with `cargo insta review --workspace-root {}`, or accept all with --snapshot-update",
            changed + gone,
            folder.display()
        )
    });
    Ok(update || changed + gone == 0)
}

/// The snapshots in a folder of suites that were run, which the run did not give.
fn of_suites(
    folder: &Path,
    snapshots: &BTreeMap<String, String>,
) -> Result<Vec<std::path::PathBuf>, Failure> {
    let suites: Vec<&str> =
        snapshots.keys().filter_map(|name| name.split_once("__")).map(|(suite, _)| suite).collect();
    let entries = fs::read_dir(folder)
        .map_err(|error| Failure::usage(format!("cannot read the folder {}: {error}", folder.display())))?;
    let mut found: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            let name =
                path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".snap"));
            name.is_some_and(|name| {
                let suite = name.split_once("__").map(|(suite, _)| suite);
                suite.is_some_and(|suite| suites.contains(&suite)) && !snapshots.contains_key(name)
            })
        })
        .collect();
    found.sort();
    Ok(found)
}

/// What a target sent may hold control characters and marks that turn the direction of writing.
fn harmless(text: &str) -> String {
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    text.chars().map(|c| if hostile(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}
