//! JSON texts that the grammar allows and that no value of ours can hold: half of a surrogate pair (RFC 8259, section 8.2) and numbers beyond a 64-bit
//! float (section 6).
//!
//! A target that was sent one may well answer with it. So that the rest of such an answer can be judged, a half is read as U+FFFD, and such a number as the
//! largest float.

/// The text with stand-ins for what cannot be held; nothing where there is nothing of the kind.
pub(super) fn within_reach(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    let mut done = 0;
    let mut at = 0;
    let mut in_text = false;
    while at < bytes.len() {
        let (length, instead) = match bytes[at] {
            b'"' => {
                in_text = !in_text;
                (1, None)
            }
            b'\\' if in_text => escaped(&bytes[at..]),
            b'-' | b'0'..=b'9' if !in_text => number(&bytes[at..]),
            _ => (1, None),
        };
        if let Some(instead) = instead {
            whole.extend_from_slice(&bytes[done..at]);
            whole.extend_from_slice(instead.as_bytes());
            done = at + length;
        }
        at += length;
    }
    if done == 0 {
        return None;
    }
    whole.extend_from_slice(&bytes[done..]);
    Some(whole)
}

const HIGH: std::ops::Range<u16> = 0xd800..0xdc00;
const LOW: std::ops::Range<u16> = 0xdc00..0xe000;

/// How long the escape is that the text begins with, or the pair of them, and what stands in for it.
fn escaped(rest: &[u8]) -> (usize, Option<&'static str>) {
    let Some(unit) = code_unit(rest) else { return (2, None) };
    let next = rest.get(6..).and_then(code_unit);
    if HIGH.contains(&unit) && next.is_some_and(|next| LOW.contains(&next)) {
        return (12, None);
    }
    (6, (HIGH.contains(&unit) || LOW.contains(&unit)).then_some("\\ufffd"))
}

/// The code unit of an escape `\uXXXX` that the text begins with.
fn code_unit(rest: &[u8]) -> Option<u16> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// How long the number is that the text begins with, and what stands in for it.
fn number(rest: &[u8]) -> (usize, Option<&'static str>) {
    let length = rest
        .iter()
        .position(|octet| !matches!(octet, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
        .unwrap_or(rest.len());
    let value = std::str::from_utf8(&rest[..length]).ok().and_then(|text| text.parse::<f64>().ok());
    let instead = match value {
        Some(f64::INFINITY) => Some("1.7976931348623157e308"),
        Some(f64::NEG_INFINITY) => Some("-1.7976931348623157e308"),
        _ => None,
    };
    (length, instead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_held_is_replaced() {
        for (text, expected) in [
            (r#""\ud800""#, Some(r#""\ufffd""#)),
            (r#""\uDC00 and \ud83d""#, Some(r#""\ufffd and \ufffd""#)),
            (r#""\ud83d\ude00""#, None),
            (r#""\ud83d\ud83d\ude00!""#, Some(r#""\ufffd\ud83d\ude00!""#)),
            // What stands behind an escaped backslash is no escape, and an escaped quote ends nothing.
            (r#""\\ud800""#, None),
            (r#""\\\ud800""#, Some(r#""\\\ufffd""#)),
            (r#"{"\"1e999":-1e999}"#, Some(r#"{"\"1e999":-1.7976931348623157e308}"#)),
            ("[1e400,1]", Some("[1.7976931348623157e308,1]")),
            ("[1e308,-0.0,5]", None),
            (r#""\ud8"#, None),
            ("\"\\", None),
            ("{}", None),
        ] {
            let got = within_reach(text.as_bytes()).map(|whole| String::from_utf8(whole).unwrap());
            assert_eq!(got.as_deref(), expected, "{text}");
            if let Some(got) = got {
                assert!(serde_json::from_str::<serde_json::Value>(&got).is_ok(), "{got}");
            }
        }
    }

    #[test]
    fn long_numbers_are_replaced() {
        let text = format!("{{\"n\": 1{}}}", "0".repeat(400));
        let got = within_reach(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(got).unwrap(), r#"{"n": 1.7976931348623157e308}"#);
    }
}
