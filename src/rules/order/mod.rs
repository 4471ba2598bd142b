//! ORD: the order of lists.

pub(super) mod equal_keys_unstable;
pub(super) mod moved_by_update;
pub(super) mod not_the_mirror;
pub(super) mod out_of_order;
