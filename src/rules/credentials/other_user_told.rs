//! AUT006: another user is told more than that nothing is there.

use serde_json::Value;

use crate::evidence::Ask;
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::{always, rule};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// Another user with good credentials, who asks for a record of this run, is not answered 401; and is answered as for a record that does not exist.
    /// ## Why it matters
    /// 401 makes a client ask its user to sign in again, in vain. And an answer that differs tells everybody which ids exist.
    /// ## Example
    /// A record of somebody else is answered `403 Forbidden`, and an id that nothing has `404 Not Found`.
    /// ## Source
    /// RFC 9110, sections 15.5.2 and 15.5.4: 401 is for lack of valid credentials, and 404 may be used instead of 403 to hide that something exists.
    /// ## False alarms and how they are avoided
    /// It is judged only where a run is given the credentials of another user, and only on refusals. That 401 is wrong is a `should`. That two answers differ is
    /// a `may`, since HTTP leaves it to the server whether it hides what exists. Ids and other values of single answers are left out of the comparison: only
    /// status and the names of members count.
    OTHER_USER_TOLD {
        code: "AUT006", name: "other-user-told", level: Should, basis: Protocol,
        source: "RFC 9110, section 15.5.4: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4",
        summary: "What is not a user's own looks as if it were not there.",
        implies: [],
        scenarios: &[Kind::OtherUser],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    sheet.judged();
    let mut foreign: Option<Answer<'_>> = None;
    for (ask, answer) in probed(scene) {
        let Ask::FetchByOtherUser { record } = ask else { continue };
        if sheet.puts_off(&answer) {
            continue;
        }
        if answer.response.status == 401 {
            sheet.fail(answer.draft(
                "good credentials of another user are answered 401",
                sheet.own_requirement(),
                "403 or 404",
                answer.status_and_content(),
            ));
            continue;
        }
        if !answer.is_refusal() {
            continue;
        }
        let Some(before) = foreign.filter(|_| record.is_none()) else {
            foreign = Some(answer);
            continue;
        };
        if likeness(&before) == likeness(&answer) {
            sheet.judged();
            continue;
        }
        let draft = before.draft(
            "what is somebody else's is refused in another way than what does not exist",
            sheet.own_requirement(),
            answer.status_and_content(),
            before.status_and_content(),
        );
        sheet.fail_at(Level::May, Draft { entries: vec![answer.entry, before.entry], ..draft });
    }
}

/// What must be equal: the status, and the names of the members.
fn likeness(answer: &Answer<'_>) -> (u16, Option<Value>) {
    (answer.response.status, answer.response.body.json().ok().map(names))
}

/// A value with nothing left but its structure and short codes.
fn names(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), names(member))).collect::<Value>()
        }
        Value::Array(items) => items.iter().map(names).collect(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn what_is_not_theirs_looks_as_if_it_were_not_there() {
        let world = World::new(1);
        let no = json!({"message": "no"});
        let more = json!({"message": "no", "owner": "me"});
        let cases: [(u16, u16, &Value, Verdict, Level); 6] = [
            (404, 404, &no, Pass, Level::May),
            (403, 404, &no, Fail, Level::May),
            (404, 404, &more, Fail, Level::May),
            (401, 404, &no, Fail, Level::Should),
            (200, 404, &no, Pass, Level::May),
            (429, 404, &no, Inconclusive, Level::May),
        ];
        for (own, none, content, verdict, level) in cases {
            let get = |status, content: &Value| {
                exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, content)
            };
            let ask = |record| Ask::FetchByOtherUser { record };
            let lists = world.lists("by_page");
            let lists = lists.probe("own", ask(Some(world.notes[0])), Asked::Open, get(own, content));
            let lists = lists.probe("none", ask(None), Asked::Open, get(none, &no));
            let scenario = crate::scenario::Scenario::OtherUser { collection: "by_page".into() };
            let judgement = lists.judge(&OTHER_USER_TOLD, scenario);
            assert_eq!(judgement.verdict, verdict, "{own} {none}");
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{judgement:#?}");
        }
    }
}
