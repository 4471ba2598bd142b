//! The program as a user starts it: exit codes, messages, reports, signals.

#[path = "cli/configuration.rs"]
mod configuration;
#[path = "cli/known.rs"]
mod known;
#[path = "cli/program.rs"]
mod program;
#[path = "cli/reports.rs"]
mod reports;
#[path = "cli/runs.rs"]
mod runs;
#[path = "cli/schemas.rs"]
mod schemas;
#[path = "cli/signals.rs"]
mod signals;
#[path = "cli/targets.rs"]
mod targets;
#[path = "cli/usage.rs"]
mod usage;
