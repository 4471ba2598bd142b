//! AUT: what a target does without credentials, or with wrong ones.

pub(super) mod accepted_without_credentials;
pub(super) mod challenge_missing;
pub(super) mod credentials_repeated;
pub(super) mod other_user_told;
pub(super) mod refusal_tells;
pub(super) mod shown_to_another_user;
pub(super) mod wrong_status_without_credentials;
