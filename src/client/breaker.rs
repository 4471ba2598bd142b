//! The circuit breaker: what is plainly gone is not asked four hundred times more.
//!
//! A [`Breaker`] counts in a row, for the target as a whole and for each operation: connections that nobody accepts, requests that nobody
//! answers in time, and requests that were given up because the target kept asking to wait. One answer sets the counts back. An
//! operation that never answers is left out by itself, so that one broken operation does not end the run for the others.

use std::collections::BTreeMap;

use super::failure::{Failure, refused};
use crate::evidence::TransportErrorKind;

/// After this many refused connections in a row nothing is tried any more.
const MOST_REFUSED: usize = 5;

/// After this many requests in a row without an answer, an operation is not asked any more.
const MOST_SILENT: usize = 5;

/// After this many over all operations, nothing is.
const MOST_SILENT_IN_ALL: usize = 10;

/// After this many requests in a row that the target put off for longer than it is waited for, nothing is.
const MOST_PUT_OFF: usize = 3;

/// What one request says of the target's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Something came back.
    Alive,
    /// Nothing accepts connections.
    Refused,
    /// Nothing came back in time.
    Silent,
    /// The target asks to wait, with this status, and was waited for as long as it may be.
    PutOff(u16),
    /// The request says nothing: a budget of ours kept it back.
    Nothing,
}

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    refused: usize,
    silent: usize,
    put_off: usize,
    silent_operations: BTreeMap<String, usize>,
    gone: Option<String>,
    is_refused: bool,
}

impl Breaker {
    /// Takes in what came of a request. While `cleaning` up, patience is shorter: everything that matters was asked before.
    pub(super) fn note(&mut self, operation: &str, sign: Sign, cleaning: bool) {
        let most = |usual: usize| if cleaning { usual.div_ceil(3) } else { usual };
        match sign {
            Sign::Nothing => {}
            Sign::Alive => {
                (self.refused, self.silent, self.put_off) = (0, 0, 0);
                self.silent_operations.remove(operation);
            }
            Sign::Refused => {
                self.refused += 1;
                if self.refused >= most(MOST_REFUSED) {
                    self.is_refused = true;
                    self.gone.get_or_insert_with(|| {
                        format!("the target accepts no connections any more ({} in a row)", self.refused)
                    });
                }
            }
            Sign::Silent => {
                self.silent += 1;
                let of_operation = self.silent_operations.entry(operation.to_owned()).or_default();
                *of_operation += 1;
                // Past its own limit an operation counts no further: that the others are silent too is yet to be seen.
                if *of_operation > most(MOST_SILENT) {
                    self.silent -= 1;
                }
                if self.silent >= most(MOST_SILENT_IN_ALL) {
                    self.gone.get_or_insert_with(|| {
                        format!("the target answers no more ({} requests in a row timed out)", self.silent)
                    });
                }
            }
            Sign::PutOff(status) => {
                (self.refused, self.silent) = (0, 0);
                self.put_off += 1;
                if self.put_off >= most(MOST_PUT_OFF) {
                    self.gone.get_or_insert_with(|| {
                        format!(
                            "the target keeps asking to wait, longer than it is waited for ({} requests in a row \
                             were answered {status}): send fewer with --rate, or raise its limit",
                            self.put_off
                        )
                    });
                }
            }
        }
    }

    /// Why the target counts as gone, once it does.
    pub(super) fn gone(&self) -> Option<Failure> {
        let message = self.gone.as_ref()?;
        Some(Failure::new(TransportErrorKind::Budget, message.clone()))
    }

    /// Whether an operation may be asked.
    pub(super) fn check(&self, operation: &str) -> Result<(), Failure> {
        if let Some(gone) = self.gone() {
            return Err(if self.is_refused { refused() } else { gone });
        }
        match self.silent_operations.get(operation) {
            Some(silent) if *silent >= MOST_SILENT => Err(Failure::new(
                TransportErrorKind::Budget,
                format!(
                    "the operation gave no answer {MOST_SILENT} times in a row and is not asked any more"
                ),
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Sign::{Alive, PutOff, Refused, Silent};

    /// Signs, what is said of the target, whether the first operation is asked again.
    type Row<'a> = (Vec<(&'a str, Sign)>, Option<&'a str>, bool);

    fn after(signs: &[(&str, Sign)]) -> Breaker {
        let mut breaker = Breaker::default();
        for (operation, sign) in signs {
            breaker.note(operation, *sign, false);
        }
        breaker
    }

    #[test]
    fn what_is_gone_is_not_asked_again() {
        let times = |sign: Sign, count: usize| vec![("list", sign); count];
        let both = |count: usize| [("list", Silent), ("fetch", Silent)].repeat(count);
        let cases: [Row<'_>; 11] = [
            (times(Refused, 4), None, true),
            (times(Refused, 5), Some("accepts no connections"), false),
            ([times(Refused, 4), times(Alive, 1), times(Refused, 4)].concat(), None, true),
            (times(Silent, 4), None, true),
            (times(Silent, 5), None, false),
            (times(Silent, 50), None, false),
            ([times(Silent, 5), times(Alive, 1)].concat(), None, true),
            (both(5), Some("answers no more"), false),
            (times(PutOff(429), 2), None, true),
            (times(PutOff(503), 3), Some("3 requests in a row were answered 503"), false),
            ([times(PutOff(429), 2), times(Alive, 1), times(PutOff(429), 2)].concat(), None, true),
        ];
        for (signs, gone, asked) in cases {
            let breaker = after(&signs);
            let found = breaker.gone().map(|failure| failure.error.message);
            assert_eq!(found.is_some(), gone.is_some(), "{signs:?}");
            assert!(found.unwrap_or_default().contains(gone.unwrap_or_default()), "{signs:?}");
            assert_eq!(breaker.check("list").is_ok(), asked, "{signs:?}");
        }
    }

    #[test]
    fn one_silent_operation_leaves_the_others_alone() {
        let breaker = after(&[("list", Silent); 20]);
        assert!(breaker.check("list").is_err());
        assert!(breaker.check("fetch").is_ok());
    }

    #[test]
    fn nobody_listening_is_said_so() {
        let breaker = after(&[("list", Refused); 5]);
        assert_eq!(breaker.check("fetch").unwrap_err().error.kind, TransportErrorKind::Refused);
    }

    #[test]
    fn cleaning_up_gives_up_sooner() {
        let mut breaker = Breaker::default();
        for _ in 0..2 {
            breaker.note("delete", Refused, true);
        }
        assert!(breaker.gone().is_some());
    }
}
