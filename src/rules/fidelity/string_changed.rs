//! FID001: text comes back as another text.

use serde_json::Value;

use super::changes::{self, shown};
use super::compare::Aspect;
use super::edges;
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Every text that was sent comes back code point for code point, by itself and inside of arrays and
    /// objects, however deep: when created, when fetched, and in the list. So does text of the greatest length that the
    /// document allows, where it was accepted.
    /// ## Why it matters
    /// Text that is trimmed, normalised, cut or decoded wrongly is lost for good, and two clients no longer
    /// mean the same by it.
    /// ## Example
    /// `e` with a combining acute accent (two code points) comes back as `é` (one).
    /// ## Source
    /// The suite's requirement about the field; where it has none, that a field named in the suite as shown
    /// holds what was sent.
    /// ## False alarms and how they are avoided
    /// Escapes in the JSON text make no difference. Fields that the suite keeps loosely are judged loosely,
    /// fields that it does not judge are passed over, and a record and field is shown once. At the bounds nothing is judged where creation gives what
    /// exists, but for the name that decides on that.
    STRING_CHANGED {
        code: "FID001", name: "string-changed", level: Must, basis: Suite,
        source: "the suite's requirement about the field",
        summary: "Text comes back code point for code point as it was sent.",
        implies: ["FID007", "LIF003"],
        scenarios: &[Kind::Create, Kind::Fetch, Kind::Walk, Kind::Together, Kind::Content],
        applies: applies,
        check: check,
    }
}

/// How many code points are shown on each side of the difference.
const AROUND: usize = 12;

fn applies(suite: &Suite, case: &Case) -> bool {
    match case.scenario.kind() {
        Kind::Content => edges::applies(suite, case),
        _ => changes::applies(suite, case, Aspect::String),
    }
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    if scene.case.scenario.kind() == Kind::Content {
        edges::judge(scene, sheet, around);
        return;
    }
    changes::judge(scene, sheet, Aspect::String, |sent, back| match (sent, back) {
        (Some(Value::String(sent)), Some(Value::String(back))) => {
            let at = sent.chars().zip(back.chars()).take_while(|(a, b)| a == b).count();
            (around(sent, at), around(back, at))
        }
        _ => (shown(sent), shown(back)),
    });
}

/// A text around one of its code points, which is named.
fn around(text: &str, at: usize) -> String {
    let from = at.saturating_sub(AROUND);
    let part: String = text.chars().skip(from).take(at - from + AROUND).collect();
    let (before, after) = (from > 0, text.chars().nth(from + part.chars().count()).is_some());
    let (before, after) = (if before { "…" } else { "" }, if after { "…" } else { "" });
    let named = match text.chars().nth(at) {
        Some(c) => format!("U+{:04X} as code point {}", u32::from(c), at + 1),
        None => format!("the end after {at} code points"),
    };
    format!("{before}{}{after}, {named}", Value::from(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange};
    use crate::scenario::Scenario;
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    #[test]
    fn what_is_created_at_once_holds_its_own() {
        let world = World::new(2);
        let own = |note: usize| world.oracle.record(world.notes[note]).acknowledged.as_ref().clone();
        let mut swapped = own(0);
        swapped["text"] = own(1)["text"].clone();
        for (answer, verdict) in [(own(0), Pass), (swapped, Fail)] {
            let post = exchange("create_note", "POST", "/boxes/main/notes", None, 201, &json!([answer]));
            let ask = Ask::Create { records: vec![world.notes[0]], ordered: false };
            let probes = world.probes().probe("create", ask, Asked::Good, post);
            let judgement = probes.judge(&STRING_CHANGED, Scenario::Together { resource: "note".into() });
            assert_eq!(judgement.verdict, verdict);
        }
    }

    #[test]
    fn the_first_code_point_that_differs_is_named() {
        for (text, at, expected) in [
            ("abc", 1, "\"abc\", U+0062 as code point 2"),
            ("abc", 3, "\"abc\", the end after 3 code points"),
            ("e\u{301}", 1, "\"e\u{301}\", U+0301 as code point 2"),
            (&"x".repeat(40), 20, "…\"xxxxxxxxxxxxxxxxxxxxxxxx\"…, U+0078 as code point 21"),
        ] {
            assert_eq!(around(text, at), expected);
        }
    }

    #[test]
    fn text_comes_back_as_it_was_sent() {
        let world = World::new(3);
        let walk = Scenario::Walk { collection: "by_page".into(), order: 0 };
        let cases: [(&str, Value, Verdict); 6] = [
            ("/items/1/text", json!("wordm1 and more"), Pass),
            ("/items/1/text", json!("wordm1  and more"), Fail),
            ("/items/1/tags", json!(["A"]), Fail),
            ("/items/1/tags", json!([]), Pass),
            ("/items/1/other", json!("new"), Pass),
            ("/items/1/text", json!(7), Pass),
        ];
        for (pointer, value, verdict) in cases {
            let lists = world.lists("by_page").walk(5, &[&[0, 1, 2]]).set(0, pointer, value.clone());
            let judgement = lists.judge(&STRING_CHANGED, walk.clone());
            assert_eq!(judgement.verdict, verdict, "{pointer} {value}");
            for finding in judgement.findings {
                assert!(finding.input.starts_with("main-notes[1] "), "{finding:#?}");
            }
        }
    }

    #[test]
    fn a_batch_is_judged_by_its_ids() {
        let world = World::new(3);
        let shown = |n: usize| world.oracle.record(world.notes[n]).acknowledged.as_ref().clone();
        let mut changed = shown(1);
        changed["text"] = json!("other");
        let cases = [
            (json!([shown(0), shown(1), shown(2)]), Pass),
            (json!([shown(2), shown(0), shown(1)]), Pass),
            (json!([shown(0), changed, shown(2)]), Fail),
        ];
        for (content, verdict) in cases {
            let exchange = exchange("create_note", "POST", "/boxes/main/notes", None, 201, &content);
            let ask = Ask::Create { records: world.notes.clone(), ordered: true };
            world.probes().probe("create", ask, Asked::Good, exchange).expect(&STRING_CHANGED, verdict);
        }
    }

    #[test]
    fn the_longest_text_comes_back_whole() {
        let world = World::new(1);
        let long = "x".repeat(200);
        for (status, back, listed, verdict) in [
            (201, long.as_str(), long.as_str(), Pass),
            (201, &long[1..], long.as_str(), Fail),
            (201, long.as_str(), &long[1..], Fail),
            (422, &long[1..], long.as_str(), Pass),
        ] {
            let (sent, answer) = (json!({"notes": [{"text": long}]}), json!([{"id": "m0", "text": back}]));
            let exchange = exchange("create_note", "POST", "/boxes/main/notes", Some(&sent), status, &answer);
            let ask = Ask::ValidEdge { keyword: "maxLength".into(), place: "/notes/0/text".into() };
            let lists = world.lists("by_page").walk(5, &[&[0]]).set(0, "/items/0/text", json!(listed));
            let lists = lists.probe("longest", ask, Asked::Good, exchange);
            let judgement = lists.judge(&STRING_CHANGED, Scenario::Content);
            assert_eq!(judgement.verdict, verdict, "{status} {judgement:#?}");
        }
    }
}
