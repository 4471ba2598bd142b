//! Why there is no response: errors of the transport, sorted by walking their chain of causes.
//!
//! Messages are made here and not taken from the system: no addresses, ports or numbers of errors, so that two runs agree.

use std::error::Error;
use std::io;

use crate::evidence::{TransportError, TransportErrorKind};

/// A transport error, and whether sending again on another connection may be tried.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: TransportError,
    /// The connection ended before a response began. On a reused connection that is what an idle time-out looks like.
    pub(super) closed_before_response: bool,
}

impl Failure {
    pub(super) fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self { error: TransportError { kind, message: message.into() }, closed_before_response: false }
    }
}

/// How far the exchange had come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Up to the end of the response's header section.
    Head,
    /// In the content.
    Content,
}

/// Nothing accepts connections.
pub(super) fn refused() -> Failure {
    Failure::new(TransportErrorKind::Refused, "nothing accepts connections there")
}

/// The content went over `limit` octets.
pub(super) fn too_large(limit: usize) -> Failure {
    Failure::new(TransportErrorKind::TooLarge, format!("the content has more than {limit} octets"))
}

/// The connection ended too early.
pub(super) fn incomplete(phase: Phase) -> Failure {
    let message = match phase {
        Phase::Head => "the connection ended before the response began",
        Phase::Content => "the connection ended before the content did",
    };
    Failure {
        closed_before_response: phase == Phase::Head,
        ..Failure::new(TransportErrorKind::Incomplete, message)
    }
}

/// What came back breaks HTTP; `what` says how.
pub(super) fn malformed(what: &str) -> Failure {
    Failure::new(TransportErrorKind::Malformed, format!("the response is not HTTP: {what}"))
}

/// Sorts an error of reqwest.
pub(super) fn from_reqwest(error: &reqwest::Error, phase: Phase) -> Failure {
    let chain = chain(error);
    #[cfg(feature = "https")]
    if let Some(tls) = chain.iter().find_map(|e| e.downcast_ref::<rustls::Error>()) {
        return from_rustls(tls);
    }
    if error.is_timeout() {
        return Failure::new(TransportErrorKind::Timeout, "no connection within the time allowed");
    }
    let io = chain.iter().find_map(|e| e.downcast_ref::<io::Error>()).map(io::Error::kind);
    if error.is_connect() {
        if chain.iter().any(|e| e.to_string() == "dns error") {
            return Failure::new(TransportErrorKind::Refused, "the host name does not resolve");
        }
        return match io {
            Some(kind) => from_io(kind, phase, true),
            None => other(&chain),
        };
    }
    if let Some(http) = chain.iter().find_map(|e| e.downcast_ref::<hyper::Error>()) {
        if http.is_parse_too_large() {
            return Failure::new(
                TransportErrorKind::TooLarge,
                "the header section is larger than can be read",
            );
        }
        if http.is_parse() {
            return malformed(&http.to_string());
        }
        if http.is_incomplete_message() {
            return incomplete(phase);
        }
    }
    // A limit of the library: HTTP sets none, so it says nothing of the target.
    if chain.iter().any(|e| e.to_string() == "chunk extensions over limit") {
        return Failure::new(TransportErrorKind::Other, "the chunks have more extensions than can be read");
    }
    match io {
        Some(kind) => from_io(kind, phase, false),
        None => other(&chain),
    }
}

/// Sorts an error of a socket.
pub(super) fn from_io(kind: io::ErrorKind, phase: Phase, connecting: bool) -> Failure {
    use io::ErrorKind as K;
    match kind {
        K::ConnectionRefused | K::HostUnreachable | K::NetworkUnreachable | K::AddrNotAvailable => refused(),
        K::TimedOut => Failure::new(TransportErrorKind::Timeout, "the connection timed out"),
        K::UnexpectedEof | K::ConnectionReset | K::ConnectionAborted if connecting => {
            Failure::new(TransportErrorKind::Tls, "the connection ended while TLS was agreed on")
        }
        K::UnexpectedEof | K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe | K::NotConnected => {
            incomplete(phase)
        }
        K::InvalidInput | K::InvalidData if phase == Phase::Content => {
            malformed("the chunked coding of the content is broken")
        }
        kind => Failure::new(TransportErrorKind::Other, kind.to_string()),
    }
}

#[cfg(feature = "https")]
fn from_rustls(error: &rustls::Error) -> Failure {
    let message = match error {
        rustls::Error::InvalidMessage(_) => "the target does not speak TLS on this port".to_owned(),
        rustls::Error::InvalidCertificate(why) => match why {
            rustls::CertificateError::UnknownIssuer => {
                "the certificate is not trusted: its issuer is unknown".into()
            }
            rustls::CertificateError::Expired | rustls::CertificateError::ExpiredContext { .. } => {
                "the certificate is not trusted: it has expired".into()
            }
            rustls::CertificateError::NotValidForName
            | rustls::CertificateError::NotValidForNameContext { .. } => {
                "the certificate is not trusted: it is for another name".into()
            }
            why => format!("the certificate is not trusted: {why}"),
        },
        rustls::Error::AlertReceived(alert) => format!("the target refused TLS with alert {alert:?}"),
        _ => "TLS could not be agreed on".into(),
    };
    Failure::new(TransportErrorKind::Tls, message)
}

fn other(chain: &[&(dyn Error + 'static)]) -> Failure {
    let message = chain.last().map(ToString::to_string).unwrap_or_default();
    Failure::new(TransportErrorKind::Other, message)
}

/// The error and its causes, outermost first. An `io::Error` hides what it wraps from `source`, so it is opened here.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut chain = vec![error];
    let mut last = error;
    loop {
        let wrapped = last.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let next: Option<&'a (dyn Error + 'static)> = match wrapped {
            Some(inner) => Some(inner),
            None => last.source(),
        };
        match next {
            Some(next) => {
                chain.push(next);
                last = next;
            }
            None => return chain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn socket_errors_are_sorted_by_kind_and_phase() {
        use TransportErrorKind as T;
        use io::ErrorKind as K;
        let cases = [
            (K::ConnectionRefused, Phase::Head, true, T::Refused, false),
            (K::ConnectionReset, Phase::Head, true, T::Tls, false),
            (K::ConnectionReset, Phase::Head, false, T::Incomplete, true),
            (K::ConnectionReset, Phase::Content, false, T::Incomplete, false),
            (K::UnexpectedEof, Phase::Content, false, T::Incomplete, false),
            (K::InvalidInput, Phase::Content, false, T::Malformed, false),
            (K::InvalidInput, Phase::Head, false, T::Other, false),
            (K::TimedOut, Phase::Head, false, T::Timeout, false),
        ];
        for (io, phase, connecting, kind, again) in cases {
            let failure = from_io(io, phase, connecting);
            assert_eq!((failure.error.kind, failure.closed_before_response), (kind, again), "{io:?}");
        }
    }

    #[cfg(feature = "https")]
    #[test]
    fn what_an_io_error_wraps_is_found() {
        let inner = io::Error::new(io::ErrorKind::InvalidData, rustls::Error::DecryptError);
        let outer = io::Error::other(inner);
        assert!(chain(&outer).iter().any(|e| e.is::<rustls::Error>()));
    }
}
