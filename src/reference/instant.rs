//! Instants on the wire: strict RFC 3339 in, UTC out.
//!
//! jiff reads more than RFC 3339 (week dates, time zone annotations, hours alone), and a server that accepts more than its
//! document says would hide faults of the harness. So [`parse`] checks the shape first and leaves only the arithmetic to jiff.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Reads an RFC 3339 date-time (section 5.6) with four-digit year; `None` when it is not one.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let mark = |at: usize, marks: &[u8]| bytes.get(at).is_some_and(|byte| marks.contains(byte));
    let head = [0..4, 5..7, 8..10, 11..13, 14..16, 17..19].into_iter().all(digits)
        && mark(4, b"-")
        && mark(7, b"-")
        && mark(10, b"Tt")
        && mark(13, b":")
        && mark(16, b":");
    if !head {
        return None;
    }
    let mut at = 19;
    if mark(at, b".") {
        let fraction = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    let zulu = mark(at, b"Zz") && bytes.len() == at + 1;
    let offset = mark(at, b"+-")
        && digits(at + 1..at + 3)
        && mark(at + 3, b":")
        && digits(at + 4..at + 6)
        && bytes.len() == at + 6;
    if !(zulu || offset) {
        return None;
    }
    // jiff keeps nanoseconds; finer digits cannot be told apart by any of the three APIs.
    let fraction_end = at.min(29);
    let instant: Timestamp = format!("{}{}", &text[..fraction_end], &text[at..]).parse().ok()?;
    let year = instant.to_zoned(TimeZone::UTC).year();
    (1..=9999).contains(&year).then_some(instant)
}

/// Cuts an instant to whole microseconds, towards the past.
pub(crate) fn whole_micros(instant: Timestamp) -> Timestamp {
    let nanos = instant.as_nanosecond();
    Timestamp::from_nanosecond(nanos - nanos.rem_euclid(1_000)).unwrap_or(instant)
}

/// Prints an instant in UTC with six decimals and `Z`.
pub(crate) fn micros(instant: Timestamp) -> String {
    format!("{instant:.6}")
}

/// Prints an instant in UTC with three decimals and `Z`.
pub(crate) fn millis(instant: Timestamp) -> String {
    format!("{instant:.3}")
}

/// For `#[serde(serialize_with)]`: [`micros`].
pub(crate) fn serialize_micros<S: serde::Serializer>(
    instant: &Timestamp,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&micros(*instant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3339_is_read_and_nothing_else() {
        let good = [
            ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000000Z"),
            ("2024-02-29t12:00:00.5z", "2024-02-29T12:00:00.500000Z"),
            ("2024-01-01T00:30:00+02:00", "2023-12-31T22:30:00.000000Z"),
            ("1969-12-31T23:59:59.1234567891234-01:00", "1970-01-01T00:59:59.123456Z"),
        ];
        for (text, expected) in good {
            assert_eq!(parse(text).map(|it| micros(whole_micros(it))).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "2024",
            "2024-01-01",
            "2024-01-01T00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00.Z",
            "2024-01-01 00:00:00Z",
            "2024-01-01T00:00:00 02:00",
            "2024-02-30T00:00:00Z",
            "2024-01-01T00:00:00Z[UTC]",
            "2024-01-01T00:00:00+0200",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59-10:00",
            "1704067200000",
            "２024-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn instants_before_1970_are_cut_towards_the_past() {
        let instant = parse("1960-01-01T00:00:00.0000019Z").expect("an instant");
        assert_eq!(micros(whole_micros(instant)), "1960-01-01T00:00:00.000001Z");
    }
}
