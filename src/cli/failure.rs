//! What ends a command before it has a result, and how that becomes an exit code.

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use super::console;

/// The exit code for bad usage, files and documents.
pub(super) const USAGE: u8 = 2;

/// The exit code for want of a verdict.
pub(super) const NO_VERDICT: u8 = 3;

/// Why a command ended before it had a result.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Bad usage, or a file or document that cannot be used.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { code: USAGE, message: message.into() }
    }

    /// The machine did not give what was needed.
    pub(super) fn no_verdict(message: impl Into<String>) -> Self {
        Self { code: NO_VERDICT, message: message.into() }
    }
}

/// Runs a command; prints why it failed. A panic is a bug of ours and never a verdict.
pub(super) fn guarded(command: impl FnOnce() -> Result<u8, Failure>) -> ExitCode {
    panic::set_hook(Box::new(|info| {
        let what = info.payload_as_str().unwrap_or("no message");
        let place = info.location().map(|place| format!(", {place}")).unwrap_or_default();
        console::complain(&format!(
            "this is a bug in specproof ({what}{place}): please report it with the command that you ran"
        ));
    }));
    match panic::catch_unwind(AssertUnwindSafe(command)) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(failure)) => {
            console::complain(&failure.message);
            ExitCode::from(failure.code)
        }
        Err(_) => ExitCode::from(NO_VERDICT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_no_verdict() {
        let code = |code: u8| format!("{:?}", ExitCode::from(code));
        assert_eq!(format!("{:?}", guarded(|| Ok(1))), code(1));
        assert_eq!(format!("{:?}", guarded(|| Err(Failure::usage("no")))), code(2));
        assert_eq!(format!("{:?}", guarded(|| panic!("as this test wants it"))), code(3));
    }
}
