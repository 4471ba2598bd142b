//! The styles and their parameters. These types are part of the suite file's format.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{CursorForm, PageFacts, Slice, Start};

/// How a collection pages.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Style {
    /// `page` and `size`.
    PageNumber(PageNumber),
    /// `skip` (offset) and `limit`.
    OffsetLimit(OffsetLimit),
    /// `before` and `after` an instant, and `limit`.
    TimestampCursor(TimestampCursor),
}

/// Pages by number.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PageNumber {
    /// The query parameter for the page number.
    pub page: String,
    /// The query parameter for the page size.
    pub size: String,
    /// The number of the first page.
    #[serde(default = "one")]
    pub first: u64,
    /// Where the total stands.
    #[serde(default)]
    pub total: Option<String>,
    /// Where the number of pages stands.
    #[serde(default)]
    pub pages: Option<String>,
    /// Where the page number stands.
    #[serde(default)]
    pub page_echo: Option<String>,
    /// Where the page size stands.
    #[serde(default)]
    pub size_echo: Option<String>,
}

fn one() -> u64 {
    1
}

/// Pages by how many items to pass over.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OffsetLimit {
    /// The query parameter for how many items to pass over.
    pub skip: String,
    /// The query parameter for the page size.
    pub limit: String,
    /// Where the total stands.
    #[serde(default)]
    pub total: Option<String>,
    /// Where it says whether more come.
    #[serde(default)]
    pub has_more: Option<String>,
    /// Where the page size stands.
    #[serde(default)]
    pub limit_echo: Option<String>,
    /// Where the number of the next page stands.
    #[serde(default)]
    pub next_page: Option<String>,
}

/// Pages by instants.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TimestampCursor {
    /// The query parameter for an upper bound (older items).
    pub before: String,
    /// The query parameter for a lower bound (newer items).
    pub after: String,
    /// The query parameter for the page size.
    pub limit: String,
    /// The forms in which a bound may be written, the one of the answers' cursors first.
    pub forms: Vec<CursorForm>,
    /// Where it says whether more come.
    pub has_more: String,
    /// Where the cursor for older items stands.
    pub before_cursor: String,
    /// Where the cursor for newer items stands.
    pub after_cursor: String,
}

impl Style {
    /// The style's name in case ids and documentation.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PageNumber(_) => "page-number",
            Self::OffsetLimit(_) => "offset-limit",
            Self::TimestampCursor(_) => "timestamp-cursor",
        }
    }

    /// The conventions, by name, that mean something for this style.
    pub fn conventions(&self) -> &'static [&'static str] {
        match self {
            Self::PageNumber(_) | Self::OffsetLimit(_) => &["past-end", "short-pages", "total"],
            Self::TimestampCursor(_) => {
                &["short-pages", "cursor-item", "adjacency", "both-bounds", "empty-cursors"]
            }
        }
    }

    /// The name of the query parameter for the page size.
    pub fn size_parameter(&self) -> &str {
        match self {
            Self::PageNumber(style) => &style.size,
            Self::OffsetLimit(style) => &style.limit,
            Self::TimestampCursor(style) => &style.limit,
        }
    }

    /// The names of all query parameters of the style, by the suite file's keys for them.
    pub fn parameters_by_key(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::PageNumber(style) => vec![("page", &style.page), ("size", &style.size)],
            Self::OffsetLimit(style) => vec![("skip", &style.skip), ("limit", &style.limit)],
            Self::TimestampCursor(style) => {
                vec![("before", &style.before), ("after", &style.after), ("limit", &style.limit)]
            }
        }
    }

    /// The names of all query parameters of the style.
    pub fn parameters(&self) -> Vec<&str> {
        self.parameters_by_key().into_iter().map(|(_, parameter)| parameter).collect()
    }

    /// The query parameters of a page. A start that the style does not have gives none.
    pub fn query(&self, start: &Start, size: Option<u64>) -> Vec<(String, String)> {
        let mut query = Vec::new();
        let mut set = |name: &str, value: String| query.push((name.to_owned(), value));
        match (self, start) {
            (Self::PageNumber(style), Start::Page(page)) => set(&style.page, page.to_string()),
            (Self::OffsetLimit(style), Start::Offset(skip)) => set(&style.skip, skip.to_string()),
            (Self::TimestampCursor(style), Start::Before(cursor)) => set(&style.before, cursor.clone()),
            (Self::TimestampCursor(style), Start::After(cursor)) => set(&style.after, cursor.clone()),
            (Self::TimestampCursor(style), Start::Between { after, before }) => {
                set(&style.after, after.clone());
                set(&style.before, before.clone());
            }
            _ => {}
        }
        if let Some(size) = size {
            set(self.size_parameter(), size.to_string());
        }
        query
    }

    /// What an answer says of its page.
    pub fn facts(&self, answer: &Value) -> PageFacts {
        let at = |pointer: &Option<String>| pointer.as_ref().and_then(|p| answer.pointer(p));
        let number = |pointer: &Option<String>| at(pointer).and_then(Value::as_i64);
        let mut facts = PageFacts::default();
        match self {
            Self::PageNumber(style) => {
                facts.total = number(&style.total);
                facts.pages = number(&style.pages);
                facts.page = number(&style.page_echo);
                facts.size = number(&style.size_echo);
            }
            Self::OffsetLimit(style) => {
                facts.total = number(&style.total);
                facts.has_more = at(&style.has_more).and_then(Value::as_bool);
                facts.size = number(&style.limit_echo);
                facts.next_page = at(&style.next_page).map(Value::as_i64);
            }
            Self::TimestampCursor(style) => {
                facts.has_more = answer.pointer(&style.has_more).and_then(Value::as_bool);
                facts.before = answer.pointer(&style.before_cursor).and_then(cursor_text);
                facts.after = answer.pointer(&style.after_cursor).and_then(cursor_text);
            }
        }
        facts
    }

    /// Where the page after this one starts, in the direction that the walk goes; `None` at the end by the answer's own word.
    /// `items` is how many items this page holds.
    pub fn next(&self, start: &Start, size: u64, items: usize, facts: &PageFacts) -> Option<Start> {
        if items == 0 {
            return None;
        }
        match (self, start) {
            (Self::PageNumber(style), Start::First) => Some(Start::Page(style.first + 1)),
            (Self::PageNumber(_), Start::Page(page)) => Some(Start::Page(page + 1)),
            (Self::OffsetLimit(_), Start::First) => Some(Start::Offset(size)),
            (Self::OffsetLimit(_), Start::Offset(skip)) => Some(Start::Offset(skip + size)),
            (Self::TimestampCursor(_), Start::First | Start::Before(_)) => {
                facts.has_more?.then(|| facts.before.clone().map(Start::Before))?
            }
            (Self::TimestampCursor(_), Start::After(_)) => {
                facts.has_more?.then(|| facts.after.clone().map(Start::After))?
            }
            _ => None,
        }
    }

    /// The part of the whole ordered list that a page stands for, where the style says it by position.
    pub fn slice(&self, start: &Start, size: u64) -> Option<Slice> {
        let size = usize::try_from(size).ok()?;
        let from = match (self, start) {
            (Self::PageNumber(_) | Self::OffsetLimit(_), Start::First) => 0,
            (Self::PageNumber(style), Start::Page(page)) => {
                usize::try_from(page.checked_sub(style.first)?).ok()?.saturating_mul(size)
            }
            (Self::OffsetLimit(_), Start::Offset(skip)) => usize::try_from(*skip).ok()?,
            _ => return None,
        };
        Some(Slice { from, to: from.saturating_add(size) })
    }
}

/// A cursor as it would be sent back.
fn cursor_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl CursorForm {
    /// The form's name, as suites write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::EpochMilliseconds => "epoch-milliseconds",
            Self::DateTime => "date-time",
        }
    }

    /// An instant, in milliseconds since the epoch, written in this form.
    pub fn write(self, milliseconds: i64) -> String {
        match self {
            Self::EpochMilliseconds => milliseconds.to_string(),
            Self::DateTime => Timestamp::from_millisecond(milliseconds)
                .map_or_else(|_| milliseconds.to_string(), |instant| format!("{instant:.3}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn style(text: &str) -> Style {
        toml::from_str::<std::collections::BTreeMap<String, Style>>(text).unwrap().remove("style").unwrap()
    }

    #[test]
    fn a_page_stands_for_a_slice() {
        let pages = style("[style.page-number]\npage = 'page'\nsize = 'size'\n");
        let offsets = style("[style.offset-limit]\nskip = 'skip'\nlimit = 'limit'\n");
        let list = [10, 11, 12, 13, 14];
        for (style, start, size, expected) in [
            (&pages, Start::First, 2, &[10, 11][..]),
            (&pages, Start::Page(1), 2, &[10, 11]),
            (&pages, Start::Page(3), 2, &[14]),
            (&pages, Start::Page(4), 2, &[]),
            (&pages, Start::Page(u64::MAX), 100, &[]),
            (&offsets, Start::Offset(4), 3, &[14]),
            (&offsets, Start::Offset(u64::MAX), 3, &[]),
        ] {
            assert_eq!(style.slice(&start, size).unwrap().of(&list), expected, "{start:?}");
        }
    }

    #[test]
    fn cursors_are_sent_back_as_they_came() {
        let style = style(
            "[style.timestamp-cursor]\nbefore='before'\nafter='after'\nlimit='limit'\nforms=['epoch-milliseconds','date-time']\n\
             has-more='/hasMore'\nbefore-cursor='/cursors/before'\nafter-cursor='/cursors/after'\n",
        );
        let facts = style.facts(&json!({"hasMore": true, "cursors": {"before": 17, "after": "x"}}));
        assert_eq!(style.next(&Start::First, 5, 5, &facts), Some(Start::Before("17".into())));
        assert_eq!(style.next(&Start::After("a".into()), 5, 5, &facts), Some(Start::After("x".into())));
        assert_eq!(style.next(&Start::First, 5, 0, &facts), None);
        assert_eq!(CursorForm::DateTime.write(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(
            style.query(&Start::Between { after: "1".into(), before: "2".into() }, Some(3)),
            [("after", "1"), ("before", "2"), ("limit", "3")].map(|(k, v)| (k.to_owned(), v.to_owned()))
        );
    }
}
