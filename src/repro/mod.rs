//! Scripts that show a finding again: shell, `curl` and `jq`, for a server that holds nothing yet.
//!
//! [`Scripts`] is a fold over events, as reports are, so that a recording gives the same scripts as the run. A script creates the records
//! that its finding hangs on, sends the requests that show it, and checks the finding's [`Proof`](crate::verdict::Proof); ids, cursors and
//! instants that the target chose are taken from its answers. It ends with 1 if the fault shows, 0 if it does not, 2 if it could not be tried.

mod claim;
mod earlier;
mod library;
mod script;
mod shell;
mod steps;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;

use crate::event::{CaseExchange, Event};
use crate::report::{Located, Tally};
use steps::Steps;
use values::Stream;

/// The largest content, in octets, of an answer that is kept of a case without findings.
const LARGEST: usize = 100_000;
/// The most exchanges that are kept of such a case.
const MOST: usize = 200;

/// What was written for one finding.
#[derive(Clone, Debug)]
pub struct Script {
    /// The case's id.
    pub case: String,
    /// The rule's code.
    pub rule: String,
    /// The name of the file, made of case and rule.
    pub name: String,
    /// The script, or why there is none: a lowercase fragment.
    pub text: Result<String, String>,
}

/// Takes in the events of a run and makes a script for each rule that a report shows of a defect.
#[derive(Debug, Default)]
pub struct Scripts {
    tally: Tally,
    exchanges: BTreeMap<String, Vec<CaseExchange>>,
}

impl Scripts {
    /// Takes in one event. Without the exchanges of the run no script can be made.
    pub fn add(&mut self, event: &Event) {
        self.tally.add(event);
        match event {
            Event::Exchange(exchange) => {
                self.exchanges.entry(exchange.case.clone()).or_default().push(exchange.clone());
            }
            // What a case without findings sent may have done what another shows: some of it is kept.
            Event::CaseFinished(case) if case.judgements.iter().all(|j| j.findings.is_empty()) => {
                if let Some(exchanges) = self.exchanges.get_mut(&case.case) {
                    let size =
                        |sent: &CaseExchange| sent.exchange.response().map_or(0, |r| r.body.bytes().len());
                    exchanges.retain(|sent| size(sent) <= LARGEST);
                    exchanges.truncate(MOST);
                }
            }
            _ => {}
        }
    }

    /// The scripts, in the order in which reports show the findings: for each defect the most specific rules.
    pub fn written(&self) -> Vec<Script> {
        let defects = self.tally.defects();
        defects.iter().flat_map(|defect| &defect.lead).map(|lead| self.script(&lead.shown)).collect()
    }

    /// The script for one finding.
    pub fn script(&self, located: &Located) -> Script {
        let rule = &located.finding.rule;
        let name = format!("{}.{rule}-{}", located.case.replace("::", "."), self.tally.rule_name(rule));
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
            .collect();
        Script {
            case: located.case.clone(),
            rule: rule.clone(),
            name: format!("{}.sh", name.trim_end_matches('-')),
            text: self.text(located),
        }
    }

    fn text(&self, located: &Located) -> Result<String, String> {
        let head = self.tally.head.as_ref().ok_or("the recording has no head")?;
        let proof = located
            .finding
            .proof
            .as_ref()
            .ok_or("what a right answer is could not be put in a form for a script")?;
        let of = |case: String| self.exchanges.get(&case).map_or(&[][..], Vec::as_slice);
        let seeding = of(format!("{}::seeding", located.suite));
        if seeding.is_empty() {
            return Err("the recording holds no exchanges".to_owned());
        }
        let case = of(located.case.clone());
        let earlier = earlier::of(self.exchanges.values().flatten(), seeding, case, &located.finding, proof);
        let claimed = claim::values(&proof.claim);
        let stream = Stream::new(seeding, &earlier, case, &head.namespace, &claimed);
        let steps = Steps::of(&stream, &located.finding, proof, &earlier)?;
        let cleanup = of(format!("{}::cleanup", located.suite));
        script::text(head, self.tally.rule(&located.finding.rule), located, &steps, cleanup)
    }
}
