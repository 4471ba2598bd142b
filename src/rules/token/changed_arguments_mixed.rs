//! TOK005: a token is sent with other arguments than it was given for, and the answer is not what the suite says.

use super::style;
use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::paging::lists::{collection, convention, ids_of, some};
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{ChangedArguments, Suite};

rule! {
    /// ## What it checks
    /// A token that comes with another filter or order than it was given for is refused, or the new arguments hold on the page, as the suite says.
    /// ## Why it matters
    /// A page that is neither the old list nor the new one shows items that the filter was to keep out, and the client has no way to notice.
    /// ## Example
    /// A token of the unfiltered list is sent with `color=red`, and the page holds blue items.
    /// ## Source
    /// The suite's setting on changed arguments.
    /// ## False alarms and how they are avoided
    /// Guides disagree, so nothing is demanded unless the suite states it. Any refusal by 4xx is good enough. Records of which it is not known whether
    /// they pass the filter are passed over.
    CHANGED_ARGUMENTS_MIXED {
        code: "TOK005", name: "changed-arguments-mixed", level: Must, basis: Suite,
        source: "the suite's setting `changed-arguments`",
        summary: "A token with other arguments is refused, or the new arguments hold.",
        implies: [],
        scenarios: &[Kind::Tokens],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let stated = |collection: &crate::suite::Collection| {
        collection.conventions.changed_arguments.is_some()
            && (collection.orders.len() > 1 || !collection.filters.is_empty())
    };
    style(suite, case).is_some() && collection(suite, case).is_some_and(stated)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let Some(stated) = &scene.collection().conventions.changed_arguments else { return };
    for (ask, answer) in probed(scene) {
        let Ask::ChangedArguments { query } = ask else { continue };
        if sheet.puts_off(&answer) {
            continue;
        }
        if !answer.response.is_success() {
            // Where the new arguments hold, the order of the new list may still be another than the token can stand in.
            sheet.judged();
            continue;
        }
        let requirement = convention(scene, stated);
        let status = format!("{} in answer to {}", answer.status(), answer.label);
        if stated.is == ChangedArguments::Refused {
            let summary = "a token was accepted with other arguments than it was given for";
            sheet.fail(answer.draft(summary, requirement, "a refusal by 4xx", status));
            continue;
        }
        let expected = scene.expected(query);
        let members = expected.members();
        let wrong: Vec<String> = ids_of(scene, answer.entry)
            .iter()
            .filter_map(|id| scene.record(query, id))
            .filter(|number| !members.contains(number) && !expected.maybe.contains(number))
            .map(|number| scene.oracle.record(number).name())
            .collect();
        if wrong.is_empty() {
            sheet.judged();
            continue;
        }
        let summary =
            format!("{} on the page does not pass the filter that came with the token", some(&wrong));
        sheet.fail(answer.draft(summary, requirement, "only what passes the filter", some(&wrong)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Asked, Filtering, Query};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn a_token_goes_with_its_arguments() {
        let refused = World::new(6);
        let applied = World::amended(
            &[0, 1, 2, 3, 4, 5],
            &[("changed-arguments = { is = \"refused\"", "changed-arguments = { is = \"applied\"")],
        );
        let cases: [(&World, u16, &[&str], Verdict); 7] = [
            (&refused, 400, &[], Pass),
            (&refused, 200, &["m2"], Fail),
            (&refused, 429, &[], Inconclusive),
            (&applied, 200, &["m2", "m4"], Pass),
            (&applied, 200, &["m2", "m3"], Fail),
            (&applied, 200, &["stranger"], Pass),
            (&applied, 400, &[], Pass),
        ];
        for (world, status, ids, verdict) in cases {
            let filters = vec![Filtering { filter: "color".into(), value: json!("red") }];
            let query = Query { scope: Some(world.main), order: 0, filters, size: Some(2) };
            let items: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
            let path = "/boxes/main/by_token?page_token=t2&color=red";
            let exchange = exchange("list_by_token", "GET", path, None, status, &json!({ "items": items }));
            let ask = Ask::ChangedArguments { query };
            let lists =
                world.lists("by_token").probe("token 1 with the filter color", ask, Asked::Open, exchange);
            lists.expect(&CHANGED_ARGUMENTS_MIXED, verdict);
        }
    }
}
