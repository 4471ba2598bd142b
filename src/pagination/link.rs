//! Links: the `Link` header field (RFC 8288), and where a link leads, seen from the request whose answer gave it.

use serde::{Deserialize, Serialize};
use url::{Position, Url};

/// Where a link leads, by its relation type (RFC 8288, section 2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rel {
    /// The next page.
    Next,
    /// The page before.
    Previous,
    /// The first page.
    First,
    /// The last page.
    Last,
    /// The page itself.
    #[serde(rename = "self")]
    Own,
}

impl Rel {
    /// All of them.
    pub const ALL: [Rel; 5] = [Rel::Next, Rel::Previous, Rel::First, Rel::Last, Rel::Own];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Previous => "prev",
            Self::First => "first",
            Self::Last => "last",
            Self::Own => "self",
        }
    }

    /// Reads a relation type; names are compared without regard to case (RFC 8288, section 2.1.1). `previous` is a common synonym.
    fn parse(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("previous") {
            return Some(Self::Previous);
        }
        Self::ALL.into_iter().find(|rel| rel.name().eq_ignore_ascii_case(name))
    }
}

/// A link of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As it stands in the answer.
    pub text: String,
    /// Path and query that it leads to, relative to the target's base URL; or why it cannot be followed.
    pub leads: Result<String, Astray>,
}

/// Why a link cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Astray {
    /// It is no URI reference (RFC 3986, section 4.1): why, as a lowercase fragment.
    NoUrl(String),
    /// It leads to another origin (RFC 6454): which.
    OtherOrigin(String),
    /// It leads out of the path that the target's base URL has: where to.
    OutsideBase(String),
}

/// From where an answer's links are seen.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The target's base URL.
    pub base: &'a Url,
    /// Path and query of the request, relative to the base URL.
    pub path: &'a str,
    /// Base URLs that the document gives for the same API: a link into one of them counts as a link into the target.
    pub servers: &'a [Url],
}

impl Link {
    /// Reads a link, seen from a place.
    pub fn read(text: &str, place: &Place<'_>) -> Self {
        Self { text: text.to_owned(), leads: place.resolve(text) }
    }
}

impl Place<'_> {
    /// Where a URI reference leads (RFC 3986, section 5).
    fn resolve(&self, text: &str) -> Result<String, Astray> {
        if let Some(problem) = unwritten(text) {
            return Err(Astray::NoUrl(problem));
        }
        let here = format!(
            "{}{}{}",
            &self.base[..Position::BeforePath],
            self.base.path().trim_end_matches('/'),
            self.path
        );
        let no_url = |error: url::ParseError| Astray::NoUrl(error.to_string());
        let url = Url::parse(&here).map_err(no_url)?.join(text).map_err(no_url)?;
        let bases = || std::iter::once(self.base).chain(self.servers);
        if let Some(found) = bases().find_map(|base| below(base, &url)) {
            return Ok(found);
        }
        if bases().any(|base| base.origin() == url.origin()) {
            return Err(Astray::OutsideBase(url.path().to_owned()));
        }
        Err(Astray::OtherOrigin(url[..Position::BeforePath].to_owned()))
    }
}

/// What no URI reference holds, as a lowercase fragment. Characters that RFC 3986 forbids and that the URL Standard lets through in a query
/// (such as `|`) are not counted.
fn unwritten(text: &str) -> Option<String> {
    if let Some(bad) = text.chars().find(|c| !c.is_ascii_graphic() || matches!(c, '"' | '<' | '>')) {
        return Some(format!("it holds {}", name_of(bad)));
    }
    let octets = text.as_bytes();
    let escapes = octets.iter().enumerate().filter(|(_, octet)| **octet == b'%');
    let mut broken = escapes.filter(|(at, _)| {
        !octets.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    });
    broken.next().map(|_| "it holds a `%` that begins no escape".to_owned())
}

fn name_of(character: char) -> String {
    match character {
        ' ' => "a blank".to_owned(),
        c if c.is_control() => "a control character".to_owned(),
        c if !c.is_ascii() => "a character outside ASCII".to_owned(),
        c => format!("`{c}`"),
    }
}

/// Path and query of a URL relative to a base URL that it lies below.
fn below(base: &Url, url: &Url) -> Option<String> {
    if base.origin() != url.origin() {
        return None;
    }
    let whole = &url[Position::BeforePath..Position::AfterQuery];
    let rest = whole.strip_prefix(base.path().trim_end_matches('/'))?;
    match rest.chars().next() {
        Some('/') => Some(rest.to_owned()),
        Some('?') | None => Some(format!("/{rest}")),
        Some(_) => None,
    }
}

/// The links of a `Link` header field value in their order, with their relation types, and what is wrong with the rest. Links in another context
/// (`anchor`) are left out (RFC 8288, section 3.2).
pub fn parse_header(value: &str) -> (Vec<(Rel, String)>, Option<String>) {
    let mut links = Vec::new();
    let mut scan = Scan { rest: value };
    loop {
        // Empty elements of a list are to be passed over (RFC 9110, section 5.6.1.2).
        while scan.blank() || scan.take(',') {}
        if scan.rest.is_empty() {
            return (links, None);
        }
        match scan.link() {
            Ok(Some((rels, target))) => {
                let known = rels.split_ascii_whitespace().filter_map(Rel::parse);
                links.extend(known.map(|rel| (rel, target.clone())));
            }
            Ok(None) => {}
            Err(problem) => return (links, Some(problem.to_owned())),
        }
    }
}

/// What is left of a header field value.
struct Scan<'a> {
    rest: &'a str,
}

impl<'a> Scan<'a> {
    /// Passes over white space; says whether there was any.
    fn blank(&mut self) -> bool {
        let rest = self.rest.trim_start_matches([' ', '\t']);
        let passed = rest.len() < self.rest.len();
        self.rest = rest;
        passed
    }

    fn take(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// One link with its relation types; `None` where it has none or stands in another context.
    fn link(&mut self) -> Result<Option<(String, String)>, &'static str> {
        if !self.take('<') {
            return Err("a link does not begin with `<`");
        }
        let Some((target, rest)) = self.rest.split_once('>') else {
            return Err("a `<` is not closed by `>`");
        };
        self.rest = rest;
        let (mut rel, mut anchored) = (None, false);
        loop {
            self.blank();
            if self.rest.is_empty() || self.rest.starts_with(',') {
                break;
            }
            if !self.take(';') {
                return Err("a parameter does not follow on `;`");
            }
            self.blank();
            let name = self.token();
            self.blank();
            let value = if self.take('=') {
                self.blank();
                self.value()?
            } else {
                String::new()
            };
            // Of several relation parameters the first counts (RFC 8288, section 3.3).
            if name.eq_ignore_ascii_case("rel") {
                rel.get_or_insert(value);
            } else if name.eq_ignore_ascii_case("anchor") {
                anchored = true;
            }
        }
        Ok(rel.filter(|_| !anchored).map(|rel| (rel, target.trim().to_owned())))
    }

    /// What stands in front of the next separator.
    fn token(&mut self) -> &'a str {
        let end = self.rest.find([' ', '\t', '=', ';', ',', '"', '<', '>']).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        token
    }

    /// A token or a quoted text.
    fn value(&mut self) -> Result<String, &'static str> {
        if !self.take('"') {
            let token = self.token();
            return if token.is_empty() {
                Err("a parameter has no value behind its `=`")
            } else {
                Ok(token.to_owned())
            };
        }
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                other => text.push(other),
            }
        }
        Err("a quoted text is not closed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A field value, the links in it, and whether all of it is well formed.
    type Read = (&'static str, Vec<(Rel, String)>, bool);

    #[test]
    fn links_are_read_as_rfc_8288_writes_them() {
        let next = |target: &str| vec![(Rel::Next, target.to_owned())];
        let cases: &[Read] = &[
            ("", vec![], true),
            ("<a>; rel=next", next("a"), true),
            ("<a>;rel=\"next\"", next("a"), true),
            ("< a > ; REL = \"NEXT\" ; title=\"x, y; <z>\"", next("a"), true),
            ("<a?b=1,2;c>; rel=\"next\"", next("a?b=1,2;c"), true),
            ("<a>; rel=\"http://x/y next\"", next("a"), true),
            ("<a>; rel=next; rel=prev", next("a"), true),
            ("<a>; rel=\"ne\\xt\"", next("a"), true),
            ("<a>; anchor=\"#b\"; rel=next", vec![], true),
            ("<a>", vec![], true),
            ("<a>; rel", vec![], true),
            (
                ", <a>; rel=next; ,, <b>; rel=previous,",
                [next("a"), vec![(Rel::Previous, "b".into())]].concat(),
                true,
            ),
            (
                "<a>; rel=\"next last\", <b>; rel=\"first prev\"",
                vec![
                    (Rel::Next, "a".into()),
                    (Rel::Last, "a".into()),
                    (Rel::First, "b".into()),
                    (Rel::Previous, "b".into()),
                ],
                true,
            ),
            ("a; rel=next", vec![], false),
            ("<a; rel=next", vec![], false),
            ("<a> rel=next", vec![], false),
            ("<a>; rel=\"next", vec![], false),
            ("<a>; rel=", vec![], false),
            ("<a>; rel=next, b", next("a"), false),
        ];
        for (value, links, well_formed) in cases {
            let (found, problem) = parse_header(value);
            assert_eq!((&found, problem.is_none()), (links, *well_formed), "{value}: {problem:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(value in "[<>;,=\"\\\\a-z \\tα]{0,60}|.{0,60}") {
            let (links, _) = parse_header(&value);
            prop_assert!(links.len() <= value.len());
        }

        #[test]
        fn what_is_written_is_read(targets in proptest::collection::vec("[a-z/?&=,;%0-9]{1,20}", 0..5)) {
            let value: Vec<String> = targets.iter().map(|target| format!("<{target}>; rel=\"next\"")).collect();
            let (links, problem) = parse_header(&value.join(", "));
            prop_assert_eq!(problem, None);
            prop_assert_eq!(links.into_iter().map(|(_, target)| target).collect::<Vec<_>>(), targets);
        }

        #[test]
        fn any_link_leads_somewhere_or_is_told_astray(text in ".{0,40}|(https?://)?[a-z.:/?%\\[\\]@0-9]{0,40}") {
            let base = Url::parse("http://127.0.0.1:8080/api/v1").unwrap();
            let place = Place { base: &base, path: "/items?a=1", servers: &[] };
            if let Ok(path) = place.resolve(&text) {
                prop_assert!(path.starts_with('/'));
            }
        }
    }

    #[test]
    fn a_link_leads_into_the_target_or_astray() {
        let base = Url::parse("http://127.0.0.1:8080/api/v1/").unwrap();
        let servers = [Url::parse("https://api.example.com/v1").unwrap()];
        let place = Place { base: &base, path: "/items?limit=2", servers: &servers };
        for (text, path) in [
            ("?limit=2&page=2", "/items?limit=2&page=2"),
            ("items?page=2", "/items?page=2"),
            ("/api/v1/items?page=2#top", "/items?page=2"),
            ("http://127.0.0.1:8080/api/v1/items?page=%41", "/items?page=%41"),
            ("//127.0.0.1:8080/api/v1?x", "/?x"),
            ("https://api.example.com/v1/items?page=2", "/items?page=2"),
            ("/api/v1/a/../items", "/items"),
            ("?page[number]=2", "/items?page[number]=2"),
        ] {
            assert_eq!(place.resolve(text), Ok(path.to_owned()), "{text}");
        }
        let origin = |text: &str| Astray::OtherOrigin(text.to_owned());
        for (text, astray) in [
            ("https://127.0.0.1:8080/api/v1/items", origin("https://127.0.0.1:8080")),
            ("http://127.0.0.1/api/v1/items", origin("http://127.0.0.1")),
            ("http://localhost:8080/api/v1/items", origin("http://localhost:8080")),
            ("http://example.com", origin("http://example.com")),
            ("/items?page=2", Astray::OutsideBase("/items".into())),
            ("/api/v10/items", Astray::OutsideBase("/api/v10/items".into())),
            ("https://api.example.com/v2", Astray::OutsideBase("/v2".into())),
            ("/api/v1/items?a= b", Astray::NoUrl("it holds a blank".into())),
            ("?a=é", Astray::NoUrl("it holds a character outside ASCII".into())),
            ("?a=%2", Astray::NoUrl("it holds a `%` that begins no escape".into())),
            ("http://", Astray::NoUrl("empty host".into())),
        ] {
            assert_eq!(place.resolve(text), Err(astray), "{text}");
        }
    }
}
