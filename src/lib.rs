//! specproof: a conformance harness for HTTP APIs that are described by OpenAPI documents.

pub mod reference;
