//! What a schema finds wrong with a value, in words that fit a line.

use std::io::{self, Write};

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use super::pointer;
use super::references::References;

/// The longest excerpt of a value in a message, in characters.
const EXCERPT: usize = 120;
/// The longest message, in characters.
const MESSAGE: usize = 400;
/// How deep messages about branches nest.
const DEPTH: usize = 3;

/// One thing that is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer into the value.
    pub instance: String,
    /// The keyword that the value breaks; `false` for a schema that allows nothing.
    pub keyword: String,
    /// JSON pointer to the keyword in the document, behind all `$ref`s.
    pub schema_pointer: String,
    /// What is wrong. Values are cut to 120 characters. For `anyOf` and `oneOf` it names the branch that came closest.
    pub message: String,
}

/// Puts a validator's errors into words and in order.
pub(crate) fn describe(references: &References, errors: &[ValidationError<'_>]) -> Vec<Violation> {
    let mut violations = Vec::with_capacity(errors.len());
    for error in errors {
        violation(references, error, &mut violations);
    }
    violations.sort_by(|a, b| {
        pointer::compare(&a.instance, &b.instance)
            .then_with(|| pointer::compare(&a.schema_pointer, &b.schema_pointer))
            .then_with(|| a.message.cmp(&b.message))
    });
    violations.dedup();
    violations
}

fn violation(references: &References, error: &ValidationError<'_>, found: &mut Vec<Violation>) {
    let schema_pointer = location(references, error);
    if let ValidationErrorKind::AnyOf { context } = error.kind() {
        if references.is_nullable(&schema_pointer) {
            // The document has no `anyOf` here; what its own keywords say about the value is what counts.
            for inner in context.first().into_iter().flatten() {
                violation(references, inner, found);
            }
            return;
        }
    }
    let keyword = match error.kind() {
        ValidationErrorKind::FalseSchema => "false",
        _ if schema_pointer.ends_with("/format") => "format",
        kind => kind.keyword(),
    };
    found.push(Violation {
        instance: error.instance_path().as_str().to_owned(),
        keyword: keyword.to_owned(),
        message: summary(references, error),
        schema_pointer,
    });
}

/// Where the broken keyword stands in the document.
fn location(references: &References, error: &ValidationError<'_>) -> String {
    error
        .absolute_keyword_location()
        .and_then(|uri| references.document_location(uri.as_str()))
        .unwrap_or_else(|| error.schema_path().as_str().to_owned())
}

/// One error in one line.
pub(crate) fn summary(references: &References, error: &ValidationError<'_>) -> String {
    cut(&explain(references, error, DEPTH), MESSAGE)
}

fn explain(references: &References, error: &ValidationError<'_>, depth: usize) -> String {
    let found = || excerpt(error.instance());
    match error.kind() {
        ValidationErrorKind::AnyOf { context } => closest(references, error, "anyOf", context, depth),
        ValidationErrorKind::OneOfNotValid { context } => closest(references, error, "oneOf", context, depth),
        ValidationErrorKind::OneOfMultipleValid { context } => {
            let valid = context.iter().enumerate().filter(|(_, errors)| errors.is_empty());
            let names: Vec<String> = valid.map(|(branch, _)| name(references, error, branch)).collect();
            format!("{} is valid under more than one branch of `oneOf`: {}", found(), names.join(", "))
        }
        ValidationErrorKind::FalseSchema => format!("{} is not allowed here", found()),
        ValidationErrorKind::Not { .. } => {
            format!("{} is valid under the schema that `not` forbids", found())
        }
        _ => error.masked_with(found()).to_string(),
    }
}

/// Names the branch that a value came closest to, and what is wrong with the value there.
fn closest(
    references: &References,
    error: &ValidationError<'_>,
    keyword: &str,
    context: &[Vec<ValidationError<'static>>],
    depth: usize,
) -> String {
    let mut text = format!(
        "{} is valid under none of the {} branches of `{keyword}`",
        excerpt(error.instance()),
        context.len()
    );
    let best = context.iter().enumerate().min_by_key(|(_, errors)| distance(error, errors));
    let Some((branch, errors)) = best.filter(|_| depth > 0) else { return text };
    let Some(first) = errors.first() else { return text };
    let place =
        first.instance_path().as_str().strip_prefix(error.instance_path().as_str()).unwrap_or_default();
    let more = match errors.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    let at = if place.is_empty() { String::new() } else { format!("at {place}: ") };
    text.push_str(&format!(
        "; closest is {}: {at}{}{more}",
        name(references, error, branch),
        explain(references, first, depth - 1)
    ));
    text
}

/// How far a value is from a branch: another type or another tag is further than any number of smaller faults.
fn distance(error: &ValidationError<'_>, errors: &[ValidationError<'static>]) -> (bool, usize, usize) {
    let other_type = errors.iter().any(|inner| {
        matches!(inner.kind(), ValidationErrorKind::Type { .. } | ValidationErrorKind::FalseSchema)
            && inner.instance_path() == error.instance_path()
    });
    let tags = errors
        .iter()
        .filter(|inner| {
            matches!(inner.kind(), ValidationErrorKind::Constant { .. } | ValidationErrorKind::Enum { .. })
        })
        .count();
    (other_type, tags, errors.len())
}

/// A branch's name: that of the component it refers to, else its number, counted from 0 as in a pointer.
fn name(references: &References, error: &ValidationError<'_>, branch: usize) -> String {
    let place = pointer::element(&location(references, error), branch);
    let target =
        references.raw().pointer(&place).and_then(|schema| schema.get("$ref")).and_then(Value::as_str);
    match target {
        Some(target) => format!("branch {branch} ({})", cut(target, EXCERPT)),
        None => format!("branch {branch}"),
    }
}

/// A value as JSON, cut to [`EXCERPT`] characters, without writing out what is cut.
fn excerpt(value: &Value) -> String {
    // Four bytes hold any character, so that many bytes hold enough of them.
    let mut buffer = Limited { bytes: Vec::new(), limit: 4 * (EXCERPT + 1) };
    // The only failure is the limit being reached, which is what it is for.
    let _ = serde_json::to_writer(&mut buffer, value);
    let valid = match std::str::from_utf8(&buffer.bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&buffer.bytes[..error.valid_up_to()]).unwrap_or_default(),
    };
    cut(valid, EXCERPT)
}

/// Cuts a text to `limit` characters and marks the cut.
fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

struct Limited {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Limited {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let free = self.limit.saturating_sub(self.bytes.len());
        if free == 0 {
            return Err(io::Error::other("the excerpt is long enough"));
        }
        let taken = free.min(data.len());
        self.bytes.extend_from_slice(&data[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
