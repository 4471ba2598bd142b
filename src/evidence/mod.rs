//! What a target answered: exchanges, and the same exchanges read as pages and items.
//!
//! Evidence is data. The driver makes it, rules read it, reports show it. Nothing in here sends anything.

mod combined;
mod curl;
mod exchange;
mod held;
mod lenient;
mod listing;

pub use combined::Combined;
pub use curl::curl;
pub use exchange::{Body, Exchange, JsonProblem, Request, Response, TransportError, TransportErrorKind, Try};
pub use held::{Held, Ledger};
pub use listing::{
    Ask, Asked, Entry, Evidence, Filtering, Page, Probe, Query, RecordNumber, Unknown, Walk, WalkEnd,
    WalkKind,
};
