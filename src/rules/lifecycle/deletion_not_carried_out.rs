//! LIF009: a deletion that is carried out later is not carried out.

use crate::evidence::Ask;
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::rule;
use crate::rules::fidelity::representations::id_text;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Where the suite says that deletions are carried out later, a deleted record cannot be fetched after a while, and the list of what lay in it does not
    /// show that any more.
    /// ## Why it matters
    /// "Accepted" is all that a user sees: data that is never deleted stays with whoever runs the target.
    /// ## Example
    /// `DELETE` of a session is answered 202, and a minute later its messages can still be read.
    /// ## Source
    /// The suite's requirement on the time within which a deletion is carried out.
    /// ## False alarms and how they are avoided
    /// The record is asked for again and again for as long as `--deletion-wait` allows. It is a finding only where the suite states a time and that time was
    /// waited for; otherwise nobody says how long is too long, and the verdict is inconclusive.
    DELETION_NOT_CARRIED_OUT {
        code: "LIF009", name: "deletion-not-carried-out", level: Must, basis: Suite,
        source: "the suite's requirement on the time within which a deletion is carried out",
        summary: "A deletion that is carried out later is carried out.",
        implies: [],
        scenarios: &[Kind::Delete],
        applies: applies,
        check: check,
    }
}

/// Where the record can be asked for, or what lay in it.
fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| {
        let resource = suite.resource(name);
        let Some(delete) = resource.delete.as_ref().filter(|delete| delete.eventual) else { return false };
        let shows_child = suite.child_of(name).is_some_and(|child| {
            let mut lists = suite.file().collections.values();
            lists.any(|list| list.resource == child && list.scope.as_deref() == Some(name))
        });
        resource.fetch.is_some() || delete.outlasting_children() && shows_child
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let delete = scene.resource().and_then(|(_, resource)| resource.delete.as_ref());
    let within = delete.and_then(|delete| delete.within.as_ref());
    // The last answer of each kind tells how it ended.
    let mut last: Vec<(Answer<'_>, usize, Option<usize>, u64)> = Vec::new();
    for (ask, answer) in probed(scene) {
        let Ask::DeletedLater { record, child, waited_ms } = ask else { continue };
        last.retain(|(_, _, other, _)| other != child);
        last.push((answer, *record, *child, *waited_ms));
    }
    for (answer, record, child, waited_ms) in last {
        let name = scene.oracle.record(record).name();
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if !answer.response.is_success() || child.is_some_and(|child| !shows(scene, &answer, child)) {
            sheet.judged();
        } else if let Some(within) = within.filter(|within| within.seconds.saturating_mul(1_000) <= waited_ms)
        {
            sheet.fail(answer.draft(
                format!("{name} was deleted, and is still there"),
                scene.requirement(&within.requirement),
                format!("nothing of it after {} s", within.seconds),
                answer.status_and_content(),
            ));
        } else {
            sheet.unsure(format!(
                "{name} was still there after {waited_ms} ms, which is as long as was waited: --deletion-wait allows more"
            ));
        }
    }
}

/// Whether an answer of a list shows a record.
fn shows(scene: &Scene<'_>, answer: &Answer<'_>, child: usize) -> bool {
    let record = scene.oracle.record(child);
    let id = &scene.suite.resource(&record.resource).id;
    let mut lists = scene.suite.file().collections.iter();
    let Some((_, list)) =
        lists.find(|(_, list)| std::ptr::eq(scene.suite.operation(&list.operation), answer.operation))
    else {
        return false;
    };
    let items = answer.response.body.json().ok().and_then(|content| list.items.find(content)?.as_array());
    items.into_iter().flatten().any(|item| id.find(item).and_then(id_text).as_ref() == Some(&record.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    /// What the suite says, the polls with the time waited before each, and the verdict.
    type Row = (&'static str, &'static [(u16, u64)], Verdict);

    #[test]
    fn a_deletion_is_carried_out_in_time() {
        let plain = "leaves-list = { requirement = \"change\" } }";
        let stated = "leaves-list = { requirement = \"change\" }, eventual = true, within = { seconds = 2, requirement = \"change\" } }";
        let open = "leaves-list = { requirement = \"change\" }, eventual = true }";
        let cases: [Row; 6] = [
            (stated, &[(200, 0), (404, 100)], Pass),
            (stated, &[(200, 0), (200, 2_000)], Fail),
            (stated, &[(200, 0), (200, 1_900)], Inconclusive),
            (stated, &[(200, 0), (429, 2_000)], Inconclusive),
            (open, &[(200, 0), (200, 9_000)], Inconclusive),
            (open, &[(410, 0)], Pass),
        ];
        for (delete, polls, verdict) in cases {
            let world = World::amended(&[0, 1], &[(plain, delete)]);
            let mut probes = world.probes();
            for (status, waited_ms) in polls {
                let get = exchange("get_note", "GET", "/boxes/main/notes/m0", None, *status, &json!({}));
                let ask = Ask::DeletedLater { record: world.notes[0], child: None, waited_ms: *waited_ms };
                probes = probes.probe("deleted later", ask, Asked::Open, get);
            }
            probes.expect(&DELETION_NOT_CARRIED_OUT, verdict);
        }
    }
}
