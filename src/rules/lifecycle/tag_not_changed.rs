//! LIF015: a record, or a list, has the tag that it had before it changed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::oracle::same_value;
use crate::rules::answers::answers;
use crate::rules::declare::rule;
use crate::rules::{Draft, Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// A record or a list that comes with a strong tag comes with another one once its content is another.
    /// ## Why it matters
    /// A client that has the old content is told that it is current, and a change on the condition of the tag writes over one that nobody saw.
    /// ## Example
    /// The metadata of a message are replaced, and its `ETag` is `"1"` before and after.
    /// ## Source
    /// RFC 9110, section 8.8.1: a strong validator changes whenever the content of a 200 to GET would.
    /// ## False alarms and how they are avoided
    /// Only strong tags are compared, of answers that are both 200 and whose JSON differs. That a tag changes without need is not judged.
    TAG_NOT_CHANGED {
        code: "LIF015", name: "tag-not-changed", level: Must, basis: Protocol,
        source: "RFC 9110, section 8.8.1: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.1",
        summary: "A strong tag is another once the content is.",
        implies: [],
        scenarios: &[Kind::Update, Kind::Together],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let Some(name) = case.scenario.resource() else { return false };
    match case.scenario.kind() {
        Kind::Update => suite.resource(name).fetch.is_some(),
        _ => suite.lists_in_parents(name).iter().any(|(_, list)| {
            let operation = suite.operation(&list.operation);
            operation.method == http::Method::GET
        }),
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // Without a tag there is nothing that could stand still.
    sheet.judged();
    let mut earlier: BTreeMap<&str, (usize, &str, &Value)> = BTreeMap::new();
    for answer in answers(scene) {
        let tag = answer.response.header("etag").filter(|tag| tag.starts_with('"'));
        let (Some(tag), Some(content)) = (tag, scene.evidence.json(answer.entry)) else { continue };
        if answer.request.method != "GET" || answer.response.status != 200 {
            continue;
        }
        let now = (answer.entry, tag, content);
        let Some((entry, before, was)) = earlier.insert(&answer.request.path, now) else { continue };
        if before != tag || same_value(was, content) {
            sheet.judged();
            continue;
        }
        let requirement = sheet.own_requirement();
        sheet.fail(Draft {
            entries: vec![entry, answer.entry],
            ..answer.draft(
                "what was asked for again has another content and the same tag",
                requirement,
                format!("another tag than {before}"),
                format!("ETag: {tag}"),
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn a_tag_goes_with_the_content() {
        let world = World::new(1);
        let cases: [(&str, &str, &str, Verdict); 5] = [
            ("\"1\"", "\"2\"", "new", Pass),
            ("\"1\"", "\"1\"", "new", Fail),
            ("\"1\"", "\"1\"", "old", Pass),
            ("W/\"1\"", "W/\"1\"", "new", Pass),
            ("1", "1", "new", Pass),
        ];
        for (before, after, text, verdict) in cases {
            let mut probes = world.probes();
            for (tag, text) in [(before, "old"), (after, text)] {
                let content = json!({"id": "m0", "text": text});
                let mut exchange = exchange("get_note", "GET", "/boxes/main/notes/m0", None, 200, &content);
                exchange.outcome.as_mut().unwrap().headers.push(("etag".into(), tag.into()));
                let (record, field) = (world.notes[0], "text".to_owned());
                let ask = Ask::FetchUpdated { record, field, value: json!(text) };
                probes = probes.probe("fetched", ask, Asked::Good, exchange);
            }
            probes.expect(&TAG_NOT_CHANGED, verdict);
        }
    }
}
