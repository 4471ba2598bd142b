//! AUT: what a target does without credentials, or with wrong ones.

pub(super) mod accepted_without_credentials;
pub(super) mod challenge_missing;
pub(super) mod refusal_tells;
pub(super) mod wrong_status_without_credentials;
