//! Bodies that are no JSON values, or JSON at the edge of RFC 8259, as bytes.
//!
//! Each [`RawBody`] is made from a valid body by one defect. What RFC 8259 forbids outright must be refused; where it
//! leaves parsers free (repeated names, numbers beyond 64-bit floats, lone surrogates), or where common parsers take more than
//! it allows (NaN, a byte order mark, bytes that are no UTF-8 and become replacement characters), as its section 9 lets them,
//! only a server error counts against a server.

use serde_json::{Value, json};

/// What a server may do with a raw body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Some 4xx.
    Refuse,
    /// Anything but 5xx.
    NoServerError,
}

/// A request body as bytes, with one defect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawBody {
    /// Kebab-case, unique, the same from run to run.
    pub label: &'static str,
    /// The bytes to send.
    pub bytes: Vec<u8>,
    /// What the answer is judged by.
    pub expectation: Expectation,
}

/// How deep the arrays of the nesting case are.
const NESTING: usize = 10_000;
/// The number of zeros in the big number.
const BIG_ZEROS: usize = 400;
/// Stands in the text where raw bytes are to be put; no generated value holds it.
const MARK: &str = "specproof-raw-value";

/// The raw bodies made from `base`, a valid body.
///
/// The empty body is listed as [`Expectation::NoServerError`], since only the caller knows whether a body is required.
/// The nested arrays replace the whole body, so they break any schema that does not take arrays.
pub fn raw_bodies(base: &Value) -> Vec<RawBody> {
    use Expectation::{NoServerError, Refuse};

    let text = base.to_string();
    let plain = text.as_bytes();
    let mut truncated = plain.to_vec();
    truncated.pop();
    let is_text = |value: &Value| value.is_string();
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let nested = ["[".repeat(NESTING), "]".repeat(NESTING)].concat();
    let big = format!("1{}", "0".repeat(BIG_ZEROS));
    let mut cases = vec![
        ("malformed", b"{\"a\": ,}".to_vec(), Refuse),
        ("single-quotes", b"{'a': 'b'}".to_vec(), Refuse),
        ("not-json", b"this is no JSON".to_vec(), Refuse),
        ("truncated", truncated, Refuse),
        ("trailing-garbage", [plain, b" trailing"].concat(), Refuse),
        ("two-values", [plain, b"\n", plain].concat(), Refuse),
        ("invalid-utf8", spliced(base, is_text, b"\"\xff\xfe\xc3\x28\""), NoServerError),
        ("raw-control-character", spliced(base, is_text, b"\"a\x01b\""), NoServerError),
        ("deep-nesting", nested.clone().into_bytes(), Refuse),
        ("deep-nesting-in-member", spliced(base, |_| false, nested.as_bytes()), NoServerError),
        ("empty", Vec::new(), NoServerError),
        ("only-blanks", b" \r\n\t ".to_vec(), NoServerError),
        ("byte-order-mark", [b"\xef\xbb\xbf", plain].concat(), NoServerError),
        ("utf-16", utf16, NoServerError),
        ("lone-surrogate", spliced(base, is_text, br#""a\ud800b""#), NoServerError),
        ("nul-character", spliced(base, is_text, br#""a\u0000b""#), NoServerError),
        ("duplicate-keys", repeated(base), NoServerError),
        ("big-number", spliced(base, Value::is_number, big.as_bytes()), NoServerError),
        ("big-exponent", spliced(base, Value::is_number, b"1e400"), NoServerError),
        ("not-a-number", spliced(base, Value::is_number, b"NaN"), NoServerError),
    ];
    // A cut number such as 12 is a number still.
    cases.retain(|(_, bytes, expectation)| {
        *expectation == NoServerError || serde_json::from_slice::<Value>(bytes).is_err()
    });
    cases.into_iter().map(|(label, bytes, expectation)| RawBody { label, bytes, expectation }).collect()
}

/// The text of `base` with raw bytes in place of the first leaf that `wanted` picks, else as a further member.
fn spliced(base: &Value, wanted: fn(&Value) -> bool, raw: &[u8]) -> Vec<u8> {
    let mut marked = base.clone();
    match first_leaf(&mut marked, wanted) {
        Some(leaf) => *leaf = json!(MARK),
        None => match &mut marked {
            Value::Object(members) => {
                members.insert("specproof".to_owned(), json!(MARK));
            }
            Value::Array(items) => items.push(json!(MARK)),
            _ => marked = json!(MARK),
        },
    }
    let text = marked.to_string();
    match text.split_once(&format!("\"{MARK}\"")) {
        Some((before, after)) => [before.as_bytes(), raw, after.as_bytes()].concat(),
        None => text.into_bytes(),
    }
}

fn first_leaf(value: &mut Value, wanted: fn(&Value) -> bool) -> Option<&mut Value> {
    if wanted(value) {
        return Some(value);
    }
    match value {
        Value::Object(members) => members.values_mut().find_map(|member| first_leaf(member, wanted)),
        Value::Array(items) => items.iter_mut().find_map(|item| first_leaf(item, wanted)),
        _ => None,
    }
}

/// The object with its first member written twice (RFC 8259, 4: names SHOULD be unique).
fn repeated(base: &Value) -> Vec<u8> {
    let first = base.as_object().and_then(|members| members.iter().next());
    let member = first
        .map_or_else(|| r#""specproof":1"#.to_owned(), |(name, member)| format!("{}:{member}", json!(name)));
    let text = base.to_string();
    let rest = text.strip_prefix('{').filter(|rest| *rest != "}");
    match rest {
        Some(rest) => format!("{{{member},{rest}"),
        None => format!("{{{member},{member}}}"),
    }
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::{Expectation, raw_bodies};

    #[test]
    fn each_body_has_its_defect() {
        let base = json!({"id": "abc", "n": 5, "list": [true]});
        let bodies = raw_bodies(&base);
        let labels: BTreeSet<_> = bodies.iter().map(|body| body.label).collect();
        assert_eq!(labels.len(), bodies.len());
        let bytes = |label: &str| bodies.iter().find(|body| body.label == label).expect(label).bytes.clone();
        assert_eq!(bytes("duplicate-keys"), br#"{"id":"abc","id":"abc","list":[true],"n":5}"#);
        assert_eq!(bytes("lone-surrogate"), br#"{"id":"a\ud800b","list":[true],"n":5}"#);
        assert_eq!(bytes("not-a-number"), br#"{"id":"abc","list":[true],"n":NaN}"#);
        assert!(bytes("big-number").len() > 400);
        assert!(String::from_utf8(bytes("invalid-utf8")).is_err());
        assert_eq!(bytes("deep-nesting").len(), 20_000);
    }

    #[test]
    fn what_must_be_refused_is_no_json_for_any_base() {
        for base in [json!({}), json!([]), json!(12), json!("text"), Value::Null, json!({"a": {"b": 1.5}})] {
            for body in raw_bodies(&base) {
                if body.expectation == Expectation::Refuse {
                    assert!(
                        serde_json::from_slice::<Value>(&body.bytes).is_err(),
                        "{} of {base}",
                        body.label
                    );
                }
            }
        }
    }
}
