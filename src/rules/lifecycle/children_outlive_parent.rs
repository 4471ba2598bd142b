//! LIF006: what lay in a deleted record can still be listed.

use crate::evidence::{Ask, WalkKind};
use crate::rules::answers::{probed, status_list, status_text};
use crate::rules::declare::rule;
use crate::rules::proofs::claims::status_within;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// After a record was deleted, the list of what lay in it is refused as the suite says.
    /// ## Why it matters
    /// The conversation that a user deleted can still be read by everybody who kept its address.
    /// ## Example
    /// A session is deleted, and its messages are listed as before.
    /// ## Source
    /// The suite's requirement on the lists of what lay in a deleted record.
    /// ## False alarms and how they are avoided
    /// It is judged only where the suite states the requirement, and only after a deletion that was answered by a success. A list that is
    /// refused by another 4xx than the suite names is taken for refused. Rate limits are inconclusive.
    CHILDREN_OUTLIVE_PARENT {
        code: "LIF006", name: "children-outlive-parent", level: Must, basis: Suite,
        source: "the suite's requirement on the lists of what lay in a deleted record",
        summary: "What lay in a deleted record is not listed any more.",
        implies: [],
        scenarios: &[Kind::Delete],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| {
        let delete = suite.resource(name).delete.as_ref();
        delete.is_some_and(|delete| delete.children_go.is_some()) && suite.child_of(name).is_some()
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let promise = scene.resource().and_then(|(_, resource)| resource.delete.as_ref()?.children_go.as_ref());
    let Some(promise) = promise else { return };
    for (ask, answer) in probed(scene) {
        let Ask::Delete { record } = ask else { continue };
        let lists = scene.evidence.walks.iter().filter(|walk| {
            walk.kind == WalkKind::Later && walk.query.scope == Some(*record) && answer.response.is_success()
        });
        for walk in lists {
            let Some(page) = walk.pages.first() else { continue };
            let status = scene.evidence.entries[page.entry].exchange.status();
            match status {
                Some(429) => sheet.unsure("the target limited the rate of requests (429)"),
                Some(400..500) => sheet.judged(),
                Some(status @ 200..300) => {
                    let name = scene.oracle.record(*record).name();
                    let items = page.len().unwrap_or_default();
                    sheet.fail(Draft {
                        input: walk.label.clone(),
                        summary: format!(
                            "{name} was deleted, and the list of what lay in it is still answered"
                        ),
                        requirement: scene.requirement(&promise.requirement),
                        expected: status_list(&promise.status),
                        actual: format!("{} with {items} items", status_text(status)),
                        comparison: None,
                        claims: vec![status_within(page.entry, &[(400, 499)])],
                        pointer: None,
                        entries: vec![answer.entry, page.entry],
                    });
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    /// A world in which boxes can be deleted.
    fn world() -> World {
        let named = "create = { operation = \"create_box\", get-or-create = { requirement = \"create\" } }";
        let gone = format!(
            "{named}\ndelete = {{ operation = \"delete_note\", children-go = {{ status = [404, 410], requirement = \"change\" }} }}"
        );
        World::amended(&[0, 1], &[(named, &gone)])
    }

    #[test]
    fn what_lay_in_it_is_gone() {
        let world = world();
        let cases: [(u16, Option<u16>, Verdict); 6] = [
            (200, Some(404), Pass),
            (200, Some(410), Pass),
            (200, Some(403), Pass),
            (200, None, Fail),
            (200, Some(429), Inconclusive),
            (409, None, Inconclusive),
        ];
        for (deleted, listed, verdict) in cases {
            let delete = exchange("delete_note", "DELETE", "/boxes/main", None, deleted, &json!(null));
            let lists = world.lists("by_page");
            let lists = lists.probe("delete", Ask::Delete { record: world.main }, Asked::Good, delete);
            let mut lists = lists.walk(9, &[&[0, 1]]).change(|walk| walk.kind = WalkKind::Later);
            if let Some(status) = listed {
                lists = lists.refuse(0, status);
            }
            let scenario = Scenario::Delete { resource: "box".into() };
            let judgement = lists.judge(&CHILDREN_OUTLIVE_PARENT, scenario);
            assert_eq!(judgement.verdict, verdict, "{deleted} {listed:?}");
        }
    }
}
