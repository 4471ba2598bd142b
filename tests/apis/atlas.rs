//! Maps and places: slugs, get-or-create, links to the next page in a nested envelope, refusals as problem+json (RFC 9457), a bearer token.

use serde_json::{Value, json};

use crate::serve::{Api, Call, Clock, Fault, Is, Reply, Small, wrong};

const TOKEN: &str = "atlas-token-20b7";

pub(crate) const SMALL: Small = Small {
    name: "atlas",
    token: Some(TOKEN),
    other: None,
    faults: &[
        ("next-null-early", "links.next is null one page before the end."),
        ("next-at-the-end", "links.next leads on from a last page that is full."),
        ("next-never-null", "links.next of the last page leads to the first."),
        ("next-to-another-host", "links.next leads to another host."),
        ("next-to-another-map", "links.next leads to the places of the first map."),
        ("next-drops-filter", "links.next lacks the filter."),
        ("next-drops-sort", "links.next lacks the order."),
        ("next-drops-size", "links.next lacks the page size."),
        ("next-not-encoded", "Brackets in links.next are encoded twice."),
        ("next-path-only-wrong", "links.next is relative, and lacks the path before /maps."),
        ("first-is-self", "links.first leads to the page itself."),
        ("self-is-next", "links.self leads to the next page."),
        ("count-of-all-maps", "meta.count counts the places of all maps."),
        ("count-ignores-filter", "meta.count does not look at the filter."),
        ("count-of-rest", "meta.count counts what comes from this page on."),
        ("last-full-page-loses-item", "A last page that is exactly full lacks its last place."),
        ("after-includes-place", "A page begins with the last place of the one before."),
        ("size-ignored", "Every page holds twelve."),
        ("size-31-accepted", "A page size of 31 is accepted."),
        ("after-malformed-fails", "A page[after] that is none is answered 500."),
        ("after-malformed-starts-over", "A page[after] that is none gives the first page."),
        ("sort-by-code-of-page", "sort=code orders each page for itself."),
        ("sort-code-by-length", "sort=code goes by length first."),
        ("sort-minus-ignored", "sort=-placed is ignored."),
        ("filter-kind-only-first", "filter[kind] counts on the first page only."),
        ("filter-refused", "filter[kind]=town is refused."),
        ("filter-lets-ruins", "filter[kind]=lake lets every place of the height 9000 through."),
        ("open-makes-two", "Opening a map that exists makes another one in its place."),
        ("open-empties-title", "Opening a map that exists removes its title."),
        ("open-gives-last", "Opening a map that exists gives the one that was opened last."),
        ("open-conflicts", "Opening a map that exists is refused."),
        ("slugs-used-again", "Two places of the same code have one slug."),
        ("place-on-any-map", "A place is found on every map."),
        ("problem-status-differs", "status in a problem is 400, whatever the answer's status."),
        ("problem-without-type", "Problems lack their type."),
        ("problem-is-json", "Problems are of the type application/json."),
        ("problem-status-text", "status in a problem is a text."),
        ("not-found-bare", "A place that does not exist is answered with plain text."),
        ("note-cut", "Notes are cut at 40 characters."),
        ("note-capital", "Notes begin with a capital."),
        ("height-sign-lost", "Heights lose their sign."),
        ("surveyed-as-local", "surveyed loses its zone and is read as UTC."),
        ("surveyed-whole-seconds", "surveyed loses its fraction."),
        ("placed-epoch", "placed is a number."),
        ("extra-member", "Places in lists have a member that the document forbids."),
        ("null-height-missing", "Places without a height lack the member."),
        ("dropped-still-listed", "Dropped places are still listed."),
        ("dropped-still-read", "Dropped places can still be read."),
        ("token-case", "The token may be in capitals."),
        ("drop-open", "Dropping a place needs no token."),
        ("no-challenge", "A refusal for lack of a token says nothing of how to authenticate."),
        ("unknown-map-is-empty", "The places of an unknown map are an empty list."),
        ("pattern-unchecked", "Codes of any form are accepted."),
    ],
    make: |fault, origin| {
        Box::new(Atlas { fault, origin, clock: Clock::new(), made: 0, maps: vec![], places: vec![] })
    },
};

struct Atlas {
    fault: Fault,
    origin: String,
    clock: Clock,
    made: usize,
    maps: Vec<Value>,
    places: Vec<Value>,
}

struct No(u16, String);

impl From<String> for No {
    fn from(message: String) -> Self {
        Self(400, message)
    }
}

fn slug(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(plain) && text.len() <= 100 && text.chars().all(|c| plain(c) || c == '-')
}

impl Atlas {
    fn missing() -> No {
        No(404, "there is no such thing".to_owned())
    }

    fn refuse(&self, call: &Call, No(status, detail): No) -> Reply {
        if status == 404 && self.fault.is("not-found-bare") && call.segments.len() == 5 {
            return Reply::json(404, json!(detail)).typed("text/plain");
        }
        let shown = if self.fault.is("problem-status-differs") { 400 } else { status };
        let mut problem =
            json!({ "type": "about:blank", "title": "Refused", "status": shown, "detail": detail });
        if self.fault.is("problem-status-text") {
            problem["status"] = json!(status.to_string());
        }
        if let (true, Some(members)) = (self.fault.is("problem-without-type"), problem.as_object_mut()) {
            members.remove("type");
        }
        let reply = Reply::json(status, problem);
        if self.fault.is("problem-is-json") { reply } else { reply.typed("application/problem+json") }
    }

    fn map(&self, name: &str) -> Result<&Value, No> {
        if !slug(name) {
            return Err(No(400, "that is no slug".to_owned()));
        }
        self.maps.iter().find(|map| map["slug"] == name).ok_or_else(Self::missing)
    }

    fn url(&self, call: &Call, after: Option<&str>, next: bool) -> String {
        let dropped = |name: &str| {
            name == "page[after]"
                || next && name == "filter[kind]" && self.fault.is("next-drops-filter")
                || next && name == "sort" && self.fault.is("next-drops-sort")
                || next && name == "page[size]" && self.fault.is("next-drops-size")
        };
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in call.query.iter().filter(|(name, _)| !dropped(name)) {
            query.append_pair(name, value);
        }
        if let Some(after) = after {
            query.append_pair("page[after]", after);
        }
        let mut query = query.finish();
        if next && self.fault.is("next-not-encoded") {
            query = query.replace('%', "%25");
        }
        let host = if next && self.fault.is("next-to-another-host") {
            "https://atlas.example"
        } else {
            &self.origin
        };
        let mut path = format!("{host}/{}", call.segments.join("/"));
        if let (true, Some(first)) = (next && self.fault.is("next-to-another-map"), self.maps.first()) {
            path = format!("{host}/atlas/maps/{}/places", first["slug"].as_str().unwrap_or_default());
        }
        if next && self.fault.is("next-path-only-wrong") {
            path = format!("/{}", call.segments[1..].join("/"));
        }
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    fn list(&mut self, call: &Call, name: &str) -> Result<Reply, No> {
        if let Err(no) = self.map(name)
            && (no.0 != 404 || !self.fault.is("unknown-map-is-empty"))
        {
            return Err(no);
        }
        let mut size =
            call.integer("page[size]", 12, (1, if self.fault.is("size-31-accepted") { 31 } else { 30 }))?
                as usize;
        if self.fault.is("size-ignored") {
            size = 12;
        }
        let kind = call.query("filter[kind]");
        if kind.is_some_and(|kind| !["peak", "lake", "town", "ruin"].contains(&kind))
            || kind == Some("town") && self.fault.is("filter-refused")
        {
            return Err(No(400, "filter[kind] is none of the kinds".to_owned()));
        }
        let sort = call.query("sort").unwrap_or("placed");
        if !["placed", "-placed", "code"].contains(&sort) {
            return Err(No(400, "sort".to_owned()));
        }
        let after = call.query("page[after]");
        let shown = |place: &&Value| place["dropped"].is_null() || self.fault.is("dropped-still-listed");
        let mut list: Vec<Value> =
            self.places.iter().filter(|place| place["map"] == name).filter(shown).map(whole).collect();
        let all = list.len();
        let filtering = after.is_none() || !self.fault.is("filter-kind-only-first");
        let leaks = |place: &Value| {
            kind == Some("lake") && place["height"] == 9000 && self.fault.is("filter-lets-ruins")
        };
        list.retain(|place| !filtering || kind.is_none_or(|kind| place["kind"] == kind) || leaks(place));
        match sort {
            "-placed" if !self.fault.is("sort-minus-ignored") => list.reverse(),
            "code" if self.fault.is("sort-code-by-length") => {
                list.sort_by_key(|place| (place["code"].as_str().map(str::len), place["code"].to_string()));
            }
            "code" if !self.fault.is("sort-by-code-of-page") => {
                list.sort_by_key(|place| place["code"].as_str().map(str::to_owned));
            }
            _ => {}
        }
        let from = match after {
            None => 0,
            Some(text) => match text.strip_prefix("p~").and_then(|text| text.parse::<usize>().ok()) {
                Some(place) => place - usize::from(self.fault.is("after-includes-place") && place > 0),
                None if self.fault.is("after-malformed-starts-over") => 0,
                None => {
                    return Err(No(
                        if self.fault.is("after-malformed-fails") { 500 } else { 400 },
                        "page[after] is malformed".to_owned(),
                    ));
                }
            },
        };
        let from = from.min(list.len());
        let to = (from + size).min(list.len());
        let mut places = list[from..to].to_vec();
        if self.fault.is("sort-by-code-of-page") && sort == "code" {
            places.sort_by_key(|place| place["code"].as_str().map(str::to_owned));
        }
        if self.fault.is("last-full-page-loses-item") && places.len() == size && to == list.len() && from > 0
        {
            places.pop();
        }
        for place in &mut places {
            if self.fault.is("extra-member") {
                place["rowid"] = json!(1);
            }
            if let (true, Some(members)) =
                (self.fault.is("null-height-missing") && place["height"].is_null(), place.as_object_mut())
            {
                members.remove("height");
            }
            if self.fault.is("placed-epoch") {
                place["placed"] = json!(1_750_000_000);
            }
        }
        let mut more =
            to < list.len() && !(self.fault.is("next-null-early") && list.len() - to <= size && from > 0);
        more |= self.fault.is("next-at-the-end") && to - from == size;
        let mut next = more.then(|| self.url(call, Some(&format!("p~{to}")), true));
        if next.is_none() && self.fault.is("next-never-null") && to > 0 {
            next = Some(self.url(call, None, true));
        }
        let own = self.url(call, after, false);
        let first = if self.fault.is("first-is-self") { own.clone() } else { self.url(call, None, false) };
        let own = next.clone().filter(|_| self.fault.is("self-is-next")).unwrap_or(own);
        let count = match self.fault {
            fault if fault.is("count-of-all-maps") => self.places.len(),
            fault if fault.is("count-ignores-filter") => all,
            fault if fault.is("count-of-rest") => list.len() - from,
            _ => list.len(),
        };
        let links = json!({ "self": own, "first": first, "next": next });
        Ok(Reply::json(
            200,
            json!({ "result": { "places": places, "links": links, "meta": { "count": count } } }),
        ))
    }

    fn open(&mut self, call: &Call) -> Result<Reply, No> {
        let mut content = call.json()?;
        let members = [("slug", true, Is::Text(1, 100)), ("title", false, Is::Text(0, 150))];
        wrong(&content, &members).map_or(Ok(()), |message| Err(No(400, message)))?;
        let name = content["slug"].as_str().unwrap_or_default().to_owned();
        if !slug(&name) {
            return Err(No(400, "slug is none".to_owned()));
        }
        let title = content.get_mut("title").map(Value::take).unwrap_or_default();
        let last = self.maps.last().cloned().filter(|_| self.fault.is("open-gives-last"));
        let empties = self.fault.is("open-empties-title");
        if let Some(map) = self.maps.iter_mut().find(|map| map["slug"] == name) {
            if self.fault.is("open-conflicts") {
                return Err(No(409, "it is open".to_owned()));
            }
            if empties {
                map["title"] = title.clone();
            }
            if !self.fault.is("open-makes-two") {
                return Ok(Reply::json(200, last.unwrap_or_else(|| map.clone())));
            }
        }
        let map = json!({ "slug": name, "title": title, "opened": self.clock.now().to_string() });
        self.maps.retain(|map| map["slug"] != name);
        self.maps.push(map.clone());
        Ok(Reply::json(201, map))
    }

    fn place_on(&mut self, call: &Call, name: &str) -> Result<Reply, No> {
        self.map(name)?;
        let mut content = call.json()?;
        if let (true, Some(members)) =
            (content.get("note").is_some_and(Value::is_null), content.as_object_mut())
        {
            members.remove("note");
        }
        let members = [
            ("code", true, Is::Text(0, 100_000)),
            ("kind", true, Is::OneOf(&["peak", "lake", "town", "ruin"])),
            ("note", false, Is::Text(0, 1000)),
            ("height", false, Is::Integer(-11_000, 9_000)),
            ("surveyed", false, Is::Instant),
        ];
        wrong(&content, &members).map_or(Ok(()), |message| Err(No(400, message)))?;
        let code = content["code"].as_str().unwrap_or_default().to_owned();
        let formed = (3..=12).contains(&code.len())
            && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if !formed && !self.fault.is("pattern-unchecked") {
            return Err(No(400, "code is not of its form".to_owned()));
        }
        let mut note = content.get("note").cloned().unwrap_or_default();
        if let (true, Some(text)) = (self.fault.is("note-cut"), note.as_str()) {
            note = json!(text.chars().take(40).collect::<String>());
        }
        if let (true, Some(first)) =
            (self.fault.is("note-capital"), note.as_str().and_then(|text| text.chars().next()))
        {
            let rest: String = note.as_str().unwrap_or_default().chars().skip(1).collect();
            note = json!(format!("{}{rest}", first.to_uppercase()));
        }
        let mut height = content.get("height").cloned().unwrap_or_default();
        if let (true, Some(metres)) = (self.fault.is("height-sign-lost"), height.as_i64()) {
            height = json!(metres.abs());
        }
        let mut surveyed = content.get("surveyed").cloned().unwrap_or_default();
        if let Some(text) = surveyed.as_str().map(str::to_owned) {
            let at: jiff::Timestamp = text.parse().unwrap_or_default();
            surveyed = json!(at.to_string());
            if self.fault.is("surveyed-as-local") {
                surveyed = json!(format!("{}Z", text.trim_end_matches('Z').get(..19).unwrap_or_default()));
            }
            if self.fault.is("surveyed-whole-seconds") {
                surveyed =
                    json!(jiff::Timestamp::from_second(at.as_second()).unwrap_or_default().to_string());
            }
        }
        self.made += 1;
        let slug = if self.fault.is("slugs-used-again") {
            code.clone()
        } else {
            format!("{}-{}", if formed { &code } else { "x" }, self.made)
        };
        let place = json!({
            "slug": slug, "map": name, "code": code, "kind": content["kind"], "note": note, "height": height, "surveyed": surveyed,
            "placed": self.clock.now().to_string(),
        });
        self.places.push(place.clone());
        Ok(Reply::json(201, place))
    }

    fn place(&mut self, call: &Call, name: &str, place: &str) -> Result<Reply, No> {
        self.map(name)?;
        if !slug(place) {
            return Err(No(400, "that is no slug".to_owned()));
        }
        let any = self.fault.is("place-on-any-map");
        let still = self.fault.is("dropped-still-read") && call.method == "GET";
        let own = |one: &&mut Value| {
            one["slug"] == place && (any || one["map"] == name) && (still || one["dropped"].is_null())
        };
        let found = self.places.iter_mut().find(own).ok_or_else(Self::missing)?;
        if call.method == "DELETE" {
            found["dropped"] = json!(true);
            return Ok(Reply::empty(204));
        }
        Ok(Reply::json(200, whole(found)))
    }

    fn routed(&mut self, call: &Call, rest: &[&str]) -> Result<Reply, No> {
        let method = |allow: &str| Ok(self.refuse(call, No(405, "method".to_owned())).with("allow", allow));
        match (call.method.as_str(), rest) {
            ("POST", []) => self.open(call),
            ("GET", [name]) => Ok(Reply::json(200, self.map(name)?.clone())),
            ("DELETE", [name]) => {
                self.map(name)?;
                self.maps.retain(|map| map["slug"] != *name);
                Ok(Reply::empty(204))
            }
            ("GET", [name, "places"]) => self.list(call, name),
            ("POST", [name, "places"]) => self.place_on(call, name),
            ("GET" | "DELETE", [name, "places", place]) => self.place(call, name, place),
            (_, []) => method("POST"),
            (_, [_] | [_, "places", _]) => method("GET, DELETE"),
            (_, [_, "places"]) => method("GET, POST"),
            _ => Err(Self::missing()),
        }
    }
}

fn whole(place: &Value) -> Value {
    let mut place = place.clone();
    place.as_object_mut().map(|members| members.remove("dropped"));
    place
}

impl Api for Atlas {
    fn answer(&mut self, call: &Call) -> Reply {
        let at = call.at();
        let ["atlas", "maps", rest @ ..] = at.as_slice() else { return self.refuse(call, Self::missing()) };
        let shown = call.header("authorization").and_then(|value| value.split_once(' ')).unwrap_or_default();
        let scheme = shown.0.eq_ignore_ascii_case("bearer");
        let same = shown.1 == TOKEN
            || self.fault.is("token-case")
                && !shown.1.is_empty()
                && TOKEN.starts_with(&shown.1.to_lowercase());
        let open = self.fault.is("drop-open") && call.method == "DELETE" && rest.len() == 3;
        if !(open || scheme && same) {
            let reply = self.refuse(call, No(401, "a token is needed".to_owned()));
            return if self.fault.is("no-challenge") {
                reply
            } else {
                reply.with("www-authenticate", "Bearer")
            };
        }
        self.routed(call, rest).unwrap_or_else(|no| self.refuse(call, no))
    }
}
