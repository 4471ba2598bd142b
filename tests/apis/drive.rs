//! Projects, folders and files: UUIDs, three deep, page tokens, a key in the query, pages that may be short, sizes that are lowered to the largest.

use serde_json::{Value, json};

use crate::serve::{Api, Call, Clock, Fault, Is, Reply, Small, wrong};

const KEY: &str = "drive-key-77c2a0";

pub(crate) const SMALL: Small = Small {
    name: "drive",
    token: Some(KEY),
    other: None,
    faults: &[
        ("token-missing-early", "The token is missing where just one more page would come."),
        (
            "token-missing-when-full",
            "The token is missing where a page is full and the rest fits on one more.",
        ),
        ("token-repeats", "The second page gives its own token again."),
        ("token-skips-one", "The next page leaves out its first item."),
        ("token-overlaps", "The next page begins with the last item of the one before."),
        ("token-of-any-folder", "A token of another folder is accepted, and shows that folder."),
        (
            "token-of-other-folder-applied",
            "A token of another folder is accepted, and its place is taken here.",
        ),
        ("token-malformed-starts-over", "A damaged token gives the first page."),
        ("token-malformed-ends", "A damaged token gives an empty page."),
        ("token-malformed-fails", "A damaged token is answered 500."),
        ("token-once-only", "A token can be used only once."),
        ("token-arguments-ignored", "A token that was given for another order or filter is accepted."),
        ("filter-dropped-later", "mimeType counts on the first page only."),
        ("order-dropped-later", "orderBy counts on the first page only."),
        ("size-dropped-later", "Pages after the first hold twenty items, whatever the size."),
        ("size-not-lowered", "Sizes above 50 are taken as they are."),
        ("size-over-refused", "Sizes above 50 are refused."),
        ("size-zero-fails", "A size of 0 is answered 500."),
        ("size-negative-accepted", "Negative sizes are taken for 20."),
        ("filter-prefix", "mimeType lets through what begins like it."),
        ("filter-loses-case", "mimeType is compared with the first letter only."),
        ("newest-same-as-oldest", "orderBy is ignored."),
        ("order-unstable", "Every third answer has two neighbours changed."),
        ("later-pages-lack-type", "Files on later pages have no mimeType."),
        ("size-through-doubles", "Sizes of files go through doubles."),
        ("size-as-number", "Sizes of files are numbers."),
        ("title-composed", "Decomposed letters in titles are composed."),
        ("title-nul-cut", "Titles end at the first line break."),
        ("starred-lost", "starred is not kept."),
        ("time-zone-shifted", "createTime in lists is shifted by two hours."),
        ("time-without-zone", "createTime has no zone."),
        ("id-without-dashes", "Ids in lists have no dashes."),
        ("deleted-still-listed", "Deleted files are still listed."),
        ("deleted-still-fetched", "Deleted files can still be fetched."),
        ("file-through-any-folder", "Files are found through every folder of the project."),
        ("file-through-any-project", "Files are found through every project."),
        ("other-folder-leaks", "Folders of the same name share their files."),
        ("list-without-key", "The list of files needs no key."),
        ("token-is-a-key", "With a page token the list of files needs no key."),
        (
            "key-in-header-needed",
            "The key in the query is refused on one operation; it wants a header field.",
        ),
        ("key-case-ignored", "The case of the key's letters does not matter."),
        ("error-without-status", "Errors lack their status."),
        ("unknown-is-empty-list", "An unknown folder is an empty list."),
        ("title-too-long-accepted", "Titles of any length are accepted."),
        ("last-item-lost", "The last file of a folder is not listed when there are more than fifty."),
    ],
    make: |fault, _| {
        Box::new(Drive {
            fault,
            clock: Clock::new(),
            answers: 0,
            used: vec![],
            projects: vec![],
            folders: vec![],
            files: vec![],
        })
    },
};

struct Drive {
    fault: Fault,
    clock: Clock,
    answers: usize,
    used: Vec<String>,
    projects: Vec<Value>,
    folders: Vec<Value>,
    files: Vec<Value>,
}

struct No(u16, String);

impl From<String> for No {
    fn from(message: String) -> Self {
        Self(400, message)
    }
}

/// A UUID of version 4 made from a number, far from its neighbours.
fn uuid(kind: u64, number: usize) -> String {
    let mixed =
        (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ kind.wrapping_mul(0xd1b5_4a32_d192_ed03);
    let tail = mixed.rotate_left(29).wrapping_mul(0x2545_f491_4f6c_dd1d);
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        mixed >> 32,
        (mixed >> 16) & 0xffff,
        mixed & 0xfff,
        tail >> 52,
        tail & 0xffff_ffff_ffff
    )
}

impl Drive {
    fn missing() -> No {
        No(404, "Requested entity was not found.".to_owned())
    }

    fn refuse(&self, No(code, message): No) -> Reply {
        let status = match code {
            404 => "NOT_FOUND",
            401 => "UNAUTHENTICATED",
            405 => "UNIMPLEMENTED",
            500 => "INTERNAL",
            _ => "INVALID_ARGUMENT",
        };
        let mut error = json!({ "code": code, "message": message, "status": status });
        if let (true, Some(members)) = (self.fault.is("error-without-status"), error.as_object_mut()) {
            members.remove("status");
        }
        Reply::json(code, json!({ "error": error }))
    }

    fn allowed(&self, call: &Call, at: &[&str]) -> bool {
        let files = at.len() == 6 && call.method == "GET";
        let by_token = call.query("pageToken").is_some() && self.fault.is("token-is-a-key");
        if files && (by_token || self.fault.is("list-without-key")) {
            return true;
        }
        if at.len() == 7 && call.method == "GET" && self.fault.is("key-in-header-needed") {
            return call.header("x-goog-api-key") == Some(KEY);
        }
        let key = call.query("key").unwrap_or_default();
        key == KEY
            || self.fault.is("key-case-ignored")
                && key.len() + 1 >= KEY.len()
                && KEY.starts_with(&key.to_lowercase())
    }

    fn project(&self, project: &str) -> Result<(), No> {
        uuid_text(project)?;
        self.projects.iter().any(|one| one["id"] == project).then_some(()).ok_or_else(Self::missing)
    }

    fn folder(&self, project: &str, folder: &str) -> Result<&Value, No> {
        let any = self.fault.is("file-through-any-project");
        self.project(project)?;
        uuid_text(folder)?;
        let own = |one: &&Value| one["id"] == folder && (any || one["project"] == project);
        self.folders.iter().find(own).ok_or_else(Self::missing)
    }

    /// One page of a list; `stamp` says which list it is and with which arguments.
    fn page(&mut self, call: &Call, name: &str, mut list: Vec<Value>, stamp: &str) -> Result<Reply, No> {
        self.answers += 1;
        let text = call.query("pageSize").unwrap_or("0");
        let asked: i64 = text.parse().map_err(|_| No(400, "pageSize is no integer".to_owned()))?;
        if asked < 0 && !self.fault.is("size-negative-accepted") || i32::try_from(asked).is_err() {
            return Err(No(400, "pageSize must not be negative".to_owned()));
        }
        if asked == 0 && call.query("pageSize").is_some() && self.fault.is("size-zero-fails") {
            return Err(No(500, "division by zero".to_owned()));
        }
        let mut size = match usize::try_from(asked).unwrap_or(0) {
            0 => 20,
            51.. if self.fault.is("size-over-refused") => {
                return Err(No(400, "pageSize must be at most 50".to_owned()));
            }
            size if self.fault.is("size-not-lowered") => size,
            size => size.min(50),
        };
        let mut from = 0;
        if let Some(token) = call.query("pageToken").filter(|token| !token.is_empty()) {
            match self.place(token, stamp)? {
                Ok(place) => from = place,
                Err(other) => {
                    // The token is another folder's, and its items are shown.
                    list = self
                        .files
                        .iter()
                        .filter(|file| other.1.contains(file["folder"].as_str().unwrap_or("-")))
                        .cloned()
                        .collect();
                    from = other.0;
                }
            }
            if self.fault.is("token-once-only") {
                if self.used.iter().any(|used| used == token) {
                    return Err(No(400, "the token was used".to_owned()));
                }
                self.used.push(token.to_owned());
            }
            from += usize::from(self.fault.is("token-skips-one"));
            from -= usize::from(self.fault.is("token-overlaps") && from > 0);
            if self.fault.is("size-dropped-later") {
                size = 20;
            }
        }
        if self.fault.is("order-unstable") && self.answers.is_multiple_of(3) && list.len() > 4 {
            list.swap(2, 3);
        }
        // A page may be short: the second one is, where it is not tiny.
        let short = usize::from(from > 0 && from <= size && size > 3);
        let from = from.min(list.len());
        let mut to = (from + size - short).min(list.len());
        if self.fault.is("last-item-lost") && to > 50 && to == list.len() {
            to -= 1;
        }
        let mut items = list[from..to].to_vec();
        let rest = list.len() - to;
        let mut next = (rest > 0).then(|| Self::token(stamp, to));
        if self.fault.is("token-missing-early") && rest <= size && from > 0
            || self.fault.is("token-missing-when-full") && rest == size
            || self.fault.is("last-item-lost") && rest == 1
        {
            next = None;
        }
        if let (true, true, Some(own)) = (self.fault.is("token-repeats"), from > 0, call.query("pageToken")) {
            next = Some(own.to_owned());
        }
        for item in &mut items {
            self.damage_listed(item, from > 0);
        }
        let mut content = json!({});
        if !items.is_empty() {
            content[name] = json!(items);
        }
        if let Some(next) = next {
            content["nextPageToken"] = json!(next);
        }
        Ok(Reply::json(200, content))
    }

    fn damage_listed(&self, item: &mut Value, later: bool) {
        let time = item["createTime"].as_str().unwrap_or_default().to_owned();
        if self.fault.is("time-zone-shifted") {
            let at =
                time.parse::<jiff::Timestamp>().unwrap_or_default() + jiff::SignedDuration::from_hours(2);
            item["createTime"] = json!(at.to_string());
        }
        if self.fault.is("time-without-zone") {
            item["createTime"] = json!(time.trim_end_matches('Z'));
        }
        if self.fault.is("id-without-dashes") {
            item["id"] = json!(item["id"].as_str().unwrap_or_default().replace('-', ""));
        }
        if self.fault.is("size-as-number") && item.get("size").is_some() {
            item["size"] = json!(item["size"].as_str().and_then(|text| text.parse::<u64>().ok()));
        }
        if let (true, Some(members)) = (later && self.fault.is("later-pages-lack-type"), item.as_object_mut())
        {
            members.remove("mimeType");
        }
    }

    /// A token: the list it is for, the place in it, and a check sum, in hexadecimal.
    fn token(stamp: &str, place: usize) -> String {
        let text = format!("{place}|{stamp}");
        let sum: u32 = text.bytes().fold(17, |sum, octet| sum.wrapping_mul(31).wrapping_add(octet.into()));
        format!("{text}|{sum}").bytes().fold(String::new(), |hex, octet| hex + &format!("{octet:02x}"))
    }

    /// The place that a token stands for: in this list, or in another one that is to be shown in its stead.
    fn place(&self, token: &str, stamp: &str) -> Result<Result<usize, (usize, String)>, No> {
        let octets: Option<Vec<u8>> = (0..token.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(token.get(at..at + 2)?, 16).ok())
            .collect();
        let text = octets.and_then(|octets| String::from_utf8(octets).ok()).unwrap_or_default();
        let mut parts = text.splitn(2, '|');
        let place = parts.next().and_then(|place| place.parse::<usize>().ok());
        let given = parts.next().and_then(|rest| rest.rsplit_once('|')).map(|(given, _)| given.to_owned());
        let (Some(place), Some(given)) =
            (place, given.filter(|given| place.is_some_and(|at| Self::token(given, at) == token)))
        else {
            if self.fault.is("token-malformed-starts-over") {
                return Ok(Ok(0));
            }
            if self.fault.is("token-malformed-ends") {
                return Ok(Ok(usize::MAX / 2));
            }
            let status = if self.fault.is("token-malformed-fails") { 500 } else { 400 };
            return Err(No(status, "Invalid pageToken".to_owned()));
        };
        if given == stamp {
            return Ok(Ok(place));
        }
        let same_list = given.split('?').next() == stamp.split('?').next();
        if same_list && self.fault.is("token-arguments-ignored")
            || !same_list && self.fault.is("token-of-other-folder-applied")
        {
            return Ok(Ok(place));
        }
        if !same_list && self.fault.is("token-of-any-folder") {
            return Ok(Err((place, given)));
        }
        Err(No(400, "The pageToken was given for other arguments".to_owned()))
    }

    fn list_files(&mut self, call: &Call, project: &str, folder: &str) -> Result<Reply, No> {
        let name = match self.folder(project, folder) {
            Ok(found) => found["displayName"].clone(),
            Err(_) if self.fault.is("unknown-is-empty-list") => Value::Null,
            Err(no) => return Err(no),
        };
        let order = call.query("orderBy").unwrap_or("createTime").to_owned();
        if !["createTime", "createTime desc"].contains(&order.as_str()) {
            return Err(No(400, "orderBy".to_owned()));
        }
        let kind = call.query("mimeType").map(str::to_owned);
        if kind.as_ref().is_some_and(|kind| kind.chars().count() < 3) {
            return Err(No(400, "mimeType".to_owned()));
        }
        let alike: Vec<Value> = self
            .folders
            .iter()
            .filter(|one| one["displayName"] == name)
            .map(|one| one["id"].clone())
            .collect();
        let leaks = self.fault.is("other-folder-leaks");
        let own = |file: &&Value| file["folder"] == folder || leaks && alike.contains(&file["folder"]);
        let mut list: Vec<Value> =
            self.files.iter().filter(own).filter(|file| self.shown(file)).map(undeleted).collect();
        let later = call.query("pageToken").is_some();
        let dropped = later && self.fault.is("filter-dropped-later");
        let passes = |file: &Value| {
            kind.as_deref().is_none_or(|kind| {
                let held = file["mimeType"].as_str().unwrap_or_default();
                held == kind
                    || self.fault.is("filter-prefix") && held.starts_with(kind)
                    || self.fault.is("filter-loses-case") && held.starts_with(&kind[..1])
            })
        };
        if !dropped {
            list.retain(passes);
        }
        let ignored = self.fault.is("newest-same-as-oldest") || later && self.fault.is("order-dropped-later");
        if order == "createTime desc" && !ignored {
            list.reverse();
        }
        let stamp = format!("files/{folder}?{order}&{}", kind.unwrap_or_default());
        self.page(call, "files", list, &stamp)
    }

    fn shown(&self, file: &Value) -> bool {
        file["deleted"].is_null() || self.fault.is("deleted-still-listed")
    }

    fn create_file(&mut self, call: &Call, project: &str, folder: &str) -> Result<Reply, No> {
        self.folder(project, folder)?;
        let content = call.json()?;
        let longest = if self.fault.is("title-too-long-accepted") { usize::MAX } else { 300 };
        let members = [
            ("title", true, Is::Text(1, longest)),
            ("mimeType", true, Is::Text(3, 80)),
            ("starred", false, Is::Boolean),
            ("size", false, Is::Digits(18)),
            ("modifiedTime", false, Is::Instant),
        ];
        wrong(&content, &members).map_or(Ok(()), |message| Err(No(400, message)))?;
        let mut file = json!({ "id": uuid(3, self.files.len()), "folder": folder, "createTime": self.clock.now().to_string() });
        for (name, ..) in members {
            if let Some(value) = content.get(name) {
                file[name] = value.clone();
            }
        }
        let title = content["title"].as_str().unwrap_or_default();
        if self.fault.is("title-composed") {
            file["title"] = json!(
                title
                    .replace("e\u{301}", "é")
                    .replace("u\u{308}", "ü")
                    .replace("A\u{30a}", "Å")
                    .replace("a\u{308}", "ä")
            );
        }
        if self.fault.is("title-nul-cut") {
            file["title"] = json!(title.split(['\n', '\r']).next());
        }
        if let (true, Some(members)) = (self.fault.is("starred-lost"), file.as_object_mut()) {
            members.remove("starred");
        }
        if let (true, Some(size)) = (self.fault.is("size-through-doubles"), content["size"].as_str()) {
            file["size"] = json!(format!("{:.0}", size.parse::<f64>().unwrap_or_default()));
        }
        self.files.push(file.clone());
        Ok(Reply::json(200, file))
    }

    fn file(&mut self, call: &Call, [project, folder, file]: [&str; 3]) -> Result<Reply, No> {
        self.folder(project, folder)?;
        uuid_text(file)?;
        let any = self.fault.is("file-through-any-folder");
        let still = call.method == "GET" && self.fault.is("deleted-still-fetched");
        let own = |one: &&mut Value| {
            one["id"] == file && (any || one["folder"] == folder) && (still || one["deleted"].is_null())
        };
        let found = self.files.iter_mut().find(own).ok_or_else(Self::missing)?;
        if call.method == "DELETE" {
            found["deleted"] = json!(true);
            return Ok(Reply::json(200, json!({})));
        }
        Ok(Reply::json(200, undeleted(found)))
    }

    fn routed(&mut self, call: &Call, rest: &[&str]) -> Result<Reply, No> {
        let named = |content: &Value| {
            let members = [("displayName", true, Is::Text(1, 100)), ("shared", false, Is::Boolean)];
            wrong(content, &members).map_or(Ok(()), |message| Err(No(400, message)))
        };
        Ok(match (call.method.as_str(), rest) {
            ("POST", []) => {
                let content = call.json()?;
                named(&content)?;
                let project = json!({ "id": uuid(1, self.projects.len()), "displayName": content["displayName"], "createTime": self.clock.now().to_string() });
                self.projects.push(project.clone());
                Reply::json(200, project)
            }
            ("DELETE", [project]) => {
                self.project(project)?;
                // The place stays, so that no id is given twice.
                for one in self.projects.iter_mut().filter(|one| one["id"] == *project) {
                    one["id"] = Value::Null;
                }
                Reply::json(200, json!({}))
            }
            ("GET", [project, "folders"]) => {
                self.project(project)?;
                let list = self.folders.iter().filter(|one| one["project"] == *project).cloned().collect();
                self.page(call, "folders", list, &format!("folders/{project}"))?
            }
            ("POST", [project, "folders"]) => {
                self.project(project)?;
                let content = call.json()?;
                named(&content)?;
                let mut folder = json!({ "id": uuid(2, self.folders.len()), "project": project, "displayName": content["displayName"], "createTime": self.clock.now().to_string() });
                if let Some(shared) = content.get("shared") {
                    folder["shared"] = shared.clone();
                }
                self.folders.push(folder.clone());
                Reply::json(200, folder)
            }
            ("GET", [project, "folders", folder, "files"]) => self.list_files(call, project, folder)?,
            ("POST", [project, "folders", folder, "files"]) => self.create_file(call, project, folder)?,
            ("GET" | "DELETE", [project, "folders", folder, "files", file]) => {
                self.file(call, [project, folder, file])?
            }
            (_, []) => self.refuse(No(405, "method".to_owned())).with("allow", "POST"),
            (_, [_]) => self.refuse(No(405, "method".to_owned())).with("allow", "DELETE"),
            (_, [_, "folders"] | [_, "folders", _, "files"]) => {
                self.refuse(No(405, "method".to_owned())).with("allow", "GET, POST")
            }
            (_, [_, "folders", _, "files", _]) => {
                self.refuse(No(405, "method".to_owned())).with("allow", "GET, DELETE")
            }
            _ => return Err(Self::missing()),
        })
    }
}

fn undeleted(file: &Value) -> Value {
    let mut file = file.clone();
    file.as_object_mut().map(|members| members.remove("deleted"));
    file
}

fn uuid_text(text: &str) -> Result<(), No> {
    uuid::Uuid::try_parse(text).map(|_| ()).map_err(|_| No(400, "the id is no UUID".to_owned()))
}

impl Api for Drive {
    fn answer(&mut self, call: &Call) -> Reply {
        let at = call.at();
        let ["v1", "projects", rest @ ..] = at.as_slice() else { return self.refuse(Self::missing()) };
        if !self.allowed(call, &at) {
            return self
                .refuse(No(401, "The request is missing a valid API key.".to_owned()))
                .with("www-authenticate", "ApiKey in=\"query\"");
        }
        self.routed(call, rest).unwrap_or_else(|no| self.refuse(no))
    }
}
