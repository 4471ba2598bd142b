//! LIF: what happens to a record after it was created: created again, changed, deleted.

pub(super) mod change_time_wrong;
pub(super) mod children_outlive_parent;
pub(super) mod created_twice;
pub(super) mod deleted_still_found;
pub(super) mod deleted_still_listed;
pub(super) mod deleted_with_children;
pub(super) mod deletion_not_carried_out;
pub(super) mod deletion_reaches_further;
pub(super) mod idempotency_key_ignored;
pub(super) mod name_not_free;
pub(super) mod outlives_its_end;
pub(super) mod precondition_ignored;
pub(super) mod update_not_kept;
pub(super) mod update_reaches_further;
pub(super) mod walks;
