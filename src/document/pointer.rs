//! JSON pointers (RFC 6901) as plain strings, and the URI fragments that carry them.
//!
//! A pointer is kept as its escaped text (`/paths/~1v3/get`), because that is the form a report prints and
//! the form `serde_json::Value::pointer` reads.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

/// Everything that a URI fragment may not hold as it is (RFC 3986 section 3.5), and a little more for safety.
const FRAGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'~').remove(b'-').remove(b'_').remove(b'.').remove(b'$');

/// Escapes one reference token: `~` becomes `~0` and `/` becomes `~1` (RFC 6901 section 3).
pub(crate) fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// Undoes [`escape`].
pub(crate) fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

/// The pointer one step further down, to the member or the element that `token` names.
pub(crate) fn child(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", escape(token))
}

/// The pointer one step further down, to the element at `index`.
pub(crate) fn element(pointer: &str, index: usize) -> String {
    let mut text = pointer.to_owned();
    // Writing to a string cannot fail.
    let _ = write!(text, "/{index}");
    text
}

/// The unescaped tokens of a pointer.
pub(crate) fn tokens(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(unescape)
}

/// The value that a pointer names: what `serde_json::Value::pointer` says. That copies each token twice; this is asked for every item of every
/// page, for each of its fields.
pub(crate) fn find<'a>(value: &'a Value, pointer: &str) -> Option<&'a Value> {
    if pointer.contains('~') || !(pointer.is_empty() || pointer.starts_with('/')) {
        return value.pointer(pointer);
    }
    pointer.split('/').skip(1).try_fold(value, |value, token| match value {
        Value::Object(members) => members.get(token),
        Value::Array(_) => value.pointer(&format!("/{token}")),
        _ => None,
    })
}

/// The pointer one step further up; `None` for the root.
pub(crate) fn parent(pointer: &str) -> Option<&str> {
    pointer.rfind('/').map(|cut| &pointer[..cut])
}

/// Reads a URI fragment (without its `#`) as a pointer: percent-decoded, empty or starting with `/`.
///
/// A fragment that is no pointer (an anchor) or that does not decode to UTF-8 gives `None`.
pub(crate) fn from_fragment(fragment: &str) -> Option<String> {
    let decoded = percent_decode_str(fragment).decode_utf8().ok()?;
    (decoded.is_empty() || decoded.starts_with('/')).then(|| decoded.into_owned())
}

/// Writes a pointer as a URI fragment, without the `#`.
pub(crate) fn to_fragment(pointer: &str) -> String {
    utf8_percent_encode(pointer, FRAGMENT).to_string()
}

/// Orders pointers by token, numbers by their value, so that `/items/2` stands before `/items/10`.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    let mut left_tokens = left.split('/');
    let mut right_tokens = right.split('/');
    loop {
        match (left_tokens.next(), right_tokens.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => {
                let order = match (a.parse::<u64>(), b.parse::<u64>()) {
                    (Ok(x), Ok(y)) => x.cmp(&y),
                    _ => a.cmp(b),
                };
                if order != Ordering::Equal {
                    return order;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tokens_survive_escaping() {
        for token in ["", "a", "/", "~", "~1", "a/b~c", "application/json", "{id}"] {
            assert_eq!(unescape(&escape(token)), token);
            assert_eq!(tokens(&child("/x", token)).nth(1).as_deref(), Some(token));
        }
    }

    #[test]
    fn a_value_is_found_as_serde_json_finds_it() {
        let value = json!({"": 1, "a": {"/": [2, {"b": null}], "~": 3}, "é": [], "0": 4});
        for pointer in [
            "",
            "/",
            "a",
            "/a",
            "/a/",
            "/a/~1/0",
            "/a/~1/1/b",
            "/a/~0",
            "/a/~1/01",
            "/a/~1/-",
            "/a/~1/2",
            "/é",
            "/é/0",
            "/0",
            "/0/0",
            "//",
        ] {
            assert_eq!(find(&value, pointer), value.pointer(pointer), "{pointer}");
        }
    }

    #[test]
    fn fragments_are_percent_decoded() {
        let cases = [
            ("", Some("")),
            ("/components/schemas/A%20B", Some("/components/schemas/A B")),
            ("/paths/~1a~1%7Bid%7D", Some("/paths/~1a~1{id}")),
            ("anchor", None),
            ("/%FF", None),
        ];
        for (fragment, pointer) in cases {
            assert_eq!(from_fragment(fragment).as_deref(), pointer, "{fragment}");
        }
        let pointer = "/paths/~1a~1{id}/ä b";
        assert_eq!(from_fragment(&to_fragment(pointer)).as_deref(), Some(pointer));
    }

    #[test]
    fn pointers_are_ordered_by_number() {
        assert_eq!(compare("/items/2/id", "/items/10/id"), Ordering::Less);
        assert_eq!(compare("/items", "/items/0"), Ordering::Less);
        assert_eq!(compare("/b", "/a"), Ordering::Greater);
        assert_eq!(parent("/a/b"), Some("/a"));
        assert_eq!(parent(""), None);
    }
}
