//! CUR013: a cursor or token of another list leads to items of that list, or is not answered as the suite says.

use crate::evidence::Ask;
use crate::pagination::Style;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{collection, convention, ids_of, some};
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Collection, ForeignCursor, Suite};

rule! {
    /// ## What it checks
    /// A cursor or token of one parent's list, sent with the list of another parent, shows nothing of the first; and it is refused, or
    /// gives an empty page, where the suite says so.
    /// ## Why it matters
    /// A server that takes the parent from the token gives one user's items to another, whoever asks.
    /// ## Example
    /// The token of session A's second page is sent with session B, and the page holds messages of A.
    /// ## Source
    /// The suite's requirement that a list holds what was created in its parent, and its setting on foreign cursors.
    /// ## False alarms and how they are avoided
    /// What becomes of such a cursor is nobody's promise unless the suite states it: without that, only another parent's records are wrong. Where a
    /// parameter and not the path names the parent, tokens may well hold it: then nothing is asked unless the suite states the answer.
    FOREIGN_CURSOR_ANSWERED {
        code: "CUR013", name: "foreign-cursor-answered", level: Must, basis: Suite,
        source: "the suite's requirement that a list is complete, and its setting `foreign-cursor`",
        summary: "A cursor of another parent's list shows nothing of that list.",
        implies: ["ISO001", "PAG005"],
        scenarios: &[Kind::Bounds, Kind::Tokens],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    collection(suite, case).is_some_and(|collection| {
        matches!(collection.style, Style::ItemCursor(_) | Style::Token(_))
            && collection.scope.is_some()
            && (collection.scope_query.is_none() || collection.conventions.foreign_cursor.is_some())
            && has_two_lists(suite, collection)
    })
}

/// Whether the seed fills two lists of a collection with more than a page of the smallest kind that is asked for.
fn has_two_lists(suite: &Suite, collection: &Collection) -> bool {
    let seed = &suite.file().seed;
    let filled = seed.iter().filter(|group| group.resource == collection.resource && group.count > 3);
    let mut parents: Vec<_> = filled.map(|group| &group.under).collect();
    parents.sort_unstable();
    parents.dedup();
    parents.len() > 1
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let stated = scene.collection().conventions.foreign_cursor.as_ref();
    let Some(query) = scene.evidence.walks.first().map(|walk| &walk.query) else { return };
    for (ask, answer) in probed(scene) {
        let Ask::ForeignCursor { scope } = ask else { continue };
        if sheet.puts_off(&answer) {
            continue;
        }
        if !answer.response.is_success() {
            sheet.judged();
            continue;
        }
        let ids = ids_of(scene, answer.entry);
        let resource = &scene.collection().resource;
        let leaked: Vec<String> = ids
            .iter()
            .filter(|id| scene.record(query, id).is_none())
            .filter_map(|id| scene.oracle.find(resource, id, Some(*scope)))
            .map(|number| scene.oracle.record(number))
            .filter(|record| record.parent == Some(*scope))
            .map(crate::oracle::Record::name)
            .collect();
        let actual = format!("{} in answer to {}", answer.status(), answer.label);
        if !leaked.is_empty() {
            let requirement = scene.requirement(&scene.collection().complete.requirement);
            let summary = format!("{} of another list on the page", some(&leaked));
            sheet.fail(answer.draft(summary, requirement, "nothing of the other list", actual));
            continue;
        }
        match stated {
            Some(stated) if stated.is == ForeignCursor::Refused || !ids.is_empty() => {
                let summary = "a cursor of another list was accepted";
                sheet.fail(answer.draft(summary, convention(scene, stated), stated.is.to_string(), actual));
            }
            _ => sheet.judged(),
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
    fn a_cursor_shows_nothing_of_its_own_list() {
        let keys = [0, 1, 2, 3];
        let stated = "conventions.foreign-cursor = { is = \"refused\", requirement = \"convention\" }\n";
        let refused = World::new(4);
        let silent = World::amended(&keys, &[(stated, "")]);
        let empty = World::amended(&keys, &[(stated, stated.replace("refused", "empty").as_str())]);
        let cases: [(&World, u16, &[&str], Verdict); 9] = [
            (&refused, 400, &[], Pass),
            (&refused, 200, &[], Fail),
            (&refused, 429, &[], Inconclusive),
            (&silent, 200, &[], Pass),
            (&silent, 200, &["m2", "m3"], Pass),
            (&silent, 200, &["o2", "o3"], Fail),
            (&silent, 404, &[], Pass),
            (&empty, 200, &[], Pass),
            (&empty, 200, &["m2"], Fail),
        ];
        for (world, status, ids, verdict) in cases {
            let items: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
            let path = "/boxes/main/by_token?page_token=t2";
            let exchange = exchange("list_by_token", "GET", path, None, status, &json!({ "items": items }));
            let walk = world.lists("by_token").walk(2, &[&[0, 1], &[2, 3]]);
            let ask = Ask::ForeignCursor { scope: world.other };
            let lists = walk.probe("other token in main", ask, Asked::Open, exchange);
            let scenario = Scenario::Tokens { collection: "by_token".into() };
            let judgement = lists.judge(&FOREIGN_CURSOR_ANSWERED, scenario);
            assert_eq!(judgement.verdict, verdict, "{status} {ids:?}: {judgement:#?}");
        }
    }
}
