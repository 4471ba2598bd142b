//! Listening: [`serve`] on a listener of the caller, [`Running`] on a free port of the loopback interface.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::serve::ListenerExt;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Options, router};

/// How long [`Running::stop`] waits for open connections before it cuts them.
const GRACE: Duration = Duration::from_secs(2);

/// Answers on `listener` until `shutdown` ends, then finishes the requests under way.
///
/// # Errors
/// What the listener reports.
pub async fn serve(
    listener: TcpListener,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    serve_until(listener, options, Box::pin(shutdown)).await
}

/// The same with everything boxed, so that the server is compiled here once, and not again in each program that starts it.
fn serve_until(
    listener: TcpListener,
    options: Options,
    shutdown: BoxFuture<'static, ()>,
) -> BoxFuture<'static, io::Result<()>> {
    // Without TCP_NODELAY a small answer may wait for the client's delayed acknowledgement. A socket that refuses the
    // option still works.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    Box::pin(axum::serve(listener, router(options)).with_graceful_shutdown(shutdown).into_future())
}

/// A server on a port of its own, with a store of its own.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// Starts a server on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (shutdown, stopped) = oneshot::channel();
        // A sender that is dropped stops the server as well as one that sends.
        let asked = stopped.map(drop).boxed();
        let task = tokio::spawn(serve_until(listener, options, asked));
        Ok(Self { address, shutdown, task })
    }

    /// The address, as `http://127.0.0.1:port` without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the server. Requests under way are finished; a connection that does not end within two seconds is cut.
    pub async fn stop(self) {
        let Self { shutdown, mut task, .. } = self;
        let _ = shutdown.send(());
        if timeout(GRACE, &mut task).await.is_err() {
            task.abort();
        }
    }
}
