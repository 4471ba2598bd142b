//! The program as a user starts it: exit codes, messages, reports, signals.

#[path = "cli/program.rs"]
mod program;
#[path = "cli/reports.rs"]
mod reports;
#[path = "cli/signals.rs"]
mod signals;
#[path = "cli/targets.rs"]
mod targets;
#[path = "cli/usage.rs"]
mod usage;
