//! What a list must hold: its members in order, as far as they are known.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use super::{Oracle, instant_nanoseconds, same_value};
use crate::evidence::{Combined, Filtering, Query, RecordNumber};
use crate::suite::{Collection, Direction, Field, OrderKey, Resource, Suite, Test};

/// What a list must hold.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The records that must be there, in order. Records in one group have equal keys: their order is not known.
    pub groups: Vec<Vec<RecordNumber>>,
    /// Records of which it is not known whether they must be there.
    pub maybe: BTreeSet<RecordNumber>,
    /// Whether the order of the groups is known.
    pub ordered: bool,
    /// Whether nothing else may be there.
    pub closed: bool,
}

impl Expected {
    /// The records that must be there, in order; equal keys in the order of creation.
    pub fn members(&self) -> Vec<RecordNumber> {
        self.groups.iter().flatten().copied().collect()
    }

    /// How many must be there.
    pub fn len(&self) -> usize {
        self.groups.iter().map(Vec::len).sum()
    }

    /// Whether none must be there.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Whether the list is known to the last item: nobody else writes and no membership is in doubt.
    pub fn exact(&self) -> bool {
        self.closed && self.maybe.is_empty()
    }

    /// Whether the list is known item by item: exact, in a known order, with no equal keys.
    pub fn sequence_known(&self) -> bool {
        self.exact() && self.ordered && self.groups.iter().all(|group| group.len() == 1)
    }
}

/// What a list must hold for a query, wherever its pages start.
pub fn expected(suite: &Suite, oracle: &Oracle, collection: &Collection, query: &Query) -> Expected {
    let resource = suite.resource(&collection.resource);
    let candidates: Vec<RecordNumber> = match (&collection.scope, query.scope) {
        (Some(_), Some(scope)) => oracle.children(&collection.resource, Some(scope)).to_vec(),
        _ => oracle
            .records()
            .filter(|(_, record)| record.resource == collection.resource)
            .map(|(number, _)| number)
            .collect(),
    };
    let mut members = Vec::new();
    let mut maybe = BTreeSet::new();
    for number in candidates {
        let verdicts: Vec<Option<bool>> =
            query.filters.iter().map(|use_of| passes(oracle, collection, resource, number, use_of)).collect();
        if verdicts.contains(&Some(false)) {
            continue;
        }
        if verdicts.contains(&None) {
            maybe.insert(number);
        } else {
            members.push(number);
        }
    }
    let order = &collection.orders[query.order];
    let key = |number: RecordNumber| match &order.by {
        OrderKey::Creation => Some(Key::Number(oracle.record(number).moment as i128)),
        OrderKey::FirstSeen => oracle
            .seen_at(&collection.operation, query.order, query.scope, number)
            .map(|place| Key::Number(place as i128)),
        by => key_of(by, &oracle.record(number).acknowledged),
    };
    // An order that was seen is seen in the direction that it has.
    let direction = if order.by == OrderKey::FirstSeen { Direction::Ascending } else { order.direction };
    let (groups, ordered) = arrange(members, key, direction);
    let closed = collection.others.is_none() && collection.scope.is_some();
    Expected { groups, maybe, ordered, closed }
}

/// Sorts records into groups of equal keys; says whether every key is known.
fn arrange(
    members: Vec<RecordNumber>,
    key_of: impl Fn(RecordNumber) -> Option<Key>,
    direction: Direction,
) -> (Vec<Vec<RecordNumber>>, bool) {
    let mut keyed: Vec<(Key, RecordNumber)> = Vec::with_capacity(members.len());
    let mut known = true;
    for number in members {
        let key = key_of(number);
        known &= key.is_some();
        keyed.push((key.unwrap_or(Key::Number(0)), number));
    }
    keyed.sort_by(|(a, m), (b, n)| a.cmp(b).then(m.cmp(n)));
    let mut groups: Vec<(Key, Vec<RecordNumber>)> = Vec::new();
    for (key, number) in keyed {
        match groups.last_mut() {
            Some((last, group)) if *last == key => group.push(number),
            _ => groups.push((key, vec![number])),
        }
    }
    if direction == Direction::Descending {
        groups.reverse();
    }
    (groups.into_iter().map(|(_, group)| group).collect(), known)
}

/// What an order goes by, for one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A moment of creation or an instant in nanoseconds.
    Number(i128),
    /// A text of ASCII letters of one case, digits, `-` and `_`, on whose order all collations that are in use agree.
    Text(String),
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The key of an item by its own representation; `None` where it does not show one, or where collations disagree on it. The order
/// of creation is shown by no representation.
pub fn key_of(by: &OrderKey, representation: &Value) -> Option<Key> {
    match by {
        OrderKey::Creation | OrderKey::FirstSeen => None,
        OrderKey::Instant(pointers) => instant_nanoseconds(pointers.find(representation)?).map(Key::Number),
        OrderKey::Text(pointers) => {
            let text = pointers.find(representation)?.as_str()?;
            let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            plain.then(|| Key::Text(text.to_owned()))
        }
    }
}

/// Whether a record passes a filter, or a combination of filters; `None` where it is not known.
fn passes(
    oracle: &Oracle,
    collection: &Collection,
    resource: &Resource,
    number: RecordNumber,
    use_of: &Filtering,
) -> Option<bool> {
    if !collection.combinations.contains_key(&use_of.filter) {
        return passes_one(oracle, collection, resource, number, use_of);
    }
    let combined = Combined::of(&use_of.value)?;
    combined.holds(&|leaf| {
        // Whether a negation holds of what has no value, nobody says: stores of three values say no, others yes.
        let doubtful = combined.negates(leaf) && lacks(oracle, collection, resource, number, leaf);
        passes_one(oracle, collection, resource, number, leaf).filter(|_| !doubtful)
    })
}

/// Whether a record has no value where a filter looks for one.
fn lacks(
    oracle: &Oracle,
    collection: &Collection,
    resource: &Resource,
    number: RecordNumber,
    use_of: &Filtering,
) -> bool {
    let field = collection.filters.get(&use_of.filter).map(|filter| &filter.field);
    let Some((name, field)) = field.and_then(|name| Some((name, resource.fields.get(name)?))) else {
        return true;
    };
    let record = oracle.record(number);
    let value = known_value(field, record.sent.get(name), &record.acknowledged);
    !value.is_some_and(|value| has_all(value, &use_of.value))
}

/// Whether a value is there, and if members of it are asked for, these too.
fn has_all(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Null, _) => false,
        (Value::Object(value), Value::Object(wanted)) => {
            wanted.iter().all(|(key, inner)| value.get(key).is_some_and(|found| has_all(found, inner)))
        }
        _ => true,
    }
}

/// Whether a record passes one filter; `None` where it is not known.
fn passes_one(
    oracle: &Oracle,
    collection: &Collection,
    resource: &Resource,
    number: RecordNumber,
    use_of: &Filtering,
) -> Option<bool> {
    let filter = collection.filters.get(&use_of.filter)?;
    let field = resource.fields.get(&filter.field)?;
    let record = oracle.record(number);
    let value = known_value(field, record.sent.get(&filter.field), &record.acknowledged);
    let wanted = &use_of.value;
    match filter.test {
        Test::Equals => Some(same_value(value?, wanted)),
        Test::NotEquals => Some(!same_value(value?, wanted)),
        Test::In => Some(wanted.as_array()?.iter().any(|one| value.is_some_and(|v| same_value(v, one)))),
        Test::Contains => Some(value.is_some_and(|v| contains(v, wanted))),
        Test::HasWord | Test::HasWordAnyCase => {
            let (text, word) = (value?.as_str()?, wanted.as_str()?);
            let exact = text.contains(word);
            let any_case = exact || text.to_lowercase().contains(&word.to_lowercase());
            // What differs only in the case of letters may pass or not where nobody says that case counts.
            let open = filter.literal.as_ref().is_some_and(|literal| literal.case_open);
            match filter.test {
                Test::HasWordAnyCase => Some(any_case),
                _ if open && any_case && !exact => None,
                _ => Some(exact),
            }
        }
        Test::HasMember => Some(
            value.is_some_and(|v| v.as_array().is_some_and(|a| a.iter().any(|one| same_value(one, wanted)))),
        ),
        Test::HasMembers => {
            let members = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let mut wanted =
                wanted.as_str()?.split(',').map(|one| members.iter().any(|member| member == one));
            let first = wanted.next()?;
            wanted.all(|held| held == first).then_some(first)
        }
        Test::Greater => Some(ordinal(value?)? > ordinal(wanted)?),
        Test::AtLeast => Some(ordinal(value?)? >= ordinal(wanted)?),
        Test::AtMost => Some(ordinal(value?)? <= ordinal(wanted)?),
        Test::Less => Some(ordinal(value?)? < ordinal(wanted)?),
        Test::Over | Test::Under => {
            let side = ordinal(value?)?.cmp(&ordinal(wanted)?);
            (side != Ordering::Equal).then_some((side == Ordering::Greater) == (filter.test == Test::Over))
        }
    }
}

/// What a record's field holds: what was sent, else what the target said it set.
fn known_value<'a>(field: &Field, sent: Option<&'a Value>, acknowledged: &'a Value) -> Option<&'a Value> {
    sent.or_else(|| field.read.as_ref()?.find(acknowledged))
}

/// A number, or an instant, as something that can be compared.
fn ordinal(value: &Value) -> Option<i128> {
    instant_nanoseconds(value)
}

/// Whether an object holds every member of another, however deep.
fn contains(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => {
            wanted.iter().all(|(key, inner)| value.get(key).is_some_and(|v| contains(v, inner)))
        }
        _ => same_value(value, wanted),
    }
}
