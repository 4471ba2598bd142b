//! Ctrl-C and SIGTERM: the first ends a run in order, the second at once.

use std::io;
use std::sync::Arc;

use tokio::sync::watch;

use super::console;
use super::failure::NO_VERDICT;

/// Watches for signals from now on. What is given turns true with the first; the second ends the process.
pub(super) fn watch(notice: &'static str) -> io::Result<Arc<watch::Sender<bool>>> {
    let sender = Arc::new(watch::Sender::new(false));
    let mut signals = Signals::new()?;
    let stop = Arc::clone(&sender);
    tokio::spawn(async move {
        signals.next().await;
        console::note(notice);
        stop.send_replace(true);
        signals.next().await;
        std::process::exit(NO_VERDICT.into());
    });
    Ok(sender)
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Where Ctrl-C cannot be watched, it ends the process by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
