//! The corpus of awkward strings: data in `fixtures/corpus.toml`, read once.
//!
//! A [`CorpusEntry`] is a string that real servers have broken on, with the reason it is here. What the file claims of
//! an entry (planes, lengths, normal forms) is tested, so that an editor that "repairs" a string does not go unseen.

use std::sync::OnceLock;

use serde::Deserialize;

const SOURCE: &str = include_str!("../../fixtures/corpus.toml");

/// A string that breaks servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusEntry {
    /// Kebab-case, unique.
    pub name: String,
    /// The string itself, repetitions written out.
    pub text: String,
    /// What goes wrong with it where.
    pub why: String,
    /// The empty string: a `minLength` of 1 refuses it.
    pub empty: bool,
    /// Holds U+0000, which many stores refuse.
    pub nul: bool,
    /// Holds a Unicode noncharacter, which some stores and every XML refuse.
    pub noncharacter: bool,
    /// Its length in code points, where the length is the reason.
    pub points: Option<usize>,
    /// The name of the entry that is the same text in Normalization Form C, where this one is in Form D.
    pub decomposes: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    entry: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    text: String,
    why: String,
    #[serde(default = "once")]
    repeat: usize,
    #[serde(default)]
    empty: bool,
    #[serde(default)]
    nul: bool,
    #[serde(default)]
    noncharacter: bool,
    points: Option<usize>,
    decomposes: Option<String>,
}

fn once() -> usize {
    1
}

/// The corpus, in the order of its file.
pub fn corpus() -> &'static [CorpusEntry] {
    static CORPUS: OnceLock<Vec<CorpusEntry>> = OnceLock::new();
    CORPUS.get_or_init(|| {
        let file: File = toml::from_str(SOURCE).expect("fixtures/corpus.toml is part of the program and tested");
        let rows = file.entry.into_iter().map(|row| CorpusEntry {
            text: row.text.repeat(row.repeat),
            name: row.name,
            why: row.why,
            empty: row.empty,
            nul: row.nul,
            noncharacter: row.noncharacter,
            points: row.points,
            decomposes: row.decomposes,
        });
        rows.collect()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::corpus;

    fn combining(character: char) -> bool {
        matches!(character, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{1160}'..='\u{11ff}' | '\u{3099}')
    }

    fn noncharacter(character: char) -> bool {
        u32::from(character) & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&character)
    }

    #[test]
    fn names_and_texts_are_unique() {
        let names: BTreeSet<_> = corpus().iter().map(|entry| &entry.name).collect();
        let texts: BTreeSet<_> = corpus().iter().map(|entry| &entry.text).collect();
        assert_eq!(names.len(), corpus().len());
        assert_eq!(texts.len(), corpus().len());
        for entry in corpus() {
            let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(entry.name.chars().all(kebab) && !entry.why.is_empty(), "{}", entry.name);
        }
    }

    #[test]
    fn the_claims_hold() {
        for entry in corpus() {
            let points = entry.text.chars().count();
            assert_eq!(entry.empty, points == 0, "{}", entry.name);
            assert_eq!(entry.nul, entry.text.contains('\0'), "{}", entry.name);
            assert_eq!(entry.noncharacter, entry.text.chars().any(noncharacter), "{}", entry.name);
            assert!(entry.points.is_none_or(|claimed| claimed == points), "{}: {points}", entry.name);
        }
        for size in [255, 256, 257, 1023, 1024, 1025] {
            assert!(corpus().iter().any(|entry| entry.points == Some(size)), "{size}");
        }
    }

    #[test]
    fn every_plane_is_there() {
        let planes: BTreeSet<u32> =
            corpus().iter().flat_map(|entry| entry.text.chars()).map(|c| u32::from(c) >> 16).collect();
        assert_eq!(planes, (0..=16).collect());
    }

    #[test]
    fn decomposed_forms_differ_from_composed_ones() {
        let mut pairs = 0;
        for entry in corpus() {
            let Some(name) = &entry.decomposes else { continue };
            let composed = corpus().iter().find(|other| other.name == *name).expect(name);
            assert_ne!(composed.text, entry.text);
            assert!(entry.text.chars().any(combining) && !composed.text.chars().any(combining), "{name}");
            pairs += 1;
        }
        assert!(pairs >= 2);
    }

    #[test]
    fn the_characters_that_matter_are_there() {
        let all: String = corpus().iter().map(|entry| entry.text.as_str()).collect();
        for wanted in [
            "\u{d7ff}", "\u{e000}", "\u{fffd}", "\u{ffff}", "\u{feff}", "\u{2028}", "\u{85}", "\u{200d}", "\u{200b}",
            "\u{fe0f}", "\u{202e}", "\u{a0}", "\r\n", "\t", "\\", "%00", "%2F", "%ff", "\"", "'", "<", "$", "{{", "null",
            "NaN",
        ] {
            assert!(all.contains(wanted), "{wanted:?}");
        }
    }
}
