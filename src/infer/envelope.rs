//! What stands in a list's answers beside its items: totals, tokens, links, and the header fields.

use serde_json::Value;

use super::lists::Listing;
use super::schema::{Shapes, snake};
use super::vocabulary::{NEXT_URLS, PREVIOUS_URLS};
use crate::document::Response;
use crate::document::pointer::escape;

const TOTALS: [&str; 14] = [
    "total",
    "total_count",
    "total_items",
    "total_elements",
    "total_results",
    "total_size",
    "total_records",
    "odata_count",
    "totalcount",
    "total_entries",
    "items_total",
    "total_rows",
    "total_hits",
    "record_count",
];

/// A member of an answer beside its items.
pub(super) struct Member<'a> {
    pub(super) pointer: String,
    pub(super) name: String,
    /// The name of the object that it lies in.
    pub(super) within: String,
    pub(super) schema: &'a Value,
}

/// An answer without its items.
pub(super) struct Envelope<'a> {
    shapes: Shapes<'a>,
    response: &'a Response,
    items: String,
    /// The members, at any depth.
    pub(super) members: Vec<Member<'a>>,
}

impl<'a> Envelope<'a> {
    /// Reads the answers of a list.
    pub(super) fn read(shapes: Shapes<'a>, list: &Listing<'a>) -> Self {
        let (response, items) = (list.response, list.items.clone());
        let mut envelope = Self { shapes, response, items, members: Vec::new() };
        envelope.look(list.answer, "", "", 0);
        envelope
    }

    fn look(&mut self, schema: &'a Value, at: &str, within: &str, depth: usize) {
        for property in self.shapes.properties(schema) {
            let pointer = format!("{at}/{}", escape(property.name));
            if pointer == self.items {
                continue;
            }
            if let Some(element) = self.shapes.items(property.schema) {
                self.look_at_links(element, &pointer);
                continue;
            }
            if depth < 3 && self.shapes.kind(property.schema) == Some("object") {
                self.look(property.schema, &pointer, &snake(property.name), depth + 1);
            }
            self.members.push(Member {
                pointer,
                name: snake(property.name),
                within: within.to_owned(),
                schema: property.schema,
            });
        }
    }

    /// Links that stand in an array, each with its relation: `{"relation": "next", "url": …}`.
    fn look_at_links(&mut self, element: &'a Value, at: &str) {
        let members = self.shapes.properties(element);
        let member = |names: &[&str]| names.iter().find_map(|name| members.iter().find(|m| m.name == *name));
        let (Some(relation), Some(target)) = (member(&["relation", "rel"]), member(&["url", "href", "uri"]))
        else {
            return;
        };
        for (name, told) in [
            ("next", "next"),
            ("previous", "previous|prev"),
            ("first", "first"),
            ("last", "last"),
            ("self", "self"),
        ] {
            self.members.push(Member {
                pointer: format!("{at}/[{}={told}]/{}", relation.name, escape(target.name)),
                name: name.to_owned(),
                within: "links".to_owned(),
                schema: target.schema,
            });
        }
    }

    /// The member of an answer that has one of these names and one of these types.
    pub(super) fn member(&self, names: &[&str], kinds: &[&str]) -> Option<&Member<'a>> {
        names.iter().find_map(|name| {
            self.members.iter().find(|member| {
                member.name == *name
                    && self.shapes.kind(member.schema).is_none_or(|kind| kinds.contains(&kind))
            })
        })
    }

    pub(super) fn total(&self) -> Option<&Member<'a>> {
        let named = self.member(&TOTALS, &["integer", "number"]);
        named.or_else(|| {
            // `count` counts the page in some APIs; beside links to the pages around it, it counts the list.
            let count = self.member(&["count"], &["integer", "number"])?;
            let said = self.shapes.text(count.schema, "description").unwrap_or_default().to_lowercase();
            let linked = self
                .members
                .iter()
                .any(|m| NEXT_URLS.contains(&m.name.as_str()) || PREVIOUS_URLS.contains(&m.name.as_str()));
            (linked || said.contains("total") || said.contains("in all")).then_some(count)
        })
    }

    /// The name of a response header that has one of these names.
    pub(super) fn header(&self, wanted: &[&str]) -> Option<&'a str> {
        let headers = &self.response.headers;
        headers
            .iter()
            .find(|header| wanted.contains(&snake(&header.name).as_str()))
            .map(|header| header.name.as_str())
    }
}
