//! Decides when a request may go out: concurrency, rate, pauses that the target asks for, budgets, interruption, and the
//! circuit breaker for a target where nothing listens. One [`Gate`] per client, so that all its requests pause together.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::{Instant, sleep_until};

use super::failure::{Failure, refused};
use super::options::{ClientError, ClientOptions};
use crate::evidence::TransportErrorKind;

/// After this many refused connections in a row nothing is tried any more.
const MAX_REFUSED: usize = 5;

pub(super) struct Gate {
    permits: Semaphore,
    pace: Mutex<Pace>,
    /// The shortest time between two requests.
    interval: Option<Duration>,
    stopped: watch::Sender<bool>,
    deadline: Option<Instant>,
    max_requests: usize,
    sent: AtomicUsize,
    refused_in_a_row: AtomicUsize,
}

#[derive(Default)]
struct Pace {
    paused_until: Option<Instant>,
    next_slot: Option<Instant>,
}

impl Gate {
    pub(super) fn new(options: &ClientOptions) -> Result<Self, ClientError> {
        let interval = match options.rate {
            None => None,
            Some(rate) => Some(
                Some(rate)
                    .filter(|rate| rate.is_finite() && *rate > 0.0)
                    .and_then(|rate| Duration::try_from_secs_f64(rate.recip()).ok())
                    .ok_or(ClientError::Rate(rate))?,
            ),
        };
        Ok(Self {
            permits: Semaphore::new(options.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            pace: Mutex::default(),
            interval,
            stopped: watch::Sender::new(false),
            deadline: options.deadline,
            max_requests: options.max_requests.unwrap_or(usize::MAX),
            sent: AtomicUsize::new(0),
            refused_in_a_row: AtomicUsize::new(0),
        })
    }

    /// Waits for a place among the requests in flight. The permit covers all tries of one request.
    pub(super) async fn enter(&self) -> Result<SemaphorePermit<'_>, Failure> {
        self.check()?;
        match self.unless_over(self.permits.acquire()).await? {
            Ok(permit) => Ok(permit),
            Err(_) => Err(stopped()),
        }
    }

    /// Waits until one try may start, and counts it.
    pub(super) async fn start(&self) -> Result<(), Failure> {
        loop {
            self.check()?;
            let Some(wait_until) = self.claim_slot() else { break };
            if self.deadline.is_some_and(|deadline| wait_until >= deadline) {
                return Err(out_of_time());
            }
            self.unless_over(sleep_until(wait_until)).await?;
        }
        self.sent
            .fetch_update(SeqCst, SeqCst, |sent| (sent < self.max_requests).then_some(sent + 1))
            .map(|_| ())
            .map_err(|_| budget("the request budget of the run is used up"))
    }

    /// Takes the slot that is due now, or says when to ask again.
    fn claim_slot(&self) -> Option<Instant> {
        let mut pace = self.lock();
        let now = Instant::now();
        let due = pace.paused_until.max(pace.next_slot);
        if let Some(due) = due.filter(|due| *due > now) {
            return Some(due);
        }
        pace.next_slot = self.interval.map(|interval| now + interval);
        None
    }

    /// Holds back all requests of the client for `wait`; returns whether the run's time allows to wait that long.
    pub(super) fn pause(&self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        let mut pace = self.lock();
        pace.paused_until = pace.paused_until.max(Some(until));
        self.deadline.is_none_or(|deadline| until < deadline)
    }

    /// Keeps the circuit breaker up to date.
    pub(super) fn note(&self, refused: bool) {
        if refused {
            self.refused_in_a_row.fetch_add(1, SeqCst);
        } else {
            self.refused_in_a_row.store(0, SeqCst);
        }
    }

    /// How many tries went out.
    pub(super) fn sent(&self) -> usize {
        self.sent.load(SeqCst)
    }

    /// Ends all waiting and lets nothing more out.
    pub(super) fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// The time that is left to a request which may take `timeout`, and what to say when it runs out.
    pub(super) fn allowance(&self, timeout: Duration) -> (Duration, Failure) {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match left.filter(|left| *left < timeout) {
            Some(left) => (left, out_of_time()),
            None => (
                timeout,
                Failure::new(TransportErrorKind::Timeout, format!("no complete response within {timeout:?}")),
            ),
        }
    }

    fn check(&self) -> Result<(), Failure> {
        if *self.stopped.borrow() {
            return Err(stopped());
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(out_of_time());
        }
        if self.refused_in_a_row.load(SeqCst) >= MAX_REFUSED {
            return Err(refused());
        }
        Ok(())
    }

    /// Awaits `future`, but not past the deadline or a stop.
    async fn unless_over<T>(&self, future: impl Future<Output = T>) -> Result<T, Failure> {
        let mut stop = self.stopped.subscribe();
        let deadline = async {
            match self.deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = stop.wait_for(|stopped| *stopped) => Err(stopped()),
            () = deadline => Err(out_of_time()),
            value = future => Ok(value),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pace> {
        // A pace has no invariant that a panic elsewhere could have broken.
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn budget(message: &str) -> Failure {
    Failure::new(TransportErrorKind::Budget, message)
}

fn out_of_time() -> Failure {
    budget("the time budget of the run is used up")
}

fn stopped() -> Failure {
    budget("the run was stopped")
}
