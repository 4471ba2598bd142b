//! Styles: how a collection pages, as data, and what each style's answers must therefore be.
//!
//! A [`Style`] knows which parameters ask for a page, where an answer says what comes next, and which slice of an ordered list
//! a request stands for. It knows no operation and sends nothing.

mod page;
mod style;

pub use page::{CursorForm, PageFacts, Slice, Start};
pub use style::{OffsetLimit, PageNumber, Style, TimestampCursor};
