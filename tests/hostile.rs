//! Hostile targets: whatever they do, a run ends in its time and in bounded memory, says what happened, and never blames the wrong thing.
//!
//! A target of these tests is the reference server behind [`server::Front`], which does something hostile in answer to some requests. Each table
//! names what the program must make of it: exit code, words, and the only rules that may fail.

#[path = "hostile/server.rs"]
mod server;
#[path = "hostile/trial.rs"]
mod trial;

#[path = "hostile/content.rs"]
mod content;
#[path = "hostile/input.rs"]
mod input;
#[path = "hostile/load.rs"]
mod load;
#[path = "hostile/protocol.rs"]
mod protocol;
#[path = "hostile/reference.rs"]
mod reference;
#[path = "hostile/safety.rs"]
mod safety;
#[path = "hostile/secrets.rs"]
mod secrets;
#[path = "hostile/transport.rs"]
mod transport;
