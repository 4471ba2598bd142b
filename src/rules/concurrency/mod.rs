//! CON: several clients at once.

pub(super) mod parallel_create_lost;
