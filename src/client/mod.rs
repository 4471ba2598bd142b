//! Sends requests and records what comes of them. Only this module and the driver talk to a target.
//!
//! [`Client`] turns an [`Outgoing`] into an [`Exchange`](crate::evidence::Exchange) and never fails otherwise: what kept a
//! response from arriving is data in the exchange. It keeps to the limits of [`ClientOptions`] (requests, time, rate,
//! concurrency, octets), obeys the target's own rate limits, and replaces secrets before anything is recorded.
//!
//! Where a response repeats a secret, the recorded content holds a variable in its place, and **rules judge that changed
//! content**: what a recording shows is what was judged, so that a verdict can be repeated from the recording.

mod assemble;
mod breaker;
mod failure;
mod gate;
mod message;
mod options;
mod rate_limit;
mod raw;
mod reachability;
mod recording;
mod redact;
mod send;
mod transport;

#[cfg(test)]
mod test_server;
#[cfg(test)]
mod tests;

pub use options::{ClientError, ClientOptions, Credential, Credentials, Outgoing, Place, Secret};
pub use reachability::{Reachability, probe};
pub use recording::Recording;
pub use redact::{MIN_SECRET_LEN, NOT_A_CREDENTIAL, Redactor};
pub use send::Client;
pub use transport::check_base;
