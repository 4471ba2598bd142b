//! Stable names for what differs from run to run: ids, times, tokens, the name of the run. Values that the run itself sent are equal in
//! every run of a seed and stay.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::evidence::{Body, Exchange};
use crate::suite::{Resource, Suite};

/// The most elements of an array that are shown.
const SHOWN: usize = 2;

/// Numbers from here on are taken for times, spans or ids unless the run sent them.
const LARGE: f64 = 1e5;

/// What the name of a member says whose number goes with the clock.
const CLOCKS: [&str; 7] = ["remaining", "elapsed", "duration", "uptime", "latency", "took", "expiresin"];

/// What ids stand for, and what was sent.
#[derive(Default)]
pub(super) struct Names {
    /// Ids, with the names that stand for them.
    ids: BTreeMap<String, String>,
    counts: BTreeMap<String, usize>,
    /// Strings and large numbers that requests held.
    sent: BTreeSet<String>,
}

impl Names {
    /// Takes in what was sent, and the ids of what was created.
    pub(super) fn learn(&mut self, suite: &Suite, exchange: &Exchange) {
        let all = || suite.file().resources.values();
        let updates = all().filter_map(|resource| resource.update.as_ref().map(|update| &update.operation));
        let mut writes =
            all().filter_map(|resource| Some(&resource.create.as_ref()?.operation)).chain(updates);
        // What other requests hold may come from an answer, such as a cursor.
        if writes.any(|operation| *operation == exchange.operation)
            && let Some(Ok(json)) = exchange.request.body.as_ref().map(Body::json)
        {
            self.sent(json);
        }
        let creates =
            |resource: &&(&String, &Resource)| resource.1.created_by() == Some(exchange.operation.as_str());
        let resources: Vec<(&String, &Resource)> = suite.file().resources.iter().collect();
        let Some((name, resource)) = resources.iter().find(creates).filter(|_| exchange.is_success()) else {
            return;
        };
        let create = resource.create.as_ref();
        let Some(answer) = exchange.json().zip(create).and_then(|(json, create)| create.answer.find(json))
        else {
            return;
        };
        let records = answer.as_array().map_or(std::slice::from_ref(answer), Vec::as_slice);
        for record in records {
            let id = match resource.id.find(record) {
                Some(Value::String(id)) => id.clone(),
                Some(Value::Number(id)) => id.to_string(),
                _ => continue,
            };
            if !self.ids.contains_key(&id) {
                let count = self.counts.entry((*name).clone()).or_default();
                *count += 1;
                self.ids.insert(id, format!("[{name}:{count}]"));
            }
        }
    }

    fn sent(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                self.sent.insert(text.clone());
            }
            Value::Number(number) if number.as_f64().is_some_and(|number| number.abs() >= LARGE) => {
                self.sent.insert(number.to_string());
            }
            Value::Array(items) => items.iter().for_each(|item| self.sent(item)),
            Value::Object(members) => members.values().for_each(|value| self.sent(value)),
            _ => {}
        }
    }

    /// A value with stable names; of an array only the first elements and how many there are. `key` is the member that it stands in.
    pub(super) fn value(&self, value: &Value, key: &str, namespace: &str) -> Value {
        match value {
            Value::String(text)
                if self.sent.contains(text) && !self.ids.contains_key(text) && !text.contains(namespace) =>
            {
                value.clone()
            }
            Value::String(text) => Value::String(self.text(text, namespace)),
            Value::Number(number) => self
                .number(&number.to_string(), number.as_f64(), key)
                .map_or_else(|| value.clone(), Value::String),
            Value::Array(items) => {
                let mut shown: Vec<Value> =
                    items.iter().take(SHOWN).map(|item| self.value(item, key, namespace)).collect();
                if items.len() > SHOWN {
                    shown.push(json!(format!("[{} more]", items.len() - SHOWN)));
                }
                Value::Array(shown)
            }
            Value::Object(members) => {
                let named = |(name, value): (&String, &Value)| {
                    (self.text(name, namespace), self.value(value, name, namespace))
                };
                Value::Object(members.iter().map(named).collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    /// The name of a number that is an id or a time.
    fn number(&self, text: &str, number: Option<f64>, key: &str) -> Option<String> {
        let key = key.to_ascii_lowercase();
        if key.ends_with("id")
            && let Some(name) = self.ids.get(text)
        {
            return Some(name.clone());
        }
        let large = number.is_some_and(|number| number.abs() >= LARGE);
        let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
        let clock = CLOCKS.iter().any(|word| plain.contains(word));
        ((large && !self.sent.contains(text)) || clock).then(|| "[number]".to_owned())
    }

    /// A text with stable names in the place of whole words.
    pub(super) fn text(&self, text: &str, namespace: &str) -> String {
        let mut told = String::new();
        let mut word = String::new();
        let in_word =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '.' | '+' | '=' | '~');
        for c in text.chars() {
            if in_word(c) {
                word.push(c);
            } else {
                told.push_str(&self.word(&word, namespace));
                word.clear();
                told.push(c);
            }
        }
        told.push_str(&self.word(&word, namespace));
        told
    }

    /// A word, which may stand behind a name and `=`, and before the end of a sentence.
    fn word(&self, word: &str, namespace: &str) -> String {
        if let Some((name, value)) =
            word.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty())
        {
            return format!("{name}={}", self.word(value, namespace));
        }
        let bare = word.trim_end_matches(['.', ':', '=']);
        let rest = &word[bare.len()..];
        if let Some(name) = self.ids.get(bare).filter(|_| bare.parse::<u32>().is_err()) {
            // Ids that the run chose say more than their numbers.
            return if !namespace.is_empty() && bare.contains(namespace) {
                format!("{}{rest}", bare.replace(namespace, "[run]"))
            } else {
                format!("{name}{rest}")
            };
        }
        if !namespace.is_empty() && bare.contains(namespace) {
            return format!("{}{rest}", bare.replace(namespace, "[run]"));
        }
        if self.sent.contains(bare) {
            return word.to_owned();
        }
        let name = if is_time(bare) {
            "[time]"
        } else if uuid::Uuid::try_parse(bare).is_ok() {
            "[uuid]"
        } else if bare.parse::<f64>().is_ok_and(|number| number.abs() >= LARGE) {
            "[number]"
        } else if is_token(bare) {
            "[token]"
        } else {
            return word.to_owned();
        };
        format!("{name}{rest}")
    }
}

/// Whether a word is an instant (RFC 3339, or the same without a zone).
fn is_time(word: &str) -> bool {
    word.len() >= 16
        && (word.parse::<jiff::Timestamp>().is_ok()
            || word.contains('T') && word.parse::<jiff::civil::DateTime>().is_ok())
}

/// Whether a word looks as if it were made by chance: long, with digits among letters and nothing that a person would write.
fn is_token(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(char::is_ascii_alphabetic).count();
    let apart = word.chars().filter(|c| matches!(c, '-' | '_' | '.' | ':')).count();
    let mixed = word.chars().any(|c| c.is_ascii_uppercase()) && word.chars().any(|c| c.is_ascii_lowercase());
    word.len() >= 16 && letters >= 2 && (digits >= 3 || digits >= 1 && mixed) && apart * 5 <= word.len()
}

/// Only the types of a value, and the first element of each array.
pub(super) fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!("[null]"),
        Value::Bool(_) => json!("[boolean]"),
        Value::Number(_) => json!("[number]"),
        Value::String(_) => json!("[string]"),
        Value::Array(items) => Value::Array(items.iter().take(1).map(shape).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), shape(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_gets_a_stable_name() {
        let mut names = Names::default();
        names.ids.insert("aB3dE5gH7jK9mN1pQ3sT5".into(), "[message:3]".into());
        names.ids.insert("7".into(), "[message:4]".into());
        names.sent.insert("2024-01-01T00:00:00Z".into());
        for (text, expected) in [
            ("/a/aB3dE5gH7jK9mN1pQ3sT5?size=3", "/a/[message:3]?size=3"),
            ("no message aB3dE5gH7jK9mN1pQ3sT5.", "no message [message:3]."),
            ("specproof-1-alpha", "[run]-alpha"),
            ("2026-01-01T00:00:00.5+02:00", "[time]"),
            ("2026-01-01T00:00:00", "[time]"),
            ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
            ("before=1760000000000&after=3", "before=[number]&after=3"),
            ("b850bc30-45f8-0041-a00a-83df46d8555d", "[uuid]"),
            ("eyJvZmZzZXQiOjEwMH0xyz", "[token]"),
            ("application/json; charset=utf-8", "application/json; charset=utf-8"),
            ("7 of 10", "7 of 10"),
            ("a-name-of-its-own-2", "a-name-of-its-own-2"),
        ] {
            assert_eq!(names.text(text, "specproof-1"), expected, "{text}");
        }
        let answer =
            json!({"id": 7, "total": 7, "items": [1, 2, 3], "at": 1_760_000_000_000_u64, "timeRemaining": 9});
        let told = names.value(&answer, "", "x");
        let expected = json!({"id": "[message:4]", "total": 7, "items": [1, 2, "[1 more]"], "at": "[number]", "timeRemaining": "[number]"});
        assert_eq!(told, expected);
    }
}
