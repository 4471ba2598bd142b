//! The part of NEG006 that looks at changes and deletions which were refused for want of credentials.

use serde_json::Value;

use crate::evidence::{Ask, RecordNumber, Walk, WalkEnd, WalkKind};
use crate::rules::answers::{excerpt, probed};
use crate::rules::fidelity::compare::change_beyond_rounding;
use crate::rules::fidelity::representations::{fetched, resource_by_number};
use crate::rules::paging::lists::draft;
use crate::rules::proofs::claims::{after, lists_each, status_within};
use crate::rules::{Draft, Scene, Sheet};
use crate::suite::{Resource, Suite};
use crate::verdict::Claim;

/// The statuses of success (RFC 9110, section 15.3).
const SUCCESS: (u16, u16) = (200, 299);

/// Whether an operation changes or deletes records, and what came of it can be seen.
pub(super) fn shows(suite: &Suite, operation: &str) -> bool {
    let file = suite.file();
    file.resources.iter().any(|(name, resource)| {
        let changes = resource.update.as_ref().is_some_and(|update| update.operation == operation);
        let deletes = resource.delete.as_ref().is_some_and(|delete| delete.operation == operation);
        let is_listed =
            || file.collections.values().any(|list| list.resource == *name && list.scope.is_some());
        changes && resource.fetch.is_some() || deletes && (resource.fetch.is_some() || is_listed())
    })
}

/// What was refused for want of credentials was not carried out.
pub(super) fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let refused: Vec<usize> = probed(scene)
        .filter(|(ask, answer)| matches!(ask, Ask::Credentials { .. }) && answer.is_refusal())
        .map(|(_, answer)| answer.entry)
        .collect();
    // What was let in is another rule's.
    let let_in = |before: usize| {
        probed(scene).any(|(ask, answer)| {
            matches!(ask, Ask::Credentials { .. }) && answer.entry < before && !answer.is_refusal()
        })
    };
    let Some(first) = refused.first().copied() else { return };
    for (ask, answer) in probed(scene) {
        if let_in(answer.entry) || sheet.puts_off(&answer) {
            continue;
        }
        match ask {
            Ask::FetchKept { record } if matches!(answer.response.status, 404 | 410) => {
                let stays = status_within(answer.entry, &[SUCCESS]);
                let actual = answer.status_and_content();
                gone(scene, sheet, *record, (&refused, answer.entry), (Some(stays), actual));
            }
            Ask::FetchKept { .. } if answer.response.is_success() => sheet.judged(),
            Ask::FetchAfterRefusals { record, field: name, value } if answer.response.is_success() => {
                let Some(field) = resource_by_number(scene, *record).fields.get(name) else { continue };
                let Some(shown) = fetched(scene, *record, answer.entry) else { continue };
                let Some(read) = &field.read else { continue };
                let back = read.find(shown.value);
                // Whatever else it shows is no work of these requests.
                let wanted = refused.iter().find_map(|entry| {
                    let body = scene.evidence.entries[*entry].exchange.request.body.as_ref()?;
                    body.json().ok()?.pointer(field.send.as_deref()?)
                });
                let same =
                    |wanted: &Value, back: &Value| change_beyond_rounding(field.keep, wanted, back).is_none();
                let done =
                    wanted.zip(back).is_some_and(|(wanted, back)| same(wanted, back) && !same(value, back));
                if !done {
                    sheet.judged();
                    continue;
                }
                let requirement = sheet.own_requirement();
                let claim = shown.keeps(scene, read, field.keep, value);
                sheet.fail(Draft {
                    claims: vec![after(refused.clone(), claim)],
                    entries: vec![first, answer.entry],
                    ..answer.draft(
                        format!(
                            "{name} of {} changed by a request that was refused for want of credentials",
                            scene.oracle.record(*record).name()
                        ),
                        requirement,
                        excerpt(value),
                        back.map_or_else(|| "nothing".to_owned(), excerpt),
                    )
                });
            }
            _ => {}
        }
    }
    // In the parent that the case made for it lies nothing else.
    let read = |walk: &&Walk| walk.kind == WalkKind::Later && walk.end == WalkEnd::Exhausted;
    for walk in scene.evidence.walks.iter().filter(read) {
        let Some(resource) = deleted(scene.suite, &scene.case.operation) else { continue };
        if let_in(walk.last_entry()) {
            continue;
        }
        for record in scene.oracle.children(resource, walk.query.scope) {
            if walk.ids().any(|id| id == scene.oracle.record(*record).id) {
                sheet.judged();
                continue;
            }
            let lists = lists_each(scene, &walk.pages.iter().collect::<Vec<_>>(), &[*record]);
            gone(
                scene,
                sheet,
                *record,
                (&refused, walk.last_entry()),
                (lists, "a list without it".to_owned()),
            );
        }
    }
}

/// The resource that an operation deletes.
fn deleted<'a>(suite: &'a Suite, operation: &str) -> Option<&'a str> {
    let deletes =
        |resource: &Resource| resource.delete.as_ref().is_some_and(|delete| delete.operation == operation);
    suite.file().resources.iter().find(|(_, resource)| deletes(resource)).map(|(name, _)| name.as_str())
}

/// A record is gone by requests that were refused.
fn gone(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    record: RecordNumber,
    (refused, shown): (&[usize], usize),
    (stays, actual): (Option<Claim>, String),
) {
    let requirement = sheet.own_requirement();
    let name = scene.oracle.record(record).name();
    sheet.fail(Draft {
        claims: stays.map(|stays| after(refused.to_vec(), stays)).into_iter().collect(),
        ..draft(
            "after refusals",
            format!("{name} was deleted by a request that was refused for want of credentials"),
            requirement,
            format!("{name}, as it was"),
            actual,
            refused.first().copied().into_iter().chain([shown]).collect(),
        )
    });
}

#[cfg(test)]
mod tests {
    use super::super::refused_left_trace::REFUSED_LEFT_TRACE;
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn what_was_refused_is_not_done() {
        let world = World::new(1);
        let record = world.notes[0];
        let path = "/boxes/main/notes/m0";
        // The status without credentials, what the record shows afterwards, and the verdict.
        let cases: [(u16, u16, &str, Verdict); 5] = [
            (401, 200, "old", Pass),
            (401, 200, "new", Fail),
            // What nobody sent is another rule's, too.
            (401, 200, "other", Pass),
            // It was let in, which is another rule's.
            (200, 200, "new", Inconclusive),
            (401, 404, "", Inconclusive),
        ];
        for (status, fetched, text, verdict) in cases {
            let lacking = Ask::Credentials { what: "no credentials".into() };
            let sent = json!({"text": "new"});
            let put = exchange("update_note", "PUT", path, Some(&sent), status, &json!({}));
            let ask = Ask::FetchAfterRefusals { record, field: "text".into(), value: json!("old") };
            let get = exchange("get_note", "GET", path, None, fetched, &json!({"id": "m0", "text": text}));
            let probes = world.probes();
            let probes = probes.probe("none", lacking, Asked::Unauthenticated, put);
            let judgement = probes.probe("fetched", ask, Asked::Good, get);
            let judgement = judgement.judge(&REFUSED_LEFT_TRACE, Scenario::Credentials);
            assert_eq!(judgement.verdict, verdict, "{status} {fetched} {text}");
        }
        for (status, verdict) in [(200, Pass), (404, Fail), (503, Inconclusive)] {
            let lacking = Ask::Credentials { what: "no credentials".into() };
            let delete = exchange("delete_note", "DELETE", path, None, 401, &json!({}));
            let get = exchange("get_note", "GET", path, None, status, &json!({"id": "m0"}));
            let probes = world.probes();
            let probes = probes.probe("none", lacking, Asked::Unauthenticated, delete);
            let probes = probes.probe("fetched", Ask::FetchKept { record }, Asked::Good, get);
            let judgement = probes.judge(&REFUSED_LEFT_TRACE, Scenario::Credentials);
            assert_eq!(judgement.verdict, verdict, "{status}");
        }
    }
}
