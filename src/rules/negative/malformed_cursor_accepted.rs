//! NEG004: a cursor that no answer gave is accepted.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::document::Parameter;
use crate::evidence::{Ask, Asked};
use crate::pagination::Style;
use crate::rules::answers::{Answer, probed};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;
use crate::verdict::Level;

rule! {
    /// ## What it checks
    /// A text that cannot be a cursor is refused.
    /// ## Why it matters
    /// A client whose cursor was damaged gets a page from somewhere else, usually the first one, and walks in
    /// circles.
    /// ## Example
    /// `before=not-a-cursor` is answered 200 with the newest items.
    /// ## Source
    /// The document's schema of the parameter, where it rules the text out; it is a `should` where the document names no refusal. Else it
    /// is a `may`, since nobody says what becomes of such a text.
    /// ## False alarms and how they are avoided
    /// It is a `must` only when the document's schema forbids both the text and the number that it spells. Any
    /// refusal is good enough. Rate limits are inconclusive.
    MALFORMED_CURSOR_ACCEPTED {
        code: "NEG004", name: "malformed-cursor-accepted", level: Must, basis: Document,
        source: "the document's schema of the parameter",
        summary: "A text that cannot be a cursor is refused.",
        implies: [],
        scenarios: &[Kind::Bounds],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let collection = case.scenario.collection().map(|name| &suite.file().collections[name]);
    collection.is_some_and(|collection| matches!(collection.style, Style::TimestampCursor(_)))
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for (ask, answer) in probed(scene) {
        if *ask != Ask::MalformedCursor {
            continue;
        }
        if sheet.puts_off(&answer) {
            continue;
        }
        if !answer.response.is_success() {
            sheet.judged();
            continue;
        }
        // Where the document names no refusal, it does not say that what breaks its schema is refused, and yet such a text asks for no page.
        let refusable = if answer.asked == Asked::Invalid { Level::Must } else { Level::Should };
        let (level, requirement) = match forbidding(scene, &answer) {
            Some(parameter) => {
                let text = format!("`{}` obeys this schema", parameter.name);
                (refusable, scene.in_document(text, parameter.schema.pointer()))
            }
            None => (Level::May, sheet.own_requirement()),
        };
        sheet.fail_at(
            level,
            answer.draft(
                "a text that cannot be a cursor was accepted",
                requirement,
                "a refusal by 4xx",
                format!("{} in answer to {}", answer.status(), answer.label),
            ),
        );
    }
}

/// The parameter of the style whose text in the request the document does not allow.
fn forbidding<'a>(scene: &Scene<'a>, answer: &Answer<'a>) -> Option<&'a Parameter> {
    let (_, query) = answer.request.path.split_once('?')?;
    query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let name = scene.collection().style.parameters().into_iter().find(|known| *known == name)?;
        let parameter = answer.operation.parameter(name)?;
        let text = percent_decode_str(value).decode_utf8_lossy().into_owned();
        let number: Option<Value> = serde_json::from_str(&text).ok();
        let valid = parameter.schema.is_valid(&Value::from(text))
            || number.is_some_and(|number| parameter.schema.is_valid(&number));
        (!valid).then_some(parameter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn a_malformed_cursor_is_refused() {
        let strict = World::new(1);
        let loose = World::amended(
            &[0],
            &[(
                "name: before, in: query, schema: { type: string, format: date-time }",
                "name: before, in: query, schema: { type: string }",
            )],
        );
        let cases: [(&World, Asked, u16, Verdict, Level); 7] = [
            (&strict, Asked::Invalid, 400, Pass, Level::Must),
            (&strict, Asked::Invalid, 200, Fail, Level::Must),
            (&strict, Asked::Open, 200, Fail, Level::Should),
            (&loose, Asked::Invalid, 200, Fail, Level::May),
            (&loose, Asked::Invalid, 422, Pass, Level::Must),
            (&loose, Asked::Invalid, 429, Inconclusive, Level::Must),
            (&loose, Asked::Invalid, 500, Pass, Level::Must),
        ];
        for (world, asked, status, verdict, level) in cases {
            let path = "/boxes/main/by_cursor?limit=3&before=not%20a%20cursor";
            let exchange = exchange("list_by_cursor", "GET", path, None, status, &json!({"items": []}));
            let lists = world.lists("by_cursor").probe("malformed", Ask::MalformedCursor, asked, exchange);
            let judgement = lists.expect(&MALFORMED_CURSOR_ACCEPTED, verdict);
            assert!(judgement.findings.iter().all(|finding| finding.level == level), "{judgement:#?}");
        }
    }
}
