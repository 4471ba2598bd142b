//! ISO002: a record is found through a parent that is not its own.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::fidelity::representations::{by_id, fetched, is_of};
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// A record that is asked for through a parent in which it does not lie is not answered by a success.
    /// ## Why it matters
    /// Whoever may look into one parent reads what lies in all others; the parent in the path protects nothing.
    /// ## Example
    /// A message of session A is fetched as `/sessions/B/messages/{id}`, and comes.
    /// ## Source
    /// The suite's requirement that a record is found only through its own parents.
    /// ## False alarms and how they are avoided
    /// It is judged only where the suite states the requirement. If the other parent has a record with the same
    /// id and that is what came, all is well. Any refusal is good enough.
    FOUND_THROUGH_WRONG_PARENT {
        code: "ISO002", name: "found-through-wrong-parent", level: Must, basis: Suite,
        source: "the suite's requirement that a record is found only through its own parents",
        summary: "A record is not found through a parent that is not its own.",
        implies: [],
        scenarios: &[Kind::FetchElsewhere],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let fetch = case.scenario.resource().and_then(|name| suite.resource(name).fetch.as_ref());
    fetch.is_some_and(|fetch| fetch.only_through_parents.is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some((resource, declared)) = scene.resource() else { return };
    let promise = declared.fetch.as_ref().and_then(|fetch| fetch.only_through_parents.as_ref());
    let Some(promise) = promise else { return };
    let records = by_id(scene, resource);
    for (ask, answer) in probed(scene) {
        let Ask::WrongParent { record } = ask else { continue };
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
            continue;
        }
        let wanted = scene.oracle.record(*record);
        let shown = fetched(scene, *record, answer.entry);
        let twins = records.get(wanted.id.as_str()).map_or(&[][..], Vec::as_slice);
        let is_twin = shown.is_some_and(|shown| {
            twins.iter().any(|n| n != record && is_of(scene, *n, shown.value) == Some(true))
        });
        if !answer.response.is_success() || is_twin {
            sheet.judged();
            continue;
        }
        sheet.fail(answer.draft(
            format!("{} was found through a parent that is not its own", wanted.name()),
            scene.requirement(&promise.requirement),
            "a refusal by 4xx",
            answer.status_and_content(),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::{Value, json};

    #[test]
    fn a_record_is_found_through_its_own_parent_only() {
        let mut world = World::new(2);
        let record = world.notes[0];
        let own = world.oracle.record(record).acknowledged.as_ref().clone();
        let mut twin = world.oracle.record(world.others[0]).clone();
        "m0".clone_into(&mut twin.id);
        let other = twin.acknowledged.as_ref().clone();
        world.oracle.add(twin);
        let cases: [(u16, &Value, Verdict); 6] = [
            (404, &json!({}), Pass),
            (403, &json!({}), Pass),
            (200, &own, Fail),
            (200, &json!(null), Fail),
            (200, &other, Pass),
            (429, &json!({}), Inconclusive),
        ];
        for (status, content, verdict) in cases {
            let exchange = exchange("get_note", "GET", "/boxes/other/notes/m0", None, status, content);
            let probes = world.probes().probe("wrong", Ask::WrongParent { record }, Asked::Unknown, exchange);
            probes.expect(&FOUND_THROUGH_WRONG_PARENT, verdict);
        }
    }
}
