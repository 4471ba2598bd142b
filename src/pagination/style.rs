//! The styles and their parameters. These types are part of the suite file's format; docs/suite-format.md describes them.
//!
//! A parameter is named as the document names it. A place in an answer is a JSON pointer (RFC 6901), a header field is named in any case of letters.
//! Where a parameter for the page size is left out, the API has a page size of its own.

use schemars::JsonSchema;
use serde::Deserialize;

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
    /// `after` (and `before`) an item, and `limit`.
    ItemCursor(ItemCursor),
    /// An opaque token that the page before gave.
    Token(Token),
    /// A link to the next page in the `Link` header field.
    LinkHeader(LinkHeader),
    /// A link to the next page in the content.
    NextUrl(NextUrl),
}

/// Pages by number.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PageNumber {
    /// The parameter for the page number.
    pub page: String,
    /// The parameter for the page size.
    #[serde(default)]
    pub size: Option<String>,
    /// The number of the first page.
    #[serde(default = "one")]
    pub first: u64,
    /// Where the total stands.
    #[serde(default)]
    pub total: Option<String>,
    /// The header field with the total.
    #[serde(default)]
    pub total_header: Option<String>,
    /// Where the number of pages stands.
    #[serde(default)]
    pub pages: Option<String>,
    /// The header field with the number of pages.
    #[serde(default)]
    pub pages_header: Option<String>,
    /// Where it says whether more come.
    #[serde(default)]
    pub has_more: Option<String>,
    /// Where the number of the next page stands.
    #[serde(default)]
    pub next_page: Option<String>,
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
    /// The parameter for how many items to pass over.
    pub skip: String,
    /// The parameter for the page size.
    #[serde(default)]
    pub limit: Option<String>,
    /// The number of the first item, where the parameter names the item that a page begins with: 1 where items are counted from one.
    #[serde(default)]
    pub first: u64,
    /// Where the total stands.
    #[serde(default)]
    pub total: Option<String>,
    /// The header field with the total.
    #[serde(default)]
    pub total_header: Option<String>,
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
    /// The parameter for an upper bound (older items).
    pub before: String,
    /// The parameter for a lower bound (newer items).
    pub after: String,
    /// The parameter for the page size.
    #[serde(default)]
    pub limit: Option<String>,
    /// The forms in which a bound may be written, the one of the answers' cursors first.
    pub forms: Vec<super::CursorForm>,
    /// Where it says whether more come.
    pub has_more: String,
    /// Where the cursor for older items stands.
    pub before_cursor: String,
    /// Where the cursor for newer items stands.
    pub after_cursor: String,
}

/// Pages by items: what a client sends stands in the items themselves.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ItemCursor {
    /// The parameter for the item that the page stands behind, in the order of the list.
    pub after: String,
    /// The parameter for the item that the page stands in front of, in the order of the list.
    #[serde(default)]
    pub before: Option<String>,
    /// The parameter for the page size.
    #[serde(default)]
    pub limit: Option<String>,
    /// Where in an item the value stands that is sent; the resource's id where it is left out.
    #[serde(default)]
    pub cursor: Option<String>,
    /// Where it says whether more come in the direction of reading.
    #[serde(default)]
    pub has_more: Option<String>,
    /// Where the cursor of the page's first item stands.
    #[serde(default)]
    pub first: Option<String>,
    /// Where the cursor of the page's last item stands.
    #[serde(default)]
    pub last: Option<String>,
    /// Where the total stands.
    #[serde(default)]
    pub total: Option<String>,
    /// The header field with the total.
    #[serde(default)]
    pub total_header: Option<String>,
}

/// Pages by opaque tokens.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Token {
    /// The parameter for the token.
    pub token: String,
    /// The parameter for the page size.
    #[serde(default)]
    pub size: Option<String>,
    /// Where the token of the next page stands; missing, null and empty mean that there is none.
    #[serde(default)]
    pub next: Option<String>,
    /// The header field with the token of the next page.
    #[serde(default)]
    pub next_header: Option<String>,
    /// Where the token of the page before stands.
    #[serde(default)]
    pub previous: Option<String>,
    /// Where it says whether more come. Where it says no, nothing comes even if there is a token.
    #[serde(default)]
    pub has_more: Option<String>,
    /// Where the total stands.
    #[serde(default)]
    pub total: Option<String>,
    /// The header field with the total.
    #[serde(default)]
    pub total_header: Option<String>,
}

/// Pages by links in the `Link` header field (RFC 8288).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LinkHeader {
    /// The parameter for the page size.
    #[serde(default)]
    pub size: Option<String>,
    /// The parameter for the page number, where clients may choose one.
    #[serde(default)]
    pub page: Option<String>,
    /// The number of the first page.
    #[serde(default = "one")]
    pub first_page: u64,
    /// The parameter for how many items to pass over, where clients may choose that.
    #[serde(default)]
    pub offset: Option<String>,
    /// Where the total stands.
    #[serde(default)]
    pub total: Option<String>,
    /// The header field with the total.
    #[serde(default)]
    pub total_header: Option<String>,
    /// The header field with the number of pages.
    #[serde(default)]
    pub pages_header: Option<String>,
}

/// Pages by links in the content. A link is a text, or an object with a member `href`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NextUrl {
    /// The parameter for the page size.
    #[serde(default)]
    pub size: Option<String>,
    /// The parameter for the page number, where clients may choose one.
    #[serde(default)]
    pub page: Option<String>,
    /// The number of the first page.
    #[serde(default = "one")]
    pub first_page: u64,
    /// The parameter for how many items to pass over, where clients may choose that.
    #[serde(default)]
    pub offset: Option<String>,
    /// Where the link to the next page stands; missing, null and empty mean that there is none.
    pub next: String,
    /// Where the link to the page before stands.
    #[serde(default)]
    pub previous: Option<String>,
    /// Where the link to the first page stands.
    #[serde(default)]
    pub first: Option<String>,
    /// Where the link to the last page stands.
    #[serde(default)]
    pub last: Option<String>,
    /// Where the link to the page itself stands.
    #[serde(default, rename = "self")]
    pub own: Option<String>,
    /// Where it says whether more come.
    #[serde(default)]
    pub has_more: Option<String>,
    /// Where the total stands.
    #[serde(default)]
    pub total: Option<String>,
    /// The header field with the total.
    #[serde(default)]
    pub total_header: Option<String>,
    /// Where the number of pages stands.
    #[serde(default)]
    pub pages: Option<String>,
}

/// How a client may choose a page by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position<'a> {
    /// By its number.
    Page {
        /// The parameter.
        parameter: &'a str,
        /// The number of the first page.
        first: u64,
    },
    /// By how many items to pass over.
    Offset {
        /// The parameter.
        parameter: &'a str,
        /// The number of the first item.
        first: u64,
    },
}

impl Style {
    /// The style's name in case ids and documentation.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PageNumber(_) => "page-number",
            Self::OffsetLimit(_) => "offset-limit",
            Self::TimestampCursor(_) => "timestamp-cursor",
            Self::ItemCursor(_) => "item-cursor",
            Self::Token(_) => "token",
            Self::LinkHeader(_) => "link-header",
            Self::NextUrl(_) => "next-url",
        }
    }

    /// The conventions, by name, that mean something for this style.
    pub fn conventions(&self) -> &'static [&'static str] {
        match self {
            Self::PageNumber(_) | Self::OffsetLimit(_) => &["past-end", "short-pages", "total"],
            Self::TimestampCursor(_) => {
                &["short-pages", "cursor-item", "adjacency", "both-bounds", "empty-cursors"]
            }
            Self::ItemCursor(_) => &[
                "short-pages",
                "total",
                "cursor-item",
                "adjacency",
                "both-bounds",
                "unknown-cursor",
                "foreign-cursor",
                "end",
            ],
            Self::Token(_) => {
                &["short-pages", "total", "unknown-cursor", "foreign-cursor", "changed-arguments", "end"]
            }
            Self::LinkHeader(_) | Self::NextUrl(_) if self.position().is_some() => {
                &["past-end", "short-pages", "total", "end"]
            }
            Self::LinkHeader(_) | Self::NextUrl(_) => &["short-pages", "total", "end"],
        }
    }

    /// The name of the parameter for the page size, if clients may choose one.
    pub fn size_parameter(&self) -> Option<&str> {
        match self {
            Self::PageNumber(style) => style.size.as_deref(),
            Self::OffsetLimit(style) => style.limit.as_deref(),
            Self::TimestampCursor(style) => style.limit.as_deref(),
            Self::ItemCursor(style) => style.limit.as_deref(),
            Self::Token(style) => style.size.as_deref(),
            Self::LinkHeader(style) => style.size.as_deref(),
            Self::NextUrl(style) => style.size.as_deref(),
        }
    }

    /// How a client may choose a page by its position, if the style has that.
    pub fn position(&self) -> Option<Position<'_>> {
        let by = |page: &'_ Option<String>, first, offset: &'_ Option<String>| match (page, offset) {
            (Some(_), _) => Some((true, first)),
            (None, Some(_)) => Some((false, first)),
            (None, None) => None,
        };
        let (page, offset, found) = match self {
            Self::PageNumber(style) => {
                return Some(Position::Page { parameter: &style.page, first: style.first });
            }
            Self::OffsetLimit(style) => {
                return Some(Position::Offset { parameter: &style.skip, first: style.first });
            }
            Self::TimestampCursor(_) | Self::ItemCursor(_) | Self::Token(_) => return None,
            Self::LinkHeader(s) => (&s.page, &s.offset, by(&s.page, s.first_page, &s.offset)),
            Self::NextUrl(s) => (&s.page, &s.offset, by(&s.page, s.first_page, &s.offset)),
        };
        let (is_page, first) = found?;
        if is_page {
            Some(Position::Page { parameter: page.as_deref()?, first })
        } else {
            Some(Position::Offset { parameter: offset.as_deref()?, first: 0 })
        }
    }

    /// The names of all parameters of the style, by the suite file's keys for them.
    pub fn parameters_by_key(&self) -> Vec<(&'static str, &str)> {
        let all: Vec<(&'static str, Option<&str>)> = match self {
            Self::PageNumber(style) => vec![("page", Some(&style.page)), ("size", style.size.as_deref())],
            Self::OffsetLimit(style) => vec![("skip", Some(&style.skip)), ("limit", style.limit.as_deref())],
            Self::TimestampCursor(style) => vec![
                ("before", Some(&style.before)),
                ("after", Some(&style.after)),
                ("limit", style.limit.as_deref()),
            ],
            Self::ItemCursor(style) => vec![
                ("after", Some(&style.after)),
                ("before", style.before.as_deref()),
                ("limit", style.limit.as_deref()),
            ],
            Self::Token(style) => vec![("token", Some(&style.token)), ("size", style.size.as_deref())],
            Self::LinkHeader(style) => vec![
                ("page", style.page.as_deref()),
                ("offset", style.offset.as_deref()),
                ("size", style.size.as_deref()),
            ],
            Self::NextUrl(style) => vec![
                ("page", style.page.as_deref()),
                ("offset", style.offset.as_deref()),
                ("size", style.size.as_deref()),
            ],
        };
        all.into_iter().filter_map(|(key, parameter)| Some((key, parameter?))).collect()
    }

    /// The JSON pointers of the style into an answer, by the suite file's keys for them.
    pub fn pointers_by_key(&self) -> Vec<(&'static str, &str)> {
        let all: Vec<(&'static str, Option<&str>)> = match self {
            Self::PageNumber(style) => vec![
                ("total", style.total.as_deref()),
                ("pages", style.pages.as_deref()),
                ("has-more", style.has_more.as_deref()),
                ("next-page", style.next_page.as_deref()),
                ("page-echo", style.page_echo.as_deref()),
                ("size-echo", style.size_echo.as_deref()),
            ],
            Self::OffsetLimit(style) => vec![
                ("total", style.total.as_deref()),
                ("has-more", style.has_more.as_deref()),
                ("limit-echo", style.limit_echo.as_deref()),
                ("next-page", style.next_page.as_deref()),
            ],
            Self::TimestampCursor(style) => vec![
                ("has-more", Some(&style.has_more)),
                ("before-cursor", Some(&style.before_cursor)),
                ("after-cursor", Some(&style.after_cursor)),
            ],
            Self::ItemCursor(style) => vec![
                ("has-more", style.has_more.as_deref()),
                ("first", style.first.as_deref()),
                ("last", style.last.as_deref()),
                ("total", style.total.as_deref()),
            ],
            Self::Token(style) => vec![
                ("next", style.next.as_deref()),
                ("previous", style.previous.as_deref()),
                ("has-more", style.has_more.as_deref()),
                ("total", style.total.as_deref()),
            ],
            Self::LinkHeader(style) => vec![("total", style.total.as_deref())],
            Self::NextUrl(style) => vec![
                ("next", Some(&style.next)),
                ("previous", style.previous.as_deref()),
                ("first", style.first.as_deref()),
                ("last", style.last.as_deref()),
                ("self", style.own.as_deref()),
                ("has-more", style.has_more.as_deref()),
                ("total", style.total.as_deref()),
                ("pages", style.pages.as_deref()),
            ],
        };
        all.into_iter().filter_map(|(key, pointer)| Some((key, pointer?))).collect()
    }

    /// Where in an item the value stands that asks for what comes after it, where the suite says so.
    pub fn item_pointer(&self) -> Option<&str> {
        match self {
            Self::ItemCursor(style) => style.cursor.as_deref(),
            _ => None,
        }
    }

    /// The names of all parameters of the style.
    pub fn parameters(&self) -> Vec<&str> {
        self.parameters_by_key().into_iter().map(|(_, parameter)| parameter).collect()
    }

    /// Where the total stands, as a JSON pointer; `None` where it stands in a header field, or nowhere.
    pub fn total_pointer(&self) -> Option<&str> {
        match self {
            Self::PageNumber(style) => style.total.as_deref(),
            Self::OffsetLimit(style) => style.total.as_deref(),
            Self::TimestampCursor(_) => None,
            Self::ItemCursor(style) => style.total.as_deref(),
            Self::Token(style) => style.total.as_deref(),
            Self::LinkHeader(style) => style.total.as_deref(),
            Self::NextUrl(style) => style.total.as_deref(),
        }
    }

    /// The header field with the total, if there is one.
    pub fn total_header(&self) -> Option<&str> {
        match self {
            Self::PageNumber(style) => style.total_header.as_deref(),
            Self::OffsetLimit(style) => style.total_header.as_deref(),
            Self::TimestampCursor(_) => None,
            Self::ItemCursor(style) => style.total_header.as_deref(),
            Self::Token(style) => style.total_header.as_deref(),
            Self::LinkHeader(style) => style.total_header.as_deref(),
            Self::NextUrl(style) => style.total_header.as_deref(),
        }
    }

    /// Where the number of pages stands, as a JSON pointer.
    pub fn pages_pointer(&self) -> Option<&str> {
        match self {
            Self::PageNumber(style) => style.pages.as_deref(),
            Self::NextUrl(style) => style.pages.as_deref(),
            _ => None,
        }
    }

    /// The header field with the number of pages, if there is one.
    pub fn pages_header(&self) -> Option<&str> {
        match self {
            Self::PageNumber(style) => style.pages_header.as_deref(),
            Self::LinkHeader(style) => style.pages_header.as_deref(),
            _ => None,
        }
    }

    /// Where it says whether more come, as a JSON pointer.
    pub fn has_more_pointer(&self) -> Option<&str> {
        match self {
            Self::PageNumber(style) => style.has_more.as_deref(),
            Self::OffsetLimit(style) => style.has_more.as_deref(),
            Self::TimestampCursor(style) => Some(&style.has_more),
            Self::ItemCursor(style) => style.has_more.as_deref(),
            Self::Token(style) => style.has_more.as_deref(),
            Self::LinkHeader(_) => None,
            Self::NextUrl(style) => style.has_more.as_deref(),
        }
    }

    /// Where the number of the next page stands, as a JSON pointer.
    pub fn next_page_pointer(&self) -> Option<&str> {
        match self {
            Self::PageNumber(style) => style.next_page.as_deref(),
            Self::OffsetLimit(style) => style.next_page.as_deref(),
            _ => None,
        }
    }

    /// Whether pages are reached by links.
    pub fn has_links(&self) -> bool {
        matches!(self, Self::LinkHeader(_) | Self::NextUrl(_))
    }
}
