//! PAG: what holds for every paged list, however it pages.

pub(super) mod item_missing;
