//! Where a rule writes down what it saw.

use super::answers::Answer;
use super::paging::strip;
use super::{Rule, Scene, proofs};
use crate::verdict::{Claim, Comparison, Finding, Judgement, Requirement, Verdict};

/// The findings that are written down whatever their inputs; after these only the first of each input is, and the rest is counted.
const ANY_INPUT: usize = 3;

/// The most findings that are written down of one rule on one case.
const MOST_FINDINGS: usize = 1000;

/// One rule's notes on one case.
#[derive(Debug)]
pub struct Sheet<'a> {
    rule: &'static Rule,
    scene: Scene<'a>,
    judged: usize,
    findings: Vec<Finding>,
    doubts: Vec<String>,
    notes: Vec<String>,
}

/// A finding as a rule writes it; the sheet adds the rule and the exchanges.
#[derive(Debug)]
pub struct Draft {
    /// What input showed it; equal in every run.
    pub input: String,
    /// What happened, in one line: a lowercase fragment.
    pub summary: String,
    /// What was broken.
    pub requirement: Requirement,
    /// What should have been.
    pub expected: String,
    /// What was.
    pub actual: String,
    /// The lists side by side.
    pub comparison: Option<Comparison>,
    /// Where in the response content it stands.
    pub pointer: Option<String>,
    /// What does not hold, where the rule knows that better than what can be told from the entries. Exchanges are entries of the evidence.
    pub claims: Vec<Claim>,
    /// The entries of the evidence that show it, the telling one last.
    pub entries: Vec<usize>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(rule: &'static Rule, scene: &Scene<'a>) -> Self {
        Self { rule, scene: *scene, judged: 0, findings: vec![], doubts: vec![], notes: vec![] }
    }

    /// Something was judged and found right, or is about to be found wrong. A rule that judged nothing does not pass.
    pub fn judged(&mut self) {
        self.judged += 1;
    }

    /// The rule is broken, at the level that it declares.
    pub fn fail(&mut self, draft: Draft) {
        self.fail_at(self.rule.level, draft);
    }

    /// The rule is broken, at another level than it declares (never a stronger one).
    pub fn fail_at(&mut self, level: crate::verdict::Level, draft: Draft) {
        self.judged += 1;
        if self.findings.len() >= ANY_INPUT {
            let full = self.findings.len() >= MOST_FINDINGS;
            let same = self.findings.iter().rposition(|finding| finding.input == draft.input);
            if let Some(at) = same.or(full.then(|| self.findings.len() - 1)) {
                self.findings[at].repeats += 1;
                return;
            }
        }
        let entries = &self.scene.evidence.entries;
        // Of the further ones no more than the inputs is kept in the end.
        let proof = (self.findings.len() < ANY_INPUT)
            .then(|| proofs::proof(&self.scene, self.rule.code, &draft).map(Box::new))
            .flatten();
        let strip = draft.comparison.as_ref().and_then(|_| strip::of_walk(&self.scene, &draft.input));
        self.findings.push(Finding {
            rule: self.rule.code.to_owned(),
            level: level.max(self.rule.level),
            input: draft.input,
            summary: draft.summary,
            requirement: draft.requirement,
            expected: draft.expected,
            actual: draft.actual,
            comparison: draft.comparison,
            strip,
            pointer: draft.pointer,
            exchanges: draft
                .entries
                .iter()
                .filter_map(|i| entries.get(*i))
                .map(|e| e.exchange.brief())
                .collect(),
            repeats: 0,
            proof,
            known: None,
        });
    }

    /// Something could not be judged, and why: a lowercase fragment.
    pub fn unsure(&mut self, cause: impl Into<String>) {
        let cause = cause.into();
        if !self.doubts.contains(&cause) {
            self.doubts.push(cause);
        }
    }

    /// Whether an answer says nothing of its request, since the target put that off; why is noted.
    pub(super) fn puts_off(&mut self, answer: &Answer<'_>) -> bool {
        let cause = answer.put_off();
        if let Some(cause) = cause {
            self.unsure(cause);
        }
        cause.is_some()
    }

    /// The level of the rule.
    pub fn level(&self) -> crate::verdict::Level {
        self.rule.level
    }

    /// Something was measured that nothing may be demanded of.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The requirement that the rule itself states, where neither the suite nor the document says it in other words.
    pub fn own_requirement(&self) -> Requirement {
        Requirement { text: self.rule.summary.to_owned(), source: self.rule.source.to_owned() }
    }

    /// All findings: whoever asked trims them once those that are known are marked.
    pub(super) fn into_judgement(self) -> Judgement {
        let (verdict, cause) = if !self.findings.is_empty() {
            (Verdict::Fail, None)
        } else if !self.doubts.is_empty() {
            (Verdict::Inconclusive, Some(self.doubts.join("; ")))
        } else if self.judged == 0 {
            let cause = match self.scene.evidence.obstacles.as_slice() {
                [] => "the evidence holds nothing that this rule judges".to_owned(),
                obstacles => obstacles.join("; "),
            };
            (Verdict::Inconclusive, Some(cause))
        } else {
            (Verdict::Pass, None)
        };
        Judgement {
            rule: self.rule.code.to_owned(),
            verdict,
            findings: self.findings,
            more: Vec::new(),
            cause,
            notes: self.notes,
        }
    }
}
