//! FID: what goes in comes out, in the answer that creates, in the one that fetches, and in the list.

pub(super) mod batch_answer_short;
pub(super) mod batch_order;
mod changes;
pub(super) mod compare;
pub(super) mod default_not_taken;
mod edges;
pub(super) mod fetch_unstable;
pub(super) mod field_missing;
pub(super) mod id_not_unique;
pub(super) mod instant_changed;
pub(super) mod list_item_differs;
pub(super) mod number_changed;
pub(super) mod parent_wrong;
pub(super) mod representations;
pub(super) mod string_changed;
pub(super) mod structure_changed;
