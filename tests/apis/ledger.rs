//! Accounts and their entries: ids with a prefix, item cursors from new to old, HTTP basic, and a trace of what was deleted.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use crate::serve::{Api, Call, Clock, Fault, Is, Reply, Small, wrong};

/// The key is the user name, and the password is empty.
const KEY: &str = "sk_ledger_9d1c:";
/// The same in Base64 (RFC 7617, section 2).
const BASIC: &str = "c2tfbGVkZ2VyXzlkMWM6";

pub(crate) const SMALL: Small = Small {
    name: "ledger",
    token: Some(KEY),
    other: None,
    faults: &[
        ("after-includes-cursor", "A page that starts after an entry holds that entry too."),
        ("after-skips-one", "A page that starts after an entry leaves out the next one."),
        ("before-from-the-start", "A page before an entry is the list's first page."),
        ("before-turned-round", "A page before an entry runs from old to new."),
        ("before-off-by-one", "A page before an entry lacks the one right before it."),
        ("before-includes-cursor", "A page before an entry holds that entry too."),
        ("more-denied-early", "has_more is false where exactly one more page comes."),
        ("more-at-the-end", "has_more is true on the last page when it is full."),
        ("more-always", "has_more is true on every page that holds something."),
        ("last-full-page-loses-item", "A last page that is exactly full lacks its last entry."),
        ("cursor-of-any-account", "A cursor of another account is accepted, and the other's list goes on."),
        ("foreign-cursor-starts-over", "A cursor of another account gives the first page."),
        ("unknown-cursor-starts-over", "A cursor that names nothing gives the first page."),
        ("unknown-cursor-ends", "A cursor that names nothing gives an empty page."),
        ("unknown-cursor-fails", "A cursor that names nothing is answered 500."),
        ("limit-forgotten-later", "Pages after a cursor have ten entries, whatever the limit."),
        ("limit-too-high-accepted", "A limit above 100 is accepted."),
        ("default-limit-twenty", "Without a limit a page has twenty entries."),
        ("filter-forgotten-later", "kind counts on the first page only."),
        ("filter-after-slicing", "kind looks at the entries of the page only."),
        ("order-by-amount-on-ties", "Neighbours change places in every second answer."),
        ("oldest-first", "The list runs from old to new."),
        ("entry-twice", "The last entry of a page comes again on the next."),
        ("empty-data-null", "data is null where there is nothing."),
        ("last-page-lacks-more", "has_more is missing on the last page."),
        ("closed-is-gone", "A closed account is answered 404."),
        ("closed-is-whole", "A closed account is shown as if it were open."),
        ("closed-still-listed", "Closed accounts stay in the list."),
        ("amount-in-doubles", "Amounts lose their last digits."),
        ("amount-in-32-bits", "Amounts beyond 32 bits come back as the largest that fits."),
        ("amount-as-text", "Amounts in lists are texts."),
        ("negative-lost", "Amounts lose their sign."),
        ("settled-lost", "settled comes back as false."),
        ("memo-trimmed", "Blanks around memos are cut off."),
        ("tags-sorted", "Tags come back in alphabetical order."),
        ("metadata-loses-empty", "Metadata that is empty is dropped."),
        ("kind-leaks", "Some entries are of a kind that the document does not have."),
        ("entry-through-any-account", "An entry is found through every account."),
        ("account-of-entry-wrong", "Listed entries name the first account as theirs."),
        ("other-account-leaks", "The largest page holds an entry of another account."),
        ("entries-open", "The list of entries needs no key."),
        ("any-key", "Every key is accepted."),
        ("key-cut-accepted", "A key that lacks its end is accepted."),
        ("error-is-text", "Errors are not wrapped in `error`."),
        ("voided-cursor-starts-over", "A cursor at an entry that was voided gives the first page."),
        (
            "voided-shifts-cursor",
            "A page after an entry leaves out one for each entry that was voided since the first page.",
        ),
        ("account-as-cursor-starts-over", "The id of an account as a cursor gives the first page."),
        (
            "unknown-parameter-finds-nothing",
            "With a parameter that the document does not have the list is empty.",
        ),
        ("extra-member-accepted", "Members that the document does not have are accepted."),
        ("key-forgotten", "Two requests with one key open two accounts."),
        ("unknown-account-empty", "The entries of an unknown account are an empty list."),
    ],
    make: |fault, _| {
        Box::new(Ledger {
            fault,
            clock: Clock::new(),
            answers: 0,
            accounts: vec![],
            entries: vec![],
            keys: vec![],
            voided: vec![],
            recently: 0,
        })
    },
};

struct Ledger {
    fault: Fault,
    clock: Clock,
    answers: usize,
    accounts: Vec<Value>,
    entries: Vec<Value>,
    /// Keys that were used, each with what it opened.
    keys: Vec<(String, Value)>,
    voided: Vec<Value>,
    /// How many entries were voided since a first page was asked for.
    recently: usize,
}

/// A refusal: status, message and the parameter that it is about.
struct No(u16, String, Option<&'static str>);

impl From<String> for No {
    fn from(message: String) -> Self {
        Self(400, message, None)
    }
}

impl Ledger {
    fn missing() -> No {
        No(404, "No such object".to_owned(), None)
    }

    fn refuse(&self, No(status, message, param): No) -> Reply {
        let kind = if status == 401 { "authentication_error" } else { "invalid_request_error" };
        let error = json!({ "type": kind, "message": message, "param": param });
        let reply = Reply::json(
            status,
            if self.fault.is("error-is-text") { error } else { json!({ "error": error }) },
        );
        if status == 401 { reply.with("www-authenticate", "Basic realm=\"ledger\"") } else { reply }
    }

    fn allowed(&self, call: &Call, at: &[&str]) -> bool {
        if self.fault.is("entries-open") && call.method == "GET" && at.len() == 4 {
            return true;
        }
        let Some((scheme, shown)) = call.header("authorization").and_then(|value| value.split_once(' '))
        else {
            return false;
        };
        let name = BASE64_STANDARD.decode(shown).unwrap_or_default();
        let name = name.strip_suffix(b":").unwrap_or(&name);
        let cut = self.fault.is("key-cut-accepted") && name.len() > 8 && KEY.as_bytes().starts_with(name);
        scheme.eq_ignore_ascii_case("basic") && (shown == BASIC || cut || self.fault.is("any-key"))
    }

    fn account(&self, id: &str) -> Result<&Value, No> {
        self.accounts.iter().find(|account| account["id"] == id).ok_or_else(Self::missing)
    }

    fn open_account(&self, id: &str) -> Result<&Value, No> {
        self.account(id).ok().filter(|account| account["deleted"].is_null()).ok_or_else(Self::missing)
    }

    /// Where a cursor stands in a list.
    fn position(&self, list: &[Value], cursor: &str, param: &'static str) -> Result<Option<usize>, No> {
        if let Some(position) = list.iter().position(|item| item["id"] == cursor) {
            return Ok(Some(position));
        }
        let known = self.entries.iter().chain(&self.accounts).any(|item| item["id"] == cursor);
        let among = |items: &[Value]| items.iter().any(|item| item["id"] == cursor);
        if among(&self.voided) && self.fault.is("voided-cursor-starts-over")
            || among(&self.accounts) && self.fault.is("account-as-cursor-starts-over")
        {
            return Ok(None);
        }
        if known && self.fault.is("foreign-cursor-starts-over")
            || !known && self.fault.is("unknown-cursor-starts-over")
        {
            return Ok(None);
        }
        if !known && self.fault.is("unknown-cursor-ends") {
            return Ok(Some(list.len()));
        }
        let status = if !known && self.fault.is("unknown-cursor-fails") { 500 } else { 400 };
        Err(No(status, format!("No such object: '{cursor}'"), Some(param)))
    }

    /// A page of a list that runs from new to old.
    fn page(&mut self, call: &Call, mut list: Vec<Value>, url: &str) -> Result<Reply, No> {
        self.answers += 1;
        let usual = if self.fault.is("default-limit-twenty") { 20 } else { 10 };
        let most = if self.fault.is("limit-too-high-accepted") { 1_000 } else { 100 };
        let mut limit =
            call.integer("limit", usual, (1, most)).map_err(|why| No(400, why, Some("limit")))? as usize;
        if self.fault.is("oldest-first") {
            list.reverse();
        }
        if self.fault.is("order-by-amount-on-ties") && self.answers.is_multiple_of(2) && list.len() > 3 {
            list.swap(1, 2);
        }
        let (after, before) = (call.query("starting_after"), call.query("ending_before"));
        if after.is_some() && before.is_some() {
            return Err(No(
                400,
                "starting_after and ending_before exclude each other".to_owned(),
                Some("ending_before"),
            ));
        }
        if after.is_some() && self.fault.is("limit-forgotten-later") {
            limit = 10;
        }
        if after.is_none() {
            self.recently = 0;
        }
        let backward = before.is_some();
        let mut foreign = None;
        if let (Some(cursor), true) = (after, self.fault.is("cursor-of-any-account")) {
            let own = list.first().map(|item| item["account"].clone());
            let other = |item: &&Value| item["id"] == cursor && own.as_ref() != Some(&item["account"]);
            foreign = self.entries.iter().find(other).map(|item| item["account"].clone());
        }
        if let Some(account) = foreign {
            list = self.entries.iter().rev().filter(|item| item["account"] == account).cloned().collect();
        }
        let found = match (after, before) {
            (Some(cursor), _) => self.position(&list, cursor, "starting_after")?,
            (_, Some(cursor)) => self.position(&list, cursor, "ending_before")?,
            _ => None,
        };
        let (mut from, mut to) = match (found, backward) {
            (None, _) => (0, limit),
            (Some(at), false) => (at + 1, at + 1 + limit),
            (Some(at), true) => (at.saturating_sub(limit), at),
        };
        if after.is_some() && found.is_some() {
            from -= usize::from(self.fault.is("after-includes-cursor") || self.fault.is("entry-twice"));
            from += usize::from(self.fault.is("after-skips-one"));
            from += if self.fault.is("voided-shifts-cursor") { self.recently } else { 0 };
            to = from + limit;
        }
        if let (Some(at), true) = (found, backward) {
            if self.fault.is("before-from-the-start") {
                (from, to) = (0, limit.min(at));
            }
            if self.fault.is("before-off-by-one") {
                (from, to) = (at.saturating_sub(limit + 1), at.saturating_sub(1));
            }
            if self.fault.is("before-includes-cursor") {
                (from, to) = ((at + 1).saturating_sub(limit), at + 1);
            }
        }
        let (from, to) = (from.min(list.len()), to.min(list.len()));
        let mut data = list[from..to.max(from)].to_vec();
        let rest = if backward { from } else { list.len() - to };
        let mut more = rest > 0;
        let full = data.len() == limit;
        more &= !(self.fault.is("more-denied-early") && !backward && rest <= limit);
        more |= self.fault.is("more-at-the-end") && full || self.fault.is("more-always") && !data.is_empty();
        if self.fault.is("last-full-page-loses-item") && full && rest == 0 && after.is_some() {
            data.pop();
        }
        if self.fault.is("before-turned-round") && backward {
            data.reverse();
        }
        if self.fault.is("other-account-leaks") && limit == 100 {
            let own = data.first().map(|item| item["account"].clone()).unwrap_or_default();
            let other = self.entries.iter().find(|item| item["account"] != own && !own.is_null());
            if let (Some(other), Some(last)) = (other, data.last_mut()) {
                *last = other.clone();
            }
        }
        for item in data.iter_mut().filter(|item| item["object"] == "entry") {
            if self.fault.is("amount-as-text") {
                item["amount"] = json!(item["amount"].to_string());
            }
            if self.fault.is("account-of-entry-wrong") {
                item["account"] = self.accounts[0]["id"].clone();
            }
        }
        let mut content = json!({ "object": "list", "url": url, "has_more": more, "data": data });
        if self.fault.is("empty-data-null") && content["data"] == json!([]) {
            content["data"] = Value::Null;
        }
        if let (false, true, Some(members)) =
            (more, self.fault.is("last-page-lacks-more"), content.as_object_mut())
        {
            members.remove("has_more");
        }
        Ok(Reply::json(200, content))
    }

    fn list_entries(&mut self, call: &Call, account: &str) -> Result<Reply, No> {
        let known = self.open_account(account).is_ok();
        if !known && !self.fault.is("unknown-account-empty") {
            return Err(Self::missing());
        }
        let kind = call.query("kind").map(str::to_owned);
        if kind.as_deref().is_some_and(|kind| !["transfer", "fee", "refund"].contains(&kind)) {
            return Err(No(400, "Invalid kind".to_owned(), Some("kind")));
        }
        let of_account = |entry: &&Value| entry["account"] == account;
        let mut list: Vec<Value> = self.entries.iter().rev().filter(of_account).cloned().collect();
        let late = self.fault.is("filter-after-slicing");
        let forgotten = self.fault.is("filter-forgotten-later") && call.query("starting_after").is_some();
        let passes = |entry: &Value| kind.as_ref().is_none_or(|kind| entry["kind"] == *kind);
        if !late && !forgotten {
            list.retain(passes);
        }
        let names = ["kind", "limit", "starting_after", "ending_before"];
        if self.fault.is("unknown-parameter-finds-nothing")
            && call.query.iter().any(|(name, _)| !names.contains(&name.as_str()))
        {
            list.clear();
        }
        let mut reply = self.page(call, list, &format!("/v1/accounts/{account}/entries"))?;
        let data = reply.content.as_mut().and_then(|content| content["data"].as_array_mut());
        if let (true, Some(data)) = (late, data) {
            data.retain(passes);
        }
        Ok(reply)
    }

    fn create_account(&mut self, call: &Call) -> Result<Reply, No> {
        let content = call.json()?;
        let members = [
            ("name", true, Is::Text(1, 200)),
            ("currency", false, Is::OneOf(&["usd", "eur", "jpy"])),
            ("metadata", false, Is::Map(50, 500)),
        ];
        self.admit(&content, &members)?;
        let key = call.header("idempotency-key").map(str::to_owned);
        if let Some((_, account)) =
            key.as_ref().and_then(|key| self.keys.iter().find(|(known, _)| known == key))
        {
            return Ok(Reply::json(200, account.clone()));
        }
        let mut metadata = content.get("metadata").cloned().unwrap_or_else(|| json!({}));
        if let (true, Some(members)) = (self.fault.is("metadata-loses-empty"), metadata.as_object_mut()) {
            members.retain(|_, value| value != "");
        }
        let id = format!("acct_{:06}", self.accounts.len() + 1);
        let created = self.clock.now().as_second();
        let currency = content.get("currency").cloned().unwrap_or(json!("usd"));
        let account = json!({ "id": id, "object": "account", "name": content["name"], "currency": currency, "metadata": metadata, "created": created });
        self.accounts.push(account.clone());
        if let Some(key) = key.filter(|_| !self.fault.is("key-forgotten")) {
            self.keys.push((key, account.clone()));
        }
        Ok(Reply::json(200, account))
    }

    fn create_entry(&mut self, call: &Call, account: &str) -> Result<Reply, No> {
        self.open_account(account)?;
        let mut content = call.json()?;
        let memo_is_null = content.get("memo").is_some_and(Value::is_null);
        if let (true, Some(members)) = (memo_is_null, content.as_object_mut()) {
            members.remove("memo");
        }
        let largest = 9_007_199_254_740_991;
        let members = [
            ("amount", true, Is::Integer(-largest, largest)),
            ("kind", false, Is::OneOf(&["transfer", "fee", "refund"])),
            ("memo", false, Is::Text(0, 500)),
            ("settled", false, Is::Boolean),
            ("tags", false, Is::Texts(20, 40)),
        ];
        self.admit(&content, &members)?;
        #[expect(clippy::cast_precision_loss, reason = "that is the fault")]
        let amount = match content["amount"].as_f64().map(|float| float as i64).unwrap_or_default() {
            amount if self.fault.is("amount-in-doubles") => (amount as f32) as i64,
            amount if self.fault.is("amount-in-32-bits") => amount.clamp(i32::MIN.into(), i32::MAX.into()),
            amount if self.fault.is("negative-lost") => amount.abs(),
            amount => amount,
        };
        let mut memo = content.get("memo").cloned().unwrap_or_default();
        if let (true, Some(text)) = (self.fault.is("memo-trimmed"), memo.as_str()) {
            memo = json!(text.trim());
        }
        let mut tags = content.get("tags").cloned().unwrap_or_else(|| json!([]));
        if let (true, Some(tags)) = (self.fault.is("tags-sorted"), tags.as_array_mut()) {
            tags.sort_by_key(Value::to_string);
        }
        let mut kind = content.get("kind").cloned().unwrap_or(json!("transfer"));
        if self.fault.is("kind-leaks") && self.entries.len() % 6 == 5 {
            kind = json!("adjustment");
        }
        let settled = content.get("settled").cloned().unwrap_or(json!(false));
        let settled = if self.fault.is("settled-lost") { json!(false) } else { settled };
        let entry = json!({
            "id": format!("ent_{:06}", self.entries.len() + self.voided.len() + 1), "object": "entry", "account": account, "amount": amount, "kind": kind,
            "memo": memo, "settled": settled, "tags": tags, "created": self.clock.now().as_second(),
        });
        self.entries.push(entry.clone());
        Ok(Reply::json(200, entry))
    }

    fn admit(&self, content: &Value, members: &[(&str, bool, Is)]) -> Result<(), No> {
        let open = self.fault.is("extra-member-accepted");
        let known = |name: &String| open || members.iter().any(|(member, ..)| member == name);
        if let Some(odd) = content.as_object().and_then(|object| object.keys().find(|name| !known(name))) {
            return Err(No(400, format!("Received unknown parameter: {odd}"), None));
        }
        wrong(content, members).map_or(Ok(()), |message| Err(No(400, message, None)))
    }

    fn routed(&mut self, call: &Call, rest: &[&str]) -> Result<Reply, No> {
        Ok(match (call.method.as_str(), rest) {
            ("GET", []) => {
                let open =
                    |account: &&Value| account["deleted"].is_null() || self.fault.is("closed-still-listed");
                let list: Vec<Value> = self.accounts.iter().rev().filter(open).cloned().collect();
                self.page(call, list, "/v1/accounts")?
            }
            ("POST", []) => self.create_account(call)?,
            ("GET", [account]) => {
                let account = self.account(account)?;
                if account["deleted"] == true && self.fault.is("closed-is-gone") {
                    return Err(Self::missing());
                }
                let mut shown = account.clone();
                if account["deleted"] == true {
                    shown = json!({ "id": account["id"], "object": "account", "deleted": true });
                    if self.fault.is("closed-is-whole") {
                        shown = account.clone();
                        shown.as_object_mut().map(|members| members.remove("deleted"));
                    }
                }
                Reply::json(200, shown)
            }
            ("DELETE", [account]) => {
                self.open_account(account)?;
                let found =
                    self.accounts.iter_mut().find(|one| one["id"] == *account).ok_or_else(Self::missing)?;
                found["deleted"] = json!(true);
                Reply::json(200, json!({ "id": account, "object": "account", "deleted": true }))
            }
            ("GET", [account, "entries"]) => self.list_entries(call, account)?,
            ("POST", [account, "entries"]) => self.create_entry(call, account)?,
            ("GET", [account, "entries", entry]) => {
                self.open_account(account)?;
                let any = self.fault.is("entry-through-any-account");
                let own = |one: &&Value| one["id"] == *entry && (any || one["account"] == *account);
                Reply::json(200, self.entries.iter().find(own).ok_or_else(Self::missing)?.clone())
            }
            ("DELETE", [account, "entries", entry]) => {
                self.open_account(account)?;
                let own = |one: &Value| one["id"] == *entry && one["account"] == *account;
                let at = self.entries.iter().position(own).ok_or_else(Self::missing)?;
                self.voided.push(self.entries.remove(at));
                self.recently += 1;
                Reply::json(200, json!({ "id": entry, "object": "entry", "deleted": true }))
            }
            (_, [] | [_, "entries"]) => {
                self.refuse(No(405, "Method".to_owned(), None)).with("allow", "GET, POST")
            }
            (_, [_]) => self.refuse(No(405, "Method".to_owned(), None)).with("allow", "GET, DELETE"),
            (_, [_, "entries", _]) => {
                self.refuse(No(405, "Method".to_owned(), None)).with("allow", "GET, DELETE")
            }
            _ => return Err(Self::missing()),
        })
    }
}

impl Api for Ledger {
    fn answer(&mut self, call: &Call) -> Reply {
        let at = call.at();
        let ["v1", "accounts", rest @ ..] = at.as_slice() else { return self.refuse(Self::missing()) };
        if !self.allowed(call, &at) {
            return self.refuse(No(401, "Invalid API Key provided".to_owned(), None));
        }
        self.routed(call, rest).unwrap_or_else(|no| self.refuse(no))
    }
}
