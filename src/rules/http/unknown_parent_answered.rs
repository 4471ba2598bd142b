//! HTTP016: the list of a parent that does not exist holds something, or is refused in another way than stated.

use serde_json::Value;

use crate::evidence::Ask;
use crate::rules::answers::{probed, status_list};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// The list of a parent that does not exist is refused by a status that the suite states, or is a page
    /// without items where the suite allows that. Where items are promised to be found through their own parents only, a parent that lies in
    /// another one than the request names does not exist there.
    /// ## Why it matters
    /// Items in the list of nobody are somebody else's: the filter by parent does not work.
    /// ## Example
    /// The messages of an unknown session are answered `200` with the messages of all sessions.
    /// ## Source
    /// The suite's requirement about lists of unknown parents.
    /// ## False alarms and how they are avoided
    /// The suite says which refusals are allowed and whether an empty page is. Rate limits are inconclusive,
    /// and server errors have a rule of their own.
    UNKNOWN_PARENT_ANSWERED {
        code: "HTTP016", name: "unknown-parent-answered", level: Must, basis: Suite,
        source: "the suite's requirement about lists of unknown parents",
        summary: "The list of a parent that does not exist is refused as stated, or empty where that is allowed.",
        implies: [],
        scenarios: &[Kind::UnknownParent],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.collection().is_some_and(|name| suite.file().collections[name].unknown_parent.is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let collection = scene.collection();
    let Some(stated) = &collection.unknown_parent else { return };
    let expected = match (stated.status.as_slice(), stated.empty) {
        ([], _) => "a page without items".to_owned(),
        (statuses, false) => status_list(statuses),
        (statuses, true) => format!("{}, or a page without items", status_list(statuses)),
    };
    for (ask, answer) in probed(scene) {
        if *ask != Ask::UnknownParent {
            continue;
        }
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
            continue;
        }
        if stated.status.contains(&answer.response.status) {
            sheet.judged();
            continue;
        }
        if answer.is_server_error() {
            continue;
        }
        let content = answer.response.body.json().ok();
        let items = content.and_then(|content| collection.items.find(content)).and_then(Value::as_array);
        let items = items.filter(|_| answer.response.is_success()).map(Vec::len);
        if stated.empty && items == Some(0) {
            sheet.judged();
            continue;
        }
        let actual = match items {
            Some(count) => format!("{}, {count} items", answer.status()),
            None => answer.status_and_content(),
        };
        let requirement = scene.requirement(&stated.requirement);
        let summary = "the list of a parent that does not exist was answered otherwise than stated";
        sheet.fail(answer.draft(summary, requirement, expected.clone(), actual));
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
    fn an_unknown_parent_has_no_items() {
        let empty = World::new(1);
        let refused = World::amended(&[0], &[("status = [404], empty = true", "status = [404, 410]")]);
        let cases: [(&World, u16, Value, Verdict); 8] = [
            (&empty, 404, json!({}), Pass),
            (&empty, 200, json!({"items": []}), Pass),
            (&empty, 200, json!({"items": [{"id": "x"}]}), Fail),
            (&empty, 200, json!({}), Fail),
            (&empty, 422, json!({}), Fail),
            (&empty, 429, json!({}), Inconclusive),
            (&refused, 410, json!({}), Pass),
            (&refused, 200, json!({"items": []}), Fail),
        ];
        for (world, status, content, verdict) in cases {
            let exchange = exchange("list_by_page", "GET", "/boxes/nobody/by_page", None, status, &content);
            let lists = world.probes().probe("unknown", Ask::UnknownParent, Asked::Unknown, exchange);
            lists.expect(&UNKNOWN_PARENT_ANSWERED, verdict);
        }
    }
}
