//! ISO004: what belongs to one tenant is shown to another.

use crate::evidence::{Ask, Page, RecordNumber};
use crate::rules::answers::{Answer, answers, probed};
use crate::rules::declare::{always, rule};
use crate::rules::fidelity::representations::id_text;
use crate::rules::paging::lists::draft;
use crate::rules::proofs::claims::{pages_with, status_within};
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::Kind;
use crate::verdict::{Claim, Likeness, Place};

rule! {
    /// ## What it checks
    /// A list or a record that is asked for in the name of another tenant is refused, empty or not found, and its total counts nothing of ours.
    /// ## Why it matters
    /// The header that chooses the tenant is all that stands between one customer's data and the next one's.
    /// ## Example
    /// The list of a conversation is asked for with `X-Workspace-Id: other`, and holds the messages of the workspace `default`.
    /// ## Source
    /// The suite's requirement that a tenant sees its own data only.
    /// ## False alarms and how they are avoided
    /// The other tenant's name is made up for the run, so that nobody has data there; a target that refuses it, or knows it as empty, is fine. Only
    /// records of this run count as leaked, and a total only in an answer that is a page.
    TENANT_LEAK {
        code: "ISO004", name: "tenant-leak", level: Must, basis: Suite,
        source: "the suite's requirement that a tenant sees its own data only",
        summary: "What belongs to one tenant is not shown to another.",
        implies: [],
        scenarios: &[Kind::OtherTenant],
        applies: always,
        check: check,
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(tenants) = &scene.suite.file().tenants else { return };
    let mut leaks = Vec::new();
    for (walk, page) in scene.evidence.pages() {
        leaks.push((
            walk.label.as_str(),
            page.entry,
            listed(scene, page).map(|(what, claim)| (what, Some(claim))),
        ));
    }
    for (ask, answer) in probed(scene) {
        if let Ask::FetchOfOtherTenant { record } = ask {
            leaks.push((
                answer.label,
                answer.entry,
                fetched(scene, &answer, *record).map(|what| (what, None)),
            ));
        }
    }
    for answer in answers(scene) {
        let Some((label, entry, leaked)) = leaks.iter().find(|(_, entry, _)| *entry == answer.entry) else {
            continue;
        };
        if sheet.puts_off(&answer) {
            continue;
        }
        let Some((leaked, claim)) = leaked else {
            sheet.judged();
            continue;
        };
        let refused = status_within(*entry, &[(400, 499)]);
        sheet.fail(Draft {
            claims: vec![Claim::Either([refused].into_iter().chain(claim.clone()).collect())],
            ..draft(
                label,
                format!("another tenant sees {leaked}"),
                scene.requirement(&tenants.requirement),
                "a refusal by 4xx, or nothing",
                answer.status_and_content(),
                vec![*entry],
            )
        });
    }
}

/// What a list shows of this run's records.
fn listed(scene: &Scene<'_>, page: &Page) -> Option<(String, Claim)> {
    let list = scene.collection();
    let ours = page.known_ids().find_map(|id| scene.oracle.find(&list.resource, id, None));
    if let Some(number) = ours {
        let record = scene.oracle.record(number);
        let pages = pages_with(scene, &[page], number)?;
        return Some((record.name(), Claim::Lacks { pages, id: record.id.clone() }));
    }
    let total = page.facts.total.filter(|total| *total > 0 && page.is_empty())?;
    let at = vec![list.style.total_pointer()?.to_owned()];
    let place = Place { exchange: page.entry, item: None, at };
    Some((format!("a total of {total}"), Claim::Value { place, is: 0.into(), by: Likeness::Exact }))
}

/// The record that an answer shows, if it is the one that was asked for.
fn fetched(scene: &Scene<'_>, answer: &Answer<'_>, number: RecordNumber) -> Option<String> {
    let record = scene.oracle.record(number);
    let resource = scene.suite.resource(&record.resource);
    let content = answer.response.body.json().ok().filter(|_| answer.response.is_success())?;
    let shown = resource.fetch.as_ref()?.answer.find(content)?;
    let id = resource.id.find(shown)?;
    (id_text(id)? == record.id).then(|| record.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Asked, WalkKind};
    use crate::pagination::Start;
    use crate::rules::testing::{STRANGER, World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::{Value, json};

    #[test]
    fn a_tenant_sees_its_own_data_only() {
        let credentials = "[[credentials]]";
        let tenants = "[tenants]\nheader = \"x-tenant\"\nrequirement = \"fetch\"\n\n[[credentials]]";
        let world = World::amended(&[0, 1], &[(credentials, tenants)]);
        let scenario = || Scenario::OtherTenant { collection: "by_page".into() };
        // The items of a list, its total, and what it is refused by.
        let lists: [(&[usize], i64, Option<u16>, Verdict); 6] = [
            (&[], 0, None, Pass),
            (&[], 0, Some(403), Pass),
            (&[STRANGER], 1, None, Pass),
            (&[STRANGER, 1], 2, None, Fail),
            (&[], 2, None, Fail),
            (&[], 0, Some(429), Inconclusive),
        ];
        for (items, total, refused, verdict) in lists {
            let lists = world.lists("by_page").page(WalkKind::Page, Start::First, None, items);
            let mut lists = lists.set(0, "/total", json!(total));
            if let Some(status) = refused {
                lists = lists.refuse(0, status);
            }
            assert_eq!(lists.judge(&TENANT_LEAK, scenario()).verdict, verdict, "{items:?} {refused:?}");
        }
        let cases: [(u16, Value, Verdict); 3] =
            [(404, json!({}), Pass), (200, json!({"id": "m1"}), Fail), (200, json!({"id": "another"}), Pass)];
        for (status, content, verdict) in cases {
            let ask = Ask::FetchOfOtherTenant { record: world.notes[1] };
            let exchange = exchange("get_note", "GET", "/boxes/main", None, status, &content);
            let probes = world.probes().probe("other tenant", ask, Asked::Open, exchange);
            assert_eq!(probes.judge(&TENANT_LEAK, scenario()).verdict, verdict, "{status} {content}");
        }
    }
}
