//! What can be wrong with a document, always with the file and the place in it.

/// Why a document was refused.
///
/// The message is one lowercase sentence fragment after the place; the place is a line and a column where the text
/// could not be read, and a JSON pointer where it could.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is longer than the limit.
    #[error("{file}: the document has {size} bytes, more than the limit of {limit}; split it or cut it down")]
    TooLarge {
        /// File name.
        file: String,
        /// Size of the text in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The text is not YAML or not JSON.
    #[error("{file}:{line}:{column}: not valid {format}: {message}")]
    Syntax {
        /// File name.
        file: String,
        /// Line, counted from 1; 0 when the parser names none.
        line: u64,
        /// Column, counted from 1; 0 when the parser names none.
        column: u64,
        /// `YAML` or `JSON`.
        format: &'static str,
        /// The parser's words.
        message: String,
    },
    /// The text is well formed, but no `OpenAPI` document.
    #[error("{file}: not an OpenAPI document: {message}")]
    NotOpenApi {
        /// File name.
        file: String,
        /// What was found instead.
        message: String,
    },
    /// The document has a version of the specification that is not supported.
    #[error("{file}: {found} is not supported; {mend}")]
    UnsupportedVersion {
        /// File name.
        file: String,
        /// What the document says it is.
        found: String,
        /// What to do about it.
        mend: String,
    },
    /// A part of the document breaks the specification.
    #[error("{file}: at {pointer}: {message}")]
    Invalid {
        /// File name.
        file: String,
        /// JSON pointer to the part.
        pointer: String,
        /// What is wrong with it.
        message: String,
    },
    /// A `$ref` that leads nowhere, in a circle, or out of the document.
    #[error("{file}: at {pointer}: `$ref: {reference}` {message}")]
    Reference {
        /// File name.
        file: String,
        /// JSON pointer to the object that holds the `$ref`.
        pointer: String,
        /// The reference as written.
        reference: String,
        /// What is wrong with it.
        message: String,
    },
    /// A schema that is not a valid JSON Schema.
    #[error("{file}: at {pointer}: the schema is not valid: {message}")]
    Schema {
        /// File name.
        file: String,
        /// JSON pointer to the keyword.
        pointer: String,
        /// What is wrong with it.
        message: String,
    },
}

impl DocumentError {
    /// The JSON pointer to the fault, where the text could be read so far.
    pub fn pointer(&self) -> Option<&str> {
        match self {
            Self::Invalid { pointer, .. }
            | Self::Reference { pointer, .. }
            | Self::Schema { pointer, .. } => Some(pointer),
            _ => None,
        }
    }
}
