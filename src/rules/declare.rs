//! What a rule declares, and the macro that captures its documentation.

use super::{Scene, Sheet};
use crate::event::RuleHead;
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::verdict::{Basis, Level};

/// One property of a target.
#[derive(Debug)]
pub struct Rule {
    /// The code, such as `PAG003`: a family and a number, never used again for another rule.
    pub code: &'static str,
    /// The kebab-case name of the violation.
    pub name: &'static str,
    /// How strongly it demands.
    pub level: Level,
    /// Why it holds.
    pub basis: Basis,
    /// Where that stands, in general: an RFC section with its address, the kind of document keyword, the kind of requirement.
    pub source: &'static str,
    /// The version of specproof that brought it.
    pub since: &'static str,
    /// What must be, in one sentence.
    pub summary: &'static str,
    /// Codes of rules that a violation of this one usually breaks too; their findings are folded under this one's.
    pub implies: &'static [&'static str],
    /// The kinds of scenarios whose evidence it judges.
    pub scenarios: &'static [Kind],
    /// Whether it has anything to judge in a case of these kinds.
    pub applies: fn(&Suite, &Case) -> bool,
    /// The documentation in Markdown, under the fixed headings.
    pub docs: &'static str,
    /// The check.
    pub check: fn(&Scene<'_>, &mut Sheet<'_>),
}

/// The headings that every rule's documentation has, in order.
pub const HEADINGS: [&str; 5] =
    ["What it checks", "Why it matters", "Example", "Source", "False alarms and how they are avoided"];

impl Rule {
    /// `PAG003-item-repeated`.
    pub fn id(&self) -> String {
        format!("{}-{}", self.code, self.name)
    }

    /// The family: the letters of the code.
    pub fn family(&self) -> &'static str {
        self.code.trim_end_matches(|c: char| c.is_ascii_digit())
    }

    /// The rule in brief, for the event stream.
    pub fn head(&self) -> RuleHead {
        RuleHead {
            code: self.code.to_owned(),
            name: self.name.to_owned(),
            level: self.level,
            basis: self.basis,
            summary: self.summary.to_owned(),
            source: self.source.to_owned(),
            docs: docs(self.docs),
            implies: self.implies.iter().map(|code| (*code).to_owned()).collect(),
        }
    }
}

/// The documentation without the blank that stands before each line of a doc comment.
fn docs(comment: &str) -> String {
    comment.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// For rules that judge every case of their kinds.
pub(crate) fn always(_: &Suite, _: &Case) -> bool {
    true
}

/// Declares a rule: its documentation is the doc comment, under the headings of [`HEADINGS`].
macro_rules! rule {
    (
        $(#[doc = $doc:literal])+
        $name:ident {
            code: $code:literal, name: $kebab:literal, level: $level:ident, basis: $basis:ident,
            source: $source:literal,
            summary: $summary:literal,
            implies: [$($implied:literal),* $(,)?],
            scenarios: $scenarios:expr,
            applies: $applies:expr,
            check: $check:expr $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        pub(crate) static $name: $crate::rules::Rule = $crate::rules::Rule {
            code: $code,
            name: $kebab,
            level: $crate::verdict::Level::$level,
            basis: $crate::verdict::Basis::$basis,
            source: $source,
            since: "0.1.0",
            summary: $summary,
            implies: &[$($implied),*],
            scenarios: $scenarios,
            applies: $applies,
            docs: concat!($($doc, "\n"),+),
            check: $check,
        };
    };
}
pub(crate) use rule;
