//! How much memory the answers take that are kept: a [`Ledger`] for a run, and a [`Held`] in each answer that takes its share out again
//! when the answer is dropped.
//!
//! Rules need whole answers, so a run keeps them while it judges. What a target answers is not ours to choose: without a ledger, a
//! target with large answers decides how much memory the harness takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What an object of a JSON text takes in memory once it was read, in octets: a node of a B-tree has room for eleven members, however few
/// there are.
const PER_OBJECT: usize = 700;

/// What any other value takes, with its key and the room that arrays keep in reserve.
const PER_VALUE: usize = 72;

/// The most octets that content may take once it was read as JSON: many times those that it is written with.
pub(super) const MOST_WEIGHT: usize = 24 << 20;

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
        // What is too heavy to be read is never read.
        let octets =
            content.len() + Some(weight(content)).filter(|weight| *weight <= MOST_WEIGHT).unwrap_or(0);
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

/// What a JSON text takes in memory once it was read, in octets, roughly and rather too much: commas and braces in strings count too, since
/// they cost more to tell apart than they matter.
pub(super) fn weight(content: &[u8]) -> usize {
    let weigh = |octet: &u8| match octet {
        b'{' => PER_OBJECT,
        b',' | b'[' => PER_VALUE,
        _ => 0,
    };
    content.iter().map(weigh).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_held_no_longer() {
        let ledger = Ledger::default();
        let held = ledger.hold(b"[1,2,{\"a\":3}]");
        assert_eq!(ledger.held(), 13 + 3 * PER_VALUE + PER_OBJECT);
        let other = ledger.clone().hold(b"");
        assert_eq!(ledger.held(), 13 + 3 * PER_VALUE + PER_OBJECT);
        drop((held, other));
        assert_eq!(ledger.held(), 0);
    }
}
