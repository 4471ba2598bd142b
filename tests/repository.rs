//! Checks of the repository itself: layers, the shape of source files, and documents that speak of what is there.
//!
//! The layers of ARCHITECTURE.md are the table [`LAYERS`]. Each test gathers every violation before it fails, with file and line, so that one run
//! shows the whole of what is to be mended.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use specproof::rules::RULES;

/// A row of the table: its modules, and which rows they may import from.
struct Layer {
    modules: &'static [&'static str],
    may_import: May,
}

/// What a row may import.
#[derive(Clone, Copy)]
enum May {
    /// Its own row and every row above it, but for those that stand apart.
    Above,
    /// Only its own modules and those of the first rows, so many of them.
    First(usize),
    /// Only its own modules.
    Itself,
    /// Everything.
    Everything,
}

/// The layers, from pure data to input and output.
const LAYERS: &[Layer] = &[
    Layer { modules: &["document", "generate", "pagination"], may_import: May::Above },
    Layer { modules: &["config", "evidence", "scenario", "suite", "verdict"], may_import: May::Above },
    Layer { modules: &["event", "oracle"], may_import: May::Above },
    Layer { modules: &["audit", "coverage", "known", "rules"], may_import: May::Above },
    // A report is a fold over events: it sees what rules declare, never who sends.
    Layer { modules: &["report"], may_import: May::First(4) },
    // Scripts are written for the findings that reports show.
    Layer { modules: &["repro"], may_import: May::First(5) },
    Layer { modules: &["plan", "infer"], may_import: May::First(4) },
    Layer { modules: &["client"], may_import: May::Above },
    Layer { modules: &["driver"], may_import: May::Above },
    Layer { modules: &["runner"], may_import: May::Above },
    Layer { modules: &["setup"], may_import: May::Above },
    // What harness and reference server both got wrong would cancel out, so they share no code.
    Layer { modules: &["reference"], may_import: May::Itself },
    Layer { modules: &["cli", "main"], may_import: May::Everything },
];

/// Modules that rows with [`May::Above`] do not see, although they stand above some of them.
const APART: &[&str] = &["report", "repro", "reference"];

/// The families of rules: what their codes begin with.
const FAMILIES: &[&str] = &[
    "PAG", "PGN", "OFF", "CUR", "TOK", "LNK", "ORD", "FLT", "HTTP", "SCH", "FID", "ISO", "NEG", "AUT", "CON",
    "LIF",
];

/// The most lines of a source file.
const MOST_LINES: usize = 800;

/// What only the command line may use, and the files that are excepted, with the reason.
const COMMAND_LINE_ONLY: &[(&str, &[&str])] = &[
    ("println!", &[]),
    ("eprintln!", &[]),
    ("print!", &[]),
    ("eprint!", &[]),
    ("env::", &[]),
    // Suites lie in files whose names are given; this is where they are read for the command line and for tests.
    ("fs::", &["src/setup.rs"]),
    ("process::exit", &[]),
    ("is_terminal", &[]),
    ("SystemTime::now", &[]),
    // The reference server's clock is given to it; this file is where the one for use is defined.
    ("Timestamp::now", &["src/reference/clock.rs"]),
];

#[test]
fn modules_import_only_what_their_layer_allows() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        let module = module_of(&source.name);
        if module == "lib" {
            continue;
        }
        let Some(row) = row_of(&module) else {
            wrong.push(format!(
                "{}: module `{module}` stands in no layer: add it to LAYERS and ARCHITECTURE.md",
                source.name
            ));
            continue;
        };
        for (line, imported) in source.imports() {
            if !allowed(row, &module, &imported) {
                wrong.push(format!("{}:{line}: `{module}` must not import `{imported}`", source.name));
            }
        }
        for (line, imported) in source.imports_through_super() {
            wrong.push(format!("{}:{line}: write `crate::{imported}`, so that the layer shows", source.name));
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_layers_hold_every_module_of_the_library_once() {
    let lib = read("src/lib.rs");
    let mut declared: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut placed: Vec<&str> = LAYERS.iter().flat_map(|layer| layer.modules).copied().collect();
    placed.retain(|module| declared.contains(module) || !matches!(*module, "cli" | "main"));
    declared.sort_unstable();
    placed.sort_unstable();
    assert_eq!(placed, declared);
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let wrong: Vec<String> = sources("src")
        .into_iter()
        .chain(sources("tests"))
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| format!("{}: does not open with `//! `", source.name))
        .collect();
    assert_none(&wrong);
}

#[test]
fn source_files_are_short() {
    let wrong: Vec<String> = sources("src")
        .into_iter()
        .chain(sources("tests"))
        .map(|source| (source.text.lines().count(), source.name))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .map(|(lines, name)| format!("{name}: {lines} lines, {MOST_LINES} at most"))
        .collect();
    assert_none(&wrong);
}

#[test]
fn only_the_command_line_looks_around() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        if matches!(module_of(&source.name).as_str(), "main" | "cli") {
            continue;
        }
        for (number, line) in source.code() {
            for (word, excepted) in COMMAND_LINE_ONLY {
                if has_word(line, word) && !excepted.contains(&source.name.as_str()) {
                    wrong.push(format!("{}:{number}: `{word}` belongs to the command line", source.name));
                }
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_readme_begins_with_the_two_commands() {
    let readme = read("README.md");
    for command in ["cargo run --release -- check", "cargo test"] {
        let stands = readme.lines().any(|line| line.split('#').next().unwrap_or_default().trim() == command);
        assert!(stands, "README.md has no line `{command}`");
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut wrong = Vec::new();
    for document in documents() {
        let folder = Path::new(&document.name).parent().unwrap_or(Path::new("")).to_owned();
        for target in document.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            if !root().join(&folder).join(file).exists() {
                wrong.push(format!("{}: `{target}` is not there", document.name));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn documents_name_only_rules_that_exist() {
    let known: BTreeSet<&str> = RULES.iter().map(|rule| rule.code).collect();
    let wrong: BTreeSet<String> = documents()
        .iter()
        .flat_map(|document| codes(&document.text).map(|code| (code, document.name.as_str())))
        .filter(|(code, _)| !known.contains(code))
        .map(|(code, name)| format!("{name}: there is no rule {code}"))
        .collect();
    assert_none(&Vec::from_iter(wrong));
}

#[test]
fn the_list_of_what_is_checked_has_every_rule() {
    let list = read("docs/not-checked.md");
    let listed: BTreeSet<&str> = codes(&list).collect();
    let wrong: Vec<String> = RULES
        .iter()
        .filter(|rule| !listed.contains(rule.code))
        .map(|rule| format!("docs/not-checked.md does not name {}", rule.id()))
        .collect();
    assert_none(&wrong);
    for rule in RULES {
        assert!(
            FAMILIES.contains(&rule.family()),
            "{}: no such family: add it to FAMILIES and CONTRIBUTING.md",
            rule.code
        );
    }
}

#[test]
fn the_event_stream_is_documented_whole() {
    let documented = read("docs/events.md");
    let source = read("src/event.rs");
    let fields = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(": ").map(|(name, _)| name));
    let events = source
        .split_once("pub enum Event {")
        .and_then(|(_, rest)| rest.split_once("\n}"))
        .map(|(variants, _)| variants)
        .expect("src/event.rs has the enum `Event`");
    let events = events.lines().filter_map(|line| line.trim().split_once('(').map(|(name, _)| name));
    let events =
        events.filter(|name| name.chars().all(char::is_alphanumeric) && *name != "Progress").map(kebab);
    let wrong: Vec<String> = fields
        .filter(|name| {
            name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
                && !matches!(*name, "doing" | "done" | "of")
        })
        .map(str::to_owned)
        .chain(events)
        .filter(|name| !documented.contains(&format!("`{name}`")))
        .map(|name| format!("docs/events.md does not name `{name}`"))
        .collect();
    assert_none(&wrong);
}

/// The codes of rules that stand in a text.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| {
        let family = word.trim_end_matches(|c: char| c.is_ascii_digit());
        word.len() == family.len() + 3 && FAMILIES.contains(&family)
    })
}

/// A file of the repository.
struct File {
    name: String,
    text: String,
}

impl File {
    /// The lines that are no comments and no unit tests, with their numbers from 1.
    ///
    /// A unit test module stands at the end of its file, or in a file of its own; tests may import what they like.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let is_test = |name: &str| self.name.ends_with(name) || self.name.contains("/tests/");
        let end = if ["/tests.rs", "/testing.rs", "/samples.rs", "/test_server.rs"].into_iter().any(is_test) {
            0
        } else {
            lines
                .windows(2)
                .position(|two| {
                    two[0].trim() == "#[cfg(test)]" && two[1].starts_with("mod ") && two[1].ends_with('{')
                })
                .unwrap_or(lines.len())
        };
        let code = lines.into_iter().take(end).enumerate().map(|(i, line)| (i + 1, line));
        code.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The modules of this crate that are named, with line numbers: `crate::name` and `crate::{name, …}`, the package's own name included.
    fn imports(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let mut inside_group = false;
        for (number, line) in self.code() {
            if inside_group {
                // A group over several lines has one module a line, as rustfmt writes it.
                inside_group = !line.trim_start().starts_with('}');
                found.push((number, identifier(line.trim()).to_owned()));
                continue;
            }
            for start in ["crate::", "specproof::"] {
                for (at, _) in line.match_indices(start) {
                    if line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                        continue;
                    }
                    let rest = &line[at + start.len()..];
                    let Some(group) = rest.strip_prefix('{') else {
                        found.push((number, identifier(rest).to_owned()));
                        continue;
                    };
                    inside_group = !group.contains('}');
                    found.extend(group.split(',').map(|part| (number, identifier(part.trim()).to_owned())));
                }
            }
        }
        found.retain(|(_, name)| !name.is_empty());
        found
    }

    /// The modules of this crate that are named by way of `super`, where no module of that name stands nearer.
    fn imports_through_super(&self) -> Vec<(usize, String)> {
        let folder = root().join(Path::new(&self.name).parent().unwrap_or(Path::new("")));
        let mut found = Vec::new();
        for (number, line) in self.code() {
            for (at, start) in line.match_indices("super::") {
                let name = identifier(&line[at + start.len()..]);
                let nearer = [Some(folder.as_path()), folder.parent()].into_iter().flatten().any(|folder| {
                    folder != root().join("src")
                        && (folder.join(name).is_dir() || folder.join(format!("{name}.rs")).is_file())
                });
                if row_of(name).is_some() && !nearer {
                    found.push((number, name.to_owned()));
                }
            }
        }
        found
    }
}

/// Whether a module of one row may import another module.
fn allowed(row: usize, module: &str, imported: &str) -> bool {
    let Some(other) = row_of(imported) else {
        // Not a module: a macro or an item of the crate's root, which has none but modules.
        return module == imported;
    };
    if module == imported {
        return true;
    }
    match LAYERS[row].may_import {
        May::Above => other <= row && !APART.contains(&imported),
        May::First(rows) => other < rows,
        May::Itself => false,
        May::Everything => true,
    }
}

/// The row of a module.
fn row_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.modules.contains(&module))
}

/// The module of the crate that a file belongs to: `driver` for `src/driver/seed.rs`.
fn module_of(name: &str) -> String {
    let inner = name.trim_start_matches("src/");
    inner.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

/// The identifier that a text begins with.
fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Whether a line holds a word that does not go on to the left.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word)
        .any(|(at, _)| !line[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_'))
}

/// `SuiteStarted` as `suite-started`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All Rust files under a folder, by name.
fn sources(folder: &str) -> Vec<File> {
    files(folder, "rs")
}

/// All Markdown files of the repository, by name.
fn documents() -> Vec<File> {
    let mut documents = files("docs", "md");
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"] {
        documents.push(File { name: name.to_owned(), text: read(name) });
    }
    documents
}

fn files(folder: &str, extension: &str) -> Vec<File> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                let name =
                    path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
                found.push(File { text: read(&name), name });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
