//! The command line of specproof.
fn main() {}
