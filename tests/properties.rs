//! Properties that hold of all values, tried with made-up ones: what is generated obeys or violates its schema as it is meant to, and the pages
//! that the oracle expects are those of a naive model, for every style of paging.

#[path = "properties/generated.rs"]
mod generated;
#[path = "properties/pages.rs"]
mod pages;
