//! What entries of the user's put up with, entry by entry, for every report.

use super::fold::Located;
use super::tally::Tally;
use crate::verdict::Known;

/// A known failure that the run met.
#[derive(Clone, Copy, Debug)]
pub struct Excused<'a> {
    /// The entry.
    pub known: &'a Known,
    /// Its first finding.
    pub first: &'a Located,
    /// In how many cases it was met.
    pub cases: usize,
}

impl Excused<'_> {
    /// What failed, as the entry names it.
    #[must_use]
    pub fn what(&self) -> String {
        let Located { suite, operation, finding, .. } = self.first;
        format!("{suite}::{operation} {} {}", finding.rule, finding.input)
    }

    /// Why it is put up with, and where that is said.
    #[must_use]
    pub fn why(&self) -> String {
        let Known { reason, link, until, place } = self.known;
        let link = link.as_ref().map(|link| format!(", {link}")).unwrap_or_default();
        let until = until.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
        format!("{reason} ({place}{until}{link})")
    }
}

impl Tally {
    /// The known failures that the run met, in the order in which they were met.
    #[must_use]
    pub fn excused(&self) -> Vec<Excused<'_>> {
        let mut excused: Vec<Excused<'_>> = Vec::new();
        for located in self.known() {
            let Some(known) = &located.finding.known else { continue };
            match excused.iter_mut().find(|one| one.known.place == known.place) {
                Some(one) => one.cases += 1,
                None => excused.push(Excused { known, first: located, cases: 1 }),
            }
        }
        excused
    }
}
