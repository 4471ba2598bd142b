//! From page to page: the parameters of a page, where the next one starts, and which part of the list a page stands for.

use jiff::Timestamp;

use super::link::Rel;
use super::{CursorForm, PageFacts, Position, Slice, Start, Style};

impl Style {
    /// The parameters of a page. A start that the style does not have gives none; a link has its parameters in it.
    pub fn query(&self, start: &Start, size: Option<u64>) -> Vec<(String, String)> {
        let mut query = Vec::new();
        let mut set = |name: &str, value: String| query.push((name.to_owned(), value));
        match (self, start) {
            (_, Start::Link(_)) => return query,
            (Self::TimestampCursor(style), Start::Before(cursor)) => set(&style.before, cursor.clone()),
            (Self::TimestampCursor(style), Start::After(cursor)) => set(&style.after, cursor.clone()),
            (Self::TimestampCursor(style), Start::Between { after, before }) => {
                set(&style.after, after.clone());
                set(&style.before, before.clone());
            }
            (Self::ItemCursor(style), Start::After(cursor)) => set(&style.after, cursor.clone()),
            (Self::ItemCursor(style), Start::Before(cursor)) => {
                style.before.iter().for_each(|name| set(name, cursor.clone()));
            }
            (Self::ItemCursor(style), Start::Between { after, before }) => {
                set(&style.after, after.clone());
                style.before.iter().for_each(|name| set(name, before.clone()));
            }
            (Self::Token(style), Start::Token(token)) => set(&style.token, token.clone()),
            _ => match (self.position(), start) {
                (Some(Position::Page { parameter, .. }), Start::Page(page)) => {
                    set(parameter, page.to_string());
                }
                (Some(Position::Offset { parameter, first }), Start::Offset(skip)) => {
                    set(parameter, skip.saturating_add(first).to_string());
                }
                _ => {}
            },
        }
        if let (Some(parameter), Some(size)) = (self.size_parameter(), size) {
            set(parameter, size.to_string());
        }
        query
    }

    /// Where the page after this one starts, in the direction that the walk goes; `None` at the end by the answer's own word.
    /// `items` is how many items this page holds.
    pub fn next(&self, start: &Start, size: u64, items: usize, facts: &PageFacts) -> Option<Start> {
        match self {
            // A page of these may be empty and have others behind it: their end is told by nothing but the missing token or link.
            Self::Token(_) => {
                return facts.token.clone().filter(|_| facts.has_more != Some(false)).map(Start::Token);
            }
            Self::LinkHeader(_) | Self::NextUrl(_) => return linked(facts, Rel::Next),
            _ if items == 0 => return None,
            _ => {}
        }
        match (self, start) {
            (Self::PageNumber(style), Start::First) => Some(Start::Page(style.first + 1)),
            (Self::PageNumber(_), Start::Page(page)) => Some(Start::Page(page.checked_add(1)?)),
            (Self::OffsetLimit(_), Start::First) => Some(Start::Offset(size)),
            (Self::OffsetLimit(_), Start::Offset(skip)) => Some(Start::Offset(skip.checked_add(size)?)),
            (Self::TimestampCursor(_), Start::First | Start::Before(_)) => {
                facts.has_more?.then(|| facts.before.clone().map(Start::Before))?
            }
            (Self::TimestampCursor(_), Start::After(_)) => {
                facts.has_more?.then(|| facts.after.clone().map(Start::After))?
            }
            (Self::ItemCursor(_), _) if facts.has_more == Some(false) => None,
            (Self::ItemCursor(_), Start::First | Start::After(_)) => {
                facts.last_item.clone().map(Start::After)
            }
            (Self::ItemCursor(_), Start::Before(_)) => facts.first_item.clone().map(Start::Before),
            _ => None,
        }
    }

    /// Where the page in front of this one starts, by the answer's own word.
    pub fn previous(&self, facts: &PageFacts) -> Option<Start> {
        match self {
            Self::Token(_) => facts.previous_token.clone().map(Start::Token),
            _ => linked(facts, Rel::Previous),
        }
    }

    /// Whether a page that is not full is the last one where nothing says so: pages are asked for without regard to what the one before said.
    pub fn ends_by_short_page(&self) -> bool {
        match self {
            Self::PageNumber(_) | Self::OffsetLimit(_) => true,
            Self::ItemCursor(style) => style.has_more.is_none(),
            Self::TimestampCursor(_) | Self::Token(_) | Self::LinkHeader(_) | Self::NextUrl(_) => false,
        }
    }

    /// The part of the whole ordered list that a page stands for, where the style says it by position.
    pub fn slice(&self, start: &Start, size: u64) -> Option<Slice> {
        let size = usize::try_from(size).ok()?;
        let from = match (self.position()?, start) {
            (_, Start::First) => 0,
            (Position::Page { first, .. }, Start::Page(page)) => {
                usize::try_from(page.checked_sub(first)?).ok()?.saturating_mul(size)
            }
            (Position::Offset { .. }, Start::Offset(skip)) => usize::try_from(*skip).ok()?,
            _ => return None,
        };
        Some(Slice { from, to: from.saturating_add(size) })
    }
}

/// Where a link leads, if it can be followed.
fn linked(facts: &PageFacts, rel: Rel) -> Option<Start> {
    facts.links.get(&rel)?.leads.clone().ok().map(Start::Link)
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

    fn style(text: &str) -> Style {
        toml::from_str::<std::collections::BTreeMap<String, Style>>(text).unwrap().remove("style").unwrap()
    }

    fn texts<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
        pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    #[test]
    fn a_page_stands_for_a_slice() {
        let pages = style("[style.page-number]\npage = 'page'\nsize = 'size'\n");
        let from_zero = style("[style.next-url]\nnext = '/next'\npage = 'page'\nfirst-page = 0\n");
        let offsets = style("[style.offset-limit]\nskip = 'skip'\n");
        let links = style("[style.link-header]\noffset = 'offset'\n");
        let list = [10, 11, 12, 13, 14];
        for (style, start, size, expected) in [
            (&pages, Start::First, 2, &[10, 11][..]),
            (&pages, Start::Page(1), 2, &[10, 11]),
            (&pages, Start::Page(3), 2, &[14]),
            (&pages, Start::Page(4), 2, &[]),
            (&pages, Start::Page(u64::MAX), 100, &[]),
            (&from_zero, Start::Page(0), 2, &[10, 11]),
            (&from_zero, Start::Page(2), 2, &[14]),
            (&offsets, Start::Offset(4), 3, &[14]),
            (&offsets, Start::Offset(u64::MAX), 3, &[]),
            (&links, Start::Offset(4), 3, &[14]),
        ] {
            assert_eq!(style.slice(&start, size).unwrap().of(&list), expected, "{start:?}");
        }
        assert_eq!(pages.slice(&Start::Page(0), 2), None);
        assert_eq!(links.slice(&Start::Link("/items".into()), 2), None);
    }

    #[test]
    fn cursors_are_sent_back_as_they_came() {
        let style = style(
            "[style.timestamp-cursor]\nbefore='before'\nafter='after'\nlimit='limit'\nforms=['epoch-milliseconds','date-time']\n\
             has-more='/hasMore'\nbefore-cursor='/cursors/before'\nafter-cursor='/cursors/after'\n",
        );
        let facts = PageFacts {
            has_more: Some(true),
            before: Some("17".into()),
            after: Some("x".into()),
            ..PageFacts::default()
        };
        assert_eq!(style.next(&Start::First, 5, 5, &facts), Some(Start::Before("17".into())));
        assert_eq!(style.next(&Start::After("a".into()), 5, 5, &facts), Some(Start::After("x".into())));
        assert_eq!(style.next(&Start::First, 5, 0, &facts), None);
        assert_eq!(CursorForm::DateTime.write(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(
            style.query(&Start::Between { after: "1".into(), before: "2".into() }, Some(3)),
            texts([("after", "1"), ("before", "2"), ("limit", "3")])
        );
    }

    #[test]
    fn items_lead_on_in_both_directions() {
        let style =
            style("[style.item-cursor]\nafter='after'\nbefore='before'\nlimit='limit'\nhas-more='/more'\n");
        let facts = |has_more| PageFacts {
            has_more,
            first_item: Some("a".into()),
            last_item: Some("z".into()),
            ..PageFacts::default()
        };
        for (start, has_more, next) in [
            (Start::First, Some(true), Some(Start::After("z".into()))),
            (Start::First, None, Some(Start::After("z".into()))),
            (Start::After("x".into()), Some(false), None),
            (Start::Before("x".into()), Some(true), Some(Start::Before("a".into()))),
        ] {
            assert_eq!(style.next(&start, 2, 2, &facts(has_more)), next, "{start:?} {has_more:?}");
        }
        assert_eq!(style.next(&Start::First, 2, 0, &facts(Some(true))), None);
        assert_eq!(style.query(&Start::Before("q".into()), None), texts([("before", "q")]));
    }

    #[test]
    fn a_token_leads_on_even_from_an_empty_page() {
        let style = style("[style.token]\ntoken='t'\nnext='/next'\nhas-more='/more'\n");
        let facts = |has_more| PageFacts { token: Some("n".into()), has_more, ..PageFacts::default() };
        assert_eq!(style.next(&Start::First, 2, 0, &facts(None)), Some(Start::Token("n".into())));
        assert_eq!(style.next(&Start::First, 2, 2, &facts(Some(false))), None);
        assert_eq!(style.next(&Start::First, 2, 2, &PageFacts::default()), None);
        assert_eq!(style.query(&Start::Token("n".into()), Some(3)), texts([("t", "n")]));
    }
}
