//! HTTP019: an object in an answer has a member of one name twice.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::document::pointer;
use crate::rules::answers::{EVERY, answers};
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};

rule! {
    /// ## What it checks
    /// No object in the JSON content of an answer has two members of one name.
    /// ## Why it matters
    /// Some parsers keep the first of them, some the last, and some refuse the whole: two clients read two things.
    /// ## Example
    /// `{"id": "a", "name": "one", "name": "two"}`.
    /// ## Source
    /// RFC 8259, section 4: the names within an object should be unique.
    /// ## False alarms and how they are avoided
    /// Names are compared after their escapes were read, by code points. Content that cannot be read as JSON has a rule of its own.
    MEMBER_REPEATED {
        code: "HTTP019", name: "member-repeated", level: Should, basis: Protocol,
        source: "RFC 8259, section 4: https://www.rfc-editor.org/rfc/rfc8259#section-4",
        summary: "The names within an object of an answer are unique.",
        implies: [],
        scenarios: EVERY,
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for answer in answers(scene) {
        let body = &answer.response.body;
        let repeated = body.json().ok().and_then(|value| first_repeated(body.bytes(), value));
        let Some(place) = repeated else {
            sheet.judged();
            continue;
        };
        sheet.fail(Draft {
            pointer: Some(place.clone()),
            ..answer.draft(
                format!("{place} stands twice in the content of {}", answer.status()),
                sheet.own_requirement(),
                "each name once",
                answer.status_and_content(),
            )
        });
    }
}

/// JSON pointer to the first member, in the order of the text, whose name stood in its object before. The value is what the text was read as:
/// of members with one name it holds one.
fn first_repeated(text: &[u8], value: &Value) -> Option<String> {
    if members_written(text) == members_read(value) {
        return None;
    }
    let mut path = Vec::new();
    let mut found = None;
    let mut parser = serde_json::Deserializer::from_slice(text);
    // The text was read before.
    let _ = Scan { path: &mut path, found: &mut found }.deserialize(&mut parser);
    found
}

/// How many members the objects of a JSON text have: each has one colon outside of strings.
fn members_written(text: &[u8]) -> usize {
    let mut count = 0;
    let mut in_string = false;
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            // Whatever is escaped ends no string.
            b'\\' => _ = bytes.next(),
            b':' if !in_string => count += 1,
            _ => {}
        }
    }
    count
}

/// How many members the objects of a value have.
fn members_read(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.len() + members.values().map(members_read).sum::<usize>(),
        Value::Array(items) => items.iter().map(members_read).sum(),
        _ => 0,
    }
}

/// Goes through a value and keeps nothing of it but the names on the way.
struct Scan<'a> {
    path: &'a mut Vec<String>,
    found: &'a mut Option<String>,
}

impl Scan<'_> {
    fn inner(&mut self) -> Scan<'_> {
        Scan { path: self.path, found: self.found }
    }
}

impl<'de> DeserializeSeed<'de> for Scan<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scan<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        for index in 0_usize.. {
            self.path.push(index.to_string());
            let more = items.next_element_seed(self.inner())?.is_some();
            self.path.pop();
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            self.path.push(pointer::escape(&name).into_owned());
            if !names.insert(name) && self.found.is_none() {
                *self.found = Some(format!("/{}", self.path.join("/")));
            }
            members.next_value_seed(self.inner())?;
            self.path.pop();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked, Body};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn names_are_unique() {
        let world = World::new(1);
        let cases: [(&str, Option<&str>, Verdict); 9] = [
            (r#"{"a": 1, "b": 1}"#, None, Pass),
            (r#"[{"a": 1}, {"a": 1}]"#, None, Pass),
            (r#"{"a": {"a": {}}}"#, None, Pass),
            (r#"{"a": 1, "a": 1}"#, Some("/a"), Fail),
            (r#"{"a": [null, 1.5, {"x/y": -1, "x\u002fy": true}]}"#, Some("/a/2/x~1y"), Fail),
            (r#"{"a": 1, "A": 1}"#, None, Pass),
            (r#"{"a": "b: c, \": d\\", "b\"c:": ":"}"#, None, Pass),
            (r#"{"a": "\\", "b": {":": 1, "\u003a": 2}}"#, Some("/b/:"), Fail),
            (r#"{"a": 1, "a": "#, None, Pass),
        ];
        for (content, pointer, verdict) in cases {
            let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &json!({}));
            exchange.outcome.as_mut().unwrap().body = Body::new(content);
            let ask = Ask::Fetch { record: world.notes[0] };
            let judgement =
                world.probes().probe("fetch", ask, Asked::Good, exchange).expect(&MEMBER_REPEATED, verdict);
            let shown = judgement.findings.first().and_then(|finding| finding.pointer.as_deref());
            assert_eq!(shown, pointer, "{content}");
        }
    }
}
