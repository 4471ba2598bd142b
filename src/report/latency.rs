//! How long the requests of one operation took: [`Latencies`].

/// Times from the first octet sent to the last octet read, in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies(Vec<u64>);

impl Latencies {
    /// Adds one request.
    pub fn add(&mut self, microseconds: u64) {
        self.0.push(microseconds);
    }

    /// How many requests there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The times, the shortest first.
    #[must_use]
    pub fn sorted(&self) -> Vec<u64> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted
    }

    /// The time that this share of the requests (in thousandths) did not exceed: the nearest rank, so that it is a time that was measured.
    #[must_use]
    pub fn at(&self, thousandths: usize) -> Option<u64> {
        let rank = (self.0.len() * thousandths.min(1000)).div_ceil(1000);
        self.sorted().get(rank.saturating_sub(1)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_time_that_was_measured() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.at(500), None);
        for microseconds in [40, 10, 30, 20] {
            latencies.add(microseconds);
        }
        for (share, microseconds) in
            [(0, 10), (250, 10), (500, 20), (510, 30), (950, 40), (1000, 40), (9999, 40)]
        {
            assert_eq!(latencies.at(share), Some(microseconds), "{share}");
        }
    }
}
