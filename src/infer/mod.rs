//! Inference: from a document nobody has seen to a suite file that says of each guess why, and asks where it cannot tell.
//!
//! [`infer`] gives the text of the file, comments and all, and nothing else: whoever wants the suite in memory loads that text as any other
//! suite file, so that what is run and what a reader sees cannot differ. Guesses are made from the names of paths, parameters and members and
//! from the shapes of schemas. What a wrong guess would accuse a correct server of is not demanded but asked, or left to be measured.

mod access;
mod collections;
mod creation;
mod deletions;
mod envelope;
mod fields;
mod filters;
mod groups;
mod lists;
mod names;
mod objects;
mod operations;
mod orders;
mod relations;
mod requirements;
mod resources;
mod schema;
mod seeds;
mod style;
#[cfg(test)]
mod tests;
mod toml;
mod updates;
mod values;
mod vocabulary;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::{Document, pointer};
use groups::Groups;
use names::Names;
use requirements::Requirements;
use resources::Resources;
use schema::{Shapes, snake};
use toml::{Remark, Table, Toml, guessed, question, rendered};

/// What is gathered for the file while the document is read.
#[derive(Debug)]
struct Draft<'a> {
    shapes: Shapes<'a>,
    names: Names,
    requirements: Requirements,
    /// Operations that the suite asks, by short name.
    asked: BTreeMap<String, String>,
    /// The same by `operationId` alone.
    asked_ids: BTreeSet<String>,
    /// Operations that it does not ask, with the reason.
    left_out: BTreeMap<String, String>,
    /// What path parameters take: parameter, operation (short name), and the binding.
    bound: Vec<(String, String, Toml)>,
    /// Variables by name.
    variables: BTreeMap<String, Table>,
    /// What is asked or said of operations that have no entry of their own.
    notes: Vec<Remark>,
}

/// The text of a suite file for a document. `path` is how the suite file names the document.
pub fn infer(document: &Document, path: &str) -> String {
    let shapes = Shapes { document };
    let groups = Groups::new(shapes);
    let mut draft = Draft {
        shapes,
        names: Names::new(&groups),
        requirements: Requirements::default(),
        asked: BTreeMap::new(),
        asked_ids: BTreeSet::new(),
        left_out: BTreeMap::new(),
        bound: Vec::new(),
        variables: BTreeMap::new(),
        notes: Vec::new(),
    };
    for wanted in access::headers(shapes) {
        draft.variables.insert(wanted.name, wanted.table);
    }
    let resources = Resources::new(&mut draft, &groups);
    let resource_tables = resources.tables(&mut draft);
    let collection_tables = collections::tables(&mut draft, &groups, &resources);
    operations::rest(&mut draft, &groups, &resources);
    let seeds = seeds::seeds(&resources.seeded(&draft));

    let mut tables = vec![top(document, path)];
    tables.extend(access::credentials(shapes));
    // What stands outside of tables must come before them.
    tables.sort_by_key(|table| !table.path.is_empty());
    tables.push(draft.operation_table());
    tables.push(draft.left_out_table());
    tables.push(draft.bind_table());
    tables.extend(access::tenants(&mut draft));
    tables.extend(draft.variables.values().cloned());
    tables.extend(headed(draft.requirements.tables(), "What is expected beyond the document. Each is a guess: strike out what the API does not promise, and correct its source where it does."));
    tables.extend(headed(resource_tables, "What can be created, and what a record looks like."));
    tables.extend(headed(collection_tables, "The lists."));
    tables.extend(headed(seeds, "What every run creates: lists of none, one and some records, and one that is longer than the largest page."));
    rendered(&head(document), &tables)
}

/// The first of some tables, with a rule and a sentence above it.
fn headed(mut tables: Vec<Table>, sentence: &str) -> Vec<Table> {
    if let Some(first) = tables.first_mut() {
        first.ruled = true;
        first.remarks.insert(0, Remark::Plain(sentence.to_owned()));
    }
    tables
}

fn head(document: &Document) -> Vec<Remark> {
    let mut head = vec![
        Remark::Plain(format!("A suite for {} {}, inferred from its document by `specproof init`.", document.title(), document.api_version())),
        Remark::Plain("Comments that begin with `guessed:` say what an entry rests on; those that begin with `question:` ask what the document does not tell. Answer a question by editing the entry below it, and strike the comment out.".to_owned()),
    ];
    let sent = document.sent_by_itself();
    if !sent.is_empty() {
        head.push(Remark::Plain(format!(
            "The API sends by itself, and nothing asks for it: {}.",
            sent.join(", ")
        )));
    }
    head
}

fn top(document: &Document, path: &str) -> Table {
    let mut top = Table::default();
    let name = snake(document.title()).replace('_', "-");
    let name: String = name.chars().take(32).collect();
    top.set("name", if name.is_empty() { "api" } else { name.trim_end_matches('-') });
    top.set("document", path);
    if let Some(flag) = flag(Shapes { document }) {
        top.explained(
            "refused-by",
            Toml::table([("at", format!("/{}", pointer::escape(flag)).into()), ("value", false.into())]),
            vec![guessed(format!(
                "most answers have the member {flag}, which tells whether the request succeeded"
            ))],
        );
    }
    top.explained(
        "inferred",
        true,
        vec![Remark::Plain("A resource that the target refuses to create is left out and the rest is run. Strike this out once the suite is right: such a refusal then ends the run.".to_owned())],
    );
    top.explained(
        "partial",
        true,
        vec![question("does the document name every method of each path (then false: what it does not name must be refused) or only some (true)?")],
    );
    top
}

/// The member by which most answers tell whether the request succeeded.
fn flag(shapes: Shapes<'_>) -> Option<&str> {
    let operations = shapes.document.operations().iter();
    let answers: Vec<&Value> = operations.filter_map(|o| Some(Shapes::success(o)?.1?.value())).collect();
    ["ok", "success", "succeeded", "is_success"].iter().find_map(|name| {
        let found: Vec<&str> = answers.iter().filter_map(|answer| flag_in(shapes, answer, name)).collect();
        found.first().copied().filter(|_| found.len() * 2 > answers.len())
    })
}

/// The member of an answer that has this name and may be true or false.
fn flag_in<'a>(shapes: Shapes<'a>, answer: &'a Value, name: &str) -> Option<&'a str> {
    let member = shapes.properties(answer).into_iter().find(|p| snake(p.name) == name)?;
    let open = creation::fixed(shapes, member.schema).is_none();
    (open && shapes.kind(member.schema) == Some("boolean")).then_some(member.name)
}

impl Draft<'_> {
    /// The short name of an operation that the suite asks from now on.
    fn ask(&mut self, id: &str) -> String {
        let short = self.names.short(id);
        self.asked.insert(short.clone(), id.to_owned());
        self.asked_ids.insert(id.to_owned());
        self.left_out.remove(id);
        short
    }

    /// Whether the suite asks an operation.
    fn is_asked(&self, id: &str) -> bool {
        self.asked_ids.contains(id)
    }

    /// An operation that is not asked.
    fn leave_out(&mut self, id: &str, reason: impl Into<String>) {
        if !self.is_asked(id) {
            self.left_out.entry(id.to_owned()).or_insert_with(|| reason.into());
        }
    }

    fn operation_table(&self) -> Table {
        let mut table = Table { ruled: true, ..Table::at(["operations"]) };
        table.remarks.push(Remark::Plain(
            "Short names, and the operationId (or `METHOD /path`) that each stands for.".to_owned(),
        ));
        table.remarks.extend(self.notes.iter().cloned());
        for (short, id) in &self.asked {
            table.set(short, id.as_str());
        }
        table
    }

    fn left_out_table(&self) -> Table {
        let mut table = Table::at(["left-out"]);
        if !self.left_out.is_empty() {
            table.remarks.push(Remark::Plain(
                "Operations that nothing is asked of, and why. Reports list them as skipped.".to_owned(),
            ));
        }
        for (id, reason) in &self.left_out {
            table.set(id, reason.as_str());
        }
        table
    }

    fn bind_table(&self) -> Table {
        let mut table = Table::at(["bind"]);
        let mut by_name: BTreeMap<&str, Vec<&(String, String, Toml)>> = BTreeMap::new();
        for bound in &self.bound {
            by_name.entry(&bound.0).or_default().push(bound);
        }
        if !by_name.is_empty() {
            table
                .remarks
                .push(guessed("a path parameter takes the id of what the path before it lists or creates"));
        }
        for (parameter, all) in by_name {
            if all.iter().all(|bound| bound.2 == all[0].2) {
                table.set(parameter, all[0].2.clone());
                continue;
            }
            let mut done = BTreeSet::new();
            for (_, short, value) in all {
                if done.insert(short) {
                    table.set(&format!("{short}.{parameter}"), value.clone());
                }
            }
        }
        table
    }
}
