//! Filters: every value alone and with paging, values that nothing has, and two filters together.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Driver;
use super::list::Ask;
use super::pages::size_label;
use super::values::odd_word;
use crate::evidence::{Asked, Evidence, Filtering, Query, RecordNumber, WalkKind};
use crate::oracle::{Oracle, expected};
use crate::suite::{Collection, Filter, Test};

/// The most values of one filter that are asked for.
const MOST_VALUES: usize = 3;
/// The most values that something is compared with.
const MOST_BOUNDS: usize = MOST_VALUES - 1;

impl Driver {
    /// One filter with some of the seeded values, each walked whole, and one value that nothing has.
    pub(super) async fn filter(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        filter: &str,
    ) {
        let Some((scope, _)) = self.filter_scope(oracle, collection) else {
            evidence.obstacles.push("no list with five or more items could be seeded".to_owned());
            return;
        };
        let bounds = self.suite.size_bounds(collection);
        let spec = &collection.filters[filter];
        let values = self.values_for(oracle, collection, spec, scope);
        if values.is_empty() {
            evidence.obstacles.push(format!("no seeded record has a value for the filter {filter}"));
        }
        for (ordinal, value) in values.into_iter().enumerate() {
            let filters = vec![Filtering { filter: filter.to_owned(), value }];
            let longest = self.longest_with(oracle, collection, &filters);
            let longest = longest.filter(|_| ordinal + 1 == MOST_VALUES);
            let scope = longest.or(scope);
            let mut sizes = match (ordinal, longest) {
                (0, _) => vec![self.size(collection, 2), bounds.maximum],
                (_, Some(_)) => vec![None],
                _ => vec![bounds.maximum],
            };
            sizes.dedup();
            for size in sizes {
                let query = Query { scope, order: 0, filters: filters.clone(), size };
                let label =
                    format!("{}{} {filter}={ordinal}", Self::scope_label(oracle, scope), size_label(size));
                self.walk(oracle, evidence, &label, WalkKind::Full, Ask::first(name, collection, query))
                    .await;
                if spec.refusable.is_some() && refused(evidence) {
                    evidence
                        .obstacles
                        .push(format!("the target refuses the filter {filter}, which the suite lets it do"));
                    return;
                }
            }
            if ordinal == 0 && collection.orders.len() > 1 {
                let order = collection.orders.len() - 1;
                let size = self.size(collection, 2);
                let query = Query { scope, order, filters: filters.clone(), size };
                let label = format!(
                    "{} {}{} {filter}={ordinal}",
                    Self::scope_label(oracle, scope),
                    collection.orders[order].name,
                    size_label(size)
                );
                self.walk(oracle, evidence, &label, WalkKind::Full, Ask::first(name, collection, query))
                    .await;
            }
        }
        self.near_misses(oracle, evidence, name, collection, (filter, scope)).await;
        // A word of another list is as good as one that stands nowhere, and shows whether the search keeps to its list.
        let elsewhere = oracle
            .records()
            .filter(|(_, record)| record.resource == collection.resource && record.parent != scope)
            .find_map(|(_, record)| record.marker.as_ref())
            .filter(|_| spec.test == Test::HasWord && scope.is_some())
            .map(|word| json!(word));
        if let Some(value) = elsewhere.or_else(|| self.suite.impossible_value(collection, spec)) {
            let filters = vec![Filtering { filter: filter.to_owned(), value }];
            let query = Query { scope, order: 0, filters, size: self.size(collection, 3) };
            let label = format!("{} {filter} impossible", Self::scope_label(oracle, scope));
            self.walk(oracle, evidence, &label, WalkKind::Full, Ask::first(name, collection, query)).await;
        }
    }

    /// The longest list, where a page of the default size holds what passes these filters in it: with many records, and without a page size, as most clients
    /// ask.
    fn longest_with(
        &self,
        oracle: &Oracle,
        collection: &Collection,
        filters: &[Filtering],
    ) -> Option<RecordNumber> {
        let default = self.suite.size_bounds(collection).default?;
        let children = |scope: &RecordNumber| oracle.children(&collection.resource, Some(*scope)).len();
        let longest = Self::scopes(oracle, collection).into_iter().flatten().max_by_key(children)?;
        let query = Query { scope: Some(longest), order: 0, filters: filters.to_vec(), size: None };
        let known = expected(&self.suite, oracle, collection, &query);
        let most = (known.len() + known.maybe.len()) as u64;
        (!known.is_empty() && most < default).then_some(longest)
    }

    /// Values that a record has all but, where the filter takes its value as it is; and a word that is hard to pass on, where it looks for words.
    async fn near_misses(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        (filter, scope): (&str, Option<RecordNumber>),
    ) {
        let spec = &collection.filters[filter];
        let size = self.suite.size_bounds(collection).maximum;
        let first = self.values_for(oracle, collection, spec, scope).into_iter().next();
        let mut asked: Vec<(&str, Value, bool)> = Vec::new();
        if let (Test::HasWord, Some(Value::String(marker))) = (spec.test, &first) {
            let word = odd_word(marker);
            // What follows the letters is only looked for where every character stands for itself, and so is what is no word from its beginning on.
            let word = if spec.literal.is_some() {
                word.chars().skip(1).collect()
            } else {
                format!("n\u{e9}{marker}")
            };
            asked.push(("odd", json!(word), true));
        }
        if let Some(literal) = &spec.literal {
            let values = self.values_for(oracle, collection, spec, scope);
            let misses = values.iter().map(|value| near(spec.test, value)).find(|misses| !misses.is_empty());
            let whole = matches!(spec.test, Test::Equals | Test::Contains);
            let misses = misses
                .into_iter()
                .flatten()
                .filter(|(what, _)| !(whole && literal.case_open && *what == "case"));
            asked.extend(misses.map(|(what, value)| (what, value, false)));
        }
        for (what, value, good) in asked {
            let filters = vec![Filtering { filter: filter.to_owned(), value }];
            let query = Query { scope, order: 0, filters, size };
            let label = if good { format!("{filter} {what}") } else { format!("{filter} near {what}") };
            let label = format!("{} {label}", Self::scope_label(oracle, scope));
            let mut ask = Ask::first(name, collection, query);
            if good {
                self.walk(oracle, evidence, &label, WalkKind::Full, ask).await;
            } else {
                // Whether such a value is refused is nobody's business.
                ask.asked = Asked::Open;
                self.single(oracle, evidence, &label, WalkKind::Page, ask).await;
            }
        }
    }

    /// Two filters together, each with its first values.
    pub(super) async fn filter_pair(
        &self,
        oracle: &Oracle,
        evidence: &mut Evidence,
        name: &str,
        collection: &Collection,
        pair: [&str; 2],
    ) {
        let Some((scope, _)) = self.filter_scope(oracle, collection) else {
            evidence.obstacles.push("no list with five or more items could be seeded".to_owned());
            return;
        };
        let [first, second] =
            pair.map(|filter| self.values_for(oracle, collection, &collection.filters[filter], scope));
        for (ordinal, (a, b)) in
            first.iter().flat_map(|a| second.iter().map(move |b| (a, b))).take(3).enumerate()
        {
            let filters = [(pair[0], a), (pair[1], b)]
                .map(|(filter, value)| Filtering { filter: filter.to_owned(), value: value.clone() });
            let mut sizes = vec![self.size(collection, 2), self.suite.size_bounds(collection).maximum];
            sizes.dedup();
            for size in sizes {
                let query = Query { scope, order: 0, filters: filters.to_vec(), size };
                let label = format!(
                    "{}{} {}+{}={ordinal}",
                    Self::scope_label(oracle, scope),
                    size_label(size),
                    pair[0],
                    pair[1]
                );
                self.walk(oracle, evidence, &label, WalkKind::Full, Ask::first(name, collection, query))
                    .await;
            }
        }
    }

    /// The list that filters are tried on: one with a handful of items, or the only one.
    pub(super) fn filter_scope(
        &self,
        oracle: &Oracle,
        collection: &Collection,
    ) -> Option<(Option<RecordNumber>, usize)> {
        if collection.scope.is_none() {
            return Some((None, 0));
        }
        self.middling_scope(oracle, collection).map(|(scope, members)| (Some(scope), members.len()))
    }

    /// Values that seeded records have, in the order of the records.
    pub(super) fn values_for(
        &self,
        oracle: &Oracle,
        collection: &Collection,
        filter: &Filter,
        scope: Option<RecordNumber>,
    ) -> Vec<Value> {
        let query = Self::query(scope, 0, None);
        let resource = self.suite.resource(&collection.resource);
        let field = &resource.fields[&filter.field];
        let mut values: Vec<Value> = Vec::new();
        let mut members: Vec<RecordNumber> = expected(&self.suite, oracle, collection, &query).members();
        let all_members = members.clone();
        // What is a part of another record's value comes first: a filter must tell them apart.
        if matches!(filter.test, Test::Equals | Test::In | Test::NotEquals) {
            let text = |number: &RecordNumber| {
                oracle.record(*number).sent.get(&filter.field).and_then(Value::as_str)
            };
            let all: BTreeSet<&str> = members.iter().filter_map(text).collect();
            let whole = |number: &RecordNumber| {
                !text(number).is_some_and(|own| all.iter().any(|one| *one != own && one.contains(own)))
            };
            members.sort_by_key(whole);
        }
        for number in members {
            let record = oracle.record(number);
            let value = match filter.test {
                Test::HasWord => record.marker.as_ref().map(|word| json!(word)),
                Test::HasWordAnyCase => record.marker.as_ref().map(|word| json!(word.to_uppercase())),
                // In the target's own spelling: whether it reads every zone in a filter is another question.
                test if test.compares() => {
                    field.read.as_ref().and_then(|read| read.find(&record.acknowledged)).cloned()
                }
                _ => record
                    .sent
                    .get(&filter.field)
                    .or_else(|| field.read.as_ref().and_then(|read| read.find(&record.acknowledged)))
                    .cloned(),
            };
            let value = match (filter.test, value) {
                // That a record has no value can be said in no query.
                (_, None | Some(Value::Null)) => continue,
                (Test::HasMember, Some(Value::Array(members))) => match members.last() {
                    Some(member) => member.clone(),
                    None => continue,
                },
                (Test::HasMembers, Some(Value::Array(members))) => match members.as_slice() {
                    [Value::String(first), Value::String(second), ..] => json!(format!("{first},{second}")),
                    _ => continue,
                },
                // Only members that every seeded object has: others are there to be kept, not to be asked for.
                (Test::Contains, Some(value)) => match value.get("shade") {
                    Some(shade) => json!({ "shade": shade }),
                    None => continue,
                },
                (_, Some(value)) => value,
            };
            if !values.contains(&value) {
                values.push(value);
            }
            let most = match filter.test {
                // One array may hold what is a part of another's element: so every element has its turn.
                Test::HasMember => MOST_VALUES + 1,
                // These values divide nothing that has to be put together again.
                Test::NotEquals => MOST_BOUNDS,
                // Those by which the most shows are chosen among all.
                test if test.compares() => usize::MAX,
                _ => MOST_VALUES,
            };
            if values.len() >= most {
                break;
            }
        }
        match (filter.test, values.first()) {
            (test, _) if test.compares() => telling_bounds(&values),
            (Test::In, Some(_)) => in_pairs(&values),
            // Several members at once, of which the first or the last lets everything through, and one is a number.
            (Test::Contains, Some(first)) => {
                let first = first["shade"].clone();
                let objects =
                    all_members.iter().filter_map(|number| oracle.record(*number).sent.get(&filter.field));
                let ordinal = objects
                    .filter(|object| object["shade"] == first)
                    .find_map(|object| object.get("ordinal").cloned());
                let mut pairs =
                    [json!({ "no": false, "shade": first }), json!({ "shade": first, "yes": true })];
                if let Some(ordinal) = ordinal {
                    pairs[1]["ordinal"] = ordinal;
                }
                values.into_iter().take(MOST_VALUES - pairs.len()).chain(pairs).collect()
            }
            _ => values,
        }
    }
}

/// Values two by two; of three, the first with the last: what is a part of the one between them must not take that for it.
fn in_pairs(values: &[Value]) -> Vec<Value> {
    match values {
        [first, middle, last] => vec![json!([first, last]), json!([middle])],
        values => values.chunks(2).map(|pair| json!(pair)).collect(),
    }
}

/// Of values to compare with, those first by which it shows most whether numbers are compared as text; else the first ones.
fn telling_bounds(values: &[Value]) -> Vec<Value> {
    let text = |value: &Value| value.to_string();
    let misread = |value: &Value| {
        let beyond = |other: &&Value| {
            let (Some(a), Some(b)) = (other.as_f64(), value.as_f64()) else { return false };
            (a > b) != (text(other) > text(value))
        };
        values.iter().filter(beyond).count()
    };
    let mut ranked: Vec<(usize, Value)> =
        values.iter().map(|value| (misread(value), value.clone())).collect();
    ranked.sort_by_key(|(misread, _)| std::cmp::Reverse(*misread));
    ranked.into_iter().map(|(_, value)| value).take(MOST_BOUNDS).collect()
}

/// Whether the last walk began with a refusal of the request itself.
fn refused(evidence: &Evidence) -> bool {
    let first = evidence.walks.last().and_then(|walk| walk.pages.first());
    let answer = first.and_then(|page| evidence.entries.get(page.entry)?.exchange.response());
    answer.is_some_and(|answer| matches!(answer.status, 400 | 404 | 422))
}

/// Values that are nearly this one: in the other case, with characters that stand for others in patterns, and, where the whole value counts, without
/// its last letter.
fn near(test: Test, value: &Value) -> Vec<(&'static str, Value)> {
    let (whole, shade) = match (test, value) {
        (Test::Contains, value) => (value["shade"].as_str().unwrap_or_default(), true),
        (Test::Equals | Test::HasWord | Test::HasWordAnyCase, Value::String(word)) => (word.as_str(), false),
        _ => return Vec::new(),
    };
    let letters: Vec<char> = whole.chars().collect();
    if letters.len() < 4 {
        return Vec::new();
    }
    let replaced = |one: &str, many: &str| {
        let (middle, last) = (letters.len() / 2, letters.len() - 1);
        let before: String = letters[..middle].iter().collect();
        let between: String = letters[middle + 1..last].iter().collect();
        format!("{before}{one}{between}{many}")
    };
    let other_case: String = letters
        .iter()
        .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    let mut near = vec![("pattern", replaced("_", "%")), ("expression", replaced(".", ".*"))];
    if test != Test::HasWordAnyCase && other_case != whole {
        near.push(("case", other_case));
    }
    if matches!(test, Test::Equals | Test::Contains) {
        near.push(("beginning", letters[..letters.len() - 1].iter().collect()));
    }
    let wrap = |word: String| if shade { json!({ "shade": word }) } else { json!(word) };
    near.into_iter().map(|(what, word)| (what, wrap(word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_leave_out_what_lies_between() {
        for (values, pairs) in [
            (json!([1]), json!([[1]])),
            (json!([1, 2]), json!([[1, 2]])),
            (json!([1, 2, 3]), json!([[1, 3], [2]])),
            (json!([1, 2, 3, 4]), json!([[1, 2], [3, 4]])),
        ] {
            let values = values.as_array().cloned().unwrap_or_default();
            assert_eq!(Value::from(in_pairs(&values)), pairs);
        }
    }

    #[test]
    fn bounds_tell_numbers_from_text() {
        for (values, chosen) in [
            (json!([5, 7, 12, 30]), json!([5, 7])),
            (json!([30, 12, 5]), json!([5, 30])),
            (json!(["b", "a", "c"]), json!(["b", "a"])),
        ] {
            let values = values.as_array().cloned().unwrap_or_default();
            assert_eq!(Value::from(telling_bounds(&values)), chosen);
        }
    }
}
