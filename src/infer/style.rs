//! How a list pages, by the names of its query parameters and of the members of its answers.

use serde_json::Value;

use super::envelope::{Envelope, Member};
use super::lists::Listing;
use super::schema::{Shapes, snake};
use super::toml::{Remark, Toml, guessed, question};
use super::vocabulary::{
    AFTERS, BEFORES, MORE, NEXT_TOKENS, NEXT_URLS, OFFSETS, PAGE_COUNTS, PAGE_ECHOES, PAGES, PAGES_HEADERS,
    PREVIOUS_TOKENS, PREVIOUS_URLS, SIZE_ECHOES, SIZES, TOKENS, TOTAL_HEADERS,
};
use crate::document::{Location, Operation};

/// How a list pages.
#[derive(Clone, Debug)]
pub(super) struct Paging {
    /// The style's name in the suite format.
    pub(super) kind: &'static str,
    /// Its members, as they stand under `style.<kind>`.
    pub(super) members: Vec<(String, Toml)>,
    /// Why, and what is not known.
    pub(super) remarks: Vec<Remark>,
    /// The query parameters that it takes.
    pub(super) parameters: Vec<String>,
    /// The parameter for the page size; none where pages have a size of their own.
    pub(super) size: Option<String>,
    /// Whether its parameters are members of the content.
    pub(super) in_content: bool,
    /// Where the total stands, with what is said of it.
    pub(super) total: Option<(String, String)>,
}

/// Whether a query parameter of this name, in snake case, asks for a page.
pub(super) fn is_paging(name: &str) -> bool {
    [&PAGES[..], &OFFSETS, &TOKENS, &AFTERS, &BEFORES].iter().any(|names| names.contains(&name))
        || matches!(name, "limit" | "page_size" | "per_page" | "max_results" | "top" | "size" | "page_limit")
}

/// An argument of a list: a query parameter, or a member of the content of a list by POST.
#[derive(Clone, Debug)]
pub(super) struct Argument<'a> {
    pub(super) name: &'a str,
    pub(super) schema: &'a Value,
    /// What the document says of it, in lower case.
    said: String,
}

/// The arguments of a list, and whether they stand in the content.
pub(super) fn arguments<'a>(shapes: Shapes<'a>, operation: &'a Operation) -> (Vec<Argument<'a>>, bool) {
    let told = |schema: &'a Value| shapes.text(schema, "description").unwrap_or_default().to_lowercase();
    let query = operation.parameters.iter().filter(|p| p.location == Location::Query).map(|p| {
        let raw = shapes.document.raw().pointer(&p.pointer);
        let text = raw.and_then(|raw| raw.get("description")).and_then(Value::as_str).unwrap_or_default();
        let schema = p.schema.value();
        Argument { name: &p.name, schema, said: format!("{} {}", text.to_lowercase(), told(schema)) }
    });
    let query: Vec<Argument<'a>> = query.collect();
    let paged = query.iter().any(|argument| is_paging(&snake(argument.name)));
    let body = operation.request_body.as_ref().and_then(|body| body.json()?.schema.as_ref());
    let Some(body) = body.filter(|_| !paged && operation.method == http::Method::POST) else {
        return (query, false);
    };
    let content = shapes.properties(body.value()).into_iter();
    let content = content.map(|p| Argument { name: p.name, schema: p.schema, said: told(p.schema) });
    (content.collect(), true)
}

/// What is known of one list.
struct Looked<'a, 'l> {
    arguments: Vec<Argument<'a>>,
    shapes: Shapes<'a>,
    list: &'l Listing<'a>,
    envelope: Envelope<'a>,
}

/// Reads how a list pages; the reason where it does not page in a way that is known.
pub(super) fn paging<'a>(shapes: Shapes<'a>, list: &Listing<'a>) -> Result<Paging, String> {
    let (arguments, in_content) = arguments(shapes, list.operation);
    let looked = Looked { arguments, shapes, list, envelope: Envelope::read(shapes, list) };
    let size = looked.parameter(&SIZES).map(|size| size.name.to_owned());
    [Looked::item_cursor, Looked::timestamp, Looked::token, Looked::link_header, Looked::next_url, Looked::page_number, Looked::offset]
        .into_iter()
        .find_map(|style| style(&looked, size.as_deref()))
        .map(|paging| Paging { in_content, ..paging })
        .ok_or_else(|| match (looked.opaque(), &size) {
            (Some(text), _) => format!(
                "its parameter {} takes a text, so no number of a page or of items, and no member of its answers is known for the token of the next page",
                text.name
            ),
            (None, Some(size)) => format!("it has the parameter {size} for the size of a page, and none that is known to ask for the next one"),
            (None, None) => "it has no query parameter that is known to ask for a page".to_owned(),
        })
}

impl<'a> Looked<'a, '_> {
    /// The argument that has one of these names; the first name counts most.
    fn parameter(&self, names: &[&str]) -> Option<&Argument<'a>> {
        names.iter().find_map(|name| self.arguments.iter().find(|argument| snake(argument.name) == *name))
    }

    /// The argument that has one of these names and takes a number. What takes texts alone says nothing of a position.
    fn numbered(&self, names: &[&str]) -> Option<&Argument<'a>> {
        let mut found = names.iter().filter_map(|name| self.parameter(&[*name]));
        found.find(|argument| !self.takes_text(argument))
    }

    /// The argument that is called like a page's number or an offset and takes texts alone: what a token is, unless it is a time to begin at.
    fn opaque(&self) -> Option<&Argument<'a>> {
        let dated = |argument: &Argument<'a>| {
            self.is_instant(argument)
                || self
                    .shapes
                    .text(argument.schema, "format")
                    .is_some_and(|format| format.starts_with("date"))
        };
        let found = [&PAGES[..], &OFFSETS].into_iter().find_map(|names| self.parameter(names));
        found.filter(|argument| self.takes_text(argument) && !dated(argument))
    }

    fn takes_text(&self, argument: &Argument<'a>) -> bool {
        let types = self.shapes.keyword(argument.schema, "type").and_then(Value::as_array);
        let number = types.is_some_and(|types| types.iter().any(|one| one == "integer" || one == "number"));
        self.shapes.kind(argument.schema) == Some("string") && !number
    }

    /// The member that says under an argument's own name what the next request sends there: one that stands for the next page, or among cursors.
    fn handed_on(&self, argument: &Argument<'a>) -> Option<&Member<'a>> {
        self.envelope.members.iter().find(|member| {
            member.name == snake(argument.name)
                && self.shapes.kind(member.schema) == Some("string")
                && (member.within.starts_with("next") || member.within.contains("cursor"))
        })
    }

    fn made(
        &self,
        kind: &'static str,
        size: Option<&str>,
        parameters: &[(&str, Option<&str>)],
        fields: &[(&str, Option<&Member<'a>>)],
    ) -> Paging {
        let parameters: Vec<(&str, &str)> =
            parameters.iter().filter_map(|(key, name)| Some((*key, (*name)?))).collect();
        let mut members: Vec<(String, Toml)> =
            parameters.iter().map(|(key, name)| ((*key).to_owned(), Toml::from(*name))).collect();
        let told = |member: &&Member<'a>| member.pointer.clone();
        let found: Vec<(&str, &Member<'a>)> =
            fields.iter().filter_map(|(key, member)| Some((*key, (*member)?))).collect();
        members.extend(found.iter().map(|(key, member)| ((*key).to_owned(), Toml::from(told(member)))));
        let names: Vec<&str> = parameters.iter().map(|(_, name)| *name).collect();
        let mut reason = match names[..] {
            [] => "the answer alone".to_owned(),
            [one] => format!("query parameter {one}"),
            _ => format!("query parameters {}", joined(&names)),
        };
        let pointers: Vec<String> = found.iter().map(|(_, member)| told(member)).collect();
        if !pointers.is_empty() {
            let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
            reason = format!("{reason}, and {} in the answer", joined(&pointers));
        }
        let total = found.iter().find(|(key, _)| *key == "total").map(|(_, member)| {
            (
                member.pointer.clone(),
                self.shapes.text(member.schema, "description").unwrap_or_default().to_owned(),
            )
        });
        let mut remarks = vec![guessed(reason)];
        if total.is_none()
            && let Some(count) = self.envelope.member(&["count"], &["integer", "number"])
        {
            remarks.push(question(format!(
                "does {} count the whole list (then add total = \"{}\") or the items of the page (then it stays out)?",
                count.pointer, count.pointer
            )));
        }
        Paging {
            kind,
            members,
            remarks,
            parameters: parameters.iter().map(|(_, name)| (*name).to_owned()).collect(),
            size: size.map(str::to_owned),
            in_content: false,
            total,
        }
    }

    fn page_number(&self, size: Option<&str>) -> Option<Paging> {
        let page = self.numbered(&PAGES)?;
        let echo = |names| self.envelope.member(names, &["integer", "number"]);
        let fields = [
            ("total", self.envelope.total()),
            ("pages", self.envelope.member(&PAGE_COUNTS, &["integer", "number"])),
            ("page-echo", echo(&PAGE_ECHOES)),
            ("size-echo", echo(&SIZE_ECHOES)),
            ("has-more", self.envelope.member(&MORE, &["boolean"])),
        ];
        let mut paging =
            self.made("page-number", size, &[("page", Some(page.name)), ("size", size)], &fields);
        let schema = page.schema;
        let (first, reason) = self.first_page(page);
        paging.members.insert(1, ("first".to_owned(), Toml::Integer(first)));
        self.headers(&mut paging);
        paging.remarks.push(reason);
        if self.shapes.number(schema, "minimum").is_none()
            && self.shapes.number(schema, "default").is_none()
            && first == 1
        {
            paging.remarks.push(question("is the first page 1 or 0? (first = 1 or 0)"));
        }
        Some(paging)
    }

    /// The number of the first page.
    fn first_page(&self, page: &Argument<'a>) -> (i64, Remark) {
        let schema = page.schema;
        let said = &page.said;
        for (keyword, value) in [
            ("default", self.shapes.number(schema, "default")),
            ("minimum", self.shapes.number(schema, "minimum")),
        ] {
            if let Some(value @ (0 | 1)) = value {
                return (
                    value,
                    guessed(format!(
                        "the {keyword} of {} is {value}, so pages are counted from {value}",
                        page.name
                    )),
                );
            }
        }
        if [
            "zero-based",
            "0-based",
            "starts at 0",
            "starting at 0",
            "first is 0",
            "from 0",
            "zero based",
            "0-indexed",
            "zero-indexed",
        ]
        .iter()
        .any(|w| said.contains(w))
        {
            return (0, guessed(format!("the description of {} counts pages from 0", page.name)));
        }
        (1, guessed("most APIs count pages from 1"))
    }

    fn offset(&self, size: Option<&str>) -> Option<Paging> {
        let skip = self.numbered(&OFFSETS)?;
        // Where the index of the first result is sent, `itemsPerPage` is the number of those that came (RFC 7644, section 3.4.2.4).
        let by_index = snake(skip.name).contains("index");
        let fields = [
            ("total", self.envelope.total()),
            ("has-more", self.envelope.member(&MORE, &["boolean"])),
            ("limit-echo", self.envelope.member(&SIZE_ECHOES, &["integer", "number"]).filter(|_| !by_index)),
        ];
        let mut paging =
            self.made("offset-limit", size, &[("skip", Some(skip.name)), ("limit", size)], &fields);
        let from_one =
            [self.shapes.number(skip.schema, "minimum"), self.shapes.number(skip.schema, "default")]
                .contains(&Some(1))
                || ["1-based", "one-based"].iter().any(|words| skip.said.contains(words));
        if from_one {
            paging.members.insert(1, ("first".to_owned(), Toml::Integer(1)));
            paging.remarks.push(guessed(format!("{} counts items from 1", skip.name)));
        }
        self.headers(&mut paging);
        paging.members.retain(|(key, _)| key != "pages-header");
        Some(paging)
    }

    fn item_cursor(&self, size: Option<&str>) -> Option<Paging> {
        let after = self.parameter(&AFTERS)?;
        let name = snake(after.name);
        let id = self.shapes.property(self.list.item, "id");
        let typed = id.is_some_and(|id| self.shapes.alike(id, after.schema));
        let said = &after.said;
        let by_name = matches!(name.as_str(), "starting_after" | "after_id" | "since_id" | "start_after");
        if !(by_name || (said.contains("id of") && typed))
            || self.is_instant(after)
            || self.handed_on(after).is_some()
            || self.envelope.member(&NEXT_TOKENS[..7], &["string"]).is_some()
            // Beside links to the next page it is one more way to narrow the list.
            || (name == "since_id" && self.envelope.header(&["link"]).is_some())
        {
            return None;
        }
        let before = self.parameter(&BEFORES);
        let parameters =
            [("after", Some(after.name)), ("before", before.map(|before| before.name)), ("limit", size)];
        let fields =
            [("has-more", self.envelope.member(&MORE, &["boolean"])), ("total", self.envelope.total())];
        Some(self.made("item-cursor", size, &parameters, &fields))
    }

    fn timestamp(&self, size: Option<&str>) -> Option<Paging> {
        let (before, after) = (self.parameter(&["before"])?, self.parameter(&["after"])?);
        let has_more = self.envelope.member(&MORE, &["boolean"])?;
        let cursor =
            |name: &str| self.envelope.members.iter().find(|m| m.name == name && m.within.contains("cursor"));
        let (older, newer) = (cursor("before")?, cursor("after")?);
        if !self.is_instant(before) && self.shapes.kind(older.schema) != Some("integer") {
            return None;
        }
        let fields =
            [("has-more", Some(has_more)), ("before-cursor", Some(older)), ("after-cursor", Some(newer))];
        let parameters = [("before", Some(before.name)), ("after", Some(after.name)), ("limit", size)];
        let mut paging = self.made("timestamp-cursor", size, &parameters, &fields);
        let epoch = self.shapes.kind(older.schema) != Some("string")
            || self.shapes.kind(before.schema) == Some("integer");
        let mut forms = Vec::new();
        if epoch {
            forms.push("epoch-milliseconds".into());
        }
        if self.is_date_time(before) || !epoch {
            forms.push("date-time".into());
        }
        paging.members.push(("forms".to_owned(), Toml::List(forms)));
        paging.remarks.push(guessed(format!(
            "the types of {} and {}; every form is tried",
            before.name, older.pointer
        )));
        Some(paging)
    }

    fn is_date_time(&self, parameter: &Argument<'a>) -> bool {
        self.shapes.text(parameter.schema, "format").is_some_and(|format| format == "date-time")
    }

    fn is_instant(&self, parameter: &Argument<'a>) -> bool {
        let said = &parameter.said;
        self.is_date_time(parameter) || said.contains("timestamp") || said.contains("date")
    }

    fn token(&self, size: Option<&str>) -> Option<Paging> {
        let by_name = self.parameter(&TOKENS).or_else(|| self.opaque());
        let handed = self.parameter(&AFTERS).filter(|after| self.handed_on(after).is_some());
        let token = by_name.or(handed)?;
        // What stands among links, or is called one, is a URL.
        let text = |member: &&Member<'a>| {
            let linked = [&member.within, &member.name]
                .iter()
                .any(|name| name.contains("link") || ["_url", "_uri"].iter().any(|end| name.ends_with(end)));
            !linked && self.shapes.text(member.schema, "format").is_none_or(|format| !format.contains("uri"))
        };
        let exact = self.envelope.members.iter().find(|member| {
            // What the next request sends often has the parameter's own name.
            member.name == snake(token.name) && self.shapes.kind(member.schema) == Some("string")
        });
        let next = self.handed_on(token);
        // Where links lead both ways beside the token, their absence tells the end of the list, as the token need not.
        if next.is_some_and(|next| self.envelope.members.iter().any(|member| self.beside_token(member, next)))
        {
            return None;
        }
        let next = next.or_else(|| self.envelope.member(&NEXT_TOKENS, &["string"]).filter(text)).or(exact)?;
        // A parameter of its own for reading back takes the tokens that lead back.
        let apart = self.parameter(&BEFORES).is_some();
        let previous = self.envelope.member(&PREVIOUS_TOKENS, &["string"]).filter(text).filter(|_| !apart);
        let fields = [
            ("next", Some(next)),
            ("previous", previous),
            ("has-more", self.envelope.member(&MORE, &["boolean"])),
            ("total", self.envelope.total()),
        ];
        let mut paging = self.made("token", size, &[("token", Some(token.name)), ("size", size)], &fields);
        if previous.is_some_and(|_| {
            !self.arguments.iter().any(|p| PREVIOUS_TOKENS.contains(&snake(p.name).as_str()))
        }) {
            paging.remarks.push(guessed(
                "tokens for both directions go back into the one parameter that takes a token",
            ));
        }
        Some(paging)
    }

    /// Totals in header fields, where the content has none.
    fn headers(&self, paging: &mut Paging) {
        for (key, names) in [("total", &TOTAL_HEADERS[..]), ("pages", &PAGES_HEADERS)] {
            let told = paging.members.iter().any(|(known, _)| known == key);
            if let Some(name) = self.envelope.header(names).filter(|_| !told) {
                paging.members.push((format!("{key}-header"), name.into()));
                paging.remarks.push(guessed(format!("the response header {name}")));
                if key == "total" {
                    paging.total = Some((name.to_owned(), String::new()));
                }
            }
        }
    }

    /// The parameter by which a list that pages by links can be asked for a page by its position as well.
    fn beside(&self, paging: &mut Paging) {
        // Where a token goes along, the position alone may say nothing.
        let tokens = self.parameter(&TOKENS).is_some();
        if let Some(page) = self.numbered(&PAGES).filter(|_| !tokens) {
            let (first, reason) = self.first_page(page);
            paging.members.insert(0, ("page".to_owned(), page.name.into()));
            paging.members.insert(1, ("first-page".to_owned(), Toml::Integer(first)));
            paging.remarks.push(guessed(format!(
                "the query parameter {} asks for a page by its number as well",
                page.name
            )));
            paging.remarks.push(reason);
            paging.parameters.push(page.name.to_owned());
        } else if let Some(offset) = self.numbered(&OFFSETS).filter(|_| !tokens) {
            paging.members.insert(0, ("offset".to_owned(), offset.name.into()));
            paging.remarks.push(guessed(format!(
                "the query parameter {} asks for a page by its position as well",
                offset.name
            )));
            paging.parameters.push(offset.name.to_owned());
        }
        // What stands in links need not be known to those who follow them.
        let within = [&TOKENS[..], &BEFORES, &PAGES, &OFFSETS];
        for argument in within.into_iter().filter(|_| tokens).filter_map(|names| self.parameter(names)) {
            if !paging.parameters.iter().any(|known| known == argument.name) {
                paging.parameters.push(argument.name.to_owned());
            }
        }
    }

    fn link_header(&self, size: Option<&str>) -> Option<Paging> {
        let link = self.envelope.header(&["link"])?;
        let mut paging =
            self.made("link-header", size, &[("size", size)], &[("total", self.envelope.total())]);
        paging.remarks.insert(0, guessed(format!("the response header {link}")));
        self.headers(&mut paging);
        self.beside(&mut paging);
        Some(paging)
    }

    fn next_url(&self, size: Option<&str>) -> Option<Paging> {
        let link = |names: &[&str]| {
            let url = |member: &&Member<'a>| {
                let format = self.shapes.text(member.schema, "format").unwrap_or_default();
                let said = self.shapes.text(member.schema, "description").unwrap_or_default().to_lowercase();
                let linked = member.within.contains("link")
                    || ["link", "url", "uri"].iter().any(|end| member.name.ends_with(end));
                self.shapes.kind(member.schema) == Some("string")
                    && (format.contains("uri")
                        || linked
                        || said.contains("url")
                        || said.contains("link")
                        || self.around_url(member))
            };
            let plain = names
                .iter()
                .find_map(|name| self.envelope.members.iter().filter(|m| m.name == *name).find(url));
            // HAL: `_links.next.href`.
            plain.or_else(|| {
                self.envelope.members.iter().find(|m| m.name == "href" && names.contains(&m.within.as_str()))
            })
        };
        let next = link(&NEXT_URLS)?;
        // `$top` bounds what is asked for, and no page of it: what it leaves out is not linked (OData 4.01, part 1, section 11.2.6.3).
        if size.is_some_and(|size| size == "$top") && self.parameter(&OFFSETS).is_some() {
            return None;
        }
        let size = size.filter(|size| *size != "$top");
        let fields = [
            ("next", Some(next)),
            ("previous", link(&PREVIOUS_URLS)),
            ("first", link(&["first"])),
            ("last", link(&["last"])),
            ("self", link(&["self"])),
            ("has-more", self.envelope.member(&MORE, &["boolean"])),
            ("total", self.envelope.total()),
            ("pages", self.envelope.member(&PAGE_COUNTS, &["integer", "number"])),
        ];
        let mut paging = self.made("next-url", size, &[("size", size)], &fields);
        self.beside(&mut paging);
        Some(paging)
    }

    /// Whether a member called `next` beside one called `previous` is a URL: no parameter takes a token, or the token stands elsewhere.
    fn around_url(&self, member: &Member<'a>) -> bool {
        let apart = |token: &Member<'a>| token.within != member.within;
        let token = self.parameter(&TOKENS);
        self.has_twin(member) && token.is_none_or(|token| self.handed_on(token).is_some_and(apart))
    }

    /// Whether a member for the next page has one for the page before beside it.
    fn has_twin(&self, member: &Member<'a>) -> bool {
        let text = |m: &Member<'a>| self.shapes.kind(m.schema) == Some("string");
        let twin = |m: &&Member<'a>| m.within == member.within && PREVIOUS_URLS.contains(&m.name.as_str());
        self.envelope.members.iter().find(twin).is_some_and(text)
    }

    /// Whether a member leads to the next page, with one beside it that leads back, and stands apart from the token: what is no token is a link.
    fn beside_token(&self, member: &Member<'a>, token: &Member<'a>) -> bool {
        let text = self.shapes.kind(member.schema) == Some("string");
        text && member.pointer != token.pointer
            && member.within != token.within
            && NEXT_URLS.contains(&member.name.as_str())
            && self.has_twin(member)
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn joined(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
