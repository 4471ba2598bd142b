//! LIF007: a record is deleted although something lies in it that keeps it from being deleted.

use crate::evidence::{Ask, WalkKind};
use crate::rules::answers::{probed, status_list};
use crate::rules::declare::rule;
use crate::rules::proofs::claims::{after, created_by, lists_each, status_of};
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Where the suite says that a record is not deleted while records of another resource lie in it, the deletion is refused by the status
    /// that the suite names, and what lies in it is still listed.
    /// ## Why it matters
    /// The refusal is what keeps a client from losing all that it forgot to look at.
    /// ## Example
    /// A workspace that has sessions is deleted, and they are gone with it.
    /// ## Source
    /// The suite's requirement that such a deletion is refused.
    /// ## False alarms and how they are avoided
    /// It is judged only where the suite states the requirement. Another refusal than the one it names is a `should`. Rate limits are
    /// inconclusive.
    DELETED_WITH_CHILDREN {
        code: "LIF007", name: "deleted-with-children", level: Must, basis: Suite,
        source: "the suite's requirement that such a deletion is refused",
        summary: "A record is not deleted while something lies in it that forbids it.",
        implies: [],
        scenarios: &[Kind::Delete],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| {
        suite.resource(name).delete.as_ref().is_some_and(|delete| delete.refused_with.is_some())
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let promise = scene.resource().and_then(|(_, resource)| resource.delete.as_ref()?.refused_with.as_ref());
    let Some(promise) = promise else { return };
    for (ask, answer) in probed(scene) {
        let Ask::DeleteWithChildren { record, child } = ask else { continue };
        let (name, held) = (scene.oracle.record(*record).name(), scene.oracle.record(*child));
        if sheet.puts_off(&answer) {
            continue;
        }
        let requirement = || scene.requirement(&promise.requirement);
        let expected = status_list(&promise.status);
        if answer.response.is_success() {
            let summary = format!("{name} was deleted although {} lies in it", held.name());
            let mut draft = answer.draft(summary, requirement(), expected, answer.status());
            let made = created_by(scene, *child).into_iter().collect();
            draft.claims = vec![after(made, status_of(answer.entry, &promise.status))];
            sheet.fail(draft);
            continue;
        }
        let holds = |kind: WalkKind| {
            let mut lists = scene.evidence.walks.iter();
            let list = lists.find(|w| w.kind == kind && w.query.scope == Some(*record) && w.is_read())?;
            Some((list, list.ids().any(|id| id == held.id)))
        };
        // A list that never showed it says nothing.
        let was_there = holds(WalkKind::Before).is_some_and(|(_, there)| there);
        let lost = holds(WalkKind::Later).filter(|(_, there)| was_there && !there).map(|(list, _)| list);
        if let Some(walk) = lost {
            let mut draft = answer.draft(
                format!("the deletion of {name} was refused, and {} is gone all the same", held.name()),
                requirement(),
                format!("{} in its list", held.name()),
                "a list without it",
            );
            draft.entries.push(walk.last_entry());
            draft.claims =
                lists_each(scene, &walk.pages.iter().collect::<Vec<_>>(), &[*child]).into_iter().collect();
            sheet.fail(draft);
        } else if answer.is_refusal() && !promise.status.contains(&answer.response.status) {
            let summary = format!("the deletion of {name} was refused by {}", answer.status());
            let mut draft = answer.draft(summary, requirement(), expected, answer.status_and_content());
            let made = created_by(scene, *child).into_iter().collect();
            draft.claims = vec![after(made, status_of(answer.entry, &promise.status))];
            sheet.fail_at(crate::verdict::Level::Should, draft);
        } else {
            sheet.judged();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Level;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn what_holds_something_stays() {
        let named = "create = { operation = \"create_box\", get-or-create = { requirement = \"create\" } }";
        let kept = format!(
            "{named}\ndelete = {{ operation = \"delete_note\", refused-with = {{ resource = \"note\", status = [409], requirement = \"change\" }} }}"
        );
        let world = World::amended(&[0], &[(named, &kept)]);
        let cases: [(u16, &[usize], Verdict, Level); 6] = [
            (409, &[0], Pass, Level::Must),
            (204, &[0], Fail, Level::Must),
            (409, &[], Fail, Level::Must),
            (422, &[0], Fail, Level::Should),
            (429, &[0], Inconclusive, Level::Must),
            (500, &[0], Pass, Level::Must),
        ];
        for (status, items, verdict, level) in cases {
            let ask = Ask::DeleteWithChildren { record: world.main, child: world.notes[0] };
            let delete = exchange("delete_note", "DELETE", "/boxes/main", None, status, &json!(null));
            let lists = world.lists("by_page").walk(9, &[&[0]]).change(|walk| walk.kind = WalkKind::Before);
            let lists = lists.probe("delete", ask, Asked::Open, delete);
            let lists = lists.walk(9, &[items]).change(|walk| walk.kind = WalkKind::Later);
            let judgement = lists.judge(&DELETED_WITH_CHILDREN, Scenario::Delete { resource: "box".into() });
            assert_eq!(judgement.verdict, verdict, "{status} {items:?}");
            assert!(judgement.findings.iter().all(|finding| finding.level == level));
        }
    }
}
