//! Streams and events: lists by POST with all arguments in the content, bare arrays both ways, offset and limit, UUIDs, 410 after a delete.

use serde_json::{Value, json};

use crate::serve::{Api, Call, Clock, Fault, Is, Reply, Small, wrong};

pub(crate) const SMALL: Small = Small {
    name: "telemetry",
    token: None,
    other: None,
    faults: &[
        ("offset-ignored", "offset is ignored."),
        ("offset-in-pages", "offset counts pages."),
        ("offset-off-by-one", "An offset above 0 passes over one event too few."),
        ("limit-ignored", "limit is ignored; twenty come."),
        ("limit-one-less-when-more", "A page that is not the last has one event less."),
        ("limit-largest-forty", "The largest limit gives forty."),
        ("default-limit-ten", "Without a limit, ten come."),
        ("limit-zero-accepted", "A limit of 0 is accepted."),
        ("limit-text-fails", "A limit that is a text is answered 500."),
        ("limit-61-accepted", "A limit of 61 is accepted."),
        ("offset-negative-fails", "A negative offset is answered 500."),
        ("past-end-refused", "An offset past the end is refused."),
        ("past-end-wraps", "An offset past the end starts over."),
        ("last-event-lost", "A page that ends exactly at the end lacks its last event."),
        ("where-after-slicing", "where looks at the events of the page only."),
        ("where-dropped-later", "where is forgotten where there is an offset."),
        ("where-level-and-above", "where.level lets higher levels through too."),
        ("where-attributes-any", "where.attributes lets through what holds one of the members."),
        ("where-attributes-ignored", "where.attributes is ignored."),
        ("where-empty-finds-nothing", "An empty where lets nothing through."),
        ("backward-ignored", "direction is ignored."),
        ("backward-from-offset", "direction=backward turns round the page, not the list."),
        ("search-writes", "Every tenth search writes an event."),
        ("order-by-at", "Events come in the order of `at`."),
        ("batch-turned-round", "The answer to a batch has the events in the opposite order."),
        ("batch-loses-last", "A batch of more than one loses its last event, and tells of it all the same."),
        ("batch-empty-accepted", "An empty batch is accepted."),
        ("batch-51-accepted", "A batch of 51 is accepted."),
        ("at-loses-zone", "at is read as if it had no zone."),
        ("at-milliseconds", "at is kept in milliseconds."),
        ("at-not-kept", "at is always the time of writing."),
        ("attributes-doubles", "Numbers in attributes go through doubles."),
        ("attributes-flattened", "Objects within attributes come back as texts."),
        ("attributes-null-dropped", "Members of attributes that are null are dropped."),
        ("message-null-cut", "Messages are cut at 1024 octets."),
        ("message-normal-spaces", "Unusual spaces in messages become usual ones."),
        ("level-upper", "Levels in searches are in capitals."),
        ("events-of-other-stream", "Searches with the largest limit find an event of another stream."),
        ("event-in-any-stream", "An event is found in every stream."),
        ("unknown-stream-empty", "A search in an unknown stream finds nothing, by 200."),
        ("deleted-found-by-search", "Deleted events are still found."),
        ("deleted-still-read", "Deleted events can still be read."),
        ("stream-stays", "A stream that was deleted is there for good."),
        ("delete-answers-content", "204 comes with a status of 200."),
        ("id-version-1", "Ids in answers to writing differ from those in searches by their case."),
        ("detail-is-text", "The detail of 422 is a text."),
        ("source-lost", "The source of a stream is lost."),
        ("missing-attributes-on-page-two", "Events behind the first page have no attributes."),
    ],
    make: |fault, _| {
        Box::new(Telemetry { fault, clock: Clock::new(), calls: 0, made: 0, streams: vec![], events: vec![] })
    },
};

struct Telemetry {
    fault: Fault,
    clock: Clock,
    calls: usize,
    made: u64,
    streams: Vec<Value>,
    events: Vec<Value>,
}

/// A refusal: status, what is wrong, and where.
struct No(u16, String, &'static str);

impl From<String> for No {
    fn from(message: String) -> Self {
        Self(422, message, "body")
    }
}

impl Telemetry {
    fn missing() -> No {
        No(404, "there is no such thing".to_owned(), "")
    }

    fn refuse(&self, No(status, message, at): No) -> Reply {
        if status == 422 && !self.fault.is("detail-is-text") {
            return Reply::json(422, json!({ "detail": [{ "loc": [at, 0], "msg": message }] }));
        }
        Reply::json(status, json!({ "detail": message }))
    }

    fn next_id(&mut self) -> String {
        self.made += 1;
        let mixed = self.made.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!(
            "{:08x}-{:04x}-4{:03x}-b{:03x}-{:012x}",
            mixed >> 32,
            mixed & 0xffff,
            (mixed >> 16) & 0xfff,
            self.made & 0xfff,
            self.made
        )
    }

    fn id(text: &str) -> Result<&str, No> {
        uuid::Uuid::try_parse(text).map(|_| text).map_err(|_| No(422, "that is no UUID".to_owned(), "path"))
    }

    fn stream(&self, id: &str) -> Result<&Value, No> {
        Self::id(id)?;
        self.streams.iter().find(|stream| stream["id"] == id).ok_or_else(Self::missing)
    }

    fn write(&mut self, call: &Call, stream: &str) -> Result<Reply, No> {
        self.stream(stream)?;
        let content = call.json()?;
        let batch =
            content.as_array().cloned().ok_or_else(|| No(422, "an array is needed".to_owned(), "body"))?;
        let most = if self.fault.is("batch-51-accepted") { 51 } else { 50 };
        let least = usize::from(!self.fault.is("batch-empty-accepted"));
        if !(least..=most).contains(&batch.len()) {
            return Err(No(422, "from 1 to 50 events are taken".to_owned(), "body"));
        }
        let members = [
            ("message", true, Is::Text(0, 2000)),
            ("level", false, Is::OneOf(&["debug", "info", "warning", "error"])),
            ("at", false, Is::Instant),
            ("attributes", false, Is::Object),
        ];
        if let Some(message) = batch.iter().find_map(|event| wrong(event, &members)) {
            return Err(No(422, message, "body"));
        }
        let mut written = Vec::new();
        for event in &batch {
            let id = self.next_id();
            let now = self.clock.now();
            let at = event["at"]
                .as_str()
                .and_then(|text| self.instant(text))
                .filter(|_| !self.fault.is("at-not-kept"));
            let attributes = self.attributes(event.get("attributes").unwrap_or(&json!({})));
            let level = event.get("level").cloned().unwrap_or(json!("info"));
            written.push(json!({
                "id": id, "stream_id": stream, "message": self.message(event["message"].as_str().unwrap_or_default()), "level": level,
                "at": at.unwrap_or(now).to_string(), "attributes": attributes,
            }));
        }
        let lost = usize::from(self.fault.is("batch-loses-last") && written.len() > 1);
        self.events.extend(written[..written.len() - lost].iter().cloned());
        if self.fault.is("batch-turned-round") {
            written.reverse();
        }
        Ok(Reply::json(201, json!(written)))
    }

    fn instant(&self, text: &str) -> Option<jiff::Timestamp> {
        if self.fault.is("at-loses-zone") {
            let local = text.trim_end_matches('Z');
            let local =
                local.get(11..).and_then(|time| time.find(['+', '-'])).map_or(local, |at| &local[..11 + at]);
            return format!("{local}Z").parse().ok();
        }
        let at: jiff::Timestamp = text.parse().ok()?;
        if self.fault.is("at-milliseconds") {
            jiff::Timestamp::from_millisecond(at.as_millisecond()).ok()
        } else {
            Some(at)
        }
    }

    fn message(&self, text: &str) -> String {
        if self.fault.is("message-null-cut") && text.len() > 1024 {
            let end = (0..=1024).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            return text[..end].to_owned();
        }
        if self.fault.is("message-normal-spaces") {
            return text.replace(|c: char| c.is_whitespace() && !c.is_ascii(), " ");
        }
        text.to_owned()
    }

    fn attributes(&self, value: &Value) -> Value {
        let Some(members) = value.as_object() else { return value.clone() };
        let mut members = members.clone();
        if self.fault.is("attributes-null-dropped") {
            members.retain(|_, value| !value.is_null());
        }
        for member in members.values_mut() {
            if self.fault.is("attributes-doubles") && member.is_number() {
                *member = json!(member.as_f64());
            }
            if self.fault.is("attributes-flattened") && member.is_object() {
                *member = json!(member.to_string());
            }
        }
        Value::Object(members)
    }

    fn bounds(&self, content: &Value) -> Result<(usize, usize), No> {
        let whole = |name: &'static str, usual: i64| match content.get(name) {
            None => Ok(usual),
            Some(value) => value
                .as_i64()
                .or_else(|| value.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i64))
                .ok_or_else(|| {
                    let fails = name == "limit" && value.is_string() && self.fault.is("limit-text-fails");
                    No(if fails { 500 } else { 422 }, format!("{name} is no integer"), "body")
                }),
        };
        let limit = whole("limit", if self.fault.is("default-limit-ten") { 10 } else { 20 })?;
        let offset = whole("offset", 0)?;
        let least = i64::from(!self.fault.is("limit-zero-accepted"));
        let most = if self.fault.is("limit-61-accepted") { 61 } else { 60 };
        if !(least..=most).contains(&limit) {
            return Err(No(422, "limit is out of bounds".to_owned(), "body"));
        }
        if offset < 0 {
            return Err(No(
                if self.fault.is("offset-negative-fails") { 500 } else { 422 },
                "offset is negative".to_owned(),
                "body",
            ));
        }
        Ok((usize::try_from(offset).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(0)))
    }

    fn search(&mut self, call: &Call, stream: &str) -> Result<Reply, No> {
        Self::id(stream)?;
        let content = call.json()?;
        if self.stream(stream).is_err() {
            return if self.fault.is("unknown-stream-empty") {
                Ok(Reply::json(200, json!([])))
            } else {
                Err(Self::missing())
            };
        }
        let members =
            [("direction", false, Is::OneOf(&["forward", "backward"])), ("where", false, Is::Object)];
        wrong(&content, &members).map_or(Ok(()), |message| Err(No(422, message, "body")))?;
        let conditions = content.get("where").cloned().unwrap_or_else(|| json!({}));
        let members = [
            ("level", false, Is::OneOf(&["debug", "info", "warning", "error"])),
            ("attributes", false, Is::Object),
        ];
        wrong(&conditions, &members).map_or(Ok(()), |message| Err(No(422, message, "body")))?;
        let (mut offset, mut limit) = self.bounds(&content)?;
        let shown = |event: &&Value| event["deleted"].is_null() || self.fault.is("deleted-found-by-search");
        let mut list: Vec<Value> = self
            .events
            .iter()
            .filter(|event| event["stream_id"] == stream)
            .filter(shown)
            .map(whole)
            .collect();
        if self.fault.is("order-by-at") {
            list.sort_by_key(|event| event["at"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok()));
        }
        let empty = content.get("where") == Some(&json!({})) && self.fault.is("where-empty-finds-nothing");
        let passes = |event: &Value| !empty && self.passes(&conditions, event);
        let late = self.fault.is("where-after-slicing");
        if !(late || offset > 0 && self.fault.is("where-dropped-later")) {
            list.retain(passes);
        }
        let backward = content["direction"] == "backward";
        if backward && !self.fault.is("backward-ignored") && !self.fault.is("backward-from-offset") {
            list.reverse();
        }
        if offset > 0 && offset >= list.len() {
            if self.fault.is("past-end-refused") {
                return Err(No(422, "offset lies past the end".to_owned(), "body"));
            }
            if self.fault.is("past-end-wraps") {
                offset = 0;
            }
        }
        if self.fault.is("offset-ignored") {
            offset = 0;
        }
        if self.fault.is("offset-in-pages") {
            offset = offset.saturating_mul(limit);
        }
        offset -= usize::from(self.fault.is("offset-off-by-one") && offset > 0);
        if self.fault.is("limit-ignored") {
            limit = 20;
        }
        if self.fault.is("limit-largest-forty") && limit == 60 {
            limit = 40;
        }
        let from = offset.min(list.len());
        let mut to = from.saturating_add(limit).min(list.len());
        to -= usize::from(self.fault.is("limit-one-less-when-more") && to < list.len() && to > from + 1);
        to -= usize::from(
            self.fault.is("last-event-lost")
                && to == list.len()
                && to - from == limit
                && from > 0
                && limit > 1,
        );
        let mut page = list[from..to].to_vec();
        if backward && self.fault.is("backward-from-offset") {
            page.reverse();
        }
        if late {
            page.retain(passes);
        }
        let other = self.events.iter().find(|event| event["stream_id"] != stream);
        if let (true, Some(other), Some(last)) =
            (self.fault.is("events-of-other-stream") && limit == 60, other, page.last_mut())
        {
            *last = whole(other);
        }
        for event in &mut page {
            if self.fault.is("level-upper") {
                event["level"] = json!(event["level"].as_str().map(str::to_uppercase));
            }
            if self.fault.is("id-version-1") {
                event["id"] = json!(event["id"].as_str().map(str::to_uppercase));
            }
            if let (true, Some(members)) =
                (from > 0 && self.fault.is("missing-attributes-on-page-two"), event.as_object_mut())
            {
                members.remove("attributes");
            }
        }
        if self.fault.is("search-writes") && self.calls.is_multiple_of(10) {
            let id = self.next_id();
            let at = self.clock.now().to_string();
            self.events.push(json!({ "id": id, "stream_id": stream, "message": "searched", "level": "info", "at": at, "attributes": {} }));
        }
        Ok(Reply::json(200, json!(page)))
    }

    fn passes(&self, conditions: &Value, event: &Value) -> bool {
        const LEVELS: [&str; 4] = ["debug", "info", "warning", "error"];
        let rank = |value: &Value| LEVELS.iter().position(|level| value == level);
        let level = match conditions.get("level") {
            None => true,
            Some(level) if self.fault.is("where-level-and-above") => rank(&event["level"]) >= rank(level),
            Some(level) => event["level"] == *level,
        };
        let Some(wanted) = conditions.get("attributes").and_then(Value::as_object) else { return level };
        let holds = |(name, value): (&String, &Value)| event["attributes"].get(name) == Some(value);
        let attributes = if self.fault.is("where-attributes-any") && !wanted.is_empty() {
            wanted.iter().any(holds)
        } else {
            wanted.iter().all(holds)
        };
        level && (attributes || self.fault.is("where-attributes-ignored"))
    }

    fn event(&mut self, call: &Call, stream: &str, event: &str) -> Result<Reply, No> {
        Self::id(event)?;
        self.stream(stream)?;
        let any = self.fault.is("event-in-any-stream");
        let still = self.fault.is("deleted-still-read");
        let lower = event.to_lowercase();
        let own = |one: &&mut Value| one["id"] == lower.as_str() && (any || one["stream_id"] == stream);
        let found = self.events.iter_mut().find(own).ok_or_else(Self::missing)?;
        if found["deleted"] == true && !(still && call.method == "GET") {
            return Err(No(410, "it was deleted".to_owned(), ""));
        }
        if call.method == "DELETE" {
            found["deleted"] = json!(true);
            return Ok(if self.fault.is("delete-answers-content") {
                Reply::json(200, json!({}))
            } else {
                Reply::empty(204)
            });
        }
        Ok(Reply::json(200, whole(found)))
    }

    fn routed(&mut self, call: &Call, rest: &[&str]) -> Result<Reply, No> {
        let method = |allow: &str| {
            Ok(Reply::json(405, json!({ "detail": "Method Not Allowed" })).with("allow", allow))
        };
        match (call.method.as_str(), rest) {
            ("POST", []) => {
                let mut content = call.json()?;
                if let (true, Some(members)) =
                    (content.get("source").is_some_and(Value::is_null), content.as_object_mut())
                {
                    members.remove("source");
                }
                let members = [("label", true, Is::Text(1, 90)), ("source", false, Is::Uuid)];
                wrong(&content, &members).map_or(Ok(()), |message| Err(No(422, message, "body")))?;
                let source = content
                    .get("source")
                    .cloned()
                    .filter(|_| !self.fault.is("source-lost"))
                    .unwrap_or_default();
                let stream = json!({ "id": self.next_id(), "label": content["label"], "source": source, "created_at": self.clock.now().to_string() });
                self.streams.push(stream.clone());
                Ok(Reply::json(201, stream))
            }
            ("DELETE", [stream]) => {
                self.stream(stream)?;
                self.streams.retain(|one| one["id"] != *stream || self.fault.is("stream-stays"));
                Ok(Reply::empty(204))
            }
            ("POST", [stream, "events"]) => self.write(call, stream),
            ("POST", [stream, "events", "search"]) => self.search(call, stream),
            ("GET" | "DELETE", [stream, "events", event]) => self.event(call, stream, event),
            (_, [] | [_, "events"] | [_, "events", "search"]) => method("POST"),
            (_, [_]) => method("DELETE"),
            (_, [_, "events", _]) => method("GET, DELETE"),
            _ => Err(Self::missing()),
        }
    }
}

fn whole(event: &Value) -> Value {
    let mut event = event.clone();
    event.as_object_mut().map(|members| members.remove("deleted"));
    event
}

impl Api for Telemetry {
    fn answer(&mut self, call: &Call) -> Reply {
        self.calls += 1;
        let at = call.at();
        let ["streams", rest @ ..] = at.as_slice() else { return self.refuse(Self::missing()) };
        self.routed(call, rest).unwrap_or_else(|no| self.refuse(no))
    }
}
