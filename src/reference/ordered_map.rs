//! [`OrderedMap`]: records in order of creation, found by name and by position.
//!
//! A page must cost its size and not the collection's, so the records lie in a vector. Removal leaves no hole: a record is
//! found through a serial number that grows along the vector.

use std::collections::BTreeMap;

/// Records by unique name, in order of insertion.
pub(crate) struct OrderedMap<T> {
    entries: Vec<(u64, T)>,
    serial_of: BTreeMap<String, u64>,
    inserted: u64,
}

impl<T> Default for OrderedMap<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), serial_of: BTreeMap::new(), inserted: 0 }
    }
}

impl<T> OrderedMap<T> {
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.position(name).map(|at| &self.entries[at].1)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.position(name).map(|at| &mut self.entries[at].1)
    }

    /// Appends a record. One that had the same name stays in the order, but is no longer found by name.
    pub(crate) fn insert(&mut self, name: String, value: T) {
        self.serial_of.insert(name, self.inserted);
        self.entries.push((self.inserted, value));
        self.inserted += 1;
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<T> {
        let at = self.position(name)?;
        self.serial_of.remove(name);
        Some(self.entries.remove(at).1)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.serial_of.contains_key(name)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All records, oldest first. Skipping costs nothing.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.entries.iter().map(|(_, value)| value)
    }

    fn position(&self, name: &str) -> Option<usize> {
        let serial = self.serial_of.get(name)?;
        self.entries.binary_search_by_key(serial, |(serial, _)| *serial).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removal_keeps_order_and_names() {
        let mut map = OrderedMap::default();
        for name in ["c", "a", "b", "d"] {
            map.insert(name.to_owned(), name);
        }
        assert_eq!(map.remove("a"), Some("a"));
        assert_eq!(map.remove("a"), None);
        assert_eq!(map.get("d"), Some(&"d"));
        map.insert("a".to_owned(), "again");
        assert_eq!(map.iter().copied().collect::<Vec<_>>(), ["c", "b", "d", "again"]);
        assert_eq!(map.iter().rev().nth(1), Some(&"d"));
        assert_eq!((map.len(), map.contains("a"), map.is_empty()), (4, true, false));
    }
}
