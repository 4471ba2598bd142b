//! Valid instances of a schema, made by guess and check.
//!
//! [`Maker`] builds one guess for a conjunction; [`instance`] repeats guesses, each a little bolder than the last (other
//! branches, optional members, the schema's own examples), until the caller's check accepts one. The first
//! guess is the smallest sensible value: only required members, fewest elements, first branches.

use rand::{RngExt, rngs::ChaCha8Rng};
use serde_json::{Map, Value, json};

use super::{
    Check, Resolve, Words,
    admit::admits,
    format, leaf,
    number::Range,
    pattern,
    schema::{Conjunction, Fork, Kind},
};

/// Guesses before an instance counts as not found.
const TRIES: usize = 80;
/// No value nests deeper than this.
const DEPTH_MAX: usize = 12;
/// From this depth on the shortest way out is taken, so that recursive schemas end.
const DEPTH_SHY: usize = 4;
/// Draws before an element counts as not distinct from those before it.
const DISTINCT_TRIES: usize = 20;
/// The most values in one guess, which ends recursive schemas that branch.
const NODES_MAX: usize = 2_000;
/// The most values in all guesses for one schema, those included that came to nothing.
const WORK_MAX: usize = 100_000;
/// The most elements or members of one value.
const SIZE_MAX: usize = 10_000;
/// The longest text that is made without need.
const TEXT_MAX: usize = 200;

/// A valid instance of `schema`, the smallest sensible one first; the same `rng` state gives the same instance.
///
/// `is_valid` has the last word. `None` when no guess passed, as for a schema that nothing satisfies.
pub fn instance<'a>(
    schema: &'a Value,
    resolve: Resolve<'_, 'a>,
    is_valid: Check<'_>,
    rng: &mut ChaCha8Rng,
) -> Option<Value> {
    let mut maker = Maker::new(resolve, rng);
    let found = maker.try_make(&[schema], "", TRIES, is_valid);
    found.or_else(|| examples(&maker.read(&[schema], 0)).into_iter().find(|&value| is_valid(value)).cloned())
}

/// The values of a keyword that hold at a place of instances of `schema`, which a JSON pointer names.
pub fn keywords_at<'a>(
    schema: &'a Value,
    pointer: &str,
    keyword: &str,
    resolve: Resolve<'_, 'a>,
) -> Vec<&'a Value> {
    let read = Conjunction::new(&place(schema, pointer, resolve), resolve, &mut |_| 0);
    read.all(keyword).collect()
}

/// The schemas that hold at a place.
fn place<'a>(schema: &'a Value, pointer: &str, resolve: Resolve<'_, 'a>) -> Vec<&'a Value> {
    let mut at = vec![schema];
    for token in pointer.split('/').skip(1) {
        let read = Conjunction::new(&at, resolve, &mut |_| 0);
        at = match token.parse::<usize>() {
            Ok(index) => read.item(index),
            Err(_) => read.property(&token.replace("~1", "/").replace("~0", "~")),
        };
    }
    at
}

/// A valid instance of the schema that stands at a place of instances of `schema`, which a JSON pointer names.
///
/// Only the schema of the place itself is looked at; what the whole asks of it beyond that is for the caller to check.
pub fn sample_at<'a>(
    schema: &'a Value,
    pointer: &str,
    resolve: Resolve<'_, 'a>,
    rng: &mut ChaCha8Rng,
) -> Option<Value> {
    let at = place(schema, pointer, resolve);
    if at.is_empty() {
        return None;
    }
    let accept = |value: &Value| at.iter().all(|schema| admits(schema, value, resolve, 0));
    Maker::new(resolve, rng).try_make(&at, pointer.rsplit('/').next().unwrap_or(""), TRIES, &accept)
}

/// The values that a schema's author gave as examples.
fn examples<'a>(schema: &Conjunction<'a>) -> Vec<&'a Value> {
    let listed = schema.all("examples").filter_map(Value::as_array).flatten();
    listed.chain(schema.all("example")).chain(schema.all("default")).collect()
}

/// Makes guesses; every guess still has to be checked.
pub(super) struct Maker<'r, 'f, 'a> {
    resolve: Resolve<'f, 'a>,
    pub(super) rng: &'r mut ChaCha8Rng,
    /// How many guesses failed before: 0 makes the smallest value.
    attempt: usize,
    /// Values made for the present guess.
    nodes: usize,
    /// Values made for the present schema.
    work: usize,
}

impl<'r, 'f, 'a> Maker<'r, 'f, 'a> {
    pub(super) fn new(resolve: Resolve<'f, 'a>, rng: &'r mut ChaCha8Rng) -> Self {
        Self { resolve, rng, attempt: 0, nodes: 0, work: 0 }
    }

    /// Guesses until `accept` says yes, at most `tries` times.
    pub(super) fn try_make(
        &mut self,
        schemas: &[&'a Value],
        hint: &str,
        tries: usize,
        accept: &dyn Fn(&Value) -> bool,
    ) -> Option<Value> {
        let found = (0..tries).find_map(|attempt| {
            self.attempt = attempt;
            self.make(schemas, hint, 0).filter(|value| accept(value))
        });
        self.attempt = 0;
        found
    }

    /// Several guesses, each bolder than the last.
    pub(super) fn several(&mut self, schemas: &[&'a Value], tries: usize) -> Vec<Value> {
        let guesses = (0..tries).filter_map(|attempt| {
            self.attempt = attempt;
            self.make(schemas, "", 0)
        });
        let guesses = guesses.collect();
        self.attempt = 0;
        guesses
    }

    /// Reads schemas, with branches chosen for the present attempt.
    fn read(&mut self, schemas: &[&'a Value], depth: usize) -> Conjunction<'a> {
        let (attempt, rng) = (self.attempt, &mut *self.rng);
        let mut choose = |fork: &Fork<'a>| match fork {
            Fork::Branches(branches) => {
                let empty = |branch: &Value| branch.get("type").is_some_and(|kind| kind == "null");
                let shortest = branches.iter().position(|branch| empty(branch) == (depth >= DEPTH_SHY));
                if attempt == 0 || (depth >= DEPTH_SHY && attempt.is_multiple_of(2)) {
                    shortest.unwrap_or(0)
                } else {
                    rng.random_range(0..branches.len())
                }
            }
            Fork::Condition(_) => attempt % 2,
        };
        Conjunction::new(schemas, self.resolve, &mut choose)
    }

    /// One guess at a value that satisfies all of `schemas`; `hint` is the name of the member it is for.
    pub(super) fn make(&mut self, schemas: &[&'a Value], hint: &str, depth: usize) -> Option<Value> {
        self.nodes = if depth <= 1 { 0 } else { self.nodes + 1 };
        self.work = if depth == 0 && self.attempt == 0 { 0 } else { self.work + 1 };
        if depth > DEPTH_MAX || self.nodes > NODES_MAX || self.work > WORK_MAX {
            return None;
        }
        let schema = self.read(schemas, depth);
        if schema.impossible {
            return None;
        }
        if let Some(members) = schema.members() {
            return self.one_of(&members).map(|member| (*member).clone());
        }
        if self.attempt % 4 == 3
            && let Some(example) = self.one_of(&examples(&schema))
        {
            return Some((*example).clone());
        }
        let mut kinds = schema.sensible_kinds();
        if depth >= DEPTH_SHY && kinds.contains(&Kind::Null) {
            return Some(Value::Null);
        }
        if kinds.len() > 1 {
            kinds.retain(|kind| *kind != Kind::Null);
        }
        let kind = *self.one_of(&kinds)?;
        self.of_kind(kind, &schema, hint, depth)
    }

    /// The first at the first attempt, else any.
    fn one_of<'t, T>(&mut self, list: &'t [T]) -> Option<&'t T> {
        let index =
            if self.attempt == 0 || list.is_empty() { 0 } else { self.rng.random_range(0..list.len()) };
        list.get(index)
    }

    /// One guess at a value of the given type.
    pub(super) fn of_kind(
        &mut self,
        kind: Kind,
        schema: &Conjunction<'a>,
        hint: &str,
        depth: usize,
    ) -> Option<Value> {
        match kind {
            Kind::Null => Some(Value::Null),
            Kind::Boolean => Some(Value::Bool(self.attempt.is_multiple_of(2))),
            Kind::Integer | Kind::Number => Range::of(schema).pick(self.rng, self.attempt),
            Kind::String => self.text(schema, hint).map(Value::String),
            Kind::Array => self.array(schema, depth).map(Value::Array),
            Kind::Object => self.object(schema, depth).map(Value::Object),
        }
    }

    fn text(&mut self, schema: &Conjunction<'a>, hint: &str) -> Option<String> {
        let low = schema.least("minLength").unwrap_or(0);
        let high = schema.most("maxLength").unwrap_or(usize::MAX);
        if low > high || low > leaf::TEXT_MAX {
            return None;
        }
        let patterns = schema.texts("pattern");
        if let Some(wanted) = self.one_of(&patterns) {
            let sample = pattern::sample(wanted, low.max(8.min(high)), high, self.rng)
                .or_else(|| pattern::sample(wanted, low, high, self.rng));
            let given =
                || examples(schema).into_iter().find_map(|example| example.as_str().map(str::to_owned));
            return sample.or_else(given);
        }
        if let Some(format) = schema.texts("format").into_iter().find_map(format::find) {
            let length = |text: &str| (low..=high).contains(&text.chars().count());
            let fresh = format::sample(format, self.rng);
            return std::iter::once(fresh.as_str())
                .chain(format.valid.iter().map(|(_, text)| *text))
                .find(|text| length(text))
                .map(str::to_owned);
        }
        let free = match hint {
            "name" | "title" | "author" => Words::name(self.rng),
            "content" | "text" | "message" | "body" | "description" | "summary" => Words::sentence(self.rng),
            _ => Words::word(self.rng),
        };
        let mut fitted: String = free.chars().take(high.min(TEXT_MAX.max(low))).collect();
        // A cut must not leave a blank at the end, which servers are known to trim.
        let blanks = fitted.len() - fitted.trim_end().len();
        fitted.truncate(fitted.len() - blanks);
        let length = fitted.chars().count();
        fitted.extend(std::iter::repeat_n('a', blanks.max(low.saturating_sub(length))));
        Some(fitted)
    }

    fn array(&mut self, schema: &Conjunction<'a>, depth: usize) -> Option<Vec<Value>> {
        let contains = schema.has("contains");
        let held = if contains { schema.least("minContains").unwrap_or(1) } else { 0 };
        let low = schema.least("minItems").unwrap_or(0).max(held);
        let high = schema.most("maxItems").unwrap_or(usize::MAX);
        if low > SIZE_MAX {
            return None;
        }
        let more = if self.attempt == 0 || depth > 2 { 0 } else { self.rng.random_range(0..=2) };
        let mut items = Vec::new();
        for index in 0..(low + more).min(high) {
            let mut schemas = schema.item(index);
            if index < held {
                schemas.extend(schema.all("contains"));
            }
            items.push(self.distinct(schema, &schemas, &items, depth)?);
        }
        Some(items)
    }

    /// The next element of an array, unlike those before it where `uniqueItems` asks for that.
    fn distinct(
        &mut self,
        schema: &Conjunction<'a>,
        schemas: &[&'a Value],
        before: &[Value],
        depth: usize,
    ) -> Option<Value> {
        let unique = schema.all("uniqueItems").any(|flag| flag == &json!(true));
        let attempt = self.attempt;
        for extra in 0..DISTINCT_TRIES {
            self.attempt = attempt + extra;
            let item = self.make(schemas, "", depth + 1);
            self.attempt = attempt;
            match item {
                Some(item) if !unique || !before.contains(&item) => return Some(item),
                _ if self.nodes > NODES_MAX || self.work > WORK_MAX => return None,
                _ => {}
            }
        }
        None
    }

    /// `items` with elements added, or taken from its end, until there are `size`.
    pub(super) fn resized(
        &mut self,
        schema: &Conjunction<'a>,
        items: &[Value],
        size: usize,
    ) -> Option<Vec<Value>> {
        let mut grown: Vec<Value> = items.iter().take(size).cloned().collect();
        while grown.len() < size {
            let next = self.distinct(schema, &schema.item(grown.len()), &grown, 0)?;
            grown.push(next);
        }
        Some(grown)
    }

    fn object(&mut self, schema: &Conjunction<'a>, depth: usize) -> Option<Map<String, Value>> {
        let mut schema = schema.clone();
        let mut wanted = schema.required();
        if !self.attempt.is_multiple_of(3) && depth < 3 {
            let optional = schema.property_names();
            wanted.extend(optional.into_iter().filter(|_| self.rng.random_bool(0.5)));
        }
        // Two rounds: a dependency may bring in the trigger of another one.
        for _ in 0..2 {
            for (trigger, names) in schema.dependent_required() {
                if wanted.contains(&trigger) {
                    wanted.extend(names);
                }
            }
            let dependent: Vec<&'a Value> = schema
                .all("dependentSchemas")
                .filter_map(Value::as_object)
                .flatten()
                .filter(|(trigger, _)| wanted.contains(&trigger.as_str()))
                .map(|(_, dependent)| dependent)
                .collect();
            schema.join(self.read(&dependent, depth));
            wanted.extend(schema.required());
        }
        let required = schema.required();
        let mut members = Map::new();
        for name in wanted {
            if members.contains_key(name) {
                continue;
            }
            match self.make(&schema.property(name), name, depth + 1) {
                Some(member) => {
                    members.insert(name.to_owned(), member);
                }
                None if required.contains(&name) => return None,
                None => {}
            }
        }
        let low = schema.least("minProperties").unwrap_or(0);
        self.filled(&schema, members, low, depth)
    }

    /// `members` with more of them until there are `size`: declared ones first, then made-up names.
    pub(super) fn filled(
        &mut self,
        schema: &Conjunction<'a>,
        mut members: Map<String, Value>,
        size: usize,
        depth: usize,
    ) -> Option<Map<String, Value>> {
        if size > SIZE_MAX {
            return None;
        }
        for name in schema.property_names() {
            if members.len() < size && !members.contains_key(name) {
                let Some(member) = self.make(&schema.property(name), name, depth + 1) else { continue };
                members.insert(name.to_owned(), member);
            }
        }
        let mut misses = 0;
        while members.len() < size && misses < DISTINCT_TRIES {
            let name = self.free_name(schema, members.len() + misses);
            misses += 1;
            if members.contains_key(&name) {
                continue;
            }
            if let Some(member) = self.make(&schema.property(&name), "", depth + 1) {
                members.insert(name, member);
                misses = 0;
            }
        }
        (members.len() >= size).then_some(members)
    }

    /// A name for a member that no `properties` declares.
    pub(super) fn free_name(&mut self, schema: &Conjunction<'a>, index: usize) -> String {
        let patterns = schema.all("patternProperties").filter_map(Value::as_object).flat_map(Map::keys);
        let patterns: Vec<&String> = patterns.collect();
        if !patterns.is_empty() {
            let wanted = patterns[index % patterns.len()];
            if let Some(name) =
                pattern::sample(wanted, 4, 40, self.rng).or_else(|| pattern::sample(wanted, 0, 40, self.rng))
            {
                return name;
            }
        }
        let rules: Vec<&'a Value> = schema.all("propertyNames").collect();
        if !rules.is_empty() {
            // Another attempt number is another member of an enumeration.
            let attempt = std::mem::replace(&mut self.attempt, index + 1);
            let read = self.read(&rules, 0);
            let name = match read.members() {
                Some(names) => self.one_of(&names).and_then(|name| name.as_str()).map(str::to_owned),
                None => self.text(&read, ""),
            };
            self.attempt = attempt;
            if let Some(name) = name {
                return name;
            }
        }
        format!("extra-{index}")
    }
}
