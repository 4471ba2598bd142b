//! LIF001: a deleted record can still be fetched.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// A record whose deletion was confirmed, and is not carried out later, is not answered by a success any more.
    /// ## Why it matters
    /// Data that a user deleted is still there for everybody who knows its id.
    /// ## Example
    /// `DELETE` is answered 204, and `GET` of the same path still answers 200.
    /// ## Source
    /// The suite's description of the resource: it is deleted, and not eventually.
    /// ## False alarms and how they are avoided
    /// Where the suite says that deletion is carried out later, the answer is noted and not judged. Any refusal
    /// is good enough, and rate limits are inconclusive.
    DELETED_STILL_FOUND {
        code: "LIF001", name: "deleted-still-found", level: Must, basis: Suite,
        source: "the suite's description of the resource",
        summary: "A record whose deletion was confirmed cannot be fetched.",
        implies: ["LIF004", "LIF006"],
        scenarios: &[Kind::Delete],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().map(|name| suite.resource(name)).is_some_and(|resource| {
        resource.fetch.is_some() && resource.delete.as_ref().is_some_and(|delete| !delete.eventual)
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        let Ask::FetchDeleted { record, promised } = ask else { continue };
        let name = scene.oracle.record(*record).name();
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if !answer.response.is_success() {
            sheet.judged();
        } else if *promised {
            let requirement = sheet.own_requirement();
            sheet.fail(answer.draft(
                format!("{name} was deleted, and still comes"),
                requirement,
                "a refusal by 4xx",
                answer.status_and_content(),
            ));
        } else {
            sheet.note(format!("{name} was deleted, and still came right after"));
            sheet.unsure("the target does not promise that a deleted record is gone at once");
        }
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
    fn what_was_deleted_is_gone() {
        let world = World::new(1);
        let record = world.notes[0];
        let cases: [(bool, u16, Verdict); 6] = [
            (true, 404, Pass),
            (true, 410, Pass),
            (true, 200, Fail),
            (true, 429, Inconclusive),
            (false, 200, Inconclusive),
            (false, 404, Pass),
        ];
        for (promised, status, verdict) in cases {
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, status, &json!({}));
            let ask = Ask::FetchDeleted { record, promised };
            let probes = world.probes().probe("deleted", ask, Asked::Unknown, exchange);
            probes.expect(&DELETED_STILL_FOUND, verdict);
        }
    }
}
