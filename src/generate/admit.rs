//! A rough check of a value against a raw schema, used to see which branch of `anyOf`, `oneOf` or `if` a value took.
//!
//! It reads the keywords that tell branches apart (types, constants, names, bounds) and lets `pattern` and
//! `format` pass. That is enough for a guess; the caller's check stays the judge of every specimen.

use serde_json::{Map, Value};

use super::{
    Resolve,
    schema::{Fork, Kind, count},
};

/// How deep the check looks; below that it says yes.
const DEPTH_MAX: usize = 8;

/// Decides a fork by the value that stands at the place.
pub(super) fn choose(fork: &Fork<'_>, value: &Value, resolve: Resolve<'_, '_>) -> usize {
    match fork {
        Fork::Branches(branches) => {
            branches.iter().position(|branch| admits(branch, value, resolve, 0)).unwrap_or(0)
        }
        Fork::Condition(condition) => usize::from(!admits(condition, value, resolve, 0)),
    }
}

/// Whether `value` may satisfy `schema`; errs on the side of yes.
pub(super) fn admits(schema: &Value, value: &Value, resolve: Resolve<'_, '_>, depth: usize) -> bool {
    let map = match schema {
        Value::Bool(verdict) => return *verdict,
        Value::Object(map) if depth <= DEPTH_MAX => map,
        _ => return true,
    };
    let below = |schema: &Value| admits(schema, value, resolve, depth + 1);
    let list = |keyword: &str| map.get(keyword).and_then(Value::as_array);
    if let Some(target) = map.get("$ref").and_then(Value::as_str).and_then(resolve)
        && !below(target)
    {
        return false;
    }
    kind_fits(map, value)
        && map.get("const").is_none_or(|only| same(only, value))
        && list("enum").is_none_or(|members| members.iter().any(|member| same(member, value)))
        && list("allOf").is_none_or(|parts| parts.iter().all(below))
        && list("anyOf").is_none_or(|parts| parts.iter().any(below))
        && list("oneOf").is_none_or(|parts| parts.iter().filter(|part| below(part)).count() == 1)
        && map.get("not").is_none_or(|denied| !below(denied))
        && limits_fit(map, value)
        && members_fit(map, value, resolve, depth)
}

fn kind_fits(map: &Map<String, Value>, value: &Value) -> bool {
    let Some(listed) = map.get("type") else { return true };
    let kind = Kind::of(value);
    let whole = value.as_f64().is_some_and(|float| float.fract() == 0.0);
    let one = |name: &Value| {
        name.as_str().is_none_or(|name| {
            name == kind.name()
                || (kind == Kind::Integer && name == "number")
                || (kind == Kind::Number && whole && name == "integer")
        })
    };
    listed.as_array().map_or_else(|| one(listed), |names| names.iter().any(one))
}

fn limits_fit(map: &Map<String, Value>, value: &Value) -> bool {
    let within = |size: usize, low: &str, high: &str| {
        map.get(low).and_then(count).is_none_or(|low| size >= low)
            && map.get(high).and_then(count).is_none_or(|high| size <= high)
    };
    match value {
        Value::Number(_) => {
            let Some(number) = value.as_f64() else { return true };
            let bound = |keyword: &str| map.get(keyword).and_then(Value::as_f64);
            bound("minimum").is_none_or(|low| number >= low)
                && bound("maximum").is_none_or(|high| number <= high)
                && bound("exclusiveMinimum").is_none_or(|low| number > low)
                && bound("exclusiveMaximum").is_none_or(|high| number < high)
        }
        Value::String(text) => within(text.chars().count(), "minLength", "maxLength"),
        Value::Array(items) => within(items.len(), "minItems", "maxItems"),
        Value::Object(members) => within(members.len(), "minProperties", "maxProperties"),
        Value::Null | Value::Bool(_) => true,
    }
}

fn members_fit(map: &Map<String, Value>, value: &Value, resolve: Resolve<'_, '_>, depth: usize) -> bool {
    match value {
        Value::Object(members) => {
            let properties = map.get("properties").and_then(Value::as_object);
            let required = map.get("required").and_then(Value::as_array).into_iter().flatten();
            let closed = map.get("additionalProperties") == Some(&Value::Bool(false))
                && !map.contains_key("patternProperties");
            required.filter_map(Value::as_str).all(|name| members.contains_key(name))
                && members.iter().all(|(name, member)| match properties.and_then(|known| known.get(name)) {
                    Some(schema) => admits(schema, member, resolve, depth + 1),
                    None => !closed,
                })
        }
        Value::Array(items) if !map.contains_key("prefixItems") => map
            .get("items")
            .is_none_or(|schema| items.iter().all(|item| admits(schema, item, resolve, depth + 1))),
        _ => true,
    }
}

/// Equality as JSON Schema sees it at the top level: `1` and `1.0` are the same number.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(one), Value::Number(other)) if one != other => {
            (one.is_f64() || other.is_f64()) && left.as_f64() == right.as_f64()
        }
        _ => left == right,
    }
}
