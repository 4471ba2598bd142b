//! What was sent against what came back: what kind of thing changed, and where.

use serde_json::Value;

use crate::document::pointer::escape;
use crate::oracle::{difference, difference_in_doubles, instant_nanoseconds, same_instant, same_value};
use crate::suite::{Field, Keep, Make};

/// What kind of thing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aspect {
    /// Text.
    String,
    /// A number.
    Number,
    /// A number that a 64-bit float does not hold came back as the nearest one that it holds. Judged with the numbers.
    Rounding,
    /// An instant.
    Instant,
    /// Members, elements, nulls, types.
    Structure,
}

/// The first change between what was sent and what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// What kind of thing changed.
    pub(crate) aspect: Aspect,
    /// JSON pointer into the value.
    pub(crate) at: String,
}

/// Whether values that the field is made with show changes of this kind.
pub(crate) fn shows(field: &Field, aspect: Aspect) -> bool {
    if field.read.is_none() || field.keep == Keep::Unjudged {
        return false;
    }
    let Some(make) = &field.make else { return false };
    if field.keep == Keep::Instant {
        return aspect == Aspect::Instant;
    }
    let constant = |wanted: Aspect| match make {
        Make::Constant(toml::Value::String(_)) => wanted == Aspect::String,
        Make::Constant(toml::Value::Integer(_) | toml::Value::Float(_)) => wanted == Aspect::Number,
        Make::Constant(toml::Value::Datetime(_)) => false,
        Make::Constant(_) => wanted == Aspect::Structure,
        _ => false,
    };
    match aspect {
        Aspect::String => {
            matches!(
                make,
                Make::Name
                    | Make::Text { .. }
                    | Make::Choice(_)
                    | Make::Some(_)
                    | Make::Record(_)
                    | Make::Metadata
                    | Make::Uuid
                    | Make::Variable(_)
                    | Make::Instant
            ) || constant(aspect)
        }
        Aspect::Number => matches!(make, Make::Metadata | Make::Integer { .. }) || constant(aspect),
        Aspect::Structure => {
            matches!(make, Make::Metadata | Make::Some(_) | Make::Boolean) || constant(aspect)
        }
        Aspect::Instant | Aspect::Rounding => false,
    }
}

/// Whether a field holds the id of an ancestor, which is judged by itself.
pub(crate) fn is_ancestor(field: &Field) -> bool {
    matches!(field.make, Some(Make::Ancestor(_)))
}

/// Whether a field tells one record from others.
pub(crate) fn distinguishes(field: &Field) -> bool {
    matches!(field.make, Some(Make::Name | Make::Text { .. } | Make::Uuid | Make::Metadata | Make::Instant))
}

/// How what came back differs from what was sent.
pub(crate) fn change(keep: Keep, sent: &Value, back: &Value) -> Option<Change> {
    // Nearly every value comes back as it was; the rest is looked at more closely.
    if sent == back {
        return None;
    }
    let at = match keep {
        Keep::Unjudged => return None,
        Keep::Instant => {
            // What was sent is an instant by the suite's own word; only what came back may be none.
            let same = instant_nanoseconds(sent).is_none() || same_instant(sent, back) == Some(true);
            return (!same).then(|| Change { aspect: Aspect::Instant, at: String::new() });
        }
        Keep::Exact => match difference_in_doubles(sent, back) {
            Some(at) => at,
            None => return difference(sent, back).map(|at| Change { aspect: Aspect::Rounding, at }),
        },
        Keep::AtLeast => lacking(sent, back)?,
    };
    let aspect = match (sent.pointer(&at), back.pointer(&at)) {
        (Some(Value::String(_)), Some(Value::String(_))) => Aspect::String,
        (Some(Value::Number(_)), Some(Value::Number(_) | Value::String(_))) => Aspect::Number,
        _ => Aspect::Structure,
    };
    Some(Change { aspect, at })
}

/// As [`change`], for rules that ask whether something was kept at all: a number that was rounded was.
pub(crate) fn change_beyond_rounding(keep: Keep, sent: &Value, back: &Value) -> Option<Change> {
    change(keep, sent, back).filter(|change| change.aspect != Aspect::Rounding)
}

/// Whether a value says no more than its absence does: null, or a container without content. Many servers leave these out.
pub(crate) fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// The first place where what came back lacks something that was sent; members of objects may have been added.
fn lacking(sent: &Value, back: &Value) -> Option<String> {
    match (sent, back) {
        (Value::Object(sent), Value::Object(back)) => sent.iter().find_map(|(key, value)| {
            let inner = back.get(key).map_or(Some(String::new()), |other| lacking(value, other))?;
            Some(format!("/{}{inner}", escape(key)))
        }),
        (Value::Array(sent), Value::Array(back)) if sent.len() == back.len() => {
            let pairs = sent.iter().zip(back).enumerate();
            pairs.into_iter().find_map(|(i, (a, b))| lacking(a, b).map(|inner| format!("/{i}{inner}")))
        }
        _ => difference(sent, back),
    }
}

/// Whether two representations that the target gave agree on a value, as far as both show it: instants by
/// instant in the coarser of their two precisions, objects in the members that both have. `null` is no
/// statement, since it may be filled in later.
pub(crate) fn agree(keep: Keep, one: &Value, other: &Value) -> bool {
    if one.is_null() || other.is_null() || keep == Keep::Unjudged {
        return true;
    }
    let instants = keep == Keep::Instant || one.is_string() || other.is_string();
    if instants
        && one != other
        && let (Some(a), Some(b)) = (precise(one), precise(other))
    {
        return (a.0 - b.0).abs() < a.1.max(b.1);
    }
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if keep == Keep::AtLeast => {
            one.iter().all(|(key, value)| other.get(key).is_none_or(|theirs| agree(keep, value, theirs)))
        }
        _ => same_value(one, other),
    }
}

/// An instant and the width of its last digit, both in nanoseconds.
fn precise(value: &Value) -> Option<(i128, i128)> {
    let instant = instant_nanoseconds(value)?;
    let width = match value {
        Value::String(text) => {
            let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count().min(9);
            10_i128.pow(9 - u32::try_from(digits).unwrap_or(9))
        }
        _ => 1_000_000,
    };
    Some((instant, width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_are_told_apart_by_what_changed() {
        use Aspect::{Instant, Number, String, Structure};
        for (keep, sent, back, expected) in [
            (Keep::Exact, json!("a"), json!("a"), None),
            (Keep::Exact, json!("a"), json!("b"), Some((String, ""))),
            (Keep::Exact, json!({"a": {"b": 1}}), json!({"a": {"b": 2}}), Some((Number, "/a/b"))),
            (Keep::Exact, json!({"a": 1}), json!({"a": "1"}), Some((Number, "/a"))),
            (Keep::Exact, json!({"a": null}), json!({}), Some((Structure, "/a"))),
            (Keep::Exact, json!({}), json!({"a": 1}), Some((Structure, "/a"))),
            (Keep::AtLeast, json!({}), json!({"a": 1}), None),
            (Keep::AtLeast, json!({"a": [{"x": 1}]}), json!({"a": [{"x": 1, "y": 2}]}), None),
            (Keep::AtLeast, json!({"a/b": {"x": "1"}}), json!({"a/b": {}}), Some((Structure, "/a~1b/x"))),
            (Keep::AtLeast, json!(["a"]), json!(["a", "b"]), Some((Structure, "/1"))),
            (Keep::Instant, json!("2026-01-02T03:04:05Z"), json!("2026-01-02T04:04:05.000+01:00"), None),
            (
                Keep::Instant,
                json!("2026-01-02T03:04:05Z"),
                json!("2026-01-02T03:04:06Z"),
                Some((Instant, "")),
            ),
            (Keep::Instant, json!("2026-01-02T03:04:05Z"), json!("soon"), Some((Instant, ""))),
            (Keep::Unjudged, json!(1), json!(2), None),
        ] {
            let expected = expected.map(|(aspect, at)| Change { aspect, at: at.to_owned() });
            assert_eq!(change(keep, &sent, &back), expected, "{sent} {back}");
        }
    }

    #[test]
    fn representations_agree_in_what_both_say() {
        for (keep, one, other, same) in [
            (Keep::Exact, json!("a"), json!("a"), true),
            (Keep::Exact, json!("a"), json!("b"), false),
            (Keep::Exact, json!(null), json!("b"), true),
            (Keep::Exact, json!("2026-01-02T03:04:05Z"), json!("2026-01-02T03:04:05+00:00"), true),
            (Keep::Exact, json!("2026-01-02T03:04:05.123456Z"), json!("2026-01-02T03:04:05.124Z"), true),
            (Keep::Instant, json!("2026-01-02T03:04:05.123Z"), json!(1_767_323_045_123_i64), true),
            (Keep::Instant, json!("2026-01-02T03:04:05.123Z"), json!("2026-01-02T03:04:05.125Z"), false),
            (Keep::Instant, json!("2026-01-02T03:04:05Z"), json!("2026-01-02T03:05:05Z"), false),
            (Keep::Exact, json!(5), json!(6), false),
            (Keep::AtLeast, json!({"a": 1, "b": 2}), json!({"a": 1, "c": 3}), true),
            (Keep::AtLeast, json!({"a": 1}), json!({"a": 2}), false),
        ] {
            assert_eq!(agree(keep, &one, &other), same, "{one} {other}");
            assert_eq!(agree(keep, &other, &one), same, "{other} {one}");
        }
    }
}
