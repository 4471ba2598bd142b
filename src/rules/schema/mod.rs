//! SCH: content and header fields against the schemas that the document gives for the status.

mod content;
pub(super) mod discriminator_unmapped;
pub(super) mod error_schema;
pub(super) mod header_invalid;
mod places;
pub(super) mod response_schema;
pub(super) mod write_only_shown;
