//! SCH003: a documented response header field is absent though required, or does not obey its schema.

use serde_json::Value;

use crate::document::{Header, Schema};
use crate::rules::answers::{Answer, EVERY, answers};
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::Case;
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// A response header field that the document requires for the status is there, and one that is there obeys
    /// its documented schema.
    /// ## Why it matters
    /// Clients read limits, versions and links from header fields that the document promises.
    /// ## Example
    /// `X-Total` is documented as an integer and required; the answer does not have it, or says `many`.
    /// ## Source
    /// The document's `headers` of the response (OpenAPI Specification, Header Object).
    /// ## False alarms and how they are avoided
    /// A value is wrong only if neither the text itself nor the number or truth value that it spells obeys the
    /// schema. Fields with arrays and objects are only looked for, and `Content-Type` is left out, as the
    /// specification says.
    HEADER_INVALID {
        code: "SCH003", name: "header-invalid", level: Must, basis: Document,
        source: "the document's `headers` of the response",
        summary: "Documented response header fields are there where required, and obey their schemas.",
        implies: [],
        scenarios: EVERY,
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    suite.operation(&case.operation).responses.iter().any(|response| !response.headers.is_empty())
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    for answer in answers(scene) {
        sheet.judged();
        let headers = answer.documented().map_or(&[][..], |response| &response.headers);
        for header in headers.iter().filter(|header| !header.name.eq_ignore_ascii_case("content-type")) {
            judge(scene, sheet, &answer, header);
        }
    }
}

fn judge(scene: &Scene<'_>, sheet: &mut Sheet<'_>, answer: &Answer<'_>, header: &Header) {
    let name = &header.name;
    let Some(value) = answer.response.header(&name.to_ascii_lowercase()) else {
        if header.required {
            sheet.fail(answer.draft(
                format!("{} lacks the header field {name}", answer.status()),
                scene.in_document("the response has this header field", &header.pointer),
                format!("{name}: a value"),
                format!("no {name}"),
            ));
        }
        return;
    };
    let Some(schema) = header.schema.as_ref().filter(|schema| is_scalar(schema)) else { return };
    let readings = [Some(Value::from(value)), serde_json::from_str(value).ok()];
    if readings.iter().flatten().any(|reading| schema.is_valid(reading)) {
        return;
    }
    let first = schema.violations(&Value::from(value)).into_iter().next();
    let pointer = first.as_ref().map_or(schema.pointer(), |violation| &violation.schema_pointer);
    sheet.fail(answer.draft(
        format!("the header field {name} does not obey its schema"),
        scene.in_document("the value of the header field obeys this", pointer),
        first.as_ref().map_or_else(|| "a valid value".to_owned(), |violation| violation.message.clone()),
        format!("{name}: {value}"),
    ));
}

/// Whether a schema is not about arrays and objects, which a field carries in a form of their own.
fn is_scalar(schema: &Schema) -> bool {
    match schema.keyword("type") {
        Some(Value::String(name)) => !matches!(name.as_str(), "array" | "object"),
        Some(Value::Array(names)) => !names.iter().any(|name| name == "array" || name == "object"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Ask, Asked};
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Pass};
    use serde_json::json;

    type Fields<'a> = &'a [(&'a str, &'a str)];

    #[test]
    fn documented_header_fields_are_there_and_valid() {
        let world = World::amended(
            &[0],
            &[(
                "\"204\": { description: Deleted }",
                "\"204\": { description: Deleted, headers: { X-Left: { required: true, schema: { type: integer, minimum: 0 } }, \
                 X-Note: { schema: { type: string, maxLength: 3 } }, X-List: { schema: { type: array, items: { type: integer } } } } }",
            )],
        );
        let cases: [(u16, Fields<'_>, Verdict); 8] = [
            (204, &[("x-left", "3")], Pass),
            (204, &[("x-left", "3"), ("x-note", "123"), ("x-list", "1,2")], Pass),
            (204, &[("x-left", "3"), ("x-note", "true")], Fail),
            (204, &[("x-left", "-3")], Fail),
            (204, &[("x-left", "many")], Fail),
            (204, &[], Fail),
            (404, &[], Pass),
            (410, &[("x-left", "many")], Pass),
        ];
        for (status, headers, verdict) in cases {
            let mut exchange =
                exchange("delete_note", "DELETE", "/boxes/main/notes/m0", None, status, &json!({}));
            let fields = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            exchange.outcome.as_mut().unwrap().headers = fields.collect();
            let ask = Ask::Delete { record: world.notes[0] };
            world.probes().probe("delete", ask, Asked::Good, exchange).expect(&HEADER_INVALID, verdict);
        }
    }
}
