//! Changes of JSON values that faults are made of. What a value does not have is left alone.

use serde_json::{Map, Value, json};

/// Changes the list that is a member of an object.
pub(crate) fn list(value: &mut Value, member: &str, change: impl FnOnce(&mut Vec<Value>)) {
    if let Some(Value::Array(items)) = value.get_mut(member) {
        change(items);
    }
}

/// Changes each item of a list, or of a value that is itself a list.
pub(crate) fn each(value: &mut Value, member: &str, change: impl Fn(&mut Value)) {
    let items = if value.is_array() { Some(value) } else { value.get_mut(member) };
    if let Some(Value::Array(items)) = items {
        items.iter_mut().for_each(change);
    }
}

/// Changes a text member.
pub(crate) fn text(value: &mut Value, member: &str, change: impl FnOnce(&str) -> String) {
    if let Some(Value::String(text)) = value.get_mut(member) {
        *text = change(text);
    }
}

/// Adds to an integer member.
pub(crate) fn add(value: &mut Value, member: &str, by: i64) {
    if let Some(number) = value.get(member).and_then(Value::as_i64) {
        value[member] = json!(number.saturating_add(by));
    }
}

/// Sets a member that is there.
pub(crate) fn set(value: &mut Value, member: &str, new: Value) {
    if let Some(old) = value.get_mut(member) {
        *old = new;
    }
}

/// Renames a key wherever it occurs.
pub(crate) fn rename(value: &mut Value, from: &str, to: &str) {
    objects(value, &mut |map| {
        if let Some(moved) = map.remove(from) {
            map.insert(to.to_owned(), moved);
        }
    });
}

/// Removes a member.
pub(crate) fn remove(value: &mut Value, member: &str) {
    if let Value::Object(map) = value {
        map.remove(member);
    }
}

/// Changes every object in a value, the outer before the inner ones.
pub(crate) fn objects(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            change(map);
            map.values_mut().for_each(|inner| objects(inner, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| objects(inner, change)),
        _ => {}
    }
}

/// Changes every value that is no container.
pub(crate) fn leaves(value: &mut Value, change: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Object(map) => map.values_mut().for_each(|inner| leaves(inner, change)),
        Value::Array(items) => items.iter_mut().for_each(|inner| leaves(inner, change)),
        leaf => change(leaf),
    }
}

/// The number of items in a list member.
pub(crate) fn count(value: &Value, member: &str) -> usize {
    value.get(member).and_then(Value::as_array).map_or(0, Vec::len)
}

/// The members of two objects, the later ones first in rank.
pub(crate) fn merged(old: &Value, new: &Value) -> Value {
    let mut map = old.as_object().cloned().unwrap_or_default();
    map.extend(new.as_object().cloned().unwrap_or_default());
    Value::Object(map)
}
