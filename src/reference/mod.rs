//! A bundled in-memory server that speaks the Honcho, `ElizaOS` and Mielto APIs on one port.
//!
//! [`Running`] starts it on a free port, [`serve`] on a given listener, and [`router`] hands out the bare routes. It is the
//! target the harness is tested against, so it shares no code with the harness: what both got wrong together would cancel
//! out. The handlers are correct as far as the documents and the usual behaviour of these APIs go; [`fault`] is a layer
//! apart that gives the server one chosen defect, and the handlers do not know that it exists.

mod api;
pub mod clock;
mod elizaos;
mod fastapi;
pub mod fault;
mod honcho;
mod ids;
mod input;
mod instant;
mod mielto;
mod ordered_map;
mod running;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::middleware;
use jiff::{SignedDuration, Timestamp};

pub use api::Api;
use clock::Clock;
use fault::Fault;
pub use running::{Running, serve};

/// The largest request body that is read, in bytes; a larger one is answered with 413.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// How a server behaves where its APIs leave room, and which defects it has.
#[derive(Clone)]
pub struct Options {
    /// Where every time stamp comes from.
    pub clock: Arc<dyn Clock>,
    /// When set, every operation asks for this token and answers 401 without it.
    pub token: Option<String>,
    /// Whether the `ElizaOS` agent answers each message with one of its own.
    pub agent_replies: bool,
    /// The shortest life of an `ElizaOS` session in minutes; a shorter wish is raised to it.
    pub minimum_timeout_minutes: f64,
    /// The defects of this server, applied in this order, the first one closest to the handlers.
    pub faults: Vec<&'static Fault>,
}

impl Options {
    /// A server without token, agent replies, least session life or faults, that takes its time from `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, token: None, agent_replies: false, minimum_timeout_minutes: 0.0, faults: Vec::new() }
    }
}

/// Builds the routes of the three APIs over a fresh, empty store.
pub fn router(options: Options) -> Router {
    let (faults, token) = (options.faults.clone(), options.token.clone());
    let app = Arc::new(App { options, store: Mutex::default() });
    let routes = Router::new()
        .merge(honcho::routes())
        .merge(elizaos::routes())
        .merge(mielto::routes())
        .fallback(api::not_found)
        .method_not_allowed_fallback(api::method_not_allowed)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), api::authorize))
        .with_state(app);
    fault::apply(routes, &faults, token.as_deref())
}

/// What the handlers share.
struct App {
    options: Options,
    store: Mutex<Store>,
}

impl App {
    /// Locks the store. A panic in another handler leaves the data as it is, so a poisoned lock is taken all the same.
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        self.options.clock.now()
    }
}

/// All records of all three APIs.
#[derive(Default)]
struct Store {
    honcho: honcho::Store,
    elizaos: elizaos::Store,
    mielto: mielto::Store,
    ids: ids::Ids,
    last_stamp: Timestamp,
}

impl Store {
    /// A stamp in whole microseconds, later than every stamp given out before, so that order by time is order of creation.
    fn stamp(&mut self, now: Timestamp) -> Timestamp {
        let next = self.last_stamp.saturating_add(SignedDuration::from_micros(1)).unwrap_or(self.last_stamp);
        self.last_stamp = instant::whole_micros(now).max(next);
        self.last_stamp
    }
}

#[cfg(test)]
mod testing;
