//! Data as a form (`application/x-www-form-urlencoded`), for operations that take no JSON.
//!
//! Members of objects stand in brackets and elements of arrays are repeated, as the "Encoding Object" of `OpenAPI` has it for forms
//! (`deepObject` for objects, exploded `form` for arrays).

use serde_json::Value;

use super::request::encode;

/// The media type of forms (WHATWG URL, section 5).
pub(super) const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// A form that holds the members of an object; null has no form and is left out.
pub(super) fn encoded(value: &Value) -> String {
    let mut pairs = Vec::new();
    if let Value::Object(members) = value {
        for (name, member) in members {
            collect(name, member, &mut pairs);
        }
    }
    pairs
        .iter()
        .map(|(name, text)| format!("{}={}", encode(name), encode(text)))
        .collect::<Vec<_>>()
        .join("&")
}

fn collect(name: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::String(text) => pairs.push((name.to_owned(), text.clone())),
        Value::Bool(_) | Value::Number(_) => pairs.push((name.to_owned(), value.to_string())),
        Value::Array(elements) => elements.iter().for_each(|element| collect(name, element, pairs)),
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| collect(&format!("{name}[{key}]"), member, pairs));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_stand_in_brackets_and_elements_are_repeated() {
        let value = json!({"name": "a b&c", "meta": {"k": "v", "deep": {"n": 1}}, "tags": ["x", "y"], "no": null, "on": true});
        assert_eq!(
            encoded(&value),
            "meta%5Bdeep%5D%5Bn%5D=1&meta%5Bk%5D=v&name=a%20b%26c&on=true&tags=x&tags=y"
        );
        assert_eq!(encoded(&json!([1])), "");
    }
}
