//! Text that a target may have sent, made fit to be shown.
//!
//! Whatever comes from a target is hostile: it may move a cursor, hide itself or turn the direction of writing. [`visible`] is the
//! one place that decides which characters are shown as escapes; every reporter goes through it and then escapes for its own format.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Whether a character could disturb or deceive whoever reads it, so that it is shown as an escape.
///
/// These are the control characters C0 and C1, the marks that change the direction of writing (Unicode UAX 9), separators
/// that some terminals take as line ends, characters without any width, and the noncharacters that XML 1.0 forbids.
fn disturbs(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}'
                | '\u{ffff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

fn escape(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(|c| disturbs(c) && !keep(c)) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            c if keep(c) || !disturbs(c) => escaped.push(c),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    Cow::Owned(escaped)
}

/// The text on one line, with everything that could disturb a reader shown as an escape such as `\u{1b}` or `\n`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

/// The same, but line feeds stay.
pub(crate) fn visible_lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| c == '\n')
}

/// How many columns a text takes in a terminal.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// The text in at most `limit` columns; `mark` stands where something was cut off.
pub(crate) fn cut<'a>(text: &'a str, limit: usize, mark: &str) -> Cow<'a, str> {
    if columns(text) <= limit {
        return Cow::Borrowed(text);
    }
    let room = limit.saturating_sub(columns(mark));
    let mut taken = 0;
    let mut kept = String::new();
    for character in text.chars() {
        taken += character.width().unwrap_or(0);
        if taken > room {
            break;
        }
        kept.push(character);
    }
    kept.push_str(mark);
    Cow::Owned(kept)
}

/// The start of a text in at most `limit` octets, cut between characters, and how many octets were left out.
pub(crate) fn start(text: &str, limit: usize) -> (&str, usize) {
    let end = text.floor_char_boundary(limit);
    (&text[..end], text.len() - end)
}

/// The text, filled up with blanks to `width` columns.
pub(crate) fn padded(text: &str, width: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', width.saturating_sub(columns(text))));
    padded
}

/// The text in lines of at most `width` columns, broken at blanks where that is possible.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut taken = 0;
        for word in paragraph.split_inclusive(' ') {
            let needed = columns(word.trim_end_matches(' '));
            if taken > 0 && taken + needed > width {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                taken = 0;
            }
            for character in word.chars() {
                let own = character.width().unwrap_or(0);
                if taken + own > width && character != ' ' {
                    lines.push(std::mem::take(&mut line));
                    taken = 0;
                }
                line.push(character);
                taken += own;
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// A number with its noun: `1 case`, `2 cases`.
pub(crate) fn count(number: usize, singular: &str) -> String {
    match (number, singular) {
        (1, _) => format!("1 {singular}"),
        (_, noun) => format!("{number} {noun}s"),
    }
}

/// The first `limit` of some names, and how many more there are.
pub(crate) fn some<'a>(names: impl IntoIterator<Item = &'a str>, limit: usize) -> String {
    let names: Vec<_> = names.into_iter().collect();
    let mut shown = names[..names.len().min(limit)].join(", ");
    if names.len() > limit {
        let _ = write!(shown, " and {} more", names.len() - limit);
    }
    visible(&shown).into_owned()
}

/// A span of time in the unit that suits it.
pub(crate) fn duration(microseconds: u64) -> String {
    match microseconds {
        0..1_000_000 => format!("{} ms", microseconds / 1_000),
        1_000_000..120_000_000 => {
            format!("{}.{:02} s", microseconds / 1_000_000, microseconds % 1_000_000 / 10_000)
        }
        _ => format!("{} min {} s", microseconds / 60_000_000, microseconds / 1_000_000 % 60),
    }
}

/// The text on one line with the characters that mean something in HTML replaced by entities, fit for content and quoted
/// attributes.
pub(crate) fn html(text: &str) -> String {
    entities(&visible(text))
}

/// The same, but line feeds stay; for preformatted content.
pub(crate) fn html_lines(text: &str) -> String {
    entities(&visible_lines(text))
}

fn entities(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A short span of time, to two digits where there is less than ten of a unit.
pub(crate) fn duration_exact(microseconds: u64) -> String {
    match microseconds {
        0..1_000 => format!("{microseconds} µs"),
        1_000..10_000 => format!("{}.{} ms", microseconds / 1_000, microseconds % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", microseconds / 1_000),
        1_000_000..10_000_000 => {
            format!("{}.{} s", microseconds / 1_000_000, microseconds % 1_000_000 / 100_000)
        }
        _ => format!("{} s", microseconds / 1_000_000),
    }
}

/// Writes JSON in which nothing disturbs whoever prints it: such characters can only stand within strings, where an escape means the same.
pub(crate) fn write_json(out: &mut Vec<u8>, value: &impl Serialize) -> serde_json::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Harmless))
}

/// The same as a text.
pub(crate) fn json_text(value: &serde_json::Value) -> String {
    let mut text = Vec::new();
    // A value can be written to memory.
    let _ = write_json(&mut text, value);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes strings with escapes for what disturbs.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        // Most of what is written is plain, and recordings are long.
        while !rest.bytes().all(|octet| (b' '..=b'~').contains(&octet))
            && let Some(at) = rest.find(disturbs)
        {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut characters = rest[at..].chars();
            for unit in characters.by_ref().take(1).flat_map(|one| one.encode_utf16(&mut [0; 2]).to_vec()) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_disturbs_is_shown_as_an_escape() {
        for (hostile, shown) in [
            ("plain ünï 漢字 🙂", "plain ünï 漢字 🙂"),
            ("\x1b[2J\x07", "\\u{1b}[2J\\u{7}"),
            ("a\r\nb\tc\0", "a\\r\\nb\\tc\\u{0}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\u{202e}txt.exe\u{2066}", "\\u{202e}txt.exe\\u{2066}"),
            ("a\u{200b}b\u{feff}\u{2028}", "a\\u{200b}b\\u{feff}\\u{2028}"),
            ("\u{fffe}\u{ffff}\u{7f}", "\\u{fffe}\\u{ffff}\\u{7f}"),
        ] {
            assert_eq!(visible(hostile), shown);
        }
        assert_eq!(visible_lines("a\nb\r\x1b"), "a\nb\\r\\u{1b}");
    }

    #[test]
    fn cutting_falls_between_characters_and_knows_wide_ones() {
        assert_eq!(cut("abcdef", 6, "…"), "abcdef");
        assert_eq!(cut("abcdefg", 6, "…"), "abcde…");
        assert_eq!(cut("漢字漢字", 6, "…"), "漢字…");
        assert_eq!(cut("漢字漢字", 4, "..."), "...");
        assert_eq!(start("äöü", 3), ("ä", 4));
        assert_eq!(start("abc", 9), ("abc", 0));
        assert_eq!(padded("漢", 4), "漢  ");
    }

    #[test]
    fn lines_are_broken_at_blanks_and_long_words_anywhere() {
        assert_eq!(wrapped("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrapped("abcdefghijkl", 8), ["abcdefgh", "ijkl"]);
        assert_eq!(wrapped("a\n\nb", 8), ["a", "", "b"]);
        assert_eq!(wrapped("", 8), [""]);
    }

    #[test]
    fn counts_and_lists_read_as_english() {
        assert_eq!(count(1, "case"), "1 case");
        assert_eq!(count(0, "case"), "0 cases");
        assert_eq!(some(["a", "b", "c"], 2), "a, b and 1 more");
        assert_eq!(some(["a", "b"], 2), "a, b");
        for (microseconds, shown) in
            [(0, "0 ms"), (999_999, "999 ms"), (2_310_000, "2.31 s"), (125_000_000, "2 min 5 s")]
        {
            assert_eq!(duration(microseconds), shown);
        }
        for (microseconds, shown) in [
            (412, "412 µs"),
            (1_650, "1.6 ms"),
            (52_000, "52 ms"),
            (1_250_000, "1.2 s"),
            (61_000_000, "61 s"),
        ] {
            assert_eq!(duration_exact(microseconds), shown);
        }
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({"a\u{202e}": "\u{9b}\u{e0041}\u{1b}é\u{7f}\\"});
        let text = json_text(&value);
        assert_eq!(text, r#"{"a\u202e":"\u009b\udb40\udc41\u001bé\u007f\\"}"#);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn html_is_escaped() {
        assert_eq!(html("<a href='x\">&\x1b"), "&lt;a href=&#39;x&quot;&gt;&amp;\\u{1b}");
        assert_eq!(html("a\nb"), "a\\nb");
        assert_eq!(html_lines("a\n<"), "a\n&lt;");
    }
}
