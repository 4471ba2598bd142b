//! HTTP016: the list of a parent that does not exist holds something, or is refused in another way than stated.

use serde_json::Value;

use crate::document::StatusKey;
use crate::evidence::{Ask, Asked};
use crate::rules::answers::{probed, status_list};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Suite, UnknownParent};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// The list of a parent that does not exist is refused by a status that the suite states, or is a page
    /// without items where the suite allows that. Where items are promised to be found through their own parents only, a parent that lies in
    /// another one than the request names does not exist there. Where such a list is always refused, so is what would be created in that parent.
    /// ## Why it matters
    /// Items in the list of nobody are somebody else's: the filter by parent does not work.
    /// ## Example
    /// The messages of an unknown session are answered `200` with the messages of all sessions.
    /// ## Source
    /// The suite's requirement about lists of unknown parents.
    /// ## False alarms and how they are avoided
    /// The suite says which refusals are allowed and whether an empty page is. A creation is judged where no empty page is allowed and the document lists the refusal
    /// for it; it is a `should` of an operation that is there to make the others testable. Rate limits are inconclusive,
    /// and server errors have a rule of their own.
    UNKNOWN_PARENT_ANSWERED {
        code: "HTTP016", name: "unknown-parent-answered", level: Must, basis: Suite,
        source: "the suite's requirement about lists of unknown parents",
        summary: "The list of a parent that does not exist is refused as stated, or empty where that is allowed.",
        implies: [],
        scenarios: &[Kind::UnknownParent, Kind::Content],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    match case.scenario.collection() {
        Some(name) => suite.file().collections[name].unknown_parent.is_some(),
        None => refused_parent(suite, case).is_some(),
    }
}

/// What the suite states of a parent that does not exist, for an operation that creates in one and says how that is refused: where an empty list will do, the
/// parent may as well be made by naming it.
fn refused_parent<'a>(suite: &'a Suite, case: &Case) -> Option<&'a UnknownParent> {
    let listed = |status: &u16| {
        let mut responses = suite.operation(&case.operation).responses.iter();
        responses.any(|response| response.status == StatusKey::Exact(*status))
    };
    let mut resources = suite.file().resources.iter();
    let (name, _) = resources.find(|(_, r)| r.created_by() == Some(case.operation.as_str()))?;
    let parent = suite.resource(name).parent.as_ref()?;
    let lists = suite.file().collections.values();
    let mut of_parent = lists.filter(|list| list.resource == *name && list.scope.as_ref() == Some(parent));
    let stated = of_parent.find_map(|list| list.unknown_parent.as_ref())?;
    (!stated.empty && stated.status.iter().any(listed)).then_some(stated)
}

/// Judges what came of content for a parent that does not exist: how it is refused is for other rules.
fn created_in(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(stated) = refused_parent(scene.suite, scene.case) else { return };
    for (ask, answer) in probed(scene) {
        if *ask != Ask::Odd || answer.asked != Asked::Unknown {
            continue;
        }
        if sheet.puts_off(&answer) {
            continue;
        }
        if !answer.response.is_success() {
            sheet.judged();
            continue;
        }
        let summary = "a record was created in a parent that does not exist";
        let (requirement, expected) = (scene.requirement(&stated.requirement), status_list(&stated.status));
        let draft = answer.draft(summary, requirement, expected, answer.status_and_content());
        let level = if scene.suite.is_seeding(answer.operation) { Level::Should } else { sheet.level() };
        sheet.fail_at(level, draft);
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    if scene.case.scenario.collection().is_none() {
        created_in(scene, sheet);
        return;
    }
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
        if sheet.puts_off(&answer) {
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

    #[test]
    fn nothing_is_created_in_an_unknown_parent() {
        let world = World::amended(&[0], &[("status = [404], empty = true", "status = [404]")]);
        let content = json!({"notes": [{"text": "a"}]});
        for (status, verdict) in [(404, Pass), (400, Pass), (201, Fail), (429, Inconclusive)] {
            let path = "/boxes/nobody/notes";
            let exchange = exchange("create_note", "POST", path, Some(&content), status, &json!([]));
            let probes = world.probes().probe("nobody", Ask::Odd, Asked::Unknown, exchange);
            let judgement = probes.judge(&UNKNOWN_PARENT_ANSWERED, crate::scenario::Scenario::Content);
            assert_eq!(judgement.verdict, verdict, "{status}");
        }
    }
}
