//! Decides when a request may go out: concurrency, rate, pauses that the target asks for, budgets, interruption, and the
//! circuit breaker for a target that is gone. One [`Gate`] per client, so that all its requests pause together.
//!
//! A gate has two phases. While cases run, every budget holds. Once [`Gate::begin_cleanup`] was called, what was kept back for
//! cleaning up may be used: requests are not counted against the budget any more, and the time goes to its very end.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::{Instant, sleep_until};

use super::breaker::{Breaker, Sign};
use super::failure::Failure;
use super::options::{ClientError, ClientOptions};
use crate::evidence::{Ledger, TransportErrorKind};

pub(super) struct Gate {
    permits: Semaphore,
    pace: Mutex<Pace>,
    /// The shortest time between two requests.
    interval: Option<Duration>,
    stopped: watch::Sender<bool>,
    deadline: Option<Instant>,
    cleanup_deadline: Option<Instant>,
    max_requests: usize,
    cleaning: AtomicBool,
    sent: AtomicUsize,
    breaker: Mutex<Breaker>,
    /// The answers that are kept.
    ledger: Ledger,
    max_held: usize,
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
            cleanup_deadline: options.cleanup_deadline.or(options.deadline),
            max_requests: options.max_requests.unwrap_or(usize::MAX),
            cleaning: AtomicBool::new(false),
            sent: AtomicUsize::new(0),
            breaker: Mutex::default(),
            ledger: Ledger::default(),
            max_held: options.max_held,
        })
    }

    /// Waits for a place among the requests in flight. The permit covers all tries of one request.
    pub(super) async fn enter(&self, operation: &str) -> Result<SemaphorePermit<'_>, Failure> {
        self.check(operation)?;
        if let Ok(permit) = self.permits.try_acquire() {
            return Ok(permit);
        }
        match self.unless_over(self.permits.acquire()).await? {
            Ok(permit) => Ok(permit),
            Err(_) => Err(stopped()),
        }
    }

    /// Waits until one try may start, and counts it.
    pub(super) async fn start(&self, operation: &str) -> Result<(), Failure> {
        loop {
            self.check(operation)?;
            let Some(wait_until) = self.claim_slot() else { break };
            if self.deadline().is_some_and(|deadline| wait_until >= deadline) {
                return Err(out_of_time());
            }
            self.unless_over(sleep_until(wait_until)).await?;
        }
        let most = if self.is_cleaning() { usize::MAX } else { self.max_requests };
        self.sent
            .fetch_update(SeqCst, SeqCst, |sent| (sent < most).then_some(sent + 1))
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
        self.deadline().is_none_or(|deadline| until < deadline)
    }

    /// Keeps the circuit breaker up to date.
    pub(super) fn note(&self, operation: &str, sign: Sign) {
        self.breaker().note(operation, sign, self.is_cleaning());
    }

    /// Why the target counts as gone, once it does.
    pub(super) fn gone(&self) -> Option<Failure> {
        self.breaker().gone()
    }

    /// Lets out what cleaning up needs: after a stop, past the budget of requests, and to the end of the time that was kept for it.
    /// A target that was gone may be tried again, though not as often.
    pub(super) fn begin_cleanup(&self) {
        self.cleaning.store(true, SeqCst);
        self.stopped.send_replace(false);
        *self.breaker() = Breaker::default();
    }

    fn is_cleaning(&self) -> bool {
        self.cleaning.load(SeqCst)
    }

    fn deadline(&self) -> Option<Instant> {
        if self.is_cleaning() { self.cleanup_deadline } else { self.deadline }
    }

    /// Whether the time of the present phase is used up.
    pub(super) fn is_late(&self) -> bool {
        self.deadline().is_some_and(|deadline| Instant::now() >= deadline)
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
        let left = self.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match left.filter(|left| *left < timeout) {
            Some(left) => (left, out_of_time()),
            None => (
                timeout,
                Failure::new(TransportErrorKind::Timeout, format!("no complete response within {timeout:?}")),
            ),
        }
    }

    fn check(&self, operation: &str) -> Result<(), Failure> {
        if *self.stopped.borrow() {
            return Err(stopped());
        }
        if self.is_late() {
            return Err(out_of_time());
        }
        if !self.is_cleaning() && self.ledger.held() > self.max_held {
            let mebibytes = self.max_held >> 20;
            return Err(budget(&format!(
                "the answers that are kept fill the {mebibytes} MiB that a run has for them"
            )));
        }
        self.breaker().check(operation)
    }

    /// Where the answers that are kept are counted.
    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Awaits `future`, but not past the deadline or a stop.
    async fn unless_over<T>(&self, future: impl Future<Output = T>) -> Result<T, Failure> {
        let mut stop = self.stopped.subscribe();
        let deadline = async {
            match self.deadline() {
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

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(change: impl FnOnce(&mut ClientOptions)) -> Gate {
        let mut options = ClientOptions::new("http://127.0.0.1/".parse().unwrap());
        change(&mut options);
        Gate::new(&options).unwrap()
    }

    const HOUR: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn a_rate_spaces_requests_out() {
        let free = gate(|_| ());
        assert_eq!((free.claim_slot(), free.claim_slot()), (None, None));
        let slow = gate(|options| options.rate = Some(HOUR.as_secs_f64().recip()));
        assert_eq!(slow.claim_slot(), None);
        assert!(slow.claim_slot().is_some());
    }

    #[tokio::test]
    async fn the_longest_pause_holds_for_all() {
        let gate = gate(|options| options.deadline = Some(Instant::now() + 3 * HOUR));
        assert!(gate.pause(2 * HOUR));
        let until = gate.claim_slot();
        assert!(gate.pause(HOUR));
        assert_eq!(gate.claim_slot(), until);
        assert!(!gate.pause(4 * HOUR));
        assert_eq!(gate.start("list").await.unwrap_err().error.kind, TransportErrorKind::Budget);
        assert_eq!(gate.sent(), 0);
    }

    #[tokio::test]
    async fn cleaning_up_has_what_was_kept_back_for_it() {
        let gate = gate(|options| {
            options.max_requests = Some(1);
            options.deadline = Some(Instant::now());
            options.cleanup_deadline = Some(Instant::now() + HOUR);
        });
        assert!(gate.is_late() && gate.start("list").await.is_err());
        gate.stop();
        gate.begin_cleanup();
        for _ in 0..3 {
            assert!(gate.start("delete").await.is_ok());
        }
        assert_eq!((gate.sent(), gate.is_late()), (3, false));
    }

    #[tokio::test]
    async fn permits_are_given_back() {
        let gate = gate(|options| options.concurrency = 0);
        let permit = gate.enter("list").await.unwrap();
        assert!(gate.permits.try_acquire().is_err(), "one place is the least there is");
        drop(permit);
        assert!(gate.enter("list").await.is_ok());
    }
}
