//! FLT009: a filter or an order that there is not is not answered as the suite says.

use crate::evidence::{Ask, Unknown, WalkKind};
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::rule;
use crate::rules::paging::lists::{collection, convention, ids_of};
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Suite, UnknownArgument};

rule! {
    /// ## What it checks
    /// A filter on a field that there is not, and an order that is called as none is, are refused or ignored, as the suite says.
    /// ## Why it matters
    /// Where a slip in a filter's name is ignored, a client takes the whole list for what matches.
    /// ## Example
    /// `sendr_id=7` gives the messages of everybody, and the API promises to refuse what it does not know.
    /// ## Source
    /// The suite's settings on unknown filters and orders.
    /// ## False alarms and how they are avoided
    /// Guides differ. What the suite does not state is measured and noted, and nothing is demanded of it. What the document itself forbids is not sent
    /// here. Any refusal by 4xx is good enough, and an ignored argument must leave the page as it was.
    UNKNOWN_ARGUMENT_ANSWERED {
        code: "FLT009", name: "unknown-argument-answered", level: Must, basis: Suite,
        source: "the suite's settings `unknown-filter` and `unknown-order`",
        summary: "A filter or an order that there is not is refused or ignored, as the suite says.",
        implies: [],
        scenarios: &[Kind::Pages],
        applies: applies,
        check: check,
    }
}

/// Only where something is stated, or there are filters beside which another can be asked for.
fn applies(suite: &Suite, case: &Case) -> bool {
    collection(suite, case).is_some_and(|collection| {
        let conventions = &collection.conventions;
        conventions.unknown_filter.is_some()
            || conventions.unknown_order.is_some()
            || !collection.filters.is_empty()
    })
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    Refusal,
    TheSame,
    Nothing,
    Another,
}

impl Given {
    fn words(self) -> &'static str {
        match self {
            Self::Refusal => "a refusal",
            Self::TheSame => "the page as it is without it",
            Self::Nothing => "a page without items",
            Self::Another => "another page",
        }
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let conventions = &scene.collection().conventions;
    for (ask, answer) in probed(scene) {
        let Ask::UnknownArgument { what, query } = ask else { continue };
        if sheet.puts_off(&answer) {
            continue;
        }
        if answer.is_server_error() {
            // That is for the rules about statuses.
            sheet.judged();
            continue;
        }
        let plain =
            scene.evidence.walks.iter().find(|walk| walk.kind == WalkKind::Page && walk.query == *query);
        let Some(plain) = plain.and_then(|walk| walk.pages.first()).filter(|page| page.ids.is_some()) else {
            sheet.unsure("the page without it is not known");
            continue;
        };
        let given = given(scene, &answer, &plain.known_ids().collect::<Vec<_>>());
        let (name, stated) = match what {
            Unknown::Filter => ("filter", conventions.unknown_filter.as_ref()),
            Unknown::Order => ("order", conventions.unknown_order.as_ref()),
        };
        let Some(stated) = stated else {
            sheet.judged();
            sheet.note(format!("an unknown {name} is answered with {}", given.words()));
            continue;
        };
        let right = match stated.is {
            UnknownArgument::Refused => given == Given::Refusal,
            UnknownArgument::Ignored => given == Given::TheSame,
        };
        if right {
            sheet.judged();
            continue;
        }
        let mut draft = answer.draft(
            format!("an unknown {name} is answered with {}", given.words()),
            convention(scene, stated),
            stated.is.to_string(),
            answer.status(),
        );
        draft.entries.insert(0, plain.entry);
        sheet.fail(draft);
    }
}

fn given(scene: &Scene<'_>, answer: &Answer<'_>, plain: &[&str]) -> Given {
    if !answer.response.is_success() {
        return Given::Refusal;
    }
    let ids = ids_of(scene, answer.entry);
    match ids.is_empty() {
        _ if ids.iter().eq(plain.iter()) => Given::TheSame,
        true => Given::Nothing,
        false => Given::Another,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::pagination::Start;
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn what_is_stated_is_demanded_and_the_rest_noted() {
        let stated = "conventions.past-end = { is = \"empty\", requirement = \"convention\" }";
        let cases: [(&str, u16, &[&str], Verdict, usize); 9] = [
            ("refused", 422, &[], Pass, 0),
            ("refused", 200, &["m0", "m1"], Fail, 0),
            ("refused", 200, &[], Fail, 0),
            ("refused", 429, &[], Inconclusive, 0),
            ("ignored", 200, &["m0", "m1"], Pass, 0),
            ("ignored", 200, &[], Fail, 0),
            ("ignored", 400, &[], Fail, 0),
            ("", 200, &["m0", "m1"], Pass, 1),
            ("", 422, &[], Pass, 1),
        ];
        for (setting, status, ids, verdict, notes) in cases {
            let line = match setting {
                "" => stated.to_owned(),
                setting => format!(
                    "{stated}\nconventions.unknown-filter = {{ is = \"{setting}\", requirement = \"convention\" }}"
                ),
            };
            let world = World::amended(&[0, 1, 2], &[(stated, &line)]);
            let lists = world.lists("by_page").page(WalkKind::Page, Start::Page(1), Some(2), &[0, 1]);
            let query = lists.clone().done().walks[0].query.clone();
            let items: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
            let answer =
                exchange("list_by_page", "GET", "/by_page?x=y", None, status, &json!({"items": items}));
            let ask = Ask::UnknownArgument { what: Unknown::Filter, query };
            let lists = lists.probe("unknown filter", ask, Asked::Open, answer);
            let judgement =
                lists.judge(&UNKNOWN_ARGUMENT_ANSWERED, Scenario::Pages { collection: "by_page".into() });
            assert_eq!((judgement.verdict, judgement.notes.len()), (verdict, notes), "{setting} {status}");
        }
    }
}
