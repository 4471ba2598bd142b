//! `specproof serve`: the bundled reference server on an address of the user's choice.

use std::io::ErrorKind;
use std::sync::Arc;

use specproof::reference::clock::SystemClock;
use specproof::reference::fault::{FAULTS, Fault};
use specproof::reference::{self, Options};
use specproof::suite::nearest;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::arguments::Serve;
use super::failure::Failure;
use super::{console, signals, suites};

/// Runs the command.
pub(super) fn run(arguments: &Serve) -> Result<u8, Failure> {
    let mut options = Options::new(Arc::new(SystemClock));
    options.token.clone_from(&arguments.token);
    options.agent_replies = arguments.agent_replies;
    options.faults = faults(&arguments.faults)?;
    let runtime = Runtime::new().map_err(|error| Failure::no_verdict(format!("cannot start: {error}")))?;
    runtime.block_on(serve(&arguments.listen, options))
}

async fn serve(address: &str, options: Options) -> Result<u8, Failure> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let mend = "choose another address with --listen, or port 0 for any free one";
        Failure::usage(match error.kind() {
            ErrorKind::AddrInUse => format!("{address} is taken by another program: {mend}"),
            _ => format!("cannot listen on {address}: {error}: {mend}"),
        })
    })?;
    let stopping = |error: std::io::Error| Failure::no_verdict(format!("the server ended: {error}"));
    let address = listener.local_addr().map_err(stopping)?;
    let stop = signals::watch("stopping; once more ends at once").map_err(stopping)?;
    console::print(&format!(
        "reference server for {} on http://{address}; Ctrl-C stops it\n",
        suites::names()
    ))?;
    let mut stopped = stop.subscribe();
    let shutdown = async move {
        // A sender that is gone will never send.
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    reference::serve(listener, options, shutdown).await.map_err(stopping)?;
    Ok(0)
}

/// The faults of these names.
pub(super) fn faults(names: &[String]) -> Result<Vec<&'static Fault>, Failure> {
    let known = || FAULTS.iter().map(|fault| fault.name);
    names
        .iter()
        .map(|name| {
            Fault::named(name).ok_or_else(|| {
                Failure::usage(match nearest(name, known()) {
                    Some(near) => format!("there is no fault `{name}`; did you mean `{near}`?"),
                    None => format!("there is no fault `{name}`: `specproof list faults` names them all"),
                })
            })
        })
        .collect()
}
