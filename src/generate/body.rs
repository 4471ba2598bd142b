//! Boundary specimens of a body: one place varied by one keyword, everything else known to be good.
//!
//! The walk visits each place of the value breadth first (members that the base lacks are added for the purpose),
//! collects candidates for each, and then takes one candidate of each place in turn until the bound is reached, so that
//! no member goes without. Main type: [`Specimen`].

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};

use rand::{SeedableRng, rngs::ChaCha8Rng};
use serde_json::Value;

use super::{
    Check, Resolve, admit,
    leaf::{self, Candidate},
    maker::Maker,
    nest::{self, kebab},
    schema::{Conjunction, Kind},
};
use crate::document::pointer;

/// The most specimens for one schema.
pub const BODY_SPECIMENS_MAX: usize = 60;
/// The most places that are varied.
const PLACES_MAX: usize = 120;
/// Places below this depth are left alone.
const DEPTH_MAX: usize = 6;
/// Members that the base lacks are added down to this depth.
const DEPTH_ADD_MAX: usize = 4;
/// The most type swaps at one place.
const SWAPS_MAX: usize = 3;
/// Guesses for a member that is to be added.
const TRIES: usize = 12;
/// Specimens are a function of the schema and the base alone, hence a constant seed.
const SEED: u64 = 0;

/// A whole value that is valid, or invalid in one way, and says in which.
#[derive(Clone, Debug, PartialEq)]
pub struct Specimen {
    /// The keyword that decides, as JSON Schema spells it: `minimum`, `type`, `required`.
    pub keyword: &'static str,
    /// JSON pointer (RFC 6901) to what is varied; empty for the root. A missing member is varied at its object.
    pub place: String,
    /// Kebab-case, unique among the specimens of one schema, the same from run to run: `limit-maximum-plus-1`.
    pub label: String,
    /// The whole value.
    pub value: Value,
    /// Whether the value satisfies the schema.
    pub valid: bool,
    /// Many servers take the other view on purpose (null for an absent member, an enumeration without regard to case, no
    /// leap seconds), so the most that an answer to it supports is a `should`.
    pub lenient: bool,
}

/// A place that is to be varied.
struct Place<'a> {
    tokens: Vec<String>,
    schemas: Vec<&'a Value>,
    /// True for a member that may be absent.
    optional: bool,
    /// A valid value that has something at the place.
    document: Value,
}

impl Place<'_> {
    fn pointer(&self) -> String {
        self.tokens.iter().flat_map(|token| [Cow::Borrowed("/"), pointer::escape(token)]).collect()
    }

    fn with(&self, value: &Value) -> Value {
        let mut document = self.document.clone();
        if let Some(target) = document.pointer_mut(&self.pointer()) {
            target.clone_from(value);
        }
        document
    }
}

/// Candidates of one place, and how far they have been used up.
struct Queue<'a> {
    place: Place<'a>,
    candidates: std::vec::IntoIter<Candidate>,
    swaps: usize,
    taken: BTreeSet<(&'static str, String)>,
    values: Vec<Value>,
    accepted: Vec<(Candidate, Value)>,
}

/// Specimens of `schema`, at most [`BODY_SPECIMENS_MAX`], each confirmed by `is_valid`; what it does not confirm is left
/// out. `base` must be valid, else the result is empty: a fault in an invalid value proves nothing.
pub fn body_specimens<'a>(
    schema: &'a Value,
    resolve: Resolve<'_, 'a>,
    is_valid: Check<'_>,
    base: &Value,
) -> Vec<Specimen> {
    if !is_valid(base) {
        return Vec::new();
    }
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut maker = Maker::new(resolve, &mut rng);
    let mut queues = walk(schema, resolve, is_valid, base, &mut maker);
    let mut left = BODY_SPECIMENS_MAX;
    loop {
        let before = left;
        for queue in &mut queues {
            if left > 0 && queue.take(is_valid) {
                left -= 1;
            }
        }
        if left == 0 || left == before {
            break;
        }
    }
    let mut labels = BTreeSet::new();
    let mut specimens = Vec::new();
    for queue in queues {
        let place = queue.place.pointer();
        let prefix: String = queue.place.tokens.iter().map(|token| kebab(token) + "-").collect();
        for (candidate, value) in queue.accepted {
            let label =
                unique(&format!("{prefix}{}-{}", kebab(candidate.keyword), candidate.detail), &mut labels);
            let Candidate { keyword, valid, lenient, .. } = candidate;
            specimens.push(Specimen { keyword, place: place.clone(), label, value, valid, lenient });
        }
    }
    specimens
}

/// The label, with a number behind it when it is taken (members whose names differ by case only).
pub(super) fn unique(label: &str, taken: &mut BTreeSet<String>) -> String {
    let mut free = label.to_owned();
    let mut count = 1;
    while !taken.insert(free.clone()) {
        count += 1;
        free = format!("{label}-{count}");
    }
    free
}

impl Queue<'_> {
    /// Confirms candidates until one holds; false when none is left.
    fn take(&mut self, is_valid: Check<'_>) -> bool {
        for candidate in self.candidates.by_ref() {
            let key = (candidate.keyword, candidate.detail.clone());
            let swap = candidate.keyword == "type" && !candidate.valid;
            if self.taken.contains(&key)
                || self.values.contains(&candidate.value)
                || (swap && self.swaps == SWAPS_MAX)
            {
                continue;
            }
            let document = self.place.with(&candidate.value);
            if is_valid(&document) == candidate.valid {
                self.taken.insert(key);
                self.values.push(candidate.value.clone());
                self.swaps += usize::from(swap);
                self.accepted.push((candidate, document));
                return true;
            }
        }
        false
    }
}

fn walk<'a>(
    schema: &'a Value,
    resolve: Resolve<'_, 'a>,
    is_valid: Check<'_>,
    base: &Value,
    maker: &mut Maker<'_, '_, 'a>,
) -> Vec<Queue<'a>> {
    let mut waiting = VecDeque::new();
    waiting.push_back(Place {
        tokens: Vec::new(),
        schemas: vec![schema],
        optional: false,
        document: base.clone(),
    });
    let mut queues = Vec::new();
    while let Some(mut place) = waiting.pop_front() {
        if queues.len() == PLACES_MAX {
            break;
        }
        let nullable = place.document.pointer(&place.pointer()).is_some_and(Value::is_null);
        if nullable {
            // A null hides every other keyword of the place, so something else is put there where that is allowed.
            let hint = place.tokens.last().map_or("", String::as_str);
            let accept = |value: &Value| !value.is_null() && is_valid(&place.with(value));
            if let Some(value) = maker.try_make(&place.schemas, hint, TRIES, &accept) {
                place.document = place.with(&value);
            }
        }
        let Some(current) = place.document.pointer(&place.pointer()).cloned() else { continue };
        let read =
            Conjunction::new(&place.schemas, resolve, &mut |fork| admit::choose(fork, &current, resolve));
        let mut candidates = candidates(&place.schemas, &read, &current, maker);
        for candidate in candidates.iter_mut().filter(|candidate| place.optional && candidate.value.is_null())
        {
            candidate.lenient = !candidate.valid;
        }
        if place.tokens.len() < DEPTH_MAX && waiting.len() < PLACES_MAX {
            waiting.extend(children(&place, &read, &current, is_valid, maker));
        }
        queues.push(Queue {
            place,
            candidates: candidates.into_iter(),
            swaps: 0,
            taken: BTreeSet::new(),
            values: vec![current],
            accepted: Vec::new(),
        });
    }
    queues
}

/// Everything that is worth trying at a place, the most telling first.
fn candidates<'a>(
    schemas: &[&'a Value],
    read: &Conjunction<'a>,
    current: &Value,
    maker: &mut Maker<'_, '_, 'a>,
) -> Vec<Candidate> {
    let mut swaps = nest::swaps(current).into_iter();
    let mut found: Vec<Candidate> = swaps.by_ref().take(1).collect();
    found.extend(leaf::members(read));
    if !read.has("enum") && !read.has("const") {
        match Kind::of(current) {
            Kind::String => found.extend(leaf::strings(read, maker.rng)),
            Kind::Integer | Kind::Number => found.extend(leaf::numbers(read)),
            Kind::Array | Kind::Object | Kind::Boolean | Kind::Null => {}
        }
    }
    match current {
        Value::Array(items) => found.extend(nest::arrays(read, items, maker)),
        Value::Object(members) => found.extend(nest::objects(read, members, maker)),
        Value::Number(_) if read.integers_only() => {
            found
                .extend(leaf::fraction(read, current).map(|value| Candidate::bad("type", "fraction", value)));
        }
        _ => {}
    }
    found.push(Candidate::good("type", "null-allowed", Value::Null));
    found.extend(swaps);
    found.extend(nest::branches(schemas, read, maker));
    found
}

/// The places below, with members and elements added that the value could have.
fn children<'a>(
    place: &Place<'a>,
    read: &Conjunction<'a>,
    current: &Value,
    is_valid: Check<'_>,
    maker: &mut Maker<'_, '_, 'a>,
) -> Vec<Place<'a>> {
    let required = read.required();
    let below = |token: &str, schemas: Vec<&'a Value>, document: Value| {
        let tokens = place.tokens.iter().cloned().chain([token.to_owned()]).collect();
        let optional = current.is_object() && !required.contains(&token);
        Place { tokens, schemas, optional, document }
    };
    let may_add = place.tokens.len() < DEPTH_ADD_MAX;
    let mut found = Vec::new();
    match current {
        Value::Object(members) => {
            let mut names: Vec<String> = read.property_names().into_iter().map(str::to_owned).collect();
            if read.has("patternProperties") {
                names.push(maker.free_name(read, 0));
            }
            for name in names {
                let schemas = read.property(&name);
                if members.contains_key(&name) {
                    found.push(below(&name, schemas, place.document.clone()));
                    continue;
                }
                let added = |member: &Value| {
                    let mut members = members.clone();
                    members.insert(name.clone(), member.clone());
                    place.with(&Value::Object(members))
                };
                let accept = |member: &Value| is_valid(&added(member));
                if may_add && let Some(member) = maker.try_make(&schemas, &name, TRIES, &accept) {
                    found.push(below(&name, schemas, added(&member)));
                }
            }
        }
        Value::Array(items) => {
            for index in 0..read.prefix_len().max(1) {
                let schemas = read.item(index);
                if schemas.is_empty() {
                    continue;
                }
                if index < items.len() {
                    found.push(below(&index.to_string(), schemas, place.document.clone()));
                } else if may_add
                    && let Some(grown) = maker.resized(read, items, index + 1).map(Value::Array)
                    && is_valid(&place.with(&grown))
                {
                    found.push(below(&index.to_string(), schemas, place.with(&grown)));
                }
            }
        }
        _ => {}
    }
    found
}
