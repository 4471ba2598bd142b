//! Repositories and issues: slugs that the client chooses in the path of a PUT, numbers that are unique only within their repository, bare arrays
//! with Link header fields and X-Total-Count, a key in a cookie.

use serde_json::{Value, json};

use crate::serve::{Api, Call, Clock, Fault, Is, Reply, Small, wrong};

const SESSION: &str = "tracker-session-41bb";

pub(crate) const SMALL: Small = Small {
    name: "tracker",
    token: Some(SESSION),
    other: None,
    faults: &[
        ("next-missing-early", "There is no link to the last page."),
        ("next-at-the-end", "The last page links to one more when it is full."),
        ("next-skips-page", "The link leads to the page after the next."),
        ("next-drops-size", "The link to the next page lacks the page size."),
        ("next-drops-filter", "The link to the next page lacks the filter."),
        ("next-drops-order", "The link to the next page lacks the direction."),
        ("next-to-another-host", "The link to the next page leads to another host."),
        ("next-to-itself", "The link to the next page leads to the page itself."),
        ("prev-wrong", "The link to the previous page leads to the page itself."),
        ("first-wrong", "The link to the first page leads to page 2."),
        ("last-wrong", "The link to the last page leads one page too far."),
        ("link-without-brackets", "The links lack their angle brackets."),
        ("link-unescaped", "Blanks and ampersands of the query are doubly escaped in links."),
        ("total-of-all-repos", "X-Total-Count counts the issues of all repositories."),
        ("total-ignores-filter", "X-Total-Count does not look at the filter."),
        ("total-is-page", "X-Total-Count counts the page."),
        ("total-missing-later", "X-Total-Count stands on the first page only."),
        ("size-ignored", "Every page holds fifteen."),
        ("size-one-more", "Pages hold one more than asked for."),
        ("largest-size-refused", "The largest page size is refused."),
        ("over-largest-is-default", "A size above the largest is taken for the default."),
        ("over-largest-less", "A size above the largest gives one item less than the largest."),
        ("over-largest-refused", "A size above the largest is refused."),
        ("over-largest-taken", "A size above the largest is taken as it is."),
        ("page-zero-accepted", "Page 0 is accepted."),
        ("pages-overlap", "Pages after the first begin one item early."),
        ("last-item-lost", "The oldest issue is never listed."),
        ("direction-ignored", "direction is ignored."),
        ("direction-within-page", "direction turns round each page for itself."),
        ("severity-loses", "severity overlooks issues without a text."),
        ("severity-after-slicing", "severity looks at the issues of the page only."),
        ("put-returns-another", "PUT of a repository that exists answers with the last one made."),
        ("put-makes-two", "PUT of a repository that exists makes another one of the same name."),
        ("put-not-kept", "PUT of a repository that exists changes its time of creation."),
        ("put-drops-private", "PUT does not keep private."),
        ("put-conflict", "PUT of a repository that exists is refused with 409."),
        ("put-always-ok", "PUT of a new repository is answered 202."),
        ("numbers-used-again", "Every tenth issue has the number of the one before."),
        ("number-as-text", "Numbers in lists are texts."),
        ("issue-of-first-repo", "An issue is looked up in the first repository that has such a number."),
        ("issues-of-all-listed", "The list of a repository without issues shows those of another."),
        ("labels-unique-sorted", "Labels come back sorted."),
        ("labels-ascii", "Letters beyond ASCII are dropped from labels."),
        ("text-line-ends", "Line ends in texts become CR LF."),
        ("created-later", "created_at is another when an issue is fetched."),
        ("update-merges", "PATCH merges fields instead of replacing them."),
        ("update-answers-old", "PATCH answers with what was there before."),
        ("update-not-kept", "PATCH answers well and keeps nothing."),
        ("update-moves-issue", "An issue that was changed stands where the newest does."),
        ("deleted-still-listed", "Deleted repositories stay in the list."),
        ("deleted-still-fetched", "Deleted repositories can still be fetched."),
        ("location-missing", "A creation lacks its Location."),
        ("any-session", "Every session is good."),
        ("name-stays-taken", "The name of a deleted repository cannot be used again."),
        ("changed-goes-back", "A change sets updated_at to a day long ago."),
        ("if-match-ignored", "PATCH does not look at If-Match."),
        ("patch-open", "PATCH needs no session."),
        ("no-session-redirects", "Without a session there is a redirect to where one signs in."),
        ("unknown-number-fails", "An unknown number is answered 500."),
        ("refusal-empty", "Refusals have no content."),
        ("title-too-long-fails", "A title that is too long is answered 500."),
        ("last-page-lacks-labels", "Issues on the last page have no labels."),
    ],
    make: |fault, origin| Box::new(Tracker { fault, origin, clock: Clock::new(), repos: vec![] }),
};

struct Tracker {
    fault: Fault,
    origin: String,
    clock: Clock,
    repos: Vec<Repo>,
}

struct Repo {
    shown: Value,
    deleted: bool,
    issues: Vec<Value>,
}

struct No(u16, String);

impl From<String> for No {
    fn from(message: String) -> Self {
        Self(422, message)
    }
}

/// A strong tag of what is shown.
fn tag(shown: &Value) -> String {
    let hash = shown
        .to_string()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    format!("\"{hash:x}\"")
}

fn slug(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(plain) && text.len() <= 80 && text.chars().all(|c| plain(c) || c == '-')
}

impl Tracker {
    fn refuse(&self, No(status, message): No) -> Reply {
        if self.fault.is("refusal-empty") {
            return Reply { content: Some(json!({})), ..Reply::json(status, Value::Null) };
        }
        Reply::json(status, json!({ "message": message }))
    }

    fn missing() -> No {
        No(404, "Not Found".to_owned())
    }

    fn repo(&mut self, name: &str) -> Result<&mut Repo, No> {
        if !slug(name) {
            return Err(No(422, "the name of the repository is malformed".to_owned()));
        }
        self.repos
            .iter_mut()
            .find(|repo| repo.shown["name"] == name && !repo.deleted)
            .ok_or_else(Self::missing)
    }

    /// One page with its header fields. `all` is how many there are in the whole of which `list` is what the filter lets through.
    fn page(&self, call: &Call, list: &[Value], all: usize, every: usize) -> Result<Reply, No> {
        let lowest = u64::from(!self.fault.is("page-zero-accepted"));
        let most = if self.fault.is("largest-size-refused") { 39 } else { u64::MAX };
        let number = call.integer("page", 1, (lowest, u64::MAX))?.max(1);
        let size = match call.integer("per_page", 15, (1, most))? {
            41.. if self.fault.is("over-largest-is-default") => 15,
            41.. if self.fault.is("over-largest-less") => 39,
            41.. if self.fault.is("over-largest-refused") => {
                return Err(No(422, "per_page is at most 40".to_owned()));
            }
            size if self.fault.is("over-largest-taken") => size,
            size => size.min(40),
        };
        let mut held = if self.fault.is("size-ignored") { 15 } else { size };
        held += u64::from(self.fault.is("size-one-more"));
        let from = usize::try_from((number - 1).saturating_mul(held)).unwrap_or(usize::MAX).min(list.len());
        let early = usize::from(self.fault.is("pages-overlap") && number > 1 && from < list.len());
        let to = from.saturating_add(held as usize).min(list.len());
        let mut items = list[from - early..to].to_vec();
        let pages = (list.len() as u64).div_ceil(held).max(1);
        for item in items.iter_mut().filter(|item| !item["number"].is_null()) {
            if self.fault.is("number-as-text") {
                item["number"] = json!(item["number"].to_string());
            }
            if let (true, Some(members)) = (
                self.fault.is("last-page-lacks-labels") && number > 1 && number == pages,
                item.as_object_mut(),
            ) {
                members.remove("labels");
            }
        }
        if self.fault.is("direction-within-page") && call.query("direction") == Some("asc") {
            items.reverse();
        }
        let mut links: Vec<(&str, u64)> = Vec::new();
        let more =
            number < pages && !(self.fault.is("next-missing-early") && number + 1 == pages && pages > 2);
        let too_far = self.fault.is("next-at-the-end") && number == pages && items.len() == held as usize;
        if more || too_far {
            let step = if self.fault.is("next-skips-page") {
                2
            } else {
                u64::from(!self.fault.is("next-to-itself"))
            };
            links.push(("next", number + step));
        }
        if number < pages {
            let last = pages + u64::from(self.fault.is("last-wrong"));
            links.push(("last", last));
        }
        if number > 1 {
            links.push(("prev", number.min(pages + 1) - u64::from(!self.fault.is("prev-wrong"))));
            links.push(("first", 1 + u64::from(self.fault.is("first-wrong"))));
        }
        let total = match self.fault {
            fault if fault.is("total-of-all-repos") => every,
            fault if fault.is("total-ignores-filter") => all,
            fault if fault.is("total-is-page") => items.len(),
            _ => list.len(),
        };
        let mut reply = Reply::json(200, json!(items));
        if number == 1 || !self.fault.is("total-missing-later") {
            reply = reply.with("x-total-count", total.to_string());
        }
        let text: Vec<String> = links.into_iter().map(|(rel, page)| self.link(call, rel, page)).collect();
        Ok(if text.is_empty() { reply } else { reply.with("link", text.join(", ")) })
    }

    fn link(&self, call: &Call, rel: &str, page: u64) -> String {
        let next = rel == "next";
        let dropped = |name: &str| {
            name == "page"
                || next && name == "per_page" && self.fault.is("next-drops-size")
                || next && name == "severity" && self.fault.is("next-drops-filter")
                || next && name == "direction" && self.fault.is("next-drops-order")
        };
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in call.query.iter().filter(|(name, _)| !dropped(name)) {
            query.append_pair(name, value);
        }
        let mut query = query.append_pair("page", &page.to_string()).finish();
        if self.fault.is("link-unescaped") {
            query = query.replace('&', "%26");
        }
        let origin = if next && self.fault.is("next-to-another-host") {
            "http://tracker.example"
        } else {
            &self.origin
        };
        let target = format!("{origin}/{}?{query}", call.segments.join("/"));
        if self.fault.is("link-without-brackets") {
            format!("{target}; rel=\"{rel}\"")
        } else {
            format!("<{target}>; rel=\"{rel}\"")
        }
    }

    fn list_issues(&mut self, call: &Call, name: &str) -> Result<Reply, No> {
        let mut list: Vec<Value> = self.repo(name)?.issues.iter().rev().cloned().collect();
        let every = self.repos.iter().map(|repo| repo.issues.len()).sum();
        if list.is_empty() && self.fault.is("issues-of-all-listed") {
            list = self
                .repos
                .iter()
                .find(|repo| !repo.issues.is_empty())
                .map(|repo| repo.issues.clone())
                .unwrap_or_default();
        }
        if self.fault.is("last-item-lost") {
            list.pop();
        }
        for (name, values) in [("severity", &["low", "high", "fatal"][..]), ("direction", &["asc", "desc"])] {
            if call.query(name).is_some_and(|value| !values.contains(&value)) {
                return Err(No(422, format!("{name} must be one of {values:?}")));
            }
        }
        let all = list.len();
        let severity = call.query("severity");
        let passes = |issue: &Value| {
            severity.is_none_or(|severity| issue["severity"] == severity)
                && !(severity.is_some() && self.fault.is("severity-loses") && issue["text"].is_null())
        };
        let late = self.fault.is("severity-after-slicing");
        if !late {
            list.retain(passes);
        }
        let turned = self.fault.is("direction-ignored") || self.fault.is("direction-within-page");
        if call.query("direction") == Some("asc") && !turned {
            list.reverse();
        }
        let mut reply = self.page(call, &list, all, every)?;
        if let (true, Some(items)) = (late, reply.content.as_mut().and_then(Value::as_array_mut)) {
            items.retain(passes);
        }
        Ok(reply)
    }

    fn put_repo(&mut self, call: &Call, name: &str) -> Result<Reply, No> {
        if !slug(name) {
            return Err(No(422, "the name of the repository is malformed".to_owned()));
        }
        let taken = self.repos.iter().any(|repo| repo.shown["name"] == name && repo.deleted);
        if taken && self.fault.is("name-stays-taken") {
            return Err(No(409, "the name is taken".to_owned()));
        }
        let content = call.json().map_err(|why| No(422, why))?;
        let members = [("about", true, Is::Text(0, 200)), ("private", false, Is::Boolean)];
        wrong(&content, &members).map_or(Ok(()), |message| Err(No(422, message)))?;
        let private = content.get("private").cloned().unwrap_or(json!(false));
        let private = if self.fault.is("put-drops-private") { json!(false) } else { private };
        let now = self.clock.now().to_string();
        let (twice, conflict) = (self.fault.is("put-makes-two"), self.fault.is("put-conflict"));
        let changes = self.fault.is("put-not-kept");
        let found = self.repos.iter_mut().find(|repo| repo.shown["name"] == name && !repo.deleted);
        let reply = if let Some(repo) = found.filter(|_| !twice) {
            if conflict {
                return Err(No(409, "it exists".to_owned()));
            }
            repo.shown["about"] = content["about"].clone();
            repo.shown["private"] = private;
            if changes {
                repo.shown["created_at"] = json!(now);
            }
            Reply::json(200, repo.shown.clone())
        } else {
            let shown =
                json!({ "name": name, "about": content["about"], "private": private, "created_at": now });
            self.repos.push(Repo { shown: shown.clone(), deleted: false, issues: vec![] });
            Reply::json(if self.fault.is("put-always-ok") { 202 } else { 201 }, shown)
        };
        let last = self.repos.last().map(|repo| repo.shown.clone()).unwrap_or_default();
        let another = self.fault.is("put-returns-another") && reply.status == 200;
        Ok(if another { Reply::json(200, last) } else { reply })
    }

    fn create_issue(&mut self, call: &Call, name: &str) -> Result<Reply, No> {
        let (fault, origin) = (self.fault, self.origin.clone());
        let now = self.clock.now().to_string();
        let issues = &mut self.repo(name)?.issues;
        let mut content = call.json().map_err(|why| No(422, why))?;
        if let (true, Some(members)) =
            (content.get("text").is_some_and(Value::is_null), content.as_object_mut())
        {
            members.remove("text");
        }
        let members = [
            ("title", true, Is::Text(1, 256)),
            ("text", false, Is::Text(0, 4000)),
            ("severity", false, Is::OneOf(&["low", "high", "fatal"])),
            ("labels", false, Is::Texts(10, 50)),
            ("fields", false, Is::Object),
        ];
        if let Some(message) = wrong(&content, &members) {
            let long = content["title"].as_str().is_some_and(|title| title.chars().count() > 256);
            return Err(No(if long && fault.is("title-too-long-fails") { 500 } else { 422 }, message));
        }
        let mut text = content.get("text").cloned().unwrap_or_default();
        if let (true, Some(lines)) = (fault.is("text-line-ends"), text.as_str()) {
            text = json!(lines.replace("\r\n", "\n").replace('\n', "\r\n"));
        }
        let mut labels = content.get("labels").cloned().unwrap_or_else(|| json!([]));
        for label in labels.as_array_mut().into_iter().flatten().filter(|_| fault.is("labels-ascii")) {
            *label = json!(label.as_str().unwrap_or_default().replace(|c: char| !c.is_ascii(), ""));
        }
        if let (true, Some(labels)) = (fault.is("labels-unique-sorted"), labels.as_array_mut()) {
            labels.sort_by_key(Value::to_string);
        }
        let again = usize::from(fault.is("numbers-used-again") && issues.len() % 10 == 9);
        let number = issues.len() + 1 - again;
        let issue = json!({
            "number": number, "repo": name, "title": content["title"], "text": text, "labels": labels,
            "severity": content.get("severity").cloned().unwrap_or(json!("low")),
            "fields": content.get("fields").cloned().unwrap_or_else(|| json!({})), "created_at": now, "updated_at": now,
        });
        issues.push(issue.clone());
        let reply = Reply::json(201, issue);
        Ok(if fault.is("location-missing") {
            reply
        } else {
            reply.with("location", format!("{origin}/repos/{name}/issues/{number}"))
        })
    }

    fn issue(&mut self, call: &Call, name: &str, number: &str) -> Result<Reply, No> {
        let fault = self.fault;
        let now = self.clock.now().to_string();
        let number: u64 = number
            .parse()
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| No(422, "the number is malformed".to_owned()))?;
        let mut at = name.to_owned();
        if fault.is("issue-of-first-repo") {
            let has = |repo: &&Repo| repo.issues.iter().any(|issue| issue["number"] == number);
            at = self
                .repos
                .iter()
                .find(has)
                .and_then(|repo| repo.shown["name"].as_str())
                .unwrap_or(name)
                .to_owned();
        }
        let found = self.repo(&at)?.issues.iter_mut().find(|issue| issue["number"] == number);
        let status = if fault.is("unknown-number-fails") { 500 } else { 404 };
        let issue = found.ok_or_else(|| No(status, "Not Found".to_owned()))?;
        if call.method == "GET" {
            let mut shown = issue.clone();
            if fault.is("created-later") {
                shown["created_at"] = json!(now);
            }
            let tag = tag(&shown);
            return Ok(if call.header("if-none-match") == Some(tag.as_str()) {
                Reply::empty(304).with("etag", tag)
            } else {
                Reply::json(200, shown).with("etag", tag)
            });
        }
        let condition = call.header("if-match").filter(|_| !fault.is("if-match-ignored"));
        if condition.is_some_and(|wanted| wanted != tag(issue)) {
            return Err(No(412, "it was changed meanwhile".to_owned()));
        }
        let content = call.json().map_err(|why| No(422, why))?;
        let members = [("title", false, Is::Text(1, 256)), ("fields", false, Is::Object)];
        wrong(&content, &members).map_or(Ok(()), |message| Err(No(422, message)))?;
        let before = issue.clone();
        if let Some(fields) = content.get("fields") {
            if fault.is("update-merges") {
                if let (Some(held), Some(given)) = (issue["fields"].as_object_mut(), fields.as_object()) {
                    held.extend(given.clone());
                }
            } else {
                issue["fields"] = fields.clone();
            }
        }
        if let Some(title) = content.get("title") {
            issue["title"] = title.clone();
        }
        issue["updated_at"] =
            if fault.is("changed-goes-back") { json!("2020-01-01T00:00:00Z") } else { json!(now) };
        let after = issue.clone();
        if fault.is("update-not-kept") {
            *issue = before.clone();
        }
        if fault.is("update-moves-issue") {
            let issues = &mut self.repo(&at)?.issues;
            let place = issues.iter().position(|issue| issue["number"] == number).unwrap_or_default();
            let issue = issues.remove(place);
            issues.push(issue);
        }
        Ok(Reply::json(200, if fault.is("update-answers-old") { before } else { after }))
    }

    fn routed(&mut self, call: &Call, rest: &[&str]) -> Result<Reply, No> {
        Ok(match (call.method.as_str(), rest) {
            ("GET", []) => {
                let shown = |repo: &&Repo| !repo.deleted || self.fault.is("deleted-still-listed");
                let list: Vec<Value> =
                    self.repos.iter().filter(shown).map(|repo| repo.shown.clone()).collect();
                self.page(call, &list, list.len(), list.len())?
            }
            ("PUT", [name]) => self.put_repo(call, name)?,
            ("GET", [name]) => {
                let still = self.fault.is("deleted-still-fetched");
                let deleted =
                    self.repos.iter().find(|repo| still && repo.deleted && repo.shown["name"] == *name);
                if let Some(repo) = deleted {
                    return Ok(Reply::json(200, repo.shown.clone()));
                }
                Reply::json(200, self.repo(name)?.shown.clone())
            }
            ("DELETE", [name]) => {
                self.repo(name)?.deleted = true;
                Reply::empty(204)
            }
            ("GET", [name, "issues"]) => self.list_issues(call, name)?,
            ("POST", [name, "issues"]) => self.create_issue(call, name)?,
            ("GET" | "PATCH", [name, "issues", number]) => self.issue(call, name, number)?,
            (_, []) => self.refuse(No(405, "method".to_owned())).with("allow", "GET"),
            (_, [_]) => self.refuse(No(405, "method".to_owned())).with("allow", "GET, PUT, DELETE"),
            (_, [_, "issues"]) => self.refuse(No(405, "method".to_owned())).with("allow", "GET, POST"),
            (_, [_, "issues", _]) => self.refuse(No(405, "method".to_owned())).with("allow", "GET, PATCH"),
            _ => return Err(Self::missing()),
        })
    }
}

impl Api for Tracker {
    fn answer(&mut self, call: &Call) -> Reply {
        let at = call.at();
        let ["repos", rest @ ..] = at.as_slice() else { return self.refuse(Self::missing()) };
        let open = self.fault.is("patch-open") && call.method == "PATCH"
            || self.fault.is("any-session") && call.cookie("tracker_session").is_some();
        if call.cookie("tracker_session") != Some(SESSION) && !open {
            if self.fault.is("no-session-redirects") {
                return Reply::empty(302).with("location", "/sign-in");
            }
            return self.refuse(No(403, "there is no such session".to_owned()));
        }
        self.routed(call, rest).unwrap_or_else(|no| self.refuse(no))
    }
}
