//! CUR012: a cursor or token that no answer gave is not answered as the suite says.

use crate::document::StatusKey;
use crate::evidence::Ask;
use crate::pagination::Style;
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::rule;
use crate::rules::paging::lists::{collection, convention, ids_of, ranks};
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::{Suite, UnknownCursor};
use crate::verdict::Level;
use serde_json::Value;

rule! {
    /// ## What it checks
    /// A cursor at an item that does not exist, and a token that was made up or damaged, is answered as the suite says: refused, with an empty page, or from the
    /// start.
    /// ## Why it matters
    /// A client whose token was cut off on the way gets the first page again, takes it for the next one, and reads in circles.
    /// ## Example
    /// `page_token=not-a-token` is answered 200 with the first page.
    /// ## Source
    /// The suite's setting on unknown cursors. Where it states nothing and the document names a refusal for the operation, the first page in answer to a made-up
    /// token is said as `should`.
    /// ## False alarms and how they are avoided
    /// A token that was cut short may be another valid one: it counts only if it gives the first page. Where neither suite nor document says anything, nothing is
    /// demanded, and neither where the tokens are keys of the items in plain text: the list may well go on from where a key would stand. Any refusal by 4xx is good
    /// enough.
    UNKNOWN_CURSOR_ANSWERED {
        code: "CUR012", name: "unknown-cursor-answered", level: Must, basis: Suite,
        source: "the suite's setting `unknown-cursor`",
        summary: "A cursor or token that no answer gave is refused, or answered as the suite says.",
        implies: [],
        scenarios: &[Kind::Bounds, Kind::Tokens],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    collection(suite, case).is_some_and(|collection| match &collection.style {
        Style::ItemCursor(_) => collection.conventions.unknown_cursor.is_some(),
        Style::Token(_) => true,
        _ => false,
    })
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    let stated = scene.collection().conventions.unknown_cursor.as_ref();
    let mut named =
        scene.operation().responses.iter().filter(|response| response.status != StatusKey::Default);
    let refuses = named.any(|response| [400, 410, 422].iter().any(|code| response.status.covers(*code)));
    let plain = tokens_are_keys(scene);
    for (ask, answer) in probed(scene) {
        let Ask::UnknownCursor { sure } = ask else { continue };
        if sheet.puts_off(&answer) {
            continue;
        }
        let given = Given::of(scene, &answer);
        let wrong = match (stated.map(|stated| stated.is), given) {
            (Some(UnknownCursor::Refused), Given::Refusal)
            | (Some(UnknownCursor::Empty), Given::Nothing)
            | (Some(UnknownCursor::Start), Given::Start) => false,
            (Some(UnknownCursor::Refused | UnknownCursor::Empty), Given::Start) => true,
            (None, Given::Start) => *sure && refuses && !plain,
            (Some(_), _) => *sure,
            (None, _) => false,
        };
        if !wrong {
            sheet.judged();
            if stated.is_none() && *sure {
                sheet.note(format!("a token that no answer gave is answered with {}", given.words()));
            }
            continue;
        }
        let (level, requirement, expected) = match stated {
            Some(stated) => (Level::Must, convention(scene, stated), stated.is.to_string()),
            None => (Level::Should, sheet.own_requirement(), "a refusal, as the document has one".to_owned()),
        };
        let summary = format!("a cursor that no answer gave is answered with {}", given.words());
        let actual = format!("{} in answer to {}", answer.status(), answer.label);
        sheet.fail_at(level, answer.draft(summary, requirement, expected, actual));
    }
}

/// Whether the tokens that were given are texts of the items that they follow.
fn tokens_are_keys(scene: &Scene<'_>) -> bool {
    let mut given = scene.evidence.walks.iter().flat_map(|walk| &walk.pages).filter_map(|page| {
        let token = page.facts.token.as_deref()?;
        let content = scene.evidence.entries[page.entry].exchange.json()?;
        let items = scene.collection().items.find(content)?.as_array()?;
        Some((token, items))
    });
    let holds = |item: &Value, token: &str| {
        item.as_object().is_some_and(|members| members.values().any(|value| value.as_str() == Some(token)))
    };
    given.any(|(token, items)| items.iter().any(|item| holds(item, token)))
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    Refusal,
    Nothing,
    Start,
    Items,
}

impl Given {
    fn of(scene: &Scene<'_>, answer: &Answer<'_>) -> Self {
        if !answer.response.is_success() {
            return Self::Refusal;
        }
        let ids = ids_of(scene, answer.entry);
        // The list that is asked here is that of the first walk of the case.
        let Some(query) = scene.evidence.walks.first().map(|walk| &walk.query) else { return Self::Items };
        let expected = scene.expected(query);
        let ranks = ranks(&expected);
        let first = ids.first().and_then(|id| scene.record(query, id)).and_then(|number| ranks.get(&number));
        match (ids.is_empty(), first) {
            (true, _) => Self::Nothing,
            (false, Some(0)) if expected.ordered => Self::Start,
            _ => Self::Items,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Refusal => "a refusal",
            Self::Nothing => "a page without items",
            Self::Start => "the first page",
            Self::Items => "a page from the middle of the list",
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

    /// What is stated, the status and the items of the answer, whether the cursor was unknown, and what is to come of it.
    type Case<'a> = (&'a str, u16, &'a [&'a str], bool, Verdict, Level);

    #[test]
    fn a_made_up_token_is_no_token() {
        let stated = "conventions.unknown-cursor = { is = \"refused\", requirement = \"convention\" }\nconventions.foreign";
        let cases: [Case<'_>; 12] = [
            ("refused", 400, &[], true, Pass, Level::Must),
            ("refused", 200, &["m0", "m1"], true, Fail, Level::Must),
            ("refused", 200, &[], true, Fail, Level::Must),
            ("refused", 200, &["m2"], false, Pass, Level::Must),
            ("refused", 200, &["m0"], false, Fail, Level::Must),
            ("refused", 429, &[], true, Inconclusive, Level::Must),
            ("empty", 200, &[], true, Pass, Level::Must),
            ("empty", 400, &[], true, Fail, Level::Must),
            ("from-the-start", 200, &["m0"], true, Pass, Level::Must),
            ("", 200, &["m0"], true, Fail, Level::Should),
            ("", 200, &["m3"], true, Pass, Level::Should),
            ("", 400, &[], true, Pass, Level::Should),
        ];
        for (setting, status, ids, sure, verdict, level) in cases {
            let line = match setting {
                "" => "conventions.foreign".to_owned(),
                other => stated.replace("refused", other),
            };
            let world = World::amended(&[0, 1, 2, 3, 4, 5], &[(stated, &line)]);
            let items: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
            let path = "/boxes/main/by_token?page_token=x";
            let exchange = exchange("list_by_token", "GET", path, None, status, &json!({ "items": items }));
            let walk = world.lists("by_token").walk(2, &[&[0, 1], &[2, 3], &[4, 5]]);
            let lists = walk.probe("token made up", Ask::UnknownCursor { sure }, Asked::Open, exchange);
            let scenario = Scenario::Tokens { collection: "by_token".into() };
            let judgement = lists.judge(&UNKNOWN_CURSOR_ANSWERED, scenario);
            assert_eq!(judgement.verdict, verdict, "{setting} {status}: {judgement:#?}");
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{judgement:#?}");
        }
    }

    #[test]
    fn a_made_up_key_may_stand_before_all_others() {
        let stated = "conventions.unknown-cursor = { is = \"refused\", requirement = \"convention\" }\nconventions.foreign";
        for (token, verdict) in [("opaque", Fail), ("m1", Pass)] {
            let world = World::amended(&[0, 1, 2, 3], &[(stated, "conventions.foreign")]);
            let path = "/boxes/main/by_token?page_token=x";
            let answer = json!({ "items": [{"id": "m0"}] });
            let exchange = exchange("list_by_token", "GET", path, None, 200, &answer);
            let walk = world.lists("by_token").walk(2, &[&[0, 1], &[2, 3]]);
            let walk = walk.content(0, |content| content["next_page_token"] = json!(token));
            let lists = walk.probe("token made up", Ask::UnknownCursor { sure: true }, Asked::Open, exchange);
            let scenario = Scenario::Tokens { collection: "by_token".into() };
            let judgement = lists.judge(&UNKNOWN_CURSOR_ANSWERED, scenario);
            assert_eq!(judgement.verdict, verdict, "{token}: {judgement:#?}");
        }
    }
}
