//! LIF014: a change of one record changes others.

use std::collections::BTreeMap;

use serde_json::Value;

use super::walks::{around_change, collections_of};
use crate::evidence::{Ask, RecordNumber, Walk};
use crate::rules::answers::{excerpt, probed};
use crate::rules::declare::rule;
use crate::rules::fidelity::compare::agree;
use crate::rules::fidelity::representations::{Representation, by_id, fetched, listed};
use crate::rules::paging::lists::draft;
use crate::rules::proofs::claims;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Field, Keep, Suite};
use crate::verdict::{Claim, Likeness};

rule! {
    /// ## What it checks
    /// The records beside one that was changed show in their list, field by field, what they showed before the change.
    /// ## Why it matters
    /// A change that lacks half of its condition overwrites the data of everything beside it, and no answer says so.
    /// ## Example
    /// The metadata of one of three messages is replaced, and all three have the new metadata.
    /// ## Source
    /// A change is of the record that its request names: RFC 9110, section 9.3.4, for PUT; what else would change is not what the client asked for.
    /// ## False alarms and how they are avoided
    /// Only the run's own records are compared, in lists that were read right before and right after the change, and only fields that the suite
    /// names and does not leave unjudged. Where no list of a parent shows the records, one is fetched, and the changed field is compared with what the
    /// target acknowledged. The record that was changed is the business of LIF002.
    UPDATE_REACHES_FURTHER {
        code: "LIF014", name: "update-reaches-further", level: Must, basis: Invariant,
        source: "RFC 9110, section 9.3.4: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.4",
        summary: "A change of one record leaves the records beside it as they were.",
        implies: [],
        scenarios: &[Kind::Update],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let Some(name) = case.scenario.resource() else { return false };
    let resource = suite.resource(name);
    let judged = resource.fields.values().any(|field| field.read.is_some() && field.keep != Keep::Unjudged);
    judged && (resource.fetch.is_some() || collections_of(suite, name).any(|list| list.scope.is_some()))
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some((name, resource)) = scene.resource() else { return };
    let changed = probed(scene).find_map(|(ask, answer)| match ask {
        Ask::Update { record, .. } if answer.response.is_success() => Some((*record, answer.entry)),
        _ => None,
    });
    let Some((record, change)) = changed else { return };
    let field = resource.update.as_ref().and_then(|update| resource.fields.get_key_value(&update.field));
    for (ask, answer) in probed(scene) {
        let Ask::FetchKept { record: beside } = ask else { continue };
        let shown = fetched(scene, *beside, answer.entry).filter(|_| answer.response.is_success());
        let (Some(field), Some(shown)) = (field, shown) else { continue };
        let told = Told { label: "beside", changed: record, change, beside: *beside };
        let was = Before::Acknowledged(&scene.oracle.record(*beside).acknowledged);
        judge(scene, sheet, &told, field, (&was, &shown));
    }
    let records = by_id(scene, name);
    let shown = |walk: &Walk| -> BTreeMap<RecordNumber, Representation<'_>> {
        listed(scene, &records, walk).into_iter().map(|shown| (shown.record, shown)).collect()
    };
    for (_, before, after) in around_change(scene) {
        let then = shown(before);
        for (number, now) in shown(after).into_iter().filter(|(number, _)| *number != record) {
            let Some(was) = then.get(&number) else { continue };
            let told = Told { label: &after.label, changed: record, change, beside: number };
            for field in resource.fields.iter().filter(|(_, field)| field.keep != Keep::Unjudged) {
                judge(scene, sheet, &told, field, (&Before::Shown(was), &now));
            }
        }
    }
}

/// What a finding tells beside the values.
struct Told<'a> {
    label: &'a str,
    changed: RecordNumber,
    /// The entry that changed it.
    change: usize,
    beside: RecordNumber,
}

/// How a record was before the change.
enum Before<'a> {
    /// As its creation was answered.
    Acknowledged(&'a Value),
    /// As a list showed it.
    Shown(&'a Representation<'a>),
}

/// Judges a field of a record beside the changed one by what was shown of it before and after.
fn judge(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    told: &Told<'_>,
    (name, field): (&String, &Field),
    (before, after): (&Before<'_>, &Representation<'_>),
) {
    let Some(read) = &field.read else { return };
    let was = match before {
        Before::Acknowledged(value) => value,
        Before::Shown(representation) => representation.value,
    };
    let (Some(old), Some(new)) = (read.find(was), read.find(after.value)) else { return };
    if agree(field.keep, old, new) {
        return sheet.judged();
    }
    let [changed, other] = [told.changed, told.beside].map(|number| scene.oracle.record(number).name());
    let at = || read.all().to_vec();
    let (claim, earlier) = match before {
        Before::Acknowledged(_) => (after.keeps(scene, read, field.keep, old), None),
        Before::Shown(shown) => {
            let (one, other) = (shown.place(scene, at()), after.place(scene, at()));
            (Claim::Same { one, other, by: Likeness::Loose }, Some(shown.entry))
        }
    };
    sheet.fail(Draft {
        claims: vec![claims::after(vec![told.change], claim)],
        ..draft(
            told.label,
            format!("{name} of {other} changed with an update of {changed}"),
            sheet.own_requirement(),
            excerpt(old),
            excerpt(new),
            earlier.into_iter().chain([told.change, after.entry]).collect(),
        )
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Asked, WalkKind};
    use crate::pagination::Start;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn a_change_is_of_one_record() {
        let world = World::new(3);
        // The record that shows another text after the change, and what comes of it.
        let cases: [(Option<usize>, u16, Verdict); 4] =
            [(None, 200, Pass), (Some(1), 200, Pass), (Some(2), 200, Fail), (Some(2), 422, Inconclusive)];
        for (damaged, status, verdict) in cases {
            let lists = world.lists("by_page").page(WalkKind::Before, Start::First, Some(20), &[0, 1, 2]);
            let ask = Ask::Update { record: world.notes[1], field: "text".to_owned(), value: json!("new") };
            let answer =
                exchange("update_note", "PUT", "/boxes/main/notes/m1", None, status, &json!({"id": "m1"}));
            let lists = lists.probe("replaced", ask, Asked::Good, answer);
            let mut lists = lists.page(WalkKind::After, Start::First, Some(20), &[0, 1, 2]);
            if let Some(index) = damaged {
                lists = lists.set(0, &format!("/items/{index}/text"), json!("new"));
            }
            let judgement =
                lists.judge(&UPDATE_REACHES_FURTHER, Scenario::Update { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{damaged:?} {status}: {judgement:#?}");
        }
    }

    #[test]
    fn what_lies_beside_stays_as_it_was() {
        let world = World::new(3);
        let kept = world.oracle.record(world.notes[0]).acknowledged["text"].clone();
        let cases: [(Value, u16, Verdict); 4] = [
            (json!({"id": "m0", "text": kept}), 200, Pass),
            (json!({"id": "m0", "text": "new"}), 200, Fail),
            (json!({"id": "m0"}), 200, Inconclusive),
            (json!({"message": "later"}), 429, Inconclusive),
        ];
        for (shown, status, verdict) in cases {
            let ask = Ask::Update { record: world.notes[1], field: "text".to_owned(), value: json!("new") };
            let change = json!({"id": "m1", "text": "new"});
            let change = exchange("update_note", "PUT", "/boxes/main/notes/m1", None, 200, &change);
            let fetch = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &shown);
            let kept = Ask::FetchKept { record: world.notes[0] };
            let lists = world.probes().probe("replaced", ask, Asked::Good, change);
            let lists = lists.probe("beside", kept, Asked::Good, fetch);
            let judgement =
                lists.judge(&UPDATE_REACHES_FURTHER, Scenario::Update { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{shown}: {judgement:#?}");
        }
    }
}
