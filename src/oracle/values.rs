//! When two values are the same, and where they first differ.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Number, Value};

use crate::document::pointer::escape;

/// Whether two JSON values are the same: strings by code point, numbers by value (an integer is never equal to a rounded one), objects
/// whatever the order of their members.
pub fn same_value(a: &Value, b: &Value) -> bool {
    difference(a, b).is_none()
}

/// The JSON pointer of the first place where `actual` is not what `expected` says; `None` where they are the same.
pub fn difference(expected: &Value, actual: &Value) -> Option<String> {
    difference_by(expected, actual, same_number)
}

/// As [`difference`], but two numbers are the same as well when they are so after rounding to 64-bit floats, which is all that
/// RFC 8259, section 6, expects implementations to agree on.
pub fn difference_in_doubles(expected: &Value, actual: &Value) -> Option<String> {
    difference_by(expected, actual, |a, b| same_number(a, b) || a.as_f64() == b.as_f64())
}

fn difference_by(expected: &Value, actual: &Value, same: fn(&Number, &Number) -> bool) -> Option<String> {
    match (expected, actual) {
        (Value::Number(a), Value::Number(b)) => (!same(a, b)).then(String::new),
        (Value::Array(a), Value::Array(b)) => {
            if let Some((i, inner)) = a
                .iter()
                .zip(b)
                .enumerate()
                .find_map(|(i, (a, b))| difference_by(a, b, same).map(|inner| (i, inner)))
            {
                return Some(format!("/{i}{inner}"));
            }
            (a.len() != b.len()).then(|| format!("/{}", a.len().min(b.len())))
        }
        (Value::Object(a), Value::Object(b)) => a
            .iter()
            .find_map(|(key, value)| match b.get(key) {
                None => Some(format!("/{}", escape(key))),
                Some(other) => {
                    difference_by(value, other, same).map(|inner| format!("/{}{inner}", escape(key)))
                }
            })
            .or_else(|| b.keys().find(|key| !a.contains_key(*key)).map(|key| format!("/{}", escape(key)))),
        (a, b) => (a != b).then(String::new),
    }
}

/// Whether two JSON numbers are the same number. `1` and `1.0` are; 2^53 and 2^53+1 are not.
fn same_number(a: &Number, b: &Number) -> bool {
    if let (Some(a), Some(b)) = (integer(a), integer(b)) {
        return a == b;
    }
    a.as_f64() == b.as_f64()
}

fn integer(number: &Number) -> Option<i128> {
    if let Some(n) = number.as_i64() {
        return Some(n.into());
    }
    if let Some(n) = number.as_u64() {
        return Some(n.into());
    }
    // A float stands for an integer only while it is exact.
    let float = number.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "the bound keeps the value inside i128")]
    (float.fract() == 0.0 && float.abs() < 1e30).then_some(float as i128)
}

/// The instant that a value names, in nanoseconds since the epoch: an RFC 3339 text, or a number of milliseconds.
pub fn instant_nanoseconds(value: &Value) -> Option<i128> {
    match value {
        Value::String(text) => {
            let text = to_nanoseconds(text);
            text.parse::<Timestamp>()
                .ok()
                .or_else(|| {
                    text.parse::<jiff::civil::DateTime>()
                        .ok()?
                        .to_zoned(jiff::tz::TimeZone::UTC)
                        .ok()
                        .map(|z| z.timestamp())
                })
                .map(Timestamp::as_nanosecond)
        }
        Value::Number(number) => number.as_i64().map(|ms| i128::from(ms) * 1_000_000),
        _ => None,
    }
}

/// An RFC 3339 text without the digits beyond nanoseconds: its grammar sets no end to them (section 5.6).
fn to_nanoseconds(text: &str) -> Cow<'_, str> {
    const NANOSECONDS: usize = 9;
    let Some((before, after)) = text.split_once('.') else { return Cow::Borrowed(text) };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    if digits <= NANOSECONDS {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{before}.{}{}", &after[..NANOSECONDS], &after[digits..]))
}

/// Whether two values name the same instant to the microsecond.
pub fn same_instant(a: &Value, b: &Value) -> Option<bool> {
    Some(instant_nanoseconds(a)?.div_euclid(1_000) == instant_nanoseconds(b)?.div_euclid(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_differ_where_they_differ() {
        for (expected, actual, place) in [
            (json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), None),
            (json!(1), json!(1.0), None),
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64), Some("")),
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992.0), Some("")),
            (json!("é"), json!("e\u{301}"), Some("")),
            (json!({"a": {"b/c": [1, 2]}}), json!({"a": {"b/c": [1]}}), Some("/a/b~1c/1")),
            (json!({"a": null}), json!({}), Some("/a")),
            (json!({}), json!({"a": null}), Some("/a")),
            (json!(-0.0), json!(0), None),
        ] {
            assert_eq!(difference(&expected, &actual).as_deref(), place, "{expected} {actual}");
        }
        let sent = json!({"a": 9_007_199_254_740_993_u64, "b": 0.5});
        for (actual, place) in [
            (json!({"a": 9_007_199_254_740_992_u64, "b": 0.5}), None),
            (json!({"a": 9_007_199_254_740_992.0, "b": 0.5}), None),
            (json!({"a": 9_007_199_254_740_994_u64, "b": 0.5}), Some("/a")),
            (json!({"a": 9_007_199_254_740_992_u64, "b": 0.25}), Some("/b")),
        ] {
            assert_eq!(difference_in_doubles(&sent, &actual).as_deref(), place, "{actual}");
        }
    }

    #[test]
    fn an_instant_may_be_written_in_many_ways() {
        let instant = json!("2026-01-02T03:04:05.678901Z");
        for (other, same) in [
            (json!("2026-01-02T04:04:05.678901+01:00"), Some(true)),
            (json!("2026-01-02T03:04:05.678901999Z"), Some(true)),
            (json!("2026-01-02T03:04:05.678901999999+00:00"), Some(true)),
            (json!("2026-01-02T03:04:05.678901"), Some(true)),
            (json!("2026-01-02T03:04:05.678902Z"), Some(false)),
            (json!("2026-01-02T03:04:05Z"), Some(false)),
            (json!("yesterday"), None),
            (json!(null), None),
        ] {
            assert_eq!(same_instant(&instant, &other), same, "{other}");
        }
        assert_eq!(
            same_instant(&json!(1_700_000_000_123_i64), &json!("2023-11-14T22:13:20.123Z")),
            Some(true)
        );
    }
}
