//! LIF010: the name of a deleted record cannot be given to a new one.

use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Make, Suite};

rule! {
    /// ## What it checks
    /// A record can be created by the name of one that was deleted.
    /// ## Why it matters
    /// A user who deletes something to make it anew is told that it exists, and sees it nowhere.
    /// ## Example
    /// A repository is deleted, and creating one of the same name is answered `409 Conflict`.
    /// ## Source
    /// The suite's requirement that the name of a deleted record is free.
    /// ## False alarms and how they are avoided
    /// Guides differ on when a name is free again, so it is judged only where the suite says that it is at once, and only where the client chooses names and the
    /// deletion was answered by a success. Rate limits are inconclusive, and server errors have a rule of their own.
    NAME_NOT_FREE {
        code: "LIF010", name: "name-not-free", level: Must, basis: Suite,
        source: "the suite's requirement that the name of a deleted record is free",
        summary: "The name of a deleted record can be given to a new one.",
        implies: ["HTTP003"],
        scenarios: &[Kind::Delete],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().map(|name| suite.resource(name)).is_some_and(|resource| {
        let mut fields = resource.fields.values();
        let named = fields.any(|field| matches!(field.make, Some(Make::Name | Make::Email)));
        named && resource.delete.as_ref().is_some_and(|delete| delete.name_free.is_some())
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let delete = scene.resource().and_then(|(_, resource)| resource.delete.as_ref());
    let Some(promise) = delete.and_then(|delete| delete.name_free.as_ref()) else { return };
    let mut deleted = false;
    for (ask, answer) in probed(scene) {
        match ask {
            Ask::Delete { .. } => deleted = answer.response.is_success(),
            Ask::CreateDeleted { record } if deleted => {
                if let Some(cause) = answer.put_off() {
                    sheet.unsure(cause);
                } else if answer.is_refusal() {
                    sheet.fail(answer.draft(
                        format!(
                            "{} was deleted, and cannot be created anew",
                            scene.oracle.record(*record).name()
                        ),
                        scene.requirement(&promise.requirement),
                        "a success",
                        answer.status_and_content(),
                    ));
                } else {
                    sheet.judged();
                }
            }
            _ => {}
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
    fn a_name_is_free_after_the_deletion() {
        let plain = "leaves-list = { requirement = \"change\" } }";
        let promised =
            "leaves-list = { requirement = \"change\" }, name-free = { requirement = \"change\" } }";
        let world = World::amended(&[0, 1], &[(plain, promised)]);
        let cases: [(u16, u16, Verdict); 5] = [
            (204, 201, Pass),
            (204, 409, Fail),
            (204, 429, Inconclusive),
            (204, 500, Pass),
            (404, 409, Inconclusive),
        ];
        for (gone, status, verdict) in cases {
            let record = world.notes[0];
            let delete = exchange("delete_note", "DELETE", "/boxes/main/notes/m0", None, gone, &json!(null));
            let create = exchange("create_note", "POST", "/boxes/main/notes", None, status, &json!([]));
            let probes = world.probes().probe("delete", Ask::Delete { record }, Asked::Good, delete);
            let probes = probes.probe("again", Ask::CreateDeleted { record }, Asked::Good, create);
            probes.expect(&NAME_NOT_FREE, verdict);
        }
    }
}
