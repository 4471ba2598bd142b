//! How much memory the answers take that are kept: a [`Ledger`] for a run, and a [`Held`] in each answer that takes its share out again
//! when the answer is dropped.
//!
//! Rules need whole answers, so a run keeps them while it judges. What a target answers is not ours to choose: without a ledger, a
//! target with large answers decides how much memory the harness takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What a value of a JSON text takes in memory once it was read, in octets: its node, its key, and the room that containers keep in
/// reserve. Measured on objects of a few members.
const PER_VALUE: usize = 64;

/// The octets that are kept of a run's answers. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Arc<AtomicUsize>);

impl Ledger {
    /// How many octets are kept now.
    pub fn held(&self) -> usize {
        self.0.load(Relaxed)
    }

    /// Takes note of content that is going to be kept, and of what it takes once it was read as JSON.
    #[must_use]
    pub fn hold(&self, content: &[u8]) -> Held {
        let octets = content.len() + PER_VALUE * values(content);
        self.0.fetch_add(octets, Relaxed);
        Held { ledger: self.clone(), octets }
    }
}

/// The share of one answer.
#[derive(Debug)]
pub struct Held {
    ledger: Ledger,
    octets: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.ledger.0.fetch_sub(self.octets, Relaxed);
    }
}

/// How many values a JSON text has at most. Commas in strings count too, since they cost more to tell apart than they matter.
pub(super) fn values(content: &[u8]) -> usize {
    1 + content.iter().filter(|octet| matches!(octet, b',' | b'[' | b'{')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_held_no_longer() {
        let ledger = Ledger::default();
        let held = ledger.hold(b"[1,2,{\"a\":3}]");
        assert_eq!(ledger.held(), 13 + 5 * PER_VALUE);
        let other = ledger.clone().hold(b"");
        assert_eq!(ledger.held(), 13 + 6 * PER_VALUE);
        drop((held, other));
        assert_eq!(ledger.held(), 0);
    }
}
