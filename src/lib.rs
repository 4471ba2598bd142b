//! specproof: a conformance harness for HTTP APIs that are described by OpenAPI documents.
//!
//! ARCHITECTURE.md in the repository gives the bird's eye view; the layers are the modules below, from pure data at the
//! top to input and output at the bottom.

pub mod audit;
pub mod client;
pub mod config;
pub mod coverage;
pub mod document;
pub mod driver;
pub mod event;
pub mod evidence;
pub mod generate;
pub mod infer;
pub mod known;
pub mod oracle;
pub mod pagination;
pub mod plan;
pub mod reference;
pub mod report;
pub mod repro;
pub mod rules;
pub mod runner;
pub mod scenario;
pub mod setup;
pub mod suite;
pub mod verdict;
