//! NEG007: content of a media type that the document does not have is taken all the same.

use super::edges::names_refusal;
use crate::evidence::Ask;
use crate::rules::answers::probed;
use crate::rules::declare::rule;
use crate::rules::{Scene, Sheet};
use crate::scenario::{Case, Kind};
use crate::suite::Suite;

rule! {
    /// ## What it checks
    /// Content that is sent as `text/plain` to an operation that takes JSON is refused.
    /// ## Why it matters
    /// Browsers send `text/plain` for any site to any other without asking first; a target that reads it as JSON carries out what a foreign page
    /// wants with the user's cookies.
    /// ## Example
    /// `Content-Type: text/plain` with `{"text": "a"}` is answered 201.
    /// ## Source
    /// The document's media types of the request body; RFC 9110, sections 8.3 and 15.5.16.
    /// ## False alarms and how they are avoided
    /// It is a `should`: HTTP lets a server be lenient. It is judged only where the document wants content, has no such media type, and names a refusal
    /// for the operation; any 4xx is good enough.
    WRONG_MEDIA_TYPE_ACCEPTED {
        code: "NEG007", name: "wrong-media-type-accepted", level: Should, basis: Document,
        source: "the document's media types of the request body",
        summary: "Content of a media type that the document does not have is refused.",
        implies: [],
        scenarios: &[Kind::Content],
        applies: applies,
        check: check,
    }
}

fn applies(suite: &Suite, case: &Case) -> bool {
    let required = suite.operation(&case.operation).request_body.as_ref().is_some_and(|body| body.required);
    required && names_refusal(suite, case)
}

fn check(scene: &Scene<'_>, sheet: &mut Sheet<'_>) {
    // It is sent to the operations that stand for the others only.
    sheet.judged();
    for (ask, answer) in probed(scene) {
        if *ask != Ask::WrongMediaType {
            continue;
        }
        if let Some(cause) = answer.put_off() {
            sheet.unsure(cause);
        } else if answer.response.is_success() {
            let pointer = answer.operation.request_body.as_ref().map_or("", |body| body.pointer.as_str());
            sheet.fail(answer.draft(
                "JSON that says to be text/plain was accepted",
                scene.in_document(
                    "content is of a media type that is listed here",
                    &format!("{pointer}/content"),
                ),
                "a refusal by 4xx, such as 415",
                answer.status(),
            ));
        } else {
            sheet.judged();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Asked;
    use crate::rules::testing::{World, exchange};
    use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
    use serde_json::json;

    #[test]
    fn another_media_type_is_refused() {
        let world = World::new(1);
        let cases: [(Ask, u16, Verdict); 5] = [
            (Ask::WrongMediaType, 415, Pass),
            (Ask::WrongMediaType, 422, Pass),
            (Ask::WrongMediaType, 201, Fail),
            (Ask::WrongMediaType, 429, Inconclusive),
            (Ask::Odd, 201, Pass),
        ];
        for (ask, status, verdict) in cases {
            let exchange = exchange("create_note", "POST", "/boxes/main/notes", None, status, &json!([]));
            world
                .probes()
                .probe("type", ask, Asked::Open, exchange)
                .expect(&WRONG_MEDIA_TYPE_ACCEPTED, verdict);
        }
    }
}
