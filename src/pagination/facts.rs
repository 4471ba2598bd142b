//! What an answer says of its page, read as the style says.

use serde_json::Value;

use super::link::{Link, Place, Rel, parse_header};
use super::{PageFacts, Style, labelled};

/// An answer of a list operation, with what is needed to read it.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Its content.
    pub content: &'a Value,
    /// Its header fields, names in lower case.
    pub headers: &'a [(String, String)],
    /// Its items.
    pub items: &'a [Value],
    /// Where an item's id stands: JSON pointers of which the first that resolves counts.
    pub id: &'a [String],
    /// From where its links are seen.
    pub place: Place<'a>,
}

impl Answer<'_> {
    fn at(&self, pointer: Option<&str>) -> Option<&Value> {
        pointer.and_then(|pointer| labelled::find(self.content, pointer))
    }

    fn number(&self, pointer: Option<&str>) -> Option<i64> {
        self.at(pointer).and_then(integer)
    }

    /// The first value of a header field; its name in any case of letters.
    fn header(&self, name: Option<&str>) -> Option<&str> {
        let name = name?;
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }

    /// A number in the content, else in a header field.
    fn count(&self, pointer: Option<&str>, header: Option<&str>) -> Option<i64> {
        self.number(pointer).or_else(|| self.header(header)?.parse().ok())
    }

    fn link(&self, pointer: Option<&str>) -> Option<Link> {
        let value = self.at(pointer)?;
        let text = value.as_str().or_else(|| value.get("href")?.as_str()).filter(|text| !text.is_empty())?;
        Some(Link::read(text, &self.place))
    }
}

/// An integer as JSON Schema understands it (2020-12, section 6.1.1): a number without a fraction, however it is written.
fn integer(value: &Value) -> Option<i64> {
    /// Up to here every integer has a 64-bit float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "the bound keeps the value inside i64")]
    let whole = |float: f64| (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

impl Style {
    /// What an answer says of its page.
    pub fn facts(&self, answer: &Answer<'_>) -> PageFacts {
        let mut facts = PageFacts {
            total: answer.count(self.total_pointer(), self.total_header()),
            total_in_header: answer.header(self.total_header()).and_then(|text| text.parse().ok()),
            pages: answer.count(self.pages_pointer(), self.pages_header()),
            has_more: answer.at(self.has_more_pointer()).and_then(Value::as_bool),
            ..PageFacts::default()
        };
        let text = |pointer: &Option<String>| answer.at(pointer.as_deref()).and_then(cursor_text);
        match self {
            Self::PageNumber(style) => {
                facts.page = answer.number(style.page_echo.as_deref());
                facts.size = answer.number(style.size_echo.as_deref());
                facts.next_page = answer.at(style.next_page.as_deref()).map(integer);
            }
            Self::OffsetLimit(style) => {
                facts.size = answer.number(style.limit_echo.as_deref());
                facts.next_page = answer.at(style.next_page.as_deref()).map(integer);
            }
            Self::TimestampCursor(style) => {
                facts.before = answer.content.pointer(&style.before_cursor).and_then(cursor_text);
                facts.after = answer.content.pointer(&style.after_cursor).and_then(cursor_text);
            }
            Self::ItemCursor(style) => {
                let cursor = |item: Option<&Value>| self.cursor_of(item?, answer.id);
                facts.first_item = cursor(answer.items.first());
                facts.last_item = cursor(answer.items.last());
                facts.before = text(&style.first);
                facts.after = text(&style.last);
            }
            Self::Token(style) => {
                let header = || answer.header(style.next_header.as_deref()).map(str::to_owned);
                facts.token = text(&style.next).or_else(header).filter(|token| !token.is_empty());
                facts.previous_token = text(&style.previous).filter(|token| !token.is_empty());
            }
            Self::LinkHeader(_) => {
                for (_, value) in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("link"))
                {
                    let (links, problem) = parse_header(value);
                    facts.link_problem = facts.link_problem.or(problem);
                    for (rel, target) in links {
                        facts.links.entry(rel).or_insert_with(|| Link::read(&target, &answer.place));
                    }
                }
            }
            Self::NextUrl(style) => {
                for (rel, pointer) in [
                    (Rel::Next, Some(&style.next)),
                    (Rel::Previous, style.previous.as_ref()),
                    (Rel::First, style.first.as_ref()),
                    (Rel::Last, style.last.as_ref()),
                    (Rel::Own, style.own.as_ref()),
                ] {
                    let link = answer.link(pointer.map(String::as_str));
                    facts.links.extend(link.map(|link| (rel, link)));
                }
            }
        }
        facts
    }

    /// The cursor that stands at an item, for styles whose cursors are read from items. `id` is where ids stand.
    pub fn cursor_of(&self, item: &Value, id: &[String]) -> Option<String> {
        let Self::ItemCursor(style) = self else { return None };
        match &style.cursor {
            Some(pointer) => item.pointer(pointer).and_then(cursor_text),
            None => id.iter().find_map(|pointer| item.pointer(pointer)).and_then(cursor_text),
        }
    }
}

/// A cursor or token as it would be sent back.
fn cursor_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use url::Url;

    fn style(text: &str) -> Style {
        let table: std::collections::BTreeMap<String, Style> = toml::from_str(text).unwrap();
        table.into_values().next().unwrap()
    }

    fn facts(style: &Style, content: &Value, headers: &[(&str, &str)]) -> PageFacts {
        let base = Url::parse("http://127.0.0.1:1/v1").unwrap();
        let headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let items = content.as_array().or_else(|| content["items"].as_array()).cloned().unwrap_or_default();
        let place = Place { base: &base, path: "/items?limit=2", servers: &[] };
        style.facts(&Answer { content, headers: &headers, items: &items, id: &["/id".into()], place })
    }

    #[test]
    fn tokens_are_sent_back_as_they_came() {
        let style = style(
            "style.token = { token = 'cursor', next = '/meta/next', previous = '/meta/prev', next-header = 'X-Next' }",
        );
        for (content, headers, next) in [
            (json!({"meta": {"next": "abc"}}), &[][..], Some("abc")),
            (json!({"meta": {"next": 17}}), &[], Some("17")),
            (json!({"meta": {"next": ""}}), &[], None),
            (json!({"meta": {"next": null}}), &[], None),
            (json!({"meta": {"next": false}}), &[], None),
            (json!({}), &[], None),
            (json!({}), &[("x-next", " xyz ")], Some("xyz")),
            (json!({}), &[("x-next", "")], None),
        ] {
            assert_eq!(facts(&style, &content, headers).token.as_deref(), next, "{content}");
        }
        let both = facts(&style, &json!({"meta": {"next": "n", "prev": "p"}}), &[]);
        assert_eq!(both.previous_token.as_deref(), Some("p"));
    }

    #[test]
    fn items_carry_their_cursors() {
        let by_id = style("style.item-cursor = { after = 'after', first = '/first_id', last = '/last_id' }");
        let by_field = style("style.item-cursor = { after = 'after', cursor = '/sort/key' }");
        let content =
            json!({"items": [{"id": 1, "sort": {"key": "a"}}, {"id": 2}], "first_id": 1, "last_id": 2});
        let read = facts(&by_id, &content, &[]);
        assert_eq!((read.first_item.as_deref(), read.last_item.as_deref()), (Some("1"), Some("2")));
        assert_eq!((read.before.as_deref(), read.after.as_deref()), (Some("1"), Some("2")));
        let read = facts(&by_field, &content, &[]);
        assert_eq!((read.first_item.as_deref(), read.last_item.as_deref()), (Some("a"), None));
    }

    #[test]
    fn links_and_counts_stand_in_headers() {
        let style =
            style("style.link-header = { total-header = 'X-Total-Count', pages-header = 'X-Total-Pages' }");
        let headers = [
            ("link", "</v1/items?page=2>; rel=next, <http://x.test/>; rel=last"),
            ("link", "<?page=1>; rel=\"first prev\""),
            ("x-total-count", "12"),
            ("x-total-pages", "six"),
        ];
        let read = facts(&style, &json!([]), &headers);
        assert_eq!((read.total, read.pages), (Some(12), None));
        let leads = |rel| read.links.get(&rel).map(|link| link.leads.is_ok());
        assert_eq!(Rel::ALL.map(leads), [Some(true), Some(true), Some(true), Some(false), None]);
    }

    #[test]
    fn links_stand_in_the_content() {
        let style = style(
            "style.next-url = { next = '/_links/next', previous = '/prev', self = '/self', total = '/count' }",
        );
        let content = json!({"_links": {"next": {"href": "?page=3"}}, "prev": "", "self": "/v1/items?page=2", "count": 9});
        let read = facts(&style, &content, &[]);
        let path = |rel| read.links.get(&rel).and_then(|link| link.leads.clone().ok());
        assert_eq!(path(Rel::Next).as_deref(), Some("/items?page=3"));
        assert_eq!(path(Rel::Own).as_deref(), Some("/items?page=2"));
        assert_eq!((path(Rel::Previous), read.total), (None, Some(9)));
    }

    #[test]
    fn links_stand_in_an_array() {
        let style = style(
            "style.next-url = { next = '/link/[relation=next]/url', previous = '/link/[relation=previous|prev]/url', total = '/total' }",
        );
        let link = |relation: &str| json!({"relation": relation, "url": format!("?at={relation}")});
        for (relations, next, previous) in [
            (&["self", "next"][..], Some("/items?at=next"), None),
            (&["prev", "self"], None, Some("/items?at=prev")),
            (&[], None, None),
        ] {
            let links: Vec<Value> = relations.iter().map(|relation| link(relation)).collect();
            let read = facts(&style, &json!({"link": links, "total": 3}), &[]);
            let path = |rel| read.links.get(&rel).and_then(|link| link.leads.clone().ok());
            assert_eq!(path(Rel::Next).as_deref(), next);
            assert_eq!(path(Rel::Previous).as_deref(), previous);
        }
    }

    #[test]
    fn an_integer_is_a_number_without_a_fraction() {
        for (value, read) in [
            (json!(5), Some(5)),
            (json!(5.0), Some(5)),
            (json!(5.5), None),
            (json!("5"), None),
            (json!(1e300), None),
        ] {
            assert_eq!(integer(&value), read, "{value}");
        }
    }
}
