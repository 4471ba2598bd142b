//! SCH: content and header fields against the schemas that the document gives for the status.

mod content;
pub(super) mod error_schema;
pub(super) mod header_invalid;
pub(super) mod response_schema;
