//! specproof: a conformance harness for HTTP APIs that are described by OpenAPI documents.
//!
//! ARCHITECTURE.md in the repository gives the bird's eye view; DESIGN's layers are the modules below, from pure data at the
//! top to input and output at the bottom.

pub mod event;
pub mod evidence;
pub mod report;
pub mod verdict;
