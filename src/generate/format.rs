//! Values of the string formats of JSON Schema Validation 7.3: valid edges, almost valid ones, plainly wrong ones.
//!
//! [`FORMATS`] is the table; a format that is not in it is treated as free text. Only defects that no usual parser
//! forgives are listed as almost valid: a date-time without a zone, say, is not among them.

use fake::Fake;
use rand::{RngExt, rngs::ChaCha8Rng};

/// What is known of one format.
pub(super) struct Format {
    pub(super) name: &'static str,
    /// Valid texts with a short label each; the first is the plainest.
    pub(super) valid: &'static [(&'static str, &'static str)],
    /// Right in form, wrong in substance.
    pub(super) almost: &'static str,
    /// Wrong at first sight.
    pub(super) wrong: &'static str,
}

const FORMATS: &[Format] = &[
    Format {
        name: "date-time",
        valid: &[
            ("utc", "2024-05-17T10:30:00Z"),
            ("zero-offset", "2024-05-17T10:30:00+00:00"),
            ("half-hour-offset", "2024-05-17T16:00:00+05:30"),
            ("microseconds", "2024-05-17T10:30:00.123456Z"),
            ("leap-day", "2024-02-29T23:59:59Z"),
            ("leap-second", "2016-12-31T23:59:60Z"),
        ],
        almost: "2023-02-29T10:30:00Z",
        wrong: "not-a-date-time",
    },
    Format {
        name: "date",
        valid: &[("plain", "2024-05-17"), ("leap-day", "2024-02-29")],
        almost: "2023-02-29",
        wrong: "not-a-date",
    },
    Format {
        name: "time",
        valid: &[("utc", "10:30:00Z"), ("offset", "10:30:00+05:30")],
        almost: "25:00:00Z",
        wrong: "not-a-time",
    },
    Format {
        name: "duration",
        valid: &[("minutes", "PT30M"), ("date-and-time", "P1DT12H"), ("weeks", "P2W")],
        almost: "P1H",
        wrong: "not-a-duration",
    },
    Format {
        name: "email",
        valid: &[("plain", "someone@example.com"), ("tag", "some.one+tag@example.com")],
        almost: "someone@",
        wrong: "not-an-email",
    },
    Format {
        name: "uuid",
        valid: &[
            ("random", "7f2c1f9e-3b0a-4c53-9a44-1d8be3f6a2c7"),
            ("upper-case", "7F2C1F9E-3B0A-4C53-9A44-1D8BE3F6A2C7"),
        ],
        almost: "7f2c1f9e-3b0a-4c53-9a44-1d8be3f6a2cg",
        wrong: "not-a-uuid",
    },
    Format {
        name: "uri",
        valid: &[("plain", "https://example.com/a?b=c#d"), ("ipv6-host", "http://[2001:db8::1]:8080/")],
        almost: "http://[2001:db8::1/",
        wrong: "not a uri",
    },
    Format {
        name: "uri-reference",
        valid: &[("absolute", "https://example.com/a"), ("relative", "../a?b=c")],
        almost: "/a%zz",
        wrong: "not a reference",
    },
    Format {
        name: "iri",
        valid: &[("plain", "https://example.com/a"), ("non-ascii", "https://example.com/\u{e9}")],
        almost: "http://[2001:db8::1/",
        wrong: "not an iri",
    },
    Format {
        name: "ipv4",
        valid: &[("plain", "192.0.2.1"), ("largest", "255.255.255.255")],
        almost: "256.0.2.1",
        wrong: "not-an-address",
    },
    Format {
        name: "ipv6",
        valid: &[("short", "2001:db8::1"), ("any", "::"), ("mapped", "::ffff:192.0.2.1")],
        almost: "2001:db8::1::2",
        wrong: "not-an-address",
    },
    Format {
        name: "hostname",
        valid: &[("plain", "www.example.com"), ("single", "localhost")],
        almost: "-www.example.com",
        wrong: "not a host!",
    },
    Format {
        name: "json-pointer",
        valid: &[("plain", "/a/0"), ("escapes", "/a~1b/c~0d")],
        almost: "/a~2b",
        wrong: "not-a-pointer",
    },
    Format { name: "regex", valid: &[("plain", "^[a-z]+$")], almost: "^[a-z+$", wrong: "(((" },
];

/// The entry of a format.
pub(super) fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// A valid text of the format; fresh ones where a repeated value would be no good (identifiers, instants).
pub(super) fn sample(format: &Format, rng: &mut ChaCha8Rng) -> String {
    match format.name {
        "uuid" => {
            let id: uuid::Uuid = fake::uuid::UUIDv4.fake_with_rng(rng);
            id.to_string()
        }
        "date-time" => {
            let (day, hour, minute, second) = instant(rng);
            format!("2024-05-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
        }
        "email" => format!("someone.{}@example.com", rng.random_range(1..100_000)),
        _ => format.valid[0].1.to_owned(),
    }
}

fn instant(rng: &mut ChaCha8Rng) -> (u8, u8, u8, u8) {
    (rng.random_range(1..=28), rng.random_range(0..24), rng.random_range(0..60), rng.random_range(0..60))
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};
    use serde_json::json;

    use super::{FORMATS, sample};

    #[test]
    fn the_validator_agrees_with_the_table() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for format in FORMATS {
            let check = jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .should_validate_formats(true)
                .build(&json!({"type": "string", "format": format.name}))
                .expect(format.name);
            for (label, text) in format.valid {
                assert!(check.is_valid(&json!(text)), "{} {label}", format.name);
            }
            assert!(check.is_valid(&json!(sample(format, &mut rng))), "{}", format.name);
            assert!(!check.is_valid(&json!(format.almost)), "{}", format.almost);
            assert!(!check.is_valid(&json!(format.wrong)), "{}", format.wrong);
        }
    }
}
