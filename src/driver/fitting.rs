//! A specimen of content fitted to the resource that is created: names of its own, whole records in a batch, null wherever it may be; and
//! which places of a document's schema are not varied at all.

use super::creation::Item;
use super::request::set_at;
use crate::generate::{Specimen, keywords_at};
use crate::suite::{Field, Make, Resource};

/// Whether a place in the content holds a name or a reference of the record.
pub(super) fn is_identity(resource: &Resource, place: &str) -> bool {
    let at = resource.batch().map_or_else(String::new, |batch| batch.at.clone());
    resource.fields.values().any(|field| {
        let identity = matches!(
            field.make,
            Some(
                Make::Name
                    | Make::Record(_)
                    | Make::Ancestor(_)
                    | Make::Variable(_)
                    | Make::Uuid
                    | Make::Email
                    | Make::Constant(_)
            )
        );
        identity
            && field
                .send
                .as_ref()
                .is_some_and(|send| place == send || place.starts_with(&at) && place.ends_with(send.as_str()))
    })
}

/// Gives the content names of its own beside the place that it varies, since an API may want each name once.
pub(super) fn rename(
    resource: &Resource,
    usual: &Item,
    other: &Item,
    varied: &str,
    content: &mut serde_json::Value,
) {
    // A name that exists stands for its record where creation gives what exists.
    if resource.get_or_create().is_none() {
        name_anew(resource, usual, other, varied, content);
    }
}

/// The same, also where creation gives what exists.
pub(super) fn name_anew(
    resource: &Resource,
    usual: &Item,
    other: &Item,
    varied: &str,
    content: &mut serde_json::Value,
) {
    // A batch has names of its own.
    if resource.batch().is_some() {
        return;
    }
    let names = resource
        .fields
        .iter()
        .filter(|(_, f)| matches!(f.make, Some(Make::Name | Make::Uuid | Make::Email | Make::Schema)));
    for (name, field) in names {
        let (Some(send), Some(value)) = (&field.send, other.sent.get(name)) else { continue };
        if varied.starts_with(send.as_str()) || varied.is_empty() {
            continue;
        }
        if let Some(at) = content.pointer_mut(send).filter(|at| Some(&**at) == usual.sent.get(name)) {
            *at = value.clone();
        }
    }
}

/// A name of ours that is as long as the longest of a specimen, where that is what the specimen is about.
pub(super) fn own_name(
    resource: &Resource,
    base: &serde_json::Value,
    specimen: &Specimen,
) -> Option<serde_json::Value> {
    let named = |field: &Field| {
        matches!(field.make, Some(Make::Name)) && field.send.as_deref() == Some(specimen.place.as_str())
    };
    if specimen.keyword != "maxLength" || !resource.fields.values().any(named) {
        return None;
    }
    let own = base.pointer(&specimen.place)?.as_str()?;
    let wanted = specimen.value.pointer(&specimen.place)?.as_str()?.chars().count();
    let missing = wanted.checked_sub(own.chars().count())?;
    let mut value = base.clone();
    *value.pointer_mut(&specimen.place)? = format!("{own}{}", "x".repeat(missing)).into();
    Some(value)
}

/// Where a specimen is about how many records a batch has, they are all like the one that is known to be good, unless each has a name of its own:
/// made-up ones would name what does not exist.
pub(super) fn repeat_items(
    resource: &Resource,
    base: &serde_json::Value,
    specimen: &mut Specimen,
    is_valid: &dyn Fn(&serde_json::Value) -> bool,
) {
    let Some(batch) = resource.batch().filter(|batch| batch.at == specimen.place) else { return };
    let unique =
        |field: &Field| matches!(field.make, Some(Make::Name | Make::Uuid | Make::Email | Make::Schema));
    let good = base.pointer(&batch.at).and_then(|items| items.get(0));
    let (false, Some(good)) = (resource.fields.values().any(unique), good) else { return };
    let mut repeated = specimen.value.clone();
    let Some(items) = repeated.pointer_mut(&batch.at).and_then(serde_json::Value::as_array_mut) else {
        return;
    };
    if !matches!(specimen.keyword, "minItems" | "maxItems") {
        return;
    }
    // Records without what may be left out are good ones too.
    let least = least(base, &format!("{}/0", batch.at), is_valid);
    let good = least.pointer(&batch.at).and_then(|items| items.get(0)).unwrap_or(good);
    for item in items.iter_mut() {
        item.clone_from(good);
    }
    if is_valid(&repeated) == specimen.valid {
        specimen.value = repeated;
    }
}

/// Content without the members of the object at a place that the schema lets be left out.
pub(super) fn least(
    content: &serde_json::Value,
    place: &str,
    is_valid: &dyn Fn(&serde_json::Value) -> bool,
) -> serde_json::Value {
    let mut least = content.clone();
    let members = content.pointer(place).and_then(serde_json::Value::as_object);
    for name in members.into_iter().flat_map(serde_json::Map::keys) {
        let mut without = least.clone();
        let object = without.pointer_mut(place).and_then(serde_json::Value::as_object_mut);
        let left_out = object.is_some_and(|object| object.remove(name).is_some());
        if left_out && is_valid(&without) {
            least = without;
        }
    }
    least
}

/// Whether a value is one that many languages take for false.
pub(super) fn says_little(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

/// Whether a place lies in what a client must not send (`readOnly`): many servers pass it over, whatever it is.
pub(super) fn is_passed_over<'a>(
    schema: &'a serde_json::Value,
    place: &str,
    resolve: &dyn Fn(&str) -> Option<&'a serde_json::Value>,
) -> bool {
    let ends = place.match_indices('/').map(|(at, _)| at).skip(1).chain([place.len()]);
    ends.map(|end| &place[..end]).any(|around| {
        keywords_at(schema, around, "readOnly", resolve).contains(&&serde_json::Value::Bool(true))
    })
}

/// Whether a keyword sets a bound, whose valid side a target must accept whatever else it knows of the value.
pub(super) fn is_bound(keyword: &str) -> bool {
    matches!(
        keyword,
        "minLength"
            | "maxLength"
            | "minimum"
            | "maximum"
            | "exclusiveMinimum"
            | "exclusiveMaximum"
            | "minItems"
            | "maxItems"
            | "enum"
    )
}

/// Content in which everything is null that the schema lets be null: clients that serialise what they have not got send such, and servers that tell null
/// from absent only here and there break on it.
pub(super) struct Nulls {
    /// The content.
    pub content: serde_json::Value,
    /// Where it is null.
    pub places: Vec<String>,
}

impl Nulls {
    /// Content that is null nowhere yet.
    pub(super) fn new(base: &serde_json::Value) -> Self {
        Self { content: base.clone(), places: Vec::new() }
    }

    /// Puts null where a specimen has it, if all of it stays valid.
    pub(super) fn add(&mut self, specimen: &Specimen, is_valid: &dyn Fn(&serde_json::Value) -> bool) {
        let within = |place: &String| {
            specimen.place.strip_prefix(place.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        if specimen.place.is_empty()
            || !specimen.value.pointer(&specimen.place).is_some_and(serde_json::Value::is_null)
            || self.places.iter().any(within)
        {
            return;
        }
        let mut content = self.content.clone();
        set_at(&mut content, &specimen.place, serde_json::Value::Null);
        if is_valid(&content) {
            self.content = content;
            self.places.push(specimen.place.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_that_may_be_left_out_are() {
        let is_valid = |value: &serde_json::Value| value.pointer("/notes/0/text").is_some();
        let content = json!({"notes": [{"text": "a", "tags": ["b"], "at": 1}], "more": 2});
        for (place, expected) in [
            ("/notes/0", json!({"notes": [{"text": "a"}], "more": 2})),
            ("", json!({"notes": [{"text": "a", "tags": ["b"], "at": 1}]})),
            ("/none", content.clone()),
        ] {
            assert_eq!(least(&content, place, &is_valid), expected, "{place}");
        }
    }

    #[test]
    fn null_stands_where_the_schema_lets_it() {
        let valid = |value: &serde_json::Value| value["text"].is_string() && !value["both"].is_null();
        let mut nulls = Nulls::new(&json!({"text": "a", "both": 1}));
        for (place, value) in [
            ("/meta", json!({"text": "a", "both": 1, "meta": null})),
            // Within what is null already.
            ("/meta/tags", json!({"text": "a", "both": 1, "meta": {"tags": null}})),
            // Valid by itself, and not in this content.
            ("/both", json!({"text": "a", "both": null})),
            ("/metadata", json!({"text": "a", "both": 1, "metadata": null})),
            // No null at all.
            ("/text", json!({"text": "b", "both": 1})),
            ("", json!(null)),
        ] {
            let (place, label) = (place.to_owned(), String::new());
            let specimen = Specimen { keyword: "type", place, label, value, valid: true, lenient: false };
            nulls.add(&specimen, &valid);
        }
        assert_eq!(nulls.places, ["/meta", "/metadata"]);
        assert_eq!(nulls.content, json!({"text": "a", "both": 1, "meta": null, "metadata": null}));
    }

    #[test]
    fn some_values_are_taken_for_false() {
        for (value, little) in [
            (json!(null), true),
            (json!(false), true),
            (json!(0), true),
            (json!(""), true),
            (json!([]), true),
            (json!({}), true),
            (json!(true), false),
            (json!(0.5), false),
            (json!("0"), false),
            (json!([null]), false),
        ] {
            assert_eq!(says_little(&value), little, "{value}");
        }
    }

    #[test]
    fn what_lies_in_a_read_only_member_is_passed_over() {
        let schema = json!({"properties": {
            "meta": {"readOnly": true, "properties": {"at": {"type": "string"}}},
            "name": {"type": "string"},
        }});
        let nowhere = |_: &str| None;
        for (place, passed) in [("/meta", true), ("/meta/at", true), ("/name", false), ("", false)] {
            assert_eq!(is_passed_over(&schema, place, &nowhere), passed, "{place}");
        }
    }
}
