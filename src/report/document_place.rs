//! Where the operations of a run stand in the text of their documents: [`Places`].

use std::collections::BTreeMap;

use super::Tally;
use crate::document::Lines;

/// Files and lines of the documents of a run.
pub(super) struct Places<'a> {
    /// By suite: the file and its lines.
    documents: BTreeMap<&'a str, (&'a str, Lines)>,
    /// By suite and operation: the pointer.
    operations: BTreeMap<(&'a str, &'a str), &'a str>,
}

impl<'a> Places<'a> {
    pub(super) fn of(tally: &'a Tally) -> Self {
        let documents = tally.suites.iter().filter_map(|suite| {
            let document = suite.document.as_ref()?;
            Some((suite.name.as_str(), (document.file.as_str(), Lines::of(&document.text))))
        });
        let operations = tally.operations().filter_map(|(suite, operation)| {
            let head = operation.head.as_ref()?;
            Some(((suite.name.as_str(), operation.name.as_str()), head.pointer.as_str()))
        });
        Self { documents: documents.collect(), operations: operations.collect() }
    }

    /// The file and the line of an operation.
    pub(super) fn of_operation(&self, suite: &str, operation: &str) -> Option<(&'a str, usize)> {
        let (file, lines) = self.documents.get(suite)?;
        let pointer = self.operations.get(&(suite, operation))?;
        Some((file, lines.line(pointer)))
    }

    /// The file and the line that a requirement's source, `file#/pointer`, points at.
    pub(super) fn of_source(&self, suite: &str, source: &str) -> Option<(&'a str, usize)> {
        let (file, lines) = self.documents.get(suite)?;
        let (named, pointer) = source.split_once('#')?;
        (named == *file && (pointer.is_empty() || pointer.starts_with('/')))
            .then(|| (*file, lines.line(pointer)))
    }
}
