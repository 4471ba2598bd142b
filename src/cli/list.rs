//! `specproof list`: suites, operations, cases, rules and faults as a table or as JSON. Nothing is sent.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use specproof::audit::DOCUMENT_RULES;
use specproof::plan::{Plan, Terms, plan};
use specproof::reference::fault::FAULTS;
use specproof::rules::RULES;
use specproof::suite::Suite;

use super::arguments::{Format, List, Listed, Selection};
use super::failure::Failure;
use super::{console, suites};

/// What is listed: the names of the columns, and a row for each thing.
struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
}

/// Runs the command.
pub(super) fn run(arguments: &List) -> Result<u8, Failure> {
    let selection = &arguments.selection;
    let table = match arguments.what {
        Listed::Rules => rules(),
        Listed::Faults => faults(),
        Listed::Suites => suite_rows(&loaded(selection)?),
        Listed::Operations => operations(&loaded(selection)?),
        Listed::Cases => cases(&loaded(selection)?, selection),
    };
    console::print(&match arguments.format {
        Format::Table => table.text(),
        Format::Json => table.json(),
    })?;
    Ok(0)
}

fn loaded(selection: &Selection) -> Result<Vec<Arc<Suite>>, Failure> {
    suites::load(&selection.suites, &selection.documents, &selection.files)
}

fn rules() -> Table {
    let of_targets = RULES.iter().map(|rule| {
        vec![json!(rule.code), json!(rule.name), json!(rule.level), json!(rule.basis), json!(rule.summary)]
    });
    let of_documents = DOCUMENT_RULES.iter().map(|rule| {
        vec![json!(rule.code), json!(rule.name), json!(rule.level), json!("document"), json!(rule.summary)]
    });
    let rows = of_targets.chain(of_documents).collect();
    Table { columns: &["code", "name", "level", "basis", "summary"], rows }
}

fn faults() -> Table {
    let rows = FAULTS
        .iter()
        .map(|fault| {
            let words = [fault.name, fault.api.name(), fault.operation, fault.family, fault.summary];
            words.map(|word| json!(word)).to_vec()
        })
        .collect();
    Table { columns: &["fault", "api", "operation", "family", "summary"], rows }
}

fn suite_rows(suites: &[Arc<Suite>]) -> Table {
    let rows = suites
        .iter()
        .map(|suite| {
            let (document, file) = (suite.document(), suite.file());
            let records: usize = file.seed.iter().map(|group| group.count).sum();
            let variables: Vec<&str> = file.variables.keys().map(String::as_str).collect();
            vec![
                json!(suite.name()),
                json!(file.operations.len()),
                json!(all(suite, None).cases.len()),
                json!(records),
                json!(variables.join(" ")),
                json!(format!("{} {}", document.title(), document.api_version())),
            ]
        })
        .collect();
    Table { columns: &["suite", "operations", "cases", "records", "variables", "document"], rows }
}

fn operations(suites: &[Arc<Suite>]) -> Table {
    let row = |suite: &Suite, short: &str| {
        let operation = suite.operation(short);
        let method = operation.method.to_string();
        vec![json!(suite.name()), json!(short), json!(method), json!(operation.path), json!(operation.id)]
    };
    let rows = suites
        .iter()
        .flat_map(|suite| suite.file().operations.keys().map(|short| row(suite, short)))
        .collect();
    Table { columns: &["suite", "operation", "method", "path", "id"], rows }
}

fn cases(suites: &[Arc<Suite>], selection: &Selection) -> Table {
    let mut rows = Vec::new();
    for suite in suites {
        for planned in all(suite, Some(selection)).cases {
            let codes: Vec<&str> = planned.rules.iter().map(|rule| rule.code).collect();
            rows.push(vec![json!(planned.case.id), json!(codes.join(" "))]);
        }
    }
    Table { columns: &["case", "rules"], rows }
}

/// The plan for a target that was given credentials.
fn all(suite: &Suite, selection: Option<&Selection>) -> Plan {
    let (only, skip) = selection.map(|s| (s.only.clone(), s.skip.clone())).unwrap_or_default();
    let max_wait = std::time::Duration::MAX;
    plan(suite, &Terms { authenticated: true, only, skip, max_wait, ..Terms::default() })
}

impl Table {
    /// Columns that are as wide as their widest cell; the last one is left as it is.
    fn text(&self) -> String {
        let head: Vec<String> = self.columns.iter().map(|column| (*column).to_owned()).collect();
        let lines: Vec<Vec<String>> = std::iter::once(head)
            .chain(self.rows.iter().map(|row| row.iter().map(shown).collect()))
            .collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0))
            .collect();
        let mut text = String::new();
        for line in lines {
            let cells: Vec<String> =
                line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        }
        text
    }

    /// An array with an object for each row.
    fn json(&self) -> String {
        let object = |row: &Vec<Value>| {
            let members = self.columns.iter().map(|column| (*column).to_owned()).zip(row.iter().cloned());
            Value::Object(members.collect::<Map<_, _>>())
        };
        format!("{:#}\n", Value::Array(self.rows.iter().map(object).collect()))
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
