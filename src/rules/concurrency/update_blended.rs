//! CON005: a record that several clients changed at once holds what none of them sent.

use crate::evidence::Ask;
use crate::rules::answers::{excerpt, probed};
use crate::rules::declare::rule;
use crate::rules::fidelity::compare::{change_beyond_rounding, says_nothing};
use crate::rules::fidelity::representations::{fetched, resource_by_number};
use crate::rules::proofs::claims::at_once;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Keep, Suite};
use crate::verdict::Claim;

rule! {
    /// ## What it checks
    /// Several clients replace a field of one record at once. The field then holds what one of them sent, whole.
    /// ## Why it matters
    /// A value that is put together from two writers belongs to neither, and each takes it for what it sent.
    /// ## Example
    /// One client sets the metadata `{"a": 1}` and another `{"b": 2}`, and they are `{"a": 1, "b": 2}` from then on.
    /// ## Source
    /// The suite's requirement that an update replaces the field.
    /// ## False alarms and how they are avoided
    /// Which client comes last is nobody's to say, so any of the values is good. Only acknowledged changes count, and two of
    /// them at least. Where replacing already fails with one client, that is another rule's finding, which implies this one.
    UPDATE_BLENDED {
        code: "CON005", name: "update-blended", level: Must, basis: Suite,
        source: "the suite's requirement about the change",
        summary: "A field that several clients replace at once holds what one of them sent.",
        implies: [],
        scenarios: &[Kind::Update],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().map(|name| suite.resource(name)).is_some_and(|resource| {
        let field = resource.update.as_ref().and_then(|update| resource.fields.get(&update.field));
        resource.fetch.is_some()
            && field.is_some_and(|field| field.read.is_some() && field.keep == Keep::Exact)
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let Ask::FetchUpdatedAtOnce { record, field: name, values } = ask else { continue };
        let resource = resource_by_number(scene, *record);
        let (Some(update), Some(field)) = (&resource.update, resource.fields.get(name)) else { continue };
        let shown = fetched(scene, *record, answer.entry).filter(|_| answer.response.is_success());
        let Some(shown) = shown.filter(|_| values.len() > 1) else { continue };
        let back = field.read.as_ref().and_then(|read| read.find(shown.value));
        // A list that leaves out what is empty hides a lost value; one that was sent is never empty here.
        let is_one = back.is_some_and(|back| {
            values.iter().any(|value| change_beyond_rounding(field.keep, value, back).is_none())
        });
        if is_one || back.is_some_and(says_nothing) && values.iter().any(says_nothing) {
            sheet.judged();
            continue;
        }
        sheet.fail(Draft {
            pointer: Some(shown.pointer.clone()),
            claims: field
                .read
                .as_ref()
                .map(|read| {
                    let one = |value| shown.keeps(scene, read, field.keep, value);
                    at_once(before(scene, answer.entry), Claim::Either(values.iter().map(one).collect()))
                })
                .into_iter()
                .collect(),
            ..answer.draft(
                format!(
                    "{name} of {} is none of the values that were sent",
                    scene.oracle.record(*record).name()
                ),
                scene.requirement(&update.requirement),
                "one of the values that were sent, whole",
                back.map_or_else(|| "nothing".to_owned(), excerpt),
            )
        });
    }
}

/// The changes that were sent before an entry, with nothing else between.
fn before(scene: &Scene<'_>, entry: usize) -> Vec<usize> {
    let changes = |entry: &usize| scene.evidence.entries[*entry].exchange.operation == scene.case.operation;
    let mut run: Vec<usize> = (0..entry).rev().take_while(changes).collect();
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::{Value, json};

    #[test]
    fn one_of_them_wins() {
        let world = World::new(1);
        let cases: [(Vec<Value>, u16, Value, Verdict); 6] = [
            (vec![json!("a"), json!("b")], 200, json!({"id": "m0", "text": "a"}), Pass),
            (vec![json!("a"), json!("b")], 200, json!({"id": "m0", "text": "b"}), Pass),
            (vec![json!("a"), json!("b")], 200, json!({"id": "m0", "text": "ab"}), Fail),
            (vec![json!("a"), json!("b")], 200, json!({"id": "m0"}), Fail),
            (vec![json!("a")], 200, json!({"id": "m0", "text": "ab"}), Inconclusive),
            (vec![json!("a"), json!("b")], 404, json!({}), Inconclusive),
        ];
        for (values, status, content, verdict) in cases {
            let ask = Ask::FetchUpdatedAtOnce { record: world.notes[0], field: "text".into(), values };
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &content);
            world.probes().probe("at once", ask, Asked::Good, exchange).expect(&UPDATE_BLENDED, verdict);
        }
    }
}
