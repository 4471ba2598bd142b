//! ISO004: what belongs to one tenant is shown to another.

use crate::evidence::{Ask, RecordNumber};
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::{always, rule};
use crate::rules::paging::lists::{collection, has_total};
use crate::rules::{Scene, Sheet};
use crate::scenario::Kind;
use serde_json::Value;

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
    for (ask, answer) in probed(scene) {
        let leaked = match ask {
            Ask::ListOfOtherTenant => listed(scene, &answer),
            Ask::FetchOfOtherTenant { record } => fetched(scene, &answer, *record),
            _ => continue,
        };
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
            continue;
        }
        let Some(leaked) = leaked else {
            sheet.judged();
            continue;
        };
        sheet.fail(answer.draft(
            format!("another tenant sees {leaked}"),
            scene.requirement(&tenants.requirement),
            "a refusal by 4xx, or nothing",
            answer.status_and_content(),
        ));
    }
}

/// What a list shows of this run's records.
fn listed(scene: &Scene<'_>, answer: &Answer<'_>) -> Option<String> {
    let list = collection(scene.suite, scene.case)?;
    let content = answer.response.body.json().ok().filter(|_| answer.response.is_success())?;
    let resource = scene.suite.resource(&list.resource);
    let items = list.items.find(content).and_then(Value::as_array)?;
    let ours = items.iter().find_map(|item| {
        let id = resource.id.find(item)?;
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        scene.oracle.find(&list.resource, &id, None)
    });
    if let Some(number) = ours {
        return Some(scene.oracle.record(number).name());
    }
    let total = list.style.facts(content).total.filter(|total| has_total(list) && *total > 0)?;
    items.is_empty().then(|| format!("a total of {total}"))
}

/// The record that an answer shows, if it is the one that was asked for.
fn fetched(scene: &Scene<'_>, answer: &Answer<'_>, number: RecordNumber) -> Option<String> {
    let record = scene.oracle.record(number);
    let resource = scene.suite.resource(&record.resource);
    let content = answer.response.body.json().ok().filter(|_| answer.response.is_success())?;
    let shown = resource.fetch.as_ref()?.answer.find(content)?;
    let id = resource.id.find(shown)?;
    (id.as_str() == Some(&record.id) || id.to_string() == record.id).then(|| record.name())
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
    fn a_tenant_sees_its_own_data_only() {
        let credentials = "[[credentials]]";
        let tenants = "[tenants]\nheader = \"x-tenant\"\nrequirement = \"fetch\"\n\n[[credentials]]";
        let world = World::amended(&[0, 1], &[(credentials, tenants)]);
        let cases: [(bool, u16, Value, Verdict); 9] = [
            (true, 200, json!({"items": [], "total": 0}), Pass),
            (true, 403, json!({}), Pass),
            (true, 200, json!({"items": [{"id": "x1"}], "total": 1}), Pass),
            (true, 200, json!({"items": [{"id": "x1"}, {"id": "m1"}], "total": 2}), Fail),
            (true, 200, json!({"items": [], "total": 2}), Fail),
            (true, 429, json!({}), Inconclusive),
            (false, 404, json!({}), Pass),
            (false, 200, json!({"id": "m1"}), Fail),
            (false, 200, json!({"id": "another"}), Pass),
        ];
        for (list, status, content, verdict) in cases {
            let (ask, operation) = if list {
                (Ask::ListOfOtherTenant, "list_by_page")
            } else {
                (Ask::FetchOfOtherTenant { record: world.notes[1] }, "get_note")
            };
            let exchange = exchange(operation, "GET", "/boxes/main", None, status, &content);
            let probes = world.probes().probe("other tenant", ask, Asked::Open, exchange);
            let scenario = Scenario::OtherTenant { collection: "by_page".into() };
            assert_eq!(probes.judge(&TENANT_LEAK, scenario).verdict, verdict, "{status} {content}");
        }
    }
}
