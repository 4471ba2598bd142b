//! Boundary specimens of scalar parameters, which travel as text.
//!
//! A text has many readings: `5` is a string and an integer, `1e3` a number, `on` a boolean to some, and a blank around
//! it is often cut off. A [`WireSpecimen`] is therefore invalid only when no reading of its text satisfies the schema.
//! Without that rule most negative tests of parameters are false alarms.

use std::collections::BTreeSet;

use rand::{SeedableRng, rngs::ChaCha8Rng};
use serde_json::{Value, json};

use super::{
    Check, Resolve,
    body::unique,
    leaf::{self, Candidate},
    maker::Maker,
    nest::kebab,
    schema::{Conjunction, Fork, Kind},
};

/// The longest text after percent-encoding, in bytes; common servers take a request line of 8 KiB.
const ENCODED_MAX: usize = 6_000;
/// How many branches of `anyOf` and `oneOf` are looked into.
const BRANCHES_MAX: usize = 6;
/// More than any integer type holds, below what makes a float infinite.
const HUGE: &str = "999999999999999999999999999999";
/// Specimens are a function of the schema alone, hence a constant seed.
const SEED: u64 = 0;

/// The text of a parameter, and whether any reading of it satisfies the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireSpecimen {
    /// The keyword that decides, as JSON Schema spells it.
    pub keyword: &'static str,
    /// Kebab-case, unique among the specimens of one schema, the same from run to run.
    pub label: String,
    /// The text before percent-encoding.
    pub text: String,
    /// True when the value that was meant is valid; false when no reading of the text is.
    pub valid: bool,
    /// Many servers take the other view on purpose, so the most that an answer to it supports is a `should`.
    pub lenient: bool,
}

/// Specimens for a path, query, header or cookie parameter with a scalar schema, or an array of scalars sent once.
///
/// The empty text is used only to break `minLength`, since it is often read as "absent".
pub fn wire_specimens<'a>(
    schema: &'a Value,
    resolve: Resolve<'_, 'a>,
    is_valid: Check<'_>,
) -> Vec<WireSpecimen> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut maker = Maker::new(resolve, &mut rng);
    let mut found: Vec<WireSpecimen> = Vec::new();
    let mut labels = BTreeSet::new();
    let mut most = 1;
    for branch in 0..BRANCHES_MAX {
        if branch == most {
            break;
        }
        let mut choose = |fork: &Fork<'_>| {
            most = most.max(if let Fork::Branches(branches) = fork { branches.len() } else { 2 });
            branch
        };
        let mut read = Conjunction::new(&[schema], resolve, &mut choose);
        let repeated = read.sensible_kinds() == [Kind::Array];
        if repeated {
            read = Conjunction::new(&read.item(0), resolve, &mut choose);
        }
        let mut taken = BTreeSet::new();
        for candidate in candidates(&read, &mut maker) {
            let Candidate { keyword, detail, value, valid, lenient } = candidate;
            let Some(text) = text_of(&value) else { continue };
            let key = (keyword, detail);
            let skip = taken.contains(&key)
                || found.iter().any(|known| known.text == text)
                || encoded_len(&text) > ENCODED_MAX
                || (text.is_empty() && (valid || keyword != "minLength"));
            let confirmed = || {
                if valid {
                    is_valid(&if repeated { json!([value]) } else { value.clone() })
                } else {
                    !readings(&text).iter().any(is_valid)
                }
            };
            if skip || !confirmed() {
                continue;
            }
            let label = unique(&format!("{}-{}", kebab(keyword), key.1), &mut labels);
            taken.insert(key);
            found.push(WireSpecimen { keyword, label, text, valid, lenient });
        }
    }
    found
}

fn candidates<'a>(read: &Conjunction<'a>, maker: &mut Maker<'_, '_, 'a>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let kinds = if read.impossible { Vec::new() } else { read.sensible_kinds() };
    let listed = read.has("enum") || read.has("const");
    // The members say all there is to say when no type stands beside them.
    let typed = !listed || read.has("type");
    let number = kinds.contains(&Kind::Number) || kinds.contains(&Kind::Integer);
    if number && typed {
        found.push(Candidate::bad("type", "word", json!("abc")));
        let near = maker.of_kind(Kind::Integer, read, "", 0);
        let fraction = near.and_then(|near| leaf::fraction(read, &near));
        found.push(Candidate::bad("type", "fraction", fraction.unwrap_or(json!(1.5))));
    }
    if kinds.contains(&Kind::Boolean) && typed {
        found.push(Candidate::bad("type", "word", json!("maybe")));
        found.push(Candidate::good("type", "true", json!(true)));
        found.push(Candidate::good("type", "false", json!(false)));
    }
    found.extend(leaf::members(read));
    if listed {
        return found;
    }
    if number {
        found.extend(leaf::numbers(read));
        // What some languages count from the end.
        if read.least("minimum").is_some_and(|least| least > 0) {
            found.push(Candidate::bad("minimum", "negative", json!(-1)));
        }
        // Without an upper bound it is a valid integer that merely few can hold.
        for keyword in ["maximum", "exclusiveMaximum"].into_iter().filter(|keyword| read.has(keyword)) {
            found.push(Candidate::bad(keyword, "huge", json!(HUGE)));
        }
    }
    if kinds.contains(&Kind::String) {
        found.extend(leaf::strings(read, maker.rng));
        if read.least("minLength").is_some_and(|low| low > 0) {
            found.push(Candidate::bad("minLength", "empty", json!("")));
        }
    }
    for kind in kinds.into_iter().filter(|kind| matches!(kind, Kind::String | Kind::Integer | Kind::Number)) {
        let value = maker.of_kind(kind, read, "", 0);
        found.extend(value.map(|value| Candidate::good("type", format!("{}-allowed", kind.name()), value)));
    }
    found
}

/// A scalar as it stands in a parameter; `None` for what has no plain text.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn encoded_len(text: &str) -> usize {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { 1 } else { 3 }).sum()
}

/// Every value that a lenient server may read from the text.
fn readings(text: &str) -> Vec<Value> {
    let trimmed = text.trim();
    let mut found = vec![json!(text)];
    if trimmed != text {
        found.push(json!(trimmed));
    }
    let unsigned = trimmed.strip_prefix('+').unwrap_or(trimmed);
    found.extend(unsigned.parse::<i64>().ok().map(Value::from));
    found.extend(unsigned.parse::<u64>().ok().map(Value::from));
    if let Ok(float) = unsigned.parse::<f64>()
        && float.is_finite()
    {
        found.push(json!(float));
        #[expect(clippy::cast_possible_truncation, reason = "only whole numbers that an i64 holds are cast")]
        if float.fract() == 0.0 && float.abs() < 9e15 {
            found.push(json!(float as i64));
        }
    }
    match trimmed.to_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "on" | "t" => found.push(json!(true)),
        "false" | "0" | "no" | "n" | "off" | "f" => found.push(json!(false)),
        "null" | "nil" | "none" | "undefined" | "" => found.push(Value::Null),
        _ => {}
    }
    found.extend(serde_json::from_str::<Value>(trimmed).ok());
    let single: Vec<Value> = found.iter().map(|reading| json!([reading])).collect();
    found.extend(single);
    if trimmed.contains(',') {
        found.push(trimmed.split(',').map(Value::from).collect());
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{WireSpecimen, wire_specimens};

    fn specimens(schema: &Value) -> Vec<WireSpecimen> {
        let check = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(schema)
            .expect("a good schema");
        wire_specimens(schema, &|_| None, &|value| check.is_valid(value))
    }

    fn texts(schema: &Value, valid: bool) -> Vec<String> {
        specimens(schema).into_iter().filter(|one| one.valid == valid).map(|one| one.text).collect()
    }

    #[test]
    fn an_integer_has_its_edges() {
        let found = specimens(&json!({"type": "integer", "minimum": 1, "maximum": 100}));
        let text = |label: &str| {
            let one = found.iter().find(|one| one.label == label).expect(label);
            (one.text.as_str(), one.valid)
        };
        assert_eq!(text("minimum-minus-1"), ("0", false));
        assert_eq!(text("minimum-exact"), ("1", true));
        assert_eq!(text("maximum-exact"), ("100", true));
        assert_eq!(text("maximum-plus-1"), ("101", false));
        assert!(!text("maximum-huge").1);
        assert_eq!(text("type-word"), ("abc", false));
        assert!(text("type-fraction").0.ends_with(".5") && !text("type-fraction").1);
    }

    #[test]
    fn what_some_reading_satisfies_is_never_negative() {
        for (schema, refused) in [
            (json!({"type": "string"}), vec![]),
            (json!({}), vec![]),
            (json!({"anyOf": [{"type": "string"}, {"type": "null"}]}), vec![]),
            (json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}), vec![]),
            (json!({"type": "string", "maxLength": 300_000}), vec![]),
            (json!({"type": "boolean"}), vec!["maybe"]),
            (json!({"type": ["boolean", "null"]}), vec!["maybe"]),
            (json!({"type": "string", "minLength": 1}), vec![""]),
            (json!({"type": ["string", "null"], "minLength": 1}), vec![]),
            (json!({"type": "integer", "minimum": 1}), vec!["abc", "1.5", "0", "-1"]),
            (json!({"type": "number"}), vec!["abc"]),
            (json!({"type": "array", "items": {"enum": ["a", "b"]}}), vec!["not-a-member", "A"]),
        ] {
            assert_eq!(texts(&schema, false), refused, "{schema}");
        }
    }

    #[test]
    fn every_branch_gives_its_edges() {
        let schema = json!({"anyOf": [{"type": "integer", "maximum": 5}, {"type": "null"}]});
        assert!(texts(&schema, true).contains(&"5".to_owned()));
        assert!(texts(&schema, false).contains(&"6".to_owned()));
        let schema = json!({"anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 0}]});
        assert!(texts(&schema, true).contains(&"auto".to_owned()));
        assert!(texts(&schema, false).contains(&"-1".to_owned()));
    }

    #[test]
    fn blanks_around_a_valid_text_are_forgiven() {
        let refused = texts(&json!({"type": "string", "enum": ["asc", "desc"]}), false);
        assert!(refused.contains(&"not-a-member".to_owned()) && refused.contains(&"as".to_owned()));
        assert!(!refused.iter().any(|text| text == "asc "));
    }

    #[test]
    fn formats_and_patterns_are_breached() {
        assert!(
            texts(&json!({"type": "string", "format": "uuid"}), false).contains(&"not-a-uuid".to_owned())
        );
        let schema = json!({"type": "string", "pattern": "^[a-z]+$", "maxLength": 8});
        assert!(!texts(&schema, false).is_empty());
        assert!(texts(&schema, true).iter().any(|text| text.len() == 8));
    }
}
