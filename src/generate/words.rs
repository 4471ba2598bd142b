//! Text that looks as if people wrote it, and metadata that is hard to keep, both from a seeded generator.

use fake::{
    Fake,
    faker::{
        lorem::en::{Sentence, Word},
        name::en::Name,
    },
};
use rand::{RngExt, rngs::ChaCha8Rng};
use serde_json::{Value, json};

use super::corpus;

/// Source of readable text; the same state of the generator gives the same text.
#[derive(Clone, Copy, Debug)]
pub struct Words;

impl Words {
    /// A sentence of three to eleven words.
    pub fn sentence(rng: &mut ChaCha8Rng) -> String {
        Sentence(3..12).fake_with_rng(rng)
    }

    /// A person's name.
    pub fn name(rng: &mut ChaCha8Rng) -> String {
        Name().fake_with_rng(rng)
    }

    /// A single word of ASCII letters.
    pub fn word(rng: &mut ChaCha8Rng) -> String {
        Word().fake_with_rng(rng)
    }

    /// An object of everything that is lost easily between a request and a store: nesting, null, empty containers,
    /// integers beyond 2^53, floats small, large and of many digits, keys that differ only by case, that are empty, padded or
    /// decomposed, lists of one and lists that sorting would change, text that reads like another type, a string of the corpus
    /// (never one with NUL or a noncharacter, which a server may refuse).
    pub fn metadata(rng: &mut ChaCha8Rng) -> Value {
        let strings: Vec<_> = corpus().iter().filter(|entry| !entry.nul && !entry.noncharacter).collect();
        let awkward =
            strings.get(rng.random_range(0..strings.len().max(1))).map_or("", |entry| entry.text.as_str());
        json!({
            "title": Self::sentence(rng),
            "author": {"name": Self::name(rng), "tags": [Self::word(rng), Self::word(rng)], "address": {"zip": "00501"}},
            "list": [1, "two", null, [3.5, {"four": false}], {}],
            "nothing": null,
            "empty_object": {},
            "empty_array": [],
            "empty_text": "",
            "yes": true,
            "no": false,
            "zero": 0,
            "count": rng.random_range(1..1_000_000),
            "beyond_double": 9_007_199_254_740_993_u64,
            "negative": -rng.random_range(1_i64..1_000_000_000),
            "tenth": 0.1,
            "small": 1e-7,
            "large": 1.5e300,
            "number_text": "0123",
            "Case": "upper",
            "case": "lower",
            "dotted.key": 1,
            "key with spaces": 2,
            "$dollar": 3,
            "sch\u{fc}ssel \u{1f511}": 4,
            "awkward": awkward,
            "": 5,
            " padded ": 6,
            "cafe\u{301}": 7,
            "single": ["one"],
            "unsorted": [3, 1, 2, 1],
            "digits": 0.300_000_000_000_000_04,
            "moment": "2024-05-06T07:08:09+02:00",
            "false_text": "false",
            "null_text": "null",
            "exponent_text": "1e3",
            "curly": "\u{201c}a\u{201d} \u{2018}b\u{2019} \u{2013} \u{2026}",
        })
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::Words;

    #[test]
    fn the_same_seed_gives_the_same_words() {
        for seed in 0..20 {
            let make = || {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                (
                    Words::sentence(&mut rng),
                    Words::name(&mut rng),
                    Words::word(&mut rng),
                    Words::metadata(&mut rng),
                )
            };
            let (sentence, name, word, metadata) = make();
            assert_eq!(make(), (sentence.clone(), name.clone(), word.clone(), metadata.clone()));
            assert!(!sentence.is_empty() && !name.is_empty() && !word.is_empty());
            assert_eq!(metadata["beyond_double"].as_u64(), Some((1 << 53) + 1));
            let text = metadata.to_string();
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), metadata);
        }
    }
}
