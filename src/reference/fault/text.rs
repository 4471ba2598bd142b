//! Changes of text that servers make by accident.

/// Cuts text to so many code points.
pub(crate) fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

/// Composes the commonest letters with a combining mark, a small part of Unicode's normalisation form C.
pub(crate) fn composed(text: &str) -> String {
    const PAIRS: &[(&str, &str)] = &[
        ("a\u{301}", "á"),
        ("e\u{301}", "é"),
        ("i\u{301}", "í"),
        ("o\u{301}", "ó"),
        ("u\u{301}", "ú"),
        ("a\u{300}", "à"),
        ("e\u{300}", "è"),
        ("a\u{308}", "ä"),
        ("o\u{308}", "ö"),
        ("u\u{308}", "ü"),
        ("n\u{303}", "ñ"),
        ("c\u{327}", "ç"),
        ("a\u{30a}", "å"),
        ("E\u{301}", "É"),
        ("A\u{308}", "Ä"),
        ("O\u{308}", "Ö"),
        ("U\u{308}", "Ü"),
        ("A\u{30a}", "Å"),
    ];
    PAIRS.iter().fold(text.to_owned(), |text, (apart, together)| text.replace(apart, together))
}

/// Escapes HTML's three special characters.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Puts the replacement character for each character outside the Basic Multilingual Plane.
pub(crate) fn without_astral(text: &str) -> String {
    text.chars().map(|it| if u32::from(it) > 0xffff { '\u{fffd}' } else { it }).collect()
}

/// Removes zero-width characters and the byte order mark.
pub(crate) fn without_zero_width(text: &str) -> String {
    text.replace(['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'], "")
}

/// Replaces the offset of a date-time by `Z` and leaves the rest, which makes it another instant.
pub(crate) fn zone_dropped(text: &str) -> String {
    match text.char_indices().nth_back(5) {
        Some((at, '+' | '-')) if at > 10 => format!("{}Z", &text[..at]),
        _ => text.to_owned(),
    }
}

/// Cuts the fraction of a second out of a date-time.
pub(crate) fn whole_seconds(text: &str) -> String {
    let Some((head, tail)) = text.split_once('.') else {
        return text.to_owned();
    };
    format!("{head}{}", tail.trim_start_matches(|it: char| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_hit_their_characters_and_no_others() {
        assert_eq!(composed("ae\u{301}x"), "aéx");
        assert_eq!(escaped("<&>"), "&lt;&amp;&gt;");
        assert_eq!(without_astral("é😀"), "é\u{fffd}");
        assert_eq!(without_zero_width("a\u{200b}b"), "ab");
        assert_eq!(cut("éa😀", 2), "éa");
        assert_eq!(zone_dropped("2020-01-01T00:00:00.5-01:00"), "2020-01-01T00:00:00.5Z");
        assert_eq!(zone_dropped("2020-01-01T00:00:00Z"), "2020-01-01T00:00:00Z");
        assert_eq!(zone_dropped(""), "");
        assert_eq!(whole_seconds("2020-01-01T00:00:00.123+01:00"), "2020-01-01T00:00:00+01:00");
    }
}
