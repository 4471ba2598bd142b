//! CON004: several clients create one name at once, and more than one record comes of it.

use crate::evidence::{Ask, WalkKind};
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::fidelity::representations::{elements, id_text, resource_by_number};
use crate::rules::proofs::claims::{at_once, lists_each};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::verdict::{Claim, Likeness, Place};

rule! {
    /// ## What it checks
    /// Several clients create a record of one name at once. Every answer gives the same record, and its list holds it once.
    /// ## Why it matters
    /// Clients call get-or-create when they start, and many start at the same time. Two records of one name share the writes
    /// among them, and each reader sees half.
    /// ## Example
    /// Four clients create the session `main` at once, and the list of sessions holds it twice.
    /// ## Source
    /// The suite's requirement that creating what exists answers with what exists.
    /// ## False alarms and how they are avoided
    /// It is judged only where the suite states the requirement, and only among answers that are a success; a refusal is
    /// another rule's. The list shows it twice only if one page does.
    ONE_NAME_SPLIT {
        code: "CON004", name: "one-name-split", level: Must, basis: Suite,
        source: "the suite's requirement that creating what exists answers with what exists",
        summary: "Creating one name several times at once gives one record.",
        implies: [],
        scenarios: &[Kind::Together],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| suite.resource(name).get_or_create().is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(promise) = scene.resource().and_then(|(_, r)| r.get_or_create()) else { return };
    let mut number = None;
    let together: Vec<usize> = probed(scene)
        .filter(|(ask, answer)| matches!(ask, Ask::CreateAtOnce { .. }) && answer.response.is_success())
        .map(|(_, answer)| answer.entry)
        .collect();
    for (ask, answer) in probed(scene) {
        let Ask::CreateAtOnce { record } = ask else { continue };
        number = Some(*record);
        let resource = resource_by_number(scene, *record);
        if !answer.response.is_success() {
            continue;
        }
        let shown = elements(scene, resource, answer.entry).into_iter().next();
        let Some(id) = shown.and_then(|(_, shown)| resource.id.find(shown).and_then(id_text)) else {
            continue;
        };
        let known = scene.oracle.record(*record);
        if id == known.id {
            sheet.judged();
            continue;
        }
        let shown_by = |entry: usize| elements(scene, resource, entry).into_iter().next();
        let id_in = |entry: usize| {
            let at = shown_by(entry).map_or_else(String::new, |(pointer, _)| pointer);
            let at = resource.id.all().iter().map(|inner| format!("{at}{inner}")).collect();
            Place { exchange: entry, item: None, at }
        };
        let is_known = |entry: &usize| {
            let shown = shown_by(*entry).and_then(|(_, shown)| resource.id.find(shown).and_then(id_text));
            shown.as_ref() == Some(&known.id)
        };
        let first = together.iter().copied().find(is_known).unwrap_or(answer.entry);
        let same = Claim::Same { one: id_in(first), other: id_in(answer.entry), by: Likeness::Exact };
        sheet.fail(Draft {
            claims: vec![at_once(together.clone(), same)],
            ..answer.draft(
                format!("{} was given two ids when it was created several times at once", known.name()),
                scene.requirement(&promise.requirement),
                "one id in every answer",
                "another id",
            )
        });
    }
    let Some(number) = number else { return };
    let record = scene.oracle.record(number);
    for walk in scene.evidence.walks.iter().filter(|walk| walk.kind == WalkKind::Later) {
        for page in walk.pages.iter().filter(|page| page.ids.is_some()) {
            let times = page.known_ids().filter(|id| *id == record.id).count();
            if times < 2 {
                sheet.judged();
                continue;
            }
            sheet.fail(Draft {
                input: walk.label.clone(),
                summary: format!(
                    "{} was created several times at once, and is listed {times} times",
                    record.name()
                ),
                requirement: scene.requirement(&promise.requirement),
                expected: format!("{} once", record.name()),
                actual: format!("{times} times on one page"),
                comparison: None,
                claims: lists_each(scene, &[page], &[number])
                    .map(|holds| at_once(together.clone(), holds))
                    .into_iter()
                    .collect(),
                pointer: Some(page.items_at.clone()),
                entries: vec![page.entry],
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::pagination::Start;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn one_name_is_one_record() {
        let create = "create = { operation = \"create_note\", batch";
        let named =
            "create = { operation = \"create_note\", get-or-create = { requirement = \"create\" }, batch";
        let world = World::amended(&[0, 1], &[(create, named)]);
        let cases: [(&str, u16, &[usize], Verdict); 5] = [
            ("m0", 200, &[0, 1], Pass),
            ("m7", 201, &[0, 1], Fail),
            ("m0", 200, &[0, 1, 0], Fail),
            ("m7", 409, &[0, 1], Pass),
            ("m7", 409, &[], Pass),
        ];
        for (id, status, items, verdict) in cases {
            let exchange =
                exchange("create_note", "POST", "/boxes/main/notes", None, status, &json!([{"id": id}]));
            let ask = Ask::CreateAtOnce { record: world.notes[0] };
            let lists = world.lists("by_page").probe("at once", ask, Asked::Good, exchange);
            let lists = lists.page(WalkKind::Later, Start::First, Some(9), items);
            let judgement = lists.judge(&ONE_NAME_SPLIT, Scenario::Together { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{id} {status} {items:?}");
        }
        let nothing = world.probes().judge(&ONE_NAME_SPLIT, Scenario::Together { resource: "note".into() });
        assert_eq!(nothing.verdict, Inconclusive);
    }
}
