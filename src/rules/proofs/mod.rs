//! Proofs: from a finding to a claim that can be checked again by a script.
//!
//! Rules say in words what should have been. What a right answer is follows from what was asked, from the document and from the oracle,
//! whichever rule found it wrong: so candidates are made here for all rules alike, and the first one that the recorded answers break is
//! the proof. A rule that knows better names its own claims, which are tried first.

mod answers;
pub(super) mod claims;
mod holds;
mod lists;

use std::collections::BTreeMap;

use super::{Draft, Scene};
use crate::verdict::{Claim, Proof};

/// What a script needs to show a finding again; nothing where no claim is broken.
pub(super) fn proof(scene: &Scene<'_>, code: &str, draft: &Draft) -> Option<Proof> {
    let candidates = draft.claims.iter().cloned().chain(candidates(scene, code, draft));
    let mut broken = candidates.into_iter().find(|claim| holds::holds(scene, claim) == Some(false))?;
    let mut records = lists::members(scene, &broken, &draft.entries);
    records.dedup();
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    for entry in &draft.entries {
        let next = numbers.len();
        numbers.entry(*entry).or_insert(next);
    }
    // The exchanges of a finding may repeat themselves; the last place of each is as good as its first.
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for (place, entry) in draft.entries.iter().enumerate() {
        places.insert(*entry, place);
    }
    let mut further = Vec::new();
    for exchange in broken.exchanges_mut() {
        let place = places.entry(*exchange).or_insert_with(|| {
            further.push(scene.evidence.entries[*exchange].exchange.clone());
            draft.entries.len() + further.len() - 1
        });
        *exchange = *place;
    }
    Some(Proof { claim: broken, further, records })
}

/// Everything that must hold of the finding's entries, what the rule is about first.
fn candidates(scene: &Scene<'_>, code: &str, draft: &Draft) -> Vec<Claim> {
    let family = code.trim_end_matches(|c: char| c.is_ascii_digit());
    let entries: Vec<usize> = draft.entries.iter().rev().copied().collect();
    let lists = || lists::candidates(scene, &entries, draft.pointer.as_deref());
    match family {
        "HTTP" | "SCH" | "NEG" | "AUT" => {
            entries.iter().flat_map(|entry| answers::candidates(scene, code, *entry)).chain(lists()).collect()
        }
        _ => {
            let answers = entries.iter().flat_map(|entry| answers::candidates(scene, code, *entry));
            lists().into_iter().chain(answers).collect()
        }
    }
}
