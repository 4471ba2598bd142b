//! Ids from one counter: [`Ids`] gives each record an id that looks random and is the same in every run.
//!
//! The counter is mixed, so that neither the text nor the order of ids tells anything about the order of creation, as with
//! the random ids of real servers.

use uuid::Builder;

/// A source of ids, unique within one store.
#[derive(Default)]
pub(crate) struct Ids {
    given: u64,
}

impl Ids {
    /// 21 characters of `A-Za-z0-9_-`, the form that the nanoid libraries made usual.
    pub(crate) fn nanoid(&mut self) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
        let mut rest = self.next();
        (0..21)
            .map(|_| {
                let letter = ALPHABET[usize::from(rest.to_le_bytes()[0] & 63)];
                rest >>= 6;
                char::from(letter)
            })
            .collect()
    }

    /// A UUID of version 4 (RFC 9562).
    pub(crate) fn uuid(&mut self) -> String {
        Builder::from_random_bytes(self.next().to_be_bytes()).into_uuid().to_string()
    }

    fn next(&mut self) -> u128 {
        self.given += 1;
        let low = mix(self.given);
        (u128::from(mix(low ^ 0x5bd1_e995_9d1b_58d3)) << 64) | u128::from(low)
    }
}

/// The output step of the `SplitMix64` generator, a bijection of 64 bits.
fn mix(counter: u64) -> u64 {
    let mut z = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_in_no_order() {
        let mut ids = Ids::default();
        let uuids: Vec<String> = (0..1000).map(|_| ids.uuid()).collect();
        let nanoids: Vec<String> = (0..1000).map(|_| ids.nanoid()).collect();
        assert_eq!(uuids.iter().collect::<BTreeSet<_>>().len(), 1000);
        assert_eq!(nanoids.iter().collect::<BTreeSet<_>>().len(), 1000);
        assert!(!uuids.is_sorted() && !nanoids.is_sorted());
        assert!(uuids.iter().all(|id| uuid::Uuid::parse_str(id).is_ok_and(|id| id.get_version_num() == 4)));
        assert!(nanoids.iter().all(|id| id.len() == 21));
    }
}
