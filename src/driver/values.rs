//! Values for the fields of seeded records: the same seed number gives the same values.

use fake::rand::rngs::ChaCha8Rng;
use rand::SeedableRng;
use serde_json::{Value, json};

use super::Driver;
use crate::evidence::RecordNumber;
use crate::generate::{Words, corpus, sample_at};
use crate::oracle::Oracle;
use crate::suite::{Field, Make, Resource};

/// The shades that every seeded metadata object names in turn, for filters to ask for.
const SHADES: [&str; 3] = ["amber", "teal", "plum"];

/// Which record a value is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The seed group.
    pub label: &'a str,
    /// The name that `make = "name"` uses.
    pub name: &'a str,
    /// The place in the seed group.
    pub index: usize,
    /// The place among all records of the run.
    pub serial: usize,
    /// The record that it will lie in.
    pub parent: Option<RecordNumber>,
}

/// A value and the word in it that stands nowhere else.
pub(super) type Made = (Value, Option<String>);

impl Driver {
    /// A random number generator for one value, that depends on nothing but the seed number and the value's place.
    pub(super) fn rng(&self, place: &str) -> ChaCha8Rng {
        // FNV-1a: stable across versions and platforms, which the standard hashers do not promise.
        let hash = place
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        ChaCha8Rng::seed_from_u64(self.seed ^ hash)
    }

    /// A value for a field; `None` where this record goes without.
    pub(super) fn value(
        &self,
        oracle: &Oracle,
        resource: &Resource,
        field_name: &str,
        field: &Field,
        place: Place<'_>,
    ) -> Option<Made> {
        let make = field.make.as_ref()?;
        if !place.index.is_multiple_of(field.every) {
            return None;
        }
        // Of the records that have the field: else what goes with every second record would always be at the same turn.
        let turn = place.index / field.every.max(1);
        let mut rng = self.rng(&format!("{}/{}/{field_name}", place.label, place.index));
        let plain = |value: Value| Some((value, None));
        match make {
            Make::Name => {
                let suffix = if place.index == 0 { String::new() } else { format!("-{}", place.index) };
                // Host names know no underscore (RFC 1123, section 2.1), and some APIs want names that can be one.
                plain(json!(format!("{}-{}{suffix}", self.namespace, place.name.replace('_', "-"))))
            }
            Make::Text { min, max, tame } => Some(text(&mut rng, *min..=*max, *tame, place.serial)),
            Make::Schema => plain(self.sample(resource, field, &mut rng)?),
            Make::Choice(values) => plain(json!(values.get(turn % values.len().max(1))?)),
            Make::Some(values) => plain(json!(some(values, turn))),
            Make::Record(resource) => {
                let siblings = oracle
                    .children(resource, place.parent.and_then(|p| self.parent_for(oracle, p, resource)));
                let number = siblings.get(turn % siblings.len().max(1))?;
                plain(self.id_of(oracle, *number))
            }
            Make::Metadata => {
                let mut metadata = Words::metadata(&mut rng);
                if field.requirement.is_none() {
                    interoperable(&mut metadata);
                }
                if self.suite.file().inferred {
                    plain_texts(&mut metadata);
                }
                metadata["shade"] = json!(SHADES[place.index % SHADES.len()]);
                metadata["ordinal"] = json!(place.index);
                plain(metadata)
            }
            Make::Instant => plain(json!(instant(place.index))),
            Make::Email => {
                let local = format!("{}-{}-{}", self.namespace, place.name, place.index).to_lowercase();
                // RFC 5321, section 4.5.3.1.1: what stands before the sign has no more than 64 octets. The end tells addresses apart.
                let local = &local[local.len().saturating_sub(64)..];
                plain(json!(format!("{}@example.com", local.trim_start_matches(['-', '_']))))
            }
            Make::Uuid => {
                use fake::Fake;
                plain(json!(fake::uuid::UUIDv4.fake_with_rng::<uuid::Uuid, _>(&mut rng).to_string()))
            }
            Make::Integer { min, max } => plain(json!(integer(&mut rng, *min..=*max, turn))),
            Make::Boolean => plain(json!(turn.is_multiple_of(2))),
            Make::Constant(value) => plain(serde_json::to_value(value).ok()?),
            Make::Variable(name) => plain(json!(self.variable(name)?)),
            Make::Ancestor(resource) => plain(self.id_of(oracle, oracle.ancestor(place.parent?, resource)?)),
        }
    }

    /// What the document's schema allows where a field is sent.
    fn sample(&self, resource: &Resource, field: &Field, rng: &mut ChaCha8Rng) -> Option<Value> {
        let create = resource.create.as_ref()?;
        let operation = self.suite.operation(&create.operation);
        let schema = operation.request_body.as_ref()?.content.iter().find_map(|one| one.schema.as_ref())?;
        let array = create.batch.as_ref().map(|batch| format!("{}/0", batch.at)).unwrap_or_default();
        let pointer = format!("{array}{}", field.send.as_ref()?);
        let resolve = |reference: &str| self.suite.document().reference(reference);
        sample_at(schema.value(), &pointer, &resolve, rng)
    }

    /// The id of a record as its representation shows it: a number where the API has numbers.
    pub(super) fn id_of(&self, oracle: &Oracle, number: RecordNumber) -> Value {
        let record = oracle.record(number);
        let shown = self.suite.resource(&record.resource).id.find(&record.acknowledged);
        shown.cloned().unwrap_or_else(|| json!(record.id))
    }

    /// The ancestor under which records of `resource` lie, seen from a record that lies beside them or deeper.
    fn parent_for(&self, oracle: &Oracle, from: RecordNumber, resource: &str) -> Option<RecordNumber> {
        let parent = self.suite.resource(resource).parent.as_ref()?;
        oracle.ancestor(from, parent)
    }
}

/// Puts plain words in the place of texts that a careful server may change, however deep they stand.
fn plain_texts(value: &mut Value) {
    match value {
        Value::String(text) if !is_tame(text) => "plain".clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(plain_texts),
        Value::Object(members) => members.values_mut().for_each(plain_texts),
        _ => {}
    }
}

/// Three texts in four are from the corpus of awkward strings; the others are sentences with a word that stands nowhere else.
fn text(rng: &mut ChaCha8Rng, length: std::ops::RangeInclusive<usize>, tame: bool, serial: usize) -> Made {
    if !serial.is_multiple_of(4) {
        let fitting: Vec<&str> = corpus()
            .iter()
            .filter(|entry| !entry.nul && length.contains(&entry.text.chars().count()))
            // A server that wants some text may count what is left of it after trimming.
            .filter(|entry| *length.start() == 0 || !entry.text.trim().is_empty())
            .map(|entry| entry.text.as_str())
            .filter(|text| !tame || is_tame(text))
            .collect();
        // In strides, so that a few texts are of many kinds: neighbours in the corpus are alike, and the longest stand last.
        let stride = [37, 41].into_iter().find(|stride| !fitting.len().is_multiple_of(*stride)).unwrap_or(1);
        let ordinal = serial - serial / 4 - 1;
        if let Some(text) = fitting.get((ordinal * stride) % fitting.len().max(1)) {
            return (json!(text), None);
        }
    }
    let marker = marker(serial);
    let odd = odd_word(&marker);
    let most = *length.end();
    let Some(room) = most.checked_sub(marker.len() + odd.chars().count() + 2) else {
        // Too short for a sentence: as much of the marker as there is room for.
        let short: String =
            marker.chars().cycle().take(most.min(marker.len().max(*length.start()))).collect();
        return (json!(short), None);
    };
    let sentence: String = Words::sentence(rng).chars().take(room).collect();
    (json!(format!("{sentence} {marker} {odd}").trim_start()), Some(marker))
}

/// A word with a letter beyond ASCII that stands in the same text as a marker, and nowhere else; characters that mean something in patterns and
/// quotations follow it.
pub(super) fn odd_word(marker: &str) -> String {
    format!("n\u{e9}{marker}%_'\"*.")
}

/// Whether a careful server may well keep a text as it is: nothing at its ends to trim, nothing in it that is composed, hidden or markup.
fn is_tame(text: &str) -> bool {
    let odd = |c: char| {
        c.is_control()
            || (c.is_whitespace() && c != ' ')
            || matches!(c, '<' | '>' | '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{180e}' | '\u{200b}'..='\u{200f}')
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
            || matches!(c, '\u{fff0}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
    };
    text.trim() == text
        && text.chars().any(char::is_alphabetic)
        && !text.contains("  ")
        && !text.chars().any(odd)
        && text.chars().count() <= 200
}

/// None of these values, one, and so on up to all of them; in the suite's order and, in turn, in the opposite one.
fn some(values: &[String], turn: usize) -> Vec<&str> {
    let (round, count) = (turn / (values.len() + 1), turn % (values.len() + 1));
    let mut chosen: Vec<&str> = values[..count].iter().map(String::as_str).collect();
    if (round + count).is_multiple_of(2) {
        chosen.reverse();
    }
    chosen
}

/// The bounds, what lies beside them, and in between something at random.
fn integer(rng: &mut ChaCha8Rng, bounds: std::ops::RangeInclusive<i64>, turn: usize) -> i64 {
    let (min, max) = (*bounds.start(), *bounds.end());
    match turn % 4 {
        0 => max,
        1 => min,
        2 => max.saturating_sub(1).max(min),
        _ if min < max => rand::RngExt::random_range(rng, bounds),
        _ => min,
    }
}

/// A word of lower-case letters that no sentence holds: equally long for every record, so that none is part of another.
pub(super) fn marker(serial: usize) -> String {
    let mut word = String::from("zq");
    let mut rest = serial;
    for _ in 0..5 {
        word.push(char::from(b"bcdfghjklmnpqrstvwxz"[rest % 20]));
        rest /= 20;
    }
    word + "qz"
}

/// Replaces integers that a 64-bit float does not hold: where nobody promises to keep them, RFC 8259 (section 6) lets a target round them.
fn interoperable(value: &mut Value) {
    const LARGEST: i64 = (1 << 53) - 1;
    match value {
        Value::Number(number)
            if (number.is_u64() || number.is_i64()) && number.as_i64().is_none_or(|n| n.abs() > LARGEST) =>
        {
            *value = json!(LARGEST);
        }
        Value::Array(items) => items.iter_mut().for_each(interoperable),
        Value::Object(members) => members.values_mut().for_each(interoperable),
        _ => {}
    }
}

/// Instants in several zones and precisions, not in order, all in the past: two a microsecond beside the first, so that it shows what is compared in
/// seconds or milliseconds, and one that is negative where time is counted from 1970.
fn instant(index: usize) -> String {
    let minute = (index * 37) % 60;
    match (index, index % 5) {
        (3, _) => "2024-03-10T13:30:07.123457+05:30".to_owned(),
        (6, _) => "2024-03-10T00:00:07.123455-08:00".to_owned(),
        (90, _) => "1969-07-20T20:17:40.25+00:00".to_owned(),
        (_, 0) => format!("2024-03-10T08:{minute:02}:07.123456Z"),
        (_, 1) => format!("2024-03-09T23:{minute:02}:59+05:30"),
        (_, 2) => format!("2024-02-29T12:{minute:02}:00.5-08:00"),
        (_, 3) => format!("2024-03-10T00:{minute:02}:00.000001+00:00"),
        _ => format!("2023-12-31T23:{minute:02}:59.999999-12:00"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_unique_and_equally_long() {
        let all: std::collections::BTreeSet<String> = (0..5_000).map(marker).collect();
        assert_eq!(all.len(), 5_000);
        assert!(all.iter().all(|word| word.len() == 9));
    }

    #[test]
    fn a_choice_of_values_comes_in_either_order() {
        let values = ["a", "b", "c"].map(str::to_owned);
        let chosen: Vec<String> = (0..8).map(|turn| some(&values, turn).concat()).collect();
        assert_eq!(chosen, ["", "a", "ba", "abc", "", "a", "ab", "cba"]);
        assert!(some(&[], 3).is_empty());
    }

    #[test]
    fn plain_words_take_the_place_of_texts_that_a_server_may_change() {
        let mut value = json!({
            "kept": ["a few words", 7, null, true, "Straße 5"],
            " key ": { "blank at the end ": [["<b>bold</b>", "two  blanks"], "line\nend", "e\u{301}", ""] },
        });
        plain_texts(&mut value);
        let expected = json!({
            "kept": ["a few words", 7, null, true, "Straße 5"],
            " key ": { "blank at the end ": [["plain", "plain"], "plain", "plain", "plain"] },
        });
        assert_eq!(value, expected);
    }
}
