//! Strings that match a regular expression, with a wanted length.
//!
//! JSON Schema patterns are ECMA 262 and unanchored. The expression is parsed, its assertions are dropped and its
//! classes are narrowed to ASCII where they can be, so that `\d` and `\w` mean what ECMA says and bytes count
//! characters; then repetitions are set to exact counts, which is how an edge of `maxLength` is met inside a
//! pattern. What cannot be parsed (look-around) gives `None`.

use rand::{RngExt, rngs::ChaCha8Rng};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};
use serde_json::json;

/// How many samples are drawn before a length counts as out of reach.
const TRIES: usize = 20;
/// No repetition is stretched beyond this count.
const REPEAT_MAX: usize = 300_000;

/// A string that should match `pattern`, of `low..=high` code points and as near to `low` as the pattern lets it be.
pub(super) fn sample(pattern: &str, low: usize, high: usize, rng: &mut ChaCha8Rng) -> Option<String> {
    let parsed = regex_syntax::Parser::new().parse(pattern).ok()?;
    let open = !parsed.properties().look_set_suffix_any().contains(Look::End);
    let plain = narrowed(&parsed);
    let least = plain.properties().minimum_len()?;
    let mut need = low.saturating_sub(least);
    let exact = stretched(&plain, &mut need);
    let source = rand_regex::Regex::with_hir(exact, 0).ok()?;
    for _ in 0..TRIES {
        let mut text: String = rng.sample(&source);
        let length = text.chars().count();
        if open && length < low {
            text.extend(std::iter::repeat_n('a', low - length));
        }
        if (low..=high).contains(&text.chars().count()) {
            return Some(text);
        }
    }
    None
}

/// Whether `text` matches `pattern` as the validator reads it; false when the pattern is broken.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    jsonschema::options().build(&json!({"pattern": pattern})).is_ok_and(|check| check.is_valid(&json!(text)))
}

/// The expression without assertions and groups, its classes narrowed to letters and digits, else to printable ASCII.
fn narrowed(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0.clone()),
        HirKind::Class(Class::Unicode(class)) => {
            let narrow = |ranges: &[(char, char)]| {
                let allowed = ranges.iter().map(|(from, to)| ClassUnicodeRange::new(*from, *to));
                let mut both = class.clone();
                both.intersect(&ClassUnicode::new(allowed));
                (!both.ranges().is_empty()).then_some(both)
            };
            let class = narrow(&[('0', '9'), ('A', 'Z'), ('a', 'z')])
                .or_else(|| narrow(&[(' ', '~')]))
                .unwrap_or_else(|| class.clone());
            Hir::class(Class::Unicode(class))
        }
        HirKind::Class(class) => Hir::class(class.clone()),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: repetition.min,
            max: repetition.max,
            greedy: repetition.greedy,
            sub: Box::new(narrowed(&repetition.sub)),
        }),
        HirKind::Capture(capture) => narrowed(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(narrowed).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(narrowed).collect()),
    }
}

fn least(hir: &Hir) -> usize {
    hir.properties().minimum_len().unwrap_or(0)
}

/// Sets every repetition to an exact count: the least one, plus what it takes to use up `need`.
fn stretched(hir: &Hir, need: &mut usize) -> Hir {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let unit = least(&repetition.sub);
            let start = repetition.min as usize;
            let room = repetition.max.map_or(REPEAT_MAX, |max| max as usize).saturating_sub(start);
            let extra = need.checked_div(unit).unwrap_or(0).min(room);
            *need -= extra * unit;
            let times = u32::try_from(start + extra).unwrap_or(repetition.min);
            let sub = if times == 1 { stretched(&repetition.sub, need) } else { stretched(&repetition.sub, &mut 0) };
            Hir::repetition(Repetition {
                min: times,
                max: Some(times),
                greedy: repetition.greedy,
                sub: Box::new(sub),
            })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(|part| stretched(part, need)).collect()),
        HirKind::Alternation(parts) => {
            let wanted = *need + least(hir);
            for part in parts {
                let Some(mut rest) = wanted.checked_sub(least(part)).filter(|_| *need > 0) else { continue };
                let chosen = stretched(part, &mut rest);
                if rest == 0 {
                    *need = 0;
                    return chosen;
                }
            }
            Hir::alternation(parts.iter().map(|part| stretched(part, &mut 0)).collect())
        }
        _ => hir.clone(),
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::{matches, sample};

    #[test]
    fn samples_match_with_the_wanted_length() {
        for (pattern, low, high) in [
            (r"^[a-zA-Z0-9_-]+$", 1, 512),
            (r"^[a-zA-Z0-9_-]+$", 512, 512),
            (r"^\d{4}-\d{2}$", 0, 50),
            (r"^(foo|ba+r)$", 9, 9),
            (r"^(?:ab)+c?$", 11, 11),
            ("b", 7, 7),
            (r"^\p{Greek}+$", 1, 20),
            ("^$", 0, 0),
            (r"\w+@\w+\.\w", 20, 20),
        ] {
            for seed in 0..20 {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                let text = sample(pattern, low, high, &mut rng).expect(pattern);
                assert!(matches(pattern, &text), "{pattern}: {text}");
                assert!((low..=high).contains(&text.chars().count()), "{pattern}: {text}");
            }
        }
    }

    #[test]
    fn gives_nothing_where_it_cannot_decide() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(sample("^(?=.*a).+$", 1, 9, &mut rng), None);
        assert_eq!(sample("^[a-z]{3}$", 5, 9, &mut rng), None);
        assert_eq!(sample("(", 1, 9, &mut rng), None);
    }
}
