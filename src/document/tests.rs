//! Tests of whole documents: the bundled ones, and small ones that show one property each.

mod bundled;
