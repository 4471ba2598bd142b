//! Links that stand in an array, each with a member that names its relation: `{"link": [{"relation": "next", "url": "…"}]}`.
//!
//! A pointer to one has a token in brackets where the array is: `/link/[relation=next]/url`. Several names are joined by `|`.

use serde_json::Value;

/// What a pointer leads to, of whose tokens those in brackets choose the first element of an array that has a member of this value.
pub(super) fn find<'v>(content: &'v Value, pointer: &str) -> Option<&'v Value> {
    if !pointer.contains("/[") {
        return content.pointer(pointer);
    }
    pointer.split('/').skip(1).try_fold(content, |at, token| match (label(token), at.as_array()) {
        (Some((name, values)), Some(elements)) => {
            let is = |element: &&Value| {
                let told = element.get(name).and_then(Value::as_str);
                told.is_some_and(|told| values.split('|').any(|value| value.eq_ignore_ascii_case(told)))
            };
            elements.iter().find(is)
        }
        _ => at.pointer(&format!("/{token}")),
    })
}

/// The member and the values that a token in brackets names.
pub fn label(token: &str) -> Option<(&str, &str)> {
    token.strip_prefix('[')?.strip_suffix(']')?.split_once('=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_link_is_found_by_its_relation() {
        let content = json!({"link": [{"relation": "self", "url": "a"}, {"url": "b"}, {"relation": "Prev", "url": "c"}], "[x=y]": {"z": 1}, "n": [[1]]});
        for (pointer, found) in [
            ("/link/[relation=self]/url", Some(json!("a"))),
            ("/link/[relation=previous|prev]/url", Some(json!("c"))),
            ("/link/[relation=next]/url", None),
            ("/link/[relation]/url", None),
            ("/link/1/url", Some(json!("b"))),
            ("/[x=y]/z", Some(json!(1))),
            ("/n/0/0", Some(json!(1))),
            ("", Some(content.clone())),
        ] {
            assert_eq!(find(&content, pointer), found.as_ref(), "{pointer}");
        }
    }
}
