//! Colours, glyphs and widths: how a line is drawn, apart from what it says.

use anstyle::{AnsiColor, Style};

use super::Options;
use crate::report::Sign;
use crate::report::text::{cut, visible, visible_lines, wrapped};
use crate::verdict::Level;

/// How many lines of an excerpt are shown.
const EXCERPT_LINES: usize = 12;

/// How many octets of an excerpt are looked at; more cannot be shown anyway.
const EXCERPT_OCTETS: usize = 4096;

/// The pen of the terminal report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    color: bool,
    unicode: bool,
    /// Columns that may be used.
    pub(super) width: usize,
}

impl Ink {
    pub(super) fn new(options: &Options) -> Self {
        Self { color: options.color, unicode: options.unicode, width: options.width.clamp(40, 200) }
    }

    fn painted(self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("{}{text}{}", style.render(), style.render_reset())
        } else {
            text.to_owned()
        }
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.painted(Style::new().bold(), text)
    }

    pub(super) fn faint(self, text: &str) -> String {
        self.painted(Style::new().dimmed(), text)
    }

    /// The colour of a sign.
    pub(super) fn signed(self, sign: Sign, text: &str) -> String {
        let color = match sign {
            Sign::Skipped => return self.faint(text),
            Sign::Pass => AnsiColor::Green,
            Sign::Known => AnsiColor::Blue,
            Sign::Inconclusive => AnsiColor::Cyan,
            Sign::Tolerated => AnsiColor::Yellow,
            Sign::Fail => AnsiColor::Red,
            Sign::Error => AnsiColor::Magenta,
        };
        self.painted(color.on_default(), text)
    }

    /// The colour of a level.
    pub(super) fn levelled(self, level: Level, text: &str) -> String {
        let color = match level {
            Level::Must => AnsiColor::Red,
            Level::Should => AnsiColor::Yellow,
            Level::May => AnsiColor::Cyan,
        };
        self.painted(color.on_default().bold(), text)
    }

    pub(super) fn glyph(self, sign: Sign) -> String {
        self.signed(sign, sign.glyph(self.unicode))
    }

    pub(super) fn bare_glyph(self, sign: Sign) -> &'static str {
        sign.glyph(self.unicode)
    }

    pub(super) fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    pub(super) fn arrow(self) -> &'static str {
        if self.unicode { "→" } else { "->" }
    }

    /// A time as far as the terminal can show its unit.
    pub(super) fn unit(self, time: &str) -> String {
        if self.unicode { time.to_owned() } else { time.replace('µ', "u") }
    }

    pub(super) fn bar(self) -> &'static str {
        if self.unicode { "│" } else { "|" }
    }

    pub(super) fn rule(self) -> &'static str {
        if self.unicode { "─" } else { "-" }
    }

    /// One line of hostile text in at most `limit` columns.
    pub(super) fn line(self, text: &str, limit: usize) -> String {
        cut(&visible(text), limit, self.ellipsis()).into_owned()
    }

    /// Hostile text in lines of at most `width` columns; a long text is cut.
    pub(super) fn excerpt(self, text: &str, width: usize) -> Vec<String> {
        let (start, left) = crate::report::text::start(text, EXCERPT_OCTETS);
        let mut lines = wrapped(&visible_lines(start), width);
        let over = lines.len() > EXCERPT_LINES;
        if over || left > 0 {
            lines.truncate(EXCERPT_LINES);
            lines.push(format!("{} (cut; {} octets in all)", self.ellipsis(), text.len()));
        }
        lines
    }
}
