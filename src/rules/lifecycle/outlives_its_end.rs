//! LIF008: a record that has expired is still served.

use crate::evidence::Ask;
use crate::oracle::instant_nanoseconds;
use crate::rules::answers::{probed, status_list};
use crate::rules::declare::rule;
use crate::rules::proofs::claims::status_of;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::verdict::Claim;

rule! {
    /// ## What it checks
    /// After the instant at which a record said that it would expire, the list of what lies in it is refused by the status that the suite names.
    /// ## Why it matters
    /// Clients tell by this status that they must begin anew; without it they write into something that nobody reads any more.
    /// ## Example
    /// A session says that it expires at 12:00; at 12:01 its messages are listed by 200.
    /// ## Source
    /// The suite's requirement on what has expired.
    /// ## False alarms and how they are avoided
    /// The record's life is what its own creation says, by the target's own clock. It is waited for only where `--max-wait` allows it; where the target grants
    /// a longer life than that, it is inconclusive. A target that shows no end is not judged, and rate limits are inconclusive.
    OUTLIVES_ITS_END {
        code: "LIF008", name: "outlives-its-end", level: Must, basis: Suite,
        source: "the suite's requirement on what has expired",
        summary: "What has expired is refused as the suite says.",
        implies: [],
        scenarios: &[Kind::Expire],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    case.scenario.resource().is_some_and(|name| suite.resource(name).expires.is_some())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(expires) = scene.resource().and_then(|(_, resource)| resource.expires.as_ref()) else { return };
    for (ask, answer) in probed(scene) {
        let Ask::ListOfExpired { record } = ask else { continue };
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if expires.status.contains(&answer.response.status) || answer.is_server_error() {
            // A server error is another rule's.
            sheet.judged();
        } else {
            let held = scene.oracle.record(*record);
            let instant = |at: &String| held.acknowledged.pointer(at).and_then(instant_nanoseconds);
            let life = instant(&expires.at).zip(instant(&expires.from)).map_or(0, |(to, from)| to - from);
            sheet.fail(Draft {
                claims: vec![Claim::After {
                    requests: Vec::new(),
                    at_once: false,
                    // One more, since clocks tick and timers are late.
                    seconds: u64::try_from(life.div_euclid(1_000_000_000) + 2).unwrap_or_default(),
                    holds: Box::new(status_of(answer.entry, &expires.status)),
                }],
                ..answer.draft(
                    format!("{} has expired, and is answered {}", held.name(), answer.status()),
                    scene.requirement(&expires.requirement),
                    status_list(&expires.status),
                    answer.status_and_content(),
                )
            });
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
    fn what_has_expired_is_gone() {
        let named = "create = { operation = \"create_box\", get-or-create = { requirement = \"create\" } }";
        let mortal = format!(
            "{named}\nexpires = {{ send = {{ life = 1 }}, from = \"/at\", at = \"/until\", status = [410], requirement = \"change\" }}"
        );
        let world = World::amended(&[0], &[(named, &mortal)]);
        let cases: [(u16, Verdict); 5] =
            [(410, Pass), (404, Fail), (200, Fail), (500, Pass), (429, Inconclusive)];
        for (status, verdict) in cases {
            let exchange = exchange("list_by_page", "GET", "/boxes/main/by_page", None, status, &json!({}));
            let ask = Ask::ListOfExpired { record: world.main };
            let probes = world.probes().probe("expired", ask, Asked::Open, exchange);
            let judgement = probes.judge(&OUTLIVES_ITS_END, Scenario::Expire { resource: "box".into() });
            assert_eq!(judgement.verdict, verdict, "{status}");
        }
        let nothing = world.probes().judge(&OUTLIVES_ITS_END, Scenario::Expire { resource: "box".into() });
        assert_eq!(nothing.verdict, Inconclusive);
    }
}
