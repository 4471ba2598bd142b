//! HTTP015: an item that never existed is answered as if it did.

use crate::evidence::Ask;
use crate::rules::answers::{probed, status_list};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Fetch, Suite};
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// An id that never existed is refused, by one of the statuses that the suite states. Nor is what is not there changed.
    /// ## Why it matters
    /// A client must be able to tell "there is none" from "here it is".
    /// ## Example
    /// An id that was never given is answered `200` with `null`.
    /// ## Source
    /// The suite's requirement about unknown ids.
    /// ## False alarms and how they are avoided
    /// Only a success is a `must`; a refusal of the fetch by another status, or a redirect, is a `should`. Without a stated
    /// requirement nothing is judged. Rate limits are inconclusive, and server errors have a rule of their own.
    UNKNOWN_ITEM_ANSWERED {
        code: "HTTP015", name: "unknown-item-answered", level: Must, basis: Suite,
        source: "the suite's requirement about unknown ids",
        summary: "An id that never existed is refused by a stated status.",
        implies: ["SCH001"],
        scenarios: &[Kind::FetchElsewhere, Kind::Update],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let resource = case.scenario.resource().map(|name| suite.resource(name));
    resource.and_then(|resource| resource.fetch.as_ref()).is_some_and(|fetch| fetch.unknown.is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let fetch = scene.resource().and_then(|(_, resource)| resource.fetch.as_ref());
    let Some(Fetch { unknown: Some(unknown), .. }) = fetch else { return };
    for (ask, answer) in probed(scene) {
        if *ask != Ask::UnknownItem {
            continue;
        }
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if unknown.status.contains(&answer.response.status)
            || answer.response.refused
            || scene.case.scenario.kind() == Kind::Update && !answer.response.is_success()
        {
            sheet.judged();
        } else if !answer.is_server_error() {
            let level = if answer.response.is_success() { Level::Must } else { Level::Should };
            sheet.fail_at(
                level,
                answer.draft(
                    format!("an id that never existed was answered {}", answer.status()),
                    scene.requirement(&unknown.requirement),
                    status_list(&unknown.status),
                    answer.status_and_content(),
                ),
            );
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

    #[test]
    fn what_never_existed_is_not_changed() {
        let world = World::new(1);
        for (status, verdict) in [(200, Fail), (204, Fail), (404, Pass), (422, Pass), (409, Pass)] {
            let put = exchange("update_note", "PUT", "/boxes/main/notes/x", None, status, &json!({}));
            let lists = world.probes().probe("unknown", Ask::UnknownItem, Asked::Unknown, put);
            let judgement = lists.judge(&UNKNOWN_ITEM_ANSWERED, Scenario::Update { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict, "{status}");
        }
    }

    #[test]
    fn an_unknown_id_is_refused() {
        let world = World::new(1);
        let cases: [(u16, Verdict, Level); 6] = [
            (404, Pass, Level::Must),
            (200, Fail, Level::Must),
            (422, Fail, Level::Should),
            (302, Fail, Level::Should),
            (429, Inconclusive, Level::Must),
            (500, Inconclusive, Level::Must),
        ];
        for (status, verdict, level) in cases {
            let exchange = exchange("get_note", "GET", "/boxes/main/notes/x", None, status, &json!(null));
            let lists = world.probes().probe("unknown", Ask::UnknownItem, Asked::Unknown, exchange);
            let judgement = lists.expect(&UNKNOWN_ITEM_ANSWERED, verdict);
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{judgement:#?}");
        }
    }
}
