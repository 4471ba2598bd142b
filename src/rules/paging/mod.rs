//! PAG: what holds for every paged list, however it pages. What the rules about lists have in common stands here, too.

pub(super) mod beyond;
pub(super) mod chain;
pub(super) mod compare;
pub(super) mod default_not_applied;
pub(super) mod empty_list_wrong;
pub(super) mod has_more_wrong;
pub(super) mod item_foreign;
pub(super) mod item_missing;
pub(super) mod item_repeated;
pub(super) mod item_without_id;
pub(super) mod lists;
pub(super) mod page_not_repeatable;
pub(super) mod page_over_size;
pub(super) mod page_short;
pub(super) mod parameter_order_matters;
pub(super) mod past_end_not_empty;
pub(super) mod same_page;
pub(super) mod size_echo;
pub(super) mod slice;
pub(super) mod sorted;
pub(super) mod strip;
pub(super) mod total_changes;
pub(super) mod total_wrong;
pub(super) mod walk_depends_on_size;
pub(super) mod walk_does_not_end;
pub(super) mod walk_loops;
