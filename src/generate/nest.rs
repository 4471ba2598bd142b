//! Candidates for the keywords of arrays and objects, for type swaps, and for the branches of a schema.
//!
//! Like [`leaf`](super::leaf) these are proposals only. A fault is made by the least change to the value that stands at
//! the place, so that the rest of it stays known to be good.

use serde_json::{Map, Value, json};

use super::{
    leaf::Candidate,
    maker::Maker,
    schema::{Conjunction, Kind},
};

/// The largest array or object that is made for an edge.
const SIZE_MAX: usize = 1_000;
/// How many branches of one `anyOf` or `oneOf` are tried.
const BRANCHES_MAX: usize = 6;
/// Alternatives that are made for a branch, of which the first confirmed one counts.
const BRANCH_TRIES: usize = 6;

/// Values of other types in place of `current`, least forgivable first.
///
/// Swaps that lenient readers undo with good reason (`"5"` for 5, 5 for `"5"`, 1 for `true`) are not among them.
pub(super) fn swaps(current: &Value) -> Vec<Candidate> {
    let swap = |kind: Kind, value: Value| Candidate::bad("type", kind.name(), value);
    let object = swap(Kind::Object, json!({"unexpected": "member"}));
    let array = swap(Kind::Array, json!(["unexpected"]));
    let null = swap(Kind::Null, Value::Null);
    let text = |words: &str| swap(Kind::String, json!(words));
    let number = swap(Kind::Number, json!(7.5));
    match Kind::of(current) {
        Kind::String | Kind::Null => vec![object, array, null],
        Kind::Integer | Kind::Number => vec![text("not-a-number"), object, null, array],
        Kind::Boolean => vec![text("not-a-boolean"), object, null, array],
        Kind::Array => vec![text("not-an-array"), object, null, number],
        Kind::Object => vec![text("not-an-object"), array, null, number],
    }
}

/// Edges of the array keywords, around the array that stands at the place.
pub(super) fn arrays<'a>(
    schema: &Conjunction<'a>, current: &[Value], maker: &mut Maker<'_, '_, 'a>,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    if let Some(low) = schema.least("minItems").filter(|low| (1..=SIZE_MAX).contains(low)) {
        let shorter = maker.resized(schema, current, low - 1);
        found.extend(shorter.map(|items| Candidate::bad("minItems", "minus-1", json!(items))));
        let edge = maker.resized(schema, current, low);
        found.extend(edge.map(|items| Candidate::good("minItems", "exact", json!(items))));
    }
    let high = schema.most("maxItems");
    if let Some(high) = high.filter(|high| *high <= SIZE_MAX) {
        let longer = maker.resized(schema, current, high + 1);
        found.extend(longer.map(|items| Candidate::bad("maxItems", "plus-1", json!(items))));
        let edge = maker.resized(schema, current, high);
        found.extend(edge.map(|items| Candidate::good("maxItems", "exact", json!(items))));
    }
    if schema.has("uniqueItems") {
        let size = schema.least("minItems").unwrap_or(1).clamp(1, SIZE_MAX);
        let mut items = if current.is_empty() { maker.resized(schema, &[], size) } else { Some(current.to_vec()) };
        if let Some(items) = items.as_mut()
            && let Some(first) = items.first().cloned()
        {
            if items.len() > 1 && high.is_some_and(|high| items.len() >= high) {
                items.pop();
            }
            items.push(first);
            found.push(Candidate::bad("uniqueItems", "duplicate", json!(items)));
        }
    }
    if schema.has("items") {
        let last = maker.resized(schema, current, current.len().max(1)).unwrap_or_default();
        let room = high.is_none_or(|high| last.len() < high);
        if let Some(end) = last.last() {
            let kept = if room { &last[..] } else { &last[..last.len() - 1] };
            for swap in swaps(end) {
                let mut items = kept.to_vec();
                items.push(swap.value);
                found.push(Candidate::bad("items", "bad-last", json!(items)));
            }
        }
    }
    if schema.has("contains") {
        for item in [json!({"unexpected": "member"}), json!("unexpected"), Value::Null, json!(0)] {
            found.push(Candidate::bad("contains", "none", json!(vec![item; current.len().max(1)])));
        }
        found.push(Candidate::bad("contains", "none", json!([])));
    }
    found
}

/// Edges of the object keywords, around the object that stands at the place.
pub(super) fn objects<'a>(
    schema: &Conjunction<'a>, current: &Map<String, Value>, maker: &mut Maker<'_, '_, 'a>,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    let without = |names: &[&str]| {
        let mut members = current.clone();
        for name in names {
            members.remove(*name);
        }
        Value::Object(members)
    };
    let required = schema.required();
    for name in &required {
        found.push(Candidate::bad("required", kebab(name), without(&[name])));
    }
    let optional: Vec<&str> = current.keys().map(String::as_str).filter(|name| !required.contains(name)).collect();
    if !optional.is_empty() {
        found.push(Candidate::good("required", "only", without(&optional)));
    }
    found.extend(extras(schema, current, maker));
    found.extend(sizes(schema, current, &required, maker));
    for (trigger, names) in schema.dependent_required() {
        let mut members = current.clone();
        for name in names.iter().chain([&trigger]) {
            if !members.contains_key(*name)
                && let Some(member) = maker.make(&schema.property(name), name, 0)
            {
                members.insert((*name).to_owned(), member);
            }
        }
        found.push(Candidate::good("dependentRequired", kebab(trigger), Value::Object(members.clone())));
        for name in names {
            let mut fewer = members.clone();
            fewer.remove(name);
            let detail = format!("{}-without-{}", kebab(trigger), kebab(name));
            found.push(Candidate::bad("dependentRequired", detail, Value::Object(fewer)));
        }
    }
    let all = maker.filled(schema, current.clone(), schema.property_names().len().max(current.len()), 0);
    if let Some(all) = all.filter(|all| all.len() > current.len()) {
        found.push(Candidate::good("properties", "all", Value::Object(all)));
    }
    found
}

/// Members that no schema foresees: names that are refused, and values that `additionalProperties` refuses.
fn extras<'a>(
    schema: &Conjunction<'a>, current: &Map<String, Value>, maker: &mut Maker<'_, '_, 'a>,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    let with = |name: &str, member: Value| {
        let mut members = current.clone();
        members.insert(name.to_owned(), member);
        Value::Object(members)
    };
    let closed = |keyword: &str| schema.all(keyword).any(|rule| rule == &json!(false));
    for keyword in ["additionalProperties", "unevaluatedProperties"] {
        if closed(keyword) {
            found.push(Candidate::bad(keyword, "extra", with("unexpected_member", json!("unexpected"))));
            let other = schema.property_names().into_iter().find_map(|name| {
                let upper = name.to_uppercase();
                (upper != name && !schema.property_names().contains(&upper.as_str())).then_some((name, upper))
            });
            if let Some((name, upper)) = other
                && let Some(member) = maker.make(&schema.property(name), name, 0)
            {
                found.push(Candidate::bad(keyword, "other-case", with(&upper, member)));
            }
            break;
        }
    }
    if schema.all("additionalProperties").any(Value::is_object) {
        let name = maker.free_name(schema, 0);
        if let Some(member) = maker.make(&schema.property(&name), "", 0) {
            for swap in swaps(&member) {
                found.push(Candidate::bad("additionalProperties", "bad-member", with(&name, swap.value)));
            }
            found.push(Candidate::good("additionalProperties", "member", with(&name, member)));
        }
    }
    if schema.has("propertyNames") {
        for name in ["not a name!", "~", "", "UPPER", "lower", "0"].map(str::to_owned).into_iter().chain(["n".repeat(300)])
        {
            if let Some(member) = maker.make(&schema.property(&name), "", 0) {
                found.push(Candidate::bad("propertyNames", "bad-name", with(&name, member)));
            }
        }
        let name = maker.free_name(schema, 0);
        if let Some(member) = maker.make(&schema.property(&name), "", 0) {
            found.push(Candidate::good("propertyNames", "good-name", with(&name, member)));
        }
    }
    found
}

/// Edges of `minProperties` and `maxProperties`.
fn sizes<'a>(
    schema: &Conjunction<'a>, current: &Map<String, Value>, required: &[&str], maker: &mut Maker<'_, '_, 'a>,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut sized = |size: usize| {
        let mut members = current.clone();
        let optional: Vec<String> = members.keys().filter(|name| !required.contains(&name.as_str())).cloned().collect();
        for name in optional.iter().take(members.len().saturating_sub(size)) {
            members.remove(name);
        }
        let filled = maker.filled(schema, members, size, 0)?;
        (filled.len() == size).then_some(Value::Object(filled))
    };
    if let Some(low) = schema.least("minProperties").filter(|low| (1..=SIZE_MAX).contains(low)) {
        found.extend(sized(low - 1).map(|members| Candidate::bad("minProperties", "minus-1", members)));
        found.extend(sized(low).map(|members| Candidate::good("minProperties", "exact", members)));
    }
    if let Some(high) = schema.most("maxProperties").filter(|high| *high <= SIZE_MAX) {
        found.extend(sized(high + 1).map(|members| Candidate::bad("maxProperties", "plus-1", members)));
        found.extend(sized(high).map(|members| Candidate::good("maxProperties", "exact", members)));
    }
    found
}

/// One value for each branch and each type, values in two branches of a `oneOf`, values that a `not` forbids.
pub(super) fn branches<'a>(
    schemas: &[&'a Value], schema: &Conjunction<'a>, maker: &mut Maker<'_, '_, 'a>,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    let with = |more: &[&'a Value]| schemas.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    for (keyword, branches) in schema.branches() {
        if keyword == "oneOf" {
            for index in 1..branches.len().min(BRANCHES_MAX) {
                let both = maker.several(&[&branches[0], &branches[index]], BRANCH_TRIES);
                let detail = format!("branches-0-and-{index}");
                found.extend(both.into_iter().map(|value| Candidate::bad(keyword, detail.clone(), value)));
            }
        }
        for (index, branch) in branches.iter().enumerate().take(BRANCHES_MAX) {
            let values = maker.several(&with(&[branch]), BRANCH_TRIES);
            let alone = maker.several(&[branch], 1);
            let detail = format!("branch-{index}");
            found.extend(
                alone.into_iter().chain(values).map(|value| Candidate::good(keyword, detail.clone(), value)),
            );
        }
    }
    for denied in schema.all("not") {
        let values = maker.several(&with(&[denied]), BRANCH_TRIES);
        found.extend(values.into_iter().map(|value| Candidate::bad("not", "forbidden", value)));
    }
    if schema.all("type").any(Value::is_array) && !schema.has("enum") {
        for kind in schema.kinds() {
            let value = maker.of_kind(kind, schema, "", 0);
            found.extend(value.map(|value| Candidate::good("type", format!("{}-allowed", kind.name()), value)));
        }
    }
    found
}

/// A label part: lower case, words and digits joined by hyphens (`peerId` and `peer_id` both give `peer-id`).
pub(super) fn kebab(text: &str) -> String {
    let mut slug = String::new();
    let mut lower = false;
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            if character.is_ascii_uppercase() && lower {
                slug.push('-');
            }
            lower = character.is_ascii_lowercase() || character.is_ascii_digit();
            slug.push(character.to_ascii_lowercase());
        } else {
            lower = false;
            if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "unnamed".to_owned() } else { slug.to_owned() }
}
