//! Styles: how a collection pages, as data, and what each style's answers must therefore be.
//!
//! A [`Style`] knows which parameters ask for a page, where an answer says what comes next, and which slice of an ordered list
//! a request stands for. It knows no operation and sends nothing.

mod facts;
mod labelled;
mod link;
mod page;
mod style;
mod turn;

pub use facts::Answer;
pub use labelled::label;
pub use link::{Astray, Link, Place, Rel, parse_header};
pub use page::{CursorForm, PageFacts, Slice, Start};
pub use style::{
    ItemCursor, LinkHeader, NextUrl, OffsetLimit, PageNumber, Position, Style, TimestampCursor, Token,
};
