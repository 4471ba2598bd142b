//! The suite file as it is being written: tables of entries with remarks, and their text.
//!
//! The main type is [`Table`]. A remark says why an entry is as it is, or asks the reader to decide; nothing is guessed without one.

use std::fmt::Write as _;

/// The widest line of a comment, in code points.
const WIDTH: usize = 150;

/// A comment above an entry or a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Remark {
    /// Why an entry is as it is.
    Guessed(String),
    /// What the document does not tell, with the choices.
    Question(String),
    /// Anything else that helps a reader.
    Plain(String),
}

/// A remark that names a reason.
pub(super) fn guessed(reason: impl Into<String>) -> Remark {
    Remark::Guessed(reason.into())
}

/// A remark that asks.
pub(super) fn question(text: impl Into<String>) -> Remark {
    Remark::Question(text.into())
}

/// A TOML value that is written on one line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Toml {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Toml>),
    Table(Vec<(String, Toml)>),
    /// A list with each element on a line of its own.
    Lines(Vec<Toml>),
}

impl From<&str> for Toml {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Toml {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Toml {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<usize> for Toml {
    fn from(value: usize) -> Self {
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl Toml {
    /// A table of these members, in this order.
    pub(super) fn table<const N: usize>(members: [(&str, Toml); N]) -> Self {
        Self::Table(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// A JSON value as TOML; null has no form there.
    pub(super) fn of_json(value: &serde_json::Value) -> Option<Self> {
        use serde_json::Value;
        Some(match value {
            Value::Null => return None,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => Self::Integer(integer),
                None => Self::Float(number.as_f64()?),
            },
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().filter_map(Self::of_json).collect()),
            Value::Object(members) => Self::Table(
                members
                    .iter()
                    .filter_map(|(key, value)| Some((key.clone(), Self::of_json(value)?)))
                    .collect(),
            ),
        })
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(&quoted(text)),
            // Writing to a string cannot fail.
            Self::Integer(number) => drop(write!(out, "{number}")),
            Self::Float(number) => drop(write!(out, "{number:?}")),
            Self::Bool(value) => drop(write!(out, "{value}")),
            Self::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Lines(items) => {
                out.push_str("[\n");
                for item in items {
                    out.push_str("    ");
                    item.write(out);
                    out.push_str(",\n");
                }
                out.push(']');
            }
            Self::Table(members) => {
                out.push('{');
                for (i, (key, value)) in members.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { " " });
                    out.push_str(&bare(key));
                    out.push_str(" = ");
                    value.write(out);
                }
                out.push_str(if members.is_empty() { "}" } else { " }" });
            }
        }
    }
}

/// One table of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Its path, such as `resources.task`; empty for what stands before all tables.
    pub(super) path: Vec<String>,
    /// Whether it is one of an array of tables.
    pub(super) element: bool,
    /// Whether a rule across the page stands above it.
    pub(super) ruled: bool,
    /// What is said above it.
    pub(super) remarks: Vec<Remark>,
    /// Its entries in order.
    pub(super) entries: Vec<Entry>,
}

/// One entry of a table.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) remarks: Vec<Remark>,
    pub(super) key: String,
    pub(super) value: Toml,
}

impl Table {
    /// An empty table at a path.
    pub(super) fn at<const N: usize>(path: [&str; N]) -> Self {
        Self { path: path.iter().map(|part| (*part).to_owned()).collect(), ..Self::default() }
    }

    /// Adds an entry.
    pub(super) fn set(&mut self, key: &str, value: impl Into<Toml>) {
        self.explained(key, value, Vec::new());
    }

    /// Adds an entry with its remarks.
    pub(super) fn explained(&mut self, key: &str, value: impl Into<Toml>, remarks: Vec<Remark>) {
        self.entries.push(Entry { remarks, key: key.to_owned(), value: value.into() });
    }
}

/// The text of a file.
pub(super) fn rendered(head: &[Remark], tables: &[Table]) -> String {
    let mut out = String::new();
    remarks(head, &mut out);
    for table in tables {
        if table.entries.is_empty() && table.remarks.is_empty() {
            continue;
        }
        if table.ruled {
            out.push_str("\n# ");
            out.extend(std::iter::repeat_n('-', WIDTH - 13));
            out.push('\n');
        } else if !table.path.is_empty() {
            out.push('\n');
        }
        remarks(&table.remarks, &mut out);
        if !(table.path.is_empty() || table.entries.is_empty() && table.ruled) {
            let path: Vec<String> = table.path.iter().map(|part| bare(part)).collect();
            let (open, close) = if table.element { ("[[", "]]") } else { ("[", "]") };
            out.extend([open, &path.join("."), close, "\n"]);
        }
        for entry in &table.entries {
            remarks(&entry.remarks, &mut out);
            out.push_str(&bare(&entry.key));
            out.push_str(" = ");
            entry.value.write(&mut out);
            out.push('\n');
        }
    }
    out
}

fn remarks(remarks: &[Remark], out: &mut String) {
    for remark in remarks {
        match remark {
            Remark::Guessed(reason) => folded("guessed: ", reason, out),
            // On one line, since it is also shown by itself.
            Remark::Question(text) => {
                out.push_str(crate::suite::QUESTION);
                out.push_str(&one_line(text));
                out.push('\n');
            }
            Remark::Plain(text) => folded("", text, out),
        }
    }
}

/// A comment over as many lines as it takes.
fn folded(mark: &str, text: &str, out: &mut String) {
    let text = format!("{mark}{}", one_line(text));
    let mut width = 0;
    out.push('#');
    for word in text.split(' ') {
        let length = word.chars().count() + 1;
        if width > 0 && width + length > WIDTH - 2 {
            out.push_str("\n#");
            width = 0;
        }
        out.push(' ');
        out.push_str(word);
        width += length;
    }
    out.push('\n');
}

/// A text without line breaks and control characters, which would end a comment.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A key as it is written: bare where TOML allows it.
fn bare(key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if plain { key.to_owned() } else { quoted(key) }
}

/// A basic string (TOML 1.0, "String").
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => drop(write!(out, "\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_again() {
        let mut table = Table::at(["a", "b c"]);
        table.explained("x", "q\"\\\n\u{7f}é", vec![guessed("two\nlines"), question("this or that?")]);
        table.set(
            "l",
            Toml::Lines(vec![
                Toml::table([("k", 3_usize.into()), ("e", Toml::List(Vec::new()))]),
                Toml::Float(0.5),
            ]),
        );
        let text = rendered(&[Remark::Plain("head".into())], &[table]);
        let read: toml::Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(read["a"]["b c"]["x"].as_str(), Some("q\"\\\n\u{7f}é"));
        assert_eq!(read["a"]["b c"]["l"][0]["k"].as_integer(), Some(3));
        assert!(text.contains("# guessed: two lines\n# question: this or that?\nx = "), "{text}");
    }

    #[test]
    fn long_remarks_are_folded() {
        let mut out = String::new();
        remarks(&[guessed("word ".repeat(60))], &mut out);
        assert!(
            out.lines().count() == 3 && out.lines().all(|line| line.starts_with("# ") && line.len() <= WIDTH),
            "{out}"
        );
    }
}
