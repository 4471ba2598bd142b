//! Libraries, shelves and books: integer ids, three deep, a key in a header field, pages numbered from 0, 404 past the end, soft delete.

use serde_json::{Value, json};

use crate::serve::{Api, Call, Clock, Fault, Is, Reply, Small, wrong};

const KEY: &str = "library-key-5e1f";
/// The key of somebody who has nothing here.
const OTHER: &str = "library-key-of-another";
const LARGEST: u64 = 25;

pub(crate) const SMALL: Small = Small {
    name: "library",
    token: Some(KEY),
    other: Some(OTHER),
    faults: &[
        ("last-full-page-loses-item", "A last page that is exactly full lacks its last item."),
        ("pages-start-at-one", "Page 1 is taken for the first page."),
        ("past-end-is-last-page", "A page past the end is the last page once more."),
        ("past-end-is-empty", "A page past the end is 200 and empty, where the document says 404."),
        ("total-header-is-page", "X-Total-Count counts the page only."),
        ("total-counts-all-shelves", "totalElements counts the books of all shelves of the library."),
        ("deleted-still-listed", "Deleted books stay in the list."),
        ("deleted-still-fetched", "Deleted books can still be fetched."),
        ("filter-after-slicing", "The filter looks at the books of the page only."),
        ("filter-dropped-later", "The filter is forgotten after the first page."),
        ("newest-keeps-order", "sort=newest is ignored."),
        ("sort-within-page", "sort=newest turns round each page for itself."),
        ("size-ignored", "Every page has ten items."),
        ("largest-size-one-less", "The largest page size gives one item less."),
        ("default-size-twenty", "Without a size, a page has twenty items."),
        ("total-pages-rounded-down", "totalPages is rounded down."),
        ("number-from-one", "The answered page number counts from 1."),
        ("pages-through-floats", "The number of pages goes through a 32-bit float."),
        ("title-cut", "Titles are cut at 255 characters."),
        ("title-escaped", "Titles come back with HTML escapes."),
        ("genre-open", "Some books come back with a genre that the document does not have."),
        ("second-page-lacks-date", "Books on later pages have no addedAt."),
        ("id-as-text", "Ids in lists are texts."),
        ("book-through-any-shelf", "A book is found through every shelf."),
        ("fetch-without-key", "One book can be fetched without a key."),
        ("key-prefix-enough", "The beginning of a key is as good as the key."),
        ("unknown-is-empty", "An unknown book is answered 200 and null."),
        ("unknown-fails", "An unknown shelf is answered 500."),
        ("size-zero-accepted", "A size of 0 is accepted."),
        ("size-word-fails", "A size that is a word is answered 500."),
        ("title-optional", "A book without a title is accepted."),
        ("ids-used-again", "The id of the book before is given to every fifth one."),
        ("created-is-ok", "A creation is answered 200."),
        ("time-zone-shifted", "Lists show addedAt an hour later."),
        ("refusal-is-html", "Refusals are HTML."),
        ("refusal-lacks-code", "Refusals lack their code."),
        ("location-of-another", "The Location of a new library is that of the next one."),
        ("location-of-nothing", "The Location of a new library leads nowhere."),
        ("title-twice", "A book that is fetched has its title twice."),
        ("date-of-another-form", "Date is written as RFC 3339 has it."),
        ("date-of-1970", "A library that is fetched comes with a Date of 1970."),
        ("accept-must-fit", "An Accept without JSON is answered 400."),
        ("options-lacks-method", "OPTIONS of one thing names GET only."),
        ("unknown-field-refused", "A header field that is not known is answered 400."),
        ("content-left-unread", "What is left of a refused request breaks the next one."),
        ("pages-default-lost", "A book that is given no number of pages has none."),
        ("id-as-sent", "A library has the id that the client wanted."),
        ("pin-shown", "A library that is fetched shows its pin."),
        ("any-user-reads", "Everybody who has a key sees everything."),
        ("others-told-apart", "A book of somebody else is 403, one that there is not 404."),
        ("any-media-type", "Content is read as JSON whatever it says it is."),
    ],
    make: |fault, _| {
        Box::new(Library {
            fault,
            clock: Clock::new(),
            ids: 0,
            left_unread: false,
            libraries: vec![],
            shelves: vec![],
            books: vec![],
        })
    },
};

struct Library {
    fault: Fault,
    clock: Clock,
    ids: u64,
    left_unread: bool,
    libraries: Vec<Value>,
    shelves: Vec<Shelf>,
    books: Vec<Book>,
}

struct Shelf {
    library: u64,
    shown: Value,
}

struct Book {
    shelf: u64,
    deleted: bool,
    shown: Value,
}

fn id(value: &Value) -> u64 {
    value["id"].as_u64().unwrap_or_default()
}

impl Library {
    fn refuse(&self, status: u16, message: impl Into<String>) -> Reply {
        let message: String = message.into();
        if self.fault.is("refusal-is-html") {
            return Reply::json(status, json!(message)).typed("text/html");
        }
        let mut content = json!({ "code": format!("E{status}"), "message": message });
        if self.fault.is("refusal-lacks-code") {
            content = json!({ "message": content["message"] });
        }
        Reply::json(status, content)
    }

    fn missing(&self) -> Reply {
        self.refuse(404, "there is no such thing")
    }

    fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    fn allowed(&self, call: &Call, at: &[&str]) -> bool {
        let key = call.header("x-library-key").unwrap_or_default();
        if self.fault.is("fetch-without-key") && call.method == "GET" && at.len() == 8 {
            return true;
        }
        key == KEY
            || key == OTHER
            || (self.fault.is("key-prefix-enough") && key.len() > 8 && KEY.starts_with(key))
    }

    fn library(&self, library: u64) -> Option<&Value> {
        self.libraries.iter().find(|one| id(one) == library)
    }

    fn shelf(&self, library: u64, shelf: u64) -> Option<&Shelf> {
        self.library(library)?;
        self.shelves.iter().find(|one| id(&one.shown) == shelf && one.library == library)
    }

    /// A page of what was chosen, in the envelope.
    fn page(&self, call: &Call, items: &[Value], total: usize) -> Result<Reply, String> {
        let number = call.integer("page", 0, (0, i32::MAX as u64))?;
        let usual = if self.fault.is("default-size-twenty") { 20 } else { 10 };
        let smallest = u64::from(!self.fault.is("size-zero-accepted"));
        let mut size = call.integer("size", usual, (smallest, LARGEST))?.max(1);
        let shown_size = size;
        if self.fault.is("size-ignored") {
            size = 10;
        }
        if self.fault.is("largest-size-one-less") && size == LARGEST {
            size -= 1;
        }
        let first = if self.fault.is("pages-start-at-one") { number.saturating_sub(1) } else { number };
        let (mut from, size) = (usize::try_from(first * size).unwrap_or(usize::MAX), size as usize);
        if number > 0 && from >= items.len() {
            if self.fault.is("past-end-is-last-page") {
                from = items.len().saturating_sub(1) / size * size;
            } else if !self.fault.is("past-end-is-empty") {
                return Ok(self.missing());
            }
        }
        let from = from.min(items.len());
        let mut to = from.saturating_add(size).min(items.len());
        if self.fault.is("last-full-page-loses-item") && to == items.len() && to - from == size && number > 0
        {
            to -= 1;
        }
        let mut content = items[from..to].to_vec();
        for item in &mut content {
            self.damage_listed(number, item);
        }
        if self.fault.is("sort-within-page") && call.query("sort") == Some("newest") {
            content.reverse();
        }
        let pages = if self.fault.is("total-pages-rounded-down") {
            total as u64 / shown_size
        } else {
            (total as u64).div_ceil(shown_size)
        };
        let shown = if self.fault.is("number-from-one") { number + 1 } else { number };
        let head =
            json!({ "number": shown, "size": shown_size, "totalElements": total, "totalPages": pages });
        let in_header = if self.fault.is("total-header-is-page") { content.len() } else { total };
        let reply = Reply::json(200, json!({ "content": content, "page": head }));
        Ok(reply.with("x-total-count", in_header.to_string()))
    }

    fn damage_listed(&self, page: u64, item: &mut Value) {
        if self.fault.is("id-as-text") {
            item["id"] = json!(item["id"].to_string());
        }
        let Some(book) = item.as_object_mut().filter(|item| item.contains_key("genre")) else { return };
        if self.fault.is("genre-open") && book["pages"] == 1 {
            book["genre"] = json!("unknown");
        }
        if self.fault.is("second-page-lacks-date") && page > 0 {
            book.remove("addedAt");
        }
        if self.fault.is("time-zone-shifted") {
            let at = book["addedAt"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
            let later = at.unwrap_or_default() + jiff::SignedDuration::from_hours(1);
            book["addedAt"] = json!(later.to_string());
        }
    }

    fn books(&self, call: &Call, library: u64, shelf: u64) -> Result<Reply, String> {
        if self.shelf(library, shelf).is_none() {
            let fails = self.fault.is("unknown-fails") && self.library(library).is_some();
            return Ok(if fails { self.refuse(500, "oops") } else { self.missing() });
        }
        let known = |name: &str, values: &[&str]| match call.query(name) {
            Some(value) if !values.contains(&value) => Err(format!("{name} must be one of {values:?}")),
            other => Ok(other),
        };
        let genre = known("genre", &["novel", "poetry", "essay", "play"])?;
        let newest = known("sort", &["oldest", "newest"])? == Some("newest");
        let listed =
            |book: &&Book| book.shelf == shelf && (!book.deleted || self.fault.is("deleted-still-listed"));
        let mut items: Vec<Value> = self.books.iter().filter(listed).map(|book| book.shown.clone()).collect();
        if newest && !self.fault.is("newest-keeps-order") && !self.fault.is("sort-within-page") {
            items.reverse();
        }
        let first_page = matches!(call.query("page"), None | Some("0"));
        let filter = |item: &Value| genre.is_none_or(|genre| item["genre"] == genre);
        let late = self.fault.is("filter-after-slicing");
        if !late && (first_page || !self.fault.is("filter-dropped-later")) {
            items.retain(filter);
        }
        let mut total = items.len();
        if self.fault.is("total-counts-all-shelves") {
            let within = |book: &&Book| self.shelf(library, book.shelf).is_some() && !book.deleted;
            total = self.books.iter().filter(within).count();
        }
        let mut reply = self.page(call, &items, total)?;
        let content = reply.content.as_mut().and_then(|content| content["content"].as_array_mut());
        if let (true, Some(items)) = (late, content) {
            items.retain(filter);
        }
        Ok(reply)
    }

    fn create_book(&mut self, call: &Call, library: u64, shelf: u64) -> Result<Reply, String> {
        if self.shelf(library, shelf).is_none() {
            return Ok(self.missing());
        }
        let any = self.fault.is("any-media-type");
        let mut content = if any { call.json_of_any_type()? } else { call.json()? };
        let needs_title = !self.fault.is("title-optional");
        let usual = if self.fault.is("pages-default-lost") { Value::Null } else { json!(1) };
        let mut pages = content.get("pages").cloned().unwrap_or(usual);
        if pages.is_null() {
            content.as_object_mut().map(|members| members.remove("pages"));
        }
        let members = [
            ("title", needs_title, Is::Text(1, 400)),
            ("genre", false, Is::OneOf(&["novel", "poetry", "essay", "play"])),
            ("pages", false, Is::Integer(0, 9_007_199_254_740_991)),
        ];
        if let Some(message) = wrong(&content, &members) {
            return Err(message);
        }
        let mut title = content["title"].as_str().unwrap_or("untitled").to_owned();
        if self.fault.is("title-cut") {
            title = title.chars().take(255).collect();
        }
        if self.fault.is("title-escaped") {
            title = title.replace('&', "&amp;").replace('<', "&lt;");
        }
        if self.fault.is("pages-through-floats") && !pages.is_null() {
            let rounded = pages.as_f64().unwrap_or_default() as f32;
            pages = json!(rounded as i64);
        }
        let again = self.fault.is("ids-used-again") && self.books.len() % 5 == 4;
        let id = if again { self.ids } else { self.next_id() };
        let genre = content.get("genre").cloned().unwrap_or(json!("novel"));
        let at = self.clock.now().to_string();
        let shown = json!({ "id": id, "shelfId": shelf, "title": title, "genre": genre, "pages": pages, "addedAt": at });
        self.books.push(Book { shelf, deleted: false, shown: shown.clone() });
        let status = if self.fault.is("created-is-ok") { 200 } else { 201 };
        Ok(Reply::json(status, shown))
    }

    fn book(&mut self, call: &Call, library: u64, shelf: u64, book: u64) -> Reply {
        if self.shelf(library, shelf).is_none() {
            return self.missing();
        }
        let anywhere = self.fault.is("book-through-any-shelf");
        let still = self.fault.is("deleted-still-fetched") && call.method == "GET";
        let found = self.books.iter_mut().find(|one| {
            id(&one.shown) == book && (one.shelf == shelf || anywhere) && (!one.deleted || still)
        });
        match (found, call.method.as_str()) {
            (Some(found), "DELETE") => {
                found.deleted = true;
                Reply::empty(204)
            }
            (Some(found), _) => Reply::json(200, found.shown.clone()),
            (None, "GET") if self.fault.is("unknown-is-empty") => Reply::json(200, Value::Null),
            (None, _) => self.missing(),
        }
    }

    fn routed(&mut self, call: &Call, rest: &[&str]) -> Result<Reply, String> {
        let number = |text: &str| match text.parse::<u64>() {
            Ok(n) if n > 0 && i64::try_from(n).is_ok() => Ok(n),
            _ => Err(format!("`{text}` is no id")),
        };
        let method = call.method.as_str();
        Ok(match (method, rest) {
            ("POST", []) => {
                let content = call.json()?;
                let members = [("name", true, Is::Text(1, 120)), ("pin", false, Is::Text(0, 8))];
                if let Some(message) = wrong(&content, &members) {
                    return Err(message);
                }
                let wanted = content["id"].as_u64().filter(|_| self.fault.is("id-as-sent"));
                let id = wanted.unwrap_or_else(|| self.next_id());
                let at = self.clock.now().to_string();
                let shown = json!({ "id": id, "name": content["name"], "openedAt": at });
                self.libraries.push(shown.clone());
                let named = match id {
                    _ if self.fault.is("location-of-nothing") => id + 4_000,
                    _ if self.fault.is("location-of-another") => id + 1,
                    _ => id,
                };
                Reply::json(201, shown).with("location", format!("/api/v2/libraries/{named}"))
            }
            ("GET", [library]) => match self.library(number(library)?) {
                Some(found) => {
                    let mut shown = found.clone();
                    if self.fault.is("pin-shown") {
                        shown["pin"] = json!("1234");
                    }
                    Reply::json(200, shown)
                }
                None => self.missing(),
            },
            ("DELETE", [library]) => {
                let library = number(library)?;
                let before = self.libraries.len();
                self.libraries.retain(|one| id(one) != library);
                if before == self.libraries.len() { self.missing() } else { Reply::empty(204) }
            }
            ("GET", [library, "shelves"]) => {
                let library = number(library)?;
                if self.library(library).is_none() {
                    return Ok(self.missing());
                }
                let items: Vec<Value> = self
                    .shelves
                    .iter()
                    .filter(|one| one.library == library)
                    .map(|one| one.shown.clone())
                    .collect();
                self.page(call, &items, items.len())?
            }
            ("POST", [library, "shelves"]) => {
                let library = number(library)?;
                if self.library(library).is_none() {
                    return Ok(self.missing());
                }
                let mut content = call.json()?;
                let capacity = content.get("capacity").cloned().unwrap_or_default();
                if capacity.is_null() {
                    content.as_object_mut().map(|members| members.remove("capacity"));
                }
                let members = [("label", true, Is::Text(1, 120)), ("capacity", false, Is::Integer(1, 500))];
                if let Some(message) = wrong(&content, &members) {
                    return Err(message);
                }
                let shown = json!({ "id": self.next_id(), "libraryId": library, "label": content["label"], "capacity": capacity });
                self.shelves.push(Shelf { library, shown: shown.clone() });
                Reply::json(201, shown)
            }
            ("GET", [library, "shelves", shelf, "books"]) => {
                self.books(call, number(library)?, number(shelf)?)?
            }
            ("POST", [library, "shelves", shelf, "books"]) => {
                self.create_book(call, number(library)?, number(shelf)?)?
            }
            ("GET" | "DELETE", [library, "shelves", shelf, "books", book]) => {
                self.book(call, number(library)?, number(shelf)?, number(book)?)
            }
            ("OPTIONS", [_] | [_, "shelves", _, "books", _]) if self.fault.is("options-lacks-method") => {
                Reply::empty(204).with("allow", "GET")
            }
            (_, []) => self.refuse(405, "method").with("allow", "POST"),
            (_, [_] | [_, "shelves", _, "books", _]) => {
                self.refuse(405, "method").with("allow", "GET, DELETE")
            }
            (_, [_, "shelves"] | [_, "shelves", _, "books"]) => {
                self.refuse(405, "method").with("allow", "GET, POST")
            }
            _ => self.missing(),
        })
    }
}

impl Api for Library {
    fn answer(&mut self, call: &Call) -> Reply {
        let at = call.at();
        let ["api", "v2", "libraries", rest @ ..] = at.as_slice() else { return self.missing() };
        if !self.allowed(call, &at) {
            return self.refuse(401, "the key is missing or wrong").with("www-authenticate", "LibraryKey");
        }
        if call.header("x-library-key") == Some(OTHER) && !self.fault.is("any-user-reads") {
            let there = self.routed(call, rest).is_ok_and(|reply| reply.status == 200);
            let tells = self.fault.is("others-told-apart") && rest.len() == 5 && there;
            return if tells { self.refuse(403, "it is not yours") } else { self.missing() };
        }
        if std::mem::take(&mut self.left_unread) {
            return self.refuse(400, "the request cannot be read");
        }
        let accept = call.header("accept").unwrap_or("*/*");
        if self.fault.is("accept-must-fit") && !accept.contains("json") && !accept.contains("*/*") {
            return self.refuse(400, "accept");
        }
        if self.fault.is("unknown-field-refused")
            && call.header_names().any(|name| name == "x-specproof-unknown")
        {
            return self.refuse(400, "a header field is not known");
        }
        match self.routed(call, rest) {
            Ok(mut reply) => {
                self.left_unread =
                    self.fault.is("content-left-unread") && reply.status == 405 && call.has_content();
                if self.fault.is("title-twice") && call.method == "GET" && rest.len() == 5 {
                    reply.twice = Some("title");
                }
                match call.method.as_str() {
                    _ if self.fault.is("date-of-another-form") => reply.with("date", "2026-11-30T08:49:37Z"),
                    "GET" if self.fault.is("date-of-1970") && rest.len() == 1 => {
                        reply.with("date", "Thu, 01 Jan 1970 00:00:00 GMT")
                    }
                    _ => reply,
                }
            }
            Err(message) if self.fault.is("size-word-fails") && message.starts_with("size") => {
                self.refuse(500, message)
            }
            Err(message) => self.refuse(400, message),
        }
    }
}
