//! A reading of raw schemas as conjunctions, the form in which all other parts of the generator see them.
//!
//! [`Conjunction`] is the list of schema objects that hold for one value at once: the schema itself, what `$ref` and
//! `allOf` add, and the branch that was chosen of each `anyOf`, `oneOf` and `if`. Keywords are then read across the
//! list (the largest `minimum`, every `pattern`), so no schemas have to be merged.

use serde_json::{Map, Value};

use super::{Resolve, pattern};

/// How many schema objects a conjunction may hold; a schema that refers to itself through `allOf` ends here.
const PARTS_MAX: usize = 64;
/// How many `$ref`, `allOf` and branch steps may follow one another at one place.
const HOPS_MAX: usize = 16;

/// A JSON Schema type; `Integer` is apart from `Number` since most schemas use it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
    Null,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::String, Self::Integer, Self::Number, Self::Boolean, Self::Array, Self::Object, Self::Null];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
            Self::Null => "null",
        }
    }

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_f64() => Self::Number,
            Value::Number(_) => Self::Integer,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

/// A point where a schema leaves a choice.
pub(super) enum Fork<'a> {
    /// The branches of `anyOf` or `oneOf`: the answer is the index of one of them.
    Branches(&'a [Value]),
    /// The schema of an `if`: 0 takes `if` with `then`, anything else takes `else`.
    Condition(&'a Value),
}

/// The schema objects that hold for one value at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Conjunction<'a> {
    parts: Vec<&'a Map<String, Value>>,
    /// True when a `false` schema is among the parts.
    pub(super) impossible: bool,
}

impl<'a> Conjunction<'a> {
    /// Reads `schemas`, which all hold for one value; `choose` decides each [`Fork`].
    pub(super) fn new(
        schemas: &[&'a Value], resolve: Resolve<'_, 'a>, choose: &mut dyn FnMut(&Fork<'a>) -> usize,
    ) -> Self {
        let mut read = Self::default();
        for schema in schemas {
            read.push(schema, resolve, choose, 0);
        }
        read
    }

    fn push(
        &mut self, schema: &'a Value, resolve: Resolve<'_, 'a>, choose: &mut dyn FnMut(&Fork<'a>) -> usize, hops: usize,
    ) {
        if hops > HOPS_MAX || self.parts.len() >= PARTS_MAX {
            return;
        }
        let map = match schema {
            Value::Bool(false) => {
                self.impossible = true;
                return;
            }
            Value::Object(map) => map,
            _ => return,
        };
        self.parts.push(map);
        for keyword in ["$ref", "$dynamicRef"] {
            if let Some(target) = map.get(keyword).and_then(Value::as_str).and_then(resolve) {
                self.push(target, resolve, choose, hops + 1);
            }
        }
        for part in list(map, "allOf") {
            self.push(part, resolve, choose, hops + 1);
        }
        for keyword in ["anyOf", "oneOf"] {
            let branches = list(map, keyword);
            if !branches.is_empty() {
                let index = choose(&Fork::Branches(branches)).min(branches.len() - 1);
                self.push(&branches[index], resolve, choose, hops + 1);
            }
        }
        if let Some(condition) = map.get("if") {
            if choose(&Fork::Condition(condition)) == 0 {
                self.push(condition, resolve, choose, hops + 1);
                if let Some(then) = map.get("then") {
                    self.push(then, resolve, choose, hops + 1);
                }
            } else if let Some(otherwise) = map.get("else") {
                self.push(otherwise, resolve, choose, hops + 1);
            }
        }
    }

    /// Adds the parts of another conjunction that holds for the same value.
    pub(super) fn join(&mut self, other: Self) {
        self.parts.extend(other.parts);
        self.impossible |= other.impossible;
    }

    /// Every value of `keyword`, in the order of the parts.
    pub(super) fn all(&self, keyword: &str) -> impl Iterator<Item = &'a Value> {
        self.parts.iter().filter_map(move |part| part.get(keyword))
    }

    pub(super) fn has(&self, keyword: &str) -> bool {
        self.all(keyword).next().is_some()
    }

    pub(super) fn texts(&self, keyword: &str) -> Vec<&'a str> {
        self.all(keyword).filter_map(Value::as_str).collect()
    }

    /// The strictest of a lower limit such as `minLength`.
    pub(super) fn least(&self, keyword: &str) -> Option<usize> {
        self.all(keyword).filter_map(count).max()
    }

    /// The strictest of an upper limit such as `maxLength`.
    pub(super) fn most(&self, keyword: &str) -> Option<usize> {
        self.all(keyword).filter_map(count).min()
    }

    /// The types that every part allows.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        Kind::ALL.into_iter().filter(|kind| self.all("type").all(|listed| allows(listed, *kind))).collect()
    }

    /// True when a number here must be an integer.
    pub(super) fn integers_only(&self) -> bool {
        !self.kinds().contains(&Kind::Number)
    }

    /// The types that are sensible to generate: those of `type`, or the one that the other keywords speak of.
    pub(super) fn sensible_kinds(&self) -> Vec<Kind> {
        let kinds = self.kinds();
        if self.has("type") {
            return kinds;
        }
        let spoken = [
            (Kind::Object, &["properties", "required", "additionalProperties", "propertyNames", "minProperties"][..]),
            (Kind::Object, &["patternProperties", "maxProperties", "dependentRequired", "dependentSchemas"]),
            (Kind::Array, &["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"]),
            (Kind::String, &["minLength", "maxLength", "pattern", "format"]),
            (Kind::Number, &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
        ];
        let found: Vec<Kind> = spoken
            .into_iter()
            .filter(|(_, keywords)| keywords.iter().any(|keyword| self.has(keyword)))
            .map(|(kind, _)| kind)
            .collect();
        if found.is_empty() { kinds } else { found }
    }

    /// The values that `enum` and `const` leave; `None` when neither stands.
    pub(super) fn members(&self) -> Option<Vec<&'a Value>> {
        let mut lists = self
            .all("const")
            .map(|only| vec![only])
            .chain(self.all("enum").filter_map(Value::as_array).map(|members| members.iter().collect()));
        let mut members: Vec<&'a Value> = lists.next()?;
        for other in lists {
            members.retain(|member| other.contains(member));
        }
        Some(members)
    }

    /// The names under `properties`, each once.
    pub(super) fn property_names(&self) -> Vec<&'a str> {
        let mut names = Vec::new();
        for name in self.all("properties").filter_map(Value::as_object).flat_map(Map::keys) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// The names under `required`, each once.
    pub(super) fn required(&self) -> Vec<&'a str> {
        let mut names = Vec::new();
        for name in self.all("required").filter_map(Value::as_array).flatten().filter_map(Value::as_str) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The schemas that hold for the member `name`, by 10.3.2 of JSON Schema Core.
    pub(super) fn property(&self, name: &str) -> Vec<&'a Value> {
        let mut schemas = Vec::new();
        for part in &self.parts {
            let before = schemas.len();
            schemas.extend(part.get("properties").and_then(|properties| properties.get(name)));
            if let Some(patterns) = part.get("patternProperties").and_then(Value::as_object) {
                let matching = patterns.iter().filter(|(text, _)| pattern::matches(text, name));
                schemas.extend(matching.map(|(_, schema)| schema));
            }
            if schemas.len() == before {
                schemas.extend(part.get("additionalProperties"));
            }
        }
        schemas
    }

    /// The schemas that hold for the array element at `index`, by 10.3.1 of JSON Schema Core.
    pub(super) fn item(&self, index: usize) -> Vec<&'a Value> {
        self.parts
            .iter()
            .filter_map(|part| list(part, "prefixItems").get(index).or_else(|| part.get("items")))
            .collect()
    }

    /// How many leading elements have schemas of their own.
    pub(super) fn prefix_len(&self) -> usize {
        self.all("prefixItems").filter_map(Value::as_array).map(Vec::len).max().unwrap_or(0)
    }

    /// The trigger and the names of each `dependentRequired` entry.
    pub(super) fn dependent_required(&self) -> Vec<(&'a str, Vec<&'a str>)> {
        let entries = self.all("dependentRequired").filter_map(Value::as_object).flatten();
        entries
            .map(|(trigger, names)| {
                (trigger.as_str(), names.as_array().into_iter().flatten().filter_map(Value::as_str).collect())
            })
            .collect()
    }

    /// The branches of each `anyOf` or `oneOf`, with the keyword.
    pub(super) fn branches(&self) -> Vec<(&'static str, &'a [Value])> {
        let mut found = Vec::new();
        for part in &self.parts {
            for keyword in ["anyOf", "oneOf"] {
                let branches = list(part, keyword);
                if !branches.is_empty() {
                    found.push((keyword, branches));
                }
            }
        }
        found
    }
}

fn list<'a>(map: &'a Map<String, Value>, keyword: &str) -> &'a [Value] {
    map.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A count as JSON Schema allows it: also `3.0`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before the cast")]
pub(super) fn count(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|number| usize::try_from(number).ok()).or_else(|| {
        value.as_f64().filter(|float| float.fract() == 0.0 && (0.0..1e15).contains(float)).map(|float| float as usize)
    })
}

fn allows(listed: &Value, kind: Kind) -> bool {
    let one = |name: &Value| {
        name.as_str().is_some_and(|name| name == kind.name() || (kind == Kind::Integer && name == "number"))
    };
    listed.as_array().map_or_else(|| one(listed), |names| names.iter().any(one))
}
