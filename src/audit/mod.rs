//! The document judged by itself, without a server: [`audit`].
//!
//! A document that contradicts itself cannot be conformed to, and one that says nothing cannot be broken. Each [`DocumentRule`] is one property of
//! a document; [`DOCUMENT_RULES`] is the only registration, from which `specproof audit`, `explain` and the listings come. What a document
//! leaves open on purpose is nobody's defect: a rule here speaks only of what can be told from the text.

mod lists;
mod operations;
mod prose;
mod references;
mod schemas;
#[cfg(test)]
mod tests;
mod values;

use serde::Serialize;

use crate::document::{Document, DocumentError, Lines};
use crate::verdict::Level;

/// One property of a document.
#[derive(Debug)]
pub struct DocumentRule {
    /// The code: `DOC` and a number, never used again for another rule.
    pub code: &'static str,
    /// The kebab-case name of the violation.
    pub name: &'static str,
    /// How strongly it demands.
    pub level: Level,
    /// Where that stands.
    pub source: &'static str,
    /// What must be, in one sentence.
    pub summary: &'static str,
    /// Why it matters, in one or two sentences.
    pub why: &'static str,
    check: fn(&Document, &mut Remarks),
}

/// Where a document breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The rule's code.
    pub rule: &'static str,
    /// The kebab-case name of the violation.
    pub name: &'static str,
    /// How strongly the rule demands.
    pub level: Level,
    /// JSON pointer into the document (RFC 6901); empty for the whole.
    pub pointer: String,
    /// The line in the document's text, counted from 1.
    pub line: usize,
    /// What is wrong, as one sentence.
    pub message: String,
    /// Why it matters.
    pub why: &'static str,
}

/// What a rule has to say: places and messages.
#[derive(Debug, Default)]
struct Remarks(Vec<(String, String)>);

impl Remarks {
    /// A place that breaks the rule; said twice it counts once.
    fn add(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        let remark = (pointer.into(), message.into());
        if !self.0.contains(&remark) {
            self.0.push(remark);
        }
    }
}

/// The document cannot be read at all; the message is the loader's.
const UNREADABLE: DocumentRule = DocumentRule {
    code: "DOC001",
    name: "document-unreadable",
    level: Level::Must,
    source: "OpenAPI Specification 3.0.x and 3.1.x; JSON Schema 2020-12",
    summary: "The document can be read: its references lead somewhere, its schemas compile, its parameters and security schemes are declared.",
    why: "Neither a person nor a program can tell what the API promises. Only the first such fault is named, since the rest cannot be read.",
    check: |_, _| {},
};

/// Every rule on documents, in the order of the codes.
pub static DOCUMENT_RULES: [&DocumentRule; 16] = [
    &UNREADABLE,
    &values::EXAMPLE_BREAKS_SCHEMA,
    &values::DEFAULT_BREAKS_SCHEMA,
    &schemas::UNSATISFIABLE,
    &schemas::RESPONSE_WITHOUT_SCHEMA,
    &schemas::NOTHING_REQUIRED,
    &lists::PAGE_SIZE_UNBOUNDED,
    &lists::CURSOR_OF_ANOTHER_TYPE,
    &prose::PROSE_CONTRADICTS_SCHEMA,
    &operations::REFUSAL_UNDOCUMENTED,
    &operations::PATH_PARAMETER_UNUSED,
    &operations::OPERATION_WITHOUT_SUCCESS,
    &references::REFERENCE_CIRCULAR,
    &references::PATH_PARAMETER_OPTIONAL,
    &references::MAPPING_BROKEN,
    &references::PATTERN_UNREADABLE,
];

/// The rule with that code, whatever the case of its letters.
pub fn find(code: &str) -> Option<&'static DocumentRule> {
    DOCUMENT_RULES.into_iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

/// Judges a document by itself; remarks come in the order of the rules, and within one in that of the document.
pub fn audit(document: &Document) -> Vec<Remark> {
    let lines = Lines::of(document.text());
    let mut remarks = Vec::new();
    for rule in DOCUMENT_RULES {
        let mut found = Remarks::default();
        (rule.check)(document, &mut found);
        remarks.extend(found.0.into_iter().map(|(pointer, message)| Remark {
            rule: rule.code,
            name: rule.name,
            level: rule.level,
            line: lines.line(&pointer),
            pointer,
            message,
            why: rule.why,
        }));
    }
    remarks
}

/// The one remark on a document that cannot be read.
pub fn unreadable(error: &DocumentError) -> Remark {
    Remark {
        rule: UNREADABLE.code,
        name: UNREADABLE.name,
        level: UNREADABLE.level,
        pointer: String::new(),
        line: 1,
        message: error.to_string(),
        why: UNREADABLE.why,
    }
}
