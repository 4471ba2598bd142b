//! ISO: what lies in one parent is not seen from another.

pub(super) mod changed_through_wrong_parent;
pub(super) mod found_through_wrong_parent;
pub(super) mod item_of_another_parent;
pub(super) mod tenant_leak;
