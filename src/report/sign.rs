//! How a verdict is shown: one [`Sign`] for a rule, a case or a whole operation, in every report.

use crate::verdict::{Judgement, Level, Verdict};

/// The one thing that a reader wants to see first, from best to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// Not run, by decision of the plan.
    #[default]
    Skipped,
    /// Everything that was judged holds.
    Pass,
    /// Broken, and an entry of the user's puts up with it.
    Known,
    /// Something could not be judged.
    Inconclusive,
    /// A `should` or a `may` was broken, which only a strict run does not tolerate.
    Tolerated,
    /// A `must` was broken.
    Fail,
    /// The harness failed.
    Error,
}

impl Sign {
    /// The sign of a judgement: an entry of the user's takes nothing back but a failure.
    #[must_use]
    pub fn of_judgement(judgement: &Judgement) -> Self {
        if judgement.is_known() { Self::Known } else { Self::of(judgement.verdict, judgement.level()) }
    }

    /// The sign of a verdict; `level` is the strongest one that was broken and is not known.
    #[must_use]
    pub fn of(verdict: Verdict, level: Option<Level>) -> Self {
        match (verdict, level) {
            (Verdict::Pass, _) => Self::Pass,
            (Verdict::Inconclusive, _) => Self::Inconclusive,
            (Verdict::Fail, Some(Level::Should | Level::May)) => Self::Tolerated,
            (Verdict::Fail, _) => Self::Fail,
            (Verdict::Error, _) => Self::Error,
        }
    }

    /// One character: `✓ ≈ ✗ ! ~ - ‼`, or what comes near them in ASCII.
    #[must_use]
    pub fn glyph(self, unicode: bool) -> &'static str {
        match (self, unicode) {
            (Self::Skipped, _) => "-",
            (Self::Pass, true) => "✓",
            (Self::Pass, false) => "+",
            (Self::Known, true) => "≈",
            (Self::Known, false) => "k",
            (Self::Inconclusive, _) => "~",
            (Self::Tolerated, _) => "!",
            (Self::Fail, true) => "✗",
            (Self::Fail, false) => "x",
            (Self::Error, true) => "‼",
            (Self::Error, false) => "E",
        }
    }

    /// One word: the verdict's, or `skipped`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Pass => "pass",
            Self::Known => "known",
            Self::Inconclusive => "inconclusive",
            Self::Tolerated | Self::Fail => "fail",
            Self::Error => "error",
        }
    }

    /// One word that tells all signs apart, for style sheets.
    #[must_use]
    pub fn class(self) -> &'static str {
        if self == Self::Tolerated { "tolerated" } else { self.word() }
    }
}

/// The word of a level, as RFC 2119 has it.
pub(crate) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Must => "must",
        Level::Should => "should",
        Level::May => "may",
    }
}
