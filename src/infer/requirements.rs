//! The requirements of an inferred suite: few, and each says that it is a guess and what it rests on.

use std::collections::BTreeSet;

use super::toml::{Table, Toml};

/// Every requirement: its key, its text, and what it is guessed from.
const ALL: [(&str, &str, &str); 17] = [
    (
        "kept",
        "What a client gave comes back as it was given.",
        "a member stands under one name and with one type in the request and in the answer",
    ),
    (
        "replaced",
        "Creating what exists replaces its content, and it stays the same record.",
        "PUT says so (RFC 9110, section 9.3.4), and the document names 200 beside 201",
    ),
    (
        "complete",
        "A list holds what was created in it, each record once.",
        "what the operation answers with are the records that another operation creates under the same path",
    ),
    ("listed-once", "A list shows each item once.", "a client that pages relies on it"),
    (
        "order",
        "A list stands in the order that the document names.",
        "the description of the operation, or the default of the parameter that chooses the order",
    ),
    (
        "chosen-order",
        "The parameter for the order chooses it.",
        "the values of the parameter name a direction",
    ),
    (
        "one-order",
        "A list has one order: asked again, it stands as it stood.",
        "no order is named, and a client cannot page without one",
    ),
    ("full-pages", "Every page but the last is full.", "pages are asked for by their position"),
    (
        "short-pages",
        "A page may hold less than was asked for, and the next one begins where it ends.",
        "OData 4.01, part 1, section 11.2.6.7: a server may page by itself",
    ),
    (
        "total",
        "The total counts the whole list.",
        "the name of the member, and nothing that calls it an estimate",
    ),
    (
        "unknown",
        "What does not exist is refused.",
        "an id that nothing has names nothing, and the document names refusals for the operation or leaves them open",
    ),
    (
        "tenants",
        "A tenant sees its own data only.",
        "a header field that every request must have is called like a tenant",
    ),
    ("own-parents", "A record is found only through what it lies in.", "the path names what it lies in"),
    (
        "gone",
        "A record that was deleted is no longer listed.",
        "the operation is a DELETE that is carried out before it answers",
    ),
    (
        "marked",
        "A deleted record is still told of, as one that is deleted.",
        "the document has an answer to the fetch that says so",
    ),
    (
        "changed",
        "An update replaces the member that it names.",
        "the member stands in the content of the update and in the answer",
    ),
    (
        "filter",
        "A filter lets through the records that have the value named.",
        "the query parameter is called like a member and has its type",
    ),
];

/// The requirements that something refers to.
#[derive(Debug, Default)]
pub(super) struct Requirements {
    used: BTreeSet<&'static str>,
}

impl Requirements {
    /// A reference to a requirement, as a promise.
    pub(super) fn promise(&mut self, key: &'static str) -> Toml {
        self.refer(key);
        Toml::table([("requirement", key.into())])
    }

    /// Something refers to a requirement.
    pub(super) fn refer(&mut self, key: &'static str) {
        self.used.insert(key);
    }

    /// Whatever of a value names a requirement refers to it.
    pub(super) fn refer_all(&mut self, value: &Toml) {
        match value {
            Toml::Table(members) => {
                for (key, value) in members {
                    if let (true, Toml::Text(text)) = (key == "requirement", value)
                        && let Some((known, ..)) = ALL.iter().find(|(known, ..)| known == text)
                    {
                        self.used.insert(known);
                    }
                    self.refer_all(value);
                }
            }
            Toml::List(items) | Toml::Lines(items) => items.iter().for_each(|item| self.refer_all(item)),
            _ => {}
        }
    }

    /// The tables of those that are used.
    pub(super) fn tables(&self) -> Vec<Table> {
        let used = ALL.iter().filter(|(key, ..)| self.used.contains(key));
        used.map(|(key, text, source)| {
            let mut table = Table::at(["requirements", key]);
            table.set("text", *text);
            table.set("source", format!("guessed: {source}"));
            table
        })
        .collect()
    }
}
